# Handoff needs make and Python 3.11 or newer; everything else goes into .venv.
.DEFAULT_GOAL := help
.PHONY: help setup demo test faults bench screenshots check docs lock clean
.SUFFIXES:

# The first of these that is 3.11 or newer and can make a virtual environment; `make PYTHON=... test` overrides.
CANDIDATES := python3.13 python3.12 python3.11 python3 python
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-input

# Where the environment forbids it, each of the hundreds of processes that tests start would compile the whole bot anew.
unexport PYTHONDONTWRITEBYTECODE
COMPILED = $(PY) -m compileall -q bot scoring db tests

# A stamp holds what it was made from, so a fresh checkout, a new lock or a moved folder is set up again by itself.
PRINT = $(shell { pwd; cat pyproject.toml $(1); } | cksum | tr ' ' -)
RUN := .venv/.handoff-run-$(call PRINT,requirements.lock)
DEV := .venv/.handoff-dev-$(call PRINT,requirements-dev.lock)
$(shell [ ! -e .venv ] || $(PY) -c '' 2>/dev/null || rm -f .venv/.handoff-*)

help: ## Say what there is (this)
	@echo "Handoff: asynchronous expert handoffs in Slack. With make and Python 3.11 or newer:"
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "ARGS passes options on: make demo ARGS='--port 8500', make test ARGS='-k undo', make bench ARGS=import."

setup: $(RUN) ## Install Handoff into .venv, nothing more

demo: $(RUN) ## Open the product in the browser, with no Slack account
	@.venv/bin/handoff demo $(ARGS)

test: $(DEV) ## Run the tests (in a real browser too where Chromium is there)
	@$(COMPILED)
	@$(PY) -m pytest -n auto --maxprocesses 8 --dist worksteal -q $(ARGS)

bench: $(DEV) ## Measure what must be fast, beside baselines: docs/performance.md
	@$(COMPILED)
	@$(PY) -m tests.benchmarks $(ARGS)

screenshots: $(DEV) ## Photograph every surface, two languages, phone and desktop, into docs/images/surfaces (ARGS=card)
	@$(PY) -m tests.screenshots $(ARGS)

# How many times as long as in the checks.
FAULT_ROUNDS ?= 5
# Thirty days of reminders; MONTH= leaves them out (make test plays five).
MONTH ?= tests/desk/test_month.py
faults: $(DEV) ## Break everything on purpose, for longer than the tests do (FAULT_ROUNDS=5)
	@$(COMPILED)
	@FAULT_ROUNDS=$(FAULT_ROUNDS) $(PY) -m pytest -n auto --maxprocesses 8 --dist worksteal -q tests/faults $(MONTH) $(ARGS)

check: $(DEV) ## Look at the code without running it: ruff, mypy, import-linter, docs
	@bad=; look() { name=$$1; shift; said=$$("$$@" 2>&1) && echo "  ok      $$name" || { bad=1; echo "  NOT OK  $$name"; echo "$$said"; }; }; \
	look "ruff check" .venv/bin/ruff check --quiet --output-format concise .; \
	look "ruff format" .venv/bin/ruff format --check --quiet --output-format concise .; \
	look "mypy" $(PY) -m mypy; \
	look "import-linter" .venv/bin/lint-imports --no-cache --no-logo; \
	look "docs" $(PY) -m tests.docs --check; \
	find bot scoring db -name '*.py' ! -path '*/versions/*' -exec wc -l {} + | awk '$$1 > 250 && $$2 != "total" \
	  { list = list sprintf(" %s (%d)", $$2, $$1) } END { if (list) print "  Over 250 lines, still one thing each?" list }'; \
	[ -z "$$bad" ]

docs: $(DEV) ## Write what docs/ shows of the code: the lifecycle's diagram
	@$(PY) -m tests.docs

lock: ## Choose versions anew and write both locks (needs uv)
	@uv=$$(command -v uv || ls .venv/bin/uv 2>/dev/null) || { echo "make lock needs uv: $(PY) -m pip install uv"; exit 1; }; \
	compile="$$uv pip compile --quiet --universal --generate-hashes --no-config --no-header --no-annotate"; \
	compile="$$compile --upgrade --python-version 3.11 pyproject.toml --group build"; \
	$$compile --output-file requirements.lock && \
	$$compile --group dev --constraint requirements.lock --output-file requirements-dev.lock && \
	echo "Both locks are written. Next: make test, then commit them together."

clean: ## Remove .venv and all that was built or cached
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-artifacts dist build *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Clean. Your database and .env are untouched."

# A .venv that works is kept, however it was made; a broken one (its Python is gone) is made anew.
.venv/.handoff-made:
	@usable() { "$$@" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }; \
	if usable $(PY); then touch $@; exit; fi; \
	python=; for one in $(or $(PYTHON),$(CANDIDATES)); do if usable $$one; then python=$$one; break; fi; done; \
	if [ -z "$$python" ]; then \
	  echo "Handoff needs Python 3.11 or newer, and none was found (looked for: $(or $(PYTHON),$(CANDIDATES)))."; \
	  echo "Install one, or say where it is: make PYTHON=/path/to/python3.12 demo"; exit 1; \
	fi; \
	if ! $$python -c 'import venv, ensurepip' >/dev/null 2>&1; then \
	  version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	  echo "$$python cannot make virtual environments. On Debian or Ubuntu: apt-get install python$$version-venv"; exit 1; \
	fi; \
	echo "Making .venv with $$($$python --version) ..."; \
	$$python -m venv --clear .venv && touch $@

# Ourselves last, with the locked build backend and nothing fetched.
$(RUN): .venv/.handoff-made
	@echo "Installing what Handoff needs, as locked (once, about a minute) ..."
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@rm -f .venv/.handoff-run-* && touch $@

$(DEV): .venv/.handoff-made
	@echo "Installing what Handoff and its tests need, as locked (once, about a minute) ..."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@rm -f .venv/.handoff-dev-* .venv/.handoff-run-* && touch $@ $(RUN)

# What is installed is what requirements.lock says, hash by hash; the build needs no compiler.
FROM python:3.13-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
RUN python -m venv /opt/handoff
ENV PATH=/opt/handoff/bin:$PATH
WORKDIR /src

# The libraries change less often than the code: a layer of their own.
COPY requirements.lock ./
RUN pip install --quiet --require-hashes --requirement requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY scoring scoring
COPY db db
COPY bot bot
# The build backend has done its work then, and pip has none left in a container that never changes.
RUN pip install --quiet --no-deps --no-build-isolation . \
    && pip uninstall --quiet --yes hatchling editables trove-classifiers pip

FROM python:3.13-slim

RUN groupadd --gid 10001 handoff \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin handoff \
    && install --directory --owner=handoff --group=handoff --mode=0750 /data
COPY --from=build /opt/handoff /opt/handoff

# slack_sdk asks for a home at import, also when the container runs as a user whom nobody has entered.
ENV PATH=/opt/handoff/bin:$PATH \
    HOME=/data \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HANDOFF_DATABASE_URL=sqlite:////data/handoff.sqlite3 \
    HANDOFF_HEALTH=0.0.0.0:8401
USER 10001
WORKDIR /data
# The SQLite file and its write-ahead log. Not needed with a PostgreSQL database.
VOLUME /data

# Health and numbers for whoever is in the same network; it names nobody, and nothing publishes it.
EXPOSE 8401

# Healthy when the database answers.
HEALTHCHECK --interval=60s --timeout=20s --start-period=20s --retries=3 CMD ["handoff", "status"]
STOPSIGNAL SIGTERM
CMD ["handoff", "run"]

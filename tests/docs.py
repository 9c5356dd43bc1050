"""What docs/ contains of generated text: `python -m tests.docs` writes it, with --check it only says what differs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from bot.core.diagram import lifecycle

DOCS = Path(__file__).parents[1] / "docs"


def generated() -> dict[Path, str]:
    """Each file with generated text as it should be."""
    architecture = DOCS / "architecture.md"
    text = architecture.read_text(encoding="utf-8")
    return {
        DOCS / "lifecycle.mmd": lifecycle(),
        architecture: _filled(text, "lifecycle", f"```mermaid\n{lifecycle()}```"),
    }


def _filled(text: str, name: str, content: str) -> str:
    """The text with what stands between a name's two markers replaced. Raises ValueError when they are not there."""
    between = re.compile(f"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
    filled, count = between.subn(lambda found: found[1] + content + found[2], text)
    if count != 1:
        raise ValueError(f"found {count} times instead of once: <!-- {name} --> and <!-- /{name} -->")
    return filled


def drifted() -> list[Path]:
    """The files that do not say what they should."""
    return [path for path, text in generated().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    stale = drifted()
    names = ", ".join(str(path.relative_to(DOCS.parent)) for path in stale)
    if "--check" in sys.argv[1:]:
        sys.stdout.write(f"differs from the code: {names}. Run `make docs`.\n" if stale else "docs are true\n")
        return 1 if stale else 0
    for path, text in generated().items():
        path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"written: {names}\n" if stale else "nothing to write: docs are true\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

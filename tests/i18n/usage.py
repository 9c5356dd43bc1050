"""Which keys the code asks for: constants as they are, f-strings as patterns, and with which parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bot.cards
import bot.i18n

ROOTS = [Path(next(iter(package.__path__))) for package in (bot.cards, bot.i18n)]
_KEY = re.compile(r"[a-z0-9]+(?:[._][a-z0-9_]+)*")


def files() -> list[Path]:
    return sorted(path for root in ROOTS for path in root.glob("*.py"))


@dataclass(frozen=True)
class Use:
    """One mention of a key: `pattern` matches the keys that it may be."""

    pattern: re.Pattern[str]
    where: str
    params: frozenset[str] | None
    """None when they are not all written out."""
    exact: bool


def _docstrings(tree: ast.AST) -> set[int]:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    owners = [n for n in ast.walk(tree) if isinstance(n, kinds) and n.body]
    lines = [n.body for n in owners]
    return {id(s.value) for body in lines for s in body if isinstance(s, ast.Expr)}


def strings(path: Path) -> Iterator[ast.Constant]:
    """String constants of a file that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skip = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skip:
            yield node


def _pattern(node: ast.JoinedStr) -> re.Pattern[str]:
    parts = [re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"[A-Za-z0-9_.]+" for v in node.values]
    return re.compile("".join(parts))


def _call_params(call: ast.Call) -> frozenset[str] | None:
    names = [k.arg for k in call.keywords]
    return None if None in names else frozenset(n for n in names if n)


def uses() -> list[Use]:
    """Every key-like string, and every f-string with a dot in its constant part."""
    found: list[Use] = []
    for path in files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        params: dict[int, tuple[ast.Call, str]] = {}
        for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if name in ("t", "n") and call.args:
                params[id(call.args[0])] = (call, name)
        skip = _docstrings(tree)
        for node in ast.walk(tree):
            exact = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skip
            where = f"{path.name}:{getattr(node, 'lineno', 0)}"
            called, kind = params.get(id(node), (None, ""))
            given = _call_params(called) if called is not None else None
            if given is not None and kind == "n":
                given |= {"n"}
            if isinstance(node, ast.Constant) and exact and _KEY.fullmatch(str(node.value)):
                found.append(Use(re.compile(re.escape(str(node.value))), where, given, called is not None))
            elif isinstance(node, ast.JoinedStr) and "." in "".join(
                str(v.value) for v in node.values if isinstance(v, ast.Constant)
            ):
                found.append(Use(_pattern(node), where, given, exact=False))
    return found

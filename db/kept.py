"""What reading units keep in memory for those after them: values that say by their version whether they still hold."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Generic, Protocol, TypeVar

#: Under which name a reading unit has it (`Unit.info`).
KEPT = "kept"


class Weighed(Protocol):
    """What knows how many bytes it takes, about."""

    @property
    def nbytes(self) -> int: ...


T = TypeVar("T", bound=Weighed)


class Kept(Generic[T]):
    """Values by key, the most recently used of them, `most` bytes in all. For several threads at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[str, T] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, keys: Iterable[str]) -> dict[str, T]:
        """What is there of these."""
        found: dict[str, T] = {}
        with self._lock:
            for key in keys:
                value = self._held.get(key)
                if value is not None:
                    self._held.move_to_end(key)
                    found[key] = value
        return found

    def put(self, values: Mapping[str, T]) -> None:
        """Keep these, and of what is older what there is room for."""
        with self._lock:
            for key, value in values.items():
                former = self._held.pop(key, None)
                self._bytes += value.nbytes - (0 if former is None else former.nbytes)
                self._held[key] = value
            while self._bytes > self._most:
                _, oldest = self._held.popitem(last=False)
                self._bytes -= oldest.nbytes

"""A text that makes a reader turn for ever fails its test instead of hanging it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class TropLong(AssertionError):
    """The reader was still at it."""


@contextmanager
def sans_attendre(secondes: float = 1.0) -> Iterator[None]:
    """What is inside ends before `secondes` of this process's own time: a busy machine changes nothing."""

    def sonner(*_: Any) -> None:
        raise TropLong(f"plus de {secondes} s de calcul")

    ancien = signal.signal(signal.SIGVTALRM, sonner)
    signal.setitimer(signal.ITIMER_VIRTUAL, secondes)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, ancien)

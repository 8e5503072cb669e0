"""What a person at a terminal sees of work that takes more than a second. In a pipe there is nothing of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final, TypeVar

T = TypeVar("T")
READING: Final = "reading the account"
_DELAY: Final = 1.0
"""Seconds. What is done sooner is not spoken of."""
_INTERVAL: Final = 0.2
"""Seconds between two looks at what is said."""


class Progress:
    """Says what happens. Whoever says it pays nothing: a thread looks a few times a second what it was."""

    def __init__(self, title: str) -> None:
        self._title, self._detail, self._number = title, "", 0
        self._done = Event()
        self._thread = Thread(target=self._show, name="progress", daemon=True) if _watched() else None
        if self._thread:
            self._thread.start()

    def say(self, detail: str) -> None:
        """What happens now."""
        self._detail = detail

    def count(self, items: Iterable[T], what: str) -> Iterable[T]:
        """The items, counted as they are taken; `what` is their name."""
        return self._counted(items, what) if self._thread else items

    def until(self, items: Iterable[T], *, first: bool) -> Iterable[T]:
        """The items, whose last (or first) one ends the progress: what follows is written to the terminal."""
        return self._ending(items, first) if self._thread else items

    def stop(self) -> None:
        """Leave nothing on the terminal."""
        self._done.set()
        if self._thread:
            self._thread.join()

    def _counted(self, items: Iterable[T], what: str) -> Iterator[T]:
        for number, item in enumerate(items):
            if number:  # while the first is read, its reader has more to say
                self._number, self._detail = number, what
            yield item

    def _ending(self, items: Iterable[T], first: bool) -> Iterator[T]:
        for item in items:
            if first:
                self.stop()
            yield item
        self.stop()

    def _text(self) -> str:
        number = f"{self._number:,} " if self._number else ""
        return f"{self._title}: {number}{self._detail}" if self._detail else self._title

    def _show(self) -> None:
        if self._done.wait(_DELAY):
            return
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner
        from rich.text import Text

        spinner, console = Spinner("dots", Text(self._text())), Console(stderr=True)
        # Not redirected: rich would take sys.stdout's place from this thread, and a preview does so from its own.
        with Live(spinner, console=console, transient=True, redirect_stdout=False, redirect_stderr=False):
            while not self._done.wait(_INTERVAL):
                spinner.update(text=Text(self._text()))


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Say on a terminal what happens while it happens, and clear it away."""
    shown = Progress(title)
    try:
        yield shown
    finally:
        shown.stop()


def _watched() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

"""Progress on standard error, if it is a terminal and the work takes more than a second."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING, Final, TypeVar

from acctgate.redact import one_line

if TYPE_CHECKING:
    from rich.progress import Progress as Display

T = TypeVar("T")
READING: Final = "reading the account"
_DELAY: Final = 1.0
"""Seconds before anything is shown."""
_REFRESH: Final = 5.0
"""Refreshes per second."""


class Progress:
    """Shows a title, and what is happening. rich asks for the text when it refreshes, so changing it costs nothing."""

    def __init__(self, title: str, *, verbose: bool = False) -> None:
        """Prepare to show progress. `verbose` writes each step as a line instead."""
        self._title, self._detail, self._number = title, "", 0
        self._verbose = verbose
        self._display: Display | None = None
        self._timer: Timer | None = None
        if _on_terminal() and not verbose:
            self._timer = Timer(_DELAY, self._show)
            self._timer.daemon = True
            self._timer.start()

    @property
    def active(self) -> bool:
        """Whether progress is shown, or is about to be."""
        return self._timer is not None

    def say(self, detail: str) -> None:
        """Set the text after the title."""
        self._detail = detail
        if self._verbose:
            sys.stderr.write(f"acctgate: {one_line(self)}\n")

    def count(self, items: Iterable[T], what: str) -> Iterable[T]:
        """Return the items, and count them as they are taken. `what` is their plural."""
        return self._counted(items, what) if self.active else items

    def until(self, items: Iterable[T], *, first: bool) -> Iterable[T]:
        """Return the items, and stop at the first or after the last: the caller then writes to the terminal."""
        return self._ending(items, first) if self.active else items

    def stop(self) -> None:
        """Clear the line from the terminal."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()  # it may be starting the display
            self._timer = None
        if self._display is not None:
            self._display.stop()
            self._display = None

    def __str__(self) -> str:
        number = f"{self._number:,} " if self._number else ""
        return f"{self._title}: {number}{self._detail}" if self._detail else self._title

    def _counted(self, items: Iterable[T], what: str) -> Iterator[T]:
        for number, item in enumerate(items):
            if number:  # while the first item is read, its reader's text is more useful
                self._number, self._detail = number, what
            yield item

    def _ending(self, items: Iterable[T], first: bool) -> Iterator[T]:
        for item in items:
            if first:
                self.stop()
            yield item
        self.stop()

    def _show(self) -> None:
        # rich is slow to import, and most commands end before anything is shown.
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import Progress as Display  # noqa: PLC0415
        from rich.progress import SpinnerColumn, TextColumn  # noqa: PLC0415

        # Do not redirect: rich would replace sys.stdout in this thread while a preview redirects it in its own.
        self._display = Display(
            SpinnerColumn("dots", style=None),
            TextColumn("{task.fields[text]}", markup=False),
            console=Console(stderr=True),
            refresh_per_second=_REFRESH,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._display.add_task("", total=None, text=self)
        self._display.start()


@contextmanager
def progress(title: str, *, verbose: bool = False) -> Iterator[Progress]:
    """Show progress while the block runs, and clear it at the end."""
    shown = Progress(title, verbose=verbose)
    try:
        yield shown
    finally:
        shown.stop()


def _on_terminal() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

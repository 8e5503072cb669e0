"""Notices and tracebacks on standard error."""

from __future__ import annotations

import io
import logging

import pytest

from acctgate import log


def test_a_traceback_goes_to_the_standard_error_of_that_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that calls acctgate may replace and close standard error in between."""
    monkeypatch.setattr("sys.stderr", first := io.StringIO())
    log.show()
    log.trace("AssumeRole", ValueError("Signature=abc"))
    assert first.getvalue() == "AssumeRole:\nValueError: Signature=***\n"
    first.close()
    monkeypatch.setattr("sys.stderr", second := io.StringIO())
    log.show()
    log.trace("AssumeRole", ValueError("again"))
    assert second.getvalue() == "AssumeRole:\nValueError: again\n"


def test_a_traceback_is_not_shown_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", shown := io.StringIO())
    log.trace("AssumeRole", ValueError("again"))
    assert (shown.getvalue(), logging.getLogger("acctgate").level) == ("", logging.NOTSET)


def test_a_notice_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.notice("two\nlines")
    assert capsys.readouterr().err == "acctgate: two lines\n"

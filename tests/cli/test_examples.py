"""An option that takes one value is refused when it is given twice, by every command."""

from __future__ import annotations

from typing import Final

import click
import pytest

from acctgate.cli import group
from tests.support import one_line
from tests.support.commands import COMMANDS
from tests.support.process import run_here

SINGLE: Final = [
    (name, max(option.opts, key=len))
    for name, command in COMMANDS.items()
    for option in command.params
    if isinstance(option, click.Option) and not (option.multiple or option.is_flag or option.count)
]


@pytest.mark.parametrize(("name", "option"), SINGLE, ids=str)
def test_an_option_that_is_given_twice_is_refused(name: tuple[str, ...], option: str) -> None:
    words = [*name]
    with pytest.raises(click.UsageError, match=f"^{option}: given 2 times; it takes one value$"):
        group.main([*words, option, "1", option, "2"], standalone_mode=False, prog_name="acctgate")


def test_its_exit_status_is_2() -> None:
    done = run_here("check", "--policy", "strict", "--policy", "baseline")
    assert done.status == 2
    one_line(done.stderr, "--policy: given 2 times; it takes one value")


def test_flags_and_lists_may_be_repeated() -> None:
    done = run_here("check", "--debug", "--debug", "--snapshot", "nowhere.json", "--snapshot", "elsewhere.json")
    assert "given 2 times" not in done.stderr and "nowhere.json" in done.stderr

"""The objects that options and arguments name: policies, plans and frameworks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.output import add_inputs
from acctgate.frameworks import FRAMEWORKS
from acctgate.policy import Policy
from acctgate.policy.chain import PRESETS
from acctgate.policy.command_line import expected_accounts, with_command_line
from acctgate.policy.find import find_policy, load_selected
from acctgate.redact import one_line
from acctgate.text import listed

if TYPE_CHECKING:
    from acctgate.frameworks.framework import Framework
    from acctgate.model.other_change import Planned


def planned_changes(plans: tuple[str, ...], lock_file: str | None) -> list[Planned] | None:
    """Return the planned changes of all plans, None without a plan."""
    if not plans:
        if lock_file is not None:
            raise click.UsageError("--lock-file goes with --plan")
        return None
    from acctgate.plan.read import read_plans  # noqa: PLC0415 - the readers of plans load only for a plan

    return or_fail(lambda: read_plans(plans, lock_file))


def require_expected(account: str | None) -> None:
    """Refuse an account that `--account` does not name. Without the option, any account is accepted.

    Args:
        account: The account that was read, None if it is not known.

    Raises:
        click.ClickException: It is another one.
    """
    expected = or_fail(lambda: expected_accounts(os.environ))
    if expected and account not in expected:
        found = f"account {account} is not expected" if account else "the account is not known"
        raise click.ClickException(f"{found}; --account is {listed(sorted(expected), 'or')}")


def framework(name: str) -> Framework:
    """Return the framework of this id.

    Raises:
        click.UsageError: There is none.
    """
    if name not in FRAMEWORKS:
        raise click.UsageError(f"--framework {one_line(name)}: invalid choice; use {' or '.join(FRAMEWORKS)}")
    from acctgate.frameworks.framework import load_framework  # noqa: PLC0415 - loads only for a framework

    return load_framework(name)


def chosen_frameworks(names: Sequence[str]) -> list[Framework]:
    """Return the frameworks that --framework names, each once.

    Raises:
        click.UsageError: One does not exist.
    """
    return [framework(name) for name in dict.fromkeys(names)]


def policy(path: Path | None) -> Policy:
    """Return the policy that the option names, else that of the repository. No output may replace its files.

    Raises:
        click.ClickException: There is none, or it is invalid.
    """
    today = datetime.now(UTC).date()
    found = or_fail(lambda: with_command_line(load_selected(path or policy_path(), Path.cwd(), today), os.environ))
    add_inputs(found.files)
    return found


def own_policy_path(path: Path | None) -> Path:
    """Return the policy file that the option names, else that of the repository: for commands that need a file.

    Raises:
        click.ClickException: There is none, or the option names a preset.
    """
    if path is None:
        return policy_path("name its file with --policy FILE")
    if str(path) in PRESETS and not os.path.lexists(path):
        raise click.ClickException(
            f"{path}: is a preset, and this needs a file; write one with `acctgate init --extends {path}`"
        )
    return path


def policy_path(otherwise: str = "use --policy baseline") -> Path:
    """Return the policy file of the repository. If it is not below this folder, a line on standard error names it.

    Args:
        otherwise: What the message suggests besides `acctgate init`.

    Raises:
        click.ClickException: There is none.
    """
    path = or_fail(lambda: find_policy(Path.cwd(), otherwise))
    if path.parts[0] == "..":
        click.echo(f"acctgate: the policy is {one_line(path)}", err=True)
    return path

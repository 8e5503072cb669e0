"""Options that change a policy. The environment passes them to the policy pack, which is another process."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, cast, get_args

from acctgate.language import Bilingual, Words, fill
from acctgate.model.account_id import is_account_id
from acctgate.model.credential_report import Names
from acctgate.policy.policy import Policy
from acctgate.policy.source import PolicyError
from acctgate.redact import one_line

ACCOUNTS_VARIABLE: Final = "ACCTGATE_ACCOUNTS"
"""The environment variable for `--account`: IDs, separated by blanks."""
MAX_AGE_VARIABLE: Final = "ACCTGATE_MAX_AGE"
"""The environment variable for `--max-age`."""
NAMES_VARIABLE: Final = "ACCTGATE_NAMES"
"""The environment variable for `--names`: clear or hash."""
_DURATION: Final = re.compile(r"([0-9]{1,6})([mhd])", re.ASCII)
_HOURS: Final = {"m": 1 / 60, "h": 1, "d": 24}
_OVERRIDES: Final = Words("{}: {}; the policy has {}: {}", "{}：{}；策略中 {} 为 {}")


def parse_account(text: str) -> str:
    """Return the account ID.

    Raises:
        ValueError: It is not the ID of an account. The message is one line.
    """
    found = text.strip()
    if not found:
        raise ValueError("is empty; use an account ID, or leave the option out")
    if not is_account_id(found):
        raise ValueError(f"{one_line(text)}: invalid account ID (example: 1234567890123456)")
    return found


def parse_max_age(text: str) -> float:
    """Return the hours of a duration: 90m, 24h or 7d.

    Raises:
        ValueError: It is not a duration, or zero. The message is one line.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        shown = one_line(text) or "is empty"
        raise ValueError(f"{shown}: invalid duration; use minutes, hours or days (examples: 90m, 24h, 7d)")
    return int(match[1]) * _HOURS[match[2]]


def expected_accounts(environment: Mapping[str, str]) -> frozenset[str]:
    """Return the accounts that `--account` names; empty without the option.

    Raises:
        PolicyError: One of them is not the ID of an account.
    """
    try:
        return frozenset(map(parse_account, environment.get(ACCOUNTS_VARIABLE, "").split()))
    except ValueError as error:
        raise PolicyError(f"{ACCOUNTS_VARIABLE}: {error}") from None


def is_restricted(environment: Mapping[str, str]) -> bool:
    """Return whether `--account` names accounts."""
    return bool(environment.get(ACCOUNTS_VARIABLE, "").split())


def with_command_line(policy: Policy, environment: Mapping[str, str]) -> Policy:
    """Return the policy with the values of `--account`, `--max-age` and `--names`.

    Args:
        policy: The policy as its files have it.
        environment: The environment, which has the options' values.

    Raises:
        PolicyError: A value is invalid.
    """
    expected, max_age = expected_accounts(environment), environment.get(MAX_AGE_VARIABLE)
    policy = replace(policy, expected_accounts=expected) if expected else policy
    try:
        policy = policy if max_age is None else _with_max_age(policy, parse_max_age(max_age))
    except ValueError as error:
        raise PolicyError(f"{MAX_AGE_VARIABLE}: {error}") from None
    names = chosen_names(environment)
    return _with_names(policy, names) if names else policy


def chosen_names(environment: Mapping[str, str]) -> Names | None:
    """Return the value of `--names`, None without the option.

    Raises:
        PolicyError: It is neither clear nor hash.
    """
    found = environment.get(NAMES_VARIABLE)
    for name in get_args(Names):
        if found == name:
            return cast(Names, name)
    if not found:
        return None
    raise PolicyError(f"{NAMES_VARIABLE}: {one_line(found)}: invalid choice; use {' or '.join(get_args(Names))}")


def _with_names(policy: Policy, names: Names) -> Policy:
    """Return the policy with another choice of names. A choice of its own is named in reports."""
    if policy.names in (None, names):
        return replace(policy, names_option=names)
    override = fill(_OVERRIDES, "--names", names, "names", policy.names or "false")
    return replace(policy, names_option=names, overrides=(*policy.overrides, override))


def _with_max_age(policy: Policy, hours: float) -> Policy:
    """Return the policy with another limit. A limit of its own is named in reports."""
    before = policy.max_age_hours
    if before is None or before == hours:
        return replace(policy, max_age_option=hours)
    shown = Bilingual(f"{hours:,g} {'hour' if hours == 1 else 'hours'}", f"{hours:,g} 小时")
    override = fill(_OVERRIDES, "--max-age", shown, "max_age_hours", f"{before:g}")
    return replace(policy, max_age_option=hours, overrides=(*policy.overrides, override))

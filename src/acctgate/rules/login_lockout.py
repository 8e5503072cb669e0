"""The deploy does not lock people out.

Mandatory MFA locks out whoever has no device and may not bind one. Masks lock out whoever logs on from a
network that they leave out: name the networks that must stay reachable under `keep_reachable`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network

from acctgate.model.networks import network_fault, outside, read_masks
from acctgate.model.snapshot import Path, Snapshot, Unknown
from acctgate.redact import one_line
from acctgate.rules.base import Judgement, Rule, RuleEntry, entry
from acctgate.rules.families import USER_INFO


def _path(setting: str) -> Path:
    return tuple(setting.split("."))


_MASKS = _path("SecurityPreference.LoginProfilePreference.LoginNetworkMasks")
_MODE = _path("SecurityPreference.LoginProfilePreference.MFAOperationForLogin")
_DEVICES = _path("SecurityPreference.MFAPreference.AllowUserToManageMFADevices")
_USERS = _path(f"{USER_INFO}.SubUser")
_BOUND = _path(f"{USER_INFO}.SubUserBindMfa")


@entry
class Parameters(RuleEntry, total=False):
    """Who must not be locked out."""

    keep_reachable: list[str]
    """Networks that RAM users must still be able to log on from: CIDR blocks without host bits."""


def faults(want: Parameters) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Networks that are none."""
    for index, text in enumerate(want.get("keep_reachable", ())):
        if fault := network_fault(text):
            yield ("keep_reachable", index), fault


@dataclass(frozen=True, kw_only=True, eq=False)
class LoginLockout(Rule[Parameters]):
    """Looks at the account as it will be, and only where a plan changes it."""

    def judgements(self, account: Snapshot, want: Parameters, now: datetime) -> Sequence[Judgement]:
        """One judgement: a lockout is a fail, even where the rest cannot be known."""
        if not any(change.operation in ("create", "update") for change in account.planned or ()):
            return [Judgement("skipped", "no plan, or it changes no SecurityPreference")]
        found = [_by_mfa(account), _by_masks(account, want)]
        place = next((account.places[path] for path in (_MODE, _MASKS) if path in account.places), None)
        for outcome in ("fail", "unknown"):
            told = [message for result, message in found if result == outcome]
            if told:
                prefix = "not provable: " if outcome == "unknown" else ""
                return [Judgement(outcome, prefix + "; ".join(told), account.raw(_MASKS), place=place)]
        return [Judgement("pass", "the deploy locks nobody out", account.raw(_MASKS))]


def _by_mfa(account: Snapshot) -> tuple[str, str]:
    """Any of four things is enough: MFA is not mandatory, users may bind a device, there are none, all have one."""
    mode, devices, users, bound = (account.read(path) for path in (_MODE, _DEVICES, _USERS, _BOUND))
    all_have_one = not isinstance(users, Unknown) and users in (0, bound)
    if mode in ("adaptive", "independent") or devices is True or all_have_one:
        return "pass", ""
    for value in (mode, devices, users, bound):
        if isinstance(value, Unknown):
            return "unknown", value.reason
    if bound > users:
        return "unknown", f"{bound} of {users} RAM users cannot have MFA"
    return "fail", f"MFA is mandatory, {users - bound} of {users} RAM users have no device and may not bind one"


def _by_masks(account: Snapshot, want: Parameters) -> tuple[str, str]:
    keep = [ip_network(text) for text in want.get("keep_reachable", ())]
    value = account.read(_MASKS)
    if not keep or value == "":
        return "pass", ""
    if isinstance(value, Unknown):
        return "unknown", value.reason
    masks = read_masks(value)
    if masks.every_network:
        return "pass", ""
    cut_off = outside(keep, masks.networks)
    if not cut_off:
        return "pass", ""
    names = ", ".join(map(str, cut_off))
    if masks.unreadable:
        return "unknown", f"{one_line(masks.unreadable[0])[:60]} cannot be read; it may or may not keep {names}"
    return "fail", f"the masks leave out {names}"


RULE = LoginLockout(
    id="login-lockout",
    title="People who would be locked out",
    doc=__doc__,
    severity="medium",
    setting=".".join(map(str, _MASKS)),
    parameters=Parameters,
    expected=lambda want: ", ".join(("nobody is locked out", *want.get("keep_reachable", ()))),
    faults=faults,
    remediation="Have users bind MFA devices first, or let them do so (allowUserToManageMfaDevices); add the networks "
    "that people work from to loginNetworkMasks.",
)

"""What identifies a policy in reports: its source and the digest of what it requires."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from acctgate.model.judged_by import JudgedBy, PolicyIdentity
from acctgate.policy.find import load_selected
from acctgate.policy.policy import Policy
from acctgate.policy.source import PolicyError
from acctgate.policy.waiver import Waiver
from acctgate.times import timestamp
from acctgate.version import __version__


def digest(policy: Policy) -> str:
    """Return `sha256:` and the digest of the effective policy as canonical JSON.

    It covers levels, parameters, waivers, accounts, age limits and the source text of rule modules. It does not depend
    on which file sets a value, on comments, or on disabled rules.
    """
    text = json.dumps(_document(policy), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def judged_by(policy: Policy, now: datetime, overrides: Sequence[str] = ()) -> JudgedBy:
    """Return what judges at this time.

    Args:
        policy: The policy.
        now: The time of judgement (with a time zone).
        overrides: What Pulumi's configuration of the pack disables or loosens, besides the policy's own overrides.
    """
    identity = PolicyIdentity(policy.source, digest(policy), (*policy.overrides, *overrides))
    return JudgedBy(__version__, timestamp(now), identity)


def find_judged(identity: PolicyIdentity | None, folder: Path) -> Policy | None:
    """Return the policy that another process has judged by, None if the same one is not found in this folder."""
    if identity is None:
        return None
    try:
        found = load_selected(Path(identity.source), folder)
    except PolicyError:
        return None
    return found if digest(found) == identity.digest else None


def _document(policy: Policy) -> dict[str, Any]:
    groups = [[group.name, group.match, group.rules, _waivers(group.waivers)] for group in policy.groups]
    # The digest of policies without these keys stays the same.
    names = {} if policy.names is None else {"names": policy.names}
    generate = {"generate": True} if policy.generate else {}
    inline = {"inline_waivers": True} if policy.inline_waivers else {}
    return {
        "rules": {rule: entry for rule, entry in policy.rules.items() if entry["level"] != "disabled"},
        "waivers": _waivers(policy.waivers),
        "accounts": {name: [account.alias, account.providers] for name, account in policy.accounts.items()},
        "modules": [[module.name, module.files] for module in policy.modules],
        "max_age_hours": policy.max_age_hours,
        "max_waiver_days": policy.max_waiver_days,
        **({"groups": groups} if groups else {}),
        **names,
        **generate,
        **inline,
    }


def _waivers(waivers: Iterable[Waiver]) -> list[list[str | None]]:
    return [
        [waiver.rule, waiver.account, waiver.reason, waiver.owner, waiver.expires.isoformat(), waiver.ticket]
        + ([waiver.user] if waiver.user else [])
        + ([f"stack {waiver.stack}", ""] if waiver.stack else [])  # one more than a user, whose name it may be
        for waiver in waivers
    ]

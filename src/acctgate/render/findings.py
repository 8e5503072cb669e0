"""What several formats share: which outcomes are findings, how severe they are, and what identifies them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from acctgate.inert_text import clean
from acctgate.language import Language, in_language
from acctgate.model.compliance_pack import pack_id
from acctgate.model.outcome import Outcome, Places
from acctgate.model.report import AccountReport
from acctgate.render.controls import with_controls
from acctgate.render.words import IN_PARENTHESES, OUTCOMES
from acctgate.text import first_of, first_of_zh
from acctgate.times import describe_duration

_LONGEST_LINE: Final = 300
"""Characters."""
MOST_NAMES: Final = 5
"""Names that a short text shows."""
_LONGEST_NAME: Final = 80
"""Characters."""
_LEVELS: Final = {"mandatory": "error", "remediate": "error", "advisory": "warning"}


def findings(report: AccountReport, places: Places) -> list[Outcome]:
    """Return the failed and unknown outcomes, of rules and of controls. Waived ones are not findings."""
    return [outcome for outcome in with_controls(report, places) if outcome.outcome in ("fail", "unknown")]


def level(outcome: Outcome) -> str:
    """Return `error` for a mandatory rule, `warning` for an advisory one."""
    return _LEVELS.get(outcome.level, "none")


def title(outcome: Outcome) -> str:
    """Return the rule and its result, for example `root-mfa: failed`."""
    return f"{clean(outcome.rule)}: {OUTCOMES[outcome.outcome].en}"


def sentence(outcome: Outcome) -> str:
    """Return the message and the expected value as one printable line."""
    return clean(f"{outcome.message}; expected {outcome.expected}")


def who(outcome: Outcome, most: int = MOST_NAMES, language: Language = "en") -> str:
    """Return the users behind a finding, at most `most`, and the note about them, as one printable line.

    It is empty without `--names`.
    """
    names = [clean(name, _LONGEST_NAME) for name in outcome.names or ()]
    shown = first_of_zh(names, most) if language == "zh" else first_of(names, most)
    note = clean(in_language(outcome.names_note or "", language))
    return f"{shown}{IN_PARENTHESES.of(language).format(note)}" if shown and note else shown or note


def read_line(report: AccountReport, language: Language = "en") -> str:
    """Return how and when an account was read as one printable line; empty if neither is known."""
    read_as, taken = report.read_as, report.taken_at
    if language == "zh":
        source = read_as.describe(language) if read_as else ""
        parts = [f"读取自{' ' if source[0].isascii() else ''}{source}"] if source else []
        return clean("，".join([*parts, f"读取时间 {taken}"] if taken else parts), _LONGEST_LINE)
    how = f" from {read_as.describe(language)}" if read_as else ""
    when = f" at {taken}" if taken else ""
    return clean(f"Read{how}{when}", _LONGEST_LINE) if how or when else ""


def open_for(open_since: str | None, judged_at: str | None, taken_at: str | None = None) -> str | None:
    """Return how long a violation is open: `12 days`.

    Args:
        open_since: Since when it fails (ISO 8601), None if it is not known.
        judged_at: The time of judgement.
        taken_at: When the account was read.

    Returns:
        The text; None if nothing is known, or if no earlier snapshot has the violation.
    """
    try:
        since, now = datetime.fromisoformat(open_since or ""), datetime.fromisoformat(judged_at or "")
        if taken_at and datetime.fromisoformat(taken_at) == since:
            return None
        return describe_duration(max(now - since, timedelta()))
    except (ValueError, TypeError):  # a time without a zone
        return None


def account_id(report: AccountReport) -> str:
    """Return the account's id as one printable line, `unknown` if there is none."""
    return clean(report.account or "unknown")


class Fingerprints:
    """Gives each finding of one report its own fingerprint.

    A fingerprint depends on account, rule and pack, not on values. Accounts without a name, and repeated snapshots of
    one account, are numbered in the order of the input.
    """

    def __init__(self) -> None:
        self._accounts = Counter[str]()

    def of(self, report: AccountReport, outcomes: Sequence[Outcome]) -> Iterable[tuple[Outcome, str]]:
        """Return each outcome of an account with its fingerprint: 64 hexadecimal digits."""
        head = _hash(_numbered(self._accounts, str(report.account or report.alias or report.unreadable)))
        names = list(map(_rule_and_pack, outcomes))
        if len(set(names)) < len(names):
            seen = Counter[str]()
            names = [_numbered(seen, name) for name in names]
        return zip(outcomes, [head + _hash_finding(name) for name in names], strict=True)


def _numbered(seen: Counter[str], name: str) -> str:
    """Return a name, with its number if it was seen before."""
    seen[name] += 1
    return name if seen[name] == 1 else f"{name}\n{seen[name]}"


def pack(outcome: Outcome) -> str:
    """Return the compliance pack's id, else its place (`CompliancePackReports[1]`); empty for other rules."""
    head, bracket, _ = outcome.setting.rpartition("]")
    return pack_id(outcome.actual) or head + bracket


@lru_cache(maxsize=2048)
def _rule_and_pack(outcome: Outcome) -> str:
    """Return what identifies a finding of an account. Cached by identity: accounts share their outcomes."""
    return f"{outcome.rule}\n{pack(outcome)}"


@lru_cache(maxsize=1024)
def _hash_finding(text: str) -> str:
    """Return the hash of a rule and pack. Cached: most are those of every account."""
    return _hash(text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]

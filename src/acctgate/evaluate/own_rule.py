"""Call a rule of the user's own, whose code may return or print anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import NoneType
from typing import Any, Final, Literal, NamedTuple

from acctgate.model.outcome import Place
from acctgate.policy.private_copy import private_copy
from acctgate.policy.rule_modules import own_code
from acctgate.rules.base import Judgement

JudgedOutcome = Literal["pass", "fail", "unknown", "skipped"]
VALID_OUTCOMES: Final[Mapping[object, JudgedOutcome]] = {
    "pass": "pass",
    "fail": "fail",
    "unknown": "unknown",
    "skipped": "skipped",
}


def call_own_rule(judge: Callable[..., Sequence[Judgement]], *given: Any) -> Sequence[Judgement] | None:
    """Return the judgements of a user's own rule, None if they are invalid. Its prints go to standard error.

    It gets copies: what it changes in an account or in its entry counts neither for other rules nor for other accounts.
    """
    copies = [private_copy(each) for each in given]
    with own_code():
        found = [_plain(judgement) for judgement in tuple(judge(*copies))]
    return None if None in found else [judgement for judgement in found if judgement is not None]


class _Untyped(NamedTuple):
    """A judgement of a user's own rule, whose fields may be anything."""

    outcome: Any
    message: Any
    actual: Any
    setting: Any
    place: Any
    incomplete: Any


def _plain(found: object) -> Judgement | None:
    """Return the judgement in plain JSON types, which every process and format can read; None if it is invalid.

    Raises:
        TypeError, ValueError: `actual` is not a JSON value.
    """
    if not isinstance(found, Judgement):
        return None
    outcome, message, actual, setting, place, incomplete = _Untyped(*found)
    if not isinstance(outcome, str) or outcome not in VALID_OUTCOMES or not isinstance(message, str):
        return None
    if not isinstance(setting, (str, NoneType)) or not isinstance(place, (Place, NoneType)):
        return None
    if actual is not None and actual.__class__ not in (str, bool):
        actual = json.loads(json.dumps(actual, allow_nan=False))
    return Judgement(VALID_OUTCOMES[outcome], message, actual, setting, place, bool(incomplete))

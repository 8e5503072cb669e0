"""Call a rule of the user's own, whose code may return or print anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from types import NoneType
from typing import Any, Final, Literal, get_args

from acctgate.model.outcome import Place
from acctgate.policy.rule_modules import own_code
from acctgate.rules.base import Judgement

JudgedOutcome = Literal["pass", "fail", "unknown", "skipped"]
_VALID: Final[Mapping[object, JudgedOutcome]] = {each: each for each in get_args(JudgedOutcome)}
"""Each outcome by what equals it: a rule may return an enumeration's member."""


def call_own_rule(judge: Callable[..., Sequence[Judgement]], *given: Any) -> Sequence[Judgement] | None:
    """Return the judgements of a user's own rule, None if they are invalid. Its prints go to standard error.

    It gets copies: what it changes in an account or in its entry counts neither for other rules nor for other accounts.
    """
    copies = deepcopy(given)
    with own_code():
        found = [_plain(judgement) for judgement in tuple(judge(*copies))]
    return None if None in found else [judgement for judgement in found if judgement is not None]


def _plain(found: object) -> Judgement | None:
    """Return the judgement in plain JSON types, which every process and format can read; None if it is invalid.

    Raises:
        TypeError, ValueError: `actual` is not a JSON value.
    """
    if not isinstance(found, Judgement):
        return None
    fields: Any = found  # may be anything, whatever their types say
    outcome, message, actual, setting, place, incomplete = fields
    if not isinstance(outcome, str) or outcome not in _VALID or not isinstance(message, str):
        return None
    if not isinstance(setting, (str, NoneType)) or not isinstance(place, (Place, NoneType)):
        return None
    if actual is not None and actual.__class__ not in (str, bool):
        actual = json.loads(json.dumps(actual, allow_nan=False))
    return Judgement(_VALID[outcome], message, actual, setting, place, bool(incomplete))

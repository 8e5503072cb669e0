"""No outcome is `pass` unless an independent oracle proves it from the raw answer. `make fuzz` tries 100,000."""

from __future__ import annotations

import os
import random
from copy import deepcopy
from typing import Any, Final

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.snapshot import Snapshot, SnapshotError
from acctgate.policy import load_preset
from tests.support import NOW
from tests.support.accounts import GOOD
from tests.support.oracle import PROOFS

ANSWERS: Final = int(os.environ.get("FUZZ_ANSWERS", "2000"))
SEED: Final = int(os.environ.get("FUZZ_SEED", "1"))
VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    6,
    8,
    9,
    12,
    24,
    25,
    79,
    80,
    100,
    101,
    0.0,
    1.0,
    6.0,
    6.5,
    80.5,
    float(10**20),
    10**20,
    "",
    " ",
    "0",
    "6",
    "true",
    "false",
    "False",
    "high",
    "HIGH",
    "mid",
    "low",
    "high ",
    "mandatory",
    "MANDATORY",
    "adaptive",
    "independent",
    "mandatory ",
    [],
    {},
    [0],
    ["high"],
    {"value": 0},
    [True],
    "0.0.0.0/0",
    "::/0",
    "0.0.0.0/1;128.0.0.0/1",
    "10.0.0.0/8",
    "10.0.0.7/8",
    "10.0.0.1",
    "10.0.0.0/8;",
    ";;",
    "0.0.0.0/1;128.0.0.0/2;192.0.0.0/3",
    "8.8.0.0/16",
    "8.8.0.0/15",
    "8.8.0.0/16;9.9.9.9",
    "::ffff:0:0/96",
    "::ffff:8.8.0.0/112",
    "::ffff:10.0.0.0/104",
    "64:ff9b::/96",
    "64:ff9b::808:0/112",
    "2400::/12",
    "10.0.0.0/8;8.8.8.0/24",
    "10.0.0.0/8;x",
    "10.0.0.0/33",
    "0.0.0.0/1;128.0.0.0/2;192.0.0.0/2",
    "2001:db8::/32",
    "10.0.0.0/8 ; 172.16.0.0/12",
    "١٠.0.0.0/8",
)
EXTRA: Final = ("EnforceMFAForLogin", "MFAOperationForLogin", "Code", "Unknown")


def _leaves(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path] if path and path != ("version",) else []
    if isinstance(value, dict):
        for key, item in value.items():
            found += _leaves(item, (*path, key))
    return found


PATHS: Final = _leaves(GOOD)


def _generate(rng: random.Random) -> dict[str, Any]:
    """Return a compliant account with some values changed, removed, added, or contradicted by an error."""
    document: dict[str, Any] = deepcopy(GOOD)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        path = rng.choice(PATHS)
        place: Any = document
        for key in path[:-1]:
            place = place.get(key) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            continue
        change = rng.random()
        if change < 0.15:
            place.pop(path[-1], None)
        elif change < 0.25:
            place[rng.choice(EXTRA)] = deepcopy(rng.choice(VALUES))
        elif change < 0.3:
            document.setdefault("errors", {})[path[0]] = {"code": "NoPermission", "message": "denied"}
        else:
            place[path[-1]] = deepcopy(rng.choice(VALUES))
    return document


def test_every_pass_is_proven() -> None:
    rng, strict = random.Random(SEED), load_preset("strict")
    passes = refused = 0
    for number in range(ANSWERS):
        document = _generate(rng)
        try:
            (report,) = evaluate([Snapshot.from_document(document)], strict, NOW)
        except SnapshotError:
            refused += 1
            continue
        for outcome in report.outcomes:
            if outcome.rule in PROOFS and outcome.outcome == "pass":
                passes += 1
                assert PROOFS[outcome.rule](document), (SEED, number, outcome.rule, document)
    assert passes > ANSWERS and refused < ANSWERS / 2


def test_the_oracle_proves_the_mandatory_rules_of_strict() -> None:
    (report,) = evaluate([Snapshot.from_document(dict(GOOD))], load_preset("strict"), NOW)
    judged = {each.rule for each in report.outcomes if each.level == "mandatory" and each.outcome == "pass"}
    assert judged - {"account-identity"} == {rule for rule in PROOFS if PROOFS[rule](GOOD)} == set(PROOFS)

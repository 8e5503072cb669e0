"""Plans of real tools, deployed: what a plan predicts is what the account was afterwards, or unknown with a reason.

Each folder of tests/plans/real has before.json, plan.json, after.json (before1.json, before2.json, … for two accounts)
and meta.json. OpenTofu, Pulumi and the real provider made them.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.evaluate.judge import Judge
from acctgate.model.preference_keys import PREFERENCE_KEYS
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan.match_accounts import after_deploy
from acctgate.plan.read import read_plan
from acctgate.policy import load_preset
from tests.support import HERE, NOW

REAL: Final = HERE / "plans" / "real"
FOLDERS: Final = sorted(path for path in REAL.iterdir() if path.is_dir())
ABSENT: Final[dict[str, Any]] = {
    "LoginNetworkMasks": "",
    "MaxIdleDaysForUsers": 0,
    "MaxIdleDaysForAccessKeys": 0,
    "VerificationTypes": [],
}
"""How the provider records a setting that the API leaves out."""


def _snapshots(folder: Path, name: str) -> list[Snapshot]:
    files = sorted(folder.glob(f"{name}*.json"))
    return [Snapshot.from_document(json.loads(file.read_text(encoding="utf-8"))) for file in files]


@cache
def _deployed(folder: Path) -> list[tuple[Snapshot, Snapshot]]:
    """Each account as predicted, and as it was after the deploy."""
    before, real = _snapshots(folder, "before"), _snapshots(folder, "after")
    assert before and len(before) == len(real)
    predicted = {each.account_id: each for each in after_deploy(before, read_plan(str(folder / "plan.json")), {})}
    return [(predicted[each.account_id], each) for each in real]


def _value(account: Snapshot, key: str, path: tuple[str, str, str]) -> Any:
    value = account.read(path)
    return ABSENT[key] if isinstance(value, Unknown) and value.absent and key in ABSENT else value


def _unknown(folder: Path) -> list[str]:
    """Return the reasons why settings cannot be predicted."""
    found = [after.read(key.path) for after, real in _deployed(folder) for key in PREFERENCE_KEYS]
    return [value.reason for value in found if isinstance(value, Unknown) and not value.absent]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_each_setting_is_predicted_or_unknown(folder: Path) -> None:
    for predicted, real in _deployed(folder):
        for key in PREFERENCE_KEYS:
            found, wanted = _value(predicted, key.api, key.path), _value(real, key.api, key.path)
            if not isinstance(found, Unknown) or found.absent:
                assert (type(found), found) == (type(wanted), wanted), key.api


@pytest.mark.parametrize("preset", ["strict", "baseline"])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_no_rule_passes_that_fails_after_the_deploy(folder: Path, preset: str) -> None:
    policy = load_preset(preset)
    for pair in _deployed(folder):
        predicted, real = map(Judge(policy, NOW), pair)
        failing = {outcome.rule for outcome in real.outcomes if outcome.outcome in ("fail", "unknown")}
        passing = {outcome.rule for outcome in predicted.outcomes if outcome.outcome == "pass"}
        assert not failing & passing - {"dead-setting", "login-lockout"}  # these two judge the plan itself


def test_at_most_one_plan_in_five_is_unknown_in_part() -> None:
    unknown = [folder.name for folder in FOLDERS if _unknown(folder)]
    assert len(FOLDERS) == 111
    assert len(unknown) <= len(FOLDERS) // 5, unknown
    assert all(reason for folder in FOLDERS for reason in _unknown(folder))

"""What each era of the provider sends, and how a version is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.model.planned_change import SECRET, UNKNOWN, PlannedChange, Provider
from acctgate.model.provider_eras import (
    ERAS,
    ProviderEra,
    eras_of_attributes,
    eras_of_constraints,
    parse_version,
    pulumi_eras,
    terraform_eras,
)
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan import overlay
from acctgate.plan.read import read_plan, read_plans
from acctgate.reading import SourceError
from tests.support import HERE

FIRST, SECOND, THIRD, FOURTH = ERAS
SOURCE: Final = "registry.terraform.io/aliyun/alicloud"
MFA, HOURS, MASKS = "MFAOperationForLogin", "LoginSessionDuration", "LoginNetworkMasks"
LIVE: Final = {MFA: "adaptive", HOURS: 12, MASKS: "192.168.0.0/16", "EnableSaveMFATicket": True}
RECORDED: Final = {MFA: "independent", HOURS: 8, MASKS: "10.0.0.0/8", "EnableSaveMFATicket": True}


def _after(change: PlannedChange, key: str) -> Any:
    account = Snapshot.from_document({"version": 1, "SecurityPreference": {"LoginProfilePreference": LIVE}})
    value = overlay(account, [change]).read(("SecurityPreference", "LoginProfilePreference", key))
    return None if isinstance(value, Unknown) else value


def _update(*eras: ProviderEra, **given: Any) -> PlannedChange:
    declared = {MASKS: "10.0.0.0/8", HOURS: 8, "EnableSaveMFATicket": False}
    values: dict[str, Any] = {"declared": declared, "recorded": RECORDED, **given}
    return PlannedChange("this", "update", provider=Provider(eras=eras), **values)


@pytest.mark.parametrize(
    ("era", "after"),
    [
        (FIRST, {MASKS: "10.0.0.0/8", HOURS: 8, MFA: "independent", "EnableSaveMFATicket": False}),
        (SECOND, {MASKS: "10.0.0.0/8", HOURS: 8, MFA: "independent", "EnableSaveMFATicket": False}),
        (THIRD, {MASKS: "", HOURS: 6, MFA: "adaptive", "EnableSaveMFATicket": False}),
        (FOURTH, {MASKS: "10.0.0.0/8", HOURS: 8, MFA: "adaptive", "EnableSaveMFATicket": False}),
    ],
)
def test_an_update_of_another_setting(era: ProviderEra, after: dict[str, Any]) -> None:
    assert {key: _after(_update(era), key) for key in after} == after


@pytest.mark.parametrize(
    ("eras", "after"),
    [
        (ERAS, {MASKS: None, HOURS: None, MFA: None, "EnableSaveMFATicket": False}),
        ((THIRD, FOURTH), {MASKS: None, HOURS: None, MFA: "adaptive", "EnableSaveMFATicket": False}),
        ((SECOND, FOURTH), {MASKS: "10.0.0.0/8", HOURS: 8, MFA: None, "EnableSaveMFATicket": False}),
    ],
)
def test_what_eras_do_not_agree_on_is_unknown(eras: tuple[ProviderEra, ...], after: dict[str, Any]) -> None:
    assert {key: _after(_update(*eras), key) for key in after} == after
    note = _update(*eras).effects()[MFA if MFA in _update(*eras).effects() else MASKS].note
    assert "--lock-file" in note


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("enforce", "mode"), [(True, "mandatory"), (False, "independent")])
def test_the_older_mfa_switch_counts_where_it_is_sent(era: ProviderEra, enforce: bool, mode: str) -> None:
    recorded = {HOURS: 8, MASKS: "10.0.0.0/8"}
    declared = {HOURS: 8, MASKS: "10.0.0.0/8"}
    change = _update(era, declared=declared, recorded=recorded, dead=enforce, recorded_dead=not enforce)
    assert _after(change, MFA) == (mode if era.sends_enforce_mfa else "adaptive")
    assert _after(change, MASKS) == ("10.0.0.0/8" if era.sends_enforce_mfa else "192.168.0.0/16")
    assert change.sends_dead is era.sends_enforce_mfa


def test_both_mfa_switches_that_disagree_are_unknown() -> None:
    assert _after(_update(SECOND, declared={MFA: "adaptive", HOURS: 8}, dead=True), MFA) is None


@pytest.mark.parametrize("era", ERAS[1:])
def test_empty_texts_are_left_out(era: ProviderEra) -> None:
    create = PlannedChange("this", "create", {MFA: "", HOURS: 8, MASKS: "10.0.0.0/8"}, provider=Provider(eras=(era,)))
    assert _after(create, MFA) == "adaptive"
    assert 'gives "" for mfa_operation_for_login, which the provider takes as left out' in create.effects()[MFA].note


@pytest.mark.parametrize("value", [UNKNOWN, SECRET])
def test_a_value_that_is_not_shown_is_unknown_and_perhaps_no_update(value: Any) -> None:
    change = _update(FOURTH, declared={**RECORDED, "EnableSaveMFATicket": value})
    assert {key: _after(change, key) for key in ("EnableSaveMFATicket", MASKS, HOURS)} == {
        "EnableSaveMFATicket": None,
        MASKS: None,
        HOURS: None,
    }


@pytest.mark.parametrize("types", [None, []])
def test_verification_types_left_out_are_removed(types: list[str] | None) -> None:
    declared = {key: value for key, value in RECORDED.items() if key != "VerificationTypes"}
    declared |= {} if types is None else {"VerificationTypes": types}
    change = _update(FOURTH, declared=declared, recorded={**RECORDED, "VerificationTypes": ["sms"]})
    assert change.effects()["VerificationTypes"].value == []
    assert _after(change, MASKS) == "10.0.0.0/8"  # it is an update, which sends masks again


@pytest.mark.parametrize(
    ("version", "era"),
    [
        ("1.152.0", FIRST),
        ("1.247.9", FIRST),
        ("1.248.0", SECOND),
        ("1.268.0", SECOND),
        ("1.269.0", THIRD),
        ("1.286.0", THIRD),
        ("1.287.0", FOURTH),
        ("1.289.0-beta", FOURTH),
        ("2.0.0", FOURTH),
    ],
)
def test_versions_of_terraforms_provider(version: str, era: ProviderEra) -> None:
    assert terraform_eras(parse_version(version) or ()) == (era,)


@pytest.mark.parametrize(
    ("version", "era"),
    [
        ("3.76.0", FIRST),
        ("3.77.0", SECOND),
        ("3.92.0", SECOND),
        ("3.93.0", THIRD),
        ("3.105.0", THIRD),
        ("3.106.0", FOURTH),
        ("4.0.0", FOURTH),
    ],
)
def test_versions_of_pulumis_provider(version: str, era: ProviderEra) -> None:
    assert pulumi_eras(parse_version(version) or ()) == (era,)


@pytest.mark.parametrize(
    ("constraints", "eras"),
    [
        (["1.275.0"], (THIRD,)),
        (["= 1.289.0"], (FOURTH,)),
        (["~> 1.250"], (SECOND, THIRD, FOURTH)),
        (["~> 1.275.0"], (THIRD,)),
        ([">= 1.287"], (FOURTH,)),
        ([">= 1.250, < 1.287"], (SECOND, THIRD)),
        ([">= 1.250", "!= 1.260.0", "< 1.269.0"], (SECOND,)),
        (["> 1.247.0, < 1.248.0"], (FIRST,)),
        (["something"], ERAS),
        (["> 3"], (FOURTH,)),
    ],
)
def test_constraints(constraints: list[str], eras: tuple[ProviderEra, ...]) -> None:
    assert eras_of_constraints(constraints) == eras


def test_attributes_date_a_plan() -> None:
    assert eras_of_attributes({"enforce_mfa_for_login"}, complete=True) == (FIRST,)
    since_1_248 = {
        "allow_user_to_login_with_passkey",
        "allow_user_to_manage_personal_ding_talk",
        "mfa_operation_for_login",
        "operation_for_risk_login",
        "verification_types",
    }
    assert eras_of_attributes(since_1_248, complete=True) == (SECOND,)
    assert eras_of_attributes({"max_idle_days_for_users"}, complete=False) == (SECOND, THIRD, FOURTH)  # from 1.268 on
    assert eras_of_attributes({"mfa_operation_for_login"}, complete=False) == (SECOND, THIRD, FOURTH)
    assert eras_of_attributes(set(), complete=False) == ERAS


# Where the version stands


def _plan(folder: Path, **config: Any) -> Path:
    document = json.loads((HERE / "plans" / "terraform" / "update-leaves-out.json").read_text(encoding="utf-8"))
    provider = document["configuration"]["provider_config"]["alicloud"]
    del provider["version_constraint"]
    provider.update(config)
    (folder / "plan.json").write_text(json.dumps(document))
    return folder / "plan.json"


def _eras(path: Path, lock_file: str | None = None) -> tuple[ProviderEra, ...]:
    (change,) = read_plan(str(path), lock_file)
    return change.provider.eras


def _lock(path: Path, version: str, source: str = SOURCE) -> str:
    hashes = '  hashes = [\n    "h1:x",\n  ]\n'
    path.write_text(f'# made by tofu\nprovider "{source}" {{\n  version     = "{version}"\n{hashes}}}\n')
    return str(path)


def test_the_lock_file_beside_the_plan(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    assert len(_eras(plan)) > 1
    _lock(tmp_path / ".terraform.lock.hcl", "1.275.0")
    assert _eras(plan) == (THIRD,)


def test_the_lock_file_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    _lock(tmp_path / "work" / ".terraform.lock.hcl", "1.289.0")
    assert _eras(_plan(tmp_path)) == (FOURTH,)


def test_a_lock_file_that_is_named(tmp_path: Path) -> None:
    assert _eras(_plan(tmp_path), _lock(tmp_path / "other.hcl", "1.289.0")) == (FOURTH,)
    with pytest.raises(SourceError, match="is not a lock file"):
        _eras(_plan(tmp_path), str(tmp_path / "plan.json"))
    with pytest.raises(SourceError, match="no such file"):
        _eras(_plan(tmp_path), "nowhere.hcl")


def test_a_lock_file_of_something_else_does_not_count(tmp_path: Path) -> None:
    plan = _plan(tmp_path, version_constraint="~> 1.275.0")
    _lock(tmp_path / ".terraform.lock.hcl", "1.289.0")  # it contradicts the constraint
    assert _eras(plan) == (THIRD,)
    _lock(tmp_path / ".terraform.lock.hcl", "1.289.0", "registry.terraform.io/hashicorp/random")
    assert _eras(plan) == (THIRD,)


def test_several_plans_count_together(tmp_path: Path) -> None:
    plan = str(_plan(tmp_path))
    assert len(read_plans([plan, plan])) == 2


def test_several_documents_in_one_file_count_together(tmp_path: Path) -> None:
    text = json.dumps(json.loads(_plan(tmp_path).read_text()))
    (tmp_path / "all.json").write_text(f"{text}\n{text}\n")
    assert len(read_plan(str(tmp_path / "all.json"))) == 2
    (tmp_path / "all.json").write_text(f"{text}\n{{}}\n")
    with pytest.raises(SourceError, match="contains no plan"):
        read_plan(str(tmp_path / "all.json"))

"""The provider prefers its own variables, so that it may deploy to another account than acctgate reads."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan.match_accounts import after_deploy
from acctgate.plan.read import read_plan
from acctgate.policy.policy import Account
from tests.support import HERE
from tests.support.accounts import GOOD

ACCOUNT: Final = "1111111111111111"
MFA: Final = ("SecurityPreference", "LoginProfilePreference", "MFAOperationForLogin")
PLANS: Final = ("terraform/create.json", "pulumi/create.preview.json", "pulumi/create.plan.json")
KEY, PROFILE = "ALICLOUD_ACCESS_KEY", "ALICLOUD_PROFILE"
COMMON_KEY, COMMON_PROFILE = "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_PROFILE"


def _mfa(plan: Path, *providers: str) -> object:
    account = Snapshot.from_document({**GOOD, "account_id": ACCOUNT})
    named = {ACCOUNT: Account(providers=providers)} if providers else {}
    return after_deploy([account], read_plan(str(plan)), named)[0].read(MFA)


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({KEY: "a", COMMON_KEY: "b"}, "the access key in ALICLOUD_ACCESS_KEY, which is another"),
        ({PROFILE: "a", COMMON_PROFILE: "b"}, "the profile in ALICLOUD_PROFILE, which is another"),
        ({KEY: "a", COMMON_KEY: "a"}, None),
        ({KEY: "a"}, None),
        ({COMMON_KEY: "a"}, None),
        ({KEY: "", COMMON_KEY: "b"}, None),
        ({PROFILE: "a", COMMON_PROFILE: "b", COMMON_KEY: "a"}, None),
        ({}, None),
    ],
    ids=["keys", "profiles", "same", "own", "common", "empty", "profiles-beside-a-key", "none"],
)
def test_other_credentials_than_those_that_read_hide_the_account(
    monkeypatch: pytest.MonkeyPatch, plan: str, variables: dict[str, str], why: str | None
) -> None:
    for name in (KEY, PROFILE, COMMON_KEY, COMMON_PROFILE):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = _mfa(HERE / "plans" / plan)
    if why is None:
        assert not isinstance(found, Unknown)
    else:
        assert isinstance(found, Unknown)
        assert why in found.reason and "is not known; name its provider default under `accounts`" in found.reason
        assert not isinstance(_mfa(HERE / "plans" / plan, "default"), Unknown)

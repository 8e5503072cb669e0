"""A dynamic block that assumes a role: no plan shows it, so the program's files must rule it out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan.match_accounts import after_deploy
from acctgate.plan.read import read_plan
from acctgate.policy.policy import Account
from tests.support import HERE
from tests.support.accounts import GOOD

MFA = ("SecurityPreference", "LoginProfilePreference", "MFAOperationForLogin")
BLOCK = """provider "alicloud" {
  dynamic "assume_role" {
    for_each = var.role == "" ? [] : [var.role]
    content { role_arn = assume_role.value }
  }
}
"""
JSON = {"provider": {"alicloud": {"dynamic": {"assume_role": {"for_each": ["x"], "content": {"role_arn": "x"}}}}}}


def _mfa(folder: Path, plan: str = "create.json", providers: tuple[str, ...] = ()) -> object:
    path = folder / "plan.json"
    path.write_text((HERE / "plans" / "terraform" / plan).read_text(encoding="utf-8"), encoding="utf-8")
    account = Snapshot.from_document({**GOOD, "account_id": "1111111111111111"})
    named = {"1111111111111111": Account(providers=providers)} if providers else {}
    return after_deploy([account], read_plan(str(path)), named)[0].read(MFA)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.tf", BLOCK),
        ("providers.tofu", BLOCK.replace('"assume_role"', "assume_role_with_oidc")),
        ("main.tf.json", json.dumps(JSON, indent=1)),
    ],
    ids=["native syntax", "another block of OpenTofu", "JSON syntax"],
)
def test_a_dynamic_role_hides_the_account(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = _mfa(tmp_path)
    assert isinstance(found, Unknown)
    assert f"{name} may assume a role in a dynamic block" in found.reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        BLOCK.replace("dynamic ", ""),
        BLOCK.replace("assume_role", "endpoints"),
        BLOCK.replace("dynamic", "# dynamic"),
    ],
    ids=["an empty file", "a plain block", "another dynamic block", "a comment"],
)
def test_other_blocks_hide_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    assert not isinstance(_mfa(tmp_path), Unknown)


def test_the_policy_names_a_provider_whose_role_is_hidden(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(BLOCK, encoding="utf-8")
    assert not isinstance(_mfa(tmp_path, providers=("default",)), Unknown)


def test_a_role_that_the_plan_shows_counts(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(BLOCK, encoding="utf-8")
    planned = HERE / "plans" / "terraform" / "two-roles.json"
    plain = [each.provider for each in read_plan(str(planned))]
    (tmp_path / "plan.json").write_text(planned.read_text(encoding="utf-8"), encoding="utf-8")
    assert [each.provider for each in read_plan(str(tmp_path / "plan.json"))] == plain

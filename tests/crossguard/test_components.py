"""The components of Pulumi programs: one account, and many that are read in parallel."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest

from acctgate.crossguard import AccountPosture, OrganizationPosture, batch
from acctgate.crossguard.batch import BatchReader
from acctgate.crossguard.components import _roles
from acctgate.crossguard.source_reader import SourceReader
from acctgate.crossguard.source_types import ACCOUNT, BY_NAME
from acctgate.crossguard.stack_accounts import StackResource, accounts
from acctgate.demo import DemoOrganization, DemoServer
from acctgate.demo.account import ACCOUNT_ID
from acctgate.demo.organization import Member
from acctgate.evaluate.pipeline import evaluate
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot
from acctgate.policy import load_preset
from acctgate.sources.live import read_account
from acctgate.sources.target import Target
from tests.support import NOW
from tests.support.engine import Stack

ROLE = "acs:ram::{}:role/audit"
GROUPS = """
version: 1
extends: strict
groups:
  vault:
    match: {{id: "{}", tag: {{team: "{}"}}}}
    rules:
      password-length: {{level: mandatory, minimum: 32}}
"""


@pytest.fixture
def organization(monkeypatch: pytest.MonkeyPatch) -> DemoOrganization:
    """Return an organization of 100 members, and use the demo credentials."""
    with DemoServer() as server:
        for name, value in server.environment.items():
            if name != "ACCTGATE_ENDPOINT":
                monkeypatch.setenv(name, value)
    return DemoOrganization(100)


def _first(organization: DemoOrganization, **wanted: object) -> Member:
    members = (organization.member(each) for each in organization.member_ids())
    return next(
        member for member in members if member and all(getattr(member, key) == value for key, value in wanted.items())
    )


def _judged(properties: dict[str, Any]) -> AccountReport:
    """Return the verdict on what an `Account` has read."""
    [found] = accounts([StackResource(ACCOUNT.pulumi_type, "urn", properties)])
    assert set(found.urns) == set(ACCOUNT.sections)
    [report] = evaluate([found.snapshot], load_preset("strict"), NOW)
    return report


def _results(report: AccountReport) -> list[tuple[str, str, str]]:
    """Return the rules with their results and messages, without the requests' IDs."""
    return [(each.rule, each.outcome, re.sub(r"request id [\w-]+", "", each.message)) for each in report.outcomes]


def test_an_account_reads_what_the_single_data_sources_read() -> None:
    assert set(ACCOUNT.sections) == {source.section for name, source in BY_NAME.items() if name != ACCOUNT.name}


@pytest.mark.parametrize(
    "wanted", [{"readable": True, "compliant": False}, {"denied": ("GetSecurityPreference",)}], ids=["whole", "denied"]
)
def test_an_account_is_judged_as_the_live_account(organization: DemoOrganization, wanted: dict[str, Any]) -> None:
    role = ROLE.format(_first(organization, **wanted).account_id)
    with DemoServer(organization=organization) as server:
        where = {"role_arn": role, "endpoint": server.endpoint}
        found = SourceReader(ACCOUNT.name).check({}, where).inputs
        live = read_account(Target(endpoint=server.endpoint, role_arn=role), NOW)
    [expected] = evaluate([live], load_preset("strict"), NOW)
    report = _judged(found)
    assert report.account == expected.account
    different = {rule for rule, *_ in set(_results(report)) ^ set(_results(expected))}
    assert different <= {"account-identity"}, "which depends on how the account was read"


@pytest.mark.parametrize("wanted", [{"has_role": False}, {"suspended": True}, {"trusts": False}])
def test_an_account_that_cannot_be_read_is_named_and_unknown(
    organization: DemoOrganization, wanted: dict[str, Any]
) -> None:
    role = ROLE.format(_first(organization, **wanted).account_id)
    with DemoServer(organization=organization) as server:
        found = SourceReader(ACCOUNT.name).check({}, {"role_arn": role, "endpoint": server.endpoint}).inputs
    assert found["error"]["code"] == "Unreadable"
    assert role in found["error"]["message"]
    report = _judged(found)
    assert (report.account, report.verdict) == (None, "unknown")
    assert not [each for each in report.outcomes if each.outcome == "pass"]


def test_a_batch_reads_in_parallel_and_each_account_once(
    organization: DemoOrganization, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, read = Barrier(12), batch._read

    def wait_and_read(target: Target) -> Snapshot:
        together.wait(60)  # ends only if all accounts are being read
        return read(target)

    monkeypatch.setattr(batch, "_read", wait_and_read)
    ids = [each for each in organization.member_ids() if (member := organization.member(each)) and member.readable]
    with DemoServer(organization=organization) as server:
        targets = [{"role_arn": ROLE.format(each), "endpoint": server.endpoint} for each in ids[:12]]
        checked = BatchReader().check({}, {"accounts": [*targets, {"role_arn": "wrong"}, {"role_arn": object()}]})
        assert not checked.failures
        found = [SourceReader(ACCOUNT.name).check({}, each).inputs["account_id"] for each in targets]
        assert server.calls["AssumeRole"] == 12
        monkeypatch.setattr(batch, "_read", read)
        SourceReader(ACCOUNT.name).check({}, targets[0])
        assert server.calls["AssumeRole"] == 13, "what is read again is new"
    assert found == ids[:12]
    assert not batch._started


@pytest.mark.parametrize("news", [{}, {"accounts": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}, {"accounts": []}])
def test_a_batch_of_nothing(news: dict[str, Any]) -> None:
    assert BatchReader().check({}, news).failures == []


def test_the_roles_of_accounts() -> None:
    one, two = "1100000000000000", "1100000077777773"
    assert _roles([one, ROLE.format(two)], "reader") == {
        one: f"acs:ram::{one}:role/reader",
        two: ROLE.format(two),
    }
    assert _roles({"prod": one, "home": None}, "reader") == {"prod": f"acs:ram::{one}:role/reader", "home": None}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "at least one account"),
        ({}, "at least one account"),
        ("1100000000000000", "a list or a mapping"),
        (["110"], "'110' is neither an account ID nor a role"),
        (["acs:ram::110:role/x"], "is neither an account ID nor a role"),
        ([None], "None is neither"),
        (["1100000000000000"], "1100000000000000 needs a role_name"),
        ([ROLE.format("1100000000000000")] * 2, "1100000000000000 is listed twice"),
        (dict.fromkeys("ab", ROLE.format("1100000000000000")), "1100000000000000 is listed twice: a, b"),
        ({"a": None, "b": None}, "the default account is listed twice: a, b"),
        ({"1100000000000001": ROLE.format("1100000000000000")}, "1100000000000001 is listed with a role of account 11"),
    ],
)
def test_wrong_accounts(given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _roles(given, None)


@pytest.mark.engine
def test_a_preview_judges_each_account(make_stack: Callable[..., Stack], monkeypatch: pytest.MonkeyPatch) -> None:
    """One account with a data source for each section, and an organization: one is in a group, one has no role."""
    organization = DemoOrganization(100)
    fails, passes = (_first(organization, readable=True, compliant=each) for each in (False, True))
    missing = _first(organization, has_role=False)

    def program() -> None:
        AccountPosture("home")
        ids = [each.account_id for each in (fails, passes, missing)]
        OrganizationPosture("members", ids, role_name="audit")

    with DemoServer(organization=organization) as server:
        organization.management.comply()
        variables = {"ACCTGATE_ENDPOINT": server.endpoint}
        run = make_stack(program, policy=GROUPS.format(passes.account_id, dict(passes.tags)["team"]), **variables).run()
    assert run.report is not None, run.output
    verdicts = {account["account"]: account["verdict"] for account in run.report["accounts"]}
    assert set(verdicts) == {ACCOUNT_ID, fails.account_id, passes.account_id, None}
    assert verdicts[fails.account_id] == "fail"
    assert verdicts[None] == "unknown"
    assert server.calls["GetSecurityPreference"] == 3, "the pack reads no account again"
    assert ROLE.format(missing.account_id) in json.dumps(run.report)
    assert {"home", "members", "members-accounts", f"members-{missing.account_id}"} <= set(run.operations)
    assert verdicts[ACCOUNT_ID] == "pass", run.report
    [grouped] = [account for account in run.report["accounts"] if account["account"] == passes.account_id]
    failed = {each["rule"] for each in grouped["outcomes"] if (each["outcome"], each["level"]) == ("fail", "mandatory")}
    assert failed == {"password-length"}, "which only its group requires"
    assert grouped["groups"] == ["vault"], "the pack has read its tags in the directory"
    assert not run.ok

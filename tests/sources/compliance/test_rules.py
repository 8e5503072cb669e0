"""The rules of compliance packs: live, as raw answers, and what a denied call or a deleted pack makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from acctgate.demo import DemoServer
from acctgate.demo.http_server import to_xml
from acctgate.model.optional_sections import Extras
from acctgate.model.snapshot import Snapshot
from acctgate.sources import SourceError
from acctgate.sources.call_error import CallError
from acctgate.sources.compliance.rules import read_rule_compliance
from acctgate.sources.live import read_account
from acctgate.sources.operations import Operation
from acctgate.sources.responses import read_responses
from acctgate.sources.target import Target
from tests.support import NOW, outcomes_of, policy_of
from tests.support import judge as judge_document
from tests.support.accounts import RULE_READS
from tests.support.demo import demo_server

POLICY = policy_of({"compliance-rules": {"max_high": 0}})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoServer]:
    """Serve the demo account, with its credentials in the environment."""
    with demo_server(monkeypatch) as running:
        yield running


def judge(snapshot: Snapshot) -> tuple[str, str]:
    """Return the outcome of compliance-rules, and its message."""
    [found] = outcomes_of(judge_document(snapshot.document, POLICY), "compliance-rules")
    return found.outcome, found.message


def read(server: DemoServer, *optional: str) -> Snapshot:
    return read_account(
        Target(endpoint=server.endpoint), NOW, extras=Extras(frozenset(optional or ("ConfigRuleCompliances",)))
    )


def test_the_names_of_non_compliant_rules_are_in_the_finding(server: DemoServer) -> None:
    message = "2 of 3 rules non-compliant (2 high risk): ram-user-mfa-check (high), root-ak-check (high)"
    assert judge(read(server)) == ("fail", message)
    server.account.comply()
    assert judge(read(server))[0] == "pass"


def test_disabled_rules_cost_no_call(server: DemoServer) -> None:
    read(server, "PasswordPolicy")
    assert not RULE_READS & set(server.calls)


@pytest.mark.parametrize(
    ("denied", "reason"),
    [
        ("GetConfigRuleComplianceByPack", "cp-fdc8626622af00f9****: GetConfigRuleComplianceByPack failed with NoPerm"),
        (
            "GetCompliancePack",
            "the risk level of ram-user-mfa-check: cp-fdc8626622af00f9****: GetCompliancePack failed with NoPermission",
        ),
        ("ListCompliancePacks", "ListCompliancePacks failed with NoPermission"),
    ],
)
def test_a_denied_call_is_unknown_and_leaves_the_rest(server: DemoServer, denied: str, reason: str) -> None:
    server.denied = {denied}
    snapshot = read(server)
    outcome, message = judge(snapshot)
    assert outcome == "unknown" and reason in message
    assert snapshot.read(("AccountSecurityPracticeInfo", "Score")) == 63


def test_a_pack_that_is_deleted_in_between_is_unknown(server: DemoServer) -> None:
    rules = server._GetConfigRuleComplianceByPack

    def gone(account: Any, parameters: Any) -> Any:
        return rules(account, {**parameters, "CompliancePackId": "gone"})

    server._GetConfigRuleComplianceByPack = gone  # type: ignore[method-assign]
    outcome, message = judge(read(server))
    assert outcome == "unknown" and "Invalid.CompliancePackId.Value" in message


def test_an_account_group_has_the_same_calls_under_other_names(server: DemoServer) -> None:
    asked: list[tuple[str, dict[str, str]]] = []

    def call(operation: Operation, query: dict[str, str]) -> Any:
        asked.append((operation.name, query))
        return getattr(server, f"_{operation.name}")(server.account, query)

    pack = server.account.pack_reports[0]["CompliancePackId"]
    found, error = read_rule_compliance(call, pack, "ca-1")
    query = {"CompliancePackId": pack, "AggregatorId": "ca-1"}
    assert asked == [("GetAggregateConfigRuleComplianceByPack", query), ("GetAggregateCompliancePack", query)]
    assert found["ConfigRuleCompliances"] == server.account.config_rules and error is None


def test_an_answer_about_another_pack_is_refused(server: DemoServer) -> None:
    with pytest.raises(CallError, match="pack cp-1 was requested, but the answer names"):
        read_rule_compliance(
            lambda *_: server._GetConfigRuleComplianceByPack(
                server.account, {"CompliancePackId": server.account.pack_reports[0]["CompliancePackId"]}
            ),
            "cp-1",
        )


def answers(server: DemoServer, form: str) -> dict[str, str]:
    """Return the two answers on the demo account's pack, by file name."""
    query = {"CompliancePackId": server.account.pack_reports[0]["CompliancePackId"]}
    both = {
        "rules": server._GetConfigRuleComplianceByPack(server.account, query),
        "pack": server._GetCompliancePack(server.account, query),
    }
    return {name: json.dumps(each) if form == "json" else to_xml("Response", each) for name, each in both.items()}


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("order", [("rules", "pack"), ("pack", "rules")])
def test_raw_answers_are_joined(server: DemoServer, tmp_path: Path, form: str, order: tuple[str, str]) -> None:
    for name, text in answers(server, form).items():
        (tmp_path / name).write_text(text)
    snapshot = read_responses([str(tmp_path / name) for name in order])
    assert not snapshot.problems
    assert snapshot.document["ConfigRuleCompliances"][0]["ConfigRuleCompliances"] == server.account.config_rules
    assert judge(snapshot)[0] == "fail"


def test_a_raw_answer_without_the_pack_has_no_risk_levels(server: DemoServer, tmp_path: Path) -> None:
    (tmp_path / "rules").write_text(answers(server, "json")["rules"])
    outcome, message = judge(read_responses([str(tmp_path / "rules")]))
    assert outcome == "unknown" and "the risk level of ram-user-mfa-check" in message
    with pytest.raises(SourceError, match="give it once"):
        read_responses([str(tmp_path / "rules")] * 2)


@pytest.mark.parametrize(("second", "outcome"), [(1, "fail"), (3, "unknown"), ("1", "unknown")])
def test_a_rule_with_two_risk_levels_has_none(tmp_path: Path, second: Any, outcome: str) -> None:
    rule = {"ConfigRuleId": "cr-1", "ComplianceType": "NON_COMPLIANT"}
    details = [{"ConfigRuleId": "cr-1", "RiskLevel": level} for level in (1, second)]
    answer = {
        "ConfigRuleComplianceResult": {"CompliancePackId": "cp-1", "ConfigRuleCompliances": [rule]},
        "CompliancePack": {"CompliancePackId": "cp-1", "ConfigRules": details},
    }
    (tmp_path / "answer").write_text(json.dumps(answer))
    assert judge(read_responses([str(tmp_path / "answer")]))[0] == outcome


XML = """<GetConfigRuleComplianceByPackResponse><ConfigRuleComplianceResult>
<CompliancePackId>cp-1</CompliancePackId>
<ConfigRuleCompliances><ConfigRuleId>cr-1</ConfigRuleId><ComplianceType>COMPLIANT</ComplianceType></ConfigRuleCompliances>
<ConfigRuleCompliances><ConfigRuleId>cr-2</ConfigRuleId><ComplianceType>COMPLIANT</ComplianceType></ConfigRuleCompliances>
<TotalCount>2</TotalCount><NonCompliantCount>0</NonCompliantCount>
</ConfigRuleComplianceResult></GetConfigRuleComplianceByPackResponse>"""


def test_xml_as_the_documents_show_it_repeats_the_lists_name(tmp_path: Path) -> None:
    (tmp_path / "rules.xml").write_text(XML)
    assert judge(read_responses([str(tmp_path / "rules.xml")])) == ("pass", "2 rules, none non-compliant")

"""The dynamic provider behind the data sources."""

from __future__ import annotations

import base64
import json

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from acctgate.crossguard.source_reader import SourceReader
from acctgate.crossguard.source_types import BY_NAME
from acctgate.crossguard.stack import StackResource, accounts
from acctgate.demo import DemoServer
from acctgate.evaluate.pipeline import evaluate
from tests.support import NOW, outcomes_of, policy_of


@pytest.mark.parametrize("name", BY_NAME)
def test_the_provider_pickles_by_reference(name: str) -> None:
    pickled = base64.b64decode(serialize_provider(SourceReader(name)))
    assert len(pickled) < 120
    assert b"acctgate.crossguard.source_reader" in pickled


def test_the_rules_of_packs_come_with_counts_and_without_urls(monkeypatch: pytest.MonkeyPatch) -> None:
    with DemoServer() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        read = SourceReader("ConfigRuleCompliance").check({}, {"endpoint": server.endpoint}).inputs
        server.denied = {"GetConfigRuleComplianceByPack"}
        denied = SourceReader("ConfigRuleCompliance").check({}, {"endpoint": server.endpoint}).inputs
    assert read["counts"] == {"NON_COMPLIANT": 2, "COMPLIANT": 1}
    assert read["ConfigRuleCompliances"][0]["ConfigRuleCompliances"] == server.account.config_rules
    assert "http" not in json.dumps(read)
    assert [error["code"] for error in denied["errors"].values()] == ["NoPermission"]
    resource = StackResource(BY_NAME["ConfigRuleCompliance"].pulumi_type, "urn", denied)
    [account] = accounts([resource])
    [report] = evaluate([account.snapshot], policy_of({"compliance-rules": {}}), NOW)
    [found] = outcomes_of(report, "compliance-rules")
    assert found.outcome == "unknown" and "NoPermission" in found.message

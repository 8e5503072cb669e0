"""The dynamic provider behind the data sources."""

from __future__ import annotations

import base64
import json
import pickle
from typing import Any

import pytest
from pulumi.dynamic import Resource
from pulumi.dynamic.dynamic import serialize_provider

from acctgate.crossguard.batch import BatchReader
from acctgate.crossguard.data_sources import Account
from acctgate.crossguard.source_proof import is_genuine
from acctgate.crossguard.source_reader import SourceReader
from acctgate.crossguard.source_types import BATCH_READER, BATCH_TYPE, BY_NAME, READER
from acctgate.crossguard.stack_accounts import StackResource, accounts
from acctgate.evaluate.pipeline import evaluate
from tests.support import NOW, outcomes_of, policy_of
from tests.support.demo import demo_server


@pytest.mark.parametrize("name", BY_NAME)
def test_the_provider_pickles_by_reference(name: str) -> None:
    serialized = serialize_provider(SourceReader(name))
    assert len(base64.b64decode(serialized)) < 120
    assert (SourceReader.__module__, SourceReader.__name__) == READER
    assert is_genuine({"__provider": serialized}, BY_NAME[name].pulumi_type)
    other = next(source for source in BY_NAME.values() if source.name != name)
    for kind in (other.pulumi_type, BATCH_TYPE, "pulumi-python:dynamic:Resource"):
        assert not is_genuine({"__provider": serialized}, kind)


def test_the_provider_of_many_accounts_is_genuine() -> None:
    serialized = serialize_provider(BatchReader())
    assert (BatchReader.__module__, BatchReader.__name__) == BATCH_READER
    assert is_genuine({"__provider": serialized}, BATCH_TYPE)
    assert not is_genuine({"__provider": serialized}, BY_NAME["SecurityPreference"].pulumi_type)


def test_a_program_may_have_many_data_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Resource, "__init__", lambda _self, provider, *_: serialize_provider(provider) and None)
    for number in range(1100):
        Account(f"account-{number}")


class Forged(SourceReader):
    """A program's own provider."""


class Reduced:
    """Makes a genuine provider, and runs code of its own while it is loaded."""

    def __reduce__(self) -> Any:
        return eval, ("SourceReader('SecurityPreference')",)


@pytest.mark.parametrize(
    "value",
    [
        serialize_provider(Forged("SecurityPreference")),
        base64.b64encode(pickle.dumps(Reduced())).decode(),
        base64.b64encode(pickle.dumps((SourceReader("SecurityPreference"), Forged("x")))).decode(),
        base64.b64encode(b"no pickle").decode(),
        "no base64",
        "",
        None,
        {"nested": 1},
    ],
)
def test_another_provider_is_not_genuine(value: Any) -> None:
    assert not is_genuine({"__provider": value}, BY_NAME["SecurityPreference"].pulumi_type)


def test_the_order_of_a_pickle_counts() -> None:
    """The same texts and operations in another order would load another module."""
    ours = pickle.dumps(SourceReader("SecurityPreference"), protocol=4)
    swapped = b"\x80\x04" + b"".join(b"\x8c" + bytes([len(text)]) + text.encode() for text in (*READER, "_name"))
    swapped += b"\x8c\x12SecurityPreference\x93)\x81}sb."
    assert is_genuine({"__provider": base64.b64encode(ours).decode()}, BY_NAME["SecurityPreference"].pulumi_type)
    assert not is_genuine({"__provider": base64.b64encode(swapped).decode()}, BY_NAME["SecurityPreference"].pulumi_type)


def test_the_rules_of_packs_come_with_counts_and_without_urls(monkeypatch: pytest.MonkeyPatch) -> None:
    with demo_server(monkeypatch) as server:
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

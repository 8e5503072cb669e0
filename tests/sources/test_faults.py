"""Every API with every fault of the wire: what the user sees; nothing passes, and nothing else is lost."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import pytest

from acctgate.demo import DemoAccount, DemoServer
from acctgate.sources import call_policy, caller, transport
from acctgate.sources.deadline import Deadline
from acctgate.sources.operations import (
    AGGREGATE_PACK_REPORT,
    AGGREGATE_PACKS,
    ASSUME_ROLE,
    BY_NAME,
    CREDENTIAL_REPORT,
    GENERATE_AGGREGATE_PACK_REPORT,
    GENERATE_PACK_REPORT,
    OPTIONAL_OPERATIONS,
    OPTIONAL_PACK_OPERATIONS,
    READ_OPERATIONS,
)
from tests.support import HERE, one_line, read_yaml
from tests.support.faulty_server import FAULTS, FaultyServer
from tests.support.ports import refusing_endpoint
from tests.support.process import run_here
from tests.support.secrets import unprotect

TABLE: Final = read_yaml(HERE / "sources/faults.yaml")
ROLE: Final = "acs:ram::1234567890123456:role/audit"
POLICY = "version: 1\nextends: strict\nrules:\n  compliance-report: {level: mandatory}\n"
POLICY += (
    "  user-sso: {level: mandatory, require: false}\n  access-key-networks: {level: advisory, within: [10.0.0.0/8]}\n"
)
_REPORTS: Final = (
    GENERATE_PACK_REPORT,
    AGGREGATE_PACKS,
    AGGREGATE_PACK_REPORT,
    GENERATE_AGGREGATE_PACK_REPORT,
)
COMMANDS: Final = {name: api["command"].split() for name, api in TABLE["apis"].items() if "command" in api}
"""The commands of `acctgate compliance` that call an API which `snapshot` does not call."""
HOW: Final = ("taken_at", "read_as")
"""Keys of a snapshot that say how it was taken."""
SECTIONS: Final = [name for name, api in TABLE["apis"].items() if api["section"] and "detail" not in api]
"""APIs that answer a whole section of a snapshot."""
DETAILS: Final = [name for name, api in TABLE["apis"].items() if "detail" in api]
SHORT: Final = 0.3
"""Seconds that a call takes at most where the fault is that it takes too long."""


class Bench(NamedTuple):
    """A faulty server, and what is read of it."""

    server: FaultyServer
    folder: Path
    places: Mapping[str, str]
    """Faults whose calls go elsewhere, with the URL."""

    def read(self, *operations: str, fault: str = "") -> tuple[int, str, dict[str, Any]]:
        """Return snapshot's exit status, its standard error, and the snapshot. Empty where none is written."""
        self.server.fault, self.server.faulty = fault, set(operations)
        self.server.calls.clear()
        role = ("--role-arn", ROLE) if "AssumeRole" in operations else ()
        done = run_here("snapshot", "--names", *role)
        return done.status, done.stderr, json.loads(done.stdout) if done.stdout else {}

    def check(self, document: Mapping[str, Any]) -> tuple[int, dict[str, dict[str, Any]]]:
        """Return check's exit status and the outcomes by rule."""
        (file := self.folder / "snapshot.json").write_text(json.dumps(document))
        (policy := self.folder / "policy.yaml").write_text(POLICY)
        done = run_here("check", "--snapshot", file, "--policy", policy, "--format", "json")
        (account,) = json.loads(done.stdout)["accounts"]
        return done.status, {outcome["rule"]: outcome for outcome in account["outcomes"]}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Serve a compliant account, and send the calls with connection faults where those are."""
    folder, account = tmp_path_factory.mktemp("faults"), DemoAccount()
    account.comply()
    account.pack_reports[0]["ReportCreateTimestamp"] = int(time.time() * 1000)
    with pytest.MonkeyPatch.context() as patch, DemoServer(account, tls=folder) as demo, FaultyServer(demo) as server:
        for name, value in {**demo.environment, "ACCTGATE_ENDPOINT": server.endpoint}.items():
            patch.setenv(name, value)
        patch.setattr(call_policy, "_BACKOFF", 0.001)
        patch.setattr(call_policy, "_LONGEST_RETRY_AFTER", 0.01)
        _shorten(patch, server)
        with refusing_endpoint() as refusing:
            places = {
                "refused": f"http://{refusing}/",
                "untrusted-certificate": f"https://{demo.endpoint}/",
                "no-tls": f"https://{server.endpoint}/",
            }
            _reroute(patch, server, places)
            yield Bench(server, folder, places)
    unprotect()


def _shorten(patch: pytest.MonkeyPatch, server: FaultyServer) -> None:
    """Give the faulty calls less time where the fault is that they take too long."""
    call = caller.Caller.call

    def shortened(self: Any, operation: Any, query: Any = None, deadline: Any = None) -> Any:
        late = server.fault in ("timeout", "drip") and operation.name in server.faulty
        return call(self, operation, query, Deadline.after(SHORT) if late else deadline)

    patch.setattr(caller.Caller, "call", shortened)


def _reroute(patch: pytest.MonkeyPatch, server: FaultyServer, places: Mapping[str, str]) -> None:
    """Send the faulty calls to the place of their fault: to a server without TLS, with another certificate, to none."""
    send = transport.Transport.send

    def rerouted(self: Any, method: str, url: str, headers: Any, query: Any, deadline: Any) -> Any:
        if headers["x-acs-action"] in server.faulty:
            url = places.get(server.fault, url)
        return send(self, method, url, headers, query, deadline)

    patch.setattr(transport.Transport, "send", rerouted)


def test_no_other_server_gets_the_port_that_refuses(bench: Bench) -> None:
    address = urlsplit(bench.places["refused"])
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind((address.hostname, address.port))


@pytest.fixture(scope="module")
def whole(bench: Bench) -> dict[str, Any]:
    """Return the account without a fault."""
    status, errors, document = bench.read()
    assert (status, errors) == (0, "")
    del document["taken_at"], document["read_as"]
    return document


def _message(fault: str, operation: str, host: str) -> str:
    text: str = TABLE["faults"][fault]["message"]
    return f"{operation} failed with " + text.format(operation=operation, key=BY_NAME[operation].answer_key, host=host)


def test_the_table_has_every_fault_and_api() -> None:
    assert set(TABLE["faults"]) == {*FAULTS, "refused", "untrusted-certificate", "no-tls"}
    assert {name: api["section"] for name, api in TABLE["apis"].items()} == {
        operation.name: operation.section
        for operation in (
            *READ_OPERATIONS,
            *OPTIONAL_OPERATIONS,
            *OPTIONAL_PACK_OPERATIONS,
            CREDENTIAL_REPORT,
            ASSUME_ROLE,
            *_REPORTS,
        )
    }
    assert set(COMMANDS) == {operation.name for operation in _REPORTS}


@pytest.mark.parametrize("operation", SECTIONS)
@pytest.mark.parametrize("fault", [name for name, fault in TABLE["faults"].items() if fault["message"]])
def test_a_fault_of_one_api(bench: Bench, whole: dict[str, Any], operation: str, fault: str) -> None:
    status, errors, document = bench.read(operation, fault=fault)
    assert status == 3
    one_line(errors, "is missing: ", _message(fault, operation, bench.server.endpoint))
    assert bench.server.calls[operation] == TABLE["faults"][fault].get("calls", 0)
    sections = [BY_NAME[operation].section]
    if operation == "ListCompliancePacks":
        sections.append("ConfigRuleCompliances")
    others = {key: value for key, value in whole.items() if key not in sections}
    left = {key: value for key, value in document.items() if key not in (*sections, "errors", *HOW)}
    assert left == others
    assert [key.partition(".")[0] for key in document["errors"]] == sections
    _nothing_passes(bench, whole, document, sections)


@pytest.mark.parametrize("operation", DETAILS)
@pytest.mark.parametrize("fault", [name for name, fault in TABLE["faults"].items() if fault["message"]])
def test_a_fault_of_a_detail(bench: Bench, whole: dict[str, Any], operation: str, fault: str) -> None:
    status, errors, document = bench.read(operation, fault=fault)
    assert status == 3
    one_line(errors, _message(fault, operation, bench.server.endpoint).partition(" ")[2])
    section = BY_NAME[operation].section
    others = {key: value for key, value in whole.items() if key != section}
    assert {key: value for key, value in document.items() if key not in (section, "errors", *HOW)} == others
    (_, before), (_, after) = bench.check(whole), bench.check(document)
    passes = [{rule for rule, each in outcomes.items() if each["outcome"] == "pass"} for outcomes in (before, after)]
    assert passes[1] <= passes[0]


def _nothing_passes(bench: Bench, whole: dict[str, Any], document: dict[str, Any], sections: Sequence[str]) -> None:
    """Compare the outcomes with those of the whole account: the sections' are unknown, the others are the same."""
    (passed, before), (status, after) = bench.check(whole), bench.check(document)
    changed = {rule for rule, outcome in after.items() if outcome != before[rule]}
    assert passed == 0
    expected = {rule for rule, outcome in before.items() if _section(outcome["setting"]) in sections}
    assert {rule for rule in expected if before[rule]["outcome"] != "skipped"} <= changed <= expected
    assert {after[rule]["outcome"] for rule in changed} <= {"unknown"}
    assert status == (3 if any(after[rule]["level"] == "mandatory" for rule in changed) else 0)


def _section(setting: str) -> str:
    return setting.partition(".")[0].partition("[")[0]


@pytest.mark.parametrize("fault", [name for name, fault in TABLE["faults"].items() if fault["message"]])
def test_a_fault_of_the_role_or_of_every_api(bench: Bench, fault: str) -> None:
    every = [name for name, api in TABLE["apis"].items() if api["section"]]
    for operations in (["AssumeRole"], every):
        status, errors, document = bench.read(*operations, fault=fault)
        assert (status, document) == (2, {})
        one_line(errors, "the account cannot be read: " + _message(fault, operations[0], bench.server.endpoint))


@pytest.mark.parametrize("operation", COMMANDS)
@pytest.mark.parametrize("fault", TABLE["faults"])
def test_a_fault_of_a_command_for_reports(bench: Bench, operation: str, fault: str) -> None:
    bench.server.fault, bench.server.faulty = fault, {operation}
    bench.server.calls.clear()
    bench.server.demo.reports.creating_reads = 0
    report = dict(bench.server.demo.account.pack_reports[0])
    done = run_here("compliance", *COMMANDS[operation])
    bench.server.demo.account.pack_reports[0] = report  # which a generation changes
    if not TABLE["faults"][fault]["message"]:
        assert done.status in (0, 3)
        return
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, _message(fault, operation, bench.server.endpoint))
    assert bench.server.calls[operation] == TABLE["faults"][fault].get("calls", 0)


@pytest.mark.parametrize("operation", [name for name in TABLE["apis"] if name not in COMMANDS])
def test_a_wrong_content_type_does_no_harm(bench: Bench, whole: dict[str, Any], operation: str) -> None:
    status, errors, document = bench.read(operation, fault="wrong-content-type")
    assert (status, errors) == (0, "")
    assert {key: value for key, value in document.items() if key not in HOW} == whole


def test_a_file_that_exists_is_not_lost(bench: Bench) -> None:
    (file := bench.folder / "prod.json").write_text("before")
    bench.server.fault, bench.server.faulty = "server-error", set(BY_NAME)
    assert run_here("snapshot", "--output", file).status == 2
    assert file.read_text() == "before"


@pytest.mark.parametrize("fault", ["throttled", "server-error"])
def test_check_reads_around_a_fault(bench: Bench, fault: str) -> None:
    bench.server.fault, bench.server.faulty = fault, {"GetAccountSecurityPracticeReport"}
    done = run_here("check", "--policy", "strict", "--format", "json")
    assert (done.status, json.loads(done.stdout)["verdict"]) == (3, "unknown")
    one_line(done.stderr, _message(fault, "GetAccountSecurityPracticeReport", bench.server.endpoint))

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

from acctgate.demo import DemoAccount, DemoOrganization, DemoServer
from acctgate.demo.credentials import CredentialReports
from acctgate.sources import caller, retry, transport
from acctgate.sources.deadline import Deadline
from acctgate.sources.operations import (
    AGGREGATE_ACCOUNT_COMPLIANCE,
    BY_NAME,
    OPERATIONS,
    SET_PASSWORD_POLICY,
    SET_PREFERENCE,
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
DEMO_ONLY: Final = (SET_PREFERENCE, SET_PASSWORD_POLICY, AGGREGATE_ACCOUNT_COMPLIANCE)
"""Operations that acctgate never calls; the demo account serves them to others."""
COMMANDS: Final = {name: api["command"].split() for name, api in TABLE["apis"].items() if "command" in api}
"""The commands that call an API which `snapshot --names` does not call."""
PLACEHOLDERS: Final = {"PACK": "cp-fdc8626622af00f9****", "GROUP": "ca-1"}
HOW: Final = ("taken_at", "read_as")
"""Keys of a snapshot that say how it was taken."""
SECTIONS: Final = [name for name, api in TABLE["apis"].items() if api["section"] and "detail" not in api]
"""APIs that answer a whole section of a snapshot."""
DETAILS: Final = [name for name, api in TABLE["apis"].items() if "detail" in api]
LATE: Final = ("timeout", "drip")
THROTTLED: Final = ("throttled", "throttled-by-gateway", "throttled-with-header")
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
        account = self.server.demo.account
        role = ("--role-arn", ROLE) if "AssumeRole" in operations else ()
        with pytest.MonkeyPatch.context() as patch:
            if "GenerateCredentialReport" in operations:  # it is called if there is no report
                patch.setattr(account, "credentials", CredentialReports())
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
        patch.setattr(retry, "_BACKOFF", 0.001)
        patch.setattr(retry, "_LONGEST_RETRY_AFTER", 0.01)
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
        # While an organization is listed, a call that is throttled may take minutes.
        too_long = LATE + THROTTLED * (server.demo.organization is not None)
        late = server.fault in too_long and operation.name in server.faulty
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
        operation.name: "" if operation.name in COMMANDS else operation.section
        for operation in OPERATIONS
        if operation not in DEMO_ONLY
    }


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


@pytest.fixture(scope="module")
def directory() -> Iterator[DemoServer]:
    """Serve an organization of two accounts."""
    with DemoServer(organization=DemoOrganization(1)) as running:
        yield running


@pytest.mark.parametrize("operation", COMMANDS)
@pytest.mark.parametrize("fault", TABLE["faults"])
def test_a_fault_of_another_command(
    bench: Bench,
    directory: DemoServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    operation: str,
    fault: str,
) -> None:
    words = [{**PLACEHOLDERS, "FILE": str(tmp_path / "a.ndjson")}.get(word, word) for word in COMMANDS[operation]]
    many = "--organization" in words
    bench.server.fault, bench.server.faulty = fault, {operation}
    bench.server.calls.clear()
    bench.server.demo.reports.creating_reads = 0
    report = dict(bench.server.demo.account.pack_reports[0])
    with monkeypatch.context() as patch:
        if many:
            patch.setattr(bench.server, "demo", directory)
        done = run_here(*words)
    bench.server.demo.account.pack_reports[0] = report  # which a generation changes
    written = bool(done.stdout) or (tmp_path / "a.ndjson").exists()
    if not TABLE["faults"][fault]["message"]:
        assert done.status in (0, 3)
        return
    status = TABLE["apis"][operation].get("status", 2)
    assert (done.status, written) == (status, status != 2)
    message = _message(fault, operation, bench.server.endpoint)
    one_line(done.stderr.partition("acctgate: 2 accounts in the directory")[0], message)
    calls = TABLE["faults"][fault].get("calls", 0)
    if many and fault in THROTTLED:
        assert bench.server.calls[operation] > 1
    else:
        assert bench.server.calls[operation] == (8 if many and calls > 1 else calls)


@pytest.mark.parametrize("operation", [name for name in TABLE["apis"] if name not in COMMANDS])
def test_a_wrong_content_type_does_no_harm(bench: Bench, whole: dict[str, Any], operation: str) -> None:
    status, errors, document = bench.read(operation, fault="wrong-content-type")
    assert (status, errors) == (0, "")
    if operation == "GenerateCredentialReport":
        assert document.pop("CredentialReport")["Users"]
        whole = {key: value for key, value in whole.items() if key != "CredentialReport"}
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

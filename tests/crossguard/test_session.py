"""The life of a preview session, with waivers of one account, without an engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from acctgate.crossguard import variables
from acctgate.crossguard.background_reader import BackgroundReader
from acctgate.crossguard.configuration import AccountSettings, Configuration, PolicySettings
from acctgate.crossguard.engine_command import EngineCommand
from acctgate.crossguard.judged_stack import JudgedStack
from acctgate.crossguard.pack_process import PackProcess
from acctgate.crossguard.planned_preference import Declared
from acctgate.crossguard.recorded_state import Recorded
from acctgate.crossguard.session import Phase, PreviewSession, SessionError
from acctgate.crossguard.source_types import PREFERENCE, READ_AT
from acctgate.crossguard.stack_accounts import StackResource
from acctgate.evaluate.pipeline import evaluate
from acctgate.model.member import Member
from acctgate.model.optional_sections import Extras, Renewal
from acctgate.model.outcome import Place
from acctgate.model.planned_change import PlannedChange
from acctgate.model.preference_keys import PREFERENCE_TYPE
from acctgate.model.provider import Provider
from acctgate.model.snapshot import Snapshot
from acctgate.plan.overlay import overlay
from acctgate.policy import Policy
from acctgate.policy.waiver import Waiver
from acctgate.rules import RULES
from acctgate.sources.directory import ListedMember
from tests.support import NOW, policy_of
from tests.support.accounts import GOOD

ACCOUNT = "1234567890123456"
OTHER = "2222222222222222"
URN = f"urn:pulumi:s::p::{PREFERENCE_TYPE}::pref"
WEAK = {"mfaOperationForLogin": "independent", "loginNetworkMasks": "10.0.0.0/8", "loginSessionDuration": 6}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's sign of text that is known only after the deploy."""
PROVIDER = "urn:pulumi:s::p::pulumi:providers:alicloud::default_4_0_1"
LOGIN_MFA = next(rule for rule in RULES if rule.id == "login-mfa")


class FakeReader(BackgroundReader):
    """Knows one account and an empty state, and counts how often the account is asked for."""

    def __init__(self, account: str | None = ACCOUNT) -> None:
        super().__init__(AccountSettings())
        object.__setattr__(self, "account", account)
        object.__setattr__(self, "reads", [])
        object.__setattr__(self, "targets", [])
        object.__setattr__(self, "folder", None)

    def start_state(self) -> Future[Recorded | None]:
        return finished({})

    def start_directory(self) -> Future[tuple[ListedMember, ...]]:
        return finished((ListedMember(ACCOUNT, "prod", Member(folder=self.folder)),) if self.folder else ())  # type: ignore[attr-defined]

    def start_target(self, arguments: Mapping[str, str]) -> Future[list[Snapshot]]:
        self.targets.append(arguments)  # type: ignore[attr-defined]
        return finished([Snapshot.from_document({"version": 1, "account_id": self.account})])  # type: ignore[attr-defined]

    def start_account(self, provider: Provider | None) -> Future[list[Snapshot]]:
        self.reads.append(provider)  # type: ignore[attr-defined]
        return finished([Snapshot.from_document({"version": 1, "account_id": self.account})])  # type: ignore[attr-defined]


def finished(value: Any) -> Future[Any]:
    """Return a future that has its value."""
    future: Future[Any] = Future()
    future.set_result(value)
    return future


def policy(*waivers: Waiver) -> Policy:
    """Return a policy with one rule and these waivers."""
    return replace(policy_of({"login-mfa": {"require": "mandatory"}}), waivers=waivers)


def waiver(account: str | None) -> Waiver:
    """Return an active waiver of login-mfa."""
    return Waiver("login-mfa", "reason", "owner", date(2099, 1, 1), account)


def session(*waivers: Waiver, account: str | None = ACCOUNT) -> PreviewSession:
    """Return a session that reads nothing."""
    return PreviewSession(Configuration(policy(*waivers)), FakeReader(account))


def source(urn: str = "source", **values: Any) -> StackResource:
    """Return a data source as the stack has it."""
    return StackResource(PREFERENCE.pulumi_type, urn, {READ_AT: "2999-01-01T00:00:00+00:00", **values})


def declare_source(run: PreviewSession, resource: StackResource) -> None:
    """Declare a data source that this package's provider has read."""
    run.declare_dynamic(resource.urn, genuine=True)
    run.declare_source(resource)


def messages(run: PreviewSession) -> list[str]:
    """Return what the resource policy reports for the declared resource."""
    return [violation.message for violation in run.resource_violations(LOGIN_MFA, URN, NOW)]


# --- the life ---


def test_a_session_goes_from_configured_to_reported() -> None:
    run = session()
    phases = [run.phase]
    run.declare(Declared(URN, WEAK))
    declare_source(run, source(account_id=ACCOUNT))
    run.declare_other()
    phases.append(run.phase)
    assert '"login-mfa"' in run.judge([], NOW)
    phases.append(run.phase)
    assert [violation.urn for violation in run.stack_violations(LOGIN_MFA)] == [URN]
    run.finish()
    assert [*phases, run.phase] == list(Phase)


def test_the_report_has_the_repair_in_the_language_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The preview's comment on a pull request shows it, as that of check does."""
    (tmp_path / "Pulumi.yaml").write_text("name: p\nruntime: nodejs\n")
    monkeypatch.setattr("acctgate.crossguard.session.project_folder", lambda: tmp_path)
    live_account = finished([Snapshot.from_document({**GOOD, "account_id": ACCOUNT})])
    monkeypatch.setattr(FakeReader, "start_account", lambda *_: live_account)
    run, unchanged = (PreviewSession(Configuration(policy()), FakeReader(), EngineCommand()) for _ in range(2))
    run.declare(Declared(URN, WEAK, PROVIDER))
    unchanged.declare_other()
    (planned,), (live,) = (json.loads(each.judge([], NOW))["accounts"] for each in (run, unchanged))
    assert planned["repair"].startswith("```typescript\n") and 'mfaOperationForLogin: "mandatory"' in planned["repair"]
    assert "repair" not in live


@pytest.mark.parametrize(("allowed", "states"), [(True, []), (False, ["refused"])])
def test_a_comment_at_the_resource_waives_in_both_kinds_of_policies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: bool, states: list[str]
) -> None:
    text = "acctgate:waive login-mfa reason=moving to a role owner=ops expires=2026-12-31"
    (tmp_path / "__main__.py").write_text(f"# {text}\npref()\n")
    monkeypatch.setattr("acctgate.crossguard.session.project_folder", lambda: tmp_path)
    monkeypatch.setattr("acctgate.crossguard.session.positions", lambda: {"pref": Place("__main__.py", 2)})
    configuration = Configuration(replace(policy(), inline_waivers=allowed))
    run = PreviewSession(configuration, FakeReader(), EngineCommand())
    run.declare(Declared(URN, WEAK, PROVIDER))
    run.declare_other()
    assert bool(messages(run)) is not allowed
    report = json.loads(run.judge([], NOW))
    assert (report["verdict"], [each["state"] for each in report.get("waivers", [])]) == (
        "pass" if allowed else "fail",
        states,
    )


def test_a_comment_in_a_program_that_records_no_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "acctgate:waive login-mfa reason=moving to a role owner=ops expires=2026-12-31"
    (tmp_path / "index.ts").write_text(f'// {text}\nnew alicloud.ram.SecurityPreference("pref", {{}});\n')
    monkeypatch.setattr("acctgate.crossguard.session.project_folder", lambda: tmp_path)
    monkeypatch.delenv(variables.POSITIONS, raising=False)
    run = PreviewSession(Configuration(replace(policy(), inline_waivers=True)), FakeReader(), EngineCommand())
    run.declare(Declared(URN, WEAK, PROVIDER))
    run.declare_other(Declared("urn:pulumi:s::p::alicloud:ram/user:User::ada", {}))
    assert messages(run) == []
    report = json.loads(run.judge([], NOW))
    [found] = (each for each in report["accounts"][0]["outcomes"] if each["rule"] == "login-mfa")
    assert (report["verdict"], found["outcome"], found["place"]) == ("pass", "waived", {"file": "index.ts", "line": 2})


@pytest.mark.parametrize("recorded", [None, {"pref": Place("index.ts", 2)}])
def test_a_comment_at_one_of_two_resources_of_a_name_waives_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recorded: dict[str, Place] | None
) -> None:
    """The other one may be in a component that is installed, and deployed to another account."""
    text = "acctgate:waive login-mfa reason=moving to a role owner=ops expires=2026-12-31"
    (tmp_path / "index.ts").write_text(f'// {text}\nnew alicloud.ram.SecurityPreference("pref", {{}});\n')
    monkeypatch.setattr("acctgate.crossguard.session.project_folder", lambda: tmp_path)
    monkeypatch.setattr("acctgate.crossguard.session.positions", lambda: recorded)
    run = PreviewSession(Configuration(replace(policy(), inline_waivers=True)), FakeReader(), EngineCommand())
    assert run._place(URN.replace("::pref", "::other::pref")) is None
    other = URN.replace(PREFERENCE_TYPE, f"acme:index:Account${PREFERENCE_TYPE}")
    for urn in (URN, other):
        run.declare(Declared(urn, WEAK, PROVIDER))
    assert (run._place(URN), run._place(other)) == (None, None)
    assert json.loads(run.judge([], NOW))["verdict"] == "fail"


def test_what_only_an_import_would_make_unknown_is_left_to_the_stack_policy() -> None:
    """A program in YAML names no version of the provider, and an older one sends what an import has recorded."""
    default = PROVIDER.removesuffix("_4_0_1")
    run = PreviewSession(Configuration(policy()), FakeReader(), EngineCommand())
    run.declare(Declared(URN, {**WEAK, "mfaOperationForLogin": "mandatory"}, default))
    assert messages(run) == []
    change = run._planned(run._declared[URN])
    note = change.effects()["MFAOperationForLogin"].note
    assert note.startswith("what pref makes of it depends on the provider's version, which is not known; ")
    run.declare(Declared(URN, {"loginNetworkMasks": "10.0.0.0/8"}, default))
    assert messages(run) == [], "a create leaves the setting as it is, so only the account decides"
    run.declare(Declared(URN, {**WEAK, "mfaOperationForLogin": UNKNOWN}, default))
    [message] = messages(run)
    assert message.startswith("not provable: pref sets it to a value that is known only after the deploy")


def test_a_stack_without_resources_is_judged() -> None:
    run = session()
    run.judge([], NOW)
    assert run.phase == Phase.JUDGED


def test_no_step_goes_back() -> None:
    run = session()
    with pytest.raises(SessionError, match="configured cannot be reported"):
        run.finish()
    with pytest.raises(SessionError, match="no violations of a session that is configured"):
        list(run.stack_violations(LOGIN_MFA))
    run.judge([], NOW)
    for step in (lambda: run.judge([], NOW), lambda: run.declare(Declared(URN, WEAK)), run.declare_other):
        with pytest.raises(SessionError, match="a session that is judged cannot be"):
            step()
    run.finish()
    with pytest.raises(SessionError, match="a session that is reported cannot be"):
        run.finish()
    with pytest.raises(SessionError, match="no violations of a session that is reported"):
        list(run.stack_violations(LOGIN_MFA))


def test_a_process_has_a_new_session_for_each_run() -> None:
    process = PackProcess(policy())
    first = process.session
    assert process.session is first
    first._reader = FakeReader()
    first.judge([], NOW)
    first.finish()
    second = process.session
    assert (second.phase, second.configuration) == (Phase.CONFIGURED, first.configuration)
    assert second is not first
    process.configure({"login-mfa": PolicySettings("advisory", {})})
    assert process.session.policy.rules["login-mfa"]["level"] == "advisory"
    assert process.policy.rules["login-mfa"]["level"] == "mandatory", "the file's policy stays"


def test_only_the_first_run_has_the_state_that_was_read_while_the_pack_was_loading() -> None:
    process = PackProcess(policy(), finished({URN: {"urn": URN}}))
    process.configure({})
    assert process.session._reader.start_state().result() == {URN: {"urn": URN}}
    process.configure({})
    assert process.session._reader.start_state().result() is None


def test_the_account_is_read_early_only_while_no_data_source_is_there() -> None:
    run = session()
    run.declare_other()
    assert run._reader.reads == [None]  # type: ignore[attr-defined]
    declare_source(run, source(account_id=ACCOUNT))
    run.declare_other()
    assert run._reader.reads == [None]  # type: ignore[attr-defined]


def test_no_account_is_read_early_if_that_may_have_reports_generated() -> None:
    """The default credentials may be those of an account that the stack's data sources do not judge."""
    run = session()
    object.__setattr__(run._reader, "extras", Extras(renewal=Renewal(timedelta(7), NOW)))
    run.declare_other()
    assert run._reader.reads == []  # type: ignore[attr-defined]
    assert f'"{ACCOUNT}"' in run.judge([], NOW), "it is read when it is judged"


def test_the_stack_policy_does_not_repeat_what_a_resource_policy_has_reported() -> None:
    run = session()
    run.declare(Declared(URN, WEAK))
    assert len(messages(run)) == 1
    run.judge([], NOW)
    assert list(run.stack_violations(LOGIN_MFA)) == []


@pytest.mark.parametrize(
    ("genuine", "read_at"), [(False, "2999-01-01T00:00:00+00:00"), (True, "2000-01-01T00:00:00+00:00")]
)
def test_a_data_source_without_proof_is_read_again(genuine: bool, read_at: str) -> None:
    run = session()
    forged = source(account_id=OTHER, read_at=read_at)
    if genuine:
        run.declare_dynamic(forged.urn, genuine=True)
    run.declare_source(forged)
    report = run.judge([forged], NOW)
    assert f'"{ACCOUNT}"' in report, "the pack has read the account"
    assert OTHER not in report


def test_a_data_source_with_proof_is_not_read_again() -> None:
    run = session()
    declare_source(run, read := source(account_id=OTHER))
    run.declare_dynamic("batch", genuine=True)
    assert f'"{OTHER}"' in run.judge([read], NOW)


def test_code_of_the_program_beside_a_data_source_proves_nothing() -> None:
    """It runs in the same process, and may come later than the data source."""
    run = session()
    declare_source(run, read := source(account_id=OTHER))
    run.declare_dynamic("other", genuine=False)
    report = run.judge([read], NOW)
    assert f'"{ACCOUNT}"' in report and OTHER not in report


@pytest.mark.parametrize("endpoint", ["127.0.0.1:9", None])
def test_a_server_that_the_program_chooses_proves_nothing(
    endpoint: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACCTGATE_ENDPOINT", raising=False)
    if endpoint:
        monkeypatch.setenv("ACCTGATE_ENDPOINT", endpoint)
    run = session()
    declare_source(run, read := source(account_id=OTHER, endpoint="127.0.0.1:10"))
    report = run.judge([read], NOW)
    assert f'"{ACCOUNT}"' in report and OTHER not in report
    assert not any(run._reader.targets), "the pack reads from its own server"  # type: ignore[attr-defined]


# --- waivers ---


def declared(*waivers: Waiver, read: str | None = ACCOUNT, role: str | None = None) -> PreviewSession:
    """Return a session with a weak resource, which may belong to another account."""
    run = session(*waivers, account=read)
    inputs = {"assumeRole": {"roleArn": role}} if role else None
    run.declare(Declared(URN, WEAK, f"urn:pulumi:s::p::pulumi:providers:alicloud::{'other' if role else 'x'}", inputs))
    return run


def test_a_waiver_for_every_account_covers_a_resource() -> None:
    assert messages(declared(waiver(None))) == []


def test_a_waiver_of_the_account_covers_a_resource() -> None:
    assert messages(declared(waiver(ACCOUNT))) == [], "the account is read"
    run = declared(waiver(ACCOUNT), read=OTHER)
    declare_source(run, source(account_id=ACCOUNT))
    assert messages(run) == [], "a data source has read it"
    assert run._reader.reads == []  # type: ignore[attr-defined]
    role = f"acs:ram::{ACCOUNT}:role/deploy"
    assert messages(declared(waiver(ACCOUNT), read=OTHER, role=role)) == [], "the provider names it"


def test_a_waiver_of_another_account_covers_nothing() -> None:
    assert len(messages(declared(waiver(OTHER)))) == 1
    role = f"acs:ram::{OTHER}:role/deploy"
    assert len(messages(declared(waiver(ACCOUNT), role=role))) == 1


def test_without_a_waiver_of_an_account_the_account_is_not_read() -> None:
    run = declared()
    assert len(messages(run)) == 1
    assert run._reader.reads == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("sources", [(None,), (ACCOUNT, OTHER)], ids=["unidentified", "several"])
def test_where_the_account_is_not_known_the_stack_policy_judges(sources: tuple[str | None, ...]) -> None:
    run = declared(waiver(ACCOUNT))
    for account in sources:
        declare_source(run, source(str(account), account_id=account))
    assert messages(run) == []
    preference = {"LoginProfilePreference": {"MFAOperationForLogin": "mandatory"}}
    declare_source(run, read := source(SecurityPreference=preference))
    run.judge([read], NOW)
    assert [violation.urn for violation in run.stack_violations(LOGIN_MFA)] == [URN]


def grouped(*waivers: dict[str, str], **entry: Any) -> PreviewSession:
    """Return a session whose policy has a group that login-mfa has another entry in."""
    group = {"match": {"folder": "/prod"}, "rules": {"login-mfa": entry}, "waivers": list(waivers)}
    found = policy_of({"login-mfa": {"require": "mandatory"}, "root-mfa": {}}, groups={"prod": group})
    run = PreviewSession(Configuration(found), FakeReader())
    run.declare(Declared(URN, WEAK, PROVIDER))
    return run


def test_a_resource_is_refused_at_once_only_if_it_fails_in_every_group() -> None:
    assert messages(grouped(require="adaptive")), "independent is neither"
    assert messages(grouped(level="advisory")) == [], "only the stack policy judges the account with its groups"
    waiver = {"rule": "login-mfa", "reason": "r", "owner": "o", "expires": "2099-01-01"}
    assert messages(grouped(waiver, require="adaptive")) == []


@pytest.mark.parametrize(
    ("folder", "level", "outcome"),
    [("/prod/a", "advisory", "fail"), ("/dev", "mandatory", "fail"), (None, "mandatory", "unknown")],
)
@pytest.mark.parametrize("by", ["the pack", "a data source"])
def test_an_account_is_judged_by_the_group_of_its_folder(folder: str | None, level: str, outcome: str, by: str) -> None:
    run = grouped(level="advisory")
    object.__setattr__(run._reader, "folder", folder)
    sources = []
    if by == "a data source":
        preference = {"LoginProfilePreference": {"MFAOperationForLogin": "independent"}}
        sources = [source(account_id=ACCOUNT, SecurityPreference=preference)]
        declare_source(run, sources[0])
    run.judge(sources, NOW)
    (account,) = run._judged.accounts
    assert account.report.groups == (("prod",) if level == "advisory" else ())
    found = [(each.level, each.outcome) for each in account.report.outcomes if each.rule == "login-mfa"]
    assert found == [(level, outcome if sources else "unknown")], "nobody has read the preference of the pack's account"
    assert (account.report.alias == "prod") == (folder is not None)


@pytest.mark.parametrize(("folder", "blocking", "advisory"), [("/prod", 0, 1), ("/dev", 1, 0), (None, 1, 0)])
def test_violations_are_reported_at_the_level_of_the_group(folder: str | None, blocking: int, advisory: int) -> None:
    run = grouped(level="advisory")
    run.judge([], NOW)
    (account,) = run._judged.accounts
    member = {"member": {"folder": folder}} if folder else {}
    document = {"version": 1, "account_id": ACCOUNT, **member}
    change = overlay(
        Snapshot.from_document(document), [PlannedChange(URN, "create", {"MFAOperationForLogin": "independent"})]
    )
    (report,) = evaluate([change], run.policy, NOW)
    run._judged = JudgedStack((replace(account, report=report),))
    assert len(list(run.stack_violations(LOGIN_MFA))) == blocking
    assert len(list(run.stack_violations(LOGIN_MFA, advisory=True))) == advisory

"""Secrets are found nowhere: in no format, at no log level, in no file that is left behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest

from acctgate.demo import DemoAccount, DemoServer, credentials
from acctgate.redact import one_line, protect, without_secrets
from acctgate.render import FORMATS
from acctgate.sources import retry, sdk
from tests.support.canaries import (
    BEARER,
    ECHOES,
    FOREIGN,
    KEY_ID,
    OIDC,
    SECRET,
    SESSION_SECRET,
    SESSION_TOKEN,
    SIGNATURE,
    TOKEN,
    USED,
    WEBHOOK,
    files,
    forms,
    found,
)
from tests.support.chat import OK, Chat
from tests.support.demo import demo_server
from tests.support.engine import Stack, data_sources
from tests.support.process import Done, run_here
from tests.support.secrets import unprotect

ROLE: Final = "acs:ram::1234567890123456:role/audit"
_ENVIRONMENT: Final = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID,
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET,
    "ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN,
}
_ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "GetCallerIdentity": {"AccountId": "1234567890123456", "Arn": f"acs:ram::1234567890123456:user/{SECRET}"},
    "GetSecurityPreference": {"SecurityPreference": DemoAccount().preference},
    "ListCompliancePacks": {
        "CompliancePacksResult": {
            "TotalCount": 1,
            "CompliancePacks": [{"CompliancePackId": "cp-1", "Status": "ACTIVE"}],
        }
    },
    "GetCompliancePackReport": {
        "CompliancePackReport": {"CompliancePackId": "cp-1", "ReportStatus": "COMPLETE", "ReportCreateTimestamp": 1}
    },
}

_MANY: Final[dict[str, dict[str, Any]]] = {
    "GetResourceDirectory": {
        "ResourceDirectory": {
            "ResourceDirectoryId": "rd-1",
            "MasterAccountId": "1234567890123456",
            "MasterAccountName": "ECHO",
            "RootFolderId": "r-1",
        }
    },
    "ListAccounts": {
        "Accounts": {
            "Account": [
                {
                    "AccountId": account,
                    "DisplayName": "ECHO",
                    "FolderId": "fd-1",
                    "Status": "ECHO",
                    "Tags": {"Tag": [{"Key": "ECHO", "Value": "ECHO"}]},
                }
                for account in ("1234567890123456", "1000000000000002")
            ]
        },
        "TotalCount": 2,
    },
    "ListFoldersForParent": {"Folders": {"Folder": [{"FolderId": "fd-1", "FolderName": "ECHO"}]}, "TotalCount": 1},
    "AssumeRole": {
        "Credentials": {
            "AccessKeyId": "STS.NTx4Kp9Vb2",
            "AccessKeySecret": SESSION_SECRET,
            "SecurityToken": SESSION_TOKEN,
            "Expiration": "2099-01-01T00:00:00Z",
        }
    },
}
"""An organization: a role that may be assumed, in an account that answers as another one."""

_REPORT: Final = {"ReportUrl": f"https://bucket.oss.example/x?Signature={SIGNATURE}"}


class _Echo(BaseHTTPRequestHandler):
    """Answers with everything that it knows of the caller, in values, keys and errors."""

    echo = place = ""

    def do_POST(self) -> None:
        """Answer any call."""
        template = json.dumps((_ANSWERS | _MANY).get(self.headers["x-acs-action"], {}))
        answer = json.loads(template.replace('"ECHO"', json.dumps(self.echo)))
        for section in answer.values():
            if isinstance(section, dict):
                section |= {
                    "Echo": self.echo,
                    f"Key {self.echo}": self.headers["Authorization"],
                    "ReportUrl": self.echo,
                }
                section.update(_REPORT if "ReportStatus" in section else {})
        body = {"RequestId": "1", **answer}
        if not answer:
            token = self.headers.get("x-acs-security-token")
            body |= {"Code": "Forbidden.RAM", "Message": f"{self.echo} {token} {self.headers['Authorization']}"}
        raw = json.dumps(body).encode()
        self.send_response(200 if answer else 403, self.echo.split()[0][:80])
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("x-acs-request-id", "1")
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST

    def log_message(self, *args: object) -> None:
        """Write nothing."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Serve echoes to a user whose home, temporary files and working directory are below one folder."""
    for variable, name in (
        ("HOME", "home"),
        ("TMPDIR", "tmp"),
        ("XDG_CACHE_HOME", "cache"),
        ("GITHUB_STEP_SUMMARY", "s"),
    ):
        (folder := tmp_path / "left" / name).parent.mkdir(exist_ok=True)
        folder.touch() if name == "s" else folder.mkdir()
        monkeypatch.setenv(variable, str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(tmp_path / "left")
    for name, value in _ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(retry, "_BACKOFF", 0.001)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setattr(_Echo, "place", f"127.0.0.1:{server.server_port}")
        monkeypatch.setenv("ACCTGATE_ENDPOINT", _Echo.place)
        yield tmp_path / "left"
        server.shutdown()
    unprotect()


def searched(done: Done, folder: Path, *inputs: Path) -> None:
    """Hold that a command printed no secret and left none in a file."""
    assert found({"stdout": done.stdout, "stderr": done.stderr, **files(folder, *inputs)}) == []


def test_the_search_finds_every_form() -> None:
    for value in (KEY_ID, SECRET, TOKEN, OIDC):
        for name, text in forms(value).items():
            assert found({name: f"before {text} after"}), name
    for text in FOREIGN:
        assert found({"x": text}), text
    assert BEARER in "".join(FOREIGN)


@pytest.mark.parametrize(
    "echo", [" ".join(reversed(FOREIGN)), " ".join(forms(SECRET).values()), " ".join(forms(TOKEN).values())]
)
def test_a_snapshot_and_every_format(home: Path, monkeypatch: pytest.MonkeyPatch, echo: str) -> None:
    monkeypatch.setattr(_Echo, "echo", echo)
    reports = [argument for name in FORMATS for argument in ("--format", f"{name}=report.{name}")]
    done = run_here("--debug", "check", "--policy", "strict", *reports)
    assert (done.status, len(list(home.glob("report.*")))) == (1, len(FORMATS))
    searched(done, home)
    searched(run_here("--debug", "snapshot", "--output", "prod.json"), home)
    assert (
        json.loads((home / "prod.json").read_text())["errors"]["AccountSecurityPracticeInfo"]["code"] == "Forbidden.RAM"
    )


def test_every_other_command_that_reads(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Echo, "echo", " ".join(ECHOES))
    run_here("snapshot", "--output", "prod.json")
    for arguments in (
        ("snapshot", "--role-arn", ROLE),
        ("fix", "--policy", "strict"),
        ("diff", "prod.json", "prod.json", "--policy", "strict", "--format", "markdown"),
        ("doctor",),
        ("compliance", "list"),
        ("compliance", "status", "cp-1"),
        ("compliance", "download", "cp-1", "--output", "sheet.xlsx"),
        ("init", "--yes", "--region", "cn-shanghai"),
    ):
        searched(run_here("--debug", *arguments), home)


def test_many_accounts(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Directory, sessions of roles, parts and their merge, reports of controls, a history, and what has changed."""
    monkeypatch.setattr(_Echo, "echo", " ".join(ECHOES))
    monkeypatch.setattr("acctgate.organization.pace._ATTEMPTS", 1)
    (home / "history").mkdir()
    reports = [argument for name in FORMATS for argument in ("--format", f"{name}=report.{name}")]
    printed: dict[str, str] = {}
    for arguments in (
        ("snapshot", "--organization", "--run", "r", "--shard", "1/2", "--output", "part-1.ndjson"),
        ("snapshot", "--organization", "--run", "r", "--shard", "2/2", "--output", "part-2.ndjson"),
        ("merge", "part-1.ndjson", "part-2.ndjson", "--output", "all.ndjson"),
        ("check", "--organization", "--policy", "strict", "--framework", "cis-2.0", *reports),
        ("check", "--snapshot", "all.ndjson", "--policy", "strict", "--since", "report.json"),
        ("snapshot", "--output", "history/"),
        ("check", "--history", "history", "--policy", "strict", "--format", "html"),
        ("diff", "report.json", "report.json", "--format", "text"),
        ("explain", "--report", "report.json", "--rule", "login-mfa"),
    ):
        done = run_here("--debug", *arguments)
        assert done.status in (0, 1, 3), done
        printed[" ".join(arguments[:4])] = f"{done.stdout} {done.stderr}"
    assert found({**printed, **files(home)}) == []


@pytest.mark.parametrize("service", OK)
def test_a_notification(home: Path, monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    monkeypatch.setattr(_Echo, "echo", " ".join(ECHOES))
    variable = f"ACCTGATE_{service.upper()}_WEBHOOK"
    with Chat(answer=" ".join(ECHOES).encode()) as chat:
        monkeypatch.setenv(variable, f"{chat.address}/{WEBHOOK}")
        monkeypatch.setenv(f"{variable}_SECRET", WEBHOOK)
        for policy, status in (("strict", 1), ("missing.yaml", 2)):
            done = run_here("--debug", "check", "--policy", policy, "--notify", service)
            assert done.status == status
            searched(done, home)
            assert WEBHOOK not in f"{done}"
    messages = {str(number): json.dumps(message.body) for number, message in enumerate(chat.received)}
    assert len(messages) == 2 and found(messages) == [] and WEBHOOK not in "".join(messages.values())


@pytest.mark.parametrize("form", forms(OIDC))
def test_an_oidc_token(home: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """The SDK's own message may quote the token that it sends."""
    for name in _ENVIRONMENT:
        monkeypatch.delenv(name)
    (token := home / "token").write_text(f"{OIDC}\n")
    monkeypatch.setenv("ALIBABA_CLOUD_ROLE_ARN", ROLE)
    monkeypatch.setenv("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1234567890123456:oidc-provider/ci")
    monkeypatch.setenv("ALIBABA_CLOUD_OIDC_TOKEN_FILE", str(token))

    def refuse(found: Any) -> Any:
        raise RuntimeError(f"refresh session token failed {forms(OIDC)[form]}")

    monkeypatch.setattr(sdk, "get_keys", refuse)
    done = run_here("--debug", "snapshot")
    assert done.status == 2 and "OIDC" in done.stderr
    searched(done, home, token)


def test_every_form_of_a_known_secret_is_redacted() -> None:
    protect(*USED)
    try:
        done = {f"{value[:5]} {name}": _redacted(text) for value in USED for name, text in forms(value).items()}
        assert found(done) == []
    finally:
        unprotect()


def _redacted(text: str) -> str:
    return f"{one_line(text)} {without_secrets(text)} {json.dumps(without_secrets({text: [text]}))}"


@pytest.mark.engine
@pytest.mark.usefixtures("home")
def test_pulumi_state_inputs_and_output(
    make_stack: Callable[..., Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Echo, "echo", " ".join(ECHOES))
    stack = make_stack(
        data_sources, policy="version: 1\nextends: strict\n", **_ENVIRONMENT, ACCTGATE_ENDPOINT=_Echo.place
    )
    runs = [stack.run(command, pack=pack) for command, pack in (("preview", True), ("up", False))]
    assert runs[0].report is not None and runs[1].ok
    state = files(tmp_path / "state")
    assert any("Forbidden.RAM" in text for text in state.values())
    output = {str(number): f"{run.output} {run.violations} {run.report}" for number, run in enumerate(runs)}
    assert found({**output, **state, **files(tmp_path / "left"), **files(tmp_path / "work")}) == []


USER: Final = "canaryuser7f3a"
"""A user's name: personal data, which only reports that ask for names may have."""
_NAMED: Final = ("text", "json", "ndjson", "sarif", "markdown", "html")
"""Formats that name users. The others go to logs and tables."""


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DemoServer]:
    """Serve the demo account, in which every user is a canary."""
    monkeypatch.setattr(credentials, "USERS", tuple(f"{USER}-{number}" for number in range(9)))
    monkeypatch.setattr("acctgate.sources.credential_report.FIRST_PAUSE", 0.001)
    monkeypatch.chdir(tmp_path)
    with demo_server(monkeypatch) as server:
        yield server


def _with_waiver(folder: Path) -> Path:
    """Return a policy with waivers for two users: one applies to nothing, one is expired."""
    lines = ("user-mfa", "2099-01-31"), ("old-access-keys", "2020-01-31")
    given = "".join(
        f"  - {{rule: {rule}, user: {USER}-0@example.onaliyun.com, reason: r, owner: o, expires: {day}}}\n"
        for rule, day in lines
    )
    (policy := folder / "policy.yaml").write_text(f"version: 1\nextends: strict\nwaivers:\n{given}")
    return policy


def test_names_are_in_no_log(named: DemoServer, tmp_path: Path) -> None:
    policy = _with_waiver(tmp_path)
    reports = [argument for name in FORMATS for argument in ("--format", f"{name}=report.{name}")]
    done = run_here("--debug", "check", "--names", "--policy", policy, *reports)
    assert done.status == 1
    assert USER not in done.stdout + done.stderr
    assert {name for name in FORMATS if USER in Path(f"report.{name}").read_text(errors="replace")} == set(_NAMED)
    for arguments in (("check",), ("snapshot",), ("check", "--names", "hash"), ("snapshot", "--names", "hash")):
        options = ("--policy", policy) if arguments[0] == "check" else ()
        assert USER not in f"{run_here('--debug', *arguments, *options)}", arguments
    assert USER in run_here("snapshot", "--names").stdout


def test_a_report_that_is_broken_names_nobody(named: DemoServer, tmp_path: Path) -> None:
    account = named.account.credentials
    run_here("snapshot", "--names")
    for column, value in (("mfa_active", USER), ("access_key_1_last_used", USER), ("user", f"{USER}-0")):
        for row in account._rows:
            row[column] = value if column != "access_key_1_last_used" else f"{value}-now"
            row["access_key_1_exist"] = row["access_key_1_active"] = "TRUE"
        done = run_here("--debug", "check", "--names", "--policy", "strict", "--format", "json")
        assert "the names are unknown: " in done.stdout and USER not in f"{done}"


@pytest.mark.engine
def test_names_are_not_in_pulumis_state(named: DemoServer, make_stack: Callable[..., Stack], tmp_path: Path) -> None:
    """The pack reads the names of the account that data sources have read, and only its report has them."""
    policy = "version: 1\nextends: strict\nnames: clear\n"
    stack = make_stack(data_sources, policy=policy, **named.environment)
    runs = [stack.run(command, pack=pack) for command, pack in (("preview", True), ("up", False))]
    report = runs[0].report
    assert report is not None and runs[1].ok
    outcomes = {each["rule"]: each for each in report["accounts"][0]["outcomes"]}
    assert outcomes["user-mfa"]["names_match"] is True and len(outcomes["user-mfa"]["names"]) == 9
    texts = {**files(tmp_path / "state"), **files(tmp_path / "work")}
    texts |= {str(number): f"{run.output} {run.violations}" for number, run in enumerate(runs)}
    assert texts and not [name for name, text in texts.items() if USER in text]

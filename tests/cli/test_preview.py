"""`acctgate preview` as a process, in Pulumi projects of its own: exit status, report, the line that says why."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from acctgate.demo import DemoServer
from acctgate.reference import schemas
from tests.support import ROOT, one_line
from tests.support.chat import NO_LINK, Chat
from tests.support.engine import Stack

pytestmark = pytest.mark.engine
Done = subprocess.CompletedProcess[str]
ENGINE = ROOT / ".cache/pulumi/bin"
BLOCKING = {"login-mfa", "security-score", "root-access-keys", "root-mfa", "user-mfa", "password-strength"}
DATA_SOURCE = "from acctgate.crossguard import SecurityPreference\nSecurityPreference('preference')\n"


IN_YAML = """name: gate
runtime: yaml
resources:
  passwords:
    type: alicloud:ram:PasswordPolicy
    properties: {minimumPasswordLength: 14}
  # acctgate:waive network-masks reason=trial owner=ada expires=EXPIRES
  account:
    type: alicloud:ram:SecurityPreference
    properties:
      mfaOperationForLogin: mandatory
      loginSessionDuration: 6
      loginNetworkMasks: {"fn::join": [";", [10.0.0.0/8, "${passwords.id}"]]}
""".replace("EXPIRES", str(datetime.now(UTC).date() + timedelta(days=30)))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Create a project with the repository's program, a policy, and no pack of its own."""
    folder = tmp_path / "project"
    (folder / "policies").mkdir(parents=True)
    (folder / "policies/policy.yaml").write_text("version: 1\nextends: baseline\n")
    (folder / "Pulumi.yaml").write_text("name: gate\nruntime: python\n")
    shutil.copy(ROOT / "__main__.py", folder)
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the repository's own program and pack."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "policies", folder / "policies", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    """Serve a separate demo account for each test."""
    with DemoServer() as server:
        yield server


def preview(folder: Path, *arguments: str, **variables: str) -> Done:
    """Run the command in a project. It must leave nothing behind."""
    before = files(folder)
    path = os.pathsep.join((str(ENGINE), os.environ["PATH"]))
    done = subprocess.run(
        [sys.executable, "-m", "acctgate", "preview", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path, **variables},
        capture_output=True,
        timeout=240,
        check=False,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
    )
    assert files(folder) == before
    assert "Traceback" not in done.stdout + done.stderr
    return done


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def live(folder: Path, demo: DemoServer, *arguments: str, **variables: str) -> Done:
    """Run it with --endpoint, on a demo account that the test has changed."""
    own = {name: value for name, value in demo.environment.items() if name != "ACCTGATE_ENDPOINT"}
    return preview(folder, "--endpoint", demo.endpoint, *arguments, **{**own, **variables})


def report_of(text: str) -> dict[str, Any]:
    """Return a JSON report, after validating it against its schema."""
    report: dict[str, Any] = json.loads(text)
    jsonschema.validate(report, schemas.schema("report"))
    return report


def rules(report: dict[str, Any], outcome: str, level: str = "mandatory") -> set[str]:
    """Return the rules with that outcome and level."""
    found = [o for account in report["accounts"] for o in account["outcomes"]]
    return {o["rule"] for o in found if (o["outcome"], o["level"]) == (outcome, level)}


def refused(done: Done, *parts: str) -> None:
    """Exit status 2, no report, and one line that says why."""
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    one_line(done.stderr, *parts)
    assert done.stderr.startswith("acctgate: ")


# --- the verdict ---


def test_the_repositorys_own_program_is_blocked_on_the_demo_account(copy: Path) -> None:
    done = preview(copy, "--demo", "--format", "json")
    assert (done.returncode, done.stderr) == (1, "")
    report = report_of(done.stdout)
    assert report["verdict"] == "fail"
    assert [account["account"] for account in report["accounts"]] == ["1234567890123456"]
    assert rules(report, "fail") == BLOCKING


def test_several_formats_and_a_message(copy: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    with Chat() as chat:
        options = ("--format", "text", "--format", f"json={file}", "--notify", "slack")
        done = preview(copy, "--demo", *options, ACCTGATE_SLACK_WEBHOOK=f"{chat.address}/hook", **NO_LINK)
    assert (done.returncode, done.stderr) == (1, "")
    [message] = chat.received
    assert message.body["text"].startswith("acctgate: BLOCKED\naccount 1234567890123456\n✗ root-")
    assert message.body["text"].endswith("\nand 1 more")
    assert done.stdout.startswith("BLOCKED  account 1234567890123456: 6 violations of 15 mandatory rules\n")
    assert rules(report_of(file.read_text()), "fail") == BLOCKING


def test_controls_and_earlier_runs(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "history").mkdir()
    snapshot = {"version": 1, "account_id": "1234567890123456", "taken_at": "2026-01-02T03:04:05Z"}
    (tmp_path / "history/a.json").write_text(json.dumps({**snapshot, "AccountSecurityPracticeInfo": {"Score": 40}}))
    (tmp_path / "since.json").write_text('{"version": 1, "verdict": "pass", "accounts": [], "counts": {}}')
    earlier = ("--since", str(tmp_path / "since.json"), "--history", str(tmp_path / "history"))
    done = preview(copy, "--demo", "--framework", "cis-2.0", *earlier, "--format", "json")
    assert done.returncode == 1
    report = report_of(done.stdout)
    (account,) = report["accounts"]
    (framework,) = account["frameworks"]
    assert (framework["framework"], framework["verdict"]) == ("cis-2.0", "fail")
    assert {each["outcome"] for each in framework["controls"]} >= {"fail", "pass"}
    assert report["frameworks"][0]["id"] == "cis-2.0"
    assert report["since"]["new"] == ["1234567890123456"]
    (outcome,) = (each for each in account["outcomes"] if each["rule"] == "security-score")
    assert outcome["open_since"] == "2026-01-02T03:04:05Z"
    assert report["days"][0]["day"] == "2026-01-02"


def test_output_and_the_packs_own_report(copy: Path, tmp_path: Path) -> None:
    file, own = tmp_path / "output.json", tmp_path / "own.json"
    done = preview(copy, "--demo", "--format", "json", "--output", str(file), ACCTGATE_REPORT=str(own))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    written = report_of(own.read_text())
    run = written.pop("run")
    assert (run["project"], run["stack"]) == ("acctgate", "preview")
    assert report_of(file.read_text()) == written


def test_what_a_program_prints_does_not_reach_standard_output(project: Path) -> None:
    program = project / "__main__.py"
    prints = "import os, subprocess\nprint('one')\nos.write(1, b'two\\n')\nsubprocess.run(['echo', 'three'])\n"
    program.write_text(prints + program.read_text())
    done = preview(project, "--demo", "--format", "json")
    assert done.returncode == 1
    assert report_of(done.stdout)["verdict"] == "fail"
    assert done.stderr.split() == ["one", "two", "three"]


def test_a_compliant_account_passes(copy: Path, demo: DemoServer) -> None:
    demo.account.comply()
    done = live(copy, demo, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert report_of(done.stdout)["verdict"] == "pass"


def test_a_denied_api_is_3(copy: Path, demo: DemoServer) -> None:
    demo.account.comply()
    demo.denied = {"GetSecurityPreference"}
    done = live(copy, demo, "--format", "json")
    assert done.returncode == 3
    assert rules(report_of(done.stdout), "unknown") >= {"login-mfa", "session-duration"}
    one_line(done.stderr, "acctgate: unknown: login-mfa: ", "NoPermission", "ram:GetSecurityPreference")


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "nobody", "InvalidAccessKeyId.NotFound"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "wrong", "SignatureDoesNotMatch"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "", "no credentials for Alibaba Cloud"),
        ("ACCTGATE_ROLE_ARN", "acs:ram::99:role/audit", "EntityNotExist.Role"),
    ],
    ids=["key", "secret", "none", "role"],
)
def test_wrong_credentials_prove_nothing(
    copy: Path, demo: DemoServer, tmp_path: Path, variable: str, value: str, code: str
) -> None:
    demo.account.comply()
    done = live(copy, demo, "--format", "json", **{"HOME": str(tmp_path), variable: value})
    report = report_of(done.stdout)
    assert (done.returncode, report["verdict"], report["counts"]["pass"]) == (3, "unknown", 0)
    one_line(done.stderr, "acctgate: unknown: ", code)


def test_an_endpoint_where_nobody_listens_proves_nothing(copy: Path, demo: DemoServer) -> None:
    with DemoServer() as gone:
        endpoint = gone.endpoint
    done = preview(copy, "--format", "json", "--endpoint", endpoint, **{**demo.environment, "ACCTGATE_ENDPOINT": ""})
    report = report_of(done.stdout)
    assert (done.returncode, report["verdict"], report["counts"]["pass"]) == (3, "unknown", 0)
    one_line(done.stderr, "acctgate: unknown: ", endpoint, "connection refused")


def test_a_program_without_data_sources_is_judged_all_the_same(project: Path, demo: DemoServer) -> None:
    """The pack reads the account of the environment itself."""
    (project / "__main__.py").write_text("")
    assert live(project, demo).returncode == 1
    demo.account.comply()
    assert live(project, demo).returncode == 0
    demo.denied = {"GetSecurityPreference"}
    assert live(project, demo).returncode == 3


# --- the program decides nothing ---


@pytest.mark.parametrize("code", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_a_program_that_ends_its_process_passes_nothing(project: Path, demo: DemoServer, code: str) -> None:
    demo.account.comply()
    (project / "__main__.py").write_text(f"import os\n{DATA_SOURCE}{code}\n")
    refused(live(project, demo), "the program's process ended before the preview did")
    _expect_no_process(project)


@pytest.mark.parametrize(("ending", "status"), [(signal.SIGTERM, 2), (signal.SIGKILL, -9)])
def test_a_preview_that_is_stopped_leaves_no_process_behind(
    project: Path, tmp_path: Path, ending: signal.Signals, status: int
) -> None:
    (project / "__main__.py").write_text(
        "import ctypes, signal, time\n"
        "ctypes.CDLL(None).signal(int(signal.SIGTERM), ctypes.c_void_p(1))  # SIG_IGN, from any thread\n"
        "print('started', flush=True)\ntime.sleep(60)\n"
    )
    path = os.pathsep.join((str(ENGINE), os.environ["PATH"]))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "acctgate", "preview", "--demo"],
        cwd=project,
        env={**os.environ, "PATH": path, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert any("started" in line for line in process.stderr)
        process.send_signal(ending)
        _, messages = process.communicate(timeout=60)  # returns once no process has the output open
    assert process.returncode == status
    if ending is signal.SIGTERM:
        assert "acctgate: interrupted" in messages
        assert not [*temporary.iterdir()]
    _expect_no_process(project)


def _expect_no_process(project: Path) -> None:
    """Wait for the processes of a preview to end. Nothing stops a policy pack whose engine was killed."""
    mark, deadline = f"ACCTGATE_PROJECT={project}".encode(), time.monotonic() + 30
    while running := [file.parent.name for file in Path("/proc").glob("[0-9]*/environ") if mark in _content(file)]:
        assert time.monotonic() < deadline, running
        time.sleep(0.5)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # the process has ended, or is another user's
        return b""


PATCHES = """
import acctgate.cli.support.writer, acctgate.model.report, sys
acctgate.cli.support.writer.Writer.write = lambda *_: 0
acctgate.model.report.read_report = None
sys.exit = lambda *_: None
"""


def test_a_program_that_patches_acctgate_changes_nothing(project: Path) -> None:
    program = project / "__main__.py"
    program.write_text(PATCHES + program.read_text())
    assert preview(project, "--demo").returncode == 1


def test_a_program_gets_no_token_and_no_place_for_a_report(project: Path, tmp_path: Path) -> None:
    names = ["GITHUB_OUTPUT", "GITHUB_ENV", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL"]
    names += ["GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY", "BASH_ENV", "ACTIONS_RUNTIME_TOKEN"]
    names += ["CIRCLE_OIDC_TOKEN", "BITBUCKET_STEP_OIDC_TOKEN", "SYSTEM_ACCESSTOKEN", "BUILDKITE_ENV_FILE"]
    names += ["ACCTGATE_REPORT", "ACCTGATE_RUN"]
    program = project / "__main__.py"
    program.write_text(f"import os\nprint([name for name in {names} if name in os.environ])\n" + program.read_text())
    done = preview(project, "--demo", **dict.fromkeys(names, str(tmp_path / "x")))
    assert (done.returncode, done.stderr) == (1, "[]\n")


ENDS_PACK = """
import os

from acctgate.rules.base import RuleEntry, SettingRule

RULE = SettingRule(
    id="acme-score", title="Score", doc="Why.", severity="low", setting="AccountSecurityPracticeInfo.Score",
    parameters=RuleEntry, expected=lambda want: "any", judge=lambda *_: os.kill(os.getpid(), 9), remediation="None.",
)
"""


def test_a_rule_module_that_ends_the_pack_passes_nothing(copy: Path, demo: DemoServer) -> None:
    demo.account.comply()
    (copy / "policies/acme.py").write_text(ENDS_PACK)
    (copy / "policies/policy.yaml").write_text("version: 1\nrule_modules: [./acme.py]\nrules: {acme-score: {}}\n")
    done = live(copy, demo)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr


def test_an_earlier_report_does_not_stay(project: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text("{}")
    (project / "__main__.py").write_text("raise ValueError('broken')")
    refused(preview(project, "--demo", ACCTGATE_REPORT=str(own)), "ValueError: broken")
    assert not own.exists()


WAIVED = """
version: 1
rules: {login-mfa: {require: mandatory}}
waivers: [{rule: login-mfa, account: "1234567890123456", reason: r, owner: ada, expires: 2099-01-01}]
"""


@pytest.mark.parametrize("first", [True, False])
def test_a_waiver_of_the_account_reaches_the_resource_policy(project: Path, tmp_path: Path, first: bool) -> None:
    parts = [PREFERENCE, DATA_SOURCE] if first else [DATA_SOURCE, PREFERENCE]
    (project / "__main__.py").write_text("\n".join(parts))
    policy = tmp_path / "waived.yaml"
    policy.write_text(WAIVED)
    done = preview(project, "--demo", "--policy", str(policy), "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert rules(report_of(done.stdout), "waived") == {"login-mfa"}


# --- the project ---


def test_a_project_without_a_pack_gets_the_bundled_one(project: Path) -> None:
    """Its policy is then the preset baseline, as for check."""
    done = preview(project, "--demo", "--format", "json")
    assert (done.returncode, done.stderr) == (1, "")
    assert rules(report_of(done.stdout), "fail") == {"root-access-keys", "root-mfa"}


def test_a_named_policy_wins(copy: Path, tmp_path: Path) -> None:
    policy = tmp_path / "other.yaml"
    policy.write_text("version: 1\nrules:\n  session-duration: {max_hours: 5}\n")
    done = preview(copy, "--demo", "--format", "json", "--policy", str(policy))
    assert rules(report_of(done.stdout), "fail") == {"session-duration"}


def test_a_program_in_another_folder_runs_there(project: Path) -> None:
    (project / "src").mkdir()
    (project / "Pulumi.yaml").write_text("name: gate\nruntime: python\nmain: src\n")
    (project / "__main__.py").rename(project / "src/__main__.py")
    with (project / "src/__main__.py").open("a") as file:
        file.write("import os\nprint(os.getcwd())\n")
    done = preview(project, "--demo")
    assert (done.returncode, done.stderr) == (1, f"{project / 'src'}\n")


def test_a_proxy_does_not_get_the_engines_own_calls(copy: Path, demo: DemoServer) -> None:
    demo.account.comply()
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    done = live(copy, demo, **proxies)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stack_of_ones_own(copy: Path, demo: DemoServer, tmp_path: Path) -> None:
    demo.account.comply()
    backend = own_backend(tmp_path)
    made = subprocess.run(
        [ENGINE / "pulumi", "stack", "init", "mine"],
        cwd=copy,
        env={**os.environ, **backend},
        check=True,
        capture_output=True,
    )
    assert made.returncode == 0
    done = live(copy, demo, "--stack", "mine", **backend)
    assert (done.returncode, done.stderr) == (0, "")
    done = live(copy, demo, "--stack", "mine", **{**backend, "PULUMI_CONFIG_PASSPHRASE": "wrong"})
    refused(done, "the Pulumi engine failed: ", "passphrase")


def test_a_stack_that_does_not_exist(copy: Path, tmp_path: Path) -> None:
    done = preview(copy, "--demo", "--stack", "nope", **own_backend(tmp_path))
    refused(done, "stack nope: does not exist")


def test_a_back_end_that_does_not_exist(copy: Path, tmp_path: Path) -> None:
    nowhere = (tmp_path / "nowhere").as_uri()
    done = preview(copy, "--demo", "--stack", "nope", PULUMI_BACKEND_URL=nowhere, PULUMI_CONFIG_PASSPHRASE="")
    refused(done, "the Pulumi engine failed: ", nowhere)


def own_backend(tmp_path: Path) -> dict[str, str]:
    """Create a back end in a folder."""
    (tmp_path / "backend").mkdir()
    return {"PULUMI_BACKEND_URL": (tmp_path / "backend").as_uri(), "PULUMI_CONFIG_PASSPHRASE": ""}


# --- what goes wrong ---


@pytest.mark.parametrize(
    ("program", "parts"),
    [
        ("raise ValueError('two\\nlines')", ["__main__.py:1: ValueError: two lines"]),
        (f"{DATA_SOURCE}raise KeyError('late')", ["__main__.py:3: KeyError: 'late'"]),
        ("x = (", ["__main__.py:1: SyntaxError: "]),
        ("import nowhere.to_be_found", ["__main__.py:1: ModuleNotFoundError: ", "nowhere"]),
        ("import sys\nsys.exit(1)", ["__main__.py: the program ended with exit status 1"]),
        ("import pulumi\npulumi.Config().require('key')", ["__main__.py:2: ", "gate:key"]),
        (
            f"{DATA_SOURCE.replace(')', ', endpoint=_)').replace('_', repr('example.com:80'))}",
            ["endpoint example.com:80: invalid endpoint"],
        ),
        ("import pulumi_alicloud\npulumi_alicloud.ram.Group('group')", ["alicloud:ram/group:Group", "stand-in"]),
    ],
    ids=["raise", "late", "syntax", "import", "exit", "config", "argument", "other-resource"],
)
def test_a_program_that_fails(project: Path, program: str, parts: list[str]) -> None:
    (project / "__main__.py").write_text(program)
    refused(preview(project, "--demo", "--format", "json"), *parts)


def test_a_program_that_is_missing(project: Path) -> None:
    (project / "__main__.py").unlink()
    refused(preview(project, "--demo"), f"{project}/__main__.py: no such file")


def test_no_project(tmp_path: Path) -> None:
    refused(preview(tmp_path, "--demo"), f"{tmp_path}: no Pulumi.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: p\nruntime: yaml\nx: [", "3: invalid YAML: expected the node content"),
        ("- name", " a Pulumi project has a name and a runtime"),
        ("name: gate", " a Pulumi project has a name and a runtime"),
        ("", " a Pulumi project has a name and a runtime"),
    ],
)
def test_a_broken_project_file(project: Path, text: str, message: str) -> None:
    (project / "Pulumi.yaml").write_text(text)
    refused(preview(project, "--demo"), f"{project}/Pulumi.yaml:{message}")


@pytest.mark.skipif(shutil.which("pulumi-language-yaml") is None, reason="needs Pulumi's language host for YAML")
def test_a_program_in_yaml(project: Path) -> None:
    """It names no version of the provider, so that the plan allows older ones, and is checked against a schema."""
    (project / "policies/policy.yaml").write_text(
        "version: 1\ninline_waivers: true\n"
        "rules: {login-mfa: {require: mandatory}, network-masks: {level: mandatory, within: [10.0.0.0/8]}}\n"
    )
    (project / "Pulumi.yaml").write_text(IN_YAML)
    done = preview(project, "--demo", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    found = {outcome["rule"]: outcome for outcome in report_of(done.stdout)["accounts"][0]["outcomes"]}
    assert (found["login-mfa"]["outcome"], found["network-masks"]["outcome"]) == ("pass", "waived")
    assert found["network-masks"]["place"] == {"file": "Pulumi.yaml", "line": 8}
    (project / "Pulumi.yaml").write_text(IN_YAML.replace("Duration: 6", "Duration: six"))
    refused(preview(project, "--demo"), "the program is invalid: Pulumi.yaml:12: ", "'string' to type 'integer'")


def test_a_project_in_another_language_needs_its_language_host(project: Path) -> None:
    (project / "Pulumi.yaml").write_text("name: gate\nruntime: cobol\n")
    refused(preview(project, "--demo"), "the Pulumi engine failed: ", "cobol")


def test_an_unknown_rule(copy: Path) -> None:
    (copy / "policies/policy.yaml").write_text("version: 1\nrules:\n  login-mfaa: mandatory\n")
    refused(preview(copy, "--demo"), "policy.yaml:3: ", "login-mfaa")


@pytest.mark.parametrize(
    ("text", "message"),
    [("raise ValueError('broken')", ":1: ValueError: broken"), ("x = (", ":1: SyntaxError: ")],
    ids=["raise", "syntax"],
)
def test_a_broken_pack(copy: Path, text: str, message: str) -> None:
    (copy / "policies/__main__.py").write_text(f"{text}  # a pack of acctgate")
    refused(preview(copy, "--demo"), f"{copy}/policies/__main__.py{message}")


def test_no_engine(project: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = preview(project, "--demo", PATH=str(tmp_path / "empty"), HOME=str(tmp_path))
    refused(done, "no pulumi on PATH; install it from https://www.pulumi.com/docs/install/")


@pytest.mark.parametrize(("script", "message"), [("echo v3.0.0", "3.0.0"), ("exit 7", "exit status 7")])
def test_an_engine_that_cannot_be_used(project: Path, tmp_path: Path, script: str, message: str) -> None:
    engine = tmp_path / "pulumi"
    engine.write_text(f"#!/bin/sh\n{script}\n")
    engine.chmod(0o755)
    refused(preview(project, "--demo", PATH=f"{tmp_path}:/bin"), f"{engine}: cannot be used: ", message)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--endpoint", "example.com:80", "invalid endpoint"),
        ("--region", "nowhere", "invalid region"),
        ("--role-arn", "audit", "invalid role"),
        ("--format", "docx", "invalid choice"),
        ("--policy", "nowhere.yaml", "nowhere.yaml: no such file"),
        ("--baseline", "nowhere.json", "nowhere.json: no such file"),
        ("--baseline", "-", "the policy pack reads it, too; use a file"),
        ("--baseline", "/dev/stdin", "the policy pack reads it, too; use a file"),
    ],
)
def test_wrong_use(project: Path, option: str, value: str, message: str) -> None:
    refused(preview(project, option, value), value, message)


def test_an_output_that_cannot_be_written(project: Path, tmp_path: Path) -> None:
    refused(preview(project, "--demo", "--output", str(tmp_path / "no/where")), f"{tmp_path}/no/where: no such file")


def test_a_baseline_lets_through_what_it_knows(project: Path, tmp_path: Path) -> None:
    """The engine is stopped all the same: its policies know no baseline."""
    known = tmp_path / "known.json"
    assert preview(project, "--demo", "--policy", "strict.yaml", "--format", f"json={known}").returncode == 2
    assert preview(project, "--demo", "--format", f"json={known}").returncode == 1
    done = preview(project, "--demo", "--baseline", str(known), "--format", "json")
    assert (done.returncode, done.stderr, json.loads(done.stdout)["verdict"]) == (0, "", "pass")
    report = json.loads(known.read_text())
    [account] = report["accounts"]
    account["outcomes"] = [each for each in account["outcomes"] if each["rule"] != "root-mfa"]
    known.write_text(json.dumps(report))
    new = json.loads(preview(project, "--demo", "--baseline", str(known), "--format", "json").stdout)
    assert [
        o["rule"] for o in new["accounts"][0]["outcomes"] if o["outcome"] == "fail" and o["level"] == "mandatory"
    ] == ["root-mfa"]


def test_fail_on_decides_what_blocks(project: Path) -> None:
    for words, code in ((("critical",), 1), (("advisory", "low"), 1)):
        done = preview(project, "--demo", *(f"--fail-on={word}" for word in words), "--format", "json")
        assert done.returncode == code
        levels = {
            o["severity"]: o["level"]
            for o in json.loads(done.stdout)["accounts"][0]["outcomes"]
            if o["level"] != "disabled"
        }
        assert levels["critical"] == "mandatory"
        assert levels["medium"] == ("mandatory" if "advisory" in words else "advisory")


PREFERENCE = """
import pulumi_alicloud as alicloud

SecurityPreference = alicloud.ram.SecurityPreference
SecurityPreference(
    "pref",
    mfa_operation_for_login="independent",
)
"""


def test_a_finding_stands_where_the_program_declares_the_resource(project: Path) -> None:
    (project / "parts").mkdir()
    (project / "parts/account.py").write_text(PREFERENCE)
    (project / "__main__.py").write_text(f"import parts.account\n{DATA_SOURCE}")
    done = preview(project, "--demo", "--format", "json")
    assert done.returncode == 1, done.stderr
    [account] = json.loads(done.stdout)["accounts"]
    found = {o["rule"]: o.get("place") for o in account["outcomes"]}
    assert found["login-mfa"] == {"file": "parts/account.py", "line": 5}
    assert found["root-mfa"] is None
    assert {rule["rule"]: rule["flip"] for rule in account["diff"]["rules"]} == {
        "login-mfa": "newly-failing",
        "network-masks": "newly-failing",
    }
    assert {c["setting"].rsplit(".", 1)[-1]: c["direction"] for c in account["diff"]["settings"]} == {
        "MFAOperationForLogin": "looser",
        "LoginNetworkMasks": "looser",
    }


def test_own_rules_are_policies_of_the_pack(copy: Path) -> None:
    shutil.copy(ROOT / "tests/policies/modules/acme.py", copy / "policies/acme.py")
    (copy / "policies/policy.yaml").write_text(
        "version: 1\nrule_modules: [acme.py]\n"
        "rules: {acme-score-margin: {points: 10}, acme-no-passkeys: {level: advisory}}\n"
        "waivers: [{rule: root-mfa, reason: r, owner: ada, expires: 2020-01-01}]\n"
    )
    report_file = copy.parent / "pack.json"
    done = preview(copy, "--demo", "--format", "json", ACCTGATE_REPORT=str(report_file))
    assert done.returncode == 1, done.stderr
    [account] = json.loads(done.stdout)["accounts"]
    found = {o["rule"]: o["outcome"] for o in account["outcomes"] if o["level"] != "disabled"}
    assert found == {"acme-score-margin": "fail", "acme-no-passkeys": "fail"}
    assert "policy.yaml:4: the waiver of root-mfa for every account by ada expired" in done.stderr
    assert [notice["state"] for notice in json.loads(report_file.read_text())["waivers"]] == ["expired"]


RAISING = """
from acctgate.rules.base import RuleEntry, SettingRule

def judge(mode, want):
    raise {raises}

RULE = SettingRule(
    id="acme", title="Acme", doc="Acme.", severity="high", parameters=RuleEntry, expected=lambda want: "anything",
    setting="SecurityPreference.LoginProfilePreference.MFAOperationForLogin", judge=judge, remediation="Mend it.",
    by_resource=True, repair=judge,
)
"""


@pytest.mark.parametrize("level", ["mandatory", "remediate"])
@pytest.mark.parametrize("raises", ["ValueError('broken')", "SystemExit(0)"])
def test_an_own_rule_that_raises_passes_nothing(copy: Path, level: str, raises: str) -> None:
    (copy / "policies/acme.py").write_text(RAISING.format(raises=raises))
    (copy / "policies/policy.yaml").write_text(
        f"version: 1\nrule_modules: [acme.py]\nrules: {{acme: {{level: {level}}}}}\n"
    )
    with (copy / "__main__.py").open("a") as program:
        program.write(PREFERENCE)
    done = preview(copy, "--demo", "--format", "json")
    assert done.returncode == 3, done.stderr
    one_line(done.stderr, "acctgate: unknown: acme: the rule raised")


def test_a_program_that_is_deployed_elsewhere_repairs_nothing_for_certain(
    project: Path, make_stack: Callable[..., Stack], demo: DemoServer, environment: dict[str, str], tmp_path: Path
) -> None:
    """Without its stack, an unchanged resource looks like a new one, which would repair the account."""
    demo.account.comply()
    policy = tmp_path / "mfa.yaml"
    policy.write_text("version: 1\nrules: {login-mfa: {require: mandatory}}\n")
    (project / "__main__.py").write_text(DATA_SOURCE + PREFERENCE.replace("independent", "mandatory"))

    def program() -> None:
        runpy.run_path(str(project / "__main__.py"))

    assert make_stack(program).run("up", pack=False).ok
    shutil.copy(tmp_path / "work/Pulumi.test.yaml", project)
    demo.account.preference["LoginProfilePreference"]["MFAOperationForLogin"] = "independent"
    variables = {**environment, "ACCTGATE_REPORT": "", "PULUMI_HOME": str(tmp_path / "home")}
    new = preview(project, "--policy", str(policy), "--format", "json", **variables)
    assert new.returncode == 3, new.stderr
    one_line(new.stderr, "login-mfa", "name the deployed stack with --stack")
    selected = preview(project, "--policy", str(policy), "--format", "json", PULUMI_STACK="test", **variables)
    assert selected.returncode == 1, selected.stderr
    assert "login-mfa" in rules(report_of(selected.stdout), "fail")

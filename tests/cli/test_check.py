"""`acctgate check` on files: exit statuses, formats, streams, and what it says of input that it cannot read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from acctgate.cli import group
from acctgate.demo import DemoServer
from tests.support import HERE, ROOT, examples, joined, name_of, one_line, seed, write_snapshots
from tests.support.accounts import GOOD
from tests.support.process import run_here

SEEDS = [
    part
    for name in ("000-security-practice.json", "002-security-preference.json", "004-compliance-pack-report.json")
    for part in ("--response", str(seed(name)))
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Change to a working directory without a policy."""
    monkeypatch.chdir(tmp_path)


def _check(*arguments: str | Path, stdin: bytes = b"") -> Result:
    """In this process: fast. What `main` adds to it, the processes below show. The default policy is baseline."""
    policy = () if "--policy" in arguments else ("--policy", "baseline")
    return CliRunner().invoke(group, ["check", *policy, *map(str, arguments)], input=stdin)


def _plan_with_key(folder: Path, plan: str, given: dict[str, Any]) -> Path:
    """Write a plan whose provider has these arguments."""
    document = json.loads((HERE / "plans" / "terraform" / plan).read_text(encoding="utf-8"))
    document["configuration"]["provider_config"]["alicloud"]["expressions"].update(given)
    (folder / "plan.json").write_text(json.dumps(document))
    return folder / "plan.json"


@pytest.mark.parametrize(
    ("plan", "given", "providers", "said"),
    [
        ("create.json", {"access_key": {"references": ["var.key"]}}, "[]", True),
        ("create.json", {"access_key": {"constant_value": "LTAI"}}, "[]", True),
        ("create.json", {"access_key": {"references": ["var.key"]}}, "[default]", False),
        ("create.json", {}, "[]", False),
        ("no-op.json", {"access_key": {"references": ["var.key"]}}, "[]", False),
        (
            "create.json",
            {
                "access_key": {"references": ["var.key"]},
                "assume_role": [{"role_arn": {"constant_value": "acs:ram::1111111111111111:role/x"}}],
            },
            "[]",
            False,
        ),
    ],
    ids=["variable", "constant", "named-by-the-policy", "no-key", "no-change", "role"],
)
def test_a_key_that_decides_about_the_account_is_named(
    tmp_path: Path, plan: str, given: dict[str, Any], providers: str, said: bool
) -> None:
    account = write_snapshots(tmp_path / "s.json", {**GOOD, "account_id": "1111111111111111"})
    (tmp_path / "p.yaml").write_text(
        f'version: 1\nextends: baseline\naccounts: {{"1111111111111111": {{providers: {providers}}}}}\n'
    )
    file = _plan_with_key(tmp_path, plan, given)
    result = _check("--policy", tmp_path / "p.yaml", "--snapshot", account, "--plan", file)
    assert result.exit_code == 0, result.stderr
    assert ("the access key of the provider default decides which account is changed" in result.stderr) is said
    assert not said or result.stderr.count("\n") == 1


# Exit statuses


def test_a_pass_is_0_and_says_nothing(tmp_path: Path) -> None:
    result = _check("--snapshot", write_snapshots(tmp_path / "s.json", GOOD))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("PASSED")


def test_a_violation_is_1() -> None:
    result = _check(*SEEDS)
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.startswith("BLOCKED")
    assert "root-access-keys" in result.stdout and "root-mfa" in result.stdout


def test_what_could_not_be_decided_is_3(tmp_path: Path) -> None:
    result = _check("--snapshot", write_snapshots(tmp_path / "s.json", {"version": 1}))
    assert result.exit_code == 3
    assert result.stdout.startswith("UNKNOWN")
    one_line(result.stderr, "acctgate: unknown: login-mfa: ", "SecurityPreference was not read", "more")


def test_a_violation_beside_an_unknown_is_1() -> None:
    assert _check("--response", seed("000-security-practice.json")).exit_code == 1


def test_an_advisory_violation_is_0(tmp_path: Path) -> None:
    text = "version: 1\nrules: {root-mfa: {level: advisory}, session-duration: {max_hours: 24}}"
    (policy := tmp_path / "p.yaml").write_text(text)
    result = _check(*SEEDS, "--policy", policy)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Advisory (1" in result.stdout


# Policies


def test_without_a_policy_it_is_2() -> None:
    done = run_here("check", *SEEDS)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "policies/policy.yaml: no such file", "`acctgate init`", "--policy baseline")


@pytest.mark.parametrize(
    ("rules", "arguments"),
    [
        ("{}", ()),
        ("{root-mfa: {level: advisory}}", ()),
        ("{root-mfa: {level: disabled}}", ("--fail-on", "advisory")),
        ("{session-duration: {max_hours: 8}}", ("--fail-on", "critical")),
    ],
)
def test_a_policy_in_which_nothing_can_block_is_2(tmp_path: Path, rules: str, arguments: tuple[str, ...]) -> None:
    (tmp_path / "p.yaml").write_text(f"version: 1\nrules: {rules}\n")
    done = run_here("check", *SEEDS, "--policy", "p.yaml", *arguments)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "p.yaml: no rule", "make a rule mandatory")


def test_an_advisory_rule_can_block(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("version: 1\nrules: {root-mfa: {level: advisory}}\n")
    assert _check(*SEEDS, "--policy", tmp_path / "p.yaml", "--fail-on", "advisory").exit_code == 1


def test_a_preset_is_named() -> None:
    outcomes = _outcomes(_check(*SEEDS, "--policy", "baseline", "--format", "json"))
    assert outcomes["session-duration"]["expected"] == "at most 12 hours"
    assert outcomes["mfa-ticket"]["level"] == "advisory"


def test_the_policy_in_the_working_directory_is_taken(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "policy.yaml").write_text("version: 1\nrules: {session-duration: {max_hours: 5}}")
    result = CliRunner().invoke(group, ["check", *SEEDS, "--format", "json"])
    outcomes = _outcomes(result)
    assert outcomes["session-duration"]["outcome"] == "fail"
    assert outcomes["root-mfa"]["level"] == "disabled"


def test_a_named_policy_wins_over_the_one_in_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "policy.yaml").write_text("not a policy")
    (policy := tmp_path / "p.yaml").write_text("version: 1\nrules: {session-duration: {max_hours: 24}}")
    assert _check(*SEEDS, "--policy", policy).exit_code == 0


@pytest.mark.parametrize("path", examples("policies/invalid", ".yaml", ".json"), ids=name_of)
def test_an_invalid_policy_is_2(path: Path) -> None:
    result = _check(*SEEDS, "--policy", path)
    assert (result.exit_code, result.stdout) == (1, "")  # click's own status; main makes it 2
    one_line(result.stderr, "Error: ")


def test_an_invalid_policy_is_2_for_a_process() -> None:
    done = run_here("check", *SEEDS, "--policy", HERE / "policies/invalid/host-bits.yaml")
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "host-bits.yaml:5: rules.network-masks.within[0]: invalid network: 10.0.0.7/8")


def test_a_missing_policy_is_2() -> None:
    done = run_here("check", *SEEDS, "--policy", "nowhere.yaml")
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: nowhere.yaml: no such file or directory")
    done = run_here("check", *SEEDS, "--policy", "Baseline")
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: Baseline: neither a preset (baseline or strict) nor a file")


# Formats


def _outcomes(result: Result) -> dict[str, Any]:
    (account,) = json.loads(result.stdout)["accounts"]
    return {outcome["rule"]: outcome for outcome in account["outcomes"]}


def test_json_is_the_report() -> None:
    report = json.loads(_check(*SEEDS, "--format", "json").stdout)
    assert (report["version"], report["verdict"], len(report["accounts"])) == (1, "fail", 1)
    assert report["accounts"][0]["account"] is None
    assert sum(report["counts"].values()) == len(report["accounts"][0]["outcomes"])


def test_several_formats_at_once(tmp_path: Path) -> None:
    result = _check(*SEEDS, "--format", "json", "--format", "ndjson=lines.ndjson", "--format", "text=report.txt")
    report = json.loads(result.stdout)
    (line,) = (tmp_path / "lines.ndjson").read_text(encoding="utf-8").splitlines()
    judged_by = {key: report[key] for key in ("acctgate", "judged_at", "policy")}
    assert json.loads(line) == judged_by | report["accounts"][0]
    assert (tmp_path / "report.txt").read_text(encoding="utf-8").startswith("BLOCKED")


def test_output_takes_the_report(tmp_path: Path) -> None:
    result = _check(*SEEDS, "--format", "json", "--output", "report.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["verdict"] == "fail"


def test_a_file_has_no_colour(tmp_path: Path) -> None:
    _check(*SEEDS, "--output", "report.txt")
    assert "\x1b" not in (tmp_path / "report.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("formats", "message"),
    [
        (("yaml",), "--format yaml: invalid choice; use text, json, ndjson"),
        (("jsn",), "--format jsn: invalid choice (did you mean json?); use text, json, ndjson"),
        (("JSON",), "--format JSON: invalid choice"),
        (("json", "text"), "only one may omit its file"),
        (("json", "json"), "only one may omit its file"),
        (("json", "text=-"), "only one may go to standard output"),
        (("json=-", "text=-"), "only one may go to standard output"),
        (("json=",), "missing file after ="),
        (("",), "invalid choice"),
    ],
)
def test_wrong_formats(formats: tuple[str, ...], message: str) -> None:
    result = _check(*SEEDS, *(part for name in formats for part in ("--format", name)))
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [("--format", "json", "--output", "-"), ("--format", "json=-"), ("--format", "json=-", "--format", "text=a.txt")],
    ids=["output", "format", "both"],
)
def test_a_hyphen_is_standard_output(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = _check(*SEEDS, *arguments)
    assert (result.exit_code, json.loads(result.stdout)["verdict"]) == (1, "fail")
    assert not (tmp_path / "-").exists()


def test_a_file_named_as_a_hyphen_has_a_path(tmp_path: Path) -> None:
    assert _check(*SEEDS, "--output", "./-").stdout == ""
    assert (tmp_path / "-").read_text(encoding="utf-8").startswith("BLOCKED")


@pytest.mark.parametrize("output", ["report.txt", "-"])
def test_an_output_that_no_format_takes_is_2(tmp_path: Path, output: str) -> None:
    result = _check(*SEEDS, "--format", "json=report.json", "--output", output)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--output: each --format has a file of its own" in result.stderr
    assert not (tmp_path / "report.json").exists()


@pytest.mark.parametrize("place", ["no/such/folder/report.json", "."])
def test_an_output_that_cannot_be_written_is_2(place: str) -> None:
    for arguments in (["--output", place], ["--format", f"json={place}"]):
        done = run_here("check", "--policy", "baseline", *SEEDS, *arguments)
        assert (done.status, done.stdout) == (2, "")
        one_line(done.stderr, "acctgate: ", place)


# Several accounts


def test_ndjson_snapshots_are_judged_in_order(tmp_path: Path) -> None:
    accounts = [{**GOOD, "account_id": str(number)} for number in (3, 1, 2)]
    result = _check("--snapshot", write_snapshots(tmp_path / "s.ndjson", *accounts), "--format", "ndjson")
    assert [json.loads(line)["account"] for line in result.stdout.splitlines()] == ["3", "1", "2"]
    assert result.exit_code == 0


def test_a_broken_line_takes_no_other_with_it(tmp_path: Path) -> None:
    lines = [json.dumps({**GOOD, "account_id": "1"}), '{"version": 1,', json.dumps({**GOOD, "account_id": "3"})]
    (file := tmp_path / "s.ndjson").write_text(joined(lines))
    result = _check("--snapshot", file, "--format", "ndjson")
    reports = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(report["account"], report["verdict"]) for report in reports] == [
        ("1", "pass"),
        (None, "unknown"),
        ("3", "pass"),
    ]
    assert all(f"{file}:2" in found["message"] for found in reports[1]["outcomes"] if found["outcome"] == "unknown")
    assert result.exit_code == 2
    one_line(result.stderr, f"acctgate: {file}:2: invalid JSON")


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "null",
        "7",
        '"version"',
        "{}",
        '{"version": 2}',
        '{"version": true}',
        '{"version": "1"}',
        "\\x00",
        "{'version': 1}",
    ],
)
def test_a_line_that_is_no_snapshot(tmp_path: Path, line: str) -> None:
    good = json.dumps(GOOD)
    (file := tmp_path / "s.ndjson").write_text(joined([good, line, "", good]))
    result = _check("--snapshot", file, "--format", "ndjson")
    assert [json.loads(text)["verdict"] for text in result.stdout.splitlines()] == ["pass", "unknown", "pass"]
    assert result.exit_code == 2
    one_line(result.stderr, f"{file}:2: ")


def test_a_violation_beside_a_broken_line_is_still_2(tmp_path: Path) -> None:
    (file := tmp_path / "s.ndjson").write_text(joined(["{", json.dumps(GOOD)]))
    assert _check("--snapshot", file).exit_code == 2


def test_a_broken_first_line_is_2_and_the_rest_is_judged(tmp_path: Path) -> None:
    (file := tmp_path / "s.ndjson").write_text(joined(["{broken}", json.dumps(GOOD)]))
    result = _check("--snapshot", file, "--format", "ndjson")
    assert [json.loads(text)["verdict"] for text in result.stdout.splitlines()] == ["unknown", "pass"]
    assert result.exit_code == 2


@pytest.mark.parametrize("first", [["{"], ['{"version": 1, "account_id'], ["", "x", '{"version": 1, "alias": ']])
def test_a_truncated_first_line_takes_no_other_with_it(tmp_path: Path, first: list[str]) -> None:
    good = json.dumps(GOOD)
    (file := tmp_path / "s.ndjson").write_text(joined([*first, "", good, "{", good]))
    result = _check("--snapshot", file, "--format", "ndjson")
    verdicts = [json.loads(text)["verdict"] for text in result.stdout.splitlines()]
    broken = len([line for line in first if line])
    assert verdicts == ["unknown"] * broken + ["pass", "unknown", "pass"]
    assert result.exit_code == 2
    number = 1 + first.index(next(line for line in first if line))
    one_line(result.stderr, f"acctgate: {file}:{number}: invalid JSON", f"(and {broken} more)")


def test_a_truncated_document_is_one_account(tmp_path: Path) -> None:
    (file := tmp_path / "s.json").write_text(json.dumps(GOOD, indent=2)[:-20])
    result = _check("--snapshot", file, "--format", "ndjson")
    assert (result.exit_code, result.stdout) == (2, "")
    one_line(result.stderr, f"acctgate: {file}:", "no JSON")


def test_a_section_of_the_wrong_shape_takes_no_other_with_it(tmp_path: Path) -> None:
    file = write_snapshots(tmp_path / "s.json", {**GOOD, "SecurityPreference": "yes"})
    outcomes = _outcomes(_check("--snapshot", file, "--format", "json"))
    assert {found["outcome"] for name, found in outcomes.items() if name in ("login-mfa", "mfa-ticket")} == {"unknown"}
    assert outcomes["root-mfa"]["outcome"] == "pass"


def test_a_pretty_printed_snapshot_is_one_account(tmp_path: Path) -> None:
    (file := tmp_path / "s.json").write_text(json.dumps(GOOD, indent=2))
    assert _check("--snapshot", file).exit_code == 0


def test_responses_and_snapshots_are_accounts_of_their_own(tmp_path: Path) -> None:
    result = _check(*SEEDS, "--snapshot", write_snapshots(tmp_path / "s.json", GOOD), "--format", "json")
    report = json.loads(result.stdout)
    assert [account["verdict"] for account in report["accounts"]] == ["fail", "pass"]


def test_several_snapshot_files(tmp_path: Path) -> None:
    files = [write_snapshots(tmp_path / name, {**GOOD, "alias": name}) for name in ("b", "a")]
    result = _check("--snapshot", files[0], "--snapshot", "missing", "--snapshot", files[1], "--format", "ndjson")
    assert [json.loads(line).get("alias") for line in result.stdout.splitlines()] == ["b", None, "a"]
    assert result.exit_code == 2
    one_line(result.stderr, "acctgate: missing: no such file or directory")


def test_standard_input() -> None:
    stream = joined(json.dumps({**GOOD, "account_id": number}) for number in ("1", "2")).encode()
    result = _check("--snapshot", "-", "--format", "ndjson", stdin=stream)
    assert [json.loads(line)["account"] for line in result.stdout.splitlines()] == ["1", "2"]


def test_standard_input_of_a_process() -> None:
    assert run_here("check", "--policy", "baseline", "--snapshot", "-", stdin=json.dumps(GOOD).encode()).status == 0
    done = run_here("check", "--policy", "baseline", "--snapshot", "-", stdin=b"")
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: standard input: is empty")


def test_a_response_on_standard_input() -> None:
    result = _check("--response", "-", stdin=seed("000-security-practice.json").read_bytes())
    assert result.exit_code == 1


# API errors as answers


def test_an_error_answer_makes_its_section_unknown(tmp_path: Path) -> None:
    file = write_snapshots(
        tmp_path / "e.json",
        {
            "Code": "NoPermission",
            "Message": "You are not authorized.",
            "RequestId": "30C9068D",
            "AccessDeniedDetail": {"AuthAction": "ram:GetSecurityPreference"},
        },
    )
    result = _check("--response", file, "--response", seed("000-security-practice.json"), "--format", "json")
    outcomes = _outcomes(result)
    assert outcomes["login-mfa"]["outcome"] == "unknown"
    assert "NoPermission: You are not authorized. (request id 30C9068D)" in outcomes["login-mfa"]["message"]
    assert outcomes["root-mfa"]["outcome"] == "fail"
    assert result.exit_code == 1


def test_an_error_answer_alone_is_3(tmp_path: Path) -> None:
    denied = {"Code": "NoPermission", "AccessDeniedDetail": {"AuthAction": "ram:GetSecurityPreference"}}
    result = _check("--response", write_snapshots(tmp_path / "e.json", denied))
    assert result.exit_code == 3
    one_line(result.stderr, "NoPermission")


def test_an_error_answer_of_who_knows_what_is_2(tmp_path: Path) -> None:
    file = write_snapshots(tmp_path / "e.json", {"Code": "InternalError", "Message": "Try again."})
    result = _check("--response", file)
    assert (result.exit_code, result.stdout) == (2, "")
    one_line(result.stderr, "InternalError: Try again.")


def test_answers_of_two_accounts_are_2(tmp_path: Path) -> None:
    files = [write_snapshots(tmp_path / n, {"CompliancePackReport": {"AccountId": int(n * 16)}}) for n in ("1", "2")]
    result = _check("--response", files[0], "--response", files[1])
    assert (result.exit_code, result.stdout) == (2, "")
    one_line(result.stderr, "1111111111111111", "2222222222222222")


# Input that cannot be read


@pytest.fixture
def unreadable(tmp_path: Path) -> dict[str, Path]:
    """Files that hold nothing of use."""
    content = {
        "empty": b"",
        "blank": b" \n\t\n",
        "broken-json": b'{"version": 1, "SecurityPreference": {',
        "broken-xml": b"<GetSecurityPreferenceResponse><SecurityPreference>",
        "entities": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        "binary": bytes(range(256)),
        "utf-16": '{"version": 1}'.encode("utf-16-le"),
        "control-characters": b"\x1b[31m\x07\x00",
    }
    for name, raw in content.items():
        (tmp_path / name).write_bytes(raw)
    with (tmp_path / "large").open("wb") as file:
        file.truncate(50 << 20)
    (tmp_path / "directory").mkdir()
    return {name: tmp_path / name for name in (*content, "large", "directory", "missing")}


KINDS = (
    "empty",
    "blank",
    "broken-json",
    "broken-xml",
    "entities",
    "binary",
    "utf-16",
    "control-characters",
    "large",
    "directory",
    "missing",
)


@pytest.mark.parametrize("option", ["--response", "--snapshot"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["text", "json", "ndjson"])
def test_input_that_cannot_be_read(unreadable: dict[str, Path], option: str, kind: str, form: str) -> None:
    result = _check(option, unreadable[kind], "--format", form, "--output", "report")
    assert (result.exit_code, result.stdout) == (2, "")
    assert not Path("report").exists(), "nothing is written where nothing can be read"
    one_line(result.stderr, f"acctgate: {unreadable[kind]}")
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize("kind", ["broken-json", "binary", "large", "directory"])
def test_input_that_a_process_cannot_read(unreadable: dict[str, Path], kind: str) -> None:
    done = run_here("check", "--policy", "baseline", "--response", unreadable[kind], "--format", "json")
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, str(unreadable[kind]))


def test_one_bad_answer_spoils_the_account(unreadable: dict[str, Path]) -> None:
    result = _check(*SEEDS, "--response", unreadable["broken-json"])
    assert (result.exit_code, result.stdout) == (2, "")


# A process


def test_a_process_exits_as_the_command_does(tmp_path: Path) -> None:
    done = run_here("check", "--policy", "baseline", *SEEDS)
    assert (done.status, done.stderr) == (1, "")
    assert done.stdout.startswith("BLOCKED  account unknown: ")
    assert (
        run_here("check", "--policy", "baseline", "--snapshot", write_snapshots(tmp_path / "s", {"version": 1})).status
        == 3
    )


def test_a_reader_that_leaves_early_is_no_traceback(tmp_path: Path) -> None:
    file = write_snapshots(tmp_path / "s.ndjson", *[GOOD] * 500)
    command = f'"{sys.executable}" -m acctgate check --snapshot "{file}" --format ndjson | head -c 1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


def test_the_repositorys_own_policy_blocks_the_documents_account() -> None:
    done = run_here("check", *SEEDS, "--format", "json", cwd=ROOT)
    outcomes = {found["rule"]: found["outcome"] for found in json.loads(done.stdout)["accounts"][0]["outcomes"]}
    assert done.status == 1
    assert outcomes["network-masks"] == "pass" and outcomes["login-mfa"] == "fail"


def test_a_report_is_utf_8_whatever_the_locale() -> None:
    environment = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""}
    document = json.dumps({**GOOD, "alias": "生产"}, ensure_ascii=False).encode()
    for form in ("text", "json"):
        done = run_here(
            "check",
            "--policy",
            "baseline",
            "--snapshot",
            "-",
            "--format",
            form,
            stdin=document,
            environment=environment,
        )
        assert (done.status, done.stderr) == (0, "")
        assert "生产" in done.stdout


def test_half_a_surrogate_pair_does_no_harm(tmp_path: Path) -> None:
    document = json.dumps({**GOOD, "alias": "\ud800"}).encode()
    done = run_here(
        "check",
        "--policy",
        "baseline",
        "--snapshot",
        "-",
        "--format",
        "json",
        "--format",
        "ndjson=lines",
        stdin=document,
    )
    assert (done.status, done.stderr) == (0, "")
    line = json.loads((tmp_path / "lines").read_text(encoding="utf-8"))
    assert json.loads(done.stdout)["accounts"][0].items() <= line.items()


# Frameworks


def _passwords(**changes: Any) -> dict[str, Any]:
    """Return an account whose password policy has what the controls need, apart from these changes."""
    kinds = ("LowercaseCharacters", "UppercaseCharacters", "Numbers", "Symbols")
    needed = {"MinimumPasswordLength": 14, "PasswordReusePrevention": 5, "MaxPasswordAge": 90, "MaxLoginAttemps": 5}
    switches = {f"Require{kind}": True for kind in kinds}
    return {**GOOD, "account_id": "1", "PasswordPolicy": {**needed, **switches, **changes}}


def test_a_control_that_fails_is_1_even_if_every_rule_passes(tmp_path: Path) -> None:
    file = write_snapshots(tmp_path / "s.json", _passwords(MinimumPasswordLength=13))
    assert _check("--snapshot", file, "--policy", "strict").exit_code == 0, "password-length is advisory in strict"
    result = _check("--snapshot", file, "--policy", "strict", "--framework", "cis-2.0")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.startswith("BLOCKED  account 1: all 15 mandatory rules pass; 1 violation of 11 controls of")
    assert "1.11" in result.stdout and "Not covered" not in result.stdout


def test_an_unknown_control_is_3_and_says_why(tmp_path: Path) -> None:
    document = {key: value for key, value in _passwords().items() if key != "PasswordPolicy"}
    file = write_snapshots(tmp_path / "s.json", document)
    result = _check("--snapshot", file, "--policy", "strict", "--framework", "cis-2.0")
    assert result.exit_code == 3
    one_line(result.stderr, "acctgate: unknown: cis-2.0 1.7: password-characters: PasswordPolicy was not read", "more")


def test_a_control_that_the_policy_does_not_enforce_is_1(tmp_path: Path) -> None:
    file = write_snapshots(tmp_path / "s.json", _passwords())
    for framework in ("cis-2.0", "mlps-2.0"):
        assert _check("--snapshot", file, "--policy", "strict", "--framework", framework).exit_code == 0
        assert _check("--snapshot", file, "--framework", framework).exit_code == 1, "baseline disables password rules"


def test_other_formats_name_the_controls_on_standard_error(tmp_path: Path) -> None:
    file = write_snapshots(tmp_path / "s.json", _passwords(MaxLoginAttemps=6))
    both = ("--framework", "cis-2.0", "--framework", "mlps-2.0", "--framework", "cis-2.0")
    result = _check("--snapshot", file, "--policy", "strict", *both, "--format", "sarif")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "acctgate: cis-2.0: 1 violation (1.14) of 11 controls",
        "acctgate: mlps-2.0: 1 violation (8.1.4.1 b) of 3 controls",
    ]
    quiet = _check("--snapshot", file, "--policy", "strict", *both, "--format", "junit", "--quiet")
    assert (quiet.exit_code, quiet.stderr) == (1, result.stderr)
    quiet = _check("--snapshot", file, "--policy", "strict", *both, "--quiet")
    assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (1, "", result.stderr)
    report = json.loads(_check("--snapshot", file, "--policy", "strict", *both, "--format", "json").stdout)
    assert [each["id"] for each in report["frameworks"]] == ["cis-2.0", "mlps-2.0"]


def test_worker_processes_judge_controls_too(tmp_path: Path) -> None:
    file = write_snapshots(tmp_path / "s.ndjson", *(_passwords(MinimumPasswordLength=each) for each in (13, 14, 15)))
    options = ("--snapshot", file, "--policy", "strict", "--framework", "cis-2.0", "--format", "csv")
    alone, parallel = _check(*options, "--jobs", "1"), _check(*options, "--jobs", "2")
    assert (alone.exit_code, alone.stdout) == (1, parallel.stdout)
    assert parallel.stdout.count(",fail,password-length,") == 1


def test_an_unknown_framework_is_2(tmp_path: Path) -> None:
    result = _check("--snapshot", write_snapshots(tmp_path / "s.json", GOOD), "--framework", "cis-9")
    assert (result.exit_code, result.stdout) == (2, "")
    one_line(result.stderr.splitlines()[-1] + "\n", "--framework cis-9: invalid choice; use cis-2.0 or mlps-2.0")


def test_the_sections_that_controls_need_are_read_even_if_their_rules_are_disabled() -> None:
    with DemoServer() as server:
        run_here("check", "--policy", "baseline", environment=server.environment)
        assert server.calls["GetPasswordPolicy"] == 0
        done = run_here("check", "--policy", "baseline", "--framework", "cis-2.0", environment=server.environment)
        assert (done.status, server.calls["GetPasswordPolicy"]) == (1, 1)
    assert "was not read" not in done.stdout

"""acctgate doctor: each thing that can be missing is found, with its remedy, and hides nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from acctgate.commands import doctor
from acctgate.commands.doctor import calls, endpoints, examine
from acctgate.commands.doctor.context import DoctorContext
from acctgate.commands.doctor.finding import Finding, ok
from acctgate.commands.doctor.render import render_plain
from acctgate.demo import DemoServer
from acctgate.sources.call_error import CallError
from acctgate.sources.operations import PREFERENCE
from tests.support import ROOT, one_line
from tests.support.doctor import (
    ALL,
    ROLE,
    SUBJECTS,
    examined,
    make_context,
    statuses,
)
from tests.support.process import run_here


def test_all_is_well(server: DemoServer, pulumi: Path, tmp_path: Path) -> None:
    findings = examined(server, "--role-arn", ROLE, cwd=tmp_path, status=0, environment={"PATH": str(pulumi.parent)})
    assert tuple(findings) == SUBJECTS
    assert not statuses(findings)
    assert findings["engine"].detail == f"{pulumi}, v3.259.0"
    assert findings["identity"].detail == "RAMUser of account 1234567890123456"
    assert findings["policy"].detail.startswith("baseline: 6 mandatory")
    assert set(server.calls) == {"", "AssumeRole", *(permission.partition(":")[2] for permission in ALL)}


def test_the_table_is_for_people(server: DemoServer) -> None:
    server.denied.add("GetSecurityPreference")
    done = run_here("doctor", environment=server.environment)
    lines = done.stdout.splitlines()
    place = next(index for index, line in enumerate(lines) if "ram:GetSecurityPreference" in line)
    assert lines[place].split() == ["failed", "ram:GetSecurityPreference", "denied", "(NoPermission)"]
    assert lines[place + 1].strip() == "→ grant ram:GetSecurityPreference to the caller"
    assert lines[-1].endswith("1 failed") and done.status == 1
    assert "\x1b" not in done.stdout


def test_it_is_coloured_where_asked_for_and_goes_to_a_file(server: DemoServer, tmp_path: Path) -> None:
    colored = run_here("doctor", "--color", "always", environment=server.environment)
    assert "\x1b[32m✓" in colored.stdout
    done = run_here("doctor", "--output", tmp_path / "doctor.txt", environment=server.environment)
    assert done.stdout == "" and (tmp_path / "doctor.txt").read_text().startswith("ok       acctgate")


@pytest.mark.parametrize(
    "arguments", [("--endpoint", "example.com:80"), ("--region", "x y"), ("--format", "xml"), ("prod.json",)]
)
def test_wrong_use_is_2(arguments: tuple[str, ...]) -> None:
    done = run_here("doctor", *arguments)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, arguments[-1])


# The whole


def test_a_check_that_raises_is_a_finding_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(context: DoctorContext) -> Iterator[Finding]:
        yield ok("broken", "half of it")
        raise KeyError("LTAIsecretsecret")

    monkeypatch.setattr(doctor, "CHECKS", {"broken": broken, "acctgate": doctor.CHECKS["acctgate"]})
    half, raised, last = examine(make_context())
    assert (half.subject, raised.subject, last.subject) == ("broken", "broken", "acctgate")
    assert raised.status == "failed" and raised.detail.startswith("KeyError") and "secretsecret" not in raised.detail


def test_looking_does_not_load_pulumi(server: DemoServer) -> None:
    program = (
        "import sys, atexit\n"
        "atexit.register(lambda: print(*{'pulumi'} & set(sys.modules), file=sys.stderr))\n"
        "sys.argv = ['acctgate', 'doctor']\n"
        "from acctgate.cli import main\n"
        "main()\n"
    )
    environment = {**os.environ, **server.environment}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert done.stderr.strip() == ""


def test_the_excerpt_in_the_docs_is_what_is_printed() -> None:
    excerpt = (ROOT / "docs/cli.md").read_text(encoding="utf-8").partition("$ acctgate doctor\n")[2].partition("```")[0]
    findings: list[Finding] = []
    for line in excerpt.splitlines()[:-2]:
        if remedy := line.partition("→ ")[2]:
            findings[-1] = replace(findings[-1], remedy=remedy)
        else:
            status, subject, detail = re.split(r" {2,}", line, maxsplit=2)
            findings.append(Finding(subject, status, detail))  # type: ignore[arg-type]
    assert render_plain(findings) == excerpt
    assert {finding.subject for finding in findings} <= set(SUBJECTS)
    error = CallError(PREFERENCE.name, {"code": "NoPermission", "message": ""}, PREFERENCE.permission)
    assert calls.check_answer(PREFERENCE, error) in findings and endpoints.SET_THE_CLOCK in {
        finding.remedy for finding in findings
    }

"""Run `acctgate doctor`, and read its findings."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from acctgate.commands.doctor.context import DoctorContext
from acctgate.commands.doctor.finding import Finding
from acctgate.demo import DemoServer
from acctgate.sources.target import Target
from tests.support import run
from tests.support.process import Done, run_here

Findings = dict[str, Finding]
PERMISSIONS: Final = (
    "sts:GetCallerIdentity",
    "ram:GetSecurityPreference",
    "ram:GetAccountSecurityPracticeReport",
    "config:ListCompliancePacks",
    "config:GetCompliancePackReport",
)
OPTIONAL: Final = (
    "ram:GetPasswordPolicy",
    "ram:GetUserSsoSettings",
    "ram:GetAccessKeyPolicyForAccount",
    "config:GetConfigRuleComplianceByPack",
    "config:GetCompliancePack",
    "ram:GetCredentialReport",
)
OF_PACKS: Final = ("config:GetCompliancePackReport", *OPTIONAL[3:5])
"""What is asked about the first compliance pack."""
ALL: Final = (*PERMISSIONS, *OPTIONAL)
SUBJECTS: Final = (
    "acctgate",
    "engine",
    "language host",
    "policy",
    "proxy",
    "endpoint sts",
    "endpoint ims",
    "endpoint config",
    "clock",
    "credentials",
    "role",
    "identity",
    *ALL,
)
NO_FILE: Final = os.environ["ALIBABA_CLOUD_CREDENTIALS_FILE"]
ROLE: Final = "acs:ram::1234567890123456:role/audit"


def script(path: Path, line: str) -> Path:
    """Write a shell script of one line."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def make_context(endpoint: str | None = None, environment: Mapping[str, str] | None = None) -> DoctorContext:
    """Return a context without credentials."""
    return DoctorContext(Target(endpoint=endpoint), None, Path(), environment or {})


def examined(
    server: DemoServer | None,
    *arguments: str | Path,
    cwd: Path | None = None,
    status: int | None = None,
    environment: Mapping[str, str] | None = None,
    alone: bool = False,
) -> Findings:
    """Return the command's findings, by subject.

    Args:
        server: The demo account, if the command has its credentials.
        arguments: Further arguments.
        cwd: The working directory.
        status: The expected exit status, None for any that fits the findings.
        environment: Further variables.
        alone: Whether the command has a process of its own: the SDK reads some variables when it is imported.
    """
    variables = {**(server.environment if server else {}), **(environment or {})}
    named = "--policy" in arguments or (cwd is not None and (cwd / "policies").exists())
    policy = () if named else ("--policy", "baseline")
    words = ("doctor", "--format", "json", *policy, *arguments)
    if alone:
        process = run(*words, cwd=cwd, environment=variables)
        done = Done(process.returncode, process.stdout, process.stderr)
    else:
        done = run_here(*words, cwd=cwd, environment=variables)
    assert done.stderr == "", done.stderr
    document = json.loads(done.stdout)
    findings = {finding["subject"]: Finding(**finding) for finding in document["findings"]}
    assert len(findings) == len(document["findings"]) == sum(document["counts"].values())
    for finding in findings.values():
        assert finding.detail.isprintable() and (finding.remedy or "").isprintable()
        assert (finding.status == "ok") == (finding.remedy is None)
    expected = 1 if any(finding.status == "failed" for finding in findings.values()) else 0
    assert done.status == expected and (status is None or status == expected)
    return findings


def statuses(findings: Findings) -> dict[str, str]:
    """Return the status of each finding that is not ok, by subject."""
    return {subject: finding.status for subject, finding in findings.items() if finding.status != "ok"}

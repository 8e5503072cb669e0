"""acctgate compliance: the life cycle of a report on the demo account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from acctgate.demo import DemoServer
from tests.support import one_line
from tests.support.process import run_here

PACK = "cp-fdc8626622af00f9****"


@pytest.fixture
def server() -> Iterator[DemoServer]:
    """Serve the demo account."""
    with DemoServer() as running:
        running.reports.creating_reads = 1
        yield running


def test_packs_are_listed(server: DemoServer) -> None:
    done = run_here("compliance", "list", environment=server.environment)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{PACK}  ACTIVE  ")
    (pack,) = json.loads(run_here("compliance", "list", "--format", "json", environment=server.environment).stdout)
    assert (pack["id"], pack["status"]) == (PACK, "ACTIVE")


def test_a_timeout_without_waiting_generates_nothing(server: DemoServer) -> None:
    server.account.pack_reports[0] |= {"ReportStatus": "NONE"}
    done = run_here("compliance", "generate", PACK, "--timeout", "5", environment=server.environment)
    assert done.status == 2
    one_line(done.stderr, "--timeout goes with --wait")
    assert "NONE" in run_here("compliance", "status", PACK, environment=server.environment).stdout


def test_the_whole_life_cycle(server: DemoServer, tmp_path: Path) -> None:
    server.account.pack_reports[0] |= {"ReportStatus": "NONE"}
    done = run_here("compliance", "status", PACK, environment=server.environment)
    assert (done.status, done.stdout) == (3, f"{PACK}: NONE, generated 2021-06-22T02:46:05+00:00\n")
    done = run_here("compliance", "download", PACK, "--output", tmp_path / "r.xlsx", environment=server.environment)
    assert done.status == 3
    one_line(done.stderr, "no report to download", "NONE")
    done = run_here("compliance", "wait", PACK, environment=server.environment)
    assert done.status == 3
    one_line(done.stderr, "no report was generated", "acctgate compliance generate")
    assert run_here("compliance", "generate", PACK, environment=server.environment).status == 0
    assert run_here("compliance", "status", PACK, environment=server.environment).status == 3
    done = run_here("compliance", "wait", PACK, "--timeout", "60", environment=server.environment)
    assert (done.status, "COMPLETE" in done.stdout) == (0, True)
    rows = tmp_path / "rows.json"
    done = run_here(
        "compliance", "download", PACK, "--output", tmp_path / "r.xlsx", "--rows", rows, environment=server.environment
    )
    assert done.status == 0, done.stderr
    assert (tmp_path / "r.xlsx").read_bytes().startswith(b"PK")
    (sheet,) = json.loads(rows.read_text(encoding="utf-8")).values()
    assert {row["Result"] for row in sheet} == {"COMPLIANT", "NON_COMPLIANT"}
    for text in (done.stdout, done.stderr, rows.read_text(encoding="utf-8")):
        assert "Signature" not in text


def test_an_account_group(server: DemoServer) -> None:
    done = run_here("compliance", "generate", PACK, "--aggregator", "ca-1", "--wait", environment=server.environment)
    assert done.status == 0, done.stderr
    assert server.calls["GenerateAggregateCompliancePackReport"] == 1
    assert server.calls["GetAggregateCompliancePackReport"] >= 1
    assert server.calls["GenerateCompliancePackReport"] == 0


@pytest.mark.parametrize(
    ("arguments", "denied", "message"),
    [
        (("list",), "ListCompliancePacks", "config:ListCompliancePacks"),
        (("status", PACK), "GetCompliancePackReport", "config:GetCompliancePackReport"),
        (("generate", PACK), "GenerateCompliancePackReport", "config:GenerateCompliancePackReport"),
        (("wait", PACK), "GetCompliancePackReport", "NoPermission"),
        (("status", "cp-x"), "", "Invalid.CompliancePackId.Value"),
        (("wait", "cp-x"), "", "Invalid.CompliancePackId.Value"),
    ],
)
def test_a_call_that_fails_is_one_line(
    server: DemoServer, arguments: tuple[str, ...], denied: str, message: str
) -> None:
    server.denied.add(denied)
    done = run_here("compliance", *arguments, environment=server.environment)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, message)


def test_a_sheet_and_its_rows_need_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in (("--output", "-"), ("--output", "r.xls", "--rows", "-")):
        done = run_here("compliance", "download", PACK, *arguments)
        assert (done.status, done.stdout, list(tmp_path.iterdir())) == (2, "", [])
        one_line(done.stderr, arguments[-2], "needs a file, not standard output")


def test_existing_files_are_kept(server: DemoServer, tmp_path: Path) -> None:
    run_here("compliance", "generate", PACK, "--wait", environment=server.environment)
    (file := tmp_path / "r.xlsx").write_text("mine")
    done = run_here("compliance", "download", PACK, "--output", file, environment=server.environment)
    assert (done.status, file.read_text()) == (2, "mine")
    one_line(done.stderr, "already exists; use --force")
    done = run_here(
        "compliance", "download", PACK, "--output", tmp_path / "n.xlsx", "--rows", file, environment=server.environment
    )
    assert (done.status, (tmp_path / "n.xlsx").exists()) == (2, False)
    same = ("--output", tmp_path / "s.xlsx", "--rows", tmp_path / "." / ".." / tmp_path.name / "s.xlsx", "--force")
    done = run_here("compliance", "download", PACK, *same, environment=server.environment)
    assert (done.status, (tmp_path / "s.xlsx").exists()) == (2, False)
    one_line(done.stderr, "--output and --rows name the same file; give two")
    assert (
        run_here("compliance", "download", PACK, "--output", file, "--force", environment=server.environment).status
        == 0
    )
    assert file.read_bytes().startswith(b"PK")


@pytest.mark.parametrize("group", [(), ("--aggregator", "ca-1")])
def test_the_rules_of_a_pack(server: DemoServer, group: tuple[str, ...]) -> None:
    server.account.config_rules[2]["ComplianceType"] = "IGNORED"
    done = run_here("compliance", "rules", PACK, *group, environment=server.environment)
    assert (done.status, done.stderr) == (0, "")
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["result", "risk", "rule", "name"],
        ["NON_COMPLIANT", "high", "cr-demo-1", "ram-user-mfa-check"],
        ["NON_COMPLIANT", "high", "cr-demo-2", "root-ak-check"],
        ["IGNORED", "medium", "cr-demo-3", "ram-password-policy-check"],
    ]
    aggregate = "Aggregate" if group else ""
    assert server.calls[f"Get{aggregate}ConfigRuleComplianceByPack"] == 1
    done = run_here("compliance", "rules", PACK, *group, "--format", "json", environment=server.environment)
    assert json.loads(done.stdout)[-1] == {
        "id": "cr-demo-3",
        "name": "ram-password-policy-check",
        "result": "IGNORED",
        "risk": "medium",
        "ignored": True,
    }


def test_what_is_not_known_of_rules_is_said(server: DemoServer) -> None:
    server.denied = {"GetCompliancePack"}
    done = run_here("compliance", "rules", PACK, environment=server.environment)
    assert done.status == 3 and "unknown  cr-demo-1" in done.stdout
    one_line(
        done.stderr,
        f"{PACK}: the risk levels are unknown: GetCompliancePack failed with NoPermission",
        "grant config:GetCompliancePack",
    )
    server.denied = {"GetConfigRuleComplianceByPack"}
    done = run_here("compliance", "rules", PACK, environment=server.environment)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "GetConfigRuleComplianceByPack failed with NoPermission")
    server.denied = set()
    done = run_here("compliance", "rules", "cp-none", environment=server.environment)
    assert done.status == 2
    one_line(done.stderr, "Invalid.CompliancePackId.Value")


@pytest.mark.parametrize(
    ("more", "status", "message"),
    [
        ({"TotalCount": 9}, 3, "3 of 9 rules listed"),
        ({"IgnoredCount": 2}, 3, "2 rules ignored in Cloud Config, but 0 marked as such"),
        ({"ConfigRuleCompliances": "x"}, 2, "the answer has no ConfigRuleCompliances"),
        ({"ConfigRuleCompliances": [{}]}, 2, "the answer has no ComplianceType"),
    ],
)
def test_rules_that_contradict_themselves(
    server: DemoServer, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any], status: int, message: str
) -> None:
    served = server._GetConfigRuleComplianceByPack

    def changed(*given: Any) -> dict[str, Any]:
        return {"ConfigRuleComplianceResult": served(*given)["ConfigRuleComplianceResult"] | more}

    monkeypatch.setattr(server, "_GetConfigRuleComplianceByPack", changed)
    done = run_here("compliance", "rules", PACK, environment=server.environment)
    assert done.status == status
    one_line(done.stderr, message)


def test_a_snapshot_names_the_call_that_failed(server: DemoServer, tmp_path: Path) -> None:
    server.denied.add("GetCompliancePack")
    done = run_here("snapshot", "--output", tmp_path / "s.json", environment=server.environment)
    assert done.status == 3
    one_line(done.stderr, f"ConfigRuleCompliances.{PACK} is missing: GetCompliancePack failed with NoPermission")

"""acctgate compliance: the life cycle of a report on the demo account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

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
    assert (
        run_here("compliance", "download", PACK, "--output", file, "--force", environment=server.environment).status
        == 0
    )
    assert file.read_bytes().startswith(b"PK")

"""tools/audit.py: what cannot be audited is not reported as fine."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT

Audit = Callable[..., int]
CLEAN = {"name": "idna", "version": "3.20", "vulns": []}
FOUND = {
    **CLEAN,
    "name": "lxml",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["6.2"], "aliases": [], "description": ""}],
}
SKIPPED = {"name": "arrow", "skip_reason": "Dependency not found on PyPI and could not be audited: arrow (1.4.0)"}


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audit:
    """Audit a lock file with a stand-in for pip-audit that prints this."""
    names: dict[str, Any] = runpy.run_path(str(ROOT / "tools/audit.py"))["main"].__globals__
    monkeypatch.setitem(names, "BIN", tmp_path)

    def run(printed: str, status: int = 0) -> int:
        (tmp_path / "printed").write_text(printed)
        (program := tmp_path / "pip-audit").write_text(
            f"#!/bin/sh\necho fault >&2\ncat {tmp_path}/printed\nexit {status}\n"
        )
        program.chmod(0o755)
        found: int = names["audit"](tmp_path / "dev.txt")
        return found

    return run


@pytest.mark.parametrize(
    ("packages", "status", "message"),
    [
        ([CLEAN, CLEAN], 0, "dev.txt: 2 packages, no known vulnerabilities"),
        ([CLEAN, FOUND], 1, "dev.txt: lxml 3.20: PYSEC-1 (fixed in: 6.2)"),
        ([CLEAN, SKIPPED], 2, "dev.txt: not audited: the advisory service knows nothing about arrow"),
        ([SKIPPED] * 5, 2, "arrow, arrow, arrow (and 2 more)"),
        ([FOUND, SKIPPED], 1, "knows nothing about arrow"),
        ([], 2, "knows nothing about any package"),
    ],
)
def test_what_an_audit_found(
    audit: Audit, packages: list[Any], status: int, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert audit(json.dumps({"dependencies": packages, "fixes": []}), 1 if FOUND in packages else 0) == status
    assert message in "".join(capfd.readouterr())


@pytest.mark.parametrize("printed", ["", "Traceback", "{}"])
def test_an_audit_without_an_answer_fails(audit: Audit, printed: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert audit(printed, 1) == 2
    assert "dev.txt: not audited: the advisory service gives no answer: fault" in capfd.readouterr().err


def test_the_locks_have_hashes_and_the_same_versions() -> None:
    versions = {}
    for name in ("audit", "dev", "docs", "fuzz", "go", "release", "runtime"):
        text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
        assert "://" not in text
        blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in block for block in blocks)
        versions[name] = {block.split()[0] for block in blocks}
    assert versions["runtime"] < versions["dev"]


def test_the_release_has_the_same_sbom() -> None:
    workflow = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    assert "python tools/audit.py --sbom sbom/acctgate.cdx.json" in workflow
    assert "cyclonedx-bom==" in (ROOT / "requirements/release.txt").read_text(encoding="utf-8")

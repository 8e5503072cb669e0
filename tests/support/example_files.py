"""The files that examples in help texts and in the documentation name."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support import HERE, ROOT, seed
from tests.support.process import run_here


def create_files(folder: Path, environment: Mapping[str, str]) -> None:
    """Create a repository with snapshots, plans, policies and reports of a demo account.

    Args:
        folder: The folder to fill.
        environment: The variables of the demo account.
    """
    snapshot = run_here("snapshot", environment=environment).stdout
    report = run_here("check", "--policy", "baseline", "--format", "json", environment=environment)
    for name in ("acctgate.json", "yesterday.json"):
        (folder / name).write_text(report.stdout)
    for name in ("prod.json", "live.json", "monday.json"):
        (folder / name).write_text(snapshot)
    worse = json.loads(snapshot)
    worse["SecurityPreference"]["LoginProfilePreference"]["LoginSessionDuration"] = 24
    (folder / "friday.json").write_text(json.dumps(worse))
    (folder / "main.yaml").write_text("version: 1\nextends: strict\n")
    (folder / "branch.yaml").write_text("version: 1\nextends: baseline\n")
    copies = {
        seed("003-security-preference.xml"): "preference.xml",
        seed("000-security-practice.json"): "report.json",
        HERE / "plans/pulumi/update.preview.json": "plan.json",
        ROOT / "Pulumi.yaml": "Pulumi.yaml",
        ROOT / "__main__.py": "__main__.py",
    }
    for source, name in copies.items():
        shutil.copy(source, folder / name)
    shutil.copytree(ROOT / "policies", folder / "policies")
    (folder / ".venv").symlink_to(sys.prefix)


def commit_policies(repository: Path) -> None:
    """Make the folder a git repository whose working tree has a looser policy than origin/main."""
    (policy := repository / "policies/policy.yaml").write_text("version: 1\nextends: strict\n")
    for command in (
        "init -q",
        "add .",
        "-c user.name=a -c user.email=a@example.org commit -qm first",
        "update-ref refs/remotes/origin/main HEAD",
    ):
        subprocess.run(["git", *command.split()], cwd=repository, check=True, timeout=60)
    policy.write_text("version: 1\nextends: baseline\n")

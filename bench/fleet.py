"""Judging files: one account against the import of pydantic, a fleet against conftest."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.build_conftest import find_conftest
from bench.measure import ACCTGATE, ROOT, Ratio, best_of

ACCOUNTS = 10_000


def startup(folder: Path) -> Iterator[Ratio]:
    """`acctgate check` on one account against `from pydantic import BaseModel`: the locked pydantic and the newest."""
    file = folder / "account.json"
    file.write_text(json.dumps(account(random.Random(1), 0)))
    yield _startup(file, "locked", [])
    newest = _newest_pydantic(folder / "newest")
    if newest is None:
        print("     no newer pydantic can be installed: no comparison")
    else:
        path = os.pathsep.join(filter(None, (str(newest), os.environ.get("PYTHONPATH"))))
        yield _startup(file, "newest", ["env", f"PYTHONPATH={path}"])


def _startup(file: Path, which: str, prefix: list[str]) -> Ratio:
    best = best_of(
        {
            "floor": [*prefix, sys.executable, "-c", "from pydantic import BaseModel"],
            "imports": [*prefix, sys.executable, "-c", "import acctgate.cli.check"],
            "check": [*prefix, *ACCTGATE, "check", "--snapshot", str(file), "--format", "json"],
        },
        rounds=15,
    )
    floor, imports, check = (best[name].seconds for name in ("floor", "imports", "check"))
    detail = f"[{check:.3f} s, of which all imports {imports:.3f} s, pydantic's {floor:.3f} s]"
    return Ratio(f"check of one account over importing pydantic ({which})", check / floor, 3.0, detail)


def _newest_pydantic(folder: Path) -> Path | None:
    """Install the newest pydantic that pyproject.toml allows into a folder. None if no registry can be reached."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    [wanted] = [each for each in project["dependencies"] if each.startswith("pydantic")]
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", str(folder), wanted]
    done = subprocess.run(install, capture_output=True, check=False)
    return folder if done.returncode == 0 else None


def fleet(folder: Path) -> Iterator[Ratio]:
    """10,000 accounts as NDJSON with all rules, against conftest with six of them."""
    file = folder / "fleet.ndjson"
    write_accounts(file, ACCOUNTS)
    check = [*ACCTGATE, "check", "--snapshot", str(file), "--format", "json"]
    commands = {"acctgate": [*check, "--jobs", "2"], "one process": [*check, "--jobs", "1"]}
    if conftest := find_conftest():
        documents = folder / "fleet.json"
        documents.write_text("\n---\n".join(file.read_text().splitlines()))
        policy = str(ROOT / "bench/conftest")
        commands["conftest"] = [conftest, "test", "--parser", "yaml", "-o", "json", "-p", policy, str(documents)]
    best = best_of(commands, rounds=3)
    ours = best["acctgate"]
    alone = f"one process {best['one process'].seconds:.2f} s"
    yield Ratio("megabytes over all processes for 10,000 accounts", ours.megabytes, 200, f"[{ours.seconds:.2f} s]")
    if conftest:
        theirs = best["conftest"]
        detail = f"[{theirs.seconds:.2f} s and {theirs.megabytes:.0f} MB, {ours.seconds:.2f} s; {alone}]"
        yield Ratio("conftest's time over ours", theirs.seconds / ours.seconds, 4, detail, at_least=True)
    else:
        print(f"     conftest is not there and cannot be built: no comparison [{ours.seconds:.2f} s; {alone}]")


def write_accounts(file: Path, count: int) -> None:
    """Write so many snapshots as NDJSON, the same at each call."""
    chance = random.Random(1)
    with file.open("w") as lines:
        lines.writelines(json.dumps(account(chance, number)) + "\n" for number in range(count))


def account(chance: random.Random, number: int) -> dict[str, Any]:
    """Return a snapshot with realistic values: few repeat exactly, many nearly."""
    return {
        "version": 1,
        "account_id": str(10**15 + number),
        "SecurityPreference": {
            "AccessKeyPreference": {"AllowUserToManageAccessKeys": chance.random() < 0.5},
            "LoginProfilePreference": {
                "EnableSaveMFATicket": chance.random() < 0.2,
                "LoginSessionDuration": chance.randint(1, 24),
                "LoginNetworkMasks": f"10.{chance.randrange(256)}.{chance.randrange(256)}.0/24",
                "AllowUserToChangePassword": True,
                "OperationForRiskLogin": "autonomous",
                "MFAOperationForLogin": chance.choice(["adaptive", "mandatory", "independent"]),
            },
            "MFAPreference": {"AllowUserToManageMFADevices": chance.random() < 0.5},
            "PersonalInfoPreference": {"AllowUserToManagePersonalDingTalk": chance.random() < 0.5},
        },
        "AccountSecurityPracticeInfo": {
            "Score": chance.randint(0, 100),
            "AccountSecurityPracticeUserInfo": {
                "SubUser": 50,
                "SubUserBindMfa": chance.randint(0, 50),
                "SubUserWithUnusedAccessKey": chance.randint(0, 9),
                "RootWithAccessKey": chance.randint(0, 2),
                "SubUserWithOldAccessKey": chance.randint(0, 9),
                "SubUserPwdLevel": chance.choice(["low", "mid", "high"]),
                "UnusedAkNum": 0,
                "OldAkNum": 0,
                "BindMfa": chance.random() < 0.5,
            },
        },
        "CompliancePackReports": [
            {
                "ReportStatus": "COMPLETE",
                "CompliancePackId": f"cp-{number:016x}",
                "AccountId": 0,
                "ReportCreateTimestamp": 1624329965857 + number * 1000,
            }
        ],
    }

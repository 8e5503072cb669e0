"""Judging files: one account against the import of pydantic, a fleet against conftest."""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.measure import ACCTGATE, ROOT, Ratio, best_of

ACCOUNTS = 10_000


def startup(folder: Path) -> Iterator[Ratio]:
    """`acctgate check` on one account against `from pydantic import BaseModel`."""
    file = folder / "account.json"
    file.write_text(json.dumps(account(random.Random(1), 0)))
    best = best_of(
        {
            "floor": [sys.executable, "-c", "from pydantic import BaseModel"],
            "check": [*ACCTGATE, "check", "--snapshot", str(file), "--format", "json"],
        },
        rounds=15,
    )
    floor, check = best["floor"].seconds, best["check"].seconds
    yield Ratio("check of one account over importing pydantic", check / floor, 3.0, f"[{check:.3f} s, {floor:.3f} s]")


def fleet(folder: Path) -> Iterator[Ratio]:
    """10,000 accounts as NDJSON with all rules, against conftest with six of them."""
    file = folder / "fleet.ndjson"
    chance = random.Random(1)
    accounts = [account(chance, number) for number in range(ACCOUNTS)]
    file.write_text("".join(json.dumps(each) + "\n" for each in accounts))
    commands = {"acctgate": [*ACCTGATE, "check", "--snapshot", str(file), "--format", "json"]}
    conftest = shutil.which("conftest")
    if conftest:
        documents = folder / "fleet.json"
        documents.write_text("\n---\n".join(json.dumps(each) for each in accounts))
        policy = str(ROOT / "bench/conftest")
        commands["conftest"] = [conftest, "test", "--parser", "yaml", "-o", "json", "-p", policy, str(documents)]
    best = best_of(commands, rounds=3)
    ours = best["acctgate"]
    yield Ratio("megabytes for 10,000 accounts", ours.megabytes, 200, f"[{ours.seconds:.2f} s]")
    if conftest:
        theirs = best["conftest"]
        detail = f"[{theirs.seconds:.2f} s and {theirs.megabytes:.0f} MB, {ours.seconds:.2f} s]"
        yield Ratio("conftest's time over ours", theirs.seconds / ours.seconds, 4, detail, at_least=True)
    else:
        print("     conftest is not installed: no comparison")


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

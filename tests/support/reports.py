"""Whole reports of typical accounts, which tests of formats render."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, Final

from acctgate.evaluate.pipeline import evaluate
from acctgate.language import Language
from acctgate.model.judged_by import ReadAs
from acctgate.model.report import Summary
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy, load_policy, load_preset
from acctgate.render import Frame, renderer
from acctgate.sources.raw_snapshot import unreadable
from acctgate.sources.responses import read_responses
from tests.support import DENIED, HERE, NOW, credentials, seed
from tests.support.accounts import GOOD

Case = tuple[list[Snapshot], Policy]
FLEET: Final = 1_000
"""Accounts of `fleet`."""
HOSTILE: Final = "\x1b[31m\x07\u202e<script>alert(1)</script>|`a`[x](javascript:1)\r\n::error::\u2028🏴 %0A\ud800{{"
"""Colours, a bell, text that runs backwards, markup, workflow commands, half a surrogate pair."""


def _clean_document() -> dict[str, Any]:
    return {**GOOD, "account_id": "1234567890123456", "alias": "prod"}


def _blocked() -> Case:
    names = ("000-security-practice.json", "002-security-preference.json", "004-compliance-pack-report.json")
    account = read_responses([str(seed(name)) for name in names])
    # The same report on every machine: without the folder of the checkout.
    return [replace(account, read_as=ReadAs("response", file=", ".join(names)))], load_preset("strict")


def _clean() -> Case:
    return [Snapshot.from_document(_clean_document())], load_preset("strict")


def _unknown() -> Case:
    document = {**_clean_document(), "errors": {"SecurityPreference": {**DENIED, "request_id": "30C9068D-FBAA"}}}
    del document["SecurityPreference"]
    return [Snapshot.from_document(document)], load_preset("baseline")


def _waived() -> Case:
    snapshots, _ = _blocked()
    return snapshots, load_policy(HERE / "golden" / "waived.yaml")


def _several() -> Case:
    (blocked,), policy = _blocked()
    (clean,), _ = _clean()
    (unknown,), _ = _unknown()
    return [blocked, clean, unreadable("fleet.ndjson:3: no JSON: Expecting value (column 1)"), unknown, clean], policy


def _names() -> Case:
    """Return an account with users to name; those of one rule are waived."""
    info = {"SubUser": 8, "SubUserBindMfa": 1, "SubUserWithOldAccessKey": 2, "SubUserWithUnusedAccessKey": 1}
    info |= {"RootWithAccessKey": 1, "BindMfa": False, "OldAkNum": 0, "UnusedAkNum": 0}
    users = [credentials.user(f"user{number}@example.onaliyun.com", mfa=number == 7) for number in range(1, 8)]
    users[0]["AccessKeys"] = [credentials.key(credentials.OLD)]
    users[1]["AccessKeys"] = [credentials.key(credentials.OLD)]
    users[2]["AccessKeys"] = [credentials.key(used=credentials.OLD)]
    hostile = credentials.user(HOSTILE.removesuffix("\ud800{{"), mfa=False)
    section = credentials.report(credentials.user("<root>", credentials.key(), mfa=False), hostile, *users)
    document = credentials.account(info, section, alias="prod")
    return [Snapshot.from_document(document)], load_policy(HERE / "golden" / "names.yaml")


def _fleet() -> Case:
    """Return more accounts than are shown in detail."""
    found = []
    for number, (folder, hours) in enumerate([("/prod/web", 24), ("/dev", 6), ("/prod/web", 24), ("/dev", 24)] * 2):
        document = {**_clean_document(), "account_id": f"100000000000000{number}", "alias": f"app-{number}"}
        document |= {"member": {"folder": folder, "tags": {}}, "taken_at": "2026-11-21T08:00:00Z"}
        login = document["SecurityPreference"]["LoginProfilePreference"]
        document["SecurityPreference"] = {"LoginProfilePreference": {**login, "LoginSessionDuration": hours}}
        if number in (2, 3):
            user = {"RootWithAccessKey": 1, "BindMfa": False}
            document["AccountSecurityPracticeInfo"] = {"AccountSecurityPracticeUserInfo": user, "Score": 90}
        if number == 5:
            del document["SecurityPreference"]
            document["errors"] = {"SecurityPreference": DENIED}
        found.append(Snapshot.from_document(document))
    return found, load_preset("baseline")


def _hostile() -> Case:
    document = _clean_document()
    document |= {
        "account_id": HOSTILE,
        "alias": HOSTILE,
        "SecurityPreference": {
            "LoginProfilePreference": {
                "LoginNetworkMasks": f"10.0.0.0/8;{HOSTILE}",
                "MFAOperationForLogin": HOSTILE,
                "LoginSessionDuration": [HOSTILE, {"a": None}],
            }
        },
        "CompliancePackReports": [{"CompliancePackId": HOSTILE, "ReportStatus": "NONE"}],
        "errors": {"AccountSecurityPracticeInfo": {"code": HOSTILE, "message": HOSTILE * 20, "request_id": HOSTILE}},
    }
    del document["AccountSecurityPracticeInfo"]
    return [Snapshot.from_document(document)], load_preset("strict")


CASES: Final[dict[str, Callable[[], Case]]] = {
    "blocked": _blocked,
    "clean": _clean,
    "unknown": _unknown,
    "waived": _waived,
    "several": _several,
    "fleet": _fleet,
    "hostile": _hostile,
    "names": _names,
}


@cache
def fleet(worst: bool = False) -> Case:
    """Return a thousand accounts: some pass, some don't, some were denied. At worst, each has long texts."""
    snapshots = []
    for number in range(FLEET):
        document: dict[str, Any] = copy.deepcopy(GOOD)
        document |= {"account_id": str(10**15 + number), "alias": f"team-{number:03}-prod"}
        document["AccountSecurityPracticeInfo"]["Score"] = 30 + number % 71
        document["SecurityPreference"]["LoginProfilePreference"]["AllowUserToLoginWithPasskey"] = True
        document["SecurityPreference"]["AccessKeyPreference"]["AllowUserToManageServiceCredentials"] = False
        document["SecurityPreference"]["MaxIdleDays"] = {"MaxIdleDaysForUsers": 90, "MaxIdleDaysForAccessKeys": 90}
        preference = document["SecurityPreference"]["LoginProfilePreference"]
        preference["LoginSessionDuration"] = 6 + number % 19
        preference["LoginNetworkMasks"] = ("10.0.0.0/8", "", "0.0.0.0/0")[number % 3]
        if number % 10 == 9:
            document["errors"] = {"AccountSecurityPracticeInfo": {"code": "NoPermission", "message": "Denied."}}
            del document["AccountSecurityPracticeInfo"]
        if worst:
            document["alias"] = f"<b>{number}" * 100
            packs = [
                {"CompliancePackId": f"<{number}-{pack}-" + "&" * 200, "ReportStatus": "NONE"} for pack in range(20)
            ]
            document["CompliancePackReports"] = packs
        snapshots.append(Snapshot.from_document(document))
    return snapshots, CASES["clean"]()[1]


def trend() -> Case:
    """Return an account over time: it gets better, cannot be read once, and falls back."""
    snapshots = []
    for score, hours in ((40, 24), (55, 24), (None, 24), (82, 6), (78, 24)):
        document: dict[str, Any] = copy.deepcopy({**GOOD, "account_id": "1234567890123456", "alias": "prod"})
        document["AccountSecurityPracticeInfo"]["Score"] = score
        document["SecurityPreference"]["LoginProfilePreference"]["LoginSessionDuration"] = hours
        snapshots.append(Snapshot.from_document(document))
    return snapshots, CASES["clean"]()[1]


def rendered(form: str, case: Case, language: Language = "en") -> str:
    """Return the whole report."""
    render, summary = renderer(form, Frame(rules=case[1].all_rules, language=language)), Summary()
    parts = [render.begin()]
    for report in evaluate(*case, NOW):
        summary.add(report)
        parts.append(render.account(report))
    return "".join([*parts, render.end(summary)])


def outcomes(case: str) -> list[dict[str, Any]]:
    """Every outcome of a case, as the JSON report has it."""
    report = json.loads(rendered("json", CASES[case]()))
    return [outcome for account in report["accounts"] for outcome in account["outcomes"]]


def fingerprints(form: str, case: Case) -> list[str]:
    """Return the fingerprints of a report's findings."""
    report = json.loads(rendered(form, case))
    if form == "gitlab":
        return [issue["fingerprint"] for issue in report]
    return [result["partialFingerprints"]["acctgate/v1"] for result in report["runs"][0]["results"]]


def pack_case(*reports: dict[str, str]) -> Case:
    """Return a case: an account with these reports of compliance packs."""
    document = {"version": 1, "account_id": "1", "CompliancePackReports": list(reports)}
    return [Snapshot.from_document(document)], CASES["clean"]()[1]

"""Make the pictures in docs/images/: the verdict in a terminal, and the page.

The verdict is what acctgate prints, as an SVG by rich. The page is what acctgate writes, photographed by headless
Chromium; without it, the pictures of the page do not change.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench.browser import FLAGS, find_chromium
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from acctgate.demo import DemoAccount, DemoServer
from acctgate.times import timestamp

ROOT: Final = Path(__file__).resolve().parent.parent
IMAGES: Final = ROOT / "docs/images"
SHOWN: Final = "acctgate check --plan plan.json --policy policy.yaml"
MAIN: Final = """resource "alicloud_ram_security_preference" "this" {
  mfa_operation_for_login = "mandatory"
  login_session_duration  = 6
}
"""
POLICY: Final = "version: 1\nextends: baseline\nrules:\n  network-masks: {level: mandatory, within: [10.0.0.0/8]}\n"
WIDTH: Final = 110
NOW: Final = datetime.now(UTC)
_FONTS: Final = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_VIEW: Final = ("--hide-scrollbars", "--window-size=1180,1200")


def verdict() -> str:
    """Return what a check of a plan reports, with colours: it would weaken an account that complies."""
    account = DemoAccount()
    account.comply()
    with tempfile.TemporaryDirectory() as name, DemoServer(account) as demo:
        folder = Path(name)
        (folder / "main.tf").write_text(MAIN, encoding="utf-8")
        (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
        shutil.copy(ROOT / "tests/examples/tutorial/without-masks.json", folder / "plan.json")
        return _acctgate(*SHOWN.split()[1:], "--color", "always", environment=demo.environment, folder=folder)


def svg(printed: str) -> str:
    """Draw a terminal as SVG without external fonts, which rich's own output loads from the network."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "bold green"), SHOWN), "")
    console.print(Text.from_ansi(printed.rstrip()))
    text = _FONTS.sub("", console.export_svg(title="acctgate", theme=MONOKAI, unique_id="verdict"))
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def page() -> str:
    """Return the page of four accounts, one of which was read each week."""
    lines = "".join(json.dumps(snapshot) + "\n" for snapshot in fleet())
    return _acctgate("check", "--snapshot", "-", "--format", "html", typed=lines)


def fleet() -> Iterator[dict[str, Any]]:
    """Yield four accounts. The first one improves each week."""
    weeks: tuple[dict[str, Any], ...] = (
        {"score": 38, "mfa": "independent", "hours": 24, "masks": "", "bound": 2, "keys": 2, "strength": "low"},
        {"score": 52, "mfa": "independent", "hours": 12, "bound": 4, "keys": 2, "strength": "mid"},
        {"score": 63, "mfa": "adaptive", "hours": 8, "bound": 6, "keys": 1},
        {"score": 82, "bound": 8},
        {"score": 91},
    )
    for ago, week in zip(reversed(range(len(weeks))), weeks, strict=True):
        yield {**snapshot("1234567890123456", "shop-prod", **week), "taken_at": timestamp(NOW - timedelta(weeks=ago))}
    yield snapshot("1234567890123457", "shop-staging", score=84, masks="10.20.0.0/16", strength="mid", old=2, length=8)
    yield snapshot("1234567890123458", "data-lake", score=95, masks="10.30.0.0/16;10.31.0.0/16")
    denied = snapshot("1234567890123459", "sandbox", score=71, hours=24, masks="", bound=3)
    del denied["AccountSecurityPracticeInfo"]
    denied["errors"] = {"AccountSecurityPracticeInfo": {"code": "NoPermission", "message": "You are not authorized."}}
    yield denied


def snapshot(
    account: str,
    alias: str,
    *,
    score: int,
    mfa: str = "mandatory",
    hours: int = 8,
    masks: str = "10.0.0.0/8",
    bound: int = 9,
    keys: int = 0,
    strength: str = "high",
    old: int = 0,
    length: int = 14,
) -> dict[str, Any]:
    """One account, as acctgate snapshot would write it."""
    return {
        "version": 1,
        "account_id": account,
        "alias": alias,
        "taken_at": timestamp(NOW),
        "SecurityPreference": {
            "AccessKeyPreference": {"AllowUserToManageAccessKeys": False, "AllowUserToManageServiceCredentials": False},
            "LoginProfilePreference": {
                "EnableSaveMFATicket": False,
                "LoginSessionDuration": hours,
                "LoginNetworkMasks": masks,
                "AllowUserToChangePassword": True,
                "AllowUserToLoginWithPasskey": True,
                "OperationForRiskLogin": "enforceVerify",
                "MFAOperationForLogin": mfa,
            },
            "MFAPreference": {"AllowUserToManageMFADevices": True},
            "PersonalInfoPreference": {"AllowUserToManagePersonalDingTalk": False},
            "MaxIdleDays": {"MaxIdleDaysForUsers": 90, "MaxIdleDaysForAccessKeys": 90},
        },
        "AccountSecurityPracticeInfo": {
            "Score": score,
            "AccountSecurityPracticeUserInfo": {
                "SubUser": 9,
                "SubUserBindMfa": bound,
                "SubUserWithUnusedAccessKey": 0,
                "RootWithAccessKey": keys,
                "SubUserWithOldAccessKey": old,
                "SubUserPwdLevel": strength,
                "UnusedAkNum": 0,
                "OldAkNum": keys,
                "BindMfa": True,
            },
        },
        "CompliancePackReports": [],
        "ConfigRuleCompliances": [],
        "PasswordPolicy": {
            "MinimumPasswordLength": length,
            "RequireLowercaseCharacters": True,
            "RequireUppercaseCharacters": True,
            "RequireNumbers": True,
            "RequireSymbols": True,
            "PasswordReusePrevention": 5,
            "MaxPasswordAge": 90,
            "MaxLoginAttemps": 5,
        },
    }


def photograph(html: str, picture: Path, *flags: str) -> None:
    """Take a picture of a page with headless Chromium."""
    browser = find_chromium()
    if browser is None:
        print(f"{picture.relative_to(ROOT)}: kept; no Chromium is installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(html, encoding="utf-8")
        places = (f"--user-data-dir={folder}/profile", f"--screenshot={picture}", file.as_uri())
        subprocess.run([browser, *FLAGS, *_VIEW, *flags, *places], check=True, capture_output=True, timeout=120)


def _acctgate(*arguments: str, typed: str = "", environment: dict[str, str] | None = None, folder: Path = ROOT) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "acctgate", *arguments],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    if done.returncode != 1:
        sys.exit(f"acctgate {' '.join(arguments)}: exit status {done.returncode}, not 1\n{done.stderr}")
    return done.stdout


def main() -> None:
    """Write them all."""
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / "verdict.svg").write_text(svg(verdict()), encoding="utf-8", newline="\n")
    html = page()
    photograph(html, IMAGES / "page.png", "--blink-settings=preferredColorScheme=1")
    photograph(html, IMAGES / "page-dark.png", "--blink-settings=preferredColorScheme=0")


if __name__ == "__main__":
    main()

"""Repairs as programs: whatever the values, each language reads them back, and the golden files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_alicloud.ram import AccountPasswordPolicyArgs, PasswordPolicyArgs, SecurityPreferenceArgs

from acctgate.demo import DemoAccount
from acctgate.fix.model import Fix
from acctgate.fix.propose import propose
from acctgate.fix.targets import TARGETS
from acctgate.fix.targets.base import comment
from acctgate.model.password_request import ACCOUNT_PASSWORD_POLICY, PASSWORD_POLICY
from acctgate.model.preference_keys import PREFERENCE_KEYS
from acctgate.model.snapshot import Snapshot
from acctgate.policy import load_preset
from acctgate.sources.responses import read_responses
from tests.support import DENIED, HERE, NOW, UPDATE, joined, policy_of, seed
from tests.support.accounts import GOOD
from tests.support.repairs import HOURS, MASKS, READERS, account, within
from tests.support.reports import HOSTILE
from tests.support.strategies import SETTINGS

NODE: Final = shutil.which("node")
TERRAFORM: Final = shutil.which("terraform")
NASTY: Final = (
    '10.0.0.0/8;"',
    "a'b",
    "\\",
    '\\"',
    "a\nb\r\tc",
    "${x.y}",
    "$${x}",
    "$$${",
    "%{if true}",
    "%%{",
    "`${x}`",
    "a$",
    "$$",
    "# no comment",
    '"""',
    "*/ // ",
    "\x00\x1b\x7f",
    "\u2028\u202e\ufeff",
    "🏴é",
    "{{ x }}",
    "yes",
    "",
)


def _with_masks(masks: str) -> Fix:
    """Return a repair that keeps these masks unchanged, whatever they are."""
    return propose(account(LoginNetworkMasks=masks), policy_of({"session-duration": {"max_hours": 4}}), NOW)


@pytest.mark.parametrize("masks", NASTY)
@pytest.mark.parametrize("target", TARGETS)
def test_text_from_outside_stays_text(target: str, masks: str) -> None:
    text = TARGETS[target].render(_with_masks(masks))
    assert READERS[target](text) == {HOURS: 4, MASKS: masks}


@SETTINGS
@given(masks=st.text(max_size=40) | st.text(alphabet="\"'\\$%{}`\n#/;a", max_size=20))
@pytest.mark.parametrize("target", TARGETS)
def test_any_text_stays_text(target: str, masks: str) -> None:
    assert READERS[target](TARGETS[target].render(_with_masks(masks)))[MASKS] == masks


@SETTINGS
@given(text=st.text() | st.just(HOSTILE), marker=st.sampled_from(["#", "//"]))
def test_no_text_ends_a_comment(text: str, marker: str) -> None:
    for line in comment(marker, text, indent="  "):
        assert line.startswith(f"  {marker} ") and line.isprintable()


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_node_reads_the_typescript(tmp_path: Path) -> None:
    """As an ES module: the program has no types of its own. The package is replaced by one that shows what it gets."""
    package = tmp_path / "node_modules" / "@pulumi" / "alicloud"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "@pulumi/alicloud", "type": "module", "main": "index.js"}')
    (package / "index.js").write_text(
        "export const ram = {SecurityPreference: class {constructor(n, a) {console.log(JSON.stringify([n, a]))}}};\n"
    )
    target = TARGETS["pulumi-typescript"]
    main = tmp_path / "main.mjs"
    # Imports are not hoisted over each other's output: they run in the order in which they stand.
    main.write_text(joined(f"import './{index}.mjs';" for index in range(len(NASTY))))
    for index, masks in enumerate(NASTY):
        (tmp_path / f"{index}.mjs").write_text(target.render(_with_masks(masks)), encoding="utf-8")
        subprocess.run([str(NODE), "--check", tmp_path / f"{index}.mjs"], check=True, timeout=60)
    done = subprocess.run([str(NODE), main], capture_output=True, encoding="utf-8", timeout=60, check=True)
    shown = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert shown == [["security-preference", {"loginSessionDuration": 4, "loginNetworkMasks": m}] for m in NASTY]


@pytest.mark.skipif(TERRAFORM is None, reason="terraform is not installed")
def test_terraform_reads_the_block(tmp_path: Path) -> None:
    (settings := tmp_path / "terraform.rc").touch()
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}
    texts = [TARGETS["terraform"].render(_with_masks(masks)) for masks in NASTY]

    def terraform(*arguments: str, stdin: str, cwd: Path) -> str:
        return subprocess.run(
            [str(TERRAFORM), *arguments],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=True,
            env=environment,
            cwd=cwd,
        ).stdout

    blocks = "\n".join(texts)
    assert terraform("fmt", "-", stdin=blocks, cwd=tmp_path) == blocks
    literals = [
        line.partition(" = ")[2] for text in texts for line in text.splitlines() if "login_network_masks" in line
    ]
    shown = terraform("console", stdin=f"base64encode(jsonencode([{', '.join(literals)}]))\n", cwd=tmp_path)
    assert json.loads(b64decode(shown)) == list(NASTY)


def test_the_python_names_are_those_of_the_package() -> None:
    assert {key.terraform for key in PREFERENCE_KEYS} <= set(dir(SecurityPreferenceArgs))
    for kind, package in (
        (PASSWORD_POLICY, PasswordPolicyArgs),
        (ACCOUNT_PASSWORD_POLICY, AccountPasswordPolicyArgs),
    ):
        assert {spelling.terraform for spelling in kind.keys.values()} <= set(dir(package))


# Golden files


def _blocked() -> Fix:
    names = ("000-security-practice.json", "003-security-preference.json", "004-compliance-pack-report.json")
    document = {**read_responses([str(seed(name)) for name in names]).document}
    document["PasswordPolicy"] = DemoAccount().password_policy
    return propose(Snapshot.from_document(document), load_preset("strict"), NOW)


def _repaired() -> Fix:
    policy = within(
        "10.0.0.0/8",
        "203.0.113.0/24",
        login_mfa={"level": "advisory", "require": "mandatory"},
        login_lockout={"keep_reachable": ["10.2.0.0/16"]},
        mfa_ticket={"level": "remediate", "allow": False},
    )
    snapshot = account(
        MFAOperationForLogin="independent", LoginNetworkMasks="10.1.0.0/16;198.51.100.7", EnableSaveMFATicket=True
    )
    named = {"account_id": "1234567890123456", "alias": "prod"}
    return propose(Snapshot.from_document({**snapshot.document, **named}), policy, NOW)


def _hostile() -> Fix:
    masks = "10.0.0.0/8;" + HOSTILE.replace("\ud800", "") + "\"\\${x}%{y}`'"
    snapshot = account(LoginNetworkMasks=masks, MFAOperationForLogin="adaptive", OperationForRiskLogin=HOSTILE)
    named = {"account_id": HOSTILE, "alias": HOSTILE}
    policy = replace(load_preset("strict"), source=HOSTILE)
    return propose(Snapshot.from_document({**snapshot.document, **named}), policy, NOW)


def _withheld() -> Fix:
    return propose(account(LoginNetworkMasks=None, MFAOperationForLogin="independent"), load_preset("baseline"), NOW)


def _denied() -> Fix:
    document = {**GOOD, "errors": {"SecurityPreference": {**DENIED, "request_id": "30C9068D-FBAA"}}}
    del document["SecurityPreference"]
    return propose(Snapshot.from_document(document), load_preset("baseline"), NOW)


def _clean() -> Fix:
    document = {**GOOD, "account_id": "1234567890123456", "alias": "prod"}
    return propose(Snapshot.from_document(document), load_preset("baseline"), NOW)


CASES: Final[dict[str, Callable[[], Fix]]] = {
    "blocked": _blocked,
    "repaired": _repaired,
    "hostile": _hostile,
    "withheld": _withheld,
    "denied": _denied,
    "clean": _clean,
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("target", TARGETS)
def test_a_repair_is_the_golden_one(target: str, case: str) -> None:
    file = HERE / "golden" / "fix" / f"{case}.{target}"
    text = TARGETS[target].render(CASES[case]())
    if UPDATE:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_bytes().decode()


def test_every_golden_file_has_its_case() -> None:
    known = {f"{case}.{target}" for case in CASES for target in TARGETS}
    assert {path.name for path in (HERE / "golden" / "fix").iterdir()} == known

"""`acctgate fix`: what it proposes, what it leaves to a person, and how it is printed."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import assume, given
from hypothesis import strategies as st
from pulumi_alicloud.ram import SecurityPreferenceArgs

from acctgate.cli import group
from acctgate.demo import DemoServer
from acctgate.evaluate.pipeline import evaluate
from acctgate.fix import propose as module
from acctgate.fix.propose import Fix, propose
from acctgate.fix.targets import TARGETS
from acctgate.fix.targets.base import comment
from acctgate.model.outcome import Outcome
from acctgate.model.preference_keys import PREFERENCE_KEYS
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan import PlannedChange, overlay
from acctgate.policy import Policy, Waiver, load_preset
from acctgate.sources.responses import read_responses
from tests.support import DENIED, HERE, NOW, UPDATE, joined, one_line, policy_of, run, seed
from tests.support.accounts import GOOD
from tests.support.reports import HOSTILE
from tests.support.strategies import SETTINGS

NODE: Final = shutil.which("node")
TERRAFORM: Final = shutil.which("terraform")
PATHS: Final = {key.api: ("SecurityPreference", key.group, key.api) for key in PREFERENCE_KEYS}
MASKS: Final = "LoginNetworkMasks"
HOURS: Final = "LoginSessionDuration"
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


def account(**login: Any) -> Snapshot:
    """Return the compliant account with these logon settings; None omits one."""
    document: dict[str, Any] = deepcopy(GOOD)
    preference = document["SecurityPreference"]["LoginProfilePreference"]
    preference |= login
    for name in [name for name, value in login.items() if value is None]:
        del preference[name]
    return Snapshot.from_document(document)


def within(*networks: str, **rules: Mapping[str, Any]) -> Policy:
    """Return a policy on network masks and the other rules given."""
    named = {name.replace("_", "-"): entry for name, entry in rules.items()}
    return replace(policy_of({"network-masks": {"within": list(networks)}, **named}), source="policy.yaml")


def declared(fix: Fix) -> dict[str, Any]:
    """Return the proposed resource's settings, by their API names."""
    return {setting.key.api: setting.value for setting in fix.settings}


def left(fix: Fix) -> list[str]:
    """Return the rules that need manual steps."""
    return [step.rule for step in fix.steps]


# What is proposed


def test_only_what_does_not_comply_is_declared_and_always_masks_and_duration() -> None:
    fix = propose(account(MFAOperationForLogin="independent"), load_preset("baseline"), NOW)
    assert declared(fix) == {"MFAOperationForLogin": "adaptive", HOURS: 6, MASKS: "10.0.0.0/8"}
    assert [setting.repairs for setting in fix.settings] == ["login-mfa", None, None]


def test_masks_and_duration_that_violate_are_repaired() -> None:
    policy = within("10.0.0.0/8", session_duration={"max_hours": 8})
    fix = propose(account(LoginNetworkMasks="10.1.0.0/16;8.8.8.8;x", LoginSessionDuration=24), policy, NOW)
    assert declared(fix) == {HOURS: 8, MASKS: "10.1.0.0/16"}
    assert fix.steps == ()
    [_, masks] = fix.settings
    assert masks.why == 'network-masks wants masks within 10.0.0.0/8; LoginNetworkMasks is now "10.1.0.0/16;8.8.8.8;x"'


@pytest.mark.parametrize("preset", ["baseline", "strict"])
def test_an_account_that_complies_needs_nothing(preset: str) -> None:
    document: dict[str, Any] = deepcopy(GOOD)
    document["SecurityPreference"]["LoginProfilePreference"] |= {
        "OperationForRiskLogin": "enforceVerify",
        "AllowUserToChangePassword": True,
        "AllowUserToLoginWithPasskey": True,
    }
    document["SecurityPreference"]["MFAPreference"] = {"AllowUserToManageMFADevices": True}
    document["SecurityPreference"]["PersonalInfoPreference"] = {"AllowUserToManagePersonalDingTalk": False}
    document["SecurityPreference"]["AccessKeyPreference"] |= {"AllowUserToManageServiceCredentials": False}
    document["SecurityPreference"]["MaxIdleDays"] = {"MaxIdleDaysForUsers": 90, "MaxIdleDaysForAccessKeys": 90}
    fix = propose(Snapshot.from_document(document), load_preset(preset), NOW)
    assert (fix.settings, fix.withheld, fix.steps) == ((), None, ())
    assert TARGETS["terraform"].render(fix) == f"# Nothing needs repair: the account, policy {preset}\n"


@pytest.mark.parametrize("level", ["mandatory", "advisory", "remediate"])
def test_each_level_but_disabled_is_repaired(level: str) -> None:
    policy = policy_of({"session-duration": {"level": level, "max_hours": 4}})
    assert declared(propose(account(), policy, NOW)) == {HOURS: 4, MASKS: "10.0.0.0/8"}
    disabled = policy_of({"session-duration": {"level": "disabled", "max_hours": 4}})
    assert propose(account(), disabled, NOW).settings == ()


def test_a_waived_violation_is_left_as_it_is() -> None:
    policy = policy_of({"session-duration": {"max_hours": 4}, "mfa-ticket": {"allow": False}})
    policy = replace(policy, waivers=(Waiver("session-duration", "night shift", "ops", date(2027, 1, 1)),))
    fix = propose(account(EnableSaveMFATicket=True), policy, NOW)
    assert declared(fix) == {"EnableSaveMFATicket": False, HOURS: 6, MASKS: "10.0.0.0/8"}
    unknown = propose(account(EnableSaveMFATicket=True, LoginSessionDuration=None), policy, NOW)
    assert declared(unknown)[HOURS] == 4, "it must be sent, and only the policy says what"


def test_an_absent_setting_is_repaired() -> None:
    fix = propose(account(MFAOperationForLogin=None), load_preset("strict"), NOW)
    assert declared(fix)["MFAOperationForLogin"] == "mandatory"
    assert "has no LoginProfilePreference.MFAOperationForLogin" in fix.settings[0].why


def test_the_older_mfa_switch_is_named_where_it_decides() -> None:
    fix = propose(account(MFAOperationForLogin=None, EnforceMFAForLogin=False), load_preset("baseline"), NOW)
    assert fix.settings[0].why == "login-mfa wants adaptive or mandatory; EnforceMFAForLogin is now false"
    assert (
        propose(account(MFAOperationForLogin=None, EnforceMFAForLogin=True), load_preset("baseline"), NOW).steps == ()
    )


@pytest.mark.parametrize(
    "login", [{"MFAOperationForLogin": "passkeyOnly"}, {"MFAOperationForLogin": None, "EnforceMFAForLogin": "yes"}]
)
def test_a_value_that_is_there_and_not_understood_is_for_a_person(login: dict[str, Any]) -> None:
    """It may be stricter than what the policy wants."""
    policy = policy_of({"login-mfa": {"require": "adaptive"}, "mfa-ticket": {"allow": False}})
    fix = propose(account(**login, EnableSaveMFATicket=True), policy, NOW)
    assert "MFAOperationForLogin" not in declared(fix)
    assert left(fix) == ["login-mfa"]


def test_masks_that_are_partly_not_understood_are_kept_to_the_letter() -> None:
    fix = propose(account(LoginNetworkMasks=" 10.0.0.0/8;vpn ", EnableSaveMFATicket=True), load_preset("strict"), NOW)
    assert declared(fix)[MASKS] == " 10.0.0.0/8;vpn "
    assert "network-masks" in left(fix)
    assert next(s.why for s in fix.settings if s.key.api == MASKS).startswith("NOT repaired (see network-masks below)")


@pytest.mark.parametrize("masks", ["", "0.0.0.0/0"])
def test_masks_that_the_policy_does_not_name_are_for_a_person(masks: str) -> None:
    fix = propose(account(LoginNetworkMasks=masks, MFAOperationForLogin="adaptive"), load_preset("strict"), NOW)
    assert declared(fix)[MASKS] == masks, "as it is: nothing gets weaker"
    assert "network-masks" in left(fix)
    alone = propose(account(LoginNetworkMasks=masks), policy_of({"network-masks": {}}), NOW)
    assert (alone.settings, alone.withheld, left(alone)) == ((), None, ["network-masks"])
    assert "No resource can repair the findings" in TARGETS["terraform"].render(alone)


@pytest.mark.parametrize("value", [None, ["10.0.0.0/8"], 7])
def test_masks_that_cannot_be_read_are_never_cleared(value: Any) -> None:
    fix = propose(account(LoginNetworkMasks=value, MFAOperationForLogin="adaptive"), load_preset("strict"), NOW)
    assert fix.settings == ()
    assert fix.withheld is not None and fix.withheld.startswith("LoginNetworkMasks is unknown (")
    assert {"login-mfa", "network-masks"} <= set(left(fix))
    said = propose(account(LoginNetworkMasks=value), within("10.0.0.0/8", login_mfa={"require": "adaptive"}), NOW)
    assert declared(said)[MASKS] == "10.0.0.0/8"


@pytest.mark.parametrize("value", [None, "6", 0, 25, True])
def test_a_duration_that_cannot_be_read(value: Any) -> None:
    policy = policy_of({"mfa-ticket": {"allow": False}})
    fix = propose(account(LoginSessionDuration=value, EnableSaveMFATicket=True), policy, NOW)
    assert fix.settings == ()
    assert fix.withheld is not None and "resets it to 6 hours" in fix.withheld
    said = propose(account(LoginSessionDuration=value), policy_of({"session-duration": {"max_hours": 4}}), NOW)
    assert declared(said) == {HOURS: 4, MASKS: "10.0.0.0/8"}


def test_text_that_no_file_can_hold_cannot_be_read() -> None:
    fix = propose(account(LoginNetworkMasks="10.0.0.0/8;\ud800", EnableSaveMFATicket=True), load_preset("strict"), NOW)
    assert fix.settings == ()
    assert fix.withheld is not None and "LoginNetworkMasks is not valid Unicode text" in fix.withheld
    for target in TARGETS.values():
        target.render(fix).encode()


@pytest.mark.parametrize("section", [None, "text", []])
def test_a_denied_preference_is_for_a_person(section: Any) -> None:
    document = {**GOOD, "SecurityPreference": section, "errors": {"SecurityPreference": DENIED}}
    if section is None:
        del document["SecurityPreference"]
    fix = propose(Snapshot.from_document(document), load_preset("baseline"), NOW)
    assert fix.settings == ()
    assert fix.withheld is not None and "run acctgate fix again" in fix.withheld
    assert left(fix) == ["login-mfa", "mfa-ticket", "session-duration", "network-masks", "manage-access-keys"]


def test_a_preference_that_nobody_asks_for_withholds_nothing() -> None:
    policy = policy_of({"root-mfa": {}})
    fix = propose(Snapshot.from_document({"version": 1}), policy, NOW)
    assert (fix.settings, fix.withheld, left(fix)) == ((), None, ["root-mfa"])


def test_what_no_resource_repairs_has_its_steps() -> None:
    snapshot = read_responses([str(seed("000-security-practice.json"))])
    fix = propose(snapshot, policy_of({"root-mfa": {}, "security-score": {"minimum": 80}}), NOW)
    text = " ".join(TARGETS["pulumi-typescript"].render(fix).replace("//", "").split())
    assert "- root-mfa (mandatory), expected true: the Alibaba Cloud account itself has no MFA. Log on as" in text
    assert "- security-score (mandatory), expected at least 80: the security score is 63. Work through" in text


def test_who_may_be_locked_out_is_said_before() -> None:
    document: dict[str, Any] = deepcopy(GOOD)
    document["SecurityPreference"]["LoginProfilePreference"]["MFAOperationForLogin"] = "adaptive"
    document["SecurityPreference"]["MFAPreference"] = {"AllowUserToManageMFADevices": False}
    document["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"]["SubUserBindMfa"] = 2
    policy = policy_of({"login-mfa": {"require": "mandatory"}, "login-lockout": {"level": "advisory"}})
    fix = propose(Snapshot.from_document(document), policy, NOW)
    [caution] = fix.cautions
    assert "7 of 9 RAM users have no device and cannot bind one" in caution
    assert "# Before you deploy it: login-lockout (advisory): MFA is mandatory" in TARGETS["terraform"].render(fix)


def test_more_masks_than_are_documented_are_said_before() -> None:
    many = [f"10.0.{index}.0/24" for index in range(41)]
    fix = propose(account(LoginNetworkMasks=""), within(*many), NOW)
    assert declared(fix)[MASKS] == ";".join(many)
    [caution] = fix.cautions
    assert "at most 40 masks and 512 characters, but these are 41 and" in caution


def test_a_repair_that_does_not_hold_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    repairer = module._REPAIRERS["session-duration"]
    broken = replace(repairer, rule=replace(repairer.rule, repair=lambda _, want: 24))
    monkeypatch.setitem(module._REPAIRERS, "session-duration", broken)
    fix = propose(account(), policy_of({"session-duration": {"max_hours": 4}}), NOW)
    assert fix.settings == ()
    assert fix.withheld is not None and fix.withheld.endswith("(this is a bug in acctgate)")
    assert left(fix) == ["session-duration"]


# Any account

VALUES: Final[dict[str, list[Any]]] = {
    "MFAOperationForLogin": ["mandatory", "adaptive", "independent", "other"],
    "EnforceMFAForLogin": [True, False, "x"],
    "EnableSaveMFATicket": [True, False, 1],
    "OperationForRiskLogin": ["autonomous", "enforceVerify", ""],
    HOURS: [1, 6, 8, 24, 25, "6"],
    MASKS: [
        "",
        " ; ",
        "10.0.0.0/8",
        "10.0.0.7/8;192.168.0.1",
        "0.0.0.0/0",
        "0.0.0.0/1;128.0.0.0/1",
        "::/0",
        "x;10.1.1.1",
        "8.8.8.8;x",
        "${x}",
        7,
    ],
    "AllowUserToChangePassword": [True, False],
    "AllowUserToManageAccessKeys": [True, False, None],
    "AllowUserToManageMFADevices": [True, False],
    "AllowUserToManagePersonalDingTalk": [True, False],
}
GROUPS: Final = {**{key.api: key.group for key in PREFERENCE_KEYS}, "EnforceMFAForLogin": "LoginProfilePreference"}
CUSTOM: Final[list[Mapping[str, Mapping[str, Any]]]] = [
    {},
    {"network-masks": {"within": ["10.0.0.0/9", "10.128.0.0/9", "fd00::/8"]}},
    {"network-masks": {"max_addresses": 256}, "mfa-ticket": {"allow": False}},
    {
        "network-masks": {"within": ["10.0.0.0/8"], "max_addresses": 5},
        "login-lockout": {"keep_reachable": ["9.9.9.9/32"]},
    },
    {
        "login-mfa": {"require": "mandatory"},
        "dead-setting": {},
        "login-lockout": {},
        "session-duration": {"max_hours": 1},
    },
    {"manage-mfa-devices": {"level": "advisory", "allow": False}, "risk-login": {"level": "remediate"}},
]
POLICIES: Final = [load_preset("baseline"), load_preset("strict"), *(policy_of(rules) for rules in CUSTOM)]


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Accounts whose preference was read, with settings that are there, absent or refused."""
    document: dict[str, Any] = {**deepcopy(GOOD), "SecurityPreference": {}}
    for name, values in VALUES.items():
        if draw(st.booleans()):
            document["SecurityPreference"].setdefault(GROUPS[name], {})[name] = draw(st.sampled_from(values))
    if draw(st.integers(0, 9)) == 0:
        document["SecurityPreference"]["AccessKeyPreference"] = "no object"
    return Snapshot.from_document(document)


def outcomes(snapshot: Snapshot, policy: Policy) -> dict[str, Outcome]:
    """Return each rule's outcome. The compliant account has one pack at most."""
    [report] = evaluate([snapshot], policy, NOW)
    return {outcome.rule: outcome for outcome in report.outcomes}


@SETTINGS
@given(snapshot=snapshots(), policy=st.sampled_from(POLICIES))
def test_the_resource_repairs_what_it_says_and_makes_nothing_worse(snapshot: Snapshot, policy: Policy) -> None:
    fix = propose(snapshot, policy, NOW)
    before = outcomes(snapshot, policy)
    repaired = {setting.repairs for setting in fix.settings} - {None}
    still = {rule for rule, outcome in before.items() if outcome.outcome in ("fail", "unknown")}
    assert "fault" not in (fix.withheld or "")
    assert repaired | set(left(fix)) == still and not repaired & set(left(fix))
    assume(fix.settings)
    values = declared(fix)
    assert {MASKS, HOURS} <= set(values)
    after = outcomes(overlay(snapshot, [PlannedChange("x", "create", values)]), policy)
    assert {after[str(rule)].outcome for rule in repaired} == {"pass"}
    found = {rule for rule, outcome in after.items() if outcome.outcome in ("fail", "unknown")}
    assert found - {"login-lockout", "no-loosening"} == still - repaired, "these two judge the change"
    assert ("no-loosening" in " ".join(fix.cautions)) is (after["no-loosening"].outcome == "fail")
    assert ("login-lockout" in " ".join(fix.cautions)) is (after["login-lockout"].outcome in ("fail", "unknown"))
    for setting in fix.settings:
        live = snapshot.read(PATHS[setting.key.api])
        assert setting.repairs or isinstance(live, Unknown) or live == setting.value


@SETTINGS
@given(snapshot=snapshots(), policy=st.sampled_from(POLICIES))
def test_whatever_can_be_repaired_is(snapshot: Snapshot, policy: Policy) -> None:
    fix = propose(snapshot, policy, NOW)
    assume(fix.withheld is None)
    repaired = {setting.repairs for setting in fix.settings}
    for rule, outcome in outcomes(snapshot, policy).items():
        repairer = module._REPAIRERS.get(rule)
        if outcome.outcome == "fail" and repairer is not None:
            value = snapshot.read(PATHS[repairer.key.api])
            assert (rule in repaired) is (repairer.repaired(value, policy) is not None)


# How it is printed


def _from_python(text: str) -> dict[str, Any]:
    [call] = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    assert ast.unparse(call.func) == "alicloud.ram.SecurityPreference"
    names = {key.terraform: key.api for key in PREFERENCE_KEYS}
    return {names[str(word.arg)]: ast.literal_eval(word.value) for word in call.keywords}


def _from_typescript(text: str) -> dict[str, Any]:
    """By its shape; what node makes of it, another test shows."""
    pairs = re.findall(r"^    (\w+): (.*),$", text, re.MULTILINE)
    names = {key.pulumi: key.api for key in PREFERENCE_KEYS}
    return {names[name]: json.loads(value) for name, value in pairs}


def _from_yaml(text: str) -> dict[str, Any]:
    document = yaml.safe_load(text)
    assert (document["runtime"], list(document["resources"])) == ("yaml", ["security-preference"])
    resource = document["resources"]["security-preference"]
    assert resource["type"] == "alicloud:ram/securityPreference:SecurityPreference"
    names = {key.pulumi: key.api for key in PREFERENCE_KEYS}
    return {names[name]: _uninterpolated(value) for name, value in resource["properties"].items()}


def _uninterpolated(value: Any) -> Any:
    """As Pulumi YAML reads it: $$ is a dollar, ${ begins a reference."""
    if not isinstance(value, str):
        return value
    pieces = re.findall(r"\$\$|\$\{|.", value, re.DOTALL)
    assert "${" not in pieces
    return "".join("$" if piece == "$$" else piece for piece in pieces)


def _from_terraform(text: str) -> dict[str, Any]:
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert (lines[0], lines[-1]) == ('resource "alicloud_ram_security_preference" "security_preference" {', "}")
    names = {key.terraform: key.api for key in PREFERENCE_KEYS}
    values = {}
    for line in lines[1:-1]:
        match = re.fullmatch(r'  ([a-z_]+) = (true|false|\d+|"(?:[^"\\]|\\.)*")', line)
        assert match, line
        values[names[match[1]]] = _hcl_value(match[2])
    return values


def _hcl_value(literal: str) -> Any:
    assert not re.search(r"(?<!\$)\$\{|(?<!%)%\{", literal), "a template"
    wide = re.sub(r"\\U([0-9a-f]{8})", lambda found: chr(int(found[1], 16)), literal)
    return json.loads(wide.replace("$${", "${").replace("%%{", "%{"))


READERS: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    "pulumi-python": _from_python,
    "pulumi-typescript": _from_typescript,
    "pulumi-yaml": _from_yaml,
    "terraform": _from_terraform,
}


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


# Golden files


def _blocked() -> Fix:
    names = ("000-security-practice.json", "003-security-preference.json", "004-compliance-pack-report.json")
    return propose(read_responses([str(seed(name)) for name in names]), load_preset("strict"), NOW)


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


# The command


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Change to a working directory without a policy."""
    monkeypatch.chdir(tmp_path)


def _fix(*arguments: str | Path, stdin: bytes = b"") -> Result:
    policy = () if "--policy" in arguments else ("--policy", "baseline")
    return CliRunner().invoke(group, ["fix", *map(str, arguments), *policy], input=stdin)


def _written(path: Path, *documents: Any) -> Path:
    path.write_text(joined(json.dumps(document) for document in documents), encoding="utf-8")
    return path


WEAK: Final = account(MFAOperationForLogin="independent").document


@pytest.mark.parametrize("target", TARGETS)
def test_the_target_is_printed(target: str, tmp_path: Path) -> None:
    result = _fix("--to", target, "--snapshot", _written(tmp_path / "s.json", WEAK))
    assert (result.exit_code, result.stderr) == (0, "")
    assert READERS[target](result.stdout) == {"MFAOperationForLogin": "adaptive", HOURS: 6, MASKS: "10.0.0.0/8"}


def test_python_is_the_default_and_the_policy_counts(tmp_path: Path) -> None:
    (policy := tmp_path / "p.yaml").write_text("version: 1\nrules: {session-duration: {max_hours: 2}}")
    result = _fix("--response", seed("002-security-preference.json"), "--policy", policy)
    assert result.exit_code == 0
    assert _from_python(result.stdout)[HOURS] == 2


def test_it_goes_to_a_file(tmp_path: Path) -> None:
    source = _written(tmp_path / "s.json", WEAK)
    result = _fix("--snapshot", source, "--output", tmp_path / "__main__.py")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert _from_python((tmp_path / "__main__.py").read_text())["MFAOperationForLogin"] == "adaptive"


def test_what_it_says_of_an_account_that_complies(tmp_path: Path) -> None:
    result = _fix("--snapshot", _written(tmp_path / "s.json", {**GOOD, "account_id": "1"}))
    assert (result.exit_code, result.stdout) == (0, "# Nothing needs repair: account 1, policy baseline\n")


def test_several_accounts_are_2_in_one_line(tmp_path: Path) -> None:
    done = run("fix", "--snapshot", _written(tmp_path / "s.json", WEAK, WEAK), "--policy", "baseline")
    assert (done.returncode, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: the input has several accounts, and fix takes one at a time")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--snapshot", "nowhere.json"), "nowhere.json: no such file"),
        (("--snapshot", "broken.json"), "broken.json:1: invalid JSON"),
        (("--response", "broken.json"), "broken.json"),
        (("--to", "chef"), "'chef' is not one of"),
        (("--policy", "nowhere.yaml"), "nowhere.yaml"),
        (("--snapshot", "good.json", "--output", "no/such/folder"), "no/such/folder: no such file or directory"),
        (("--endpoint", "example.com:80"), "example.com"),
    ],
)
def test_what_cannot_be_used_is_2_in_one_line(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    _written(tmp_path / "good.json", WEAK)
    policy = () if "--policy" in arguments else ("--policy", "baseline")
    done = run("fix", *arguments, *policy, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: ", message)


def test_the_live_account_is_read_where_no_file_is_given() -> None:
    with DemoServer() as demo:
        demo.account.preference["LoginProfilePreference"]["LoginSessionDuration"] = 24
        done = run("fix", "--to", "terraform", "--policy", "baseline", environment=demo.environment)
        assert demo.calls["SetSecurityPreference"] == 0
    assert (done.returncode, done.stderr) == (0, "")
    assert "account 1234567890123456" in done.stdout.splitlines()[0]
    assert _from_terraform(done.stdout) == {HOURS: 12, MASKS: "10.0.0.0/8"}

"""What --account, --max-age and --names make of a policy, and what of it reports name."""

from __future__ import annotations

from pathlib import Path

import pytest

from acctgate.policy import Policy, PolicyError
from acctgate.policy.command_line import (
    ACCOUNTS_VARIABLE,
    MAX_AGE_VARIABLE,
    NAMES_VARIABLE,
    parse_account,
    parse_max_age,
    with_command_line,
)
from acctgate.policy.identity import digest, find_judged, judged_by
from tests.support import NOW, one_line, written_policy
from tests.support.process import run_here


@pytest.mark.parametrize(("text", "hours"), [("90m", 1.5), ("24h", 24), ("7d", 168), (" 1h ", 1)])
def test_a_duration(text: str, hours: float) -> None:
    assert parse_max_age(text) == hours


@pytest.mark.parametrize("text", ["", "0h", "24", "-1h", "1.5h", "1w", "h", "١h", "1h\n2h", "9999999d"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"invalid duration; use minutes, hours or days \(examples: 90m, 24h, 7d\)$"):
        parse_max_age(text)


@pytest.mark.parametrize("text", ["0", "000", "1500****0001", "prod", "1 2", "１５", "1\x1b"])
def test_what_is_no_account(text: str) -> None:
    with pytest.raises(ValueError, match="invalid account ID"):
        parse_account(text)


def limited(folder: Path, hours: float | None) -> Policy:
    limit = "" if hours is None else f"max_age_hours: {hours}\n"
    return written_policy(folder / "policy.yaml", f"version: 1\n{limit}rules: {{root-mfa: }}\n")


@pytest.mark.parametrize(
    ("own", "given", "effective", "overrides"),
    [
        (None, None, None, ()),
        (24, None, 24, ()),
        (None, "7d", 168, ()),
        (24, "24h", 24, ()),
        (24, "7d", 168, ("--max-age: 168 hours; the policy has max_age_hours: 24",)),
        (24, "90m", 1.5, ("--max-age: 1.5 hours; the policy has max_age_hours: 24",)),
    ],
)
def test_the_option_overrides_the_policy_and_reports_say_so(
    tmp_path: Path, own: float | None, given: str | None, effective: float | None, overrides: tuple[str, ...]
) -> None:
    environment = {} if given is None else {MAX_AGE_VARIABLE: given}
    policy = with_command_line(limited(tmp_path, own), environment)
    assert policy.age_limit == effective
    identity = judged_by(policy, NOW).policy
    assert identity.overrides == overrides
    assert identity.digest == digest(limited(tmp_path, own)), "the digest is that of the policy, whatever the options"
    assert find_judged(identity, tmp_path) is not None


@pytest.mark.parametrize(("name", "value"), [(MAX_AGE_VARIABLE, ""), (MAX_AGE_VARIABLE, "x"), (ACCOUNTS_VARIABLE, "x")])
def test_an_invalid_variable_is_an_error(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(PolicyError, match=f"^{name}: "):
        with_command_line(limited(tmp_path, None), {name: value})


@pytest.mark.parametrize("command", ["check", "preview", "diff", "fix"])
def test_an_invalid_duration_is_one_line(command: str) -> None:
    done = run_here(command, "--max-age", "soon")
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "--max-age soon: invalid duration")


BASE = "version: 1\nrules: {root-mfa: , session-duration: {max_hours: 8}}\n"
EXTENDING = "version: 1\nextends: base.yaml\n"
SAME = [
    "version: 1\nrules:\n  # The session.\n  session-duration: {level: mandatory, max_hours: 8}\n  root-mfa: {}\n",
    EXTENDING,
    f"{EXTENDING}rules: {{security-score: {{level: disabled, minimum: 70}}}}\n",
]
OTHER = [
    f"{EXTENDING}rules: {{session-duration: {{max_hours: 9}}}}\n",
    f"{EXTENDING}rules: {{root-mfa: {{level: advisory}}}}\n",
    f"{EXTENDING}rules: {{login-mfa: {{require: adaptive}}}}\n",
    f"{EXTENDING}max_age_hours: 24\n",
    f"{EXTENDING}max_waiver_days: 24\n",
    f"{EXTENDING}accounts: {{'1': {{alias: prod}}}}\n",
    f"{EXTENDING}waivers: [{{rule: root-mfa, reason: r, owner: o, expires: 2027-01-01}}]\n",
    f"{EXTENDING}waivers: [{{rule: root-mfa, reason: r, owner: o, expires: 2027-01-01, ticket: t}}]\n",
    f"{EXTENDING}waivers: [{{rule: root-mfa, user: u, reason: r, owner: o, expires: 2027-01-01}}]\n",
    f"{EXTENDING}names: hash\n",
    f"{EXTENDING}names: false\n",
    f"{EXTENDING}rule_modules: [own.py]\nrules: {{own: }}\n",
]
MODULE = """
from acctgate.rules.base import RuleEntry, SettingRule, decide

RULE = SettingRule(
    id="own", title="Own", doc="Own.\\n\\nOwn.", severity="low", setting="AccountSecurityPracticeInfo.Score",
    parameters=RuleEntry, expected=lambda want: "1", judge=lambda score, want: decide(score == {}, "m", score),
    remediation="None.",
)
"""


def test_the_digest_is_that_of_what_the_policy_requires(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "own.py").write_text(MODULE.replace("{}", "1"))
    digests = [digest(written_policy(tmp_path / f"{number}.yaml", text)) for number, text in enumerate(SAME + OTHER)]
    assert set(digests[: len(SAME)]) == {digest(written_policy(tmp_path / "b.yaml", BASE))}
    assert len(set(digests)) == 1 + len(OTHER)
    assert all(text.startswith("sha256:") and len(text) == 71 for text in digests)


def test_the_digest_changes_with_what_is_extended_and_with_the_code_of_modules(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE)
    seen = set()
    for number, code in enumerate("123"):
        (folder := tmp_path / str(number)).mkdir()
        (folder / "base.yaml").write_text(BASE.replace("8", str(8 + number // 2)))
        (folder / "own.py").write_text(MODULE.replace("{}", code))
        seen.add(digest(written_policy(folder / "policy.yaml", OTHER[-1])))
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("own", "option", "wanted", "overrides"),
    [
        ("", None, None, ()),
        ("", "hash", "hash", ()),
        ("names: hash\n", None, "hash", ()),
        ("names: hash\n", "hash", "hash", ()),
        ("names: hash\n", "clear", "clear", ("--names: clear; the policy has names: hash",)),
        ("names: false\n", "hash", "hash", ("--names: hash; the policy has names: false",)),
    ],
)
def test_names_of_the_option_and_of_the_policy(
    tmp_path: Path, own: str, option: str | None, wanted: str | None, overrides: tuple[str, ...]
) -> None:
    policy = written_policy(tmp_path / "p.yaml", f"version: 1\nextends: strict\n{own}")
    found = with_command_line(policy, {NAMES_VARIABLE: option} if option else {})
    assert (found.names_wanted, found.overrides) == (wanted, overrides)
    with pytest.raises(PolicyError, match="ACCTGATE_NAMES: yes: invalid choice; use clear or hash"):
        with_command_line(policy, {NAMES_VARIABLE: "yes"})

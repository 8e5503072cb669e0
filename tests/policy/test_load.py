"""The policy file: what loads, what is refused and how, what `extends` and waivers mean.

tests/policies/valid/* load. tests/policies/invalid/* do not: the first line of a YAML file, `# error: LINE: TEXT`, or
the .txt file beside it says with what message; LINE is left out where the file has none. (A number of a line
counts in the file that the message names: `extends` may lead elsewhere.)
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.optional_sections import Renewal
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy, PolicyError, load_policy, load_preset
from acctgate.rules import RULES
from tests.support import DENIED, HERE, NOW, examples, judge, name_of, outcomes_of, written_policy

VALID = examples("policies/valid", ".yaml", ".json")
INVALID = examples("policies/invalid", ".yaml", ".json")
ROOT_KEYS = {"AccountSecurityPracticeInfo": {"AccountSecurityPracticeUserInfo": {"RootWithAccessKey": 1}}}
WAIVER = """
version: 1
rules: {root-access-keys: {maximum: 0}, root-mfa: {level: advisory}}
waivers: [{rule: root-access-keys, reason: being moved, owner: ada@example.org, expires: 2026-11-22}]
"""


def wanted_error(path: Path) -> tuple[str, str]:
    """Return the line, empty if there is none, and a part of the message."""
    beside = path.with_name(f"{path.name}.txt")
    first = (beside if beside.exists() else path).read_text(encoding="utf-8").split("\n", 1)[0]
    line, _, text = first.removeprefix("# error: ").partition(":")
    return line, text.strip()


def refused(path: Path) -> str:
    """Return the message of the error about a file."""
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    return str(caught.value)


@pytest.mark.parametrize("path", VALID, ids=name_of)
def test_valid(path: Path) -> None:
    policy = load_policy(path)
    own = [rule.id for rule in policy.all_rules if rule not in RULES]
    assert list(policy.rules) == [*(rule.id for rule in RULES), *own]
    assert bool(own) == path.stem.startswith("own-")
    assert set(_levels(policy).values()) <= {"mandatory", "advisory", "disabled", "remediate"}


@pytest.mark.parametrize("path", INVALID, ids=name_of)
def test_invalid(path: Path) -> None:
    line, text = wanted_error(path)
    message = refused(path)
    assert message.isprintable() and len(message) < 600, "one line, of bounded length"
    match = re.fullmatch(r"(?P<file>[^:]+\.(yaml|json))(:(?P<line>\d+))?: (?P<text>.*)", message)
    assert match, message
    assert (match["line"] or "", Path(match["file"]).is_file()) == (line, True)
    assert text in match["text"]


def test_an_invalid_file_that_is_extended_is_the_one_that_is_named() -> None:
    message = refused(HERE / "policies/invalid/extends-what-is-invalid.yaml")
    assert message.startswith(str(HERE / "policies/invalid/unknown-level.yaml:4"))


def test_json_means_what_json_means() -> None:
    """It is read for its lines as YAML, which has neither pairs of surrogates nor the number 1e0."""
    policy = load_policy(HERE / "policies/valid/escapes.json")
    assert _value(policy, "user-mfa", "minimum_ratio") == 1
    assert policy.waivers[0].reason == "🔑 é \\ud83d / \t"


def test_a_level_by_itself_is_answered_with_an_example(tmp_path: Path) -> None:
    """Pulumi's --policy-pack-config takes `"root-mfa": "advisory"`, so many write it here, too."""
    (file := tmp_path / "p.yaml").write_text("version: 1\nrules: {root-mfa: advisory}\n")
    example = "should be an object (example: {level: mandatory})"
    assert refused(file) == f'{file}:2: rules.root-mfa: {example}, found "advisory"'


def test_more_errors_are_counted(tmp_path: Path) -> None:
    (file := tmp_path / "p.yaml").write_text("version: 1\na: 1\nb: 2\nc: 3\n")
    assert refused(file) == f"{file}:2: a: unknown key (and 2 more)"


@pytest.mark.parametrize(
    ("text", "kind"), [("{}", "missing"), ("version: 1", "directory")], ids=["missing", "directory"]
)
def test_files_that_are_none(tmp_path: Path, text: str, kind: str) -> None:
    path = tmp_path if kind == "directory" else tmp_path / "missing.yaml"
    assert refused(path).startswith(f"{path}: ")


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    (file := tmp_path / "p.yaml").write_text("version: 1\n#" + "x" * (1 << 20))
    assert refused(file) == f"{file}: larger than 1 MiB; a policy is a short file"


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    for name in ("p.yaml", "p.json"):
        for depth in (101, 500, 50_000):
            (file := tmp_path / name).write_text("[" * depth + "]" * depth)
            assert "nested too deeply" in refused(file)


def test_an_alias_bomb_is_refused_in_a_short_line(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 4)]
    (file := tmp_path / "p.yaml").write_text("version: 1\n" + "\n".join(lines))
    assert len(refused(file)) < 300


# Levels and extends


def _levels(policy: Policy) -> dict[str, str]:
    return {rule: entry["level"] for rule, entry in policy.rules.items()}


def _value(policy: Policy, rule: str, name: str) -> Any:
    return dict(policy.rules[rule])[name]


def test_rules_that_nobody_names_are_disabled(tmp_path: Path) -> None:
    policy = written_policy(tmp_path / "p.yaml", "version: 1\nrules:\n  root-mfa:\n")
    assert [rule for rule, level in _levels(policy).items() if level != "disabled"] == ["root-mfa"]


def test_a_rule_without_a_level_is_mandatory(tmp_path: Path) -> None:
    policy = written_policy(tmp_path / "p.yaml", "version: 1\nrules: {mfa-ticket: {allow: false}, root-mfa: {}}")
    assert _levels(policy)["mfa-ticket"] == _levels(policy)["root-mfa"] == "mandatory"


def test_unless_what_it_extends_says_otherwise(tmp_path: Path) -> None:
    policy = written_policy(tmp_path / "p.yaml", "version: 1\nextends: baseline\nrules: {mfa-ticket: {allow: true}}")
    assert _levels(policy)["mfa-ticket"] == "advisory"
    assert _value(policy, "mfa-ticket", "allow") is True


def test_a_disabled_rule_stays_disabled_until_somebody_says_otherwise(tmp_path: Path) -> None:
    text = "version: 1\nextends: baseline\nrules: {change-password: {allow: true}}"
    assert _levels(written_policy(tmp_path / "p.yaml", text))["change-password"] == "disabled"


@pytest.mark.parametrize("preset", ["baseline", "strict"])
def test_extending_a_preset_alone_is_the_preset(tmp_path: Path, preset: str) -> None:
    policy = written_policy(tmp_path / "p.yaml", f"version: 1\nextends: {preset}")
    assert policy.rules == load_preset(preset).rules


def test_parameters_are_merged_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "version: 1\nrules: {network-masks: {level: advisory, within: [10.0.0.0/8], max_addresses: 9}}"
    )
    text = "version: 1\nextends: base.yaml\nrules: {network-masks: {max_addresses: 256}}"
    entry = written_policy(tmp_path / "p.yaml", text).rules["network-masks"]
    assert entry == {"level": "advisory", "within": ["10.0.0.0/8"], "max_addresses": 256}


def test_extends_is_relative_to_the_file_that_says_it(tmp_path: Path) -> None:
    for folder in ("a/b", "c"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "c/base.yaml").write_text("version: 1\nextends: strict\nrules: {session-duration: {max_hours: 3}}")
    (tmp_path / "a/middle.json").write_text('{"version": 1, "extends": "../c/base.yaml"}')
    policy = written_policy(
        tmp_path / "a/b/p.yaml",
        "version: 1\nextends: ../middle.json\nrules: {session-duration: {level: advisory}}",
    )
    assert (_levels(policy)["session-duration"], _value(policy, "session-duration", "max_hours")) == ("advisory", 3)
    assert _value(policy, "security-score", "minimum") == 80


def test_waivers_and_accounts_of_the_whole_chain_count(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(f'{WAIVER}accounts: {{"1": {{alias: one}}, "2": {{alias: two}}}}')
    text = f'{WAIVER}extends: base.yaml\naccounts: {{"2": {{alias: zwei}}}}'
    policy = written_policy(tmp_path / "p.yaml", text)
    assert [waiver.expires for waiver in policy.waivers] == [date(2026, 11, 22)] * 2
    assert {key: entry.alias for key, entry in policy.accounts.items()} == {"1": "one", "2": "zwei"}


def test_remediate_binds_as_mandatory_does(tmp_path: Path) -> None:
    text = "version: 1\nrules: {root-access-keys: {level: remediate, maximum: 0}}"
    assert judge({"version": 1, **ROOT_KEYS}, written_policy(tmp_path / "p.yaml", text)).verdict == "fail"


# Waivers


def _waived(tmp_path: Path, text: str, document: dict[str, Any], now: datetime = NOW) -> tuple[str, str, str]:
    report = judge({"version": 1, **document}, written_policy(tmp_path / "p.yaml", text), now)
    (outcome,) = outcomes_of(report, "root-access-keys")
    return report.verdict, outcome.outcome, outcome.message


def test_a_waiver_covers_a_fail(tmp_path: Path) -> None:
    verdict, outcome, message = _waived(tmp_path, WAIVER, ROOT_KEYS)
    assert (verdict, outcome) == ("pass", "waived")
    assert "ada@example.org" in message and "2026-11-22" in message and "being moved" in message


def test_a_waiver_covers_an_unknown(tmp_path: Path) -> None:
    document = {"errors": {"AccountSecurityPracticeInfo": DENIED}}
    assert _waived(tmp_path, WAIVER, document)[:2] == ("pass", "waived")


def test_a_waiver_leaves_a_pass_alone(tmp_path: Path) -> None:
    document = {"AccountSecurityPracticeInfo": {"AccountSecurityPracticeUserInfo": {"RootWithAccessKey": 0}}}
    assert _waived(tmp_path, WAIVER, document)[:2] == ("pass", "pass")


def test_a_waiver_leaves_other_rules_alone(tmp_path: Path) -> None:
    report = judge({"version": 1, **ROOT_KEYS}, written_policy(tmp_path / "p.yaml", WAIVER))
    assert outcomes_of(report, "root-mfa")[0].outcome == "unknown"


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        ("2026-11-22T00:00:00+00:00", "waived"),
        ("2026-11-22T23:59:59+00:00", "waived"),
        ("2026-11-23T00:00:00+00:00", "fail"),
        ("2026-11-23T07:59:59+08:00", "waived"),
        ("2026-11-23T08:00:00+08:00", "fail"),
        ("2026-11-22T19:00:00-05:00", "fail"),
    ],
)
def test_a_waiver_counts_through_its_last_day_in_utc(tmp_path: Path, now: str, outcome: str) -> None:
    assert _waived(tmp_path, WAIVER, ROOT_KEYS, datetime.fromisoformat(now))[1] == outcome


def test_an_expired_waiver_says_so(tmp_path: Path) -> None:
    verdict, outcome, message = _waived(tmp_path, WAIVER, ROOT_KEYS, datetime(2027, 1, 1, tzinfo=UTC))
    assert (verdict, outcome) == ("fail", "fail")
    assert "expired on 2026-11-22" in message and "ada@example.org" in message


@pytest.mark.parametrize(("account", "outcome"), [("1", "waived"), ("2", "fail"), (None, "fail")])
def test_a_waiver_with_an_account_covers_that_one(tmp_path: Path, account: str | None, outcome: str) -> None:
    text = WAIVER.replace("{rule:", '{account: "1", rule:')
    assert _waived(tmp_path, text, {"account_id": account, **ROOT_KEYS})[1] == outcome


@pytest.mark.parametrize("account", ["1", "2", None])
def test_a_waiver_without_an_account_covers_all(tmp_path: Path, account: str | None) -> None:
    assert _waived(tmp_path, WAIVER, {"account_id": account, **ROOT_KEYS})[1] == "waived"


@pytest.mark.parametrize("account", ["1", "2", None])
def test_a_waiver_without_an_account_covers_all_whatever_accounts_have(tmp_path: Path, account: str | None) -> None:
    text = f'{WAIVER}accounts: {{"1": {{providers: [x]}}}}'  # without an alias
    assert _waived(tmp_path, text, {"account_id": account, **ROOT_KEYS})[1] == "waived"


@pytest.mark.parametrize(("named", "waived"), [("one", "1"), ("1", "1"), ("2", "2")])
def test_a_waiver_names_an_account_by_its_alias_or_id(tmp_path: Path, named: str, waived: str) -> None:
    """An account may have its own ID for an alias, as accounts have that were given no alias."""
    text = WAIVER.replace("{rule:", f'{{account: "{named}", rule:')
    policy = written_policy(tmp_path / "p.yaml", f'{text}accounts: {{"1": {{alias: one}}, "2": {{alias: "2"}}}}')
    assert [waiver.account for waiver in policy.waivers] == [waived]


def test_a_valid_waiver_beside_an_expired_one_counts(tmp_path: Path) -> None:
    old = "waivers: [{rule: root-access-keys, reason: r, owner: o, expires: 2020-01-01}, "
    assert _waived(tmp_path, WAIVER.replace("waivers: [", old), ROOT_KEYS)[1] == "waived"


def test_a_waiver_does_not_carry_over_to_the_next_account(tmp_path: Path) -> None:
    """One judgement serves many accounts; a waiver must not change the cached one."""
    policy = written_policy(tmp_path / "p.yaml", WAIVER.replace("{rule:", '{account: "1", rule:'))
    accounts = [Snapshot.from_document({"version": 1, "account_id": n, **ROOT_KEYS}) for n in ("1", "2", "1")]
    found = [outcomes_of(report, "root-access-keys")[0].outcome for report in evaluate(accounts, policy, NOW)]
    assert found == ["waived", "fail", "waived"]


def test_reports_are_generated_in_accounts_that_are_meant(tmp_path: Path) -> None:
    text = "version: 1\ngenerate: true\nrules: {compliance-report: {max_age_days: 9}, account-identity: %s}\n"
    for entry, meant, expected in (
        ("{}", (), None),
        ("{}", ("1", "2"), {"1", "2"}),
        ("{accounts: ['1']}", (), {"1"}),
        ("{accounts: ['1']}", ("1", "2"), {"1"}),
        ("{level: disabled}", (), None),
        ("{level: disabled}", ("2",), {"2"}),
    ):
        policy = replace(written_policy(tmp_path / "p.yaml", text % entry), expected_accounts=frozenset(meant))
        assert policy.renewal(NOW) == Renewal(timedelta(9), NOW, frozenset(expected) if expected else None)


def test_generate_counts_only_with_a_rule_on_reports(tmp_path: Path) -> None:
    text = "version: 1\nrules: {compliance-report: {max_age_days: 9}}\n"
    group = "groups: {lab: {match: {folder: /lab}, rules: {compliance-report: {max_age_days: 3}}}}\n"
    cases = {
        text: None,
        f"{text}generate: true\n": timedelta(9),
        f"{text}generate: true\n{group}": timedelta(3),
        f"{text}generate: false\n": None,
        "version: 1\nextends: baseline\ngenerate: true\n": None,
    }
    for content, expected in cases.items():
        assert written_policy(tmp_path / "p.yaml", content).max_report_age == expected
    with pytest.raises(PolicyError, match=r"p\.yaml:3: generate: "):
        written_policy(tmp_path / "p.yaml", f"{text}generate: 1\n")

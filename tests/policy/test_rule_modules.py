"""Rules of one's own: judged like acctgate's, and never a pass where they go wrong."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from acctgate.crossguard.configuration import ACCOUNT_POLICY
from acctgate.evaluate.baseline import Baseline
from acctgate.evaluate.pipeline import evaluate
from acctgate.model.other_change import OtherChange
from acctgate.model.password_request import PlannedPasswords
from acctgate.model.planned_change import PlannedChange
from acctgate.model.report import AccountReport
from acctgate.model.report_document import Report
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy, PolicyError, load_policy
from acctgate.rules import RULES
from acctgate.rules.base import Judgement, Move, RuleEntry, SettingRule
from tests.support import HERE, NOW, judge, one_line, outcomes_of, run, without_time, written_policy
from tests.support.accounts import GOOD
from tests.support.process import run_here

MODULE = """
from acctgate.rules.base import Judgement, Rule, RuleEntry, SettingRule, decide
from acctgate.rules.base import Unknown
from dataclasses import dataclass

def judge(score, want):
    {body}

RULE = SettingRule(
    id="acme", title="Acme", doc="Acme.", severity="high", setting="AccountSecurityPracticeInfo.Score",
    parameters=RuleEntry, expected=lambda want: {expected}, judge=judge, remediation="Mend it.",
)
"""
POLICY = "version: 1\nrule_modules: [./acme_rules.py]\nrules: {acme: {}, root-mfa: {}}\n"
DOCUMENT: dict[str, Any] = {
    "version": 1,
    "account_id": "1",
    "AccountSecurityPracticeInfo": {"Score": 70, "AccountSecurityPracticeUserInfo": {"BindMfa": True}},
}


def policy(folder: Path, body: str, expected: str = "'more'") -> Policy:
    """Write a policy with a rule whose function has this body."""
    (folder / "acme_rules.py").write_text(MODULE.format(body=body, expected=expected))
    (folder / "policy.yaml").write_text(POLICY)
    return load_policy(folder / "policy.yaml")


def judged(folder: Path, body: str, expected: str = "'more'") -> AccountReport:
    """Return the report of the document under that policy."""
    return judge(DOCUMENT, policy(folder, body, expected))


def test_the_examples_are_judged() -> None:
    own = load_policy(HERE / "policies/valid/own-rules.yaml")
    document = {**DOCUMENT, "SecurityPreference": {"LoginProfilePreference": {"AllowUserToLoginWithPasskey": True}}}
    report = judge(document, own)
    [margin] = outcomes_of(report, "acme-score-margin")
    [passkeys] = outcomes_of(report, "acme-no-passkeys")
    assert (margin.outcome, margin.level, margin.expected, margin.actual) == ("pass", "mandatory", "at least 70", 70)
    assert (passkeys.outcome, passkeys.actual) == ("waived", True)
    assert [o.rule for o in report.outcomes][-2:] == ["acme-score-margin", "acme-no-passkeys"]
    strict = load_policy(HERE / "policies/valid/own-rules-of-what-it-extends.yaml")
    assert outcomes_of(judge(document, strict), "acme-score-margin")[0].outcome == "fail"


@pytest.mark.parametrize(
    ("rule_id", "reason"),
    [
        (ACCOUNT_POLICY, "is a reserved id: the policy pack has a policy of that name"),
        ("all", "is a reserved id: in Pulumi it means all policies"),
        ("policy", "is a reserved id: acctgate test has examples of the whole policy in that folder"),
        ("acme-advisory", "is a reserved id: the policy pack has policies whose names end in -advisory"),
        ("root-mfa-advisory", "is a reserved id: the policy pack has policies whose names end in -advisory"),
    ],
)
def test_an_id_with_another_meaning_is_refused_where_the_policy_names_the_module(
    tmp_path: Path, rule_id: str, reason: str
) -> None:
    module = MODULE.format(body="return decide(True, 'fine', score)", expected="'more'")
    (tmp_path / "acme_rules.py").write_text(module.replace('id="acme"', f'id="{rule_id}"'))
    (tmp_path / "policy.yaml").write_text(POLICY.replace("acme:", f"{rule_id}:"))
    done = run_here("check", "--snapshot", os.devnull, "--policy", "policy.yaml", cwd=tmp_path)
    error = f"acctgate: policy.yaml:2: rule_modules[0]: ./acme_rules.py: {rule_id} {reason}; choose another id\n"
    assert (done.status, done.stderr) == (2, error)


def test_a_function_of_a_rule_takes_its_arguments_by_name_too(tmp_path: Path) -> None:
    own = policy(tmp_path, "return decide(score >= 60, 'fine', want.pop('level'))")
    [rule] = [each for each in own.all_rules if isinstance(each, SettingRule) and each.id == "acme"]
    want: RuleEntry = {"level": "mandatory"}
    assert rule.judge(score=70, want=want) == Judgement("pass", "fine", "mandatory")
    assert want == {"level": "mandatory"}, "it got a copy"


def test_what_is_missing_is_unknown_to_them_too(tmp_path: Path) -> None:
    report = judge({"version": 1}, policy(tmp_path, "return decide(True, 'fine', score)"))
    assert [o.outcome for o in outcomes_of(report, "acme")] == ["unknown"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise ValueError('a\\nb')", "the rule raised ValueError: a b"),
        ("return score['x']", "the rule raised TypeError"),
        ("return judge(score, want)", "the rule raised RecursionError"),
        ("raise SystemExit(0)", "the rule raised SystemExit"),
        ("return None", "the rule returned no judgement"),
        ("return True", "the rule returned no judgement"),
        ("return 'pass'", "the rule returned no judgement"),
        ("return ('pass', 'fine', 1)", "the rule returned no judgement"),
        ("return Judgement('passed', 'fine', 1)", "the rule returned no judgement"),
        ("return Judgement(True, 'fine', 1)", "the rule returned no judgement"),
        ("return Judgement('pass', None, 1)", "the rule returned no judgement"),
        ("return Judgement('pass', 'fine', score, 7)", "the rule returned no judgement"),
        ("return Judgement('pass', 'fine', score, None, 'x')", "the rule returned no judgement"),
        ("return Judgement('pass', 'fine', 10**5000)", "the rule raised ValueError"),
        ("return Judgement('pass', 'fine', object())", "the rule raised TypeError"),
        ("return Judgement('pass', 'fine', float('nan'))", "the rule raised ValueError"),
        ("return Judgement('pass', 'fine', {'a': [set()]})", "the rule raised TypeError"),
        ("raise RuntimeError('https://host/x?Signature=SECRET')", "the rule raised RuntimeError: https://host/x"),
    ],
)
def test_a_rule_that_goes_wrong_proves_nothing_and_takes_nothing_with_it(
    tmp_path: Path, body: str, reason: str
) -> None:
    report = judged(tmp_path, body)
    [outcome] = outcomes_of(report, "acme")
    assert outcome.outcome == "unknown" and report.verdict == "unknown"
    assert outcome.message.startswith(f"unknown: {reason}") and outcome.message.isprintable()
    assert "SECRET" not in outcome.message
    assert outcomes_of(report, "root-mfa")[0].outcome == "pass", "the run goes on"


def test_a_rule_that_cannot_say_what_it_wants_proves_nothing(tmp_path: Path) -> None:
    [outcome] = outcomes_of(judged(tmp_path, "return decide(True, 'fine', score)", "1 / 0"), "acme")
    assert (outcome.outcome, outcome.message) == (
        "unknown",
        "unknown: the rule raised ZeroDivisionError: division by zero",
    )


def test_an_empty_answer_of_a_rule_proves_nothing(tmp_path: Path) -> None:
    text = MODULE.replace("RULE =", "class Silent(SettingRule):\n    pass\n\nRULE =")
    text = text.replace(
        "from dataclasses", "class Nothing(Rule):\n    def judgements(self, *_):\n        return []\n\nfrom dataclasses"
    )
    text = text.replace("RULE = SettingRule(", "RULE = Nothing(").replace(" judge=judge,", "")
    (tmp_path / "acme_rules.py").write_text(text.format(body="pass", expected="'x'"))
    (tmp_path / "policy.yaml").write_text(POLICY)
    [outcome] = outcomes_of(judge(DOCUMENT, load_policy(tmp_path / "policy.yaml")), "acme")
    assert outcome.outcome == "unknown"


GENERATOR = """
from acctgate.rules.base import Judgement, Rule, RuleEntry

class Yielding(Rule):
    def judgements(self, account, want, now):
        yield Judgement("fail", "no")
        {more}

RULE = Yielding(
    id="acme", title="Acme", doc="Acme.", severity="high", setting="Acme", parameters=RuleEntry,
    expected=lambda want: "more", remediation="Mend it.",
)
"""


@pytest.mark.parametrize(("more", "outcomes"), [("", ["fail"]), ("raise ValueError('late')", ["unknown"])])
def test_a_rule_may_yield(tmp_path: Path, more: str, outcomes: list[str]) -> None:
    (tmp_path / "acme_rules.py").write_text(GENERATOR.format(more=more))
    (tmp_path / "policy.yaml").write_text(POLICY)
    report = judge(DOCUMENT, load_policy(tmp_path / "policy.yaml"))
    assert [o.outcome for o in outcomes_of(report, "acme")] == outcomes
    assert report.verdict == outcomes[0]


def test_faults_that_raise_are_a_fault_of_the_rule(tmp_path: Path) -> None:
    text = MODULE.format(body="return None", expected="'x'").replace(
        "judge=judge,", "judge=judge, faults=lambda want: 1 / 0,"
    )
    (tmp_path / "acme_rules.py").write_text(text)
    (tmp_path / "policy.yaml").write_text(POLICY)
    message = r"policy.yaml:3: rules.acme: the rule cannot check its parameters: ZeroDivisionError"
    with pytest.raises(PolicyError, match=message):
        load_policy(tmp_path / "policy.yaml")


def test_a_level_cannot_be_made_anything(tmp_path: Path) -> None:
    text = "from typing_extensions import TypedDict\nfrom acctgate.rules.base import entry\n"
    text += "@entry\nclass Loose(TypedDict, total=False):\n    level: str\n"
    module = MODULE.format(body="return None", expected="'x'").replace("parameters=RuleEntry", "parameters=Loose")
    (tmp_path / "acme_rules.py").write_text(text + module)
    (tmp_path / "policy.yaml").write_text(POLICY)
    with pytest.raises(PolicyError, match="acme: its parameters should extend RuleEntry"):
        load_policy(tmp_path / "policy.yaml")


def test_two_modules_of_one_name_are_not_taken_for_one(tmp_path: Path) -> None:
    for folder, score in (("base", 0), ("child", 99)):
        (tmp_path / folder).mkdir()
        body = f"return decide(score >= {score}, 'fine', score)"
        (tmp_path / folder / "acme_twins.py").write_text(MODULE.format(body=body, expected="'x'"))
    (tmp_path / "base/p.yaml").write_text("version: 1\nrule_modules: [acme_twins]\nrules: {acme: }\n")
    (tmp_path / "child/p.yaml").write_text("version: 1\nextends: ../base/p.yaml\nrule_modules: [acme_twins]\n")
    with pytest.raises(PolicyError, match="acme_twins: another module has that name"):
        load_policy(tmp_path / "child/p.yaml")


def test_a_disabled_rule_is_not_asked(tmp_path: Path) -> None:
    wanted = policy(tmp_path, "raise SystemError('asked')")
    (tmp_path / "policy.yaml").write_text("version: 1\nrule_modules: [acme_rules.py]\n")
    assert outcomes_of(judge(DOCUMENT, load_policy(tmp_path / "policy.yaml")), "acme")[0].outcome == "skipped"
    assert outcomes_of(judge(DOCUMENT, wanted), "acme")[0].outcome == "unknown"


def test_a_fleet_goes_on(tmp_path: Path) -> None:
    wanted = policy(tmp_path, "return decide(100 / (score - 70) > 1, 'fine', score)")
    scores = (70, 80, 70, 90)
    accounts = [Snapshot.from_document({"version": 1, "AccountSecurityPracticeInfo": {"Score": n}}) for n in scores]
    found = [outcomes_of(report, "acme")[0].outcome for report in evaluate(accounts, wanted, NOW)]
    assert found == ["unknown", "pass", "unknown", "pass"]


def test_a_module_by_name_stands_beside_the_policy_or_is_installed(tmp_path: Path) -> None:
    package = tmp_path / "policies" / "acme_by_name"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from acme_by_name.score import RULE\n")
    (package / "score.py").write_text(MODULE.format(body="return decide(True, 'fine', score)", expected="'x'"))
    (tmp_path / "policies/policy.yaml").write_text("version: 1\nrule_modules: [acme_by_name]\nrules: {acme: }\n")
    assert outcomes_of(judge(DOCUMENT, load_policy(tmp_path / "policies/policy.yaml")), "acme")[0].outcome == "pass"


def test_beside_the_policy_nothing_takes_an_installed_modules_place(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise RuntimeError('shadowed')")
    (tmp_path / "acme_rules.py").write_text("import json\n" + MODULE.format(body="return None", expected="'x'"))
    (tmp_path / "policy.yaml").write_text(POLICY)
    assert load_policy(tmp_path / "policy.yaml").all_rules[-1].id == "acme"


def test_the_command_line_tells_the_traceback_with_debug(tmp_path: Path) -> None:
    policy(tmp_path, "raise ValueError('LTAI1234567890 broke')")
    (tmp_path / "s.json").write_text(json.dumps(DOCUMENT))
    arguments = ("check", "--snapshot", "s.json", "--policy", "policy.yaml", "--format", "json")
    quiet, loud = run_here(*arguments, cwd=tmp_path), run_here(*arguments, "--debug", cwd=tmp_path)
    assert quiet.status == loud.status == 3
    assert without_time(quiet.stdout) == without_time(loud.stdout)
    one_line(quiet.stderr, "acme: the rule raised ValueError")
    assert 'acme_rules.py", line' in loud.stderr and "Traceback" in loud.stderr
    assert "LTAI1234567890" not in loud.stderr + loud.stdout


def test_a_module_that_cannot_be_imported_is_one_line_and_with_debug_a_traceback(tmp_path: Path) -> None:
    arguments = ("check", "--snapshot", os.devnull, "--policy", HERE / "policies/invalid/module-raises.yaml")
    quiet, loud = run_here(*arguments, cwd=tmp_path), run_here("--debug", *arguments, cwd=tmp_path)
    assert (quiet.status, loud.status) == (2, 2)
    one_line(quiet.stderr, "module-raises.yaml:3: rule_modules[1]: ../modules/broken.py cannot be imported")
    assert 'broken.py", line 3' in loud.stderr


def test_a_module_that_two_files_name_is_one(tmp_path: Path) -> None:
    policy(tmp_path, "return decide(True, 'fine', score)")
    (tmp_path / "base").mkdir()
    (tmp_path / "base/policy.yaml").write_text("version: 1\nrule_modules: [../acme_rules.py]\nrules: {acme: }\n")
    (tmp_path / "top.yaml").write_text("version: 1\nextends: base/policy.yaml\nrule_modules: [acme_rules.py]\n")
    wanted = load_policy(tmp_path / "top.yaml")
    assert [rule.id for rule in wanted.all_rules[len(RULES) :]] == ["acme"]
    assert outcomes_of(judge(DOCUMENT, wanted), "acme")[0].outcome == "pass"


def test_what_a_rule_prints_is_no_part_of_the_report(tmp_path: Path) -> None:
    policy(tmp_path, "print('judging'); return decide(True, 'fine', score)")
    module = tmp_path / "acme_rules.py"
    module.write_text(f"print('loading')\n{module.read_text()}")
    (tmp_path / "s.json").write_text(json.dumps(DOCUMENT))
    done = run("check", "--snapshot", "s.json", "--policy", "policy.yaml", "--format", "json", cwd=tmp_path)
    assert json.loads(done.stdout)["verdict"] == "pass"
    assert done.stderr.splitlines() == ["loading", "judging"]


def test_without_own_rules_the_policy_knows_those_of_acctgate() -> None:
    assert load_policy(HERE / "policies/valid/every-rule.yaml").all_rules == RULES


OWN = HERE / "policies/valid/own-rules.yaml"


def test_they_are_listed_explained_and_in_the_schema(tmp_path: Path) -> None:
    listed = run_here("rules", "--policy", OWN, "--format", "json", cwd=tmp_path)
    ids = {each["id"]: each for each in json.loads(listed.stdout)}
    assert len(ids) == len(RULES) + 2
    assert ids["acme-score-margin"]["parameters"] == {"points": "Points above 60, 0 to 40."}
    assert "acme-no-passkeys" in run_here("rules", "--policy", OWN, cwd=tmp_path).stdout
    assert "acme" not in run_here("rules", cwd=tmp_path).stdout
    message = run_here("explain", "acme-score-margin", "--policy", OWN, cwd=tmp_path).stdout
    assert "A score of just 60 falls below it" in message and "points: Points above 60" in message
    schema = json.loads(run_here("schema", "policy", "--policy", OWN, cwd=tmp_path).stdout)
    assert schema["$defs"]["RuleEntries"]["properties"]["acme-score-margin"]["properties"]["points"]["maximum"] == 40


def test_explain_finds_those_of_the_policy_that_stands_here(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    policy(tmp_path, "return None")
    (tmp_path / "policies/policy.yaml").write_text("version: 1\nrule_modules: [../acme_rules.py]\n")
    assert run_here("explain", "acme", cwd=tmp_path).stdout.startswith("acme: Acme\n")
    one_line(run_here("explain", "acm", cwd=tmp_path).stderr, "acm: unknown rule (did you mean acme?)")


@pytest.mark.parametrize("form", ["text", "sarif", "junit", "markdown", "github", "gitlab", "csv", "html"])
def test_every_format_tells_them(tmp_path: Path, form: str) -> None:
    (tmp_path / "s.json").write_text(json.dumps({**DOCUMENT, "AccountSecurityPracticeInfo": {"Score": 61}}))
    done = run_here("check", "--snapshot", "s.json", "--policy", OWN, "--format", form, cwd=tmp_path)
    assert done.status == 1
    assert "acme-score-margin" in done.stdout and "at least 70" in done.stdout
    if form == "sarif":
        [found] = json.loads(done.stdout)["runs"]
        rules = found["tool"]["driver"]["rules"]
        [result] = [each for each in found["results"] if each["ruleId"] == "acme-score-margin"]
        assert rules[result["ruleIndex"]]["id"] == "acme-score-margin"
        assert "helpUri" not in rules[result["ruleIndex"]]
    if form == "html":
        assert "A margin above the least score" in done.stdout


ENDING_MODULE = """
from acctgate.rules.base import Judgement, RuleEntry, SettingRule

import os, sys
{at_import}

def judge(score, want):
    {in_judge}
    return Judgement("pass", "fine", score)

RULE = SettingRule(
    id="acme-score", title="Score", doc="Why.", severity="low", setting="AccountSecurityPracticeInfo.Score",
    parameters=RuleEntry, expected=lambda want: "any", judge=judge, remediation="None.",
)
"""
ENDS = ("os._exit(0)", "__import__('posix')._exit(0)", "sys.exit(0)", "os.execv('/bin/true', ['true'])", "os.abort()")


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("call", ENDS)
@pytest.mark.parametrize("place", ["at_import", "in_judge"])
def test_it_is_never_exit_status_0(tmp_path: Path, place: str, call: str, jobs: str) -> None:
    code = {"at_import": "pass", "in_judge": "pass", place: call}
    (tmp_path / "acme_rules.py").write_text(ENDING_MODULE.format(**code))
    policy = {"version": 1, "rule_modules": ["./acme_rules.py"], "rules": {"acme-score": {"level": "mandatory"}}}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    (tmp_path / "good.json").write_text(json.dumps(GOOD))
    done = run("check", "--snapshot", "good.json", "--policy", "policy.json", "--jobs", jobs, cwd=tmp_path)
    assert done.returncode == (2 if place == "at_import" else 3), done.stderr
    assert "Traceback" not in done.stderr


PATCHES = (
    "out.EXIT.update(fail=0)",
    "out.EXIT = {'pass': 0, 'fail': 0, 'unknown': 0}",
    "sys.exit = lambda *_: os._exit(0)",
    "import atexit; atexit.register(os._exit, 0)",
)


@pytest.mark.parametrize("patch", PATCHES)
@pytest.mark.parametrize("place", ["at_import", "in_judge"])
def test_a_patched_exit_status_is_never_0(tmp_path: Path, place: str, patch: str) -> None:
    code = {
        "at_import": "pass",
        "in_judge": "pass",
        place: f"import os, sys, acctgate.cli.support.writer as out; {patch}",
    }
    (tmp_path / "acme_rules.py").write_text(ENDING_MODULE.format(**code))
    rules = {"acme-score": {"level": "mandatory"}, "session-duration": {"max_hours": 1}}
    policy = {"version": 1, "rule_modules": ["./acme_rules.py"], "rules": rules}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    (tmp_path / "good.json").write_text(json.dumps(GOOD))
    done = run("check", "--snapshot", "good.json", "--policy", "policy.json", cwd=tmp_path)
    assert done.returncode in (1, 2, 3), done.stderr


def test_a_rule_does_not_decide_what_the_score_was(tmp_path: Path) -> None:
    """Its `actual` may be anything, and its setting that of security-score, which compares with a baseline."""
    policy(tmp_path, "return Judgement('pass', 'fine', None)")
    rules = "rules: {acme: {}, security-score: {minimum: 10, max_drop: 5}}"
    loaded = written_policy(tmp_path / "policy.yaml", f"version: 1\nrule_modules: [./acme_rules.py]\n{rules}\n")
    earlier = judge({**DOCUMENT, "AccountSecurityPracticeInfo": {"Score": 90}}, loaded)
    baseline = Baseline.of(Report(1, "pass", (earlier,), {}), "base.json", loaded.all_rules)
    [report] = evaluate([Snapshot.from_document(DOCUMENT)], loaded, NOW, baseline=baseline)
    [found] = outcomes_of(report, "security-score")
    assert (found.outcome, "20 points lower than in the baseline (90)" in found.message) == ("fail", True)


PRINTING_MODULE = """
from acctgate.rules.base import Move, RuleEntry, SettingRule, decide

def prints(name, result):
    def function(*_):
        print(name)
        return result
    return function

def faults(want):
    print("faults")
    yield from ()

RULE = SettingRule(
    id="acme", title="Acme", doc="Acme.", severity="high", setting="AccountSecurityPracticeInfo.Score",
    parameters=RuleEntry, remediation="Mend it.", expected=prints("expected", "more"), faults=faults,
    judge=lambda score, _: decide(True, "fine", score), exception_ends=prints("exception_ends", ()),
    lint=prints("lint", ()), moved_by_resources=("alicloud_ram_user",), is_moved_by=prints("is_moved_by", True),
    orders={"AccountSecurityPracticeInfo.Score": prints("order", Move("stricter"))},
)
"""


def test_every_function_of_a_rule_runs_as_own_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What one prints would be part of the report, and what ends the process would end it with any exit status."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "acme_rules.py").write_text(PRINTING_MODULE)
    loaded = load_policy(tmp_path / "policy.yaml")
    user = OtherChange("alicloud_ram_user.a", "alicloud_ram_user", "create")
    [report] = evaluate([Snapshot.from_document(DOCUMENT)], loaded, NOW, planned=[user])
    rule = loaded.all_rules[-1]
    rule.lint(RuleEntry(level="mandatory"), {})
    assert rule.compare_actual(rule.setting, 70, 60) == Move("stricter")
    out, err = capsys.readouterr()
    assert out == ""
    assert {*err.split()} == {"expected", "faults", "exception_ends", "lint", "is_moved_by", "order"}
    assert outcomes_of(report, "acme")[0].outcome == "unknown"


def test_a_rule_that_cannot_say_what_moves_it_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    fails = PRINTING_MODULE.replace('prints("is_moved_by", True)', "lambda change: change.nothing")
    (tmp_path / "acme_rules.py").write_text(fails)
    user = OtherChange("alicloud_ram_user.a", "alicloud_ram_user", "create")
    accounts = [Snapshot.from_document(DOCUMENT)]
    [report] = evaluate(accounts, load_policy(tmp_path / "policy.yaml"), NOW, planned=[user])
    [found] = outcomes_of(report, "acme")
    assert (found.outcome, "the rule raised AttributeError" in found.message) == ("unknown", True)


OVERRIDING_MODULE = """
from acctgate.rules.base import RuleEntry, SettingRule, decide

class Whole(SettingRule):
    def judgements(self, account, want, now):
        return [decide(account.account_id == "2", "by the account", None)]

RULE = Whole(
    id="acme", title="Acme", doc="Acme.", severity="high", setting="AccountSecurityPracticeInfo.Score",
    parameters=RuleEntry, expected=lambda want: "2", judge=lambda score, want: decide(True, "never", score),
    remediation="Mend it.",
)
"""


def test_a_setting_rule_that_judges_the_account_itself_does(tmp_path: Path) -> None:
    (tmp_path / "acme_rules.py").write_text(OVERRIDING_MODULE)
    loaded = written_policy(tmp_path / "policy.yaml", POLICY)
    found = [outcomes_of(judge({**DOCUMENT, "account_id": name}, loaded), "acme")[0] for name in ("1", "2")]
    assert [each.outcome for each in found] == ["fail", "pass"]


CHANGING_MODULE = """
from dataclasses import dataclass

from acctgate.rules.base import Rule, RuleEntry, SettingRule, decide, entry

@entry
class Parameters(RuleEntry, total=False):
    names: list[str]

class Limit:
    def __call__(self): ...
    most = 1

@dataclass(frozen=True, kw_only=True, eq=False)
class Changing(Rule[Parameters]):
    limit: Limit = Limit()

    def judgements(self, account, want, now):
        want["names"].append(account.account_id)
        account.document["AccountSecurityPracticeInfo"]["Score"] = 100
        account.problems.clear()
        return [decide(account.account_id in want["names"][:self.limit.most], "x", len(want["names"]))]

def judge(packs, want):
    want["names"].append("x")
    packs.clear()
    return decide(len(want["names"]) == 1, "y", len(want["names"]))

TEXTS = {"title": "A", "doc": "A.", "severity": "high", "parameters": Parameters, "remediation": "A.",
         "expected": lambda want: str(want.pop("names"))}
RULES = (
    Changing(id="acme-account", setting="account_id", **TEXTS),
    SettingRule(id="acme-packs", setting="CompliancePackReports", judge=judge, **TEXTS),
)
"""


def test_a_rule_changes_neither_an_account_nor_its_entry(tmp_path: Path) -> None:
    """Otherwise what it does to one account decides about other rules, or about the next account."""
    (tmp_path / "changing.py").write_text(CHANGING_MODULE)
    rules = "rules: {acme-account: {names: []}, acme-packs: {names: []}, security-score: {minimum: 80}}"
    (tmp_path / "policy.yaml").write_text(f"version: 1\nrule_modules: [./changing.py]\n{rules}\n")
    packs = [{"CompliancePackId": "cp-1", "ReportStatus": "NONE"}]
    accounts = [
        Snapshot.from_document({**deepcopy(DOCUMENT), "account_id": name, "CompliancePackReports": packs})
        for name in ("1", "2")
    ]
    problem: dict[tuple[str | int, ...], str] = {("SecurityPreference",): "it is invalid"}
    accounts = [replace(account, problems=dict(problem)) for account in accounts]
    loaded = load_policy(tmp_path / "policy.yaml")
    reports = list(evaluate(accounts, loaded, NOW))
    assert [account.problems for account in accounts] == [problem, problem]
    assert [outcomes_of(report, "acme-account")[0].actual for report in reports] == [1, 1]
    assert [outcomes_of(report, "acme-packs")[0].actual for report in reports] == [1, 1]
    assert [account.read(("AccountSecurityPracticeInfo", "Score")) for account in accounts] == [70, 70]
    assert [account.read(("CompliancePackReports",)) for account in accounts] == [packs, packs] and packs
    assert loaded.rules["acme-account"] == loaded.rules["acme-packs"] == {"level": "mandatory", "names": []}


CHANGING_PLAN_MODULE = """
from acctgate.rules.base import Rule, RuleEntry, decide

class Changing(Rule):
    def judgements(self, account, want, now):
        seen = []
        for each in (account, account.before):
            for change in (*(each.planned or ()), *each.moved):
                values = change.passwords.declared if change in each.moved else change.declared
                seen.append(len(values))
                values.clear()
        return [decide(True, "x", seen)]

def is_moved_by(change):
    change.passwords.declared.clear()
    return False

RULES = [
    Changing(id=name, title="A", doc="A.", severity="low", setting="A", parameters=RuleEntry, remediation="A.",
             expected=lambda want: "a", moved_by_resources=("alicloud_ram_account_password_policy",),
             is_moved_by=is_moved_by)
    for name in ("acme-first", "acme-second")
]
"""


def test_a_rule_does_not_change_what_is_planned(tmp_path: Path) -> None:
    (tmp_path / "changing.py").write_text(CHANGING_PLAN_MODULE)
    rules = "rules: {acme-first: {}, acme-second: {}}"
    loaded = written_policy(tmp_path / "policy.yaml", f"version: 1\nrule_modules: [./changing.py]\n{rules}\n")
    kind = "alicloud_ram_account_password_policy"
    passwords = PlannedPasswords({"MinimumPasswordLength": 9})
    change = PlannedChange("alicloud_ram_security_preference.a", "create", {"LoginSessionDuration": 6})
    other = OtherChange(f"{kind}.a", kind, "create", passwords=passwords)
    preference = {"SecurityPreference": {"LoginProfilePreference": {"LoginSessionDuration": 8}}}
    [report] = evaluate([Snapshot.from_document({**DOCUMENT, **preference})], loaded, NOW, planned=[change, other])
    assert outcomes_of(report, "acme-first")[0].actual == outcomes_of(report, "acme-second")[0].actual == [1, 1]
    assert (change.declared, passwords.declared) == ({"LoginSessionDuration": 6}, {"MinimumPasswordLength": 9})

"""One rule, one file: a rule in a temporary module is known to every command and format, with nothing else touched."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any, Final, NamedTuple

import jsonschema
import pytest
import yaml
from pulumi_policy import EnforcementLevel, ResourceValidationPolicy, StackValidationPolicy

from acctgate.commands.init.fit import fit
from acctgate.crossguard.configuration import PolicySettings
from acctgate.crossguard.pack_policies import policies
from acctgate.crossguard.pack_process import PackProcess
from acctgate.crossguard.source_types import PRACTICE, READ_AT
from acctgate.crossguard.stack_accounts import StackResource
from acctgate.evaluate.compare import diff_policies, diff_snapshots
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy, load_policy
from acctgate.rules import RULES
from tests.support import NOW, judge, outcomes_of
from tests.support.accounts import GOOD
from tests.support.page import Page
from tests.support.process import Done, run_here

MODULE: Final = '''
"""Few consoles are exposed.

Each exposed console is a door that somebody must watch.
"""

from typing import Annotated, Required

from annotated_types import Ge, Le

from acctgate.rules.base import LintHint, Move, RuleEntry, RuleText, SettingRule, decide, entry

SETTING = "AccountSecurityPracticeInfo.AcmeConsoles"


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of acme-consoles."""

    maximum: Required[Annotated[int, Ge(0), Le(40)]]
    """The most exposed consoles, 0 to 40."""
    watched: bool
    """Whether somebody watches them."""


def fewer(before, after):
    return Move("stricter" if after < before else "looser", "counted in consoles")


def hints(want, entries):
    if want["maximum"] > 30:
        yield LintHint(("maximum",), "nobody can watch more than 30 consoles")


RULE = SettingRule(
    id="acme-consoles",
    title="Exposed consoles",
    doc=__doc__,
    severity="high",
    setting=SETTING,
    parameters=Parameters,
    expected=lambda want: f"at most {want['maximum']} consoles",
    judge=lambda count, want: decide(count <= want["maximum"], f"consoles exposed: {count}", count),
    remediation="Close consoles.",
    orders={SETTING: fewer},
    parameter_orders={"maximum": fewer, "watched": lambda before, after: Move("stricter" if after else "looser")},
    ratchet={"maximum": lambda actual, wanted: -(-actual // 5) * 5},
    lint=hints,
    plot_range=(0, 40),
    trivial_values={"maximum": 40},
    translations={
        "zh": RuleText(
            title="暴露的控制台",
            doc="暴露的控制台很少。\\n\\n每个暴露的控制台都要有人看守。",
            remediation="关闭控制台。",
            parameters={"maximum": "最多暴露的控制台数，0 到 40。", "watched": "是否有人看守。"},
        )
    },
)
'''
FAMILY: Final = '''
"""RAM users do not skip MFA at Acme.

The house's own helper builds this rule.
"""

from acctgate.rules.base import RuleText
from acctgate.rules.support.rule_factories import switch
from acctgate.rules.support.order import lower_is_stricter

RULE = switch(
    id="acme-mfa-ticket",
    title="MFA remembered at Acme",
    doc=__doc__,
    severity="low",
    setting="LoginProfilePreference.EnableSaveMFATicket",
    action="skip MFA at Acme",
    remediation="Set EnableSaveMFATicket to false.",
    order=lower_is_stricter,
    zh=RuleText(title="Acme 免 MFA", doc="在 Acme 不免 MFA。", remediation="将 EnableSaveMFATicket 设为 false。"),
)
'''
SETTING: Final = "AccountSecurityPracticeInfo.AcmeConsoles"
RULE: Final = "acme-consoles"


class House(NamedTuple):
    """A folder with a policy that names the module, and accounts."""

    folder: Path

    @property
    def policy(self) -> Policy:
        """The policy, loaded."""
        return load_policy(self.folder / "policy.yaml")

    def write_policy(self, name: str, text: str, *, extends: str = "baseline") -> Path:
        """Write another policy with the same module."""
        path = self.folder / name
        path.write_text(f"version: 1\nextends: {extends}\nrule_modules: [own.py]\nrules: {text}\n", encoding="utf-8")
        return path

    def write_account(self, name: str, count: object, day: int = 20) -> Path:
        """Write an account with so many consoles, and so many hours of a session."""
        path = self.folder / name
        path.write_text(json.dumps({**document(count), "taken_at": f"2026-11-{day}T10:00:00Z"}), encoding="utf-8")
        return path

    def run(self, *arguments: str | Path) -> Done:
        """Run a command with the policy."""
        return run_here(*arguments, "--policy", self.folder / "policy.yaml")


def document(count: object) -> dict[str, Any]:
    """Return an account with so many consoles."""
    found: dict[str, Any] = copy.deepcopy({**GOOD, "account_id": "1234567890123456"})
    found["AccountSecurityPracticeInfo"]["AcmeConsoles"] = count
    return found


def house(folder: Path, module: str, rules: str) -> House:
    """Write a module, and a policy that uses it."""
    folder.mkdir()
    (folder / "own.py").write_text(module, encoding="utf-8")
    found = House(folder)
    found.write_policy("policy.yaml", rules)
    return found


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Write a rule with everything that a rule can say."""
    found = house(tmp_path_factory.mktemp("own") / "house", MODULE, "{acme-consoles: {maximum: 10}}")
    found.write_account("few.json", 3)
    found.write_account("many.json", 17, day=21)
    return found


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Write the same rule without a Chinese text."""
    module = MODULE[: MODULE.index("    translations=")] + ")\n"
    found = house(tmp_path_factory.mktemp("english") / "house", module, "{acme-consoles: {maximum: 10}}")
    found.write_account("many.json", 17)
    return found


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Write a rule that a helper of the house builds."""
    found = house(tmp_path_factory.mktemp("family") / "house", FAMILY, "{acme-mfa-ticket: {allow: false}}")
    account = document(0)
    account["SecurityPreference"]["LoginProfilePreference"]["EnableSaveMFATicket"] = True
    (found.folder / "ticket.json").write_text(json.dumps(account), encoding="utf-8")
    return found


# --- judged ---


def test_check_reports_it_in_text(own: House) -> None:
    done = own.run("check", "--snapshot", own.folder / "many.json")
    assert done.status == 1
    assert re.search(rf"✗  {RULE}  high      AcmeConsoles  at most 10 consoles  17\n", done.stdout)
    assert re.search(rf"Remediation\n    {RULE}  Close consoles\.\n", done.stdout)


@pytest.mark.parametrize(
    ("count", "outcome"), [(3, "pass"), (10, "pass"), (17, "fail"), (None, "unknown"), ("many", "unknown")]
)
def test_it_is_judged(own: House, count: object, outcome: str) -> None:
    [found] = outcomes_of(judge(document(count), own.policy), RULE)
    assert (found.outcome, found.level, found.severity, found.setting) == (outcome, "mandatory", "high", SETTING)
    assert (found.expected, found.remediation) == ("at most 10 consoles", "Close consoles.")


def test_what_it_expects_is_english_in_a_chinese_report_without_a_translation(own: House) -> None:
    done = own.run("check", "--snapshot", own.folder / "many.json", "--language", "zh")
    assert re.search(rf"✗  {RULE} .*AcmeConsoles  at most 10 consoles  17\n", done.stdout)


def test_check_reports_it_in_json(own: House) -> None:
    done = own.run("check", "--snapshot", own.folder / "many.json", "--format", "json")
    [account] = json.loads(done.stdout)["accounts"]
    [outcome] = [each for each in account["outcomes"] if each["rule"] == RULE]
    assert (outcome["outcome"], outcome["actual"], outcome["message"]) == ("fail", 17, "consoles exposed: 17")
    assert len(account["outcomes"]) == len(RULES) + 1


# --- compared ---


@pytest.mark.parametrize(
    ("before", "after", "direction", "status"),
    [("few.json", "many.json", "looser", 1), ("many.json", "few.json", "stricter", 0)],
)
def test_diff_of_snapshots_knows_its_order(own: House, before: str, after: str, direction: str, status: int) -> None:
    done = own.run("diff", own.folder / before, own.folder / after, "--format", "json")
    assert done.status == status
    [account] = json.loads(done.stdout)["accounts"]
    [setting] = account["settings"]
    assert (setting["setting"], setting["direction"], setting["note"]) == (SETTING, direction, "counted in consoles")
    assert (setting["rule"], setting["expected"]) == (RULE, "at most 10 consoles")
    assert [flip["rule"] for flip in account["rules"]] == [RULE]


def test_diff_of_reports_knows_its_order(own: House) -> None:
    for name in ("few", "many"):
        report = own.folder / f"{name}-report.json"
        own.run("check", "--snapshot", own.folder / f"{name}.json", "--format", "json", "--output", report)
    done = own.run("diff", own.folder / "few-report.json", own.folder / "many-report.json", "--format", "json")
    [account] = json.loads(done.stdout)["accounts"]
    assert [(each["setting"], each["direction"]) for each in account["settings"]] == [(SETTING, "looser")]


@pytest.mark.parametrize(
    ("entry", "loosened"),
    [
        ("{maximum: 9}", False),
        ("{maximum: 11}", True),
        ("{maximum: 10, watched: true}", False),
        ("{maximum: 10, level: advisory}", True),
    ],
)
def test_diff_of_policies_knows_its_order(own: House, entry: str, loosened: bool) -> None:
    other = own.write_policy("other.yaml", f"{{{RULE}: {entry}}}")
    [change] = diff_policies(own.policy, load_policy(other), [], NOW).policy
    assert (change.rule, change.loosened) == (RULE, loosened)
    assert ("counted in consoles" in change.note) is ("maximum: 10" not in entry)
    shown = run_here("diff", own.folder / "policy.yaml", other).stdout
    assert re.search(rf"{'looser' if loosened else 'stricter'} +{RULE} +mandatory, maximum: 10", shown)


def test_a_baseline_knows_its_order(own: House) -> None:
    report = own.folder / "baseline.json"
    own.run("check", "--snapshot", own.folder / "many.json", "--format", "json", "--output", report)
    for count, status in ((17, 0), (12, 0), (18, 1)):
        account = own.write_account("later.json", count)
        done = own.run("check", "--snapshot", account, "--baseline", report, "--format", "json")
        assert done.status == status, count
    assert "worse than in the baseline" in done.stdout


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("1 / 0", "the rule's order of values raised ZeroDivisionError"),
        ("exit(0)", "the rule's order of values raised "),
        ("'stricter'", "the rule's order of values returned no move"),
        ("Move('better')", "the rule's order of values returned no move"),
    ],
)
def test_an_order_that_goes_wrong_proves_nothing(tmp_path: Path, order: str, reason: str) -> None:
    module = MODULE.replace('return Move("stricter" if', f'return {order}\n    return Move("stricter" if')
    found = house(tmp_path / "house", module, "{acme-consoles: {maximum: 10}}")
    other = load_policy(found.write_policy("other.yaml", "{acme-consoles: {maximum: 9}}"))
    [change] = diff_policies(found.policy, other, [], NOW).policy
    assert change.loosened and reason in change.note
    few, many = (Snapshot.from_document(document(count)) for count in (3, 17))
    [account] = diff_snapshots([many], [few], found.policy, NOW).accounts
    [setting] = account.settings
    assert setting.direction == "unknown" and reason in setting.note


# --- fitted and linted ---


def test_inits_fitted_policy_holds_its_value(own: House) -> None:
    fitted = fit(Snapshot.from_document(document(17)), own.policy, "policy.yaml", NOW)
    [gap] = fitted.gaps
    assert (gap.rule, gap.kind, gap.entry) == (RULE, "ratchet", {"level": "mandatory", "maximum": 20})
    written = own.folder / "fitted.yaml"
    written.write_text(fitted.text(), encoding="utf-8")
    assert yaml.safe_load(fitted.text())["rules"][RULE] == {"level": "mandatory", "maximum": 20}
    for count, outcome in ((17, "pass"), (20, "pass"), (21, "fail")):
        assert outcomes_of(judge(document(count), load_policy(written)), RULE)[0].outcome == outcome


def test_a_value_that_every_account_meets_is_no_limit(own: House) -> None:
    [gap] = fit(Snapshot.from_document(document(38)), own.policy, "policy.yaml", NOW).gaps
    assert (gap.kind, gap.entry) == ("violated", {"level": "advisory"})


@pytest.mark.parametrize(
    ("entry", "warning"),
    [
        ("{maximum: 31}", "rules.acme-consoles.maximum: nobody can watch more than 30 consoles"),
        ("{maximum: 40}", "rules.acme-consoles.maximum: 40 holds for every account"),
    ],
)
def test_lint_warns_as_it_says(own: House, entry: str, warning: str) -> None:
    other = own.write_policy("warned.yaml", f"{{{RULE}: {entry}}}")
    done = run_here("policy", "lint", other)
    assert warning in done.stdout + done.stderr
    quiet = run_here("policy", "lint", own.folder / "policy.yaml")
    assert (quiet.status, RULE in quiet.stdout) == (0, False)


# --- described ---


def test_rules_lists_it(own: House) -> None:
    listed = json.loads(own.run("rules", "--format", "json").stdout)
    assert listed[-1]["id"] == RULE and listed[-1]["settings"] == [SETTING]
    assert list(listed[-1]["parameters"]) == ["maximum", "watched"]
    assert own.run("rules").stdout.splitlines()[-1].split()[:3] == [RULE, "high", "AcmeConsoles"]


def test_explain_speaks_both_languages(own: House) -> None:
    english = own.run("explain", RULE, "--language", "en").stdout
    for said in (f"{RULE}: Exposed consoles", "a door that somebody must watch", "high", SETTING, "Close consoles."):
        assert said in english
    assert "maximum: The most exposed consoles, 0 to 40." in english
    chinese = own.run("explain", RULE, "--language", "zh").stdout
    for said in (f"{RULE}：暴露的控制台", "每个暴露的控制台都要有人看守。", "最多暴露的控制台数", "关闭控制台。"):
        assert said in chinese
    assert not re.search("Exposed|Close|Whether|most", chinese)


def test_the_schema_knows_its_parameters(own: House) -> None:
    schema = json.loads(own.run("schema", "policy").stdout)
    entry = schema["$defs"]["RuleEntries"]["properties"][RULE]
    assert entry["properties"]["maximum"]["description"] == "The most exposed consoles, 0 to 40."
    valid = jsonschema.Draft202012Validator(schema).is_valid
    for rules, good in (
        ({RULE: {"maximum": 40, "watched": True}}, True),
        ({RULE: {"maximum": 41}}, False),
        ({RULE: {"maximum": 4, "most": 1}}, False),
        ({RULE: {"watched": True}}, False),
        ({"acme-other": None}, False),
    ):
        assert valid({"version": 1, "rule_modules": ["own.py"], "rules": rules}) is good, rules


# --- rendered ---


def test_sarif_describes_it(own: House) -> None:
    done = own.run("check", "--snapshot", own.folder / "many.json", "--format", "sarif")
    [run] = json.loads(done.stdout)["runs"]
    described = run["tool"]["driver"]["rules"][-1]
    assert (described["id"], described["name"]) == (RULE, "AcmeConsoles")
    assert described["shortDescription"] == {"text": "Exposed consoles"}
    assert "a door that somebody must watch" in described["fullDescription"]["text"]
    assert described["help"]["text"].endswith("Remediation: Close consoles.")
    assert described["properties"]["security-severity"] == "8.0"
    [result] = [each for each in run["results"] if each["ruleId"] == RULE]
    assert (result["ruleIndex"], result["level"]) == (len(RULES), "error")


@pytest.mark.parametrize("form", ["junit", "markdown", "github", "gitlab", "csv", "ndjson"])
def test_the_other_formats_report_it(own: House, form: str) -> None:
    done = own.run("check", "--snapshot", own.folder / "many.json", "--format", form)
    assert RULE in done.stdout and "consoles exposed: 17" in done.stdout.replace("\\:", ":")


def both(english: str, chinese: str) -> str:
    """Return a text as the page has it in both languages."""
    return f"<i lang=en>{english}</i><i lang=zh>{chinese}</i>"


def test_the_page_describes_it_in_both_languages(own: House) -> None:
    text = unescape(own.run("check", "--snapshot", own.folder / "many.json", "--format", "html").stdout)
    assert f"{RULE}<small>{both('Exposed consoles', '暴露的控制台')}" in text
    assert both("Close consoles.", "关闭控制台。") in text
    assert ("fail", "mandatory", RULE) in Page(text).rows


def test_the_page_plots_it(own: House) -> None:
    accounts = [own.write_account(f"day{day}.json", count, day) for day, count in ((20, 30), (21, "?"), (22, 10))]
    snapshots = [argument for account in accounts for argument in ("--snapshot", account)]
    text = own.run("check", *snapshots, "--format", "html").stdout
    Page(text)
    section = text[text.index("<section class=trend>") :]
    section = section[: section.index("</section>")]
    assert section.count("<svg role=img") == 3, "the score, the consoles, the violations"
    plot = section[section.index(f"<p id=s1-2>{both('Exposed consoles', '暴露的控制台')}</p>") :]
    assert "<title id=s1-2t>30, –, 10</title>" in plot
    assert re.findall(r"text-anchor=end>(\d+)<", plot)[:3] == ["0", "20", "40"]
    heights = [float(y) for y in re.findall(r"<circle class=dot cx=\S+ cy=(\S+) r=4>", plot)]
    assert heights == [37.0, 91.0], "between 10 (the highest) and 118 (the lowest)"
    assert re.search(r"<tr><th scope=row>1 · [^<]+</th><td>95</td><td>30</td><td>1</td><td>0</td></tr>", section)


def test_a_rule_that_no_account_has_a_value_for_is_not_plotted(own: House) -> None:
    account = own.write_account("none.json", None)
    text = own.run("check", "--snapshot", account, "--snapshot", account, "--format", "html").stdout
    assert text.count("<svg role=img") == 2 and "id=s1-2" not in text


# --- the pack ---


def practice(count: object) -> StackResource:
    """Return a data source that has read so many consoles."""
    section = document(count)["AccountSecurityPracticeInfo"]
    return StackResource(
        PRACTICE.pulumi_type,
        "urn:practice",
        {"account_id": "1234567890123456", PRACTICE.section: section, READ_AT: "2999-01-01T00:00:00+00:00"},
    )


def test_the_pack_has_a_policy_for_it(own: House) -> None:
    [found] = [each for each in policies(PackProcess(own.policy)) if each.name == RULE]
    assert isinstance(found, StackValidationPolicy)
    assert (found.description, found.enforcement_level) == ("Exposed consoles", EnforcementLevel.MANDATORY)
    assert found.config_schema is not None
    assert found.config_schema.properties["maximum"]["default"] == 10


def test_the_pack_judges_it(own: House) -> None:
    process = PackProcess(own.policy)
    for settings, blocked in (({}, True), ({RULE: PolicySettings("mandatory", {"maximum": 17})}, False)):
        process.configure(settings)
        process.session.declare_dynamic("urn:practice", genuine=True)
        process.session.declare_source(practice(17))
        report = json.loads(process.session.judge([practice(17)], NOW))
        [outcome] = [each for each in report["accounts"][0]["outcomes"] if each["rule"] == RULE]
        assert outcome["outcome"] == ("fail" if blocked else "pass")
        found = list(process.session.stack_violations(own.policy.all_rules[-1]))
        assert [violation.urn for violation in found] == (["urn:practice"] if blocked else [])
        assert all(
            "consoles exposed: 17; expected at most 10 consoles. Close consoles." in each.message for each in found
        )
        process.session.finish()


# --- variants ---


def test_without_chinese_it_is_english(english: House) -> None:
    done = english.run("explain", RULE, "--language", "zh")
    assert done.status == 0
    for said in (f"{RULE}：Exposed consoles", "a door", "maximum：The most exposed consoles", "Close consoles."):
        assert said in done.stdout
    account = english.folder / "many.json"
    text = english.run("check", "--snapshot", account, "--snapshot", account, "--format", "html").stdout
    Page(text)
    assert f"{RULE}<small>Exposed consoles<" in text and "<td>Close consoles.<" in text
    assert "<p id=s1-2>Exposed consoles</p>" in text


def commands(found: House) -> list[Callable[[], Done]]:
    """Return the commands that describe the rule of a family."""
    return [
        lambda: found.run("rules"),
        lambda: found.run("explain", "acme-mfa-ticket", "--language", "en"),
        lambda: found.run("explain", "acme-mfa-ticket", "--language", "zh"),
        lambda: found.run("schema", "policy"),
        *(
            lambda form=form: found.run("check", "--snapshot", found.folder / "ticket.json", "--format", form)
            for form in ("text", "json", "sarif", "html")
        ),
    ]


def test_a_rule_of_a_family_is_known_everywhere(family: House) -> None:
    for command in commands(family):
        assert "acme-mfa-ticket" in command().stdout
    chinese = family.run("explain", "acme-mfa-ticket", "--language", "zh").stdout
    assert "Acme 免 MFA" in chinese and "allow：该开关必须等于此值。" in chinese
    looser = family.write_policy("looser.yaml", "{acme-mfa-ticket: {allow: true}}")
    assert "looser" in run_here("diff", family.folder / "policy.yaml", looser).stdout
    kinds = {type(each) for each in policies(PackProcess(family.policy)) if each.name == "acme-mfa-ticket"}
    assert kinds == {StackValidationPolicy, ResourceValidationPolicy}

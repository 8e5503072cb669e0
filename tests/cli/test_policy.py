"""acctgate policy show and acctgate policy lint; extends of lists and packages."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.policy import Policy, PolicyError, load_merged, load_policy, load_preset
from acctgate.policy.chain import read_chain
from acctgate.policy.lint import lint
from acctgate.policy.show import as_yaml
from tests.support import HERE, NOW, ROOT, examples, name_of, one_line
from tests.support.process import run_here

VALID: Final = examples("policies/valid", ".yaml", ".json")


def same(first: Policy, second: Policy) -> bool:
    """Whether two policies ask for the same."""

    def waivers(policy: Policy) -> list[Any]:
        return [(w.rule, w.account, w.reason, w.owner, w.expires) for w in policy.waivers]

    def groups(policy: Policy) -> list[Any]:
        return [(group.name, group.match, group.rules, len(group.waivers)) for group in policy.groups]

    def document(policy: Policy) -> list[Any]:
        return [policy.rules, waivers(policy), policy.accounts, groups(policy)]

    return document(first) == document(second)


@pytest.mark.parametrize("path", VALID, ids=name_of)
def test_what_is_shown_is_the_same_policy(tmp_path: Path, path: Path) -> None:
    (tmp_path / "shown.yaml").write_text(as_yaml(load_merged(path), tmp_path), encoding="utf-8")
    assert same(load_policy(tmp_path / "shown.yaml"), load_policy(path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a policy that extends a base, which extends a preset."""
    shutil.copytree(HERE / "policies/modules", tmp_path / "modules", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/base.yaml").write_text(
        "version: 1\nextends: baseline\nrules:\n  session-duration: {max_hours: 8}\n"
        "  network-masks: {level: mandatory, within: [10.0.0.0/8]}\n"
        "waivers:\n  - {rule: user-mfa, reason: a, owner: it, expires: 2099-12-31}\n"
    )
    (tmp_path / "policies/policy.yaml").write_text(
        "version: 1\nextends: base.yaml\nrules:\n  security-score: {minimum: 70}\n"
    )
    return tmp_path


def test_each_value_says_where_it_comes_from(folder: Path) -> None:
    done = run_here("policy", "show", cwd=folder)
    assert (done.status, done.stderr) == (0, "")
    listed = {
        (rule, key): comment
        for rule, body in re.findall(r"^  ([a-z-]+):\n((?:    .*\n)+)", done.stdout, re.MULTILINE)
        for key, comment in re.findall(r"^    (\w+): .*?  # (.*)$", body, re.MULTILINE)
    }
    assert listed["security-score", "minimum"] == "policies/policy.yaml:4, over baseline"
    assert listed["security-score", "level"] == "baseline"
    assert listed["session-duration", "max_hours"] == "policies/base.yaml:4, over baseline"
    assert listed["network-masks", "level"] == "policies/base.yaml:5, over baseline"
    assert listed["network-masks", "within"] == "policies/base.yaml:5"
    assert "  - {rule: user-mfa, reason: a, owner: it, expires: 2099-12-31}  # policies/base.yaml:7" in done.stdout


def test_as_json(folder: Path) -> None:
    shown = json.loads(run_here("policy", "show", "policies/policy.yaml", "--format", "json", cwd=folder).stdout)
    assert shown["rules"]["security-score"]["minimum"] == {
        "value": 70,
        "from": "policies/policy.yaml",
        "line": 4,
        "over": "baseline",
    }
    assert shown["rules"]["root-mfa"]["level"] == {"value": "mandatory", "from": "baseline"}


def test_own_rules_are_shown_with_their_module(folder: Path) -> None:
    (folder / "policies/policy.yaml").write_text(
        "version: 1\nrule_modules: [../modules/acme.py]\nrules: {acme-score-margin: {points: 3}}\n"
    )
    done = run_here("policy", "show", "--output", "shown.yaml", cwd=folder)
    assert (done.status, done.stdout) == (0, "")
    assert '  - "modules/acme.py"' in (folder / "shown.yaml").read_text()
    assert dict(load_policy(folder / "shown.yaml").rules["acme-score-margin"]) == {"level": "mandatory", "points": 3}
    assert "by default" in (folder / "shown.yaml").read_text()


@pytest.mark.parametrize("path", examples("policies/lint", ".yaml"), ids=name_of)
def test_what_is_never_used_or_says_nothing(path: Path) -> None:
    """The last lines of an example say what is found: `# found: LINE: the beginning of the message`."""
    listed = re.findall(r"^# found: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert bool(listed) is not path.name.startswith("clean-")
    found = [f"{each.line}: {each.message}" for each in lint(read_chain(path), NOW.date())]
    assert len(found) == len(listed), found
    for each, start in zip(found, listed, strict=True):
        assert each.startswith(start)


@pytest.mark.parametrize("name", ["baseline", "strict"])
def test_the_presets_are_clean(name: str) -> None:
    path = ROOT / f"src/acctgate/policy/presets/{name}.yaml"
    assert lint(read_chain(path), NOW.date()) == []
    assert load_preset(name).rules


def test_this_repositorys_policy_is_clean() -> None:
    done = run_here("policy", "lint", cwd=ROOT)
    assert (done.status, done.stdout, done.stderr) == (0, "", "")


def test_everything_that_is_wrong_is_listed(folder: Path) -> None:
    (folder / "policies/policy.yaml").write_text(
        "version: 1\nextends: strict\nrules:\n  root-mfas:\n  session-duration: {max_hours: 40}\n"
        "  security-score: {minimum: all}\n"
    )
    done = run_here("policy", "lint", cwd=folder)
    assert (done.status, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [[f"policies/policy.yaml:{n}", "error"] for n in (5, 6, 4)]
    assert "did you mean root-mfa?" in lines[2]
    (folder / "policies/policy.yaml").write_text("version: 1\nrules:\n  session-duration:\n")
    done = run_here("policy", "lint", "--format", "json", cwd=folder)
    [found] = json.loads(done.stdout)
    assert (done.status, found["severity"], found["line"]) == (1, "error", 3)
    assert found["message"] == "rules.session-duration.max_hours: required parameter is missing"


def test_a_file_that_cannot_be_read_does_not_take_the_others_with_it(folder: Path) -> None:
    bad = HERE / "policies/invalid/unknown-key.yaml"
    done = run_here("policy", "lint", "nowhere.yaml", bad, "policies/policy.yaml", "--format", "github", cwd=folder)
    assert done.status == 2
    one_line(done.stderr, "acctgate: nowhere.yaml: no such file")
    assert done.stdout == f"::error file={bad},line=3,title=acctgate policy lint::levels: unknown key\n"


def test_github_commands_cannot_be_broken_out_of(folder: Path) -> None:
    (folder / "policies/policy.yaml").write_text('version: 1\n"a%0A::error::\\n::notice::x": 1\n')
    done = run_here("policy", "lint", "--format", "github", cwd=folder)
    assert done.stdout.count("\n") == 1 and done.stdout.startswith("::error file=policies/policy.yaml,line=2,")
    assert "%0A" not in done.stdout.replace("%250A", "")


def test_without_a_policy_there_is_nothing_to_show(tmp_path: Path) -> None:
    for command in ("show", "lint"):
        done = run_here("policy", command, cwd=tmp_path)
        assert (done.status, done.stdout) == (2, "")
        one_line(
            done.stderr,
            "acctgate: policies/policy.yaml: no such file, here or above in the repository; "
            "write a policy with `acctgate init`, or name its file with --policy FILE",
        )


@pytest.mark.parametrize("command", ["show", "lint"])
@pytest.mark.parametrize("option", ["--policy", "--"])
def test_a_preset_is_not_a_file(command: str, option: str, tmp_path: Path) -> None:
    done = run_here("policy", command, option, "strict", cwd=tmp_path)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: strict: is a preset", "`acctgate init --extends strict`")
    (tmp_path / "strict").write_text("version: 1\nextends: baseline\n")
    assert run_here("policy", command, option, "strict", cwd=tmp_path).status == 0


# extends


def test_of_a_list_what_comes_later_takes_its_place(folder: Path) -> None:
    for name, hours in (("a", 3), ("b", 5)):
        text = f"version: 1\nextends: base.yaml\nrules: {{session-duration: {{max_hours: {hours}}}}}\n"
        (folder / f"policies/{name}.yaml").write_text(text)
    (folder / "policies/p.yaml").write_text("version: 1\nextends: [a.yaml, b.yaml]\n")
    policy = load_policy(folder / "policies/p.yaml")
    assert dict(policy.rules["session-duration"]) == {"level": "mandatory", "max_hours": 5}
    assert len(policy.waivers) == 1, "what both extend counts once"
    (folder / "policies/p.yaml").write_text("version: 1\nextends: [b.yaml, a.yaml]\n")
    assert dict(load_policy(folder / "policies/p.yaml").rules["session-duration"])["max_hours"] == 3


def test_what_is_named_last_wins_even_where_another_brings_it_along(folder: Path) -> None:
    (folder / "policies/team.yaml").write_text("version: 1\nextends: strict\nrules: {root-mfa: {level: disabled}}\n")
    (folder / "policies/p.yaml").write_text("version: 1\nextends: [team.yaml, strict]\n")
    assert load_policy(folder / "policies/p.yaml").rules["root-mfa"]["level"] == "mandatory"
    (folder / "policies/p.yaml").write_text("version: 1\nextends: [strict, team.yaml]\n")
    assert load_policy(folder / "policies/p.yaml").rules["root-mfa"]["level"] == "disabled"


def test_what_both_extend_does_not_undo_the_first(folder: Path) -> None:
    (folder / "policies/a.yaml").write_text("version: 1\nextends: strict\nrules: {session-duration: {max_hours: 3}}\n")
    (folder / "policies/b.yaml").write_text("version: 1\nextends: strict\nrules: {security-score: {minimum: 90}}\n")
    (folder / "policies/p.yaml").write_text("version: 1\nextends: [a.yaml, b.yaml]\n")
    policy = load_policy(folder / "policies/p.yaml")
    assert dict(policy.rules["session-duration"])["max_hours"] == 3
    assert dict(policy.rules["security-score"])["minimum"] == 90


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Install a package with policies and rules."""
    name = f"acme_{abs(hash(tmp_path)) % 10**8}"
    place = tmp_path / "site" / name / "finance"
    place.mkdir(parents=True)
    (place.parent / "__init__.py").write_text("")
    shutil.copy(HERE / "policies/modules/acme.py", place / "rules.py")
    (place / "policy.yaml").write_text(
        "version: 1\nextends: ../common.yaml\nrule_modules: [rules.py]\nrules: {acme-score-margin: {points: 7}}\n"
        "waivers:\n  - {rule: root-mfa, reason: r, owner: o, expires: 2027-01-01}\n"
    )
    (place.parent / "common.yaml").write_text(
        "version: 1\nextends: strict\nrules: {session-duration: {max_hours: 2}}\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return name


def test_a_packages_policy(folder: Path, package: str) -> None:
    (folder / "p.yaml").write_text(f"version: 1\nextends: {package}:finance/policy.yaml\n")
    policy = load_policy(folder / "p.yaml")
    assert dict(policy.rules["session-duration"])["max_hours"] == 2
    assert dict(policy.rules["acme-score-margin"])["points"] == 7
    assert policy.places["session-duration"].file == "p.yaml" and policy.places["session-duration"].line == 2
    assert policy.waivers[0].place is None, "nothing that the user could change"
    shown = as_yaml(load_merged(folder / "p.yaml"), folder)
    assert f"# {package}:common.yaml, over strict" in shown
    assert f"# {package}:finance/policy.yaml" in shown


def test_an_error_in_a_packages_policy_names_it(folder: Path, package: str, tmp_path: Path) -> None:
    (tmp_path / "site" / package / "common.yaml").write_text("version: 1\nnope: 1\n")
    (folder / "p.yaml").write_text(f"version: 1\nextends: {package}:finance/policy.yaml\n")
    with pytest.raises(PolicyError, match=rf"^{package}:common.yaml:2: nope: unknown key$"):
        load_policy(folder / "p.yaml")


def test_a_package_that_cannot_be_imported(folder: Path, package: str, tmp_path: Path) -> None:
    (tmp_path / "site" / package / "__init__.py").write_text("raise RuntimeError('a\\nb')")
    (folder / "p.yaml").write_text(f"version: 1\nextends: [strict, {package}:finance/policy.yaml]\n")
    with pytest.raises(
        PolicyError, match=rf"p.yaml:2: extends: the package {package} cannot be imported: RuntimeError: a b$"
    ):
        load_policy(folder / "p.yaml")

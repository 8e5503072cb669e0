"""acctgate waive: one entry more in the policy file, and every other character as it was."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from acctgate.policy import PolicyError, load_policy
from acctgate.policy.edit_waivers import with_renewed_waiver, with_waiver
from acctgate.policy.source import Source, parse, read_source
from tests.support import examples, name_of, one_line
from tests.support.process import run_here

ENTRY = {"rule": "root-mfa", "account": "1", "reason": "r", "owner": "o", "expires": "2027-01-31"}
FLOW = '{rule: root-mfa, account: "1", reason: "r", owner: "o", expires: 2027-01-31}'
OLD = "{rule: user-mfa, reason: a, owner: b, expires: 2027-01-01}"
BLOCK = "    - rule: user-mfa\n      reason: a\n      owner: b\n      expires: 2027-01-01 # soon\n"
LITERAL = (
    "    - rule: user-mfa\n      owner: b\n      expires: 2027-01-01\n      reason: |\n        long\n        story\n"
)
ARGUMENTS = ("--reason", "legacy batch", "--owner", "ops", "--expires", "2099-12-31")

LAYOUTS = {
    "no waivers": (
        "# Ours.\nversion: 1\n\nextends: strict   # all of it\n",
        f"# Ours.\nversion: 1\n\nextends: strict   # all of it\nwaivers:\n  - {FLOW}\n",
    ),
    "no waivers, no line end": ("version: 1", f"version: 1\nwaivers:\n  - {FLOW}\n"),
    "a list": (
        f"version: 1\nwaivers:\n  - {OLD}  # until then\n\n# Below.\nrules:\n  root-mfa:\n",
        f"version: 1\nwaivers:\n  - {OLD}  # until then\n  - {FLOW}\n\n# Below.\nrules:\n  root-mfa:\n",
    ),
    "a list that is not indented": (
        f"version: 1\nwaivers:\n- {OLD}\nrules: {{}}\n",
        f"version: 1\nwaivers:\n- {OLD}\n- {FLOW}\nrules: {{}}\n",
    ),
    "a list of blocks": (
        f"version: 1\nwaivers:\n{BLOCK}\n\nrules: {{}}\n",
        f"version: 1\nwaivers:\n{BLOCK}    - {FLOW}\n\n\nrules: {{}}\n",
    ),
    "a block of text at the end": (
        f"version: 1\nwaivers:\n{LITERAL}rules: {{}}\n",
        f"version: 1\nwaivers:\n{LITERAL}    - {FLOW}\nrules: {{}}\n",
    ),
    "at the very end": (f"version: 1\nwaivers:\n  - {OLD}", f"version: 1\nwaivers:\n  - {OLD}\n  - {FLOW}\n"),
    "in brackets": (f"version: 1\nwaivers: [{OLD}]  # one\n", f"version: 1\nwaivers: [{OLD}, {FLOW}]  # one\n"),
    "in brackets, a line each": (
        f"version: 1\nwaivers: [\n  {OLD},  # one\n]\n",
        f"version: 1\nwaivers: [\n  {OLD},\n  {FLOW},  # one\n]\n",
    ),
    "empty brackets": ("version: 1\nwaivers: []\nrules: {}\n", f"version: 1\nwaivers: [{FLOW}]\nrules: {{}}\n"),
    "null": ("version: 1\nwaivers: null # none\n", f"version: 1\nwaivers: [{FLOW}] # none\n"),
    "nothing": ("version: 1\nwaivers:\nrules: {}\n", f"version: 1\nwaivers: [{FLOW}]\nrules: {{}}\n"),
    "all in braces": ("{version: 1, extends: strict}\n", f"{{version: 1, extends: strict, waivers: [{FLOW}]}}\n"),
    "line ends of Windows": (
        f"version: 1\r\nwaivers:\r\n  - {OLD}\r\nrules: {{}}\r\n",
        f"version: 1\r\nwaivers:\r\n  - {OLD}\r\n  - {FLOW}\r\nrules: {{}}\r\n",
    ),
    "more than ASCII": (
        f"# 策略 🏴\nversion: 1\nwaivers:\n  - {OLD}\n# 完\n",
        f"# 策略 🏴\nversion: 1\nwaivers:\n  - {OLD}\n  - {FLOW}\n# 完\n",
    ),
}


def added(path: Path, text: str, entry: dict[str, str] = ENTRY) -> str:
    """Return the text with the entry."""
    path.write_bytes(text.encode())
    return with_waiver(text, read_source(path), entry)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_rest_stays_as_it_is(tmp_path: Path, name: str) -> None:
    before, after = LAYOUTS[name]
    assert added(tmp_path / "p.yaml", before) == after
    (tmp_path / "p.yaml").write_bytes(after.encode())
    assert load_policy(tmp_path / "p.yaml").waivers[-1].reason == "r"


GROUP_LAYOUTS = {
    "no waivers": (
        "groups:\n  prod:\n    match: {folder: /prod}  # all\n\n  # Below.\n  lab:\n    match: {folder: /lab}\n",
        (
            f"groups:\n  prod:\n    match: {{folder: /prod}}  # all\n    waivers:\n      - {FLOW}\n\n"
            "  # Below.\n  lab:\n    match: {folder: /lab}\n"
        ),
    ),
    "no waivers, no line end": (
        "groups:\n  prod:\n    match: {folder: /prod}",
        f"groups:\n  prod:\n    match: {{folder: /prod}}\n    waivers:\n      - {FLOW}\n",
    ),
    "a list": (
        f"groups:\n  prod:\n    waivers:\n      - {OLD}\n    match: {{folder: /prod}}\nwaivers:\n  - {OLD}\n",
        (
            f"groups:\n  prod:\n    waivers:\n      - {OLD}\n      - {FLOW}\n    match: {{folder: /prod}}\n"
            f"waivers:\n  - {OLD}\n"
        ),
    ),
    "in braces": (
        "groups: {prod: {match: {folder: /prod}}}\n",
        f"groups: {{prod: {{match: {{folder: /prod}}, waivers: [{FLOW}]}}}}\n",
    ),
    "empty brackets": (
        "groups:\n  prod: {match: {folder: /prod}, waivers: []}\n",
        f"groups:\n  prod: {{match: {{folder: /prod}}, waivers: [{FLOW}]}}\n",
    ),
}


@pytest.mark.parametrize("name", GROUP_LAYOUTS)
def test_the_rest_of_a_group_stays_as_it_is(tmp_path: Path, name: str) -> None:
    before, after = (f"# Ours.\nversion: 1\nextends: strict\n{text}" for text in GROUP_LAYOUTS[name])
    file = tmp_path / "p.yaml"
    file.write_text(before)
    assert with_waiver(before, read_source(file), ENTRY, "prod") == after
    file.write_text(after)
    assert load_policy(file).groups[0].waivers[-1].reason == "r"


def test_json_of_a_group_stays_json(tmp_path: Path) -> None:
    old: dict[str, Any] = {"version": 1, "groups": {"prod": {"match": {"folder": "/prod"}}}}
    (tmp_path / "p.json").write_text(json.dumps(old, indent=1))
    changed = with_waiver(json.dumps(old, indent=1), read_source(tmp_path / "p.json"), ENTRY, "prod")
    assert json.loads(changed) == {**old, "groups": {"prod": {"match": {"folder": "/prod"}, "waivers": [ENTRY]}}}


def test_json_stays_json(tmp_path: Path) -> None:
    for old in ({"version": 1}, {"version": 1, "waivers": []}, {"version": 1, "waivers": [{**ENTRY, "reason": "old"}]}):
        for indent in (None, 2):
            text = added(tmp_path / "p.json", json.dumps(old, indent=indent))
            waivers = [*old.get("waivers", []), ENTRY]  # type: ignore[misc]
            assert json.loads(text) == {**old, "waivers": waivers}


@pytest.mark.parametrize("path", examples("policies/valid", ".yaml", ".json"), ids=name_of)
def test_every_valid_policy_takes_one(path: Path) -> None:
    text = path.read_bytes().decode("utf-8-sig")
    try:
        changed = with_waiver(text, read_source(path), ENTRY)
    except PolicyError as error:  # said, not broken
        assert "add it by hand" in str(error) and path.stem in ("escapes", "anchors")
        return
    remaining = iter(changed)
    assert all(char in remaining for char in text.rstrip()) or "waivers: " in text, "nothing is lost"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
@example("\x80\x9f\ufffe\uffff")
def test_any_text_is_read_as_it_was_written(reason: str) -> None:
    entry = {**ENTRY, "reason": reason, "owner": reason}
    source_text = f"version: 1\nwaivers:\n  - {OLD}\n"
    data, node = parse(source_text, "p", is_json=False)
    changed = with_waiver(source_text, Source("p", data, node, Path("p.yaml")), entry)
    assert parse(changed, "p", is_json=False)[0]["waivers"][-1] == entry
    assert changed.count("\n") == 4


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Create a repository with a policy."""
    (tmp_path / "policies").mkdir()
    file = tmp_path / "policies/policy.yaml"
    file.write_text("# Ours.\nversion: 1\nextends: strict\nmax_waiver_days: 36500\n")
    return file


def test_the_command_writes_and_says_where(policy: Path) -> None:
    policy.chmod(0o640)
    done = run_here("waive", "root-access-keys", "--account", "1234567890123456", *ARGUMENTS, cwd=policy.parents[1])
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "policies/policy.yaml:6: root-access-keys is waived for account 1234567890123456 until 2099-12-31"
    )
    assert policy.read_text() == (
        "# Ours.\nversion: 1\nextends: strict\nmax_waiver_days: 36500\nwaivers:\n"
        '  - {rule: root-access-keys, account: "1234567890123456", reason: "legacy batch", owner: "ops", '
        "expires: 2099-12-31}\n"
    )
    assert stat.S_IMODE(policy.stat().st_mode) == 0o640
    assert list(policy.parent.iterdir()) == [policy]


def test_a_waiver_of_a_disabled_rule_is_written_with_a_notice(policy: Path) -> None:
    notice = "acctgate: the policy disables user-sso, so the waiver has no effect\n"
    done = run_here("waive", "user-sso", *ARGUMENTS, cwd=policy.parents[1])
    assert (done.status, done.stderr) == (0, notice) and "user-sso is waived" in done.stdout
    enabled = "{match: {folder: /prod}, rules: {user-sso: {level: mandatory, require: true}}}"
    group = f"groups: {{prod: {enabled}, lab: {{match: {{folder: /lab}}}}}}\n"
    policy.write_text(f"version: 1\nextends: strict\nmax_waiver_days: 36500\n{group}")
    for options, said in (((), ""), (("--group", "prod"), ""), (("--group", "lab"), notice)):
        policy.write_text(f"version: 1\nextends: strict\nmax_waiver_days: 36500\n{group}")
        assert run_here("waive", "user-sso", *ARGUMENTS, *options, cwd=policy.parents[1]).stderr == said, options


def test_a_link_stays_a_link(policy: Path) -> None:
    real = policy.with_name("real.yaml")
    policy.rename(real)
    policy.symlink_to("real.yaml")
    assert run_here("waive", "root-mfa", *ARGUMENTS, cwd=policy.parents[1]).status == 0
    assert policy.is_symlink() and "root-mfa" in real.read_text()


def test_days_count_from_today(policy: Path) -> None:
    done = run_here("waive", "root-mfa", "--reason", "r", "--owner", "o", "--expires", "30d", cwd=policy.parents[1])
    assert done.status == 0
    [waiver] = load_policy(policy).waivers
    today = datetime.now(UTC).date()
    assert waiver.expires - today in (timedelta(30), timedelta(29)) and waiver.account is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("root-mfas", *ARGUMENTS), "root-mfas: unknown rule (did you mean root-mfa?)"),
        (("root-mfa", *ARGUMENTS[:4], "--expires", "2020-01-01"), "--expires 2020-01-01: is in the past"),
        (("root-mfa", *ARGUMENTS[:4], "--expires", "2027-02-30"), "--expires 2027-02-30: invalid date; use YYYY-MM-DD"),
        (
            ("root-mfa", *ARGUMENTS[:4], "--expires", "soon"),
            "--expires soon: invalid date; use YYYY-MM-DD, or 30d for 30 days",
        ),
        (("root-mfa", *ARGUMENTS, "--account", " "), "--account: should be one line of text"),
        (("root-mfa", *ARGUMENTS[2:], "--reason", "a\nb"), "--reason: should be one line of text"),
        (("root-mfa", *ARGUMENTS[:2], *ARGUMENTS[4:]), "Missing option '--owner'"),
        (("login-mfa", *ARGUMENTS, "--user", "ada@x"), "--user: login-mfa counts no users; leave the option out"),
        (("root-mfa", *ARGUMENTS, "--policy", "nowhere.yaml"), "nowhere.yaml: no such file"),
    ],
)
def test_an_error_is_one_line_and_nothing_is_written(policy: Path, arguments: tuple[str, ...], message: str) -> None:
    before = policy.read_bytes()
    done = run_here("waive", *arguments, cwd=policy.parents[1])
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, message)
    assert policy.read_bytes() == before


def test_a_policy_in_utf16_is_edited_by_hand(policy: Path) -> None:
    before = policy.read_text().encode("utf-16")
    policy.write_bytes(before)
    done = run_here("waive", "root-mfa", *ARGUMENTS, cwd=policy.parents[1])
    assert (done.status, done.stdout, policy.read_bytes()) == (2, "", before)
    one_line(done.stderr, "policies/policy.yaml: is UTF-16")


def test_what_is_waived_already_is_not_waived_twice_but_longer(policy: Path) -> None:
    folder = policy.parents[1]
    assert run_here("waive", "root-mfa", *ARGUMENTS[:4], "--expires", "2098-01-01", cwd=folder).status == 0
    again = run_here("waive", "root-mfa", *ARGUMENTS[:4], "--expires", "2098-01-01", "--account", "1", cwd=folder)
    one_line(again.stderr, "policies/policy.yaml:6: already waived until 2098-01-01")
    longer = run_here("waive", "root-mfa", *ARGUMENTS, cwd=folder)
    assert longer.status == 0 and "renewed, it ended on 2098-01-01" in longer.stdout
    assert [waiver.expires.year for waiver in load_policy(policy).waivers] == [2099]


RENEWED = {"rule": "user-mfa", "reason": "r: #1", "owner": "b", "expires": "2027-02-01", "ticket": "OPS-1"}
NEW = '{rule: user-mfa, reason: "r: #1", owner: b, expires: 2027-02-01, ticket: "OPS-1"}'
NEW_BLOCK = '    - rule: user-mfa\n      reason: "r: #1"\n      owner: b\n      expires: 2027-02-01 # soon\n'
ADDED = '      ticket: "OPS-1"\n'
NEW_LITERAL = '      expires: 2027-02-01\n      reason: "r: #1"\n      ticket: "OPS-1"\n'
RENEWALS = {
    "in braces": (f"waivers:\n  - {OLD}  # until then\n", f"  - {NEW}  # until then\n"),
    "in brackets": (f"waivers: [{OLD}, {FLOW}]\n", f"waivers: [{NEW}, {FLOW}]\n"),
    "a block": (f"waivers:\n{BLOCK}rules: {{}}\n", f"{NEW_BLOCK}{ADDED}rules: {{}}\n"),
    "a block of text": (f"waivers:\n{LITERAL}rules: {{}}\n", f"{NEW_LITERAL}rules: {{}}\n"),
}


@pytest.mark.parametrize("name", RENEWALS)
def test_renewing_changes_only_the_values_of_that_waiver(tmp_path: Path, name: str) -> None:
    before, after = RENEWALS[name]
    text = f"# Ours.\nversion: 1\n{before}# end\n"
    (tmp_path / "p.yaml").write_text(text)
    changed = with_renewed_waiver(text, read_source(tmp_path / "p.yaml"), 0, RENEWED)
    assert after in changed and changed.startswith("# Ours.\nversion: 1\n") and changed.endswith("# end\n")
    data, _ = parse(changed, "p.yaml", is_json=False)
    assert data["waivers"][0] == RENEWED and len(data["waivers"]) == before.count("rule:")


def test_renewing_in_json(tmp_path: Path) -> None:
    text = json.dumps({"version": 1, "waivers": [ENTRY]}, indent=1)
    (tmp_path / "p.json").write_text(text)
    changed = with_renewed_waiver(text, read_source(tmp_path / "p.json"), 0, {"reason": "é", "ticket": "T"})
    assert json.loads(changed)["waivers"] == [{**ENTRY, "reason": "é", "ticket": "T"}]


def test_a_waiver_that_others_refer_to_is_renewed_by_hand(tmp_path: Path) -> None:
    text = f"version: 1\nwaivers:\n  - &one {OLD}\n  - *one\n"
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(PolicyError, match=r"p\.yaml:3: cannot change this waiver; change it by hand: "):
        with_renewed_waiver(text, read_source(tmp_path / "p.yaml"), 1, RENEWED)


def test_the_limit_and_the_accounts_of_the_policy_count(policy: Path) -> None:
    folder = policy.parents[1]
    policy.write_text("version: 1\nextends: strict\naccounts: {'1500000000000001': {alias: prod}}\n")
    given = ("waive", "root-mfa", "--reason", "r", "--owner", "o")
    one_line(run_here(*given, "--expires", "366d", cwd=folder).stderr, "--expires ", "366 days from today", "is 365")
    one_line(
        run_here(*given, "--expires", "9d", "--account", "dev", cwd=folder).stderr, "--account dev: neither an account"
    )
    assert "waivers" not in policy.read_text()
    assert run_here(*given, "--expires", "9d", "--account", "prod", "--ticket", "OPS-7", cwd=folder).status == 0
    # The same account by its ID is the same waiver.
    assert run_here(*given, "--expires", "8d", "--account", "1500000000000001", cwd=folder).status == 0
    [waiver] = load_policy(policy).waivers
    assert (waiver.account, waiver.ticket) == ("1500000000000001", "OPS-7")
    policy.write_text(policy.read_text().replace("version: 1", "version: 1\nmax_waiver_days: 7"))
    one_line(run_here(*given, "--expires", "9d", cwd=folder).stderr, "max_waiver_days of the policy is 7")
    wrong = run_here("check", "--snapshot", "nowhere.json", cwd=folder)
    assert wrong.status == 2
    one_line(wrong.stderr, "policies/policy.yaml:6: waivers[0].expires: ", "8 days ahead; max_waiver_days allows 7")


def test_without_a_policy_there_is_nothing_to_write_to(tmp_path: Path) -> None:
    done = run_here("waive", "root-mfa", *ARGUMENTS, cwd=tmp_path)
    assert done.status == 2
    one_line(done.stderr, "policies/policy.yaml: no such file", "`acctgate init`, or name its file with --policy FILE")
    done = run_here("waive", "root-mfa", *ARGUMENTS, "--policy", "baseline", cwd=tmp_path)
    assert done.status == 2
    one_line(done.stderr, "baseline: is a preset", "`acctgate init --extends baseline`")


def test_a_waiver_for_one_user(policy: Path) -> None:
    """Each user has a waiver of its own, which is renewed apart; one for all users includes them."""
    folder = policy.parents[1]
    done = run_here("waive", "user-mfa", "--user", "ada@x", *ARGUMENTS, cwd=folder)
    assert done.status == 0 and "user-mfa is waived for one user of every account until 2099-12-31" in done.stdout
    assert run_here("waive", "user-mfa", "--user", "bob@x", *ARGUMENTS, cwd=folder).status == 0
    again = run_here("waive", "user-mfa", "--user", "bob@x", *ARGUMENTS[:4], "--expires", "2098-12-31", cwd=folder)
    assert again.status == 0 and "renewed" in again.stdout
    assert [waiver.user for waiver in load_policy(policy).waivers] == ["ada@x", "bob@x"]
    assert run_here("waive", "user-mfa", *ARGUMENTS, cwd=folder).status == 0
    covered = run_here("waive", "user-mfa", "--user", "eve@x", *ARGUMENTS, cwd=folder)
    one_line(covered.stderr, "already waived until 2099-12-31")
    lint = run_here("policy", "lint", policy, cwd=folder)
    assert lint.stdout.count("another waiver covers it") == 2


def test_a_waiver_for_a_stack(policy: Path) -> None:
    """It is renewed apart; one for every stack includes it, and shows in the effective policy and elsewhere."""
    folder = policy.parents[1]
    given = ("waive", "root-mfa", *ARGUMENTS, "--stack")
    done = run_here(*given, "payments/dev", cwd=folder)
    assert done.status == 0, done.stderr
    assert "root-mfa is waived for every account in stack payments/dev until 2099-12-31" in done.stdout
    assert "renewed" in run_here(*given, "payments/dev", cwd=folder).stdout
    one_line(run_here(*given, "acme/payments/dev", cwd=folder).stderr, "already waived until 2099-12-31")
    before = policy.read_text()
    one_line(run_here(*given, "a/b/c/d", cwd=folder).stderr, "--stack a/b/c/d: use STACK, PROJECT/STACK or ORG")
    assert policy.read_text() == before
    assert run_here(*given, "prod", cwd=folder).status == 0
    assert [waiver.stack for waiver in load_policy(policy).waivers] == ["payments/dev", "prod"]
    assert 'stack: "payments/dev"' in run_here("policy", "show", "--policy", policy, cwd=folder).stdout.replace(
        "'", '"'
    )
    explained = run_here("explain", "root-mfa", "--policy", policy, cwd=folder)
    assert "every account in stack payments/dev: ops, until 2099-12-31" in explained.stdout
    snapshot = policy.with_name("snapshot.json")
    practice = {"AccountSecurityPracticeUserInfo": {"BindMfa": False}}
    snapshot.write_text(json.dumps({"version": 1, "account_id": "1", "AccountSecurityPracticeInfo": practice}))
    checked = run_here("check", "--snapshot", snapshot, "--policy", policy, cwd=folder)
    assert checked.status == 1
    reason = "root-mfa for every account in stack prod by ops does not apply: the stack is unknown"
    assert reason in " ".join(checked.stdout.split())


def test_a_waiver_for_a_group(policy: Path) -> None:
    """It is renewed apart from one outside of groups; one for all accounts includes it."""
    folder = policy.parents[1]
    policy.with_name("base.yaml").write_text("version: 1\ngroups: {lab: {match: {folder: /lab}}}\n")
    policy.write_text(
        "version: 1\nextends: [strict, base.yaml]\ngroups:\n  prod:\n    match: {folder: /prod}\n"
        f"    waivers:\n      - {OLD}\n"
    )
    given = ("waive", "root-mfa", "--reason", "r", "--owner", "o", "--group")
    done = run_here(*given, "prod", "--expires", "9d", cwd=folder)
    assert done.status == 0
    assert done.stdout.startswith("policies/policy.yaml:8: root-mfa is waived for every account in group prod until ")
    again = run_here(*given, "prod", "--expires", "19d", "--ticket", "OPS-7", cwd=folder)
    assert again.status == 0 and "renewed" in again.stdout
    [group] = [each for each in load_policy(policy).groups if each.name == "prod"]
    assert [(waiver.rule, waiver.group, waiver.ticket) for waiver in group.waivers] == [
        ("user-mfa", "prod", None),
        ("root-mfa", "prod", "OPS-7"),
    ]
    one_line(run_here(*given, "lab", "--expires", "9d", cwd=folder).stderr, "--group lab: ", "by hand")
    one_line(run_here(*given, "prd", "--expires", "9d", cwd=folder).stderr, "--group prd: unknown group", "prod")
    assert run_here(*given[:-1], "--expires", "29d", cwd=folder).status == 0
    one_line(run_here(*given, "prod", "--expires", "24d", cwd=folder).stderr, "policy.yaml:10: already waived until")


def test_a_waiver_for_one_user_needs_names(policy: Path) -> None:
    policy.write_text(f"{policy.read_text()}names: false\n")
    assert run_here("waive", "user-mfa", "--user", "ada@x", *ARGUMENTS, cwd=policy.parents[1]).status == 0
    lint = run_here("policy", "lint", policy, cwd=policy.parents[1])
    assert "names are off (names: false), so a waiver for one user never applies" in lint.stdout

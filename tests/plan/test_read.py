"""Plans that are none, are incomplete or are not as their tool writes them: one line, the exit status, never a pass."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.snapshot import Snapshot
from acctgate.plan.match_accounts import after_deploy
from acctgate.plan.read import read_plan, read_plans
from acctgate.sources import SourceError
from tests.support import HERE, NOW, name_of, one_line, outcomes_of, policy_of, preferences
from tests.support.accounts import GOOD
from tests.support.process import run_here

PLANS = HERE / "plans"
TERRAFORM = PLANS / "terraform" / "update-leaves-out.json"
PREVIEW = PLANS / "pulumi" / "update.preview.json"
UPDATE_PLAN = PLANS / "pulumi" / "update.plan.json"
EVERY_TOOL = pytest.mark.parametrize("path", [TERRAFORM, PREVIEW, UPDATE_PLAN], ids=name_of)
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
LOG = '{"@level":"info","@message":"Terraform 1.11.4"}\n{"@level":"info","@message":"Plan: 1 to add"}\n'


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _plan(path: Path) -> Any:
    return json.loads(_text(path))


def _cpu_seconds() -> float:
    """Return the processor time of finished commands, which another process on the machine does not prolong."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _check(folder: Path, plan: str | Path, *arguments: str, account: Any = GOOD) -> tuple[int, str, str]:
    (snapshot := folder / "account.json").write_text(json.dumps(account))
    policy = () if "--policy" in arguments else ("--policy", "baseline")
    done = run_here("check", *policy, "--snapshot", snapshot, "--plan", plan, *arguments, cwd=folder)
    return done.status, done.stdout, done.stderr


# What is no plan

REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\t\n", "is empty"),
    "byte order mark alone": (b"\xef\xbb\xbf", "is empty"),
    "binary plan": (b"PK\x03\x04\x14\x00\x08\x00tfplan", "is a binary plan; `terraform show -json "),
    "no text": (b'{"steps": "\xff\xfe"}', "not valid UTF-8 (byte 11)"),
    "UTF-16 without a mark": ('{"steps": []}'.encode("utf-16-le"), "looks like UTF-16 without a byte order mark"),
    "truncated": (_text(TERRAFORM)[:-40].encode(), "no JSON"),
    "truncated preview": (_text(PREVIEW)[:900].encode(), "no JSON"),
    "human output": (b"Previewing update (dev)\n + alicloud:ram:SecurityPreference pref create\n", "no JSON"),
    "Terraform's log": (LOG.encode(), "is Terraform's log; `terraform show -json PLAN` prints a plan"),
    "a line of Terraform's log": (LOG.splitlines()[0].encode(), "is Terraform's log"),
    "Terraform state": (b'{"version": 4, "lineage": "x", "resources": []}', "is a Terraform state and no plan"),
    "shown state": (b'{"format_version": "1.0", "values": {"root_module": {}}}', "is a Terraform state and no plan"),
    "Pulumi state": (b'{"version": 3, "deployment": {"resources": []}}', "is a Pulumi state and no plan"),
    "CloudFormation": (b'{"Changes": [{"Type": "Resource"}], "Status": "CREATE_COMPLETE"}', "contains no plan of"),
    "another tool's steps": (b'{"steps": [{"uses": "actions/checkout@v4"}]}', "contains no plan of"),
    "no steps of another tool": (b'{"steps": [], "name": "ci"}', "contains no plan of"),
    "steps that are none": (b'{"steps": {"op": "create"}}', "contains no plan of"),
    "a snapshot": (json.dumps(GOOD).encode(), "contains no plan of"),
    "an empty object": (b"{}", "contains no plan of"),
    "a list": (b"[]", "a plan is a JSON object"),
    "a number": (b"1", "a plan is a JSON object"),
    "a key twice": (b'{"steps": [], "steps": []}', "duplicate key steps"),
    "nested deeply": (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    "a later version": (
        _text(TERRAFORM).replace('"format_version": "1.2"', '"format_version": "2.0"', 1).encode(),
        'unsupported format "2.0" of a Terraform plan; 1.x is supported',
    ),
    "a version that is none": (
        _text(TERRAFORM).replace('"format_version": "1.2"', '"format_version": [1]', 1).encode(),
        "unsupported format [1] of a Terraform plan",
    ),
    "an address of Pulumi": (
        _text(TERRAFORM).replace('"address": "', '"address": "urn:pulumi:').encode(),
        "resource_change.address should be Terraform's, found",
    ),
    "a failed plan": (
        _text(TERRAFORM).replace('"errored": false', '"errored": true').encode(),
        "the plan is incomplete: Terraform failed",
    ),
    "an unknown action": (
        _text(TERRAFORM).replace('"update"', '"rewrite"').encode(),
        'the action "rewrite" is not known',
    ),
    "an unknown step": (
        _text(PREVIEW).replace('"op": "update"', '"op": "rewrite"').encode(),
        'the step "rewrite" is not known',
    ),
    "an unknown planned step": (
        _text(UPDATE_PLAN).replace('"update"', '"rewrite"').encode(),
        'the step "rewrite" is not known',
    ),
    "a preview that failed": (_text(PLANS / "pulumi" / "failed.preview.json").encode(), "the preview has failed"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_plan_is_2(tmp_path: Path, name: str) -> None:
    raw, reason = REFUSED[name]
    (tmp_path / "p.json").write_bytes(raw)
    code, output, error = _check(tmp_path, "p.json")
    assert (code, output) == (2, "")
    one_line(error, "acctgate: p.json", reason)
    assert len(error) < 300


@pytest.mark.parametrize(("plan", "reason"), [("nowhere.json", "no such file or directory"), (".", "is a directory")])
def test_no_file_is_2(tmp_path: Path, plan: str, reason: str) -> None:
    code, output, error = _check(tmp_path, plan)
    assert (code, output) == (2, "")
    one_line(error, f"acctgate: {plan}: {reason}")


def test_a_plan_from_standard_input(tmp_path: Path) -> None:
    (tmp_path / "account.json").write_text(json.dumps(GOOD))
    for stdin, code in ((_text(TERRAFORM).encode(), 0), (b"", 2)):
        done = run_here(
            "check", "--policy", "baseline", "--snapshot", "account.json", "--plan", "-", cwd=tmp_path, stdin=stdin
        )
        assert done.status == code, done.stderr


def test_a_byte_order_mark_and_other_characters_do_not_matter(tmp_path: Path) -> None:
    (plan := tmp_path / "p.json").write_text(
        "\ufeff" + _text(TERRAFORM).replace("10.0.0.0/8", "办公室 \U0001f600"), encoding="utf-8"
    )
    (planned,) = preferences(plan)
    assert planned.recorded is not None
    assert planned.recorded["LoginNetworkMasks"] == "办公室 \U0001f600"


def test_characters_and_faults_on_the_edge_of_what_is_read_at_once(tmp_path: Path) -> None:
    text = _text(TERRAFORM).replace("10.0.0.0/8", "\U0001f600").encode()
    edge = (1 << 20) - text.index("\U0001f600".encode())
    plan = tmp_path / "p.json"
    for shift in range(1, 5):
        plan.write_bytes(b" " * (edge - shift) + text)
        (planned,) = preferences(plan)
        assert planned.recorded is not None
        assert planned.recorded["LoginNetworkMasks"] == "\U0001f600"
        plan.write_bytes(b" " * ((1 << 20) - shift) + b"\xf0\x9f\x98x" + text)
        with pytest.raises(SourceError, match=rf"not valid UTF-8 \(byte {(1 << 20) - shift}\)"):
            read_plan(str(plan))


def test_utf_16_of_powershell_is_read(tmp_path: Path) -> None:
    (plan := tmp_path / "p.json").write_bytes(_text(TERRAFORM).encode("utf-16"))
    (planned,) = preferences(plan)
    assert planned == preferences(TERRAFORM)[0]


# Plans that change nothing


@pytest.mark.parametrize(
    "plan",
    [
        {"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {"root_module": {}}},
        {
            "format_version": "1.2",
            "resource_changes": [
                {
                    "address": "aws_s3_bucket.b",
                    "mode": "managed",
                    "type": "aws_s3_bucket",
                    "name": "b",
                    "change": {"actions": ["create"], "before": None, "after": {"bucket": "b"}, "after_unknown": {}},
                }
            ],
        },
        {
            "steps": [
                {
                    "op": "create",
                    "urn": "urn:pulumi:s::p::aws:s3/bucket:Bucket::b",
                    "newState": {"type": "aws:s3/bucket:Bucket", "inputs": {"bucket": "b"}},
                }
            ]
        },
        {"duration": 1, "changeSummary": {}},
        {"manifest": {}, "resourcePlans": {"urn:pulumi:s::p::aws:s3/bucket:Bucket::b": {"steps": ["create"]}}},
        {"manifest": {}, "resourcePlans": {}},
    ],
    ids=["terraform-empty", "terraform", "preview", "preview-empty", "update-plan", "update-plan-empty"],
)
@pytest.mark.parametrize(("hours", "wanted"), [(6, 0), (24, 1)])
def test_a_plan_for_other_clouds_says_so_and_leaves_the_live_verdict(
    tmp_path: Path, plan: Any, hours: int, wanted: int
) -> None:
    account = deepcopy(GOOD)
    account["SecurityPreference"]["LoginProfilePreference"]["LoginSessionDuration"] = hours
    (tmp_path / "p.json").write_text(json.dumps(plan))
    code, _, error = _check(tmp_path, "p.json", account=account)
    assert code == wanted
    one_line(error, "acctgate: p.json: no SecurityPreference changes; the account is judged as read")


# Extreme values


@pytest.mark.parametrize(
    ("masks", "outcome"),
    [
        ("10.0.0.0/8;" * 9_091, "pass"),
        (";".join(f"10.{n // 250}.{n % 250}.0/24" for n in range(7_000)), "pass"),
        ("192.0.2.1;" * 10_000, "fail"),
        ("a" * 100_000, "unknown"),
        ("a" * 100_000 + "//", "unknown"),
        ("//" * 50_000, "unknown"),
        ("\u0000\n" * 50_000, "unknown"),
        (";" * 100_000, "fail"),
    ],
    ids=["repeated", "different", "outside", "letters", "letters-and-slashes", "slashes", "controls", "nothing"],
)
def test_masks_of_100_000_characters(tmp_path: Path, masks: str, outcome: str) -> None:
    document = _plan(TERRAFORM)
    document["resource_changes"][0]["change"]["after"]["login_network_masks"] = masks
    expressions = document["configuration"]["root_module"]["resources"][0]["expressions"]
    expressions["login_network_masks"] = {"references": ["var.masks"]}
    (tmp_path / "p.json").write_text(json.dumps(document))
    (tmp_path / "policy.yaml").write_text("version: 1\nrules: {network-masks: {within: [10.0.0.0/8]}}")
    start = _cpu_seconds()
    code, output, error = _check(tmp_path, "p.json", "--policy", "policy.yaml", "--format", "json")
    assert _cpu_seconds() - start < 5
    assert code == {"pass": 0, "fail": 1, "unknown": 3}[outcome], error
    (found,) = [o for o in json.loads(output)["accounts"][0]["outcomes"] if o["rule"] == "network-masks"]
    assert found["outcome"] == outcome
    assert len(found["message"]) < 1000 and len(error) < 1000
    code, output, error = _check(tmp_path, "p.json", "--policy", "policy.yaml")
    assert len(output) < 5000


def test_unknown_everywhere_is_3_and_no_pass(tmp_path: Path) -> None:
    document = _plan(PREVIEW)
    (step,) = [step for step in document["steps"] if step["op"] == "update"]
    names = ("mfaOperationForLogin", "loginSessionDuration", "loginNetworkMasks", "allowUserToManageAccessKeys")
    step["newState"]["inputs"] = dict.fromkeys((*names, "enableSaveMfaTicket"), UNKNOWN)
    (tmp_path / "p.json").write_text(json.dumps(document))
    code, output, error = _check(tmp_path, "p.json", "--format", "json")
    assert code == 3
    one_line(error, "acctgate: unknown: login-mfa: pref sets it to a value that is known only after")
    outcomes = {o["rule"]: o["outcome"] for o in json.loads(output)["accounts"][0]["outcomes"]}
    touched = ("login-mfa", "session-duration", "network-masks", "manage-access-keys", "mfa-ticket")
    assert {outcomes[rule] for rule in touched} == {"unknown"}


@pytest.mark.parametrize("marks", [True, {"login_session_duration": True, "login_network_masks": True}])
def test_terraform_marks_for_all_attributes(tmp_path: Path, marks: Any) -> None:
    for which in ("after_unknown", "after_sensitive"):
        document = _plan(PLANS / "terraform" / "create.json")
        document["resource_changes"][0]["change"][which] = marks
        (tmp_path / "p.json").write_text(json.dumps(document))
        (planned,) = preferences(tmp_path / "p.json")
        effects = planned.effects()
        assert effects["LoginSessionDuration"].kind == effects["LoginNetworkMasks"].kind == "unknown"


def test_without_its_configuration_a_terraform_plan_proves_less(tmp_path: Path) -> None:
    document = _plan(PLANS / "terraform" / "create-leaves-out.json")
    del document["configuration"]
    (tmp_path / "p.json").write_text(json.dumps(document))
    (planned,) = preferences(tmp_path / "p.json")
    effects = planned.effects()
    assert effects["MFAOperationForLogin"].value == "mandatory"
    assert effects["LoginNetworkMasks"].value == ""
    assert effects["LoginSessionDuration"].kind == effects["AllowUserToManageAccessKeys"].kind == "unknown"


def test_what_terraform_defers_counts(tmp_path: Path) -> None:
    document = _plan(PLANS / "terraform" / "create-leaves-out.json")
    changes = document.pop("resource_changes")
    document["deferred_changes"] = [{"reason": "provider_config_unknown", "resource_change": changes[0]}]
    (tmp_path / "p.json").write_text(json.dumps(document))
    assert [change.operation for change in read_plan(str(tmp_path / "p.json"))] == ["create"]


# Wrong shapes

WEAK = {"MFAOperationForLogin": "independent", "LoginSessionDuration": 24, "LoginNetworkMasks": ""}
POLICY = policy_of(
    {
        "login-mfa": {"require": "adaptive"},
        "session-duration": {"max_hours": 12},
        "network-masks": {"within": ["10.0.0.0/8"]},
    }
)
DECIDING = ("login-mfa", "session-duration", "network-masks")
TEXTS = st.text(max_size=9).filter(lambda text: not text.startswith("10."))
SIGNS = st.sampled_from([UNKNOWN, "[secret]", "independent", "0.0.0.0/0", "alicloud_ram_security_preference", "same"])
HARMLESS = st.none() | st.booleans() | st.integers(13) | st.floats(min_value=13) | TEXTS | SIGNS
NAMES = st.sampled_from(
    ["type", "steps", "goal", "inputs", "change", "actions", "after", "expressions", "constant_value", "urn", "op"]
)
ANYTHING = st.recursive(
    HARMLESS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def _weak(path: Path) -> Any:
    """Return the update plan without any compliant value."""
    text = _text(path)
    for strong, weak in (
        ('"mandatory"', '"independent"'),
        ('"adaptive"', '"independent"'),
        ('"10.0.0.0/8"', '"0.0.0.0/0"'),
        ('"login_session_duration": 8', '"login_session_duration": 24'),
        ('"loginSessionDuration": 6', '"loginSessionDuration": 24'),
    ):
        text = text.replace(strong, weak)
    return json.loads(text)


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*path, index))


def _replaced(document: Any, place: tuple[str | int, ...], value: Any) -> Any:
    if not place:
        return value
    result = deepcopy(document)
    parent = result
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = value
    return result


def _judged(file: Path, document: Any) -> None:
    """Refused, or laid over a weak account without making any rule pass."""
    file.write_text(json.dumps(document), encoding="utf-8")
    account = Snapshot.from_document({"version": 1, "SecurityPreference": {"LoginProfilePreference": WEAK}})
    try:
        planned = read_plan(str(file))
    except SourceError as error:
        assert str(error).isprintable() and len(str(error)) < 1000
        return
    for after in after_deploy([account], planned, {}):
        (report,) = evaluate([after], POLICY, NOW)
        for rule in DECIDING:
            (outcome,) = outcomes_of(report, rule)
            assert outcome.outcome in ("fail", "unknown"), outcome
            assert outcome.message.isprintable() and len(outcome.message) < 2000


Judge = Callable[[Any], None]


@EVERY_TOOL
@settings(
    derandomize=True,
    deadline=None,
    max_examples=300,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_anything_in_place_of_any_part(tmp_path: Path, path: Path, data: st.DataObject) -> None:
    document = _weak(path)
    place = data.draw(st.sampled_from(list(_places(document))))
    _judged(tmp_path / "p.json", _replaced(document, place, data.draw(ANYTHING)))


@EVERY_TOOL
@pytest.mark.parametrize("value", [None, True, 13, "x", [], {}, [None], [[]], {"x": None}], ids=repr)
def test_each_part_in_each_shape(tmp_path: Path, path: Path, value: Any) -> None:
    document = _weak(path)
    for place in _places(document):
        _judged(tmp_path / "p.json", _replaced(document, place, value))


@EVERY_TOOL
def test_a_plan_cut_off_anywhere_is_refused(tmp_path: Path, path: Path) -> None:
    text = _text(path).rstrip()
    for end in range(1, len(text), 97):
        (file := tmp_path / "p.json").write_text(text[:end])
        with pytest.raises(SourceError):
            read_plan(str(file))


PREFERENCE_URN = "urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::pref"


@pytest.mark.parametrize(
    "plan",
    [
        {"resourcePlans": None},
        {
            "resourcePlans": {
                PREFERENCE_URN: {"goal": {"inputDiff": {"adds": {"mfaOperationForLogin": "x"}}}, "steps": None}
            }
        },
        {"changeSummary": {"create": 1}, "duration": 1},
        {
            "format_version": "1.2",
            "planned_values": {
                "root_module": {"resources": [{"type": "alicloud_ram_security_preference", "values": {}}]}
            },
        },
    ],
)
def test_a_plan_that_is_not_whole_is_refused(tmp_path: Path, plan: dict[str, Any]) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    with pytest.raises(SourceError):
        read_plan(str(tmp_path / "plan.json"))


def test_a_terraform_plan_points_to_its_own_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two root modules may declare the same address; a file with several plans is of no single program."""
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(("accounts", "network"), 1):
        (tmp_path / name).mkdir()
        declared = 'resource "alicloud_ram_security_preference" "this" {}\n'
        (tmp_path / name / "main.tf").write_text("\n" * number + declared)
        (tmp_path / name / "plan.json").write_bytes(TERRAFORM.read_bytes())
    (tmp_path / "both.json").write_bytes(TERRAFORM.read_bytes() * 2)
    planned = read_plans(["accounts/plan.json", "network/plan.json", "both.json"])
    assert [str(each.place) for each in planned] == ["accounts/main.tf:2", "network/main.tf:3", "None", "None"]

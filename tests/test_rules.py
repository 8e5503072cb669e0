"""Each rule on its examples: tests/rules/<rule>/{pass,fail,unknown,skipped}/*.yaml. Add a file, get a test.

A file has `policy` (the rule's entry), `snapshot` and, optionally, `planned` (what a deploy would change: a list of
operation, address, declared, recorded, dead) and `expect`: the actual value, the text of what is expected, the
setting, and a part of the message.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import examples, judge, name_of, outcomes_of, policy_of, read_yaml

EXAMPLES = examples("rules", ".yaml")


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_example(path: Path) -> None:
    rule, wanted = path.parts[-3:-1]
    example = read_yaml(path)
    assert set(example) <= {"policy", "snapshot", "planned", "expect"}
    expect = example.get("expect", {})
    assert set(expect) <= {"actual", "expected", "setting", "message"}

    report = judge(example["snapshot"], policy_of({rule: example["policy"]}), planned=example.get("planned"))

    (outcome,) = outcomes_of(report, rule)
    assert (outcome.outcome, outcome.level) == (wanted, example["policy"]["level"]), outcome.message
    assert report.verdict == {"skipped": "pass"}.get(wanted, wanted)
    assert expect.get("message", "") in outcome.message
    assert outcome.message.isprintable() and outcome.remediation
    for key in expect.keys() - {"message"}:
        assert _json(getattr(outcome, key)) == _json(expect[key])
    if wanted == "unknown":
        assert outcome.message.startswith("not provable: ")


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_a_disabled_rule_skips_its_examples(path: Path) -> None:
    rule = path.parts[-3]
    example = read_yaml(path)
    report = judge(example["snapshot"], policy_of({}), planned=example.get("planned"))
    assert {outcome.outcome for outcome in outcomes_of(report, rule)} == {"skipped"}
    assert report.verdict == "pass"


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_an_advisory_rule_does_not_decide_the_verdict(path: Path) -> None:
    rule, wanted = path.parts[-3:-1]
    example = read_yaml(path)
    policy = policy_of({rule: {**example["policy"], "level": "advisory"}})
    report = judge(example["snapshot"], policy, planned=example.get("planned"))
    assert {outcome.outcome for outcome in outcomes_of(report, rule)} == {wanted}
    assert report.verdict == "pass"


def _json(value: Any) -> str:
    """To Python 1, 1.0 and true are equal; to JSON they are not."""
    return json.dumps(value, sort_keys=True)

"""Waivers for one Pulumi stack: they waive nothing where another stack, or none, is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.outcome import Outcome
from acctgate.model.snapshot import Snapshot
from acctgate.model.waiver_notice import WaiverNotice
from acctgate.policy import PolicyError
from acctgate.policy.identity import digest
from acctgate.policy.waiver import Waiver
from tests.support import NOW, policy_of, written_policy

LAST: Final = NOW.date() + timedelta(days=100)
HERE: Final = "acme/payments/prod"


def waiver(stack: str | None, **more: Any) -> Waiver:
    """Return a waiver of root-mfa for a stack."""
    return Waiver("root-mfa", **{"reason": "moving", "owner": "ops", "expires": LAST, "stack": stack, **more})


def judged(
    waivers: Sequence[Waiver], stack: str | None, *, with_mfa: bool = False
) -> tuple[Outcome, tuple[WaiverNotice, ...]]:
    """Return the outcome of root-mfa in a stack, and the notices about waivers."""
    policy = replace(policy_of({"root-mfa": {}}), waivers=tuple(waivers), stack=stack)
    info = {"AccountSecurityPracticeUserInfo": {"BindMfa": with_mfa}}
    account = {"version": 1, "account_id": "1234567890123456", "AccountSecurityPracticeInfo": info}
    evaluation = evaluate([Snapshot.from_document(account)], policy, NOW)
    (found,) = [each for report in evaluation for each in report.outcomes if each.level != "disabled"]
    return found, evaluation.notices()


@pytest.mark.parametrize("named", ["prod", "payments/prod", HERE])
def test_a_waiver_holds_in_its_stack(named: str) -> None:
    found, notices = judged([waiver(named)], HERE)
    assert (found.outcome, notices) == ("waived", ())
    assert found.waiver is not None
    assert found.waiver.stack == named
    assert found.message.endswith(f"(waived by ops until {LAST}: moving; only in stack {named})")


@pytest.mark.parametrize(
    ("named", "stack", "reason"),
    [
        ("prod", None, "the stack is unknown"),
        (HERE, None, "the stack is unknown"),
        ("dev", HERE, f"this is stack {HERE}"),
        ("rod", HERE, f"this is stack {HERE}"),
        ("Prod", HERE, f"this is stack {HERE}"),
        ("billing/prod", HERE, f"this is stack {HERE}"),
        ("acme/prod", HERE, f"this is stack {HERE}"),
        ("other/payments/prod", HERE, f"this is stack {HERE}"),
        (HERE, "payments/prod", "this is stack payments/prod"),
    ],
)
def test_elsewhere_it_waives_nothing_and_a_notice_says_so(named: str, stack: str | None, reason: str) -> None:
    found, (notice,) = judged([waiver(named)], stack)
    assert found.outcome == "fail"
    assert found.message.endswith(f"; the waiver for stack {named} does not apply: {reason}")
    assert notice.state == "unproven"
    about = f"the waiver of root-mfa for every account in stack {named} by ops"
    assert notice.message == f"{about} does not apply: {reason}"


def test_another_waiver_counts_beside_one_for_another_stack() -> None:
    found, notices = judged([waiver("dev"), waiver(None)], HERE)
    assert (found.outcome, notices) == ("waived", ()), "nothing needs attention"


def test_a_waiver_that_has_expired_counts_in_no_stack() -> None:
    found, (notice,) = judged([waiver("prod", expires=NOW.date() - timedelta(days=1))], HERE)
    assert (found.outcome, notice.state) == ("fail", "expired")


@pytest.mark.parametrize(("stack", "states"), [(HERE, ["unused"]), ("acme/payments/dev", []), (None, [])])
def test_only_its_own_stack_can_tell_that_a_waiver_is_not_needed(stack: str | None, states: list[str]) -> None:
    found, notices = judged([waiver("prod")], stack, with_mfa=True)
    assert (found.outcome, [notice.state for notice in notices]) == ("pass", states)


@pytest.mark.parametrize("stack", ["", "/prod", "a/b/c/d", "prod ", "pr*d", "payments//prod", "1/", "ünited"])
def test_a_stack_that_no_stack_can_be_is_an_error_with_its_place(tmp_path: Path, stack: str) -> None:
    line = f"  - {{rule: root-mfa, stack: {stack!r}, reason: r, owner: o, expires: 2027-01-31}}\n"
    with pytest.raises(PolicyError, match=r":5: waivers\[0\]\.stack: invalid stack; use stack, project/stack or "):
        written_policy(tmp_path / "policy.yaml", f"version: 1\nrules:\n  root-mfa: {{}}\nwaivers:\n{line}")


def test_policies_of_different_stacks_have_different_digests() -> None:
    policy = policy_of({"root-mfa": {}})
    given = [waiver(None), waiver("a"), waiver("b"), waiver(None, user="stack a"), waiver("a", user="b")]
    assert len({digest(replace(policy, waivers=(each,))) for each in given}) == len(given)

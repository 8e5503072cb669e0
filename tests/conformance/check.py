"""Predictions that need no engine: a plan file and the accounts as they are."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from acctgate.demo import DemoAccount
from acctgate.evaluate.pipeline import evaluate
from acctgate.model.snapshot import Snapshot
from acctgate.plan.read import read_plan
from acctgate.policy import load_policy
from tests.conformance.tally import Judged

POLICY: Final = """
version: 1
rules:
  login-mfa: {level: advisory, require: mandatory}
  mfa-ticket: {level: advisory, allow: false}
  risk-login: {level: advisory, require: enforceVerify}
  session-duration: {level: advisory, max_hours: 8}
  network-masks: {level: advisory, max_public_addresses: 65536}
  change-password: {level: advisory, allow: true}
  manage-access-keys: {level: advisory, allow: false}
  manage-mfa-devices: {level: advisory, allow: true}
  manage-dingtalk: {level: advisory, allow: false}
  passkey-login: {level: advisory, allow: true}
  idle-users: {level: advisory, max_days: 90}
  idle-access-keys: {level: advisory, max_days: 90}
  verification-types: {level: advisory, require: [sms]}
"""
"""Judges every setting. None is mandatory: a violation must not stop the preview before it is whole."""


def snapshots(accounts: Sequence[DemoAccount]) -> list[Snapshot]:
    """Return the accounts as they are."""
    return [
        Snapshot.from_document(
            {"version": 1, "account_id": each.account_id, "SecurityPreference": deepcopy(each.preference_answer)}
        )
        for each in accounts
    ]


def judged_by_check(plan: Path, live: Sequence[Snapshot], policy_file: Path) -> list[Judged]:
    """Return the settings in the report of `acctgate check --plan`."""
    reports = evaluate(live, load_policy(policy_file), datetime.now(UTC), planned=read_plan(str(plan)))
    return [
        Judged(report.account, each.rule, each.setting, each.outcome, each.actual, each.message)
        for report in reports
        for each in report.outcomes
    ]

"""Snapshots: what names an account."""

from __future__ import annotations

import pytest

from acctgate.model.snapshot import Snapshot


@pytest.mark.parametrize("account", ["", "0", "000"])
def test_zero_names_no_account(account: str) -> None:
    assert Snapshot.from_document({"version": 1, "account_id": account}).account_id is None

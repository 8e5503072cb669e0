"""Read who makes the calls: the account and the identity in it."""

from __future__ import annotations

from acctgate.model.account_id import is_account_id
from acctgate.redact import one_line
from acctgate.sources.call_error import expect, unexpected
from acctgate.sources.operations import IDENTITY, Call
from acctgate.text import show


def read_identity(call: Call) -> tuple[str, str | None]:
    """Return the account's ID and the caller's ARN (None if the answer has none), from GetCallerIdentity.

    Raises:
        CallError: There is no answer, or it names no account: an empty, masked or zero ID names none.
    """
    answer = call(IDENTITY, {})
    account = str(expect(IDENTITY, answer, IDENTITY.answer_key, str))
    if not is_account_id(account):
        raise unexpected(IDENTITY, f"the AccountId {show(account)} names no account")
    arn = answer.get("Arn")
    return account, one_line(arn) if isinstance(arn, str) else None

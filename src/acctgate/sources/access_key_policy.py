"""The account's AccessKey policy as an object: the API answers a JSON text."""

from __future__ import annotations

from typing import Any

from acctgate.reading import SourceError
from acctgate.sources.call_error import unexpected
from acctgate.sources.operations import ACCESS_KEY_POLICY
from acctgate.strict_json import read_json


def parse_access_key_policy(value: Any) -> dict[str, Any]:
    """Return the policy in an answer of GetAccessKeyPolicyForAccount.

    Args:
        value: The answer's AccessKeyPolicy: a JSON text, or the object that it contains.

    Raises:
        CallError: It is neither.
    """
    if isinstance(value, str):
        try:
            value = read_json(value, ACCESS_KEY_POLICY.answer_key)
        except SourceError as error:
            raise unexpected(ACCESS_KEY_POLICY, str(error)) from None
    if not isinstance(value, dict):
        raise unexpected(ACCESS_KEY_POLICY, f"{ACCESS_KEY_POLICY.answer_key} is not an object")
    return value

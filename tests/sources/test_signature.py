"""acctgate signs calls as Alibaba Cloud's SDK does."""

from __future__ import annotations

import pytest
from alibabacloud_tea_openapi.utils import Utils
from darabonba.request import DaraRequest
from hypothesis import given
from hypothesis import strategies as st

from acctgate.sources.operations import IDENTITY, PACK_REPORT
from acctgate.sources.signature import Keys, sign

QUERIES = [{}, {"CompliancePackId": "cp-1"}, {"b": "~a b/c?&=+*%", "a": "日志", "A": "", "a-": "1"}]


@pytest.mark.parametrize("token", [None, "token+/="])
@pytest.mark.parametrize("query", QUERIES)
def test_the_signature_is_the_one_of_the_sdk(query: dict[str, str], token: str | None) -> None:
    check(query, Keys("id", "secret", token))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9._-]*", fullmatch=True)


@given(
    query=st.dictionaries(NAMES, TEXT, max_size=5),
    keys=st.builds(Keys, TEXT.filter(bool), TEXT.filter(bool), st.none() | TEXT.map(" {} \t".format)),
)
def test_the_signature_is_the_one_of_the_sdk_for_any_text(query: dict[str, str], keys: Keys) -> None:
    check(query, keys)


def check(query: dict[str, str], keys: Keys) -> None:
    token = keys.security_token
    operation = PACK_REPORT if query else IDENTITY
    headers = sign(operation, "127.0.0.1:8080", query, keys)
    assert ("x-acs-security-token" in headers) is (token is not None)
    authorization = headers.pop("Authorization")
    request = DaraRequest()
    request.method, request.pathname, request.query, request.headers = operation.method, "/", query, headers
    payload = headers["x-acs-content-sha256"]
    found = Utils.get_authorization(request, "ACS3-HMAC-SHA256", payload, keys.access_key_id, keys.access_key_secret)
    assert authorization == found


def test_keys_show_no_secret() -> None:
    shown = f"{Keys('an-id', 'a-secret', 'a-token')} {[Keys('an-id', 'a-secret')]!r}"
    assert shown == "Keys(***) [Keys(***)]"


def test_no_two_calls_have_the_same_nonce() -> None:
    calls = [sign(IDENTITY, "sts.aliyuncs.com", {}, Keys("id", "secret")) for _ in range(100)]
    assert len({headers["x-acs-signature-nonce"] for headers in calls}) == 100

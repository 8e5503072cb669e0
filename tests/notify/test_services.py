"""The signatures of services, against openssl's."""

from __future__ import annotations

from acctgate.notify.digest import Message
from acctgate.notify.services import SERVICES

ROBOT = "https://oapi.dingtalk.com/robot/send"


def test_signatures_at_a_fixed_time() -> None:
    """The expected values are those of `openssl dgst -sha256 -hmac KEY -binary | base64`."""
    signed = "timestamp=1577262236757&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D"
    for address in (f"{ROBOT}?access_token=x&", f"{ROBOT}?"):
        assert SERVICES["dingtalk"].url(address[:-1], "this is secret", 1577262236.757) == f"{address}{signed}"
    feishu = SERVICES["feishu"].body(Message("title", (), None), "demo", 1599360473.9)
    assert (feishu["timestamp"], feishu["sign"]) == ("1599360473", "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=")

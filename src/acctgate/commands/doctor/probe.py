"""Knock at an endpoint: an unsigned request, made as the SDK makes its calls, through the same proxy and with the
same certificates. Any answer will do. It needs no credentials, and tells what time it is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from acctgate.sources import sdk
from acctgate.sources.call_error import cause
from acctgate.sources.calls import CONNECT_TIMEOUT, READ_TIMEOUT, Target, past_proxies


class Door(NamedTuple):
    """An endpoint, and what came of knocking."""

    host: str
    trouble: str | None
    """Why nobody answered."""
    ahead: timedelta | None
    """How far this machine's clock is ahead of the one there; None where the answer has no date."""


def knock(target: Target, product: str) -> Door:
    """See whether the endpoint of a product answers."""
    sdk.load()
    from darabonba.core import DaraCore
    from darabonba.request import DaraRequest

    past_proxies(target)
    host = target.host(product)
    request = DaraRequest()
    request.protocol = "http" if target.endpoint else "https"
    request.pathname = "/"
    request.headers = {"host": host, "user-agent": "acctgate"}
    asked = datetime.now(UTC)
    try:
        answer = DaraCore.do_action(request, {"connectTimeout": CONNECT_TIMEOUT, "readTimeout": READ_TIMEOUT})
    except Exception as error:
        return Door(host, cause(error), None)
    here = asked + (datetime.now(UTC) - asked) / 2
    there = _date(answer.headers.get("date"))
    return Door(host, None, here - there if there else None)


def _date(header: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)

"""Probe an endpoint with an unsigned request, sent like acctgate's calls: same proxy, same certificates.

Any answer counts. A probe needs no credentials, and shows how far this machine's clock is off.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from acctgate.sources.deadline import CALL_SECONDS, Deadline, DeadlineError
from acctgate.sources.http_response import BodyError
from acctgate.sources.target import Target
from acctgate.sources.transport import Transport, TransportError


class EndpointProbe(NamedTuple):
    """The result of a probe."""

    host: str
    error: str | None
    """Why the endpoint did not answer, None if it did."""
    clock_skew: timedelta | None
    """How far this machine's clock is ahead of the endpoint's, None if the response has no date."""


def probe(target: Target, product: str) -> EndpointProbe:
    """Probe the endpoint of a product."""
    host = target.host(product)
    url = f"{'http' if target.endpoint else 'https'}://{host}/"
    headers = {"host": host, "user-agent": "acctgate"}
    deadline = Deadline.after(CALL_SECONDS)
    start = datetime.now(UTC)
    try:
        answer = deadline.run(lambda: Transport().send("GET", url, headers, {}, deadline))
    except DeadlineError:
        return EndpointProbe(host, "timeout", None)
    except (TransportError, BodyError) as error:
        return EndpointProbe(host, str(error), None)
    local_time = start + (datetime.now(UTC) - start) / 2
    server_time = _parse_date(answer.headers.get("date"))
    return EndpointProbe(host, None, local_time - server_time if server_time else None)


def _parse_date(header: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)

"""The way to the APIs: proxies, the endpoint of each product, and the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from acctgate.commands.doctor.context import Patient
from acctgate.commands.doctor.finding import Finding, failed, ok, skipped, warning
from acctgate.commands.doctor.probe import Door
from acctgate.redact import one_line

_WORTH_A_WORD: Final = timedelta(minutes=1)
_TOO_FAR: Final = timedelta(minutes=14)
"""A signature is refused after 15 minutes; a call takes its time too."""
SET_THE_CLOCK: Final = "set this machine's clock, or switch on its time synchronization (NTP)"


def check_proxies(patient: Patient) -> Iterator[Finding]:
    """What the variables make the SDK do, which is not quite what one expects of them."""
    read = patient.environment.get
    proxy = read("HTTPS_PROXY") or read("https_proxy")
    around = read("NO_PROXY") or read("no_proxy") or ""
    if patient.target.endpoint:
        yield ok("proxy", "none: --endpoint is on this machine")
    elif not proxy:
        yield ok("proxy", "none: HTTPS_PROXY is not set")
    elif around.strip() == "*" or "aliyuncs" in around:
        remedy = "run acctgate without HTTPS_PROXY if its calls are not to go there"
        yield warning("proxy", f"all calls go to {_without_user(proxy)}: the SDK does not heed NO_PROXY", remedy)
    else:
        yield ok("proxy", f"all calls go through {_without_user(proxy)}")


def check_endpoints(patient: Patient) -> Iterator[Finding]:
    """Whether the endpoint of each product answers."""
    for product, door in patient.doors.items():
        subject = f"endpoint {product}"
        if door.trouble:
            yield failed(subject, f"{door.host}: {door.trouble}", _remedy(patient, door))
        else:
            how = "http, on this machine" if patient.target.endpoint else "TLS"
            yield ok(subject, f"{door.host} answers ({how})")


def check_clock(patient: Patient) -> Iterator[Finding]:
    """Whether this machine's clock agrees with the endpoints'."""
    door = next((door for door in patient.doors.values() if door.ahead is not None), None)
    if door is None or door.ahead is None:
        yield skipped("clock", "no endpoint has said what time it is", "see to the endpoints first")
        return
    apart = abs(door.ahead)
    told = f"{_spoken(apart)} {'ahead of' if door.ahead > timedelta() else 'behind'} {door.host}"
    if apart > _TOO_FAR:
        yield failed("clock", f"{told}: the APIs refuse signatures 15 minutes off", SET_THE_CLOCK)
    elif apart > _WORTH_A_WORD:
        yield warning("clock", told, SET_THE_CLOCK)
    else:
        yield ok("clock", f"agrees with {door.host}, to the second" if apart < timedelta(seconds=2) else told)


def _remedy(patient: Patient, door: Door) -> str:
    if patient.target.endpoint:
        return "start the server there, as with `acctgate demo-account --port N`, or leave --endpoint out"
    remedies = {
        "the name does not resolve": f"check --region and DNS: does {door.host} resolve elsewhere?",
        "the certificate is not trusted": "something on the way opens TLS: name its CA certificate in SSL_CERT_FILE",
        "the proxy does not let it through": f"let {door.host}:443 pass in the proxy, or correct HTTPS_PROXY",
    }
    return remedies.get(str(door.trouble), f"let outgoing connections to {door.host}:443 pass, or set HTTPS_PROXY")


def _spoken(time: timedelta) -> str:
    seconds = round(time.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} minutes"


def _without_user(proxy: str) -> str:
    """A proxy's address without user and password."""
    url = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    return one_line(url.netloc.rpartition("@")[2])

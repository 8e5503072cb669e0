"""Check the connection to the APIs: the proxy, the endpoint of each product, and the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from acctgate.commands.doctor.context import DoctorContext
from acctgate.commands.doctor.finding import Finding, failed, ok, skipped, warning
from acctgate.commands.doctor.probe import EndpointProbe
from acctgate.redact import one_line
from acctgate.times import describe_duration

WARN_SKEW: Final = timedelta(minutes=1)
MAX_SKEW: Final = timedelta(minutes=14)
"""The APIs reject signatures after 15 minutes; the call itself takes time too."""
SET_THE_CLOCK: Final = "set this machine's clock, or turn on time synchronization (NTP)"


def check_proxies(context: DoctorContext) -> Iterator[Finding]:
    """Check the proxy variables. acctgate uses HTTPS_PROXY and ignores NO_PROXY."""
    read = context.environment.get
    proxy = read("HTTPS_PROXY") or read("https_proxy")
    around = read("NO_PROXY") or read("no_proxy") or ""
    if context.target.endpoint:
        yield ok("proxy", "none: --endpoint is on this machine")
    elif not proxy:
        yield ok("proxy", "none: HTTPS_PROXY is not set")
    elif around.strip() == "*" or "aliyuncs" in around:
        remedy = "run acctgate without HTTPS_PROXY if its calls should not use the proxy"
        yield warning("proxy", f"all calls use {_without_user(proxy)}: acctgate ignores NO_PROXY", remedy)
    else:
        yield ok("proxy", f"all calls use {_without_user(proxy)}")


def check_endpoints(context: DoctorContext) -> Iterator[Finding]:
    """Check that the endpoint of each product answers."""
    for product, probe in context.probes.items():
        subject = f"endpoint {product}"
        if probe.error:
            yield failed(subject, f"cannot connect to {probe.host}: {probe.error}", _remedy(context, probe))
        else:
            how = "http, on this machine" if context.target.endpoint else "TLS"
            yield ok(subject, f"{probe.host} answers ({how})")


def check_clock(context: DoctorContext) -> Iterator[Finding]:
    """Check that this machine's clock agrees with the endpoints'."""
    probe = next((probe for probe in context.probes.values() if probe.clock_skew is not None), None)
    if probe is None or probe.clock_skew is None:
        yield skipped("clock", "no endpoint returned the time", "fix the endpoints first")
        return
    skew = abs(probe.clock_skew)
    detail = f"{describe_duration(skew)} {'ahead of' if probe.clock_skew > timedelta() else 'behind'} {probe.host}"
    if skew > MAX_SKEW:
        yield failed("clock", f"{detail}: the APIs reject signatures that are 15 minutes off", SET_THE_CLOCK)
    elif skew > WARN_SKEW:
        yield warning("clock", detail, SET_THE_CLOCK)
    else:
        yield ok("clock", f"agrees with {probe.host}" if skew < timedelta(seconds=2) else detail)


def _remedy(context: DoctorContext, probe: EndpointProbe) -> str:
    if context.target.endpoint:
        return "start a server there, for example `acctgate demo-account --port N`, or omit --endpoint"
    remedies = {
        "the name cannot be resolved": f"check --region and DNS: can other machines resolve {probe.host}?",
        "the certificate is not trusted": "a proxy intercepts TLS: set SSL_CERT_FILE to its CA certificate",
        "the proxy refuses the connection": f"allow {probe.host}:443 in the proxy, or correct HTTPS_PROXY",
    }
    return remedies.get(str(probe.error), f"allow outgoing connections to {probe.host}:443, or set HTTPS_PROXY")


def _without_user(proxy: str) -> str:
    """Return a proxy's address without user and password."""
    url = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    return one_line(url.netloc.rpartition("@")[2])

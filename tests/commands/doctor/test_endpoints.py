"""What doctor reports of endpoints, the clock and proxies."""

from __future__ import annotations

from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from acctgate.commands.doctor import calls, endpoints
from acctgate.commands.doctor.probe import EndpointProbe
from acctgate.demo import DemoServer
from tests.support.doctor import (
    ALL,
    PERMISSIONS,
    ROLE,
    examined,
    make_context,
    statuses,
)

# Endpoints, clock, proxies


def test_nobody_listens(server: DemoServer) -> None:
    findings = examined(server, "--endpoint", "127.0.0.1:9", "--role-arn", ROLE, status=1)
    assert {findings[f"endpoint {product}"].status for product in ("sts", "ims", "config")} == {"failed"}
    assert findings["endpoint ims"].detail == "cannot connect to 127.0.0.1:9: connection refused"
    assert "acctgate demo-account" in (findings["endpoint ims"].remedy or "")
    assert {findings[name].status for name in ("clock", "role", "identity", *ALL)} == {"skipped"}
    assert {findings[name].status for name in ("acctgate", "policy", "proxy", "credentials")} == {"ok"}


class _Silent(BaseHTTPRequestHandler):
    """Answers, with no date and nothing in it."""

    def do_GET(self) -> None:
        self.send_response_only(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def test_a_server_without_a_clock(server: DemoServer) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Silent) as other:
        thread = Thread(target=other.serve_forever, args=(0.05,))
        thread.start()
        try:
            findings = examined(server, "--endpoint", f"127.0.0.1:{other.server_address[1]}", status=1)
        finally:
            other.shutdown()
            thread.join()
    assert (findings["endpoint ims"].status, findings["clock"].status) == ("ok", "skipped")
    assert {findings[name].status for name in PERMISSIONS[:4]} == {"failed"}


@pytest.mark.parametrize(
    ("ahead", "status"),
    [
        (timedelta(), "ok"),
        (timedelta(seconds=50), "ok"),
        (timedelta(seconds=-50), "ok"),
        (timedelta(minutes=2), "warning"),
        (timedelta(minutes=-2), "warning"),
        (timedelta(minutes=14, seconds=30), "failed"),
        (timedelta(minutes=-14, seconds=-30), "failed"),
    ],
    ids=str,
)
def test_the_clock(server: DemoServer, ahead: timedelta, status: str) -> None:
    server.clock_skew = ahead
    findings = examined(server)
    assert statuses(findings) == ({} if status == "ok" else {"clock": status})
    if status != "ok":
        assert ("behind" if ahead > timedelta() else "ahead of") in findings["clock"].detail
        assert "NTP" in (findings["clock"].remedy or "")


def test_a_clock_that_makes_signatures_expire(server: DemoServer) -> None:
    server.clock_skew = timedelta(minutes=20)
    findings = examined(server, status=1)
    assert findings["clock"].detail.startswith(("19 minutes", "20 minutes"))
    for permission in PERMISSIONS[:4]:
        assert "InvalidTimeStamp.Expired" in findings[permission].detail
        assert findings[permission].remedy == findings["clock"].remedy


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        ("the name cannot be resolved", "DNS"),
        ("connection refused", ":443"),
        ("timeout", ":443"),
        ("the certificate is not trusted", "SSL_CERT_FILE"),
        ("the proxy refuses the connection", "HTTPS_PROXY"),
    ],
)
def test_each_error_has_a_remedy(error: str, remedy: str) -> None:
    context = make_context()
    context.probes = {"ims": EndpointProbe("ims.aliyuncs.com", error, None)}
    (finding,) = endpoints.check_endpoints(context)
    assert (finding.status, finding.detail) == ("failed", f"cannot connect to ims.aliyuncs.com: {error}")
    assert remedy in (finding.remedy or "")


def test_one_closed_door_of_three(server: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    context = make_context(endpoint=server.endpoint)
    context.probes = {product: EndpointProbe(server.endpoint, None, timedelta()) for product in ("sts", "ims")}
    context.probes["config"] = EndpointProbe("config.cn-shanghai.aliyuncs.com", "timeout", None)
    findings = {
        finding.subject: finding for finding in (*endpoints.check_endpoints(context), *calls.check_permissions(context))
    }
    skipped = [permission for permission in ALL if permission.startswith("config:")]
    assert statuses(findings) == {"endpoint config": "failed", **dict.fromkeys(skipped, "skipped")}
    assert findings["config:ListCompliancePacks"].remedy == "fix the endpoint config first"


@pytest.mark.parametrize(
    ("environment", "status", "detail"),
    [
        ({}, "ok", "none"),
        ({"HTTPS_PROXY": "http://user:hunter2@proxy.example:8080/x"}, "ok", "all calls use proxy.example:8080"),
        ({"https_proxy": "proxy.example:8080"}, "ok", "all calls use proxy.example:8080"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "localhost"}, "ok", "all calls use p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, "warning", "all calls use p:1"),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": ".aliyuncs.com"}, "warning", "all calls use p:1"),
    ],
)
def test_proxies(environment: dict[str, str], status: str, detail: str) -> None:
    (finding,) = endpoints.check_proxies(make_context(environment=environment))
    assert finding.status == status and finding.detail.startswith(detail)
    assert "hunter2" not in finding.detail


def test_a_proxy_that_is_not_there(server: DemoServer) -> None:
    keys = {name: value for name, value in server.environment.items() if name != "ACCTGATE_ENDPOINT"}
    findings = examined(None, status=1, environment={**keys, "HTTPS_PROXY": "http://127.0.0.1:9"})
    assert findings["endpoint ims"].detail == "cannot connect to ims.aliyuncs.com: the proxy refuses the connection"
    assert findings["endpoint ims"].remedy == "allow ims.aliyuncs.com:443 in the proxy, or correct HTTPS_PROXY"
    assert {findings[name].status for name in ("clock", *ALL)} == {"skipped"}
    assert not server.calls


def test_a_proxy_does_not_get_the_knocks_on_this_machine(server: DemoServer) -> None:
    findings = examined(server, status=0, environment=dict.fromkeys(("HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9"))
    assert findings["proxy"].detail == "none: --endpoint is on this machine"

"""The embedded demo account: a local server with the wire protocol of the three APIs.

It checks signatures as the real service does, answers in JSON or XML, denies, throttles and breaks on
request, and keeps what SetSecurityPreference and SetPasswordPolicy set. It listens on this machine only.
"""

from __future__ import annotations

import json
import ssl
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from acctgate.demo.account import ACCESS_KEY_ID, ACCESS_KEY_SECRET, DemoAccount
from acctgate.demo.compliance import PACK_NAME, ReportStore, pack_details, rule_results, sheet
from acctgate.demo.rpc_signature import rpc_parameters, verify_rpc
from acctgate.demo.signature import ALGORITHM, Request, SignatureError, verify
from acctgate.demo.tls import accept_tls, write_certificate
from acctgate.sources.operations import BY_NAME

OPERATIONS: Final = tuple(BY_NAME)
_RAM: Final = "2015-05-01"
_OLDER_VERSIONS: Final = dict.fromkeys(("GetPasswordPolicy", "SetPasswordPolicy"), _RAM)
"""Operations that an older API has as well: Ram, which the provider calls for an account's password policy."""
_SESSION: Final = timedelta(hours=1)
Answer = dict[str, Any]


class DemoServer:
    """Serves one account, or several that AssumeRole leads to. As a context manager, it serves inside the block."""

    def __init__(self, *accounts: DemoAccount, port: int = 0, tls: Path | None = None) -> None:
        """Prepare to serve.

        Args:
            accounts: The accounts; the demo credentials belong to the first.
            port: The TCP port; 0 takes a free one.
            tls: A folder for a self-signed certificate. The port then serves plain HTTP and TLS: the real Terraform
                provider assumes roles over HTTPS only. Clients must trust `certificate` (SSL_CERT_FILE).
        """
        self.accounts: dict[str, DemoAccount] = {a.account_id: a for a in accounts or (DemoAccount(),)}
        self.denied: set[str] = set()
        """Operations that are denied."""
        self.throttled: Counter[str] = Counter()
        """How many of the next calls of an operation are throttled."""
        self.broken: Counter[str] = Counter()
        """How many of the next calls of an operation end with 503 ServiceUnavailable."""
        self.calls: Counter[str] = Counter()
        """The number of calls of each operation."""
        self.clock_skew = timedelta()
        """The difference between its clock and this machine's."""
        first = next(iter(self.accounts))
        self._keys: dict[str, tuple[str, str, str | None]] = {ACCESS_KEY_ID: (ACCESS_KEY_SECRET, first, None)}
        self.reports = ReportStore()
        """The reports of compliance packs that are generated here."""
        self._lock = threading.Lock()
        self._http = _Server(("127.0.0.1", port), _Handler)
        self._http.demo = self
        self.certificate: Path | None = None
        """The certificate that clients must trust. None without TLS."""
        if tls is not None:
            self.certificate, key_file = write_certificate(tls)
            self._http.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._http.context.load_cert_chain(self.certificate, key_file)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def account(self) -> DemoAccount:
        """The account that the demo credentials belong to."""
        return next(iter(self.accounts.values()))

    @property
    def endpoint(self) -> str:
        """127.0.0.1:PORT, for `--endpoint`."""
        return f"127.0.0.1:{self._http.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that let a program read the demo account."""
        return {
            "ACCTGATE_ENDPOINT": self.endpoint,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET,
            "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
        }

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, request: Request, now: datetime) -> tuple[int, Answer]:
        """Return the HTTP status and body of the response to a request."""
        action = action_of(request)
        request_id = str(uuid.uuid4()).upper()
        try:
            with self._lock:
                return 200, {"RequestId": request_id, **self._answer(action, request, now)}
        except SignatureError as error:
            body: Answer = {"RequestId": request_id, "HostId": "127.0.0.1", "Code": error.code}
            body["Message"] = error.message
            if error.status == 403:
                body["AccessDeniedDetail"] = {
                    "AuthAction": permission(action),
                    "NoPermissionType": "ImplicitDeny",
                }
            return error.status, body

    def _answer(self, action: str, request: Request, now: datetime) -> Answer:
        self.calls[action] += 1
        parameters = rpc_parameters(request)
        by_headers = _is_v3(request)
        version = request.headers.get("x-acs-version") if by_headers else parameters.get("Version")
        if action not in BY_NAME or version not in (BY_NAME[action].version, _OLDER_VERSIONS.get(action)):
            raise SignatureError(404, "InvalidAction.NotFound", "Specified api is not found.")
        secrets = {key: secret for key, (secret, _, _) in self._keys.items()}
        key = verify(request, secrets, now) if by_headers else verify_rpc(request, secrets, now)
        _, account_id, expected = self._keys[key]
        token = request.headers.get("x-acs-security-token") if by_headers else parameters.get("SecurityToken")
        if (token or None) != expected:
            raise SignatureError(400, "InvalidSecurityToken.Malformed", "The security token is malformed.")
        self._refuse(action)
        operation: Callable[[DemoAccount, Mapping[str, str]], Answer] = getattr(self, f"_{action}")
        return operation(self.accounts[account_id], parameters)

    def _refuse(self, action: str) -> None:
        if self.throttled[action] > 0:
            self.throttled[action] -= 1
            raise SignatureError(400, "Throttling.User", "Request was denied due to user flow control.")
        if self.broken[action] > 0:
            self.broken[action] -= 1
            message = "The request has failed due to a temporary failure of the server."
            raise SignatureError(503, "ServiceUnavailable", message)
        if action in self.denied:
            message = f"You are not authorized to do this operation. Action: {permission(action)}"
            raise SignatureError(403, "NoPermission", message)

    def _GetSecurityPreference(self, account: DemoAccount, _: Mapping[str, str]) -> Answer:
        return {"SecurityPreference": account.preference}

    def _SetSecurityPreference(self, account: DemoAccount, parameters: Mapping[str, str]) -> Answer:
        account.set_preference(dict(parameters))
        return {"SecurityPreference": account.preference}

    def _GetAccountSecurityPracticeReport(self, account: DemoAccount, _: Mapping[str, str]) -> Answer:
        return {"AccountSecurityPracticeInfo": account.practice}

    def _GetPasswordPolicy(self, account: DemoAccount, parameters: Mapping[str, str]) -> Answer:
        older = {"HardExpiry": account.password_policy.get("HardExpire")}  # the spelling of Ram, the older API
        policy = account.password_policy
        return {"PasswordPolicy": {**policy, **older} if parameters.get("Version") == _RAM else policy}

    def _SetPasswordPolicy(self, account: DemoAccount, parameters: Mapping[str, str]) -> Answer:
        older = {"HardExpire": parameters["HardExpiry"]} if "HardExpiry" in parameters else {}
        account.set_password_policy({**parameters, **older})
        return self._GetPasswordPolicy(account, parameters)

    def _GetUserSsoSettings(self, account: DemoAccount, _: Mapping[str, str]) -> Answer:
        return {"UserSsoSettings": account.user_sso}

    def _GetAccessKeyPolicyForAccount(self, account: DemoAccount, _: Mapping[str, str]) -> Answer:
        return {"AccessKeyPolicy": json.dumps(account.access_key_policy)}

    def _ListCompliancePacks(self, account: DemoAccount, parameters: Mapping[str, str]) -> Answer:
        size = int(parameters.get("PageSize", "10"))
        start = (int(parameters.get("PageNumber", "1")) - 1) * size
        packs = [
            {
                "CompliancePackId": report["CompliancePackId"],
                "CompliancePackName": PACK_NAME,
                "Status": "ACTIVE",
            }
            for report in account.pack_reports[start : start + size]
        ]
        result = {"CompliancePacks": packs, "PageNumber": start // size + 1, "PageSize": size}
        return {"CompliancePacksResult": {**result, "TotalCount": len(account.pack_reports)}}

    def _GetCompliancePackReport(self, account: DemoAccount, parameters: Mapping[str, str]) -> Answer:
        return {"CompliancePackReport": self.reports.read(_pack(account, parameters), self.endpoint)}

    def _GenerateCompliancePackReport(self, account: DemoAccount, parameters: Mapping[str, str]) -> Answer:
        report = _pack(account, parameters)
        self.reports.generate(report, parameters.get("ClientToken", ""), datetime.now(UTC))
        return {"CompliancePackId": report["CompliancePackId"]}

    def _GetConfigRuleComplianceByPack(self, account: DemoAccount, parameters: Mapping[str, str]) -> Answer:
        return {"ConfigRuleComplianceResult": rule_results(_pack(account, parameters), account.config_rules)}

    def _GetCompliancePack(self, account: DemoAccount, parameters: Mapping[str, str]) -> Answer:
        return {"CompliancePack": pack_details(_pack(account, parameters), account.config_rules)}

    _GetAggregateConfigRuleComplianceByPack = _GetConfigRuleComplianceByPack
    _GetAggregateCompliancePack = _GetCompliancePack
    _ListAggregateCompliancePacks = _ListCompliancePacks
    _GetAggregateCompliancePackReport = _GetCompliancePackReport
    _GenerateAggregateCompliancePackReport = _GenerateCompliancePackReport

    def _GetCallerIdentity(self, account: DemoAccount, _: Mapping[str, str]) -> Answer:
        arn = f"acs:ram::{account.account_id}:user/demo"
        return {"AccountId": account.account_id, "Arn": arn, "IdentityType": "RAMUser"}

    def _AssumeRole(self, _: DemoAccount, parameters: Mapping[str, str]) -> Answer:
        account_id = parameters.get("RoleArn", "").removeprefix("acs:ram::").partition(":")[0]
        if account_id not in self.accounts:
            raise SignatureError(404, "EntityNotExist.Role", "The role not exists.")
        key, secret, token = (f"STS.{uuid.uuid4().hex}" for _ in range(3))
        self._keys[key] = (secret, account_id, token)
        expires = (datetime.now(UTC) + _SESSION).strftime("%Y-%m-%dT%H:%M:%SZ")
        keys = {"AccessKeyId": key, "AccessKeySecret": secret, "SecurityToken": token, "Expiration": expires}
        user = {"Arn": f"{parameters['RoleArn']}/{parameters.get('RoleSessionName', '')}", "AssumedRoleId": "3"}
        return {"Credentials": keys, "AssumedRoleUser": user}


def action_of(request: Request) -> str:
    """Return the operation that a request calls: from its headers (V3), or from its parameters (V1)."""
    if _is_v3(request) or "x-acs-action" in request.headers:
        return request.headers.get("x-acs-action", "")
    return rpc_parameters(request).get("Action", "")


def _is_v3(request: Request) -> bool:
    """Return whether a request is signed by its headers. The Terraform provider sends x-acs-action with V1, too."""
    authorization = request.headers.get("authorization", "")
    return authorization.startswith(ALGORITHM) or "Signature" not in rpc_parameters(request)


def permission(action: str) -> str:
    """Return the RAM action that an operation requires."""
    return BY_NAME[action].permission if action in BY_NAME else f"ram:{action}"


def _pack(account: DemoAccount, parameters: Mapping[str, str]) -> dict[str, Any]:
    for report in account.pack_reports:
        if report["CompliancePackId"] == parameters.get("CompliancePackId"):
            return report
    message = "The specified CompliancePackId does not exist."
    raise SignatureError(400, "Invalid.CompliancePackId.Value", message)


def to_xml(name: str, value: Any) -> str:
    """Convert a JSON value to the APIs' XML."""
    if isinstance(value, dict):
        inner = "".join(to_xml(key, item) for key, item in value.items())
    elif isinstance(value, list):
        inner = "".join(to_xml(name.removesuffix("s"), item) for item in value)
    else:
        inner = escape(value if isinstance(value, str) else json.dumps(value))
    return f"<{name}>{inner}</{name}>"


class _Server(ThreadingHTTPServer):
    demo: DemoServer
    context: ssl.SSLContext | None = None
    request_queue_size = 256
    daemon_threads = True

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, in TLS if the client starts a handshake."""
        if self.context is None:
            super().finish_request(request, client_address)
            return
        with accept_tls(request, self.context) as connection:
            super().finish_request(connection, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that close the connection or do not trust the certificate. They report it themselves."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without these two each call takes 44 ms: head and body go out as two small packets.
    wbufsize = 65536
    disable_nagle_algorithm = True
    timeout = 30

    server: _Server

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(min(int(self.headers.get("content-length") or 0), 1 << 20))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if (data := sheet(url.path, url.query)) is not None:
            self._send(200, "application/vnd.ms-excel", data)
            return
        request = Request(self.command, url.path, url.query, headers, body)
        status, answer = self.server.demo.answer(request, datetime.now(UTC) + self.server.demo.clock_skew)
        if rpc_parameters(request).get("Format", "").upper() == "XML":
            name = f"{action_of(request)}Response" if status == 200 else "Error"
            self._send(status, "text/xml;charset=utf-8", to_xml(name, answer).encode())
        else:
            self._send(status, "application/json;charset=utf-8", json.dumps(answer).encode())

    do_GET = do_POST

    def _send(self, status: int, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the Date header, from the demo account's clock."""
        now = datetime.now(UTC) if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return super().date_time_string((now + self.server.demo.clock_skew).timestamp())

    def log_message(self, *args: object) -> None:
        """Log nothing: the server runs beside a preview."""

"""The embedded demo account: a local server with the wire protocol of the APIs.

It checks signatures as the real service does, answers in JSON or XML, fails calls on request (`faults`), and stores
what SetSecurityPreference and SetPasswordPolicy set. It listens on this machine only.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from acctgate.demo.account import ACCESS_KEY_ID, ACCESS_KEY_SECRET, DemoAccount
from acctgate.demo.faults import denied, permission
from acctgate.demo.http_server import HttpServer, action_of, is_v3
from acctgate.demo.operations import RAM_VERSION, Answer, Operations, Parameters
from acctgate.demo.organization import DemoOrganization
from acctgate.demo.rpc_signature import verify_rpc
from acctgate.demo.sessions import no_role
from acctgate.demo.signature import Request, SignatureError, verify
from acctgate.demo.tls import server_context, write_certificate
from acctgate.sources.operations import BY_NAME

_OLDER_VERSIONS: Final = dict.fromkeys(("GetPasswordPolicy", "SetPasswordPolicy"), RAM_VERSION)
"""Operations that an older API has as well: Ram, which the provider calls for an account's password policy."""
_WRITES: Final = ("Set", "Generate")
"""How the names of operations begin that change an account."""
_REPORTS: Final = ("CompliancePackReport", "CredentialReport")
"""How the names of operations end that a report's progress depends on."""


class DemoServer(Operations):
    """Serves one account, or several that AssumeRole leads to. As a context manager, it serves inside the block."""

    def __init__(
        self,
        *accounts: DemoAccount,
        port: int = 0,
        tls: Path | None = None,
        organization: DemoOrganization | None = None,
    ) -> None:
        """Prepare to serve.

        Args:
            accounts: The accounts; the demo credentials belong to the first.
            port: The TCP port; 0 takes a free one.
            tls: A folder for a self-signed certificate. The port then serves plain HTTP and TLS: the real Terraform
                provider assumes roles over HTTPS only. Clients must trust `certificate` (SSL_CERT_FILE).
            organization: A directory of accounts instead of `accounts`.

        Raises:
            ValueError: There are accounts beside an organization.
        """
        if accounts and organization is not None:
            raise ValueError("an organization has accounts of its own")
        own = {each.account_id: each for each in accounts or (DemoAccount(),)}
        super().__init__(own if organization is None else organization.accounts, organization)
        self.calls: Counter[str] = Counter()
        """The number of calls of each operation."""
        self.clock_skew = timedelta()
        """The difference between its clock and this machine's."""
        self.latency = timedelta()
        """How long each answer takes."""
        self._lock = threading.Lock()
        self.certificate: Path | None = None
        """The certificate that clients must trust. None without TLS."""
        context = None
        if tls is not None:
            self.certificate, key = write_certificate(tls)
            context = server_context(self.certificate, key)
        self._http = HttpServer(port, self, context)
        self.reports.endpoint = self.endpoint
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

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
        """Return the HTTP status and body of the response to a request.

        Raises:
            DroppedConnectionError: The connection ends instead.
        """
        action = action_of(request)
        request_id = str(uuid.uuid4()).upper()
        try:
            return 200, {"RequestId": request_id, **self._answer(action, request, now)}
        except SignatureError as error:
            body = {"RequestId": request_id, "HostId": "127.0.0.1", "Code": error.code, "Message": error.message}
            detail = {"AuthAction": permission(action), "NoPermissionType": "ImplicitDeny"}
            return error.status, {**body, **({"AccessDeniedDetail": detail} if error.status == 403 else {})}

    def _answer(self, action: str, request: Request, now: datetime) -> Answer:
        parameters = request.parameters
        by_headers = is_v3(request)
        version = request.headers.get("x-acs-version") if by_headers else parameters.get("Version")
        with self._lock:
            self.calls[action] += 1
        if action not in BY_NAME or version not in (BY_NAME[action].version, _OLDER_VERSIONS.get(action)):
            raise SignatureError(404, "InvalidAction.NotFound", "Specified api is not found.")
        check = verify if by_headers else verify_rpc
        key = check(request, self.sessions.secrets, now)
        token = request.headers.get("x-acs-security-token") if by_headers else parameters.get("SecurityToken")
        caller = self.sessions.find(key, token, now).account_id
        with self._lock:
            self.refuse(action, caller)
        if action == "AssumeRole":
            return self._assume_role(parameters, now)
        operation: Callable[[DemoAccount, Parameters], Answer] = getattr(self, f"_{action}")
        # Verifying and reading need no lock: many connections must not wait for each other.
        with self._lock if _changes(action) else nullcontext():
            return operation(self._account(caller, action), parameters)

    def _account(self, account_id: str, action: str) -> DemoAccount:
        """Return the account that an operation is about.

        Raises:
            SignatureError: Its role may not call the operation, or it has left the organization.
        """
        if self.organization is None:
            return self.accounts[account_id]
        member = self.organization.member(account_id)
        if member and action in member.denied:
            raise denied(action)
        find = self.organization.account if action.startswith(_WRITES) else self.organization.peek
        try:
            return find(account_id)
        except KeyError:
            raise no_role() from None


def _changes(action: str) -> bool:
    """Return whether an operation changes an account or the progress of a report."""
    return action.startswith(_WRITES) or action.endswith(_REPORTS)

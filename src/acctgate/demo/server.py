"""The embedded demo account: a local server with the wire protocol of the APIs.

It checks signatures as the real service does, answers in JSON or XML, denies, throttles and breaks on
request, and keeps what SetSecurityPreference and SetPasswordPolicy set. It listens on this machine only.
"""

from __future__ import annotations

import json
import ssl
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from acctgate.demo import directory
from acctgate.demo.account import ACCESS_KEY_ID, ACCESS_KEY_SECRET, DemoAccount
from acctgate.demo.compliance import PACK_NAME, ReportStore, pack_details, rule_results
from acctgate.demo.faults import Faults, denied, permission
from acctgate.demo.http_server import HttpServer, action_of, is_v3
from acctgate.demo.organization import DemoOrganization
from acctgate.demo.rpc_signature import rpc_parameters, verify_rpc
from acctgate.demo.sessions import Sessions, check_role, no_role
from acctgate.demo.signature import Request, SignatureError, verify
from acctgate.demo.tls import write_certificate
from acctgate.sources.operations import BY_NAME

OPERATIONS: Final = tuple(BY_NAME)
_RAM: Final = "2015-05-01"
_OLDER_VERSIONS: Final = dict.fromkeys(("GetPasswordPolicy", "SetPasswordPolicy"), _RAM)
"""Operations that an older API has as well: Ram, which the provider calls for an account's password policy."""
_WRITES: Final = ("Set", "Generate")
"""How the names of operations begin that change an account."""
_REPORTS: Final = ("CompliancePackReport", "CredentialReport")
"""How the names of operations end that a report's progress depends on."""
Answer = dict[str, Any]
Parameters = Mapping[str, str]


class DemoServer(Faults):
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
        super().__init__()
        if accounts and organization is not None:
            raise ValueError("an organization has accounts of its own")
        self.organization = organization
        """The directory, None for accounts that belong to none."""
        own = {each.account_id: each for each in accounts or (DemoAccount(),)}
        self.accounts: dict[str, DemoAccount] = own if organization is None else organization.accounts
        self.calls: Counter[str] = Counter()
        """The number of calls of each operation."""
        self.clock_skew = timedelta()
        """The difference between its clock and this machine's."""
        self.latency = timedelta()
        """How long each answer takes."""
        self.sessions = Sessions(next(iter(self.accounts)))
        """The keys that sign calls. `sessions.longest` limits how long an assumed role lasts."""
        self.reports = ReportStore()
        """The reports of compliance packs that are generated here."""
        self._lock = threading.Lock()
        self.certificate: Path | None = None
        """The certificate that clients must trust. None without TLS."""
        context = None
        if tls is not None:
            self.certificate, key_file = write_certificate(tls)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, key_file)
        self._http = HttpServer(port, self, context)
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
        """Return the HTTP status and body of the response to a request.

        Raises:
            DroppedConnectionError: The connection ends instead.
        """
        action = action_of(request)
        request_id = str(uuid.uuid4()).upper()
        try:
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
        parameters = rpc_parameters(request)
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

    def _GetSecurityPreference(self, account: DemoAccount, _: Parameters) -> Answer:
        return {"SecurityPreference": account.preference_answer}

    def _SetSecurityPreference(self, account: DemoAccount, parameters: Parameters) -> Answer:
        account.set_preference(dict(parameters))
        return {"SecurityPreference": account.preference_answer}

    def _GetAccountSecurityPracticeReport(self, account: DemoAccount, _: Parameters) -> Answer:
        return {"AccountSecurityPracticeInfo": account.practice}

    def _GetPasswordPolicy(self, account: DemoAccount, parameters: Parameters) -> Answer:
        older = {"HardExpiry": account.password_policy.get("HardExpire")}  # the spelling of Ram, the older API
        policy = account.password_policy
        return {"PasswordPolicy": {**policy, **older} if parameters.get("Version") == _RAM else policy}

    def _SetPasswordPolicy(self, account: DemoAccount, parameters: Parameters) -> Answer:
        older = {"HardExpire": parameters["HardExpiry"]} if "HardExpiry" in parameters else {}
        account.set_password_policy({**parameters, **older})
        return self._GetPasswordPolicy(account, parameters)

    def _GetUserSsoSettings(self, account: DemoAccount, _: Parameters) -> Answer:
        return {"UserSsoSettings": account.user_sso}

    def _GetAccessKeyPolicyForAccount(self, account: DemoAccount, _: Parameters) -> Answer:
        return {"AccessKeyPolicy": json.dumps(account.access_key_policy)}

    def _GenerateCredentialReport(self, account: DemoAccount, _: Parameters) -> Answer:
        return account.credentials.generate(account.practice, datetime.now(UTC))

    def _GetCredentialReport(self, account: DemoAccount, parameters: Parameters) -> Answer:
        return account.credentials.read(parameters)

    def _ListCompliancePacks(self, account: DemoAccount, parameters: Parameters) -> Answer:
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

    def _GetCompliancePackReport(self, account: DemoAccount, parameters: Parameters) -> Answer:
        report = self.reports.read(account.account_id, _pack(account, parameters), self.endpoint)
        return {"CompliancePackReport": report}

    def _GenerateCompliancePackReport(self, account: DemoAccount, parameters: Parameters) -> Answer:
        report = _pack(account, parameters)
        self.reports.generate(account.account_id, report, parameters.get("ClientToken", ""), datetime.now(UTC))
        return {"CompliancePackId": report["CompliancePackId"]}

    def _GetConfigRuleComplianceByPack(self, account: DemoAccount, parameters: Parameters) -> Answer:
        return {"ConfigRuleComplianceResult": rule_results(_pack(account, parameters), account.config_rules)}

    def _GetCompliancePack(self, account: DemoAccount, parameters: Parameters) -> Answer:
        return {"CompliancePack": pack_details(_pack(account, parameters), account.config_rules)}

    _GetAggregateConfigRuleComplianceByPack = _GetConfigRuleComplianceByPack
    _GetAggregateCompliancePack = _GetCompliancePack
    _ListAggregateCompliancePacks = _ListCompliancePacks
    _GetAggregateCompliancePackReport = _GetCompliancePackReport
    _GenerateAggregateCompliancePackReport = _GenerateCompliancePackReport

    def _GetCallerIdentity(self, account: DemoAccount, _: Parameters) -> Answer:
        arn = f"acs:ram::{account.account_id}:user/demo"
        return {"AccountId": account.account_id, "Arn": arn, "IdentityType": "RAMUser"}

    def _GetResourceDirectory(self, _: DemoAccount, __: Parameters) -> Answer:
        directory.require_directory(self.organization)
        return {"ResourceDirectory": directory.describe_directory()}

    def _ListAccounts(self, account: DemoAccount, parameters: Parameters) -> Answer:
        organization = directory.require_administrator(self.organization, account.account_id)
        return directory.list_accounts(organization, parameters)

    def _ListFoldersForParent(self, account: DemoAccount, parameters: Parameters) -> Answer:
        directory.require_administrator(self.organization, account.account_id)
        return directory.list_folders(parameters)

    def _GetAggregateAccountComplianceByPack(self, account: DemoAccount, parameters: Parameters) -> Answer:
        organization = directory.require_administrator(self.organization, account.account_id)
        pack = _pack(account, parameters)["CompliancePackId"]
        return {"AccountComplianceResult": directory.account_compliance(organization, pack)}

    def _assume_role(self, parameters: Parameters, now: datetime) -> Answer:
        account_id = parameters.get("RoleArn", "").removeprefix("acs:ram::").partition(":")[0]
        if account_id not in self.accounts and (self.organization is None or not self.organization.member(account_id)):
            raise no_role()
        if self.organization is not None:
            check_role(self.organization, account_id)
        return self.sessions.assume(account_id, parameters, now)


def _changes(action: str) -> bool:
    """Return whether an operation changes an account or the progress of a report."""
    return action.startswith(_WRITES) or action.endswith(_REPORTS)


def _pack(account: DemoAccount, parameters: Mapping[str, str]) -> dict[str, Any]:
    for report in account.pack_reports:
        if report["CompliancePackId"] == parameters.get("CompliancePackId"):
            return report
    message = "The specified CompliancePackId does not exist."
    raise SignatureError(400, "Invalid.CompliancePackId.Value", message)

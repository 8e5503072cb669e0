"""What ResourceManager and the aggregated Cloud Config answer about the demo organization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from acctgate.demo.account import ACCOUNT_ID
from acctgate.demo.organization import DIRECTORY_ID, FOLDERS, ROOT_FOLDER, DemoOrganization, Folder, Member
from acctgate.demo.signature import SignatureError
from acctgate.demo.variations import NON_COMPLIANT

_LARGEST_PAGE: Final = 100
_JOINED_AT: Final = "2024-02-18T15:32:10Z"


def require_directory(organization: DemoOrganization | None) -> DemoOrganization:
    """Return the organization.

    Raises:
        SignatureError: There is none.
    """
    if organization is None:
        message = "The specified account is not an Alibaba Cloud account or a member account of the resource directory."
        raise SignatureError(404, "ResourceDirectoryNotInUse", message)
    return organization


def require_administrator(organization: DemoOrganization | None, caller: str) -> DemoOrganization:
    """Return the organization, if the caller may read it.

    Raises:
        SignatureError: There is none, or the caller is neither its management account nor a delegated administrator.
    """
    organization = require_directory(organization)
    if caller != ACCOUNT_ID and caller not in organization.delegated:
        message = "Only the management account or a delegated administrator may call this operation."
        raise SignatureError(403, "NoPermission", message)
    return organization


def describe_directory() -> dict[str, Any]:
    """Return GetResourceDirectory's ResourceDirectory."""
    return {
        "ResourceDirectoryId": DIRECTORY_ID,
        "MasterAccountId": ACCOUNT_ID,
        "MasterAccountName": "management",
        "RootFolderId": ROOT_FOLDER,
        "CreateTime": _JOINED_AT,
        "ControlPolicyStatus": "Disabled",
        "MemberDeletionStatus": "Enabled",
    }


def list_accounts(organization: DemoOrganization, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return a page of ListAccounts."""
    number, size = _page(parameters)
    tags = parameters.get("IncludeTags", "").lower() == "true"
    members = map(organization.member, organization.page((number - 1) * size, size))
    found = [_account(member, with_tags=tags) for member in members if member is not None]
    return {"Accounts": {"Account": found}, "TotalCount": len(organization), "PageNumber": number, "PageSize": size}


def list_folders(parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return a page of ListFoldersForParent.

    Raises:
        SignatureError: The parent does not exist.
    """
    number, size = _page(parameters)
    parent = parameters.get("ParentFolderId") or ROOT_FOLDER
    if parent not in (ROOT_FOLDER, *(folder.id for folder in FOLDERS)):
        raise SignatureError(404, "EntityNotExists.Folder", "The folder does not exist.")
    children = [folder for folder in FOLDERS if folder.parent == parent]
    found = [_folder(each) for each in children[(number - 1) * size : number * size]]
    return {"Folders": {"Folder": found}, "TotalCount": len(children), "PageNumber": number, "PageSize": size}


def account_compliance(organization: DemoOrganization, pack: str) -> dict[str, Any]:
    """Return GetAggregateAccountComplianceByPack's AccountComplianceResult: all members, in one answer."""
    results = [_compliance(organization, each) for each in organization.member_ids()]
    violating = sum(result["ComplianceType"] == NON_COMPLIANT for result in results)
    counts = {"TotalCount": len(results), "NonCompliantCount": violating}
    return {"CompliancePackId": pack, **counts, "AccountCompliances": results}


def _compliance(organization: DemoOrganization, account_id: str) -> dict[str, Any]:
    member = organization.member(account_id)
    changed = organization.accounts.get(account_id)
    kinds: Sequence[str] = [rule["ComplianceType"] for rule in changed.config_rules] if changed else ()
    compliant = NON_COMPLIANT not in kinds if changed else member is not None and member.compliant
    return {
        "AccountId": int(account_id),
        "AccountName": member.name if member else "",
        "ComplianceType": "COMPLIANT" if compliant else NON_COMPLIANT,
    }


def _account(member: Member, *, with_tags: bool) -> dict[str, Any]:
    joined = "invited" if member.status == "InviteSuccess" else "created"
    account = {
        "AccountId": member.account_id,
        "DisplayName": member.name,
        "FolderId": member.folder,
        "Status": member.status,
        "Type": "CloudAccount" if joined == "invited" else "ResourceAccount",
        "ResourceDirectoryId": DIRECTORY_ID,
        "JoinMethod": joined,
        "JoinTime": _JOINED_AT,
        "ModifyTime": _JOINED_AT,
    }
    if not with_tags:
        return account
    return {**account, "Tags": {"Tag": [{"Key": key, "Value": value} for key, value in member.tags]}}


def _folder(folder: Folder) -> dict[str, Any]:
    return {"FolderId": folder.id, "FolderName": folder.name, "CreateTime": _JOINED_AT}


def _page(parameters: Mapping[str, str]) -> tuple[int, int]:
    """Return the number and the size of the requested page.

    Raises:
        SignatureError: One of them is invalid.
    """
    numbers = []
    for name, default, largest in (("PageNumber", "1", 1 << 31), ("PageSize", "10", _LARGEST_PAGE)):
        text = parameters.get(name, default)
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= largest:
            raise SignatureError(400, f"InvalidParameter.{name}", f"The parameter {name} is invalid.")
        numbers.append(int(text))
    return numbers[0], numbers[1]

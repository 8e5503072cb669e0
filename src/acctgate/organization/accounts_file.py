"""A file that lists accounts, in YAML or JSON: a list of objects with id, alias, role, region and labels."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from acctgate.model.account_id import is_account_id
from acctgate.policy.source import PolicyError, Source, parse
from acctgate.reading import SourceError, decode, display_name, read_bytes
from acctgate.sources.target import DEFAULT_REGION, Target
from acctgate.text import did_you_mean, dotted, expectation, show

_Text = Annotated[str, Field(pattern=r"\S")]
_ROLE: Final = r"^(acs:ram::\d+:role/)?[A-Za-z0-9._-]+$"


@with_config(ConfigDict(strict=True, extra="forbid"))
class ListedAccount(TypedDict):
    """One account of the file."""

    id: _Text
    alias: NotRequired[_Text]
    role: NotRequired[Annotated[str, Field(pattern=_ROLE)]]
    """The name of the role to assume, or its ARN."""
    region: NotRequired[_Text]
    labels: NotRequired[dict[str, str]]


class AccountsFile(NamedTuple):
    """What a file lists."""

    accounts: list[ListedAccount]
    digest: str
    """The digest of its content, which tells whether another run has the same."""


@cache
def _adapter() -> TypeAdapter[list[ListedAccount]]:
    return TypeAdapter(list[ListedAccount])


def read_accounts_file(path: str) -> AccountsFile:
    """Return the accounts that a file lists, in order; "-" is standard input.

    Raises:
        SourceError: It cannot be read, or an entry is invalid. The message names file and line.
    """
    content, name = read_bytes(path), display_name(path)
    try:
        data, node = parse(decode(content, name), name, is_json=Path(path).suffix == ".json")
    except PolicyError as error:
        raise SourceError(str(error)) from None
    source = Source(name, data, node)
    if not isinstance(data, list) or not data:
        raise SourceError(f"{source.place(())}: should be a list of accounts (example: - id: '1234567890123456')")
    try:
        _adapter().validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SourceError(f"{source.place(first['loc'])}: {_explain(first)}") from None
    _require_valid(data, source)
    return AccountsFile(data, f"sha256:{hashlib.sha256(content).hexdigest()}")


def _explain(error: Any) -> str:
    """Return what is wrong at a place, with the key."""
    keys, found = error["loc"], show(error["input"])
    if error["type"] == "extra_forbidden":
        known = [*ListedAccount.__annotations__]
        return f"{dotted(keys)}: unknown key{did_you_mean(str(keys[-1]), known)}; use {', '.join(known)}"
    if error["type"] == "missing":
        return f"{dotted(keys)}: is missing"
    if keys[-1] == "id":
        return f"{dotted(keys)}: an account id is text; put it in quotes"
    if keys[-1] == "role":
        return f"{dotted(keys)}: invalid role (example: audit, or acs:ram::ACCOUNT:role/audit), found {found}"
    return f"{dotted(keys)}: {expectation(error['msg'])}, found {found}"


def _require_valid(accounts: list[ListedAccount], source: Source) -> None:
    """Refuse what no model can express: invalid IDs and regions, and an account that is listed twice."""
    lines: dict[str, int] = {}
    for index, account in enumerate(accounts):
        line, name = source.line((index,)), account["id"]
        if not is_account_id(name):
            raise SourceError(f"{source.name}:{line}: invalid account id {show(name)} (example: 1234567890123456)")
        if name in lines:
            raise SourceError(f"{source.name}:{line}: account {name} is also in line {lines[name]}; list it once")
        lines[name] = line
        try:
            Target(account.get("region", DEFAULT_REGION))
        except SourceError as error:
            raise SourceError(f"{source.place((index, 'region'))}: {error}") from None

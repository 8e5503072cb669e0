"""Waivers as comments at a resource: `acctgate:waive RULE reason=… owner=… expires=…` on the lines above it.

The program under judgement writes them. So they count only if the policy allows it (`inline_waivers: true`), only for
the account that the resource is deployed to, never for account-identity, and within the limits of the policy's own
waivers. A comment that is not exactly one waiver is reported, and waives nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from stat import S_ISREG
from typing import Final

from acctgate.model.outcome import Place
from acctgate.model.waiver_notice import WaiverNotice
from acctgate.policy.policy import Policy
from acctgate.policy.waiver import DEFAULT_WAIVER_DAYS, Waiver
from acctgate.reading import SourceError, read_text
from acctgate.redact import one_line
from acctgate.rules import account_identity
from acctgate.text import plural, show

_MARK: Final = "acctgate:waive"
_SIGNS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys((".py", ".yaml", ".yml"), ("#",)),
    **dict.fromkeys((".tf", ".tofu", ".hcl"), ("#", "//")),
    **dict.fromkeys((".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".go", ".java", ".cs"), ("//",)),
}
"""What a comment begins with, by the file's suffix."""
_LARGEST: Final = 1 << 20
"""Bytes of a program's file."""
_LONGEST: Final = 2_000
"""Characters of a comment."""
_MOST_LINES: Final = 20
"""Lines of comments above a resource."""
_KEYS: Final = ("reason", "owner", "expires", "ticket")
_FIELD: Final = re.compile(r'([a-z]+)=("[^"]*"|[^"]*?)(?=\s+[a-z]+=|\s*$)')
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment at a resource that begins as a waiver does."""

    address: str
    """The resource's."""
    place: Place
    text: str
    """The text after the sign of the comment. Empty if the comment is not on a line of its own."""


def find_comments(resources: Mapping[str, Place], folder: Path) -> tuple[Comment, ...]:
    """Return the comments at resources.

    Args:
        resources: The resources by their address, and the lines that declare them, relative to the folder.
        folder: The folder of the program. Files outside of it, and links, are not read.
    """
    texts = {file: _lines(file, folder) for file in {place.file for place in resources.values()}}
    return tuple(
        comment for address, place in resources.items() for comment in _above(address, place, texts[place.file])
    )


def _lines(file: str, folder: Path) -> list[str]:
    """Return the lines of a program's file; none if it is not a plain file of the folder, or too large."""
    path = folder.resolve() / file
    try:
        if path.resolve() != path or not path.is_relative_to(folder.resolve()) or not S_ISREG(path.lstat().st_mode):
            return []
        return read_text(str(path), _LARGEST).split("\n")
    except (OSError, ValueError, SourceError):
        return []


def _above(address: str, place: Place, lines: Sequence[str]) -> Iterator[Comment]:
    """Yield the waivers in the comments directly above a resource, the highest first."""
    signs = _SIGNS.get(Path(place.file).suffix, ())
    if not 1 <= place.line <= len(lines):
        return
    first = place.line
    while first > max(1, place.line - _MOST_LINES) and lines[first - 2].strip().startswith(signs or ("\0",)):
        first -= 1
    for number in range(first, place.line):
        text = lines[number - 1].strip()
        text = next(text[len(sign) :].strip() for sign in signs if text.startswith(sign))
        if text.startswith(_MARK):
            yield Comment(address, Place(place.file, number), text)
    if any(f"{sign} {_MARK}" in lines[place.line - 1] for sign in signs):
        yield Comment(address, place, "")


def inline_waivers(
    comments: Sequence[Comment], accounts: Mapping[str, Collection[str | None]], policy: Policy, today: date
) -> tuple[tuple[Waiver, ...], tuple[WaiverNotice, ...]]:
    """Return the waivers that comments are, and a notice for each comment that waives nothing.

    Args:
        comments: The comments.
        accounts: The address of a resource → the accounts that it is deployed to.
        policy: The policy.
        today: The day (UTC) of judgement.
    """
    waivers: list[Waiver] = []
    notices: list[WaiverNotice] = []
    seen = Counter((comment.address, _rule(comment)) for comment in comments)
    for comment in comments:
        try:
            if not policy.inline_waivers:
                raise ValueError("the policy does not allow waivers in comments (inline_waivers: true)")
            account = _only_account(accounts.get(comment.address, ()))
            if seen[comment.address, _rule(comment)] > 1:
                raise ValueError("several comments at the resource waive the same rule")
            waivers.append(_waiver(comment, account, policy, today))
        except ValueError as error:
            message = f"the comment waives nothing: {one_line(error)}"
            notices.append(WaiverNotice("refused", _rule(comment), None, "", "", "", message, comment.place))
    return tuple(waivers), tuple(notices)


def _rule(comment: Comment) -> str:
    return one_line(next(iter(comment.text.removeprefix(_MARK).split()), ""))


def _only_account(accounts: Collection[str | None]) -> str:
    account = next(iter(accounts)) if len(accounts) == 1 else None
    if account is None:
        raise ValueError("the account of the resource is unknown")
    return account


def _waiver(comment: Comment, account: str, policy: Policy, today: date) -> Waiver:
    """Return the waiver that a comment is.

    Raises:
        ValueError: It is not exactly one waiver that the policy allows.
    """
    if not comment.text:
        raise ValueError("write it on a line of its own, directly above the resource")
    if len(comment.text) > _LONGEST:
        raise ValueError(f"longer than {_LONGEST:,} characters")
    found = re.fullmatch(rf"{_MARK}\s+(\S+)\s+(.*)", comment.text)
    if found is None:
        raise ValueError(f"write {_MARK} RULE reason=… owner=… expires=YYYY-MM-DD")
    rule, fields = found[1], _fields(found[2])
    if rule not in {each.id for each in policy.all_rules}:
        raise ValueError(f"{show(rule)}: unknown rule")
    if rule == account_identity.RULE.id:
        raise ValueError(f"{rule} cannot be waived in a comment")
    expires = _expires(fields["expires"], policy.max_waiver_days or DEFAULT_WAIVER_DAYS, today)
    return Waiver(
        rule,
        fields["reason"],
        fields["owner"],
        expires,
        account,
        ticket=fields.get("ticket"),
        place=comment.place,
        inline=True,
    )


def _fields(text: str) -> dict[str, str]:
    names = [match[1] for match in _FIELD.finditer(text)]
    if _FIELD.sub("", text).strip() or len(set(names)) < len(names):
        raise ValueError('give reason, owner and expires once each, as NAME=VALUE or NAME="VALUE"')
    fields = {match[1]: match[2].strip('"').strip() for match in _FIELD.finditer(text)}
    if unknown := [name for name in names if name not in _KEYS]:
        raise ValueError(f"{unknown[0]}: unknown key; use {', '.join(_KEYS)}")
    if missing := [name for name in _KEYS if not fields.get(name) and (name != "ticket" or name in fields)]:
        raise ValueError(f"{missing[0]} is missing")
    return fields


def _expires(text: str, most: int, today: date) -> date:
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        expires = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"expires: invalid date; use YYYY-MM-DD, found {show(text)}") from None
    if (days := (expires - today).days) > most:
        raise ValueError(f"expires: {text} is {plural(days, 'day')} ahead; at most {most:,} are allowed")
    return expires

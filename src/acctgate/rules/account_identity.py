"""The account is one that the policy expects.

A verdict on another account proves nothing. A pipeline whose secret is empty, or a wrong profile, can read and judge
the wrong account. The rule compares the account that was read with `accounts`, with the accounts that the
policy file lists, and with `--account`: it must be in each of them that is given. A file without an account id is
skipped unless particular accounts are expected.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from annotated_types import MinLen

from acctgate.language import Bilingual
from acctgate.model.account_id import is_account_id
from acctgate.model.api_error import explain
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.redact import one_line
from acctgate.rules.base import Judgement, Rule, RuleEntry, RuleText, entry, undecided
from acctgate.rules.support.order import fewer_is_stricter
from acctgate.text import listed, listed_zh

SETTING: Final = "account_id"


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of account-identity."""

    accounts: Annotated[list[Annotated[str, MinLen(1)]], MinLen(1)]
    """The IDs of the accounts that may be judged. Left out: those that the policy file lists and `--account` names."""


def expected(want: Parameters) -> str:
    """Return the parameters in words."""
    if "accounts" not in want:
        return "a known account"
    return f"account {listed(map(one_line, want['accounts']), 'or')}" if want["accounts"] else "an expected account"


def expected_zh(want: Parameters) -> str:
    """Return the parameters in Chinese."""
    if "accounts" not in want:
        return "已知的账号"
    return f"账号 {listed_zh(map(one_line, want['accounts']), '或')}" if want["accounts"] else "预期的账号"


class AccountIdentity(Rule[Parameters]):
    """Judges the account's id."""

    def judgements(self, account: Snapshot, want: Parameters, now: datetime) -> Sequence[Judgement]:
        """Return one judgement."""
        number = account.account_id
        if number is None:
            return [_without_id(account, "accounts" in want)]
        if account.not_read is not None:
            return [undecided(Unknown(account.not_read))]
        name = number if is_account_id(number) else one_line(number)  # cleaning each number would take time
        holds = "accounts" not in want or number in want["accounts"]
        if holds:
            return [Judgement("pass", Bilingual(f"the account is {name}", f"账号是 {name}"), number)]
        message = Bilingual(f"account {name} is not expected", f"账号 {name} 不是预期的账号")
        return [Judgement("fail", message, number)]


def _without_id(account: Snapshot, expects_accounts: bool) -> Judgement:
    """Judge an account without an id."""
    if account.unreadable is not None:
        return undecided(Unknown(account.unreadable))
    if error := account.errors.get(SETTING):
        return undecided(Unknown(explain(error, "GetCallerIdentity")))
    if expects_accounts:
        return undecided(Unknown(Bilingual("the account has no id", "账号没有 ID")))
    message = Bilingual(
        "the account has no id, and no particular account is expected", "账号没有 ID，也没有指定预期的账号"
    )
    return Judgement("skipped", message)


RULE = AccountIdentity(
    id="account-identity",
    title="Expected account",
    doc=__doc__,
    severity="critical",
    setting=SETTING,
    parameters=Parameters,
    expected=expected,
    parameter_orders={"accounts": fewer_is_stricter},
    remediation="Check the credentials, the profile and the role that read the account. If the account is right, add "
    "it to the policy's accounts.",
    translations={
        "zh": RuleText(
            title="账号身份",
            doc="被判断的账号就是策略所指的账号。\n\n"
            "对另一个账号得出的结论什么也证明不了。流水线的密钥为空，或用错了配置，就可能读取并判断一个无人想要的账号。"
            "本规则将读取到的账号与 `accounts`、策略文件列出的账号以及 `--account` 比较：凡是给出的，都必须包含该账号。"
            "没有账号 ID 的文件会被跳过，除非指定了账号。",
            remediation="请检查读取账号所用的凭据、配置和角色。如果账号正确，请将它加入策略的 accounts。",
            parameters={"accounts": "允许判断的账号 ID。省略时，以策略文件列出的账号和 `--account` 为准。"},
            expected=expected_zh,
        )
    },
)

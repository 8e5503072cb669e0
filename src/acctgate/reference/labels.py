"""The labels around a rule's own texts, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from acctgate.language import Language


class Labels(NamedTuple):
    """The labels in one language."""

    head: str
    """The heading of the page of all rules."""
    intro: str
    other: str
    """A link to the page in the other language."""
    file: str
    """The page's file in docs/."""
    readme: str
    reads: str
    parameter: str
    parameters: str
    names: str
    """Whom `--names` names, with the permissions that it needs."""
    passes: str
    fails: str


LABELS: Final[Mapping[Language, Labels]] = {
    "en": Labels(
        head="Rules",
        intro="Each rule has one outcome per account (compliance-report: one per pack): pass, fail, unknown, waived or "
        "skipped.\nA missing field, an unknown value or a denied call is unknown, never a pass.\n"
        "The examples are files as `acctgate test` takes them.",
        other="[简体中文](rules.zh-CN.md)",
        file="rules.md",
        readme="README.md",
        reads="reads",
        parameter="parameter",
        parameters="parameters",
        names="names",
        passes="Passes",
        fails="Fails",
    ),
    "zh": Labels(
        head="规则",
        intro="每条规则对每个账号给出一个结果（compliance-report 对每个合规包给出一个）：pass（通过）、fail（未通过）、"
        "unknown（无法判定）、waived（已豁免）或 skipped（已跳过）。\n"
        "缺少字段、取值未知或调用被拒绝时，结果是 unknown，绝不会是 pass。\n"
        "示例就是 `acctgate test` 使用的文件。",
        other="[English](rules.md)",
        file="rules.zh-CN.md",
        readme="README.zh-CN.md",
        reads="读取",
        parameter="参数",
        parameters="参数",
        names="用户名单",
        passes="通过",
        fails="未通过",
    ),
}

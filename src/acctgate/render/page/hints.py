"""The texts of the page that have a count, or combine words."""

from __future__ import annotations

from acctgate.language import Words
from acctgate.model.outcome import Level, Result, Verdict
from acctgate.render import words
from acctgate.text import plural


def not_covered(count: int) -> Words:
    """Return the heading of the controls that acctgate cannot judge."""
    return Words(f"{count:,} not covered", f"{count:,} 个未覆盖")


def cut_accounts(count: int) -> Words:
    """Return the hint that some accounts are shown without values."""
    return Words(
        f"To keep the page small, the rules of {plural(count, 'account')} are listed without values. "
        "The JSON report (--format json) contains all values.",
        f"为控制页面大小，{count:,} 个账号只列出规则而不含数值。完整内容见 JSON 报告（--format json）。",
    )


def with_findings(count: int) -> Words:
    """Return the title of the rules that failed, are unknown or are waived."""
    return Words(
        f"Rules with findings ({count:,}), blocking ones first", f"发现问题的规则（{count:,}），拦截部署的排在最前"
    )


def more_accounts(count: int) -> Words:
    """Return the title of the accounts that are folded."""
    return Words(plural(count, "more account"), f"另外 {count:,} 个账号")


def no_findings(count: int) -> Words:
    """Return the title of the rules that passed or were skipped."""
    return Words(f"Rules without findings ({count:,})", f"没有发现问题的规则（{count:,}）")


def cut_changes(count: int) -> Words:
    """Return the hint that the changes of some accounts are not shown."""
    return Words(
        f"Changes of {plural(count, 'more account')} are not shown here.", f"另有 {count:,} 个账号有变更，此处未显示。"
    )


def cut_notices(count: int) -> Words:
    """Return the hint that some waivers are not shown."""
    return Words(f"{count:,} more, not shown here.", f"另有 {count:,} 条，此处未显示。")


def folded_notices(count: int) -> Words:
    """Return the title of notices that are folded."""
    return Words(f"{count:,} notices", f"{count:,} 条")


def cut_trends(count: int) -> Words:
    """Return the hint that some accounts are not plotted."""
    return Words(f"Not plotted: {plural(count, 'more account')}.", f"另有 {count:,} 个账号未绘图。")


def group_title(outcome: Result, level: Level) -> Words:
    """Return the title of outcomes with the same result and level."""
    result, how = words.OUTCOMES[outcome], words.LEVELS[level]
    return Words(f"{result.en}, {how.en}", f"{result.zh}，{how.zh}")


def accounts_with(verdict: Verdict) -> Words:
    """Return the label of the number of accounts with a verdict."""
    verdict_words = words.VERDICTS[verdict]
    return Words(f"accounts {verdict_words.en}", f"账号{verdict_words.zh}")

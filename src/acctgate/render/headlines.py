"""Lines with counts in English and Chinese, which have several parts: the headline of an account, totals, lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from acctgate.inert_text import clean
from acctgate.language import Language, Words
from acctgate.model.organization import SHOWN, OrganizationSummary
from acctgate.model.outcome import Result, Verdict
from acctgate.model.report import AccountReport, Summary
from acctgate.model.since import Since
from acctgate.render import words
from acctgate.text import plural


def account_name(account: str | None, alias: str | None, language: Language) -> str:
    """Return an account for the beginning of a line: `account 1234567890123456 (prod)`."""
    name = clean(account, words.LONGEST) if account else words.UNKNOWN_ID.of(language)
    shown = clean(alias, words.LONGEST) if alias else ""
    if language == "zh":
        return f"账号 {name}{f'（{shown}）' if shown else ''}"
    return f"account {name}{f' ({shown})' if shown else ''}"


def counted(heading: Words, count: int) -> Words:
    """Return a heading with a count: `Passed (9)`."""
    return Words(f"{heading.en} ({count:,})", f"{heading.zh}（{count:,}）")


def headline(report: AccountReport, language: Language) -> str:
    """Return the account, and how many of its rules and controls do not pass, in one line."""
    zh = language == "zh"
    judged = [each.outcome for each in report.outcomes if each.binding]
    parts = [_chinese(judged, "条", "强制规则") if zh else _english(judged, "mandatory rule")]
    for framework in report.frameworks:
        judged = [each.outcome for each in framework.controls]
        scope = framework.framework
        parts.append(_chinese(judged, "项", f" {scope} 控制") if zh else _english(judged, "control", f" of {scope}"))
    name = account_name(report.account, report.alias, language)
    return f"{name}{words.COLON.of(language)}{('；' if zh else '; ').join(parts)}"


def _english(results: Iterable[Result], noun: str, scope: str = "") -> str:
    """Return how many do not pass: `6 violations and 2 unknown of 14 mandatory rules`."""
    failed, unknown, waived, judged = _counts(results)
    rules = plural(judged, noun) + scope
    parts = []
    if failed:
        parts.append(plural(failed, "violation"))
    if unknown:
        parts.append(f"{unknown} unknown")
    if parts:
        return f"{' and '.join(parts)} of {rules}"
    if waived:
        return f"{judged - waived} of {rules} pass, {waived} waived"
    return f"the only {noun}{scope} passes" if judged == 1 else f"all {rules} pass"


def _chinese(results: Iterable[Result], unit: str, noun: str) -> str:
    """Return the same in Chinese. `unit` counts what `noun` names."""
    failed, unknown, waived, judged = _counts(results)
    parts = []
    if failed:
        parts.append(f"{failed} {unit}违规")
    if unknown:
        parts.append(f"{unknown} {unit}无法判定")
    what = f"{unit}{noun}"
    if parts:
        return f"{judged} {what}中有 {'、'.join(parts)}"
    passing = f"{judged} {what}中 {judged - waived} {unit}通过、{waived} {unit}已豁免"
    return passing if waived else f"全部 {judged} {what}通过"


def _counts(results: Iterable[Result]) -> tuple[int, int, int, int]:
    """Return the number of failed, unknown, waived and of all judged results."""
    counts = Counter(result for result in results if result != "skipped")
    return counts["fail"], counts["unknown"], counts["waived"], counts.total()


def totals(summary: Summary, language: Language) -> str:
    """Return what was judged, with what result, in one line."""
    if language == "en":
        return summary.describe()
    counts = "、".join(f"{words.OUTCOMES[name].zh} {count:,}" for name, count in summary.counts.items() if count)
    outcomes = f"{sum(summary.counts.values()):,} 条结果{'：' if counts else ''}{counts}"
    return f"{_accounts(summary, language)}，{outcomes}"


def organization_line(found: OrganizationSummary, shown: int = SHOWN) -> Words:
    """Return how many accounts the organization has, how many were read, and up to `shown` of those that were not."""
    chinese = f"列出 {found.accounts:,} 个账号"
    if found.directory:
        chinese = f"资源目录 {found.directory} 共 {found.in_directory or 0:,} 个账号，选中 {found.accounts:,} 个"
    chinese = f"{chinese}，已读取 {found.read:,} 个"
    if found.not_read:
        names, rest = ", ".join(found.not_read[:shown]), len(found.not_read) - shown
        others = f"（另有 {rest:,} 个）" if rest > 0 else ""
        chinese = f"{chinese}，{len(found.not_read):,} 个未读取：{names}{others}"
    return Words(clean(found.describe(shown)), clean(chinese))


def fleet_headline(verdicts: Mapping[Verdict, int], summary: Summary, language: Language) -> str:
    """Return how many accounts are blocked, are unknown and pass."""
    shown: dict[Verdict, Words] = {**words.VERDICTS, "pass": words.PASS}
    counter = " 个" if language == "zh" else " "
    parts = [f"{verdicts[name]:,}{counter}{each.of(language)}" for name, each in shown.items() if verdicts.get(name)]
    return f"{_accounts(summary, language)}{words.COLON.of(language)}{words.SEPARATOR.of(language).join(parts)}"


def _accounts(summary: Summary, language: Language) -> str:
    """Return how many accounts were judged, and how many snapshots if an account has several."""
    several = summary.snapshots != summary.accounts
    if language == "en":
        accounts = plural(summary.accounts, "account")
        return f"{plural(summary.snapshots, 'snapshot')} of {accounts}" if several else accounts
    return f"{summary.accounts:,} 个账号{f'的 {summary.snapshots:,} 份快照' if several else ''}"


def since_parts(since: Since) -> list[tuple[Words, Sequence[str]]]:
    """Return what changed since an earlier run, with the names of the accounts. Accounts that are gone come first."""
    rules = [f"{rule} ({count:,})" for rule, count in since.newly_failing.items()]
    parts: list[tuple[Words, Sequence[str]]] = [
        (words.GONE, since.gone),
        (words.NEWLY_BLOCKED, since.newly_blocked),
        (words.NEWLY_UNKNOWN, since.newly_unknown),
        (words.FLIPS["repaired"].words, since.repaired),
        (words.NEW_ACCOUNTS, since.new),
        (words.NEWLY_VIOLATED, rules),
        (words.NOT_COMPARED, since.not_compared),
    ]
    return [part for part in parts if part[1]]


def more(count: int) -> Words:
    """Return the end of a list that shows only its first items: `… and 3 more`."""
    return Words(words.MORE.en.format(f"{count:,}"), words.MORE.zh.format(f"{count:,}"))


def first_names(names: Iterable[str], total: int, language: Language) -> str:
    """Return the first of a number of names, and how many more there are."""
    shown = list(names)
    rest = f" {more(total - len(shown)).of(language)}" if total > len(shown) else ""
    return ", ".join(shown) + rest

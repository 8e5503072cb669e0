"""The rules over all accounts: how often each is violated, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from acctgate.model.outcome import Level, Outcome, Result, Severity
from acctgate.model.report import AccountReport
from acctgate.render.page import texts
from acctgate.render.page.markup import both, safe
from acctgate.render.page.texts import SEVERITIES
from acctgate.rules.zh import CHINESE

_SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low")


class Rules:
    """Counts each rule's outcomes, and shows them: accounts refer to a rule by its number."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles
        self._found: dict[str, _Statistics] = {}

    def add(self, report: AccountReport) -> None:
        """One more account."""
        for outcome in report.outcomes:
            if outcome.rule not in self._found:
                title = self._titles.get(outcome.rule, "")
                self._found[outcome.rule] = _Statistics(len(self._found) + 1, outcome, title)
            self._found[outcome.rule].add(outcome)

    def number(self, rule: str) -> int:
        """The number of a rule that was added."""
        return self._found[rule].number

    def html(self) -> Iterator[str]:
        """What blocks first; rules without findings folded."""
        rules = sorted(self._found.values(), key=_Statistics.urgency)
        if not rules:
            return
        yield f"<section><h2 id=rules>{both(texts.RULES)}</h2>"
        if found := [rule for rule in rules if rule.found]:
            yield f"<p class=dim>{both(texts.RULES_HINT)}</p>\n"
            yield from _table(found)
        if rest := [rule for rule in rules if not rule.found]:
            yield f"<details><summary>{both(texts.no_findings(len(rest)))}</summary>"
            yield from _table(rest)
            yield "</details>"
        yield "</section>\n"


def _table(rules: Iterable[_Statistics]) -> Iterator[str]:
    columns = (texts.RULE, texts.LEVEL, texts.SEVERITY, texts.EXPECTED)
    heads = "".join(f"<th scope=col>{both(words)}</th>" for words in columns)
    for name in texts.ORDER:
        words = texts.OUTCOMES[name]
        told = f'<abbr title="{words.en} · {words.zh}">{texts.SIGNS[name]}</abbr>'
        heads += f"<th scope=col class=n>{told}</th>"
    yield (
        f"<div class=wide><table class=rules><thead><tr>{heads}<th scope=col>{both(texts.TO_DO)}</th></tr></thead>\n"
        "<tbody>\n"
    )
    yield from (rule.row() for rule in rules)
    yield "</tbody></table></div>"


class _Statistics:
    """One rule over all accounts."""

    def __init__(self, number: int, outcome: Outcome, title: str) -> None:
        self.number, self.first, self.title = number, outcome, title
        self.counts = Counter[Result]()
        self.levels: dict[Level, None] = {}
        self._blocks = 0

    def add(self, outcome: Outcome) -> None:
        self.counts[outcome.outcome] += 1
        self.levels.setdefault(outcome.level)
        self._blocks += outcome.binding and outcome.outcome in ("fail", "unknown")

    @property
    def found(self) -> int:
        """How often it is violated, not provable or waived."""
        return self.counts["fail"] + self.counts["unknown"] + self.counts["waived"]

    def urgency(self) -> tuple[bool, bool, int, int]:
        """What blocks first, then other findings, then by severity."""
        return (not self._blocks, not self.found, _SEVERITIES.index(self.first.severity), self.number)

    def row(self) -> str:
        rule = self.first.rule
        chinese = CHINESE.get(rule)
        title = _translated(self.title, chinese.title if chinese else None)
        remedy = _translated(self.first.remediation, chinese.remediation if chinese else None)
        levels = ", ".join(both(texts.LEVELS[level]) for level in self.levels)
        setting = safe(self.first.setting).replace(".", ".<wbr>")
        cells = "".join(
            f'<td class="n {name if self.counts[name] else "none"}">{self.counts[name] or "·"}</td>'
            for name in texts.ORDER
        )
        return (
            f"<tr id=r{self.number}><th scope=row>{safe(rule)}<small>{title}</small></th><td>{levels}</td>"
            f"<td>{both(SEVERITIES[self.first.severity])}</td><td>{safe(self.first.expected)}</td>{cells}"
            f"<td>{remedy}<small>{setting}</small></td></tr>\n"
        )


def _translated(en: str, zh: str | None) -> str:
    """A rule's text, which has no translation where the rule is somebody's own."""
    return f"<span lang=en>{safe(en, 1000)}</span><span lang=zh>{safe(zh, 1000)}</span>" if zh else safe(en, 1000)

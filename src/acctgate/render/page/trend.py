"""How an account that was judged more than once moved: score and violations as plots, and which rules flipped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from acctgate.language import Words
from acctgate.model.outcome import Result
from acctgate.model.report import AccountReport
from acctgate.render.page import texts
from acctgate.render.page.markup import both, safe

_ROOM: Final = 40_000
"""Characters for plots. Where they are used up, accounts are counted, not plotted."""
_POINTS: Final = 60
"""Snapshots of an account that are plotted: the last ones."""
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 480, 140, 34, 10, 22
_GRAVITY: Final[tuple[Result, ...]] = ("fail", "unknown", "waived", "pass", "skipped")

_KEY: Final = "".join(
    f' <span class="key {name}" aria-hidden=true>■</span> {both(texts.OUTCOMES[name])}' for name in _GRAVITY[:2]
)


class _Point(NamedTuple):
    day: str
    """When the account was read, empty where that is not known."""
    score: int | None
    failed: int
    unknown: int


class _Course:
    """What is kept of one account."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.points: list[_Point] = []
        self.count = 0
        self.before: dict[str, Result] = {}
        self.now: dict[str, Result] = {}

    def add(self, report: AccountReport) -> None:
        self.before, self.now = self.now, _worst(report)
        binding = [outcome.outcome for outcome in report.outcomes if outcome.binding]
        self.points.append(
            _Point(
                (report.taken_at or "")[:16].replace("T", " "),
                score_of(report),
                binding.count("fail"),
                binding.count("unknown"),
            )
        )
        self.count += 1
        del self.points[:-_POINTS]


class Trends:
    """Collects every account's course, and draws those with more than one point."""

    def __init__(self) -> None:
        self._courses: dict[str, _Course] = {}

    def add(self, report: AccountReport) -> None:
        """One more snapshot."""
        if report.account is None:
            return
        if report.account not in self._courses:
            self._courses[report.account] = _Course(f"{report.alias or ''} {report.account}")
        self._courses[report.account].add(report)

    def html(self) -> str:
        """The section, empty where every account was judged once."""
        courses = [course for course in self._courses.values() if course.count > 1]
        if not courses:
            return ""
        parts = [f"<section class=trend><h2>{both(texts.TREND)}</h2><p class=dim>{both(texts.TREND_HINT)}</p>"]
        room, cut = _ROOM, 0
        for number, course in enumerate(courses, 1):
            if room <= 0:
                cut += 1
                continue
            parts.append(_figure(number, course))
            room -= len(parts[-1])
        if cut:
            parts.append(f"<p class=dim>{both(texts.cut_trends(cut))}</p>")
        return "".join([*parts, "</section>\n"])


def score_of(report: AccountReport) -> int | None:
    """The security score, where it can be read."""
    for outcome in report.outcomes:
        if outcome.rule == "security-score" and outcome.actual.__class__ is int and 0 <= outcome.actual <= 100:
            return int(outcome.actual)
    return None


def _worst(report: AccountReport) -> dict[str, Result]:
    """What became of each rule; of several packs, the gravest."""
    found: dict[str, Result] = {}
    for outcome in report.outcomes:
        known = found.get(outcome.rule, outcome.outcome)
        found[outcome.rule] = min(known, outcome.outcome, key=_GRAVITY.index)
    return found


def _figure(number: int, course: _Course) -> str:
    first = course.count - len(course.points) + 1
    plots = (
        (f"s{number}", texts.SCORE, "", ", ".join(_cell(p.score) for p in course.points), _line(course.points)),
        (
            f"v{number}",
            texts.VIOLATIONS,
            _KEY,
            ", ".join(f"{p.failed}+{p.unknown}" for p in course.points),
            _bars(course.points),
        ),
    )
    divs = "".join(
        f'<div><p id={name}>{both(words)}{key}</p><svg role=img aria-labelledby="{name} {name}t" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}"><title id={name}t>{told}</title>{drawn}{_labels(course.points, first)}'
        "</svg></div>"
        for name, words, key, told, drawn in plots
    )
    rows = "".join(
        f"<tr><th scope=row>{index}{_day(p)}</th><td>{_cell(p.score)}</td><td>{p.failed}</td><td>{p.unknown}</td></tr>"
        for index, p in enumerate(course.points, first)
    )
    columns = (texts.SNAPSHOT, texts.SCORE, texts.OUTCOMES["fail"], texts.OUTCOMES["unknown"])
    heads = "".join(f"<th scope=col>{both(words)}</th>" for words in columns)
    return (
        f"<h3><bdi>{safe(course.name, 200)}</bdi></h3>{''.join(_flips(course))}<figure>{divs}</figure>"
        f"<details><summary>{both(texts.VALUES)}</summary><table><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></details>"
    )


def _flips(course: _Course) -> Iterator[str]:
    """Which rules moved between the last two snapshots."""
    worse = [r for r, now in course.now.items() if now in ("fail", "unknown") and course.before.get(r) == "pass"]
    better = [r for r, now in course.now.items() if now == "pass" and course.before.get(r) in ("fail", "unknown")]
    for sign, words, rules in (("▼", texts.NOW_FAILS, worse), ("▲", texts.REPAIRED, better)):
        if rules:
            stop = both(Words(": ", "："))
            yield f"<p>{sign} {both(words)}{stop}{', '.join(map(safe, rules))}</p>"


def _day(point: _Point) -> str:
    return f" · {safe(point.day)}" if point.day else ""


def _cell(score: int | None) -> str:
    return "–" if score is None else str(score)


def _x(index: int, count: int) -> float:
    """The middle of a point's share of the width."""
    return round(_LEFT + (index + 0.5) * (_WIDTH - _LEFT) / count, 1)


def _y(part: float) -> float:
    return round(_TOP + (1 - part) * (_HEIGHT - _TOP - _BOTTOM), 1)


def _grid(marks: Sequence[tuple[float, int]]) -> str:
    return "".join(
        f'<path class=grid d="M{_LEFT} {_y(part)}H{_WIDTH}"/>'
        f"<text class=axis x={_LEFT - 6} y={_y(part) + 4} text-anchor=end>{mark}</text>"
        for part, mark in marks
    )


def _labels(points: Sequence[_Point], first: int) -> str:
    """The numbers of the snapshots, as many as have room."""
    step = -(-len(points) // 20)
    return "".join(
        f"<text class=axis x={_x(index, len(points))} y={_HEIGHT - 5} text-anchor=middle>{first + index}</text>"
        for index in range(0, len(points), step)
    )


def _line(points: Sequence[_Point]) -> str:
    """The score, with gaps where it is not known."""
    path, pen, dots = [], "M", []
    for index, point in enumerate(points):
        if point.score is None:
            pen = "M"
            continue
        x, y = _x(index, len(points)), _y(point.score / 100)
        path.append(f"{pen}{x} {y}")
        pen = "L"
        dots.append(f"<circle class=dot cx={x} cy={y} r=4><title>{point.score}</title></circle>")
    drawn = f'<path class=line d="{"".join(path)}"/>' if path else ""
    return _grid([(0, 0), (0.5, 50), (1, 100)]) + drawn + "".join(dots)


def _bars(points: Sequence[_Point]) -> str:
    """What is violated, and on top of it what is not provable."""
    most = max(1, *(point.failed + point.unknown for point in points))
    wide = round(min(36.0, 0.7 * (_WIDTH - _LEFT) / len(points)), 1)
    bars = []
    for index, point in enumerate(points):
        x, low = round(_x(index, len(points)) - wide / 2, 1), 0
        for name, words, count in (
            ("bar", texts.OUTCOMES["fail"], point.failed),
            ('"bar u"', texts.OUTCOMES["unknown"], point.unknown),
        ):
            if count:
                top, bottom = _y((low + count) / most), _y(low / most)
                bars.append(
                    f"<rect class={name} x={x} y={top} width={wide} height={round(bottom - top, 1)}>"
                    f"<title>{words.en} · {words.zh}: {count}</title></rect>"
                )
            low += count
    marks = [(0.0, 0), (1.0, most)] if most < 2 or most % 2 else [(0.0, 0), (0.5, most // 2), (1.0, most)]
    return _grid(marks) + "".join(bars)

"""The catalogue of rules for people, in English and Chinese: the table, and one rule explained.

docs/rules.md and docs/rules.zh-CN.md are generated from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from acctgate.frameworks.framework import cis_controls, references
from acctgate.inert_text import clean
from acctgate.language import Language, Words
from acctgate.model.outcome import Severity
from acctgate.policy import PRESETS, Policy, load_preset
from acctgate.reference.labels import LABELS
from acctgate.render import words
from acctgate.render.table import render_table
from acctgate.rules import RULES
from acctgate.rules.base import Rule, RuleEntry
from acctgate.sources.operations import NAME_OPERATIONS

_NOTHING: Final = RuleEntry(level="disabled")
_MOST_COLUMNS: Final = 120
"""Longer lines of prose are hard to read."""
_OVERRIDDEN: Final = Words("{} ({}; {} by default)", "{}（{}；默认为{}）")


def entries(policy: Policy | None = None) -> list[dict[str, Any]]:
    """Return acctgate's rules, or those of a policy, as JSON. A user's own rules are in no preset."""
    presets = {name: load_preset(name) for name in PRESETS}
    return [
        {
            "id": rule.id,
            "title": rule.title,
            "severity": policy.severities(rule)[0] if policy else rule.severity,
            "settings": list(rule.settings),
            "parameters": dict(rule.text("en").parameters),
            "cis": list(cis_controls(rule)),
            "controls": {framework.id: list(found) for framework, found in references(rule)},
            **{name: preset_text(preset.rules.get(rule.id, _NOTHING)) for name, preset in presets.items()},
        }
        for rule in (policy.all_rules if policy else RULES)
    ]


def presets(rule: Rule[Any]) -> Iterator[tuple[str, str]]:
    """Return each preset's requirement, by the preset's name."""
    for name in PRESETS:
        if entry := load_preset(name).rules.get(rule.id):
            yield name, preset_text(entry)


def preset_text(entry: RuleEntry) -> str:
    """Return what a preset requires, for example `mandatory, max_hours: 8`."""
    return ", ".join(filter(None, (entry["level"], parameters_text(entry))))


def parameters_text(entry: Mapping[str, Any]) -> str:
    """Return the parameters of a rule, for example `max_hours: 8`."""
    return ", ".join(f"{name}: {_scalar(value)}" for name, value in entry.items() if name != "level")


def _severity(severity: Severity, language: Language) -> str:
    return words.SEVERITIES[severity].of(language)


def _severity_here(rule: Rule[Any], policy: Policy | None, language: Language) -> str:
    """Return the severity of a rule, and what the policy makes of it if that differs."""
    own = _severity(rule.severity, language)
    if policy is None or policy.severities(rule) == [rule.severity]:
        return own
    shown = " / ".join(_severity(each, language) for each in policy.severities(rule))
    return _OVERRIDDEN.of(language).format(shown, clean(policy.where(rule.id)), own)


def _scalar(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def text_table(policy: Policy | None = None, width: int | None = None) -> str:
    """Return the rules as text.

    Args:
        policy: As in `entries`.
        width: The columns of the terminal. If they do not suffice for a table, each rule is a list. None wraps nothing.
    """
    rows = [("rule", "severity", "setting", "baseline", "strict")]
    for entry in entries(policy):
        setting = entry["settings"][0].rsplit(".", 1)[-1]
        rows.append((entry["id"], entry["severity"], setting, entry["baseline"], entry["strict"]))
    if width is None:
        return render_table(rows)
    from acctgate.render.layout import Layout  # noqa: PLC0415 - completing a rule's name loads this module, and no rich

    header, *cells = rows
    table = Layout(width, color=False).table(header, [[(text, "") for text in row] for row in cells], 1, indent=0)
    return "".join(f"{row}\n" for row in table)


def markdown_table(language: Language = "en", policy: Policy | None = None) -> str:
    """Return the rules as a table for README.md and README.zh-CN.md. `policy` is as in `entries`."""
    label = LABELS[language]
    names = [each.of(language) for each in (words.RULE, words.SETTING, words.SEVERITY)]
    lines = [f"| {' | '.join((*names, *PRESETS))} |", "|---|---|---|---|---|"]
    for entry in entries(policy):
        settings = ", ".join(f"`{name.rsplit('.', 1)[-1]}`" for name in entry["settings"])
        link = f"[{entry['id']}](docs/{label.file}#{entry['id']})"
        severity = _severity(entry["severity"], language)
        lines.append(f"| {link} | {settings} | {severity} | {entry['baseline']} | {entry['strict']} |")
    return "\n".join(lines) + "\n"


def explain(rule: Rule[Any], language: Language = "en", policy: Policy | None = None, width: int | None = None) -> str:
    """Return the description of a rule for the terminal.

    Args:
        rule: The rule.
        language: The language.
        policy: A policy, which can override the severity.
        width: The columns of the terminal, in which text is wrapped, up to 120. None wraps nothing.
    """
    lines = _explanation(rule, language, policy, wrapped=width is not None)
    if width is None:
        return "".join(f"{head}{line}\n" for head, line in lines)
    from rich.cells import cell_len  # noqa: PLC0415 - completing a rule's name loads this module, and no rich

    from acctgate.render.layout import Layout  # noqa: PLC0415

    layout = Layout(min(width, _MOST_COLUMNS), color=False)
    return "".join(f"{layout.paragraph((head, ''), (line, ''), cell_len(head))}\n" for head, line in lines)


def _explanation(rule: Rule[Any], language: Language, policy: Policy | None, *, wrapped: bool) -> list[tuple[str, str]]:
    """Return the lines of a description, each with its start; if they are `wrapped` later, a paragraph is a line."""
    text, label = rule.text(language), LABELS[language]
    parts = [f"{name}{words.COLON.of(language)}{meaning}" for name, meaning in text.parameters.items()]
    lines = [("", f"{rule.id}{words.COLON.of(language)}{text.title}"), ("", "")]
    lines += [("", line) for line in (_paragraphs(text.doc) if wrapped else text.doc.splitlines())]
    lines.append(("", ""))
    lines += _below(words.SEVERITY.of(language), [_severity_here(rule, policy, language)])
    lines += _below(words.SETTING.of(language), rule.settings)
    lines += _below(label.parameters, parts)
    for name, wants in presets(rule):
        lines += _below(name, [wants])
    if named := _named(rule, language):
        lines += _below(label.names, [named])
    for framework, controls in references(rule):
        name = framework.title.en.removeprefix(f"{framework.label} ")
        lines += _below(framework.label, [f"{name} {', '.join(controls)}"])
    return [*lines, ("", ""), ("", words.REMEDIATION.capitalized.of(language)), ("  ", text.remediation)]


def _paragraphs(text: str) -> Iterator[str]:
    """Yield each paragraph in one line, with an empty line between two of them."""
    for number, paragraph in enumerate(text.split("\n\n")):
        yield from ([""] if number else [])
        yield " ".join(paragraph.splitlines())


def _named(rule: Rule[Any], language: Language) -> str:
    """Return whom `--names` names behind a violation, empty if the rule names no users."""
    if rule.behind is None:
        return ""
    permissions = " + ".join(operation.permission for operation in NAME_OPERATIONS)
    return f"{getattr(rule.behind.criterion, language)} (--names: {permissions})"


def _below(label: str, values: Iterable[str]) -> list[tuple[str, str]]:
    """Return values, each with the start of its line: the label for the first one, blanks for the others.

    A Chinese character is two columns wide.
    """
    from rich.cells import set_cell_size  # noqa: PLC0415 - completing a rule's name loads this module, and no rich

    first = f"{label[:1].upper()}{label[1:]}"
    return [(f"{set_cell_size('' if index else first, 10)} ", value) for index, value in enumerate(values)]


def markdown_page(language: Language = "en", examples: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Return the text of docs/rules.md or docs/rules.zh-CN.md.

    Args:
        language: The language of the page.
        examples: Rule id → `pass` and `fail` → an example, as YAML.
    """
    label = LABELS[language]
    note = "<!-- Generated by `make docs` from src/acctgate/rules. Do not edit. -->"
    parts = [f"# {label.head}\n\n{note}\n\n{label.other}\n\n{label.intro}\n"]
    parts += [_page(rule, language, (examples or {}).get(rule.id, {})) for rule in RULES]
    return "\n".join(parts)


def _page(rule: Rule[Any], language: Language, examples: Mapping[str, str]) -> str:
    text, label = rule.text(language), LABELS[language]
    rows = [
        (label.reads, ", ".join(f"`{name}`" for name in rule.settings)),
        (words.SEVERITY.of(language), _severity(rule.severity, language)),
        *((f"{label.parameter} `{name}`", meaning) for name, meaning in text.parameters.items()),
        *presets(rule),
        *([(label.names, named)] if (named := _named(rule, language)) else []),
        *((framework.title.of(language), ", ".join(controls)) for framework, controls in references(rule)),
    ]
    parts = [
        f"## {rule.id}",
        f"**{text.title}{words.STOP.of(language)}** {text.doc}",
        "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]),
        f"**{words.REMEDIATION.capitalized.of(language)}{words.STOP.of(language)}** {text.remediation}",
        *(
            f"{heading}{words.COLON.of(language).rstrip()}\n\n```yaml\n{examples[name]}```"
            for name, heading in (("pass", label.passes), ("fail", label.fails))
            if name in examples
        ),
    ]
    return "\n\n".join(parts) + "\n"

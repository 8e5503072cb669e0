"""The catalogue of rules for people, in English and Chinese: the table, and one rule explained.

docs/rules.md and docs/rules.zh-CN.md are made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from acctgate.language import Language
from acctgate.model.outcome import Severity
from acctgate.policy import PRESETS, load_preset
from acctgate.reference.labels import LABELS
from acctgate.render.page.texts import SEVERITIES
from acctgate.rules import RULES
from acctgate.rules.base import Rule, RuleEntry, SettingRule
from acctgate.rules.parameters import parameter_schema
from acctgate.rules.zh import CHINESE, RuleText

_NOTHING: Final = RuleEntry(level="disabled")


def entries(rules: Sequence[Rule[Any]] = RULES) -> list[dict[str, Any]]:
    """The rules as JSON. Presets ask for none of a user's own."""
    presets = {name: load_preset(name) for name in PRESETS}
    return [
        {
            "id": rule.id,
            "title": rule.title,
            "severity": rule.severity,
            "settings": settings(rule),
            "parameters": parameters(rule),
            "cis": list(rule.cis),
            **{name: preset_text(policy.rules.get(rule.id, _NOTHING)) for name, policy in presets.items()},
        }
        for rule in rules
    ]


def settings(rule: Rule[Any]) -> list[str]:
    """The settings that a rule reads."""
    return [rule.setting, *(rule.also if isinstance(rule, SettingRule) else ())]


def parameters(rule: Rule[Any]) -> dict[str, str]:
    """The parameters that a policy can set, with what they mean."""
    properties = parameter_schema(rule)["properties"].items()
    return {name: " ".join(schema.get("description", "").split()) for name, schema in properties if name != "level"}


def texts(rule: Rule[Any], language: Language) -> RuleText:
    """What is said of a rule. It is English where there is no translation: of a user's own rules."""
    english = RuleText(rule.title, rule.doc.strip(), rule.remediation, parameters(rule))
    return CHINESE.get(rule.id, english) if language == "zh" else english


def presets(rule: Rule[Any]) -> Iterator[tuple[str, str]]:
    """What the presets ask for, by their names."""
    for name in PRESETS:
        if entry := load_preset(name).rules.get(rule.id):
            yield name, preset_text(entry)


def preset_text(entry: RuleEntry) -> str:
    """What a preset asks for: `mandatory, max_hours: 8`."""
    shown = [f"{name}: {_scalar(value)}" for name, value in entry.items() if name != "level"]
    return ", ".join([entry["level"], *shown])


def _severity(severity: Severity, language: Language) -> str:
    words = SEVERITIES[severity]
    return words.zh if language == "zh" else words.en


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def text_table(rules: Sequence[Rule[Any]] = RULES) -> str:
    """The rules, one a line."""
    rows = [("rule", "severity", "setting", "baseline", "strict")]
    rows += [
        (e["id"], e["severity"], e["settings"][0].rsplit(".", 1)[-1], e["baseline"], e["strict"])
        for e in entries(rules)
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines) + "\n"


def markdown_table(language: Language = "en", rules: Sequence[Rule[Any]] = RULES) -> str:
    """The rules as a table for README.md and README.zh-CN.md."""
    label = LABELS[language]
    heads = f"| {label.rule} | {label.setting} | {label.severity} | {' | '.join(PRESETS)} |"
    lines = [heads, "|---|---|---|---|---|"]
    for entry in entries(rules):
        names = ", ".join(f"`{name.rsplit('.', 1)[-1]}`" for name in entry["settings"])
        link = f"[{entry['id']}](docs/{label.file}#{entry['id']})"
        severity = _severity(entry["severity"], language)
        lines.append(f"| {link} | {names} | {severity} | {entry['baseline']} | {entry['strict']} |")
    return "\n".join(lines) + "\n"


def explain(rule: Rule[Any], language: Language = "en") -> str:
    """One rule for the terminal."""
    text, label = texts(rule, language), LABELS[language]
    parts = [f"{name}{label.colon}{meaning}" for name, meaning in text.parameters.items()]
    lines = [f"{rule.id}{label.colon}{text.title}", "", text.doc, ""]
    lines += _below(label.severity, [_severity(rule.severity, language)])
    lines += _below(label.setting, settings(rule))
    lines += _below(label.parameters, parts)
    for name, wants in presets(rule):
        lines += _below(name, [wants])
    if rule.cis:
        lines += _below("CIS", [f"Alibaba Cloud Foundation Benchmark {', '.join(rule.cis)}"])
    lines += ["", label.to_do, f"  {text.remediation}"]
    return "\n".join(lines) + "\n"


def _below(label: str, values: Iterable[str]) -> list[str]:
    """Values below each other, with their label before the first. A Chinese character is two columns wide."""
    from rich.cells import set_cell_size

    first = f"{label[:1].upper()}{label[1:]}"
    return [f"{set_cell_size('' if index else first, 10)} {value}" for index, value in enumerate(values)]


def markdown_pages(language: Language = "en", examples: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """docs/rules.md, or docs/rules.zh-CN.md.

    Args:
        language: In which it is written.
        examples: Rule id → `pass` and `fail` → an example, as YAML.
    """
    label = LABELS[language]
    note = "<!-- Generated by `make docs` from src/acctgate/rules. Do not edit. -->"
    parts = [f"# {label.head}\n\n{note}\n\n{label.other}\n\n{label.intro}\n"]
    parts += [_page(rule, language, (examples or {}).get(rule.id, {})) for rule in RULES]
    return "\n".join(parts)


def _page(rule: Rule[Any], language: Language, examples: Mapping[str, str]) -> str:
    text, label = texts(rule, language), LABELS[language]
    rows = [
        (label.reads, ", ".join(f"`{name}`" for name in settings(rule))),
        (label.severity, _severity(rule.severity, language)),
        *((f"{label.parameter} `{name}`", meaning) for name, meaning in text.parameters.items()),
        *presets(rule),
        *([("CIS Alibaba Cloud Foundation Benchmark", ", ".join(rule.cis))] if rule.cis else []),
    ]
    parts = [
        f"## {rule.id}",
        f"**{text.title}{label.stop}** {text.doc}",
        "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]),
        f"**{label.to_do}{label.stop}** {text.remediation}",
        *(f"{told}{label.colon.rstrip()}\n\n```yaml\n{examples[name]}```"
          for name, told in (("pass", label.passes), ("fail", label.fails)) if name in examples),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"

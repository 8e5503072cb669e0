"""The APIs' XML answers, as the JSON that they would be.

XML has only text, so each value is read by its field's type in the models: 6 as a number where the model has
a number. What the type cannot read stays text, and the models refuse it.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from acctgate.reading import SourceError

Schema = dict[str, Any]


def read_xml(text: str, name: str) -> tuple[str, dict[str, Any]]:
    """The name of the root element, and what stands in it.

    Raises:
        SourceError: It is no well-formed XML, or it has entities or a document type.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(text.strip(), forbid_dtd=True)
        children = _children(root, _answer_schema())
    except DefusedXmlException:
        raise SourceError(f"{name}: XML with a document type or entities is not read") from None
    except ParseError as error:
        line = error.position[0] + text[: len(text) - len(text.lstrip())].count("\n")
        raise SourceError(f"{name}:{line}: no XML: {str(error).split(':')[0]}") from None
    except (RecursionError, ValueError):
        raise SourceError(f"{name}: no XML that can be read") from None
    return _local(root.tag), children if isinstance(children, dict) else {}


def _children(element: Element, schema: Schema) -> Any:
    result: dict[str, Any] = {}
    for child in element:
        tag = _local(child.tag)
        value = _value(child, _resolve(schema, schema.get("properties", {}).get(tag, {})))
        if tag in result:  # which of them counts would be a guess: a list, which no model takes for a value
            first = result[tag]
            result[tag] = [*first, value] if isinstance(first, list) else [first, value]
        else:
            result[tag] = value
    return result


def _value(element: Element, schema: Schema) -> Any:
    kind = schema.get("type")
    text = element.text or ""
    if kind == "array":
        items = _resolve(schema, schema.get("items", {}))
        return [_value(child, items) for child in element]
    if len(element) or (kind == "object" and not text.strip()):
        return _children(element, schema)
    return _typed(text, kind)


def _typed(text: str, kind: str | None) -> Any:
    word = text.strip()
    if kind == "integer" and word.removeprefix("-").isascii() and word.removeprefix("-").isdigit():
        return int(word) if len(word) < 100 else text
    if kind == "boolean" and word in ("true", "false"):
        return word == "true"
    return text


def _resolve(parent: Schema, schema: Schema) -> Schema:
    """Follow a reference into the definitions, which the root schema has."""
    definitions = parent.get("$defs", {})
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[-1]]
    return {**schema, "$defs": definitions}


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


@cache
def _answer_schema() -> Schema:
    from pydantic import TypeAdapter

    from acctgate.model.compliance_pack import CompliancePackReport
    from acctgate.model.security_practice import AccountSecurityPracticeInfo
    from acctgate.model.security_preference import SecurityPreference

    sections = {
        "SecurityPreference": SecurityPreference,
        "AccountSecurityPracticeInfo": AccountSecurityPracticeInfo,
        "CompliancePackReport": CompliancePackReport,
    }
    schemas = {key: TypeAdapter(model).json_schema() for key, model in sections.items()}
    definitions: Schema = {}
    for schema in schemas.values():
        definitions |= schema.pop("$defs", {})
    return {"type": "object", "properties": schemas, "$defs": definitions}

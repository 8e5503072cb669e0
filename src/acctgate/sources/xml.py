"""Convert the APIs' XML answers to their JSON form.

XML has only text. So each value is converted by its field's type in the models: 6 becomes a number where the model has
a number. A value that does not fit its type stays text, and the models reject it.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from pydantic import TypeAdapter

from acctgate.model.compliance_pack import CompliancePackReport
from acctgate.model.config_rule_compliance import CompliancePackDetails, PackCompliance
from acctgate.model.fields import without_references
from acctgate.model.password_policy import PasswordPolicy
from acctgate.model.security_practice import AccountSecurityPracticeInfo
from acctgate.model.security_preference import SecurityPreference
from acctgate.model.user_sso import UserSsoSettings
from acctgate.reading import SourceError
from acctgate.redact import one_line
from acctgate.strict_json import MAX_DEPTH

Schema = dict[str, Any]


def read_xml(text: str, name: str) -> tuple[str, dict[str, Any]]:
    """Return the name of the root element, and its content.

    Raises:
        SourceError: It is not well-formed XML, or it has entities or a document type.
    """
    from defusedxml.common import DefusedXmlException  # noqa: PLC0415 - few inputs are XML, and it takes 10 ms
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415

    try:
        root = fromstring(text.strip(), forbid_dtd=True)
    except DefusedXmlException:
        raise SourceError(f"{name}: XML with a document type or entities is not allowed") from None
    except ParseError as error:
        line = error.position[0] + text[: len(text) - len(text.lstrip())].count("\n")
        raise SourceError(f"{name}:{line}: invalid XML: {str(error).split(':')[0]}") from None
    except ValueError as error:
        raise SourceError(f"{name}: invalid XML: {one_line(error)}") from None
    if _is_too_deep(root):
        raise SourceError(f"{name}: invalid XML: nested too deeply")
    children = _children(root, _answer_schema())
    return _local(root.tag), children if isinstance(children, dict) else {}


def _is_too_deep(root: Element) -> bool:
    """Return whether elements nest too deeply for functions that call themselves."""
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
    return bool(level)


def _children(element: Element, schema: Schema) -> Any:
    """Return the child elements as an object."""
    result: dict[str, Any] = {}
    for child in element:
        tag = _local(child.tag)
        kind = schema.get("properties", {}).get(tag, {})
        if _is_item(child, kind):
            result.setdefault(tag, []).append(_value(child, kind["items"]))
            continue
        value = _value(child, kind)
        if tag in result:  # Ambiguous: a list, which the models reject.
            first = result[tag]
            result[tag] = [*first, value] if isinstance(first, list) else [first, value]
        else:
            result[tag] = value
    return result


def _is_item(element: Element, schema: Schema) -> bool:
    """Return whether an element is one item of a list: the list may repeat its tag, with nothing around."""
    if schema.get("type") != "array":
        return False
    properties = schema.get("items", {}).get("properties", {})
    if not properties:
        return not len(element) and bool((element.text or "").strip())
    return any(_local(child.tag) in properties for child in element)


def _value(element: Element, schema: Schema) -> Any:
    """Return the value of an element by the type in its schema."""
    kind = schema.get("type")
    text = element.text or ""
    if kind == "array":
        return [_value(child, schema.get("items", {})) for child in element]
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


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


@cache
def _answer_schema() -> Schema:
    """Return the JSON Schema of an answer that has all sections."""
    sections = {
        "SecurityPreference": SecurityPreference,
        "AccountSecurityPracticeInfo": AccountSecurityPracticeInfo,
        "CompliancePackReport": CompliancePackReport,
        "PasswordPolicy": PasswordPolicy,
        "UserSsoSettings": UserSsoSettings,
        "AccessKeyPolicy": str,  # a JSON text
        "ConfigRuleComplianceResult": PackCompliance,
        "CompliancePack": CompliancePackDetails,
    }
    schemas = {key: without_references(TypeAdapter(model).json_schema()) for key, model in sections.items()}
    return {"type": "object", "properties": schemas}

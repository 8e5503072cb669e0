"""Helpers for the tests of `acctgate fix`: accounts, policies, and readers of the printed programs."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

import yaml

from acctgate.model.preference_keys import PREFERENCE_KEYS
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy
from tests.support import policy_of
from tests.support.accounts import GOOD

MASKS: Final = "LoginNetworkMasks"
HOURS: Final = "LoginSessionDuration"


def account(**login: Any) -> Snapshot:
    """Return the compliant account with these logon settings; None omits one."""
    document: dict[str, Any] = deepcopy(GOOD)
    preference = document["SecurityPreference"]["LoginProfilePreference"]
    preference |= login
    for name in [name for name, value in login.items() if value is None]:
        del preference[name]
    return Snapshot.from_document(document)


def within(*networks: str, **rules: Mapping[str, Any]) -> Policy:
    """Return a policy on network masks and the other rules given."""
    named = {name.replace("_", "-"): entry for name, entry in rules.items()}
    return replace(policy_of({"network-masks": {"within": list(networks)}, **named}), source="policy.yaml")


def read_python(text: str) -> dict[str, Any]:
    """Return the settings in a Python program, by their API names."""
    [call] = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    assert ast.unparse(call.func) == "alicloud.ram.SecurityPreference"
    names = {key.terraform: key.api for key in PREFERENCE_KEYS}
    return {names[str(word.arg)]: ast.literal_eval(word.value) for word in call.keywords}


def read_typescript(text: str) -> dict[str, Any]:
    """Return the settings in a TypeScript program by its shape; another test runs it with node."""
    pairs = re.findall(r"^    (\w+): (.*),$", text, re.MULTILINE)
    names = {key.pulumi: key.api for key in PREFERENCE_KEYS}
    return {names[name]: json.loads(value) for name, value in pairs}


def read_pulumi_yaml(text: str) -> dict[str, Any]:
    """Return the settings in a Pulumi YAML program, by their API names."""
    document = yaml.safe_load(text)
    assert (document["runtime"], list(document["resources"])) == ("yaml", ["security-preference"])
    resource = document["resources"]["security-preference"]
    assert resource["type"] == "alicloud:ram/securityPreference:SecurityPreference"
    names = {key.pulumi: key.api for key in PREFERENCE_KEYS}
    return {names[name]: _uninterpolated(value) for name, value in resource["properties"].items()}


def _uninterpolated(value: Any) -> Any:
    """Return a text as Pulumi YAML reads it: $$ is a dollar, ${ begins a reference."""
    if not isinstance(value, str):
        return value
    pieces = re.findall(r"\$\$|\$\{|.", value, re.DOTALL)
    assert "${" not in pieces
    return "".join("$" if piece == "$$" else piece for piece in pieces)


def read_terraform(text: str) -> dict[str, Any]:
    """Return the settings in a Terraform block, by their API names."""
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert (lines[0], lines[-1]) == ('resource "alicloud_ram_security_preference" "security_preference" {', "}")
    names = {key.terraform: key.api for key in PREFERENCE_KEYS}
    values = {}
    for line in lines[1:-1]:
        match = re.fullmatch(r'  ([a-z_]+) = (true|false|\d+|"(?:[^"\\]|\\.)*")', line)
        assert match, line
        values[names[match[1]]] = _hcl_value(match[2])
    return values


def _hcl_value(literal: str) -> Any:
    assert not re.search(r"(?<!\$)\$\{|(?<!%)%\{", literal), "a template"
    wide = re.sub(r"\\U([0-9a-f]{8})", lambda found: chr(int(found[1], 16)), literal)
    return json.loads(wide.replace("$${", "${").replace("%%{", "%{"))


READERS: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    "pulumi-python": read_python,
    "pulumi-typescript": read_typescript,
    "pulumi-yaml": read_pulumi_yaml,
    "terraform": read_terraform,
}

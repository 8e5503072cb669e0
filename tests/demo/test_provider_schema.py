"""The stand-in's schema names the properties that the real provider has, with their types."""

from __future__ import annotations

import inspect
from typing import Any

import pulumi_alicloud as alicloud
import pytest

from acctgate.demo.provider_schema import schema

TYPES = {"bool": "boolean", "int": "integer", "str": "string", "typing.Sequence": "array"}


@pytest.mark.parametrize(
    ("token", "resource"),
    [
        ("alicloud:ram/securityPreference:SecurityPreference", alicloud.ram.SecurityPreference),
        ("alicloud:ram/accountPasswordPolicy:AccountPasswordPolicy", alicloud.ram.AccountPasswordPolicy),
        ("alicloud:ram/passwordPolicy:PasswordPolicy", alicloud.ram.PasswordPolicy),
    ],
)
def test_the_properties_of_a_resource(token: str, resource: Any) -> None:
    parameters = inspect.signature(resource._internal_init).parameters
    wanted = {
        name: str(parameter.annotation)
        for name, parameter in parameters.items()
        if name not in ("__self__", "resource_name", "opts", "__props__")
    }
    found = {name: each["type"] for name, each in schema()["resources"][token]["inputProperties"].items()}
    assert {_snake(name): kind for name, kind in found.items()} == {
        name: next(kind for python, kind in TYPES.items() if text.startswith(f"typing.Union[{python}"))
        for name, text in wanted.items()
    }


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)

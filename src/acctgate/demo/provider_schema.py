"""The schema of the stand-in's resources. Programs in YAML are checked against it; other languages have an SDK."""

from __future__ import annotations

from typing import Any, Final

from acctgate.demo.sent import ENFORCE
from acctgate.model.password_request import API_DEFAULTS, RESOURCES
from acctgate.model.preference_keys import PREFERENCE_KEYS, PREFERENCE_TYPE

VERSION: Final = "4.0.0"
STAND_IN: Final = f"{VERSION}+acctgate.stand-in"
"""The version that the stand-in gives the engine, which shows that it behaves as any version."""
_STRINGS: Final = ("mfaOperationForLogin", "operationForRiskLogin", "loginNetworkMasks")
_NUMBERS: Final = ("loginSessionDuration", "maxIdleDaysForUsers", "maxIdleDaysForAccessKeys")
_LISTS: Final = ("verificationTypes",)
_ROLE: Final = ("roleArn", "sessionName", "policy", "externalId")
_TYPES: Final = {bool: "boolean", int: "integer"}
Schema = dict[str, Any]


def schema() -> Schema:
    """Return the schema, as the engine's GetSchema answers it."""
    preference = {name: _property(name) for name in (*(key.pulumi for key in PREFERENCE_KEYS), ENFORCE)}
    passwords = {
        resource.pulumi: {
            spelling.pulumi: {"type": _TYPES[type(API_DEFAULTS[key])]} for key, spelling in resource.keys.items()
        }
        for resource in RESOURCES.values()
    }
    resources = {PREFERENCE_TYPE: preference, **passwords}
    role = {"type": "object", "properties": {name: {"type": "string"} for name in _ROLE}}
    return {
        "name": "alicloud",
        "version": VERSION,
        "types": {"alicloud:index/ProviderAssumeRole:ProviderAssumeRole": role},
        "provider": {
            "inputProperties": {
                **{name: {"type": "string"} for name in ("region", "profile", "accessKey", "secretKey")},
                "assumeRole": {"$ref": "#/types/alicloud:index/ProviderAssumeRole:ProviderAssumeRole"},
            }
        },
        "resources": {
            name: {"properties": properties, "inputProperties": properties} for name, properties in resources.items()
        },
    }


def _property(name: str) -> Schema:
    """Return the type of a property of SecurityPreference."""
    if name in _LISTS:
        return {"type": "array", "items": {"type": "string"}}
    return {"type": "string" if name in _STRINGS else "integer" if name in _NUMBERS else "boolean"}

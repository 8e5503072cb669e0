"""What the two planned resources for the password policy do to the account's password policy. Pure.

`alicloud_ram_account_password_policy` fills in its own defaults, always sends all of its settings, and resets them to
those defaults when it is destroyed. `alicloud_ram_password_policy` sends what is given or has changed, and destroying
it does nothing. Whether SetPasswordPolicy keeps a setting that a call leaves out, or resets it to its documented
default, is not documented: the setting is then one of the two. Source: provider 1.289, Ims 2019-08-15.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from acctgate.language import Bilingual, Words, fill
from acctgate.model.effect import LEAVES, PLANNED, SETS, Effect, Marker, Operation
from acctgate.model.resource_types import OTHER_TYPES, PASSWORD_POLICIES
from acctgate.text import show

SECTION: Final = "PasswordPolicy"
LENGTH: Final = "MinimumPasswordLength"
API_DEFAULTS: Final[Mapping[str, Any]] = {
    LENGTH: 8,
    "RequireLowercaseCharacters": False,
    "RequireUppercaseCharacters": False,
    "RequireNumbers": False,
    "RequireSymbols": False,
    "PasswordReusePrevention": 0,
    "MaxPasswordAge": 0,
    "HardExpire": False,
    "MaxLoginAttemps": 0,
    "MinimumPasswordDifferentCharacter": 0,
    "PasswordNotContainUserName": False,
}
"""The settings that the resources have, and the defaults that SetPasswordPolicy documents."""


Replacement = Literal["kept", "destroyed"]
"""What a replacement does in the end to the old resource: nothing more, or it destroys it last."""


class PasswordKey(NamedTuple):
    """A setting of the password policy, as the API and the providers call it."""

    api: str
    pulumi: str
    terraform: str


class PasswordResource(NamedTuple):
    """A type of planned resource."""

    terraform: str
    pulumi: str
    keys: Mapping[str, PasswordKey]
    """The settings that it has, by the API's names."""
    defaults: Mapping[str, Any]
    """What the provider fills in and sends. Empty for a resource that sends only what is given."""


_KEYS: Final = {
    key.api: key
    for key in (
        PasswordKey(LENGTH, "minimumPasswordLength", "minimum_password_length"),
        PasswordKey("RequireLowercaseCharacters", "requireLowercaseCharacters", "require_lowercase_characters"),
        PasswordKey("RequireUppercaseCharacters", "requireUppercaseCharacters", "require_uppercase_characters"),
        PasswordKey("RequireNumbers", "requireNumbers", "require_numbers"),
        PasswordKey("RequireSymbols", "requireSymbols", "require_symbols"),
        PasswordKey("PasswordReusePrevention", "passwordReusePrevention", "password_reuse_prevention"),
        PasswordKey("MaxPasswordAge", "maxPasswordAge", "max_password_age"),
        PasswordKey("HardExpire", "hardExpiry", "hard_expiry"),
        PasswordKey("MaxLoginAttemps", "maxLoginAttemps", "max_login_attemps"),
        PasswordKey(
            "MinimumPasswordDifferentCharacter",
            "minimumPasswordDifferentCharacter",
            "minimum_password_different_character",
        ),
        PasswordKey("PasswordNotContainUserName", "passwordNotContainUserName", "password_not_contain_user_name"),
    )
}
_ACCOUNT_DEFAULTS: Final = {
    LENGTH: 12,
    "RequireLowercaseCharacters": True,
    "RequireUppercaseCharacters": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "PasswordReusePrevention": 0,
    "MaxPasswordAge": 0,
    "HardExpire": False,
    "MaxLoginAttemps": 5,
}
_PULUMI: Final = {terraform: pulumi for pulumi, terraform in OTHER_TYPES.items()}
_ACCOUNT, _GIVEN = PASSWORD_POLICIES
PASSWORD_POLICY: Final = PasswordResource(_GIVEN, _PULUMI[_GIVEN], _KEYS, {})
ACCOUNT_PASSWORD_POLICY: Final = PasswordResource(
    _ACCOUNT,
    _PULUMI[_ACCOUNT],
    {
        **{key: _KEYS[key] for key in _ACCOUNT_DEFAULTS},
        "MaxLoginAttemps": PasswordKey("MaxLoginAttemps", "maxLoginAttempts", "max_login_attempts"),
    },
    _ACCOUNT_DEFAULTS,
)
RESOURCES: Final = {resource.terraform: resource for resource in (ACCOUNT_PASSWORD_POLICY, PASSWORD_POLICY)}
"""The resources by Terraform's type."""


@dataclass(frozen=True, slots=True)
class PlannedPasswords:
    """The values of a planned resource, by the API's names."""

    declared: Mapping[str, Any]
    """What the program gives; a `Marker` for a value that the plan does not show."""
    recorded: Mapping[str, Any] | None = None
    """What the state records, None if it is unknown."""
    deleted_last: bool = False
    """Whether a replacement deletes the old resource after it has created the new one."""
    perhaps_retained: bool = False
    """Whether the plan does not show that the old resource is destroyed, and not only forgotten."""
    perhaps_replaced: Replacement | None = None
    """What becomes of the old resource if what looks like an update is a replacement, None if it is none."""


_DESTROYS: Final = Words("destroying {} resets it to {}", "销毁 {} 会将其重置为 {}")
_SENDS_DEFAULT: Final = Words("{} leaves it out, and the provider sends {}", "{} 省略了它，provider 会发送 {}")
_PERHAPS_RETAINED: Final = Words(
    "destroying {} resets it to {}, unless it has retainOnDelete, which the plan does not show; "
    "use `pulumi preview --json`",
    "销毁 {} 会将其重置为 {}，除非设置了 retainOnDelete，而计划没有显示；请使用 `pulumi preview --json`",
)
_PERHAPS_REPLACED: Final = Words(
    "if {} is replaced, destroying the old one resets it to {}; "
    "the policy pack does not see whether replaceOnChanges, replaceWith or import is new; "
    "deploy it with retainOnDelete first, or judge `pulumi preview --json`",
    "如果 {} 被替换，销毁旧资源会将其重置为 {}；策略包看不到 replaceOnChanges、replaceWith 或 import 是否是新加的；"
    "请先带着 retainOnDelete 部署，或评估 `pulumi preview --json`",
)
_UNDOCUMENTED: Final = Words(
    "{} does not send it, and whether the API then keeps it or resets it to {} is not documented; {}",
    "{} 不会发送它，而 API 会保留它还是重置为 {} 没有文档说明；{}",
)
_OTHER_RESOURCE: Final = Bilingual(
    f"use {ACCOUNT_PASSWORD_POLICY.terraform}", f"请使用 {ACCOUNT_PASSWORD_POLICY.terraform}"
)
_DECLARE: Final = Bilingual("declare it", "请声明它")
_UNKNOWN_STATE: Final = Words(
    "{}; whether {} sends it depends on the recorded state, which is not known",
    "{}；{} 是否发送它取决于已记录的状态，而该状态未知",
)


def effects(
    resource: PasswordResource, operation: Operation, planned: PlannedPasswords, name: str
) -> dict[str, Effect]:
    """Return what a planned resource does to each setting that it touches.

    Args:
        resource: Its type.
        operation: What the deploy does with it.
        planned: Its values.
        name: The resource's name for people.
    """
    if operation == "unknown":
        found = [effects(resource, each, planned, name) for each in ("create", "update", "same")]
        keys = dict.fromkeys(key for each in found for key in each)
        return {key: _either([each.get(key) for each in found], name) for key in keys}
    if resource.defaults:
        return dict(_account_policy(operation, planned, name))
    return {} if operation in ("delete", "same") else dict(_password_policy(operation, planned, name))


def _account_policy(operation: Operation, planned: PlannedPasswords, name: str) -> Iterator[tuple[str, Effect]]:
    """Yield the effects of the resource that sends everything, and resets everything when it is destroyed."""
    if operation == "same":
        return
    reset = operation == "delete" or planned.deleted_last
    for key, default in _ACCOUNT_DEFAULTS.items():
        value = planned.declared.get(key)
        if reset and planned.perhaps_retained:
            yield key, _perhaps_reset(LEAVES if operation == "delete" else value, default, name)
        elif planned.perhaps_replaced == "destroyed":
            yield key, _perhaps_replaced(value, default, name)
        elif reset:
            yield key, Effect("sets", default, fill(_DESTROYS, name, show(default)))
        elif isinstance(value, Marker):
            yield key, Effect("unknown", None, fill(SETS, name, value.value))
        elif value is None:
            yield key, Effect("sets", default, fill(_SENDS_DEFAULT, name, show(default)))
        else:
            yield key, Effect("sets", value, fill(PLANNED, name))


def _perhaps_reset(value: Any, default: Any, name: str) -> Effect:
    """Return the effect on a setting that has a value unless destroying the old resource resets it."""
    return _default_or(value, default, fill(_PERHAPS_RETAINED, name, show(default)))


def _perhaps_replaced(value: Any, default: Any, name: str) -> Effect:
    """Return the effect on a setting that has a value unless a replacement destroys the old resource last."""
    return _default_or(value, default, fill(_PERHAPS_REPLACED, name, show(default)))


def _default_or(value: Any, default: Any, note: str) -> Effect:
    """Return the effect on a setting that has a value or the provider's default."""
    if isinstance(value, Marker):
        return Effect("unknown", None, note)
    return Effect("either", (default, default if value is None else value), note)


def _password_policy(operation: Operation, planned: PlannedPasswords, name: str) -> Iterator[tuple[str, Effect]]:
    """Yield the effects of the resource that sends what is given, and in an update what has changed."""
    for key, default in API_DEFAULTS.items():
        sent, certain = _sent_or_created(key, operation, planned)
        if isinstance(sent, Marker):
            yield key, Effect("unknown", None, fill(SETS, name, sent.value))
        elif sent is not None and certain:
            yield key, Effect("sets", sent, fill(PLANNED, name))
        else:
            values = tuple(value for value in (sent, LEAVES, default) if value is not None)
            remedy = _OTHER_RESOURCE if key in planned.declared else _DECLARE
            yield key, Effect("either", values, fill(_UNDOCUMENTED, name, show(default), remedy))


def _sent(key: str, operation: Operation, planned: PlannedPasswords) -> tuple[Any, bool]:
    """Return the value that is sent, None for none, and whether that is certain."""
    value = planned.declared.get(key)
    if operation == "create":
        return value, True
    before = None if planned.recorded is None else planned.recorded.get(key)
    if planned.recorded is None or isinstance(before, Marker):
        return value, False
    if value is None:  # all but the length are not computed: left out means 0 or false
        removed = bool(before) and key != LENGTH
        return (type(API_DEFAULTS[key])() if removed else None), True
    same = type(before) is type(value) and before == value
    return (None if same else value), True


def _sent_or_created(key: str, operation: Operation, planned: PlannedPasswords) -> tuple[Any, bool]:
    """Return the value that is sent, and whether that is certain, if an update may be a replacement."""
    sent, certain = _sent(key, operation, planned)
    if planned.perhaps_replaced is None:
        return sent, certain
    created, _ = _sent(key, "create", planned)
    return (sent, certain) if sent == created else (created if sent is None else sent, False)


def _either(found: list[Effect | None], name: str) -> Effect:
    """Return the effect of a resource that may be created, updated or left as it is."""
    values: list[Any] = []
    for effect in found:
        if effect is None:
            values.append(LEAVES)
        elif effect.kind == "unknown":
            return effect
        else:
            values += effect.value if effect.kind == "either" else [effect.value]
    note = next((effect.note for effect in found if effect is not None), "")
    return Effect("either", tuple(values), fill(_UNKNOWN_STATE, note, name))

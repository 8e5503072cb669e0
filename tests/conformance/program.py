"""The Pulumi program that declares the preferences of all cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pulumi
import pulumi_alicloud as alicloud

from tests.conformance.cases import ALL, ENFORCE, HELPER, KEYS, OLDER, Case, Settings, account_id

_HARMLESS: Final[Mapping[str, Any]] = {
    "retain_on_delete": True,
    "delete_before_replace": True,
    "custom_timeouts": pulumi.CustomTimeouts(create="5m"),
    "additional_secret_outputs": ["loginNetworkMasks"],
}


def program(given: Sequence[Case], *, second: bool, endpoint: str | None = None) -> Callable[[], None]:
    """Return a Pulumi program that declares the preferences of all cases.

    Args:
        given: The cases.
        second: Whether it is the program whose deploy is predicted, or the one before.
        endpoint: The demo account, for the real plugin. The stand-in takes it from the environment.
    """

    def run() -> None:
        helper = _helper(endpoint) if second and any(case.unknown for case in given) else None
        for index, case in enumerate(given):
            declared = case.planned if second else case.deployed
            provider = _provider(index, case, endpoint, second=second)
            if declared is not None:
                _declare(index, case, declared, helper, _options(index, case, provider, second=second))
            if second and case.second is not None:
                another = Case({}, None, {}, None)
                _declare(f"{index}.2", another, case.second, None, pulumi.ResourceOptions(provider=provider))

    return run


def version_of(case: Case, *, second: bool) -> str | None:
    """Return the version of the provider that makes a deploy; None: the newest."""
    return OLDER if case.upgraded and not second else case.version


def _helper(endpoint: str | None) -> pulumi.Output[Any]:
    provider = alicloud.Provider("helper", **_arguments(HELPER, endpoint))
    options = pulumi.ResourceOptions(provider=provider)
    preference = alicloud.ram.SecurityPreference(f"preference{HELPER}", login_session_duration=6, opts=options)
    return preference.mfa_operation_for_login


def _provider(index: int, case: Case, endpoint: str | None, *, second: bool) -> alicloud.Provider:
    arguments = _arguments(account_id(index), endpoint)
    if second and case.provider != "same":
        arguments["region"] = "cn-hangzhou"
    version = version_of(case, second=second)
    options = pulumi.ResourceOptions(version=version) if version else None
    return alicloud.Provider(f"provider{index}", **arguments, opts=options)


def _arguments(account: str, endpoint: str | None) -> dict[str, Any]:
    """Return what configures the provider of an account."""
    role = alicloud.ProviderAssumeRoleArgs(role_arn=f"acs:ram::{account}:role/deploy")
    arguments: dict[str, Any] = {"region": "cn-shanghai", "assume_role": role}
    if endpoint:
        endpoints = alicloud.ProviderEndpointArgs(ims=endpoint, ram=endpoint, sts=endpoint)
        arguments |= {"protocol": "HTTP", "endpoints": [endpoints]}
    return arguments


def _declare(index: int | str, case: Case, declared: Settings, helper: Any, options: pulumi.ResourceOptions) -> None:
    arguments: dict[str, Any] = {}
    for key, value in declared.items():
        given = pulumi.Output.secret(value) if key in case.secret else value
        if helper is not None and key in case.unknown:
            given = helper.apply(lambda _, value=value: value)
        arguments[_argument(key)] = given
    renamed = "renamed" in case.moved and options.aliases
    alicloud.ram.SecurityPreference(f"preference{index}{'.new' if renamed else ''}", **arguments, opts=options)


def _options(index: int, case: Case, provider: alicloud.Provider, *, second: bool) -> pulumi.ResourceOptions:
    harmless = {name: _HARMLESS[name] for name in case.harmless}
    moved = second and case.moved
    before = pulumi.Alias(name=f"preference{index}", parent=pulumi.ROOT_STACK_RESOURCE)
    return pulumi.ResourceOptions(
        provider=provider,
        import_=account_id(index) if case.imported and second else None,
        ignore_changes=[_property(key) for key in case.ignored] or None,
        replace_on_changes=["*"] if case.replace_on_changes and (second or not case.newly) else None,
        replacement_trigger=case.trigger[second],
        protect=case.protect,
        parent=pulumi.ComponentResource("gate:index:Team", f"team{index}") if moved and "nested" in moved else None,
        aliases=[before] if moved else None,
        **harmless,
    )


def _argument(key: str) -> str:
    return "enforce_mfa_for_login" if key == ENFORCE else KEYS[key].terraform


def _property(key: str) -> str:
    return {ENFORCE: "enforceMfaForLogin", ALL: ALL}.get(key) or KEYS[key].pulumi

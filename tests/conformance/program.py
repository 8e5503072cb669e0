"""The Pulumi program that declares the preferences of all cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pulumi
import pulumi_alicloud as alicloud

from tests.conformance.cases import ALL, ENFORCE, HELPER, KEYS, OLDER, Case, Settings, account_id


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
                _declare(f"preference{index}", case, declared, provider, helper, index if second else None)
            if second and case.second is not None:
                _declare(f"preference{index}.2", Case({}, None, {}, None), case.second, provider, None, None)

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


def _declare(
    name: str, case: Case, declared: Settings, provider: alicloud.Provider, helper: Any, index: int | None
) -> None:
    arguments: dict[str, Any] = {}
    for key, value in declared.items():
        given = pulumi.Output.secret(value) if key in case.secret else value
        if helper is not None and key in case.unknown:
            given = helper.apply(lambda _, value=value: value)
        arguments[_argument(key)] = given
    options = pulumi.ResourceOptions(
        provider=provider,
        import_=account_id(index) if case.imported and index is not None else None,
        ignore_changes=[_property(key) for key in case.ignored] or None,
        replace_on_changes=["*"] if case.replace_on_changes else None,
        protect=case.protect,
    )
    alicloud.ram.SecurityPreference(name, **arguments, opts=options)


def _argument(key: str) -> str:
    return "enforce_mfa_for_login" if key == ENFORCE else KEYS[key].terraform


def _property(key: str) -> str:
    return {ENFORCE: "enforceMfaForLogin", ALL: ALL}.get(key) or KEYS[key].pulumi

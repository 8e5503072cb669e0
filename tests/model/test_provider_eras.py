"""Which eras of the provider a version, a constraint or a plan's attributes belong to."""

from __future__ import annotations

import pytest

from acctgate.model.provider_eras import (
    ERAS,
    ProviderEra,
    eras_of_attributes,
    eras_of_constraints,
    parse_version,
    pulumi_eras,
    terraform_eras,
)

FIRST, SECOND, THIRD, FOURTH = ERAS


@pytest.mark.parametrize(
    ("version", "era"),
    [
        ("1.152.0", FIRST),
        ("1.247.9", FIRST),
        ("1.248.0", SECOND),
        ("1.268.0", SECOND),
        ("1.269.0", THIRD),
        ("1.286.0", THIRD),
        ("1.287.0", FOURTH),
        ("1.289.0-beta", FOURTH),
        ("2.0.0", FOURTH),
    ],
)
def test_versions_of_terraforms_provider(version: str, era: ProviderEra) -> None:
    assert terraform_eras(parse_version(version) or ()) == (era,)


@pytest.mark.parametrize(
    ("version", "era"),
    [
        ("3.76.0", FIRST),
        ("3.77.0", SECOND),
        ("3.92.0", SECOND),
        ("3.93.0", THIRD),
        ("3.105.0", THIRD),
        ("3.106.0", FOURTH),
        ("4.0.0", FOURTH),
    ],
)
def test_versions_of_pulumis_provider(version: str, era: ProviderEra) -> None:
    assert pulumi_eras(parse_version(version) or ()) == (era,)


@pytest.mark.parametrize(
    ("constraints", "eras"),
    [
        (["1.275.0"], (THIRD,)),
        (["= 1.289.0"], (FOURTH,)),
        (["~> 1.250"], (SECOND, THIRD, FOURTH)),
        (["~> 1.275.0"], (THIRD,)),
        ([">= 1.287"], (FOURTH,)),
        ([">= 1.250, < 1.287"], (SECOND, THIRD)),
        ([">= 1.250", "!= 1.260.0", "< 1.269.0"], (SECOND,)),
        (["> 1.247.0, < 1.248.0"], (FIRST,)),
        (["something"], ERAS),
        (["> 3"], (FOURTH,)),
    ],
)
def test_constraints(constraints: list[str], eras: tuple[ProviderEra, ...]) -> None:
    assert eras_of_constraints(constraints) == eras


def test_attributes_date_a_plan() -> None:
    assert eras_of_attributes({"enforce_mfa_for_login"}, complete=True) == (FIRST,)
    since_1_248 = {
        "allow_user_to_login_with_passkey",
        "allow_user_to_manage_personal_ding_talk",
        "mfa_operation_for_login",
        "operation_for_risk_login",
        "verification_types",
    }
    assert eras_of_attributes(since_1_248, complete=True) == (SECOND,)
    assert eras_of_attributes({"max_idle_days_for_users"}, complete=False) == (THIRD, FOURTH)  # from 1.269 on
    assert eras_of_attributes({"mfa_operation_for_login"}, complete=False) == (SECOND, THIRD, FOURTH)
    assert eras_of_attributes(set(), complete=False) == ERAS

"""A resource's name, and whose plan it is in, from its address."""

from __future__ import annotations

import pytest

from acctgate.model.other_change import OtherChange
from acctgate.model.planned_change import PlannedChange
from acctgate.model.resource_types import USER

URN = "urn:pulumi:dev::shop::alicloud:ims/securityPreference:SecurityPreference::"


@pytest.mark.parametrize(
    ("address", "name", "is_pulumi"),
    [
        (f"{URN}this", "this", True),
        (f"{URN}eu::this", "eu::this", True),
        ("alicloud_ram_user.this", "alicloud_ram_user.this", False),
        ('alicloud_ram_user.this["eu::shop"]', 'alicloud_ram_user.this["eu::shop"]', False),
    ],
    ids=["pulumi", "pulumi with colons", "terraform", "terraform with colons"],
)
def test_the_name_of_a_resource(address: str, name: str, is_pulumi: bool) -> None:
    for change in (PlannedChange(address, "create", {}), OtherChange(address, USER, "create")):
        assert (change.name, change.is_pulumi) == (name, is_pulumi)


def test_a_terraform_address_with_colons_has_the_names_of_terraform() -> None:
    change = PlannedChange('alicloud_ims_security_preference.this["eu::shop"]', "create", {})
    assert change.spelled("LoginNetworkMasks") == "login_network_masks"

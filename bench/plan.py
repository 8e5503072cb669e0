"""Plans: a Terraform plan of 100 MB against `python -m json.tool`, and 1,000 resources against an empty pack."""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.fleet import account
from bench.measure import ACCTGATE, ROOT, Ratio, best_of

MEGABYTES = 100
RESOURCES = 1_000
ROUNDS = 3
PREFERENCE = "alicloud_ram_security_preference"


def plan(folder: Path) -> Iterator[Ratio]:
    """Measure a Terraform plan of 100 MB with one preference in it: time and memory."""
    (snapshot := folder / "account.json").write_text(json.dumps(account(random.Random(1), 0)))
    for name, vpc in (("ASCII", "office"), ("not only ASCII", "办公室 \U0001f3e2")):
        megabytes = write_plan(file := folder / "plan.json", vpc) / 1e6
        best = best_of(
            {
                "json.tool": [sys.executable, "-m", "json.tool", str(file), os.devnull],
                "check": [*ACCTGATE, "check", "--snapshot", str(snapshot), "--plan", str(file), "--format", "json"],
            },
            rounds=ROUNDS,
        )
        ours, theirs = best["check"], best["json.tool"]
        detail = f"[{megabytes:.0f} MB, {name}: {ours.megabytes:.0f} MB; json.tool {theirs.megabytes:.0f} MB]"
        yield Ratio("memory for a Terraform plan over its size", ours.megabytes * 2**20 / 1e6 / megabytes, 3, detail)
        detail = f"[{name}: json.tool {theirs.seconds:.2f} s, check {ours.seconds:.2f} s]"
        yield Ratio("json.tool's time over check --plan", theirs.seconds / ours.seconds, 1, detail, at_least=True)


def write_plan(file: Path, vpc: str) -> int:
    """Write a plan as Terraform does: many VPCs, one preference. Return its size."""
    change = {"actions": ["create"], "before": None, "after_unknown": {"id": True}, "after_sensitive": {}}
    wanted = {"mfa_operation_for_login": "mandatory", "login_network_masks": "10.0.0.0/8", "login_session_duration": 6}
    preference = {**_resource(PREFERENCE, "this"), "change": {**change, "after": wanted}}
    expressions = {name: {"constant_value": value} for name, value in wanted.items()}
    configured = {**_resource(PREFERENCE, "this"), "provider_config_key": "alicloud", "expressions": expressions}
    with file.open("w", encoding="utf-8") as out:
        out.write('{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": [')
        out.write(json.dumps(preference))
        for number in range(MEGABYTES * 1_000_000 // 607):
            after = {
                "vpc_name": f"{vpc}-{number}",
                "cidr_block": f"10.{number % 256}.0.0/16",
                "tags": {"team": "network", "cost": str(number), "stage": "production"},
                "secondary_cidr_blocks": [f"172.16.{number % 256}.{low}/28" for low in (0, 16, 32)],
                "description": "The network of an office, with room for many more hosts. " * 2,
                "enable_ipv6": False,
                "user_cidrs": [],
            }
            resource = {**_resource("alicloud_vpc", f"vpc_{number}"), "change": {**change, "after": after}}
            out.write("," + json.dumps(resource, ensure_ascii=False))
        out.write('], "configuration": {"provider_config": {"alicloud": {"name": "alicloud"}}, "root_module": ')
        out.write(json.dumps({"resources": [configured]}) + "}}\n")
    return file.stat().st_size


def _resource(kind: str, name: str) -> dict[str, Any]:
    return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name}


def resources(folder: Path) -> Iterator[Ratio]:
    """Compare a preview of 1,000 resources with our pack and with an empty Python pack, interleaved."""
    from acctgate.crossguard.engine import find_engine, search_path
    from acctgate.demo import DemoServer
    from bench.preview import empty_pack, stack_of, time_of

    (scripts := folder / "bin").mkdir()
    packs = {"empty": empty_pack(folder / "empty"), "ours": str(ROOT / "policies")}
    best = dict.fromkeys(packs, float("inf"))
    with DemoServer() as demo:
        demo.account.comply()
        os.environ["PATH"] = search_path(find_engine(ROOT), scripts)
        stack = stack_of(folder / "many", demo.environment, _many)
        for _ in range(ROUNDS):
            for name, pack in packs.items():
                best[name] = min(best[name], time_of(stack, [pack]))
    detail = f"[{best['empty']:.2f} s, ours {best['ours']:.2f} s]"
    yield Ratio(
        f"a preview of {RESOURCES:,} resources over the same with an empty pack",
        best["ours"] / best["empty"],
        1.1,
        detail,
    )


def _many() -> None:
    """Declare resources that only the engine and the packs process."""
    import pulumi

    for number in range(RESOURCES):
        pulumi.ComponentResource("bench:index:Thing", f"thing-{number}", {"number": number, "name": f"thing {number}"})

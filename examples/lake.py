"""Judge stored snapshots at the scale of a lake: with Ray Data over Parquet, on this machine or on a cluster.

    python examples/lake.py store accounts.ndjson snapshots/2026-11-26.parquet
    python examples/lake.py judge snapshots/ findings/ --policy strict
    python examples/lake.py judge s3://lake/snapshots/ s3://lake/findings/ --policy strict --address ray://HOST:10001

docs/scale.md describes both tables. Needs the extra `ray`; `store` needs only `parquet`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import fs
from pyarrow import parquet as pq

from acctgate import Snapshot, judge, load_policy, parse_snapshot, read_snapshots
from acctgate.policy import PRESETS
from acctgate.policy.identity import judged_by
from acctgate.render.parquet import table
from acctgate.times import parse_utc

SNAPSHOTS = pa.schema([("account", pa.string()), ("taken_at", pa.timestamp("us", tz="UTC")), ("snapshot", pa.string())])
"""A snapshot as a row. The document is JSON as in a snapshot file; the other columns are for filters and joins."""
ROWS = 10_000
"""Snapshots in a row group."""
BATCH = 1_000
"""Snapshots that a worker judges at once."""


def store(source: str, target: str) -> int:
    """Write the accounts of a snapshot file or NDJSON to a Parquet file. Return how many there are.

    A snapshot that cannot be read ends it, and no file is written: a lake without the account would look complete.
    An account that a run did not reach has a row that says so, and its verdict is unknown.
    """
    accounts, stored = read_snapshots(source), 0
    filesystem, path = fs.FileSystem.from_uri(target) if "://" in target else (fs.LocalFileSystem(), target)
    part = f"{path}.part"
    writer = pq.ParquetWriter(part, SNAPSHOTS, filesystem=filesystem, compression="zstd")
    try:
        with writer:
            while rows := list(map(_row, islice(accounts, ROWS))):
                writer.write_table(pa.Table.from_pylist(rows, SNAPSHOTS))
                stored += len(rows)
    except BaseException:
        filesystem.delete_file(part)
        raise
    filesystem.move(part, path)
    return stored


def _row(account: Snapshot) -> dict[str, Any]:
    if account.unreadable is not None:
        raise SystemExit(f"not stored: {account.unreadable}")
    return {
        "account": account.account_id,
        "taken_at": parse_utc(account.taken_at),
        "snapshot": json.dumps(dict(account.document)),
    }


class Judge:
    """Judges batches of rows in a worker of Ray, which loads the policy once."""

    def __init__(self, policy: str, now: datetime) -> None:
        self._policy, self._now = load_policy(policy), now
        self._judged_by = judged_by(self._policy, now)

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return the rows of the findings."""
        accounts: Iterator[Snapshot] = map(parse_snapshot, batch["snapshot"].to_pylist())
        return table(judge(accounts, self._policy, now=self._now).accounts, self._judged_by)


def judge_all(source: str, target: str, policy: str) -> Counter[str]:
    """Judge the snapshots in a folder of Parquet files on the cluster that is connected. Write findings to another one.

    Args:
        source: Where the snapshots are: a path, or a URL such as s3://BUCKET/FOLDER.
        target: Where the findings go. The folder must be empty: a second run would add to the first.
        policy: A preset, or a policy file that each machine of the cluster has.

    Returns:
        The number of snapshots with each verdict.

    Raises:
        ValueError: There are not as many verdicts as snapshots.
    """
    import ray  # storing needs no Ray

    snapshots = ray.data.read_parquet(source).select_columns(["snapshot"])
    workers = max(1, int(ray.cluster_resources().get("CPU", 1)))
    findings = snapshots.map_batches(
        Judge,
        fn_constructor_args=(policy, datetime.now(UTC)),
        batch_size=BATCH,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=workers),
    )
    findings.write_parquet(target)
    # Each account has one outcome of account-identity.
    judged = ray.data.read_parquet(target).filter(expr="rule == 'account-identity'").select_columns(["verdict"])
    batches = judged.iter_batches(batch_format="pyarrow", batch_size=None)
    counts = Counter(verdict for batch in batches for verdict in batch["verdict"].to_pylist())
    if (found := counts.total()) != (stored := snapshots.count()):
        raise ValueError(f"{target} has {found:,} verdicts on {stored:,} snapshots; write to a new folder")
    return counts


def main() -> None:
    """Run one of the two commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("store", "judge"))
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--policy", default="baseline")
    parser.add_argument("--address", help="ray://HOST:10001; without it, a cluster on this machine")
    given = parser.parse_args()
    if given.command == "store":
        print(f"{store(given.source, given.target):,} snapshots stored in {given.target}")
        return
    import ray

    ray.init(given.address, log_to_driver=False)
    policy = given.policy if given.policy in PRESETS else _absolute(given.policy)
    # Ray Data does not run in a client of ray://, so a task of the cluster runs it.
    task = ray.remote(num_cpus=0)(judge_all).remote(_absolute(given.source), _absolute(given.target), policy)
    try:
        counts = ray.get(task)
    except (ray.exceptions.RayError, ValueError) as error:
        parser.exit(2, f"{error}\n")  # Python's 1 for an exception would mean a violation
    print(", ".join(f"{count:,} {verdict}" for verdict, count in sorted(counts.items())))
    raise SystemExit(0 if set(counts) == {"pass"} else 1 if "fail" in counts else 3)


def _absolute(place: str) -> str:
    """Return a path that workers find, whose working directory is another one; a URL as it is."""
    return place if "://" in place else str(Path(place).resolve())


if __name__ == "__main__":
    main()

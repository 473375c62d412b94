"""A real Ray cluster of two nodes on this machine, in a process of its own, on ports that were free."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.cli import ROOT, environment

# Nodes are found dead within seconds rather than half a minute.
_SCRIPT = """
import os, sys
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
from ray.cluster_utils import Cluster
quick = {"health_check_initial_delay_ms": 500, "health_check_period_ms": 500, "health_check_failure_threshold": 3}
cluster = Cluster(
    initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False, "_system_config": quick}
)
node = cluster.add_node(num_cpus=1)
cluster.wait_for_nodes(timeout=60)
print(cluster.address, flush=True)
for line in sys.stdin:
    if line == "kill\\n" and node is not None:
        cluster.remove_node(node, allow_graceful=False)
        node = None
    print("done", flush=True)
cluster.shutdown()
"""


@dataclass(frozen=True)
class TwoNodes:
    """The cluster's address; the second node can be killed."""

    address: str
    process: subprocess.Popen[str]

    def kill_second(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("kill\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"


@contextmanager
def two_nodes() -> Iterator[TwoNodes]:
    process = subprocess.Popen(
        [sys.executable, "-c", _SCRIPT], cwd=ROOT, env=environment("0"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address, "the cluster did not start"
        yield TwoNodes(address, process)
    finally:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()

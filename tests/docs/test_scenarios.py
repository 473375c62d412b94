"""docs/scenarios.md tells the truth: every block of it loads, and every key and line stands in it."""

import re
import shutil
import textwrap
from pathlib import Path

import pytest

from evals.scenario.caller_file import STEP_KEYS
from evals.scenario.expect_file import BOUNDS, EXPECT_KEYS, TOOL_KEYS
from evals.scenario.file import DEFAULTS_KEYS, MATRIX_KEYS, SCENARIO_KEYS, SUITE_KEYS, load_suite
from evals.scenario.lines import BUILT_IN, LINE_KEYS, NOISES
from evals.scenario.model import Line, Sound

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)

HEAD = 'schema: 1\nsuite: example\nflow: booking\nnow: "2026-05-18T09:00:00"\ntime_zone: Europe/London\n'
SCENARIO = "scenarios:\n  - {id: confirms_and_leaves, caller: [{sound: silence}]}\n"


def whole(block: str) -> str:
    """A suite around a block that shows a part of one."""
    keys = re.findall(r"^(\w+):", block, re.MULTILINE)
    if "schema" in keys:
        return block
    if set(keys) <= set(SUITE_KEYS):
        return HEAD + block + SCENARIO
    missing = "" if "id" in keys else "id: example\n"
    return HEAD + "scenarios:\n  -\n" + textwrap.indent(missing + block, "    ")


@pytest.mark.parametrize("block", BLOCKS)
def test_block_loads(tmp_path: Path, block: str) -> None:
    shutil.copytree(ROOT / "corpora" / "booking" / "clips", tmp_path / "clips")
    path = tmp_path / "suite.yaml"
    path.write_text(whole(block), "utf-8")
    load_suite(path)


def test_blocks_are_found() -> None:
    assert len(BLOCKS) == 6


@pytest.mark.parametrize(
    "name",
    sorted(
        {
            *SUITE_KEYS,
            *DEFAULTS_KEYS,
            *MATRIX_KEYS,
            *LINE_KEYS,
            *NOISES,
            *SCENARIO_KEYS,
            *STEP_KEYS,
            *EXPECT_KEYS,
        }
        | {*TOOL_KEYS, *BOUNDS, *Sound, "hangs_up_after_ms", "entities", "[pause 800]", "caller_hung_up"}
    ),
)
def test_every_key_stands_in_it(name: str) -> None:
    assert name in DOCUMENT


def test_table_of_lines_is_the_one_in_the_code() -> None:
    assert "\n".join(row(line) for line in BUILT_IN.values()) in DOCUMENT


def row(line: Line) -> str:
    noise = "none" if line.snr_db is None else f"{line.noise}, {line.snr_db:g} dB"
    loss = f"{100 * line.loss_ratio:g} %, {line.loss_burst:g}" if line.loss_ratio else "none"
    return f"| `{line.name}` | {noise} | {line.level_dbov:g} dBov | {loss} | {line.delay_ms} ms, {line.jitter_ms} ms |"

"""docs/generating.md tells the truth: its example of a wording loads, and every variation stands in it."""

import re
from pathlib import Path

from evals.ear.text_grammar import Dice
from evals.generating.variations import USUAL
from evals.generating.wording_file import load_wording
from evals.rng import rng_for
from tests.evals.generating.material import flow

DOCUMENT = (Path(__file__).parents[2] / "docs" / "generating.md").read_text("utf-8")


def test_the_example_of_a_wording_is_one(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)
    path = tmp_path / "wording.yaml"
    path.write_text(block, "utf-8")
    wording = load_wording(path, flow())
    answer = wording.answer("book", "slot_selected")
    assert answer is not None
    assert answer.says[0].tells == ("slot",)
    assert "<slot>" in wording.say(answer.says[0], Dice(rng_for(1, "x")))
    refused = [wording.answer("objection", branch) for branch in ("decline", "no")]
    assert [answer and answer.words for answer in refused] == [frozenset({"cheers"})] * 2


def test_every_variation_stands_in_it_with_its_rate() -> None:
    for variation, rate in USUAL.items():
        assert f"| `{variation}` | {rate:g} |" in DOCUMENT

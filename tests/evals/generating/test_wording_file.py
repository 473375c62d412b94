from pathlib import Path

import pytest

from agent.cognitive.spoken_words import spoken_form
from evals.ear.text_grammar import Dice
from evals.errors import BadInput
from evals.generating.wording import said
from evals.generating.wording_file import load_wording
from evals.rng import rng_for
from tests.evals.generating.material import flow, plans, wording

HEAD = "schema: 1\nflow: booking\n"


def load(tmp_path: Path, text: str):
    path = tmp_path / "wording.yaml"
    path.write_text(text, "utf-8")
    return load_wording(path, flow())


def test_a_users_own_sentences_are_said(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        HEAD + "rules: {yes: yes|yeah}\nanswers:\n  greeting.yes: {says: '{yes}, {first_name} here.'}\n",
    )
    answer = found.answer("greeting", "yes")
    assert answer is not None
    text = found.say(answer.says[0], Dice(rng_for(1, "x")))
    assert said(text, {"first_name": "Jo"}.__getitem__) in {"Yes, Jo here.", "Yeah, Jo here."}


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    text = (
        HEAD
        + "rules: {slot: monday}\nanswers:\n  greting.yes: {says: hi}\n  greeting.yess: {says: hi}\n"
        + "  hold.yes: {short: hi}\n  hold.no: book.no\n"
    )
    with pytest.raises(BadInput) as told:
        load(tmp_path, text)
    assert told.value.mistakes == (
        "line 3: rule `slot` has the name of a value",
        "line 5: `answers`: the flow has no state `greting`; did you mean `greeting`?",
        "line 6: `answers`: there is no branch `yess`; did you mean `yes`?",
        "line 7: answer `hold.yes`: `says` is missing",
        "line 8: `answers`: `hold.no` is to be as `book.no`, which is no answer here",
    )


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ("greeting.yes: {says: '{nobody} here'}", "slots without a rule: nobody"),
        ("greeting.yes: {says: '{a|b'}", "braces that do not match"),
        ("greeting.yes: {says: ''}", "is empty"),
    ],
)
def test_a_rule_that_cannot_be_said_is_refused(tmp_path: Path, answers: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        load(tmp_path, f"{HEAD}answers:\n  {answers}\n")


def test_no_sentence_of_the_product_is_an_example_of_the_flow() -> None:
    """Long ones that were drawn all the same are drawn again; templates that are nothing else must not stand here."""
    examples = {spoken_form(text) for text in flow().example_phrases({"first_name": "Jo"})}
    dice = Dice(rng_for(1, "x"))
    for plan in plans():
        for line in plan.lines:
            for template in line.answer.says if line else ():
                drawn = {
                    spoken_form(
                        said(
                            wording().say(template, dice), lambda name: "Jo" if name == "first_name" else name
                        )
                    )
                    for _ in range(5)
                }
                assert not drawn <= examples, template

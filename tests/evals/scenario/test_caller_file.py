from pathlib import Path

import pytest

from evals.errors import BadInput
from evals.scenario.caller_file import DEFAULT_WORDS
from evals.scenario.file import load_suite
from evals.scenario.model import CallerStep, Entity, Sound, StepKind
from tests.evals.scenario.clip_files import write_clip
from tests.evals.scenario.suite_files import HEAD, write_suite


def steps(folder: Path, *written: str) -> tuple[CallerStep, ...]:
    text = HEAD + "scenarios:\n  - id: a\n    caller:\n" + "".join(f"      - {step}\n" for step in written)
    return load_suite(write_suite(folder, text)).scenarios[0].caller


def mistakes_of(folder: Path, *written: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        steps(folder, *written)
    return [mistake.removeprefix("line 9: scenario `a`: ") for mistake in caught.value.mistakes]


def test_every_kind_of_step(tmp_path: Path) -> None:
    write_clip(tmp_path / "clips" / "yes.wav")
    found = steps(
        tmp_path,
        'says: "Yes, [pause 800] speaking."',
        "{interrupts: Tuesday works., after_ms: 600, hangs_up_after_ms: 2000}",
    )[:1] + steps(
        tmp_path,
        "{plays: clips/yes.wav, text: Yes.}",
        "{sound: cough, after_ms: 400}",
        "{sound: backchannel, after_ms: 400, text: yeah}",
        "{sound: backchannel, after_ms: 400}",
        "{sound: aside, after_ms: 400, text: in a minute}",
        "{sound: aside, after_ms: 400}",
        "sound: silence",
        "sound: voicemail_greeting",
        'dtmf: "12#"',
        "{hangs_up: true, after_ms: 300}",
    )
    assert found[0] == CallerStep(kind=StepKind.SAYS, text="Yes, [pause 800] speaking.")
    assert (found[1].kind, found[1].clip, found[1].text) == (StepKind.PLAYS, "clips/yes.wav", "Yes.")
    assert found[2:] == (
        CallerStep(kind=StepKind.SOUND, sound=Sound.COUGH, after_ms=400),
        CallerStep(kind=StepKind.SOUND, sound=Sound.BACKCHANNEL, after_ms=400, text="yeah"),
        CallerStep(kind=StepKind.SOUND, sound=Sound.BACKCHANNEL, after_ms=400, text="mm-hmm"),
        CallerStep(kind=StepKind.SOUND, sound=Sound.ASIDE, after_ms=400, text="in a minute"),
        CallerStep(kind=StepKind.SOUND, sound=Sound.ASIDE, after_ms=400, text=DEFAULT_WORDS[Sound.ASIDE]),
        CallerStep(kind=StepKind.SOUND, sound=Sound.SILENCE),
        CallerStep(
            kind=StepKind.SOUND, sound=Sound.VOICEMAIL_GREETING, text=DEFAULT_WORDS[Sound.VOICEMAIL_GREETING]
        ),
        CallerStep(kind=StepKind.KEYS, keys="12#"),
        CallerStep(kind=StepKind.HANGS_UP, after_ms=300),
    )


def test_interruption_and_hanging_up_keep_their_times(tmp_path: Path) -> None:
    assert steps(tmp_path, "{interrupts: Tuesday works., after_ms: 600, hangs_up_after_ms: 2000}") == (
        CallerStep(kind=StepKind.INTERRUPTS, text="Tuesday works.", after_ms=600, hangs_up_after_ms=2000),
    )


def test_entities_come_in_two_forms(tmp_path: Path) -> None:
    [step] = steps(
        tmp_path,
        "{says: hi, entities: {when: this_quarter, seats: 12, sum: {type: money, value: 500000, unit: pence}}}",
    )
    assert step.entities == (
        Entity(name="when", type="text", value="this_quarter"),
        Entity(name="seats", type="text", value=12),
        Entity(name="sum", type="money", value=500000, unit="pence"),
    )


@pytest.mark.parametrize(
    ("step", "mistake"),
    [
        ("{says: hi, sound: cough}", "step 1: a step has exactly one of"),
        ("{after_ms: 3}", "here is none of them"),
        (
            "hello",
            "step 1: must be a mapping (says, interrupts, plays, sound, dtmf, hangs_up, after_ms, text, entities",
        ),
        ("{sayz: hi}", "step 1: unknown key `sayz`; did you mean `says`?"),
        ("{says: no, after_ms: 3}", "step 1: `after_ms` has no meaning in a step with `says`"),
        ("{says: 12}", 'step 1: `says` must be a text, not the number 12; put it in quotes: "12"'),
        ("{says: true}", 'step 1: `says` must be a text, not the truth value true; put it in quotes: "true"'),
        ("{says: }", "step 1: `says` must be a text, not nothing"),
        ('{says: "..."}', "step 1: `says` holds no word"),
        (
            '{says: "hi [pause] you"}',
            "step 1: `[pause]` is no mark; a pause is written [pause 800], in milliseconds",
        ),
        ('{says: "hi [pause 0] you"}', "step 1: `[pause 0]` is no mark"),
        ('{says: "hi [cough] you"}', "step 1: `[cough]` is no mark"),
        ('{says: "hi [pause 800 you"}', "step 1: `[pause 800 you` is no mark"),
        ('{says: "hi [pause 20000] you"}', "step 1: a pause of 20000 ms is longer than 10000 ms"),
        ('{says: "hi [pause 800]"}', "step 1: a pause must stand between words"),
        ("{interrupts: hi}", "step 1: `interrupts` needs `after_ms`"),
        ("{interrupts: hi, after_ms: soon}", "step 1: `after_ms` must be a whole number from 0 to 60000"),
        ("{interrupts: hi, after_ms: -1}", "not the number -1"),
        ("{interrupts: hi, after_ms: 600.5}", "not the number 600.5"),
        ("{sound: cogh}", "step 1: unknown sound `cogh`; did you mean `cough`?"),
        ("{sound: cough}", "step 1: sound `cough` needs `after_ms`"),
        (
            "{sound: silence, after_ms: 3}",
            "step 1: sound `silence` takes the caller's turn and has no `after_ms`",
        ),
        ("{sound: cough, after_ms: 3, text: argh}", "step 1: sound `cough` has no words"),
        ("{dtmf: 3}", 'step 1: `dtmf` must be a text, not the number 3; put it in quotes: "3"'),
        ('{dtmf: "x"}', 'step 1: `dtmf` must be keys such as "3" or "1234#", not "x"'),
        ("{hangs_up: yes}", 'step 1: `hangs_up` must be true, not the text "yes"'),
        ("{plays: clips/none.wav, text: hi}", "step 1: the clip clips/none.wav is missing"),
        ("{says: hi, entities: {a: {kind: x, value: [1]}}}", "step 1: entity `a`: unknown key `kind`"),
        (
            "{says: hi, entities: {a: {kind: x, value: [1]}}}",
            "step 1: entity `a`: `value` must be a text or a number",
        ),
        ("{says: hi, entities: {a: {value: 1}}}", "step 1: entity `a`: `type` is missing"),
        (
            "{says: hi, entities: {a: [x]}}",
            "step 1: entity `a` must be a value or {type, value, unit}, not a list",
        ),
    ],
)
def test_mistake_in_a_step(tmp_path: Path, step: str, mistake: str) -> None:
    assert any(mistake in found for found in mistakes_of(tmp_path, step))


def test_nothing_follows_hanging_up(tmp_path: Path) -> None:
    for last in ("hangs_up: true", "{says: hello, hangs_up_after_ms: 300}"):
        assert mistakes_of(tmp_path, last, "says: hi") == [
            "step 1: the caller hangs up here, but more steps follow"
        ]


def test_empty_script_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="a caller who says nothing is `- sound: silence`"):
        load_suite(write_suite(tmp_path, HEAD + "scenarios: [{id: a, caller: []}]"))


def test_clip_without_known_words_is_refused(tmp_path: Path) -> None:
    write_clip(tmp_path / "yes.wav")
    [mistake] = mistakes_of(tmp_path, "{plays: yes.wav}")
    assert mistake.startswith("step 1: what is said in yes.wav?")


def test_words_of_a_clip_must_agree_with_its_manifest(tmp_path: Path) -> None:
    write_clip(tmp_path / "yes.wav", manifest={"text": "Yes.", "speech_ms": [[40, 300]]})
    [step] = steps(tmp_path, "{plays: yes.wav}")
    assert (step.text, step.clip_speech_ms) == ("Yes.", ((40, 300),))
    [mistake] = mistakes_of(tmp_path, "{plays: yes.wav, text: No.}")
    assert mistake == 'step 1: `text` differs from the manifest, which has "Yes."'


def test_an_entity_named_after_a_kind_is_of_that_kind(tmp_path: Path) -> None:
    [step] = steps(tmp_path, '{says: hi, entities: {phone: "07700 900123", phones: two}}')
    assert step.entities == (
        Entity(name="phone", type="phone", value="07700 900123"),
        Entity(name="phones", type="text", value="two"),
    )


def test_an_unknown_type_of_entity_is_a_mistake(tmp_path: Path) -> None:
    found = mistakes_of(tmp_path, "{says: hi, entities: {a: {type: fone, value: x}}}")
    assert any("step 1: entity `a`: unknown type `fone`; did you mean `phone`?" in text for text in found)

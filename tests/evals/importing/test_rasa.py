from evals.importing.conversation import Conversation
from evals.importing.rasa import read_rasa, without_entities
from tests.evals.importing.transcripts import a_source, talk

STORIES = """\
version: "3.1"
stories:
- story: happy path
  steps:
  - user: |
      hello, to [Paris](city) and [Rome]{"entity": "city"} please
    intent: travel
  - action: utter_when
  - slot_was_set:
    - city: Paris
  - intent: affirm
  - action: action_book
  - or:
    - intent: bye
    - intent: affirm
"""
NLU = """\
version: "3.1"
nlu:
- intent: affirm
  examples: |
    - yes
    - [yeah](yes) sure
- intent: bye
  examples: |
    - goodbye
- synonym: x
  examples: |
    - y
"""
DOMAIN = """\
responses:
  utter_when:
  - text: "When would you like to go?"
  - text: "And when?"
"""


def read(*texts: str) -> tuple[list[Conversation], list[list[str]]]:
    sources = [a_source(text, f"{number}.yml") for number, text in enumerate(texts)]
    return list(read_rasa(sources)), [source.mistakes.sentences() for source in sources]


def test_stories_with_their_examples_and_responses_from_other_files() -> None:
    (story,), mistakes = read(STORIES, NLU, DOMAIN)
    assert mistakes == [[], [], []]
    assert (story.id, story.file, story.line) == ("happy path", "0.yml", 3)
    said = talk(story)
    assert said[:2] == [
        ("caller", "hello, to Paris and Rome please\n"),
        ("agent", "When would you like to go?"),
    ]
    assert said[2] in [("caller", "yes"), ("caller", "yeah sure")]
    assert said[3:] == [("agent", ""), ("caller", "goodbye")]


def test_example_of_a_step_stays_when_a_story_is_added() -> None:
    added = STORIES + "- story: another\n  steps:\n  - intent: affirm\n"
    assert talk(read(STORIES, NLU)[0][0]) == talk(read(added, NLU)[0][0])


def test_intent_without_examples_asks_for_the_nlu_file() -> None:
    found, (mistakes,) = read(STORIES)
    assert found == []
    assert mistakes == [
        f"line {line}: story `happy path`: step {step}: the intent `{intent}` has no example; "
        "add its NLU file to the command"
        for line, step, intent in [(11, 4, "affirm"), (14, 6, "bye")]
    ]


def test_yaml_that_runs_code_or_unfolds_is_refused() -> None:
    text = "stories:\n- &a\n  story: !!python/object:os.system x\n  steps: []\n- *a\n"
    _, (mistakes,) = read(text)
    assert any("tag" in mistake for mistake in mistakes)
    assert any("alias" in mistake for mistake in mistakes)
    assert any("anchor" in mistake for mistake in mistakes)


def test_mistakes_are_told_with_their_line() -> None:
    _, (mistakes,) = read("stories:\n- 3\n- story: a\n- story: b\n  steps:\n  - usr: hello\n  - user: [x]\n")
    assert mistakes == [
        "line 2: story 1 must be a mapping, not the number 3",
        "line 3: story `a`: `steps` is missing",
        "line 6: story `b`: step 1 has none of user, intent, bot, action, or, "
        "slot_was_set, active_loop, checkpoint, entities, metadata, slots",
        "line 7: `user` must be a text, not a list",
    ]


def test_file_without_stories_says_so() -> None:
    assert read(NLU)[1] == [["line 1: there are no `stories` in the Rasa files"]]


def test_annotation_goes_and_words_stay() -> None:
    assert without_entities('[a](x) b [c d]{"entity": "y", "role": "z"} [e]') == "a b c d [e]"

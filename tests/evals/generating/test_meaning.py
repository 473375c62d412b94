from evals.generating.meaning import meanings
from tests.evals.generating.material import flow, plan, plans


def meant(identity: str) -> list[tuple[str, str] | None]:
    found = plan(identity)
    return [line and (line.meaning.state, line.branch) for line in found.lines]


def test_the_expected_path_tells_what_each_line_means() -> None:
    assert meant("slot_taken_meanwhile") == [
        ("greeting", "yes"),
        ("qualify", "positive"),
        ("book", "slot_selected"),
        ("alternative_times", "time_given"),
        ("book", "slot_selected"),
    ]


def test_a_state_that_may_stand_anywhere_in_the_path_is_found() -> None:
    # greeting, wrong_party, hold, "...", qualify: nothing but the caller's "yes" leads there in five lines.
    assert meant("wrong_party_available")[2] == ("hold", "yes")


def test_words_decide_between_branches_with_one_end() -> None:
    # Both lead to the question when to call back: whoever answers is driving, or somebody else is out.
    assert meant("call_later_other_number")[0] == ("greeting", "call_later")
    assert meant("wrong_party_not_available")[1] == ("wrong_party", "not_available")


def test_a_line_that_tells_a_value_means_the_branch_which_needs_it() -> None:
    assert meant("spelled_email")[3] == ("send_video", "email_given")
    assert meant("objection_then_video")[3] == ("send_video", "known_email")


def test_later_offers_are_told_from_the_first() -> None:
    lines = plan("slot_taken_meanwhile").lines
    assert [line and (line.meaning.proposals, "preference" in line.meaning.given) for line in lines[2:]] == [
        (1, False),
        (1, False),
        (2, True),
    ]


def test_without_a_path_nothing_is_known() -> None:
    scenario = plan("books_second_slot").scenario
    bare = type(scenario)(**{**_fields(scenario), "expect": type(scenario.expect)()})
    assert meanings(bare, flow()) == (None, None, None)


def test_a_line_that_is_cut_off_means_nothing() -> None:
    assert meant("hangs_up_mid_speech") == [("greeting", "yes"), None]


def test_almost_every_line_of_the_booking_suites_has_a_meaning() -> None:
    spoken = [
        (step, line)
        for found in plans()
        for step, line in zip(found.scenario.caller, found.lines, strict=True)
        if step.kind in ("says", "interrupts")
    ]
    unknown = [step.text for step, line in spoken if line is None]
    assert len(spoken) > 130
    assert len(unknown) <= 4, unknown


def _fields(value: object) -> dict[str, object]:
    return {name: getattr(value, name) for name in type(value).__dataclass_fields__}  # type: ignore[attr-defined]

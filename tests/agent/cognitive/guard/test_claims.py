import pytest

from agent.cognitive.guard.claim_phrases import CLAIMS
from agent.cognitive.guard.claims import BUILT_IN_CLAIMS, Claim, checked_sentence, claim_findings

NO_RIVALS = Claim(
    name="no_rivals",
    say="I can only speak for us.",
    phrases=("(acme|globex) is ... (bad|slow)",),
    unless=("they say",),
)


def test_a_forbidden_claim_is_replaced_by_its_line_once_a_reply() -> None:
    first = checked_sentence("You probably have an infection.", BUILT_IN_CLAIMS)
    again = checked_sentence("It sounds like the flu.", BUILT_IN_CLAIMS, first.said_instead)
    assert first.text == "I can't give medical advice, but I can arrange for you to speak to someone who can."
    assert [finding.kind for finding in first.findings] == ["do_not_diagnose"]
    assert again.text == ""
    assert again.findings[0].evidence == "sounds like the flu"


def test_a_sentence_that_claims_nothing_is_said_as_it_is() -> None:
    spoken = checked_sentence("Would Tuesday at ten suit you?", BUILT_IN_CLAIMS)
    assert (spoken.text, spoken.findings) == ("Would Tuesday at ten suit you?", ())


def test_a_flow_forbids_claims_of_its_own() -> None:
    assert checked_sentence("Acme is really slow.", [NO_RIVALS]).text == "I can only speak for us."
    assert checked_sentence("They say Acme is slow.", [NO_RIVALS]).text == "They say Acme is slow."
    assert claim_findings("You have the flu.", [NO_RIVALS]) == []


@pytest.mark.parametrize("name", CLAIMS)
def test_the_line_said_instead_makes_no_forbidden_claim_itself(name: str) -> None:
    line = next(claim.say for claim in BUILT_IN_CLAIMS if claim.name == name)
    assert claim_findings(line, BUILT_IN_CLAIMS) == []

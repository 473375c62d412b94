"""What each vendor does in its own way, over HTTP against the sandbox."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import httpx
import pytest

from agent.cognitive.ports import ToolResult
from agent.cognitive.tools.failures import FailureStatus, ToolFailed
from agent.errors import ProviderError
from tests.sandboxes import FREE, MONDAY, Sandboxed, a_sandbox

BOOKING = {"slot": FREE, "name": "Alex", "email": "alex@example.com"}


def call(
    box: Sandboxed, tool: str, arguments: dict[str, Any], key: str = "k", *, again: bool = False
) -> ToolResult:
    async def called(tools: Any) -> ToolResult:
        ask = tools[tool].call_again if again else tools[tool].call
        result = await ask(arguments, key)
        assert isinstance(result, ToolResult)
        return result

    return box.use(called)


def failure(box: Sandboxed, tool: str, arguments: dict[str, Any]) -> ToolFailed:
    with pytest.raises(ProviderError) as failed:
        call(box, tool, arguments)
    assert isinstance(failed.value, ToolFailed)
    return failed.value


def test_cal_com_proposes_times_on_the_callers_clock() -> None:
    with a_sandbox() as box:
        here = call(box, "cal.propose_slots", {"duration_minutes": 15, "preference": ""})
        assert here == ToolResult(
            ok=True,
            status="success",
            # The first of today still to come, and the first of another day.
            value={"slots": ["2026-05-18T09:30:00+01:00", "2026-05-19T09:00:00+01:00"]},
        )
        india = call(box, "cal.propose_slots", {"preference": "", "time_zone": "Asia/Kolkata"})
        assert india.value["slots"] == ["2026-05-18T14:00:00+05:30", "2026-05-19T13:30:00+05:30"]
        late = call(box, "cal.propose_slots", {"preference": "thursday after three"})
        assert late.value["slots"] == ["2026-05-21T15:00:00+01:00", "2026-05-21T15:30:00+01:00"]
        none = call(box, "cal.propose_slots", {"preference": "saturday morning"})
        assert (none.ok, none.status, none.value) == (False, "no_slots", {"slots": []})


def test_cal_com_books_in_utc_under_the_key() -> None:
    with a_sandbox() as box:
        booked = call(box, "cal.create_booking", BOOKING, "call/turn/0")
        assert booked.value == {"booking_id": "bk_1", "booking_status": "accepted"}
        (booking,) = box.state.effects()["bookings"]
        assert booking["start"] == "2026-05-19T09:30:00.000Z"
        assert booking["metadata"] == {"milliwattKey": "call/turn/0"}
        assert booking["attendee"]["timeZone"] == "Europe/London"


def test_cal_coms_bad_request_for_a_slot_that_is_gone_is_slot_taken() -> None:
    with a_sandbox() as box:
        assert call(box, "cal.create_booking", BOOKING, "mine").ok
        theirs = call(box, "cal.create_booking", {**BOOKING, "name": "Kim"}, "theirs")
        assert (theirs.ok, theirs.status) == (False, "slot_taken")
        outside = call(box, "cal.create_booking", {**BOOKING, "slot": "2026-05-19T20:00:00+01:00"}, "evening")
        assert outside.status == "slot_taken", "a time that nobody can have is no longer offered either"
        assert len(box.state.bookings) == 1


def test_a_bad_request_of_another_kind_is_refused() -> None:
    with a_sandbox(CAL_COM_EVENT_TYPE_ID="124") as box:
        refused = failure(box, "cal.create_booking", BOOKING)
        assert refused.status is FailureStatus.REFUSED
        assert str(refused) == "Cal.com answered 404: Event type not found"


def test_without_its_version_header_cal_com_answers_in_the_old_way() -> None:
    with a_sandbox() as box:
        window = {"eventTypeId": "123", "start": "2026-05-19", "end": "2026-05-20"}
        old = httpx.get(
            f"{box.running.url}/cal.com/v2/slots",
            params=window,
            headers={"Authorization": "Bearer cal_live_sandbox"},
            trust_env=False,
        ).json()
        assert list(old["data"]) == ["slots"], "the client's header is what makes the difference"


def test_rate_limits_are_the_vendors_own() -> None:
    with a_sandbox() as box:

        async def six_posts(tools: Any) -> ToolFailed:
            for number in range(5):
                assert (await tools["chat.post_message"].call({"text": f"{number}"}, f"{number}")).ok
            with pytest.raises(ToolFailed) as failed:
                await tools["chat.post_message"].call({"text": "one too many"}, "5")
            return failed.value

        limited = box.use(six_posts)
        assert limited.status is FailureStatus.RATE_LIMITED
        assert limited.retry_after_s is not None and 1 <= limited.retry_after_s <= 5
        assert len(box.state.posts) == 5


def test_hubspots_207_is_a_failure_and_a_known_contact_is_no_new_one() -> None:
    with a_sandbox() as box:
        new = call(
            box, "crm.upsert_contact", {"email": "Alex@Example.com", "name": "Alex van Doe", "phone": "1"}
        )
        assert new.value == {"contact_id": "512", "new": True}
        known = call(box, "crm.upsert_contact", {"email": "alex@example.com", "name": ""})
        assert known.value == {"contact_id": "512", "new": False}
        assert box.state.contacts["alex@example.com"].properties == {
            "email": "alex@example.com",
            "firstname": "Alex",
            "lastname": "van Doe",
            "phone": "1",
        }, "what is not known this time wipes nothing out"
        refused = failure(box, "crm.upsert_contact", {"email": "alex@localhost"})
        assert refused.status is FailureStatus.REFUSED
        assert "Email address alex@localhost is invalid" in str(refused)


def test_a_hubspot_meeting_belongs_to_its_contact_and_is_made_once() -> None:
    meeting = {"booking_id": "bk_1", "slot": FREE, "email": "alex@example.com"}
    with a_sandbox() as box:
        first = call(box, "crm.create_meeting", meeting)
        assert (
            first
            == call(box, "crm.create_meeting", meeting)
            == call(box, "crm.create_meeting", meeting, again=True)
        )
        (held,) = box.state.meetings
        assert held.contacts == ["512"]
        assert held.properties["hs_meeting_start_time"] == "2026-05-19T09:30:00Z"
        assert held.properties["hs_meeting_end_time"] == "2026-05-19T09:45:00Z"
        assert call(box, "crm.create_meeting", {"booking_id": "bk_2", "slot": FREE, "email": ""}, "other").ok


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SLACK_CHANNEL": "C0NOWHERE"}, "channel_not_found"),
        ({"SLACK_CHANNEL": "C0STRANGER"}, "not_in_channel"),
        ({"SLACK_CHANNEL": "C0ARCHIVED"}, "is_archived"),
        ({"SLACK_BOT_TOKEN": "xoxb-very-wrong"}, "invalid_auth"),
    ],
)
def test_slacks_failures_with_status_200_are_failures(changes: dict[str, str], said: str) -> None:
    with a_sandbox(**changes) as box:
        refused = failure(box, "chat.post_message", {"text": "hello"})
        assert (refused.status, str(refused)) == (FailureStatus.REFUSED, f"Slack did not post: {said}")


def test_a_repeat_in_slack_says_what_it_repeats_and_no_text_pings_anybody() -> None:
    with a_sandbox() as box:
        call(box, "chat.post_message", {"text": "<!channel> Q&A"}, "call/turn")
        call(box, "chat.post_message", {"text": "<!channel> Q&A"}, "call/turn", again=True)
        assert [post.text for post in box.state.posts] == [
            "&lt;!channel&gt; Q&amp;A",
            "&lt;!channel&gt; Q&amp;A (repeat of call/turn)",
        ]
        assert box.count("chat.post_message", "call/turn") == 2


def test_a_webhook_is_signed_and_a_wrong_signature_is_refused() -> None:
    with a_sandbox() as box:
        done = call(box, "transfer_to_human", {"name": "Alex"})
        assert done.value["to"] == "+442079460100"
    with a_sandbox(WEBHOOK_SECRET="not the servers") as box:
        refused = failure(box, "transfer_to_human", {"name": "Alex"})
        assert refused.status is FailureStatus.REFUSED
        assert "the signature is wrong" in str(refused) and box.state.hooks == []


@pytest.mark.parametrize("tool", ["cal.create_booking", "crm.upsert_contact"])
def test_no_key_is_in_an_error_or_a_log(tool: str, caplog: pytest.LogCaptureFixture) -> None:
    keys = {"CAL_COM_API_KEY": "cal_live_hidden", "HUBSPOT_TOKEN": "pat-hidden"}
    with caplog.at_level(logging.DEBUG), a_sandbox(**keys) as box:
        arguments = BOOKING if tool == "cal.create_booking" else {"email": "alex@example.com"}
        refused = failure(box, tool, arguments)
        assert refused.status is FailureStatus.REFUSED and "401" in str(refused)
        assert "hidden" not in str(refused) + repr(refused)
        slack = {"SLACK_BOT_TOKEN": ""}
        with a_sandbox(**slack) as other:
            call(other, "chat.post_message", {"text": "hello"})
        assert "hidden" not in caplog.text and "sandboxsecret" not in caplog.text


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with a_sandbox() as box:
        environment = box.environment()
    with a_sandbox(CAL_COM_BASE_URL=environment["CAL_COM_BASE_URL"]) as box:
        gone = failure(box, "cal.propose_slots", {})
        assert gone.status is FailureStatus.UNAVAILABLE
        assert str(gone) == "Cal.com cannot be reached (ConnectError)"


def test_an_answer_without_end_is_given_up() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        try:
            while True:
                writer.write(b" " * 65536)
                await writer.drain()
        except ConnectionError:
            writer.close()

    async def asked() -> str:
        from agent.cognitive.tools.http import HttpApi, make_client

        server = await asyncio.start_server(endless, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, make_client() as client:
            with pytest.raises(ToolFailed) as failed:
                await HttpApi("it", f"http://127.0.0.1:{port}", client).ask("GET", "/")
        return str(failed.value)

    assert asyncio.run(asked()) == "it answered more than 1000000 bytes"


def test_times_already_gone_are_not_proposed() -> None:
    with a_sandbox() as box:
        slots = call(box, "cal.propose_slots", {"preference": "today"}).value["slots"]
        assert slots == [(MONDAY + timedelta(minutes=at)).isoformat() for at in (30, 60)]

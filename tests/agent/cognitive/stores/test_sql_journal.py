import asyncio
import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from agent.clock import stopwatch_ns
from agent.cognitive.dialogue import Dialogue
from agent.cognitive.ports import Acted, TurnOpened
from agent.cognitive.stores.codec import Unreadable
from agent.cognitive.stores.sql_journal import SqlJournal
from agent.cognitive.stores.sql_schema import METADATA, VERSIONS
from agent.errors import BadSettings, StateConflict, StoreUnavailable
from agent.turn import Tts
from tests.agent.cognitive.builders import a_turn, answered
from tests.ports.call_store import EVERY_KIND, check_journal
from tests.services import PostgresService

NOW = datetime(2026, 5, 18, 9, 0, tzinfo=UTC)
HELLO = Acted(action=Tts(text="Hello."))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'calls.sqlite'}"
    service: PostgresService = request.getfixturevalue("postgres_service")
    return service.url


@pytest.fixture
def call(request: pytest.FixtureRequest) -> str:
    """A call that no other test has, for tests that share a server."""
    return f"call of {request.node.name}"


@pytest.fixture
def journal(url: str) -> Iterator[SqlJournal]:
    made = SqlJournal(url)
    yield made
    made.close()


def opened(call: str) -> TurnOpened:
    return TurnOpened(turn=answered(call_sid=call), before=None)


def test_sql_is_a_journal(journal: SqlJournal, url: str, call: str) -> None:
    other = SqlJournal(url)
    asyncio.run(check_journal(journal, other, call))
    other.close()


def test_what_was_kept_is_there_after_the_process_is_gone(url: str, call: str) -> None:
    first = SqlJournal(url)
    asyncio.run(first.append(a_turn(1, call_sid=call), 0, EVERY_KIND))
    first.close()
    again = SqlJournal(url)
    assert asyncio.run(again.last_turn(call)) == tuple(EVERY_KIND)
    again.close()


def test_the_log_tells_a_calls_story_and_no_more_of_the_words_than_the_redactor_lets_through(
    url: str, call: str
) -> None:
    journal = SqlJournal(url, redact=lambda said: said.replace("yes", "<answer>"), wall=lambda: NOW)

    async def told() -> list[tuple[object, ...]]:
        await journal.append(answered(call_sid=call), 0, [opened(call), HELLO])
        await journal.append(a_turn(1, call_sid=call), 0, EVERY_KIND)
        story = await journal.story(call)
        assert {logged.at_ms for logged in story} == {round(NOW.timestamp() * 1000)}
        assert json.loads(story[1].row.detail) == {"transcript": "<answer>", "heard": ""}
        return [(each.seq, each.place, each.row.kind, each.row.name, each.row.status) for each in story]

    assert asyncio.run(told()) == [
        (0, 0, "opened", "answered", "door"),
        (1, 0, "opened", "speech", "door"),
        (1, 1, "dispatch", "m", ""),
        (1, 3, "transition", "x", ""),
        (1, 4, "end", "", "booked"),
        (1, 5, "transfer", "", ""),
        (1, 6, "tool", "cal.book", "success"),
        (1, 7, "closed", "x", "booked"),
    ]
    journal.close()


def test_without_a_redactor_the_log_has_no_word_of_what_was_said(journal: SqlJournal, call: str) -> None:
    words = "my number is double oh seven"

    async def logged() -> str:
        turn = a_turn(1, words, call_sid=call, heard=words)
        await journal.append(turn, 0, [TurnOpened(turn=turn, before=Dialogue()), *EVERY_KIND[2:]])
        return " ".join(each.row.detail for each in await journal.story(call))

    log = asyncio.run(logged())
    assert f"[{len(words)} characters]" in log
    for said in ("number", "seven", "Hello.", "+442079460100", "10:30", "é"):
        assert said not in log


def test_what_was_said_stays_in_clear_for_its_time_and_the_log_stays_for_good(url: str, call: str) -> None:
    now = [NOW]
    journal = SqlJournal(url, clear_for_s=600.0, wall=lambda: now[0])

    async def later(minutes: int, sid: str) -> list[int]:
        now[0] = NOW + timedelta(minutes=minutes)
        await journal.append(answered(call_sid=sid), 0, [opened(sid)])
        return [len(await journal.last_turn(call)), len(await journal.story(call))]

    asyncio.run(later(0, call))
    assert asyncio.run(later(9, call + " 9")) == [1, 1]
    assert asyncio.run(later(11, call + " 11")) == [0, 1]
    # The same call name again is a new call; its story goes on.
    assert asyncio.run(later(12, call)) == [1, 2]
    journal.close()


def test_the_tables_are_what_the_code_takes_them_for(journal: SqlJournal, url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    found = inspect(engine)
    for table in METADATA.tables.values():
        columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        assert columns == {column.name: False for column in table.columns} | {
            name: True for name in columns if name == "id" and engine.dialect.name == "sqlite"
        }
    unique = [c["column_names"] for c in found.get_unique_constraints("journal")]
    assert ["call_sid", "turn_id", "place"] in unique
    assert found.get_pk_constraint("journal")["constrained_columns"] == ["call_sid", "seq", "place"]
    engine.dispose()


def test_several_that_open_a_new_database_at_once_make_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    with ThreadPoolExecutor(4) as threads:
        for journal in threads.map(SqlJournal, [url] * 4):
            journal.close()
    with sqlite3.connect(tmp_path / "new.sqlite") as connection:
        assert connection.execute("SELECT version FROM milliwatt_schema").fetchall() == [(len(VERSIONS),)]
    connection.close()


def test_a_database_of_a_newer_milliwatt_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'calls.sqlite'}"
    SqlJournal(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO milliwatt_schema VALUES (99)"))
    engine.dispose()
    with pytest.raises(BadSettings, match="is of schema 99, which a newer milliwatt made"):
        SqlJournal(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("calls.sqlite", "sqlite:///path or postgresql://"),
        ("mysql://root:secret@host/calls", "a journal in 'mysql': there is sqlite and postgresql"),
        ("", "sqlite:///path or postgresql://"),
    ],
)
def test_a_url_of_nothing_known_is_refused_and_its_password_is_not_told(url: str, said: str) -> None:
    with pytest.raises(BadSettings) as refused:
        SqlJournal(url)
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("content", [b"this is no database, whatever its name says" * 50, None])
def test_a_file_that_is_no_database_or_cannot_be_made_is_unavailable(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "calls.sqlite" if content else tmp_path / "no folder" / "calls.sqlite"
    if content:
        path.write_bytes(content)
    with pytest.raises(StoreUnavailable, match="the journal did not answer"):
        SqlJournal(f"sqlite:///{path}")


@pytest.mark.parametrize("entry", ["{", '{"v":1,"action":{}}', '{"v":2}', '{"v":1}'])
def test_a_damaged_entry_is_named_and_not_taken_for_nothing(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "calls.sqlite"
    journal = SqlJournal(f"sqlite:///{path}")
    asyncio.run(journal.append(answered(), 0, [opened("call")]))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE journal SET entry = ?", (entry,))
    connection.close()
    with pytest.raises(Unreadable, match="TurnOpened"):
        asyncio.run(journal.last_turn("call"))
    journal.close()


def test_a_sqlite_file_that_another_process_holds_is_unavailable_within_its_timeout(tmp_path: Path) -> None:
    path = tmp_path / "calls.sqlite"
    journal = SqlJournal(f"sqlite:///{path}", timeout_s=0.1)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began_ns = stopwatch_ns()
    with pytest.raises(StoreUnavailable, match="locked"):
        asyncio.run(journal.append(answered(), 0, [opened("call")]))
    assert (stopwatch_ns() - began_ns) / 1e9 < 2.0
    assert asyncio.run(journal.last_turn("call")) == ()  # a reader does not mind
    holder.execute("ROLLBACK")
    asyncio.run(journal.append(answered(), 0, [opened("call")]))
    holder.close()
    journal.close()


def test_a_postgresql_that_hangs_or_crashes_is_unavailable_within_its_timeout_and_keeps_what_was_committed() -> (
    None
):
    service = PostgresService()
    try:
        service.start()
        journal = SqlJournal(service.url, timeout_s=0.5)

        async def through_it() -> None:
            await journal.append(answered(), 0, [opened("call")])
            service.kill()
            for trying in (journal.last_turn("call"), journal.append(answered(), 1, [HELLO])):
                began_ns = stopwatch_ns()
                with pytest.raises(StoreUnavailable, match="the journal did not answer"):
                    await trying
                assert (stopwatch_ns() - began_ns) / 1e9 < 2.0
            service.start()
            # The connections that were open are dead; nobody has to know.
            assert await journal.last_turn("call") == (opened("call"),)
            await journal.append(answered(), 1, [HELLO])
            with pytest.raises(StateConflict):
                await journal.append(answered(), 1, [HELLO])

        asyncio.run(through_it())
        journal.close()
    finally:
        service.remove()


def test_a_statement_that_waits_for_another_workers_lock_gives_up_in_time(
    postgres_service: PostgresService,
) -> None:
    journal = SqlJournal(postgres_service.url, timeout_s=0.3)
    engine = create_engine(postgres_service.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as holder:
        holder.execute(text("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE"))
        began_ns = stopwatch_ns()
        with pytest.raises(StoreUnavailable):
            asyncio.run(journal.last_turn("call"))
        assert (stopwatch_ns() - began_ns) / 1e9 < 2.0
    assert asyncio.run(journal.last_turn("nobody's")) == ()
    engine.dispose()
    journal.close()

"""Journal and event log in SQLite or PostgreSQL, through one schema.

Entries are committed, journal and log in one transaction, before `append` returns. SQLite's work is done where it is
asked for: it takes less time than handing it to a thread, and a virtual clock does not see threads. PostgreSQL's is
done in threads, so that one slow commit holds up one call. Nothing waits longer than the timeout: connecting, a
statement and a lock each have it at the server, the answer as a whole has it here.
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, func, insert, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from agent.clock import machine_wall
from agent.cognitive.ports import JournalEntry
from agent.cognitive.stores.codec import entry_of, entry_text, kind_of
from agent.cognitive.stores.event_rows import EventRow, Redact, event_row, withheld
from agent.cognitive.stores.sql_schema import EVENT_LOG, JOURNAL, migrate
from agent.errors import BadSettings, StateConflict, StoreUnavailable
from agent.turn import TurnInput
from agent.units import MS_PER_S

DEFAULT_TIMEOUT_S = 2.0
"""As long as a tool may take: what the caller notices is the sum."""
DEFAULT_CLEAR_FOR_S = 3_900.0
"""How long a call's words stay in the journal: the longest call, an hour, and five minutes for late retries."""
FORGET_EVERY_S = 60.0
CONNECTIONS = 4

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A row of a call's story. `at_ms` is wall time in ms since 1970, UTC; see `EventRow` for the rest."""

    seq: int
    place: int
    turn_id: str
    at_ms: int
    row: EventRow


class SqlJournal:
    """A `Journal`, and the event log beside it.

    Args:
        url: `sqlite:///path` or `postgresql://user@host:port/database`.
        redact: what the event log keeps of what was said; its length alone when left out.
        clear_for_s: entries of the journal older than this are deleted, at most a minute late, while it is in use.
        timeout_s: for each thing that is waited for.
        wall: the date, for stamps and for that deleting.

    Raises:
        BadSettings: the URL is none of these, its driver is not installed, or a newer milliwatt made the database.
        StoreUnavailable: it cannot be reached.
    """

    def __init__(
        self,
        url: str,
        *,
        redact: Redact = withheld,
        clear_for_s: float = DEFAULT_CLEAR_FOR_S,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        wall: Callable[[], datetime] = machine_wall,
    ) -> None:
        self._engine = _engine(url, timeout_s)
        self._redact = redact
        self._clear_for_ms = round(clear_for_s * MS_PER_S)
        self._timeout_s = timeout_s
        self._wall = wall
        self._forgot_ms = 0
        self._threads: ThreadPoolExecutor | None = None
        if self._engine.dialect.name != "sqlite":
            self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="journal")
        with _errors():
            migrate(self._engine)

    async def append(self, turn: TurnInput, place: int, entries: Sequence[JournalEntry]) -> None:
        now_ms = _ms(self._wall())
        key = {"call_sid": turn.call_sid, "seq": turn.seq, "turn_id": turn.turn_id, "at_ms": now_ms}
        kept, logged = [], []
        for at, entry in enumerate(entries, start=place):
            kept.append({**key, "place": at, "kind": kind_of(entry), "entry": entry_text(entry)})
            row = event_row(entry, self._redact)
            if row is not None:
                said = {"kind": row.kind, "name": row.name, "status": row.status, "detail": row.detail}
                logged.append({**key, "place": at, **said})
        forget = now_ms - self._forgot_ms > FORGET_EVERY_S * MS_PER_S

        def write(connection: Connection) -> None:
            connection.execute(_KEEP, kept)
            if logged:
                connection.execute(_LOG, logged)
            if forget:
                connection.execute(delete(JOURNAL).where(JOURNAL.c.at_ms < now_ms - self._clear_for_ms))

        await self._do(write)
        if forget:
            self._forgot_ms = now_ms

    async def entries(self, call_sid: str, turn_id: str) -> Sequence[JournalEntry]:
        turn = (JOURNAL.c.call_sid == call_sid) & (JOURNAL.c.turn_id == turn_id)
        return await self._read(turn)

    async def last_turn(self, call_sid: str) -> Sequence[JournalEntry]:
        last = select(func.max(JOURNAL.c.seq)).where(JOURNAL.c.call_sid == call_sid).scalar_subquery()
        return await self._read((JOURNAL.c.call_sid == call_sid) & (JOURNAL.c.seq == last))

    async def story(self, call_sid: str) -> Sequence[Logged]:
        """What happened in a call, as the event log has it, in the order it happened; empty for a call not known.

        Raises:
            StoreUnavailable: the database cannot be reached, or did not answer in time.
        """
        query = select(EVENT_LOG).where(EVENT_LOG.c.call_sid == call_sid).order_by(EVENT_LOG.c.id)
        rows = await self._do(lambda connection: connection.execute(query).all())
        return [
            Logged(
                seq=row.seq,
                place=row.place,
                turn_id=row.turn_id,
                at_ms=row.at_ms,
                row=EventRow(kind=row.kind, name=row.name, status=row.status, detail=row.detail),
            )
            for row in rows
        ]

    def close(self) -> None:
        """Closes the connections, when what is being written has been."""
        if self._threads is not None:
            self._threads.shutdown()
        self._engine.dispose()

    async def _read(self, which: Any) -> Sequence[JournalEntry]:
        query = select(JOURNAL.c.kind, JOURNAL.c.entry).where(which).order_by(JOURNAL.c.place)
        rows = await self._do(lambda connection: connection.execute(query).all())
        return tuple(entry_of(row.kind, row.entry) for row in rows)

    async def _do(self, work: Callable[[Connection], _T]) -> _T:
        if self._threads is None:
            return self._once(work)
        given_up = threading.Event()

        def unless_given_up(connection: Connection) -> _T:
            done = work(connection)
            if given_up.is_set():
                # Whoever asked was told that it failed: written now, it would be what happened and nobody heard.
                raise TimeoutError("the journal answered too late")
            return done

        with _errors():
            try:
                async with asyncio.timeout(self._timeout_s):
                    running = asyncio.get_running_loop()
                    return await running.run_in_executor(self._threads, self._twice, unless_given_up)
            finally:
                given_up.set()

    def _twice(self, work: Callable[[Connection], _T]) -> _T:
        """Once more where the connection was an old one that the server has closed meanwhile.

        Should the first time have been written after all, the second finds its places taken: a conflict, and the
        engine reads what it wrote itself.
        """
        try:
            return self._once(work)
        except StoreUnavailable as gone:
            cause = gone.__cause__
            if not (isinstance(cause, DBAPIError) and cause.connection_invalidated):
                raise
        return self._once(work)

    def _once(self, work: Callable[[Connection], _T]) -> _T:
        with _errors(), self._engine.begin() as connection:
            return work(connection)


SERVER_SHARE = 0.8
"""Of the time that is waited for PostgreSQL, what one statement may take there."""
_KEEP = insert(JOURNAL)
_LOG = insert(EVENT_LOG)


def _engine(url: str, timeout_s: float) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadSettings(
            "a journal's URL is sqlite:///path or postgresql://user@host:port/database"
        ) from None
    kind = parsed.drivername.split("+")[0]
    try:
        match kind:
            case "sqlite":
                return _sqlite(parsed, timeout_s)
            case "postgresql" | "postgres":
                return _postgresql(parsed, timeout_s)
    except (ModuleNotFoundError, NoSuchModuleError):
        raise BadSettings(
            "PostgreSQL needs milliwatt's extra `postgres`: pip install 'milliwatt[postgres]'"
        ) from None
    raise BadSettings(f"a journal in {kind!r}: there is sqlite and postgresql")


def _sqlite(url: URL, timeout_s: float) -> Engine:
    engine = create_engine(url.set(drivername="sqlite"), connect_args={"timeout": timeout_s})

    @event.listens_for(engine, "connect")
    def _opened(connection: Any, _record: object) -> None:
        # A log beside the file, so that readers and the writer do not wait for each other. It is written to the disk at
        # each checkpoint: a killed process loses nothing, a machine that loses power may lose its last seconds.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    return engine


def _postgresql(url: URL, timeout_s: float) -> Engine:
    timeout_ms = round(timeout_s * MS_PER_S)
    # The server gives up first, so that what it gave up is known to be undone.
    server_ms = round(timeout_ms * SERVER_SHARE)
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=timeout_s,
        connect_args={
            "connect_timeout": max(1, math.ceil(timeout_s)),
            "tcp_user_timeout": timeout_ms,
            "options": f"-c statement_timeout={server_ms} -c lock_timeout={server_ms}",
        },
    )


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise StateConflict(f"the journal has this place already: {error.orig}") from error
    except (SQLAlchemyError, TimeoutError) as error:
        said = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        raise StoreUnavailable(f"the journal did not answer: {type(error).__name__}: {said}") from error


def _ms(date: datetime) -> int:
    return round((date - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * MS_PER_S)

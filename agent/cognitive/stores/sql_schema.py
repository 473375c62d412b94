"""The tables of journal and event log, one schema for SQLite and PostgreSQL, and the versions that led to it.

A database says its version in `milliwatt_schema`. `migrate` brings it from there to the newest, each version in one
transaction; who comes while another migrates waits. A newer version than this code knows is refused.

`journal` is written in clear, since a turn is gone on with from it, and its rows are deleted after their time.
`event_log` is redacted before it is written, and is only ever added to.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, MetaData, Table, Text, inspect, text

from agent.errors import BadSettings

METADATA = MetaData()

JOURNAL = Table(
    "journal",
    METADATA,
    Column("call_sid", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("turn_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""One row an entry: its place in the turn, its kind and JSON (see `codec`), wall time in ms since 1970, UTC."""

EVENT_LOG = Table(
    "event_log",
    METADATA,
    Column("id", BigInteger, primary_key=True),
    Column("call_sid", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("turn_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""One row for each turn opened and closed, transition, external call and end; `detail` is redacted JSON."""

# What each version adds, as plain DDL. Never change one that was released: add another.
VERSIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE journal (
            call_sid TEXT NOT NULL,
            seq INTEGER NOT NULL,
            place INTEGER NOT NULL,
            turn_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            entry TEXT NOT NULL,
            at_ms BIGINT NOT NULL,
            PRIMARY KEY (call_sid, seq, place),
            UNIQUE (call_sid, turn_id, place)
        )""",
        "CREATE INDEX journal_by_time ON journal (at_ms)",
        """CREATE TABLE event_log (
            id {serial},
            call_sid TEXT NOT NULL,
            seq INTEGER NOT NULL,
            place INTEGER NOT NULL,
            turn_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            status TEXT NOT NULL,
            detail TEXT NOT NULL,
            at_ms BIGINT NOT NULL
        )""",
        "CREATE INDEX event_log_by_call ON event_log (call_sid, id)",
        "CREATE INDEX event_log_by_time ON event_log (at_ms)",
    ),
)

_SERIAL = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
}
_LOCK = 0x6D57_0001
"""Any number of ours: PostgreSQL's advisory lock that lets one process migrate at a time."""


def migrate(engine: Engine) -> None:
    """Brings the database to the newest version; nothing when it is there.

    Raises:
        BadSettings: a newer milliwatt made it.
        SQLAlchemyError: the database cannot be reached or will not.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        else:
            # The driver begins at the first write only: this takes the write lock before anything is read.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        version = _version(connection)
        if version > len(VERSIONS):
            raise BadSettings(
                f"{engine.url.render_as_string(hide_password=True)} is of schema {version}, which a newer milliwatt "
                f"made; this one knows {len(VERSIONS)}"
            )
        for number in range(version, len(VERSIONS)):
            for statement in VERSIONS[number]:
                connection.execute(text(statement.format(serial=_SERIAL[engine.dialect.name])))
        if version < len(VERSIONS):
            connection.execute(
                text("INSERT INTO milliwatt_schema (version) VALUES (:version)"), {"version": len(VERSIONS)}
            )


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table("milliwatt_schema"):
        connection.execute(text("CREATE TABLE milliwatt_schema (version INTEGER NOT NULL)"))
    found = connection.execute(text("SELECT max(version) FROM milliwatt_schema")).scalar()
    return int(found or 0)

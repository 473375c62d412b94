"""A real Redis and a real PostgreSQL, started on free ports of this machine for tests, or by hand (`just services`).

Both keep their files in a temporary folder and die with whoever started them. PostgreSQL refuses to be root, so there
it runs as the system's `postgres` or `nobody`. A server that is not installed is an error that says what to install: a
test that needs one fails, and is not skipped.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from agent.clock import pause, stopwatch_ns
from agent.units import NS_PER_S

PATIENCE_S = 60.0
HOST = "127.0.0.1"


class Service:
    """A server of which one process is running, or none after `kill`; `start` brings it back with what it kept."""

    def __init__(self, name: str, user: str | None = None) -> None:
        self.name = name
        self.port = _free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"milliwatt-{name}-"))
        self.user = user
        if user is not None:
            shutil.chown(self.folder, user)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def command(self) -> Sequence[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_dies_with_us(), *self.command()],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self.user, cwd=self.folder,
            )  # fmt: skip
        until_ns = stopwatch_ns() + PATIENCE_S * NS_PER_S
        while not self.answers():
            if self._process.poll() is not None or stopwatch_ns() > until_ns:
                raise RuntimeError(f"{self.name} does not start:\n{self.log.read_text()[-2000:]}")
            pause(0.02)

    def kill(self) -> None:
        """Ends it as a crash would."""
        if self._process is not None:
            self.end(self._process)
            self._process.wait(PATIENCE_S)
            self._process = None

    def end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()

    def pause(self) -> None:
        """Keeps its port open and answers nothing, as a server does whose disk or network hangs."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class RedisService(Service):
    def __init__(self) -> None:
        self._binary = _found("redis-server", (), "redis-server")
        super().__init__("redis")

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def command(self) -> Sequence[str]:
        kept_nowhere = ("--save", "", "--appendonly", "no")
        return (self._binary, "--bind", HOST, "--port", str(self.port), *kept_nowhere)

    def answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(5) == b"+PONG"
        except OSError:
            return False


class PostgresService(Service):
    def __init__(self) -> None:
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self._folders = tuple(str(path) for path in reversed(versions))
        self._binary = _found("postgres", self._folders, "postgresql")
        super().__init__("postgres", _unprivileged())
        self._data = self.folder / "data"
        initdb = _found("initdb", self._folders, "postgresql")
        subprocess.run(
            [initdb, "-D", str(self._data), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"],
            check=True, stdout=subprocess.DEVNULL, user=self.user, cwd=self.folder, timeout=PATIENCE_S,
        )  # fmt: skip

    @property
    def url(self) -> str:
        return f"postgresql://postgres@{HOST}:{self.port}/postgres"

    def command(self) -> Sequence[str]:
        # A crash of the machine is not what is tested, so nothing waits for a disk.
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "off",
        }
        given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return (self._binary, "-D", str(self._data), *given)

    def answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def end(self, process: subprocess.Popen[bytes]) -> None:
        # At once and without a word to anybody, but its helpers end too: a killed parent leaves shared memory behind.
        process.send_signal(signal.SIGQUIT)


def _found(program: str, folders: Sequence[str], package: str) -> str:
    path = shutil.which(program) or shutil.which(program, path=os.pathsep.join(folders))
    if path is None:
        raise RuntimeError(f"there is no {program} here; install it: apt-get install {package}")
    return path


def _unprivileged() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _dies_with_us() -> Sequence[str]:
    setpriv = shutil.which("setpriv")  # util-linux; on others a killed test run leaves its servers behind
    return (setpriv, "--pdeathsig", "KILL") if setpriv else ()


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def main() -> None:
    """Starts both, prints their URLs, and waits for Ctrl-C."""
    services: list[RedisService | PostgresService] = []
    try:
        for kind in (RedisService, PostgresService):
            services.append(kind())
            services[-1].start()
            print(f"{services[-1].name}: {services[-1].url}", flush=True)
        print("Ctrl-C stops them; what they hold is gone then.", flush=True)
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        for service in services:
            service.remove()


if __name__ == "__main__":
    main()

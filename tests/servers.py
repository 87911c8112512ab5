"""A real PostgreSQL server for tests, in a folder of its own, reached over a socket of that folder."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

_PLACES = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt")


class PostgreSQL:
    """A running server. url: of one of its databases, `postgresql+psycopg://…`."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self._programs = folder, programs
        self._data = folder / "data"

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=on"
        log = self.folder / "server.log"
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", log, "-w", "-t", "60", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop: `fast` cuts connections off, `immediate` is a crash."""
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def make(self) -> None:
        """Initialise the cluster."""
        self._run("initdb", "-D", self._data, "-U", "shop", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")

    def url(self, name: str = "postgres") -> str:
        """The URL of a database."""
        return f"postgresql+psycopg://shop@/{name}?host={self.folder}"

    def database(self, name: str) -> str:
        """A fresh, empty database; its URL."""
        self._run("dropdb", "-h", self.folder, "-U", "shop", "--if-exists", "--force", name)
        self._run("createdb", "-h", self.folder, "-U", "shop", name)
        return self.url(name)

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        if os.geteuid() == 0:  # the server refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")


def programs() -> Path | None:
    """The folder of the server's programs; None where it is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = [path.parent for place in _PLACES for path in Path(place).glob("*/bin/initdb")]
    return max(versions, key=lambda path: path.as_posix(), default=None)


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """A server of its own, gone when the block ends."""
    there = programs()
    if there is None:
        raise RuntimeError("PostgreSQL is not installed: make test installs it")
    folder = Path(mkdtemp(prefix="crossaisle-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    server = PostgreSQL(folder, there)
    server.make()
    server.start()
    try:
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)

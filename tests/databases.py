"""Fresh databases for tests: a copied SQLite file, or a PostgreSQL database from a template."""

import itertools
import os
import pwd
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa

from internkontroll.core.migrate import migrate
from tests.world import fill_world

OWNER, APPLICATION = "ik_owner", "ik_app"

NEXT_TRANSACTION = "SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)"
NOT_ROLLED_BACK = """
SELECT count(*) FROM generate_series(
    CAST(:first AS bigint),
    CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint) - 1
) AS number
WHERE pg_xact_status(CAST(CAST(number AS text) AS xid8)) IS DISTINCT FROM 'aborted'
"""
AT_WORK = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
NUMBERS = """
SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences
WHERE last_value IS NOT NULL
"""

INSTALL = (
    "PostgreSQL saknas. Installera det (Debian: apt-get install postgresql), ange "
    "TEST_DATABASE_URL, eller hoppa över med SKIP_POSTGRES=1."
)


def postgres_binaries() -> Path | None:
    """The folder with initdb and pg_ctl: the path's own, or Debian's newest."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    return folders[-1] if folders else None


def _write_out(path: Path) -> None:
    # A copied file must hold everything: nothing may be left in the write-ahead log beside it.
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


class Cluster:
    """A PostgreSQL server of the tests' own on a socket in a folder.

    Started without durability, unless it is to be killed.
    """

    def __init__(self, folder: Path, binaries: Path, *, durable: bool = False) -> None:
        self.folder, self.binaries, self.durable = folder, binaries, durable
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.data, self.socket_folder = folder / "data", folder / "s"

    def _run(self, program: str, *arguments: str) -> None:
        options = {"user": self.user, "group": self.user} if os.geteuid() == 0 else {}
        subprocess.run(
            [str(self.binaries / program), *arguments],
            check=True,
            capture_output=True,
            cwd="/",
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            **options,
        )

    def start(self) -> None:
        """Start, and come back when it answers; after a kill it first repairs itself."""
        fast = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off "
        settings = (
            f"-c listen_addresses='' -c unix_socket_directories={self.socket_folder} "
            f"{'' if self.durable else fast}-c max_connections=60"
        )
        log = str(self.data / "log")
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", log, "-o", settings, "start")

    def kill(self) -> None:
        """kill -9 of the server and of every process it has."""
        server = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(server, signal.SIGSTOP)  # so that it gets no more children meanwhile
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for process in (server, *map(int, children)):
            with suppress(ProcessLookupError):
                handle = os.pidfd_open(process)
                os.kill(process, signal.SIGKILL)
                select.select([handle], [], [])
                os.close(handle)
        # Nobody may have fetched the dead server yet: its number would look as if it lived.
        for lock in (self.data / "postmaster.pid", *self.socket_folder.glob(".s.PGSQL.*.lock")):
            lock.unlink(missing_ok=True)

    @contextmanager
    def running(self) -> Iterator[str]:
        """Start, give the administrator's address, stop."""
        for part in (self.data, self.socket_folder):
            part.mkdir(parents=True)
            if os.geteuid() == 0:
                shutil.chown(part, self.user, self.user)
        data = str(self.data)
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--locale=C.UTF-8")
        self.start()
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={self.socket_folder}"
        finally:
            self._run("pg_ctl", "-D", data, "-m", "immediate", "stop")


class Databases:
    """Migrated templates, and fresh copies of them."""

    def __init__(self, folder: Path, stack: ExitStack, *, durable: bool = False) -> None:
        self.folder, self._stack, self.durable = folder, stack, durable
        self.cluster: Cluster | None = None
        self._count = itertools.count()
        self._admin: sa.Engine | None = None
        self._template: Path | None = None
        self._untouched: list[str] = []
        self._begun: dict[str, int] = {}
        self._world: Path | None = None

    @classmethod
    @contextmanager
    def started(cls, folder: Path, *, durable: bool = False) -> Iterator["Databases"]:
        """Templates are made when they are first asked for.

        ``durable`` is a server of one's own whose ``cluster`` may be killed.
        """
        with ExitStack() as stack:
            yield cls(folder, stack, durable=durable)

    @contextmanager
    def fresh(self, kind: str) -> Iterator[str]:
        """The address of a fresh migrated database, removed afterwards."""
        maker = self._fresh_sqlite if kind == "sqlite" else self._fresh_postgres
        with maker() as url:
            yield url

    def _fresh_sqlite(self) -> AbstractContextManager[str]:
        if self._template is None:
            self._template = self.folder / "template.sqlite"
            migrate(f"sqlite:///{self._template}")
            _write_out(self._template)
        return self._copy_of(self._template)

    def fresh_world(self) -> AbstractContextManager[str]:
        """The address of a fresh copy of the demonstration (SQLite)."""
        if self._world is None:
            self._world = self.folder / "world.sqlite"
            migrate(f"sqlite:///{self._world}")
            fill_world(f"sqlite:///{self._world}")
            _write_out(self._world)
        return self._copy_of(self._world)

    @contextmanager
    def _copy_of(self, template: Path) -> Iterator[str]:
        path = self.folder / f"test{next(self._count)}.sqlite"
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
        for leftover in self.folder.glob(f"{path.name}*"):
            leftover.unlink()

    def _server(self) -> sa.Engine:
        if self._admin is not None:
            return self._admin
        if os.environ.get("SKIP_POSTGRES") == "1" and os.environ.get("CI") != "true":
            pytest.skip("SKIP_POSTGRES=1: PostgreSQL är inte provat")
        url = None if self.durable else os.environ.get("TEST_DATABASE_URL")
        if url is None:
            binaries = postgres_binaries()
            if binaries is None:
                pytest.fail(INSTALL)
            # Short, because a socket's path is limited, and open to the server's user.
            folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="ik-pg-")))
            folder.chmod(0o755)
            self.cluster = Cluster(folder, binaries, durable=self.durable)
            url = self._stack.enter_context(self.cluster.running())
        admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self._admin = admin
        self._stack.callback(admin.dispose)
        self._make_template(admin)
        return admin

    @property
    def template_name(self) -> str:
        """Name of the migrated template; one per test process."""
        return f"ik_template_{os.getpid()}"

    def _make_template(self, admin: sa.Engine) -> None:
        with admin.connect() as connection:
            for role in (OWNER, APPLICATION):
                known = sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role")
                if not connection.scalar(known, {"role": role}):
                    connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN PASSWORD '{role}'")
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {self.template_name}")
            connection.exec_driver_sql(f"CREATE DATABASE {self.template_name} OWNER {OWNER}")
        migrate(self.address(admin, self.template_name, OWNER), APPLICATION)
        template = sa.create_engine(
            admin.url.set(database=self.template_name), poolclass=sa.NullPool
        )
        with template.connect() as connection:
            for name, value in connection.execute(sa.text(NUMBERS)):
                self._begun[name] = value

    @staticmethod
    def address(admin: sa.Engine, database: str, role: str) -> str:
        """A role's address of a database on the same server."""
        url = admin.url.set(database=database, username=role, password=role)
        return url.render_as_string(hide_password=False)

    @contextmanager
    def _fresh_postgres(self, role: str = APPLICATION) -> Iterator[str]:
        admin = self._server()
        name = self._untouched.pop() if self._untouched else self._copied(admin)
        with admin.connect() as connection:
            first = connection.scalar(sa.text(NEXT_TRANSACTION))
        yield self.address(admin, name, role)
        if not self.durable and self._taken_back(admin, name, first):
            self._untouched.append(name)
            return
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _copied(self, admin: sa.Engine) -> str:
        name = f"ik_test_{os.getpid()}_{next(self._count)}"
        with admin.connect() as connection:
            connection.exec_driver_sql(
                f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {self.template_name}"
            )
        return name

    def _taken_back(self, admin: sa.Engine, name: str, first: int) -> bool:
        """Whether the server says that nothing since ``first`` was kept; numbers begin anew then.

        To copy a template costs more than most of the tests, and most of them roll back.
        """
        engine = sa.create_engine(
            admin.url.set(database=name), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
        )
        with engine.connect() as connection:
            if connection.scalar(sa.text(AT_WORK)):
                return False
            if connection.scalar(sa.text(NOT_ROLLED_BACK), {"first": first}):
                return False
            for sequence, value in connection.execute(sa.text(NUMBERS)).all():
                begun = self._begun.get(sequence)
                if value != begun:
                    again = sa.text("SELECT setval(CAST(:name AS regclass), :value, :used)")
                    used = {"value": begun or 1, "used": begun is not None}
                    connection.execute(again, {"name": sequence, **used})
        return True

    def owner_of(self, url: str) -> str:
        """The owner's address of a database whose application address is given."""
        made = sa.make_url(url)
        if made.get_backend_name() == "sqlite":
            return url
        return made.set(username=OWNER, password=OWNER).render_as_string(hide_password=False)

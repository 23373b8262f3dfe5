"""The command `internkontroll`: what operations and a first visitor do without the screen."""

import argparse
import getpass
import hashlib
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import make_url
from werkzeug.serving import make_server

from config import Config, DemoConfig, kept_key
from internkontroll.accounts.services import create_user, grant_role
from internkontroll.app import create_app
from internkontroll.core.access import Role, system_actor
from internkontroll.core.clock import swedish_day, utc_now
from internkontroll.core.database import db, intent_to_write
from internkontroll.core.errors import DomainError, InvalidInput
from internkontroll.core.migrate import migrate
from internkontroll.core.transaction import transaction
from internkontroll.demo import ACCOUNTS, DEMO_PASSWORD, fill_demo, is_filled
from internkontroll.files.tables import read_table
from internkontroll.monitoring.jobs import run_jobs_as_worker, start_worker
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import board_by_code
from internkontroll.plan.rules.reading import read_plan
from internkontroll.plan.services import import_plan
from internkontroll.reporting.documents import write_report_files
from internkontroll.reporting.queries import find_point, shown_report
from internkontroll.trail.queries import verify_trail

REFUSED = 2
"""Exit code when what was asked for is refused, with a sentence on stderr."""

ROLE_NAMES = {
    "administratör": Role.ADMINISTRATOR,
    "controller": Role.CONTROLLER,
    "kontrollansvarig": Role.RESPONSIBLE,
    "granskare": Role.REVIEWER,
    "enhetschef": Role.UNIT_MANAGER,
    "ledamot": Role.MEMBER,
    "ordförande": Role.CHAIR,
    "nämndsekreterare": Role.SECRETARY,
    "förvaltningsdirektör": Role.DIRECTOR,
    "ks-controller": Role.OVERSIGHT_CONTROLLER,
    "revisor": Role.AUDITOR,
    "dataskyddsombud": Role.DATA_PROTECTION_OFFICER,
    "läsare": Role.READER,
}


def _say(text: str) -> None:
    print(text, flush=True)


def _actor() -> Any:
    return system_actor(getpass.getuser())


def _config(kind: type[Config] = Config) -> Config:
    config = kind()
    config.INSTANCE_DIR.mkdir(parents=True, exist_ok=True)
    config.SECRET_KEY = config.SECRET_KEY or kept_key(config.INSTANCE_DIR)
    return config


def _migrate(config: Config) -> None:
    url = make_url(config.SQLALCHEMY_DATABASE_URI)
    migrate(config.DATABASE_OWNER_URL, url.username)


def _board(code: str) -> Board:
    board = board_by_code(db.session(), code.upper())
    if board is None:
        raise InvalidInput(f"Det finns ingen nämnd med koden {code}. Kontrollera --board.")
    return board


def _app(arguments: argparse.Namespace, config: Config | None = None) -> Flask:
    app = create_app(config or _config())
    arguments.apps.append(app)
    return app


def _let_go(apps: Sequence[Flask]) -> None:
    """Give the databases' connections back when the command is done."""
    for app in apps:
        with app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


def _throw_away(config: Config) -> None:
    url = make_url(config.SQLALCHEMY_DATABASE_URI)
    if url.get_backend_name() != "sqlite" or url.database is None:
        raise InvalidInput("Bara en demonstration i SQLite kan börja om. Töm databasen själv.")
    for engine in db.engines.values():
        engine.dispose()
    for path in Path(url.database).parent.glob(Path(url.database).name + "*"):
        path.unlink()
    _migrate(config)


def demo(arguments: argparse.Namespace) -> int:
    """Fill the demonstration once, then serve it."""
    config = _config(DemoConfig)
    _migrate(config)
    app = _app(arguments, config)
    with app.app_context(), intent_to_write():
        if arguments.reset and is_filled(db.session()):
            db.session.remove()
            _throw_away(config)
            app = _app(arguments, config)
    with app.app_context(), intent_to_write():
        if not is_filled(db.session()):
            _say("Skapar demonstrationens uppgifter ...")
            fill_demo(db.session(), actor=_actor(), at=utc_now())
        db.session.remove()
    if arguments.data_only:
        _say("Demonstrationens uppgifter finns på plats.")
        return 0
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "5000"))
    _say(f"\nInternkontroll visas på http://{host}:{port}")
    _say(f"Alla konton har lösenordet: {DEMO_PASSWORD}\n")
    for account in ACCOUNTS:
        _say(f"  {account.username:<22}{account.title}, {account.place}")
    _say("\nAvsluta med Ctrl+C.\n")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    scheduler = start_worker(app, utc_now)
    try:
        make_server(host, port, app, threaded=True).serve_forever()
    except KeyboardInterrupt:
        _say("Avslutad.")
    finally:
        scheduler.shutdown(wait=False)
    return 0


def migrate_now(_arguments: argparse.Namespace) -> int:
    """Bring the database to the program's version."""
    _migrate(_config())
    _say("Databasen är uppdaterad.")
    return 0


def create_user_now(arguments: argparse.Namespace) -> int:
    """Create an account and give it a role."""
    password = os.environ.get("NEW_PASSWORD") or getpass.getpass("Lösenord: ")
    now = utc_now()
    with _app(arguments).app_context(), intent_to_write(), transaction(db.session()) as session:
        board = _board(arguments.board) if arguments.board else None
        user = create_user(
            session,
            username=arguments.username,
            title=arguments.title or arguments.username,
            password=password,
            actor=_actor(),
            at=now,
        )
        if arguments.role:
            grant_role(
                session,
                user,
                ROLE_NAMES[arguments.role],
                board=board,
                valid_from=swedish_day(now),
                actor=_actor(),
                at=now,
            )
    _say(f"Kontot {arguments.username} är skapat.")
    return 0


def import_plan_now(arguments: argparse.Namespace) -> int:
    """Read a plan file; without --dry-run make a draft of it, open questions left as marks."""
    path: Path = arguments.file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"Filen {path.name} går inte att öppna. Kontrollera sökvägen."
        ) from error
    reading = read_plan(read_table(data, path.name), year=arguments.year)
    if arguments.dry_run:
        _print_reading(reading, as_json=arguments.json)
        return 0
    with _app(arguments).app_context(), intent_to_write(), transaction(db.session()) as session:
        plan = import_plan(
            session,
            _board(arguments.board),
            arguments.year,
            reading,
            file_name=path.name,
            file_sha256=hashlib.sha256(data).hexdigest(),
            actor=_actor(),
            at=utc_now(),
        )
        plan_id = plan.id
    _print_reading(reading, as_json=arguments.json)
    if not arguments.json:
        _say(f"Planen är inläst som utkast ({plan_id}).")
    return 0


def _print_reading(reading: Any, *, as_json: bool) -> None:
    content = reading.to_json()
    if as_json:
        _say(json.dumps(content, ensure_ascii=False, indent=2))
        return
    _say(f"{content['controls']} kontrollmoment, {content['risks']} risker")
    for name, count in content["areas"].items():
        _say(f"  {name}: {count}")
    for kind, title in (("questions", "Frågor"), ("refused", "Inte inläst")):
        if content[kind]:
            _say(f"{title}:")
            for entry in content[kind]:
                where = f"rad {entry['row']}: " if entry.get("row") else ""
                _say(f"  {where}{entry['text']}")


def report_now(arguments: argparse.Namespace) -> int:
    """Write a follow-up report, live or decided, as HTML, PDF and JSON."""
    with _app(arguments).app_context():
        board = _board(arguments.board)
        entry = find_point(db.session(), board.id, arguments.year, arguments.point)
        if entry is None:
            raise InvalidInput(
                f"{board.name} har ingen rapporteringstidpunkt {arguments.point} "
                f"{arguments.year}. Öppna året först, eller kontrollera --point."
            )
        shown = shown_report(db.session(), board, entry, at=utc_now())
        if shown is None:
            raise InvalidInput(
                f"{board.name} har ingen beslutad plan för {arguments.year}. "
                "Utan plan finns inget att följa upp."
            )
        for path in write_report_files(shown, arguments.out):
            _say(str(path))
    return 0


def run_jobs_now(arguments: argparse.Namespace) -> int:
    """Run the jobs that are due, once."""
    app = _app(arguments)
    done = run_jobs_as_worker(app, utc_now)
    for name, summary in done:
        _say(f"{name}: {summary}")
    if not done:
        _say("En annan process kör jobben just nu.")
    return 0


def verify_trail_now(arguments: argparse.Namespace) -> int:
    """Check every chain; exit 1 and name the first broken row of each that is broken."""
    with _app(arguments).app_context():
        verdicts = verify_trail(db.session())
    for verdict in verdicts:
        if verdict.whole:
            _say(f"{verdict.chain}: hel, {verdict.rows} rader, slutar med {verdict.head}")
        else:
            _say(f"{verdict.chain}: bruten på rad {verdict.broken_at}: {verdict.reason}")
    _say("Att slutet av en kedja är borttaget syns bara mot en slutrad som sparats utanför.")
    return 0 if all(verdict.whole for verdict in verdicts) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="internkontroll", description="Intern kontroll för kommunens nämnder."
    )
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, act: Any, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(act=act)
        return made

    shown = add("demo", demo, "Visa programmet med påhittade uppgifter.")
    shown.add_argument("--reset", action="store_true", help="kasta uppgifterna och börja om")
    shown.add_argument("--data-only", action="store_true", help="skapa uppgifterna, visa inget")
    add("migrate", migrate_now, "Uppdatera databasen.")
    user = add("create-user", create_user_now, "Skapa ett konto (lösenord ur NEW_PASSWORD).")
    user.add_argument("username")
    user.add_argument("--title", help="vad kontot kallas på skärmen")
    user.add_argument("--role", choices=sorted(ROLE_NAMES))
    user.add_argument("--board", help="nämndens kod; utan den gäller rollen hela kommunen")
    plan = add("import-plan", import_plan_now, "Läs in en internkontrollplan (XLSX, CSV).")
    plan.add_argument("file", type=Path)
    plan.add_argument("--board", required=True)
    plan.add_argument("--year", required=True, type=int)
    plan.add_argument("--dry-run", action="store_true", help="läs och visa, spara inget")
    plan.add_argument("--json", action="store_true", help="skriv resultatet som JSON")
    report = add("report", report_now, "Skriv en uppföljning som HTML, PDF och JSON.")
    report.add_argument("--board", required=True)
    report.add_argument("--year", required=True, type=int)
    report.add_argument("--point", required=True, help="april, augusti, årsbokslut ...")
    report.add_argument("--out", required=True, type=Path)
    add("run-jobs", run_jobs_now, "Kör de jobb som är i tur, en gång.")
    add("verify-trail", verify_trail_now, "Kontrollera spårets kedjor.")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 a check failed, 2 refused with a sentence."""
    arguments = _parser().parse_args(argv, argparse.Namespace(apps=[]))
    try:
        code: int = arguments.act(arguments)
    except DomainError as error:
        print(error.sentence, file=sys.stderr)
        return REFUSED
    finally:
        _let_go(arguments.apps)
    return code


if __name__ == "__main__":
    sys.exit(main())

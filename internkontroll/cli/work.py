"""What is done to the boards' work from the command line: accounts, plans, reports."""

import argparse
import getpass
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from internkontroll.accounts.queries import user_by_name
from internkontroll.accounts.services import create_user, grant_role, reset_code
from internkontroll.cli.ground import actor, app_for, say, the_board
from internkontroll.core.clock import swedish_day, utc_now
from internkontroll.core.database import db, intent_to_write
from internkontroll.core.errors import InvalidInput
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.core.transaction import transaction
from internkontroll.operation.group_roles import ROLE_NAMES
from internkontroll.organisation.queries import document_house
from internkontroll.plan.rules.layout import Arrangement
from internkontroll.plan.services import import_plan
from internkontroll.plan.services.importing import known_headings, read_file
from internkontroll.reporting.documents import write_report_files
from internkontroll.reporting.queries import find_point, shown_report


@within(EVERY_BOARD)
def create_user_now(arguments: argparse.Namespace) -> int:
    """Create an account and give it a role."""
    password = os.environ.get("NEW_PASSWORD") or getpass.getpass("Lösenord: ")
    now = utc_now()
    with app_for(arguments).app_context(), intent_to_write(), transaction(db.session()) as session:
        board = the_board(arguments.board) if arguments.board else None
        user = create_user(
            session,
            username=arguments.username,
            title=arguments.title or arguments.username,
            password=password,
            actor=actor(),
            at=now,
        )
        if arguments.role:
            grant_role(
                session,
                user,
                ROLE_NAMES[arguments.role],
                board=board,
                valid_from=swedish_day(now),
                actor=actor(),
                at=now,
            )
    say(f"Kontot {arguments.username} är skapat.")
    return 0


@within(EVERY_BOARD)
def reset_code_now(arguments: argparse.Namespace) -> int:
    """Reset the code of somebody whom no administrator can help."""
    with app_for(arguments).app_context(), intent_to_write(), transaction(db.session()) as session:
        user = user_by_name(session, arguments.username)
        if user is None:
            raise InvalidInput(f"Det finns inget öppet konto som heter {arguments.username}.")
        reset_code(session, user, reason=arguments.reason, actor=actor(), at=utc_now())
    say(f"Koden för {arguments.username} är nollställd.")
    return 0


@within(EVERY_BOARD)
def import_plan_now(arguments: argparse.Namespace) -> int:
    """Read a plan file; without --dry-run make a draft of it, open questions left as marks."""
    path: Path = arguments.file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"Filen {path.name} går inte att öppna. Kontrollera sökvägen."
        ) from error
    if arguments.dry_run:
        reading = read_file(data, path.name, arguments.year)
        _print_reading(reading, as_json=arguments.json)
        return 0
    with app_for(arguments).app_context(), intent_to_write(), transaction(db.session()) as session:
        told = Arrangement(known=known_headings(session))
        reading = read_file(data, path.name, arguments.year, arrangement=told)
        plan = import_plan(
            session,
            the_board(arguments.board),
            arguments.year,
            reading,
            file_name=path.name,
            file_sha256=hashlib.sha256(data).hexdigest(),
            actor=actor(),
            at=utc_now(),
        )
        plan_id = plan.id
    _print_reading(reading, as_json=arguments.json)
    if not arguments.json:
        say(f"Planen är inläst som utkast ({plan_id}).")
    return 0


def _print_reading(reading: Any, *, as_json: bool) -> None:
    content = reading.to_json()
    if as_json:
        say(json.dumps(content, ensure_ascii=False, indent=2))
        return
    say(f"{content['controls']} kontrollmoment, {content['risks']} risker")
    for name, count in content["areas"].items():
        say(f"  {name}: {count}")
    for kind, title in (("questions", "Frågor"), ("refused", "Inte inläst")):
        if content[kind]:
            say(f"{title}:")
            for entry in content[kind]:
                where = f"rad {entry['row']}: " if entry.get("row") else ""
                say(f"  {where}{entry['text']}")


@within(EVERY_BOARD)
def report_now(arguments: argparse.Namespace) -> int:
    """Write a follow-up report, live or decided, as HTML, PDF and JSON."""
    with app_for(arguments).app_context():
        board = the_board(arguments.board)
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
        for path in write_report_files(shown, arguments.out, document_house(db.session())):
            say(str(path))
    return 0

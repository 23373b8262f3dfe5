"""What keeps an installation running: migrate, jobs, trail, doctor, serve, backup, restore."""

import argparse
import json
from datetime import timedelta
from pathlib import Path

from config import Config
from internkontroll.cli.ground import app_for, bring_up, read_config, say
from internkontroll.core.clock import swedish_day, utc_now
from internkontroll.core.database import db
from internkontroll.core.errors import InvalidInput
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.demo import DEMO_PASSWORD
from internkontroll.monitoring.jobs import run_jobs_as_worker
from internkontroll.operation.backup import back_up, restore
from internkontroll.operation.doctor import examine, refuse_unfit
from internkontroll.operation.permissions import permission_document
from internkontroll.operation.server import serve
from internkontroll.trail.queries import day_heads, heads_file, verify_trail
from internkontroll.trail.rules import OutsideHead, read_heads


def migrate_now(_arguments: argparse.Namespace) -> int:
    """Bring the database to the program's version."""
    bring_up(read_config())
    say("Databasen är uppdaterad.")
    return 0


def run_jobs_now(arguments: argparse.Namespace) -> int:
    """Run the jobs that are due, once."""
    app = app_for(arguments)
    done = run_jobs_as_worker(app, utc_now)
    for name, summary in done:
        say(f"{name}: {summary}")
    if not done:
        say("En annan process kör jobben just nu.")
    return 0


def _kept_heads(path: Path | None) -> list[OutsideHead]:
    if path is None:
        return []
    try:
        return read_heads(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InvalidInput(
            f"Filen {path.name} går inte att läsa. Välj en fil som chain-heads skrev."
        ) from error


@within(EVERY_BOARD)
def chain_heads_now(arguments: argparse.Namespace) -> int:
    """Write the last row of each day and chain, to be kept outside the program."""
    at = utc_now()
    with app_for(arguments).app_context():
        rows = day_heads(db.session(), swedish_day(at) - timedelta(days=arguments.days))
    text = json.dumps(heads_file(rows, at), ensure_ascii=False, indent=2)
    if arguments.out is None:
        say(text)
    else:
        arguments.out.write_text(text + "\n", encoding="utf-8")
        say(f"{len(rows)} slutrader i {arguments.out}")
    return 0


@within(EVERY_BOARD)
def verify_trail_now(arguments: argparse.Namespace) -> int:
    """Check every chain; exit 1 and name the first broken row of each that is broken.

    With a file of heads kept outside, a cut or rewritten chain is found too.
    """
    kept = _kept_heads(arguments.heads)
    with app_for(arguments).app_context():
        verdicts = verify_trail(db.session(), kept)
    for verdict in verdicts:
        if verdict.whole:
            say(f"{verdict.chain}: hel, {verdict.rows} rader, slutar med {verdict.head}")
        else:
            say(f"{verdict.chain}: bruten på rad {verdict.broken_at}: {verdict.reason}")
    if not kept:
        say("Att slutet av en kedja är borttaget syns bara mot en slutrad som sparats utanför.")
        say("Ange filen med slutrader: verify-trail --heads FIL.")
    return 0 if all(verdict.whole for verdict in verdicts) else 1


def permissions_now(arguments: argparse.Namespace) -> int:
    """Write the table of who may do what, as docs/behorigheter.md holds it."""
    say(permission_document(app_for(arguments).extensions["permissions"]).rstrip("\n"))
    return 0


def doctor_now(_arguments: argparse.Namespace) -> int:
    """Examine the installation; exit 1 and say what to do if anything is wrong."""
    remarks = examine(_installed(), at=utc_now(), demo_password=DEMO_PASSWORD)
    for remark in remarks:
        say(f"- {remark.sentence}")
    if not remarks:
        say("Inget att anmärka på.")
    return 1 if remarks else 0


def _installed() -> Config:
    # Without a key that is made on the spot: whether one is set is what the doctor asks.
    config = Config()
    config.INSTANCE_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    return config


def serve_now(arguments: argparse.Namespace) -> int:
    """Serve for real; refused, with every reason, when the doctor finds the installation unfit."""
    config = _installed()
    refuse_unfit(examine(config, at=utc_now(), demo_password=DEMO_PASSWORD))
    serve(config, host=arguments.host, port=arguments.port)


def back_up_now(arguments: argparse.Namespace) -> int:
    """Write everything to one file."""
    path: Path = arguments.file
    made = back_up(read_config(), path, at=utc_now(), with_key=arguments.with_key)
    say(f"{path.name}: {made.rows} rader, {made.files} filer, {made.size} byte")
    for chain, head in made.heads.items():
        say(f"{chain}: slutar med {head}")
    for name in made.missing:
        say(f"Saknas på disken: {name}")
    say(f"SHA-256: {made.sha256}")
    return 1 if made.missing else 0


def restore_now(arguments: argparse.Namespace) -> int:
    """Fill an empty installation from a backup."""
    config = read_config()
    done = restore(config, arguments.file, sha256=arguments.sha256)
    say(f"Återställt: {done.rows} rader, {done.files} filer. Varje rad och fil är kontrollerad.")
    for chain, head in done.heads.items():
        say(f"{chain}: hel, slutar med {head}")
    say("Alla behöver logga in igen.")
    return 0

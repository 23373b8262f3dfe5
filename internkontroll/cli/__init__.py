"""The command `internkontroll`: what operations and a first visitor do without the screen."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from internkontroll.cli.demonstration import demo
from internkontroll.cli.ground import let_go
from internkontroll.cli.running import (
    back_up_now,
    chain_heads_now,
    doctor_now,
    migrate_now,
    permissions_now,
    restore_now,
    run_jobs_now,
    serve_now,
    verify_trail_now,
)
from internkontroll.cli.work import create_user_now, import_plan_now, report_now, reset_code_now
from internkontroll.core.errors import DomainError
from internkontroll.operation.group_roles import ROLE_NAMES

REFUSED = 2
"""Exit code when what was asked for is refused, with a sentence on stderr."""


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
    reset = add("reset-code", reset_code_now, "Nollställ inloggning med kod för ett konto.")
    reset.add_argument("username")
    reset.add_argument("--reason", required=True, help="varför; sparas i spåret")
    plan = add("import-plan", import_plan_now, "Läs in en internkontrollplan (XLSX, DOCX, CSV).")
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
    checked = add("verify-trail", verify_trail_now, "Kontrollera spårets kedjor.")
    checked.add_argument("--heads", type=Path, help="fil med slutrader som sparats utanför")
    heads = add("chain-heads", chain_heads_now, "Skriv kedjornas slutrader, att spara utanför.")
    heads.add_argument("--out", type=Path, help="fil att skriva till; annars skärmen")
    heads.add_argument("--days", type=int, default=31, help="hur många dagar bakåt")
    add("permissions", permissions_now, "Skriv tabellen över vem som får göra vad.")
    add("doctor", doctor_now, "Undersök om installationen går att använda på riktigt.")
    served = add("serve", serve_now, "Visa programmet på riktigt, bakom en proxy med https.")
    served.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    served.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    kept = add("backup", back_up_now, "Säkerhetskopiera allt till en fil.")
    kept.add_argument("file", type=Path)
    kept.add_argument("--with-key", action="store_true", help="ta med SECRET_KEY i filen")
    back = add("restore", restore_now, "Återställ en säkerhetskopia i en tom installation.")
    back.add_argument("file", type=Path)
    back.add_argument("--sha256", help="kontrollsumman som backup skrev, när nyckeln är en annan")
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
        let_go(arguments.apps)
    return code

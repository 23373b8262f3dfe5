"""The demonstration: filled once, then served on one's own machine."""

import argparse
import logging
import os
from pathlib import Path

from sqlalchemy import make_url
from werkzeug.serving import make_server

from config import Config, DemoConfig
from internkontroll.cli.ground import actor, app_for, bring_up, read_config, say
from internkontroll.core.clock import utc_now
from internkontroll.core.database import db, intent_to_write
from internkontroll.core.errors import InvalidInput
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.demo import ACCOUNTS, DEMO_PASSWORD, fill_demo, is_filled
from internkontroll.monitoring.jobs import start_worker


def _throw_away(config: Config) -> None:
    url = make_url(config.SQLALCHEMY_DATABASE_URI)
    if url.get_backend_name() != "sqlite" or url.database is None:
        raise InvalidInput("Bara en demonstration i SQLite kan börja om. Töm databasen själv.")
    for engine in db.engines.values():
        engine.dispose()
    for path in Path(url.database).parent.glob(Path(url.database).name + "*"):
        path.unlink()
    bring_up(config)


def demo(arguments: argparse.Namespace) -> int:
    """Fill the demonstration once, then serve it."""
    config = read_config(DemoConfig)
    bring_up(config)
    app = app_for(arguments, config)
    with app.app_context(), intent_to_write():
        if arguments.reset and is_filled(db.session()):
            db.session.remove()
            _throw_away(config)
            app = app_for(arguments, config)
    with app.app_context(), intent_to_write(), within(EVERY_BOARD):
        if not is_filled(db.session()):
            say("Skapar demonstrationens uppgifter ...")
            fill_demo(db.session(), actor=actor(), at=utc_now())
        db.session.remove()
    if arguments.data_only:
        say("Demonstrationens uppgifter finns på plats.")
        return 0
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "5000"))
    say(f"\nInternkontroll visas på http://{host}:{port}")
    say(f"Alla konton har lösenordet: {DEMO_PASSWORD}\n")
    for account in ACCOUNTS:
        say(f"  {account.username:<22}{account.title}, {account.place}")
    say("\nAvsluta med Ctrl+C.\n")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    scheduler = start_worker(app, utc_now)
    try:
        make_server(host, port, app, threaded=True).serve_forever()
    except KeyboardInterrupt:
        say("Avslutad.")
    finally:
        scheduler.shutdown(wait=False)
    return 0

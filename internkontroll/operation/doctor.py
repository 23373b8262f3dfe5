"""Doktorn: is this installation fit to be used? Settings, database, folder, disk, clocks, jobs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config import Config
from internkontroll.core.errors import DomainError, InvalidInput
from internkontroll.operation.facts import (
    A_DAY,
    DatabaseFacts,
    PlaceFacts,
    database_facts,
    place_facts,
)
from internkontroll.operation.group_roles import read_group_roles
from internkontroll.operation.settings import Remark, Weight, remarks_on_settings

CLOCKS_DIFFER = timedelta(minutes=1)
BACKWARDS = timedelta(minutes=5)
LITTLE_SPACE, NO_SPACE = 1024**3, 200 * 1024**2


class Unfit(DomainError):
    """The program does not start: the remarks say why, one sentence each."""


def _remarks_on_revision(facts: DatabaseFacts) -> Iterator[Remark]:
    if facts.revision is None:
        yield Remark("Databasen är tom. Kör internkontroll migrate.")
    elif not facts.revision_is_known:
        yield Remark(
            f"Databasen är gjord av en nyare version ({facts.revision}) än programmet "
            f"({facts.head}). Installera den nyare versionen."
        )
    elif facts.revision != facts.head:
        yield Remark(
            f"Databasen är av version {facts.revision} och programmet av {facts.head}. "
            "Säkerhetskopiera och kör internkontroll migrate."
        )


def _remarks_on_role(facts: DatabaseFacts) -> Iterator[Remark]:
    if facts.owner_of_tables:
        yield Remark(
            f"Programmet loggar in i PostgreSQL som {facts.role}, som äger tabellerna och kan "
            "ändra spåret. Ange ägaren i DATABASE_OWNER_URL och en egen roll i DATABASE_URL, och "
            "kör internkontroll migrate."
        )
    elif facts.may_change_trail:
        yield Remark(
            f"Rollen {facts.role} får ändra eller ta bort rader i spåret. Kör internkontroll "
            "migrate, som ger den rätt behörighet."
        )


def _remarks_on_accounts(facts: DatabaseFacts) -> Iterator[Remark]:
    if facts.demo_accounts:
        yield Remark(
            f"Demonstrationens konton kan logga in ({facts.demo_accounts} konton). Börja i en tom "
            "databas, eller stäng dem."
        )
    if facts.accounts_with_demo_password:
        yield Remark(
            f"Demonstrationens lösenord används av {facts.accounts_with_demo_password} konton. Byt "
            "deras lösenord."
        )


def _remarks_on_time(facts: DatabaseFacts, at: datetime) -> Iterator[Remark]:
    if facts.clock is not None and abs(facts.clock - at) > CLOCKS_DIFFER:
        yield Remark(
            "Databasens klocka och programmets klocka går olika. Ställ båda maskinernas klockor "
            "efter samma tidsserver (NTP)."
        )
    if facts.last_event_at is not None and facts.last_event_at - at > BACKWARDS:
        yield Remark(
            f"Klockan står på {at:%Y-%m-%d %H:%M} UTC, före den senaste händelsen i spåret "
            f"({facts.last_event_at:%Y-%m-%d %H:%M} UTC). Rätta klockan."
        )
    if facts.last_job_at is None:
        yield Remark(
            "Inget nattligt jobb har körts än. De körs av internkontroll serve, efter klockan 4.",
            Weight.WARNS,
        )
    elif at - facts.last_job_at > A_DAY:
        yield Remark(
            f"De nattliga jobben har inte körts sedan {facts.last_job_at:%Y-%m-%d %H:%M} UTC. Se "
            "om internkontroll serve är igång, och läs sidan Jobb.",
            Weight.WARNS,
        )


def remarks_on_database(facts: DatabaseFacts | None, at: datetime) -> list[Remark]:
    """What is wrong with the database at that moment; None is a database that does not answer."""
    if facts is None:
        return [
            Remark(
                "Databasen svarar inte. Kontrollera DATABASE_URL och att databasen är igång; "
                "för SQLite att mappen finns."
            )
        ]
    return [
        *_remarks_on_revision(facts),
        *_remarks_on_role(facts),
        *_remarks_on_accounts(facts),
        *(_remarks_on_time(facts, at) if facts.revision == facts.head else ()),
    ]


def remarks_on_place(facts: PlaceFacts) -> list[Remark]:
    """What is wrong with the instance folder and its disk."""
    remarks = []
    if facts.open_to_others:
        remarks.append(
            Remark(
                f"Andra användare kan läsa programmets mapp ({', '.join(facts.open_to_others)}). "
                "Kör chmod -R go= på mappen INSTANCE_DIR."
            )
        )
    if facts.free_bytes < LITTLE_SPACE:
        left = facts.free_bytes // 1024**2
        weight = Weight.REFUSES if facts.free_bytes < NO_SPACE else Weight.WARNS
        remarks.append(Remark(f"Disken har bara {left} MB kvar. Frigör utrymme.", weight))
    return remarks


def remarks_on_group_roles(path: Path | None) -> list[Remark]:
    """Whether the file that gives roles to groups can be read."""
    try:
        read_group_roles(path)
    except InvalidInput as error:
        return [Remark(error.sentence)]
    return []


def remarks_on_zones(name: str = "Europe/Stockholm") -> list[Remark]:
    """Whether the machine knows Swedish time."""
    try:
        ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return [
            Remark("Maskinen saknar tidszonen Europe/Stockholm. Installera tidszonsdata (tzdata).")
        ]
    return []


def examine(config: Config, *, at: datetime, demo_password: str) -> list[Remark]:
    """Undersök installationen: every remark, what refuses a start first."""
    remarks = [
        *remarks_on_settings(config.as_mapping()),
        *remarks_on_group_roles(config.OIDC_ROLES_FILE),
        *remarks_on_zones(),
        *remarks_on_place(place_facts(config.INSTANCE_DIR)),
        *remarks_on_database(database_facts(config.SQLALCHEMY_DATABASE_URI, demo_password), at),
    ]
    return sorted(remarks, key=lambda remark: remark.weight is Weight.WARNS)


def refuse_unfit(remarks: list[Remark]) -> None:
    """Raise Unfit, with every sentence on a line of its own, if any remark refuses a start."""
    reasons = [remark.sentence for remark in remarks if remark.weight is Weight.REFUSES]
    if reasons:
        raise Unfit("\n".join(["Programmet startar inte:", *(f"- {text}" for text in reasons)]))

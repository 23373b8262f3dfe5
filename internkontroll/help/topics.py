"""Hjälpsidorna: which tasks there is help for, in the order of the year, and where each belongs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """Hjälpsida: one task. ``slug`` is its address and the name of its template.

    ``endpoints`` are the pages that lead here by "Hjälp med det här"; a name that ends with a full
    stop stands for every page of that feature which no other topic claims.
    """

    slug: str
    title: str
    lead: str
    endpoints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """A part of the year, with its topics."""

    title: str
    topics: tuple[Topic, ...]


GROUPS: Sequence[Group] = (
    Group(
        "Kom igång",
        (
            Topic(
                "mina-uppgifter",
                "Hitta det du ska göra",
                "Första sidan visar vad som väntar på dig, för vilken nämnd och till vilken dag.",
                ("monitoring.", "organisation.board"),
            ),
            Topic(
                "konton",
                "Konton, roller och lösenord",
                "En roll gäller i en nämnd eller ett utskott, från en dag till en annan.",
                ("accounts.", "roles.", "monitoring.handover"),
            ),
            Topic(
                "logga-in-med-kod",
                "Logga in med kod",
                "Ett lösenord kan komma i fel händer. Koden visas bara i din egen telefon.",
                tuple(
                    f"accounts.{name}"
                    for name in (
                        "begin_code",
                        "begin_linking",
                        "code",
                        "code_step",
                        "confirm_code",
                        "give_code_now",
                        "linking",
                        "renew_codes",
                        "reset_code",
                        "reset_code_now",
                    )
                ),
            ),
            Topic(
                "nya-namnder",
                "Lägg upp nämnder, utskott och enheter",
                "Det här görs en gång när kommunen börjar, och när organisationen ändras.",
                ("organisation.", "set_up."),
            ),
            Topic(
                "sekretess",
                "Sekretess, och vad du aldrig ska skriva",
                "Skriv så att texten kan lämnas ut. Ärenden pekas ut med löpnummer.",
            ),
            Topic(
                "tangentbord",
                "Använd tangentbordet",
                "Allt går att göra utan mus och utan skript i webbläsaren.",
            ),
        ),
    ),
    Group(
        "Planen",
        (
            Topic(
                "las-in-plan",
                "Läs in en plan från en fil",
                "Du ser hur varje rad läses innan något blir en plan.",
                ("plan.import_file", "plan.reading", "plan.headings", "plan.imported"),
            ),
            Topic(
                "skriv-plan",
                "Skriv en plan för hand",
                "Börja tomt, eller kopiera en plan från ett annat år.",
                ("plan.", "obligatory."),
            ),
            Topic(
                "checklistor",
                "Checklistor som alla nämnder kan använda",
                "Kriterier skrivs en gång, i versioner som inte ändras.",
                ("checklists.", "plan.choose_checklist", "plan.new_from_control"),
            ),
            Topic(
                "beslut-om-plan",
                "Skicka planen till nämnden och registrera beslutet",
                "När beslutet är registrerat fryses planens innehåll.",
                ("plan.xray", "plan.take_back", "plan.frozen"),
            ),
            Topic(
                "revidera",
                "Ändra en plan som nämnden har beslutat",
                "En beslutad plan ändras aldrig i efterhand. Den ersätts av en ny version.",
                ("plan.revise", "plan.versions"),
            ),
            Topic(
                "utse-ansvariga",
                "Utse kontrollansvariga",
                "Den som är ansvarig får kontrollens tillfällen bland sina uppgifter.",
                ("plan.appoint",),
            ),
        ),
    ),
    Group(
        "Kontrollerna",
        (
            Topic(
                "oppna-aret",
                "Öppna året och lägg in sammanträden",
                "Rapporteringstidpunkter och sammanträden avgör när varje kontroll ska göras.",
                (
                    "organisation.year",
                    "organisation.meetings",
                    "organisation.meeting",
                    "organisation.cancel",
                    "organisation.point",
                    "organisation.new_point",
                    "organisation.removing_point",
                    "schedule.index",
                    "schedule.order",
                ),
            ),
            Topic(
                "las-in-lista",
                "Läs in listan som stickprovet dras ur",
                "Listan fryses innan något dras, så att alla kan se att inget har valts bort.",
                ("sampling.population_new", "sampling.population"),
            ),
            Topic(
                "dra-stickprov",
                "Dra ett stickprov",
                "Antalet bestäms först, siffrorna som avgör kommer sedan.",
                ("sampling.", "schedule.show"),
            ),
            Topic(
                "individutskott",
                "Granska ärenden i ett individutskott",
                "Justeraren drar, utskottet bedömer, ordföranden bekräftar.",
                ("committee.",),
            ),
            Topic(
                "hur-manga",
                "Räkna ut hur många som behövs",
                "Antalet avgör vad resultatet kan visa. Räkna innan du bestämmer dig.",
                (
                    "sampling.size",
                    "sampling.size_by_amount",
                    "sampling.size_proof",
                    "sampling.practice",
                    "house_sizes.",
                ),
            ),
            Topic(
                "kontrollera-dragning",
                "Kontrollera en dragning",
                "Vem som helst kan dra om samma stickprov och få samma rader.",
                ("sampling.check",),
            ),
            Topic(
                "granska",
                "Bedöm posterna, en i taget",
                "Varje post bedöms mot kontrollmomentets kriterier.",
                ("review.item", "review.shared", "review.shared_item"),
            ),
            Topic(
                "utvardering",
                "Läs vad stickprovet visar",
                "Andelen, gränsen, felet i kronor, och vad som saknas till det ni planerade.",
                ("review.evaluation",),
            ),
            Topic(
                "tabell",
                "Bedöm många poster i en tabell",
                "Skriv med tangentbordet eller klistra in svar från Excel.",
                ("review.grid", "review.paste"),
            ),
            Topic(
                "las-om",
                "Låt en annan person läsa om",
                "Två som bedömer samma poster visar om frågorna går att svara lika på.",
                ("review.second", "review.second_item"),
            ),
            Topic(
                "slutsats",
                "Skriv slutsatsen och skriv under",
                "Den som har granskat skriver. Någon annan skriver under.",
                ("review.",),
            ),
            Topic(
                "underlag-till-paragraf",
                "Ta fram underlaget till utskottets paragraf",
                "En offentlig del med antal, och en intern med utfall per löpnummer.",
                ("minutes.",),
            ),
            Topic(
                "ej-genomford",
                "Anmäl en kontroll som ej genomförd",
                "En kontroll som inte görs ska ha ett skäl som nämnden kan läsa.",
                ("schedule.",),
            ),
        ),
    ),
    Group(
        "Avvikelser och uppföljning",
        (
            Topic(
                "avvikelse",
                "Avvikelse, rättelse och åtgärd",
                "Rättelsen gäller det enskilda felet. Åtgärden gäller orsaken.",
                ("findings.",),
            ),
            Topic(
                "skriv-uppfoljning",
                "Skriv uppföljningen",
                "Siffrorna är redan ifyllda. Du skriver vad de betyder.",
                ("reporting.",),
            ),
            Topic(
                "tjansteskrivelse",
                "Tjänsteskrivelse, dokument och paket",
                "Alla dokument görs av samma uppgifter. Du skriver bara det som är ert eget.",
                (
                    "reporting.memo",
                    "reporting.documents",
                    "memo_template.",
                    "set_up.look",
                ),
            ),
            Topic(
                "besluta-uppfoljning",
                "Registrera nämndens beslut om uppföljningen",
                "Granska, godkänn, registrera beslutet, överlämna och rätta.",
                (
                    "reporting.decide",
                    "reporting.xray",
                    "reporting.take_back",
                    "reporting.treatment",
                    "reporting.correction",
                    "reporting.drop",
                    "reporting.version",
                ),
            ),
            Topic(
                "lamna-ut",
                "Pröva en begäran om en uppföljning",
                "Programmet föreslår vad som kan maskeras. En människa prövar och beslutar.",
                ("reporting.public_version", "reporting.public_versions"),
            ),
            Topic(
                "uppdrag-fran-namnden",
                "Återrapportera ett uppdrag från nämnden",
                "Det nämnden uppdrog åt förvaltningen följs tills det är återrapporterat.",
                (
                    "reporting.assignment",
                    "reporting.assignments",
                    "reporting.new_assignment",
                ),
            ),
            Topic(
                "samlad-bild",
                "Kommunstyrelsens samlade bild",
                "Nämndernas beslutade uppföljningar i en bild, med vägen till raderna bakom.",
                ("oversight.", "packages."),
            ),
            Topic(
                "fem-poster",
                "Vad ett stickprov på fem bevisar",
                "Mindre än många tror. Så här läser du meningen om säkerheten.",
            ),
            Topic(
                "historik",
                "Se vem som gjorde vad",
                "Varje ändring står i nämndens historik och kan inte tas bort i tysthet.",
                ("trail.",),
            ),
            Topic(
                "gallring",
                "Gallring, och vilka personuppgifter som finns",
                "Nämnden beslutar fristen, två personer gallrar, och ett kvitto finns kvar.",
                ("archive.", "personal_data."),
            ),
            Topic(
                "arets-handlingar",
                "Hämta årets handlingar till revisorerna",
                "Plan, uppföljningar, beslut, dragningar och spår i en fil som kan kontrolleras.",
                ("bundles.",),
            ),
            Topic(
                "lasningar",
                "Vem har läst, och logguppföljning",
                "Varje gång någon öppnar en sekretessbelagd post antecknas det.",
                (
                    "monitoring.readings",
                    "monitoring.log_follow_ups",
                    "monitoring.log_follow_up",
                    "monitoring.audit_readings",
                ),
            ),
        ),
    ),
)

TOPICS: Mapping[str, Topic] = {topic.slug: topic for group in GROUPS for topic in group.topics}

_BY_ENDPOINT = {endpoint: topic for topic in TOPICS.values() for endpoint in topic.endpoints}


def topic_of(endpoint: str | None) -> Topic | None:
    """The topic that explains a page, or None where no help belongs to it."""
    if not endpoint:
        return None
    own = _BY_ENDPOINT.get(endpoint)
    return own or _BY_ENDPOINT.get(f"{endpoint.split('.')[0]}.")

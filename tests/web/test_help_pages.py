"""Help task by task, and the accessibility statement with all it must hold."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT, Config
from internkontroll.core.access import Role
from internkontroll.help.statement import ASSESSED_ON, SHORTCOMINGS, is_old
from internkontroll.help.topics import GROUPS, TOPICS, topic_of
from internkontroll.sampling.rules import proof_sentence
from tests.client import PageClient

ClientOf = Callable[..., PageClient]
HELP = ROOT / "templates" / "help"
PRESSED = re.compile(r"press\('([^']+)'\)")
ELSEWHERE = [
    *(path for path in (ROOT / "templates").rglob("*.html") if HELP not in path.parents),
    *(ROOT / "internkontroll").rglob("*.py"),
]
UNEXPLAINED = {"health", "help", "metrics", "ready", "static"}
"""Parts of the program that have nothing to explain."""


def page_of(app: Flask, path: str) -> str:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("slug", sorted(TOPICS))
def test_every_topic_can_be_read_without_logging_in(app: Flask, slug: str) -> None:
    text = page_of(app, f"/hjalp/{slug}")

    assert f"<h1>{TOPICS[slug].title}</h1>" in text
    assert len(re.sub(r"<[^>]+>", " ", text).split()) > 100


def test_the_help_page_leads_to_every_topic(app: Flask) -> None:
    text = page_of(app, "/hjalp")

    assert [slug for slug in TOPICS if f'href="/hjalp/{slug}"' not in text] == []


def test_a_topic_that_is_not_there_answers_404(app: Flask) -> None:
    assert app.test_client().get("/hjalp/nagot-annat").status_code == 404


def test_no_template_lies_unused_and_no_topic_without_template() -> None:
    assert {path.stem for path in (HELP / "topics").glob("*.html")} == set(TOPICS)


def test_each_button_that_the_help_names_is_somewhere_in_the_program() -> None:
    sources = [path.read_text("utf-8") for path in ELSEWHERE]
    named = {
        (path.stem, words)
        for path in HELP.rglob("*.html")
        for words in PRESSED.findall(path.read_text("utf-8"))
    }

    assert named
    lost = {(page, words) for page, words in named if not any(words in text for text in sources)}
    assert lost == set()


def test_every_page_of_the_program_leads_to_its_help(app: Flask) -> None:
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())}

    assert [name for name in sorted(pages) if not topic_of(name) and not _quiet(name)] == []


def _quiet(endpoint: str) -> bool:
    return endpoint.split(".")[0] in UNEXPLAINED


def test_an_endpoint_that_a_topic_names_is_named_by_no_other() -> None:
    named = [endpoint for topic in TOPICS.values() for endpoint in topic.endpoints]

    assert len(named) == len(set(named))


def test_the_own_topic_of_a_page_comes_before_its_feature_s() -> None:
    assert topic_of("sampling.check") is TOPICS["kontrollera-dragning"]
    assert topic_of("sampling.draw") is TOPICS["dra-stickprov"]
    assert topic_of(None) is None
    assert topic_of("static") is None


def test_a_page_links_to_its_help_and_the_footer_to_all(client_of: ClientOf) -> None:
    links = client_of(Role.CONTROLLER).get("/namnd/scn/planer").reader.links

    assert "/hjalp/skriv-plan" in links
    assert "/hjalp" in links
    assert "/tillganglighet" in links


def test_the_figures_of_the_small_sample_are_those_of_the_program(app: Flask) -> None:
    text = page_of(app, "/hjalp/fem-poster")

    told = proof_sentence(5, 0, 320).replace(" %", "\u00a0%")
    assert told in text.replace("&nbsp;", "\u00a0")
    rows = re.findall(r'<td class="num">(\d+)</td><td class="num">upp till (\d+) av 320', text)
    assert len(rows) == 5
    for reviewed, most in rows:
        assert f"upp till {most} av 320" in proof_sentence(int(reviewed), 0, 320)


ELEVEN = {
    "the authority": "Testkommunen",
    "the service": "Internkontroll, på localhost",
    "how far it conforms": "delvis förenlig",
    "what is not accessible": SHORTCOMINGS[0].what,
    "disproportionate burden": "12 §",
    "outside the law": "9 §",
    "the day of the assessment": "22 november 2026",
    "the day of the last change": "Redogörelsen uppdaterad",
    "how it was assessed": "självskattning",
    "how to tell of a shortcoming": "Säg till om något brister",
    "the supervising authority": "https://www.digg.se/tdosanmalan",
}


@pytest.mark.parametrize("part", sorted(ELEVEN))
def test_the_statement_has_each_of_its_eleven_parts(app: Flask, town: object, part: str) -> None:
    wanted = ELEVEN[part].replace("Testkommunen", municipality(app))

    assert wanted in page_of(app, "/tillganglighet")


def municipality(app: Flask) -> str:
    found = re.search(r"<footer.*?<span>([^<]+)</span>", page_of(app, "/hjalp"), re.DOTALL)
    assert found
    return found.group(1)


def test_the_statement_asks_for_what_the_municipality_has_not_told(app: Flask) -> None:
    text = page_of(app, "/tillganglighet")

    assert "inte lagt in någon kontaktuppgift" in text
    assert "ACCESSIBILITY_" not in text
    assert "mailto:" not in text


def test_the_statement_tells_how_to_reach_the_municipality(app: Flask) -> None:
    app.config["ACCESSIBILITY_EMAIL"] = "kommun@kommun.example"
    app.config["ACCESSIBILITY_ASSESSED_ON"] = date(2027, 1, 7)
    text = page_of(app, "/tillganglighet")

    assert 'href="mailto:kommun@kommun.example"' in text
    assert text.count("7 januari 2027") == 2
    assert "inte lagt in någon kontaktuppgift" not in text


def test_the_settings_of_the_statement_come_from_the_environment(tmp_path: Path) -> None:
    config = Config(
        {
            "INSTANCE_DIR": str(tmp_path),
            "ACCESSIBILITY_PHONE": " 0123-45 67 89 ",
            "ACCESSIBILITY_ASSESSED_ON": "2027-01-07",
        }
    )

    assert config.ACCESSIBILITY_PHONE == "0123-45 67 89"
    assert config.ACCESSIBILITY_EMAIL is None
    assert date(2027, 1, 7) == config.ACCESSIBILITY_ASSESSED_ON


def test_an_assessment_is_old_after_a_year() -> None:
    assert not is_old(ASSESSED_ON, ASSESSED_ON + timedelta(days=365))
    assert is_old(ASSESSED_ON, ASSESSED_ON + timedelta(days=366))


def test_an_old_assessment_is_told_of(app: Flask) -> None:
    fresh = page_of(app, "/tillganglighet")
    app.config["ACCESSIBILITY_ASSESSED_ON"] = date(2018, 5, 1)

    assert "mer än ett år gammal" not in fresh
    assert "mer än ett år gammal" in page_of(app, "/tillganglighet")


def test_every_group_of_help_has_topics() -> None:
    assert all(group.topics for group in GROUPS)

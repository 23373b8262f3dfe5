"""Lätt formatering: four marks, and everything else stays what was typed."""

import json
import time
from html import unescape
from html.parser import HTMLParser

import pytest

from internkontroll.files.markup import (
    Bold,
    Break,
    Heading,
    Items,
    Link,
    Paragraph,
    Text,
    parse,
    to_data,
    to_html,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[klicka](javascript:alert(1))",
    "[klicka](http://exempel.se)",
    "[klicka](https://bank.se@ond.se)",
    '[klicka](https://exempel.se/"onmouseover="x)',
    "[klicka](HTTPS://exempel.se)",
    "[](https://exempel.se)",
    "[klicka](https://ехempel.se)",
    "[https://exempel.se](https://ond.se/exempel.se)",
    "[Se www.exempel.se](https://ond.se)",
    "=HYPERLINK(1;2)",
    "#set page(width: 1pt)",
    "#read(1)",
    "$x$ `kod` _kursiv_ @mark <etikett>",
    "****",
    "** luft **",
    "**öppen",
    "{\\rtf1 text}",
    "-streck utan luft",
    "1.utan luft",
    "&amp; &lt;",
    "{{ 7*7 }} {% raw %}",
]


class _Seen(HTMLParser):
    """The tags and the text of some HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(html: str) -> _Seen:
    reader = _Seen()
    reader.feed(html)
    return reader


def test_headings_lists_bold_and_links_are_told_apart() -> None:
    text = (
        "# Utfallet\nTre av **fyra** är gjorda.\nEn återstår.\n\n- första\n* andra\n\n"
        "3. tredje\n4. fjärde\nSe [rutinen](https://exempel.se/rutin?a=1&b=2)."
    )
    assert parse(text) == (
        Heading(1, (Text("Utfallet"),)),
        Paragraph(
            (Text("Tre av "), Bold("fyra"), Text(" är gjorda."), Break(), Text("En återstår."))
        ),
        Items(((Text("första"),), (Text("andra"),))),
        Items(((Text("tredje"),), (Text("fjärde"),)), 3),
        Paragraph(
            (
                Text("Se "),
                Link("rutinen", "https://exempel.se/rutin?a=1&b=2"),
                Text("."),
            )
        ),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_mark_stays_as_it_was_typed(text: str) -> None:
    blocks = parse(text)
    assert blocks == (Paragraph((Text(text),)),)
    shown = seen(to_html(blocks))
    assert (shown.tags, shown.text) == (["p"], text)
    assert json.loads(json.dumps(to_data(blocks)))[0]["parts"] == [{"kind": "text", "text": text}]


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("https://exempel.se/rutin", "https://www.exempel.se/rutin?a=1"),
        ("www.exempel.se", "https://Exempel.se/"),
        ("rutinen", "https://åäö.se/é"),
    ],
)
def test_a_link_that_leads_where_its_words_say_is_a_link(words: str, address: str) -> None:
    assert f'<a href="{address}" rel="noreferrer">{words}</a>' in to_html(
        parse(f"[{words}]({address})")
    )


def test_text_within_marks_is_escaped_too() -> None:
    html = to_html(parse("# <b>x\n- **<i>**\n- [<u>](https://exempel.se/?a=1&b=2)"))
    assert html == (
        "<h3>&lt;b&gt;x</h3>\n<ul><li><b>&lt;i&gt;</b></li><li>"
        '<a href="https://exempel.se/?a=1&amp;b=2" rel="noreferrer">&lt;u&gt;</a></li></ul>'
    )
    assert unescape("&lt;b&gt;") == "<b>"


def test_no_heading_skips_a_level_whatever_was_typed() -> None:
    found = [block for block in parse("## A\n## B\n# C\n## D") if isinstance(block, Heading)]
    assert [one.level for one in found] == [1, 2, 1, 2]


def test_headings_follow_the_level_where_the_text_stands() -> None:
    assert to_html(parse("# Ett\n## Två"), level=4) == "<h4>Ett</h4>\n<h5>Två</h5>"
    assert to_html(parse("## Två"), level=6) == "<h6>Två</h6>"


def test_a_numbered_list_keeps_the_number_it_begins_with() -> None:
    assert to_html(parse("3. c\n4. d")) == '<ol start="3"><li>c</li><li>d</li></ol>'
    assert to_html(parse("1. a")) == "<ol><li>a</li></ol>"


def test_a_list_and_a_numbered_list_next_to_each_other_are_two() -> None:
    assert [type(block) for block in parse("- a\n1. b\ntext\n- c")] == [
        Items,
        Items,
        Paragraph,
        Items,
    ]


def test_every_part_reaches_the_data_that_documents_are_made_of() -> None:
    assert to_data(parse("# R\nx\n**y**\n- [z](https://z.se)")) == [
        {"kind": "heading", "level": 1, "parts": [{"kind": "text", "text": "R"}]},
        {
            "kind": "paragraph",
            "parts": [
                {"kind": "text", "text": "x"},
                {"kind": "break", "text": "\n"},
                {"kind": "bold", "text": "y"},
            ],
        },
        {
            "kind": "items",
            "first": None,
            "items": [[{"kind": "link", "text": "z", "address": "https://z.se"}]],
        },
    ]


def test_nothing_is_made_of_nothing() -> None:
    assert parse("") == parse(" \n\n \r\n") == ()
    assert to_html(()) == ""


@pytest.mark.parametrize("piece", ["**", "[", "[a](", "**a", "[a](https://a", "- ", "# ", "*a*"])
def test_a_long_hostile_text_is_parsed_quickly(piece: str) -> None:
    text = (piece * 40_000)[:80_000]
    started = time.perf_counter()
    parse(text)
    assert time.perf_counter() - started < 3

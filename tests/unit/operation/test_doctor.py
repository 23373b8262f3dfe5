"""The doctor: each weak thing gets its own sentence, and a sound installation gets none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config import Config
from internkontroll.app import create_app
from internkontroll.operation.doctor import (
    NO_SPACE,
    Unfit,
    refuse_unfit,
    remarks_on_database,
    remarks_on_group_roles,
    remarks_on_place,
    remarks_on_zones,
)
from internkontroll.operation.facts import DatabaseFacts, PlaceFacts, place_facts
from internkontroll.operation.settings import Remark, Weight, remarks_on_settings

AT = datetime(2020, 11, 22, 9, tzinfo=UTC)
STRONG = "f3a9c1e07b5d4826f3a9c1e07b5d4826"
SOUND = {
    "DATABASE_URL": "postgresql://app@/ik",
    "SECRET_KEY": STRONG,
    "TRUSTED_HOSTS": "internkontroll.kommunen.example",
    "WEB_CONCURRENCY": "4",
}

LOGIN = {
    "OIDC_ISSUER": "https://login.kommunen.example",
    "OIDC_CLIENT_ID": "internkontroll",
    "OIDC_CLIENT_SECRET": STRONG,
    "OIDC_ACR": "loa3",
}


def sentences(**changes: str) -> list[str]:
    settings = Config({**SOUND, **changes}).as_mapping()
    return [remark.sentence for remark in remarks_on_settings(settings)]


def test_a_sound_setting_gets_no_remark() -> None:
    assert sentences() == []
    assert sentences(**LOGIN) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("inte json", "inte giltig JSON"),
        ("{}", "ska vara en lista"),
        ("[1]", "Rad 1"),
        ('[{"group": "a", "role": "läsare", "board": "SCN"}, {"role": "läsare"}]', "Rad 2"),
        ('[{"group": "a", "role": "kung"}]', "ingen känd roll"),
        ('[{"group": "a", "role": "ledamot"}]', "kan inte gälla där"),
        ('[{"group": "a", "role": "ledamot", "subcommittee": "IU1"}]', "kan inte gälla där"),
        ('[{"group": "a", "role": "läsare", "namnd": "SCN"}]', "namnd, som inte finns"),
    ],
)
def test_a_file_of_groups_that_cannot_be_used_is_told_of(
    tmp_path: Path, text: str, word: str
) -> None:
    path = tmp_path / "grupper.json"
    path.write_text(text, encoding="utf-8")

    assert word in remarks_on_group_roles(path)[0].sentence
    assert "inte att läsa" in remarks_on_group_roles(tmp_path / "saknas")[0].sentence


def test_a_sound_file_of_groups_and_none_at_all_get_no_remark(tmp_path: Path) -> None:
    path = tmp_path / "grupper.json"
    path.write_text('[{"group": "a", "role": "Läsare", "board": "scn"}]', encoding="utf-8")

    assert remarks_on_group_roles(path) == remarks_on_group_roles(None) == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY saknas"),
        ({"SECRET_KEY": "kort"}, "SECRET_KEY är för lätt"),
        ({"SECRET_KEY": "a" * 64}, "SECRET_KEY är för lätt"),
        ({"METRICS_TOKEN": "kort"}, "METRICS_TOKEN är för lätt"),
        ({"HTTPS": "0"}, "kaka skickas utan skydd"),
        ({"TRUSTED_HOSTS": ""}, "TRUSTED_HOSTS saknas"),
        ({"TRUSTED_HOSTS": "*"}, "vilket namn som helst"),
        ({"TRUSTED_HOSTS": ".example"}, "vilket namn som helst"),
        ({"REQUIRE_CODE": "0"}, "bara lösenord"),
        ({"REQUIRE_CODE": "0", **LOGIN}, "utan kod"),
        ({"REQUIRE_CODE": "0", **LOGIN, "OIDC_ISSUER": ""}, "bara lösenord"),
        ({**LOGIN, "OIDC_ISSUER": "http://login.kommunen.example"}, "nås utan skydd"),
        ({**LOGIN, "OIDC_ISSUER": "login.kommunen.example"}, "nås utan skydd"),
        ({**LOGIN, "OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID saknas"),
        ({**LOGIN, "OIDC_CLIENT_SECRET": ""}, "OIDC_CLIENT_SECRET saknas"),
        ({**LOGIN, "OIDC_ACR": " , "}, "Ingen som ser ärenden"),
        ({"DATABASE_URL": "sqlite:///x"}, "SQLite delas av flera processer"),
    ],
)
def test_each_weak_setting_is_told_with_what_to_do(changes: dict[str, str], word: str) -> None:
    found = sentences(**changes)

    assert len(found) == 1
    assert word in found[0]


@pytest.mark.parametrize("name", ["DEBUG", "TESTING"])
def test_a_debugging_installation_is_refused(name: str) -> None:
    settings = {**Config(SOUND).as_mapping(), name: True}

    assert "Felsökningsläget" in remarks_on_settings(settings)[0].sentence


def test_one_process_may_use_sqlite() -> None:
    assert sentences(DATABASE_URL="sqlite:///x", WEB_CONCURRENCY="1") == []


def test_a_server_that_is_given_no_settings_refuses_weak_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INSTANCE_DIR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", STRONG)
    monkeypatch.delenv("TRUSTED_HOSTS", raising=False)

    with pytest.raises(Unfit, match="TRUSTED_HOSTS saknas"):
        create_app()


FIT = DatabaseFacts(
    revision="0008",
    head="0008",
    revision_is_known=True,
    kind="postgresql",
    role="ik_app",
    owner_of_tables=False,
    may_change_trail=False,
    demo_accounts=0,
    accounts_with_demo_password=0,
    clock=AT,
    last_event_at=AT,
    last_job_at=AT - timedelta(hours=5),
)


def of_database(**changes: Any) -> list[Remark]:
    return remarks_on_database(replace(FIT, **changes), AT)


def test_a_sound_database_gets_no_remark() -> None:
    assert of_database() == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"revision": None, "revision_is_known": False}, "Databasen är tom"),
        ({"revision": "0001"}, "av version 0001"),
        ({"revision": "9999", "revision_is_known": False}, "nyare version"),
        ({"owner_of_tables": True}, "äger tabellerna"),
        ({"may_change_trail": True}, "rader i spåret"),
        ({"demo_accounts": 3}, "3 konton"),
        ({"accounts_with_demo_password": 2}, "lösenord används av 2 konton"),
        ({"clock": AT + timedelta(minutes=3)}, "klocka"),
        ({"last_event_at": AT + timedelta(hours=1)}, "Rätta klockan"),
    ],
)
def test_what_is_wrong_with_a_database_refuses_a_start(changes: dict[str, Any], word: str) -> None:
    found = of_database(**changes)

    assert len(found) == 1
    assert word in found[0].sentence
    assert found[0].weight is Weight.REFUSES


@pytest.mark.parametrize(
    ("last", "word"), [(None, "inget"), (AT - timedelta(hours=27), "inte körts sedan 2020-11-21")]
)
def test_jobs_that_rest_are_told_of_but_stop_nobody(last: datetime | None, word: str) -> None:
    found = of_database(last_job_at=last)

    assert word in found[0].sentence.lower()
    refuse_unfit(found)


def test_a_database_that_does_not_answer_refuses_a_start() -> None:
    with pytest.raises(Unfit, match="svarar inte"):
        refuse_unfit(remarks_on_database(None, AT))


def test_a_folder_that_others_can_read_is_told_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    (folder / "secret_key").touch()
    (folder / "secret_key").chmod(0o644)

    assert place_facts(folder).open_to_others == ["instance", "secret_key"]
    folder.chmod(0o700)
    assert place_facts(folder).open_to_others == []


def test_a_full_disk_refuses_and_a_small_one_warns() -> None:
    weights = [
        [remark.weight for remark in remarks_on_place(PlaceFacts([], free))]
        for free in (NO_SPACE - 1, NO_SPACE + 1, 10 * 1024**3)
    ]

    assert weights == [[Weight.REFUSES], [Weight.WARNS], []]


def test_a_machine_without_time_zones_is_told() -> None:
    assert remarks_on_zones() == []
    assert "tidszonen" in remarks_on_zones("Europe/Finns_inte")[0].sentence


def test_every_reason_is_told_at_once() -> None:
    with pytest.raises(Unfit) as refusal:
        refuse_unfit(remarks_on_settings(Config({"HTTPS": "0"}).as_mapping()))

    assert refusal.value.sentence.count("\n- ") == 3

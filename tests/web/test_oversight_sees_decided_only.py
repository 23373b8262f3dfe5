"""Kommunstyrelsens controller sees what a nämnd has decided, and nothing before that."""

from flask import Flask

from internkontroll.core.access import Permission, Role
from tests.web.test_route_matrix import client_of, matrix_app

__all__ = ["matrix_app"]

REPORT = "/namnd/scn/uppfoljning/2020"


def test_a_report_that_is_not_decided_does_not_exist_for_them(matrix_app: Flask) -> None:
    client = client_of(matrix_app, Role.OVERSIGHT_CONTROLLER)

    for end in ("", "/pdf", "/json"):
        assert client.get(f"{REPORT}/årsbokslut{end}").status_code in {403, 404}
    assert client.get(f"{REPORT}/april").status_code == 200
    listed = client.get("/namnd/scn/uppfoljning").get_data(as_text=True)
    assert "/uppfoljning/2020/april" in listed
    assert "/uppfoljning/2020/%C3%A5rsbokslut" not in listed


def test_they_hold_nothing_of_a_board_but_its_decided_reports(matrix_app: Flask) -> None:
    rules = matrix_app.extensions["permissions"]
    held = {one for one, roles in rules.items() if Role.OVERSIGHT_CONTROLLER in roles}

    assert held == {
        Permission.REPORT_READ_DECIDED,
        Permission.REPORT_RECEIVE,
        Permission.OVERSIGHT_DECIDE,
        Permission.OVERSIGHT_READ,
        Permission.OVERSIGHT_WRITE,
        Permission.PLAN_OBLIGE,
        Permission.CHECKLIST_EDIT,
    }

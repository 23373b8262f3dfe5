"""The attacks that the program is to withstand, and the test that shows each.

The numbers and figures are those of the house's list of bad inputs and attacks.

| # | Attack | Figure | Shown by |
|---|---|---|---|
| 1 | Another nämnd's, utskott's or unit's things | 0 cells differ | SHOWN["1"] |
| 2 | Kommunstyrelsen's consolidation tells of cases | 0 of 1 000 | SHOWN["2"] |
| 3 | Columns that no form asks for | 0 changed | SHOWN["3"] |
| 4 | Forms from elsewhere; GET that writes | 0 taken; 0 rows | SHOWN["4"] |
| 5 | Stored scripts | 0 of 200 and of 210 in Chromium become anything but text | SHOWN["5"] |
| 6 | Formulas in files | 0 of 19; 0 altered numbers | SHOWN["6"] |
| 10 | Names of files | 0 of 100 outside the store | SHOWN["10"] |
| 11 | Files that are two things | 0 of 25 let in; all handed out as files | SHOWN["11"] |
| 14 | Signs that break or hide | 0 faults | SHOWN["14"] |
| 15 | Personnummer in free text | at least 99 %; at most 0.5 % | SHOWN["15"] |
| 17 | Guessing | 10 tries of 10 000, 8 workers, any address; 50 of an address | SHOWN["17"] |
| 18 | Telling accounts apart | 2 x 500: same verifications, statements, bytes | SHOWN["18"] |
| 19 | Stolen and planted sessions | 0 accepted | SHOWN["19"] |
| 20 | Foreign host | 0 of 12 in any answer | SHOWN["20"] |
| 21 | Leading people elsewhere | 0 of 60 | SHOWN["21"] |
| 22 | Lines that pretend to be the log's | 50 texts, 1 line each | SHOWN["22"] |
| headers | Answers without their headers | 0 of all routes, errors too | SHOWN["headers"] |
"""

import ast
from functools import cache

import pytest

from config import ROOT

SHOWN: dict[str, tuple[str, ...]] = {
    "1": (
        "web/test_route_matrix.py::test_another_boards_thing_does_not_exist",
        "web/test_route_matrix.py::test_another_committees_thing_is_nobodys_but_theirs",
        "web/test_route_matrix.py::test_roles_that_have_ended_have_not_begun_or_do_not_exist_open_nothing",
        "web/test_second_wall.py::test_without_the_programs_filter_another_boards_thing_still_does_not_exist",
        "web/test_forged_forms.py::test_another_boards_id_in_an_own_address_leads_nowhere",
    ),
    "2": (
        "web/test_secrets_stay.py::test_no_role_gets_a_secret_that_is_not_theirs_from_any_route",
        "web/test_secrets_stay.py::test_nothing_that_leaves_the_program_holds_a_secret_or_what_a_guess_can_be_tried_on",
        "web/test_guesses_outside.py::test_no_guess_of_a_case_is_confirmed_by_what_is_handed_out_whole",
        "web/test_oversight_sees_decided_only.py::test_a_report_that_is_not_decided_does_not_exist_for_them",
        "unit/review/test_masked_counts.py::test_one_count_under_five_takes_the_breakdown_with_it",
    ),
    "3": ("web/test_forged_forms.py::test_columns_that_no_page_asked_for_change_nothing",),
    "4": (
        "web/test_attacks_on_pages.py::test_no_form_is_taken_without_its_own_token_or_from_another_site",
        "web/test_attacks_on_pages.py::test_a_head_changes_nothing_either",
        "web/test_reading_changes_nothing.py::test_no_get_of_any_route_changes_a_row",
    ),
    "5": (
        "web/test_attacks_on_pages.py::test_two_hundred_scripts_in_every_text_are_text_on_every_page",
        "browser/test_hostile_texts_in_chromium.py::test_no_hostile_text_is_more_than_text_in_a_browser",
        "architecture/test_templates.py::test_no_template_trusts_text_or_carries_style",
    ),
    "6": (
        "unit/files/test_attacks_in_files.py::test_nineteen_formulas_leave_as_text_and_numbers_as_numbers",
    ),
    "10": (
        "unit/files/test_attacks_in_files.py::test_of_a_hundred_names_each_is_refused_or_names_one_file_in_no_folder",
        "service/test_review_evidence.py::test_an_attachment_is_kept_under_a_random_name_with_its_hash",
    ),
    "11": (
        "unit/files/test_attachment_inspection.py::test_what_is_something_else_or_can_run_is_refused",
        "web/test_techniques_pages.py::test_an_attachment_is_a_download_in_a_sandbox",
    ),
    "14": (
        "web/test_attacks_on_pages.py::test_no_form_breaks_on_any_sign",
        "unit/core/test_text.py::test_a_decomposed_letter_is_stored_as_one",
        "unit/core/test_text.py::test_an_invisible_character_is_taken_away",
    ),
    "15": (
        "unit/core/test_personal_id.py::test_at_least_99_percent_of_1000_synthetic_numbers_in_12_spellings_are_found",
        "unit/core/test_personal_id.py::test_at_most_half_a_percent_of_10000_other_numbers_is_taken_for_a_person",
    ),
    "17": (
        "web/test_attacks_on_login.py::test_of_ten_thousand_guesses_in_a_quarter_ten_count_and_the_right_one_opens_nothing",
        "web/test_attacks_on_login.py::test_an_address_that_somebody_makes_up_gives_no_new_tries",
        "web/test_login.py::test_strangers_who_guess_do_not_keep_out_the_one_who_has_logged_in_here_before",
        "web/test_guessing_pages.py::test_the_victim_logs_in_from_another_address_in_a_browser_of_their_own",
        "web/test_guessing_pages.py::test_fifty_failures_from_an_address_stop_it_whatever_names_were_tried",
        "web/test_guessing_pages.py::test_only_a_proxy_of_ones_own_says_where_somebody_asks_from",
        "web/test_guessing_pages.py::test_a_flood_from_many_addresses_leaves_each_address_a_few_tries",
        "service/test_login_in_parallel.py::test_ten_tries_are_ten_however_many_are_made_at_once",
        "service/test_login_in_parallel.py::test_eight_workers_and_made_up_addresses_get_ten_tries_at_an_account",
        "service/test_login_in_parallel.py::test_an_address_has_fifty_however_many_are_made_at_once",
    ),
    "18": (
        "web/test_attacks_on_login.py::test_an_unknown_name_costs_and_looks_like_a_known_one",
        "web/test_login.py::test_exactly_one_password_is_verified_whoever_asks",
    ),
    "19": (
        "web/test_attacks_on_login.py::test_a_session_planted_before_the_login_is_not_the_one_that_is_opened",
        "web/test_attacks_on_login.py::test_a_stolen_session_is_dead_at_once_when_the_account_is_closed",
        "web/test_attacks_on_login.py::test_a_stolen_session_is_dead_when_the_password_is_changed",
        "web/test_attacks_on_login.py::test_a_stolen_session_reaches_nothing_when_the_role_is_taken",
        "web/test_login.py::test_a_copied_cookie_is_dead_after_logout",
    ),
    "20": (
        "web/test_attacks_on_login.py::test_a_foreign_host_is_refused_and_never_stands_in_an_answer",
    ),
    "21": (
        "web/test_attacks_on_login.py::test_sixty_ways_elsewhere_lead_nowhere",
        "web/test_attacks_on_login.py::test_nor_does_the_login_that_was_given_them",
    ),
    "22": (
        "web/test_attacks_on_login.py::test_fifty_texts_that_pretend_to_be_lines_of_the_log_are_one_line_each",
        "web/test_operation_pages.py::test_nothing_that_is_typed_or_asked_for_reaches_the_log",
    ),
    "headers": (
        "web/test_attacks_on_pages.py::test_every_answer_of_every_route_carries_the_headers_errors_too",
        "web/test_operation_pages.py::test_files_handed_out_before_the_app_carry_the_same_headers",
    ),
}


def test_the_table_and_the_list_tell_of_the_same_attacks() -> None:
    told = [line.split("|")[1].strip() for line in (__doc__ or "").splitlines() if "SHOWN" in line]

    assert told == list(SHOWN)


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("attack", SHOWN)
def test_each_attack_has_the_tests_that_are_said_to_show_it(attack: str) -> None:
    for place in SHOWN[attack]:
        path, _, name = place.partition("::")
        assert name in names_in(path), place

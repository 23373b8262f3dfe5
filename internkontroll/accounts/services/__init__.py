"""Create, close and reopen accounts, give and end roles, log in and out, change passwords."""

from internkontroll.accounts.services.accounts import (
    NewAccount,
    close_account,
    create_account,
    create_user,
    rename_account,
    reopen_account,
    reset_password,
)
from internkontroll.accounts.services.login import (
    LoginResult,
    claim_submission,
    end_other_sessions,
    end_session,
    log_in,
    log_out,
    note_seen,
)
from internkontroll.accounts.services.passwords import (
    CheckedPassword,
    change_password,
    check_own_password,
)
from internkontroll.accounts.services.roles import end_role, grant_role

__all__ = [
    "CheckedPassword",
    "LoginResult",
    "NewAccount",
    "change_password",
    "check_own_password",
    "claim_submission",
    "close_account",
    "create_account",
    "create_user",
    "end_other_sessions",
    "end_role",
    "end_session",
    "grant_role",
    "log_in",
    "log_out",
    "note_seen",
    "rename_account",
    "reopen_account",
    "reset_password",
]

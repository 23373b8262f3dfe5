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
from internkontroll.accounts.services.codes import (
    WRONG_CODE,
    CodeResult,
    begin_code,
    coming_secret,
    confirm_code,
    give_code,
    renew_recovery_codes,
    reset_code,
)
from internkontroll.accounts.services.login import (
    CheckedLogin,
    LoginResult,
    check_login,
    claim_submission,
    end_other_sessions,
    end_session,
    log_in,
    log_out,
    note_seen,
    verify_login,
)
from internkontroll.accounts.services.passwords import (
    CheckedPassword,
    change_password,
    check_own_password,
)
from internkontroll.accounts.services.proposals import (
    confirm_role,
    give_or_propose,
    propose_role,
    refuse_role,
)
from internkontroll.accounts.services.roles import end_role, grant_role
from internkontroll.accounts.services.sealing import Sealer

__all__ = [
    "WRONG_CODE",
    "CheckedLogin",
    "CheckedPassword",
    "CodeResult",
    "LoginResult",
    "NewAccount",
    "Sealer",
    "begin_code",
    "change_password",
    "check_login",
    "check_own_password",
    "claim_submission",
    "close_account",
    "coming_secret",
    "confirm_code",
    "confirm_role",
    "create_account",
    "create_user",
    "end_other_sessions",
    "end_role",
    "end_session",
    "give_code",
    "give_or_propose",
    "grant_role",
    "log_in",
    "log_out",
    "note_seen",
    "propose_role",
    "refuse_role",
    "rename_account",
    "renew_recovery_codes",
    "reopen_account",
    "reset_code",
    "reset_password",
    "verify_login",
]

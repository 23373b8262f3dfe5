"""Säkerhetskopia: one file with every row and file, and the way back into an empty installation.

- rows: a table as lines of JSON that mean the same on both databases
- archive: the file itself, its list of contents and its seal
- making, restoring: there and back

No database's own tool is used: what was saved from SQLite can be restored into PostgreSQL.
"""

from internkontroll.operation.backup.making import BackupMade, back_up
from internkontroll.operation.backup.restoring import BackupRestored, restore

__all__ = ["BackupMade", "BackupRestored", "back_up", "restore"]

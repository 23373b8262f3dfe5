"""gunicorn's settings: workers of threads, one line of JSON per event, no socket of its own."""

import gc
import os
from typing import Any

from gunicorn.glogging import Logger
from prometheus_client.multiprocess import mark_process_dead

from config import Config
from internkontroll.operation.server import let_go_of_connections, start_jobs
from internkontroll.web.log import json_formatter
from internkontroll.web.metrics import FOLDER_VARIABLE

_config = Config()


class JsonLogger(Logger):
    """What gunicorn itself tells, in the same form as the rest of the log."""

    def setup(self, cfg: Any) -> None:
        """Replace the form of gunicorn's own handlers."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(json_formatter())


worker_class = "gthread"
workers = _config.WORKERS
threads = _config.THREADS
preload_app = True
control_socket_disable = True
accesslog = None
loglevel = "info"
logger_class = JsonLogger
proc_name = "internkontroll"
umask = 0o077
timeout = 120
graceful_timeout = 30


def when_ready(_server: Any) -> None:
    """What was made at start lives as long as the program: it is shared, and never looked through.

    Without this the first collection in each worker would write in every object, and so copy it.
    """
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """A worker has connections of its own, and a clock of its own for the jobs."""
    let_go_of_connections(worker.wsgi)
    start_jobs(worker.wsgi)


def child_exit(_server: Any, worker: Any) -> None:
    """Let go of a worker's measures that only tell of the present."""
    if FOLDER_VARIABLE in os.environ:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]

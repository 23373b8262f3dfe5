"""gunicorn's settings: workers of threads, one line of JSON per event, no socket of its own."""

import gc
import os
from typing import Any

from gunicorn.glogging import Logger
from prometheus_client.multiprocess import mark_process_dead

from config import Config
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
preload_app = False
control_socket_disable = True
accesslog = None
loglevel = "info"
logger_class = JsonLogger
proc_name = "internkontroll"
umask = 0o077
timeout = 120
graceful_timeout = 30


def post_worker_init(_worker: Any) -> None:
    """What was made at start lives as long as the worker: it is not looked through at each page."""
    gc.collect()
    gc.freeze()


def child_exit(_server: Any, worker: Any) -> None:
    """Let go of a worker's measures that only tell of the present."""
    if FOLDER_VARIABLE in os.environ:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]

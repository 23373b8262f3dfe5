"""Measures for Prometheus: requests, refused logins and jobs, the same whichever worker answers.

With several workers each writes its counts to a file of its own in ``PROMETHEUS_MULTIPROC_DIR``
(set by `internkontroll serve` before the program is loaded) and whoever is asked adds them up.
What the jobs did is read from the database, where every process sees it.
"""

import hmac
import os
import time
from collections.abc import Iterable

import sqlalchemy as sa
from flask import Flask, Response, abort, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from internkontroll.core.database import db
from internkontroll.monitoring.models import JobOutcome, JobRun
from internkontroll.web.access import public

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper limits in seconds."""

LOGIN_STEPS = frozenset({"accounts.log_in_now", "accounts.give_code_now"})
UNKNOWN = "okänd"
"""What an address that leads nowhere is called, so that nobody can fill the table with names."""

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
"""What a browser or a proxy asks with; a client may make up words of its own without end."""


class Measures:
    """One app's counters."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "internkontroll_requests",
            "Answered requests",
            ("endpoint", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "internkontroll_request_seconds",
            "Seconds until the answer was ready",
            ("endpoint",),
            registry=self.registry,
            buckets=BUCKETS,
        )
        self.login_failures = Counter(
            "internkontroll_login_failures", "Refused logins", registry=self.registry
        )

    def all_workers(self) -> CollectorRegistry:
        """The registry to answer from: every worker's counts where there are several."""
        if FOLDER_VARIABLE not in os.environ:
            return self.registry
        whole = CollectorRegistry()
        MultiProcessCollector(whole)  # type: ignore[no-untyped-call]
        return whole


class _Jobs(Collector):
    """The jobs' runs as the database has them."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def collect(self) -> Iterable[Metric]:
        """When each job was last done, and how many of its runs have failed."""
        done = GaugeMetricFamily(
            "internkontroll_job_done_timestamp_seconds", "When a job was last done", labels=["job"]
        )
        failed = GaugeMetricFamily(
            "internkontroll_job_failed_runs", "Periods whose run failed", labels=["job"]
        )
        rows = self.session.execute(
            sa.select(JobRun.job, JobRun.outcome, sa.func.count(), sa.func.max(JobRun.ended_at))
            .group_by(JobRun.job, JobRun.outcome)
            .order_by(JobRun.job)
        )
        for job, outcome, count, ended_at in rows:
            if outcome is JobOutcome.FAILED:
                failed.add_metric([job], count)
            elif outcome is JobOutcome.DONE and ended_at is not None:
                done.add_metric([job], ended_at.timestamp())
        return done, failed


def _route(app: Flask, measures: Measures) -> None:
    @app.get("/matt")
    @public
    def metrics() -> ResponseReturnValue:
        """The measures, for whoever knows METRICS_TOKEN; for others there is no such page."""
        token = app.config["METRICS_TOKEN"]
        given = request.headers.get("Authorization", "")
        if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            abort(404)
        jobs = CollectorRegistry()
        jobs.register(_Jobs(db.session()))
        text = generate_latest(measures.all_workers()) + generate_latest(jobs)
        return Response(text, content_type=CONTENT_TYPE_LATEST)


def register(app: Flask) -> None:
    """Count every answer and open the page of the measures."""
    measures = Measures()
    _route(app, measures)

    @app.before_request
    def begin() -> None:
        g.measured_from = time.perf_counter()

    @app.after_request
    def count(answer: Response) -> Response:
        endpoint = request.endpoint or UNKNOWN
        method = request.method if request.method in METHODS else UNKNOWN
        measures.requests.labels(endpoint, method, str(answer.status_code)).inc()
        if begun := g.get("measured_from"):
            measures.seconds.labels(endpoint).observe(time.perf_counter() - begun)
        if endpoint in LOGIN_STEPS and answer.status_code == 422:
            measures.login_failures.inc()
        return answer

"""A periodic job that fails is told of, and the others have their turn."""

import logging

import pytest
from flask import Flask

from internkontroll.monitoring import jobs
from internkontroll.monitoring.rules import JOBS, Rhythm
from tests.conftest import MovableClock


def test_a_job_that_fails_at_a_tick_does_not_stop_the_others(
    app: Flask,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_app: Flask, _clock: object) -> str:
        raise OSError("disken är full")

    first = next(job.name for job in JOBS if job.rhythm is Rhythm.TICK)
    monkeypatch.setitem(jobs.ACTS, first, fail)

    with caplog.at_level(logging.CRITICAL):
        done = dict(jobs.run_jobs(app, clock))

    assert done[first] == "OSError: disken är full"
    assert {job.name for job in JOBS if job.rhythm is Rhythm.TICK} <= set(done)

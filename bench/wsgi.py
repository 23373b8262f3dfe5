"""The app that the bench serves: the demonstration's settings, on the bench's database."""

from bench.year import AT
from config import DemoConfig
from internkontroll.app import create_app


class BenchConfig(DemoConfig):
    """Plain http on loopback, and no jobs while something is measured."""

    RUN_WORKER = False


app = create_app(BenchConfig(), clock=lambda: AT)

"""The app that the bench serves: the demonstration's settings, on the bench's database."""

from bench.year import AT
from config import DemoConfig
from internkontroll.app import create_app

app = create_app(DemoConfig(), clock=lambda: AT)

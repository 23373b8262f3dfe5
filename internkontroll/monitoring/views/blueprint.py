"""The blueprint of what waits for people."""

from flask import Blueprint

bp = Blueprint("monitoring", __name__)

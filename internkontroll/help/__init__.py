"""Hjälp: how each task is done, and the accessibility statement. Web only: no data of its own."""

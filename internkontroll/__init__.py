"""Intern kontroll: from risk to decided follow-up report for the boards of a Swedish municipality.

Importing this package loads nothing, so that the pure rules can be used without the web floor.
"""

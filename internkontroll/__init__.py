"""Intern kontroll: from risk to decided follow-up report for the boards of a Swedish municipality.

Importing this package loads nothing, so that the pure rules can be used without the web floor.
"""

import gc

# What is loaded lasts as long as the program. Python's own threshold looks through all of it some
# four hundred times while it is loaded, in vain: a sixth of the start.
gc.set_threshold(10_000)

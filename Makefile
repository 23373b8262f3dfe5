# The targets of internkontroll. `make help` lists them.
PYTHON := .venv/bin/python
HOST ?= 127.0.0.1
PORT ?= 5000
export HOST PORT

.PHONY: help setup setup-dev demo demo-reset test check format bench soak verapdf lock

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## Make .venv and install what the program needs, by hash
	@tools/setup requirements.lock

setup-dev: ## The same with what tests and checks need
	@tools/setup requirements-dev.lock

demo: setup ## Serve the demonstration on http://127.0.0.1:5000 (HOST, PORT)
	@.venv/bin/internkontroll demo

demo-reset: setup ## Throw the demonstration's data away and start anew
	@.venv/bin/internkontroll demo --reset

test: setup-dev ## Every test: unit, service on both databases, web, browser, architecture, migrations
	@tools/test-tools
	@$(PYTHON) -m pytest -n 2 --dist worksteal $(TESTS)

check: setup-dev ## Format, lint, types and architecture
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@$(PYTHON) -m pytest -q tests/architecture

format: setup-dev ## Put the code in form
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

bench: setup-dev ## Measure pages, import and PDF against a floor; prints ratios
	@$(PYTHON) bench/run.py

soak: setup-dev ## Kill web server, database, browser and session while people write, play the year on both; takes hours (KILLS, ROUNDS)
	@$(PYTHON) -m tests.soak.run
	@tools/test-tools
	@EVERY_DATABASE=1 $(PYTHON) -m pytest -q tests/browser/test_whole_year.py

verapdf: setup-dev ## Validate the documents with veraPDF (PDF/A-2a, PDF/UA-1)
	@VERAPDF=1 tools/test-tools
	@VERAPDF=1 $(PYTHON) -m pytest -m verapdf tests

lock: ## Write the lock files anew (needs uv)
	@tools/lock

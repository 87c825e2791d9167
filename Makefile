# make demo    sets up everything and runs zonecert on a small world of its own
# make test    sets up everything and runs the suite's own tests
# make fuzz    looks for inputs that nobody thought of; SECONDS=600: for so long each (Linux)
# make bench   measures speed and memory in the short form; ARGUMENTS=--full: all of it (Linux)
#
# PYTHON=python3.12 chooses another Python, ARGUMENTS="-k axfr" hands words on to pytest.

PYTHON ?= python3
RUN := .venv/bin/python -m
ARGUMENTS ?=
SECONDS ?= 120

.PHONY: setup demo test fuzz bench coverage lint types

setup:
	@$(PYTHON) tools/setup.py

demo: setup
	@$(RUN) demo $(ARGUMENTS)

test: setup
	$(RUN) pytest tests -n auto $(ARGUMENTS)

fuzz: setup
	@$(PYTHON) tools/setup.py fuzz
	@$(RUN) tests.fuzz --seconds $(SECONDS) $(ARGUMENTS)

bench: setup
	@$(RUN) benchmarks $(ARGUMENTS)

coverage: ARGUMENTS += --cov --cov-config=pyproject.toml --cov-report=term-missing:skip-covered --cov-fail-under=95
coverage: test

lint: setup
	$(RUN) ruff check .
	$(RUN) ruff format --check .

types: setup
	$(RUN) mypy

# make demo    sets up everything and runs zonecert on a small world of its own
# make test    sets up everything and runs the suite's own tests
# make bench   measures speed and memory in the short form; ARGUMENTS=--full: all of it (Linux)
#
# PYTHON=python3.12 chooses another Python, ARGUMENTS="-k axfr" hands words on to pytest.

PYTHON ?= python3
RUN := .venv/bin/python -m
ARGUMENTS ?=

.PHONY: setup demo test bench coverage lint types

setup:
	@$(PYTHON) tools/setup.py

demo: setup
	@$(RUN) demo $(ARGUMENTS)

test: setup
	$(RUN) pytest tests -n auto $(ARGUMENTS)

bench: setup
	@$(RUN) benchmarks $(ARGUMENTS)

coverage: ARGUMENTS += --cov --cov-config=pyproject.toml --cov-report=term-missing:skip-covered --cov-fail-under=95
coverage: test

lint: setup
	$(RUN) ruff check .
	$(RUN) ruff format --check .

types: setup
	$(RUN) mypy

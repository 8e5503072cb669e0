# Two commands are enough: `make preview` and `make test`. Both set everything up first.
SHELL := /bin/sh
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ENGINE := .cache/pulumi/bin
SITE := .cache/site
export PATH := $(CURDIR)/$(ENGINE):$(CURDIR)/$(BIN):$(PATH)
export PULUMI_SKIP_UPDATE_CHECK := true
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The credentials chain must not look for an ECS machine: there is none.
export ALIBABA_CLOUD_ECS_METADATA_DISABLED := true
LOCK = CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe \
	--strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: help setup engine preview demo test lint format docs site pictures bench lock clean

help: ## Show what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

# The lock is whole, so nothing is resolved (--no-deps): a release of today must not break the set-up of yesterday.
$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "acctgate needs Python 3.11 or newer: make PYTHON=python3.11" >&2; exit 1; }
	@echo "Setting up the virtual environment in $(VENV) (about a minute, once) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

setup: $(STAMP) engine

engine: $(STAMP) ## Find, install or build the Pulumi engine
	@$(BIN)/python tools/engine.py

preview: setup ## The main job: preview on the embedded demo account
	@$(BIN)/acctgate preview --demo; code=$$?; \
		echo "A pipeline sees exit status $$code here: 1 is blocked (0 pass, 3 not provable, 2 anything else)."; \
		test $$code -eq 1

demo: setup ## The whole loop on the demo account: blocked, repaired, deployed, complies
	@$(BIN)/python tools/demo.py

test: setup ## The whole suite, the real engine included
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: $(STAMP) ## Check format, types and imports
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache --quiet && $(BIN)/python tools/generate.py --check

format: $(STAMP) ## Format the code
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

docs: $(STAMP) ## Generate schemas/, the pages of rules and the READMEs' tables
	@$(BIN)/python tools/generate.py

$(SITE)/.installed: requirements/docs.txt
	@$(PYTHON) -m venv $(SITE)
	@$(SITE)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/docs.txt
	@touch $@

site: $(SITE)/.installed ## Build the documentation as a site, into site/
	@NO_MKDOCS_2_WARNING=1 $(SITE)/bin/mkdocs build --strict

pictures: $(STAMP) ## Make the pictures in docs/images/ anew
	@$(BIN)/python tools/pictures.py

bench: setup ## Measure speed, as ratios in one run
	@$(BIN)/python -m bench

lock: $(STAMP) ## Pin the newest dependencies, with hashes
	@$(LOCK) --upgrade --extra dev -o requirements/dev.txt pyproject.toml
	@$(LOCK) --upgrade -o requirements/go.txt requirements/go.in
	@$(LOCK) --upgrade -o requirements/docs.txt requirements/docs.in

clean: ## Remove what make has made
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build site

# Start with `make preview` or `make test`. Both set everything up first.
SHELL := /bin/sh
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ENGINE := .cache/pulumi/bin
SITE := .cache/site
AUDIT := .cache/audit
ATHERIS := .cache/atheris
FUZZ_SECONDS ?= 600
export PATH := $(CURDIR)/$(ENGINE):$(CURDIR)/$(BIN):$(PATH)
export PULUMI_SKIP_UPDATE_CHECK := true
# Skip the timeout of the ECS metadata service in the credentials chain.
export ALIBABA_CLOUD_ECS_METADATA_DISABLED := true
LOCK = CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe \
	--strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

ACTIONLINT := .cache/actionlint/actionlint
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup

.PHONY: help setup engine preview demo test lowest coverage lint actionlint format docs site pictures bench conformance fuzz audit lock clean

help: ## List the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

# The lock is complete, so pip resolves nothing (--no-deps): a new release of a dependency cannot break the set-up.
$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "acctgate needs Python 3.11 or newer: make PYTHON=python3.11" >&2; exit 1; }
	@echo "Setting up the virtual environment in $(VENV) (about a minute, once) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	@$(BIN)/python -m compileall -q src  # as pip does with what is not editable: PYTHONDONTWRITEBYTECODE may be set
	@touch $@

setup: $(STAMP) engine

engine: $(STAMP) ## Find, install or build the Pulumi engine
	@$(BIN)/python tools/engine.py

preview: setup ## Run a preview with the gate on the embedded demo account
	@$(BIN)/acctgate preview --demo; code=$$?; \
		echo "A pipeline sees exit status $$code here: 1 is blocked (0 pass, 3 unknown, 2 any other failure)."; \
		test $$code -eq 1

demo: setup ## Walk the demo account from blocked to repaired, deployed and passing
	@$(BIN)/python tools/demo.py

test: setup ## Run the whole test suite, the real engine included
	@$(PYTEST)

# Newer SDKs are in the lock, which `make test` uses.
lowest: setup ## Run the tests of the policy pack with the oldest Pulumi SDK that pyproject.toml allows
	@$(BIN)/python -m pip install --quiet --no-deps --upgrade --target .cache/lowest \
		$$(sed -nE 's/^  "(pulumi(-policy)?)>=([0-9.]+),.*/\1==\3/p' pyproject.toml | sort -u)
	@PYTHONPATH=.cache/lowest $(BIN)/python -m pytest tests/crossguard

# Slower than `make test` by about half. pyproject.toml says what is measured, and the least that passes.
coverage: setup ## Run the whole test suite and fail if it covers less than before
	@$(PYTEST) --cov --cov-report=term

lint: $(STAMP) ## Check style, types, imports, generated files and workflows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python tools/generate.py --check
	@if test -x $(BIN)/zizmor; then $(BIN)/zizmor --offline --quiet .; \
		else echo "zizmor is not installed: skipped"; fi
	@actionlint=$$(command -v actionlint || echo $(ACTIONLINT)); \
		if test -x "$$actionlint"; then "$$actionlint"; \
		else echo "actionlint is not installed (make actionlint builds it): skipped"; fi

$(ACTIONLINT): tools/actionlint/go.mod
	@mkdir -p $(@D)
	@cd tools/actionlint && CGO_ENABLED=0 GOTOOLCHAIN=local go build -mod=readonly -trimpath -o ../../$@ \
		github.com/rhysd/actionlint/cmd/actionlint

actionlint: $(ACTIONLINT) ## Build actionlint with Go

format: $(STAMP) ## Format the code
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

docs: $(STAMP) ## Generate the schemas, the rule pages and the tables in the READMEs
	@$(BIN)/python tools/generate.py

record: $(STAMP) ## Record the terminal sessions in the documentation
	@$(BIN)/python tools/record.py

$(SITE)/.installed: requirements/docs.txt
	@$(PYTHON) -m venv $(SITE)
	@$(SITE)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/docs.txt
	@touch $@

site: $(SITE)/.installed ## Build the documentation site into site/
	@NO_MKDOCS_2_WARNING=1 $(SITE)/bin/mkdocs build --strict

pictures: $(STAMP) ## Generate the pictures in docs/images/
	@$(BIN)/python -m tools.pictures

# atheris has wheels for CPython on Linux only. Elsewhere the part that is guided by coverage is left out.
$(ATHERIS)/.installed: $(STAMP) requirements/fuzz.txt
	@mkdir -p $(ATHERIS)
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes --only-binary :all: --upgrade --target $(ATHERIS) \
		-r requirements/fuzz.txt || echo "atheris cannot be installed here"
	@touch $@

# Only here: with these, the tests try other examples in each run, and `make test` must try the same ones.
fuzz: export FUZZ_ANSWERS ?= 100000
fuzz: export FUZZ_EXAMPLES ?= 1000
# The answers come from a seeded generator; FUZZ_SEED selects others. FUZZ_SECONDS is atheris's part.
fuzz: $(ATHERIS)/.installed ## Try random input on parsers and renderers, and prove each pass of 100,000 generated answers
	@$(PYTEST) -q $$(grep -rlE 'SETTINGS|FUZZ_' --include='test_*.py' tests)
	@PYTHONPATH=$(ATHERIS) $(BIN)/python -m tests.fuzz $(FUZZ_SECONDS) || test $$? -eq 2

conformance: setup ## Predict and deploy 2,000 generated changes on the real engine
	@$(BIN)/python -m tests.conformance

bench: setup ## Measure speed
	@$(BIN)/python -m bench

$(AUDIT)/.installed: requirements/audit.txt
	@$(PYTHON) -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/audit.txt
	@touch $@

audit: $(AUDIT)/.installed ## Look for known vulnerabilities in the locked dependencies, and list them (SBOM)
	@$(AUDIT)/bin/python tools/audit.py

lock: $(STAMP) ## Lock the newest dependencies, with hashes
	@$(LOCK) --upgrade --extra dev -o requirements/dev.txt pyproject.toml
	@$(LOCK) --constraint requirements/dev.txt -o requirements/runtime.txt pyproject.toml
	@$(LOCK) --constraint requirements/dev.txt --extra pulumi -o requirements/pulumi.txt pyproject.toml
	@$(LOCK) --upgrade -o requirements/audit.txt requirements/audit.in
	@$(LOCK) --upgrade -o requirements/fuzz.txt requirements/fuzz.in
	@$(LOCK) --upgrade -o requirements/go.txt requirements/go.in
	@$(LOCK) --upgrade -o requirements/docs.txt requirements/docs.in
	@$(LOCK) --upgrade -o requirements/release.txt requirements/release.in

clean: ## Remove everything that make created
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build site

# `make demo` and `make test` are the two commands a fresh machine needs: everything else is made on the way.
SHELL := /bin/sh
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin

CONTACTS ?= 10000
INTERVAL ?=
ROUNDS ?= 1
SEED ?=
PROCESSES ?= 3

.PHONY: all demo up bench prove test test-browser pictures record reference docs lint format lock clean

all: .venv/.made

.venv/.made: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Tempost needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
		{ echo "Could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: .venv/.made
	@$(BIN)/tempost demo --contacts $(CONTACTS) $(if $(INTERVAL),--interval $(INTERVAL))

# All benchmarks, or one: make bench BENCH=steady. A failed one does not stop the others.
bench: .venv/.made
	@$(BIN)/tempost bench $(BENCH)

# All faults, or some: make prove FAULTS="kill-worker task-reset". SEED= draws an earlier run's moments again.
prove: .venv/.made
	@$(BIN)/tempost prove $(FAULTS) --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))

up: .venv/.made
	@$(BIN)/tempost up

# Three processes for two cores: a third of the time a test waits for a server, a timer or a process that starts.
test: .venv/.made
	@$(BIN)/python -m stack.temporal_binary
	@$(BIN)/python -m pytest -n $(PROCESSES) --dist worksteal $(TESTS)

# The pages in a real browser; needs Chromium (Debian: apt-get install chromium).
test-browser: .venv/.made
	@$(BIN)/python -m stack.temporal_binary
	@$(BIN)/python -m pytest tests/browser

# The documentation's pictures of the dashboard, anew; some minutes, since the curves need some.
pictures: .venv/.made
	@$(BIN)/python -m stack.temporal_binary
	@$(BIN)/python -m tests.browser.pictures

# Recorded histories of all workflows, anew. Read the differences of their fingerprints before you commit them.
record: .venv/.made
	@$(BIN)/python -m pytest --record tests/workflow/test_determinism.py tests/workflow/test_campaign_determinism.py \
		tests/workflow/contact_import tests/workflow/test_webhook.py

# The pages of reference, anew from the code.
reference: .venv/.made
	@$(BIN)/python -m pytest -q --record tests/architecture/test_reference.py tests/architecture/test_monitoring.py

# The site of the documentation, in .site/; a broken link is an error.
docs: .venv/.made
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

lint: .venv/.made
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports

format: .venv/.made
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# The lock names packages and hashes, no index: every mirror serves it. What is locked stays: UPGRADE=1 takes the newest.
# The second is for the image: the same versions, without what only developers need.
COMPILE := $(BIN)/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header
lock: .venv/.made
	@$(COMPILE) --group dev --extra otlp $(if $(UPGRADE),--upgrade) -o requirements.lock
	@$(COMPILE) --extra otlp $(if $(UPGRADE),--upgrade) --constraint requirements.lock -o requirements-image.lock

clean:
	rm -rf .venv .site .tempost .mypy_cache .ruff_cache .pytest_cache .hypothesis

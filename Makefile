# What can be done here; “make” alone lists it. Only python3 (3.11 or newer), pip and make are needed.

PYTHON ?= python3
PORT ?= 8000
export PORT

# What make runs takes nothing from .env: neither a demonstration nor a test may touch the database named there.
HERE = ENV_FILE=none .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo test test-all coverage lint bench lock lock-newest clean packages-% next

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: packages-runtime ## Start the demonstration on http://127.0.0.1:8000 (make demo PORT=8001: on another port)
	@exec env DEMONSTRATION=1 VAR_DIR=var $(HERE) manage.py start

test: packages-test ## Run every test that this machine can run, and say what it lacks
	@$(HERE) -m tests.everything

test-all: packages-test ## The same, but what the machine lacks is a failure (NEXT=.venv-next/bin/python: with both Djangos)
	@$(HERE) -m tests.everything --all $(if $(NEXT),--next $(NEXT))

coverage: packages-test ## Run every test, and say which lines were reached
	@$(HERE) -m tests.everything --coverage

next: packages-next ## Run the tests with the coming Django in .venv-next (PYTHON must be 3.12 or newer)
	@ENV_FILE=none .venv-next/bin/python -m pytest -m "not browser"

lint: packages-lint ## Check style, types, templates, migrations and the size of the style sheet
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m ruff check .
	find . -name '*.html' -not -path './.venv*' -print0 | xargs -0 -r .venv/bin/djade --check --target-version 5.2
	.venv/bin/python -m mypy .
	VAR_DIR=$$(mktemp -d) $(HERE) manage.py makemigrations --check --dry-run
	@size=$$(gzip -9 -c static/css/*.css | wc -c); echo "Style sheet: $$size bytes gzipped, 15000 at most"; test $$size -le 15000

bench: packages-test ## Measure, and write docs/benchmarks.md
	@$(HERE) -m bench

# --- Locked packages (docs/decisions/locked-dependencies.md) ---

# Versions that a lock file holds stay as long as they fit; lint.txt holds them all, so the other files follow it.
COMPILE = .venv/bin/python -m uv pip compile --quiet --generate-hashes --universal --only-binary :all: \
	--custom-compile-command "make lock"
LTS = $(COMPILE) pyproject.toml --python-version 3.11 --constraints requirements/lts.in
NEXT = $(COMPILE) pyproject.toml --python-version 3.12 --constraints requirements/next.in

lock: packages-lint ## Lock what pyproject.toml asks for; versions that fit stay
	$(LTS) --extra big --group test --group e2e --group bench --group lint $(UPGRADE) --output-file requirements/lint.txt
	for packages in runtime big test next; do cp requirements/lint.txt requirements/$$packages.txt; done
	$(LTS) --output-file requirements/runtime.txt
	$(LTS) --extra big --output-file requirements/big.txt
	$(LTS) --extra big --group test --group e2e --group bench --output-file requirements/test.txt
	$(NEXT) --extra big --group test --group e2e --group bench --output-file requirements/next.txt
	$(COMPILE) --python-version 3.11 --group installer $(UPGRADE) --output-file requirements/installer.txt

lock-newest: ## The same with the newest versions
	@$(MAKE) lock UPGRADE=--upgrade

clean: ## Remove installed packages and what tests leave; var/ with the data stays
	rm -rf .venv .venv-next .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov .coverage*

packages-next:
	@$(PYTHON) requirements/install.py next --into .venv-next

packages-%:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing. Install the package python3."; exit 1; }
	@$(PYTHON) requirements/install.py $*

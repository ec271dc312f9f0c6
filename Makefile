# Both `make dashboard` and `make test` do their own set-up, in .venv: see .ci/setup.

PORT ?= 8501
WORKERS ?= 2
python = .venv/bin/python

.PHONY: help dashboard test check lint runtime tools clean

help:
	@echo "make dashboard   install what is missing, start the dashboard, print its address"
	@echo "                 PORT=8600 picks another port; PYTHON=/path/to/python3 another Python"
	@echo "make check       the fast part: lint, format, types, import rules, quick tests"
	@echo "make test        everything: make check and the slow and browser tests"
	@echo "                 WORKERS=8 runs so many test files at once; without it, two"
	@echo "make clean       remove .venv and the tools' caches"

dashboard: runtime
	@exec $(python) -m dashboard --port $(PORT)

test: lint
	$(python) -m pytest --numprocesses $(WORKERS) --dist loadfile

check: lint
	$(python) -m pytest --numprocesses $(WORKERS) --dist loadfile -m "not browser and not slow"

lint: tools
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy
	.venv/bin/lint-imports

runtime:
	@.ci/setup

tools:
	@.ci/setup dev

clean:
	rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

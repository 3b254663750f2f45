# Setsquare: `make run` starts the demo, `make test` checks everything. `make help` lists the rest.

PORT ?= 8000
# The script beside it does not start in a path with a space. Without compiled files each start would take twice as long.
SETSQUARE = env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -m setsquare.project.main

.DEFAULT_GOAL := help
.PHONY: help run test lint format frontend lock clean
.SILENT:

help: ## this list
	sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS='	' read -r name what; do printf '  make %-9s %s\n' "$$name" "$$what"; done

run: ## run the demo at http://localhost:8000 (PORT=8123 for another port); Ctrl-C stops it
	python=$$(tools/find-python) && $$python tools/environment.py run "$(PORT)" && exec $(SETSQUARE) demo --serve --port "$(PORT)"

test: ## everything that CI checks, on SQLite and on PostgreSQL
	python=$$(tools/find-python) && $$python tools/environment.py test && exec .venv/bin/python tools/testing.py

lint: ## style, house rules, import contracts and types only
	python=$$(tools/find-python) && $$python tools/environment.py test && exec .venv/bin/python tools/testing.py --lint

format: ## bring the Python sources into their common form
	.venv/bin/ruff check --fix --quiet src tests tools; .venv/bin/ruff format --quiet src tests tools

frontend: ## build the script and style bundle anew (needs Node)
	cd frontend && npm ci --no-audit --no-fund && npm run build

lock: ## pin the dependencies anew (needs uv); make lock UPGRADE=--upgrade takes newer versions
	tools/lock.sh $(UPGRADE)

clean: ## remove what was installed and built; the demo's data stay in ./data
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

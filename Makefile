# `make demo` and `make test` bring their own environment: only Python >= 3.11 is needed.
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] < (3,14))' 2>/dev/null && { echo $$p; break; }; done)
UV := .venv/bin/uv

.PHONY: demo up test test-long test-models test-conformance check schema schema-diff graphiql bench bench-peers clean

demo: .venv/ready
	@exec .venv/bin/liftos demo $(ARGS)

up: .venv/ready
	@exec .venv/bin/liftos up $(ARGS)

test: .venv/ready
	.venv/bin/pytest -n 2 -m 'not long and not models and not conformance' $(ARGS)

test-long: .venv/ready
	.venv/bin/pytest -m long $(ARGS)

test-models: .venv/ready
	.venv/bin/pytest -m models -rs $(ARGS)

test-conformance: .venv/ready
	$(UV) sync --locked --inexact --quiet --group conformance
	.venv/bin/pytest tests/conformance -m conformance $(ARGS)

check: .venv/ready
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy .
	.venv/bin/lint-imports

schema: .venv/ready
	.venv/bin/python -m graph.export

schema-diff: .venv/ready
	.venv/bin/python -m graph.changes

graphiql: # needs Node 20 or later
	cd console/graphiql && npm ci && npm run build

bench: .venv/ready
	.venv/bin/python -m benchmarks.ingest
	.venv/bin/python -m benchmarks.webhooks
	.venv/bin/python -m benchmarks.transform
	.venv/bin/python -m benchmarks.calendar
	.venv/bin/python -m benchmarks.attribution
	.venv/bin/python -m benchmarks.export
	.venv/bin/python -m benchmarks.legacy --rows 300000
	.venv/bin/python -m benchmarks.subscribers
	.venv/bin/python -m benchmarks.followers
	.venv/bin/python -m benchmarks.caches
	.venv/bin/python -m benchmarks.executor
	.venv/bin/python -m benchmarks.insights
	.venv/bin/python -m benchmarks.bounds

bench-peers: .venv/ready # fetches the peers' packages from npm
	$(UV) sync --locked --inexact --quiet --group conformance
	.venv/bin/python -m benchmarks.peers $(ARGS)

.venv/ready: pyproject.toml uv.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and none was found"; exit 1; }
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@test -x $(UV) || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(UV) sync --locked --inexact --quiet
	@touch $@

clean:
	rm -rf .venv .venv-models .mypy_cache .ruff_cache .pytest_cache

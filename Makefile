PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint docs bench trials lock clean

demo: .venv/ready
	$(BIN)/crossaisle demo

test: .venv/ready
	$(BIN)/coverage run -m pytest tests --ignore tests/trials
	$(BIN)/coverage report --fail-under 80 --format total

lint: .venv/ready
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/ready
	$(BIN)/mkdocs build --strict

bench: .venv/ready
	for each in bench/*.py; do $(BIN)/python $$each || exit 1; done

trials: .venv/ready
	mkdir -p trials-log
	$(BIN)/pytest tests/trials -m trials -s 2>&1 | tee trials-log/$$(date +%Y-%m-%dT%H-%M-%S).log

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch .venv/ready

lock:
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --extra docs --no-header \
		--no-annotate --no-emit-index-url --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv .venv-peers demo site trials-log .coverage

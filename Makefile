SHELL := bash
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint docs bench trials lock clean postgresql

demo: .venv/ready
	$(BIN)/crossaisle demo

# Peers that need an older numpy live beside; without them the tests that ask them skip and say so.
test: .venv/ready postgresql
	-@$(MAKE) --no-print-directory .venv-peers/ready
	$(BIN)/pytest tests --ignore tests/trials --cov --cov-report= --cov-fail-under 80

lint: .venv/ready
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/ready
	$(BIN)/mkdocs build --strict

bench: .venv/ready
	-@$(MAKE) --no-print-directory .venv-recbole/ready
	for each in bench/*.py; do $(BIN)/python $$each || exit 1; done

trials: .venv/ready postgresql
	mkdir -p trials-log
	set -o pipefail; seed=$${SEED:-$$(date +%s)}; echo "seed $$seed"; \
		$(BIN)/pytest tests/trials -m trials -s --hypothesis-seed=$$seed 2>&1 | \
		tee trials-log/$$(date +%Y-%m-%dT%H-%M-%S)-seed-$$seed.log

# A server of the tests' own is started from these programs; nothing of the machine's own is touched.
postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql; }

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv-peers/ready: requirements-peers.lock
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --requirement $< || { rm -rf .venv-peers; exit 1; }
	touch $@

# RecBole needs an older numpy and scipy; bench/light_gcn.py is all that asks for it.
.venv-recbole/ready: requirements-recbole.lock
	$(PYTHON) -m venv .venv-recbole
	.venv-recbole/bin/pip install --quiet --requirement $< || { rm -rf .venv-recbole; exit 1; }
	touch $@

# torch is held at a release of which a CPU build installs alone; what its GPU build needs, pip finds by itself.
lock:
	$(BIN)/pip install --quiet uv
	echo torch==2.13.0 | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --extra docs \
		--no-header --no-annotate --no-emit-index-url --constraint - --output-file requirements.lock pyproject.toml
	sed -i -E '/^(cuda|nvidia|triton)/d' requirements.lock
	echo rectools==0.19.0 | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header \
		--no-annotate --no-emit-index-url --output-file requirements-peers.lock -
	printf '%s\n' recbole==1.2.1 'numpy<2' 'scipy<1.12' 'setuptools<81' torch==2.13.0 | $(BIN)/uv pip compile --quiet \
		--universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
		--output-file requirements-recbole.lock -
	sed -i -E '/^(cuda|nvidia|triton)/d' requirements-recbole.lock

clean:
	rm -rf .venv .venv-peers .venv-recbole demo site trials-log .coverage

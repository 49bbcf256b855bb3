# Two commands do everything on a fresh Debian 12: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test test-all test-lowest check docs bench bench-full bench-generation clean

demo: $(VENV)/.data
	@$(BIN)/creditaudit demo --force

test: $(VENV)/.test
	$(BIN)/python -m pytest -n auto -m "not slow"

test-all: $(VENV)/.test-all | system-tools
	$(BIN)/python -m pytest -n auto

# The lowest versions that pyproject.toml allows; what packages warn of there is not an error.
test-lowest: $(VENV)-lowest/.installed
	$(VENV)-lowest/bin/python -m pytest -n auto -m "not slow" -W default

check: $(VENV)/.check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

docs: $(VENV)/.check
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

bench: $(VENV)-bench/.installed
	$(VENV)-bench/bin/python -m benchmarks.run
	$(VENV)-bench/bin/python -m benchmarks.scale
	$(VENV)-bench/bin/python -m benchmarks.explanations
	$(VENV)-bench/bin/python -m benchmarks.recourse
	$(VENV)-bench/bin/python -m benchmarks.cascades
	$(VENV)-bench/bin/python -m benchmarks.exposure
	$(VENV)-bench/bin/python -m benchmarks.linkage
	$(VENV)-bench/bin/python -m benchmarks.sector_values

bench-full: $(VENV)-bench/.installed | system-tools
	$(VENV)-bench/bin/python -m benchmarks.run --full
	$(VENV)-bench/bin/python -m benchmarks.scale --full
	$(VENV)-bench/bin/python -m benchmarks.on_spark
	$(VENV)-bench/bin/python -m benchmarks.scorecards
	$(VENV)-bench/bin/python -m benchmarks.cascades --ten

# Other makers of synthetic data, in a folder of their own: one of them brings 6 GB.
bench-generation: $(VENV)-generation/.installed
	$(VENV)-generation/bin/python -m benchmarks.generation

$(VENV)-generation/.installed: pyproject.toml benchmarks/requirements-generation.txt
	@test -x $(VENV)-generation/bin/python || $(PYTHON) -m venv $(VENV)-generation
	@$(VENV)-generation/bin/python -m pip install --quiet --disable-pip-version-check \
	  --editable . --requirement benchmarks/requirements-generation.txt
	@touch $@

$(VENV)-lowest/.installed: pyproject.toml
	@test -x $(VENV)-lowest/bin/python || $(PYTHON) -m venv $(VENV)-lowest
	@$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check uv
	@$(VENV)-lowest/bin/python -m uv pip install --quiet --resolution lowest-direct \
	  --python $(VENV)-lowest/bin/python --editable ".[test]"
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-bench $(VENV)-generation $(VENV)-lowest docs/_build creditaudit-demo

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "creditaudit needs Python 3.11 or newer; pass PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	  then apt-get -qq update && apt-get -qq install -y python3-venv && $(PYTHON) -m venv $(VENV); \
	  else echo "Python has no venv module. Install it: apt install python3-venv make"; exit 1; fi; }

# Each stamp is one set of extras; pyproject.toml decides when to install again.
$(VENV)/.data: pyproject.toml | $(BIN)/python
	@echo "Installing creditaudit and its data into $(VENV); the first time takes minutes."
	@$(PIP) --editable ".[data]"
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	@echo "Installing creditaudit and what its tests need into $(VENV)."
	@$(PIP) --editable ".[test]"
	@touch $@ $(VENV)/.data

$(VENV)/.test-all: pyproject.toml | $(BIN)/python
	@echo "Installing creditaudit, what its tests need and Spark into $(VENV)."
	@$(PIP) --editable ".[test,spark,link]"
	@touch $@ $(VENV)/.test $(VENV)/.data

$(VENV)/.check: pyproject.toml | $(BIN)/python
	@echo "Installing what the checks need into $(VENV)."
	@$(PIP) --editable ".[test,check]"
	@touch $@ $(VENV)/.test $(VENV)/.data

$(VENV)-bench/.installed: pyproject.toml benchmarks/requirements.txt
	@echo "Installing the peers into $(VENV)-bench, apart from the package."
	@test -x $(VENV)-bench/bin/python || $(PYTHON) -m venv $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check \
	  --editable ".[data,duckdb,fast,link,polars,spark]" --requirement benchmarks/requirements.txt
	@touch $@

# Browser tests need Chromium and poppler, Spark a Java runtime, the SQL text a Postgres: installed
# when root, else the tests skip and say so.
.PHONY: system-tools
system-tools:
	@if command -v chromium >/dev/null && command -v pdftotext >/dev/null && command -v java >/dev/null \
	  && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; \
	then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	then apt-get -qq update && apt-get -qq install -y chromium chromium-driver poppler-utils \
	  fonts-dejavu-core default-jre-headless postgresql; \
	else echo "Chromium, poppler-utils, Java or Postgres is missing; tests that need it will skip."; fi

# `make help` lists the targets. Everything runs inside .venv, which `make setup` makes from
# requirements.lock; nothing is installed outside it.
#
#   make setup PYTHON=python3.12   choose the interpreter (3.11, 3.12 or 3.13)
#   make setup UV=                 install with pip even where uv is on PATH

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# One step after the other, also under `make -j`.
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?=
UV ?= $(shell command -v uv 2>/dev/null)
STUDY ?= study.toml
# The Agg backend needs no screen. Tests run beside each other: one thread of linear algebra each.
HEADLESS := MPLBACKEND=Agg OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

LOCK_FLAGS := --universal --generate-hashes --no-emit-index-url --no-header --quiet \
	--python-version 3.11 --all-extras --group dev

.PHONY: help setup test lint report lab lock upgrade clean distclean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## Make .venv from requirements.lock and install hmsurvey in it (editable)

# Reinstalled only when one of the two files is newer than the stamp.
$(STAMP): requirements.lock pyproject.toml
	@set -eu; \
	ok='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'; \
	if [ -x $(BIN)/python ] && $(BIN)/python -c "$$ok" 2>/dev/null \
		&& $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		echo "Using the environment in $(VENV)"; \
	else \
		python=''; \
		for candidate in $(if $(PYTHON),'$(PYTHON)',python3 python3.13 python3.12 python3.11); do \
			if "$$candidate" -c "$$ok" >/dev/null 2>&1; then python="$$candidate"; break; fi; \
		done; \
		if [ -z "$$python" ]; then \
			echo "hmsurvey needs Python 3.11, 3.12 or 3.13." >&2; \
			echo "Tried: $(if $(PYTHON),$(PYTHON),python3 python3.13 python3.12 python3.11) (python3 here: $$(python3 --version 2>&1 || true))." >&2; \
			echo "Install one of them, or name it: make setup PYTHON=/path/to/python3.12" >&2; \
			exit 1; \
		fi; \
		if ! "$$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then \
			version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
			echo "$$python (Python $$version) lacks the venv and ensurepip modules." >&2; \
			echo "On Debian and Ubuntu: apt install python$$version-venv" >&2; \
			exit 1; \
		fi; \
		echo "Making $(VENV) with $$("$$python" --version)"; \
		"$$python" -m venv --clear $(VENV); \
	fi
	@set -eu; \
	if [ -n "$(UV)" ] && echo "Installing requirements.lock with uv" && \
		"$(UV)" pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; then \
		:; \
	else \
		echo "Installing requirements.lock with pip (one to three minutes the first time)"; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; \
	fi
	@echo "Installing hmsurvey (editable)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --no-index -e .
	@touch $@

test: lint ## ruff, mypy, then the whole test suite
	@echo "== pytest"
	@$(HEADLESS) $(BIN)/python -m pytest -n auto --dist loadfile

lint: setup ## ruff and mypy only
	@echo "== ruff"
	@$(BIN)/python -m ruff check .
	@echo "== mypy"
	@$(BIN)/python -m mypy

report: setup ## Run the study (STUDY=study.toml) and write its report
	@$(HEADLESS) $(BIN)/hmsurvey run $(STUDY)

lab: setup ## Open the notebooks in JupyterLab
	$(BIN)/python -m jupyter lab notebooks/

lock: ## Write requirements.lock anew from pyproject.toml, keeping the pins that still fit
	@$(call compile,)

upgrade: ## The same, with every pin raised to the newest that fits
	@$(call compile,--upgrade)

# uv makes the lock: the one on PATH, else one installed for this purpose beside the environment.
define compile
set -eu; uv="$(UV)"; \
if [ -z "$$uv" ]; then \
	$(MAKE) --no-print-directory setup; \
	uv=$(VENV)/lock-tool/bin/uv; \
	if [ ! -x "$$uv" ]; then \
		$(BIN)/python -m venv $(VENV)/lock-tool; \
		$(VENV)/lock-tool/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'; \
	fi; \
fi; \
"$$uv" pip compile $(LOCK_FLAGS) $(1) pyproject.toml -o requirements.lock >/dev/null; \
echo "requirements.lock: $$(grep -c == requirements.lock) pins"; \
if grep -n '://' requirements.lock; then echo "the lock must not name an address" >&2; exit 1; fi
endef

clean: ## Remove caches and build products
	rm -rf dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -path ./$(VENV) -prune -o -path ./.git -prune -o \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -exec rm -rf {} +

distclean: clean ## Also remove .venv and everything generated in data/processed and reports
	rm -rf $(VENV)
	for dir in data/processed reports; do \
		if [ -d "$$dir" ]; then find "$$dir" -mindepth 1 ! -name .gitkeep -delete; fi; \
	done

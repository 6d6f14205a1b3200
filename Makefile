# Two commands set everything up: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Extras that the stamp stands for; a stamp is made anew when the project's files change.
STAMPS := $(VENV)/.stamps
UV := UV_COMPILE_BYTECODE=1 UV_FIND_LINKS="$${UV_FIND_LINKS:-$${PIP_FIND_LINKS:-}}" $(BIN)/uv pip install -q --python $(BIN)/python -c constraints.txt

.PHONY: demo test lint format clean

demo: $(STAMPS)/base ## the main job on corpus_samples/, reports in reports/
	$(BIN)/nlp-engine run corpus_samples --out reports

test: $(STAMPS)/all ## all tests
	$(BIN)/python -m pytest -n auto

lint: $(STAMPS)/all ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMPS)/all
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) reports build dist

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 13) else "Python 3.11 or 3.12 is needed (scispaCy): make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q uv
	mkdir -p $(STAMPS) && touch $@

$(STAMPS)/base: $(STAMPS)/venv pyproject.toml constraints.txt
	$(UV) -e .
	touch $@

$(STAMPS)/all: $(STAMPS)/base
	$(UV) -e ".[train,models,test,lint]"
	touch $@

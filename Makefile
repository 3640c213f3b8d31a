# `make sample` and `make test` are the two commands of the README; the rest serves whoever changes the program.
PYTHON := .venv/bin/python
READY := .venv/ready
RUN := runs/north-east-and-cumbria

.PHONY: help sample test check wheel lock

help:
	@echo "make sample  set up, allocate the sample region and print the result"
	@echo "make test    set up and run all the tests"
	@echo "make check   style, types and the floors of the house"
	@echo "make wheel   build the wheel and run it with its runtime packages only"
	@echo "make lock    pin the packages anew"

$(READY): requirements.lock requirements-samples.lock pyproject.toml .ci/setup .ci/find_python
	@echo "Setting up .venv (a few minutes, once)"
	@.ci/setup
	@touch $@

sample: $(READY)
	@rm -rf $(RUN)
	.venv/bin/optimiser allocate north-east-and-cumbria --out $(RUN)

test: $(READY)
	$(PYTHON) -m pytest --numprocesses auto --dist loadfile

check: $(READY)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

wheel: $(READY)
	.ci/wheel

lock:
	uv pip compile --quiet --universal --python-version 3.12 --extra test --generate-hashes --upgrade \
		--no-header --no-annotate --output-file requirements.lock pyproject.toml
	sed -i '1i # Every package the program and its tests use, pinned by hash, for Python 3.12 and later. Rewritten by `make lock`.' requirements.lock

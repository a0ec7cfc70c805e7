# 条问 · make serve 启动服务 · make test 跑全部检查 · make eval 打分 · make bench 测速
HOST ?= 127.0.0.1
PORT ?= 8000
PYTHON ?= python3
TIAOWEN_SHARED ?= ../shared
PIP = .venv/bin/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt
export HOST PORT TIAOWEN_SHARED

.PHONY: serve test check eval bench full ingest train

serve: .venv/.serve
	@test -f "$${DATA_DIR:-var}/CURRENT" || .venv/bin/python -m ingest
	@exec .venv/bin/python -m service

test: .venv/.full
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	.venv/bin/python -m ingest --check
	.venv/bin/python -m pytest

ingest: .venv/.serve
	.venv/bin/python -m ingest

eval: .venv/.full
	.venv/bin/python -m eval

bench: .venv/.full
	.venv/bin/python -m eval.bench

train: .venv/.full
	.venv/bin/python -m ingest.train --shared $(TIAOWEN_SHARED)

full: .venv/.full

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.serve: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable .
	@touch $@

.venv/.full: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable '.[encoder,dev]'
	@touch .venv/.serve $@

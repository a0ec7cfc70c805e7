# 条问 · make serve 启动服务 · make test 跑全部检查 · make eval 打分 · make bench 测速
PYTHON ?= python3
TIAOWEN_SHARED ?= ../shared
PIP = .venv/bin/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt
export TIAOWEN_SHARED
ifdef HOST
export HOST
endif
ifdef PORT
export PORT
endif

.PHONY: serve test eval eval-gate bench full ingest train setup-browser wechat-sim

serve: .venv/.serve
	@exec .venv/bin/python -m service --ingest-first

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

eval-gate: .venv/.full
	.venv/bin/python -m eval --gate

bench: .venv/.full
	.venv/bin/python -m eval.bench

train: .venv/.full
	.venv/bin/python -m ingest.train --shared $(TIAOWEN_SHARED)

full: .venv/.full

wechat-sim: .venv/.serve
	@.venv/bin/python -m service.channels.wechat.simulator

setup-browser:
	command -v chromium >/dev/null || { apt-get update -q && apt-get install -y -q chromium fonts-noto-cjk; }

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.serve: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable .
	@touch $@

.venv/.full: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable '.[encoder,dev]'
	@touch .venv/.serve $@

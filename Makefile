# make run      start everything on this machine      make test    every check and every test
unexport PYTHONDONTWRITEBYTECODE
PYTHON_HERE := .venv/bin/python

.PHONY: help run test check tests corpus bench bench-match worlds fuzz crash pages format messages pseudo lock wheel run-env \
	dev-env bench-env clean

help:
	@echo 'make run       start penfriends here: site, workers, mailroom, postbox'
	@echo 'make test      every check and every test'
	@echo 'make check     only lint, types, templates, translations, architecture'
	@echo 'make corpus    how well mail of others is read; CORPORA=folder says where the mails are'
	@echo 'make fuzz    200,000 torn mails through the process that reads mail; NUMBER=5000 for fewer'
	@echo 'make crash     kill every part at the worst moment, and look for lost letters; SCHEDULES=1000 for all'
	@echo 'make bench     what a letter costs on its way, in processor seconds'
	@echo 'make worlds    many small worlds through both matching engines; NUMBER=100000 for all'
	@echo 'make bench-match   how well and how fast pen friends are found, beside others; BENCH=--all for a million'
	@echo 'make pages     the long walks in a browser, and every page of it drawn into build/pages'
	@echo 'make format    lay out the code'
	@echo 'make messages  collect the sentences to translate into every catalogue'
	@echo 'make pseudo    make the pseudo languages xa and xb, to see what was forgotten'
	@echo 'make lock      work out requirements/*.lock anew'
	@echo 'make wheel     build the package into dist/'

run-env:
	@bin/bootstrap run
dev-env:
	@bin/bootstrap dev
bench-env:
	@bin/bootstrap bench

run: run-env
	@exec $(PYTHON_HERE) -m penfriends run

test: dev-env
	@bin/check all

check: dev-env
	@bin/check static

# The mails are not part of this repository; MISSES=--misses names each file where we differ.
CORPORA ?= $(or $(PENFRIENDS_CORPORA),../shared/corpora)
corpus: dev-env
	@$(PYTHON_HERE) -m bench.corpus $(CORPORA) $(MISSES)

fuzz: dev-env
	@PENFRIENDS_THOROUGH=1 $(PYTHON_HERE) -m pytest -q -n 2 tests/fuzz
	@$(PYTHON_HERE) -m tests.fuzz --number $(or $(NUMBER),200000)

crash: dev-env
	@$(PYTHON_HERE) -m tests.crash --schedules $(or $(SCHEDULES),100) $(CRASH)

# Processor seconds a letter, beside a bare forwarder; BENCH='--letters 500 --earlier 1000 10000' asks for more.
bench: dev-env
	@$(PYTHON_HERE) -m bench.relay $(BENCH)

# Ten minutes; the same invented people and possible pairs for all. docs/matching-figures.md has the rest of the commands.
bench-match: bench-env
	@$(PYTHON_HERE) -m bench table $(BENCH)

# Small invented worlds full of near misses; with numba and without it, in two orders, looked at by both checkers.
worlds: bench-env
	@$(PYTHON_HERE) -m bench worlds --number $(or $(NUMBER),2000)

pages: dev-env
	@bin/pages

format: dev-env
	@$(PYTHON_HERE) -m ruff check --fix --quiet . && $(PYTHON_HERE) -m ruff format .

messages: dev-env
	@bin/messages

pseudo: dev-env
	@$(PYTHON_HERE) -m penfriends.pseudo

lock: dev-env
	@bin/lock

wheel: dev-env
	@$(PYTHON_HERE) -m hatchling build -t wheel

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Ten words. Each sets up what it needs on a machine with Python 3.11 or newer and nothing else.
# Arguments go along: make test ARGS="tests/core -k ledger"

PYTHON ?= python3
ARGS ?=
SETUP = $(PYTHON) tools/setup.py

.PHONY: up down test check nightly fix dev bench docs clean

up: ## run the desk: database, tape, web app, demo account
	@$(SETUP) up $(ARGS)

down: ## stop what an unclean end left running
	@.venv/bin/paperdesk down

test: ## the whole suite, browser journeys too where there is a Chromium
	@$(SETUP) test $(ARGS)

check: ## everything a change must pass; ends with make test
	@$(SETUP) check
	@$(MAKE) --no-print-directory test

nightly: ## what is too long for check
	@$(SETUP) nightly $(ARGS)

fix: ## format, and repair what can be repaired
	@$(SETUP) fix

dev: ## the desk with reload, and the web app's dev server
	@$(SETUP) dev $(ARGS)

bench: ## ratios, each taken in one run
	@$(SETUP) bench $(ARGS)

docs: ## write the generated pages again
	@$(SETUP) docs

clean: ## remove what was installed or built, never your data
	@$(SETUP) clean

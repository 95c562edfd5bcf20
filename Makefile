# The commands of this repository. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
CHAPTER ?= demo

.PHONY: help build test lint format demo bench fuzz fuzz-seeds sanitize install-deps python-deps clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install-deps: ## install the Debian packages that are missing
	@scripts/install-deps.sh

python-deps:
	@[[ "$${COFFER_SKIP_PYTHON:-}" == 1 ]] || scripts/python-deps.sh

build: install-deps ## build the broker and the command, optimised, into .build/release
	swift build -c release --static-swift-stdlib

test: install-deps python-deps ## check the format, build, run every test
	@scripts/test.sh

lint: ## check the format
	swift format lint --strict --recursive Sources Tests Benchmarks Fuzz Package.swift

format: ## rewrite the sources in the project's format
	swift format --in-place --recursive Sources Tests Benchmarks Fuzz Package.swift

demo: build ## a vault from nothing; CHAPTER=delivery, leaver, erasure, cards or disaster tells another story
	@Examples/$(CHAPTER).sh

bench: ## measure under load, beside SQLite and SQLCipher
	@scripts/install-deps.sh --bench
	@Benchmarks/run.sh

fuzz: install-deps ## fuzz every parser; SECONDS=600 in all, 60 by default
	@Fuzz/run.sh "$(or $(SECONDS),60)"

fuzz-seeds: install-deps ## write Fuzz/Corpus anew
	@Fuzz/run.sh 1 --seeds

sanitize: install-deps ## the tests under AddressSanitizer and ThreadSanitizer; SANITIZER=address or thread for one
	@scripts/sanitize.sh "$(or $(SANITIZER),all)" "$(FILTER)"

clean: ## remove what the build made
	rm -rf .build .build-venv .build-fuzz .build-asan .build-tsan

# Every target sets up what it needs; `make help` lists them.
PYTHON ?= python3
PY := .venv/bin/python
COURSE := exercises
unexport VIRTUAL_ENV
.DEFAULT_GOAL := help
.PHONY: help setup system book epub pdf dist page test test-all rounding lint lab exercises
.PHONY: experiments bench gpu clean

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 14

setup: ## create .venv from requirements.lock (does nothing if it is up to date)
	@$(PYTHON) tools/setup_env.py

system:
	@$(PYTHON) tools/system_packages.py

book: setup ## execute and build the book, and print the path of its first page
	@$(PY) tools/build_book.py

page: setup ## rebuild after an edit; P=maths/vectors: only this page, with a list of its problems
	@$(PY) $(if $(P),tools/build_page.py $(P),tools/build_book.py --serial --strict)

epub: setup ## make the ePub of the book, with formulas as MathML
	@$(PY) tools/print_book.py epub

pdf: setup system book ## print the built book and the formula sheet as PDF
	@$(PY) tools/print_book.py pdf

dist: setup system book ## build the downloads in dist/; S=wheel builds only the packages
	@$(PY) tools/make_dist.py $(S)

test: setup system lint ## run the tests; T=nnlib/linalg: only this path below tests/, or tests with this name
	@$(PY) tools/run_tests.py $(T)

test-all: setup system lint ## run the slow tests too, and `make rounding` with one processor
	@$(PY) tools/run_tests.py --slow && $(PY) tools/rounding.py --processors Prescott

rounding: setup ## execute pages and judge problems with the instructions of older processors
	@$(PY) tools/rounding.py

lint: setup ## check style, imports, spelling, English, committed files and pages
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m codespell_lib && $(PY) tools/check_repository.py && $(PY) tools/english.py --registers && $(PY) tools/lint_pages.py

lab: setup ## open the pages as notebooks in JupyterLab; P=classifiers/softmax opens that page
	@$(PY) tools/open_lab.py --page "$(P)"

exercises: setup ## make the assignments' notebooks from their texts and problems
	@$(PY) -m nngrader.course $(COURSE)

experiments: setup ## rerun the experiments that are too long for a page
	@for f in chapters/*/experiments/*.py; do test ! -e "$$f" || $(PY) "$$f" || exit 1; done

bench: setup system ## measure speed as ratios to the alternatives
	@for f in benchmarks/*.py; do echo "== $$f"; $(PY) "$$f" || exit 1; done

gpu: setup ## run the tests that need a CUDA GPU; without one, they are skipped
	@$(PY) -m pytest -q tests/gpu

clean: ## remove everything that was generated, including .venv
	rm -rf .venv _build .pytest_cache .ruff_cache .hypothesis dist
	rm -rf $(COURSE)/release $(COURSE)/autograded $(COURSE)/feedback $(COURSE)/source/*/*.ipynb

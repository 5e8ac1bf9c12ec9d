# `make run` does the main job on the sample study; `make test` runs every check. Both set up what they need.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
BIN := .venv/bin
SAMPLE := lobule-out/sample-study
RESULT := lobule-out/sample-result
export ORT_DISABLE_TELEMETRY := 1

.PHONY: run test check tests setup dev emulate soak translations screenshots clean

run: setup
	@[ -d $(SAMPLE) ] || $(BIN)/lobule sample $(SAMPLE) >/dev/null
	@$(BIN)/lobule analyze $(SAMPLE) --out $(RESULT)
	@if [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ]; then $(BIN)/lobule-desktop $(SAMPLE); \
	 else echo "no display here: start the window elsewhere with lobule-desktop $(SAMPLE)"; fi

test: dev check tests

check:                  ## style, types, and which module may import which
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

tests:                  ## the whole suite, without a display
	QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

emulate: dev            ## one slice on an emulated CPU without VNNI (minutes; needs qemu-user)
	$(BIN)/python -m tests.bench.emulate_avx2

soak: dev               ## 20,000 repaints, strokes, undos and redos in one window (minutes)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench.soak

translations:                 ## new texts into desktop/i18n/*.ts; what is translated there into the .qm files that ship
	@for language in zh_CN en; do \
	  $(BIN)/pyside6-lupdate -silent -tr-function-alias translate+=t -locations none -no-obsolete \
	    $$([ $$language = en ] && echo -pluralonly) $$(git ls-files 'desktop/*.py') -ts desktop/i18n/lobule_$$language.ts; \
	  $(BIN)/pyside6-lrelease -silent desktop/i18n/lobule_$$language.ts -qm desktop/i18n/lobule_$$language.qm; \
	done

screenshots: dev               ## every state of the window, both themes and languages, three scales, into docs/screenshots
	$(BIN)/python -m tests.support.screenshots docs/screenshots

setup:
	@installer/linux/setup.sh app

dev:
	@installer/linux/setup.sh dev

clean:
	rm -rf .venv lobule-out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

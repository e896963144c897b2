# make demo   the main job end to end; leaves everything it made in build/demo/
# make test   every check and every test
# make run    opens the window on this user's own data
# make test-all  the county's tests on both databases, every one
# make check  style, types and layers only
# make acceptance  the thirty checks of a worker's day, as a table
# make screens     the pictures of every page, for docs/screens and the manual
# make faults  the fault suite with many seeds, on both databases, as a table
# make soak    the faults of a vault with 5,000 kills and a seed of its own, as a table
# make bench  the measurements
# make installer       the bundle, the .deb, Setup.exe and the MSI, in build/installer/out
# make installer-test  tries them: in a clean root, under Wine, offline, as anybody
# make fuzz   a long run of the fuzzer over the server's description
.PHONY: demo test test-all run check acceptance screens bench fuzz faults soak installer installer-test

# Chinese output, whatever the locale of the machine.
export PYTHONUTF8 = 1
BIN = .venv/bin

demo:
	@scripts/setup.sh demo
	rm -rf build/demo
	$(BIN)/gridapp demo --data build/demo

run:
	@scripts/setup.sh demo
	$(BIN)/gridapp

check:
	@scripts/setup.sh test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-logo

# A screen is there for the tests that open real windows; the others draw offscreen.
# The checks run beside them. Three workers on two cores: much of a window's test waits.
# tests/conftest.py says in which order. What hangs fails: a test by itself, with every
# thread's stack, and the whole as well.
# No worker is replaced, for then pytest-xdist can wait for tests that it gave to nobody.
ONE_TEST = -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true \
	--max-worker-restart 0
MOST = 40m
BOUND = timeout --foreground -k 1m

test:
	@scripts/setup.sh test
	@$(BOUND) $(MOST) $(MAKE) --no-print-directory check & checks=$$!; \
	TMPDIR=$$(scripts/test_disk.sh) QT_QPA_PLATFORM=offscreen \
		$(BOUND) -s INT $(MOST) xvfb-run -a -s "-screen 0 1366x768x24" \
		$(BOUND) -s INT $(MOST) $(BIN)/pytest -n 3 --dist loadgroup --no-loadscope-reorder \
		$(ONE_TEST); \
	suite=$$?; wait $$checks && exit $$suite

# The county's tests on both databases, every one.
test-all:
	@scripts/setup.sh test
	GRIDAPP_EVERYTHING=1 $(MAKE) --no-print-directory test MOST=2h

acceptance:
	@scripts/setup.sh test
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest -q -n 2 --dist loadgroup tests/acceptance

# What the manual shows stands beside its words as well.
PICTURES = import today buildings residents household visit call visits patrols issues issue \
	disputes dispute sync settings recycle fill

screens:
	@scripts/setup.sh demo
	rm -rf build/screens
	$(BIN)/gridapp demo --data build/screens --screens
	rm -f docs/screens/*.png
	cp build/screens/screens/*.png docs/screens
	mkdir -p resources/manual/pictures
	for name in $(PICTURES); do cp docs/screens/$$name.png resources/manual/pictures; done

# More seeds: make faults SEEDS=100; the table is left in build/faults.md.
SEEDS ?= 10

faults:
	@scripts/setup.sh test
	GRIDAPP_FAULT_SEEDS=$(SEEDS) QT_QPA_PLATFORM=offscreen $(BIN)/pytest -q -n 2 --dist loadgroup tests/faults

# Longer: make soak KILLS=50000; a run again: GRIDAPP_SOAK_SEED=… make soak.
KILLS ?= 5000

soak:
	@scripts/setup.sh test
	TMPDIR=$$(scripts/test_disk.sh) GRIDAPP_SOAK=$(KILLS) QT_QPA_PLATFORM=offscreen \
		$(BIN)/pytest -q -n 2 --dist loadgroup tests/vault_faults

build/rivals: bench/rivals.txt
	$(BIN)/python -m pip install -q --upgrade --target $@ -r $<
	touch $@

POUCH = $(wildcard bench/peers/pouch/*)

build/pouch: $(POUCH)
	rm -rf $@ $@.new
	mkdir -p $@.new
	cp $(POUCH) $@.new
	cd $@.new && npm install --no-package-lock --no-audit --no-fund --loglevel=error
	mv $@.new $@
	touch $@

# Whatever the server's own description allows, 500 times each way for every path.
fuzz:
	@scripts/setup.sh test
	GRIDAPP_EXAMPLES=500 QT_QPA_PLATFORM=offscreen $(BIN)/pytest -q -s tests/county/test_description.py

# PouchDB only where npm is there; the table says when it is not.
bench:
	@scripts/setup.sh bench
	$(MAKE) --no-print-directory build/rivals
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory build/pouch; fi
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m bench

# Of what is committed; BUILD="--allow-dirty --release-key release.key.pub" for others.
BUILD ?=

installer:
	@scripts/setup.sh installer
	$(BIN)/python installer/build.py --measure $(BUILD)

installer-test:
	@scripts/setup.sh installer
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest -v -m installer -n 2 --dist loadgroup tests/installer

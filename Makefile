# rosterd: see README.md. `make help` lists the targets.
#
# MODE=debug|release|asan|tsan|cover chooses how everything is built; each mode has its own folder under
# build/, the programs at the top of the tree come from the last mode made.

MODE ?= release
ifeq ($(origin CC),default)
CC := gcc
endif
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
# V=1 shows the whole command lines
Q := $(if $(V),,@)
VERSION := 0.1.0
PREFIX ?= /usr/local

PACKAGES := gcc libc6-dev binutils libcurl4-openssl-dev libcjson-dev libsqlite3-dev libsodium-dev libinih-dev \
            uuid-dev libmicrohttpd-dev libcmocka-dev tzdata pkg-config libcairo2-dev libpango1.0-dev fonts-dejavu-core
HEADERS := curl/curl.h cjson/cJSON.h sqlite3.h sodium.h ini.h uuid/uuid.h microhttpd.h

WARN := -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
        -Wpointer-arith -Wundef -Wvla
CFLAGS_debug := -O0 -g3
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong
CFLAGS_asan := -O1 -g3 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_tsan := -O1 -g3 -fno-omit-frame-pointer -fsanitize=thread
CFLAGS_cover := -O0 -g3 --coverage
# cJSON's Debian header includes itself as <cjson/cJSON.h>; -I. makes includes carry their floor
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -I. -I$(B)/gen -DROSTERD_VERSION='"$(VERSION)"' $(WARN) $(CFLAGS_$(MODE)) $(CFLAGS)
LIBS := -lcurl -lcjson -lsqlite3 -lsodium -linih -luuid -lpthread -lm
# rosterd-chart's alone: the daemon draws nothing
CHART_CFLAGS = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags pangocairo 2>/dev/null))
CHART_LIBS = $(shell pkg-config --libs pangocairo) -lcjson -lm
SANDBOX_LIBS := -lmicrohttpd -lcjson -lsqlite3 -lpthread -lm

B := build/$(MODE)

# ---------------------------------------------------------------- sources, by floor
include sources.mk

OBJ = $(patsubst %.c,$(B)/%.o,$(1))
LIB_OBJ := $(call OBJ,$(STORE_SRC) $(SYNC_SRC) $(BOT_SRC)) $(B)/gen/schema_sql.o
TEST_BIN := $(patsubst tests/%.c,$(B)/tests/%,$(UNIT_TESTS) $(SCENARIO_TESTS) $(FUZZERS) $(E2E_TESTS))

.PHONY: all listed rosterd rosterd-sandbox rosterd-chart deps deps-check demo check check-asan check-tsan check-mem crash fuzz screens lint format cover bench install uninstall clean help
.PRECIOUS: $(B)/%.o

all: deps-check rosterd rosterd-chart rosterd-sandbox ## build ./rosterd, ./rosterd-chart and ./rosterd-sandbox

# The programs at the top of the tree are those of the mode last made, whatever their ages.
rosterd rosterd-chart rosterd-sandbox: %: $(B)/%
	@cmp -s $< $@ || { ln -f $< $@ 2>/dev/null || cp -f $< $@; }

$(B)/librosterd.a: $(LIB_OBJ)
	@rm -f $@.$$$$; ar rcs $@.$$$$ $^ && mv $@.$$$$ $@

$(B)/rosterd: $(B)/rosterd.o $(B)/librosterd.a
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/rosterd-chart: $(call OBJ,$(CHART_SRC) $(CHART_SRC_$(MODE))) $(B)/librosterd.a
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(CHART_LIBS)
$(call OBJ,$(CHART_SRC)): ALL_CFLAGS += $(CHART_CFLAGS)

$(B)/rosterd-sandbox: $(call OBJ,$(SANDBOX_SRC))
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(SANDBOX_LIBS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC    $<")
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Migrations are SQL files embedded as text.
MIGRATIONS := $(sort $(wildcard store/schema/*.up.sql))
$(B)/gen/schema_sql.c: $(MIGRATIONS) $(MIGRATIONS:.up.sql=.down.sql) store/schema/embed.sh
	@mkdir -p $(@D)
	sh store/schema/embed.sh $(MIGRATIONS) > $@.tmp && mv $@.tmp $@
$(B)/gen/schema_sql.o: $(B)/gen/schema_sql.c
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# A library, so that each test links only what it uses of it.
$(B)/libsupport.a: $(call OBJ,$(TEST_SUPPORT_SRC))
	@rm -f $@.$$$$; ar rcs $@.$$$$ $^ && mv $@.$$$$ $@

$(B)/tests/%: $(B)/tests/%.o $(B)/libsupport.a $(B)/librosterd.a
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

# It looks at what rosterd-chart has drawn.
$(B)/tests/unit/test_pictures.o: ALL_CFLAGS += $(CHART_CFLAGS)
$(B)/tests/unit/test_pictures: LIBS += $(CHART_LIBS)
$(B)/tests/unit/test_pictures: | $(B)/rosterd-chart

# A fuzzer without libFuzzer: its corpus is replayed.
$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o $(B)/librosterd.a
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

-include $(shell find $(B) -name '*.d' 2>/dev/null)

# ---------------------------------------------------------------- what a machine needs
deps: ## install the Debian packages that building and testing need
	@sh deploy/deps.sh $(PACKAGES)

deps-check:
	@for h in $(HEADERS); do \
	  echo "#include <stddef.h>\n#include <stdint.h>\n#include <$$h>" | $(CC) -E -x c - >/dev/null 2>&1 || { \
	    echo "make: <$$h> is missing. Run: make deps   (it installs: $(PACKAGES))" >&2; exit 1; }; done
	@pkg-config --exists pangocairo 2>/dev/null || { \
	  echo "make: pangocairo is missing. Run: make deps   (it installs: $(PACKAGES))" >&2; exit 1; }

# ---------------------------------------------------------------- use
demo: deps ## the main job against the sandbox: a chat with the bot in this terminal
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@sh tests/demo.sh

check: deps ## build everything and run all tests
	@$(MAKE) --no-print-directory -j$(JOBS) all tests
	@sh tests/run.sh $(B) $(TEST_BIN)

tests: listed $(TEST_BIN) $(B)/rosterd-chart

# A test that sources.mk does not name would never run, and nobody would miss it.
listed:
	@for f in $(wildcard tests/unit/test_*.c tests/e2e/test_*.c tests/fuzz/fuzz_*.c); do \
	  case " $(UNIT_TESTS) $(E2E_TESTS) $(FUZZERS) " in *" $$f "*) ;; \
	  *) echo "make: $$f is not named in sources.mk, so it would never run" >&2; exit 1 ;; esac; done

check-asan: deps ## the tests under the address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=asan all tests
	@sh tests/run.sh build/asan $(patsubst $(B)/%,build/asan/%,$(TEST_BIN))

check-tsan: deps ## the tests under the thread sanitizer
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=tsan all tests
	@sh tests/run.sh build/tsan $(patsubst $(B)/%,build/tsan/%,$(TEST_BIN))

fuzz: deps ## every parser against random input, FUZZ_SECONDS (30) each, with clang's libFuzzer
	@sh deploy/deps.sh clang-14 libclang-rt-14-dev
	@sh tests/fuzz/fuzz.sh $(STORE_SRC) $(SYNC_SRC) $(BOT_SRC)

crash: deps ## every scenario, killed before and after every commit and every call
	@$(MAKE) --no-print-directory -j$(JOBS) $(B)/tests/scenario/crash
	@ROSTERD_CRASH=all $(B)/tests/scenario/crash

check-mem: deps ## the unit tests and scenarios under valgrind
	@sh deploy/deps.sh valgrind
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=debug all tests
	@TEST_WRAP="valgrind -q --error-exitcode=9 --leak-check=full" TEST_SECONDS=1200 sh tests/run.sh build/debug \
	    $(patsubst tests/%.c,build/debug/tests/%,$(UNIT_TESTS) tests/scenario/scenarios.c)

screens: deps ## write docs/screens.*.md anew: every screen of the bot, in both languages
	@$(MAKE) --no-print-directory -j$(JOBS) all $(B)/tests/e2e/test_screens_ru $(B)/tests/e2e/test_screens_en
	@ROSTERD_SCREENS=write sh tests/run.sh $(B) $(B)/tests/e2e/test_screens_ru $(B)/tests/e2e/test_screens_en

lint: all ## format, layers, cycles, clang-tidy, cppcheck
	@OBJECTS=$(B) sh tests/lint/lint.sh $(STORE_SRC) $(SYNC_SRC) $(BOT_SRC) rosterd.c

format: ## put all sources into the house's format
	clang-format -i $(shell git ls-files '*.c' '*.h')

cover: deps ## line coverage of the tests, as a table
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=cover all tests
	@sh tests/run.sh build/cover $(patsubst $(B)/%,build/cover/%,$(TEST_BIN))
	@sh tests/cover.sh build/cover

bench: deps ## timings, as ratios against a yardstick of the same run
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@$(MAKE) --no-print-directory $(B)/tests/bench/bench
	@sh tests/bench/bench.sh $(B)/tests/bench/bench

install: all ## into PREFIX (/usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/rosterd
	install -m 755 rosterd rosterd-chart $(DESTDIR)$(PREFIX)/bin/
	install -d $(DESTDIR)$(PREFIX)/share/doc/rosterd/examples
	install -m 644 README.md config.example.ini $(DESTDIR)$(PREFIX)/share/doc/rosterd/
	install -m 644 deploy/examples/*.ini $(DESTDIR)$(PREFIX)/share/doc/rosterd/examples/

uninstall: ## take it away again
	rm -f $(DESTDIR)$(PREFIX)/bin/rosterd $(DESTDIR)$(PREFIX)/bin/rosterd-chart
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/rosterd

clean: ## forget everything built
	rm -rf build rosterd rosterd-chart rosterd-sandbox

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 14

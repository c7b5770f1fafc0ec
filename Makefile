# vaultsync: build, check, install. The programs land in bin/.
CC      ?= cc
CFLAGS  ?= -O3 -g
PREFIX  ?= /usr/local
BUILD   ?= build
BIN     ?= bin

INSTALL  = DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" BIN="$(BIN)" PROGRAMS="$(PROGRAMS)" packaging/install.sh
PROGRAMS := sb-fetch notion-fetch normalize plan apply report notion-setup doctor \
            health-server run approve sandbox

# What Debian hardens its programs with, as far as the compiler knows it. The
# checked functions of the C library need an optimizer, and would keep from a
# sanitizer what it is there to see. Mostly all are taken, so all are tried at once.
takes     = $(shell try() { $(CC) -Werror $$1 -x c -S -o - /dev/null >/dev/null 2>&1; }; \
              if try '$(1)'; then echo '$(1)'; else $(each_that_does); fi)
each_that_does = for f in $(1); do ! try "$$f" || echo "$$f"; done
FORTIFY  := $(if $(filter -fsanitize=%,$(CFLAGS)),,$(if $(filter-out -O0,$(filter -O%,$(CFLAGS))),\
              -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2))
# Where the files lie is no part of a program: two folders make the same bytes.
HARDENED := -fPIE -fstack-protector-strong $(call takes,-mbranch-protection=standard) \
            $(call takes,-fstack-clash-protection -fcf-protection -ffile-prefix-map=$(CURDIR)=. \
              -ffile-prefix-map=$(abspath $(BUILD))=build)
# What a linker lacks, such as that of macOS, is left out; asked once, by the first that
# links. If it can't be asked at all, nothing is left out.
links     = $(shell o=$$(mktemp) || { echo '$(1)'; exit; }; \
              try() { echo 'int main(void) { return 0; }' | $(CC) $(LDFLAGS) $$1 -x c -o $$o - >/dev/null 2>&1; }; \
              if try '$(1)' || ! try ''; then echo '$(1)'; else $(each_that_does); fi; rm -f $$o)
comma    := ,
LINKED    = $(eval LINKED := $$(call links,-pie -Wl$$(comma)--as-needed \
              -Wl$$(comma)-z$$(comma)relro$$(comma)-z$$(comma)now))$(LINKED)
# Tests are linked by lld where there is one, which takes half the time.
LLD       = $(eval LLD := $$(call links,-fuse-ld=lld))$(LLD)

CPPFLAGS_ALL = -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 -Ilib $(FORTIFY) $(CPPFLAGS)
CFLAGS_ALL   = -std=c17 -Wall -Wextra -Wshadow -Wvla -Wmissing-prototypes \
               -Wformat=2 -Werror $(HARDENED) $(CFLAGS)
LDFLAGS_ALL  = $(LINKED) $(LDFLAGS)

# What each program links besides the C library. The archive pulls in only the
# objects a program uses, so normalize, plan and report come without libcurl.
# The one with the most symbols first: at a start each is looked for in this order.
BASE_LIBS         = -lcrypto -lcjson -lutf8proc -lm
LIBS_sb-fetch     = -lcurl
LIBS_notion-fetch = -lcurl
LIBS_apply        = -lcurl
LIBS_notion-setup = -lcurl
LIBS_doctor       = -lcurl
LIBS_health-server = -lmicrohttpd -lpthread

# The floors, from the top down: a room includes what is below it, and the
# linker meets its needs in that order. tests/floors.sh holds them to it.
FLOORS    := supabase notion views runs settings sync net util
LIBS      := $(FLOORS:%=$(BUILD)/lib/%.a)
objects   = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard cmd/$(1)/*.c)))
# The linker of macOS has no --wrap.
UNITS     := $(patsubst %.c,$(BUILD)/%,$(filter-out $(if $(filter Darwin,$(shell uname)), \
               tests/unit/%_scenes_test.c),$(wildcard tests/unit/*_test.c tests/property/*_test.c)))
SEEDER    := $(BUILD)/tests/property/seed_world
SOURCES   := $(wildcard lib/*/*.[ch] cmd/*/*.[ch] sandbox/*.[ch] sandbox/*/*.[ch] \
               tests/unit/*.[ch] tests/property/*.[ch] \
               tests/fuzz/*.[ch] tests/analysis/*.h tests/mutation/*.c bench/*.c)

all: $(PROGRAMS:%=$(BIN)/%)

define floor_rule
$(BUILD)/lib/$(1).a: $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard lib/$(1)/*.c)))
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(AR) rcs $$@ $$^
endef
$(foreach f,$(FLOORS),$(eval $(call floor_rule,$(f))))

define program_rule
$(BIN)/$(1): $(call objects,$(1)) $(LIBS)
	@mkdir -p $(BIN)
	$$(CC) $$(CFLAGS_ALL) $$(LDFLAGS_ALL) -o $$@ $$^ $(BASE_LIBS) $$(LIBS_$(1))
endef
$(foreach p,$(filter-out sandbox,$(PROGRAMS)),$(eval $(call program_rule,$(p))))

# The sandbox stands apart: what it knows of the two services is its own, and the
# linker gives it nothing but lib/util.
$(BUILD)/sandbox/%.o: CPPFLAGS_ALL += -I.
$(BIN)/sandbox: $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard sandbox/*.c sandbox/*/*.c))) $(BUILD)/lib/util.a
	@mkdir -p $(BIN)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ -lmicrohttpd -lsqlite3 -lpthread $(BASE_LIBS)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# The page of the health server is part of the program: one file, in which a line
# "@name" stands for the file of that name.
$(BUILD)/page.html: $(sort $(wildcard cmd/health-server/page/*))
	@mkdir -p $(@D)
	cd cmd/health-server/page && awk '/^@/ { f = substr($$0, 2); while ((r = (getline l < f)) > 0) print l; \
		if (r < 0) exit 1; close(f); next } { print }' page.html >$(abspath $@)

$(BUILD)/page.inc: $(BUILD)/page.html
	{ od -An -v -tx1 $< | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'; echo 0; } >$@

$(BUILD)/cmd/health-server/page.o: $(BUILD)/page.inc
$(BUILD)/cmd/health-server/page.o: CPPFLAGS_ALL += -I$(BUILD)

# So is the SQL that doctor prints.
$(BUILD)/table.inc: cmd/doctor/table.sql
	@mkdir -p $(@D)
	{ od -An -v -tx1 $< | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'; echo 0; } >$@

$(BUILD)/cmd/doctor/table_sql.o: $(BUILD)/table.inc
$(BUILD)/cmd/doctor/table_sql.o: CPPFLAGS_ALL += -I$(BUILD)

# The version knows its commit. The file is touched only when that is another.
$(BUILD)/commit.h: FORCE
	@mkdir -p $(@D)
	@packaging/commit.sh --header >$@.$$PPID && \
		if cmp -s $@.$$PPID $@; then rm $@.$$PPID; else mv $@.$$PPID $@; fi
FORCE:

$(BUILD)/lib/util/version.o: $(BUILD)/commit.h
$(BUILD)/lib/util/version.o: CPPFLAGS_ALL += -include $(BUILD)/commit.h

# A unit test may look into a program, mostly plan: its objects, never its main().
$(BUILD)/tests/%: $(BUILD)/tests/%.o \
                  $(filter-out %/plan.o,$(call objects,plan)) $(LIBS)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(LLD) -o $@ $(filter %.o,$^) $(LIBS) -lcurl $(BASE_LIBS)

# What is not a test itself is linked to those beside it that need it.
$(filter $(BUILD)/tests/property/%,$(UNITS) $(SEEDER)): $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/property/sim*.c))
$(SEEDER): $(BUILD)/tests/property/seed_edits.o
$(BUILD)/tests/unit/plan_cases_test: $(BUILD)/tests/unit/plan_case.o
$(BUILD)/tests/unit/journal_test: $(BUILD)/cmd/apply/journal.o
$(BUILD)/tests/unit/forecast_test: $(BUILD)/cmd/apply/forecast.o
$(BUILD)/tests/unit/ops_test: $(patsubst %,$(BUILD)/cmd/apply/%.o,ops op_chain seen)
$(patsubst %,$(BUILD)/tests/unit/%_test,halves known): $(filter-out %/apply.o,$(call objects,apply))

# A whole program, with the services, the clock, the pauses and the terminal of a scene.
$(BUILD)/tests/unit/apply_scenes_test: $(call objects,apply)
$(BUILD)/tests/unit/plan_scenes_test: $(call objects,plan)
$(BUILD)/tests/unit/apply_scenes_test $(BUILD)/tests/unit/plan_scenes_test: \
        $(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/tests/unit/scenes.o $(LIBS)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(LLD) $(patsubst %,-Wl$(comma)--wrap=%,main http_exchange time_now \
	    time_monotonic time_with_sleep time_pause uuid_random isatty write) -o $@ $(filter %.o,$^) $(LIBS) -lcurl -lpthread $(BASE_LIBS)

# Those that are linked alike can be one program, each test under its own name: with
# sanitizers a compiler and its linker take longer to begin than most tests take to run.
ifdef TOGETHER
ALIKE := $(filter-out %_scenes_test,$(filter $(BUILD)/tests/unit/%,$(UNITS)))
$(ALIKE): $(BUILD)/tests/unit/together
	ln -f $(BUILD)/tests/unit/together $@
$(BUILD)/tests/unit/together: $(ALIKE:=.part.o) $(BUILD)/tests/unit/plan_case.o $(filter-out %/apply.o,$(call objects,apply))
%.part.o: %.o
	objcopy --redefine-sym main=$(*F)_main $< $@
$(BUILD)/together.inc: Makefile $(wildcard tests/unit)
	@mkdir -p $(@D)
	printf 'TEST(%s)\n' $(notdir $(ALIKE)) >$@
$(BUILD)/tests/unit/together.o: $(BUILD)/together.inc
$(BUILD)/tests/unit/together.o: CPPFLAGS_ALL += -I$(BUILD)
endif

check: all units
	bats -r tests

units: $(SEEDER) $(UNITS:=.run) fuzz-seeds
units-build: $(UNITS) $(SEEDER) fuzz-build

$(UNITS:=.run): %.run: %
	@$< $(if $(filter $(BUILD)/tests/property/%,$<),$(WORLDS))

# Beside a script by hand with the official clients; bench/bench.sh --help.
bench: all $(BUILD)/bench/cjson
	VAULTSYNC_BIN=$(abspath $(BIN)) YARDSTICK=$(abspath $(BUILD)/bench/cjson) \
	    bench/bench.sh $(BENCH)

$(BUILD)/bench/cjson: $(BUILD)/bench/cjson.o
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ -lcjson

# With sanitizers a property test takes ten times as long, and what it finds of a rule that
# is broken is found without them: a tenth of its worlds, another one each day.
asan: ASAN = build/asan-$(notdir $(firstword $(CC)))
asan: export WORLDS = 300 $(shell echo $$((($${SAMPLE_DAY:-$$(date +%s) / 86400} % 10) * 300 + 1)))
asan:
	$(MAKE) TOGETHER=$(shell command -v objcopy) BUILD=$(ASAN) BIN=$(ASAN)/bin LDFLAGS="$(LDFLAGS) $(LLD)" \
	    CFLAGS="-O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all" $(GOALS)
asan: GOALS = all units

# Every reader of what comes from outside, by clang's libFuzzer; and each seed once.
-include tests/fuzz/fuzz.mk

# Every order of two runs, two people and a kill, with each protection and without.
protocol:
	tests/protocol/protocol.sh

# Which lines the tests run, by folder: tests/coverage/coverage.sh --help.
coverage: $(BIN)/sandbox
	tests/coverage/coverage.sh $(COVERAGE)

# One thing in the deciding code broken at a time, until a test notices: an hour or two;
# tests/mutation.sh --help.
mutation:
	tests/mutation.sh $(MUTATION)

format:
	clang-format -i $(SOURCES)

lint:
	tests/floors.sh
	clang-format --dry-run -Werror $(SOURCES)
	shellcheck -x tests/floors.sh tests/mutation.sh tests/fuzz/*.sh tests/protocol/*.sh tests/scenes/*.sh scripts/*.sh scripts/vaultsync packaging/*.sh bench/*.sh doc/*.sh .ci/run

install: all
	$(INSTALL)

uninstall:
	$(INSTALL) --remove

# The package, and beside it what is in it (SPDX).
deb: all
	BIN=$(BIN) PROGRAMS="$(PROGRAMS)" packaging/deb.sh $(BUILD)

# Two builds of this commit in two folders, compared byte for byte; a few minutes.
reproducible:
	packaging/reproducible.sh

# What the fuzzers have learned and found stays (build/fuzz/kept); distclean removes it too.
clean:
	[ ! -d $(BUILD) ] || find $(BUILD) -mindepth 1 -maxdepth 1 ! -name fuzz -exec rm -rf {} +
	[ ! -d $(BUILD)/fuzz ] || find $(BUILD)/fuzz -mindepth 1 -maxdepth 1 ! -name kept -exec rm -rf {} +
	rm -rf $(BIN)

distclean: clean
	rm -rf $(BUILD)

.PHONY: all check units units-build $(UNITS:=.run) bench asan protocol format lint install uninstall deb reproducible coverage mutation clean distclean FORCE
.SECONDARY: $(UNITS:=.o) $(SEEDER).o
-include tests/analysis/analysis.mk
# Not those of other builds, which lie in this one's folder and may be being written.
-include $(shell find $(addprefix $(BUILD)/,lib cmd sandbox tests bench) -name '*.d' 2>/dev/null)

# The fuzzers. `make units` runs every seed of each once, on the compiler of that build;
# `make fuzz` lets clang's libFuzzer look for more.
#   make fuzz                        all, ten seconds each
#   make fuzz SECONDS=600 FUZZ=plan  one of them, for longer
FUZZERS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/*_fuzz.c))
SECONDS ?= 10
CLANG   ?= clang

# What they look into: the modules of some programs, never a main(), and what is in lib/.
# Some of the server's have the names of others. libFuzzer looks at all that is linked after
# each input, so what a harness doesn't call is left out.
fuzzed      = $(filter-out $(foreach p,$(1),%/$(p).o),$(foreach p,$(1),$(call objects,$(p))))
OF_SERVER  := $(filter %/server_fuzz %/hooks_fuzz %/runs_fuzz %/text_fuzz %/api_fuzz,$(FUZZERS))
OF_APPROVE := $(filter %/approve_fuzz,$(FUZZERS))
OF_PLAN    := $(filter %/plan_fuzz %/undo_fuzz %/apply_ops_fuzz %/normalize_fuzz %/state_fuzz %/idle_fuzz,$(FUZZERS))
# Under libFuzzer its main() calls a harness; else a plain one does.
FUZZ_BASE   = $(BUILD)/tests/fuzz/fuzz.o $(BUILD)/tests/fuzz/mutate.o \
              $(if $(findstring -fsanitize=fuzzer,$(CFLAGS)),,$(BUILD)/tests/fuzz/replay.o)

$(FUZZERS): $(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(FUZZ_BASE) $(LIBS)
	$(CC) $(subst fuzzer-no-link,fuzzer,$(CFLAGS_ALL)) $(LDFLAGS_ALL) $(LLD) $(FUZZ_LINK) -o $@ \
	    $(filter %.o,$^) $(LIBS) -lcurl -lmicrohttpd -lpthread $(BASE_LIBS)
$(OF_SERVER): $(call fuzzed,health-server)
$(OF_APPROVE): $(call fuzzed,approve)
$(OF_PLAN): $(call fuzzed,plan apply normalize)

# A service that answers with what the fuzzer says, and scripts that aren't started.
$(BUILD)/tests/fuzz/notion_fuzz $(BUILD)/tests/fuzz/supabase_fuzz: $(BUILD)/tests/fuzz/service.o
$(BUILD)/tests/fuzz/notion_fuzz $(BUILD)/tests/fuzz/supabase_fuzz: FUZZ_LINK = -Wl,--wrap=http_exchange
$(BUILD)/tests/fuzz/server_fuzz: FUZZ_LINK = -Wl,--wrap=spawn_child

$(BUILD)/tests/fuzz/case_seeds: $(BUILD)/tests/fuzz/case_seeds.o $(BUILD)/tests/unit/plan_case.o \
                                $(call fuzzed,plan) $(LIBS)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(LLD) -o $@ $^ -lcurl $(BASE_LIBS)

# Every seed once: those from the fixtures, and those that were findings.
fuzz-seeds: $(FUZZERS:=.run)
$(FUZZERS:=.run): %.run: % | fuzz-seeds-made
	@[ ! -w /dev/shm ] || export TMPDIR=/dev/shm; \
	s=$(@D)/seeds/$(<F); $< $$s 2>/dev/null || { $< -v $$s; exit 1; }

fuzz-seeds-made: $(BUILD)/tests/fuzz/case_seeds
	@tests/fuzz/seeds.sh $(BUILD)/tests/fuzz

# A million broken requests, a hundred at once, against a health server of its own.
flood: all
	BIN=$(abspath $(BIN)) tests/fuzz/http_flood.sh $(FLOOD)

# Streams are read in small steps there: those of the programs cost more than a whole input.
fuzz:
	$(MAKE) CC=$(CLANG) BUILD=build/fuzz CPPFLAGS=-DSTREAM_READ_SIZE=4096 \
	    CFLAGS="-O1 -g1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" \
	    fuzz-build
	tests/fuzz/run.sh build/fuzz/tests/fuzz build/fuzz/kept $(SECONDS) $(FUZZ)

fuzz-build: $(FUZZERS) $(BUILD)/tests/fuzz/case_seeds

.PHONY: fuzz fuzz-build fuzz-seeds fuzz-seeds-made flood $(FUZZERS:=.run)
.SECONDARY: $(FUZZERS:=.o)

# What the tools find that read the code: `make -j2 analyze`, or one of them, such as
# `make analyze-tidy`; one file is `make build/analysis/cmd/plan/decide.tidy`. A file is
# read again only when it, or a header that it includes, has changed. A finding that is
# none has its reason beside the line; a check that fits nowhere has it in .clang-tidy, in
# .shellcheckrc, or here. The tools are those of Debian 12 or newer:
#   apt-get install gcc clang-tidy cppcheck shellcheck
ANALYSIS   := $(BUILD)/analysis
ANALYZER   ?= gcc
CLANG_TIDY ?= clang-tidy
ANALYZED   := $(wildcard lib/*/*.c cmd/*/*.c sandbox/*.c sandbox/*/*.c)
# What `make lint` doesn't look at. Each of these files shares functions and variables
# with those that it loads, or that load it: it would seem to set what nobody reads
# (SC2034), read what nobody sets (SC2154), and pass no arguments (SC2120). In the tests
# some files are called as a command is (SC2238).
TEST_SHELL := $(filter-out tests/floors.sh,$(wildcard tests/*.sh tests/*/*.sh tests/*.bash tests/*/*.bash))
TEST_BATS  := $(wildcard tests/*/*.bats)

analyze: analyze-gcc analyze-tidy analyze-cppcheck analyze-shell
analyze-gcc: $(ANALYZED:%.c=$(ANALYSIS)/%.gcc)
analyze-tidy: $(ANALYZED:%.c=$(ANALYSIS)/%.tidy)
analyze-cppcheck: $(ANALYZED:%.c=$(ANALYSIS)/%.cppcheck)
analyze-shell: $(TEST_SHELL:%=$(ANALYSIS)/%.shell) $(TEST_BATS:%=$(ANALYSIS)/%.shell)

ANALYSIS_FLAGS = -D_POSIX_C_SOURCE=200809L -Ilib -I. -I$(BUILD) $(CONTRACTS)
CONTRACTS      = -include tests/analysis/contracts.h
# This is where they are kept.
$(ANALYSIS)/lib/util/error.%: CONTRACTS =
# Two files include what the build makes.
$(ANALYSIS)/cmd/health-server/page.gcc $(ANALYSIS)/cmd/health-server/page.tidy: $(BUILD)/page.inc
$(ANALYSIS)/cmd/doctor/table_sql.gcc $(ANALYSIS)/cmd/doctor/table_sql.tidy: $(BUILD)/table.inc

# The analyzer says something only of code that an optimizer has not torn apart much.
$(ANALYSIS)/%.gcc: %.c
	@mkdir -p $(@D)
	$(ANALYZER) -fanalyzer -Werror -std=c17 -O2 $(ANALYSIS_FLAGS) -MMD -MP -MF $@.d -MT $@ -c -o $@ $<

# The other two list no headers.
$(ANALYSIS)/%.tidy: %.c .clang-tidy
	@mkdir -p $(@D)
	@$(ANALYZER) -std=c17 $(ANALYSIS_FLAGS) -MM -MP -MF $@.d -MT $@ $<
	$(CLANG_TIDY) --quiet $< -- -std=c17 $(ANALYSIS_FLAGS)
	@touch $@

$(ANALYSIS)/%.cppcheck: %.c
	@mkdir -p $(@D)
	@$(ANALYZER) -std=c17 $(ANALYSIS_FLAGS) -MM -MG -MP -MF $@.d -MT $@ $<
	cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr \
	    --error-exitcode=1 -D_POSIX_C_SOURCE=200809L -Ilib -I. $<
	@touch $@

# Of a .bats file, what is an error, or a `!` whose failure bats doesn't see (SC2314).
$(ANALYSIS)/%.bats.shell: %.bats .shellcheckrc
	@mkdir -p $(@D)
	shellcheck -S warning -e SC2034,SC2154,SC2120,SC2238 $<
	shellcheck -i SC2314,SC2315 $<
	@touch $@

$(ANALYSIS)/%.shell: % .shellcheckrc
	@mkdir -p $(@D)
	shellcheck -S warning -e SC2034,SC2154,SC2120,SC2238 $<
	@touch $@

.PHONY: analyze analyze-gcc analyze-tidy analyze-cppcheck analyze-shell

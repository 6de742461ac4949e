# SPDX-License-Identifier: Apache-2.0
# bpfcast. 'make help' lists the targets; V=1 shows the commands; SAN=1 builds with ASan and UBSan;
# CLANG=clang-19 chooses the compiler of the BPF programs.

VERSION  := $(shell cat VERSION)
CLANG    ?= clang
BPFTOOL  ?= $(shell command -v bpftool || echo /usr/sbin/bpftool)
BUILD    ?= build
PREFIX   ?= /usr/local
DESTDIR  ?=

ifeq ($(V),)
Q    := @
say   = @printf '  %-8s %s\n' $(1) $(2)
else
say   = @:
endif

WARN      := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
CFLAGS    ?= -O2 -g
CPPFLAGS  += -I. -Iinclude -I$(BUILD)/gen -D_GNU_SOURCE -DMC_VERSION='"$(VERSION)"'
MC_CFLAGS := -std=gnu11 $(WARN) -MMD -MP $(CFLAGS)
LDLIBS    += -lbpf -lelf -lz -lmnl -ljansson
ifneq ($(SAN),)
override BUILD := $(BUILD)-san
MC_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS   += -fsanitize=address,undefined
endif

MULTIARCH  := $(shell $(CC) -print-multiarch 2>/dev/null)
BPF_CFLAGS := -O2 -g -target bpf -mcpu=v3 -std=gnu11 -Wall -Wextra -Werror -Wno-unused-function -Wno-unused-parameter \
	-Wno-unknown-warning-option -I. -Iinclude -isystem /usr/include/$(MULTIARCH) -MMD -MP

BPF_SRC  := $(wildcard bpf/*.bpf.c)
LIB_SRC  := $(wildcard maps/*.c loader/*.c)
CLI_SRC  := $(wildcard cli/*.c)
AGENT_SRC := $(wildcard agent/*.c)
UNIT_SRC := $(wildcard tests/unit/*_test.c)
PROG_SRC := $(wildcard tests/prog/*_test.c)
KIT_SRC  := $(wildcard tests/kit/*.c)
TOOL_SRC := $(wildcard tests/tools/*.c)
RIVAL_SRC := $(wildcard tests/bench/*.bpf.c)
FUZZ_SRC := $(wildcard tests/fuzz/*_fuzz.c)
FUZZ_LIB_SRC := $(addprefix tests/fuzz/,fuzz.c membership.c mutate.c reading.c) maps/log.c maps/text.c \
	maps/underlay_group.c \
	$(addprefix cli/,arg_address.c args.c array.c cli.c verb.c word.c)

BPF_OBJ  := $(BPF_SRC:%.bpf.c=$(BUILD)/%.bpf.o)
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ  := $(CLI_SRC:%.c=$(BUILD)/%.o)
AGENT_OBJ := $(AGENT_SRC:%.c=$(BUILD)/%.o)
KIT_OBJ  := $(KIT_SRC:%.c=$(BUILD)/%.o)
UNIT_EXE := $(UNIT_SRC:%.c=$(BUILD)/%)
PROG_EXE := $(PROG_SRC:%.c=$(BUILD)/%)
TOOL_EXE := $(TOOL_SRC:%.c=$(BUILD)/%)
RIVAL_OBJ := $(RIVAL_SRC:%.bpf.c=$(BUILD)/%.bpf.o)
FUZZ_EXE := $(FUZZ_SRC:%.c=$(BUILD)/%)
DECODE   := $(BUILD)/tests/fuzz/decode
SKELETON := $(BUILD)/gen/bpfcast.skel.h
LIB      := $(BUILD)/libbpfcast.a
AGENT_LIB := $(BUILD)/libagent.a
BPFCAST  := $(BUILD)/bpfcast
BPFCASTD := $(BUILD)/bpfcastd
AGENT_LDLIBS := -lsystemd -lcap-ng -lmicrohttpd

.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

.PHONY: all
all: $(BPFCAST) $(BPFCASTD) $(TOOL_EXE) ## build bpfcast, bpfcastd and the tools of the tests

$(BPF_OBJ) $(RIVAL_OBJ): $(BUILD)/%.bpf.o: %.bpf.c | $(BUILD)/probe
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@

# bpftool's linker makes one object of the attach points' files, so that they share their tables.
$(BUILD)/bpfcast.bpf.o: $(BPF_OBJ)
	$(call say,BPFLINK,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(SKELETON): $(BUILD)/bpfcast.bpf.o
	$(call say,SKEL,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name bpfcast > $@

$(LIB_OBJ): | $(SKELETON)

$(BUILD)/%.o: %.c VERSION | $(BUILD)/probe
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(MC_CFLAGS) -c $< -o $@

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# Without main(), for the unit tests.
$(AGENT_LIB): $(filter-out %/main.o,$(AGENT_OBJ))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BPFCAST): $(CLI_OBJ) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) -lcurl -o $@

$(BPFCASTD): $(BUILD)/agent/main.o $(AGENT_LIB) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) $(AGENT_LDLIBS) -o $@

$(BUILD)/tests/tools/%: $(BUILD)/tests/tools/%.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) -lpthread -o $@

$(BUILD)/tests/%_test: $(BUILD)/tests/%_test.o $(KIT_OBJ) $(AGENT_LIB) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) $(AGENT_LDLIBS) -lcmocka -o $@

$(PROG_EXE:%=%.o): | $(SKELETON)
$(KIT_OBJ): | $(SKELETON)

# For cost_test the programs are compiled with calls counted, and the kit with their skeleton.
COST      := $(BUILD)/cost
COST_BPF  := $(BPF_SRC:%.bpf.c=$(COST)/%.bpf.o)
COST_TEST := $(BUILD)/tests/prog/cost_test

$(COST)/bpf/%.bpf.o: bpf/%.bpf.c | $(BUILD)/probe
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -include tests/prog/cost.bpf.h -c $< -o $@

$(COST)/bpfcast.bpf.o: $(COST_BPF)
	$(call say,BPFLINK,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(COST)/gen/bpfcast.skel.h: $(COST)/bpfcast.bpf.o
	$(call say,SKEL,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name bpfcast > $@

$(COST)/%.o: %.c $(COST)/gen/bpfcast.skel.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -I$(COST)/gen $(CPPFLAGS) $(MC_CFLAGS) -c $< -o $@

$(COST_TEST): $(COST)/tests/prog/cost_test.o $(KIT_SRC:%.c=$(COST)/%.o) $(LIB)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@

# Each tool and library is probed by use; what is missing is named by its Debian package.
$(BUILD)/probe: scripts/probe
	$(Q)mkdir -p $(@D)
	$(Q)CC='$(CC)' CLANG='$(CLANG)' BPFTOOL='$(BPFTOOL)' scripts/probe
	$(Q)touch $@

.PHONY: deps
deps: ## install what is missing through apt (needs root)
	$(Q)CLANG='$(CLANG)' scripts/install-deps

.PHONY: demo
demo: deps ## three nodes, real applications, one minute (needs root)
	$(Q)$(MAKE) --no-print-directory all
	$(Q)BUILD='$(BUILD)' scripts/demo

.PHONY: test
test: deps ## unit, prog, fuzz, netns and vm tests (needs root)
	$(Q)$(MAKE) --no-print-directory test-build fuzz-build
	$(Q)BUILD='$(BUILD)' tests/run unit prog fuzz netns vm

.PHONY: test-build
test-build: all $(UNIT_EXE) $(PROG_EXE) ## build the tests, run none

.PHONY: unit
unit: $(UNIT_EXE) ## unit tests alone (no root)
	$(Q)BUILD='$(BUILD)' tests/run unit

.PHONY: prog netns vm
prog netns vm: test-build ## one suite alone (needs root)
	$(Q)BUILD='$(BUILD)' tests/run $@

# libFuzzer, ASan and UBSan are clang's: what the targets run of ours is compiled by it, apart.
FUZZ_SECONDS ?= 60
FUZZ_RUNS    ?= 100000
FUZZ_CFLAGS  := -std=gnu11 $(WARN) -MMD -MP -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all

$(BUILD)/fuzz/probe: scripts/probe
	$(Q)mkdir -p $(@D)
	$(Q)CLANG='$(CLANG)' scripts/probe fuzz
	$(Q)touch $@

$(BUILD)/fuzz/%.o: %.c VERSION | $(BUILD)/fuzz/probe
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link,address,undefined -c $< -o $@

$(BUILD)/fuzz/fuzz.a: $(FUZZ_LIB_SRC:%.c=$(BUILD)/fuzz/%.o)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/tests/fuzz/%_fuzz: $(BUILD)/fuzz/tests/fuzz/%_fuzz.o $(BUILD)/fuzz/fuzz.a
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -fsanitize=fuzzer,address,undefined $^ -ljansson -o $@

$(DECODE): $(BUILD)/tests/fuzz/decode.o $(BUILD)/tests/fuzz/reading.o $(BUILD)/maps/text.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -ljansson -o $@

.PHONY: fuzz-build
fuzz-build: $(FUZZ_EXE) $(DECODE) ## build the fuzz targets, run none

.PHONY: fuzz
fuzz: fuzz-build ## fuzz each parser for FUZZ_SECONDS (60)
	$(Q)BUILD='$(BUILD)' tests/fuzz/run -s $(FUZZ_SECONDS)

.PHONY: fuzz-smoke
fuzz-smoke: fuzz-build ## ... for FUZZ_RUNS (100000) executions, and compare our decoding with tshark's
	$(Q)BUILD='$(BUILD)' FUZZ_RUNS='$(FUZZ_RUNS)' tests/run fuzz

.PHONY: check
check: ## style and static checks: the rules of CONTRIBUTING.md
	$(Q)$(MAKE) -s --no-print-directory $(SKELETON)
	$(Q)CPPFLAGS='$(CPPFLAGS)' BUILD='$(BUILD)' scripts/check

.PHONY: bench
bench: ## figures beside the rivals': QUICK=1 in two minutes, BENCH='local remote', README=1 (needs root)
	$(Q)CLANG='$(CLANG)' scripts/install-deps build bench
	$(Q)$(MAKE) --no-print-directory all bench-build
	$(Q)BUILD='$(BUILD)' scripts/bench $(BENCH)

.PHONY: bench-build
bench-build: $(RIVAL_OBJ) ## build the rivals' programs, measure nothing

.PHONY: install
install: all ## install under DESTDIR and PREFIX
	install -D -m 755 $(BPFCAST) $(DESTDIR)$(PREFIX)/sbin/bpfcast
	install -D -m 755 $(BPFCASTD) $(DESTDIR)$(PREFIX)/sbin/bpfcastd
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 docs/*.8
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/include/bpfcast include/bpfcast/abi.h \
		include/bpfcast/addr.h include/bpfcast/event.h include/bpfcast/reason.h
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/bpfcast docs/bpfcast.schema.json docs/openapi.json \
		packaging/bpfcast.json packaging/bpfcast.rules.yml packaging/grafana-dashboard.json
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	for unit in bpfcast@ bpfcastd@; do \
		sed 's|/usr/sbin|$(PREFIX)/sbin|' packaging/$$unit.service \
			>$(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit.service || exit 1; \
	done

compile_commands.json: ## for editors and clang-tidy
	$(Q)bear -- $(MAKE) -B test-build

.PHONY: clean
clean: ## remove what was built
	rm -rf build build-* compile_commands.json

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z.][a-z_. -]*:.*## / { printf "  %-24s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

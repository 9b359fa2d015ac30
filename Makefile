# The Makefile of moongrad. Its commands:
#
#   make            build build/moongrad and build/lib/moongrad/core.so
#   make run        build, run scripts/xor.lua, then open the prompt
#   make test       run every test under the sanitisers: engine (C), modules (Lua), prompt (pty), scripts;
#                   ONLY=word runs those whose file name holds the word
#   make lint       check the sources with the compiler, luacheck and clang-format
#   make format     reformat the C sources with clang-format
#   make bench      time the workloads of moongrad and of the peers that are installed; W=1,4 some of them
#   make growth     measure how time and memory grow with rows, width and depth
#   make coverage   count the lines of src/engine that its own tests run
#   make faults     test with failing allocations: one in three of those of every kind of call, and of programs
#   make threads-test  run two Lua states at once, and mg.threads(1..4), under the thread sanitiser
#   make arm64-test run the engine's tests on an emulated arm64 processor
#   make valgrind   run the engine's tests and a Lua script under valgrind; prints nothing when all is well
#   make install    install; PREFIX=/usr/local DESTDIR=; make uninstall removes it
#   make clean      delete the build directory
#
# V=1 shows the commands that are run.
#
# The flags below enforce that dependencies have one direction: only binding, shell and parts see the headers of
# Lua, only the shell those of Readline.

VERSION := $(shell sed -n 's/^return "\(.*\)"$$/\1/p' lua/moongrad/version.lua)

BUILD  ?= build
PREFIX ?= /usr/local
LUADIR ?= $(PREFIX)/share/lua/5.4
LIBDIR ?= $(PREFIX)/lib/lua/5.4
PYTHON ?= /usr/bin/python3
LUA    ?= lua5.4

CFLAGS ?= -O3 -g
WARN   := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
          -Wpointer-arith -Wwrite-strings -Wvla -Werror
# The compiler must neither contract nor reassociate operations, so that results have the same bits everywhere.
HOUSE  := -std=c11 $(WARN) -fPIC -fvisibility=hidden -fno-math-errno -fno-trapping-math -ffp-contract=off

LUA_CFLAGS := $(shell pkg-config --cflags lua5.4 2>/dev/null || echo -I/usr/include/lua5.4)
# The static library of Lua if there is one: the program is then one file, and no slower than stock lua5.4.
LUA_LIBS := $(if $(findstring /,$(shell $(CC) -print-file-name=liblua5.4.a)),-l:liblua5.4.a,-llua5.4)

# Paths that are compiled into the program, by which it finds its Lua files in the build tree or the installation.
within = $(patsubst $(abspath $(1))/%,%,$(abspath $(2)))
TREE   := $(call within,$(CURDIR),$(BUILD))
PLACES  = -DMG_LIBDIR='"$(LIBDIR)"' -DMG_LIBSHARE='"$(call within,$(PREFIX),$(LIBDIR))"' -DMG_BUILD='"$(TREE)"' -DMG_LUADIR='"$(LUADIR)"' -DMG_SHARE='"$(call within,$(PREFIX),$(LUADIR))"'

SAY = $(if $(V),,@echo '  $@';)

# How each part is compiled. When a line changes, its part is recompiled.
engine_CC  = $(CC) $(CPPFLAGS) $(CFLAGS) $(HOUSE)
binding_CC = $(engine_CC) $(LUA_CFLAGS) -I$(BUILD)/gen
files_CC   = $(engine_CC)
parts_CC   = $(engine_CC) $(LUA_CFLAGS) -DMG_VERSION='"$(VERSION)"'
shell_CC   = $(engine_CC) $(LUA_CFLAGS) -D_DEFAULT_SOURCE -DMG_VERSION='"$(VERSION)"' $(PLACES)
test_CC    = $(engine_CC) -Isrc/engine

# Kernel files are compiled for each precision and instruction set; the program chooses at run time.
KERNELS := $(patsubst src/engine/kernels/%.c,%,$(sort $(wildcard src/engine/kernels/*.c)))
SETS    := base $(if $(findstring x86_64,$(shell $(CC) -dumpmachine)),avx2 avx512)
base_FLAGS   :=
avx2_FLAGS   := -mavx2 -mfma
avx512_FLAGS := -mavx512f -mavx512dq -mavx512vl -mfma
double_FLAGS :=
single_FLAGS := -DMG_IS_SINGLE

objects = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(sort $(wildcard src/$(1)/*.c)))
VARIANTS := $(foreach t,double single,$(foreach s,$(SETS),$(t)_$(s)))
ENGINE   := $(call objects,engine) \
            $(foreach v,$(VARIANTS),$(KERNELS:%=$(BUILD)/obj/engine/$(v)/%.o))
FILES   := $(call objects,files)
BINDING := $(call objects,binding) $(FILES)
SHELL_O := $(call objects,shell)
TESTS   := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/engine/test_*.c)))

# Parts that link a library of their own, loaded when first used; those whose library is here. A new one: a line in each.
gzip_HEADER := zlib.h
gzip_LIBS   := -lz
zip_HEADER  := zip.h
zip_LIBS    := -lzip
mat_HEADER  := matio.h
mat_LIBS    := -lmatio
json_HEADER := jansson.h
json_LIBS   := -ljansson
has = $(shell echo '\#include <$(1)>' | $(CC) $(CPPFLAGS) -E - >/dev/null 2>&1 && echo yes)
PARTS := $(foreach p,gzip json mat zip,$(if $(call has,$($(p)_HEADER)),$(BUILD)/lib/moongrad/parts/$(p).so))

all: $(BUILD)/moongrad module $(if $(filter /%,$(TREE)),$(BUILD)/lua)
module: $(BUILD)/lib/moongrad/core.so $(PARTS)
engine-tests: $(TESTS)
programs: $(BUILD)/moongrad-faults $(BUILD)/tests/threads/states

$(BUILD)/moongrad: $(SHELL_O) $(BINDING) $(ENGINE)
	$(SAY)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -Wl,-E $(LUA_LIBS) -lreadline -lm -pthread

$(BUILD)/lib/moongrad/core.so: $(BINDING) $(ENGINE)
	@mkdir -p $(@D)
	$(SAY)$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^ -lm -pthread

# A build directory outside the sources needs a link to the Lua files.
$(BUILD)/lua:
	$(SAY)ln -s '$(CURDIR)/lua' $@

$(BUILD)/obj/engine/%.o: src/engine/%.c $(BUILD)/obj/engine/flags
	$(SAY)$(engine_CC) -MMD -MP -c -o $@ $<

define variant
$(BUILD)/obj/engine/$(1)_$(2)/%.o: src/engine/kernels/%.c $(BUILD)/obj/engine/flags
	@mkdir -p $$(@D)
	$$(SAY)$$(engine_CC) -Isrc/engine -DMG_SUFFIX=$(1)_$(2) $$($(1)_FLAGS) $$($(2)_FLAGS) -Wno-psabi -MMD -MP -c -o $$@ $$<

endef
$(foreach t,double single,$(foreach s,$(SETS),$(eval $(call variant,$(t),$(s)))))

$(BUILD)/obj/binding/%.o: src/binding/%.c $(BUILD)/obj/binding/flags
	$(SAY)$(binding_CC) -MMD -MP -c -o $@ $<

$(BUILD)/obj/files/%.o: src/files/%.c $(BUILD)/obj/files/flags
	$(SAY)$(files_CC) -MMD -MP -c -o $@ $<

$(BUILD)/lib/moongrad/parts/%.so: src/parts/%.c $(BUILD)/obj/parts/flags
	@mkdir -p $(@D)
	$(SAY)$(parts_CC) $(LDFLAGS) -MMD -MF $(BUILD)/obj/parts/$*.d -MP -shared -o $@ $< $($*_LIBS)

$(BUILD)/obj/shell/%.o: src/shell/%.c $(BUILD)/obj/shell/flags
	$(SAY)$(shell_CC) -MMD -MP -c -o $@ $<

# The engine's tests are linked with the engine and nothing else.
$(BUILD)/tests/engine/%: tests/engine/%.c $(ENGINE) $(BUILD)/obj/test/flags
	@mkdir -p $(@D)
	$(SAY)$(test_CC) $(LDFLAGS) -MMD -MP -o $@ $< $(ENGINE) -lcmocka -lm -pthread

# For tests: the program with allocations that fail when a test wants it; Lua states in threads, without the shell.
$(BUILD)/moongrad-faults: tests/faults/faults.c $(SHELL_O) $(BINDING) $(ENGINE)
	$(SAY)$(binding_CC) -Wno-missing-prototypes $(LDFLAGS) -o $@ $^ -Wl,-E -Wl,--wrap=luaL_openlibs \
	  $(LUA_LIBS) -lreadline -lm -pthread

$(BUILD)/tests/threads/states: tests/threads/states.c $(BINDING) $(ENGINE)
	@mkdir -p $(@D)
	$(SAY)$(binding_CC) $(LDFLAGS) -o $@ $^ $(LUA_LIBS) -lm -ldl -pthread

$(BUILD)/obj/%/flags: FORCE
	@mkdir -p $(@D)
	@echo '$($*_CC)' | cmp -s - $@ || echo '$($*_CC)' > $@

# The help texts: a table made of the doc comments of the sources.
LUA_FILES := $(sort $(foreach depth,* */* */*/*,$(wildcard lua/moongrad/$(depth).lua)))
DATA_FILES := $(wildcard lua/moongrad/data/*.csv lua/moongrad/data/*.txt)
DOCUMENTED := $(sort $(wildcard src/binding/*.c) $(LUA_FILES))
$(BUILD)/obj/binding/docs.o: $(BUILD)/gen/docs.h
$(BUILD)/gen/docs.h: src/docs.awk $(DOCUMENTED)
	@mkdir -p $(@D)
	$(SAY)awk -f $^ > $@

-include $(wildcard $(BUILD)/obj/*/*.d $(BUILD)/obj/*/*/*.d $(BUILD)/tests/engine/*.d)

run: all
	@if [ -t 0 ]; then exec $(BUILD)/moongrad -i scripts/xor.lua; else exec $(BUILD)/moongrad scripts/xor.lua; fi

# The sanitisers need /proc: in a chroot without it the tests run without them.
SANITISE  := $(if $(wildcard /proc/self/maps),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all)
SANITISED := BUILD=$(BUILD)/asan CFLAGS='-O1 -g -fno-omit-frame-pointer $(SANITISE)'

test check: all
	@$(MAKE) --no-print-directory $(SANITISED) all engine-tests programs
	@BUILD='$(BUILD)' LUA='$(LUA)' PYTHON='$(PYTHON)' PREFIX='$(PREFIX)' ONLY='$(ONLY)' tests/run

faults:
	@MOONGRAD_FAULTS_EVERY=3 MOONGRAD_FAULTS_RUNS=150 $(MAKE) --no-print-directory test ONLY=tests/faults/

threads-test:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/tsan CFLAGS='-O1 -g -fsanitize=thread' \
	  $(addprefix $(BUILD)/tsan/tests/,threads/states engine/test_team)
	TSAN_OPTIONS=halt_on_error=1 $(BUILD)/tsan/tests/threads/states
	TSAN_OPTIONS=halt_on_error=1 $(BUILD)/tsan/tests/engine/test_team

# Without the sanitisers, which an emulated processor runs hundreds of times slower.
ARM64_CC   := aarch64-linux-gnu-gcc
ARM64_LIBS := /usr/lib/aarch64-linux-gnu
arm64-test:
	@command -v $(ARM64_CC) qemu-aarch64 >/dev/null && [ -e $(ARM64_LIBS)/libcmocka.so ] || { \
	  echo 'arm64-test needs gcc-aarch64-linux-gnu, qemu-user, libcmocka-dev:arm64; before apt-get update:' \
	    'dpkg --add-architecture arm64' >&2; exit 1; }
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/arm64 CC=$(ARM64_CC) CFLAGS='-O2 -g' LDFLAGS=-L$(ARM64_LIBS) \
	  engine-tests
	@for t in $(TESTS:$(BUILD)/%=$(BUILD)/arm64/%); do \
	  qemu-aarch64 $$t >$$t.log 2>&1 || { cat $$t.log; exit 1; }; echo "passed $$t"; done

C_FILES := $(wildcard src/*/*.[ch] src/*/*/*.[ch] tests/*/*.[ch] bench/*.c bench/peers/*.[ch])
lint: all
	luacheck -q lua scripts tests/lua tests/faults tests/threads tests/smoke.lua $(wildcard bench)
	clang-format --dry-run -Werror $(C_FILES)

format:
	clang-format -i $(C_FILES)

bench growth: all
	@$(MAKE) --no-print-directory -f bench/bench.mk BUILD='$(BUILD)' CC='$(CC)' LUA_CFLAGS='$(LUA_CFLAGS)' \
	  ENGINE='$(ENGINE)' LUA='$(LUA)' PYTHON='$(PYTHON)' $@

coverage:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage CFLAGS='-O0 -g --coverage -fprofile-update=atomic' engine-tests
	@find $(BUILD)/coverage -name '*.gcda' -delete
	@for t in $(TESTS:$(BUILD)/%=$(BUILD)/coverage/%); do $$t >$$t.log 2>&1 || { cat $$t.log; exit 1; }; done
	gcovr --root . --filter src/engine/ --fail-under-line 95 $(BUILD)/coverage

MEMCHECK := valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite
valgrind: all engine-tests
	@for t in $(TESTS); do $(MEMCHECK) $$t >$$t.log 2>&1 || { cat $$t.log; exit 1; }; done
	@$(MEMCHECK) $(BUILD)/moongrad tests/smoke.lua

bindir := $(DESTDIR)$(PREFIX)/bin
luadir := $(DESTDIR)$(LUADIR)/moongrad
libdir := $(DESTDIR)$(LIBDIR)/moongrad
pcdir  := $(DESTDIR)$(PREFIX)/lib/pkgconfig
mandir := $(DESTDIR)$(PREFIX)/share/man/man1
docdir := $(DESTDIR)$(PREFIX)/share/doc/moongrad
egdir  := $(DESTDIR)$(PREFIX)/share/moongrad

install: all install-module
	install -d $(bindir) $(pcdir) $(mandir) $(docdir) $(egdir)/scripts/lessons
	install $(BUILD)/moongrad $(bindir)
	install -m 644 scripts/*.lua $(egdir)/scripts
	install -m 644 scripts/lessons/*.lua $(egdir)/scripts/lessons
	install -m 644 README.md LICENSE $(docdir)
	sed 's|@VERSION@|$(VERSION)|' doc/moongrad.1 > $(mandir)/moongrad.1
	sed 's|@VERSION@|$(VERSION)|; s|@PREFIX@|$(PREFIX)|; s|@LUADIR@|$(LUADIR)|; s|@LIBDIR@|$(LIBDIR)|' \
	  moongrad.pc.in > $(pcdir)/moongrad.pc

# Installs what stock Lua needs for require "moongrad"; LuaRocks uses it, too.
install-module: module
	install -d $(libdir)
	for f in $(LUA_FILES) $(DATA_FILES); do install -D -m 644 $$f $(luadir)/$${f#lua/moongrad/} || exit; done
	install $(BUILD)/lib/moongrad/core.so $(libdir)
	for f in $(PARTS); do install -D $$f $(libdir)/parts/$${f##*/} || exit; done

uninstall:
	rm -rf $(luadir) $(libdir) $(docdir) $(egdir)
	rm -f $(bindir)/moongrad $(pcdir)/moongrad.pc $(mandir)/moongrad.1

clean:
	rm -rf $(BUILD)

FORCE:
.DELETE_ON_ERROR:
.PRECIOUS: $(BUILD)/obj/%/flags
.PHONY: all module engine-tests programs run test check faults threads-test arm64-test lint format bench growth \
        coverage valgrind install install-module uninstall clean FORCE

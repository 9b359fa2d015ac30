# moongrad: everything one can do with it.
#
#   make          build build/moongrad and build/lib/moongrad/core.so
#   make run      build, run scripts/xor.lua, then open the prompt
#   make test     every test, sanitised: engine (C), modules (Lua), prompt (pty), scripts
#   make lint     compiler, luacheck and formatting complaints
#   make bench    time the workloads
#   make coverage lines of src/engine that its own tests run
#   make format   settle the layout of the C sources
#   make install  PREFIX=/usr/local DESTDIR=
#   make clean
#
# Dependencies run one way and the flags below enforce it: Lua's reach only
# binding and shell, Readline's only shell.

BUILD  ?= build
PREFIX ?= /usr/local
CC     ?= cc
PYTHON ?= /usr/bin/python3

VERSION  := 0.1.0
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wwrite-strings -Wvla -Werror
# No contraction, no reassociation: an element's bits depend on its own terms alone.
CFLAGS   ?= -O3 -g
override CFLAGS += -std=c11 $(WARN) -fPIC -fno-math-errno -fno-trapping-math -ffp-contract=off $(SAN)
LUA      ?= lua5.4
LUA_CFLAGS := $(shell pkg-config --cflags lua5.4 2>/dev/null || echo -I/usr/include/lua5.4)
# The static library when there is one: one file to carry, and no slower than stock lua5.4.
LUA_LIBS := $(shell echo 'int main(void){return 0;}' > /tmp/.mg$$$$.c; \
              $(CC) /tmp/.mg$$$$.c -o /tmp/.mg$$$$ -l:liblua5.4.a -lm 2>/dev/null \
              && echo -l:liblua5.4.a || echo -llua5.4; rm -f /tmp/.mg$$$$ /tmp/.mg$$$$.c)
READLINE_LIBS := -lreadline

ENGINE  := $(patsubst src/%.c,$(BUILD)/obj/%.o,$(wildcard src/engine/*.c))
BINDING := $(patsubst src/%.c,$(BUILD)/obj/%.o,$(wildcard src/binding/*.c))
SHELL_O := $(patsubst src/%.c,$(BUILD)/obj/%.o,$(wildcard src/shell/*.c))

all: $(BUILD)/moongrad $(BUILD)/lib/moongrad/core.so

$(BUILD)/moongrad: $(SHELL_O) $(BINDING) $(ENGINE)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -Wl,-E $(LUA_LIBS) $(READLINE_LIBS) -lm -ldl

$(BUILD)/lib/moongrad/core.so: $(BINDING) $(ENGINE)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^ -lm -ldl

$(BUILD)/obj/engine/%.o: src/engine/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -c -o $@ $<

$(BUILD)/obj/binding/%.o: src/binding/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LUA_CFLAGS) -MMD -c -o $@ $<

$(BUILD)/obj/shell/%.o: src/shell/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LUA_CFLAGS) -D_DEFAULT_SOURCE -DMG_VERSION='"$(VERSION)"' -DMG_PREFIX='"$(PREFIX)"' -MMD -c -o $@ $<

-include $(wildcard $(BUILD)/obj/*/*.d)

clean:
	rm -rf $(BUILD)

.PHONY: all run test check lint format bench coverage clean install

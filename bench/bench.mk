# bench.mk - the rules of make bench and make growth, which call it.
#
# They compile into $(BUILD)/bench what the bench needs besides moongrad: a Lua module for
# processes and the clock, the program that measures the machine, the straight-line XOR loop,
# our products alone, and the peers in C whose libraries are
# installed.

here := $(BUILD)/bench
fann := $(if $(wildcard /usr/include/doublefann.h /usr/local/include/doublefann.h),$(here)/fann-double $(here)/fann-single)

# The peers use the engine's random numbers, which are NumPy's, and nothing else of the engine.
C_PEER = $(CC) -O3 -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Isrc/engine -o $@ $(filter %.c,$^)
common := bench/peers/peer.h src/engine/random.c

export BENCH := $(here)

SAY = $(if $(V),,@echo '  $@';)

bench: $(here)/process.so $(here)/machine $(here)/products $(here)/xor $(fann)
	@$(BUILD)/moongrad bench/run.lua

growth: $(here)/process.so
	@$(BUILD)/moongrad bench/growth.lua

$(here)/process.so: bench/process.c
	@mkdir -p $(@D)
	$(SAY)$(CC) -O2 -std=c11 -Wall -Wextra -fPIC -shared $(LUA_CFLAGS) -o $@ $<

$(here)/machine: bench/machine.c $(ENGINE)
	$(SAY)$(CC) -O3 -march=native -ffp-contract=fast -std=c11 -Wall -Wextra -Isrc/engine -o $@ $^ -lm -pthread

$(here)/products: bench/products.c bench/peers/peer.h $(ENGINE)
	$(SAY)$(CC) -O2 -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Isrc/engine -o $@ \
	  $(filter-out %.h,$^) -lm -pthread

$(here)/xor: bench/peers/xor.c $(common)
	$(SAY)$(C_PEER) -lm

$(here)/fann-double: bench/peers/fann.c $(common)
	$(SAY)$(C_PEER) -DFANN_HEADER='<doublefann.h>' -ldoublefann -lm

$(here)/fann-single: bench/peers/fann.c $(common)
	$(SAY)$(C_PEER) -DFANN_HEADER='<floatfann.h>' -lfloatfann -lm

.PHONY: bench growth
.DELETE_ON_ERROR:

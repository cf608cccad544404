# Host tests: tests/host/NAME_test.c, cmocka, ASan and UBSan. The kernel's own .c files are compiled
# unchanged for the host; tests/host/include/asm replaces the few headers with instructions in them,
# tests/host/stub/*.c the functions behind them. What a test links is what it needs: all goes into an archive.
HOST_CC := clang
HOST_FLAGS := -std=gnu11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	-Wall -Wextra -Werror -Wno-unused-parameter -DATLAS_HOST -Itests/host/include -Iinclude
# Files that the host can run. Owners add theirs.
HOST_SRC := efi/elf_check.c efi/config.c $(wildcard mm/*.c kernel/iomem/*.c tests/host/stub/*.c) \
	$(filter-out kernel/lib/string.c,$(wildcard kernel/lib/*.c))
HOST_TESTS := $(patsubst tests/host/%_test.c,%,$(wildcard tests/host/*_test.c))
HOST_OBJ = $(patsubst %.c,$(B)/host/%.o,$(HOST_SRC))

$(B)/host/%.o: %.c
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_FLAGS) $(DEPFLAGS) -c -o $@ $<

$(B)/host/libatlas.a: $(HOST_OBJ)
	rm -f $@ && ar rcs $@ $^

$(B)/host/%_test: $(B)/host/tests/host/%_test.o $(B)/host/libatlas.a
	$(HOST_CC) $(HOST_FLAGS) -o $@ $< $(B)/host/libatlas.a -lcmocka

host-tests: $(patsubst %,$(B)/host/%_test,$(HOST_TESTS)) ## host tests under ASan and UBSan
	@for t in $^; do echo "== $$t"; $$t || exit 1; done

# One of them: make host-test-e820
host-test-%: $(B)/host/%_test
	$<

.PHONY: host-tests
.PRECIOUS: $(B)/host/%.o

# Host tests: tests/host/NAME_test.c, cmocka, ASan and UBSan. The kernel's own .c files are compiled
# unchanged for the host; tests/host/include/asm replaces the few headers with instructions in them,
# tests/host/stub/*.c the functions behind them. What a test links is what it needs: all goes into an archive.
HOST_CC := clang
HOST_FLAGS := -std=gnu11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	-Wall -Wextra -Werror -Wno-unused-parameter -DATLAS_HOST -Itests/host/include -Iinclude
# Files that the host can run. Owners add theirs.
HOST_SRC := $(addprefix kernel/task/,fairq.c pidmap.c elf_program.c) efi/elf_check.c efi/config.c efi/record_text.c $(wildcard mm/*.c kernel/iomem/*.c tests/host/stub/*.c) \
	$(filter-out kernel/lib/string.c,$(wildcard kernel/lib/*.c)) \
	$(addprefix kernel/drivers/,smbios.c $(addprefix acpi/,acpi.c parse.c $(notdir $(wildcard kernel/drivers/acpi/aml*.c))) pci.c iommu.c $(addprefix usb/,$(filter-out init.c,$(notdir $(wildcard kernel/drivers/usb/*.c))))) kernel/fs/cpio.c kernel/tty/ldisc.c kernel/proc/seq_file.c kernel/drivers/keymap.c \
	$(addprefix kernel/console/,vt.c vt_csi.c vt_screen.c vt_history.c vt_colour.c fb.c fb_draw.c fb_font.c blocks.c) kernel/report/text.c $(B)/gen/fonts.c
HOST_SRC += $(addprefix kernel/report/,json.c json_memory.c account.c) tools/replay/smbios_text.c tools/html/json_check.c
$(B)/host/$(B)/gen/fonts.o: HOST_FLAGS += -Ikernel/console
$(B)/host/efi/%.o: HOST_FLAGS += -DREAL_LAYOUT
HOST_TESTS := $(patsubst tests/host/%_test.c,%,$(wildcard tests/host/*_test.c))
HOST_OBJ = $(patsubst %.c,$(B)/host/%.o,$(HOST_SRC))

$(B)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,HOST_CC)$(HOST_CC) $(HOST_FLAGS) $(DEPFLAGS) -c -o $@ $<

$(B)/host/libatlas.a: $(HOST_OBJ)
	$(call quiet,AR)rm -f $@ && ar rcs $@ $^

$(B)/host/%_test: $(B)/host/tests/host/%_test.o $(B)/host/libatlas.a
	$(call quiet,HOST_CC)$(HOST_CC) $(HOST_FLAGS) -o $@ $(filter %.o,$^) $(B)/host/libatlas.a -lcmocka
$(B)/host/xhci_test: $(B)/host/tests/host/xhci_model.o

host-tests: $(patsubst %,$(B)/host/%_test,$(HOST_TESTS)) ## host tests under ASan and UBSan
	@for t in $^; do echo "== $$t"; $$t || exit 1; done

# One of them: make host-test-e820
host-test-%: $(B)/host/%_test
	$<

.PHONY: host-tests
.PRECIOUS: $(B)/host/%.o

# The sources' own laws.
check-floors: $(B)/kernel.elf
	@tests/check/floors.py $(B)
check-style:
	@tests/check/style.py
check-docs:
	@tests/check/docs.py
check-headers:
	@tests/check/headers.sh $(CC) $(KCFLAGS)
check: host-tests check-floors check-style check-docs check-headers ## host tests, floors, style, docs, headers: seconds

# Everything. The programs of tests/ring3 are Linux programs: they run here and in the guest.
RING3_CC := musl-gcc
RING3_FLAGS := -std=gnu11 -O1 -static -no-pie -fno-pie -Wall -Wextra -Wno-unused-parameter -Wno-infinite-recursion -Werror
RING3 := $(patsubst tests/ring3/%.c,$(B)/ring3/%,$(wildcard tests/ring3/*.c))
$(B)/ring3/%: tests/ring3/%.c $(wildcard tests/ring3/*.h)
	@mkdir -p $(@D)
	$(call quiet,CC)$(RING3_CC) $(RING3_FLAGS) -o $@ $<
# Programs only for the guest.
GUEST_TESTS := $(patsubst tests/guest/%.c,$(B)/guest-tests/%,$(wildcard tests/guest/*.c))
$(B)/guest-tests/%: tests/guest/%.c $(wildcard tests/guest/*.h)
	@mkdir -p $(@D)
	$(call quiet,CC)$(RING3_CC) $(RING3_FLAGS) -o $@ $<
ring3-programs: $(RING3) $(GUEST_TESTS)

test-parts: all $(B)/host/replay $(B)/host/atlas-html loader-parts vmrun-parts ring3-programs $(patsubst %,$(B)/host/%_test,$(HOST_TESTS)) fuzz-parts
test: ## every test; last line "N passed, N failed"; T=PATTERN runs some (see tests/run --help)
	@tools/setup test
	@+$(MAKE) --no-print-directory test-parts
	@tests/run $(T)

# MMBENCH=FILE: a longer program with the same names.
bench: vmrun-parts ## what things cost, in instructions, with Linux 6.1 beside it (MMBENCH=FILE)
	@tests/bench/bench.py $(MMBENCH)

.PHONY: bench check check-docs check-floors check-style check-headers ring3-programs test-parts test

include tests/fuzz/fuzz.mk

# Fuzzing by libFuzzer with ASan and UBSan: tests/fuzz/NAME_fuzz.c. Seeds are made from the data of tests/ by
# seeds.py; tests/fuzz/corpus/NAME keeps inputs that once failed. `make fuzz F=NAME FUZZ_SECONDS=600` looks for
# more; an input that fails is left as build/fuzz/NAME-crash-*.
FUZZ_FLAGS := -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	-Wall -Wextra -Werror -Wno-unused-parameter -DATLAS_HOST -Itests/host/include -Iinclude -Itests/fuzz
comma := ,
FUZZ := memmap zones smbios acpi aml loader elf cpio vt usb
FUZZ_LIB := $(filter-out kernel/lib/string.c kernel/lib/ktest.c,$(wildcard kernel/lib/*.c))
FUZZ_SRC_memmap := $(wildcard kernel/iomem/*.c) mm/memblock.c
FUZZ_SRC_smbios := kernel/drivers/smbios.c
FUZZ_SRC_acpi := kernel/drivers/acpi/acpi.c kernel/drivers/acpi/parse.c
FUZZ_SRC_aml := $(wildcard kernel/drivers/acpi/aml*.c)
FUZZ_SRC_loader := efi/elf_check.c efi/config.c $(wildcard kernel/iomem/*.c)
FUZZ_SRC_usb := $(addprefix kernel/drivers/,usb/descriptor.c usb/hid.c iommu.c)
FUZZ_SRC_elf := kernel/task/elf_program.c
FUZZ_SRC_cpio := kernel/fs/cpio.c
FUZZ_SRC_vt := $(addprefix kernel/console/,vt.c vt_csi.c vt_screen.c vt_history.c vt_colour.c)
FUZZ_SECONDS := 30
F := $(FUZZ)
$(B)/fuzz/loader_fuzz: FUZZ_FLAGS += -DREAL_LAYOUT

.SECONDEXPANSION:
$(B)/fuzz/%_fuzz: tests/fuzz/%_fuzz.c tests/fuzz/check.h $$(FUZZ_SRC_$$*) $(FUZZ_LIB)
	@mkdir -p $(@D)
	$(call quiet,FUZZ)$(HOST_CC) $(FUZZ_FLAGS) -o $@ $(filter %.c,$^)

# Boots a machine for each input: the kernel's variables lie in sections of their own, so that they can be put back.
ZONES_KERNEL := $(patsubst %.c,$(B)/fuzz/zones_kernel/%.o,$(wildcard mm/*.c kernel/iomem/*.c) $(FUZZ_LIB))
$(B)/fuzz/zones_kernel/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,FUZZ)$(HOST_CC) $(subst fuzzer$(comma),fuzzer-no-link$(comma),$(FUZZ_FLAGS)) $(DEPFLAGS) -c -o $@ $<
	@objcopy --rename-section .bss=zones_bss,alloc,load,data,contents --rename-section .data=zones_data $@
$(B)/fuzz/zones_fuzz: tests/fuzz/zones_fuzz.c tests/fuzz/check.h $(ZONES_KERNEL) tools/replay/record.c tools/replay/smbios_text.c \
		kernel/drivers/smbios.c tests/host/stub/machine.c tests/host/machine.h
	$(call quiet,FUZZ)$(HOST_CC) $(FUZZ_FLAGS) -o $@ $(filter %.c %.o,$^)

$(B)/fuzz/seeds: tests/fuzz/seeds.py tests/host/aml/crs.h
	$< $@ && touch $@

fuzz-parts: $(patsubst %,$(B)/fuzz/%_fuzz,$(sort $(FUZZ) $(F))) $(B)/fuzz/seeds

fuzz: fuzz-parts ## fuzz the parsers of foreign data, FUZZ_SECONDS=30 each (F=NAME: one)
	@for n in $(F); do mkdir -p $(B)/fuzz/$$n tests/fuzz/corpus/$$n; \
		if $(B)/fuzz/$${n}_fuzz -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
			-artifact_prefix=$(B)/fuzz/$$n- $(B)/fuzz/$$n $(B)/fuzz/seeds/$$n tests/fuzz/corpus/$$n >$(B)/fuzz/$$n.log 2>&1; \
		then echo "ok fuzz_$$n $$(sed -n 's/stat::number_of_executed_units: */runs /p' $(B)/fuzz/$$n.log)"; \
		else tail -30 $(B)/fuzz/$$n.log; echo "not ok fuzz_$$n"; exit 1; fi; done

.PHONY: fuzz fuzz-parts

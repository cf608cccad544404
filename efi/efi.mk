# The loader: an ELF by our own linker script, flattened into a PE (efi/start.S). From kernel/lib come
# the pure files that it shares with the kernel.
EFI_SHARED := $(patsubst %,kernel/lib/%.c,string vsprintf kstrto errno crc32) $(patsubst %,kernel/drivers/%.c,smbios acpi/acpi acpi/parse)
EFI_SRC := $(sort $(wildcard efi/*.c efi/*.S)) $(EFI_SHARED)
EFI_OBJ := $(patsubst %,$(B)/efi/obj/%.o,$(EFI_SRC))
EFI_CFLAGS := -std=gnu11 -O2 -g $(WARN) -Iinclude -isystem /usr/include/efi -isystem /usr/include/efi/x86_64 -DGNU_EFI_USE_MS_ABI \
	-ffreestanding -fshort-wchar -fpie -fvisibility=hidden -mno-red-zone -mgeneral-regs-only -fcf-protection=none \
	-fno-stack-protector -fno-strict-aliasing -fwrapv -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections

$(B)/efi/obj/%.c.o: %.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(EFI_CFLAGS) $(DEPFLAGS) -c -o $@ $<

$(B)/efi/obj/%.S.o: %.S
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(EFI_CFLAGS) -D__ASSEMBLY__ $(DEPFLAGS) -c -o $@ $<

$(B)/efi/loader.elf: $(EFI_OBJ) efi/loader.lds
	$(call quiet,LD)$(LD) -pie --no-dynamic-linker -z text -z norelro -Bsymbolic --gc-sections --build-id=none -T efi/loader.lds -o $@ $(EFI_OBJ) /usr/lib/libgnuefi.a

$(B)/loader.efi: $(B)/efi/loader.elf
	$(call quiet,GEN)objcopy -O binary $< $@

# The smallest kernel that the loader takes, for its tests.
$(B)/efi/testkernel.elf: tests/testkernel/kernel.S tests/testkernel/kernel.lds include/asm/vmlayout.h $(B)/tools/seal
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) -Iinclude -D__ASSEMBLY__ -c -o $(B)/efi/testkernel.o $<
	$(call quiet,LD)$(LD) -z max-page-size=4096 -T tests/testkernel/kernel.lds -o $@ $(B)/efi/testkernel.o
	$(call quiet,GEN)$(B)/tools/seal $@

loader-parts: $(B)/loader.efi $(B)/efi/testkernel.elf $(B)/tools/mkgpt
loader-tests: loader-parts ## the loader's tests in QEMU+OVMF
	tests/run loader/

.PHONY: loader-parts loader-tests

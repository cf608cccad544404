# The kernel: every .c and .S below kernel/ and mm/. Sources of one folder see only include/ and
# their own internal.h (tests/floors checks who includes and calls whom).
KERNEL_SRC := $(sort $(wildcard kernel/*.c kernel/*/*.c kernel/*/*/*.c kernel/*/*.S mm/*.c tests/kernel/*.c))
KERNEL_SRC := $(filter-out %.lds.S kernel/x86/vdso/%,$(KERNEL_SRC))
# Generated C files below build/gen/ (the font); their owners add to this.
KERNEL_GEN := $(B)/gen/fonts.c $(B)/gen/config.c $(B)/gen/vdso_image.c
KERNEL_OBJ = $(patsubst %,$(B)/%.o,$(KERNEL_SRC)) $(patsubst %,%.o,$(KERNEL_GEN))
KCFLAGS := -std=gnu11 -O2 -g $(WARN) -Wno-override-init -Iinclude -nostdinc -isystem $(shell $(CC) -print-file-name=include) \
	-ffreestanding -fno-builtin-printf -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -mpreferred-stack-boundary=3 \
	-fno-pic -fno-pie -fcf-protection=none -fno-stack-protector -fno-strict-aliasing -fno-delete-null-pointer-checks \
	-fwrapv -fno-omit-frame-pointer -fno-asynchronous-unwind-tables -ffunction-sections $(KCONFIG)
KLDFLAGS := -m elf_x86_64 -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments --orphan-handling=error --build-id=none

$(B)/kernel/%.c.o: kernel/%.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(KCFLAGS) $(DEPFLAGS) -c -o $@ $<

$(B)/mm/%.c.o: mm/%.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(KCFLAGS) $(DEPFLAGS) -c -o $@ $<

$(B)/tests/kernel/%.c.o: tests/kernel/%.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(KCFLAGS) $(DEPFLAGS) -c -o $@ $<

$(B)/gen/%.c.o: $(B)/gen/%.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(KCFLAGS) $(DEPFLAGS) -c -o $@ $<

# The console's font: Terminus, from Debian's console-setup-linux (CONSOLE_FONTS: where it lies).
CONSOLE_FONTS := /usr/share/consolefonts
FONTS := $(patsubst %,$(B)/gen/%.psf,Uni2-Terminus12x6 Uni2-Terminus16 Uni2-Terminus20x10 \
	Uni2-Terminus24x12 Uni2-Terminus28x14 Uni2-Terminus32x16)
$(B)/gen/%.psf: $(CONSOLE_FONTS)/%.psf.gz
	@mkdir -p $(@D)
	gzip -dc $< > $@

$(B)/tools/psf2c: tools/psf2c.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -o $@ $<

$(B)/gen/config.c: kernel/proc/config.txt
	@mkdir -p $(@D)
	@{ echo '#include "config_gz.h"'; echo 'const unsigned char config_gz[] = {'; \
	gzip -9nc $< | od -An -v -tx1 | sed 's/ \(..\)/0x\1,/g'; \
	echo '};'; echo 'const unsigned long config_gz_size = sizeof(config_gz);'; } >$@
$(B)/gen/config.c.o: KCFLAGS += -Ikernel/proc
$(B)/gen/fonts.c: $(B)/tools/psf2c $(FONTS)
	$(call quiet,GEN)$(B)/tools/psf2c $(FONTS) > $@
$(B)/gen/fonts.c.o: KCFLAGS += -Ikernel/console

# The vDSO: ring-3 code, linked for itself, carried as bytes in whole pages.
VDSO_FLAGS := -std=gnu11 -O2 $(WARN) -Iinclude -nostdinc -isystem $(shell $(CC) -print-file-name=include) -ffreestanding -fpic \
	-fvisibility=default -fcf-protection=none -fno-stack-protector -mgeneral-regs-only -fasynchronous-unwind-tables
$(B)/vdso/vclock.o: kernel/x86/vdso/vclock.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(VDSO_FLAGS) $(DEPFLAGS) -c -o $@ $<
$(B)/vdso/vdso.so: kernel/x86/vdso/vdso.lds $(B)/vdso/vclock.o
	$(call quiet,LD)$(LD) -m elf_x86_64 -shared -Bsymbolic -soname linux-vdso.so.1 --hash-style=both --eh-frame-hdr --build-id=none \
		-z noexecstack -z max-page-size=4096 -z noseparate-code --orphan-handling=error -s -T $< -o $@ $(B)/vdso/vclock.o
$(B)/gen/vdso_image.c: $(B)/vdso/vdso.so
	@{ echo '#include <x86/vdso.h>'; echo 'const unsigned char vdso_image[] = {'; od -An -v -tx1 $< | sed 's/ \(..\)/0x\1,/g'; \
	echo '};'; echo 'const unsigned long vdso_image_size = sizeof(vdso_image);'; } >$@

$(B)/kernel/%.S.o: kernel/%.S
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(KCFLAGS) -D__ASSEMBLY__ $(DEPFLAGS) -c -o $@ $<

$(B)/kernel.lds: kernel/x86/kernel.lds.S
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) -E -P -x assembler-with-cpp -Iinclude $(DEPFLAGS) -MT $@ -o $@ $<

# Linked twice: the second link carries the symbol table made from the first (it lies behind all code).
$(B)/gen/ksyms0.o: kernel/x86/ksyms.awk
	@mkdir -p $(@D)
	$(call quiet,GEN)awk -f $< /dev/null | $(CC) -c -x assembler -o $@ -

.SECONDEXPANSION:
$(B)/kernel.pass1: $(B)/kernel.lds $(B)/gen/ksyms0.o $$(KERNEL_OBJ)
	$(call quiet,LD)$(LD) $(KLDFLAGS) -T $< -o $@ $(filter %.o,$^)

$(B)/gen/ksyms.o: $(B)/kernel.pass1 kernel/x86/ksyms.awk
	$(call quiet,GEN)nm -n $< | awk -f kernel/x86/ksyms.awk | $(CC) -c -x assembler -o $@ -

$(B)/kernel.elf: $(B)/kernel.lds $(B)/gen/ksyms.o $$(KERNEL_OBJ)
	$(call quiet,LD)$(LD) $(KLDFLAGS) -T $< -o $@ $(filter %.o,$^)

kernel: $(B)/kernel.elf ## the kernel image

.PHONY: kernel

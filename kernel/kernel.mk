# The kernel: every .c and .S below kernel/ and mm/. Sources of one folder see only include/ and
# their own internal.h (tests/floors checks who includes and calls whom).
KERNEL_SRC := $(sort $(wildcard kernel/*.c kernel/*/*.c kernel/*/*.S mm/*.c))
KERNEL_GEN :=
KERNEL_OBJ = $(patsubst %,$(B)/%.o,$(KERNEL_SRC)) $(patsubst $(B)/%,$(B)/%.o,$(KERNEL_GEN))
KCFLAGS := -std=gnu11 -O2 -g $(WARN) -Iinclude -nostdinc -isystem $(shell $(CC) -print-file-name=include) \
	-ffreestanding -fno-builtin-printf -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -fno-pic -fno-pie -fcf-protection=none \
	-fno-stack-protector -fno-strict-aliasing -fno-delete-null-pointer-checks -fwrapv -fno-omit-frame-pointer -fno-asynchronous-unwind-tables \
	-ffunction-sections $(KCONFIG)

$(B)/kernel/%.c.o: kernel/%.c
	@mkdir -p $(@D)
	$(CC) $(KCFLAGS) $(DEPFLAGS) -c -o $@ $<

$(B)/mm/%.c.o: mm/%.c
	@mkdir -p $(@D)
	$(CC) $(KCFLAGS) $(DEPFLAGS) -c -o $@ $<

$(B)/kernel/%.S.o: kernel/%.S
	@mkdir -p $(@D)
	$(CC) $(KCFLAGS) -D__ASSEMBLY__ $(DEPFLAGS) -c -o $@ $<


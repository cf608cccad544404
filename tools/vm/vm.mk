# tools/vmrun's program and the cpio maker, for the build host.
HOST_TOOL_CC := $(CC)
HOST_TOOL_FLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -g $(WARN)
VMRUN_SRC := $(addprefix tools/vm/,main.c script.c image.c cpio.c qemu.c relay.c streams.c marked.c sink.c)

$(B)/tools/vmrun: $(VMRUN_SRC) $(wildcard tools/vm/*.h)
	@mkdir -p $(@D)
	$(call quiet,CC)$(HOST_TOOL_CC) $(HOST_TOOL_FLAGS) -o $@ $(VMRUN_SRC)

$(B)/tools/mkcpio: tools/vm/mkcpio.c tools/vm/cpio.c tools/vm/cpio.h
	@mkdir -p $(@D)
	$(call quiet,CC)$(HOST_TOOL_CC) $(HOST_TOOL_FLAGS) -o $@ tools/vm/mkcpio.c tools/vm/cpio.c

# What tools/vmrun needs of the build.
vmrun-parts: $(B)/tools/vmrun $(B)/initramfs.cpio $(B)/esp/atlas/kernel.elf $(B)/esp/EFI/BOOT/BOOTX64.EFI
.PHONY: vmrun-parts

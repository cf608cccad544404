# The stick: build/esp/ is its tree, build/esp.img the FAT volume, build/atlas.img the whole disk.
HOSTTOOL_FLAGS := -std=gnu11 -O2 -Wall -Wextra -Werror -Iinclude

$(B)/tools/mkgpt: tools/mkgpt.c kernel/lib/crc32.c
$(B)/tools/seal: tools/seal.c efi/elf_check.c kernel/lib/crc32.c
$(B)/tools/mkgpt $(B)/tools/seal:
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(HOSTTOOL_FLAGS) $(DEPFLAGS) -o $@ $(filter %.c,$^)

# What the loader reads: without debug information, and with a checksum against bad sticks.
$(B)/esp/atlas/kernel.elf: $(B)/kernel.elf $(B)/tools/seal
	@mkdir -p $(@D)
	$(call quiet,GEN)objcopy --strip-all $< $@
	$(call quiet,GEN)$(B)/tools/seal $@

# Recorded machines, for the boot option replay=NAME.
$(B)/esp/atlas/machines: $(wildcard tests/machines/*/*.txt)
	@for f in $^; do d=$@/$$(basename $$(dirname $$f)); mkdir -p $$d; case $$f in */efi-memmap.txt|*/e820.txt) cp $$f $$d/ ;; esac; done; touch $@

$(B)/esp/EFI/BOOT/BOOTX64.EFI: $(B)/loader.efi
	@mkdir -p $(@D)
	$(call quiet,GEN)cp $< $@

$(B)/esp/atlas/initramfs.cpio: $(B)/initramfs.cpio
	@mkdir -p $(@D)
	$(call quiet,GEN)cp $< $@

$(B)/esp/atlas/boot.cfg: esp/boot.cfg
	@mkdir -p $(@D)
	$(call quiet,GEN)cp $< $@

ESP_FILES := $(patsubst %,$(B)/esp/%,EFI/BOOT/BOOTX64.EFI atlas/kernel.elf atlas/initramfs.cpio atlas/boot.cfg atlas/machines)

$(B)/esp.img: $(ESP_FILES) tools/mkesp
	tools/mkesp $(B)/esp $@

$(B)/atlas.img: $(B)/esp.img $(B)/tools/mkgpt
	$(call quiet,GEN)$(B)/tools/mkgpt $(B)/esp.img $@

esp: $(ESP_FILES) ## the stick's files, below build/esp

image: $(B)/atlas.img ## build/atlas.img, to be written to a USB stick

setup: ## install what building and running need (Debian, Ubuntu)
	@tools/setup

run: ## boot it in QEMU (MEMORY=1G CPU=max QEMU_ARGS=...)
	@tools/setup
	@+$(MAKE) --no-print-directory image
	@tools/run.sh $(B)/atlas.img

debug: ## the same, waiting for gdb
	@tools/setup
	@+$(MAKE) --no-print-directory image
	@tools/run.sh $(B)/atlas.img debug

usb: image ## write the stick: make usb DEV=/dev/sdX
	@tools/usb.sh $(B)/tools/mkgpt $(B)/esp.img "$(DEV)"

.PHONY: esp image setup run debug usb

# A recorded machine through the kernel's own code, on the host.
RECORD_OBJ := $(B)/host/tools/replay/record.o
$(B)/host/replay: $(B)/host/tools/replay/replay.o $(RECORD_OBJ) $(B)/host/libatlas.a
	$(HOST_CC) $(HOST_FLAGS) -o $@ $^

replay: $(B)/host/replay ## what Atlas makes of a recorded machine: make replay MACHINE=DIR (or its name in tests/machines)
	@d="$(MACHINE)"; [ -d "$$d" ] || d=tests/machines/$$d; $< "$$d"

.PHONY: replay

# A record or a report as one HTML page: tools/atlas-html. The page's files become C arrays.
$(B)/gen/page.c: tools/html/page.html tools/html/page.css tools/html/page.js
	@mkdir -p $(@D)
	@{ echo 'extern const char page_html[], page_css[], page_js[];'; for f in $^; do \
	echo "const char page_$${f##*.}[] = {"; od -An -v -tx1 $$f | sed 's/ \(..\)/(char)0x\1,/g'; echo '0 };'; done; } >$@
$(B)/host/atlas-html: $(patsubst %,$(B)/host/tools/html/%.o,atlas_html report_text) $(B)/host/$(B)/gen/page.o $(RECORD_OBJ) \
		$(B)/host/libatlas.a
	$(call quiet,HOST_CC)$(HOST_CC) $(HOST_FLAGS) -o $@ $^ -lz

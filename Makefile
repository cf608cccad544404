# Atlas. `make run` and `make test` do everything on a fresh machine; `make help` lists the rest.
# Each folder's rules are in its own .mk file; everything built lands in build/.
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
B := build
CC := gcc
LD := ld
WARN := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wno-unused-parameter -Werror
DEPFLAGS = -MMD -MP
# Recipes print one short line; V=1 shows the commands.
quiet = $(if $(V),,@printf '  %-8s %s\n' '$1' '$@'; )
# As many jobs as CPUs, unless the caller says.
ifeq ($(MAKELEVEL)$(filter -j% --jobs%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif

all: $(B)/kernel.elf $(B)/loader.efi $(B)/initramfs.cpio

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' Makefile */*.mk */*/*.mk | sort | sed 's/:.*## /\t/' | expand -t 16

include kernel/kernel.mk
include efi/efi.mk
include esp/esp.mk
include tools/tools.mk
include tools/vm/vm.mk
include tests/tests.mk

clean: ## remove everything that was built
	rm -rf $(B)

.PHONY: all help clean
-include $(shell find $(B) -name '*.d' 2>/dev/null)

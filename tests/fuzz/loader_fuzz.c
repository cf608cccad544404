// SPDX-License-Identifier: MIT
/* What the loader reads from the stick, any bytes: kernel.elf, boot.cfg, load options, a recorded memory map. */
#include "check.h"
#include <iomem/map_text.h>
#include "../../efi/config.h"
#include "../../efi/elf_check.h"

static struct boot_config config;
static struct e820_table map;

static void fuzz_elf(const uint8_t *data, size_t size)
{
	struct elf_plan p;
	u64 end = 0;

	if (elf_check(data, size, &p))
		return;
	LAW(p.nr_loads >= 1 && p.nr_loads <= ELF_MAX_LOADS && p.size % 4096 == 0 && p.size < 1 << 29 && p.entry_offset < p.size);
	for (unsigned int i = 0; i < p.nr_loads; i++) {
		const struct elf_load *l = &p.load[i];

		LAW(l->offset <= size && l->file_size <= size - l->offset && l->file_size <= l->mem_size);
		LAW(l->image_offset >= end && l->image_offset <= p.size && l->mem_size <= p.size - l->image_offset);
		LAW((l->flags & 3) != 3);
		end = l->image_offset + l->mem_size;
	}
}

static void warn(unsigned int line, const char *text)
{
	for (; *text; text++)
		LAW(*text >= ' ' && *text <= '~');
}

static void fuzz_config(const uint8_t *data, size_t size)
{
	char value[32];

	config_defaults(&config);
	config_parse(&config, data, size, warn);
	LAW(strlen(config.cmdline) < sizeof(config.cmdline) && strlen(config.kernel) < CONFIG_PATH_MAX && config.error_wait <= 3600);
	for (const char *s = config.cmdline; *s; s++)
		LAW((*s >= ' ' && *s <= '~') || *s == '\t');
	if (config_option(&config, "replay", value, sizeof(value)))
		LAW(strlen(value) < sizeof(value));
	config_has_word(&config, "quiet");
}

static void fuzz_options(const uint8_t *data, size_t size)
{
	static const u16 program[] = { '\\', 'A', '.', 'E', 'F', 'I', 0 };
	u16 *copy = malloc(size + 1);

	memcpy(copy, data, size);
	config_defaults(&config);
	config_add_load_options(&config, copy, size, size % 2 ? NULL : program);
	LAW(strlen(config.cmdline) <= size / 2);
	free(copy);
}

static void fuzz_map(const uint8_t *data, size_t size)
{
	unsigned int bad_line;

	(void)!map_text_parse(&map, (const char *)data, size, &bad_line);
	LAW(e820_check(&map) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const parts[])(const uint8_t *, size_t) = { fuzz_elf, fuzz_config, fuzz_options, fuzz_map };

	if (size)
		parts[data[0] % 4](data + 1, size - 1);
	return 0;
}

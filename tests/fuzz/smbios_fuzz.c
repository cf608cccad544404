// SPDX-License-Identifier: MIT
/* The first 32 bytes as an entry point, the rest as a table of the size that byte 0 to 3 suggest. */
#include "check.h"
#include <drivers/smbios.h>

static struct smbios_info info;

static void check_string(const char *s)
{
	LAW(strnlen(s, SMBIOS_STRING) < SMBIOS_STRING);
	for (; *s; s++)
		LAW(*s >= ' ' && *s < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smbios_entry e;

	if (size < 32)
		return 0;
	if (smbios_parse_entry(data, 32, &e))
		e = (struct smbios_entry){ 1, (u32)size, data[0] & 1 ? data[1] : 0, 2, 8 };
	smbios_parse(&info, &e, data + 32, size - 32);
	LAW(info.nr_modules <= SMBIOS_MAX_MODULES && info.nr_ranges <= SMBIOS_MAX_RANGES);
	check_string(info.bios_vendor);
	check_string(info.product);
	check_string(info.processor);
	for (unsigned int i = 0; i < info.nr_modules; i++) {
		check_string(info.module[i].locator);
		check_string(info.module[i].part);
		LAW(smbios_memory_type(info.module[i].type) && smbios_form_factor(info.module[i].form_factor));
	}
	for (unsigned int i = 0; i < info.nr_ranges; i++)
		LAW(!range_is_empty(info.range[i]));
	(void)smbios_installed_bytes(&info);
	return 0;
}

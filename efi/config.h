/* SPDX-License-Identifier: MIT */
/*
 * \atlas\boot.cfg and the load options. Pure: bytes in, struct out; host-tested and fuzzed
 * (tests/host/boot_config_test.c). What the keys mean is documented in esp/boot.cfg.
 */
#ifndef EFI_CONFIG_H
#define EFI_CONFIG_H

#include <lib/compiler.h>
#include <lib/types.h>

#define CONFIG_PATH_MAX 128
#define CONFIG_CMDLINE_MAX 16384

enum config_video { VIDEO_NATIVE, VIDEO_KEEP, VIDEO_NONE, VIDEO_SIZE };

struct boot_config {
	char cmdline[CONFIG_CMDLINE_MAX];       /* every `options`, joined by a blank */
	char kernel[CONFIG_PATH_MAX];
	char initramfs[CONFIG_PATH_MAX];        /* "" : none wanted */
	enum config_video video;
	u32 width, height;                      /* of VIDEO_SIZE */
	u32 error_wait;                         /* seconds that an error message stays */
	bool record;                            /* write \atlas\machines */
	bool take_1mib;                         /* test: as if the firmware held 1 MiB */
};

/* A complaint about line @line (from 1; 0: about the file as a whole). @text is printable ASCII. */
typedef void (*config_warn_fn)(unsigned int line, const char *text);

void config_defaults(struct boot_config *c);
/* Every line that is not understood is reported and skipped; the rest counts. */
void config_parse(struct boot_config *c, const void *file, size_t size, config_warn_fn warn);

/*
 * Appends the load options (UCS-2, @size bytes, NUL or not; the UEFI shell passes the program's name
 * first, other boot managers don't) to c->cmdline. @program is the loader's own path or NULL, UCS-2 NUL-terminated.
 * Options that are not text are some boot manager's private data: ignored. Returns false when they were cut.
 */
bool config_add_load_options(struct boot_config *c, const u16 *options, size_t size, const u16 *program);

/* The value of the last `name=value` on the command line, cut at @size; false: not there. */
bool config_option(const struct boot_config *c, const char *name, char *value, size_t size);
/* Is @word one of the command line's words? */
bool config_has_word(const struct boot_config *c, const char *word);

#endif

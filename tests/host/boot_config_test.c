// SPDX-License-Identifier: MIT
/* Laws of efi/config.c: boot.cfg and the load options. */
#include "check.h"

#include "../../efi/config.h"

static struct boot_config c;
static unsigned int nr_warnings, last_line;
static char last_text[200];

static void warn(unsigned int line, const char *text)
{
	nr_warnings++;
	last_line = line;
	snprintf(last_text, sizeof(last_text), "%s", text);
	for (const char *s = text; *s; s++)
		assert_true(*s >= ' ' && *s <= '~');
}

/* In a heap block of exactly its size, so that ASan sees the first byte read behind it. */
static void parse_bytes(const void *text, size_t size)
{
	void *copy = malloc(size ? size : 1);

	memcpy(copy, text, size);
	nr_warnings = 0;
	config_defaults(&c);
	config_parse(&c, copy, size, warn);
	free(copy);
}

static void parse(const char *text)
{
	parse_bytes(text, strlen(text));
}

static void config_defaults_are_the_documented_ones(void **state)
{
	parse("");
	assert_string_equal(c.kernel, "\\atlas\\kernel.elf");
	assert_string_equal(c.initramfs, "\\atlas\\initramfs.cpio");
	assert_string_equal(c.cmdline, "");
	assert_int_equal(c.video, VIDEO_NATIVE);
	assert_int_equal(c.error_wait, 30);
	assert_true(c.record);
	assert_int_equal(nr_warnings, 0);
}

static void config_understands_every_key(void **state)
{
	parse("\xef\xbb\xbf# comment\r\n\r\n  options = a=b  c \r\noptions=d\nkernel=atlas/k.elf\n"
	      "initramfs = none\nvideo=1920x1080\nerror_wait=1\nrecord=no\ntest_take_1mib=1");
	assert_int_equal(nr_warnings, 0);
	assert_string_equal(c.cmdline, "a=b  c d");
	assert_string_equal(c.kernel, "\\atlas\\k.elf");
	assert_string_equal(c.initramfs, "");
	assert_int_equal(c.video, VIDEO_SIZE);
	assert_int_equal(c.width, 1920);
	assert_int_equal(c.height, 1080);
	assert_int_equal(c.error_wait, 1);
	assert_false(c.record);
	assert_true(c.take_1mib);
	parse("video=keep");
	assert_int_equal(c.video, VIDEO_KEEP);
	parse("video = none ");
	assert_int_equal(c.video, VIDEO_NONE);
}

static void config_warns_by_line_and_goes_on(void **state)
{
	parse("options=a\n\ncolour=red\noptions=b\n");
	assert_int_equal(nr_warnings, 1);
	assert_int_equal(last_line, 3);
	assert_string_equal(last_text, "unknown key, line ignored: colour=red");
	assert_string_equal(c.cmdline, "a b");
	parse("options");
	assert_non_null(strstr(last_text, "no '='"));
	parse("video=12x");
	assert_non_null(strstr(last_text, "value not understood"));
	parse("video=x5\n");
	assert_int_equal(nr_warnings, 1);
	parse("error_wait=4000\nerror_wait=-1\nerror_wait=\nrecord=maybe\nkernel=\n");
	assert_int_equal(nr_warnings, 5);
	assert_int_equal(c.error_wait, 30);
	parse("options=\x1b[2J");
	assert_non_null(strstr(last_text, "not printable"));
	assert_string_equal(c.cmdline, "");
	parse_bytes("\xff\xfeo\0p\0", 6);
	assert_non_null(strstr(last_text, "UTF-16"));
}

static void config_refuses_what_does_not_fit(void **state)
{
	static char text[CONFIG_CMDLINE_MAX + 20] = "options=";

	memset(text + 8, 'x', CONFIG_CMDLINE_MAX - 1);
	parse(text);
	assert_int_equal(nr_warnings, 0);
	assert_int_equal(strlen(c.cmdline), CONFIG_CMDLINE_MAX - 1);
	strcat(text, "x");
	parse(text);
	assert_int_equal(nr_warnings, 1);
	assert_string_equal(c.cmdline, "");
	memcpy(text, "kernel= ", 8);
	text[8 + CONFIG_PATH_MAX] = '\0';
	parse(text);
	assert_int_equal(nr_warnings, 1);
	assert_string_equal(c.kernel, "\\atlas\\kernel.elf");
}

static void config_survives_noise(void **state)
{
	size_t size = 1 << 20;
	u8 *noise = malloc(size);

	test_seed_init("config_survives_noise");
	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < size; i++)
			noise[i] = round % 2 ? (u8)test_random() : (u8)"options=videkrn19xy \t\r\n#\\"[test_below(26)];
		parse_bytes(noise, size);
		assert_true(nr_warnings <= 9);
		assert_true(strlen(c.cmdline) < CONFIG_CMDLINE_MAX);
	}
	free(noise);
}

static const char *with_options(const char *have, const char *options, size_t cut, const char *program)
{
	u16 wide[200], name[100];
	size_t n = strlen(options) + 1;

	for (size_t i = 0; i < n; i++)
		wide[i] = (u8)options[i];
	for (size_t i = 0; program && i <= strlen(program); i++)
		name[i] = (u8)program[i];
	config_defaults(&c);
	strcpy(c.cmdline, have);
	assert_true(config_add_load_options(&c, wide, n * 2 - cut, program ? name : NULL));
	return c.cmdline;
}

static void config_load_options(void **state)
{
	const char *me = "\\EFI\\BOOT\\BOOTX64.EFI";

	assert_string_equal(with_options("a", "b c", 0, me), "a b c");
	assert_string_equal(with_options("a", "b c", 2, me), "a b c");                  /* no NUL */
	assert_string_equal(with_options("", "fs0:\\EFI\\BOOT\\BOOTX64.EFI b c", 0, me), "b c");
	assert_string_equal(with_options("a", "bootx64.efi", 0, me), "a");
	assert_string_equal(with_options("a", "BootX64  b", 0, me), "a b");             /* the shell adds .efi itself */
	assert_string_equal(with_options("a", "bootx64 b", 0, NULL), "a bootx64 b");
	assert_string_equal(with_options("a", "   ", 0, me), "a");
	assert_string_equal(with_options("a", "b\x01 c", 0, me), "a");                  /* private data */
	assert_string_equal(with_options("a", "b", 1, me), "a");                        /* odd size */
	assert_string_equal(with_options("a", "", 0, me), "a");
}

static void config_load_options_too_long(void **state)
{
	u16 wide[600];

	for (size_t i = 0; i < ARRAY_SIZE(wide); i++)
		wide[i] = 'y';
	config_defaults(&c);
	memset(c.cmdline, 'x', CONFIG_CMDLINE_MAX - 500);
	assert_false(config_add_load_options(&c, wide, sizeof(wide), NULL));
	assert_int_equal(strlen(c.cmdline), CONFIG_CMDLINE_MAX - 500);
}

static void config_words(void **state)
{
	parse("options=noquiet quieter x=quiet");
	assert_false(config_has_word(&c, "quiet"));
	parse("options=quieter quiet");
	assert_true(config_has_word(&c, "quiet"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_defaults_are_the_documented_ones),
		cmocka_unit_test(config_understands_every_key),
		cmocka_unit_test(config_warns_by_line_and_goes_on),
		cmocka_unit_test(config_refuses_what_does_not_fit),
		cmocka_unit_test(config_survives_noise),
		cmocka_unit_test(config_words),
		cmocka_unit_test(config_load_options),
		cmocka_unit_test(config_load_options_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

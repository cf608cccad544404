// SPDX-License-Identifier: MIT
/* Text to numbers, and strscpy: what C's library has no safe form of. Contracts in lib/string.h. */
#include <lib/string.h>
#include <uapi/errno.h>

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 255;
}

/* The longest number at @s; *end behind it. -EINVAL without a digit, -ERANGE over 64 bits. */
static int parse_u64(const char *s, unsigned int base, const char **end, u64 *out)
{
	bool prefix = s[0] == '0' && (s[1] | 0x20) == 'x' && digit_value(s[2]) < 16;
	const char *first;
	u64 v = 0;
	int ret = 0;

	if (prefix && (base == 0 || base == 16)) {
		s += 2;
		base = 16;
	} else if (base == 0) {
		base = s[0] == '0' ? 8 : 10;
	}
	for (first = s; (unsigned int)digit_value(*s) < base; s++) {
		if (__builtin_mul_overflow(v, (u64)base, &v) ||
		    __builtin_add_overflow(v, (u64)digit_value(*s), &v))
			ret = -ERANGE;
	}
	*end = s;
	if (s == first)
		return -EINVAL;
	*out = v;
	return ret;
}

int kstrtou64(const char *s, unsigned int base, u64 *out)
{
	const char *end;
	u64 v;
	int ret = parse_u64(s, base, &end, &v);

	if (ret != -EINVAL && *end)
		ret = -EINVAL;
	if (!ret)
		*out = v;
	return ret;
}

int memparse(const char *s, const char **end, u64 *out)
{
	static const char suffixes[] = "kmgtp";
	const char *suffix;
	u64 v = 0;
	int ret = parse_u64(s, 0, &s, &v);
	unsigned int shift;

	if (ret != -EINVAL && *s) {
		suffix = strchr(suffixes, *s | 0x20);
		if (suffix && *suffix) {
			shift = 10 * (unsigned int)(suffix - suffixes + 1);
			s++;
			if (v >> (64 - shift))
				ret = -ERANGE;
			v <<= shift;
		}
	}
	if (end)
		*end = s;
	if (!ret)
		*out = v;
	return ret;
}

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t n;

	if (!size)
		return -E2BIG;
	n = strnlen(src, size);
	if (n == size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dst, src, n + 1);
	return (ssize_t)n;
}

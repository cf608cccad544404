// SPDX-License-Identifier: MIT
/*
 * vsnprintf: C's format language without floats and without %n, and %pE, which prints the errno
 * that a pointer or negative number carries ("-ENOMEM"). %p prints 16 hexadecimal digits.
 * Pure; no lock; an unknown conversion is printed as it stands, so that it is seen.
 */
#include <lib/string.h>
#include <lib/err.h>

struct out {
	char *buf;
	size_t size;
	size_t len;             /* what an endless buffer would hold */
};

struct spec {
	bool left, plus, space, alt, zero;
	int width;              /* characters, 0: any */
	int precision;          /* -1: not given */
	int length;             /* bytes of the argument */
	bool upper;
};

static inline void put(struct out *o, char c)
{
	if (o->len < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void pad(struct out *o, char c, int n)
{
	while (n-- > 0)
		put(o, c);
}

static void put_text(struct out *o, const struct spec *s, const char *text, size_t len)
{
	if (!s->left)
		pad(o, ' ', s->width - (int)len);
	for (size_t i = 0; i < len; i++)
		put(o, text[i]);
	if (s->left)
		pad(o, ' ', s->width - (int)len);
}

static void put_string(struct out *o, const struct spec *s, const char *text)
{
	if (!text)
		text = "(null)";
	put_text(o, s, text, s->precision >= 0 ? strnlen(text, (size_t)s->precision) : strlen(text));
}

/* Writes the digits of @v backwards, ending at @end; returns their start. */
static char *digits(char *end, u64 v, unsigned int base, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	if (base == 10) {
		for (; v; v /= 10)
			*--end = (char)('0' + v % 10);
	} else {
		unsigned int shift = base == 16 ? 4 : 3;

		for (; v; v >>= shift)
			*--end = set[v & (base - 1)];
	}
	return end;
}

/* @sign: '-', '+', ' ' or 0. */
static void put_number(struct out *o, const struct spec *s, u64 v, unsigned int base, char sign)
{
	char tmp[24], prefix[3];
	char *end = tmp + sizeof(tmp), *first = digits(end, v, base, s->upper);
	int len = (int)(end - first), nr_prefix = 0, zeros;

	if (sign)
		prefix[nr_prefix++] = sign;
	if (s->alt && base == 16 && v) {
		prefix[nr_prefix++] = '0';
		prefix[nr_prefix++] = s->upper ? 'X' : 'x';
	}
	zeros = (s->precision >= 0 ? s->precision : 1) - len;
	if (s->alt && base == 8 && zeros <= 0 && (len == 0 || *first != '0'))
		zeros = 1;
	if (s->zero && !s->left && s->precision < 0)
		zeros = max(zeros, s->width - len - nr_prefix);
	zeros = max(zeros, 0);
	if (!s->left)
		pad(o, ' ', s->width - zeros - len - nr_prefix);
	for (int i = 0; i < nr_prefix; i++)
		put(o, prefix[i]);
	pad(o, '0', zeros);
	for (int i = 0; i < len; i++)
		put(o, first[i]);
	if (s->left)
		pad(o, ' ', s->width - zeros - len - nr_prefix);
}

static void put_signed(struct out *o, const struct spec *s, s64 v)
{
	char sign = v < 0 ? '-' : s->plus ? '+' : s->space ? ' ' : 0;

	put_number(o, s, v < 0 ? 0 - (u64)v : (u64)v, 10, sign);
}

static void put_errno(struct out *o, const struct spec *s, long err)
{
	const char *name = errno_name((int)-err);
	struct spec num = *s;
	char tmp[32];
	size_t n = 0;

	if (err >= 0 || err < -MAX_ERRNO || !name) {
		num.precision = -1;
		put_signed(o, &num, err);
		return;
	}
	tmp[n++] = '-';
	while (*name && n < sizeof(tmp))
		tmp[n++] = *name++;
	put_text(o, s, tmp, n);
}

static const char *parse_int(const char *f, int *v)
{
	unsigned int n = 0;

	for (; *f >= '0' && *f <= '9'; f++)
		if (n < 1000000)
			n = n * 10 + (unsigned int)(*f - '0');
	*v = (int)n;
	return f;
}

static const char *parse_flags(const char *f, struct spec *s)
{
	for (;; f++) {
		switch (*f) {
		case '-': s->left = true; break;
		case '+': s->plus = true; break;
		case ' ': s->space = true; break;
		case '#': s->alt = true; break;
		case '0': s->zero = true; break;
		default: return f;
		}
	}
}

static const char *parse_length(const char *f, struct spec *s)
{
	switch (*f) {
	case 'h':
		s->length = f[1] == 'h' ? 1 : 2;
		return f + (f[1] == 'h' ? 2 : 1);
	case 'l':
		s->length = 8;
		return f + (f[1] == 'l' ? 2 : 1);
	case 'z': case 'j': case 't':
		s->length = 8;
		return f + 1;
	default:
		s->length = 4;
		return f;
	}
}

static s64 sign_extend(u64 v, int length)
{
	switch (length) {
	case 1: return (s8)v;
	case 2: return (s16)v;
	case 4: return (s32)v;
	default: return (s64)v;
	}
}

static u64 zero_extend(u64 v, int length)
{
	return length == 8 ? v : v & ((1UL << (8 * length)) - 1);
}

/* One conversion, @f behind the length modifier; returns what follows. */
static const char *convert(struct out *o, struct spec *s, const char *f, va_list *ap)
{
	u64 v;
	char c;

	switch (*f) {
	case 'd': case 'i':
		v = s->length == 8 ? va_arg(*ap, u64) : va_arg(*ap, u32);
		put_signed(o, s, sign_extend(v, s->length));
		break;
	case 'u': case 'x': case 'X': case 'o':
		v = s->length == 8 ? va_arg(*ap, u64) : va_arg(*ap, u32);
		s->upper = *f == 'X';
		put_number(o, s, zero_extend(v, s->length), *f == 'u' ? 10 : *f == 'o' ? 8 : 16, 0);
		break;
	case 'c':
		c = (char)va_arg(*ap, int);
		put_text(o, s, &c, 1);
		break;
	case 's':
		put_string(o, s, va_arg(*ap, const char *));
		break;
	case 'p':
		v = (u64)va_arg(*ap, void *);
		if (f[1] == 'E') {
			put_errno(o, s, (long)v);
			return f + 2;
		}
		s->precision = 16;
		put_number(o, s, v, 16, 0);
		break;
	case '%':
		put(o, '%');
		break;
	case '\0':
		put(o, '%');
		return f;
	default:
		put(o, '%');
		put(o, *f);
	}
	return f + 1;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out o = { buf, size, 0 };
	va_list ap;

	va_copy(ap, args);
	while (*fmt) {
		struct spec s = { .precision = -1 };

		if (*fmt != '%') {
			put(&o, *fmt++);
			continue;
		}
		fmt = parse_flags(fmt + 1, &s);
		if (*fmt == '*') {
			s.width = va_arg(ap, int);
			if (s.width < 0) {
				s.left = true;
				s.width = s.width < -1000000 ? 1000000 : -s.width;
			}
			fmt++;
		} else {
			fmt = parse_int(fmt, &s.width);
		}
		if (*fmt == '.' && fmt[1] == '*') {
			s.precision = max(va_arg(ap, int), -1);
			fmt += 2;
		} else if (*fmt == '.') {
			fmt = parse_int(fmt + 1, &s.precision);
		}
		fmt = parse_length(fmt, &s);
		fmt = convert(&o, &s, fmt, &ap);
	}
	va_end(ap);
	if (size)
		buf[min(o.len, size - 1)] = '\0';
	return (int)o.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(buf, size, fmt, ap);

	if (!size)
		return 0;
	return (size_t)n < size ? n : (int)size - 1;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vscnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

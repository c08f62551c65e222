/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/record/text_p.h"
#include <stdlib.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

#define LABEL_MAX 63 /* RFC 1035 2.3.4 */

/* Punycode: RFC 3492 5. */
enum {
	BASE = 36,
	T_MIN = 1,
	T_MAX = 26,
	SKEW = 38,
	DAMP = 700,
	FIRST_BIAS = 72,
	FIRST_CODE = 0x80,
	DOT = 0x3002, /* the ideographic full stop parts labels as well */
};

static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static void add_digit(struct str *s, uint32_t digit)
{
	str_add_char(s, (char)(digit < 26 ? 'a' + digit : '0' + digit - 26));
}

static void add_number(struct str *s, uint32_t number, uint32_t bias)
{
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;

		if (number < t)
			break;
		add_digit(s, t + (number - t) % (BASE - t));
		number = (number - t) / (BASE - t);
	}
	add_digit(s, number);
}

/* RFC 3492 6.3; so short a label cannot overflow. The ASCII letters are there already. */
static void add_others(struct str *s, const uint32_t *label, size_t n, uint32_t ascii)
{
	uint32_t code = FIRST_CODE, delta = 0, bias = FIRST_BIAS, done = ascii;

	while (done < n) {
		uint32_t next = UINT32_MAX;

		for (size_t i = 0; i < n; i++)
			if (label[i] >= code && label[i] < next)
				next = label[i];
		delta += (next - code) * (done + 1);
		code = next;
		for (size_t i = 0; i < n; i++) {
			delta += label[i] < code;
			if (label[i] != code)
				continue;
			add_number(s, delta, bias);
			done++;
			bias = adapt(delta, done, done == ascii + 1);
			delta = 0;
		}
		delta++;
		code++;
	}
}

static bool add_label(struct str *s, const uint32_t *label, size_t n)
{
	size_t before = s->len;
	uint32_t ascii = 0;

	if (n > LABEL_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		ascii += label[i] < FIRST_CODE;
	if (ascii < n)
		str_add(s, "xn--");
	for (size_t i = 0; i < n; i++)
		if (label[i] < FIRST_CODE)
			str_add_char(s, (char)label[i]);
	if (ascii < n && ascii > 0)
		str_add_char(s, '-');
	add_others(s, label, n, ascii);
	return s->len - before <= LABEL_MAX;
}

static uint32_t *read_domain(const char *domain, size_t *n)
{
	size_t n_wide, n_lower;
	uint8_t *wide = u8_normalize(UNINORM_NFKC, (const uint8_t *)domain,
				     strlen(domain), NULL, &n_wide);
	uint8_t *folded =
		wide ? u8_tolower(wide, n_wide, NULL, UNINORM_NFKC, NULL, &n_lower)
		     : NULL;
	uint32_t *points = folded ? u8_to_u32(folded, n_lower, NULL, n) : NULL;

	if (points == NULL)
		abort();
	free(wide);
	free(folded);
	return points;
}

char *domain_ascii(TALLOC_CTX *ctx, const char *domain)
{
	AUTO_MEM struct str *s = str_new(NULL);
	size_t n, from = 0;
	uint32_t *points = read_domain(domain, &n);
	bool fits = true;

	for (size_t i = 0; fits && i <= n; i++) {
		if (i < n && points[i] != '.' && points[i] != DOT)
			continue;
		fits = add_label(s, points + from, i - from);
		if (i < n)
			str_add_char(s, '.');
		from = i + 1;
	}
	free(points);
	return fits ? mem_strndup(ctx, s->text, s->len) : NULL;
}

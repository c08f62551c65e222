/* SPDX-License-Identifier: MIT */
#include "bridge/record/dn_p.h"
#include "bridge/record/wire.h"

/* Each character in lower case; 0 for those that go the long way. */
static const char plain[256] = {
	[' '] = ' ', ['!'] = '!', ['$'] = '$', ['%'] = '%', ['&'] = '&', ['\''] = '\'',
	['('] = '(', [')'] = ')', ['*'] = '*', [','] = ',', ['-'] = '-', ['.'] = '.',
	['/'] = '/', ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4',
	['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9', [':'] = ':',
	['='] = '=', ['?'] = '?', ['@'] = '@', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c',
	['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i',
	['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o',
	['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't', ['U'] = 'u',
	['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z', ['['] = '[',
	[']'] = ']', ['^'] = '^', ['_'] = '_', ['`'] = '`', ['a'] = 'a', ['b'] = 'b',
	['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h',
	['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n',
	['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't',
	['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z',
	['{'] = '{', ['|'] = '|', ['}'] = '}', ['~'] = '~',
};

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_type(const char *type, size_t len)
{
	for (size_t i = 1; i < len; i++)
		if (!is_letter(type[i]) && !(type[i] >= '0' && type[i] <= '9') &&
		    type[i] != '-')
			return false;
	return len > 0 && is_letter(type[0]);
}

static uint8_t *put_value(uint8_t *to, const char *from, const char *end)
{
	uint8_t *start = to + 4;

	to = start;
	for (; from < end; from++)
		if (*from != ' ' || (to != start && to[-1] != ' '))
			*to++ = (uint8_t)*from;
	if (to != start && to[-1] == ' ')
		to--;
	wire_put32(start - 4, (uint32_t)(to - start));
	return to;
}

/* The RDN from..end, in lower case already; NULL when it must go the long way. */
static uint8_t *put_rdn(uint8_t *to, const char *from, const char *end)
{
	const char *equal = memchr(from, '=', (size_t)(end - from));
	const char *type_end = equal;
	struct value type;

	if (equal == NULL)
		return NULL;
	while (from < type_end && *from == ' ')
		from++;
	while (from < type_end && type_end[-1] == ' ')
		type_end--;
	if (!is_type(from, (size_t)(type_end - from)))
		return NULL;
	type = dn_type(from, (size_t)(type_end - from));
	to = wire_put(to, type.bytes, type.len);
	to = put_value(wire_put8(to, '='), equal + 1, end);
	return wire_put8(to, ',');
}

size_t dn_short_key(const char *dn, size_t len, uint8_t key[DN_SHORT_KEY_MAX])
{
	char text[DN_SHORT_MAX];
	uint8_t *to = key;
	const char *end, *comma;

	if (len == 0 || len > DN_SHORT_MAX)
		return 0;
	for (size_t i = 0; i < len; i++)
		if ((text[i] = plain[(uint8_t)dn[i]]) == 0)
			return 0;
	end = text + len;
	do {
		comma = memrchr(text, ',', (size_t)(end - text));
		to = put_rdn(to, comma ? comma + 1 : text, end);
		end = comma;
	} while (to != NULL && comma != NULL);
	return to != NULL ? (size_t)(to - key) : 0;
}

/* SPDX-License-Identifier: MIT */
#include "bridge/record/wire.h"

bool span_take(struct span *s, size_t len, struct value *out)
{
	if ((size_t)(s->end - s->at) < len)
		return false;
	*out = (struct value){ (const char *)s->at, len };
	s->at += len;
	return true;
}

bool span_take8(struct span *s, uint8_t *n)
{
	if (s->at == s->end)
		return false;
	*n = *s->at++;
	return true;
}

bool span_take16(struct span *s, uint16_t *n)
{
	if (s->end - s->at < 2)
		return false;
	*n = wire_get16(s->at);
	s->at += 2;
	return true;
}

bool span_take32(struct span *s, uint32_t *n)
{
	if (s->end - s->at < 4)
		return false;
	*n = wire_get32(s->at);
	s->at += 4;
	return true;
}

bool span_take_value16(struct span *s, struct value *out)
{
	uint16_t len;

	return span_take16(s, &len) && span_take(s, len, out);
}

bool span_take_value32(struct span *s, struct value *out)
{
	uint32_t len;

	return span_take32(s, &len) && span_take(s, len, out);
}

struct value span_rest(struct span *s)
{
	struct value rest = { (const char *)s->at, (size_t)(s->end - s->at) };

	s->at = s->end;
	return rest;
}

bool span_is_empty(const struct span *s)
{
	return s->at == s->end;
}

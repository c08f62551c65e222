/* SPDX-License-Identifier: MIT */
#include "bridge/base/err.h"
#include "bridge/base/mem.h"

struct err {
	enum err_class class;
	const char *code;
	char *text;
	char *hint;
};

PRINTF_LIKE(3, 0)
static struct err *make(enum err_class class, const char *code, const char *fmt,
			va_list args)
{
	struct err *err = mem_new(NULL, struct err);

	err->class = class;
	err->code = code;
	err->text = mem_vprintf(err, fmt, args);
	return err;
}

struct err *err_new(enum err_class class, const char *fmt, ...)
{
	va_list args;
	struct err *err;

	va_start(args, fmt);
	err = make(class, NULL, fmt, args);
	va_end(args);
	return err;
}

struct err *err_refused(const char *code, const char *fmt, ...)
{
	va_list args;
	struct err *err;

	va_start(args, fmt);
	err = make(ERR_REFUSED, code, fmt, args);
	va_end(args);
	return err;
}

struct err *err_wrap(struct err *err, const char *fmt, ...)
{
	va_list args;
	char *front, *text;

	va_start(args, fmt);
	front = mem_vprintf(err, fmt, args);
	va_end(args);
	text = mem_printf(err, "%s: %s", front, err->text);
	mem_free(front);
	mem_free(err->text);
	err->text = text;
	return err;
}

struct err *err_hint(struct err *err, const char *fmt, ...)
{
	va_list args;

	if (err->hint != NULL)
		return err;
	va_start(args, fmt);
	err->hint = mem_vprintf(err, fmt, args);
	va_end(args);
	return err;
}

enum err_class err_class(const struct err *err)
{
	return err->class;
}

const char *err_class_name(enum err_class class)
{
	static const char *const names[] = {
		[ERR_CONFIG] = "configuration",
		[ERR_USAGE] = "usage",
		[ERR_RETRY] = "retry",
		[ERR_LATER] = "later",
		[ERR_RECORD] = "record",
		[ERR_INCOMPLETE] = "incomplete",
		[ERR_STALE] = "stale",
		[ERR_REFUSED] = "refused",
		[ERR_BUG] = "bug",
	};
	return names[class];
}

const char *err_text(const struct err *err)
{
	return err->text;
}

const char *err_code(const struct err *err)
{
	return err->code;
}

const char *err_hint_text(const struct err *err)
{
	return err->hint;
}

int err_exit_code(const struct err *err)
{
	static const int codes[] = {
		[ERR_CONFIG] = 78, [ERR_USAGE] = 64,  [ERR_RETRY] = 1,
		[ERR_LATER] = 1,   [ERR_RECORD] = 1,  [ERR_INCOMPLETE] = 4,
		[ERR_STALE] = 1,   [ERR_REFUSED] = 5, [ERR_BUG] = 1,
	};
	return codes[err->class];
}

void err_free(struct err *err)
{
	mem_free(err);
}

void err_auto_free(struct err **err)
{
	err_free(*err);
}

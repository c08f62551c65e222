/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/record/dn.h"
#include "bridge/record/filter.h"
#include "bridge/record/text.h"
#include "config/load_p.h"
#include "config/pattern_p.h"
#include "config/secret.h"
#include "config/settings_p.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

/* Digits, perhaps with a sign, up to end (which becomes the first byte after them). */
static bool read_number(const char *text, const char **end, int64_t *number)
{
	char *after;

	if (!isdigit((unsigned char)text[*text == '-']))
		return false;
	errno = 0;
	*number = strtoll(text, &after, 10);
	*end = after;
	return errno == 0;
}

static char *shown(TALLOC_CTX *ctx, const struct setting *row, int64_t number)
{
	static const struct {
		int64_t seconds;
		char letter;
	} units[] = { { CLOCK_DAY, 'd' }, { CLOCK_HOUR, 'h' }, { CLOCK_MINUTE, 'm' } };

	if (row->type == SETTING_NUMBER)
		return mem_printf(ctx, "%jd", (intmax_t)number);
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (number != 0 && number % units[i].seconds == 0)
			return mem_printf(ctx, "%jd%c",
					  (intmax_t)(number / units[i].seconds),
					  units[i].letter);
	return mem_printf(ctx, "%jds", (intmax_t)number);
}

static struct err *within(const struct setting *row, const char *text, int64_t number,
			  struct slot *slot)
{
	AUTO_MEM TALLOC_CTX *tmp = NULL;

	slot->low = number;
	if ((row->min == 0 && row->max == 0) ||
	    (number >= row->min && number <= row->max))
		return NULL;
	tmp = mem_ctx(NULL);
	return err_new(ERR_CONFIG, "\"%s\" must be from %s to %s, not \"%s\"", row->name,
		       shown(tmp, row, row->min), shown(tmp, row, row->max), text);
}

static struct err *check_number(const struct setting *row, const char *text,
				struct slot *slot)
{
	const char *end;
	int64_t number;

	if (!read_number(text, &end, &number) || *end != '\0')
		return err_new(ERR_CONFIG, "\"%s\" must be a whole number, not \"%s\"",
			       row->name, text);
	return within(row, text, number, slot);
}

static struct err *check_duration(const struct setting *row, const char *text,
				  struct slot *slot)
{
	int64_t seconds;

	if (!clock_parse_duration(text, &seconds))
		return err_new(ERR_CONFIG,
			       "\"%s\" must be a duration such as 90s, 15m, 24h or 7d, "
			       "not \"%s\"",
			       row->name, text);
	return within(row, text, seconds, slot);
}

static struct err *check_range(const struct setting *row, const char *text,
			       struct slot *slot)
{
	const char *end;
	int64_t low, high;

	if (!read_number(text, &end, &low) || strncmp(end, "..", 2) != 0 ||
	    !read_number(end + 2, &end, &high) || *end != '\0' || low < 0 || low > high)
		return err_new(ERR_CONFIG,
			       "\"%s\" must be two numbers, such as 300..500, the lower "
			       "first, not \"%s\"",
			       row->name, text);
	slot->low = low;
	slot->high = high;
	return NULL;
}

static struct err *check_bool(const struct setting *row, const char *text,
			      struct slot *slot)
{
	bool yes = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0;

	if (!yes && strcmp(text, "no") != 0 && strcmp(text, "false") != 0)
		return err_new(ERR_CONFIG, "\"%s\" must be yes or no, not \"%s\"",
			       row->name, text);
	slot->low = yes;
	return NULL;
}

static struct err *check_choice(const struct setting *row, const char *text,
				struct slot *slot UNUSED)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	char *names = mem_strdup(tmp, "");

	for (size_t i = 0; row->choices[i] != NULL; i++) {
		if (strcmp(row->choices[i], text) == 0)
			return NULL;
		names = mem_printf(tmp, "%s%s%s", names, i > 0 ? ", " : "",
				   row->choices[i]);
	}
	return err_new(ERR_CONFIG, "\"%s\" must be one of %s, not \"%s\"%s", row->name,
		       names, text, did_you_mean(tmp, text, row->choices));
}

static struct err *check_text(const struct setting *row, const char *text,
			      struct slot *slot UNUSED)
{
	if ((row->flags & SETTING_REQUIRED) != 0 && *text == '\0')
		return err_new(ERR_CONFIG, "\"%s\" must not be empty", row->name);
	return NULL;
}

static struct err *check_nonempty(const struct setting *row, const char *text,
				  struct slot *slot UNUSED)
{
	if (*text == '\0')
		return err_new(ERR_CONFIG, "\"%s\" must not be empty", row->name);
	return NULL;
}

static struct err *check_secret(const struct setting *row, const char *text,
				struct slot *slot UNUSED)
{
	const char *why;

	if (!secret_is_reference(text, &why))
		return err_new(ERR_CONFIG, "\"%s\" %s", row->name, why);
	return NULL;
}

static struct err *check_filter(const struct setting *row, const char *text,
				struct slot *slot UNUSED)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct filter *filter;
	struct err *err = filter_parse(tmp, text, &filter);

	return err ? err_wrap(err, "\"%s\"", row->name) : NULL;
}

static struct err *check_dn(const struct setting *row, const char *text,
			    struct slot *slot)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	AUTO(err_auto_free) struct err *err = NULL;
	struct value key;

	err = dn_key(tmp, text, strlen(text), &key);
	if (err != NULL)
		return err_new(ERR_CONFIG, "\"%s\": %s", row->name, err_text(err));
	return check_text(row, text, slot);
}

static struct err *check_pattern(const struct setting *row, const char *text,
				 struct slot *slot UNUSED)
{
	unsigned captures;
	struct err *err = *text ? pattern_check(text, &captures)
				: err_new(ERR_CONFIG, "an empty pattern matches nothing");

	return err ? err_wrap(err, "\"%s\"", row->name) : NULL;
}

static struct err *check_maps(const struct setting *row, const char *text UNUSED,
			      struct slot *slot UNUSED)
{
	return err_new(ERR_CONFIG, "\"%s\" cannot be a text", row->name);
}

struct err *setting_check(const struct setting *row, const char *text, struct slot *slot)
{
	static struct err *(*const checks[])(const struct setting *, const char *,
					     struct slot *) = {
		[SETTING_TEXT] = check_text,
		[SETTING_TEXTS] = check_nonempty,
		[SETTING_BOOL] = check_bool,
		[SETTING_NUMBER] = check_number,
		[SETTING_DURATION] = check_duration,
		[SETTING_RANGE] = check_range,
		[SETTING_CHOICE] = check_choice,
		[SETTING_FILE] = check_nonempty,
		[SETTING_SECRET] = check_secret,
		[SETTING_FILTER] = check_filter,
		[SETTING_DN] = check_dn,
		[SETTING_PATTERN] = check_pattern,
		[SETTING_VALUE] = check_nonempty,
		[SETTING_MAPS] = check_maps,
	};

	if (!text_is_utf8(text, strlen(text)))
		return err_new(ERR_CONFIG, "\"%s\" must be UTF-8", row->name);
	return checks[row->type](row, text, slot);
}

/* ---- what the kind of directory says ------------------------------------------------
 */

struct listener {
	struct complaints to;
	const struct building *b;
	const struct directory_words *directory;
};

/* A setting that lacks is missed in the map where it belongs. */
static const struct place *nearest_place(const struct directory_words *d,
					 const char *name)
{
	AUTO_MEM char *path = mem_strdup(NULL, name);
	const struct node *node = node_path(d->map, path);
	char *dot;

	while (node == NULL && (dot = strrchr(path, '.')) != NULL) {
		*dot = '\0';
		node = node_path(d->map, path);
	}
	return node ? &node->at : &d->key->at;
}

/* The text of this number in a list of which every text was good. */
static const struct node *item_of(const struct directory_words *d, const char *name,
				  const struct node *node, size_t which)
{
	const struct setting *row = setting_find(d->table, name);
	const char *const *texts;
	size_t n = 0;

	if (node->kind != NODE_LIST || row == NULL || !setting_is_list(row))
		return node;
	texts = settings_texts(d->settings, name);
	while (texts[n] != NULL)
		n++;
	return n == node->n && which < n ? node->items[which] : node;
}

/* What could not be read has its problem already. */
static void take_complaint(struct complaints *to, const char *name, size_t which,
			   struct err *err)
{
	const struct listener *l = (const struct listener *)to;
	const struct node *node = node_path(l->directory->map, name);

	if (node == NULL)
		problem(l->b->problems, nearest_place(l->directory, name), "%s",
			err_text(err));
	else if (settings_given(l->directory->settings, name))
		problem(l->b->problems, &item_of(l->directory, name, node, which)->at,
			"%s", err_text(err));
	err_free(err);
}

void check_connector(const struct building *b, const struct directory_words *d)
{
	struct listener listener = { { take_complaint }, b, d };

	if (b->load->check != NULL && d->settings != NULL)
		b->load->check(d->type, d->settings, &listener.to);
}

/* SPDX-License-Identifier: MIT */
/* What a tenant may do with credentials that are not its own. */
#include "bridge/record/dn.h"
#include "config/load_p.h"

/* True when own does without a secret, a certificate or an account of the profile. */
static bool borrows(const struct setting *row, const struct node *profile,
		    const struct node *own)
{
	for (; row->name != NULL; row++)
		if (is_credential(row) && node_path(profile, row->name) != NULL &&
		    node_path(own, row->name) == NULL)
			return true;
	return false;
}

/* "?sub" and nothing more: the whole tree below the DN. */
static bool is_whole(const char *rest)
{
	rest += *rest == '?';
	if (strncmp(rest, "sub", 3) == 0)
		rest += 3;
	rest += *rest == '?';
	return *rest == '\0';
}

/* A name in "<>" is another entry than the DN behind it says. */
static bool key_of(TALLOC_CTX *ctx, const char *text, struct value *key)
{
	struct err *err = dn_key(ctx, text, strcspn(text, "?"), key);
	bool good = err == NULL && *text != '<';

	err_free(err);
	return good;
}

/* True when reading at text shows nothing that reading at base does not. */
static bool covers(const char *base, const char *text)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	const char *rest = base + strcspn(base, "?");
	struct value above, below;

	if (strcmp(base, text) == 0)
		return true;
	return is_whole(rest) && key_of(tmp, base, &above) && key_of(tmp, text, &below) &&
	       dn_is_below(&below, &above);
}

static bool is_covered(const struct node *bases, const struct node *text)
{
	if (bases->kind == NODE_TEXT)
		return covers(bases->text, text->text);
	for (size_t i = 0; bases->kind == NODE_LIST && i < bases->n; i++)
		if (bases->items[i]->kind == NODE_TEXT &&
		    covers(bases->items[i]->text, text->text))
			return true;
	return false;
}

static void check_one(const struct building *b, const struct node *bases,
		      const struct node *text)
{
	if (text->kind != NODE_TEXT || text->nothing)
		return;
	if (bases == NULL)
		problem(b->problems, &text->at,
			"an included file that uses the credentials of a profile reads "
			"at the \"base\" of that profile, which has none");
	else if (!is_covered(bases, text))
		problem(b->problems, &text->at,
			"\"base\" must be, or lie below, a base of the profile whose "
			"credentials this included file uses, not \"%s\"",
			text->text);
}

void check_tenant_base(const struct building *b, const struct setting *table,
		       const struct node *profile, const struct node *own)
{
	const struct node *bases = node_get(profile, "base");
	const struct node *said = node_get(own, "base");

	if (said == NULL || table == NULL || !borrows(table, profile, own))
		return;
	if (said->kind == NODE_TEXT)
		check_one(b, bases, said);
	for (size_t i = 0; said->kind == NODE_LIST && i < said->n; i++)
		check_one(b, bases, said->items[i]);
}

/* SPDX-License-Identifier: MIT */
#include "bridge/record/dn.h"
#include "bridge/record/text.h"
#include "config/load_p.h"
#include "config/pattern_p.h"

#define RULES_MAX 10000

/* One rule that is being read. */
struct rule {
	const struct building *b;
	const struct node *map;
	struct settings *s;
	struct grant_rule *out;
};

static const struct place *at(const struct rule *r, const char *path)
{
	const struct node *node = node_path(r->map, path);

	return node ? &node->at : &r->map->at;
}

/* True where nobody can tell. */
static bool is_within(const struct directory_words *d, const struct value *dn)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	const struct setting *row = NULL;
	const char *const *bases;
	struct value base;

	if (d->table != NULL)
		row = setting_find(d->table, "base");
	if (row == NULL || row->type != SETTING_TEXTS)
		return true;
	for (bases = settings_texts(d->settings, "base"); *bases != NULL; bases++) {
		struct err *err = dn_key(tmp, *bases, strcspn(*bases, "?"), &base);
		bool within = err != NULL || dn_is_below(dn, &base);

		err_free(err);
		if (within)
			return true;
	}
	return false;
}

/* A group outside every base is never read, so its rule would never do anything. */
static void check_base(const struct rule *r)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct value dn;

	err_ignore(dn_key(tmp, r->out->dn, strlen(r->out->dn), &dn));
	for (size_t i = 0; i < r->b->n_directories; i++)
		if (is_within(&r->b->directories[i], &dn))
			return;
	problem(r->b->problems, at(r, "from.dn"),
		"this rule can match nothing: \"from.dn\" lies outside \"base\"");
}

static void read_from(struct rule *r)
{
	static const struct {
		const char *name;
		enum grant_from from;
	} kinds[] = { { "from.dn", GRANT_FROM_DN },
		      { "from.filter", GRANT_FROM_FILTER },
		      { "from.name", GRANT_FROM_NAME } };
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (node_path(r->map, kinds[i].name) != NULL) {
			r->out->from = kinds[i].from;
			n++;
		}
	if (n != 1)
		problem(r->b->problems, at(r, "from"),
			"a rule needs one of \"dn\", \"filter\" and \"name\" under "
			"\"from\"");
	r->out->dn = settings_text(r->s, "from.dn");
	r->out->pattern = settings_text(r->s, "from.name");
	r->out->filter = filter_of(r->b, r->s, "from.filter");
	if (r->out->dn != NULL)
		check_base(r);
}

static void check_captures(const struct rule *r)
{
	unsigned used = captures_used(r->out->group);
	struct err *err = NULL;

	if (used > 0 && r->out->pattern == NULL)
		err = err_new(ERR_CONFIG, "uses $%u, which only \"from.name\" can give",
			      used);
	else if (used > 0)
		err = captures_check(r->out->group, r->out->pattern);
	if (err != NULL)
		problem(r->b->problems, at(r, "to.group"), "\"to.group\" %s",
			err_text(err));
	err_free(err);
}

static void read_group(const struct rule *r)
{
	const char *group = settings_text(r->s, "to.group");

	if (group == NULL)
		return;
	r->out->group = text_name(r->b->ctx, group, strlen(group));
	if (r->out->group == NULL)
		problem(r->b->problems, at(r, "to.group"),
			"\"to.group\" must be a name without control characters");
	else
		check_captures(r);
}

static void read_organization(const struct rule *r)
{
	const char *own = r->b->out->organization;
	const char *text = settings_text(r->s, "to.organization");

	r->out->organization = own;
	if (text == NULL)
		return;
	r->out->organization = organization_path(r->b->ctx, text);
	if (captures_used(text) > 0)
		problem(r->b->problems, at(r, "to.organization"),
			"\"to.organization\" is fixed and takes nothing from a pattern");
	else if (r->out->organization == NULL)
		problem(r->b->problems, at(r, "to.organization"),
			"\"to.organization\" must be a path of at most three names, not "
			"\"%s\"",
			text);
	else if (own != NULL && !organization_is_within(r->out->organization, own))
		problem(r->b->problems, at(r, "to.organization"),
			"\"to.organization\" must be \"%s\" or lie below it, not \"%s\"",
			own, text);
}

static void read_rule(struct rule *r, unsigned number)
{
	const struct reading reading = { r->b->load->scratch, r->b->problems, &r->s, 1,
					 false };

	r->out->number = number;
	r->out->file = mem_strdup(r->b->ctx, r->map->at.path);
	r->out->line = r->map->at.line;
	if (r->map->kind != NODE_MAP) {
		problem(r->b->problems, &r->map->at,
			"a rule must be a map of \"from\" and \"to\"");
		return;
	}
	read_settings(&reading, r->map);
	read_required(&reading, r->map, &r->map->at);
	read_from(r);
	read_group(r);
	read_organization(r);
	r->out->role = strcmp(settings_text(r->s, "to.role"), "owner") == 0 ? ROLE_OWNER
									    : ROLE_MEMBER;
	r->out->create = settings_bool(r->s, "to.create");
	r->out->allow_owner_claim = settings_bool(r->s, "to.allow_owner_claim");
	r->out->owners = attribute_names(r->b, at(r, "to.owners"),
					 settings_texts(r->s, "to.owners"));
}

void grants_read(const struct building *b)
{
	const struct node *list = node_get(b->map, "grants");
	struct grant_rule *rules;

	if (list == NULL || list->nothing)
		return;
	if (list->kind != NODE_LIST) {
		problem(b->problems, &list->at, "\"grants\" must be a list of rules");
		return;
	}
	if (list->n > RULES_MAX) {
		problem(b->problems, &list->at, "\"grants\" has more than %d rules",
			RULES_MAX);
		return;
	}
	rules = mem_array(b->ctx, struct grant_rule, list->n);
	for (size_t i = 0; i < list->n && !problems_full(b->problems); i++) {
		struct rule r = { b, list->items[i],
				  settings_new(b->ctx, config_grant_settings),
				  &rules[i] };

		read_rule(&r, (unsigned)i + 1);
	}
	b->out->grants = rules;
	b->out->n_grants = list->n;
}

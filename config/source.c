/* SPDX-License-Identifier: MIT */
#include "bridge/record/dn.h"
#include "bridge/record/text.h"
#include "config/load_p.h"

#define NAME_MAX_LEN 64

const struct place *place_of_setting(const struct building *b, const char *path)
{
	const struct node *node = node_path(b->map, path);

	return node ? &node->at : &b->key->at;
}

const struct filter *filter_of(const struct building *b, const struct settings *s,
			       const char *name)
{
	const char *text = settings_text(s, name);
	struct filter *filter = NULL;

	if (text != NULL)
		err_ignore(filter_parse(b->ctx, text, &filter));
	return filter;
}

/* ---- what is inherited ---------------------------------------------------------------
 */

static const char *text_at(const struct node *map, const char *key)
{
	const struct node *node = node_get(map, key);

	return node && node->kind == NODE_TEXT && !node->nothing ? node->text : NULL;
}

static const struct node *own_address(const struct setting *table, const struct node *own)
{
	for (; table->name != NULL; table++)
		if ((table->flags & SETTING_ADDRESS) != 0 &&
		    node_path(own, table->name) != NULL)
			return node_path(own, table->name);
	return NULL;
}

bool is_credential(const struct setting *row)
{
	return row->type == SETTING_SECRET || (row->flags & SETTING_CREDENTIAL) != 0;
}

/* What is said anew with a row: the map of a secret ("bind"), or the row alone. */
static char *unit_of(TALLOC_CTX *ctx, const struct setting *row)
{
	const char *dot = row->type == SETTING_SECRET ? strrchr(row->name, '.') : NULL;

	return mem_strndup(ctx, row->name,
			   dot ? (size_t)(dot - row->name) : strlen(row->name));
}

static bool says_credentials(const struct building *b, const struct setting *row,
			     const struct node *own)
{
	for (; row->name != NULL; row++)
		if (is_credential(row) &&
		    node_path(own, unit_of(b->load->scratch, row)) != NULL)
			return true;
	return false;
}

static bool says_secret(const struct setting *row, const struct node *profile)
{
	for (; row->name != NULL; row++)
		if (row->type == SETTING_SECRET && node_path(profile, row->name) != NULL)
			return true;
	return false;
}

/* Credentials are meant for the address that they are written beside. */
static const struct node *without_credentials(const struct building *b,
					      const struct setting *table,
					      const struct node *profile,
					      const struct node *own)
{
	const struct node *address = own_address(table, own), *kept = profile;
	bool told = says_secret(table, profile) || says_credentials(b, table, own);

	for (; address != NULL && table->name != NULL; table++) {
		const char *unit = unit_of(b->load->scratch, table);

		if (!is_credential(table) || node_path(profile, table->name) == NULL)
			continue;
		kept = node_without(b->load->scratch, kept, unit);
		if (table->type == SETTING_SECRET ? node_path(own, unit) == NULL : !told)
			problem(b->problems, &address->at,
				"\"%s\" is missing: a source that sets its own address "
				"inherits no credentials from its profile",
				table->name);
	}
	return kept;
}

static const char *const *names_of(TALLOC_CTX *ctx, const struct node *map)
{
	const char **names = mem_array(ctx, const char *, map->n + 1);

	for (size_t i = 0; i < map->n; i++)
		names[i] = map->keys[i]->text;
	return names;
}

static const struct node *find_profile(const struct building *b, const struct node *own)
{
	const struct node *at = node_get(own, "profile"), *profile = NULL;
	const char *name = text_at(own, "profile");

	if (name == NULL)
		return NULL;
	if (b->load->profiles != NULL)
		profile = node_get(b->load->profiles, name);
	if (profile == NULL)
		problem(b->problems, &at->at, "there is no profile \"%s\"%s", name,
			b->load->profiles ? did_you_mean(b->load->scratch, name,
							 names_of(b->load->scratch,
								  b->load->profiles))
					  : "");
	return profile;
}

static const struct node *inherit(const struct building *b, const struct node *own)
{
	const struct node *profile = find_profile(b, own);
	const struct setting *table;
	const char *type = text_at(own, "type");

	if (profile == NULL)
		return own;
	table = b->load->connectors(type ? type : text_at(profile, "type"));
	if (table != NULL)
		profile = without_credentials(b, table, profile, own);
	if (own->file->included)
		check_tenant_base(b, table, profile, own);
	return node_merge(b->load->scratch, profile, own);
}

/* ---- what it says
 * ---------------------------------------------------------------------- */

static void read_tables(struct building *b, bool profile)
{
	const char *type = text_at(b->map, "type");
	const struct setting *table = b->load->connectors(type);
	struct settings *sets[4];
	struct reading r = { b->load->scratch, b->problems, sets, 3, table == NULL };

	sets[0] = b->source = settings_new(b->ctx, config_source_settings);
	sets[1] = b->people = settings_new(b->ctx, config_people_settings);
	sets[2] = b->groups = settings_new(b->ctx, config_groups_settings);
	if (table != NULL)
		sets[r.n_sets++] = b->connector = settings_new(b->ctx, table);
	else if (type != NULL)
		problem(b->problems, place_of_setting(b, "type"),
			"there is no kind of directory named \"%s\"%s", type,
			did_you_mean(b->load->scratch, type, b->load->connector_names));
	read_settings(&r, b->map);
	if (!profile)
		read_required(&r, b->map, &b->key->at);
}

static void read_organization(const struct building *b)
{
	const char *text = settings_text(b->source, "organization");
	const struct node *node = node_path(b->map, "organization");

	if (text == NULL)
		return;
	b->out->organization = organization_path(b->ctx, text);
	if (b->out->organization == NULL)
		problem(b->problems, place_of_setting(b, "organization"),
			"\"organization\" must be a path of at most three names, not "
			"\"%s\"",
			text);
	else if (b->tied != NULL && !organization_is_same(b->out->organization, b->tied))
		problem(b->problems, node->file->included ? &node->at : &b->key->at,
			"this file is included for \"%s\" and describes no other "
			"organization, not \"%s\"",
			b->tied, text);
}

/* Addresses as keys, so that they are found however they are written. */
/* Addresses as keys, DNs as they are. */
static const char *const *sentinels(const struct building *b)
{
	const char *const *texts = settings_texts(b->source, "sentinels");
	size_t n = 0;
	const char **out;
	struct digest digest;

	while (texts != NULL && texts[n] != NULL)
		n++;
	out = mem_array(b->ctx, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(texts[i]);

		out[i] = strchr(texts[i], '=') ? texts[i]
					       : email_key(b->ctx, texts[i], len);
		if (out[i] != NULL &&
		    (out[i] != texts[i] || dn_digest(texts[i], len, &digest)))
			continue;
		problem(b->problems, place_of_setting(b, "sentinels"),
			"\"sentinels\" holds \"%s\", which is no address and no DN",
			texts[i]);
		out[i] = "";
	}
	return out;
}

/* As they stand behind the @ of an address's key. */
static const char *const *mail_domains(const struct building *b)
{
	const char *const *texts = settings_texts(b->source, "mail_domains");
	size_t n = 0;
	const char **out;

	while (texts != NULL && texts[n] != NULL)
		n++;
	out = mem_array(b->ctx, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		char *address = mem_printf(out, "x@%s", texts[i]);
		char *key = email_key(out, address, strlen(address));

		out[i] = key ? strchr(key, '@') + 1 : "";
		if (key == NULL)
			problem(b->problems, place_of_setting(b, "mail_domains"),
				"\"mail_domains\" holds \"%s\", which is no domain: "
				"write "
				"contoso.example",
				texts[i]);
	}
	return out;
}

static const char *const *protected_names(const struct building *b)
{
	const char *const *texts = settings_texts(b->source, "protect");
	size_t n = 0;
	const char **out;

	while (texts[n] != NULL)
		n++;
	out = mem_array(b->ctx, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		out[i] = email_key(out, texts[i], strlen(texts[i]));
		if (out[i] == NULL)
			out[i] = text_name(out, texts[i], strlen(texts[i]));
		if (out[i] == NULL)
			problem(b->problems, place_of_setting(b, "protect"),
				"\"protect\" holds \"%s\", which is no address and no "
				"name",
				texts[i]);
	}
	return out;
}

static enum invitations invitations_of(const struct settings *s)
{
	const char *word = settings_text(s, "invitations");

	if (strcmp(word, "staged") == 0)
		return INVITATIONS_STAGED;
	return strcmp(word, "silent") == 0 ? INVITATIONS_SILENT : INVITATIONS_MAIL;
}

static void fill_source(const struct building *b)
{
	struct source_config *out = b->out;
	const struct settings *s = b->source;

	out->act_as = settings_text(s, "act_as");
	out->type = settings_text(s, "type");
	out->connector = b->connector;
	out->removal = strcmp(settings_text(s, "removal"), "suspend") == 0
			       ? REMOVAL_SUSPEND
			       : REMOVAL_REVOKE;
	out->grace = settings_number(s, "grace");
	out->leavers = strcmp(settings_text(s, "leavers"), "all") == 0 ? LEAVERS_ALL
								       : LEAVERS_OURS;
	out->adopt = settings_bool(s, "adopt");
	out->invitations = invitations_of(s);
	settings_range(s, "expect_people", &out->expect_people.low,
		       &out->expect_people.high);
	out->protect = protected_names(b);
	out->sentinels = sentinels(b);
	out->mail_domains = mail_domains(b);
	limits_read(b);
	out->shared_directory = settings_bool(s, "shared_directory");
	out->idle_timeout = settings_number(s, "idle_timeout");
	out->run_timeout = settings_number(s, "run_timeout");
	out->second_person = (uint32_t)settings_number(s, "second_person");
	out->max_bytes = (uint64_t)settings_number(s, "max_bytes");
}

static void fill_people(const struct building *b)
{
	struct people_rule *out = &b->out->people;
	const struct settings *s = b->people;

	out->filter = filter_of(b, s, "people.filter");
	value_read(b, "people.email", &out->email);
	value_read(b, "people.name", &out->name);
	out->without_email = strcmp(settings_text(s, "people.without_email"), "hold") == 0
				     ? WITHOUT_EMAIL_HOLD
				     : WITHOUT_EMAIL_SKIP;
	out->disabled = filter_of(b, s, "people.disabled");
	out->expires = attribute_names(b, place_of_setting(b, "people.expires"),
				       settings_texts(s, "people.expires"));
}

static void check_placeholders(const struct building *b)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	const char *const *dn = b->out->groups.placeholders;
	struct value key;

	for (; *dn != NULL; dn++) {
		struct err *err = dn_key(tmp, *dn, strlen(*dn), &key);

		if (err != NULL)
			problem(b->problems, place_of_setting(b, "groups.placeholders"),
				"\"groups.placeholders\" must be DNs: %s", err_text(err));
		err_free(err);
	}
}

static void fill_groups(const struct building *b)
{
	struct groups_rule *out = &b->out->groups;
	const struct settings *s = b->groups;
	const char *name[] = { settings_text(s, "groups.name_attribute"), NULL };

	out->filter = filter_of(b, s, "groups.filter");
	out->name_attribute =
		attribute_names(b, place_of_setting(b, "groups.name_attribute"), name)[0];
	out->placeholders = settings_texts(s, "groups.placeholders");
	check_placeholders(b);
	out->expand_owner_groups = settings_bool(s, "groups.expand_owner_groups");
}

static void build(struct building *b, bool profile)
{
	read_tables(b, profile);
	read_organization(b);
	fill_source(b);
	fill_people(b);
	fill_groups(b);
	grants_read(b);
	if (!profile)
		check_connector(b);
}

/* ---- a source, a profile
 * ---------------------------------------------------------------- */

static bool is_source_name(const char *name)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	return strspn(name, first) > 0 && strlen(name) <= NAME_MAX_LEN &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")] == '\0';
}

static struct draft *draft_new(struct loader *l, struct config_file *file,
			       const struct node *key)
{
	struct draft *draft;

	mem_grow(l->scratch, l->drafts, l->n_drafts + 1, &l->drafts_capacity);
	draft = &l->drafts[l->n_drafts++];
	*draft = (struct draft){ .file = file, .key = key };
	draft->source.name = mem_strdup(l->config, key->text);
	draft->source.file = mem_strdup(l->config, key->at.path);
	draft->source.line = key->at.line;
	return draft;
}

void load_source(struct loader *l, struct config_file *file, const struct node *key,
		 const struct node *map)
{
	struct draft *draft = draft_new(l, file, key);
	struct building b = { .load = l,
			      .problems = file->whole ? file->problems
						      : problems_new(l->scratch),
			      .ctx = l->config,
			      .key = key,
			      .tied = file->tied,
			      .out = &draft->source };

	if (!is_source_name(key->text))
		problem(b.problems, &key->at,
			"the name of a source is at most %d letters, digits, \"-\", "
			"\"_\" and \".\", not \"%s\"",
			NAME_MAX_LEN, key->text);
	if (map->kind != NODE_MAP) {
		problem(b.problems, &map->at, "source \"%s\" must be a map of settings",
			key->text);
		return;
	}
	b.map = inherit(&b, map);
	build(&b, false);
}

void load_profile(struct loader *l, const struct node *key, const struct node *map)
{
	struct source_config nobody = { 0 };
	struct building b = { .load = l,
			      .problems = l->main->problems,
			      .ctx = l->scratch,
			      .key = key,
			      .map = map,
			      .out = &nobody };

	if (map->kind != NODE_MAP)
		problem(b.problems, &map->at, "profile \"%s\" must be a map of settings",
			key->text);
	else if (node_get(map, "profile") != NULL)
		problem(b.problems, place_of_setting(&b, "profile"),
			"a profile cannot have a profile itself");
	else
		build(&b, true);
}

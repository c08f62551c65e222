/* SPDX-License-Identifier: MIT */
#include "bridge/record/dn.h"
#include "bridge/record/text.h"
#include "config/load_p.h"

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

/* ---- what it says
 * ---------------------------------------------------------------------- */

/* What a directory says in the source's place is known by the table of its type. */
static void read_tables(struct building *b, bool profile)
{
	TALLOC_CTX *scratch = b->load->scratch;
	struct settings **sets =
		mem_array(scratch, struct settings *, 4 + b->n_directories);
	struct reading r = { scratch, b->problems, sets, 3, false };

	sets[0] = b->source = settings_new(b->ctx, config_source_settings);
	sets[1] = b->people = settings_new(b->ctx, config_people_settings);
	sets[2] = b->groups = settings_new(b->ctx, config_groups_settings);
	if (!profile)
		read_required(&r, b->map, &b->key->at);
	sets[r.n_sets++] = settings_new(scratch, config_directory_settings);
	for (size_t i = 0; i < b->n_directories; i++) {
		const struct setting *table = b->directories[i].table;

		r.open |= table == NULL;
		if (table != NULL)
			sets[r.n_sets++] = settings_new(scratch, table);
	}
	read_settings(&r, b->map);
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

static void fill_directories(const struct building *b)
{
	struct directory_config *all =
		mem_array(b->ctx, struct directory_config, b->n_directories);

	for (size_t i = 0; i < b->n_directories; i++) {
		const struct directory_words *d = &b->directories[i];

		all[i].name = d->own ? mem_strdup(b->ctx, d->key->text) : "";
		all[i].type = d->type ? mem_strdup(b->ctx, d->type) : NULL;
		all[i].settings = d->settings;
	}
	b->out->directories = all;
	b->out->n_directories = b->n_directories;
}

static void fill_source(const struct building *b)
{
	struct source_config *out = b->out;
	const struct settings *s = b->source;

	out->act_as = settings_text(s, "act_as");
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
	out->employee_id = attribute_names(b, place_of_setting(b, "people.employee_id"),
					   settings_texts(s, "people.employee_id"));
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
	directories_find(b);
	read_tables(b, profile);
	directories_read(b, profile);
	read_organization(b);
	fill_directories(b);
	fill_source(b);
	fill_people(b);
	fill_groups(b);
	grants_read(b);
	for (size_t i = 0; !profile && i < b->n_directories; i++)
		check_connector(b, &b->directories[i]);
}

/* ---- a source, a profile
 * ---------------------------------------------------------------- */

bool is_short_name(const char *name)
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

	if (!is_short_name(key->text))
		problem(b.problems, &key->at,
			"the name of a source is at most %d letters, digits, \"-\", "
			"\"_\" and \".\", not \"%s\"",
			NAME_MAX_LEN, key->text);
	if (map->kind != NODE_MAP) {
		problem(b.problems, &map->at, "source \"%s\" must be a map of settings",
			key->text);
		return;
	}
	b.own = map;
	b.profile = find_profile(&b, map);
	b.map = b.profile ? node_merge(l->scratch, b.profile, map) : map;
	build(&b, false);
}

void load_profile(struct loader *l, const struct node *key, const struct node *map)
{
	struct source_config nobody = { 0 };
	struct building b = { .load = l,
			      .problems = l->main->problems,
			      .ctx = l->scratch,
			      .key = key,
			      .own = map,
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

void load_released(struct loader *l, struct config_file *file, const struct node *key,
		   struct source_config *out)
{
	struct building b = { .load = l,
			      .problems = file->problems,
			      .ctx = l->config,
			      .key = key,
			      .own = file->root,
			      .map = file->root,
			      .out = out };

	out->name = mem_strdup(l->config, key->text);
	build(&b, true);
}

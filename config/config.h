/* SPDX-License-Identifier: MIT */
/*
 * dirbridge.yaml as typed values. config_load() reads the main file and what it
 * includes, checks everything against the tables of settings, and reports every error
 * at once, each with file, line, column and, for a misspelt word, "did you mean".
 *
 * An error in the main file is everybody's: config_load() fails. An error in an included
 * file (a tenant's) is that organization's only: its sources are kept with `broken` set,
 * and the rest goes on.
 *
 * The format is in dirbridge.yaml(5); the commented sample is config/dirbridge.yaml.
 */
#ifndef DIRBRIDGE_CONFIG_CONFIG_H
#define DIRBRIDGE_CONFIG_CONFIG_H

#include "bridge/base/digest.h"
#include "bridge/record/filter.h"
#include "bridge/record/role.h"
#include "config/complaint.h"
#include "config/settings.h"

/* How a text about a person comes out of an entry; dirbridge.yaml(5), VALUES. */
struct value_rule {
	const char *const *attributes; /* the first that has a usable value wins */
	const char
		*template_text; /* "{uid}@example.com"; used when no attribute has one */
	bool lower;             /* fold to lower case */
	const char *pattern;    /* PCRE2, replaced throughout by replacement ($1..$9) */
	const char *replacement;
};

/* What becomes of a person in scope who has no usable e-mail address. */
enum without_email {
	WITHOUT_EMAIL_SKIP, /* left out, counted */
	WITHOUT_EMAIL_HOLD, /* left out, named as a finding, exit code 3 */
};

struct people_rule {
	const struct filter *filter;
	struct value_rule email;
	struct value_rule name;
	enum without_email without_email;
	const struct filter
		*disabled; /* who is disabled, beside what is built in; or NULL */
	const char *const *expires;     /* attributes that hold an expiry */
	const char *const *employee_id; /* attributes that hold what is a person's own in
					   every directory; decides nothing */
};

struct groups_rule {
	const struct filter *filter;
	const char *name_attribute;      /* what name patterns look at; "cn" */
	const char *const *placeholders; /* member DNs that stand for nobody (T57) */
	bool expand_owner_groups; /* the members of a group that owns a group own it too
				   */
};

/* Which directory groups a grant rule takes. */
enum grant_from {
	GRANT_FROM_DN,
	GRANT_FROM_FILTER,
	GRANT_FROM_NAME, /* pattern on the whole name, without regard to case */
};

struct grant_rule {
	unsigned number; /* from 1, in order of the file; plans say "rule 2" */
	const char *file;
	int line;
	enum grant_from from;
	const char *dn;
	const struct filter *filter;
	const char *pattern;
	const char *organization; /* path of the target; the source's own by default */
	const char *group;        /* name, with $1..$9 from the pattern */
	enum role role;
	bool create;               /* a console group that is missing may be created */
	bool allow_owner_claim;    /* may target a group that carries Owner */
	const char *const *owners; /* attributes of the directory group whose persons
				      become group owners ("owner", "managedBy") */
};

enum removal {
	REMOVAL_REVOKE,
	REMOVAL_SUSPEND,
};

/* What goes of who is proved to have left. */
enum leavers {
	LEAVERS_OURS, /* what the source gave */
	LEAVERS_ALL, /* what a person gave as well, in the source's organization and below
		      */
};

/* How the people that a source invites learn of it; it decides nothing about who is
 * wanted. */
enum invitations {
	INVITATIONS_MAIL,
	INVITATIONS_SILENT, /* pending, no mail */
	INVITATIONS_STAGED, /* pending, and nobody is invited before a person releases it
			     */
};

struct range {
	int64_t low, high; /* both 0: not set */
};

/* How much may go without a person: a limit for each, in this order, as `limits` names
 * them. */
enum limit_of {
	LIMIT_PEOPLE,
	LIMIT_DISABLED,
	LIMIT_GROUPS,
	LIMIT_GROUP,
	LIMIT_GRANTS,
	LIMIT_OWNERS,
	LIMIT_EMAILS,
	LIMIT_INVITATIONS,
	LIMITS
};

/* "50", "25%", "50 or 25%", "25% until 2026-12-31"; all 0: the default. */
struct limit {
	uint32_t count, percent;
	int64_t until;
};

/* One directory of a source. */
struct directory_config {
	const char *name; /* "" of a source that is one directory and names none */
	const char *type; /* name of the connector */
	struct settings *settings;
};

struct source_config {
	const char *name;
	const char *file; /* where it is written */
	int line;
	const char *broken; /* why it cannot be used, or NULL; then only name, file, line
			       and organization (when readable) mean anything */
	const char *organization;                   /* path: "northwind/contoso" */
	const char *act_as;                         /* its service principal */
	const struct directory_config *directories; /* sorted by name, one at least */
	size_t n_directories;
	struct people_rule people;
	struct groups_rule groups;
	const struct grant_rule *grants;
	size_t n_grants;
	enum removal removal;
	int64_t grace; /* seconds, for REMOVAL_SUSPEND */
	enum leavers leavers;
	bool adopt; /* what is wanted and was given by hand becomes the source's alone */
	enum invitations invitations;
	struct range expect_people;
	const char *const
		*sentinels; /* e-mail keys and DNs that must be read each time */
	const char *const *mail_domains; /* keys of domains; none: any */
	struct limit limits[LIMITS];
	uint32_t second_person; /* so many removals need a second one's approval; 0: never
				 */
	const char *const *protect; /* e-mail keys and group names never touched */
	bool shared_directory;
	int64_t idle_timeout; /* seconds without a word from the connector */
	int64_t run_timeout;  /* seconds for a whole pull */
	uint64_t max_bytes;   /* of one pull */
};

struct config {
	const char *store; /* URL: "sqlite:/var/lib/dirbridge/console.db" */
	const struct source_config *sources; /* sorted by name */
	size_t n_sources;
	const char *const *problems; /* errors of included files, as printed lines */
	size_t n_problems;
};

/* The settings table of a type of connector, or NULL when there is none of that name. */
typedef const struct setting *(*config_connector_fn)(const char *type);

/* Complain about what is wrong with the settings of this type beyond what their table
 * says; pure. */
typedef void (*config_check_fn)(const char *type, const struct settings *settings,
				struct complaints *to);

/*
 * Read it all. ERR_CONFIG holds one error a line. The result belongs to ctx.
 * connectors may be asked for NULL: it then returns NULL. check may be NULL.
 */
MUST_CHECK struct err *config_load(TALLOC_CTX *ctx, const char *path,
				   config_connector_fn connectors,
				   const char *const *connector_names,
				   config_check_fn check, struct config **out);

/* The source of this name; ERR_CONFIG with "did you mean", or why it is broken. */
MUST_CHECK struct err *config_source(const struct config *config, const char *name,
				     const struct source_config **out);

/*
 * A text of everything that decides who is wanted (directory address and bases,
 * filters, attributes, rules, removal policy, what becomes of what was given by hand),
 * as YAML of that source alone, in a fixed order and with secrets as references; and its
 * digest. Timeouts and limits are not in it, nor is act_as.
 */
char *config_decides(TALLOC_CTX *ctx, const struct source_config *source);
void config_digest(const struct source_config *source, struct digest *out);

/*
 * Such a text read back, by the same tables: what it does not say has its default.
 * ERR_CONFIG when it cannot be read, as one of another version may be. The result belongs
 * to ctx; name is what the source is called now.
 */
MUST_CHECK struct err *config_released(TALLOC_CTX *ctx, const char *text,
				       const char *name, config_connector_fn connectors,
				       const struct source_config **out);

/* A setting whose values differ: "people.filter", "grants 2.to.group". A value is as it
 * would be written, NULL when it is not set; not escaped. */
struct config_difference {
	const char *name, *before, *after;
};

/* In what two texts of config_decides() differ, in the order of the later one. Rules that
 * were put in, or taken out, are one difference each. Everything belongs to ctx. */
const struct config_difference *config_compare(TALLOC_CTX *ctx, const char *before,
					       const char *after, size_t *n);

/* Does an entry of this DN lie where the source reads? Unknown for a kind of directory
 * without a "base", and where a base asks for more than a place. */
enum config_reads { CONFIG_READS_UNKNOWN, CONFIG_READS, CONFIG_READS_NOT };
enum config_reads config_reads(const struct source_config *source,
			       const struct value *dn);

/*
 * The tables, for the manual's test: the whole file, a source (which is read against
 * the next three and its connectors' as well), a directory, a rule of `grants`, and a
 * value that is written as a map.
 */
extern const struct setting config_file_settings[];
extern const struct setting config_source_settings[];
extern const struct setting config_directory_settings[];
extern const struct setting config_people_settings[];
extern const struct setting config_groups_settings[];
extern const struct setting config_grant_settings[];
extern const struct setting config_value_settings[];

#endif

/* SPDX-License-Identifier: MIT */
#include "bridge/record/dn.h"
#include "connectors/ldap_p.h"

/* Entries that a probe looks at, in each base. */
#define SAMPLE 10

/* The anchor of one entry as text of ctx, or NULL when it cannot be read. */
static struct err *anchor_at(struct session *s, const char *dn, TALLOC_CTX *ctx,
			     char **out)
{
	const char *attributes[] = { anchor_attribute(s->server.anchor), NULL };
	const struct dir_question q = { .base = dn,
					.scope = LDAP_SCOPE_BASE,
					.filter = "(objectClass=*)",
					.attributes = attributes };
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct dir_answer *answer;
	struct dir_view view;
	struct value anchor;
	struct err *err = dir_ask(s, tmp, &q, 1, &answer);

	*out = NULL;
	if (err == NULL && dir_is_down(answer->done.code))
		return dir_failed(s, answer->done.code, answer->done.diagnostic);
	if (err != NULL || answer->n == 0)
		return err;
	err = dir_take(s, answer->entries[0], &view);
	if (err != NULL || view.anchor_len == 0)
		return err;
	anchor = (struct value){ (const char *)view.anchor, view.anchor_len };
	*out = anchor_text(ctx, s->server.anchor, &anchor);
	return NULL;
}

/* The smallest naming context that holds the first base; the base where none does. */
static const char *domain_of(const struct session *s)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	const char *best = s->bases[0].dn;
	size_t longest = 0;

	for (const char **at = s->server.contexts; *at != NULL; at++) {
		struct value key;
		struct err *err = dn_key(tmp, *at, strlen(*at), &key);

		if (err == NULL && key.len > longest &&
		    dn_is_below(&s->bases[0].key, &key)) {
			best = *at;
			longest = key.len;
		}
		err_free(err);
	}
	return best;
}

/* What is pinned: in Active Directory the domain, elsewhere the first base. */
static struct err *say_identity(struct session *s, struct sink *sink)
{
	bool ad = s->server.vendor == DIR_AD || s->server.vendor == DIR_SAMBA;
	const char *dn = ad ? domain_of(s) : s->bases[0].dn;
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	char *anchor;
	struct err *err = anchor_at(s, dn, tmp, &anchor);

	if (err != NULL)
		return err;
	if (anchor == NULL)
		sink_note(
			sink, NOTE_FINDING,
			"the account cannot read %s of \"%s\": only its name tells this "
			"directory from another",
			anchor_attribute(s->server.anchor), dn);
	sink_fact(sink, "identity", "%s", anchor != NULL ? anchor : dn);
	sink_fact(sink, "anchor", "%s", anchor_kind_name(s->server.anchor));
	return NULL;
}

static void say_tls(const struct session *s, struct sink *sink)
{
	char *version = NULL, *cipher = NULL;

	if (ldap_tls_inplace(s->ld)) {
		ldap_get_option(s->ld, LDAP_OPT_X_TLS_VERSION, &version);
		ldap_get_option(s->ld, LDAP_OPT_X_TLS_CIPHER, &cipher);
		sink_fact(sink, "tls", "%s %s", version != NULL ? version : "yes",
			  cipher != NULL ? cipher : "");
	} else
		sink_fact(sink, "tls", "no");
	ldap_memfree(version);
	ldap_memfree(cipher);
}

/* RFC 4532. Not every server knows it; then the configured name must do. */
static struct err *say_account(struct session *s, struct sink *sink)
{
	const char *account = settings_text(s->settings, "bind.dn");
	AUTO_MESSAGE LDAPMessage *m = NULL;
	struct berval *name = NULL;
	struct err *err;
	int id;

	if (ldap_whoami(s->ld, NULL, NULL, &id) != LDAP_SUCCESS)
		return dir_failed(s, LDAP_SERVER_DOWN, NULL);
	err = dir_receive(s, id, &m);
	if (err != NULL)
		return err;
	if (ldap_parse_whoami(s->ld, m, &name) == LDAP_SUCCESS && name != NULL)
		sink_fact(sink, "account", "%.*s", (int)name->bv_len,
			  name->bv_len > 0 ? name->bv_val : "");
	else
		sink_fact(sink, "account", "%s", account != NULL ? account : "anonymous");
	ber_bvfree(name);
	return NULL;
}

static void say_server(const struct session *s, struct sink *sink)
{
	sink_fact(sink, "server", "%s (%s)", s->url, s->server.vendor_text);
	sink_fact(sink, "vendor", "%s", s->server.vendor_text);
	sink_fact(sink, "lookup", "yes");
	sink_fact(sink, "deletions", "no");
}

/* Can anything at all be read in this base, whatever the filter says? */
static struct err *explain_empty(struct session *s, struct sink *sink,
				 const struct dir_base *base)
{
	const char *attributes[] = { LDAP_NO_ATTRS, NULL };
	const struct dir_question q = { .base = base->dn,
					.scope = base->scope,
					.filter = "(objectClass=*)",
					.attributes = attributes,
					.size_limit = SAMPLE,
					.sample = true };
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct dir_answer *answer;
	struct err *err = dir_ask(s, tmp, &q, SAMPLE, &answer);

	if (err != NULL)
		return err;
	if (answer->n > 1 || (answer->n == 1 && base->scope == LDAP_SCOPE_ONELEVEL))
		sink_note(sink, NOTE_FINDING,
			  "the filter matches no entry of base \"%s\", though there are "
			  "some: %s",
			  base->dn, dir_question_of(tmp, s, base).filter);
	else
		sink_note(
			sink, NOTE_FINDING,
			"the account reads the base \"%s\" but no entry below it: it may "
			"lack the right to read them",
			base->dn);
	return NULL;
}

static struct err *judge_sample(struct session *s, struct sink *sink,
				const struct dir_base *base,
				const struct dir_answer *answer)
{
	struct dir_view view;
	struct err *err;

	if (answer->n == 0)
		return explain_empty(s, sink, base);
	err = dir_take(s, answer->entries[0], &view);
	if (err == NULL && view.anchor_len == 0)
		sink_note(sink, NOTE_FINDING,
			  "the account cannot read %s, for instance of \"%.*s\"; without "
			  "it nothing can be imported",
			  anchor_attribute(s->server.anchor), (int)view.dn.bv_len,
			  view.dn.bv_val);
	return err;
}

static struct err *sample(struct session *s, struct sink *sink,
			  const struct dir_base *base, bool *paging)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct dir_question q = dir_question_of(tmp, s, base);
	struct dir_answer *answer;
	struct err *err;

	dir_note_search(s, sink, &q);
	q.page = SAMPLE;
	q.sample = true;
	err = dir_ask(s, tmp, &q, SAMPLE, &answer);
	if (err == NULL && answer->done.code == LDAP_UNAVAILABLE_CRITICAL_EXTENSION) {
		q.paged = false;
		q.size_limit = SAMPLE;
		err = dir_ask(s, tmp, &q, SAMPLE, &answer);
	}
	if (err != NULL)
		return err;
	if (answer->done.code == LDAP_NO_SUCH_OBJECT)
		return dir_no_base(s, base->dn, answer->done.matched);
	if (answer->done.code != LDAP_SUCCESS && !dir_is_partial(answer->done.code))
		return dir_failed(s, answer->done.code, answer->done.diagnostic);
	*paging &= answer->done.paged;
	dir_abandon(s, &q, &answer->done);
	return judge_sample(s, sink, base, answer);
}

struct err *dir_probe(struct session *s, struct sink *sink)
{
	struct err *err = NULL;
	bool paging = true;

	for (size_t i = 0; err == NULL && i < s->n_bases; i++)
		err = sample(s, sink, &s->bases[i], &paging);
	if (err == NULL)
		err = say_identity(s, sink);
	if (err == NULL)
		err = say_account(s, sink);
	if (err != NULL)
		return err;
	if (!paging)
		sink_note(sink, NOTE_INFO,
			  "server \"%s\" does not page: a pull counts as whole only when "
			  "the number of its entries does not look like a limit",
			  s->url);
	sink_fact(sink, "paging", "%s", paging ? "yes" : "no");
	say_tls(s, sink);
	say_server(s, sink);
	return NULL;
}

/* SPDX-License-Identifier: MIT */
#include "connectors/ldap_p.h"

struct dir_question dir_question_of(TALLOC_CTX *ctx, const struct session *s,
				    const struct dir_base *base)
{
	return (struct dir_question){
		.base = base->dn,
		.scope = base->scope,
		.filter = dir_and(ctx, s->request->filter, base->filter),
		.attributes = s->attributes,
		.paged = true,
		.page = (int)settings_number(s->settings, "page_size"),
	};
}

/* Send for the next page, or, without a cookie, for the first one. */
static struct err *send_for(struct session *s, const struct berval *cookie)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct dir_question q = dir_question_of(tmp, s, &s->bases[s->pull.base]);

	q.paged = !s->pull.unpaged;
	q.cookie = cookie;
	s->pull.page = cookie != NULL ? s->pull.page + 1 : 1;
	s->pull.pages++;
	if (cookie == NULL)
		s->pull.entries = 0;
	return dir_send(s, &q, &s->pull.message);
}

static struct err *begin_base(struct session *s, struct sink *sink)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct dir_question q = dir_question_of(tmp, s, &s->bases[s->pull.base]);

	s->pull.again = false;
	dir_note_search(s, sink, &q);
	return send_for(s, NULL);
}

/* Where that is not possible, the pull is no longer whole. */
static struct err *write_whole(struct session *s, struct sink *sink,
			       const struct dir_view *view)
{
	struct err *err = dir_write(s, sink, view);

	if (err == NULL || err_class(err) != ERR_RECORD)
		return err;
	dir_incomplete(s, "%s", err_text(err));
	dir_set_aside(sink, view, err);
	return NULL;
}

static struct err *write_held(struct session *s, struct sink *sink)
{
	struct dir_pull *pull = &s->pull;
	struct err *err = NULL;

	for (size_t i = 0; i < pull->n_held; i++) {
		AUTO_MESSAGE LDAPMessage *m = pull->held[i];
		struct dir_view view;

		if (err == NULL)
			err = dir_take(s, m, &view);
		if (err == NULL)
			err = write_whole(s, sink, &view);
	}
	pull->ranges += pull->n_held;
	pull->n_held = 0;
	return err;
}

static const char *base_of(const struct session *s)
{
	return s->bases[s->pull.base].dn;
}

static void note_partial(struct session *s, const struct dir_done *done)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);

	dir_incomplete(s, "search of \"%s\" ended at page %u after %llu entries: %s; %s",
		       base_of(s), s->pull.page, (unsigned long long)s->pull.entries,
		       dir_code_text(tmp, done->code, done->diagnostic),
		       dir_limit_advice(tmp, s, done->code, done->diagnostic));
}

/* Directories cut their answers at round numbers: 100, 250, 500, 1000, 2000. */
static bool looks_like_a_limit(uint64_t entries)
{
	return entries > 0 && (entries % 100 == 0 || entries % 250 == 0);
}

static void note_doubt(struct session *s, const char *what)
{
	dir_incomplete(
		s,
		"server \"%s\" %s at page %u of \"%s\", after %llu entries: nobody "
		"can tell whether that was all",
		s->url, what, s->pull.page, base_of(s),
		(unsigned long long)s->pull.entries);
}

static void note_no_paging(const struct session *s, struct sink *sink)
{
	sink_note(sink, NOTE_INFO, "server \"%s\" does not page", s->url);
}

/* It neither said that there is more nor that there is not. */
static void judge_unpaged(struct session *s)
{
	uint64_t size = (uint64_t)settings_number(s->settings, "page_size");
	uint64_t entries = s->pull.entries;

	if (looks_like_a_limit(entries))
		dir_incomplete(
			s,
			"server \"%s\" does not page and sent exactly %llu entries "
			"of \"%s\", which looks like a limit; split the base",
			s->url, (unsigned long long)entries, base_of(s));
	else if (!s->pull.unpaged && entries >= size)
		dir_incomplete(
			s,
			"server \"%s\" does not page and sent %llu entries of "
			"\"%s\", a page or more (page_size is %llu); set page_size "
			"above what the base holds, or split the base",
			s->url, (unsigned long long)entries, base_of(s),
			(unsigned long long)size);
}

/* Success is no proof that everything came: the last page has to say so. */
static void judge_last_page(struct session *s, struct sink *sink,
			    const struct dir_done *done)
{
	if (done->garbled)
		note_doubt(s, "sent a paged-results control that cannot be read");
	else if (done->paged)
		return;
	else if (s->pull.page > 1 || (s->server.pages && !s->pull.unpaged))
		note_doubt(s, "left out the paged-results control");
	else {
		if (!s->pull.unpaged)
			note_no_paging(s, sink);
		judge_unpaged(s);
	}
}

static struct err *finish_base(struct session *s, struct sink *sink, bool *more)
{
	const struct dir_pull *pull = &s->pull;

	*more = pull->base + 1 < s->n_bases;
	if (*more) {
		s->pull.base++;
		return begin_base(s, sink);
	}
	sink_fact(sink, "pages", "%u", pull->pages);
	sink_fact(sink, "ranges", "%zu", pull->ranges);
	sink_fact(sink, "references", "%u", pull->references);
	return NULL;
}

/* True when the search of this base was sent again from its first page. */
static bool starts_again(struct session *s, struct sink *sink,
			 const struct dir_done *done, struct err **err)
{
	struct dir_pull *pull = &s->pull;

	if (done->code == LDAP_UNAVAILABLE_CRITICAL_EXTENSION && !pull->unpaged) {
		pull->unpaged = true;
		note_no_paging(s, sink);
	} else if (done->code == LDAP_UNWILLING_TO_PERFORM && pull->page > 1 &&
		   !pull->again) {
		pull->again = true;
		sink_note(
			sink, NOTE_INFO,
			"server \"%s\" lost its place at page %u of \"%s\"; begun again",
			s->url, pull->page, base_of(s));
	} else
		return false;
	*err = send_for(s, NULL);
	return true;
}

static struct err *finish_page(struct session *s, struct sink *sink,
			       const struct dir_done *done, bool *more)
{
	struct err *err = write_held(s, sink);

	*more = true;
	if (err != NULL || starts_again(s, sink, done, &err))
		return err;
	if (done->code == LDAP_NO_SUCH_OBJECT)
		return dir_no_base(s, base_of(s), done->matched);
	if (dir_is_partial(done->code)) {
		note_partial(s, done);
		return finish_base(s, sink, more);
	}
	if (done->code != LDAP_SUCCESS)
		return err_wrap(dir_failed(s, done->code, done->diagnostic),
				"page %u of \"%s\"", s->pull.page, base_of(s));
	if (done->cookie.bv_len > 0)
		return send_for(s, &done->cookie);
	judge_last_page(s, sink, done);
	sink_fact(sink, "base", "%llu %s", (unsigned long long)s->pull.entries,
		  s->bases[s->pull.base].text);
	return finish_base(s, sink, more);
}

static struct err *take(struct session *s, struct sink *sink, LDAPMessage **m)
{
	switch (ldap_msgtype(*m)) {
	case LDAP_RES_SEARCH_ENTRY:
		s->pull.entries++;
		return dir_pull_entry(s, sink, m);
	case LDAP_RES_SEARCH_REFERENCE:
		s->pull.references++;
		return dir_reference(s, sink, *m);
	default:
		return NULL;
	}
}

static struct err *read_page(struct session *s, struct sink *sink, bool *more)
{
	for (;;) {
		AUTO_MESSAGE LDAPMessage *m = NULL;
		AUTO_MEM TALLOC_CTX *tmp = NULL;
		struct dir_done done;
		struct err *err = dir_receive(s, s->pull.message, &m);

		if (err != NULL)
			return err_wrap(err, "page %u of \"%s\"", s->pull.page,
					base_of(s));
		if (ldap_msgtype(m) != LDAP_RES_SEARCH_RESULT) {
			err = take(s, sink, &m);
			if (err != NULL)
				return err;
			continue;
		}
		tmp = mem_ctx(NULL);
		err = dir_done(s, tmp, m, &done);
		return err != NULL ? err : finish_page(s, sink, &done, more);
	}
}

struct err *dir_next(struct session *s, struct sink *sink, bool *more)
{
	struct err *err = NULL;

	*more = false;
	if (s->pull.message == 0)
		err = begin_base(s, sink);
	if (err == NULL)
		err = read_page(s, sink, more);
	if (err != NULL || !*more)
		dir_end_pull(s);
	return err;
}

void dir_end_pull(struct session *s)
{
	struct dir_pull *pull = &s->pull;

	for (size_t i = 0; i < pull->n_held; i++)
		ldap_msgfree(pull->held[i]);
	mem_free(pull->held);
	memset(pull, 0, sizeof(*pull));
}

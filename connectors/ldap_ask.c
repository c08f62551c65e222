/* SPDX-License-Identifier: MIT */
#include "connectors/ldap_p.h"

void dir_auto_message(LDAPMessage **message)
{
	if (*message != NULL)
		ldap_msgfree(*message);
}

/* The diagnostic that libldap has kept is of an answer, so it says nothing of a loss. */
static struct err *lost(struct session *s, int code)
{
	char *diagnostic = NULL;
	struct err *err;

	s->lost = true;
	if (code == LDAP_SERVER_DOWN)
		return err_hint(
			err_new(ERR_LATER, "the connection to \"%s\" was lost", s->url),
			"Nothing was changed, and the next run asks again.");
	ldap_get_option(s->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnostic);
	err = dir_failed(s, code, diagnostic);
	ldap_memfree(diagnostic);
	return err;
}

static struct err *check_open(const struct session *s)
{
	if (!s->lost)
		return NULL;
	return err_new(ERR_LATER, "the connection to \"%s\" was lost before", s->url);
}

/* libldap takes attribute names without const and does not change them. */
static char **borrow(const char *const *names)
{
	char **out;

	memcpy(&out, &names, sizeof(out));
	return out;
}

/* By hand, because libldap's own refuses the page of 0 that abandons a search. */
static int page_control(const struct dir_question *q, LDAPControl **out)
{
	static struct berval first = { 0, NULL };
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	struct berval value = { 0, NULL };
	int code = LDAP_ENCODING_ERROR;

	if (ber == NULL)
		return LDAP_NO_MEMORY;
	if (ber_printf(ber, "{iO}", q->page, q->cookie != NULL ? q->cookie : &first) >=
		    0 &&
	    ber_flatten2(ber, &value, 0) == 0)
		code = ldap_control_create(LDAP_CONTROL_PAGEDRESULTS, 1, &value, 1, out);
	ber_free(ber, 1);
	return code;
}

struct err *dir_send(struct session *s, const struct dir_question *q, int *message)
{
	LDAPControl *controls[2] = { NULL, NULL };
	struct err *err = check_open(s);
	int code = LDAP_SUCCESS;

	*message = 0;
	if (err != NULL)
		return err;
	if (q->paged)
		code = page_control(q, &controls[0]);
	if (code == LDAP_SUCCESS)
		code = ldap_search_ext(s->ld, q->base, q->scope, q->filter,
				       borrow(q->attributes), 0, controls, NULL, NULL,
				       q->size_limit, message);
	if (controls[0] != NULL)
		ldap_control_free(controls[0]);
	if (code == LDAP_FILTER_ERROR)
		return err_new(ERR_CONFIG, "filter \"%s\" cannot be sent", q->filter);
	return code == LDAP_SUCCESS ? NULL : lost(s, code);
}

struct err *dir_receive(struct session *s, int message, LDAPMessage **out)
{
	struct timeval limit = { settings_number(s->settings, s->patience), 0 };
	struct err *err = check_open(s);
	int type, code = LDAP_SERVER_DOWN;

	*out = NULL;
	if (err != NULL)
		return err;
	type = ldap_result(s->ld, message, LDAP_MSG_ONE, &limit, out);
	if (type > 0)
		return NULL;
	if (type < 0) {
		ldap_get_option(s->ld, LDAP_OPT_RESULT_CODE, &code);
		return lost(s, code);
	}
	s->lost = true;
	return err_hint(err_new(ERR_LATER,
				"server \"%s\" has sent nothing for %lld s (%s)", s->url,
				(long long)limit.tv_sec, s->patience),
			"Nothing was changed, and the next run asks again. If it is only "
			"slow, give it more time.");
}

static void take_cookie(struct session *s, TALLOC_CTX *ctx, LDAPControl **controls,
			struct dir_done *done)
{
	LDAPControl *reply = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	struct berval cookie = { 0, NULL };
	ber_int_t estimate;

	if (reply == NULL)
		return;
	done->garbled =
		ldap_parse_pageresponse_control(s->ld, reply, &estimate, &cookie) != 0;
	if (done->garbled)
		return;
	done->paged = true;
	done->cookie.bv_len = cookie.bv_len;
	done->cookie.bv_val = mem_dup(ctx, cookie.bv_val, cookie.bv_len);
	ber_memfree(cookie.bv_val);
}

struct err *dir_done(struct session *s, TALLOC_CTX *ctx, LDAPMessage *m,
		     struct dir_done *done)
{
	char *matched = NULL, *diagnostic = NULL;
	LDAPControl **controls = NULL;
	int code;

	memset(done, 0, sizeof(*done));
	code = ldap_parse_result(s->ld, m, &done->code, &matched, &diagnostic, NULL,
				 &controls, 0);
	if (code != LDAP_SUCCESS)
		return lost(s, code);
	done->matched = mem_strdup(ctx, matched != NULL ? matched : "");
	done->diagnostic = mem_strdup(ctx, diagnostic != NULL ? diagnostic : "");
	take_cookie(s, ctx, controls, done);
	ldap_memfree(matched);
	ldap_memfree(diagnostic);
	ldap_controls_free(controls);
	return NULL;
}

static int free_answer(struct dir_answer *answer)
{
	for (size_t i = 0; i < answer->n; i++)
		ldap_msgfree(answer->entries[i]);
	return 0;
}

/* There is one more than was wanted. */
static struct err *stop(struct session *s, struct dir_answer *answer,
			const struct dir_question *q, int id)
{
	ldap_abandon_ext(s->ld, id, NULL, NULL);
	answer->cut = q->sample;
	if (q->sample)
		return NULL;
	return err_hint(
		err_new(ERR_INCOMPLETE, "server \"%s\" sent more than %zu entries",
			s->url, answer->n),
		"It does not answer what it is asked: name another server of this "
		"directory in url.");
}

static struct err *collect(struct session *s, struct dir_answer *answer,
			   const struct dir_question *q, int id, size_t max)
{
	for (;;) {
		AUTO_MESSAGE LDAPMessage *m = NULL;
		struct err *err = dir_receive(s, id, &m);

		if (err != NULL)
			return err;
		if (ldap_msgtype(m) == LDAP_RES_SEARCH_RESULT)
			return dir_done(s, answer, m, &answer->done);
		if (ldap_msgtype(m) != LDAP_RES_SEARCH_ENTRY)
			continue;
		if (answer->n == max)
			return stop(s, answer, q, id);
		mem_grow(answer, answer->entries, answer->n + 1, &answer->capacity);
		answer->entries[answer->n++] = m;
		m = NULL;
	}
}

struct err *dir_ask(struct session *s, TALLOC_CTX *ctx, const struct dir_question *q,
		    size_t max, struct dir_answer **out)
{
	struct dir_answer *answer = mem_new(ctx, struct dir_answer);
	struct err *err;
	int id;

	talloc_set_destructor(answer, free_answer);
	*out = answer;
	err = dir_send(s, q, &id);
	if (err == NULL)
		err = collect(s, answer, q, id, max);
	return err;
}

void dir_abandon(struct session *s, const struct dir_question *q,
		 const struct dir_done *done)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct dir_question last = *q;
	struct dir_answer *answer;

	if (done->cookie.bv_len == 0)
		return;
	last.page = 0;
	last.cookie = &done->cookie;
	err_ignore(dir_ask(s, tmp, &last, 1, &answer));
}

char *dir_and(TALLOC_CTX *ctx, const char *a, const char *b)
{
	if (a == NULL && b == NULL)
		return mem_strdup(ctx, "(objectClass=*)");
	if (a == NULL || b == NULL)
		return mem_strdup(ctx, a != NULL ? a : b);
	return mem_printf(ctx, "(&%s%s)", a, b);
}

const char **dir_texts(TALLOC_CTX *ctx, struct session *s, LDAPMessage *entry,
		       const char *name)
{
	struct berval **values = ldap_get_values_len(s->ld, entry, name);
	int n = ldap_count_values_len(values);
	const char **out = mem_array(ctx, const char *, (size_t)n + 1);

	for (int i = 0; i < n; i++)
		out[i] = mem_strndup(out, values[i]->bv_val, values[i]->bv_len);
	ldap_value_free_len(values);
	return out;
}

char *dir_text(TALLOC_CTX *ctx, struct session *s, LDAPMessage *entry, const char *name)
{
	const char **all = dir_texts(ctx, s, entry, name);

	return all[0] != NULL ? mem_strdup(ctx, all[0]) : NULL;
}

/* One word for a shell. */
static void add_word(struct str *out, const char *text)
{
	str_add_char(out, '\'');
	for (; *text != '\0'; text++)
		if (*text == '\'')
			str_add(out, "'\\''");
		else
			str_add_char(out, *text);
	str_add_char(out, '\'');
}

static void add_account(struct str *out, const struct session *s)
{
	const char *dn = settings_text(s->settings, "bind.dn");

	if (strcmp(settings_text(s->settings, "bind.method"), "external") == 0) {
		str_add(out, " -Y EXTERNAL");
		return;
	}
	str_add(out, " -x");
	if (dn == NULL)
		return;
	str_add(out, " -D ");
	add_word(out, dn);
	str_add(out, " -W");
}

void dir_note_search(const struct session *s, struct sink *sink,
		     const struct dir_question *q)
{
	static const char *const scopes[] = { "base", "one", "sub" };
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct str *out = str_new(tmp);
	bool start = strcmp(settings_text(s->settings, "tls.mode"), "start") == 0;

	str_add(out, "ldapsearch -LLL -H ");
	add_word(out, s->url);
	if (start && strncmp(s->url, "ldap://", 7) == 0)
		str_add(out, " -ZZ");
	add_account(out, s);
	str_add(out, " -b ");
	add_word(out, q->base);
	str_addf(out, " -s %s", scopes[q->scope]);
	if (q->paged)
		str_addf(out, " -E pr=%d/noprompt", q->page);
	str_add_char(out, ' ');
	add_word(out, q->filter);
	for (const char *const *name = q->attributes; *name != NULL; name++)
		str_addf(out, " %s", *name);
	sink_note(sink, NOTE_SEARCH, "%s", out->text);
}

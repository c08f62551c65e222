/* SPDX-License-Identifier: MIT */
#include "tests/model/play.h"
#include "bridge/console/erase.h"
#include "tests/unit/store/scratch.h"

struct play *play_new(TALLOC_CTX *ctx, int64_t now)
{
	struct play *p = mem_new(ctx, struct play);
	AUTO_MEM char *url = mem_printf(NULL, "%s/console.db", scratch_new(ctx));
	struct console *c;
	uint32_t account;

	p->now = now;
	assert_ok(console_init(url, "root"));
	assert_ok(store_open(p, url, STORE_WRITE, &p->store));
	assert_ok(store_run(p->store, "PRAGMA synchronous = OFF", ""));
	assert_ok(store_begin(p->store));
	assert_ok(console_load(p, p->store, "", now, &c));
	assert_ok(console_act(c, "root", NULL));
	assert_ok(console_service(c, "svc1", &account));
	assert_ok(console_service(c, "svc2", &account));
	assert_ok(console_allow(c, "svc1", "svc1", true));
	assert_ok(console_allow(c, "svc2", "svc2", true));
	assert_ok(console_finish(c));
	assert_ok(store_commit(p->store));
	mem_free(c);
	return p;
}

int64_t play_number(struct play *p, const char *sql)
{
	int64_t n = -1;

	assert_ok(store_number(p->store, &n, -1, sql, ""));
	return n;
}

void play_source(struct play *p, const struct model *m, int n, int org)
{
	char name[M_TEXT];

	model_org_name(m->s.org[org].level, m->s.org[org].name, m->s.org[org].upper,
		       name);
	assert_ok(store_run(p->store,
			    "INSERT INTO source (id, name, organization_id) SELECT ?1,"
			    " 'source' || ?1, o.id FROM organization o"
			    " LEFT JOIN organization u ON u.id = o.parent_id"
			    " WHERE o.name = ?2 AND o.valid_to IS NULL"
			    " ORDER BY o.id DESC LIMIT 1",
			    "it", (int64_t)n, name));
}

/* ---- transactions ---- */

/* Whoever has an account may act as themselves. */
static void let_act(struct play *p)
{
	assert_ok(store_run(p->store,
			    "INSERT OR IGNORE INTO principal_user (os_user, principal_id)"
			    " SELECT 'u' || account_id, id FROM principal"
			    " WHERE kind = 'person' AND account_id IN"
			    " (SELECT id FROM account WHERE active = 1)",
			    ""));
}

/* Tokens of mails that are new, or were sent once more. */
static void learn_tokens(struct play *p)
{
	int n = (int)play_number(p, "SELECT coalesce(max(id), 0) FROM mail");

	assert_in_range(n, 0, M_MANY - 1);
	for (int i = 0; i < n; i++) {
		char *token;

		assert_ok(console_token(p, p->store, i + 1, &token));
		if (p->token[i] != NULL && strcmp(p->token[i], token) != 0) {
			mem_free(p->older[i]);
			p->older[i] = p->token[i];
			p->token[i] = token;
		} else if (p->token[i] != NULL) {
			mem_free(token);
		} else {
			p->token[i] = token;
		}
	}
	p->n_mails = n;
}

void play_end(struct play *p)
{
	if (p->c == NULL)
		return;
	if (p->dirty) {
		store_rollback(p->store);
	} else {
		assert_ok(console_finish(p->c));
		assert_ok(store_commit(p->store));
	}
	p->dirty = false;
	mem_free(p->transaction);
	p->transaction = NULL;
	p->c = NULL;
	let_act(p);
}

void play_begin(struct play *p, const struct model *m, const struct m_op *op)
{
	char path[4 * M_TEXT], user[M_TEXT];

	play_end(p);
	p->transaction = mem_ctx(NULL);
	if (m->s.root >= 0)
		model_org_path(&m->s, m->s.root, path);
	else
		model_org_name(1, op->root.name[0] < 0 ? 99 : op->root.name[0], op->upper,
			       path);
	assert_ok(store_begin(p->store));
	assert_ok(console_load(p->transaction, p->store, path, p->now, &p->c));
	if (op->actor >= M_SERVICE(0)) {
		snprintf(user, sizeof user, "svc%d", op->actor - M_SERVICE(0));
		assert_ok(console_act_for_source(p->c, "cron", user));
	} else {
		snprintf(user, sizeof user, "u%d", m->s.actor + 1);
		assert_ok(console_act(p->c, m->s.actor < 0 ? "root" : user, NULL));
	}
	assert_ok(console_expire(p->c));
}

/* ---- names into numbers ---- */

uint32_t play_org(const struct play *p, const struct m_state *s, int org)
{
	char path[4 * M_TEXT];
	uint32_t found;

	if (org < 0)
		return NOWHERE;
	model_org_path(s, org, path);
	found = view_organization(p->c->view, path);
	return found == VIEW_NONE ? NOWHERE : found;
}

static uint32_t group_number(const struct play *p, const struct m_state *s,
			     const struct m_op *op)
{
	uint32_t home = play_org(p, s, model_org(s, &op->home)), found;
	char key[M_TEXT];

	if (home == NOWHERE)
		return NOWHERE;
	model_group_name(op->group, false, key);
	key[0] = op->group == 0 ? 'o' : 'g';
	found = view_group(p->c->view, home, key);
	return found == VIEW_NONE ? NOWHERE : found;
}

static uint32_t email_number(struct play *p, int email)
{
	char address[M_TEXT];

	model_email(email, address);
	return view_add_email(p->c->view, address, address);
}

static const char *who_text(int who, char out[M_TEXT])
{
	if (who >= M_SERVICE(0))
		snprintf(out, M_TEXT, "svc%d", who - M_SERVICE(0));
	else
		model_email(who, out);
	return out;
}

/* By hand whom the actor knows; for a source whoever is there. */
static struct err *find_account(struct play *p, const struct m_op *op, uint32_t *account)
{
	char who[M_TEXT];
	uint32_t email;

	if (op->giver == 0)
		return console_known(p->c, who_text(op->who, who), account);
	*account = VIEW_NONE;
	if (op->who < M_SERVICE(0)) {
		email = view_email(p->c->view, who_text(op->who, who));
		if (email != VIEW_NONE)
			*account = p->c->view->emails[email].account;
	} else {
		for (uint32_t a = 0; a < p->c->view->n_accounts; a++)
			if (p->c->view->accounts[a].service &&
			    strcmp(p->c->view->accounts[a].name,
				   who_text(op->who, who)) == 0)
				*account = a;
	}
	if (*account == VIEW_NONE)
		return err_refused("absent", "absent");
	return NULL;
}

static bool names_account(enum m_kind kind)
{
	return kind == M_GIVE || kind == M_TAKE || kind == M_SUSPEND ||
	       kind == M_RESTORE || kind == M_BLOCK || kind == M_UNBLOCK ||
	       kind == M_EMAIL;
}

static struct err *find_who(struct play *p, const struct m_op *op, struct change *change)
{
	char text[M_TEXT];

	if (op->kind == M_ROOT) {
		model_email(op->email, text);
		return console_account(p->c, text, NULL, &change->account);
	}
	if (op->kind == M_ORG)
		change->account = p->c->principal.account;
	if (op->kind == M_CLAIM || op->kind == M_UNCLAIM)
		return console_service(p->c, who_text(op->who, text), &change->account);
	return names_account(op->kind) ? find_account(p, op, &change->account) : NULL;
}

/* ---- one change ---- */

static enum change_kind kind_of(enum m_kind kind)
{
	static const enum change_kind kinds[M_KINDS] = {
		[M_ROOT] = CHANGE_ORGANIZATION,
		[M_ORG] = CHANGE_ORGANIZATION,
		[M_ORG_RENAME] = CHANGE_ORGANIZATION_RENAME,
		[M_ORG_DELETE] = CHANGE_ORGANIZATION_DELETE,
		[M_LICENCE] = CHANGE_LICENCE,
		[M_CLAIM] = CHANGE_CLAIM,
		[M_UNCLAIM] = CHANGE_UNCLAIM,
		[M_GROUP] = CHANGE_GROUP,
		[M_GROUP_RENAME] = CHANGE_GROUP_RENAME,
		[M_GROUP_DELETE] = CHANGE_GROUP_DELETE,
		[M_GROUP_CLAIM] = CHANGE_GROUP_CLAIM,
		[M_GROUP_UNCLAIM] = CHANGE_GROUP_UNCLAIM,
		[M_LINK] = CHANGE_LINK,
		[M_UNLINK] = CHANGE_UNLINK,
		[M_GIVE] = CHANGE_GIVE,
		[M_TAKE] = CHANGE_TAKE,
		[M_SUSPEND] = CHANGE_SUSPEND,
		[M_RESTORE] = CHANGE_RESTORE,
		[M_INVITE] = CHANGE_INVITE,
		[M_UNINVITE] = CHANGE_UNINVITE,
		[M_CANCEL] = CHANGE_CANCEL,
		[M_RESEND] = CHANGE_RESEND,
		[M_RELEASE] = CHANGE_RELEASE,
		[M_BLOCK] = CHANGE_BLOCK,
		[M_UNBLOCK] = CHANGE_UNBLOCK,
		[M_EMAIL] = CHANGE_EMAIL,
	};

	return kinds[kind];
}

static const char *new_name(const struct m_op *op, bool upper, char out[M_TEXT])
{
	int level = 1;

	if (op->kind == M_GROUP_CLAIM || op->kind == M_GROUP_UNCLAIM) {
		snprintf(out, M_TEXT, "%s", model_claim(op->name));
		return out;
	}
	if (op->kind == M_GROUP || op->kind == M_GROUP_RENAME) {
		model_group_name(op->name, upper, out);
		return out;
	}
	while (level < 3 && op->place.name[level] >= 0)
		level++;
	if (op->kind == M_ORG)
		level = 2;
	model_org_name(level, op->name, upper, out);
	return out;
}

/* Whom the model protects, the view protects; and who was erased is known. */
static void protect(struct play *p, const struct m_state *s)
{
	struct erased *erased;
	struct view *v = p->c->view;
	char key[M_TEXT];
	uint32_t found;

	assert_ok(erased_load(p->transaction, p->store, &erased));
	for (int e = 0; e < M_PEOPLE; e++) {
		model_email(e, key);
		found = view_email(v, key);
		if (found == VIEW_NONE)
			continue;
		v->emails[found].is_protected = s->protected_email[e];
		v->emails[found].is_erased = erased_has_email(erased, key);
	}
	model_group_name(s->protected_name, false, key);
	for (uint32_t g = 0; g < v->n_groups; g++)
		v->groups[g].is_protected = strcmp(v->groups[g].name_key, key) == 0;
}

static void fill(struct play *p, struct model *m, const struct m_op *op,
		 struct change *change)
{
	const struct m_state *s = &m->s;
	int org = model_org(s, &op->place);

	*change = (struct change){
		.kind = kind_of(op->kind),
		.organization = op->kind == M_ROOT ? VIEW_NONE : play_org(p, s, org),
		.group = group_number(p, s, op),
		.role = op->role == M_OWNER ? ROLE_OWNER : ROLE_MEMBER,
		.account = VIEW_NONE,
		.email = op->email < 0 ? VIEW_NONE : email_number(p, op->email),
		.giver = op->giver,
		.scope = VIEW_NONE,
		.mode = (enum invite_mode)op->mode,
		.trial = op->trial,
		.allow_owner_claim = op->allow,
		.until = op->until > 0 ? s->now + op->until : 0,
	};
	if (op->kind == M_GROUP)
		change->organization = play_org(p, s, model_org(s, &op->home));
	if (op->kind == M_INVITE)
		change->organization = op->from.name[0] < 0
					       ? VIEW_NONE
					       : play_org(p, s, model_org(s, &op->from));
	if (op->giver && s->source_org[op->giver] >= 0 &&
	    s->org[s->source_org[op->giver]].alive) {
		change->scope = play_org(p, s, s->source_org[op->giver]);
		if (change->scope == NOWHERE)
			change->scope = VIEW_NONE;
	}
}

/* An organization of another root, both owned: the caller knows, the view does not. */
static void other_root(const struct model *m, const struct m_op *op,
		       struct change *change)
{
	int org = model_org(&m->s, &op->place);

	if (op->kind == M_LINK && org >= 0 && m->s.org[org].root != m->s.root &&
	    m_owns(&m->s, m->s.actor, org))
		change->organization = VIEW_NONE;
}

/* The person of the source: invitations remember whom they are for. */
static bool find_anchor(struct model *m, const struct m_op *op, char out[M_TEXT])
{
	int home = model_org(&m->s, &op->home), subject, group, pending, anchor;

	out[0] = '\0';
	if (op->giver == 0 || (op->kind != M_INVITE && op->kind != M_UNINVITE))
		return true;
	anchor = subject = model_subject(&m->s, op->email);
	group = model_group(&m->s, home, op->group);
	pending = group < 0 ? -1 : model_invitation(&m->s, group, op->role, subject);
	if (op->kind == M_UNINVITE && pending >= 0) {
		const struct m_invitation *i = &m->s.invitation[pending];

		for (int k = 0; k < i->n; k++)
			if (i->by[k].giver == op->giver)
				anchor = i->by[k].anchor;
		if (model_twice(i, op->giver))
			return false;
	}
	snprintf(out, M_TEXT, "a%d", anchor);
	return true;
}

/* What a run would write beside the change. */
static struct err *remember_given(struct play *p, const struct m_op *op,
				  const struct change *change, const struct value *anchor)
{
	int64_t group;

	if (op->giver == 0 || (op->kind != M_INVITE && op->kind != M_UNINVITE))
		return NULL;
	group = p->c->view->groups[change->group].id;
	if (op->kind == M_UNINVITE)
		return store_run(p->store,
				 "DELETE FROM given WHERE source_id = ?1"
				 " AND group_id = ?2 AND role = ?3 AND anchor = ?4",
				 "iiib", (int64_t)op->giver, group, (int64_t)change->role,
				 anchor->bytes, anchor->len);
	return store_run(p->store,
			 "INSERT OR REPLACE INTO given (source_id, group_id, role,"
			 " anchor, state, since) VALUES (?1, ?2, ?3, ?4, 'invited', ?5)",
			 "iiibi", (int64_t)op->giver, group, (int64_t)change->role,
			 anchor->bytes, anchor->len, p->now);
}

static const char *code_of(struct play *p, struct err *err)
{
	static char code[64];

	if (err == NULL)
		return "";
	snprintf(code, sizeof code, "%s", err_code(err) ? err_code(err) : "error");
	if (strcmp(code, "error") == 0) {
		mem_free(p->error);
		p->error = mem_strdup(p, err_text(err));
		p->dirty = true;
	}
	err_free(err);
	return code;
}

static const char *answer(struct play *p, struct model *m, const struct m_op *op)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	int mail = model_token(&m->s, op);
	struct acceptance done;
	struct answer_by by = { .os_user = "bearer" };
	char email[M_TEXT];
	const char *token;

	if (mail < 0)
		return "invite-ended";
	learn_tokens(p);
	assert_in_range(mail, 0, p->n_mails - 1);
	token = p->token[mail];
	if (op->stale && m->s.mail[mail].generation > 1)
		token = p->older[mail] ? p->older[mail] : "sent once more unseen";
	if (op->email >= 0) {
		model_email(op->email, email);
		by.email = email;
	}
	if (op->kind == M_DECLINE)
		return code_of(p, console_decline(ctx, p->store, token, &by, p->now));
	return code_of(p, console_accept(ctx, p->store, token, &by, p->now, &done));
}

static struct err *set_asset(struct play *p, const struct model *m, const struct m_op *op)
{
	int org = model_org(&m->s, &op->place);
	char path[4 * M_TEXT] = "nowhere";
	uint32_t found;
	struct err *err;

	if (org >= 0)
		model_org_path(&m->s, org, path);
	err = console_administered(p->c, path, &found);
	return err ? err
		   : console_asset(p->c, found, console_asset_kinds()[op->name],
				   (uint32_t)op->until);
}

static const char *erase(struct play *p, const struct model *m, const struct m_op *op)
{
	char email[M_TEXT], user[M_TEXT];
	struct looking who = { .os_user = user };
	struct erasure done;

	model_email(op->email, email);
	if (op->actor == M_OPERATOR)
		snprintf(user, sizeof user, "root");
	else if (op->actor >= M_SERVICE(0))
		snprintf(user, sizeof user, "svc%d", op->actor - M_SERVICE(0));
	else
		snprintf(user, sizeof user, "u%d", model_account(&m->s, op->actor) + 1);
	return code_of(p, console_erase(p->store, email, &who, p->now, &done));
}

/* What only the store knows refuses these, when the view has changed already. */
static bool writes_late(enum m_kind kind)
{
	return kind == M_ROOT || kind == M_ORG_RENAME || kind == M_EMAIL;
}

const char *play_do(struct play *p, struct model *m, const struct m_op *op)
{
	char name[M_TEXT], key[M_TEXT], anchor[M_TEXT];
	struct change change;
	struct value value;
	const char *code;
	struct err *err;

	if (op->kind == M_ACCEPT || op->kind == M_DECLINE) {
		code = answer(p, m, op);
		p->dirty = false;
		let_act(p);
		return code;
	}
	if (op->kind == M_ERASE) {
		code = erase(p, m, op);
		p->dirty = false;
		return code;
	}
	if (op->kind == M_ASSET)
		return code_of(p, set_asset(p, m, op));
	fill(p, m, op, &change);
	other_root(m, op, &change);
	change.name = mem_strdup(p->transaction, new_name(op, op->upper, name));
	new_name(op, false, key);
	key[0] = key[0] == 'O' ? 'o' : key[0];
	change.name_key = mem_strdup(p->transaction, key);
	err = find_who(p, op, &change);
	if (err)
		return code_of(p, err);
	protect(p, &m->s);
	if (!find_anchor(m, op, anchor))
		return "absent";
	value = (struct value){ anchor, strlen(anchor) };
	err = console_change(p->c, &change, &value, NULL);
	p->dirty |= err != NULL && writes_late(op->kind);
	if (err == NULL)
		err = remember_given(p, op, &change, &value);
	return code_of(p, err);
}

/* SPDX-License-Identifier: MIT */
/*
 * Two principals do what cannot both be, at the same moment: two processes on one store,
 * let go together. Each gets what it asked for or a code, and the store obeys the rules.
 */
#include "bridge/console/erase.h"
#include "bridge/console/trail.h"
#include "tests/unit/console/world.h"
#include <poll.h>
#include <sys/wait.h>

#define ADA   "ada@northwind.example"
#define BO    "bo@contoso.example"
#define KIM   "kim@contoso.example"
#define LEE   "lee@contoso.example"
#define MAX   "max@contoso.example"
#define TOP   "northwind"
#define HOME  "northwind/contoso"
#define OTHER "northwind/fabrikam"

enum { TIMES = 5, PATIENCE = 120 * 1000 };

/* What one of the two does. */
struct deed {
	const char *user;
	enum change_kind kind;
	const char *path, *group, *who;
	enum role role;
	const char *name; /* the new one */
	const char *to;   /* where a link leads to */
};

struct pair {
	const char *what;
	struct deed deed[2];
	bool both;         /* may both succeed? */
	const char *codes; /* that the other may get */
	const char *wrong; /* counts what must not be */
};

#define ROLES_OF(group, who)                                                             \
	"FROM role r JOIN security_group g ON g.id = r.group_id"                         \
	" JOIN account a ON a.id = r.account_id JOIN subject s ON s.id = a.subject_id"   \
	" WHERE r.valid_to IS NULL AND g.name = '" group "' AND s.email_key = '" who "'"
#define PENDING "FROM invitation WHERE state = 'pending'"
#define AFTER(first, then)                                                               \
	"SELECT count(*) FROM outbox a JOIN outbox b ON b.root_id = a.root_id"           \
	" AND b.seq > a.seq WHERE a.kind = '" first "' AND b.kind = '" then              \
	"' AND b.subject_id = a.subject_id"

/* clang-format off */
static const struct pair pairs[] = {
	{ "each removes the other owner of a group",
	  { { "ada", CHANGE_TAKE, HOME, "Operators", BO, ROLE_OWNER, NULL, NULL },
	    { "bo", CHANGE_TAKE, HOME, "Operators", ADA, ROLE_OWNER, NULL, NULL } },
	  false, "not-group-owner last-owner", NULL },
	{ "each of the two last owners of a group leaves it",
	  { { "ada", CHANGE_TAKE, HOME, "Operators", ADA, ROLE_OWNER, NULL, NULL },
	    { "bo", CHANGE_TAKE, HOME, "Operators", BO, ROLE_OWNER, NULL, NULL } },
	  false, "last-owner", NULL },
	{ "each removes the other owner of an organization",
	  { { "ada", CHANGE_TAKE, HOME, "Owners", BO, ROLE_MEMBER, NULL, NULL },
	    { "bo", CHANGE_TAKE, HOME, "Owners", ADA, ROLE_MEMBER, NULL, NULL } },
	  false, "last-owner", NULL },
	{ "each of the two last owners of an organization leaves it",
	  { { "ada", CHANGE_TAKE, HOME, "Owners", ADA, ROLE_MEMBER, NULL, NULL },
	    { "bo", CHANGE_TAKE, HOME, "Owners", BO, ROLE_MEMBER, NULL, NULL } },
	  false, "last-owner", NULL },
	{ "both take the same role",
	  { { "ada", CHANGE_TAKE, HOME, "Operators", KIM, ROLE_MEMBER, NULL, NULL },
	    { "bo", CHANGE_TAKE, HOME, "Operators", KIM, ROLE_MEMBER, NULL, NULL } },
	  false, "not-given unknown-account", "SELECT count(*) " ROLES_OF("Operators", KIM) },
	{ "both give the same role",
	  { { "ada", CHANGE_GIVE, HOME, "Operators", KIM, ROLE_OWNER, NULL, NULL },
	    { "bo", CHANGE_GIVE, HOME, "Operators", KIM, ROLE_OWNER, NULL, NULL } },
	  false, "unchanged", "SELECT abs(count(*) - 2) " ROLES_OF("Operators", KIM) },
	{ "both invite the same person to the same role",
	  { { "ada", CHANGE_INVITE, HOME, "Operators", MAX, ROLE_MEMBER, NULL, NULL },
	    { "bo", CHANGE_INVITE, HOME, "Operators", MAX, ROLE_MEMBER, NULL, NULL } },
	  false, "invite-duplicate", "SELECT abs(count(*) - 2) " PENDING },
	{ "both invite the same person, to two roles: one mail",
	  { { "ada", CHANGE_INVITE, HOME, "Operators", MAX, ROLE_MEMBER, NULL, NULL },
	    { "bo", CHANGE_INVITE, HOME, "Operators", MAX, ROLE_OWNER, NULL, NULL } },
	  true, "", "SELECT abs(count(*) - 3) + abs(count(DISTINCT mail_id) - 2) " PENDING },
	{ "two groups get the same name",
	  { { "ada", CHANGE_GROUP_RENAME, HOME, "Operators", NULL, ROLE_MEMBER, "Crew", NULL },
	    { "bo", CHANGE_GROUP_RENAME, HOME, "Owners", NULL, ROLE_MEMBER, "CREW", NULL } },
	  false, "name-taken", "SELECT count(*) - 1 FROM security_group WHERE name_key = 'crew'" },
	{ "two organizations of the same name are made",
	  { { "ada", CHANGE_ORGANIZATION, HOME, NULL, NULL, ROLE_MEMBER, "Lab", NULL },
	    { "bo", CHANGE_ORGANIZATION, HOME, NULL, NULL, ROLE_MEMBER, "lab", NULL } },
	  false, "name-taken", "SELECT count(*) - 1 FROM organization WHERE name_key = 'lab'" },
	{ "a group is deleted, and gets a member",
	  { { "ada", CHANGE_GROUP_DELETE, HOME, "Operators", NULL, ROLE_MEMBER, NULL, NULL },
	    { "bo", CHANGE_GIVE, HOME, "Operators", ADA, ROLE_MEMBER, NULL, NULL } },
	  true, "no-group org-isolated", NULL },
	{ "a group is deleted, and somebody is invited to it",
	  { { "ada", CHANGE_GROUP_DELETE, HOME, "Operators", NULL, ROLE_MEMBER, NULL, NULL },
	    { "bo", CHANGE_INVITE, HOME, "Operators", MAX, ROLE_MEMBER, NULL, NULL } },
	  true, "no-group org-isolated", NULL },
	{ "a group is linked, and the link is ended",
	  { { "ada", CHANGE_LINK, TOP, "Auditors", NULL, ROLE_MEMBER, NULL, OTHER },
	    { "ada", CHANGE_UNLINK, TOP, "Auditors", NULL, ROLE_MEMBER, NULL, OTHER } },
	  true, "not-given", NULL },
	{ "a group is linked where the organization is deleted",
	  { { "ada", CHANGE_LINK, TOP, "Auditors", NULL, ROLE_MEMBER, NULL, OTHER },
	    { "ada", CHANGE_ORGANIZATION_DELETE, OTHER, NULL, NULL, ROLE_MEMBER, NULL, NULL } },
	  true, "org-isolated", NULL },
	{ "an organization is made where its parent is deleted",
	  { { "ada", CHANGE_ORGANIZATION, OTHER, NULL, NULL, ROLE_MEMBER, "lab", NULL },
	    { "ada", CHANGE_ORGANIZATION_DELETE, OTHER, NULL, NULL, ROLE_MEMBER, NULL, NULL } },
	  false, "org-isolated org-not-empty", NULL },
	{ "somebody is blocked, and is given a role",
	  { { "root", CHANGE_BLOCK, TOP, NULL, KIM, ROLE_MEMBER, NULL, NULL },
	    { "ada", CHANGE_GIVE, HOME, "Operators", KIM, ROLE_OWNER, NULL, NULL } },
	  true, "account-blocked", AFTER("account.block", "role.give") },
	{ "somebody is erased, and is given a role",
	  { { "root", CHANGE_ERASE, NULL, NULL, KIM, ROLE_MEMBER, NULL, NULL },
	    { "ada", CHANGE_GIVE, HOME, "Operators", KIM, ROLE_OWNER, NULL, NULL } },
	  true, "unknown-account", AFTER("account.erase", "role.give") },
	{ "an invitation is accepted and cancelled",
	  { { "lee", CHANGE_ACCEPT, HOME, NULL, NULL, ROLE_MEMBER, NULL, NULL },
	    { "ada", CHANGE_CANCEL, HOME, "Operators", LEE, ROLE_MEMBER, NULL, NULL } },
	  false, "invite-ended",
	  "SELECT (SELECT count(*) FROM invitation i JOIN subject s ON s.id = i.subject_id"
	  " WHERE s.email_key = '" LEE "' AND i.state = 'accepted') - count(*) "
	  ROLES_OF("Operators", LEE) },
	{ "an invitation is accepted and declined",
	  { { "lee", CHANGE_ACCEPT, HOME, NULL, NULL, ROLE_MEMBER, NULL, NULL },
	    { "lee", CHANGE_DECLINE, HOME, NULL, NULL, ROLE_MEMBER, NULL, NULL } },
	  false, "invite-ended", "SELECT count(*) " PENDING },
	{ "two people take the same address",
	  { { "bo", CHANGE_EMAIL, TOP, NULL, BO, ROLE_MEMBER, MAX, NULL },
	    { "kim", CHANGE_EMAIL, TOP, NULL, KIM, ROLE_MEMBER, MAX, NULL } },
	  false, "email-taken", "SELECT count(*) - 1 FROM subject WHERE email_key = '" MAX "'" },
};

/* Of all pairs: what no state may hold. */
static const char *const never[] = {
	"SELECT count(*) FROM security_group g WHERE g.valid_to IS NULL AND NOT EXISTS"
	" (SELECT 1 FROM role r JOIN account a ON a.id = r.account_id JOIN giver v"
	"  ON v.role_id = r.id AND v.valid_to IS NULL AND v.suspended_until IS NULL"
	"  WHERE r.group_id = g.id AND r.role = 1 AND r.valid_to IS NULL"
	"  AND a.kind = 'person' AND a.active = 1)",
	"SELECT count(*) FROM organization o WHERE o.valid_to IS NULL AND NOT EXISTS"
	" (SELECT 1 FROM group_claim k JOIN role r ON r.group_id = k.group_id"
	"  AND r.role = 0 AND r.valid_to IS NULL JOIN account a ON a.id = r.account_id"
	"  WHERE k.organization_id = o.id AND k.claim = 'Owner' AND k.valid_to IS NULL"
	"  AND a.kind = 'person' AND a.active = 1)",
	"SELECT count(*) FROM security_group g JOIN role r ON r.group_id = g.id"
	" WHERE g.valid_to IS NOT NULL AND r.valid_to IS NULL",
	"SELECT count(*) FROM security_group g JOIN invitation i ON i.group_id = g.id"
	" WHERE g.valid_to IS NOT NULL AND i.state = 'pending'",
	"SELECT count(*) FROM security_group g JOIN group_claim k ON k.group_id = g.id"
	" WHERE g.valid_to IS NOT NULL AND k.valid_to IS NULL",
	"SELECT count(*) FROM security_group g JOIN organization o ON o.id = g.organization_id"
	" WHERE o.valid_to IS NOT NULL AND g.valid_to IS NULL",
	"SELECT count(*) FROM group_link l JOIN organization o ON o.id = l.organization_id"
	" WHERE o.valid_to IS NOT NULL AND l.valid_to IS NULL",
	"SELECT count(*) FROM organization o JOIN organization p ON p.id = o.parent_id"
	" WHERE p.valid_to IS NOT NULL AND o.valid_to IS NULL",
	"SELECT count(*) FROM role r WHERE r.valid_to IS NULL AND NOT EXISTS"
	" (SELECT 1 FROM giver v WHERE v.role_id = r.id AND v.valid_to IS NULL)",
	"SELECT count(*) FROM role r JOIN account a ON a.id = r.account_id"
	" WHERE r.valid_to IS NULL AND a.active = 0",
	"SELECT count(*) FROM group_claim k JOIN security_group g ON g.id = k.group_id"
	" WHERE k.valid_to IS NULL AND k.organization_id <> g.organization_id AND NOT EXISTS"
	" (SELECT 1 FROM group_link l WHERE l.group_id = g.id AND l.valid_to IS NULL"
	"  AND l.organization_id = k.organization_id)",
	"SELECT count(*) FROM (SELECT 1 FROM outbox GROUP BY root_id"
	" HAVING max(seq) - min(seq) + 1 <> count(*))",
};
/* clang-format on */

/* ---- in a process of its own: no assertion, what went wrong is told ---- */

static struct err *find(struct console *c, const struct deed *d, struct change *change)
{
	struct err *err = NULL;
	uint32_t root;

	if (d->kind == CHANGE_BLOCK)
		err = console_root(c, d->path, &root);
	else if (d->kind != CHANGE_EMAIL && d->group == NULL)
		err = console_organization(c, d->path, &change->organization);
	if (err == NULL && d->group != NULL && d->to != NULL)
		err = console_linked(c, d->path, d->group, d->to, &change->group,
				     &change->organization);
	else if (err == NULL && d->group != NULL)
		err = console_own_group(c, d->path, d->group, &change->group);
	if (err || d->who == NULL)
		return err;
	if (d->kind == CHANGE_INVITE || d->kind == CHANGE_CANCEL) {
		change->email = view_add_email(c->view, d->who, d->who);
		return NULL;
	}
	err = console_known(c, d->who, &change->account);
	if (d->kind == CHANGE_EMAIL)
		change->email = view_add_email(c->view, d->name, d->name);
	return err;
}

/* Before there is a link, only who owns both ends can name it. */
static struct err *find_ends(struct console *c, const struct deed *d,
			     struct change *change)
{
	struct err *err = console_own_group(c, d->path, d->group, &change->group);

	return err ? err : console_link_target(c, d->to, &change->organization);
}

static struct err *change_it(struct world *w, const struct deed *d)
{
	struct change change = { .kind = d->kind, .role = d->role, .name = d->name };
	struct err *err = console_load(w, w->store, TOP, w->now, &w->c);

	if (err == NULL)
		err = console_act(w->c, d->user, NULL);
	if (err)
		return err;
	if (d->name != NULL)
		change.name_key = d->name[0] == 'C' ? "crew" : "lab";
	err = d->kind == CHANGE_LINK ? find_ends(w->c, d, &change)
				     : find(w->c, d, &change);
	if (d->kind == CHANGE_ORGANIZATION)
		change.account = w->c->principal.account;
	if (err == NULL)
		err = console_change(w->c, &change, NULL, NULL);
	return err ? err : console_finish(w->c);
}

static struct err *do_it(struct world *w, const struct deed *d, const char *token)
{
	struct answer_by by = { .os_user = d->user };
	struct acceptance done;
	struct erasure erased;
	struct err *err;

	if (d->kind == CHANGE_ACCEPT)
		return console_accept(w, w->store, token, &by, w->now, &done);
	if (d->kind == CHANGE_DECLINE)
		return console_decline(w, w->store, token, &by, w->now);
	if (d->kind == CHANGE_ERASE)
		return console_erase(w->store, d->who, &(struct looking){ d->user, NULL },
				     w->now, &erased);
	err = store_begin(w->store);
	if (err == NULL)
		err = change_it(w, d);
	if (err == NULL)
		return store_commit(w->store);
	store_rollback(w->store);
	return err;
}

struct process {
	pid_t pid;
	int answer; /* read end: one byte when it is ready, then the outcome */
	char outcome[256];
};

static void run_process(struct world *w, const struct deed *d, const char *token, int go,
			int answer)
{
	const char *outcome = "done";
	struct err *err = store_open(w, w->url, STORE_WRITE, &w->store);
	ssize_t n;
	char byte;

	n = write(answer, "r", 1);
	while (n >= 0 && (n = read(go, &byte, 1)) > 0)
		;
	if (err == NULL && n == 0)
		err = do_it(w, d, token);
	if (err != NULL)
		outcome = err_code(err) ? err_code(err) : err_text(err);
	n = write(answer, outcome, strlen(outcome));
	mem_free(w->store);
	_exit(n > 0 ? 0 : 1);
}

/* ---- the two ---- */

static void start(struct process *p, struct world *w, const struct deed *d,
		  const char *token, int go[2])
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	p->pid = fork();
	assert_int_not_equal(p->pid, -1);
	if (p->pid == 0) {
		close(go[1]);
		close(ends[0]);
		run_process(w, d, token, go[0], ends[1]);
	}
	close(ends[1]);
	p->answer = ends[0];
}

/* Some of its answer; 0 at the end. Who never answers hangs. */
static size_t hear(const struct process *p, char *to, size_t size)
{
	struct pollfd ear = { .fd = p->answer, .events = POLLIN };
	ssize_t n;

	assert_int_equal(poll(&ear, 1, PATIENCE), 1);
	n = read(p->answer, to, size);
	assert_true(n >= 0);
	return (size_t)n;
}

static void finish(struct process *p)
{
	size_t len = 0, n;
	int status;

	do {
		n = hear(p, p->outcome + len, sizeof p->outcome - 1 - len);
		len += n;
	} while (n > 0 && len < sizeof p->outcome - 1);
	p->outcome[len] = '\0';
	close(p->answer);
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Who waits first is let go first, more often than not: each is, in turn. */
static void run_both(struct world *w, const struct pair *pair, const char *token,
		     int first, struct process p[2])
{
	int go[2];
	char byte;

	assert_int_equal(pipe(go), 0);
	for (int n = 0; n < 2; n++) {
		int i = first ^ n;

		start(&p[i], w, &pair->deed[i], token, go);
		assert_int_equal(hear(&p[i], &byte, 1), 1);
	}
	close(go[0]);
	close(go[1]);
	for (int i = 0; i < 2; i++)
		finish(&p[i]);
}

/* ---- what it has come to ---- */

static bool is_among(const char *code, const char *codes)
{
	size_t len = strlen(code);

	for (const char *at = codes; (at = strstr(at, code)) != NULL; at += len)
		if ((at == codes || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

static void check_outcomes(const struct pair *pair, const struct process p[2])
{
	int done = 0;

	for (int i = 0; i < 2; i++) {
		bool is = strcmp(p[i].outcome, "done") == 0;

		done += is;
		if (!is && !is_among(p[i].outcome, pair->codes))
			fail_msg("%s: %s got \"%s\"", pair->what, pair->deed[i].user,
				 p[i].outcome);
	}
	if (done == 0 || (done == 2 && !pair->both))
		fail_msg("%s: \"%s\" and \"%s\"", pair->what, p[0].outcome, p[1].outcome);
}

static void check_state(struct world *w, const struct pair *pair)
{
	struct trail_chain *chains;
	struct trail_verdict v;
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (number(w, never[i]) != 0)
			fail_msg("%s: %s", pair->what, never[i]);
	if (pair->wrong != NULL && number(w, pair->wrong) != 0)
		fail_msg("%s: %s", pair->what, pair->wrong);
	assert_ok(trail_chains(w, w->store, TRAIL_ALL, &chains, &n));
	for (size_t i = 0; i < n; i++) {
		assert_ok(trail_verify(w->store, &chains[i], NULL, 0, &v));
		assert_string_equal(trail_verdict_text(w, &v), "good");
	}
}

/* ---- where it begins ---- */

static void copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	char bytes[65536];
	size_t n;

	assert_non_null(in);
	assert_non_null(out);
	while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
		assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

/* Ada and Bo own contoso and its Operators; Kim is a member, Lee is invited. Nobody has
 * it open. */
static struct world *beginning(TALLOC_CTX *ctx, char **token)
{
	static const struct {
		const char *group;
		enum role role;
	} of_bo[] = {
		{ "Operators", ROLE_OWNER },
		{ "Owners", ROLE_OWNER },
		{ "Owners", ROLE_MEMBER },
	};
	struct world *w = world_new(ctx);

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	join(w, HOME, "Operators", ROLE_MEMBER, KIM);
	for (size_t i = 0; i < ARRAY_LEN(of_bo); i++)
		give(w, HOME, of_bo[i].group, of_bo[i].role, BO);
	enter(w, TOP, "ada");
	assert_ok(make_group(w, TOP, "Auditors"));
	commit(w);
	enter(w, TOP, "root");
	assert_ok(console_allow(w->c, BO, "bo", true));
	assert_ok(console_allow(w->c, KIM, "kim", true));
	commit(w);
	invite(w, HOME, "Operators", ROLE_MEMBER, LEE);
	*token = token_of(w, LEE);
	mem_free(w->store);
	w->store = NULL;
	return w;
}

static void test_two_at_the_same_moment(void **state)
{
	char *token;
	struct world *w = beginning(*state, &token);
	const char *url = w->url;

	for (int time = 0; time < TIMES; time++)
		for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
			TALLOC_CTX *ctx = mem_ctx(*state);
			struct process p[2] = { { 0 } };

			w->url = mem_printf(ctx, "%s/console.db", scratch_new(ctx));
			copy_file(url, w->url);
			run_both(w, &pairs[i], token, time % 2, p);
			check_outcomes(&pairs[i], p);
			assert_ok(store_open(w, w->url, STORE_READ, &w->store));
			check_state(w, &pairs[i]);
			mem_free(w->store);
			w->store = NULL;
			mem_free(ctx);
		}
	assert_true(ARRAY_LEN(pairs) * TIMES >= 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_two_at_the_same_moment),
	};
	return test_main(tests);
}

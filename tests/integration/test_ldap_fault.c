/* SPDX-License-Identifier: MIT */
#include "tests/integration/faultproxy.h"
#include "tests/integration/ldap.h"
#include <sys/resource.h>
#include <sys/wait.h>

#define N_PEOPLE 2000

static struct slapd *slapd;

/* Through a proxy: plain text, so that the fault hits the byte it is meant for. */
static struct err *begin(TALLOC_CTX *ctx, struct process **p, enum fault fault,
			 size_t after)
{
	struct faultproxy *proxy =
		faultproxy_start(ctx, slapd_port(slapd->ldap), fault, after);

	return ldap_begin(ctx, p, "url",
			  mem_printf(ctx, "ldap://127.0.0.1:%d", proxy->port), "tls.mode",
			  "none", "timeout.connect", "2s", "timeout.answer", "2s",
			  "account", "bridge", NULL);
}

static void test_cut_in_a_page_is_an_error_F05(void **state)
{
	const enum fault faults[] = { FAULT_CUT, FAULT_RESET };
	struct process *p;
	char *lines;

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		assert_ok(begin(*state, &p, faults[i], 200000));
		assert_err(ldap_pull(p, &lines), ERR_LATER,
			   "the connection to \"ldap://127.0.0.1:");
		assert_true(count_lines(lines, "entry ") > 100);
		assert_true(count_lines(lines, "entry ") < N_PEOPLE);
		assert_int_equal(count_lines(lines, "end "), 0);
	}
}

/* Wherever it is cut: an error, never a smaller set. */
static void test_cut_anywhere_T6(void **state)
{
	struct process *p;
	char *lines;

	for (size_t after = 1; after < 320000; after += after / 3 + 1) {
		TALLOC_CTX *ctx = mem_ctx(*state);
		struct err *err = begin(ctx, &p, FAULT_CUT, after);

		if (err == NULL)
			err = ldap_pull(p, &lines);
		assert_err(err, ERR_LATER, "127.0.0.1");
		mem_free(ctx);
	}
}

static void test_stall_in_a_page_ends_in_time(void **state)
{
	int64_t start = clock_ticks();
	struct process *p;
	char *lines;

	assert_ok(begin(*state, &p, FAULT_STALL, 200000));
	assert_err(ldap_pull(p, &lines), ERR_LATER, "has sent nothing for 2 s");
	assert_true(clock_ticks() - start < 6000000);
	assert_int_equal(count_lines(lines, "end "), 0);
}

static void test_trickle_in_a_page_ends_in_time(void **state)
{
	int64_t start = clock_ticks();
	struct process *p;
	char *lines;

	assert_ok(begin(*state, &p, FAULT_TRICKLE, 200000));
	assert_err(ldap_pull(p, &lines), ERR_LATER, "has sent nothing for 2 s");
	assert_true(clock_ticks() - start < 6000000);
}

/* After an error no question is sent on the dead connection. */
static void test_lookup_after_the_connection_is_lost(void **state)
{
	struct value anchor = ldap_anchor(*state, 1);
	struct process *p;
	char *lines;

	assert_ok(begin(*state, &p, FAULT_CUT, 200000));
	assert_err(ldap_pull(p, &lines), ERR_LATER, "127.0.0.1");
	assert_err(ldap_lookup(p, &anchor, 1, &lines), ERR_LATER, "was lost before");
}

static double child_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* The connection is accepted, then comes nothing, or a byte now and then. */
static void test_tls_stall_T72(void **state)
{
	static const struct {
		const char *scheme;
		enum fault fault;
		size_t after;
	} cases[] = {
		{ "ldaps", FAULT_STALL, 0 },     { "ldap", FAULT_STALL, 0 },
		{ "ldaps", FAULT_TRICKLE, 0 },   { "ldaps", FAULT_STALL, 100 },
		{ "ldap", FAULT_STALL, 14 + 9 }, { "ldap", FAULT_TRICKLE, 14 + 9 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		TALLOC_CTX *ctx = mem_ctx(*state);
		bool tls = strcmp(cases[i].scheme, "ldaps") == 0;
		int port = slapd_port(tls ? slapd->ldaps : slapd->ldap);
		struct faultproxy *proxy =
			faultproxy_start(ctx, port, cases[i].fault, cases[i].after);
		double cpu = child_seconds();
		int64_t start = clock_ticks();
		struct process *p;

		assert_err(ldap_begin(ctx, &p, "url",
				      mem_printf(ctx, "%s://127.0.0.1:%d",
						 cases[i].scheme, proxy->port),
				      "tls.ca", slapd->ca, "timeout.connect", "2s",
				      "timeout.answer", "2s", NULL),
			   ERR_LATER, "127.0.0.1");
		assert_true(clock_ticks() - start < 5000000);
		/* Whoever asks again and again takes all of the two seconds. */
		assert_true(child_seconds() - cpu < 1.2);
		mem_free(ctx);
	}
}

/* It accepts and says nothing: the next one is asked, and the run knows all the while. */
static void test_silent_server_is_passed_over(void **state)
{
	const char *const steps[] = { "ldap", "ldaps" };

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		const char *real = i == 0 ? slapd->ldap : slapd->ldaps;
		struct faultproxy *proxy =
			faultproxy_start(*state, slapd_port(real), FAULT_STALL, 0);
		char *url =
			mem_printf(*state, "%s://127.0.0.1:%d", steps[i], proxy->port);
		struct process *p;
		char *lines;

		assert_ok(ldap_begin(*state, &p, "url", url, "url", real, "tls.ca",
				     slapd->ca, "timeout.connect", "2s", "account",
				     "bridge", NULL));
		assert_ok(ldap_probe(p, &lines));
		assert_has(lines, mem_printf(*state, "note info server \"%s\"", url));
		assert_has(lines,
			   mem_printf(*state, "(timeout.connect); \"%s\" is tried next\n",
				      real));
		assert_has(lines, mem_printf(*state, "fact server=%s ", real));
	}
}

/* Two sources, two connections: the pages of one never disturb the other's. */
static void test_two_sources_at_once_T12(void **state)
{
	struct process *p[2];
	struct item item;
	size_t entries[2] = { 0, 0 };
	bool more[2] = { true, true };

	for (int i = 0; i < 2; i++) {
		assert_ok(ldap_begin(*state, &p[i], "url", slapd->ldap, "tls.ca",
				     slapd->ca, "account", "bridge", "page_size", "50",
				     NULL));
		assert_ok(process_pull(p[i]));
	}
	while (more[0] || more[1])
		for (int i = 0; i < 2; i++) {
			if (!more[i])
				continue;
			assert_ok(process_read(p[i], &item));
			entries[i] += item.kind == ITEM_ENTRY;
			more[i] = item.kind != ITEM_END;
			assert_true(more[i] || item.complete);
		}
	assert_int_equal(entries[0], N_PEOPLE);
	assert_int_equal(entries[1], N_PEOPLE);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cut_in_a_page_is_an_error_F05),
		TEST(test_cut_anywhere_T6),
		TEST(test_stall_in_a_page_ends_in_time),
		TEST(test_trickle_in_a_page_ends_in_time),
		TEST(test_lookup_after_the_connection_is_lost),
		TEST(test_tls_stall_T72),
		TEST(test_silent_server_is_passed_over),
		TEST(test_two_sources_at_once_T12),
	};
	AUTO_MEM TALLOC_CTX *ctx = NULL;

	ldap_test_start(argc, argv);
	ctx = mem_ctx(NULL);
	slapd = slapd_start(ctx, NULL, ldap_people(ctx, N_PEOPLE));
	return test_main(tests);
}

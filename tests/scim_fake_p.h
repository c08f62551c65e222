/* SPDX-License-Identifier: MIT */
/*
 * The fake SCIM server's inside: one request (scim_fake.c), the listings that it asks for
 * (scim_fake_list.c), and the directory that they show (scim_fake_world.c). Users and
 * groups have numbers from 1 on; users of the crowd come last.
 */
#ifndef DIRBRIDGE_TESTS_SCIM_FAKE_P_H
#define DIRBRIDGE_TESTS_SCIM_FAKE_P_H

#include "bridge/base/str.h"
#include "tests/scim_fake.h"

struct client {
	TALLOC_CTX *ctx; /* of one request */
	struct scim_fake *fake;
	struct scim_world *w;
	int fd;
	const char *target, *path, *query, *header;
	bool users; /* it asks for users, else for groups */
};

bool fake_is(const struct client *c, enum scim_defect defect);

/* The id of a user or group, as a text of the request. */
char *fake_id(const struct client *c, bool user, unsigned n);

/* The i-th user or group, counting from 0; 0 behind the last. */
unsigned fake_user_at(const struct scim_world *w, unsigned i);
unsigned fake_group_at(const struct scim_world *w, unsigned i);
bool fake_is_in(const struct scim_world *w, unsigned user, unsigned group);

/* As JSON; alone: not in a listing. */
void fake_add_user(const struct client *c, struct str *s, unsigned n);
void fake_add_group(const struct client *c, struct str *s, unsigned n, bool alone);

/* ---- scim_fake_list.c */

/* A number among the query's parameters; and %HH as bytes, in place. */
long fake_parameter(const struct client *c, const char *name, long standard);
unsigned fake_unescape(char *text);

bool fake_has_cursors(const struct client *c);
void fake_send_list(const struct client *c);

/* ---- scim_fake.c */

#define JSON_TYPE "Content-Type: application/scim+json; charset=utf-8\r\n"

/* An answer; headers are whole lines. */
void fake_refuse(const struct client *c, int status, const char *type,
		 const char *headers);
void fake_send_json(const struct client *c, const struct str *s);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The audit trail: one chain of lines for each organization, and one of the store's own
 * for what belongs to no root. Each line carries the hash of the line before it, so that
 * whoever has seen a head can tell whether anything below it was changed, left out or
 * put into another order.
 *
 * hash = SHA-256 of: the 32 bytes of the hash before (nothing for the first line), then
 * each field in the order of struct audit_row as "length:bytes,", or "-," for none.
 * Numbers are decimal; 0 is none. Anybody can check that with tools of their own.
 *
 * Lines name people by pseudonym; the names stand in one table, which `account erase`
 * empties while every hash stays right.
 */
#ifndef DIRBRIDGE_CONSOLE_AUDIT_H
#define DIRBRIDGE_CONSOLE_AUDIT_H

#include "bridge/base/str.h"
#include "bridge/console/console.h"

struct audit_row {
	const char *organization; /* its uid; NULL: the store's own chain */
	int64_t seq;              /* from 1, without a gap */
	int64_t at;
	int64_t run, source;   /* 0: by hand */
	const char *principal; /* pseudonym of a person, name of a service or operator */
	const char *os_user;
	int64_t impersonated;
	const char *subject; /* pseudonym, or NULL */
	const char *action;  /* "role.give" */
	const char *target;
	const char *before, *after, *code;
};

/* hash: of the line before; afterwards of this one. scratch is made empty first. */
void audit_hash(struct str *scratch, const struct audit_row *row,
		uint8_t hash[HASH_SIZE]);

/* Columns 0 to 12 of a query: seq, at, run_id, source_id, principal, os_user,
 * impersonated, subject, action, target, before, after, code. Valid as long as the row
 * is. */
void audit_row_of(const struct rows *rows, const char *organization,
		  struct audit_row *row);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A store as version 1 of the schema had it, with a row in every table: northwind and
 * northwind/contoso, owned by ada; bo is a member of Operators in contoso and was blocked
 * for a while, kim is invited into it under "Kim@Contoso.example"; the source "contoso"
 * gives what bo has.
 */
#ifndef DIRBRIDGE_TESTS_UNIT_STORE_OLD_H
#define DIRBRIDGE_TESTS_UNIT_STORE_OLD_H

/* os_user may act as the operator. */
void old_store(const char *path, const char *os_user);

/* What version 2 has beside that: a row in each of its tables that are empty after an
 * upgrade. */
extern const char *const old_store_more;

#endif

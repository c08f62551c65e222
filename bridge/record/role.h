/* SPDX-License-Identifier: MIT */
/*
 * The two roles in a security group. They are independent sets, not a ladder: group
 * owners change who is in the group and gain no claims; group members gain its claims
 * and change nothing; a person may hold both.
 */
#ifndef DIRBRIDGE_RECORD_ROLE_H
#define DIRBRIDGE_RECORD_ROLE_H

enum role { ROLE_MEMBER, ROLE_OWNER, ROLES };

static inline const char *role_name(enum role role)
{
	return role == ROLE_OWNER ? "owner" : "member";
}

#endif

/* SPDX-License-Identifier: MIT */
/* Every kind of directory, one line each; no guard: included where the list is needed. */
CONNECTOR(ldap)
CONNECTOR(ldif)
CONNECTOR(scim)
CONNECTOR(script)

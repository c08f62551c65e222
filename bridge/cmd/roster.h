/* SPDX-License-Identifier: MIT */
/*
 * How a roster is printed: for people, for programs, as a sheet, and for a page that is
 * kept. All four say the same: every person once (a sheet repeats who has several ways
 * in), every way in with what it gives here, who has no access although listed, and who
 * is invited. Each escapes for its medium.
 */
#ifndef DIRBRIDGE_CMD_ROSTER_H
#define DIRBRIDGE_CMD_ROSTER_H

#include "bridge/cmd/cmd.h"
#include "bridge/console/review.h"

/* What is printed. */
struct roster_page {
	const char *path; /* of the organization */
	const struct roster *roster;
	const struct review *signed_off; /* just now; NULL: it is only read */
};

/* "with access", "blocked", "suspended": what is true of a person here. */
const char *roster_access(const struct roster_person *person);

void roster_text(struct cmd *cmd, const struct roster_page *page);
void roster_json(struct cmd *cmd, const struct roster_page *page);
/* RFC 4180, with a first line of names: a line for each way in and each invitation. */
void roster_csv(struct cmd *cmd, const struct roster_page *page);
/* A heading, two tables, and who signed it off. */
void roster_markdown(struct cmd *cmd, const struct roster_page *page);

/* A review as an object, and as a sentence. */
json_t *review_json(const struct review *review);
const char *review_text(struct cmd *cmd, const struct review *review);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What the files of the model share: an operation with its names looked up, and the
 * questions that come first. Each m_do_ function returns the code of the refusal or "",
 * and may leave anything behind when it refuses: model_do() puts it back.
 */
#ifndef DIRBRIDGE_TESTS_MODEL_MODEL_P_H
#define DIRBRIDGE_TESTS_MODEL_MODEL_P_H

#include "tests/model/model.h"
#include <assert.h>
#include <string.h>

#define DAY INT64_C(86400)

struct m_what {
	const struct m_op *op;
	int org, home, group, account, subject;
	bool elsewhere; /* the organization is in another root, and the actor's */
};

/* Is the first one's code, or "" when it is allowed: then the next is asked. */
#define ASK(question)                                                                    \
	do {                                                                             \
		const char *code_ = (question);                                          \
		if (code_[0] != '\0')                                                    \
			return code_;                                                    \
	} while (0)

#define REFUSE_IF(so, code)                                                              \
	do {                                                                             \
		if (so)                                                                  \
			return code;                                                     \
	} while (0)

bool m_licensed(const struct m_state *s);
bool m_knows(const struct m_state *s, int org);
const char *m_administers(const struct m_state *s, int org);
/* subject: of the person, or -1. */
const char *m_changes_group(const struct m_state *s, const struct m_what *w, int subject);
const char *m_adds(const struct m_state *s, const struct m_what *w);
void m_give(struct m_state *s, int group, int role, int account, int giver);
void m_end_role(struct m_state *s, struct m_role *r);
void m_end_invitation(struct m_state *s, struct m_invitation *i, int state);

/* Has something that had a person who owns it none any more? Only a block may do that. */
bool m_bereft(const struct m_state *before, const struct m_state *s);
int m_new_group(struct m_state *s, int home, int name, bool upper);
void m_claim(struct m_state *s, int group, int org, int name);
/* org -1: from everywhere. */
void m_unlink_from(struct m_state *s, int group, int org);
void m_end_group(struct m_state *s, int group);
/* The account of an address, made when there is none. */
int m_account_of(struct m_state *s, int email);

const char *m_do_invitation(struct m_state *s, const struct m_what *w);
const char *m_do_token(struct m_state *s, const struct m_op *op);
const char *m_do_organization(struct m_state *s, const struct m_what *w);
const char *m_do_block(struct m_state *s, const struct m_what *w);
const char *m_do_email(struct m_state *s, const struct m_what *w);
const char *m_do_erase(struct model *m, const struct m_op *op);
void m_expire(struct m_state *s);

#endif

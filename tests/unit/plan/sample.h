/* SPDX-License-Identifier: MIT */
/*
 * Plans built by hand for the tests of the printers, over a small console: root
 * "northwind", below it "northwind/contoso", the source's own. Printed plans are held
 * against files in tests/unit/plan/golden/, byte for byte; UPDATE_GOLDEN=1 in the
 * environment writes them anew.
 */
#ifndef DIRBRIDGE_TESTS_UNIT_PLAN_SAMPLE_H
#define DIRBRIDGE_TESTS_UNIT_PLAN_SAMPLE_H

#include "bridge/plan/plan.h"
#include "tests/test.h"

#define SAMPLE_NOW INT64_C(1764061200) /* 2025-11-25 09:00 UTC */
#define SAMPLE_DAY INT64_C(86400)

/* Console groups of the sample, by their number in the view. */
enum {
	OPERATORS, /* home northwind/contoso */
	AUDITORS,  /* home northwind, linked to northwind/contoso */
	READERS,   /* home northwind/contoso */
	ELSEWHERE, /* home northwind, not linked */
};

struct sample {
	struct plan *plan;
	struct pull_directory directory; /* how it was read */
	struct view *view;
	size_t c_groups, c_persons;
};

/* A source "contoso" with facts about its pull; no groups, people or operations. */
struct sample *sample_new(TALLOC_CTX *ctx);
/* A group of the plan that is this one in the view. Returns its number. */
uint32_t sample_group(struct sample *s, uint32_t view);
/* A group of the plan that is in no view. */
uint32_t sample_new_group(struct sample *s, const char *name);
/* A person with this address; without an account. */
uint32_t sample_person(struct sample *s, const char *email, const char *name);
/* The same with an account in the view. */
uint32_t sample_account(struct sample *s, const char *email, const char *name);
/* A role by hand. */
void sample_give(struct sample *s, uint32_t person, uint32_t view_group, enum role role);
struct operation *sample_op(struct sample *s, enum operation_kind kind, uint32_t group,
			    uint32_t person);

/* The sample plan of the manual, and one with every kind, verdict and reason. */
struct sample *sample_manual(TALLOC_CTX *ctx);
/* The configuration changed: each move once, of this person and in this group. */
void sample_changed(struct sample *s, const char *who, const char *group);
struct sample *sample_everything(TALLOC_CTX *ctx);

/* Ids and digest, then text or JSON. */
char *sample_text(TALLOC_CTX *ctx, struct sample *s, const struct plan_style *style);
char *sample_json(TALLOC_CTX *ctx, struct sample *s);

/* Fail unless the file of that name in golden/ holds exactly this text. */
void assert_golden(const char *name, const char *text);

#endif

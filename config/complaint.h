/* SPDX-License-Identifier: MIT */
/*
 * What only a kind of directory can see in its settings: a text that is no URL, two
 * settings that exclude each other. It says so one by one and by the name of the
 * setting; whoever listens knows the place. The loader of dirbridge.yaml makes a problem
 * with file, line and column of each; a connector that is opened fails with the first.
 */
#ifndef DIRBRIDGE_CONFIG_COMPLAINT_H
#define DIRBRIDGE_CONFIG_COMPLAINT_H

#include "bridge/base/err.h"
#include "config/settings.h"

/* Who listens; the listener's own follows in a struct that begins with this one. */
struct complaints {
	void (*take)(struct complaints *to, const char *name, size_t which,
		     struct err *err);
};

/*
 * Something is wrong with the setting of this name, in a list with the text of this
 * number (from 0; 0 for all others). A setting that lacks is named as well. The error's
 * text must say which setting or text it means; the error is taken over. NULL is no
 * complaint.
 */
static inline void complain(struct complaints *to, const char *name, size_t which,
			    struct err *err)
{
	if (err != NULL)
		to->take(to, name, which, err);
}

#endif

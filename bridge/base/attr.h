/* SPDX-License-Identifier: MIT */
/*
 * Compiler attributes under short names. gcc and clang both honour MUST_CHECK
 * in front of a function-pointer member, so a contract's calls are checked too.
 */
#ifndef DIRBRIDGE_BASE_ATTR_H
#define DIRBRIDGE_BASE_ATTR_H

#define MUST_CHECK           __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, va) __attribute__((format(printf, fmt, va)))
#define UNUSED               __attribute__((unused))
#define NORETURN             __attribute__((noreturn))

/* Run fn(&variable) when the variable goes out of scope. */
#define AUTO(fn) __attribute__((cleanup(fn)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif

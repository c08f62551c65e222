/* SPDX-License-Identifier: MIT */
/*
 * Functions that do not compile in this house, each for one reason: it cannot be
 * used safely with lengths and text from outside (the str family), it hides
 * errors (the ato family), or it keeps hidden state (strtok, gmtime, localtime).
 * Included last by mem.h; idea from git's banned.h.
 */
#ifndef DIRBRIDGE_BASE_BANNED_H
#define DIRBRIDGE_BASE_BANNED_H

#define BANNED(function) sorry_##function##_is_a_banned_function

#undef strcpy
#define strcpy(a, b) BANNED(strcpy)
#undef strcat
#define strcat(a, b) BANNED(strcat)
#undef strncpy
#define strncpy(a, b, n) BANNED(strncpy)
#undef strncat
#define strncat(a, b, n) BANNED(strncat)
#undef strtok
#define strtok(a, b) BANNED(strtok)
#undef sprintf
#define sprintf(...) BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf)
#undef gmtime
#define gmtime(t) BANNED(gmtime)
#undef localtime
#define localtime(t) BANNED(localtime)
#undef ctime
#define ctime(t) BANNED(ctime)
#undef atoi
#define atoi(s) BANNED(atoi)
#undef atol
#define atol(s) BANNED(atol)

#endif

/*
 * The kernel's headers use this, but Debian 12's sparse (0.6.4) does not know it yet.
 * lint.sh has sparse read this first.
 */
#define __typeof_unqual__ __typeof__
/* MODULE_INFO() asserts that a string has no NUL, for which it needs a constant. */
#define __builtin_strlen(s) (sizeof(s) - 1)

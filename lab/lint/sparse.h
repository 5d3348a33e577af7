/*
 * What the kernel's headers use and Debian 12's sparse (0.6.4) does not know yet.
 * lint.sh has sparse read this first.
 */
#define __typeof_unqual__ __typeof__
/* MODULE_INFO() asserts that a string has no NUL in it: wants a constant. */
#define __builtin_strlen(s) (sizeof(s) - 1)

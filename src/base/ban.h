/* Calls that are never right here: included by every .c file through the compiler's -include.
 * A use of one is a compile error that names it. */
#ifndef BASE_BAN_H
#define BASE_BAN_H

/* System headers declare these names; they must be seen before the names are poisoned. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#pragma GCC poison strcpy strcat strncpy strncat strtok sprintf vsprintf gets atoi atol atoll
#pragma GCC poison mktemp tmpnam tempnam asctime ctime gmtime localtime system popen

#endif

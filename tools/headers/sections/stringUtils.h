//@ guard TW_STRING_UTILS_H
//@ source string_utils
//@ about copies, concatenation and case of C strings
#include <string.h>
//@ declarations

/* tidy.h: what clang's analyzer cannot see from one file: an error is always -1. Included before
 * every file by lint.sh, never by the build. */
#ifndef TESTS_LINT_TIDY_H
#define TESTS_LINT_TIDY_H

#include "store/base/err.h"

#define err_set(...)  (err_set(__VA_ARGS__), -1)
#define err_wrap(...) (err_wrap(__VA_ARGS__), -1)

#endif

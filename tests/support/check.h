/* check.h: cmocka with the includes it wants before it, and the assertions that all tests share. */
#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/base/err.h"

#include <string.h>

/* The call returned 0; else the test fails with the error's words. */
#define assert_ok(call, err)                                                                       \
    do {                                                                                           \
        if ((call) != 0)                                                                           \
            fail_msg("%s: %s (%s)", #call, (err).msg, err_kind_name((err).kind));                  \
    } while (0)

/* The call returned -1 with that kind of error and a message that holds part. */
#define assert_error(call, err, wanted, part)                                                      \
    do {                                                                                           \
        (err) = (struct err){0};                                                                   \
        assert_int_equal((call), -1);                                                              \
        assert_string_equal(err_kind_name((err).kind), err_kind_name(wanted));                     \
        assert_has((err).msg, part);                                                               \
    } while (0)

/* text holds part. */
#define assert_has(text, part)                                                                     \
    do {                                                                                           \
        const char *has_text = (text), *has_part = (part);                                         \
        if (!has_text || !strstr(has_text, has_part))                                              \
            fail_msg("«%s» is not in:\n%s", has_part, has_text ? has_text : "(null)");             \
    } while (0)

#define assert_has_not(text, part)                                                                 \
    do {                                                                                           \
        const char *has_text = (text), *has_part = (part);                                         \
        if (has_text && strstr(has_text, has_part))                                                \
            fail_msg("«%s» is in:\n%s", has_part, has_text);                                       \
    } while (0)

#endif

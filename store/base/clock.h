/* clock.h: the only place that reads the time or sleeps, so that tests can drive both.
 *
 * Any thread may call it. State: three atomics, the offsets and the speed that a test has set. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "store/base/base.h"

#include <pthread.h>

/* UTC in milliseconds since the epoch. */
int64_t clock_now_ms(void);

/* Monotonic milliseconds, for measuring and for deadlines within this process. */
int64_t clock_mono_ms(void);

/* Sleeps ms, at most until *cancel becomes true (looked at ten times a second; NULL: never).
 * Returns false when it was cancelled. */
bool clock_sleep_ms(int64_t ms, const _Atomic bool *cancel);

/* A condition variable that clock_wait can time: use instead of pthread_cond_init. */
void clock_cond_init(pthread_cond_t *cond);

/* Waits on cond, with mutex held, at most ms. */
void clock_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t ms);

/* For tests: moves the clock forward by ms for everyone; both clocks move. */
void clock_test_advance(int64_t ms);

/* For tests: somebody sets the clock, back where ms is negative; the monotonic one goes on. */
void clock_test_set(int64_t ms);

/* For tests: sleeping takes no real time but moves the clock. */
void clock_test_skip_sleeps(bool on);

/* "2026-07-01T12:00:00.000Z" from UTC ms; out has 25 bytes. */
const char *clock_iso(char *out, int64_t ms);

/* "2026-07-02": the day in the zone of this process, which main has set to the festival's; out has
 * 11 bytes. */
const char *clock_local_day(char out[11], int64_t ms);

/* Reads RFC 3339 date-times ("2026-07-01", "…T12:00:00Z", fractions, offsets; a missing zone is
 * UTC). Returns false when s is none. */
bool clock_parse_iso(const char *s, int64_t *ret_ms);

/* Reads the Date header of an answer (RFC 9110, section 5.6.7). Returns false when s is none. */
bool clock_parse_http_date(const char *s, int64_t *ret_ms);

#endif

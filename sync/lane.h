/* lane.h: one run at a time on each remote, across threads and processes.
 *
 * A lane is an flock on STORE.lane-REMOTE: it ends with the process that holds it, however it ends.
 */
#ifndef SYNC_LANE_H
#define SYNC_LANE_H

#include "store/base/err.h"

/* Takes the lane; *ret is what lane_release wants. Waits while another holds it, looking five times
 * a second, calling waiting(ctx) once (NULL: nothing is said); wait_ms 0 does not wait. Errors:
 * ERR_TEMP when it is still held, ERR_CANCELED, ERR_LOCAL. */
int lane_take(const char *store, const char *remote, int64_t wait_ms, const _Atomic bool *cancel,
              void (*waiting)(void *ctx), void *ctx, int *ret, struct err *err);
void lane_release(int lane); /* takes -1 */

#endif

#include "sync/lane.h"

#include "store/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOOK_AGAIN_MS 200

int lane_take(const char *store, const char *remote, int64_t wait_ms, const _Atomic bool *cancel,
              void (*waiting)(void *ctx), void *ctx, int *ret, struct err *err)
{
    char path[1024];
    snprintf(path, sizeof path, "%s.lane-%s", store, remote);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, ERR_LOCAL, "cannot create %s: %s", path, strerror(errno));
    for (int64_t waited = 0; flock(fd, LOCK_EX | LOCK_NB); waited += LOOK_AGAIN_MS) {
        if (waited == 0 && wait_ms > 0 && waiting)
            waiting(ctx);
        bool stop = waited < wait_ms && !clock_sleep_ms(LOOK_AGAIN_MS, cancel);
        if (stop || waited >= wait_ms) {
            close(fd);
            return stop ? err_set(err, ERR_CANCELED, "stopped while waiting for %s", remote)
                        : err_set(err, ERR_TEMP, "another sync with %s is under way", remote);
        }
    }
    *ret = fd;
    return 0;
}

void lane_release(int lane)
{
    if (lane >= 0)
        close(lane);
}

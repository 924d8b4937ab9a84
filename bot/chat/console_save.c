#include "bot/chat/console_save.h"

#include "bot/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define NAMES_MAX  99 /* plan.csv, plan-2.csv, … plan-99.csv */
#define NAME_BYTES ((size_t)1024)

/* Makes a file that was not there: name, or name-2 and so on. Returns its descriptor, -1 with
 * errno. */
static int make_file(const char *name, struct buf *ret_name)
{
    const char *dot = strrchr(name, '.');
    int stem = (int)(dot ? (size_t)(dot - name) : strlen(name)), fd = -1;
    for (int i = 1; i <= NAMES_MAX; i++) {
        buf_clear(ret_name);
        if (i == 1)
            buf_add(ret_name, name);
        else
            buf_addf(ret_name, "%.*s-%d%s", stem, name, i, dot ? dot : "");
        fd = open(buf_str(ret_name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST)
            break;
    }
    return fd;
}

static bool write_all(int fd, const char *data, size_t n)
{
    while (n) {
        ssize_t done = write(fd, data, n);
        if (done < 0 && errno != EINTR)
            return false;
        data += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

int console_save(const char *wanted, const char *content, size_t len, struct buf *ret_name)
{
    AUTO_BUF name = BUF_INIT(NAME_BYTES);
    csv_file_name(wanted, &name);
    int fd = make_file(buf_str(&name), ret_name), failed = 0;
    if (fd < 0)
        return errno;
    if (!write_all(fd, content, len) || fsync(fd))
        failed = errno;
    if (close(fd) && !failed)
        failed = errno;
    if (failed)
        unlink(buf_str(ret_name));
    return failed;
}

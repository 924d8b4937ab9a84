/* fuzz_ini.c: any text as a configuration: it is read, or every mistake has a line of the file. */
#include "store/base/secret.h"
#include "sync/config/config.h"
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

static const char *path_of_memory(int *ret_fd)
{
    static char path[64];
    static int fd = -1;
    if (fd < 0) {
        struct err err = {0};
        PROMISE(!secret_init(&err));
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    *ret_fd = fd;
    return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd;
    const char *path = path_of_memory(&fd);
    AUTO_BUF mistakes = BUF_INIT(1 << 20);
    struct config *cfg = NULL;
    /* secrets may name files and variables: nothing of the machine is to be read */
    if (size > 65536 || memmem(data, size, "file:", 5) || memmem(data, size, "env:", 4))
        return 0;
    if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
        return 0;
    int lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    if (!config_load(path, &cfg, &mistakes)) {
        PROMISE(cfg && cfg->store && !mistakes.len);
        for (size_t i = 0; i < cfg->n_flows; i++)
            PROMISE(cfg->flows[i]->remote && cfg->flows[i]->entity && cfg->flows[i]->mapping);
        config_suggest(cfg, "people");
        config_free(cfg);
        return 0;
    }
    PROMISE(mistakes.len);
    size_t n = strlen(path);
    for (const char *p = buf_str(&mistakes); *p && !mistakes.over;) {
        int line = 1;
        if (!strncmp(p, path, n) && p[n] == ':' && p[n + 1] != ' ') {
            PROMISE(sscanf(p + n, ":%d:", &line) == 1);
            PROMISE(line >= 1 && line <= lines);
        }
        p += strcspn(p, "\n");
        p += *p == '\n';
    }
    return 0;
}

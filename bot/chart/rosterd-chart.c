/* rosterd-chart: a chart as JSON on standard input (bot/chart/chart.h), a PNG on standard output.
 * What is wrong is said in one line on standard error; exit code 1 for a chart it cannot read, 2
 * for a picture it cannot draw. */
#include "bot/chart/chart_draw.h"
#include "store/base/buf.h"

#define MEMORY_MAX ((size_t)4 << 20)

#ifdef __SANITIZE_ADDRESS__
/* What fontconfig keeps until the end is no leak of ours. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return 1;
}
#endif

static int read_all(FILE *in, struct buf *out)
{
    char bytes[4096];
    size_t n;
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0 && !out->over)
        buf_addn(out, bytes, n);
    return ferror(in) || out->over ? -1 : 0;
}

static int fail(int code, const char *why)
{
    fprintf(stderr, "rosterd-chart: %s\n", why);
    return code;
}

int main(int argc, char **argv)
{
    AUTO_ARENA *arena = arena_new(MEMORY_MAX);
    AUTO_BUF json = BUF_INIT(CHART_JSON_MAX + 1);
    struct chart c;
    struct err err = {0};
    (void)argv;
    if (argc > 1)
        return fail(1, "reads a chart from standard input and writes a PNG to standard output");
    if (read_all(stdin, &json))
        return fail(1, "the chart cannot be read or is too long");
    if (chart_read(buf_str(&json), json.len, arena, &c, &err))
        return fail(1, err.msg);
    if (chart_draw(&c, arena, stdout, &err))
        return fail(2, err.msg);
    return 0;
}

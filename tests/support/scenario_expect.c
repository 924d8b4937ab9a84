#include "store/base/json.h"
#include "sync/report.h"
#include "tests/support/scenario.h"
#include "tests/support/store_lab.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 24
#define ROWS_MAX    512

/* ---------------------------------------------------------------- tables */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The rows of the section as "a | b | c", ids spelled out, sorted. */
static size_t wanted_rows(struct world *w, const struct section *s, size_t n, char **ret)
{
    char *cells[COLUMNS_MAX];
    size_t rows = 0;
    for (size_t i = 1; i < s->n && rows < ROWS_MAX; i++) {
        AUTO_BUF row = BUF_INIT(1 << 16);
        if (scenario_split(s->lines[i].text, w->arena, cells, COLUMNS_MAX) != n)
            world_broken(w, s->lines[i].at, "not as many cells as the header has");
        for (size_t c = 0; c < n; c++)
            buf_addf(&row, "%s%s", c ? " | " : "", cells[c]);
        ret[rows++] = arena_strdup(w->arena, scenario_ids(buf_str(&row), w->arena));
    }
    qsort(ret, rows, sizeof *ret, by_text);
    return rows;
}

/* Header cells are SQL expressions; entities show live records only, unless `deleted` is asked for.
 */
static size_t actual_rows(struct world *w, const struct section *s, char **head, size_t n,
                          char **ret)
{
    AUTO_BUF sql = BUF_INIT(8192);
    AUTO_QUERY *q = NULL;
    struct err err = {0};
    bool deleted = false;
    size_t rows = 0;
    buf_add(&sql, "SELECT ");
    for (size_t c = 0; c < n; c++) {
        buf_addf(&sql, "%scoalesce(%s, '')", c ? " || ' | ' || " : "", head[c]);
        deleted = deleted || !strcmp(head[c], "deleted");
    }
    const char *from = scenario_ids(s->arg, w->arena);
    buf_addf(&sql, " FROM %s%s", from, model_entity(from) && !deleted ? " WHERE deleted = 0" : "");
    if (db_query_n(w->db, buf_str(&sql), NULL, 0, &q, &err))
        world_broken(w, s->at, "%s", err.msg);
    while (query_next(q, &err) > 0 && rows < ROWS_MAX)
        ret[rows++] = query_dup(q, 0, w->arena);
    qsort(ret, rows, sizeof *ret, by_text);
    return rows;
}

static void expect_table(struct world *w, const struct section *s)
{
    char *head[COLUMNS_MAX], *want[ROWS_MAX], *have[ROWS_MAX];
    if (!s->n)
        world_broken(w, s->at, "a table needs a header");
    size_t n = scenario_split(s->lines[0].text, w->arena, head, COLUMNS_MAX);
    size_t n_want = wanted_rows(w, s, n, want), n_have = actual_rows(w, s, head, n, have);
    for (size_t i = 0, k = 0; i < n_want || k < n_have;) {
        int order = i == n_want ? 1 : k == n_have ? -1 : strcmp(want[i], have[k]);
        if (order < 0)
            world_fail(w, s->at, "%s: expected, not there:  %s", s->arg, want[i]);
        else if (order > 0)
            world_fail(w, s->at, "%s: there, not expected:  %s", s->arg, have[k]);
        i += order <= 0;
        k += order >= 0;
    }
}

/* ---------------------------------------------------------------- reports */

/* "inserted = 1": any member of the report's JSON; `run = some|none`; error: a part of the text. */
static void expect_report(struct world *w, const struct section *s, const char *flow)
{
    const struct report *r = world_report(w, flow);
    AUTO_BUF text = BUF_INIT(1 << 20);
    AUTO_JSON *tree = NULL;
    struct err err = {0};
    if (!r)
        world_broken(w, s->at, "no run of %s so far", flow);
    report_to_json(r, &text);
    if (json_parse(buf_str(&text), text.len, &tree, &err))
        world_broken(w, s->at, "%s", err.msg);
    for (size_t i = 0; i < s->n; i++) {
        char *parts[2], *eq = strchr(s->lines[i].text, '=');
        char *copy = arena_strdup(w->arena, s->lines[i].text);
        if (!eq)
            world_broken(w, s->lines[i].at, "write NAME = VALUE");
        copy[eq - s->lines[i].text] = '|';
        scenario_split(copy, w->arena, parts, 2);
        const cJSON *item = json_at(tree, parts[0]);
        if (!item)
            world_broken(w, s->lines[i].at, "a report has no %s", parts[0]);
        char *shown = cJSON_PrintUnformatted(item);
        const char *is = cJSON_IsString(item) ? item->valuestring : shown;
        bool same = !strcmp(is, parts[1]);
        if (!strcmp(parts[0], "run"))
            same = (r->run != 0) == !strcmp(parts[1], "some");
        if (!strcmp(parts[0], "error"))
            same = *parts[1] ? strstr(is, parts[1]) != NULL : !strcmp(is, "null");
        if (!same)
            world_fail(w, s->lines[i].at, "%s: %s: expected %s, is %s", flow, parts[0], parts[1],
                       is);
        cJSON_free(shown);
    }
}

/* ---------------------------------------------------------------- nothing happened */

static void expect_unchanged(struct world *w, int line, const char *what, const char *before,
                             enum lab_view view)
{
    AUTO_BUF now = BUF_INIT((size_t)64 << 20), diff = BUF_INIT(1 << 16);
    lab_dump(w->db, view, &now);
    if (!before || !strcmp(before, buf_str(&now)))
        return;
    lab_first_difference(before, buf_str(&now), &diff);
    world_fail(w, line, "%s: %s", what, buf_str(&diff));
}

/* Neither the store nor a remote was written. */
static void expect_quiet(struct world *w, int line, const char *what, const char *before)
{
    unsigned calls = world_write_calls(w);
    expect_unchanged(w, line, what, before, LAB_WRITES);
    if (calls)
        world_fail(w, line, "%s: %u calls that write", what, calls);
}

void scenario_expect(struct world *w, const struct section *s)
{
    if (!strncmp(s->arg, "report ", 7))
        expect_report(w, s, s->arg + 7);
    else if (!strncmp(s->arg, "remote ", 7))
        scenario_expect_remote(w, s);
    else if (!strncmp(s->arg, "writes ", 7))
        scenario_expect_writes(w, s);
    else if (!strncmp(s->arg, "filled ", 7))
        scenario_expect_filled(w, s);
    else if (!strcmp(s->arg, "quiet"))
        expect_quiet(w, s->at, "the last sync wrote", w->writes_before);
    else if (!strcmp(s->arg, "kept"))
        expect_unchanged(w, s->at, "the last sync touched", w->kept_before, LAB_KEPT);
    else
        expect_table(w, s);
}

void scenario_expect_quiet_repeat(struct world *w)
{
    AUTO_BUF before = BUF_INIT((size_t)64 << 20);
    struct sync_step again = w->last;
    if (!w->any_sync || !w->last_fine || again.opt.dry_run)
        return;
    lab_dump(w->db, LAB_WRITES, &before);
    world_sync(w, &again);
    expect_quiet(w, 0, "the last sync, repeated, wrote", buf_str(&before));
}

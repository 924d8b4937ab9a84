#include "store/base/uuid.h"
#include "sync/config/config_values.h"
#include "tests/support/scenario.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SHARED_BYTES ((size_t)32 << 20)
#define DUMP_MAX     ((size_t)64 << 20)
#define COLUMNS_MAX  24
#define ROWS_MAX     512

/* ---------------------------------------------------------------- as bytes */

void world_save_remotes(struct world *w, struct buf *out)
{
    for (size_t i = 0; i < WORLD_REMOTES; i++) {
        AUTO_BUF one = BUF_INIT(SHARED_BYTES);
        if (w->fakes[i])
            fake_save(w->fakes[i], &one);
        uint64_t n = one.len;
        buf_addn(out, (const char *)&n, sizeof n);
        buf_addn(out, buf_str(&one), one.len);
    }
}

void world_load_remotes(struct world *w, const char *bytes, size_t n)
{
    const char *end = bytes + n;
    for (size_t i = 0; i < WORLD_REMOTES; i++) {
        uint64_t len;
        if ((size_t)(end - bytes) < sizeof len)
            abort();
        memcpy(&len, bytes, sizeof len);
        bytes += sizeof len;
        if (w->fakes[i] && len)
            fake_load(w->fakes[i], bytes, len);
        bytes += len;
    }
}

/* What stands at the beginning of the shared memory. */
struct shared {
    bool called, wrote;
    struct fake_mark marks[WORLD_REMOTES];
    uint64_t n; /* bytes that follow */
};

void world_share(struct world *w, bool wrote)
{
    struct shared *to = (struct shared *)w->shared;
    to->called = true;
    for (size_t i = 0; i < WORLD_REMOTES; i++) {
        if (w->fakes[i])
            to->marks[i] = fake_remember(w->fakes[i]);
    }
    if (!wrote)
        return;
    AUTO_BUF all = BUF_INIT(SHARED_BYTES - sizeof *to);
    world_save_remotes(w, &all);
    if (all.over)
        abort();
    to->n = all.len;
    memcpy(to + 1, buf_str(&all), all.len);
    to->wrote = true;
}

void world_take_shared(struct world *w)
{
    struct shared *from = (struct shared *)w->shared;
    if (from->wrote)
        world_load_remotes(w, (const char *)(from + 1), from->n);
    for (size_t i = 0; i < WORLD_REMOTES && from->called; i++) {
        if (w->fakes[i])
            fake_go_back(w->fakes[i], from->marks[i]);
    }
    *from = (struct shared){0};
}

void world_open_shared(struct world *w)
{
    w->shared = mmap(NULL, SHARED_BYTES, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (w->shared == MAP_FAILED)
        abort();
}

void world_close_shared(struct world *w)
{
    munmap(w->shared, SHARED_BYTES);
}

/* ---------------------------------------------------------------- as text */

static const char *const state_names[] = {"there", "trash", "gone", "unknown", "hidden"};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A mark that was set during this scenario has a time that is another one each time. */
static const char *without_time(const struct world *w, const struct fake_table *t, size_t column,
                                const char *plain)
{
    const char *name = t->columns[column].name;
    for (size_t i = 0; i < w->cfg->n_flows; i++) {
        const struct flow *f = w->cfg->flows[i];
        if (f->mark && !strcmp(f->table, t->name) && !strcmp(f->mark, name) &&
            strtoll(plain, NULL, 10) >= w->born_ms / 1000)
            return "now";
    }
    return plain;
}

static char *row_line(struct world *w, const struct fake_remote *f, const struct fake_table *t,
                      const struct fake_row *r)
{
    AUTO_BUF line = BUF_INIT(1 << 20);
    (void)f;
    buf_addf(&line, "%s %s %s", t->name, r->made ? "made" : r->id, state_names[r->state]);
    for (size_t c = 0; c < t->n_columns; c++)
        buf_addf(&line, " | %s=%s", t->columns[c].name,
                 without_time(w, t, c, fake_plain(r->cells[c], w->arena)));
    return arena_strdup(w->arena, buf_str(&line));
}

void world_dump_remotes(struct world *w, struct buf *out)
{
    for (size_t i = 0; i < w->cfg->n_remotes && i < WORLD_REMOTES; i++) {
        size_t n_tables, n = 0;
        char *lines[ROWS_MAX];
        struct fake_table *tables = fake_tables(w->fakes[i], &n_tables);
        for (size_t t = 0; t < n_tables; t++) {
            for (size_t r = 0; r < tables[t].n_rows && n < ROWS_MAX; r++)
                lines[n++] = row_line(w, w->fakes[i], &tables[t], &tables[t].rows[r]);
        }
        qsort(lines, n, sizeof *lines, by_text);
        buf_addf(out, "## %s\n", w->cfg->remotes[i]->name);
        for (size_t k = 0; k < n; k++)
            buf_addf(out, "%s\n", lines[k]);
    }
}

/* The length of the id of a row that the program made, at the beginning of text; 0: none is there.
 */
static size_t made_id(struct world *w, const char *text)
{
    for (size_t i = 0; i < WORLD_REMOTES; i++) {
        size_t n_tables = 0;
        struct fake_table *tables = w->fakes[i] ? fake_tables(w->fakes[i], &n_tables) : NULL;
        for (size_t t = 0; t < n_tables; t++) {
            for (size_t r = 0; r < tables[t].n_rows; r++) {
                size_t n = strlen(tables[t].rows[r].id);
                if (tables[t].rows[r].made && !strncmp(text, tables[t].rows[r].id, n) &&
                    !isalnum((unsigned char)text[n]))
                    return n;
            }
        }
    }
    return 0;
}

static void sort_lines(char *text)
{
    char *lines[ROWS_MAX * 4];
    size_t n = 0;
    char *copy = xstrdup(text), *save = NULL;
    for (char *p = strtok_r(copy, "\n", &save); p && n < ARRAY_LEN(lines);
         p = strtok_r(NULL, "\n", &save))
        lines[n++] = p;
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && strncmp(lines[to], "## ", 3); to++)
            ;
        qsort(lines + from + 1, to - from - 1, sizeof *lines, by_text);
    }
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(lines[i]);
        memcpy(text, lines[i], len);
        text[len] = '\n';
        text += len + 1;
    }
    free(copy);
}

char *world_without_made(struct world *w, const char *text)
{
    struct buf out = BUF_INIT(DUMP_MAX);
    bool inside = false; /* a word */
    for (const char *p = text; *p;) {
        size_t n = inside ? 0 : made_id(w, p);
        if (n) {
            buf_add(&out, "made");
            p += n;
        } else {
            inside = isalnum((unsigned char)*p);
            buf_addc(&out, *p++);
        }
    }
    char *ret = buf_take(&out);
    sort_lines(ret);
    return ret;
}

void world_count_anew(struct world *w)
{
    for (size_t i = 0; i < WORLD_REMOTES; i++) {
        if (w->fakes[i])
            fake_count_anew(w->fakes[i]);
    }
}

unsigned world_write_calls(struct world *w)
{
    unsigned n = 0;
    for (size_t i = 0; i < WORLD_REMOTES; i++)
        n += w->fakes[i] ? fake_count(w->fakes[i]).calls : 0;
    return n;
}

/* ---------------------------------------------------------------- [expect remote FLOW] */

/* A column of the expectation: "id", "(state)", or one of the table's; with a `?` behind it,
 * whether anything is in it. */
static const char *shown(struct world *w, const struct section *s, const struct fake_table *t,
                         const struct fake_row *r, const char *head, bool any_id)
{
    size_t at = 0;
    if (!strcmp(head, "id"))
        return r->made && any_id ? "*" : r->id;
    if (!strcmp(head, "(state)"))
        return state_names[r->state];
    size_t n = strlen(head);
    bool asks = n && head[n - 1] == '?';
    while (at < t->n_columns && (strncmp(t->columns[at].name, head, n - asks) ||
                                 strlen(t->columns[at].name) != n - asks))
        at++;
    if (at == t->n_columns)
        world_broken(w, s->at, "the table has no column «%s»", head);
    const char *plain = fake_plain(r->cells[at], w->arena);
    return !asks ? plain : *plain ? "yes" : "";
}

static size_t wanted_rows(struct world *w, const struct section *s, char **head, size_t n,
                          bool *ret_any_id, char **ret)
{
    char *cells[COLUMNS_MAX];
    size_t rows = 0;
    for (size_t i = 1; i < s->n && rows < ROWS_MAX; i++) {
        AUTO_BUF row = BUF_INIT(1 << 16);
        if (scenario_split(s->lines[i].text, w->arena, cells, COLUMNS_MAX) != n)
            world_broken(w, s->lines[i].at, "not as many cells as the header has");
        for (size_t c = 0; c < n; c++) {
            bool plain = !strcmp(head[c], "id") || !strcmp(head[c], "(state)");
            *ret_any_id = *ret_any_id || (plain && !strcmp(cells[c], "*"));
            buf_addf(&row, "%s%s", c ? " | " : "",
                     plain ? scenario_ids(cells[c], w->arena)
                           : fake_plain(scenario_cell(cells[c], w->arena), w->arena));
        }
        ret[rows++] = arena_strdup(w->arena, buf_str(&row));
    }
    qsort(ret, rows, sizeof *ret, by_text);
    return rows;
}

/* Rows that are there; all, with what became of them, when "(state)" is asked for. */
static size_t actual_rows(struct world *w, const struct section *s, const struct fake_table *t,
                          char **head, size_t n, bool any_id, char **ret)
{
    size_t rows = 0;
    bool all = false;
    for (size_t c = 0; c < n; c++)
        all = all || !strcmp(head[c], "(state)");
    for (size_t i = 0; i < t->n_rows && rows < ROWS_MAX; i++) {
        AUTO_BUF row = BUF_INIT(1 << 16);
        const struct fake_row *r = &t->rows[i];
        if (!all && r->state != FAKE_THERE)
            continue;
        for (size_t c = 0; c < n; c++)
            buf_addf(&row, "%s%s", c ? " | " : "", shown(w, s, t, r, head[c], any_id));
        ret[rows++] = arena_strdup(w->arena, buf_str(&row));
    }
    qsort(ret, rows, sizeof *ret, by_text);
    return rows;
}

void scenario_expect_remote(struct world *w, const struct section *s)
{
    struct fake_remote *f;
    const char *flow = s->arg + 7;
    const struct fake_table *t = world_table(w, s->at, flow, &f);
    char *head[COLUMNS_MAX], *want[ROWS_MAX], *have[ROWS_MAX];
    bool any_id = false;
    if (!s->n)
        world_broken(w, s->at, "a table needs a header");
    size_t n = scenario_split(s->lines[0].text, w->arena, head, COLUMNS_MAX);
    size_t n_want = wanted_rows(w, s, head, n, &any_id, want);
    size_t n_have = actual_rows(w, s, t, head, n, any_id, have);
    for (size_t i = 0, k = 0; i < n_want || k < n_have;) {
        int order = i == n_want ? 1 : k == n_have ? -1 : strcmp(want[i], have[k]);
        if (order < 0)
            world_fail(w, s->at, "remote %s: expected, not there:  %s", flow, want[i]);
        else if (order > 0)
            world_fail(w, s->at, "remote %s: there, not expected:  %s", flow, have[k]);
        i += order <= 0;
        k += order >= 0;
    }
}

/* [expect writes REMOTE]: "insert = 2": rows that the last sync asked for; "calls = 3" of any
 * writing; "find = 1": searches; "peek = 1": looks at rows by their ids. */
void scenario_expect_writes(struct world *w, const struct section *s)
{
    const struct fake_writes n = fake_count(world_fake(w, s->at, s->arg + 7));
    const struct {
        const char *name;
        unsigned n;
    } known[] = {{"insert", n.inserted}, {"update", n.updated}, {"archive", n.archived},
                 {"back", n.back},       {"find", n.find},      {"calls", n.calls},
                 {"peek", n.peeks}};
    const int64_t gap_ms = n.gap_ms;
    for (size_t i = 0; i < s->n; i++) {
        size_t k = 0, len = strcspn(s->lines[i].text, " =");
        const char *eq = strchr(s->lines[i].text, '=');
        int64_t at_least;
        if (len == 3 && !strncmp(s->lines[i].text, "gap", 3) && eq &&
            config_duration(eq + 1 + strspn(eq + 1, " "), &at_least)) {
            if (gap_ms >= 0 && gap_ms < at_least)
                world_fail(w, s->lines[i].at, "two writing calls are %lld ms apart",
                           (long long)gap_ms);
            continue;
        }
        while (k < ARRAY_LEN(known) &&
               (strlen(known[k].name) != len || strncmp(known[k].name, s->lines[i].text, len)))
            k++;
        if (!eq || k == ARRAY_LEN(known))
            world_broken(w, s->lines[i].at,
                         "write insert|update|archive|back|find|calls|peek = NUMBER");
        if (known[k].n != (unsigned)atoi(eq + 1))
            world_fail(w, s->lines[i].at, "%s: %s: expected %s, is %u", s->arg, known[k].name,
                       eq + 1 + strspn(eq + 1, " "), known[k].n);
    }
}

/* [expect filled FLOW]: "COLUMN = 60": so many rows have something in it; `id`: rows at all. */
void scenario_expect_filled(struct world *w, const struct section *s)
{
    struct fake_remote *f;
    const struct fake_table *t = world_table(w, s->at, s->arg + 7, &f);
    for (size_t i = 0; i < s->n; i++) {
        char *parts[2];
        char *copy = arena_strdup(w->arena, s->lines[i].text);
        char *eq = strchr(copy, '=');
        if (!eq)
            world_broken(w, s->lines[i].at, "write COLUMN = NUMBER");
        *eq = '|';
        scenario_split(copy, w->arena, parts, 2);
        int n = 0;
        for (size_t r = 0; r < t->n_rows; r++)
            n += t->rows[r].state == FAKE_THERE &&
                 *shown(w, s, t, &t->rows[r], parts[0], false) != '\0';
        if (n != atoi(parts[1]))
            world_fail(w, s->lines[i].at, "%s: %d rows with %s, not %s", s->arg, n, parts[0],
                       parts[1]);
    }
}

/* ---------------------------------------------------------------- what a remote is like */

/* "FLOW refuse COLUMN=VALUE", "FLOW ignore COLUMN=VALUE", "FLOW none COLUMN" */
static void do_rule(struct world *w, const struct line *l, struct fake_table *t, const char *how,
                    const char *rest)
{
    const char *eq = strchr(rest, '=');
    bool none = !strcmp(how, "none"), refuse = !strcmp(how, "refuse");
    if (none == (eq != NULL) || (!none && !refuse && strcmp(how, "ignore")))
        world_broken(w, l->at, "rule FLOW refuse|ignore COLUMN=VALUE, or rule FLOW none COLUMN");
    if (none)
        fake_set_rule(t, RULE_REFUSE, rest, NULL);
    else
        fake_set_rule(t, refuse ? RULE_REFUSE : RULE_IGNORE,
                      arena_strndup(w->arena, rest, (size_t)(eq - rest)),
                      fake_plain(scenario_cell(eq + 1, w->arena), w->arena));
}

/* "COLUMN = REST": both trimmed. */
static void two_sides(struct world *w, const struct line *l, const char *rest, char *ret[2])
{
    const char *eq = strchr(rest, '=');
    if (!eq)
        world_broken(w, l->at, "write COLUMN = …");
    scenario_split(arena_strndup(w->arena, rest, (size_t)(eq - rest)), w->arena, &ret[0], 1);
    char *parts[COLUMNS_MAX];
    AUTO_BUF joined = BUF_INIT(1 << 16);
    size_t n = scenario_split(eq + 1, w->arena, parts, COLUMNS_MAX);
    for (size_t i = 0; i < n; i++)
        buf_addf(&joined, "%s%s", i ? "|" : "", parts[i]);
    ret[1] = arena_strdup(w->arena, buf_str(&joined));
}

bool scenario_do_remote(struct world *w, const struct line *l, char **word, size_t n)
{
    static const char *const verbs[] = {"column", "drop", "rule", "options", "formula"};
    struct fake_remote *f;
    char *sides[2];
    size_t v = 0;
    while (v < ARRAY_LEN(verbs) && strcmp(verbs[v], word[0]))
        v++;
    if (v == ARRAY_LEN(verbs) || n < 3)
        return false;
    struct fake_table *t = world_table(w, l->at, word[1], &f);
    const char *rest = scenario_rest(l->text, 2);
    if (!strcmp(word[0], "column") && n > 3) { /* the type is the last word */
        size_t name = strlen(rest) - strlen(word[n - 1]);
        scenario_split(arena_strndup(w->arena, rest, name), w->arena, sides, 1);
        fake_column(t, sides[0], word[n - 1]);
    } else if (!strcmp(word[0], "drop")) {
        if (w->n_dropped == WORLD_DROPPED)
            abort();
        w->dropped[w->n_dropped].table = arena_strdup(w->arena, t->name);
        w->dropped[w->n_dropped++].column = arena_strdup(w->arena, rest);
        fake_drop_column(t, rest);
    } else if (!strcmp(word[0], "rule") && n > 3) {
        do_rule(w, l, t, word[2], scenario_rest(l->text, 3));
    } else if (!strcmp(word[0], "options")) {
        two_sides(w, l, rest, sides);
        fake_set_options(t, sides[0], *sides[1] ? sides[1] : NULL);
    } else if (!strcmp(word[0], "formula")) {
        two_sides(w, l, rest, sides);
        fake_set_formula(t, sides[0], sides[1]);
    } else {
        return false;
    }
    return true;
}

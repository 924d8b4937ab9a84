/* scenario_rows.c: rows of remotes as people edit them, and what a remote is told to do wrong. */
#include "store/base/clock.h"
#include "sync/config/config_values.h"
#include "tests/support/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 24
#define MANY_MAX    1000

/* ---------------------------------------------------------------- remotes */

/* "Статус" or "Статус:select" */
static const char *make_column(struct world *w, struct fake_table *t, const char *head)
{
    const char *colon = strchr(head, ':');
    const char *name = colon ? arena_strndup(w->arena, head, (size_t)(colon - head)) : head;
    fake_column(t, name, colon ? colon + 1 : NULL);
    return name;
}

static void set_cell(struct world *w, struct fake_remote *f, struct fake_table *t,
                     struct fake_row *row, const char *column, const char *text)
{
    if (!strcmp(column, "(key)")) {
        row->key = *text ? xstrdup(scenario_ids(text, w->arena)) : NULL;
        return;
    }
    fake_set(f, t, row, column, scenario_cell(text, w->arena));
}

/* [remote FLOW]: a header "id | column | …" and rows; rows that are there already are edited. */
void scenario_put_remote(struct world *w, const struct section *s)
{
    struct fake_remote *f;
    struct fake_table *t = world_table(w, s->at, s->arg, &f);
    char *head[COLUMNS_MAX], *cells[COLUMNS_MAX];
    if (!s->n)
        world_broken(w, s->at, "a table needs a header: id | column | …");
    size_t n = scenario_split(s->lines[0].text, w->arena, head, COLUMNS_MAX);
    for (size_t c = 1; c < n; c++) {
        if (strcmp(head[c], "(key)"))
            head[c] = arena_strdup(w->arena, make_column(w, t, head[c]));
    }
    for (size_t i = 1; i < s->n; i++) {
        if (scenario_split(s->lines[i].text, w->arena, cells, COLUMNS_MAX) != n)
            world_broken(w, s->lines[i].at, "not as many cells as the header has");
        const char *id = scenario_ids(cells[0], w->arena);
        if (!fake_find(t, id))
            fake_add(f, t, id);
        for (size_t c = 1; c < n; c++)
            set_cell(w, f, t, fake_find(t, id), head[c], cells[c]);
    }
}

/* "r1 Статус=… | Роль=…": the row and its new cells. */
static void edit_cells(struct world *w, int line, struct fake_remote *f, struct fake_table *t,
                       const char *id, const char *rest)
{
    char *parts[COLUMNS_MAX];
    size_t n = *rest ? scenario_split(rest, w->arena, parts, COLUMNS_MAX) : 0;
    for (size_t i = 0; i < n; i++) {
        char *eq = strchr(parts[i], '=');
        if (!eq)
            world_broken(w, line, "write COLUMN=VALUE | …, not «%s»", parts[i]);
        const char *column = arena_strndup(w->arena, parts[i], (size_t)(eq - parts[i]));
        set_cell(w, f, t, fake_find(t, id), column, eq + 1);
    }
}

static void set_state(struct world *w, const struct line *l, struct fake_remote *f,
                      struct fake_table *t, const char *id, const char *verb)
{
    static const struct {
        const char *verb;
        enum fake_state state;
    } states[] = {{"remove", FAKE_GONE},
                  {"trash", FAKE_TRASHED},
                  {"unshare", FAKE_UNKNOWN},
                  {"hide", FAKE_HIDDEN},
                  {"restore", FAKE_THERE}};
    size_t i = 0;
    while (i < ARRAY_LEN(states) && strcmp(states[i].verb, verb))
        i++;
    if (i == ARRAY_LEN(states))
        return;
    bool numbered = fake_remote_options(f)->numbered;
    if (numbered && states[i].state == FAKE_GONE)
        fake_remove(f, t, id);
    else if (numbered && states[i].state != FAKE_UNKNOWN && states[i].state != FAKE_THERE)
        world_broken(w, l->at, "%s: rows of Grist are there or removed", verb);
    else
        fake_set_state(f, fake_find(t, id), states[i].state);
}

/* "-400s", "+2d": how far from now. */
static bool read_offset(const char *text, int64_t *ret_ms)
{
    if ((*text != '-' && *text != '+') || !config_duration(text + 1, ret_ms))
        return false;
    *ret_ms = *text == '-' ? -*ret_ms : *ret_ms;
    return true;
}

/* A line may end in "at -400s": the row's time is what a clock says that is behind. Returns the
 * line without that. */
static const char *split_at(struct world *w, const char *rest, bool *ret_at, int64_t *ret_ms)
{
    const char *at = NULL;
    for (const char *p = strstr(rest, "at "); p; p = strstr(p + 1, "at "))
        at = p == rest || p[-1] == ' ' ? p : at;
    *ret_at = at && read_offset(at + 3, ret_ms);
    return *ret_at ? arena_strndup(w->arena, rest, (size_t)(at - rest)) : rest;
}

static void do_row(struct world *w, const struct line *l, const char *verb, const char *flow,
                   const char *id, const char *rest)
{
    struct fake_remote *f;
    struct fake_table *t = world_table(w, l->at, flow, &f);
    int64_t ms = 0;
    bool at;
    rest = split_at(w, rest, &at, &ms);
    if (!strcmp(verb, "add"))
        fake_add(f, t, id);
    if (!fake_find(t, id))
        world_broken(w, l->at, "there is no row %s", id);
    if (!strcmp(verb, "add") || !strcmp(verb, "edit"))
        edit_cells(w, l->at, f, t, id, rest);
    if (!strcmp(verb, "stamp") && !read_offset(rest, &ms))
        world_broken(w, l->at, "stamp FLOW ROW +2d");
    if (at || !strcmp(verb, "stamp"))
        fake_stamp(f, fake_find(t, id), clock_now_ms() + ms);
    set_state(w, l, f, t, id, verb);
}

/* {n} becomes the number. */
static const char *numbered(struct world *w, const char *text, unsigned n)
{
    AUTO_BUF out = BUF_INIT(1 << 16);
    for (; *text; text++) {
        if (!strncmp(text, "{n}", 3)) {
            buf_addf(&out, "%u", n);
            text += 2;
        } else {
            buf_addc(&out, *text);
        }
    }
    return arena_strdup(w->arena, buf_str(&out));
}

static void do_empty(struct world *w, const struct line *l, const char *flow)
{
    struct fake_remote *f;
    struct fake_table *t = world_table(w, l->at, flow, &f);
    while (t->n_rows && fake_remote_options(f)->numbered)
        fake_remove(f, t, t->rows[0].id);
    fake_forget(t, NULL);
}

/* VERB FLOW ROW …; ROW may be 3..60: each of them, with {n} for its number. */
bool scenario_do_rows(struct world *w, const struct line *l, char **word, size_t n)
{
    static const char *const verbs[] = {"add",     "edit", "stamp",   "remove", "trash",
                                        "unshare", "hide", "restore", "empty"};
    size_t v = 0;
    unsigned from, to;
    while (v < ARRAY_LEN(verbs) && strcmp(verbs[v], word[0]))
        v++;
    if (v == ARRAY_LEN(verbs) || n < 2)
        return false;
    const char *rest = scenario_rest(l->text, 3);
    if (!strcmp(word[0], "empty"))
        do_empty(w, l, word[1]);
    else if (n > 2 && sscanf(word[2], "%u..%u", &from, &to) == 2 && to - from < MANY_MAX)
        for (unsigned i = from; i <= to; i++)
            do_row(w, l, word[0], word[1], arena_printf(w->arena, "%u", i), numbered(w, rest, i));
    else
        do_row(w, l, word[0], word[1], n > 2 ? scenario_ids(word[2], w->arena) : "", rest);
    return true;
}

/* fault REMOTE KIND [writes] [call N] [for SECONDS] [stays] */
void scenario_do_fault(struct world *w, const struct line *l, char **word, size_t n)
{
    struct fake_fault fault = {.call = 1};
    struct fake_remote *f = world_fake(w, l->at, n > 1 ? word[1] : "");
    if (n < 3 || !fake_fault_parse(word[2], &fault.kind))
        world_broken(w, l->at, "fault REMOTE 429|5xx|timeout|…");
    for (size_t i = 3; i < n; i++) {
        if (!strcmp(word[i], "call") && i + 1 < n)
            fault.call = (unsigned)atoi(word[++i]);
        else if (!strcmp(word[i], "for") && i + 1 < n)
            fault.retry_s = (unsigned)atoi(word[++i]);
        else if (!strcmp(word[i], "stays"))
            fault.stays = true;
        else if (!strcmp(word[i], "writes"))
            fault.writes = true;
        else
            world_broken(w, l->at, "fault: «%s»?", word[i]);
    }
    fake_fault(f, fault);
}

/* set REMOTE page|overlap|trash|cursorless|states|batch|upserts|grain|hides VALUE */
void scenario_do_set(struct world *w, const struct line *l, char **word, size_t n)
{
    if (n < 4)
        world_broken(w, l->at, "set REMOTE OPTION VALUE");
    struct fake_remote *f = world_fake(w, l->at, word[1]);
    struct fake_options *opt = fake_remote_options(f);
    if (!strcmp(word[2], "page"))
        opt->page_size = (size_t)atoi(word[3]);
    else if (!strcmp(word[2], "overlap"))
        config_duration(word[3], &opt->overlap_ms);
    else if (!strcmp(word[2], "trash"))
        opt->lists_trash = !strcmp(word[3], "listed");
    else if (!strcmp(word[2], "cursorless"))
        opt->cursorless = !strcmp(word[3], "yes");
    else if (!strcmp(word[2], "states"))
        opt->stateless = !strcmp(word[3], "no");
    else if (!strcmp(word[2], "batch"))
        opt->batch = (size_t)atoi(word[3]);
    else if (!strcmp(word[2], "upserts"))
        opt->upserts = !strcmp(word[3], "yes");
    else if (!strcmp(word[2], "grain"))
        config_duration(word[3], &opt->grain_ms);
    else if (!strcmp(word[2], "hides"))
        config_duration(word[3], &opt->hides_ms);
    else
        world_broken(w, l->at, "set: «%s»?", word[2]);
    fake_remote_renew(f);
}

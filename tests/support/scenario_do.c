#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/links.h"
#include "store/refs.h"
#include "store/rows.h"
#include "sync/choose.h"
#include "sync/config/config_values.h"
#include "sync/mapping.h"
#include "tests/support/scenario.h"
#include "tests/support/store_lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX   24
#define COLUMNS_MAX 24

static void check(const struct world *w, int line, int bad, const struct err *err)
{
    if (bad)
        world_broken(w, line, "%s", err->msg);
}

/* ---------------------------------------------------------------- the store */

/* "[$T1, $T2]" as the set of these records. */
static struct value set_of(struct world *w, const char *text)
{
    char *list = arena_strdup(w->arena, scenario_ids(text, w->arena)), *save = NULL;
    const char *ids[COLUMNS_MAX];
    size_t n = 0;
    for (char *p = strtok_r(list, "[], ", &save); p && n < COLUMNS_MAX;
         p = strtok_r(NULL, "[], ", &save))
        ids[n++] = p;
    return refs_value(ids, n, w->arena);
}

static struct value value_of(struct world *w, int line, const struct field *f, const char *text)
{
    int64_t n;
    bool number = f->type == FT_INT || f->type == FT_BOOL || f->type == FT_YEAR;
    if (!*text)
        return V_NULL;
    if (f->type == FT_REFS)
        return set_of(w, text);
    if (!number)
        return V_TEXT(scenario_ids(text, w->arena));
    if (!base_parse_i64(text, INT64_MIN, INT64_MAX, &n))
        world_broken(w, line, "%s: «%s» is no number", f->name, text);
    return V_INT(n);
}

static void set_field(struct world *w, int line, struct record *r, const char *name,
                      const char *text)
{
    int at = model_field(r->e, name);
    if (!strcmp(name, "id"))
        str_copy(r->id, sizeof r->id, scenario_ids(text, w->arena));
    else if (!strcmp(name, "deleted"))
        r->deleted = *text == '1';
    else if (at < 0)
        world_broken(w, line, "%s has no field %s", r->e->name, name);
    else
        r->v[at] = value_of(w, line, &r->e->fields[at], text);
}

/* Runs write within one transaction. */
static void in_store(struct world *w, int line,
                     int (*write)(struct world *w, void *ctx, struct err *err), void *ctx)
{
    struct err err = {0};
    check(w, line, db_begin(w->db, &err), &err);
    check(w, line, write(w, ctx, &err), &err);
    check(w, line, db_commit(w->db, &err), &err);
}

static const struct change by_hand = {.source = "hand"};

static int insert_record(struct world *w, void *ctx, struct err *err)
{
    struct change by = by_hand;
    by.at = clock_now_ms();
    return rows_insert(w->db, ctx, &by, err);
}

/* [store ENTITY]: records that are there before. */
static void put_store(struct world *w, const struct section *s)
{
    char *head[COLUMNS_MAX], *cells[COLUMNS_MAX];
    const struct entity *e = model_entity(s->arg);
    if (!e || !s->n)
        world_broken(w, s->at, "[store ENTITY] with a table");
    size_t n = scenario_split(s->lines[0].text, w->arena, head, COLUMNS_MAX);
    for (size_t i = 1; i < s->n; i++) {
        struct record *r = record_new(e, w->arena);
        if (scenario_split(s->lines[i].text, w->arena, cells, COLUMNS_MAX) != n)
            world_broken(w, s->lines[i].at, "not as many cells as the header has");
        for (size_t c = 0; c < n; c++)
            set_field(w, s->lines[i].at, r, head[c], cells[c]);
        in_store(w, s->lines[i].at, insert_record, r);
    }
}

static int insert_link(struct world *w, void *ctx, struct err *err)
{
    return links_insert(w->db, ctx, err);
}

/* [links FLOW]: "row | part | record | base", base as the record's mapped fields, changed by "f=v;
 * …". */
static void put_links(struct world *w, const struct section *s)
{
    const struct flow *f = world_flow(w, s->at, s->arg);
    for (size_t i = 1; i < s->n; i++) {
        char *cells[4] = {"", "", "", ""}, *save = NULL;
        struct err err = {0};
        struct record *r;
        AUTO_BUF base = BUF_INIT(1 << 16);
        scenario_split(s->lines[i].text, w->arena, cells, 4);
        const char *id = scenario_ids(cells[2], w->arena);
        check(w, s->lines[i].at, rows_get(w->db, f->entity, id, w->arena, &r, &err), &err);
        if (!r)
            world_broken(w, s->lines[i].at, "there is no record %s", cells[2]);
        for (char *p = strtok_r(cells[3], ";", &save); p; p = strtok_r(NULL, ";", &save)) {
            p += strspn(p, " ");
            char *eq = strchr(p, '=');
            if (!eq)
                world_broken(w, s->lines[i].at, "base: FIELD=VALUE; …");
            *eq = '\0';
            set_field(w, s->lines[i].at, r, p, eq + 1);
        }
        record_to_json(r, mapping_mask(f), &base);
        struct link link = {.entity = f->entity->name,
                            .local_id = id,
                            .flow = f->name,
                            .remote = f->remote->name,
                            .tbl = f->table,
                            .remote_id = scenario_ids(cells[0], w->arena),
                            .part = scenario_ids(cells[1], w->arena),
                            .base = buf_str(&base),
                            .base_rev = r->rev,
                            .seen_at = clock_now_ms()};
        in_store(w, s->lines[i].at, insert_link, &link);
    }
}

struct two {
    struct record *old, *now;
};

static int update_record(struct world *w, void *ctx, struct err *err)
{
    const struct two *t = ctx;
    struct change by = by_hand;
    by.at = clock_now_ms();
    return rows_update(w->db, t->old, t->now, &by, err);
}

/* change ENTITY ID field=value | …: somebody works on the store itself */
static void do_change(struct world *w, const struct line *l, char **word, const char *rest)
{
    struct err err = {0};
    struct two t;
    char *parts[COLUMNS_MAX];
    const struct entity *e = model_entity(word[0]);
    if (!e)
        world_broken(w, l->at, "there is no entity %s", word[0]);
    check(w, l->at, rows_get(w->db, e, scenario_ids(word[1], w->arena), w->arena, &t.old, &err),
          &err);
    if (!t.old)
        world_broken(w, l->at, "there is no record %s", word[1]);
    t.now = record_copy(t.old, w->arena);
    size_t n = scenario_split(rest, w->arena, parts, COLUMNS_MAX);
    for (size_t i = 0; i < n; i++) {
        char *eq = strchr(parts[i], '=');
        if (!eq)
            world_broken(w, l->at, "change ENTITY ID FIELD=VALUE | …");
        *eq = '\0';
        set_field(w, l->at, t.now, parts[i], eq + 1);
    }
    in_store(w, l->at, update_record, &t);
}

static void do_sql(struct world *w, const struct line *l, const char *rest)
{
    struct err err = {0};
    check(w, l->at, db_script(w->db, scenario_ids(rest, w->arena), &err), &err);
}

/* ---------------------------------------------------------------- sync */

static void read_option(struct world *w, const struct line *l, struct sync_step *s, char **word,
                        size_t n, size_t *i, const char **names, size_t *ret_n)
{
    static const char *const phases[] = {"page", "judge", "look", "apply", "send"};
    const char *o = word[*i];
    if (!strcmp(o, "full"))
        s->opt.full = true;
    else if (!strcmp(o, "dry"))
        s->opt.dry_run = true;
    else if (!strcmp(o, "approve"))
        s->opt.approve = true;
    else if (!strcmp(o, "interactive"))
        s->opt.interactive = true;
    else if (!strcmp(o, "uncut"))
        s->uncut = true;
    else if (!strcmp(o, "chunk") && *i + 1 < n)
        s->opt.chunk = (size_t)atoi(word[++*i]);
    else if (!strcmp(o, "kill") && *i + 1 < n)
        s->kill_at = (unsigned)atoi(word[++*i]);
    else if (!strcmp(o, "cancel") && *i + 2 < n) {
        for (int p = 0; p < (int)ARRAY_LEN(phases); p++) {
            if (!strcmp(phases[p], word[*i + 1]))
                s->cancel_phase = p;
        }
        s->cancel_at = (unsigned)atoi(word[*i + 2]);
        *i += 2;
    } else if (*ret_n < SYNC_FLOWS) {
        names[(*ret_n)++] = arena_strdup(w->arena, o);
    } else {
        world_broken(w, l->at, "sync: «%s»?", o);
    }
}

/* The steps behind the names, as /sync understands them. */
static void choose(struct world *w, const struct line *l, const char **names, size_t n,
                   struct sync_step *s)
{
    struct choice c;
    size_t bad;
    if (choose_flows(w->cfg, names, n, &c, &bad))
        world_broken(w, l->at, "sync: «%s»?", names[bad]);
    for (size_t i = 0; i < c.n && i < SYNC_FLOWS; i++)
        s->flows[s->n++] = arena_strdup(w->arena, step_name(&c.steps[i]));
}

static char *dump(struct world *w, enum lab_view view)
{
    struct buf out = BUF_INIT((size_t)64 << 20);
    lab_dump(w->db, view, &out);
    return buf_take(&out);
}

static void do_sync(struct world *w, const struct line *l, char **word, size_t n)
{
    struct sync_step s = {.cancel_phase = -1};
    const char *names[SYNC_FLOWS];
    size_t n_names = 0;
    for (size_t i = 1; i < n; i++)
        read_option(w, l, &s, word, n, &i, names, &n_names);
    choose(w, l, names, n_names, &s);
    free(w->writes_before);
    free(w->kept_before);
    w->writes_before = dump(w, LAB_WRITES);
    w->kept_before = dump(w, LAB_KEPT);
    s.job_ms = clock_now_ms();
    if (s.kill_at) {
        if (!world_sync_killed(w, &s, s.kill_at))
            world_fail(w, l->at, "the sync has fewer than %u cuts", s.kill_at);
        s.kill_at = 0;
        w->last_fine = false;
    } else {
        if (w->on_sync && !s.uncut)
            w->on_sync(w, &s, l->at);
        w->last_fine = world_sync(w, &s);
    }
    w->last = s;
    w->any_sync = true;
    clock_test_advance(1000); /* what comes next comes later */
}

/* ---------------------------------------------------------------- playing */

const char *scenario_rest(const char *text, int n)
{
    for (; n; n--) {
        text += strcspn(text, " ");
        text += strspn(text, " ");
    }
    return text;
}

void scenario_do(struct world *w, const struct line *l)
{
    char *copy = arena_strdup(w->arena, l->text), *save = NULL, *word[WORDS_MAX] = {0};
    size_t n = 0;
    for (char *p = strtok_r(copy, " ", &save); p && n < WORDS_MAX; p = strtok_r(NULL, " ", &save))
        word[n++] = p;
    if (!strcmp(word[0], "sync")) {
        do_sync(w, l, word, n);
    } else if (!strcmp(word[0], "clock") && n == 2) {
        int64_t ms = 0;
        config_duration(word[1] + (*word[1] == '+'), &ms);
        clock_test_advance(ms);
    } else if (!strcmp(word[0], "fault")) {
        scenario_do_fault(w, l, word, n);
    } else if (!strcmp(word[0], "set")) {
        scenario_do_set(w, l, word, n);
    } else if (!strcmp(word[0], "change") && n > 3) {
        do_change(w, l, word + 1, scenario_rest(l->text, 3));
    } else if (!strcmp(word[0], "sql")) {
        do_sql(w, l, scenario_rest(l->text, 1));
    } else if (!scenario_do_rows(w, l, word, n) && !scenario_do_remote(w, l, word, n) &&
               !scenario_do_chat(w, l, word, n)) {
        world_broken(w, l->at, "«%s» is no step", l->text);
    }
}

/* "flow people: max_delete = 5", "use badges", "rosterd: home.person = notion"; an empty value
 * takes the key out. */
static void change_config(struct world *w, const struct section *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const char *text = s->lines[i].text;
        if (!strncmp(text, "use ", 4)) {
            world_use(w, s->lines[i].at, text + 4);
            continue;
        }
        const char *colon = strstr(text, ": "), *eq = strchr(text, '=');
        if (!colon || !eq || eq < colon)
            world_broken(w, s->lines[i].at, "write SECTION: KEY = VALUE");
        char *parts[1];
        const char *section = arena_strndup(w->arena, text, (size_t)(colon - text));
        scenario_split(arena_strndup(w->arena, colon + 2, (size_t)(eq - colon - 2)), w->arena,
                       parts, 1);
        const char *value = eq + 1 + strspn(eq + 1, " ");
        world_set(w, section, parts[0], *value ? scenario_ids(value, w->arena) : NULL);
    }
    world_load_config(w, s->at);
}

void scenario_play(struct world *w)
{
    for (size_t i = 0; i < w->scn->n; i++) {
        const struct section *s = &w->scn->sections[i];
        if (!strcmp(s->verb, "config"))
            change_config(w, s);
        else if (!strcmp(s->verb, "store"))
            put_store(w, s);
        else if (!strcmp(s->verb, "links"))
            put_links(w, s);
        else if (!strcmp(s->verb, "remote"))
            scenario_put_remote(w, s);
        else if (!strcmp(s->verb, "expect"))
            scenario_expect(w, s);
        else if (strcmp(s->verb, "do"))
            world_broken(w, s->at, "[%s]: no such section", s->verb);
        for (size_t k = 0; k < s->n && !strcmp(s->verb, "do"); k++)
            scenario_do(w, &s->lines[k]);
    }
    scenario_expect_quiet_repeat(w);
}

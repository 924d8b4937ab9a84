#include "store/base/uuid.h"
#include "tests/support/grist_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One row, and all that is known of it. */
struct look {
    struct twoway *t;
    const struct tw_table *table;
    const struct fake_row *row;
    const char *local;      /* "" when it has no record */
    const char *jail, *why; /* "invalid", "waiting" or NULL; the reason */
    const char *by;         /* who marked it as rosterd thinks; NULL: nobody */
    int64_t at;             /* the mark in the table, 0: none */
    const char *reason;     /* beside it, "" for none */
    struct gm_judged judged;
};

static void fail(const struct look *l, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void fail(const struct look *l, const char *fmt, ...)
{
    AUTO_BUF text = BUF_INIT(1 << 16);
    struct twoway *t = l->t;
    const char *row = l->row ? l->row->id : "none";
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&text, fmt, ap);
    va_end(ap);
    world_fail(t->w, 0, "%s: row %s, record %s: %s", l->table->flow, row, l->local, buf_str(&text));
    for (size_t i = 0; l->row && i < TW_COLUMNS && l->table->columns[i].name; i++)
        buf_addf(&t->w->failures, "        %s = «%s»\n", l->table->columns[i].name,
                 gm_plain(t, l->table->tbl, l->row, l->table->columns[i].name));
    if (l->row)
        buf_addf(&t->w->failures, "        to_delete %lld «%s» by %s; %s %s; edited at %lld\n",
                 (long long)l->at, l->reason, l->by ? l->by : "nobody", l->jail ? l->jail : "free",
                 l->why ? l->why : "", (long long)l->row->edited_ms);
    for (size_t i = 0; i < l->judged.n; i++)
        buf_addf(&t->w->failures, "        it breaks a rule: %s\n", l->judged.reasons[i]);
    tw_history(t, l->table->entity, *l->local ? l->local : row, NULL);
}

static bool is_deleted(const struct look *l)
{
    return tw_int(l->t,
                  arena_printf(l->t->w->arena, "SELECT deleted FROM %s WHERE id = :a",
                               l->table->entity),
                  l->local, NULL, NULL, NULL) != 0;
}

/* Did anybody ever do that to the record, or to the row that it has now? */
static bool was_done(const struct look *l, enum tw_what what)
{
    for (size_t i = 0; i < l->t->m->n_log; i++) {
        const struct tw_edit *e = &l->t->m->log[i];
        if (e->what == what && (!strcmp(e->row, l->local) || !strcmp(e->local, l->local) ||
                                (l->row && e->born == l->row->created_ms)))
            return true;
    }
    return false;
}

/* Is the record deleted that this one belongs to? */
static bool owner_is_deleted(struct twoway *t, const struct tw_table *table, const char *local)
{
    const char *sql = !strcmp(table->entity, "badge")
                          ? "SELECT p.deleted FROM badge b JOIN person p ON p.id = b.person_id"
                            " WHERE b.id = :a"
                      : !strcmp(table->entity, "arrival")
                          ? "SELECT b.deleted FROM arrival a JOIN badge b ON b.id = a.badge_id"
                            " WHERE a.id = :a"
                          : NULL;
    return sql && tw_int(t, sql, local, NULL, NULL, NULL);
}

/* ---------------------------------------------------------------- marks */

static bool is_hand(int64_t at)
{
    return at >= GM_HAND_MIN && at < GM_HAND_MAX;
}

/* By hand, in the words of a rule that the row does not break: such a mark is taken for one of
 * rosterd's, and stays where it is when there is another reason for it. */
static bool is_hand_of_rule(const struct look *l)
{
    for (size_t i = 0; i < l->t->m->n_log; i++) {
        const struct tw_edit *e = &l->t->m->log[i];
        if (e->what == TW_MARK && e->born == l->row->created_ms && !strcmp(e->tbl, l->table->tbl) &&
            atoll(e->value) == l->at && model_is_reason(e->field))
            return true;
    }
    return false;
}

static bool is_told(const struct look *l, const char *reason)
{
    for (size_t i = 0; i < l->judged.n; i++) {
        if (!strcmp(l->judged.reasons[i], reason))
            return true;
    }
    return false;
}

static void check_by_rule(const struct look *l)
{
    bool words = strcmp(l->table->flow, "gteams") != 0;
    if (l->judged.verdict == GM_OPEN)
        return;
    /* here it belongs to a record that is deleted, and nobody has told the row */
    if (l->judged.verdict == GM_FINE && owner_is_deleted(l->t, l->table, l->local))
        return;
    if (l->judged.verdict != GM_INVALID)
        fail(l, "it is marked by a rule that it does not break");
    else if (!l->jail || strcmp(l->jail, "invalid"))
        fail(l, "it is marked by a rule, and does not stand in quarantine");
    else if (words && strcmp(l->why, l->reason))
        fail(l, "it is marked for one reason, and invalid for another");
    else if (!is_told(l, l->why))
        fail(l, "it is invalid, but not for that reason");
}

static void check_mark(const struct look *l)
{
    int64_t known = tw_int(l->t, "SELECT at FROM mark WHERE tbl = :a AND remote_id = :b",
                           l->table->tbl, l->row->id, NULL, NULL);
    const char *state = tw_text(l->t, "SELECT state FROM mark WHERE tbl = :a AND remote_id = :b",
                                l->table->tbl, l->row->id, NULL, NULL);
    if (l->at != known)
        fail(l, "its mark is remembered as %lld", (long long)known);
    else if (state && strcmp(state, "there"))
        fail(l, "its mark is in the state «%s»", state);
    else if (!l->at)
        return;
    else if (*l->local && !is_deleted(l) && l->judged.verdict != GM_OPEN)
        fail(l, "it is marked, and its record lives");
    else if (!strcmp(l->by, "rule"))
        check_by_rule(l);
    else if (l->jail && *l->local)
        fail(l, "somebody marked it, and it stands in quarantine");
    else if (!strcmp(l->by, "feeder") != (strstr(l->reason, "FEEDER") != NULL))
        fail(l, "who marked it is not who says so");
    else if (!strcmp(l->by, "hand") && !is_hand(l->at))
        fail(l, "nobody marked it by hand");
    else if (!strcmp(l->by, "store") &&
             ((is_hand(l->at) && !is_hand_of_rule(l)) || !was_done(l, TW_DELETE)))
        fail(l, "nobody deleted its record");
}

/* ---------------------------------------------------------------- values */

static void check_values(const struct look *l)
{
    for (size_t i = 0; i < TW_COLUMNS && l->table->columns[i].name; i++) {
        const struct tw_column *c = &l->table->columns[i];
        const char *there = gm_value(l->t, l->table, l->row, c);
        const char *here = gm_stored(l->t, l->table, l->local, c);
        if (!there || strcmp(there, here))
            fail(l, "%s is «%s» there, «%s» here", c->field, there ? there : "(nonsense)", here);
    }
}

static void check_id(const struct look *l)
{
    char id[UUID_LEN + 1];
    const char *key = gm_plain(l->t, l->table->tbl, l->row, gm_key(l->table));
    /* a row that was taken for a record that looks like it has one of its own */
    bool own = uuid_read(key, id) &&
               !tw_int(l->t,
                       arena_printf(l->t->w->arena, "SELECT count(*) FROM %s WHERE id = :a",
                                    l->table->entity),
                       id, NULL, NULL, NULL);
    if (!uuid_read(key, id) ||
        (strcmp(id, l->local) && !own && !gm_was_asked(l->t, l->local, "ours") &&
         !gm_was_asked(l->t, l->local, "theirs")))
        fail(l, "its UUID is «%s»", key);
}

/* It refers to what has no row there, and is not sent. */
static bool is_held(const struct look *l)
{
    return tw_int(l->t, "SELECT count(*) FROM quarantine WHERE flow = :a AND remote_id = :b",
                  arena_printf(l->t->w->arena, "%s:push", l->table->flow), l->local, NULL,
                  NULL) != 0;
}

static void check_unmarked(const struct look *l)
{
    bool waits = l->jail && !strcmp(l->jail, "waiting");
    const char *away =
        tw_text(l->t, "SELECT missing_since FROM link WHERE tbl = :a AND remote_id = :b",
                l->table->tbl, l->row->id, NULL, NULL);
    if (l->judged.verdict == GM_OPEN)
        return;
    if (l->judged.verdict == GM_INVALID) {
        fail(l, "it breaks a rule, and is not marked");
    } else if (l->jail) {
        fail(l, waits ? "it waits for nothing" : "it breaks no rule, and stands in quarantine");
    } else if (!*l->local) {
        fail(l, "it breaks no rule, and did not come in");
    } else if (is_deleted(l)) {
        fail(l, "it breaks no rule, and its record is deleted");
    } else if (away) {
        fail(l, "it is there, and counts as missing");
    } else if (strstr(l->reason, "FEEDER")) {
        fail(l, "the mark of the feeder is gone, and its reason stays");
    } else if (!is_held(l)) {
        check_values(l);
        check_id(l);
    }
}

/* ---------------------------------------------------------------- rows */

static void check_row(struct twoway *t, const struct tw_table *table, const struct fake_row *row)
{
    struct look l = {.t = t, .table = table, .row = row};
    l.local = gm_local(t, table->tbl, row->id);
    l.jail = tw_text(t, "SELECT state FROM quarantine WHERE flow = :a AND remote_id = :b",
                     table->flow, row->id, NULL, NULL);
    l.why = tw_text(t, "SELECT reason FROM quarantine WHERE flow = :a AND remote_id = :b",
                    table->flow, row->id, NULL, NULL);
    l.by = tw_text(t, "SELECT by FROM mark WHERE tbl = :a AND remote_id = :b", table->tbl, row->id,
                   NULL, NULL);
    l.at = atoll(gm_plain(t, table->tbl, row, "to_delete"));
    l.reason = gm_plain(t, table->tbl, row, "delete_reason");
    l.judged = gm_judge(t, table, row);
    if (tw_int(t, "SELECT count(*) FROM link WHERE tbl = :a AND remote_id = :b", table->tbl,
               row->id, NULL, NULL) > 1)
        fail(&l, "it has several records");
    check_mark(&l);
    if (!l.at)
        check_unmarked(&l);
}

/* ---------------------------------------------------------------- records */

static void check_record(struct twoway *t, const struct tw_table *table, const char *local)
{
    struct look l = {.t = t, .table = table, .local = local};
    struct fake_table *ft = gm_fake(t, table->tbl);
    size_t n, there = 0;
    char **rows = tw_list(t, &n, "SELECT remote_id FROM link WHERE tbl = :a AND local_id = :b",
                          table->tbl, local, NULL);
    for (size_t i = 0; i < n; i++) {
        l.row = fake_find(ft, rows[i]);
        there += l.row != NULL;
    }
    if (there > 1)
        fail(&l, "it has several rows");
    if (there) /* its row told all of it */
        return;
    bool held = tw_int(t, "SELECT count(*) FROM quarantine WHERE remote_id = :a", local, NULL, NULL,
                       NULL) != 0;
    l.row = NULL;
    if (is_deleted(&l)) {
        if (!n && !was_done(&l, TW_DELETE) && !owner_is_deleted(t, table, local))
            fail(&l, "nobody deleted it");
    } else if (owner_is_deleted(t, table, local)) {
        fail(&l, "it lives, and what it belongs to is deleted");
    } else if (t->makes && !held) {
        fail(&l, "it has no row");
    }
}

/* ---------------------------------------------------------------- heads */

static void check_heads(struct twoway *t)
{
    struct fake_table *ft = gm_fake(t, GM_HEADS);
    for (size_t i = 0; i < ft->n_rows; i++) {
        const char *team =
            gm_local(t, "Teams", gm_plain(t, GM_HEADS, &ft->rows[i], "direction_location26"));
        char *save = NULL,
             *list = arena_strdup(t->w->arena, gm_plain(t, GM_HEADS, &ft->rows[i], "head26"));
        for (char *p = strtok_r(list, ", ", &save); p && *team; p = strtok_r(NULL, ", ", &save)) {
            const char *person = gm_local(t, "People", p);
            if (*person &&
                tw_int(t,
                       "SELECT p.deleted + m.deleted FROM person p, team m WHERE p.id = :a AND m.id"
                       " = :b",
                       person, team, NULL, NULL) == 0 &&
                !tw_int(t,
                        "SELECT count(*) FROM participation WHERE person_id = :a AND team_id = :b"
                        " AND year = 2026",
                        person, team, NULL, NULL) &&
                !tw_int(t,
                        "SELECT count(*) FROM link WHERE tbl = :a AND remote_id = :b AND"
                        " instr(part, :c)",
                        GM_HEADS, ft->rows[i].id, p, NULL))
                world_fail(t->w, 0, "heads: row %s names %s, who got no participation",
                           ft->rows[i].id, person);
        }
    }
}

/* ---------------------------------------------------------------- all of it */

static void check_left_over(struct twoway *t)
{
    if (tw_int(t, "SELECT count(*) FROM run WHERE state = 'running'", NULL, NULL, NULL, NULL))
        world_fail(t->w, 0, "a run was left open");
    if (tw_int(t, "SELECT count(*) FROM intent WHERE state IN ('open', 'sent')", NULL, NULL, NULL,
               NULL))
        world_fail(t->w, 0, "a write was left unheard of");
    for (size_t i = 0; i < gm_n_tables && !t->w->n_failures; i++) {
        size_t n;
        char **rows = tw_list(t, &n, "SELECT remote_id FROM mark WHERE tbl = :a", gm_tables[i].tbl,
                              NULL, NULL);
        for (size_t k = 0; k < n; k++) {
            if (!fake_find(gm_fake(t, gm_tables[i].tbl), rows[k]))
                world_fail(t->w, 0, "%s: row %s is gone, and remembered as marked",
                           gm_tables[i].flow, rows[k]);
        }
    }
}

void gm_check_agreement(struct twoway *t)
{
    for (size_t i = 0; i < gm_n_tables && !t->w->n_failures; i++) {
        const struct tw_table *table = &gm_tables[i];
        struct fake_table *ft = gm_fake(t, table->tbl);
        size_t n;
        char **ids = tw_list(t, &n, arena_printf(t->w->arena, "SELECT id FROM %s", table->entity),
                             NULL, NULL, NULL);
        for (size_t k = 0; k < ft->n_rows && !t->w->n_failures; k++)
            check_row(t, table, &ft->rows[k]);
        for (size_t k = 0; k < n && !t->w->n_failures; k++)
            check_record(t, table, ids[k]);
    }
    if (t->heads && !t->w->n_failures)
        check_heads(t);
    if (!t->w->n_failures)
        check_left_over(t);
}

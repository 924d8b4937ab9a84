#include "tests/support/naive.h"

#include <stdio.h>
#include <string.h>

static const struct choice names[] = {{"Анна", "Анна", NULL, false},
                                      {"Пётр   I", "Пётр I", NULL, false},
                                      {"Ева", "Ева", NULL, false},
                                      {"", NULL, "Empty name", false}};
static const struct choice nicks[] = {{"t.me/bob", "@bob", NULL, false},
                                      {"@eve", "@eve", NULL, false},
                                      {"", NULL, NULL, false}};
static const struct choice genders[] = {{"М", "MALE", NULL, false},
                                        {"женский", "FEMALE", NULL, false},
                                        {"нечто", NULL, NULL, false}};
static const struct choice team_names[] = {{"Кухня", "Кухня", NULL, false},
                                           {"Ворота", "Ворота", NULL, false},
                                           {"", NULL, "Empty team_name", false}};
static const struct choice types[] = {{"Городская служба", "CITY_SERVICE", NULL, false},
                                      {"полевая служба", "FIELD_SERVICE", NULL, false},
                                      {"нет такого", NULL, "Empty type", false},
                                      {"", NULL, "Empty type", false}};
static const struct choice years[] = {{"2025", "2025", NULL, false},
                                      {"'2026'", "2026", NULL, false},
                                      {"2026", "2026", NULL, false},
                                      {"2019", "2019", NULL, true},
                                      {"", NULL, "Invalid or empty year", false},
                                      {"26", NULL, "Invalid or empty year", false}};
static const struct choice roles[] = {{"волонтёр", "VOLUNTEER", NULL, false},
                                      {"МЕДИК", "MEDIC", NULL, false},
                                      {"бригадир", "TEAM_LEAD", NULL, false},
                                      {"космонавт", NULL, "Invalid role mapping", false}};
static const struct choice lead_roles[] = {{"организатор", "ORGANIZER", NULL, false},
                                           {"зам.руководителя", "VICE", NULL, false},
                                           {"", NULL, "Invalid role mapping", false}};
static const struct choice statuses[] = {{"", "PLANNED", NULL, false},
                                         {"Планируется", "PLANNED", NULL, false},
                                         {"приступил", "STARTED", NULL, false},
                                         {"завтра", NULL, "Invalid status mapping", false}};
static const struct choice feeds[] = {{"бесплатно", "FREE", NULL, false},
                                      {"платно", "PAID", NULL, false},
                                      {"", NULL, "Empty or invalid feed type", false}};

#define POOL(p) .pool = (p), .n_pool = ARRAY_LEN(p)

#define TO_PERSON                                                                                  \
    .ref = "people", .letter = 'P', .empty = "Invalid person ID", .bad = "Invalid person ID",      \
    .bad_target = "Person is Invalid and marked for delete"
#define TO_TEAM                                                                                    \
    .ref = "teams", .letter = 'T', .empty = "Invalid team ID", .bad = "Invalid team ID",           \
    .bad_target = "Team"

const struct table naive_tables[] = {
    {"people",
     "person",
     "notion",
     "people",
     'P',
     {{.name = "Как звать", .field = "name", POOL(names)},
      {.name = "Telegram", .field = "telegram", POOL(nicks)},
      {.name = "Пол", .field = "gender", POOL(genders)}}},
    {"teams",
     "team",
     "notion",
     "teams",
     'T',
     {{.name = "Name", .field = "name", POOL(team_names)},
      {.name = "Тип", .field = "type", POOL(types)}}},
    {"participation",
     "participation",
     "coda",
     "grid",
     'r',
     {{.name = "Год", .field = "year", POOL(years)},
      {.name = "person_id", .field = "person_id", TO_PERSON},
      {.name = "direction_id", .field = "team_id", TO_TEAM},
      {.name = "Роль", .field = "role", POOL(roles)},
      {.name = "Статус", .field = "status", POOL(statuses)}}},
    {"leads",
     "participation",
     "notion",
     "leads",
     'L',
     {{.name = "Год", .field = "year", POOL(years)},
      {.name = "Человек", .field = "person_id", TO_PERSON, .many = true},
      {.name = "Службы и локации", .field = "team_id", TO_TEAM, .many = true},
      {.name = "Роль", .field = "role", POOL(lead_roles)}}},
    {"badges",
     "badge",
     "notion",
     "badges",
     'B',
     {{.name = "Надпись", .field = "name", POOL(names)},
      {.name = "Тип питания", .field = "feed", POOL(feeds)},
      {.name = "Человек",
       .field = "person_id",
       .ref = "people",
       .letter = 'P',
       .bad = "Person is Invalid and marked for delete",
       .bad_target = "Person is Invalid and marked for delete",
       .bad_deleted = "Person is deleted"},
      {.name = "Чей",
       .field = "parent_id",
       .ref = "badges",
       .letter = 'B',
       .bad = "Invalid reference",
       .self = true}}},
};
const size_t naive_n_tables = ARRAY_LEN(naive_tables);

static struct chosen chosen[ARRAY_LEN(naive_tables)][NAIVE_ROWS];

struct chosen *naive_row(const struct table *t, unsigned at)
{
    return &chosen[t - naive_tables][at];
}

size_t naive_columns(const struct table *t)
{
    size_t n = 0;
    while (n < NAIVE_FIELDS && t->columns[n].name)
        n++;
    return n;
}

const char *naive_row_id(struct world *w, const struct table *t, unsigned at)
{
    const char *name = arena_printf(w->arena, t->letter == 'r' ? "r%u" : "$%c%u",
                                    t->letter == 'r' ? at : (unsigned)t->letter, at);
    return scenario_ids(name, w->arena);
}

const char *naive_ref_id(struct world *w, const struct column *c, unsigned number)
{
    return scenario_ids(arena_printf(w->arena, "$%c%u", c->letter, number), w->arena);
}

/* ---------------------------------------------------------------- the naive model */

static int64_t ask(struct world *w, const char *sql, const char *a, const char *b, const char *c)
{
    struct err err = {0};
    int64_t n = 0;
    struct bind binds[] = {B_TEXT(":a", a), B_TEXT(":b", b), B_TEXT(":c", c)};
    if (db_int_n(w->db, sql, binds, c ? 3 : b ? 2 : 1, 0, &n, &err))
        world_broken(w, 0, "%s", err.msg);
    return n;
}

static const char *ask_text(struct world *w, const char *sql, const char *a, const char *b,
                            const char *c)
{
    struct err err = {0};
    AUTO_QUERY *q = NULL;
    struct bind binds[] = {B_TEXT(":a", a), B_TEXT(":b", b), B_TEXT(":c", c)};
    if (db_query_n(w->db, sql, binds, c ? 3 : b ? 2 : 1, &q, &err) || query_next(q, &err) < 0)
        world_broken(w, 0, "%s", err.msg);
    return query_dup(q, 0, w->arena);
}

static const struct table *table_of(const char *flow)
{
    const struct table *t = naive_tables;
    while (strcmp(t->flow, flow))
        t++;
    return t;
}

/* What one record of a row should be. */
enum fault { NO_FAULT, WAITS, TARGET_BAD, OWN_FAULT };
struct verdict {
    enum fault fault;
    const char *reason;
    bool waiting, outside;
    char part[200];
};

/* The id of the record that a row of a flow has been linked to, or NULL. */
static const char *linked(struct world *w, const char *flow, const char *id, const char *part)
{
    return ask_text(w, "SELECT local_id FROM link WHERE flow = :a AND remote_id = :b AND part = :c",
                    flow, id, part);
}

/* The row's own faults outrank those of what it names; of equals the first is told. */
static void blame(struct verdict *v, enum fault fault, const char *reason)
{
    if (fault <= v->fault)
        return;
    v->fault = fault;
    v->reason = reason;
    v->waiting = fault == WAITS;
}

static struct verdict judge(struct world *w, const struct table *t, unsigned at,
                            const unsigned *pick);

/* In the words of the one that names it. */
static const char *target_reason(const struct column *c, const struct verdict *target)
{
    if (strcmp(c->bad_target, "Team"))
        return c->bad_target;
    return !strcmp(target->reason, "Empty type") ? "Team has invalid type and is not in database"
                                                 : "Team is Invalid and marked for delete";
}

/* Why a reference to a row without a record is bad. */
static void blame_target(struct world *w, struct verdict *v, const struct column *c,
                         unsigned number)
{
    static const unsigned first[NAIVE_FIELDS] = {0};
    const struct table *t = table_of(c->ref);
    struct fake_remote *f;
    const struct fake_row *r = fake_find(world_table(w, 0, c->ref, &f), naive_ref_id(w, c, number));
    if (c->self) { /* its own listing is not over yet */
        blame(v, WAITS, c->bad);
        return;
    }
    if (!r || number >= NAIVE_ROWS || r->state != FAKE_THERE) {
        blame(v, TARGET_BAD, c->bad);
        return;
    }
    struct verdict target = judge(w, t, number, first);
    blame(v, TARGET_BAD,
          target.reason ? target_reason(c, &target) : "the target should have a record");
}

/* Why a reference to a record that is deleted is bad: its row is back, and breaks a rule; else not
 * every field minds. */
static void blame_deleted(struct world *w, struct verdict *v, const struct column *c,
                          unsigned number)
{
    static const unsigned first[NAIVE_FIELDS] = {0};
    struct fake_remote *f;
    const struct fake_row *r = fake_find(world_table(w, 0, c->ref, &f), naive_ref_id(w, c, number));
    struct verdict target = {.fault = NO_FAULT};
    if (c->self)
        return;
    if (r && r->state == FAKE_THERE)
        target = judge(w, table_of(c->ref), number, first);
    if (target.reason && !target.waiting)
        blame(v, TARGET_BAD, target_reason(c, &target));
    else if (c->bad_deleted)
        blame(v, TARGET_BAD, c->bad_deleted);
}

static void judge_ref(struct world *w, struct verdict *v, const struct column *c,
                      const struct chosen *row, size_t col, unsigned pick)
{
    if (!row->n_refs[col]) {
        if (c->empty)
            blame(v, OWN_FAULT, c->empty);
        return;
    }
    unsigned number = row->refs[col][pick];
    const char *id = naive_ref_id(w, c, number);
    if (c->many)
        snprintf(v->part + strlen(v->part), sizeof v->part - strlen(v->part), "%s%s",
                 *v->part ? "+" : "", id);
    const char *local = linked(w, c->ref, id, "");
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT deleted FROM %s WHERE id = :a", table_of(c->ref)->entity);
    if (!local)
        blame_target(w, v, c, number);
    else if (ask(w, sql, local, NULL, NULL))
        blame_deleted(w, v, c, number);
}

/* One record of a row; pick says which of the references. */
static struct verdict judge(struct world *w, const struct table *t, unsigned at,
                            const unsigned *pick)
{
    struct verdict v = {.fault = NO_FAULT};
    const struct chosen *row = naive_row(t, at);
    for (size_t c = 0; c < naive_columns(t); c++) {
        const struct column *col = &t->columns[c];
        if (!col->pool) {
            judge_ref(w, &v, col, row, c, pick[c]);
            continue;
        }
        const struct choice *x = &col->pool[row->pick[c]];
        if (x->reason)
            blame(&v, OWN_FAULT, x->reason);
        v.outside = v.outside || (x->outside && strcmp(t->flow, "leads") != 0);
    }
    return v;
}

static void compare_values(struct world *w, const struct table *t, unsigned at,
                           const unsigned *pick, const char *local)
{
    const struct chosen *row = naive_row(t, at);
    for (size_t c = 0; c < naive_columns(t); c++) {
        const struct column *col = &t->columns[c];
        char sql[160];
        snprintf(sql, sizeof sql, "SELECT %s FROM %s WHERE id = :a", col->field, t->entity);
        const char *is = ask_text(w, sql, local, NULL, NULL);
        const char *wanted =
            col->pool        ? col->pool[row->pick[c]].value
            : row->n_refs[c] ? linked(w, col->ref, naive_ref_id(w, col, row->refs[c][pick[c]]), "")
                             : NULL;
        if (!str_eq(is, wanted))
            world_fail(w, 0, "%s %s: %s is %s, should be %s", t->flow, naive_row_id(w, t, at),
                       col->field, is ? is : "empty", wanted ? wanted : "empty");
    }
}

/* Its record went with another one, and the row names nobody since: that brings nothing back, for
 * tables empty references to rows that are removed. */
static bool went_with_another(struct world *w, const struct table *t, unsigned at,
                              const char *local)
{
    for (size_t c = 0; c < naive_columns(t); c++) {
        if (t->columns[c].bad_deleted && !naive_row(t, at)->n_refs[c])
            return ask(w, "SELECT count(*) FROM cascaded WHERE local_id = :a", local, NULL, NULL);
    }
    return false;
}

/* One record that a listed row stands for. Returns whether it belongs into quarantine. */
static bool check_one(struct world *w, const struct table *t, unsigned at, const unsigned *pick)
{
    struct verdict v = judge(w, t, at, pick);
    const char *id = naive_row_id(w, t, at), *local = linked(w, t->flow, id, v.part);
    const char *jail = ask_text(w,
                                "SELECT state || ': ' || reason FROM quarantine WHERE flow = :a"
                                " AND remote_id = :b AND part = :c",
                                t->flow, id, v.part);
    const char *wanted =
        v.outside || !v.reason
            ? NULL
            : arena_printf(w->arena, "%s: %s", v.waiting ? "waiting" : "invalid", v.reason);
    if (!str_eq(jail, wanted))
        world_fail(w, 0, "%s %s %s: quarantine says %s, should be %s", t->flow, id, v.part,
                   jail ? jail : "nothing", wanted ? wanted : "nothing");
    if (v.outside || v.reason)
        return wanted != NULL;
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT deleted FROM %s WHERE id = :a", t->entity);
    if (!local)
        world_fail(w, 0, "%s %s %s has no record", t->flow, id, v.part);
    else if (ask(w, sql, local, NULL, NULL) && !went_with_another(w, t, at, local))
        world_fail(w, 0, "%s %s %s: its record is deleted", t->flow, id, v.part);
    else
        compare_values(w, t, at, pick, local);
    return false;
}

/* All records of a listed row: the product of its lists. Returns how many are in quarantine. */
static int64_t check_listed(struct world *w, const struct table *t, unsigned at)
{
    const struct chosen *row = naive_row(t, at);
    unsigned most[NAIVE_FIELDS], n = 1, outside = 0;
    int64_t jailed = 0;
    for (size_t c = 0; c < naive_columns(t); c++) {
        most[c] = t->columns[c].many && row->n_refs[c] ? row->n_refs[c] : 1;
        n *= most[c];
    }
    for (unsigned k = 0; k < n; k++) {
        unsigned pick[NAIVE_FIELDS] = {0}, rest = k;
        for (size_t c = 0; c < naive_columns(t); c++) {
            pick[c] = rest % most[c];
            rest /= most[c];
        }
        outside += judge(w, t, at, pick).outside;
        jailed += check_one(w, t, at, pick);
    }
    char sql[300];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM link l JOIN %s e ON e.id = l.local_id WHERE l.flow = :a"
             " AND l.remote_id = :b AND e.deleted = 0",
             t->entity);
    if (!outside && t->columns[1].many &&
        ask(w, sql, t->flow, naive_row_id(w, t, at), NULL) > (int64_t)n)
        world_fail(w, 0, "%s %s has records that it no longer names", t->flow,
                   naive_row_id(w, t, at));
    return jailed;
}

static void check_table(struct world *w, const struct table *t)
{
    struct fake_remote *f;
    struct fake_table *ft = world_table(w, 0, t->flow, &f);
    int64_t jailed = 0;
    char sql[300];
    for (unsigned at = 0; at < NAIVE_ROWS; at++) {
        const char *id = naive_row_id(w, t, at);
        const struct fake_row *r = fake_find(ft, id);
        if (r && r->state == FAKE_THERE)
            jailed += check_listed(w, t, at);
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM link l JOIN %s e ON e.id = l.local_id WHERE l.flow = :a"
                 " AND l.remote_id = :b AND e.deleted = 0",
                 t->entity);
        if (r && (r->state == FAKE_GONE || r->state == FAKE_TRASHED) &&
            ask(w, sql, t->flow, id, NULL))
            world_fail(w, 0, "%s %s is gone, its record is not", t->flow, id);
    }
    if (ask(w, "SELECT count(*) FROM quarantine WHERE flow = :a", t->flow, NULL, NULL) != jailed)
        world_fail(w, 0, "%s: quarantine has rows that nobody asked for", t->flow);
    if (ask(w, "SELECT count(*) - count(DISTINCT local_id) FROM link WHERE flow = :a", t->flow,
            NULL, NULL))
        world_fail(w, 0, "%s: two rows share a record", t->flow);
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM %s e WHERE NOT EXISTS (SELECT 1 FROM link l WHERE l.local_id ="
             " e.id AND l.entity = :a)",
             t->entity);
    if (ask(w, sql, t->entity, NULL, NULL))
        world_fail(w, 0, "%s: records without a row", t->entity);
}

/* Each record came in once, whoever died on the way, and no run was left open. */
static void check_history(struct world *w)
{
    if (ask(w, "SELECT count(*) FROM run WHERE state = :a", "running", NULL, NULL))
        world_fail(w, 0, "a run was left open");
    for (size_t i = 0; i < naive_n_tables; i++) {
        const char *e = naive_tables[i].entity;
        char sql[200];
        snprintf(sql, sizeof sql,
                 "SELECT (SELECT count(*) FROM %s) - (SELECT count(*) FROM audit WHERE entity = :a"
                 " AND field IS NULL)",
                 e);
        if (ask(w, sql, e, NULL, NULL))
            world_fail(w, 0, "%s: the audit does not tell of each record once", e);
    }
    if (ask(w,
            "SELECT (SELECT sum(inserted) FROM run) - (SELECT count(*) FROM audit"
            " WHERE field IS NULL AND entity <> :a)",
            "", NULL, NULL))
        world_fail(w, 0, "the runs do not add up to the records");
}

void naive_check(struct world *w)
{
    for (size_t t = 0; t < naive_n_tables && !w->n_failures; t++)
        check_table(w, &naive_tables[t]);
    if (!w->n_failures)
        check_history(w);
}

#include "tests/e2e/e2e_agree.h"

#include "store/base/uuid.h"
#include "store/db.h"
#include "store/dict.h"
#include "tests/sandbox/ids.h"

#include <stdio.h>
#include <string.h>

#define YEAR     2026
#define TOLD_MAX 12

struct agree {
    struct e2e *e;
    struct db *db;
    const struct dicts *dicts;
    cJSON *rows, *volunteers;
    struct buf problems;
    unsigned n;
};

static void differ(struct agree *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void differ(struct agree *a, const char *fmt, ...)
{
    va_list ap;
    if (a->n++ >= TOLD_MAX)
        return;
    va_start(ap, fmt);
    buf_vaddf(&a->problems, fmt, ap);
    va_end(ap);
    buf_addc(&a->problems, '\n');
}

static void same(struct agree *a, const char *where, const char *id, const char *what,
                 const char *ours, const char *theirs)
{
    ours = ours ? ours : "";
    theirs = theirs ? theirs : "";
    if (strcmp(ours, theirs))
        differ(a, "%s %s: %s is «%s» in the store, «%s» there", where, id, what, ours, theirs);
}

/* ---- what the sandbox's tables hold */

static const cJSON *by_id(const cJSON *list, const char *id)
{
    for (const cJSON *item = id ? list->child : NULL; item; item = item->next) {
        if (!strcmp(json_text(item, "id"), id))
            return item;
    }
    return NULL;
}

/* The code that a table's word stands for. */
static const char *code(struct agree *a, const char *dict, const cJSON *row, const char *path,
                        const char *empty)
{
    const char *word = json_text(row, path);
    if (!word || !*word)
        return empty;
    const char *found = dict_code(a->dicts, dict, word);
    return found ? found : word;
}

static const char *uuid_at(struct agree *a, const cJSON *row, const char *path)
{
    char id[UUID_LEN + 1];
    const char *text = json_text(row, path);
    if (text && uuid_read(text, id))
        return arena_strdup(a->e->arena, id);
    return text;
}

static const char *number_at(struct agree *a, const cJSON *row, const char *path)
{
    int64_t n = 0;
    const char *text = json_text(row, path);
    if (text || !json_i64(row, path, &n))
        return text;
    return arena_printf(a->e->arena, "%lld", (long long)n);
}

static bool jailed(struct agree *a, const char *flow, const char *id)
{
    struct err err = {0};
    int64_t n = 0;
    assert_ok(DB_INT(a->db, 0, &n, &err,
                     "SELECT count(*) FROM quarantine WHERE flow = :f AND remote_id = :id",
                     B_TEXT(":f", flow), B_TEXT(":id", id)),
              err);
    return n > 0;
}

static bool linked(struct agree *a, const char *flow, const char *id)
{
    struct err err = {0};
    int64_t n = 0;
    assert_ok(DB_INT(a->db, 0, &n, &err,
                     "SELECT count(*) FROM link WHERE flow = :f AND remote_id = :id",
                     B_TEXT(":f", flow), B_TEXT(":id", id)),
              err);
    return n > 0;
}

/* ---- participations */

enum {
    P_ID,
    P_YEAR,
    P_PERSON,
    P_TEAM,
    P_ROLE,
    P_STATUS,
    P_DELETED,
    P_TITLE,
    P_TYPE,
    P_ROW,
    P_PAGE
};

static const char records[] =
    "SELECT p.id, p.year, p.person_id, p.team_id, p.role, p.status, p.deleted,"
    " x.name || ' — ' || t.name, t.type, c.remote_id, v.remote_id FROM participation p"
    " LEFT JOIN person x ON x.id = p.person_id LEFT JOIN team t ON t.id = p.team_id"
    " LEFT JOIN link c ON c.local_id = p.id AND c.entity = 'participation'"
    " AND c.flow = 'participation' AND c.missing_since IS NULL"
    " LEFT JOIN link v ON v.local_id = p.id AND v.entity = 'participation'"
    " AND v.flow = 'volunteers' ORDER BY p.id";

static void check_row(struct agree *a, const struct query *q)
{
    const char *id = query_text(q, P_ROW);
    const cJSON *row = by_id(a->rows, id);
    if (query_int(q, P_DELETED)) {
        if (row)
            differ(a, "coda %s: its record %s is deleted", id, query_text(q, P_ID));
        return;
    }
    if (!row) {
        differ(a, "coda has no row for %s, %s", query_text(q, P_ID), query_text(q, P_TITLE));
        return;
    }
    if (jailed(a, "participation", id))
        return;
    same(a, "coda", id, "year", query_text(q, P_YEAR), number_at(a, row, "values.Год"));
    same(a, "coda", id, "person", query_text(q, P_PERSON), uuid_at(a, row, "values.person_id"));
    same(a, "coda", id, "team", query_text(q, P_TEAM), uuid_at(a, row, "values.direction_id"));
    same(a, "coda", id, "role", query_text(q, P_ROLE), code(a, "role", row, "values.Роль", ""));
    same(a, "coda", id, "status", query_text(q, P_STATUS),
         code(a, "status", row, "values.Статус", "PLANNED"));
}

static bool is_volunteer(const char *role, int64_t year)
{
    static const char *const roles[] = {"TEAM_LEAD", "VOLUNTEER", "MEDIC", "CAMP_GUY"};
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        if (year == YEAR && !strcmp(role, roles[i]))
            return true;
    }
    return false;
}

static void check_page(struct agree *a, const struct query *q)
{
    const char *id = query_text(q, P_PAGE);
    const cJSON *page = by_id(a->volunteers, id);
    bool trashed = json_bool(page, "in_trash");
    bool wanted = is_volunteer(query_text(q, P_ROLE), query_int(q, P_YEAR));
    if (query_int(q, P_DELETED)) {
        if (page && !trashed)
            differ(a, "page %s: its record %s is deleted", id, query_text(q, P_ID));
        return;
    }
    if (!page && wanted)
        differ(a, "notion has no page for %s, %s", query_text(q, P_ID), query_text(q, P_TITLE));
    if (!page)
        return;
    if (trashed && !json_bool(page, "by_person"))
        differ(a, "page %s is in the trash, and nobody laid it there", id);
    if (trashed)
        return;
    /* a record that is no volunteer's any more was written once more, to say so, and then left
     * alone
     */
    if (!wanted) {
        if (is_volunteer(code(a, "role", page, "properties.Роль", ""), YEAR))
            differ(a, "page %s does not tell that %s left", id, query_text(q, P_TITLE));
        return;
    }
    same(a, "page", id, "title", query_text(q, P_TITLE), json_text(page, "properties.Name"));
    same(a, "page", id, "year", query_text(q, P_YEAR), json_text(page, "properties.Год"));
    same(a, "page", id, "person", query_text(q, P_PERSON), json_text(page, "properties.Человек.0"));
    same(a, "page", id, "team", query_text(q, P_TEAM),
         json_text(page, "properties.Службы и локации.0"));
    same(a, "page", id, "role", query_text(q, P_ROLE),
         code(a, "role", page, "properties.Роль", ""));
    same(a, "page", id, "status", query_text(q, P_STATUS),
         code(a, "status", page, "properties.Статус", ""));
    same(a, "page", id, "type", query_text(q, P_TYPE),
         code(a, "team_type", page, "properties.Тип", ""));
}

static void check_records(struct agree *a)
{
    struct err err = {0};
    struct query *q = NULL;
    assert_ok(db_query_n(a->db, records, NULL, 0, &q, &err), err);
    while (query_next(q, &err) > 0) {
        check_row(a, q);
        check_page(a, q);
    }
    query_free(q);
}

/* Every row and page stands for a record, or in quarantine: what rosterd made twice does not. */
static void check_rows_known(struct agree *a)
{
    for (const cJSON *row = a->rows->child; row; row = row->next) {
        const char *id = json_text(row, "id"), *year = number_at(a, row, "values.Год");
        if (!year || (strcmp(year, "2026") && strcmp(year, "2022") && strcmp(year, "2021")))
            continue;
        if (!linked(a, "participation", id) && !jailed(a, "participation", id))
            differ(a, "coda %s: the store does not know this row", id);
    }
    for (const cJSON *page = a->volunteers->child; page; page = page->next) {
        if (!linked(a, "volunteers", json_text(page, "id")))
            differ(a, "page %s: the store does not know this page", json_text(page, "id"));
    }
}

/* ---- people, teams, leads */

static void check_party(struct agree *a, const char *source, const char *flow, const char *sql,
                        const char *title, const char *second, const char *dict)
{
    AUTO_JSON *pages = e2e_get(a->e, "/notion/pages?data_source=%s", source);
    for (const cJSON *page = pages->child; page; page = page->next) {
        const char *id = json_text(page, "id");
        struct err err = {0};
        struct query *q = NULL;
        if (jailed(a, flow, id))
            continue;
        assert_ok(DB_QUERY(a->db, &q, &err, sql, B_TEXT(":id", id)), err);
        bool known = query_next(q, &err) > 0, trashed = json_bool(page, "in_trash");
        if (!known && !trashed)
            differ(a, "%s %s is not in the store", flow, id);
        if (known && query_int(q, 2) != trashed)
            differ(a, "%s %s: deleted is %lld", flow, id, (long long)query_int(q, 2));
        const char *name = arena_strdup(a->e->arena, json_text(page, title));
        size_t n = name ? strlen(name) : 0;
        while (n && name[n - 1] == ' ')
            n--;
        if (known && !trashed) {
            same(a, flow, id, "name", query_text(q, 0), arena_strndup(a->e->arena, name, n));
            same(a, flow, id, second, query_text(q, 1),
                 dict ? code(a, dict, page, second, "") : json_text(page, second));
        }
        query_free(q);
    }
}

/* Is this person with this team what the page stands for? */
static bool names(const cJSON *page, const char *part)
{
    const cJSON *people = json_at(page, "properties.Человек");
    const cJSON *teams = json_at(page, "properties.Службы и локации");
    const char *plus = strchr(part, '+');
    bool person = false, team = false;
    for (const cJSON *p = people ? people->child : NULL; p && plus; p = p->next)
        person = person || !strncmp(p->valuestring, part, (size_t)(plus - part));
    for (const cJSON *t = teams ? teams->child : NULL; t && plus; t = t->next)
        team = team || !strcmp(t->valuestring, plus + 1);
    return person && team && !json_bool(page, "in_trash");
}

/* Whom a page names the store knows, and whom it does not name is cancelled. */
static void check_lead(struct agree *a, const cJSON *page)
{
    const char *id = json_text(page, "id");
    int want = json_bool(page, "in_trash")
                   ? 0
                   : cJSON_GetArraySize(json_at(page, "properties.Человек")) *
                         cJSON_GetArraySize(json_at(page, "properties.Службы и локации"));
    struct err err = {0};
    struct query *q = NULL;
    assert_ok(DB_QUERY(a->db, &q, &err,
                       "SELECT l.part, l.missing_since, p.status, p.deleted FROM link l JOIN"
                       " participation p ON p.id = l.local_id WHERE l.flow = 'leads' AND"
                       " l.remote_id = :id",
                       B_TEXT(":id", id)),
              err);
    while (query_next(q, &err) > 0) {
        bool named = names(page, query_text(q, 0));
        want -= named;
        if (named && !query_null(q, 1))
            differ(a, "lead %s names %s, and the store says no", id, query_text(q, 0));
        /* one that was cancelled for it may have got another status by hand since */
        if (!named && query_null(q, 1) && !query_int(q, 3) && strcmp(query_text(q, 2), "CANCELLED"))
            differ(a, "lead %s does not name %s, who is %s", id, query_text(q, 0),
                   query_text(q, 2));
    }
    query_free(q);
    if (want && !jailed(a, "leads", id))
        differ(a, "lead %s: the store lacks %d of those it names", id, want);
}

static void check_leads(struct agree *a)
{
    AUTO_JSON *pages = e2e_get(a->e, "/notion/pages?data_source=%s", SB_DS_LEADS);
    for (const cJSON *page = pages->child; page; page = page->next)
        check_lead(a, page);
}

/* ---- all of it */

static void begin(struct agree *a, struct e2e *e)
{
    struct err err = {0};
    *a = (struct agree){.e = e, .problems = BUF_INIT(1 << 16)};
    assert_ok(db_open(e->store, DB_READ, &a->db, &err), err);
    assert_ok(dict_load(a->db, e->arena, &a->dicts, &err), err);
    a->rows = e2e_get(e, "/coda/rows?table=%s", SB_CODA_PART);
    a->volunteers = e2e_get(e, "/notion/pages?data_source=%s", SB_DS_VOLUNTEERS);
}

static void end(struct agree *a, const char *what)
{
    const char *text = arena_strdup(a->e->arena, a->problems.len ? buf_str(&a->problems) : "");
    unsigned n = a->n;
    cJSON_Delete(a->rows);
    cJSON_Delete(a->volunteers);
    db_close(a->db);
    buf_free(&a->problems);
    if (n)
        fail_msg("%u %s\n%s", n, what, text);
}

void e2e_check_agree(struct e2e *e)
{
    struct agree a;
    begin(&a, e);
    check_records(&a);
    check_rows_known(&a);
    check_party(&a, SB_DS_PEOPLE, "people", "SELECT name, city, deleted FROM person WHERE id = :id",
                "properties.Как звать", "properties.Город", NULL);
    check_party(&a, SB_DS_TEAMS, "teams", "SELECT name, type, deleted FROM team WHERE id = :id",
                "properties.Name", "properties.Тип", "team_type");
    check_leads(&a);
    end(&a, "differences between the store and the tables:");
}

int64_t e2e_twins(struct e2e *e)
{
    return e2e_int(e, "SELECT count(*) FROM (SELECT 1 FROM participation WHERE deleted = 0 GROUP BY"
                      " year, person_id, team_id, role HAVING count(*) > 1)");
}

/* ---- what was done by hand */

/* Was the same cell, or its whole row, touched again later? */
static bool is_last(const cJSON *edit)
{
    const char *id = json_text(edit, "id"), *column = json_text(edit, "column");
    for (const cJSON *later = edit->next; later; later = later->next) {
        const char *other = json_text(later, "column");
        if (!strcmp(json_text(later, "id"), id) && (!other || !strcmp(other, column)))
            return false;
    }
    return true;
}

struct place {
    const char *table, *column, *sql, *dict;
};

/* Leads decide over the status of those they no longer name. */
#define OF_ROW                                                                                     \
    " FROM participation p JOIN link l ON l.local_id = p.id AND l.flow = 'participation' WHERE"    \
    " l.remote_id = :id AND NOT EXISTS (SELECT 1 FROM link x WHERE x.local_id = p.id AND x.flow"   \
    " = 'leads' AND x.missing_since IS NOT NULL)"

static const struct place places[] = {
    {"Участие", "Статус", "SELECT p.status" OF_ROW, "status"},
    {"Участие", "Роль", "SELECT p.role" OF_ROW, "role"},
    {"Человеки", "Как звать", "SELECT name FROM person WHERE id = :id", NULL},
    {"Человеки", "Город", "SELECT city FROM person WHERE id = :id", NULL},
    {"Службы и локации", "Name", "SELECT name FROM team WHERE id = :id", NULL},
    {"Службы и локации", "Тип", "SELECT type FROM team WHERE id = :id", "team_type"},
};

static void check_edit(struct agree *a, const cJSON *edit)
{
    const char *table = json_text(edit, "table"), *column = json_text(edit, "column");
    const char *id = json_text(edit, "id"), *after = json_text(edit, "after");
    for (size_t i = 0; column && i < ARRAY_LEN(places); i++) {
        struct err err = {0};
        struct query *q = NULL;
        if (strcmp(places[i].table, table) || strcmp(places[i].column, column) || !is_last(edit))
            continue;
        if (places[i].dict)
            after = dict_code(a->dicts, places[i].dict, after);
        assert_ok(DB_QUERY(a->db, &q, &err, places[i].sql, B_TEXT(":id", id)), err);
        if (query_next(q, &err) > 0)
            same(a, table, id, column, query_text(q, 0), after);
        query_free(q);
    }
}

void e2e_check_edits(struct e2e *e, int64_t after)
{
    struct agree a;
    AUTO_JSON *edits = e2e_get(e, "/life?after=%lld", (long long)after);
    begin(&a, e);
    for (const cJSON *edit = edits->child; edit; edit = edit->next)
        check_edit(&a, edit);
    end(&a, "edits by hand are lost:");
}

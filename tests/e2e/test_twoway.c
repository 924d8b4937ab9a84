/* test_twoway.c: the whole cycle with the real daemon: people edit on every side, and every side
 * ends up holding the same; nobody's edit is lost. */
#include "tests/e2e/e2e_agree.h"
#include "tests/e2e/e2e_twoway.h"
#include "tests/sandbox/ids.h"

/* Some edits by hand on every side, a cycle, and all sides hold the same. *edits: so many were made
 * before. */
static void live_on(struct e2e *e, int64_t *edits, const char *seed)
{
    AUTO_JSON *made = e2e_post(e, "/life", "{\"edits\":60,\"seed\":%s}", seed);
    assert_int_equal(cJSON_GetArraySize(made), 60);
    e2e_ask(e, ADMIN, "/sync festival full", "сверено за");
    e2e_check_agree(e);
    e2e_check_edits(e, *edits);
    twoway_check_quiet(e);
    *edits += 60;
}

/* E2E_SEED=N plays other edits. */
static void test_people_edit_everywhere(void **state)
{
    (void)state;
    const char *seed = getenv("E2E_SEED");
    struct e2e *e = twoway_world(NULL);
    int64_t edits = 0;
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync festival", "сверено за");
    e2e_check_agree(e);
    twoway_check_quiet(e);
    live_on(e, &edits, seed ? seed : "7");
    /* once more, on tables that rosterd has written to */
    live_on(e, &edits, seed ? arena_printf(e->arena, "%s1", seed) : "8");
    e2e_done(e);
}

/* ---- looking first */

static const char *cell_of(struct e2e *e, const char *row, const char *column)
{
    AUTO_JSON *rows = e2e_get(e, "/coda/rows?table=%s", SB_CODA_PART);
    for (const cJSON *r = rows->child; r; r = r->next) {
        if (!strcmp(json_text(r, "id"), row))
            return arena_strdup(e->arena,
                                json_text(r, arena_printf(e->arena, "values.%s", column)));
    }
    return NULL;
}

static void edit_row(struct e2e *e, const char *row, const char *column, const char *value)
{
    e2e_do(e, "/coda/row", "{\"table\":\"%s\",\"row\":\"%s\",\"cells\":{\"%s\":\"%s\"}}",
           SB_CODA_PART, row, column, value);
}

/* A row of a lead whom Coda has, and the page that says so. */
static const char *lead(struct e2e *e, const char *what, int n)
{
    return e2e_text(e, arena_printf(e->arena,
                                    "SELECT %s FROM link l JOIN link c ON c.local_id = l.local_id"
                                    " AND c.flow = 'participation' JOIN participation p ON p.id ="
                                    " l.local_id WHERE l.flow = 'leads' AND p.role = 'ORGANIZER'"
                                    " ORDER BY l.id LIMIT 1 OFFSET %d",
                                    what, n));
}

/* Between the preview of what would be written and the yes to it somebody edits the same rows. */
static void test_edited_before_approval(void **state)
{
    (void)state;
    struct e2e *e = twoway_world("0");
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync festival", "сверено за");
    const char *same = lead(e, "c.remote_id", 0), *other = lead(e, "c.remote_id", 2);
    for (int i = 0; i < 4; i += 2)
        e2e_do(e, "/notion/page", "{\"page\":\"%s\",\"properties\":{\"Роль\":\"%s\"}}",
               lead(e, "l.remote_id", i), "зам. руководителя");
    e2e_ask(e, ADMIN, "/sync leads", "сверено за");
    struct said plan = e2e_ask(e, ADMIN, "/preview participation:push", "ничего ещё не изменено");
    edit_row(e, same, "Роль", "лектор");
    edit_row(e, other, "Статус", "ушел");
    e2e_press(e, ADMIN, "Применить план", 1);
    struct said done = e2e_wait(e, ADMIN, plan.id, "сверено за", WAIT);
    assert_has(done.text, "Ждут отправки: 1");
    twoway_sync(e, "/sync festival");
    assert_string_equal(cell_of(e, same, "Роль"), "лектор");
    assert_string_equal(cell_of(e, other, "Статус"), "ушел");
    assert_string_equal(cell_of(e, other, "Роль"), "зам. руководителя");
    e2e_check_agree(e);
    e2e_done(e);
}

/* ---- two of one name */

static const char *new_person(struct e2e *e, const char *name)
{
    AUTO_JSON *page = e2e_post(e, "/notion/page",
                               "{\"data_source\":\"%s\",\"properties\":{\"Как звать\":\"%s\"}}",
                               SB_DS_PEOPLE, name);
    return arena_strdup(e->arena, json_text(page, "id"));
}

/* The row of Coda that names this person, or NULL. */
static const char *row_of(struct e2e *e, const char *person)
{
    AUTO_JSON *rows = e2e_get(e, "/coda/rows?table=%s", SB_CODA_PART);
    char plain[33] = "";
    size_t n = 0;
    for (const char *c = person; *c && n < 32; c++) {
        if (*c != '-')
            plain[n++] = *c;
    }
    for (const cJSON *r = rows->child; r; r = r->next) {
        if (!strcmp(json_text(r, "values.person_id"), plain))
            return arena_strdup(e->arena, json_text(r, "id"));
    }
    return NULL;
}

/* Coda takes a person by the name: where two have it nothing is sent, until they are told apart. */
static void test_two_of_one_name(void **state)
{
    (void)state;
    struct e2e *e = twoway_world("0");
    e2e_start(e);
    const char *first = new_person(e, "Иван Близнец"), *second = new_person(e, "Иван Близнец");
    twoway_sync(e, "/sync festival");
    e2e_do(e, "/notion/page",
           "{\"data_source\":\"%s\",\"properties\":{\"Человек\":[\"%s\"],"
           "\"Службы и локации\":[\"%s\"],\"Роль\":\"организатор\",\"Год\":2026}}",
           SB_DS_LEADS, second, e2e_text(e, "SELECT remote_id FROM link WHERE flow = 'teams'"));
    e2e_ask(e, ADMIN, "/sync festival", "сверено за");
    assert_null(row_of(e, first));
    assert_null(row_of(e, second));
    assert_has(e2e_text(e, "SELECT detail FROM quarantine WHERE flow = 'participation:push'"),
               "2 rows of «Люди» are called «Иван Близнец»");

    e2e_do(e, "/notion/page", "{\"page\":\"%s\",\"properties\":{\"Как звать\":\"Иван Второй\"}}",
           second);
    struct said done = e2e_ask(e, ADMIN, "/sync festival", "сверено за");
    assert_has(done.text, "добавлено 1");
    assert_null(row_of(e, first));
    assert_non_null(row_of(e, second));
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM quarantine WHERE flow ="
                                " 'participation:push'"),
                     0);
    e2e_check_agree(e);
    twoway_check_quiet(e);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_people_edit_everywhere),
        E2E_TEST(test_edited_before_approval),
        E2E_TEST(test_two_of_one_name),
    };
    return E2E_RUN("e2e two-way", tests);
}

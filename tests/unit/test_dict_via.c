/* test_dict_via.c: dictionaries in the configuration, and columns that name a dictionary's row:
 * read as its code, written as its row. */
#include "store/dict_rows.h"
#include "store/links.h"
#include "sync/check.h"
#include "sync/mapping.h"
#include "sync/push/put.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/temp_store.h"

#define HEAD                                                                                       \
    "[rosterd]\nstore = s.db\nyear = 2026\n[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"       \
    "[remote notion]\nkind = notion\ntoken = t\n"
#define BADGES                                                                                     \
    "[flow badges]\nremote = coda\ntable = B\nentity = badge\nfield.name = n\nfield.diet = d\n"    \
    "field.feed = f\n"
#define ARRIVALS                                                                                   \
    "[flow arrivals]\nremote = coda\ntable = A\nentity = arrival\nfield.badge_id = b via coda\n"   \
    "field.arrival_date = x\nfield.departure_date = y\nfield.status = s via coda\n"
#define ROLES                                                                                      \
    "[flow roles]\nremote = coda\ntable = Roles\ndictionary = role\nfield.code = Code\n"           \
    "field.name = Name\n"
#define STATUSES                                                                                   \
    "[flow statuses]\nremote = coda\ntable = S\ndictionary = status\nfield.code = code\n"          \
    "field.name = A\nfield.to_list = to_list\nfield.comment = B\n"
#define KINDS                                                                                      \
    "[flow kinds]\nremote = coda\ntable = K\ndictionary = transport\nfield.code = code\n"          \
    "field.name = title\n"
#define PAGES                                                                                      \
    "[flow pages]\nremote = notion\ntable = R\ndictionary = role\nfield.code = Code\n"             \
    "field.name = Name\n"

/* ---------------------------------------------------------------- the configuration */

static void dictionary__is_read__as_a_flow_of_its_own(void **state)
{
    (void)state;
    AUTO_CONFIG *c = config_must(HEAD BADGES "field.role = r via coda\n" STATUSES ROLES
                                             "title = Наши роли\nevery = 30s\nfull_every = 1h\n"
                                             "sentinel = i-1\nmax_delete = 50%\nmax_update = 3\n");
    const struct flow *f = config_flow(c, "roles");
    assert_string_equal(f->dict, "role");
    assert_ptr_equal(f->entity, dict_entity("role"));
    assert_int_equal(f->direction, DIR_PULL);
    assert_string_equal(f->title, "Наши роли");
    assert_int_equal(f->every_ms, 30000);
    assert_int_equal(f->max_delete, 50);
    assert_string_equal(f->sentinel, "i-1");
    assert_null(config_flow(c, "badges")->dict);
    /* dictionaries first, as the file has them */
    assert_string_equal(c->flows[0]->name, "statuses");
    assert_string_equal(c->flows[1]->name, "roles");
    assert_string_equal(c->flows[2]->name, "badges");
    assert_ptr_equal(config_carrier(c, "dict_role", "coda"), f);
    assert_null(config_carrier(c, "dict_role", "notion"));
    assert_null(config_carrier(c, "role", "coda"));
    assert_string_equal(config_home(c, f->entity)->name, "coda");
}

static void dictionary__with_mistakes__says_what_to_write(void **state)
{
    (void)state;
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"[flow x]\nremote = coda\ntable = T\ndictionary = roles\n",
         "dictionary: there is no dictionary «roles»; write one of role, status, transport, "
         "team_type, gender, diet, feed"},
        {ROLES "entity = person\n", "entity: a flow keeps records (entity) or a dictionary, not "
                                    "both; take one of the lines out"},
        {BADGES "field.role = r\ndictionary = role\n",
         "dictionary: a flow keeps records (entity) or a dictionary, not both"},
        {"[flow x]\nremote = coda\ntable = T\ndictionary = role\nfield.code = C\n",
         "[flow x] maps no column to name, which every dict_role needs; add field.name = COLUMN"},
        {ROLES "field.comment = C\n", "dict_role has no field «comment»; it has code, name"},
        {ROLES "field.name2 = C\n", "dict_role has no field «name2»"},
        {ROLES "direction = both\n", "[flow roles] a dictionary is only read; leave out direction"},
        {ROLES "key = UUID\n", "a dictionary's rows are known by their codes; leave out key"},
        {ROLES "missing = delete\n",
         "missing: flow roles keeps a dictionary up with its table; leave this out"},
        {ROLES "conflict = store\n", "conflict: flow roles keeps a dictionary up with its table"},
        {ROLES "conflict.name = store\n", "conflict.name: flow roles keeps a dictionary"},
        {ROLES "where.code = MEDIC\n", "where.code: flow roles keeps a dictionary"},
        {ROLES "put.Name = name\n", "put.Name: flow roles keeps a dictionary"},
        {ROLES "overlap = 5m\n", "overlap: flow roles keeps a dictionary"},
        {ROLES "settle = 5m\n", "settle: flow roles keeps a dictionary"},
        {ROLES "create = yes\n", "create: flow roles keeps a dictionary"},
        {"[flow x]\nremote = coda\ntable = T\ndictionary = role\nfield.code = C via coda\n"
         "field.name = N\n",
         "field.code is no reference to another record; leave out «via coda»"},
        {BADGES "field.role = r via coda\n",
         "«via coda»: no flow reads the dictionary role from coda, so its row ids would mean "
         "nothing; add a [flow] with dictionary = role and remote = coda"},
        {BADGES "field.role = r via grist\n", "there is no [remote grist]"},
        {ROLES BADGES "field.role = r\nfield.gender = g via coda\n",
         "«via coda»: no flow reads the dictionary gender from coda"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_CONFIG *c = NULL;
        AUTO_BUF text = BUF_INIT(8192);
        buf_addf(&text, "%s%s", HEAD, cases[i].text);
        assert_has(config_from_text(buf_str(&text), &c), cases[i].told);
    }
}

static void check__looks__at_the_columns_of_a_dictionary(void **state)
{
    (void)state;
    AUTO_CONFIG *c = config_must(HEAD ROLES);
    AUTO_ARENA *arena = arena_new(1 << 20);
    const struct column_info columns[] = {{.id = "c-1", .name = "Code", .type = "text"},
                                          {.id = "c-2", .name = "Names", .type = "text"}};
    const struct table_info table = {.id = "t", .name = "Roles", .columns = columns, .n = 2};
    struct finding *found;
    size_t n;
    check_flow(config_flow(c, "roles"), &table, arena, &found, &n);
    assert_int_equal(n, 1);
    assert_int_equal(found[0].what, FINDING_NO_COLUMN);
    assert_string_equal(found[0].key, "field.name");
}

static const struct put *put_of(const struct flow *f, const char *column)
{
    for (size_t i = 0; i < f->n_puts; i++) {
        if (!strcmp(f->puts[i].column, column))
            return &f->puts[i];
    }
    fail_msg("%s writes no %s", f->name, column);
    return NULL;
}

static void column__that_is_read_by_row__is_written_so(void **state)
{
    (void)state;
    AUTO_CONFIG *c = config_must(HEAD ROLES PAGES BADGES
                                 "field.role = r via coda\ndirection = both\nput.t = role\n"
                                 "put.u = role via notion\n");
    const struct flow *f = config_flow(c, "badges");
    assert_string_equal(put_of(f, "u")->via, "notion");
    assert_null(put_of(f, "t")->via); /* as a text, by its name */
    AUTO_CONFIG *same =
        config_must(HEAD ROLES BADGES "field.role = r via coda\ndirection = both\nput.r = role\n");
    assert_string_equal(put_of(config_flow(same, "badges"), "r")->via, "coda");
    AUTO_CONFIG *none =
        config_must(HEAD ROLES BADGES "field.role = r via coda\ndirection = both\n");
    assert_string_equal(put_of(config_flow(none, "badges"), "r")->via, "coda");
    AUTO_CONFIG *text = config_must(HEAD ROLES BADGES "field.role = r\ndirection = both\n");
    assert_null(put_of(config_flow(text, "badges"), "r")->via);
    /* read by another meaning, it has to be read again */
    assert_string_not_equal(config_flow(none, "badges")->mapping,
                            config_flow(text, "badges")->mapping);
    assert_string_not_equal(config_flow(none, "badges")->push_mapping,
                            config_flow(text, "badges")->push_mapping);
}

/* ---------------------------------------------------------------- reading */

#define REF(s)                                                                                     \
    {                                                                                              \
        .kind = CELL_REF, .text = (s)                                                              \
    }
#define TEXT(s)                                                                                    \
    {                                                                                              \
        .kind = CELL_TEXT, .text = (s)                                                             \
    }
#define LIST(...)                                                                                  \
    {                                                                                              \
        .kind = CELL_LIST, .items = (struct cell[]){__VA_ARGS__},                                  \
        .n = sizeof((struct cell[]){__VA_ARGS__}) / sizeof(struct cell)                            \
    }

/* Rows 1 and 2 are known, w… is waited for, e… is an error, all else is nobody's; the code is that
 * of the field. */
static int resolve(void *ctx, const struct field *field, const char *via, const char *remote_id,
                   struct arena *arena, char *local, enum resolution *ret, const char **ret_reason,
                   struct err *err)
{
    const char *asked = ctx; /* the remote that has to be asked */
    (void)arena;
    assert_string_equal(via, asked);
    if (*remote_id == 'e')
        return err_set(err, ERR_LOCAL, "the disk is gone");
    bool known = *remote_id == '1' || *remote_id == '2';
    *ret = known ? REF_FOUND : *remote_id == 'w' ? REF_WAITING : REF_INVALID;
    *ret_reason = "why";
    str_copy(local, UUID_LEN + 1,
             field->type == FT_REF            ? remote_id
             : !known                         ? ""
             : !strcmp(field->dict, "status") ? "ARRIVED"
             : strcmp(field->dict, "role")    ? "BUS"
             : *remote_id == '1'              ? "MEDIC"
                                              : "PRESS");
    return 0;
}

/* One candidate of the flow. */
static struct candidate judge(struct temp_store *t, const struct config *c, const char *flow,
                              const struct cell *cells)
{
    struct err err = {0};
    struct candidate *list;
    size_t n;
    char coda[] = "coda";
    assert_ok(mapping_apply(config_flow(c, flow), t->dicts, cells, resolve, coda, t->arena, &list,
                            &n, &err),
              err);
    assert_int_equal(n, 1);
    return list[0];
}

static const struct value *value_of(const struct candidate *c, const char *name)
{
    return &c->rec->v[model_field(c->rec->e, name)];
}

enum { NAME, DIET, FEED, ROLE, BADGE_COLUMNS };
#define BADGE(...)                                                                                 \
    {                                                                                              \
        TEXT("Анна"), TEXT("веган"), TEXT("платно"), __VA_ARGS__                                   \
    }

static void row_of_a_dictionary__is_read__as_its_code(void **state)
{
    struct temp_store *t = *state;
    AUTO_CONFIG *c = config_must(HEAD ROLES BADGES "field.role = r via coda\n");
    const struct cell fine[][BADGE_COLUMNS] = {BADGE(REF("1")), BADGE(TEXT("1")),
                                               BADGE(LIST(REF("1"))),
                                               BADGE(LIST(REF("1"), REF("1"))),
                                               BADGE({.kind = CELL_NUMBER, .number = 1})};
    for (size_t i = 0; i < ARRAY_LEN(fine); i++) {
        struct candidate x = judge(t, c, "badges", fine[i]);
        assert_int_equal(x.verdict, VERDICT_FINE);
        assert_string_equal(value_of(&x, "role")->s, "MEDIC");
        assert_string_equal(x.part, "");
        assert_true(x.parts_known);
    }
    /* without via it stays a text */
    AUTO_CONFIG *text = config_must(HEAD ROLES BADGES "field.role = r\n");
    const struct cell spelled[BADGE_COLUMNS] = BADGE(TEXT("Медик"));
    struct candidate x = judge(t, text, "badges", spelled);
    assert_string_equal(value_of(&x, "role")->s, "MEDIC");
}

static void row_of_a_dictionary__that_is_none__spoils_a_needed_field(void **state)
{
    struct temp_store *t = *state;
    AUTO_CONFIG *c = config_must(HEAD ROLES BADGES "field.role = r via coda\n");
    const struct {
        struct cell cells[BADGE_COLUMNS];
        enum verdict_kind verdict;
        const char *reason, *detail;
    } cases[] = {
        {BADGE({0}), VERDICT_INVALID, "Invalid role", NULL},
        {BADGE(REF("0")), VERDICT_INVALID, "Invalid role", NULL},
        {BADGE({.kind = CELL_NUMBER}), VERDICT_INVALID, "Invalid role", NULL},
        {BADGE(LIST(REF("0"))), VERDICT_INVALID, "Invalid role", NULL},
        {BADGE(REF("7")), VERDICT_INVALID, "Invalid role", "7"},
        {BADGE(TEXT("медик")), VERDICT_INVALID, "Invalid role", "медик"},
        {BADGE(LIST(REF("1"), REF("2"))), VERDICT_INVALID, "Invalid role", "1, 2"},
        {BADGE({.kind = CELL_BOOL, .flag = true}), VERDICT_INVALID, "Invalid role", "true"},
        {BADGE(((struct cell){.kind = CELL_ERROR, .text = "#REF!"})), VERDICT_INVALID,
         "Invalid role", "#REF!"},
        {BADGE(REF("w1")), VERDICT_WAITING, "why", "w1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct candidate x = judge(t, c, "badges", cases[i].cells);
        if (x.verdict != cases[i].verdict || !str_eq(x.reason, cases[i].reason) ||
            !str_eq(x.detail, cases[i].detail))
            fail_msg("case %zu: verdict %d, «%s», «%s»", i, (int)x.verdict,
                     x.reason ? x.reason : "-", x.detail ? x.detail : "-");
    }
}

enum { BADGE_ID, FROM, TO, STATUS, KIND, ARRIVAL_COLUMNS };
#define ARRIVAL(status, kind)                                                                      \
    {                                                                                              \
        TEXT("1"), TEXT("2026-07-01"), TEXT("2026-07-10"), status, kind                            \
    }

static void row_of_a_dictionary__in_an_optional_field__becomes_the_fallback(void **state)
{
    struct temp_store *t = *state;
    AUTO_CONFIG *c =
        config_must(HEAD STATUSES ROLES BADGES "field.role = r via coda\n" KINDS ARRIVALS
                                               "field.arrival_transport = k via coda\n");
    const struct {
        struct cell cells[ARRIVAL_COLUMNS];
        enum verdict_kind verdict;
        const char *reason, *transport;
        unsigned warnings;
    } cases[] = {
        {ARRIVAL(REF("1"), REF("2")), VERDICT_FINE, NULL, "BUS", 0},
        {ARRIVAL(REF("1"), {0}), VERDICT_FINE, NULL, "UNDEFINED", 0},
        {ARRIVAL(REF("1"), REF("0")), VERDICT_FINE, NULL, "UNDEFINED", 0},
        {ARRIVAL(REF("1"), REF("9")), VERDICT_FINE, NULL, "UNDEFINED", 1},
        {ARRIVAL(REF("1"), REF("w")), VERDICT_WAITING, "why", "UNDEFINED", 0},
        {ARRIVAL(REF("9"), REF("w")), VERDICT_INVALID, "Invalid status", "UNDEFINED", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct candidate x = judge(t, c, "arrivals", cases[i].cells);
        assert_int_equal(x.verdict, cases[i].verdict);
        assert_true(str_eq(x.reason, cases[i].reason));
        assert_string_equal(value_of(&x, "arrival_transport")->s, cases[i].transport);
        assert_int_equal(x.warnings, cases[i].warnings);
    }
}

static void scope__sees__the_code_behind_the_row(void **state)
{
    struct temp_store *t = *state;
    AUTO_CONFIG *c = config_must(HEAD ROLES BADGES "field.role = r via coda\nwhere.role = медик\n");
    const struct {
        struct cell cells[BADGE_COLUMNS];
        enum verdict_kind verdict;
    } cases[] = {
        {BADGE(REF("1")), VERDICT_FINE},
        {BADGE(REF("2")), VERDICT_OUT_OF_SCOPE},
        {BADGE(REF("w")), VERDICT_WAITING}, /* it may turn out to be in */
        {BADGE(REF("9")), VERDICT_INVALID},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(judge(t, c, "badges", cases[i].cells).verdict, cases[i].verdict);
}

static void resolver__that_fails__stops_the_run(void **state)
{
    struct temp_store *t = *state;
    AUTO_CONFIG *c = config_must(HEAD ROLES BADGES "field.role = r via coda\n");
    const struct cell cells[BADGE_COLUMNS] = BADGE(REF("e1"));
    struct err err = {0};
    struct candidate *list;
    size_t n;
    char coda[] = "coda";
    assert_error(mapping_apply(config_flow(c, "badges"), t->dicts, cells, resolve, coda, t->arena,
                               &list, &n, &err),
                 err, ERR_LOCAL, "the disk is gone");
}

static void row_id__of_a_dictionary_of_pages__is_a_uuid_in_any_spelling(void **state)
{
    struct temp_store *t = *state;
    AUTO_CONFIG *c = config_must(HEAD PAGES BADGES "field.role = r via notion\n");
    const struct flow *f = config_flow(c, "badges");
    struct err err = {0};
    struct candidate *list;
    size_t n;
    char notion[] = "notion";
    const struct cell good[BADGE_COLUMNS] = BADGE(REF("1AAAAAAAaaaa4aaa8aaaaaaaaaaaaaaa"));
    const struct cell bad[BADGE_COLUMNS] = BADGE(REF("1"));
    assert_ok(mapping_apply(f, t->dicts, good, resolve, notion, t->arena, &list, &n, &err), err);
    assert_string_equal(value_of(&list[0], "role")->s, "MEDIC");
    assert_ok(mapping_apply(f, t->dicts, bad, resolve, notion, t->arena, &list, &n, &err), err);
    assert_string_equal(list[0].reason, "Invalid role");
}

/* ---------------------------------------------------------------- writing */

#define PAGE "1aaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"

static void link_row(struct temp_store *t, const char *remote, const char *tbl, const char *row)
{
    struct err err = {0};
    const struct link l = {.entity = "dict_role",
                           .local_id = "MEDIC",
                           .flow = "f",
                           .remote = remote,
                           .tbl = tbl,
                           .remote_id = row,
                           .part = "",
                           .base = "{}",
                           .seen_at = 1};
    assert_ok(links_insert(t->db, &l, &err), err);
}

static struct rendering render(struct temp_store *t, const struct config *c, const char *role)
{
    static const struct column_info text = {.name = "x", .type = "text"};
    struct err err = {0};
    struct rendering now;
    struct put_ctx ctx = {.db = t->db,
                          .cfg = c,
                          .flow = config_flow(c, "badges"),
                          .dicts = t->dicts,
                          .arena = t->arena};
    struct record *r = record_new(model_entity("badge"), t->arena);
    const struct column_info *columns[PUTS_MAX];
    r->v[model_field(r->e, "role")] = role ? V_TEXT(role) : V_NULL;
    for (size_t i = 0; i < ctx.flow->n_puts; i++)
        columns[i] = &text;
    ctx.columns = columns;
    assert_ok(put_render(&ctx, r, &now, &err), err);
    return now;
}

/* The cell of column r. */
static const char *cell_r(struct temp_store *t, const struct config *c, const struct rendering *now)
{
    static const char *const name = "r";
    const struct flow *f = config_flow(c, "badges");
    AUTO_BUF b = BUF_INIT(1024);
    cells_to_json(&name, &now->cells[put_of(f, "r") - f->puts], 1, &b);
    return arena_strdup(t->arena, buf_str(&b));
}

static void code__is_written__as_its_row(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    AUTO_CONFIG *c = config_must(HEAD ROLES BADGES "field.role = r via coda\ndirection = both\n");
    link_row(t, "coda", "Roles", "i-5");
    struct rendering now = render(t, c, "MEDIC");
    assert_null(now.waits);
    assert_string_equal(cell_r(t, c, &now), "{\"r\":[{\"ref\":\"i-5\"}]}");
    assert_string_equal(now.part, "");
    now = render(t, c, NULL);
    assert_null(now.waits);
    assert_string_equal(cell_r(t, c, &now), "{\"r\":null}");
    now = render(t, c, "PRESS");
    assert_string_equal(now.waits, "dict_role PRESS");
    /* the entry stays when its row is gone; the row cannot be named any more */
    assert_ok(DB_RUN(t->db, &err, "UPDATE link SET missing_since = 5"), err);
    now = render(t, c, "MEDIC");
    assert_string_equal(now.waits, "dict_role MEDIC");
}

static void code__is_written__elsewhere_as_the_id_of_its_row(void **state)
{
    struct temp_store *t = *state;
    AUTO_CONFIG *c = config_must(HEAD PAGES BADGES "field.role = r via notion\ndirection = both\n");
    link_row(t, "notion", "R", PAGE);
    struct rendering now = render(t, c, "MEDIC");
    assert_null(now.waits);
    assert_string_equal(cell_r(t, c, &now), "{\"r\":\"1aaaaaaaaaaa4aaa8aaaaaaaaaaaaaaa\"}");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dictionary__is_read__as_a_flow_of_its_own),
        cmocka_unit_test(dictionary__with_mistakes__says_what_to_write),
        cmocka_unit_test(check__looks__at_the_columns_of_a_dictionary),
        cmocka_unit_test(column__that_is_read_by_row__is_written_so),
        TEST(row_of_a_dictionary__is_read__as_its_code),
        TEST(row_of_a_dictionary__that_is_none__spoils_a_needed_field),
        TEST(row_of_a_dictionary__in_an_optional_field__becomes_the_fallback),
        TEST(scope__sees__the_code_behind_the_row),
        TEST(resolver__that_fails__stops_the_run),
        TEST(row_id__of_a_dictionary_of_pages__is_a_uuid_in_any_spelling),
        TEST(code__is_written__as_its_row),
        TEST(code__is_written__elsewhere_as_the_id_of_its_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

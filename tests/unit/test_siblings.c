/* test_siblings.c: rows that name rows of their own table, around a plan that is looked at first:
 * shown, approved, approved in part, and a long chain of them. What comes of them otherwise:
 * tests/scenario/396 on. */
#include "store/plans.h"
#include "store/quarantine.h"
#include "sync/engine.h"
#include "sync/http.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/fake_remote.h"
#include "tests/support/temp_store.h"

#include <stdlib.h>

static const char config[] =
    "[rosterd]\nstore = s.db\nyear = 2026\n[telegram]\ntoken = t\nadmins = 1001\n"
    "[remote grist]\nkind = grist\napi_url = http://127.0.0.1:1\ntoken = t\ndoc = d\n"
    "[flow badges]\nremote = grist\ntable = B\nentity = badge\nkey = UUID\nfield.name = name\n"
    "field.diet = diet\nfield.feed = feed\nfield.role = role\nfield.parent_id = parent via grist\n";

struct lab {
    struct temp_store *t;
    struct config *cfg;
    struct limiters *limiters;
    struct remotes *remotes;
    struct fake_remote *grist;
    struct fake_table *badges;
    struct report report;
};

static void put(struct lab *lab, unsigned id, const char *column, const char *json)
{
    struct fake_row *row = fake_find(lab->badges, arena_printf(lab->t->arena, "%u", id));
    if (!row)
        row = fake_add(lab->grist, lab->badges, arena_printf(lab->t->arena, "%u", id));
    fake_set(lab->grist, lab->badges, row, column, json);
}

/* parent 0: nobody's child. */
static void put_badge(struct lab *lab, unsigned id, unsigned parent)
{
    put(lab, id, "name", arena_printf(lab->t->arena, "\"Имя %u\"", id));
    put(lab, id, "diet", "\"веган\"");
    put(lab, id, "feed", "\"бесплатно\"");
    put(lab, id, "role", "\"волонтёр\"");
    put(lab, id, "UUID", arena_printf(lab->t->arena, "\"00000000-0000-4000-8000-%012u\"", id));
    put(lab, id, "parent", parent ? arena_printf(lab->t->arena, "{\"ref\":\"%u\"}", parent) : NULL);
}

static int setup(void **state)
{
    static const char *const columns[] = {"name", "diet", "feed", "role", "UUID"};
    struct lab *lab = xcalloc(1, sizeof *lab);
    void *store = NULL;
    if (temp_store_setup(&store))
        return -1;
    http_global_init();
    lab->t = store;
    lab->cfg = config_must(config);
    lab->limiters = limiters_new(lab->cfg);
    lab->remotes = remotes_new(lab->cfg, lab->limiters, NULL);
    lab->grist = fake_remote_new(lab->cfg->remotes[0], (struct fake_options){.numbered = true});
    remotes_replace(lab->remotes, lab->cfg->remotes[0], fake_remote_base(lab->grist));
    lab->badges = fake_table(lab->grist, "B");
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        fake_column(lab->badges, columns[i], "text");
    fake_column(lab->badges, "parent", "Ref:B");
    *state = lab;
    return 0;
}

static int teardown(void **state)
{
    struct lab *lab = *state;
    void *store = lab->t;
    remotes_free(lab->remotes);
    limiters_free(lab->limiters);
    fake_remote_free(lab->grist);
    config_free(lab->cfg);
    free(lab);
    return temp_store_teardown(&store);
}

static void run(struct lab *lab, struct run_options opt)
{
    struct engine e = {lab->t->db, lab->cfg, lab->remotes};
    const struct step step = {config_flow(lab->cfg, "badges"), false};
    opt.actor = "telegram:1001";
    if (engine_run(&e, &step, &opt, lab->t->arena, &lab->report))
        fail_msg("%s", lab->report.error);
}

static int64_t preview(struct lab *lab)
{
    run(lab, (struct run_options){.dry_run = true, .keep_plan = true});
    return lab->report.plan;
}

static int64_t count(struct lab *lab, const char *what)
{
    return temp_store_int(lab->t, arena_printf(lab->t->arena, "SELECT count(*) FROM %s", what));
}

static void preview__shows__the_child_with_its_parent(void **state)
{
    struct lab *lab = *state;
    struct err err = {0};
    struct saved_op *ops;
    size_t n;
    put_badge(lab, 1, 2);
    put_badge(lab, 2, 0);
    int64_t plan = preview(lab);
    assert_int_equal(lab->report.counts.inserted, 2);
    assert_ok(plans_ops(lab->t->db, plan, 0, 10, lab->t->arena, &ops, &n, &err), err);
    assert_int_equal(n, 2);
    assert_string_equal(ops[0].remote_id, "2"); /* in the order in which it is done */
    assert_string_equal(ops[1].remote_id, "1");
    assert_has(ops[1].changes, "\"parent_id\":[null,\"00000000-0000-4000-8000-000000000002\"]");
    assert_int_equal(count(lab, "badge"), 0);
    run(lab, (struct run_options){.only_plan = plan, .chunk = 1});
    assert_int_equal(lab->report.counts.inserted, 2);
    assert_int_equal(lab->report.held, 0);
    assert_int_equal(count(lab, "badge WHERE parent_id IS NOT NULL"), 1);
}

static void approved_child__whose_parent_is_not_approved__waits_with_it(void **state)
{
    struct lab *lab = *state;
    put_badge(lab, 1, 2);
    put_badge(lab, 2, 3);
    put_badge(lab, 3, 0);
    put_badge(lab, 4, 0);
    int64_t plan = preview(lab);
    put(lab, 3, "name", "\"Другое\""); /* came since */
    run(lab, (struct run_options){.only_plan = plan});
    assert_int_equal(lab->report.held, 3);
    assert_int_equal(lab->report.gone, 1); /* the parent's row as it was */
    assert_int_equal(lab->report.counts.inserted, 1);
    assert_int_equal(count(lab, "badge"), 1);
    assert_int_equal(count(lab, "link"), 1);
    run(lab, (struct run_options){0});
    assert_int_equal(lab->report.counts.inserted, 3);
    assert_int_equal(count(lab, "badge WHERE parent_id IS NOT NULL"), 2);
    run(lab, (struct run_options){0});
    assert_true(report_is_quiet(&lab->report));
}

/* It is in no listing any more: quarantine is all that is left of it. */
static void row_in_quarantine__that_is_not_approved__stays_there(void **state)
{
    struct lab *lab = *state;
    put_badge(lab, 1, 2);
    put_badge(lab, 2, 0);
    put(lab, 2, "diet", NULL);
    run(lab, (struct run_options){0});
    assert_int_equal(count(lab, "quarantine"), 2);
    int64_t plan = preview(lab); /* nothing to do */
    put(lab, 2, "diet", "\"веган\"");
    run(lab, (struct run_options){.only_plan = plan});
    assert_int_equal(lab->report.held, 2);
    assert_int_equal(count(lab, "badge"), 0);
    assert_int_equal(count(lab, "quarantine"), 2);
    run(lab, (struct run_options){0});
    assert_int_equal(count(lab, "badge"), 2);
    assert_int_equal(count(lab, "quarantine"), 0);
}

/* Each names the next one: far more than anybody would hang on each other. */
static void long_chain__comes_in__a_piece_in_every_run(void **state)
{
    enum { LENGTH = 40 };
    struct lab *lab = *state;
    int64_t in = 0, before;
    for (unsigned i = 1; i <= LENGTH; i++)
        put_badge(lab, i, i < LENGTH ? i + 1 : 0);
    do {
        before = in;
        run(lab, (struct run_options){0});
        in = count(lab, "badge");
        assert_int_equal(count(lab, "quarantine WHERE state = 'waiting'"), LENGTH - in);
        assert_true(in >= before + 16 || in == LENGTH);
    } while (in < LENGTH);
    assert_true(before > 0);
    assert_int_equal(count(lab, "badge c JOIN badge p ON p.id = c.parent_id"), LENGTH - 1);
    run(lab, (struct run_options){0});
    run(lab, (struct run_options){0});
    assert_true(report_is_quiet(&lab->report));
}

#define WITH_LAB(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LAB(preview__shows__the_child_with_its_parent),
        WITH_LAB(approved_child__whose_parent_is_not_approved__waits_with_it),
        WITH_LAB(row_in_quarantine__that_is_not_approved__stays_there),
        WITH_LAB(long_chain__comes_in__a_piece_in_every_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

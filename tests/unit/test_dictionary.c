/* test_dictionary.c: a run of a dictionary's flow around its plan: kept, approved, overtaken,
 * stopped; and how such a flow shows in the chat. What it does with rows: tests/scenario/213 on. */
#include "bot/status.h"
#include "store/plans.h"
#include "store/quarantine.h"
#include "sync/engine.h"
#include "sync/http.h"
#include "sync/undo/undo.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/fake_remote.h"
#include "tests/support/one_chat.h"

#include <stdlib.h>

static const char config[] =
    "[rosterd]\nstore = s.db\nyear = 2026\n[telegram]\ntoken = t\nadmins = 1001\n"
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
    "[flow people]\nremote = coda\ntable = P\nentity = person\nfield.name = N\n"
    "[flow roles]\nremote = coda\ntable = Roles\ndictionary = role\nfield.code = Code\n"
    "field.name = Name\n";

struct lab {
    struct one_chat *chat;
    struct temp_store *t;
    struct config *cfg;
    struct limiters *limiters;
    struct remotes *remotes;
    struct fake_remote *coda;
    struct fake_table *roles;
    struct report report;
    bool meddle; /* somebody renames an entry while the plan is being made */
};

static void put_row(struct lab *lab, const char *id, const char *code, const char *name)
{
    struct fake_row *row = fake_find(lab->roles, id);
    if (!row)
        row = fake_add(lab->coda, lab->roles, id);
    fake_set(lab->coda, lab->roles, row, "Code", arena_printf(lab->t->arena, "\"%s\"", code));
    fake_set(lab->coda, lab->roles, row, "Name", arena_printf(lab->t->arena, "\"%s\"", name));
}

static int setup(void **state)
{
    struct lab *lab = xcalloc(1, sizeof *lab);
    void *chat = NULL;
    if (one_chat_setup(&chat))
        return -1;
    http_global_init();
    lab->chat = chat;
    lab->t = lab->chat->f->store;
    lab->cfg = config_must(config);
    lab->chat->bot.cfg = lab->cfg;
    lab->limiters = limiters_new(lab->cfg);
    lab->remotes = remotes_new(lab->cfg, lab->limiters, NULL);
    lab->coda = fake_remote_new(lab->cfg->remotes[0], (struct fake_options){0});
    remotes_replace(lab->remotes, lab->cfg->remotes[0], fake_remote_base(lab->coda));
    lab->roles = fake_table(lab->coda, "Roles");
    fake_column(lab->roles, "Code", "text");
    fake_column(lab->roles, "Name", "text");
    put_row(lab, "r1", "MEDIC", "врач");
    put_row(lab, "r2", "HELPER", "помощник");
    *state = lab;
    return 0;
}

static int teardown(void **state)
{
    struct lab *lab = *state;
    void *chat = lab->chat;
    remotes_free(lab->remotes);
    limiters_free(lab->limiters);
    fake_remote_free(lab->coda);
    config_free(lab->cfg);
    free(lab);
    return one_chat_teardown(&chat);
}

static bool on_progress(void *ctx, const struct progress *p)
{
    struct lab *lab = ctx;
    struct err err = {0};
    if (lab->meddle && p->phase == PROGRESS_JUDGE)
        assert_ok(DB_RUN(lab->t->db, &err,
                         "UPDATE dict_role SET name = 'санитар' WHERE code = 'MEDIC'"),
                  err);
    return true;
}

static int run(struct lab *lab, struct run_options opt)
{
    struct engine e = {lab->t->db, lab->cfg, lab->remotes};
    const struct step step = {config_flow(lab->cfg, "roles"), false};
    opt.actor = "telegram:1001";
    opt.progress = on_progress;
    opt.ctx = lab;
    return engine_run(&e, &step, &opt, lab->t->arena, &lab->report);
}

static const char *name_of(struct lab *lab, const char *code)
{
    return temp_store_text(lab->t,
                           arena_printf(lab->t->arena,
                                        "SELECT name FROM dict_role WHERE code = '%s'", code));
}

static void preview__keeps__entries_by_their_names(void **state)
{
    struct lab *lab = *state;
    struct err err = {0};
    struct saved_op *ops;
    size_t n;
    assert_int_equal(run(lab, (struct run_options){.dry_run = true, .keep_plan = true}), 0);
    assert_int_equal(lab->report.counts.inserted, 1);
    assert_int_equal(lab->report.counts.updated, 1);
    assert_ok(plans_ops(lab->t->db, lab->report.plan, 0, 10, lab->t->arena, &ops, &n, &err), err);
    assert_int_equal(n, 2);
    assert_string_equal(ops[0].op, "update");
    assert_string_equal(ops[0].entity, "dict_role");
    assert_string_equal(ops[0].local_id, "MEDIC");
    assert_string_equal(ops[0].remote_id, "r1");
    assert_string_equal(ops[0].name, "врач");
    assert_string_equal(ops[0].changes, "{\"name\":[\"медик\",\"врач\"]}");
    assert_string_equal(ops[0].reason, "changed in coda");
    assert_string_equal(ops[1].op, "insert");
    assert_string_equal(ops[1].name, "помощник");
    assert_string_equal(ops[1].changes,
                        "{\"code\":[null,\"HELPER\"],\"name\":[null,\"помощник\"]}");
    assert_string_equal(name_of(lab, "MEDIC"), "медик");
    assert_null(name_of(lab, "HELPER"));
    assert_int_equal(temp_store_int(lab->t, "SELECT count(*) FROM link WHERE entity = 'dict_role'"),
                     0);
}

static void approved_plan__is_done__to_the_letter(void **state)
{
    struct lab *lab = *state;
    assert_int_equal(run(lab, (struct run_options){.dry_run = true, .keep_plan = true}), 0);
    int64_t plan = lab->report.plan;
    put_row(lab, "r1", "MEDIC", "доктор"); /* came since */
    assert_int_equal(run(lab, (struct run_options){.only_plan = plan}), 0);
    assert_int_equal(lab->report.held, 1);
    assert_int_equal(lab->report.gone, 1);
    assert_string_equal(name_of(lab, "MEDIC"), "медик");
    assert_string_equal(name_of(lab, "HELPER"), "помощник");
    assert_int_equal(run(lab, (struct run_options){0}), 0);
    assert_string_equal(name_of(lab, "MEDIC"), "доктор");
    assert_int_equal(run(lab, (struct run_options){0}), 0);
    assert_true(report_is_quiet(&lab->report));
    assert_int_equal(lab->report.known, 2);
}

static void entry__that_somebody_changed_meanwhile__is_left_for_the_next_run(void **state)
{
    struct lab *lab = *state;
    lab->meddle = true;
    assert_int_equal(run(lab, (struct run_options){0}), 0);
    assert_int_equal(lab->report.held, 1);
    assert_int_equal(lab->report.counts.updated, 0);
    assert_string_equal(name_of(lab, "MEDIC"), "санитар");
    assert_string_equal(name_of(lab, "HELPER"), "помощник");
    lab->meddle = false;
    assert_int_equal(run(lab, (struct run_options){0}), 0); /* still the first sight: the table's */
    assert_string_equal(name_of(lab, "MEDIC"), "врач");
}

static void brake__keeps__what_it_held_back(void **state)
{
    struct lab *lab = *state;
    struct err err = {0};
    struct saved_plan *plan;
    assert_int_equal(run(lab, (struct run_options){0}), 0);
    fake_set_state(lab->coda, fake_find(lab->roles, "r1"), FAKE_GONE);
    fake_set_state(lab->coda, fake_find(lab->roles, "r2"), FAKE_GONE);
    put_row(lab, "r3", "FAN", "поклонник");
    assert_int_equal(run(lab, (struct run_options){0}), -1);
    assert_string_equal(lab->report.state, "stopped");
    assert_string_equal(lab->report.error, "none of the 2 known rows is in the listing of 1");
    assert_ok(plans_get(lab->t->db, lab->report.plan, lab->t->arena, &plan, &err), err);
    assert_string_equal(plan->brake, lab->report.error);
    assert_int_equal(plan->counts.inserted, 1);
    assert_null(name_of(lab, "FAN"));
}

static void table__too_long_for_a_dictionary__is_refused(void **state)
{
    struct lab *lab = *state;
    fake_remote_options(lab->coda)->page_size = 500;
    for (int i = 0; i < 1001; i++)
        put_row(lab, arena_printf(lab->t->arena, "x%d", i), "A", "а");
    assert_int_equal(run(lab, (struct run_options){0}), -1);
    assert_string_equal(lab->report.error,
                        "«Roles» has 1003 rows, a dictionary has at most 1000; correct table in "
                        "[flow roles]");
    assert_int_equal(temp_store_int(lab->t, "SELECT count(*) FROM quarantine"), 0);
}

static void status__counts__entries_whose_row_is_there(void **state)
{
    struct lab *lab = *state;
    struct err err = {0};
    struct status status;
    assert_int_equal(run(lab, (struct run_options){0}), 0);
    fake_set_state(lab->coda, fake_find(lab->roles, "r2"), FAKE_GONE);
    assert_int_equal(run(lab, (struct run_options){0}), 0);
    assert_ok(status_read(lab->t->db, lab->cfg, lab->t->arena, &status, &err), err);
    assert_int_equal(status.n_steps, 2);
    assert_string_equal(status.steps[0].step.flow->name, "roles"); /* before all others */
    assert_int_equal(status.steps[0].known, 1);
}

static void chat__shows__the_dictionary_as_any_flow(void **state)
{
    struct lab *lab = *state;
    put_row(lab, "r4", "", "никто");
    assert_int_equal(run(lab, (struct run_options){0}), 0);
    assert_has(one_chat_say(lab->chat, "/status all"), "Роли");
    assert_has(one_chat_say(lab->chat, "/invalid"), "Роли, никто: у строки справочника нет кода");
    assert_has(one_chat_say(lab->chat, "/runs"), "Роли");
    const char *said = one_chat_say(lab->chat, arena_printf(lab->t->arena, "/run %lld",
                                                            (long long)lab->report.run));
    assert_has(said, "медик");
    assert_has(said, "врач");
    /* records are counted there, and entries are none */
    said = one_chat_say(lab->chat, "/start");
    assert_has(said, "1 человек");
    assert_null(strstr(said, "Роли"));
    assert_has(one_chat_say(lab->chat, "/sync roles"), "Роли");
}

/* The entries are the table's: what it says is mended there. */
static void undo__leaves__entries_alone(void **state)
{
    struct lab *lab = *state;
    assert_int_equal(run(lab, (struct run_options){0}), 0);
    const char *said = one_chat_say(lab->chat, arena_printf(lab->t->arena, "/undo %lld",
                                                            (long long)lab->report.run));
    assert_has(said, "сверял справочник, а он следует своей таблице: поправьте там");
    assert_string_equal(name_of(lab, "MEDIC"), "врач");
    assert_string_equal(lab->chat->buttons, "Прогоны → runs\n");
}

#define WITH_LAB(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LAB(preview__keeps__entries_by_their_names),
        WITH_LAB(approved_plan__is_done__to_the_letter),
        WITH_LAB(entry__that_somebody_changed_meanwhile__is_left_for_the_next_run),
        WITH_LAB(brake__keeps__what_it_held_back),
        WITH_LAB(table__too_long_for_a_dictionary__is_refused),
        WITH_LAB(status__counts__entries_whose_row_is_there),
        WITH_LAB(chat__shows__the_dictionary_as_any_flow),
        WITH_LAB(undo__leaves__entries_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

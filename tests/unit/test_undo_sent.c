/* test_undo_sent.c: undoing a push: rows that it made go, fields that it carried go back, rows that
 * it took away come back; and an undo of thousands of records, killed at every commit. */
#include "store/journal.h"
#include "store/pauses.h"
#include "store/rows.h"
#include "tests/support/undo_lab.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WHO  "Лис Мария, Инфоцентр"
#define BASE "{\"year\":2026,\"role\":\"VOLUNTEER\",\"status\":\"PLANNED\"}"

/* ---------------------------------------------------------------- what a push has sent */

/* done: false: nobody has heard of it. */
static int64_t send(struct small_festival *f, int64_t run, const char *op, const char *payload,
                    bool done)
{
    struct err err = {0};
    int64_t id;
    const struct intent i = {.run = run,
                             .flow = "part:push",
                             .remote = "coda",
                             .tbl = "Part",
                             .op = op,
                             .entity = "participation",
                             .local_id = PART,
                             .part = "",
                             .remote_id = "i-1",
                             .payload = payload,
                             .sent_at = 1550};
    assert_ok(journal_send(f->db, &i, &id, &err), err);
    if (done)
        assert_ok(journal_done(f->db, id, "i-1", 1560, &err), err);
    return id;
}

static int64_t push(struct small_festival *f, const char *op, const char *payload)
{
    int64_t run = lab_run(f, "part:push", "push");
    send(f, run, op, payload, true);
    lab_run_over(f, run, 1);
    return run;
}

#define INSERTED "{\"cells\":{},\"base\":" BASE ",\"changes\":{\"role\":[null,\"VOLUNTEER\"]}}"

static void row_it_made__goes__and_the_record_stays(void **state)
{
    struct small_festival *f = *state;
    int64_t run = push(f, "insert", INSERTED);
    assert_string_equal(lab_plan(f, run), "row goes " WHO ": coda: Part\n");
    struct undo_done done = lab_undo(f, run, 0);
    assert_int_equal(done.counts.rows_gone, 1);
    assert_string_equal(small_festival_link(f)->wish, "gone");
    assert_false(lab_deleted(f, "participation", PART));
    assert_int_equal(lab_state(f, run), UNDO_ALREADY);
    assert_string_equal(temp_store_text(f->store,
                                        "SELECT flow || ' ' || kind || ' ' || deleted FROM run"
                                        " ORDER BY id DESC"),
                        "part:push undo 1");
    /* the undo of that: nothing is wished of the row any more */
    assert_string_equal(lab_plan(f, done.run), "row stays " WHO ": coda: Part\n");
    int64_t redo = lab_undo(f, done.run, 0).run;
    assert_null(small_festival_link(f)->wish);
    lab_undo(f, redo, 0);
    assert_string_equal(small_festival_link(f)->wish, "gone");
}

/* Marks follow from their rows: nothing is undone of them, the other writes are. */
static void marks__stay__as_their_rows_say(void **state)
{
    struct small_festival *f = *state;
    AUTO_BUF mark = BUF_INIT(1000);
    struct undo_plan plan;
    struct err err = {0};
    buf_add(&mark, "{\"changes\":{\"to_delete\":[null,\"Invalid role\"]}}");
    int64_t only = lab_run(f, "part:push", "push");
    send(f, only, "mark", buf_str(&mark), true);
    send(f, only, "clear", "{\"changes\":{}}", true);
    lab_run_over(f, only, 1);
    assert_string_equal(lab_plan(f, only), "");
    assert_int_equal(lab_state(f, only), UNDO_MARKS);
    assert_ok(undo_plan(f->db, f->cfg, only, NULL, NULL, f->arena, &plan, &err), err);
    assert_int_equal(plan.counts.marks, 2);
    assert_int_equal(plan.counts.kept, 0);

    int64_t both = lab_run(f, "part:push", "push");
    send(f, both, "insert", INSERTED, true);
    send(f, both, "mark", buf_str(&mark), true);
    lab_run_over(f, both, 1);
    assert_string_equal(lab_plan(f, both), "row goes " WHO ": coda: Part\n");
    assert_int_equal(lab_state(f, both), UNDO_READY);
    struct undo_done done = lab_undo(f, both, 0);
    assert_int_equal(done.counts.rows_gone, 1);
    assert_int_equal(done.counts.marks, 1);
    assert_int_equal(lab_state(f, both), UNDO_ALREADY);
}

/* A push has seen to the wish; now somebody wants the row after all. */
static void row_that_went__comes_back__when_the_undo_is_undone(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    int64_t undo = lab_undo(f, push(f, "insert", INSERTED), 0).run;
    assert_ok(links_set_wish(f->db, f->link->id, NULL, &err), err);
    assert_ok(links_set_missing(f->db, f->link->id, 9500, &err), err);
    assert_string_equal(lab_plan(f, undo), "row back " WHO ": coda: Part\n");
    lab_undo(f, undo, 0);
    assert_string_equal(small_festival_link(f)->wish, "back");
}

static void row_it_made__stays__when_the_record_changed(void **state)
{
    struct small_festival *f = *state;
    int64_t run = push(f, "insert", INSERTED);
    lab_set(f, 0, "participation", PART, "status", V_TEXT("ARRIVED"));
    assert_has(lab_plan(f, run), "keep " WHO ": status (changed later: " OLEG);
    lab_undo(f, run, 0);
    assert_null(small_festival_link(f)->wish);
}

/* The store's value won, so the record is as it was sent, but somebody has been at the row. */
static void row_it_made__stays__when_it_was_edited_there(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    int64_t run = push(f, "insert", INSERTED);
    struct link l = *small_festival_link(f);
    l.base = "{\"year\":2026,\"role\":\"MEDIC\",\"status\":\"PLANNED\"}";
    assert_ok(links_agree(f->db, &l, &err), err);
    assert_has(lab_plan(f, run), "keep " WHO ": role (changed later");
}

static void row_it_made__is_no_matter__when_it_is_gone_or_another(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    int64_t run = push(f, "insert", INSERTED);
    struct link l = *small_festival_link(f);
    l.remote_id = "i-2";
    assert_ok(links_move(f->db, &l, &err), err);
    assert_string_equal(lab_plan(f, run), "keep " WHO " (another row now)\n");
    l.remote_id = "i-1";
    assert_ok(links_move(f->db, &l, &err), err);
    assert_ok(links_set_missing(f->db, l.id, 3000, &err), err);
    assert_int_equal(lab_state(f, run), UNDO_ALREADY);
}

static void field_it_sent__goes_back__in_the_store(void **state)
{
    struct small_festival *f = *state;
    lab_set(f, 0, "participation", PART, "status", V_TEXT("ARRIVED"));
    int64_t run = push(f, "update", "{\"changes\":{\"status\":[\"PLANNED\",\"ARRIVED\"]}}");
    assert_string_equal(lab_plan(f, run), "set back " WHO ": status ARRIVED > PLANNED\n");
    int64_t rev = small_festival_get(f, "participation", PART)->rev;
    lab_undo(f, run, 0);
    assert_string_equal(lab_text(f, "status"), "PLANNED");
    /* it moved, so the next push looks at it */
    assert_true(small_festival_get(f, "participation", PART)->rev > rev);
    assert_int_equal(lab_state(f, run), UNDO_ALREADY);
}

static void field_it_sent__stays__when_it_is_another_by_now(void **state)
{
    struct small_festival *f = *state;
    lab_set(f, 0, "participation", PART, "status", V_TEXT("STARTED"));
    int64_t run = push(f, "update",
                       "{\"changes\":{\"status\":[\"PLANNED\",\"ARRIVED\"],\"year\":[2025,2026]}}");
    const char *plan = lab_plan(f, run);
    assert_has(plan, "set back " WHO ": year 2026 > 2025\n");
    assert_has(plan, "keep " WHO ": status (changed later: " OLEG);
}

static void column_of_several_values__is_named(void **state)
{
    struct small_festival *f = *state;
    int64_t run = push(f, "update", "{\"changes\":{\"Имя\":[\"Лис\",\"Лис Мария\"]}}");
    assert_string_equal(lab_plan(f, run), "keep " WHO ": Имя (made of other fields)\n");
}

/* A row written without knowing what was there: its fields must not become empty. */
static void row_written_blindly__is_left_alone(void **state)
{
    struct small_festival *f = *state;
    int64_t run = push(f, "update",
                       "{\"changes\":{\"role\":[null,\"VOLUNTEER\"],\"status\":[null,\"PLANNED\"]}"
                       ",\"base\":" BASE "}");
    assert_string_equal(lab_plan(f, run), "keep " WHO " (not known what it was)\n");
    /* nor of one whose row nothing required is written into */
    int64_t whole = push(f, "update",
                         "{\"changes\":{\"d\":[null,1],\"a\":[null,1],\"b\":[null,1],"
                         "\"c\":[null,1],\"status\":[\"PLANNED\",\"PLANNED\"],"
                         "\"position\":[null,\"x\"]}}");
    assert_string_equal(lab_plan(f, whole), "keep " WHO " (not known what it was)\n");
    int64_t brought =
        push(f, "update",
             "{\"restored\":true,\"changes\":{\"role\":[null,\"VOLUNTEER\"]},\"base\":" BASE "}");
    assert_string_equal(lab_plan(f, brought), "row goes " WHO ": coda: Part\n");
}

static void row_it_took_away__comes_back__with_its_record(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    lab_delete(f, 0, "participation", PART, true);
    int64_t run = push(f, "archive", "{\"cells\":{},\"base\":{},\"changes\":{}}");
    assert_ok(links_set_missing(f->db, f->link->id, 1560, &err), err);
    assert_string_equal(lab_plan(f, run), "restore " WHO "\nrow back " WHO ": coda: Part\n");
    lab_undo(f, run, 0);
    assert_false(lab_deleted(f, "participation", PART));
    assert_string_equal(small_festival_link(f)->wish, "back");
    assert_int_equal(lab_state(f, run), UNDO_ALREADY);
}

static void row_it_took_away__is_no_matter__when_it_is_there_again(void **state)
{
    struct small_festival *f = *state;
    int64_t run = push(f, "archive", "{\"changes\":{}}");
    assert_int_equal(lab_state(f, run), UNDO_ALREADY);
}

static void paused_record__keeps_its_row(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    bool fresh;
    assert_ok(pauses_set(f->db, "participation", PART, OLEG, 3000, &fresh, &err), err);
    assert_string_equal(lab_plan(f, push(f, "insert", INSERTED)), "keep " WHO " (paused)\n");
}

static void unheard_write__is_named__and_left_alone(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    int64_t run = lab_run(f, "part:push", "push"), other = lab_run(f, "part:push", "push");
    int64_t unheard = send(f, run, "update", "{\"changes\":{}}", false);
    lab_run_over(f, run, 0);
    lab_run_over(f, other, 0);
    assert_string_equal(lab_plan(f, run), "keep " WHO " (not clear whether written)\n");
    assert_string_equal(lab_plan(f, other), "");
    assert_ok(journal_drop(f->db, unheard, "no", 1, &err), err);
    assert_string_equal(lab_plan(f, run), "");
}

/* ---------------------------------------------------------------- many records, and kill -9 */

static void fill(struct small_festival *f, int64_t run, unsigned n)
{
    struct err err = {0};
    assert_ok(db_begin(f->db, &err), err);
    for (unsigned i = 0; i < n; i++) {
        AUTO_ARENA *scratch = arena_new(1 << 20);
        const struct change by = {.run = run, .source = "notion", .at = 1550};
        struct record *r = record_new(model_entity("person"), scratch);
        snprintf(r->id, sizeof r->id, "66666666-6666-4666-8666-%012u", i);
        r->v[model_field(r->e, "name")] = V_TEXT(arena_printf(scratch, "Человек %u", i));
        assert_ok(rows_insert(f->db, r, &by, &err), err);
        if (i % 2)
            continue;
        /* half of them were there before and changed */
        struct record *changed = record_copy(r, scratch);
        changed->v[model_field(r->e, "city")] = V_TEXT("Псков");
        assert_ok(DB_RUN(f->db, &err, "UPDATE audit SET run = NULL WHERE local_id = :id",
                         B_TEXT(":id", r->id)),
                  err);
        assert_ok(rows_update(f->db, r, changed, &by, &err), err);
    }
    assert_ok(db_commit(f->db, &err), err);
    lab_run_over(f, run, n);
}

static void thousands__go_back__within_seconds(void **state)
{
    struct small_festival *f = *state;
    struct timespec from, to;
    int64_t run = lab_run(f, "people", "pull");
    fill(f, run, 6000);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    size_t used = arena_used(f->arena);
    assert_int_equal(lab_state(f, run), UNDO_READY);
    assert_true(arena_used(f->arena) - used < 4096); /* no more for many than for one */
    struct undo_done done = lab_undo(f, run, 0);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    assert_int_equal(done.counts.deleted, 3000);
    assert_int_equal(done.counts.records, 3000);
    assert_int_equal(
        temp_store_int(f->store, "SELECT count(*) FROM person WHERE deleted = 0 AND city IS NULL"),
        3001);
    /* half a second here; sanitizers and busy machines take longer */
    assert_true(to.tv_sec - from.tv_sec < 30);
}

#define STATE                                                                                      \
    "SELECT group_concat(id || deleted || coalesce(city, '-'), ' ') FROM (SELECT * FROM person"    \
    " ORDER BY id)"
#define AUDIT "SELECT count(*) FROM audit WHERE run = (SELECT max(id) FROM run)"
#define RUN                                                                                        \
    "SELECT state || updated || ' ' || deleted || ' ' || unchanged FROM run WHERE kind = 'undo'"

static void die_at(void *ctx, const char *what)
{
    int *left = ctx;
    (void)what;
    if (!(*left)--)
        kill(getpid(), SIGKILL);
}

/* In a child, which dies before or after its n-th commit; false when it has fewer of them. */
static bool undo_killed(struct small_festival *f, int64_t run, int n)
{
    int status;
    db_close(f->db); /* no connection is carried over a fork */
    pid_t pid = fork();
    assert_true(pid >= 0);
    struct err err = {0};
    if (db_open(f->store->path, DB_WRITE, &f->db, &err))
        abort();
    f->store->db = f->db;
    if (!pid) {
        db_set_step_hook(f->db, die_at, &n);
        lab_undo(f, run, 7);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* However often it is killed, the same request ends where an undisturbed one ends. */
static void undo__goes_on__after_every_kill(void **state)
{
    struct small_festival *f = *state;
    int64_t run = lab_run(f, "people", "pull");
    fill(f, run, 30);
    lab_set(f, 0, "person", "66666666-6666-4666-8666-000000000004", "city", V_TEXT("Тверь"));
    int kills = 0;
    while (undo_killed(f, run, kills))
        assert_true(++kills < 40);
    assert_true(kills > 3);
    assert_int_equal(temp_store_int(f->store, "SELECT count(*) FROM run WHERE kind = 'undo'"), 1);
    assert_string_equal(temp_store_text(f->store, RUN), "done14 15 1");
    assert_int_equal(temp_store_int(f->store, AUDIT), 29);
    assert_int_equal(lab_state(f, run), UNDO_ALL_KEPT); /* the one that moved to Tver */
    const char *after = temp_store_text(f->store, STATE);
    assert_int_equal(lab_undo(f, run, 0).run, 0);
    assert_string_equal(temp_store_text(f->store, STATE), after);
}

#define T(f) cmocka_unit_test_setup_teardown(f, undo_lab_setup, small_festival_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(row_it_made__goes__and_the_record_stays),
        T(marks__stay__as_their_rows_say),
        T(row_that_went__comes_back__when_the_undo_is_undone),
        T(row_it_made__stays__when_the_record_changed),
        T(row_it_made__stays__when_it_was_edited_there),
        T(row_it_made__is_no_matter__when_it_is_gone_or_another),
        T(field_it_sent__goes_back__in_the_store),
        T(field_it_sent__stays__when_it_is_another_by_now),
        T(column_of_several_values__is_named),
        T(row_written_blindly__is_left_alone),
        T(row_it_took_away__comes_back__with_its_record),
        T(row_it_took_away__is_no_matter__when_it_is_there_again),
        T(paused_record__keeps_its_row),
        T(unheard_write__is_named__and_left_alone),
        T(thousands__go_back__within_seconds),
        T(undo__goes_on__after_every_kill),
    };
    return cmocka_run_group_tests_name("undo sent", tests, NULL, NULL);
}

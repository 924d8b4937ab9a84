/* test_journal.c: writes announced, heard of, given up; and which records a push looks at. */
#include "store/journal.h"
#include "store/outgoing.h"
#include "store/quarantine.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdio.h>

static int64_t send(struct temp_store *t, const char *op, const char *local)
{
    struct err err = {0};
    int64_t id = 0;
    const struct intent i = {.flow = "part:push",
                             .remote = "coda",
                             .tbl = "grid",
                             .op = op,
                             .entity = "participation",
                             .local_id = local,
                             .part = "",
                             .payload = "{}",
                             .sent_at = 1000};
    assert_ok(journal_send(t->db, &i, &id, &err), err);
    return id;
}

static struct intent *get(struct temp_store *t, int64_t id)
{
    struct err err = {0};
    struct intent *i = NULL;
    assert_ok(journal_get(t->db, id, t->arena, &i, &err), err);
    return i;
}

static size_t unheard(struct temp_store *t)
{
    struct err err = {0};
    struct intent *list;
    size_t n = 0;
    assert_ok(journal_unheard(t->db, "part:push", t->arena, &list, &n, &err), err);
    return n;
}

static void intent__is_unheard__until_it_is_done_or_dropped(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    int64_t a = send(t, "insert", "l1"), b = send(t, "update", "l2");
    assert_int_equal(unheard(t), 2);
    assert_string_equal(get(t, a)->state, "sent");
    assert_int_equal(get(t, a)->sent_at, 1000);
    assert_ok(journal_done(t->db, a, "row-1", 2000, &err), err);
    assert_ok(journal_drop(t->db, b, "refused", 2000, &err), err);
    assert_int_equal(unheard(t), 0);
    assert_string_equal(get(t, a)->remote_id, "row-1");
    assert_string_equal(get(t, a)->state, "done");
    assert_string_equal(get(t, b)->state, "dropped");
    assert_string_equal(get(t, b)->error, "refused");
    assert_null(get(t, 99));
}

static void lost_insert__is_looked_for__with_pauses(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct intent *i;
    int64_t id = send(t, "insert", "l1");
    send(t, "update", "l1");
    assert_ok(journal_unsure(t->db, id, "maybe", "timeout", &err), err);
    assert_ok(journal_wait(t->db, id, 5000, &err), err);
    assert_int_equal(get(t, id)->attempts, 0);
    assert_ok(journal_look_later(t->db, id, 9000, "not found yet", &err), err);
    assert_int_equal(get(t, id)->attempts, 1);
    assert_int_equal(get(t, id)->not_before, 9000);
    assert_string_equal(get(t, id)->remote_id, "maybe");
    assert_ok(journal_set_ref(t->db, id, "adopt", &err), err);
    assert_int_equal(get(t, id)->not_before, 0);
    assert_ok(journal_unheard_insert(t->db, "coda", "grid", "participation", "l1", t->arena, &i,
                                     &err),
              err);
    assert_int_equal(i->id, id);
    assert_ok(journal_unheard_insert(t->db, "coda", "other", "participation", "l1", t->arena, &i,
                                     &err),
              err);
    assert_null(i);
}

static void run__shows__what_was_done_in_pages(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct intent *list;
    size_t n;
    for (int i = 0; i < 5; i++) {
        int64_t id = send(t, "insert", "l");
        if (i != 2)
            assert_ok(journal_done(t->db, id, "r", 1, &err), err);
    }
    assert_ok(DB_RUN(t->db, &err,
                     "INSERT INTO run(id, flow, kind, actor, state, started_at)"
                     " VALUES(7, 'part:push', 'push', 'x', 'done', 1)"),
              err);
    assert_ok(DB_RUN(t->db, &err, "UPDATE intent SET run = 7"), err);
    assert_ok(journal_of_run(t->db, 7, 0, 3, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 3);
    assert_ok(journal_of_run(t->db, 7, list[2].id, 3, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 1);
}

/* ---------------------------------------------------------------- outgoing */

static void fill(struct temp_store *t)
{
    struct err err = {0};
    assert_ok(db_script(t->db,
                        "INSERT INTO person(id, name, deleted, created_at, updated_at, rev)"
                        " VALUES('p1', 'A', 0, 1, 1, 10), ('p2', 'B', 0, 1, 1, 20);"
                        "INSERT INTO team(id, name, type, deleted, created_at, updated_at, rev)"
                        " VALUES('t1', 'T', 'X', 0, 1, 1, 1);"
                        "INSERT INTO participation(id, year, person_id, team_id, role, status,"
                        " deleted, created_at, updated_at, rev) VALUES"
                        " ('a', 2026, 'p1', 't1', 'R', 'S', 0, 1, 1, 5),"
                        " ('b', 2026, 'p2', 't1', 'R', 'S', 0, 1, 1, 6),"
                        " ('c', 2026, 'p1', 't1', 'R', 'S', 0, 1, 1, 30);",
                        &err),
              err);
}

static const char *ids(struct temp_store *t, struct outgoing_query o)
{
    struct err err = {0};
    AUTO_BUF b = BUF_INIT(1000);
    char after[UUID_LEN + 1] = "";
    o.entity = model_entity("participation");
    o.flow = "part:push";
    o.remote = "coda";
    o.tbl = "grid";
    for (;;) {
        struct outgoing_id *list;
        size_t n;
        assert_ok(outgoing_list(t->db, &o, after, 2, t->arena, &list, &n, &err), err);
        for (size_t i = 0; i < n; i++)
            buf_addf(&b, "%s ", list[i].id);
        if (n < 2)
            return arena_strdup(t->arena, buf_str(&b));
        str_copy(after, sizeof after, list[n - 1].id);
    }
}

static void push__looks_at__what_changed(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    const struct entity *e = model_entity("participation");
    uint32_t person = 1u << model_field(e, "person_id");
    fill(t);
    assert_string_equal(ids(t, (struct outgoing_query){.all = true}), "a b c ");
    assert_string_equal(ids(t, (struct outgoing_query){.since = 5}), "b c ");
    assert_string_equal(ids(t, (struct outgoing_query){.since = 30}), "");
    /* a person's new name changes what is shown of their participations */
    assert_string_equal(ids(t, (struct outgoing_query){.since = 15, .refs = person}), "b c ");
    const struct jailed waiting = {.flow = "part:push",
                                   .remote_id = "a",
                                   .part = "",
                                   .waiting = true,
                                   .reason = "x",
                                   .raw = "{}",
                                   .last_seen = 1};
    assert_ok(quarantine_put(t->db, &waiting, &err), err);
    assert_string_equal(ids(t, (struct outgoing_query){.since = 30}), "a ");
    assert_ok(db_script(t->db,
                        "INSERT INTO link(entity, local_id, flow, remote, tbl, remote_id, base,"
                        " base_rev, seen_at, wish) VALUES"
                        " ('participation', 'b', 'part', 'coda', 'grid', 'r1', '{}', 6, 1, 'gone'),"
                        " ('participation', 'c', 'part', 'coda', 'grid', 'r2', '{}', 0, 1, NULL)",
                        &err),
              err);
    assert_string_equal(ids(t, (struct outgoing_query){.since = 30}), "a b c ");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(intent__is_unheard__until_it_is_done_or_dropped),
        TEST(lost_insert__is_looked_for__with_pauses),
        TEST(run__shows__what_was_done_in_pages),
        TEST(push__looks_at__what_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

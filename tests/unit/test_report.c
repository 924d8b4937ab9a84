/* test_report.c: a report goes into JSON and comes back the same. */
#include "sync/report.h"
#include "tests/support/check.h"

static struct report sample(void)
{
    return (struct report){
        .flow = "participation",
        .push = true,
        .run = 42,
        .state = "done",
        .counts = {.inserted = 1,
                   .updated = 2,
                   .unchanged = 3,
                   .deleted = 4,
                   .invalid = 5,
                   .conflicts = 6},
        .read = 7,
        .known = 8,
        .waiting = 9,
        .invalid = 10,
        .unread = 13,
        .new_unread = 14,
        .freed = 11,
        .unnamed = 12,
        .unnamed_names = "Аня; \"Боря\"",
        .took_ms = 12345678901,
        .future = 3,
        .future_row = "17",
        .full = true,
        .complete = true,
        .samples =
            {{.remote_id = "i-1", .reason = "Invalid role mapping", .detail = "кто \"я\"", .n = 3},
             {.remote_id = "i-2", .reason = "Invalid person ID", .waiting = true, .n = 1}},
        .n_samples = 2,
    };
}

static struct report round_trip(const struct report *in, struct arena *arena)
{
    AUTO_BUF b = BUF_INIT(1 << 16);
    AUTO_JSON *tree = NULL;
    struct err err = {0};
    struct report out;
    report_to_json(in, &b);
    assert_ok(json_parse(buf_str(&b), b.len, &tree, &err), err);
    assert_ok(report_from_json(tree, arena, &out, &err), err);
    return out;
}

static void report__goes_round__unchanged(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 16);
    struct report in = sample(), out = round_trip(&in, arena);
    assert_string_equal(out.flow, in.flow);
    assert_string_equal(out.state, in.state);
    assert_memory_equal(&out.counts, &in.counts, sizeof in.counts);
    assert_int_equal(out.run, 42);
    assert_int_equal(out.read, 7);
    assert_int_equal(out.known, 8);
    assert_int_equal(out.waiting, 9);
    assert_int_equal(out.invalid, 10);
    assert_int_equal(out.unread, 13);
    assert_int_equal(out.new_unread, 14);
    assert_int_equal(out.freed, 11);
    assert_int_equal(out.unnamed, 12);
    assert_string_equal(out.unnamed_names, "Аня; \"Боря\"");
    assert_int_equal(out.took_ms, 12345678901);
    assert_int_equal(out.future, 3);
    assert_string_equal(out.future_row, "17");
    assert_true(out.push);
    assert_true(out.full);
    assert_true(out.complete);
    assert_false(out.dry_run);
    assert_null(out.error);
    assert_int_equal(out.error_kind, ERR_NONE);
    assert_int_equal(out.n_samples, 2);
    assert_string_equal(out.samples[0].detail, "кто \"я\"");
    assert_int_equal(out.samples[0].n, 3);
    assert_false(out.samples[0].waiting);
    assert_null(out.samples[1].detail);
    assert_true(out.samples[1].waiting);
    assert_string_equal(out.samples[1].reason, "Invalid person ID");
}

static void failure__goes_round__with_its_kind(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 16);
    for (int kind = ERR_TEMP; kind <= ERR_CANCELED; kind++) {
        struct report in = {.flow = "f",
                            .state = "failed",
                            .error = "line\nbreak",
                            .dry_run = true,
                            .error_kind = (enum err_kind)kind};
        struct report out = round_trip(&in, arena);
        assert_int_equal(out.error_kind, kind);
        assert_string_equal(out.error, "line\nbreak");
        assert_true(out.dry_run);
    }
}

static void json__that_is_no_report__is_refused(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 16);
    static const char *const bad[] = {"{}",
                                      "[]",
                                      "null",
                                      "{\"flow\":\"f\"}",
                                      "{\"state\":\"done\"}",
                                      "{\"flow\":1,\"state\":\"done\"}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO_JSON *tree = NULL;
        struct err err = {0};
        struct report out;
        assert_ok(json_parse(bad[i], strlen(bad[i]), &tree, &err), err);
        assert_error(report_from_json(tree, arena, &out, &err), err, ERR_DATA, "lacks");
    }
}

static void samples__have__a_limit(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 16);
    AUTO_BUF b = BUF_INIT(1 << 16);
    AUTO_JSON *tree = NULL;
    struct err err = {0};
    struct report out;
    buf_add(&b, "{\"flow\":\"f\",\"state\":\"done\",\"samples\":[");
    for (int i = 0; i < REPORT_SAMPLES + 20; i++)
        buf_addf(&b, "%s{\"remote_id\":\"r%d\"}", i ? "," : "", i);
    buf_add(&b, "]}");
    assert_ok(json_parse(buf_str(&b), b.len, &tree, &err), err);
    assert_ok(report_from_json(tree, arena, &out, &err), err);
    assert_int_equal(out.n_samples, REPORT_SAMPLES);
}

static void quiet__is__a_run_that_found_nothing(void **state)
{
    (void)state;
    struct report r = {.flow = "f", .state = "done"};
    assert_true(report_is_quiet(&r));
    r.push = true; /* nothing was there to be sent */
    assert_true(report_is_quiet(&r));
    r.run = 1;
    assert_false(report_is_quiet(&r));
    r.run = 0;
    r.error = "x";
    assert_false(report_is_quiet(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(report__goes_round__unchanged),
        cmocka_unit_test(failure__goes_round__with_its_kind),
        cmocka_unit_test(json__that_is_no_report__is_refused),
        cmocka_unit_test(samples__have__a_limit),
        cmocka_unit_test(quiet__is__a_run_that_found_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_sender.c: what goes out when, over a transport in memory and a clock that the test moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/chat/html.h"
#include "bot/chat/send_limits.h"
#include "bot/chat/sender.h"
#include "store/base/clock.h"
#include "store/base/secret.h"
#include "tests/support/chat_array.h"
#include "tests/support/store_tmp.h"

#include <pthread.h>
#include <string.h>

/* ---------------------------------------------------------------- the limits alone */

static void a_chat__takes_a_burst_of_three__then_one_a_second(void **state)
{
    (void)state;
    struct send_limits *l = send_limits_new(1000, 0, 0);
    int64_t now = 5000;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(send_limits_wait(l, 7, false, now), 0);
        send_limits_went(l, 7, now);
    }
    assert_int_equal(send_limits_wait(l, 7, false, now), 1000);
    assert_int_equal(send_limits_wait(l, 8, false, now), 0);
    assert_int_equal(send_limits_wait(l, 7, false, now + 1000), 0);
    send_limits_went(l, 7, now + 1000);
    assert_int_equal(send_limits_wait(l, 7, false, now + 1000), 1000);
    assert_int_equal(send_limits_wait(l, 7, false, now + 60000), 0);
    send_limits_free(l);
}

static void a_group__has_its_minute__and_edits_leave_room(void **state)
{
    (void)state;
    struct send_limits *l = send_limits_new(0, 20, 0);
    int64_t now = 1;
    for (int i = 0; i < 15; i++, now += 100)
        send_limits_went(l, -7, now);
    assert_true(send_limits_wait(l, -7, true, now + 5000) > 50000);
    assert_int_equal(send_limits_wait(l, -7, false, now), 0);
    for (int i = 0; i < 5; i++, now += 100)
        send_limits_went(l, -7, now);
    assert_in_range(send_limits_wait(l, -7, false, now), 58000, 58500);
    assert_int_equal(send_limits_wait(l, -7, false, 1 + 60250), 0);
    assert_int_equal(send_limits_wait(l, -8, true, now), 0);
    send_limits_went(l, -8, now);
    assert_int_equal(send_limits_wait(l, -8, true, now), 3000);
    assert_int_equal(send_limits_wait(l, -8, false, now), 0);
    send_limits_free(l);
}

static void holds__stop__a_chat_or_all(void **state)
{
    (void)state;
    struct send_limits *l = send_limits_new(1000, 20, 40);
    int64_t ids[4], wait, now = 0;
    assert_int_equal(send_limits_held(l, now, ids, 4, &wait), 0);
    assert_int_equal(wait, -1);
    send_limits_hold(l, 7, 3000, now);
    send_limits_hold(l, 8, 2000, now);
    send_limits_hold(l, 7, 100, now); /* the longer one stays */
    assert_int_equal(send_limits_held(l, now, ids, 4, &wait), 2);
    assert_int_equal(wait, 2000);
    assert_int_equal(send_limits_held(l, now, ids, 1, &wait), 1);
    assert_int_equal(send_limits_wait_all(l, now), 0);
    send_limits_hold(l, 0, 500, now);
    assert_int_equal(send_limits_wait(l, 9, false, now), 500);
    send_limits_went(l, 9, now + 600);
    assert_int_equal(send_limits_wait_all(l, now + 600), 40);
    for (int64_t chat = 100; chat < 5000; chat++) /* idle ones are forgotten */
        send_limits_went(l, chat, 10000 + chat * 100);
    assert_int_equal(send_limits_held(l, 1000000, ids, 4, &wait), 0);
    send_limits_free(l);
}

/* ---------------------------------------------------------------- the sender */

struct fixture {
    struct store_tmp *store;
    struct chat_array *chat;
    struct sender *sender;
};

static struct err err;
#define OK(call) assert_int_equal(0, (call))

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    clock_test_skip_sleeps(true);
    err = (struct err){0};
    f->store = store_tmp_new();
    log_set_level((enum log_level) - 1); /* failures are what is tested here */
    f->chat = chat_array_new();
    OK(sender_new(&f->chat->chat, f->store->path, &f->sender, &err));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    sender_free(f->sender);
    chat_array_free(f->chat);
    store_tmp_free(f->store);
    free(f);
    clock_test_skip_sleeps(false);
    return 0;
}

/* The limits are read when the sender is made. */
static void limits(struct fixture *f, unsigned chat_gap, unsigned per_minute, unsigned gap)
{
    sender_free(f->sender);
    f->chat->ops.chat_gap_ms = chat_gap;
    f->chat->ops.group_per_minute = per_minute;
    f->chat->ops.gap_ms = gap;
    OK(sender_new(&f->chat->chat, f->store->path, &f->sender, &err));
}

static void say(struct fixture *f, int64_t chat, const char *slot, const char *text,
                bool intermediate)
{
    struct outgoing out = {.via = "array",
                           .chat_id = chat,
                           .text = text,
                           .slot = slot,
                           .intermediate = intermediate};
    OK(chatbox_say(f->store->db, &out, &err));
}

/* Runs until ms have passed or nothing is left to wait for. */
static void run(struct fixture *f, int64_t ms)
{
    int64_t wait, end = clock_mono_ms() + ms;
    for (int steps = 0; steps < 20000; steps++) {
        int done = sender_step(f->sender, &wait, &err);
        if (done < 0)
            fail_msg("%s", err.msg);
        if (done)
            continue;
        int64_t left = end - clock_mono_ms();
        if (wait < 0 || left <= 0)
            break;
        clock_test_advance(wait < left ? wait : left);
    }
}

static int64_t count(struct fixture *f, const char *sql)
{
    int64_t n = -1;
    OK(db_int_n(f->store->db, sql, NULL, 0, -1, &n, &err));
    return n;
}

static const struct array_call *call_at(struct fixture *f, size_t i)
{
    assert_true(i < f->chat->n_calls);
    return &f->chat->calls[i];
}

static void texts__go_out__in_order_and_spaced(void **state)
{
    struct fixture *f = *state;
    char text[16];
    limits(f, 1000, 0, 40);
    for (int i = 0; i < 8; i++) {
        snprintf(text, sizeof text, "%d", i);
        say(f, i % 2 ? 7 : 8, NULL, text, false);
    }
    run(f, 10000);
    assert_int_equal(f->chat->n_calls, 8);
    for (int chat = 7; chat <= 8; chat++) {
        int seen = 0, last = -1;
        int64_t first = 0;
        for (size_t i = 0; i < 8; i++) {
            const struct array_call *c = call_at(f, i);
            if (c->chat_id != chat)
                continue;
            assert_true(atoi(c->text) > last);
            last = atoi(c->text);
            first = seen++ ? first : c->at;
            if (seen == 4)
                assert_true(c->at - first >= 1000);
        }
        assert_int_equal(seen, 4);
    }
    for (size_t i = 1; i < 8; i++)
        assert_true(call_at(f, i)->at - call_at(f, i - 1)->at >= 40);
}

static void a_slot__is_edited__once_a_second_and_ends_with_its_last_state(void **state)
{
    struct fixture *f = *state;
    limits(f, 1000, 0, 0);
    char text[32];
    int64_t wait;
    for (int i = 0; i < 100; i++) { /* a run that reports ten times a second */
        snprintf(text, sizeof text, "%d %%", i);
        say(f, 7, "run", text, true);
        while (sender_step(f->sender, &wait, &err) > 0)
            ;
        clock_test_advance(100);
    }
    say(f, 7, "run", "done", false);
    run(f, 5000);
    assert_in_range(f->chat->n_calls, 10, 13);
    assert_int_equal(call_at(f, 0)->action, OUT_SEND);
    const struct array_call *last = call_at(f, f->chat->n_calls - 1);
    assert_int_equal(last->action, OUT_EDIT);
    assert_int_equal(last->message_id, 101);
    assert_string_equal(last->text, "done");
    for (size_t i = 1; i < f->chat->n_calls; i++)
        assert_true(call_at(f, i)->at - call_at(f, i - 1)->at >= 1000);
}

static void a_group__gets_its_messages__although_a_run_reports(void **state)
{
    struct fixture *f = *state;
    limits(f, 1000, 20, 0);
    char text[32];
    int64_t wait, began = clock_mono_ms();
    for (int i = 0; i < 600; i++) { /* a minute */
        snprintf(text, sizeof text, "%d %%", i);
        say(f, -7, "run", text, true);
        if (i == 590)
            say(f, -7, NULL, "a message", false);
        while (sender_step(f->sender, &wait, &err) > 0)
            ;
        clock_test_advance(100);
    }
    size_t in_minute = 0;
    bool said = false;
    for (size_t i = 0; i < f->chat->n_calls; i++) {
        in_minute += call_at(f, i)->at - began < 60000;
        said |= !strcmp(call_at(f, i)->text, "a message");
    }
    assert_true(said);
    assert_true(in_minute <= 20);
}

/* Behaviour E on sends and edits: nothing to that chat for two seconds; others go on. */
static void retry_after__holds__the_chat(void **state)
{
    struct fixture *f = *state;
    say(f, 7, "s", "a", false);
    run(f, 10);
    for (int edit = 0; edit < 2; edit++) {
        size_t from = f->chat->n_calls;
        if (edit)
            say(f, 7, "s", "b", false);
        else
            say(f, 7, NULL, "m", false);
        say(f, 7, NULL, "after", false);
        say(f, 8, NULL, "other", false);
        chat_array_fate(f->chat, (struct array_fate){.fate = SEND_LATER, .retry_s = 2});
        int64_t told = 0;
        run(f, 10000);
        for (size_t i = from; i < f->chat->n_calls; i++) {
            const struct array_call *c = call_at(f, i);
            if (i == from)
                told = c->at;
            else if (c->chat_id == 7)
                assert_true(c->at - told >= 2000);
            else
                assert_true(c->at - told < 2000);
        }
        assert_int_equal(f->chat->n_calls - from, 4);
        f->chat->next_fate = f->chat->n_fates;
    }
}

static void retry_after__holds_all__when_it_names_no_chat(void **state)
{
    struct fixture *f = *state;
    OK(chatbox_answer(f->store->db, "array", 7, "cb", "x", &err));
    say(f, 8, NULL, "m", false);
    chat_array_fate(f->chat, (struct array_fate){.fate = SEND_LATER, .retry_s = 3});
    run(f, 10000);
    assert_int_equal(f->chat->n_calls, 3);
    assert_true(call_at(f, 1)->at - call_at(f, 0)->at >= 3000);
}

static void no_connection__loses__nothing_and_counts_nothing(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 200; i++)
        chat_array_fate(f->chat, (struct array_fate){.fate = SEND_LATER});
    for (int i = 0; i < 3; i++)
        say(f, 7 + i, NULL, "m", false);
    run(f, INT64_C(3) * 3600 * 1000);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_out WHERE state = 'queued'"), 3);
    assert_int_equal(count(f, "SELECT max(attempts) FROM chat_out"), 0);
    assert_true(f->chat->n_calls < 200);
    f->chat->next_fate = f->chat->n_fates;
    run(f, 120000);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_out WHERE state = 'sent'"), 3);
}

static void a_refused_token__waits__a_minute(void **state)
{
    struct fixture *f = *state;
    chat_array_fate(f->chat, (struct array_fate){.fate = SEND_LATER, .kind = ERR_AUTH});
    say(f, 7, NULL, "m", false);
    run(f, 70000);
    assert_int_equal(f->chat->n_calls, 2);
    assert_true(call_at(f, 1)->at - call_at(f, 0)->at >= 60000);
}

static void a_lost_answer__is_said__once_more(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++)
        chat_array_fate(f->chat, (struct array_fate){.fate = SEND_UNSURE});
    say(f, 7, NULL, "m", false);
    run(f, 3600000);
    assert_int_equal(f->chat->n_calls, 2);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_out WHERE state = 'failed'"), 1);
}

static void a_failing_server__is_tried__with_backoff_and_a_limit(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 100; i++)
        chat_array_fate(f->chat, (struct array_fate){.fate = SEND_UNSURE, .retry_s = 5});
    say(f, 7, NULL, "m", false);
    run(f, INT64_C(20) * 3600 * 1000);
    assert_int_equal(f->chat->n_calls, 50);
    /* the wait is kept in UTC and measured in monotonic time: a millisecond of rounding is none of
     * ours */
    assert_in_range(call_at(f, 1)->at - call_at(f, 0)->at, 4990, 6000);
    assert_in_range(call_at(f, 40)->at - call_at(f, 39)->at, 299990, 301000);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_out WHERE state = 'failed'"), 1);
}

static void the_dead__get__no_more_tries(void **state)
{
    struct fixture *f = *state;
    OK(db_script(f->store->db,
                 "INSERT INTO chat_user(via, user_id, seen_at) VALUES ('array', 7, 0)", &err));
    chat_array_fate(f->chat, (struct array_fate){.fate = SEND_DEAD, .kind = ERR_DATA});
    say(f, 7, NULL, "a", false);
    say(f, 7, NULL, "b", false);
    run(f, 60000);
    assert_int_equal(f->chat->n_calls, 1);
    assert_int_equal(count(f, "SELECT dead FROM chat_user"), 1);
}

static void a_refused_message__is_not_repeated__and_blocks_nothing(void **state)
{
    struct fixture *f = *state;
    chat_array_fate(f->chat, (struct array_fate){.fate = SEND_REFUSED, .kind = ERR_DATA});
    say(f, 7, NULL, "bad", false);
    say(f, 7, NULL, "good", false);
    run(f, 60000);
    assert_int_equal(f->chat->n_calls, 2);
    assert_string_equal(call_at(f, 1)->text, "good");
}

static void a_vanished_message__is_sent_anew(void **state)
{
    struct fixture *f = *state;
    say(f, 7, "s", "a", false);
    run(f, 10);
    say(f, 7, "s", "b", false);
    chat_array_fate(f->chat, (struct array_fate){.fate = SEND_GONE, .kind = ERR_DATA});
    run(f, 5000);
    assert_int_equal(f->chat->n_calls, 3);
    assert_int_equal(call_at(f, 2)->action, OUT_SEND);
    assert_int_equal(count(f, "SELECT message_id FROM chat_out"), 102);
}

/* Behaviour R. */
static void a_migrated_group__gets__the_message_once(void **state)
{
    struct fixture *f = *state;
    chat_array_fate(f->chat, (struct array_fate){.fate = SEND_MIGRATED, .id = -1007});
    say(f, -7, NULL, "m", false);
    run(f, 10000);
    assert_int_equal(f->chat->n_calls, 2);
    assert_int_equal(call_at(f, 1)->chat_id, -1007);
    for (int i = 0; i < 10; i++)
        chat_array_fate(f->chat, (struct array_fate){.fate = SEND_MIGRATED, .id = -8 + i % 2});
    say(f, -8, NULL, "round and round", false);
    run(f, 60000);
    assert_true(f->chat->n_calls < 10);
}

/* Behaviour L through the sender: parts in order, the buttons under the last. */
static void a_long_text__goes_out__in_parts(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF text = BUF_INIT(1 << 16);
    buf_add(&text, "<b>");
    for (int i = 0; i < 2500; i++)
        buf_add(&text, "\xf0\x9f\x94\x84"); /* 5000 units */
    buf_add(&text, "</b>");
    f->chat->ops.text_max = 4096;
    struct outgoing out = {.via = "array",
                           .chat_id = 7,
                           .slot = "s",
                           .text = buf_str(&text),
                           .buttons = "[[{\"text\":\"x\",\"data\":\"y\"}]]"};
    OK(chatbox_say(f->store->db, &out, &err));
    say(f, 7, NULL, "after", false);
    chat_array_fate(f->chat, (struct array_fate){.fate = SEND_OK});
    chat_array_fate(f->chat, (struct array_fate){.fate = SEND_LATER, .retry_s = 1});
    run(f, 30000);
    assert_int_equal(f->chat->n_calls, 4); /* part 1, part 2 refused for now, part 2, after */
    assert_null(call_at(f, 0)->buttons);
    assert_int_equal(html_length(call_at(f, 0)->text), 4096);
    assert_true(html_valid(call_at(f, 0)->text));
    assert_string_equal(call_at(f, 1)->text, call_at(f, 2)->text);
    assert_int_equal(html_length(call_at(f, 2)->text), 904);
    assert_non_null(call_at(f, 2)->buttons);
    assert_string_equal(call_at(f, 3)->text, "after");
    assert_int_equal(count(f, "SELECT message_id FROM chat_out WHERE slot = 's'"), 101);
    say(f, 7, "s", "short", false);
    run(f, 5000);
    assert_int_equal(call_at(f, 4)->action, OUT_EDIT);
    assert_int_equal(call_at(f, 4)->message_id, 101);
}

static void a_blank_text__is_refused__without_a_call(void **state)
{
    struct fixture *f = *state;
    char spaces[40];
    memset(spaces, ' ', sizeof spaces - 1);
    spaces[39] = '\0';
    f->chat->ops.text_max = 20;
    say(f, 7, NULL, spaces, false);
    run(f, 1000);
    assert_int_equal(f->chat->n_calls, 0);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_out WHERE state = 'failed'"), 1);
}

static void what_is_too_old__is_dropped(void **state)
{
    struct fixture *f = *state;
    say(f, 7, "s", "progress", true);
    say(f, 8, NULL, "message", false);
    clock_test_advance(61000);
    run(f, 1000);
    assert_int_equal(f->chat->n_calls, 1);
    say(f, 8, NULL, "of yesterday", false);
    clock_test_advance(INT64_C(25) * 3600 * 1000);
    run(f, 1000);
    assert_int_equal(f->chat->n_calls, 1);
    say(f, 7, "s", "done", false); /* the final state still arrives */
    run(f, 1000);
    assert_string_equal(call_at(f, 1)->text, "done");
}

/* A disk that is full between sending and writing it down must not repeat the message. */
static void what_arrived__is_not_said_again__when_it_could_not_be_recorded(void **state)
{
    struct fixture *f = *state;
    int64_t wait;
    say(f, 7, NULL, "m", false);
    OK(db_script(f->store->db,
                 "CREATE TRIGGER no BEFORE UPDATE ON chat_out BEGIN SELECT RAISE(ABORT, 'no'); END",
                 &err));
    for (int i = 0; i < 5; i++)
        assert_int_equal(-1, sender_step(f->sender, &wait, &err));
    assert_int_equal(f->chat->n_calls, 1);
    OK(db_script(f->store->db, "DROP TRIGGER no", &err));
    run(f, 1000);
    assert_int_equal(f->chat->n_calls, 1);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_out WHERE state = 'sent'"), 1);
}

/* ---------------------------------------------------------------- files */

static void send_file(struct fixture *f, const char *caption, const char *content)
{
    struct outgoing_file file = {.via = "array",
                                 .chat_id = 7,
                                 .thread_id = 3,
                                 .name = "plan-318.csv",
                                 .content = content,
                                 .caption = caption};
    OK(chatbox_send_file(f->store->db, &file, &err));
}

static void a_file__goes_out__in_order_with_its_content(void **state)
{
    struct fixture *f = *state;
    f->chat->ops.text_max = 4;
    say(f, 7, NULL, "a", false);
    send_file(f, "<b>longer than a text may be</b>", "x,y\r\n");
    say(f, 7, NULL, "b", false);
    run(f, 10000);
    assert_int_equal(f->chat->n_calls, 3);
    const struct array_call *c = call_at(f, 1);
    assert_int_equal(c->action, OUT_FILE);
    assert_int_equal(c->thread_id, 3);
    assert_string_equal(c->file_name, "plan-318.csv");
    assert_string_equal(c->content, "x,y\r\n");
    assert_string_equal(c->text, "<b>longer than a text may be</b>");
    assert_string_equal(call_at(f, 2)->text, "b");
}

static void files__keep__the_limits_and_rules_of_messages(void **state)
{
    struct fixture *f = *state;
    limits(f, 1000, 0, 0);
    for (int i = 0; i < 4; i++)
        send_file(f, NULL, "x");
    run(f, 10000);
    assert_true(call_at(f, 3)->at - call_at(f, 0)->at >= 1000);
    static const struct {
        struct array_fate fate;
        size_t calls;
        const char *state;
    } cases[] = {{{.fate = SEND_LATER, .retry_s = 2}, 2, "'sent'"},
                 {{.fate = SEND_LATER}, 2, "'sent'"},
                 {{.fate = SEND_UNSURE}, 2, "'sent'"},
                 {{.fate = SEND_MIGRATED, .id = 7000}, 2, "'sent'"},
                 {{.fate = SEND_REFUSED, .kind = ERR_DATA}, 1, "'failed'"},
                 {{.fate = SEND_DEAD, .kind = ERR_DATA}, 1, "'failed'"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char sql[120];
        size_t before = f->chat->n_calls;
        chat_array_fate(f->chat, cases[i].fate);
        send_file(f, NULL, "x");
        run(f, 60000);
        assert_int_equal(f->chat->n_calls - before, cases[i].calls);
        snprintf(sql, sizeof sql, "SELECT state = %s FROM chat_out ORDER BY id DESC LIMIT 1",
                 cases[i].state);
        assert_int_equal(count(f, sql), 1);
        assert_string_equal(call_at(f, f->chat->n_calls - 1)->content, "x");
    }
    for (int i = 0; i < 3; i++)
        chat_array_fate(f->chat, (struct array_fate){.fate = SEND_UNSURE});
    size_t before = f->chat->n_calls;
    send_file(f, NULL, "x");
    run(f, 3600000);
    assert_int_equal(f->chat->n_calls - before, 2); /* said once more and no more */
}

static void without_files__the_beginning__is_told(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF csv = BUF_INIT(1 << 16);
    f->chat->ops.send_file = NULL;
    f->chat->ops.text_max = 4096;
    buf_add(&csv, "\xef\xbb\xbf"
                  "a,<b>\r\n");
    for (int i = 2; i <= 30; i++)
        buf_addf(&csv, "line %d\r\n", i);
    send_file(f, "<i>План</i>", buf_str(&csv));
    run(f, 1000);
    assert_int_equal(f->chat->n_calls, 1);
    const struct array_call *c = call_at(f, 0);
    assert_int_equal(c->action, OUT_SEND);
    assert_true(html_valid(c->text));
    assert_non_null(strstr(c->text, "<i>План</i>\nplan-318.csv\n<pre>a,&lt;b&gt;\nline 2\n"));
    assert_non_null(strstr(c->text, "line 20\n…"));
    assert_null(strstr(c->text, "line 21"));
    f->chat->ops.text_max = 100; /* in parts, when that is too long */
    send_file(f, "", buf_str(&csv));
    run(f, 60000);
    assert_true(f->chat->n_calls > 2);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_out WHERE state = 'sent'"), 2);
}

static void a_file_of_the_disk__goes_out__or_is_let_be(void **state)
{
    struct fixture *f = *state;
    char path[64];
    struct outgoing_file file = {.via = "array", .chat_id = 7, .name = "copy.db", .path = path};
    snprintf(path, sizeof path, "%s/copy", f->store->dir);
    FILE *out = fopen(path, "wb");
    fputs("bytes", out);
    fclose(out);
    OK(chatbox_send_file(f->store->db, &file, &err));
    run(f, 1000);
    assert_int_equal(call_at(f, 0)->action, OUT_FILE);
    assert_string_equal(call_at(f, 0)->content, "bytes");
    OK(chatbox_send_file(f->store->db, &file, &err));
    unlink(path); /* before it went */
    say(f, 7, NULL, "after", false);
    run(f, 5000);
    assert_int_equal(f->chat->n_calls, 2);
    assert_string_equal(call_at(f, 1)->text, "after");
    assert_int_equal(count(f, "SELECT count(*) FROM chat_out WHERE state = 'failed'"), 1);
    f->chat->ops.send_file = NULL; /* told where it lies */
    out = fopen(path, "wb");
    fputs("bytes", out);
    fclose(out);
    OK(chatbox_send_file(f->store->db, &file, &err));
    run(f, 5000);
    assert_string_equal(call_at(f, 2)->text, path);
}

static void a_file_without_content__blocks__nothing(void **state)
{
    struct fixture *f = *state;
    send_file(f, NULL, "x");
    OK(db_script(f->store->db, "UPDATE chat_out SET payload = json_remove(payload, '$.content')",
                 &err));
    say(f, 7, NULL, "after", false);
    run(f, 1000);
    assert_int_equal(f->chat->n_calls, 1);
    assert_string_equal(call_at(f, 0)->text, "after");
}

static void *thread(void *ctx)
{
    sender_run(ctx);
    return NULL;
}

static void the_thread__drains__before_it_ends(void **state)
{
    struct fixture *f = *state;
    pthread_t t;
    clock_test_skip_sleeps(false);
    for (int i = 0; i < 20; i++)
        say(f, 7 + i, NULL, "m", false);
    sender_stop(f->sender);
    pthread_create(&t, NULL, thread, f->sender);
    sender_wake(f->sender);
    sender_wait_end(f->sender);
    pthread_join(t, NULL);
    assert_int_equal(f->chat->n_calls, 20);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chat__takes_a_burst_of_three__then_one_a_second),
        cmocka_unit_test(a_group__has_its_minute__and_edits_leave_room),
        cmocka_unit_test(holds__stop__a_chat_or_all),
        T(texts__go_out__in_order_and_spaced),
        T(a_slot__is_edited__once_a_second_and_ends_with_its_last_state),
        T(a_group__gets_its_messages__although_a_run_reports),
        T(retry_after__holds__the_chat),
        T(retry_after__holds_all__when_it_names_no_chat),
        T(no_connection__loses__nothing_and_counts_nothing),
        T(a_refused_token__waits__a_minute),
        T(a_lost_answer__is_said__once_more),
        T(a_failing_server__is_tried__with_backoff_and_a_limit),
        T(the_dead__get__no_more_tries),
        T(a_refused_message__is_not_repeated__and_blocks_nothing),
        T(a_vanished_message__is_sent_anew),
        T(a_migrated_group__gets__the_message_once),
        T(a_long_text__goes_out__in_parts),
        T(a_blank_text__is_refused__without_a_call),
        T(what_is_too_old__is_dropped),
        T(what_arrived__is_not_said_again__when_it_could_not_be_recorded),
        T(a_file__goes_out__in_order_with_its_content),
        T(files__keep__the_limits_and_rules_of_messages),
        T(without_files__the_beginning__is_told),
        T(a_file_of_the_disk__goes_out__or_is_let_be),
        T(a_file_without_content__blocks__nothing),
        T(the_thread__drains__before_it_ends),
    };
    if (secret_init(&err))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

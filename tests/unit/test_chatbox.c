/* test_chatbox.c: updates that come in once, messages that go out in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/base/clock.h"
#include "store/base/secret.h"
#include "store/chat/chatbox.h"
#include "tests/support/store_tmp.h"

#include <string.h>

#define VIA "telegram"

static int setup(void **state)
{
    *state = store_tmp_new();
    return 0;
}

static int teardown(void **state)
{
    store_tmp_free(*state);
    return 0;
}

static struct err err;
#define OK(call) assert_int_equal(0, (call))

static struct db *db_of(void **state)
{
    err = (struct err){0};
    return ((struct store_tmp *)*state)->db;
}

static int64_t count(struct db *db, const char *sql)
{
    int64_t n = -1;
    OK(db_int_n(db, sql, NULL, 0, -1, &n, &err));
    return n;
}

static struct chat_update message(int64_t id, const char *text)
{
    return (struct chat_update){.update_id = id,
                                .kind = UPDATE_MESSAGE,
                                .chat_id = 7,
                                .user_id = 7,
                                .message_id = id,
                                .is_private = true,
                                .text = text};
}

static void receive(struct db *db, struct chat_update u)
{
    OK(chatbox_receive(db, VIA, &u, 1, u.update_id + 1, &err));
}

/* ---------------------------------------------------------------- coming in */

static void updates__survive__the_store(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct chat_update in = {.update_id = INT64_C(4503599627370495),
                             .kind = UPDATE_PRESS,
                             .chat_id = INT64_C(-1001234567890123),
                             .thread_id = 5,
                             .user_id = 6,
                             .message_id = 9,
                             .is_private = false,
                             .data = "a\"b\\",
                             .callback_id = "77",
                             .user_name = "Лис Мария\n",
                             .username = "lis",
                             .language = "ru",
                             .contact = "+7900",
                             .reply_to = 8,
                             .forwarded = true,
                             .file = {.id = "BQAC",
                                      .name = "a b.csv",
                                      .mime = "text/csv",
                                      .size = 9},
                             .moved_to = -3},
                       out;
    const char *via;
    int64_t id, offset;
    receive(db, in);
    OK(chatbox_offset(db, VIA, &offset, &err));
    assert_int_equal(offset, in.update_id + 1);
    OK(chatbox_claim(db, arena, &id, &via, &out, &err));
    assert_true(id > 0);
    assert_string_equal(via, VIA);
    AUTO_FREE char *a = chat_update_to_json(&in), *b = chat_update_to_json(&out);
    assert_string_equal(a, b);
    assert_null(out.text);
    OK(chatbox_done(db, id, &err));
    OK(chatbox_claim(db, arena, &id, &via, &out, &err));
    assert_int_equal(id, 0);
}

/* Behaviour C: an update_id that jumps down is new; the same update again is not. */
static void receive__takes__each_update_once_in_whatever_order_ids_come(void **state)
{
    struct db *db = db_of(state);
    int64_t offset;
    receive(db, message(900, "a"));
    receive(db, message(900, "a"));
    receive(db, message(5, "b"));
    receive(db, message(900, "another with the same id"));
    receive(db, message(5, "b"));
    assert_int_equal(count(db, "SELECT count(*) FROM chat_in"), 3);
    OK(chatbox_offset(db, VIA, &offset, &err));
    assert_int_equal(offset, 6);
    OK(chatbox_unread(db, VIA, &offset, &err));
    assert_int_equal(offset, 3);
}

static void receive__writes_nothing__without_news(void **state)
{
    struct db *db = db_of(state);
    receive(db, message(1, "a"));
    struct db *other = NULL;
    OK(db_open(((struct store_tmp *)*state)->path, DB_READ, &other, &err));
    int64_t before = db_data_version(other);
    OK(chatbox_receive(db, VIA, NULL, 0, 2, &err));
    assert_int_equal(before, db_data_version(other));
    OK(chatbox_receive(db, VIA, NULL, 0, 3, &err));
    assert_int_not_equal(before, db_data_version(other));
    db_close(other);
}

static void receive__revives__who_writes_and_buries_who_blocks(void **state)
{
    struct db *db = db_of(state);
    OK(db_script(db, "INSERT INTO chat_user(via, user_id, seen_at) VALUES ('telegram', 7, 0)",
                 &err));
    struct chat_update gone = message(1, NULL);
    gone.kind = UPDATE_GONE;
    receive(db, gone);
    assert_int_equal(count(db, "SELECT dead FROM chat_user"), 1);
    struct outgoing out = {.via = VIA, .chat_id = 7, .text = "x"};
    OK(chatbox_say(db, &out, &err));
    assert_int_equal(count(db, "SELECT count(*) FROM chat_out"), 0);
    receive(db, message(2, "/start"));
    assert_int_equal(count(db, "SELECT dead FROM chat_user"), 0);
    gone.update_id = 3;
    gone.is_private = false;
    gone.chat_id = -5;
    receive(db, gone); /* thrown out of a group */
    assert_int_equal(count(db, "SELECT dead FROM chat_user"), 0);
}

static void claim__drops__what_cannot_be_read(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct chat_update u;
    const char *via;
    int64_t id;
    receive(db, message(1, "a"));
    OK(db_script(db, "UPDATE chat_in SET payload = '{broken'", &err));
    receive(db, message(2, "b"));
    OK(chatbox_claim(db, arena, &id, &via, &u, &err));
    assert_string_equal(u.text, "b");
    assert_int_equal(count(db, "SELECT count(*) FROM chat_in WHERE state = 'dropped'"), 1);
}

/* ---------------------------------------------------------------- going out */

static void say(struct db *db, int64_t chat, const char *slot, const char *text, bool intermediate)
{
    struct outgoing out = {.via = VIA,
                           .chat_id = chat,
                           .text = text,
                           .slot = slot,
                           .intermediate = intermediate};
    OK(chatbox_say(db, &out, &err));
}

/* Items live until the end of the test. */
static struct out_item next_held(struct db *db, struct arena *arena, const int64_t *held,
                                 size_t n_held, int64_t *wait)
{
    struct out_item item;
    OK(chatbox_next(db, VIA, clock_now_ms(), held, n_held, arena, &item, wait, &err));
    return item;
}

static struct out_item next(struct db *db, struct arena *arena)
{
    int64_t wait;
    return next_held(db, arena, NULL, 0, &wait);
}

static void next__gives__texts_in_order_with_their_buttons(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct outgoing out = {.via = VIA,
                           .chat_id = 7,
                           .thread_id = 3,
                           .text = "раз <b>&amp;</b>",
                           .buttons = "[[{\"text\":\"Да\",\"data\":\"y:1\"}]]",
                           .silent = true};
    OK(chatbox_say(db, &out, &err));
    say(db, 7, NULL, "два", false);
    struct out_item a = next(db, arena);
    assert_int_equal(a.action, OUT_SEND);
    assert_string_equal(a.text, out.text);
    assert_string_equal(a.buttons, out.buttons);
    assert_true(a.silent);
    assert_int_equal(a.thread_id, 3);
    OK(chatbox_sent(db, &a, 11, 0, &err));
    struct out_item b = next(db, arena);
    assert_string_equal(b.text, "два");
    assert_null(b.buttons);
    OK(chatbox_sent(db, &b, 12, 0, &err));
    int64_t wait;
    assert_int_equal(next_held(db, arena, NULL, 0, &wait).id, 0);
    assert_int_equal(wait, -1);
    out.buttons = "[[";
    assert_int_equal(-1, chatbox_say(db, &out, &err));
    assert_int_equal(err.kind, ERR_DATA);
}

static void next__skips__held_chats_and_answers_first(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    int64_t wait, held[] = {7, -100};
    say(db, 7, NULL, "a", false);
    say(db, -100, NULL, "b", false);
    say(db, 8, NULL, "c", false);
    OK(chatbox_answer(db, VIA, 7, "cb", "", &err));
    struct out_item item = next_held(db, arena, held, 2, &wait);
    assert_int_equal(item.action, OUT_ANSWER);
    assert_string_equal(item.callback_id, "cb");
    OK(chatbox_sent(db, &item, 0, 0, &err));
    assert_string_equal(next_held(db, arena, held, 2, &wait).text, "c");
}

static void a_waiting_message__holds_back__the_later_ones_of_its_chat_only(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    int64_t wait;
    say(db, 7, NULL, "a", false);
    say(db, 7, NULL, "b", false);
    say(db, 8, NULL, "c", false);
    struct out_item a = next(db, arena);
    OK(chatbox_later(db, &a, clock_now_ms() + 5000, true, "busy", &err));
    struct out_item c = next(db, arena);
    assert_string_equal(c.text, "c");
    OK(chatbox_sent(db, &c, 1, 0, &err));
    assert_int_equal(next_held(db, arena, NULL, 0, &wait).id, 0);
    assert_in_range(wait, 4000, 5000);
    clock_test_advance(5000);
    a = next(db, arena);
    assert_string_equal(a.text, "a");
    assert_int_equal(a.attempts, 1);
}

static void a_late_answer__is_dropped(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    int64_t n;
    OK(chatbox_answer(db, VIA, 7, "cb", "x", &err));
    clock_test_advance(CHATBOX_ANSWER_MS + 1000);
    assert_int_equal(next(db, arena).id, 0);
    OK(chatbox_waiting(db, VIA, &n, &err));
    assert_int_equal(n, 0);
}

/* ---------------------------------------------------------------- slots */

static void a_slot__is_edited__and_skips_what_was_overtaken(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    say(db, 7, "run:1", "10 %", true);
    say(db, 7, "run:1", "20 %", true);
    struct out_item a = next(db, arena);
    assert_int_equal(a.action, OUT_SEND);
    assert_string_equal(a.text, "20 %");
    assert_true(a.intermediate);
    say(db, 7, "run:1", "30 %", true); /* while the second is under way */
    OK(chatbox_sent(db, &a, 55, 0, &err));
    struct out_item b = next(db, arena);
    assert_int_equal(b.action, OUT_EDIT);
    assert_int_equal(b.message_id, 55);
    assert_string_equal(b.text, "30 %");
    say(db, 7, "run:1", "done", false);
    OK(chatbox_failed(db, &b, "refused", &err)); /* of the older version: the newer one stays */
    struct out_item c = next(db, arena);
    assert_string_equal(c.text, "done");
    assert_false(c.intermediate);
    OK(chatbox_sent(db, &c, 0, 0, &err));
    assert_int_equal(next(db, arena).id, 0);
    assert_int_equal(count(db, "SELECT count(*) FROM chat_out"), 1);
    assert_int_equal(count(db, "SELECT message_id FROM chat_out"), 55);
}

static void a_slot__writes_nothing__for_an_equal_text(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct outgoing out = {.via = VIA,
                           .chat_id = 7,
                           .slot = "s",
                           .text = "a &amp; \"б\" / \x7f",
                           .buttons = "[[{\"text\":\"ё\",\"url\":\"https://x/?a=1\"}]]"};
    OK(chatbox_say(db, &out, &err));
    struct out_item a = next(db, arena);
    OK(chatbox_sent(db, &a, 5, 0, &err));
    OK(chatbox_say(db, &out, &err));
    assert_int_equal(count(db, "SELECT version FROM chat_out"), 1);
    assert_int_equal(next(db, arena).id, 0);
    out.buttons = NULL;
    OK(chatbox_say(db, &out, &err));
    assert_int_equal(next(db, arena).action, OUT_EDIT);
    out.intermediate = true; /* a state that was final is now said to be not: no news */
    OK(chatbox_say(db, &out, &err));
    assert_false(next(db, arena).intermediate);
}

static void a_slot__becomes_final__by_an_equal_text(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    say(db, 7, "s", "same", true);
    say(db, 7, "s", "same", false);
    assert_false(next(db, arena).intermediate);
}

static void a_failed_slot__is_tried_again__when_said_again(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    say(db, 7, "s", "x", false);
    struct out_item a = next(db, arena);
    OK(chatbox_failed(db, &a, "no", &err));
    assert_int_equal(next(db, arena).id, 0);
    say(db, 7, "s", "x", false);
    assert_string_equal(next(db, arena).text, "x");
}

static void intermediate_edits__come__after_all_messages(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    say(db, 7, "s", "0", true);
    struct out_item a = next(db, arena);
    OK(chatbox_sent(db, &a, 5, clock_now_ms() + 1000, &err));
    say(db, 7, "s", "1", true);
    say(db, 7, NULL, "message", false);
    clock_test_advance(1001);
    assert_string_equal(next(db, arena).text, "message");
    say(db, 7, "s", "final", false);
    assert_string_equal(next(db, arena).text, "final");
}

static void an_edit__is_not_before__its_time(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    int64_t wait;
    say(db, 7, "s", "0", true);
    struct out_item a = next(db, arena);
    OK(chatbox_sent(db, &a, 5, clock_now_ms() + 1000, &err));
    say(db, 7, "s", "1", true);
    assert_int_equal(next_held(db, arena, NULL, 0, &wait).id, 0);
    assert_in_range(wait, 900, 1000);
    clock_test_advance(1000);
    assert_string_equal(next(db, arena).text, "1");
}

static void parts__are__remembered(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    say(db, 7, "s", "long", false);
    struct out_item a = next(db, arena);
    OK(chatbox_part(db, &a, 1, 5, &err));
    say(db, 7, "s", "long", false); /* the same: nothing changes, and it goes on */
    struct out_item b = next(db, arena);
    assert_int_equal(b.part, 1);
    assert_int_equal(b.action, OUT_SEND);
    assert_int_equal(b.version, 1);
    say(db, 7, "s", "newer", false);
    struct out_item c = next(db, arena);
    assert_int_equal(c.part, 0);
    assert_int_equal(c.action, OUT_EDIT);
    assert_int_equal(c.message_id, 5);
}

static void resend__starts__a_new_message(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    say(db, 7, "s", "a", false);
    struct out_item a = next(db, arena);
    OK(chatbox_sent(db, &a, 5, 0, &err));
    say(db, 7, "s", "b", false);
    a = next(db, arena);
    OK(chatbox_resend(db, &a, &err));
    a = next(db, arena);
    assert_int_equal(a.action, OUT_SEND);
    assert_int_equal(a.attempts, 1);
    OK(chatbox_sent(db, &a, 6, 0, &err));
    assert_int_equal(count(db, "SELECT message_id FROM chat_out"), 6);
}

/* ---------------------------------------------------------------- files */

static struct outgoing_file file_of(const char *name, const char *content)
{
    return (struct outgoing_file){.via = VIA, .chat_id = 7, .name = name, .content = content};
}

static void send_file(struct db *db, const char *name, const char *content)
{
    struct outgoing_file f = file_of(name, content);
    OK(chatbox_send_file(db, &f, &err));
}

static void a_file__waits__in_its_place_among_the_messages(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    static const char content[] = "\xef\xbb\xbf"
                                  "имя,\"a\"\"b\"\r\n\x01\t\\ {\"x\":1}\r\n";
    struct outgoing_file f = file_of("план.csv", content);
    f.thread_id = 3;
    f.caption = "<b>План</b> & \"всё\"";
    say(db, 7, NULL, "before", false);
    OK(chatbox_send_file(db, &f, &err));
    say(db, 7, NULL, "after", false);
    struct out_item a = next(db, arena);
    assert_string_equal(a.text, "before");
    assert_null(a.file_name);
    OK(chatbox_later(db, &a, clock_now_ms() + 60000, true, "wait", &err));
    assert_int_equal(next(db, arena).id, 0); /* it holds the file back */
    OK(chatbox_later(db, &a, 0, true, "go", &err));
    OK(chatbox_sent(db, &a, 1, 0, &err));
    a = next(db, arena);
    assert_int_equal(a.action, OUT_FILE);
    assert_int_equal(a.thread_id, 3);
    assert_string_equal(a.file_name, "план.csv");
    assert_string_equal(a.text, f.caption);
    assert_null(a.content);
    AUTO_FREE char *read = NULL;
    OK(chatbox_content(db, &a, &read, &err));
    assert_string_equal(read, content);
    OK(chatbox_unsure(db, &a, clock_now_ms() + 60000, "lost", &err));
    assert_int_equal(next(db, arena).id, 0); /* the file holds back what follows */
    OK(chatbox_later(db, &a, 0, true, "go", &err));
    a = next(db, arena);
    assert_int_equal(a.unsure, 1);
    OK(chatbox_sent(db, &a, 2, 0, &err));
    assert_string_equal(next(db, arena).text, "after");
}

static void a_file__goes__with_its_effect(void **state)
{
    struct db *db = db_of(state);
    OK(db_begin(db, &err));
    send_file(db, "a.csv", "x");
    db_rollback(db);
    assert_int_equal(count(db, "SELECT count(*) FROM chat_out"), 0);
    OK(db_script(db,
                 "INSERT INTO chat_user(via, user_id, seen_at, dead)"
                 " VALUES ('telegram', 7, 0, 1)",
                 &err));
    send_file(db, "a.csv", "x"); /* who blocked the bot gets none */
    assert_int_equal(count(db, "SELECT count(*) FROM chat_out"), 0);
}

static void a_file__that_arrived__is_forgotten(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    AUTO_FREE char *read = NULL;
    send_file(db, "a.csv", "secret,lines\r\n");
    struct out_item a = next(db, arena);
    assert_string_equal(a.text, "");
    OK(chatbox_sent(db, &a, 1, 0, &err));
    assert_int_equal(count(db, "SELECT count(*) FROM chat_out WHERE payload LIKE '%secret%'"), 0);
    assert_int_equal(-1, chatbox_content(db, &a, &read, &err));
    assert_int_equal(err.kind, ERR_DATA);
    OK(chatbox_prune(db, clock_now_ms() + INT64_C(8) * 24 * 3600000, &err));
    assert_int_equal(count(db, "SELECT count(*) FROM chat_out"), 0);
}

static void a_file__has_a_limit__and_is_text(void **state)
{
    struct db *db = db_of(state);
    AUTO_FREE char *big = xmalloc(CHATBOX_FILE_MAX + 2), *read = NULL;
    AUTO_FREE char *caption = xmalloc(CHATBOX_CAPTION_MAX + 2);
    AUTO_ARENA *arena = arena_new(1 << 20);
    memset(big, '\x01', CHATBOX_FILE_MAX + 1); /* the longest as JSON */
    memset(caption, 'c', CHATBOX_CAPTION_MAX + 1);
    big[CHATBOX_FILE_MAX + 1] = caption[CHATBOX_CAPTION_MAX + 1] = '\0';
    struct outgoing_file bad[] = {file_of("a.csv", big),    file_of("a.csv", ""),
                                  file_of("", "x"),         file_of("a.csv", "\xff"),
                                  file_of("\xff.csv", "x"), file_of(caption, "x"),
                                  file_of("a.csv", "x")};
    bad[6].caption = caption;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(-1, chatbox_send_file(db, &bad[i], &err));
        assert_int_equal(err.kind, ERR_DATA);
        if (!i)
            assert_string_equal(err.msg, "a.csv has 8.0 MB, files of at most 8 MB can be sent");
    }
    assert_int_equal(count(db, "SELECT count(*) FROM chat_out"), 0);
    big[CHATBOX_FILE_MAX] = '\0';
    send_file(db, "a.csv", big);
    struct out_item a = next(db, arena); /* within an arena that could not hold it */
    OK(chatbox_content(db, &a, &read, &err));
    assert_true(!strcmp(read, big));
}

static void a_file__follows__its_chat(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    send_file(db, "a.csv", "x");
    OK(chatbox_migrate(db, VIA, 7, -1005, &err));
    struct out_item a = next(db, arena);
    assert_int_equal(a.chat_id, -1005);
    assert_int_equal(a.action, OUT_FILE);
    OK(chatbox_dead(db, VIA, -1005, "gone", &err));
    assert_int_equal(next(db, arena).id, 0);
}

/* ---------------------------------------------------------------- chats that end or move */

static void dead__fails__all_of_the_chat(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    OK(db_script(db, "INSERT INTO chat_user(via, user_id, seen_at) VALUES ('telegram', 7, 0)",
                 &err));
    say(db, 7, NULL, "a", false);
    say(db, 7, "s", "b", false);
    say(db, 8, NULL, "c", false);
    OK(chatbox_dead(db, VIA, 7, "blocked", &err));
    assert_int_equal(count(db, "SELECT dead FROM chat_user"), 1);
    assert_string_equal(next(db, arena).text, "c");
    assert_int_equal(count(db, "SELECT count(*) FROM chat_out WHERE state = 'failed'"), 2);
}

/* Behaviour R: the chat's id changes in the store. */
static void migrate__moves__the_queue_and_starts_slots_anew(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    say(db, -5, "s", "a", false);
    struct out_item a = next(db, arena);
    OK(chatbox_sent(db, &a, 9, 0, &err));
    say(db, -5, "s", "b", false);
    say(db, -1005, "s", "an older one under the new id", false);
    OK(db_begin(db, &err));
    OK(chatbox_migrate(db, VIA, -5, -1005, &err)); /* within a transaction */
    OK(db_commit(db, &err));
    a = next(db, arena);
    assert_int_equal(a.chat_id, -1005);
    assert_int_equal(a.action, OUT_SEND);
    assert_string_equal(a.text, "b");
    assert_int_equal(count(db, "SELECT count(*) FROM chat_out"), 1);
}

static void a_move__is_followed__by_all_that_knows_the_chat(void **state)
{
    struct db *db = db_of(state);
    int64_t id;
    /* whoever adds a table that knows chats has to move them too (move_sql), or to stand here */
    static const char not_moved[] =
        "SELECT count(*) FROM sqlite_master m JOIN pragma_table_info(m.name) c"
        " WHERE m.type = 'table' AND c.name = 'chat_id' AND m.name NOT IN ('chat_out', 'job_watch',"
        " 'confirmation', 'reminder', 'edit', 'alert_chat', 'alert_mute', 'alert_unwanted',"
        " 'chat_moved')";
    assert_int_equal(count(db, not_moved), 0);
    OK(db_script(
        db,
        "INSERT INTO confirmation(via, user_id, chat_id, slot, command, what, size, state,"
        " asked_at, since) VALUES ('telegram', 7, -5, 's', 'undo 1', '{}', 1, 'asked', 1, 1);"
        "INSERT INTO edit(via, user_id, chat_id, slot, entity, local_id, field, typed, state,"
        " asked_at) VALUES ('telegram', 7, -5, 's', 'person', 'p', 'phone', 1, 'asked', 1);"
        "INSERT INTO alert_unwanted(chat_id, what) VALUES (-5, 'digest'), (-1005, 'digest')",
        &err));
    struct chat_update moved = {.update_id = 1,
                                .kind = UPDATE_MOVED,
                                .chat_id = -5,
                                .moved_to = -1005};
    receive(db, moved);
    moved.update_id = 2; /* said again, from the other side */
    receive(db, moved);
    assert_int_equal(count(db, "SELECT chat_id FROM confirmation"), -1005);
    assert_int_equal(count(db, "SELECT chat_id FROM edit"), -1005);
    assert_int_equal(count(db, "SELECT count(*) FROM alert_unwanted"), 1);
    OK(chatbox_now_id(db, VIA, -5, &id, &err));
    assert_int_equal(id, -1005);
    OK(chatbox_migrate(db, VIA, -1005, -1006, &err));
    OK(chatbox_now_id(db, VIA, -5, &id, &err));
    assert_int_equal(id, -1006);
    OK(chatbox_now_id(db, VIA, -9, &id, &err));
    assert_int_equal(id, -9);
    OK(chatbox_migrate(db, VIA, -1006, -5, &err)); /* a circle ends */
    OK(chatbox_now_id(db, VIA, -5, &id, &err));
}

static void a_file_of_the_disk__is_read__when_it_goes(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    AUTO_FREE char *read = NULL, *again = NULL;
    size_t n = 0;
    char path[64];
    snprintf(path, sizeof path, "%s/copy.db", ((struct store_tmp *)*state)->dir);
    struct outgoing_file f = {.via = VIA,
                              .chat_id = 7,
                              .name = "copy.db",
                              .path = path,
                              .mime = "application/vnd.sqlite3"};
    assert_int_equal(-1, chatbox_send_file(db, &f, &err)); /* it is not there */
    assert_int_equal(err.kind, ERR_DATA);
    FILE *out = fopen(path, "wb");
    assert_int_equal(-1, chatbox_send_file(db, &f, &err)); /* it is empty */
    fwrite("a\0b\xff", 1, 4, out);
    fclose(out);
    OK(chatbox_send_file(db, &f, &err));
    struct out_item a = next(db, arena);
    assert_int_equal(a.action, OUT_FILE);
    assert_string_equal(a.file_path, path);
    assert_string_equal(a.file_mime, f.mime);
    assert_null(a.content);
    OK(chatbox_read_path(&a, &read, &n, &err));
    assert_int_equal(n, 4);
    assert_memory_equal(read, "a\0b\xff", 4);
    assert_int_equal(0, truncate(path, (off_t)CHATBOX_PATH_MAX + 1));
    assert_int_equal(-1, chatbox_read_path(&a, &again, &n, &err)); /* it has grown meanwhile */
    assert_int_equal(-1, chatbox_send_file(db, &f, &err));
    assert_string_equal(err.msg, "copy.db has 50.0 MB, files of at most 50 MB can be sent");
    unlink(path);
    assert_int_equal(-1, chatbox_read_path(&a, &again, &n, &err));
    assert_int_equal(err.kind, ERR_DATA);
}

static void prune__forgets__what_is_old_and_done(void **state)
{
    struct db *db = db_of(state);
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct chat_update u;
    const char *via;
    int64_t id;
    receive(db, message(1, "a"));
    OK(chatbox_claim(db, arena, &id, &via, &u, &err));
    OK(chatbox_done(db, id, &err));
    receive(db, message(2, "waits"));
    say(db, 7, NULL, "sent", false);
    struct out_item a = next(db, arena);
    OK(chatbox_sent(db, &a, 1, 0, &err));
    say(db, 7, NULL, "queued", false);
    OK(chatbox_prune(db, clock_now_ms() + INT64_C(47) * 3600000, &err));
    assert_int_equal(count(db, "SELECT count(*) FROM chat_in"), 2);
    OK(chatbox_prune(db, clock_now_ms() + INT64_C(49) * 3600000, &err));
    assert_int_equal(count(db, "SELECT count(*) FROM chat_in"), 1);
    assert_int_equal(count(db, "SELECT count(*) FROM chat_out"), 2);
    OK(chatbox_prune(db, clock_now_ms() + INT64_C(8) * 24 * 3600000, &err));
    assert_int_equal(count(db, "SELECT count(*) FROM chat_out"), 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(updates__survive__the_store),
        T(receive__takes__each_update_once_in_whatever_order_ids_come),
        T(receive__writes_nothing__without_news),
        T(receive__revives__who_writes_and_buries_who_blocks),
        T(claim__drops__what_cannot_be_read),
        T(next__gives__texts_in_order_with_their_buttons),
        T(next__skips__held_chats_and_answers_first),
        T(a_waiting_message__holds_back__the_later_ones_of_its_chat_only),
        T(a_late_answer__is_dropped),
        T(a_slot__is_edited__and_skips_what_was_overtaken),
        T(a_slot__writes_nothing__for_an_equal_text),
        T(a_slot__becomes_final__by_an_equal_text),
        T(a_failed_slot__is_tried_again__when_said_again),
        T(intermediate_edits__come__after_all_messages),
        T(an_edit__is_not_before__its_time),
        T(parts__are__remembered),
        T(resend__starts__a_new_message),
        T(a_file__waits__in_its_place_among_the_messages),
        T(a_file__goes__with_its_effect),
        T(a_file__that_arrived__is_forgotten),
        T(a_file__has_a_limit__and_is_text),
        T(a_file__follows__its_chat),
        T(dead__fails__all_of_the_chat),
        T(migrate__moves__the_queue_and_starts_slots_anew),
        T(a_move__is_followed__by_all_that_knows_the_chat),
        T(a_file_of_the_disk__is_read__when_it_goes),
        T(prune__forgets__what_is_old_and_done),
    };
    if (secret_init(&err))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_telegram_codec.c: Telegram's JSON both ways, and what its failures mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/chat/html.h"
#include "bot/chat/telegram_codec.h"
#include "store/base/json.h"
#include "store/base/utf8.h"
#include "tests/unit/fixture.h"
#include "tests/unit/multipart.h"

#include <string.h>

/* ---------------------------------------------------------------- updates */

struct read {
    struct arena *arena;
    struct chat_update *u;
    size_t n;
    int64_t next;
    struct err err;
    int result;
};

static struct read read_updates(const char *list, int64_t offset)
{
    struct read r = {.arena = arena_new(1 << 20), .next = -1};
    AUTO_BUF body = BUF_INIT((size_t)8 << 20);
    buf_addf(&body, "{\"ok\":true,\"result\":%s}", list);
    r.result =
        tg_read_updates(buf_str(&body), body.len, offset, r.arena, &r.u, &r.n, &r.next, &r.err);
    return r;
}

static void a_message__is_read__with_all_it_has(void **state)
{
    (void)state;
    struct read r = read_updates(
        "[{\"update_id\":4503599627370495,\"message\":{\"message_id\":9,\"date\":1,\"from\":{\"id\":77,"
        "\"is_bot\":false,\"first_name\":\"Мария\",\"last_name\":\"Лис\",\"username\":\"lis\","
        "\"language_code\":\"ru\"},\"chat\":{\"id\":-1001234567890123,\"type\":\"supergroup\"},"
        "\"message_thread_id\":3,\"is_topic_message\":true,\"text\":\"/sync <b> \\ud83d\\udd04\","
        "\"what_is_this\":{}}}]",
        1);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.next, INT64_C(4503599627370496));
    assert_int_equal(r.u->kind, UPDATE_MESSAGE);
    assert_int_equal(r.u->chat_id, INT64_C(-1001234567890123));
    assert_int_equal(r.u->thread_id, 3);
    assert_int_equal(r.u->user_id, 77);
    assert_int_equal(r.u->message_id, 9);
    assert_false(r.u->is_private);
    assert_string_equal(r.u->text, "/sync <b> \xf0\x9f\x94\x84");
    assert_string_equal(r.u->user_name, "Мария Лис");
    assert_string_equal(r.u->username, "lis");
    assert_string_equal(r.u->language, "ru");
    arena_free(r.arena);
}

static void the_thread__counts__in_topics_only(void **state)
{
    (void)state;
    struct read r = read_updates(
        "[{\"update_id\":1,\"message\":{\"message_id\":9,\"chat\":{\"id\":-1,\"type\":\"supergroup\"},"
        "\"from\":{\"id\":7,\"first_name\":\"a\"},\"message_thread_id\":3,\"text\":\"/x\"}}]",
        0);
    assert_int_equal(r.u->thread_id, 0);
    arena_free(r.arena);
}

#define PRIVATE                                                                                    \
    "\"message_id\":9,\"chat\":{\"id\":7,\"type\":\"private\"},\"from\":{\"id\":7,"                \
    "\"first_name\":\"a\"}"

static struct read read_private(const char *message_fields)
{
    AUTO_BUF b = BUF_INIT((size_t)4 << 20);
    buf_addf(&b, "[{\"update_id\":1,\"message\":{" PRIVATE ",%s}}]", message_fields);
    return read_updates(buf_str(&b), 0);
}

static enum update_kind kind_of(const char *message_fields, const char **contact)
{
    struct read r = read_private(message_fields);
    assert_int_equal(r.n, 1);
    assert_string_equal(r.u->text, "");
    enum update_kind kind = r.u->kind;
    if (contact)
        *contact = r.u->contact ? "theirs" : NULL;
    arena_free(r.arena);
    return kind;
}

static void other_messages__are__told_apart(void **state)
{
    (void)state;
    const char *contact;
    static const char *const others[] = {"\"sticker\":{\"emoji\":\"x\"}",
                                         "\"poll\":{\"id\":\"1\"}",
                                         "\"voice\":{\"file_id\":\"v\"}",
                                         "\"video_note\":{}",
                                         "\"location\":{}",
                                         "\"dice\":{\"value\":6}",
                                         "\"something_new\":[]"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_int_equal(kind_of(others[i], NULL), UPDATE_OTHER);
    assert_int_equal(kind_of("\"photo\":[{\"file_id\":\"x\"}],\"caption\":\"c\"", NULL),
                     UPDATE_MESSAGE);
    assert_int_equal(kind_of("\"contact\":{\"phone_number\":\"+7\",\"user_id\":7}", &contact),
                     UPDATE_MESSAGE);
    assert_non_null(contact);
    kind_of("\"contact\":{\"phone_number\":\"+7\",\"user_id\":8}", &contact);
    assert_null(contact);
    kind_of("\"contact\":{\"phone_number\":\"+7\"}", &contact);
    assert_null(contact);
    kind_of("\"forward_date\":1,\"contact\":{\"phone_number\":\"+7\",\"user_id\":7}", &contact);
    assert_null(contact); /* passed on, not shared */
}

static void service_messages__are__nobodys_words(void **state)
{
    (void)state;
    static const char *const services[] = {"\"pinned_message\":{\"message_id\":1}",
                                           "\"new_chat_members\":[{\"id\":1}]",
                                           "\"message_auto_delete_timer_changed\":{}",
                                           "\"write_access_allowed\":{}"};
    for (size_t i = 0; i < ARRAY_LEN(services); i++) {
        struct read r = read_private(services[i]);
        assert_int_equal(r.n, 0);
        assert_int_equal(r.next, 2); /* it is confirmed all the same */
        arena_free(r.arena);
    }
}

static void contact_of_another__is__known_as_such(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        bool of_another;
    } cases[] = {{"\"contact\":{\"phone_number\":\"+7\",\"user_id\":7}", false},
                 {"\"contact\":{\"phone_number\":\"+7\",\"user_id\":8}", true},
                 {"\"contact\":{\"phone_number\":\"+7\"}", true},
                 {"\"forward_date\":1,\"contact\":{\"phone_number\":\"+7\",\"user_id\":7}", true},
                 {"\"text\":\"+7\"", false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct read r = read_private(cases[i].fields);
        assert_int_equal(r.u->contact_of_another, cases[i].of_another);
        arena_free(r.arena);
    }
}

static void contact__of_a_message_without_sender__is_nobodys(void **state)
{
    (void)state;
    struct read r = read_updates("[{\"update_id\":1,\"message\":{\"message_id\":9,"
                                 "\"chat\":{\"id\":7,\"type\":\"private\"},"
                                 "\"contact\":{\"phone_number\":\"+7\",\"user_id\":0}}}]",
                                 0);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.u->user_id, 0);
    assert_null(r.u->contact);
    assert_true(r.u->contact_of_another);
    arena_free(r.arena);
}

static void a_document__is_read__with_what_is_known_of_it(void **state)
{
    (void)state;
    struct read r =
        read_private("\"caption\":\"списки\",\"document\":{\"file_id\":\"BQAC-1_\","
                     "\"file_unique_id\":\"u\",\"file_name\":\"../Зае\\u202eзды\\n.csv\","
                     "\"mime_type\":\"text/csv\",\"file_size\":20971520}");
    assert_int_equal(r.n, 1);
    assert_int_equal(r.u->kind, UPDATE_FILE);
    assert_string_equal(r.u->text, "списки");
    assert_string_equal(r.u->file.id, "BQAC-1_");
    assert_string_equal(r.u->file.name, "../Заезды .csv"); /* a name is shown, never a path */
    assert_string_equal(r.u->file.mime, "text/csv");
    assert_int_equal(r.u->file.size, 20971520);
    arena_free(r.arena);
    r = read_private("\"document\":{\"file_id\":\"x\",\"file_size\":-5}");
    assert_int_equal(r.u->kind, UPDATE_FILE);
    assert_null(r.u->file.name);
    assert_int_equal(r.u->file.size, 0);
    arena_free(r.arena);
    r = read_private("\"document\":{\"file_size\":5}"); /* without an id there is none */
    assert_int_equal(r.u->kind, UPDATE_MESSAGE);
    assert_null(r.u->file.id);
    arena_free(r.arena);
}

static void forwarded_words__are__marked(void **state)
{
    (void)state;
    static const char *const marks[] =
        {"\"forward_origin\":{\"type\":\"hidden_user\",\"date\":1,\"sender_user_name\":\"x\"}",
         "\"forward_date\":1700000000"};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        AUTO_BUF fields = BUF_INIT(512);
        buf_addf(&fields, "\"text\":\"/undo 7\",%s", marks[i]);
        struct read r = read_private(buf_str(&fields));
        assert_true(r.u->forwarded);
        assert_string_equal(r.u->text, "/undo 7");
        arena_free(r.arena);
    }
    struct read r = read_private("\"text\":\"/undo 7\"");
    assert_false(r.u->forwarded);
    arena_free(r.arena);
}

#define GROUP                                                                                      \
    "\"message_id\":9,\"chat\":{\"id\":-1001,\"type\":\"supergroup\"},\"from\":{\"id\":7,"         \
    "\"first_name\":\"a\"}"
#define BOTS_WORDS                                                                                 \
    "\"reply_to_message\":{\"message_id\":8,\"from\":{\"id\":1,\"is_bot\":true,"                   \
    "\"first_name\":\"b\"}"

static void of_a_group__only_what_is_for_the_bot__is_kept(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        size_t n;
        int64_t reply_to;
    } cases[] = {
        {"\"text\":\"как дела\"", 0, 0},
        {"\"sticker\":{}", 0, 0},
        {"\"photo\":[{}],\"caption\":\"закат\"", 0, 0},
        {"\"document\":{\"file_id\":\"x\"}", 0, 0},
        {"\"contact\":{\"phone_number\":\"+7\",\"user_id\":7}", 0, 0},
        {"\"text\":\" /status@a_bot\"", 1, 0},
        {"\"text\":\"+7 900\"," BOTS_WORDS "}", 1, 8},
        {"\"text\":\"да\",\"reply_to_message\":{\"message_id\":8,\"from\":{\"id\":2,"
         "\"is_bot\":false}}",
         0, 0},
        /* every message of a topic answers the one that opened it */
        {"\"text\":\"да\"," BOTS_WORDS ",\"forum_topic_created\":{\"name\":\"x\"}}", 0, 0},
        {"\"document\":{\"file_id\":\"x\"}," BOTS_WORDS "}", 1, 8},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF b = BUF_INIT(4096);
        buf_addf(&b, "[{\"update_id\":41,\"message\":{" GROUP ",%s}}]", cases[i].fields);
        struct read r = read_updates(buf_str(&b), 0);
        if (r.n != cases[i].n)
            fail_msg("%s: %zu", cases[i].fields, r.n);
        assert_int_equal(r.next, 42); /* confirmed all the same */
        if (r.n)
            assert_int_equal(r.u->reply_to, cases[i].reply_to);
        arena_free(r.arena);
    }
}

/* Behaviour R, as it is announced. */
static void a_group_that_moved__is_told__with_both_its_ids(void **state)
{
    (void)state;
    static const char *const said[] =
        {"\"chat\":{\"id\":-5,\"type\":\"group\"},\"migrate_to_chat_id\":-1009999999999999",
         "\"chat\":{\"id\":-1009999999999999,\"type\":\"supergroup\"},\"migrate_from_chat_id\":-5"};
    for (size_t i = 0; i < ARRAY_LEN(said); i++) {
        AUTO_BUF b = BUF_INIT(4096);
        buf_addf(&b, "[{\"update_id\":1,\"message\":{\"message_id\":1,%s}}]", said[i]);
        struct read r = read_updates(buf_str(&b), 0);
        assert_int_equal(r.n, 1);
        assert_int_equal(r.u->kind, UPDATE_MOVED);
        assert_int_equal(r.u->chat_id, -5);
        assert_int_equal(r.u->moved_to, INT64_C(-1009999999999999));
        arena_free(r.arena);
    }
    /* made up: nobody moves to a person, nor to where they are */
    struct read r = read_private("\"migrate_to_chat_id\":-7");
    assert_int_equal(r.u->kind, UPDATE_OTHER);
    arena_free(r.arena);
}

/* Marks that turn the writing around, line breaks and endless names: in our sentences they would
 * turn, break and bury our words. */
static void names__come__as_one_short_line(void **state)
{
    (void)state;
    AUTO_BUF b = BUF_INIT((size_t)1 << 20);
    buf_add(&b, "[{\"update_id\":1,\"message\":{\"message_id\":9,\"chat\":{\"id\":7,\"type\":"
                "\"private\"},\"text\":\"x\",\"from\":{\"id\":7,\"first_name\":\"\\u202eМа\\nрия"
                "\\u0000\",\"last_name\":\"\\u2067Лис\\u200f \\u0007!\",\"username\":\"");
    for (int i = 0; i < 1000; i++)
        buf_add(&b, "щ");
    buf_add(&b, "\",\"language_code\":\"ru\\u0000\"}}}]");
    struct read r = read_updates(buf_str(&b), 0);
    assert_string_equal(r.u->user_name, "Ма рия Лис !");
    assert_int_equal(strlen(r.u->username), 64);
    assert_true(utf8_valid(r.u->username, 64));
    assert_string_equal(r.u->language, "ru");
    arena_free(r.arena);
}

static void a_text_without_end__is_cut(void **state)
{
    (void)state;
    AUTO_BUF fields = BUF_INIT((size_t)4 << 20);
    buf_add(&fields, "\"text\":\"");
    for (int i = 0; i < 200000; i++)
        buf_add(&fields, "щ");
    buf_add(&fields, "\"");
    struct read r = read_private(buf_str(&fields));
    assert_in_range(strlen(r.u->text), 4096 * 3 - 2, 4096 * 3);
    assert_true(utf8_valid(r.u->text, strlen(r.u->text)));
    arena_free(r.arena);
}

/* One text that is no Unicode must not keep all others out, coming again for ever. */
static void broken_unicode__spoils__nobody_elses_message(void **state)
{
    (void)state;
    static const struct {
        const char *text, *read;
    } cases[] = {
        {"\\ud83d", "\xef\xbf\xbd"},
        {"a\\udd04b", "a\xef\xbf\xbd"
                      "b"},
        {"\\ud83d\\ud83d\\udd04", "\xef\xbf\xbd\xf0\x9f\x94\x84"},
        {"\\ud83d\\\\udd04", "\xef\xbf\xbd\\udd04"}, /* a backslash and letters, no escape */
        {"\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xf0\x9f", NULL},
        {"\\uD83D\\n", "\xef\xbf\xbd\n"},
        {"\\ud83d \\u0000 x", "\xef\xbf\xbd \xef\xbf\xbd x"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF b = BUF_INIT(4096);
        buf_addf(&b,
                 "[{\"update_id\":1,\"message\":{" PRIVATE ",\"text\":\"%s\"}},"
                 "{\"update_id\":2,\"message\":{" PRIVATE ",\"text\":\"/id \\ud83d\\udd04\"}}]",
                 cases[i].text);
        struct read r = read_updates(buf_str(&b), 0);
        assert_int_equal(r.result, 0);
        assert_int_equal(r.n, 2);
        assert_int_equal(r.next, 3);
        if (cases[i].read)
            assert_string_equal(r.u[0].text, cases[i].read);
        assert_string_equal(r.u[1].text, "/id \xf0\x9f\x94\x84");
        arena_free(r.arena);
    }
}

/* Bytes from a stranger's keyboard that are fine as they are. */
static void any_unicode__comes_through(void **state)
{
    (void)state;
    static const char *const texts[] =
        {"\xe2\x80\xae/sync", /* turned around: no command, and no harm */
         "e\xcc\x81\xcc\x81\xcc\x81",
         "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9",
         "\xef\xbb\xbf/id",
         "\xf4\x8f\xbf\xbf",
         "<b>&amp;</i>"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        AUTO_BUF fields = BUF_INIT(512);
        buf_addf(&fields, "\"text\":\"%s\"", texts[i]);
        struct read r = read_private(buf_str(&fields));
        assert_string_equal(r.u->text, texts[i]);
        arena_free(r.arena);
    }
}

static void a_press__is_read__whatever_became_of_its_message(void **state)
{
    (void)state;
    struct read r = read_updates(
        "[{\"update_id\":1,\"callback_query\":{\"id\":\"438\",\"from\":{\"id\":7,\"first_name\":\"a\"},"
        "\"message\":{" PRIVATE ",\"date\":0},\"chat_instance\":\"1\",\"data\":\"stop:7\"}},"
        "{\"update_id\":2,\"callback_query\":{\"id\":\"439\",\"from\":{\"id\":7,\"first_name\":\"a\"}}}]",
        0);
    assert_int_equal(r.n, 2);
    assert_int_equal(r.u[0].kind, UPDATE_PRESS);
    assert_string_equal(r.u[0].data, "stop:7");
    assert_string_equal(r.u[0].callback_id, "438");
    assert_int_equal(r.u[0].message_id, 9);
    assert_int_equal(r.u[1].chat_id, 7);
    assert_true(r.u[1].is_private);
    assert_string_equal(r.u[1].data, "");
    arena_free(r.arena);
}

static void a_change_of_membership__is__gone_or_back(void **state)
{
    (void)state;
    static const struct {
        const char *member;
        enum update_kind kind;
    } cases[] = {{"\"status\":\"kicked\"", UPDATE_GONE},
                 {"\"status\":\"left\"", UPDATE_GONE},
                 {"\"status\":\"member\"", UPDATE_BACK},
                 {"\"status\":\"administrator\"", UPDATE_BACK},
                 {"\"status\":\"restricted\",\"is_member\":true", UPDATE_BACK},
                 {"\"status\":\"restricted\",\"is_member\":false", UPDATE_GONE}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF b = BUF_INIT(4096);
        buf_addf(&b,
                 "[{\"update_id\":1,\"my_chat_member\":{" PRIVATE ",\"new_chat_member\":{%s}}}]",
                 cases[i].member);
        struct read r = read_updates(buf_str(&b), 0);
        assert_int_equal(r.u->kind, cases[i].kind);
        arena_free(r.arena);
    }
}

/* Behaviour C: the next offset follows the batch, not the largest id. */
static void the_next_offset__is__the_last_of_the_batch_and_one(void **state)
{
    (void)state;
    struct read r =
        read_updates("[{\"update_id\":900,\"poll\":{}},{\"update_id\":901,\"message\":{}},"
                     "{\"no\":1},17,{\"update_id\":5,\"channel_post\":{}}]",
                     900);
    assert_int_equal(r.result, 0);
    assert_int_equal(r.n, 0);
    assert_int_equal(r.next, 6);
    arena_free(r.arena);
    r = read_updates("[]", 900);
    assert_int_equal(r.next, 900);
    arena_free(r.arena);
}

/* Behaviour G, the pure half. */
static void garbage__is__a_passing_error(void **state)
{
    (void)state;
    static const char *const bodies[] = {"",
                                         "{",
                                         "[]",
                                         "null",
                                         "<html>502</html>",
                                         "{\"ok\":true}",
                                         "{\"ok\":true,\"result\":{}}",
                                         "{\"ok\":true,\"result\":[{\"update_id\":1",
                                         "{\"ok\":false,\"error_code\":500}",
                                         "{\"ok\":1,\"result\":[]}",
                                         "\xff\xfe",
                                         "{\"ok\":true,\"result\":[]} and more"};
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        AUTO_ARENA *arena = arena_new(1 << 20);
        struct chat_update *u = NULL;
        struct err err = {0};
        size_t n = 0;
        int64_t next = 3;
        assert_int_equal(-1, tg_read_updates(bodies[i], strlen(bodies[i]), 3, arena, &u, &n, &next,
                                             &err));
        assert_int_equal(err.kind, ERR_TEMP);
        assert_int_equal(next, 3);
        struct tg_reply reply = tg_read_reply(bodies[i], strlen(bodies[i]));
        assert_false(reply.message_id);
    }
}

/* ---------------------------------------------------------------- fates */

static enum send_fate fate(enum tg_call call, int status, const char *body, bool sent,
                           int64_t *ret_id, struct err *err)
{
    struct tg_reply reply = tg_read_reply(body, strlen(body));
    *err = (struct err){0};
    return tg_fate(call, &reply, status, sent, ret_id, err);
}

#define BAD(code, text) "{\"ok\":false,\"error_code\":" #code ",\"description\":\"" text "\"}"
#define FLOOD                                                                                      \
    "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry after 7\","       \
    "\"parameters\":{\"retry_after\":7}}"

static void failures__mean__what_the_sender_does_next(void **state)
{
    (void)state;
    static const struct {
        enum tg_call call;
        int status;
        const char *body;
        bool sent;
        enum send_fate fate;
        enum err_kind kind;
        unsigned retry_s;
    } cases[] = {
        {TG_SEND, 200, "{\"ok\":true,\"result\":{\"message_id\":5}}", true, SEND_OK, ERR_NONE, 0},
        {TG_EDIT, 200, "{\"ok\":true,\"result\":true}", true, SEND_OK, ERR_NONE, 0},
        {TG_ANSWER, 200, "{\"ok\":true,\"result\":true}", true, SEND_OK, ERR_NONE, 0},
        {TG_SEND, 429, FLOOD, true, SEND_LATER, ERR_TEMP, 7},
        {TG_EDIT, 429, FLOOD, true, SEND_LATER, ERR_TEMP, 7},
        {TG_ANSWER, 429, "too many", true, SEND_LATER, ERR_TEMP, 5},
        {TG_SEND, 403, BAD(403, "Forbidden: bot was blocked by the user"), true, SEND_DEAD,
         ERR_DATA, 0},
        {TG_SEND, 400, BAD(400, "Bad Request: chat not found"), true, SEND_DEAD, ERR_DATA, 0},
        {TG_SEND, 400, BAD(400, "Bad Request: message text is empty"), true, SEND_REFUSED, ERR_DATA,
         0},
        {TG_EDIT, 400, BAD(400, "Bad Request: message is not modified: specified new"), true,
         SEND_OK, ERR_NONE, 0},
        {TG_EDIT, 400, BAD(400, "Bad Request: message to edit not found"), true, SEND_GONE,
         ERR_DATA, 0},
        {TG_EDIT, 400, BAD(400, "Bad Request: message can't be edited"), true, SEND_GONE, ERR_DATA,
         0},
        {TG_ANSWER, 400,
         BAD(400, "Bad Request: query is too old and response timeout expired or query ID is "
                  "invalid"),
         true, SEND_OK, ERR_NONE, 0},
        {TG_ANSWER, 403, BAD(403, "Forbidden"), true, SEND_REFUSED, ERR_DATA, 0},
        {TG_SEND, 401, BAD(401, "Unauthorized"), true, SEND_LATER, ERR_AUTH, 0},
        {TG_SEND, 404, BAD(404, "Not Found"), true, SEND_LATER, ERR_AUTH, 0},
        {TG_SEND, 500, BAD(500, "Internal Server Error: restart"), true, SEND_UNSURE, ERR_TEMP, 5},
        {TG_SEND, 502, "<html>", true, SEND_UNSURE, ERR_TEMP, 5},
        {TG_EDIT, 502, "<html>", true, SEND_LATER, ERR_TEMP, 5},
        {TG_SEND, 200, "", true, SEND_UNSURE, ERR_TEMP, 0},
        {TG_SEND, 200, "{\"ok\":true,\"result\":", true, SEND_UNSURE, ERR_TEMP, 0},
        {TG_SEND, 0, "", true, SEND_UNSURE, ERR_TEMP, 0},
        {TG_SEND, 0, "", false, SEND_LATER, ERR_TEMP, 0},
        {TG_EDIT, 0, "", true, SEND_LATER, ERR_TEMP, 0},
        {TG_FILE, 200, "{\"ok\":true,\"result\":{\"message_id\":5}}", true, SEND_OK, ERR_NONE, 0},
        {TG_FILE, 200, "{\"ok\":true,\"result\":true}", true, SEND_UNSURE, ERR_TEMP, 0},
        {TG_FILE, 413, BAD(413, "Request Entity Too Large"), true, SEND_REFUSED, ERR_DATA, 0},
        {TG_FILE, 413, "<html>", true, SEND_REFUSED, ERR_DATA, 0},
        {TG_FILE, 429, FLOOD, true, SEND_LATER, ERR_TEMP, 7},
        {TG_FILE, 403, BAD(403, "Forbidden: bot was blocked by the user"), true, SEND_DEAD,
         ERR_DATA, 0},
        {TG_FILE, 502, "<html>", true, SEND_UNSURE, ERR_TEMP, 5},
        {TG_FILE, 0, "", true, SEND_UNSURE, ERR_TEMP, 0},
        {TG_FILE, 0, "", false, SEND_LATER, ERR_TEMP, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err;
        int64_t id = 0;
        enum send_fate f =
            fate(cases[i].call, cases[i].status, cases[i].body, cases[i].sent, &id, &err);
        if (f != cases[i].fate || err.kind != cases[i].kind || err.retry_s != cases[i].retry_s)
            fail_msg("case %zu: fate %d kind %d retry %u: %s", i, (int)f, (int)err.kind,
                     err.retry_s, err.msg);
    }
}

static void a_migration__gives__the_new_id(void **state)
{
    (void)state;
    struct err err;
    int64_t id = 0;
    assert_int_equal(
        SEND_MIGRATED,
        fate(TG_SEND, 400,
             "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: group chat "
             "was upgraded to a supergroup chat\",\"parameters\":"
             "{\"migrate_to_chat_id\":-1009999999999999}}",
             true, &id, &err));
    assert_int_equal(id, INT64_C(-1009999999999999));
    assert_int_equal(SEND_OK, fate(TG_SEND, 200, "{\"ok\":true,\"result\":{\"message_id\":88}}",
                                   true, &id, &err));
    assert_int_equal(id, 88);
}

static void a_failed_poll__says__what_to_do(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        enum err_kind kind;
        unsigned retry_s;
        const char *word;
    } cases[] = {
        {401, BAD(401, "Unauthorized"), ERR_AUTH, 0, "token"},
        {404, BAD(404, "Not Found"), ERR_AUTH, 0, "token"},
        {409, BAD(409, "Conflict: terminated by other getUpdates request"), ERR_TEMP, 0,
         "conflict"},
        {429, FLOOD, ERR_TEMP, 7, "429"},
        {500, "", ERR_TEMP, 0, "500"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = {0};
        struct tg_reply reply = tg_read_reply(cases[i].body, strlen(cases[i].body));
        assert_int_equal(-1, tg_poll_failed(&reply, cases[i].status, &err));
        assert_int_equal(err.kind, cases[i].kind);
        assert_int_equal(err.retry_s, cases[i].retry_s);
        assert_non_null(strstr(err.msg, cases[i].word));
    }
    static const char webhook[] =
        BAD(409,
            "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook");
    struct tg_reply reply = tg_read_reply(webhook, strlen(webhook));
    assert_true(tg_webhook_active(&reply));
}

static void where_a_file_lies__is_read(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        enum err_kind kind;
        unsigned retry_s;
    } cases[] = {
        {400, BAD(400, "Bad Request: file is too big"), ERR_DATA, 0},
        {400, BAD(400, "Bad Request: invalid file_id"), ERR_DATA, 0},
        {401, BAD(401, "Unauthorized"), ERR_AUTH, 0},
        {429, FLOOD, ERR_TEMP, 7},
        {500, "oops", ERR_TEMP, 0},
        {200, "{\"ok\":true,\"result\":{}}", ERR_TEMP, 0},
        {200, "{\"ok\":true", ERR_TEMP, 0},
    };
    AUTO_ARENA *arena = arena_new(1 << 16);
    const char *path = NULL, *body;
    int64_t size = 0;
    struct err err = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        err = (struct err){0};
        body = cases[i].body;
        assert_int_equal(-1, tg_read_file(body, strlen(body), cases[i].status, arena, &path, &size,
                                          &err));
        assert_int_equal(err.kind, cases[i].kind);
        assert_int_equal(err.retry_s, cases[i].retry_s);
    }
    assert_null(path);
    body = "{\"ok\":true,\"result\":{\"file_id\":\"x\",\"file_unique_id\":\"y\",\"file_size\":12,"
           "\"file_path\":\"documents/file_7.csv\"}}";
    assert_int_equal(0, tg_read_file(body, strlen(body), 200, arena, &path, &size, &err));
    assert_string_equal(path, "documents/file_7.csv");
    assert_int_equal(size, 12);
}

/* ---------------------------------------------------------------- bodies */

static const struct out_item full = {
    .chat_id = INT64_C(-1001234567890123),
    .thread_id = 3,
    .message_id = 9,
    .text = "<b>a</b> &amp; \"б\"",
    .buttons = "[[{\"text\":\"Да\",\"data\":\"y\"},{\"text\":\"Кода\",\"url\":\"https://x\"}],"
               "[{\"text\":\"Код\",\"copy\":\"K7\"},{\"text\":\"bad\"}]]",
    .callback_id = "438",
    .silent = true,
};

static void a_message__is_written__with_all_it_has(void **state)
{
    (void)state;
    AUTO_FREE char *body = tg_body_send(&full, TG_HTML, true);
    assert_string_equal(
        body, "{\"chat_id\":-1001234567890123,\"message_thread_id\":3,"
              "\"text\":\"<b>a</b> &amp; \\\"б\\\"\",\"parse_mode\":\"HTML\","
              "\"link_preview_options\":{\"is_disabled\":true},\"disable_notification\":true,"
              "\"reply_markup\":{\"inline_keyboard\":[[{\"text\":\"Да\",\"callback_data\":\"y\"},"
              "{\"text\":\"Кода\",\"url\":\"https://x\"}],"
              "[{\"text\":\"Код\",\"copy_text\":{\"text\":\"K7\"}}]]}}");
}

static void the_plain_form__has__no_markup(void **state)
{
    (void)state;
    struct out_item item = full;
    item.buttons = NULL;
    AUTO_FREE char *body = tg_body_send(&item, TG_PLAIN, false);
    assert_string_equal(body, "{\"chat_id\":-1001234567890123,\"text\":\"a & \\\"б\\\"\","
                              "\"link_preview_options\":{\"is_disabled\":true},"
                              "\"disable_notification\":true}");
}

static void a_contact__is_asked__with_a_keyboard(void **state)
{
    (void)state;
    struct out_item item = {.chat_id = 7,
                            .text = "x",
                            .buttons = "[[{\"text\":\"Поделиться\",\"contact\":true}]]"};
    AUTO_FREE char *body = tg_body_send(&item, TG_HTML, true);
    assert_non_null(
        strstr(body, "\"keyboard\":[[{\"text\":\"Поделиться\",\"request_contact\":true}]]"));
    AUTO_FREE char *edit = tg_body_edit(&item, TG_HTML);
    assert_null(strstr(edit, "reply_markup"));
}

static const struct out_item file = {
    .action = OUT_FILE,
    .chat_id = INT64_C(-1001234567890123),
    .thread_id = 3,
    .text = "<b>План</b> &amp;",
    .file_name = "план\r\n\"; x=\"318.csv",
    .content = "\xef\xbb\xbf"
               "имя\r\n--\r\n",
    .silent = true,
};

static bool read_upload(const struct tg_upload *up, struct arena *arena, struct form *form)
{
    assert_int_equal(up->len, strlen(up->body));
    return form_read(up->content_type, up->body, arena, form);
}

static void a_file__is_written__as_a_form(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct form form;
    struct tg_upload up = tg_body_file(&file, TG_HTML, true);
    assert_true(read_upload(&up, arena, &form));
    free(up.body);
    static const struct form_part expected[] = {{"chat_id", NULL, "-1001234567890123"},
                                                {"message_thread_id", NULL, "3"},
                                                {"caption", NULL, "<b>План</b> &amp;"},
                                                {"parse_mode", NULL, "HTML"},
                                                {"disable_notification", NULL, "true"},
                                                {"document", "план__ x=_318.csv", NULL}};
    assert_int_equal(form.n, ARRAY_LEN(expected));
    for (size_t i = 0; i < form.n; i++) {
        assert_string_equal(form.parts[i].name, expected[i].name);
        assert_true(str_eq(form.parts[i].file_name, expected[i].file_name));
        assert_string_equal(form.parts[i].value,
                            expected[i].value ? expected[i].value : file.content);
    }
    up = tg_body_file(&file, TG_PLAIN, false);
    assert_true(read_upload(&up, arena, &form));
    free(up.body);
    assert_string_equal(form_find(&form, "caption")->value, "План &");
    assert_null(form_find(&form, "parse_mode"));
    assert_null(form_find(&form, "message_thread_id"));
    struct out_item bare = {.chat_id = 7, .text = "", .content = "x"};
    up = tg_body_file(&bare, TG_HTML, true);
    assert_true(read_upload(&up, arena, &form));
    free(up.body);
    assert_int_equal(form.n, 2);
    assert_string_equal(form_find(&form, "document")->file_name, "file.csv");
}

static void a_boundary__is__not_in_the_file(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct form form;
    struct out_item item = {.chat_id = 7, .text = "", .file_name = "a.csv", .content = "x"};
    struct tg_upload up = tg_body_file(&item, TG_HTML, true);
    const char *boundary = arena_strdup(arena, strchr(up.content_type, '=') + 1);
    item.text = boundary; /* in the caption of the very same content */
    free(up.body);
    up = tg_body_file(&item, TG_HTML, true);
    assert_true(read_upload(&up, arena, &form));
    assert_null(strstr(up.content_type, boundary));
    assert_string_equal(form_find(&form, "caption")->value, boundary);
    item.content = arena_strdup(arena, up.body); /* a form as a file */
    free(up.body);
    up = tg_body_file(&item, TG_HTML, true);
    assert_true(read_upload(&up, arena, &form));
    assert_string_equal(form_find(&form, "document")->value, item.content);
    free(up.body);
}

static void a_caption__is_cut__at_1024_units(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    AUTO_BUF text = BUF_INIT(1 << 16);
    buf_add(&text, "<b>");
    for (int i = 0; i < 600; i++)
        buf_add(&text, "\xf0\x9f\x94\x84"); /* 1200 units */
    buf_add(&text, "</b>");
    struct out_item item = {.chat_id = 7, .text = buf_str(&text), .content = "x"};
    for (int style = TG_HTML; style <= TG_PLAIN; style++) {
        struct form form;
        struct tg_upload up = tg_body_file(&item, (enum tg_style)style, true);
        assert_true(read_upload(&up, arena, &form));
        free(up.body);
        const char *caption = form_find(&form, "caption")->value;
        assert_int_equal(html_length(caption), 1024);
        assert_true(html_valid(caption));
    }
}

static void an_answer__is_cut__at_200_units(void **state)
{
    (void)state;
    char text[1025] = "";
    for (int i = 0; i < 256; i++)
        strcat(text, "\xf0\x9f\x94\x84");
    struct out_item item = {.callback_id = "1", .text = text};
    AUTO_FREE char *body = tg_body_answer(&item);
    AUTO_JSON *tree = NULL;
    struct err err;
    assert_int_equal(0, json_parse(body, strlen(body), &tree, &err));
    assert_int_equal(utf8_utf16_length(json_text(tree, "text")), 200);
    item.text = "";
    AUTO_FREE char *empty = tg_body_answer(&item);
    assert_string_equal(empty, "{\"callback_query_id\":\"1\"}");
}

static void get_updates__asks__for_the_same_kinds_every_time(void **state)
{
    (void)state;
    AUTO_FREE char *body = tg_body_get_updates(6, 100);
    assert_string_equal(body, "{\"offset\":6,\"limit\":100,\"timeout\":50,\"allowed_updates\":"
                              "[\"message\",\"callback_query\",\"my_chat_member\"]}");
}

/* ---------------------------------------------------------------- behaviour N: the published spec
 */

static bool type_fits(const cJSON *value, const char *type)
{
    if (!strcmp(type, "Integer"))
        return cJSON_IsNumber(value);
    if (!strcmp(type, "String"))
        return cJSON_IsString(value);
    if (!strcmp(type, "Boolean"))
        return cJSON_IsBool(value);
    if (strncmp(type, "Array of ", 9))
        return cJSON_IsObject(value);
    const cJSON *item;
    cJSON_ArrayForEach(item, value)
    {
        if (!type_fits(item, type + 9))
            return false;
    }
    return cJSON_IsArray(value);
}

static void check_fields(const cJSON *spec, const char *method, const cJSON *body)
{
    const cJSON *fields = cJSON_GetObjectItem(cJSON_GetObjectItem(spec, method), "fields");
    if (!fields)
        fail_msg("no method %s", method);
    const cJSON *field, *type;
    cJSON_ArrayForEach(field, body)
    {
        const cJSON *known = cJSON_GetObjectItemCaseSensitive(fields, field->string);
        bool fits = false;
        cJSON_ArrayForEach(type, cJSON_GetArrayItem(known, 0))
        {
            fits |= type_fits(field, type->valuestring);
        }
        if (!known || !fits)
            fail_msg("%s: field %s: %s", method, field->string, known ? "type" : "unknown");
    }
    cJSON_ArrayForEach(field, fields)
    {
        if (cJSON_IsTrue(cJSON_GetArrayItem(field, 1)) &&
            !cJSON_GetObjectItemCaseSensitive(body, field->string))
            fail_msg("%s: field %s is required", method, field->string);
    }
}

static void check_body(const cJSON *spec, const char *method, char *body)
{
    AUTO_JSON *tree = NULL;
    struct err err = {0};
    assert_int_equal(0, json_parse(body, strlen(body), &tree, &err));
    check_fields(spec, method, tree);
    free(body);
}

/* The form's fields as JSON: text stands for whatever it reads as. */
static void check_form(const cJSON *spec, const char *method, struct tg_upload up)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    AUTO_JSON *tree = cJSON_CreateObject();
    struct form form;
    assert_true(read_upload(&up, arena, &form));
    for (size_t i = 0; i < form.n; i++) {
        const struct form_part *p = &form.parts[i];
        int64_t number;
        assert_null(cJSON_GetObjectItem(tree, p->name));
        if (base_parse_i64(p->value, INT64_MIN, INT64_MAX, &number))
            cJSON_AddNumberToObject(tree, p->name, (double)number);
        else if (!strcmp(p->value, "true"))
            cJSON_AddTrueToObject(tree, p->name);
        else
            cJSON_AddStringToObject(tree, p->name, p->value);
    }
    check_fields(spec, method, tree);
    free(up.body);
}

static void every_body__fits__the_published_spec(void **state)
{
    (void)state;
    const char *dir = getenv("ROSTERD_SPECS");
    char path[1024];
    if (!dir)
        skip();
    snprintf(path, sizeof path, "%s/telegram-methods-compact.json", dir);
    AUTO_FREE char *text = read_file(path);
    assert_non_null(text);
    AUTO_JSON *spec = cJSON_Parse(text);
    struct out_item bare = {.chat_id = 7, .message_id = 1, .text = "x", .callback_id = "1"};
    struct out_item contact = bare;
    contact.buttons = "[[{\"text\":\"c\",\"contact\":true}]]";
    check_body(spec, "getUpdates", tg_body_get_updates(5, 50));
    for (int style = TG_HTML; style <= TG_PLAIN; style++) {
        check_body(spec, "sendMessage", tg_body_send(&full, (enum tg_style)style, true));
        check_body(spec, "sendMessage", tg_body_send(&bare, (enum tg_style)style, false));
        check_body(spec, "sendMessage", tg_body_send(&contact, (enum tg_style)style, false));
        check_body(spec, "editMessageText", tg_body_edit(&full, (enum tg_style)style));
        check_body(spec, "editMessageText", tg_body_edit(&bare, (enum tg_style)style));
    }
    struct out_item bare_file = {.chat_id = 7, .text = "", .content = "x"};
    for (int style = TG_HTML; style <= TG_PLAIN; style++) {
        check_form(spec, "sendDocument", tg_body_file(&file, (enum tg_style)style, true));
        check_form(spec, "sendDocument", tg_body_file(&bare_file, (enum tg_style)style, false));
    }
    check_body(spec, "answerCallbackQuery", tg_body_answer(&full));
    struct chat_menu menu = {.language = "ru",
                             .commands_json = "[{\"command\":\"sync\",\"description\":\"x\"}]"};
    check_body(spec, "setMyCommands", tg_body_commands(&menu));
    menu = (struct chat_menu){.where = MENU_GROUPS, .language = "", .commands_json = "[]"};
    check_body(spec, "setMyCommands", tg_body_commands(&menu));
    menu = (struct chat_menu){.where = MENU_CHAT, .chat_id = -7};
    check_body(spec, "deleteMyCommands", tg_body_commands(&menu));
    check_body(spec, "deleteWebhook", tg_body_delete_webhook());
    check_body(spec, "getFile", tg_body_get_file("BQAC-1_"));
    assert_null(tg_body_commands(&(struct chat_menu){.commands_json = "[{"}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message__is_read__with_all_it_has),
        cmocka_unit_test(the_thread__counts__in_topics_only),
        cmocka_unit_test(other_messages__are__told_apart),
        cmocka_unit_test(service_messages__are__nobodys_words),
        cmocka_unit_test(contact_of_another__is__known_as_such),
        cmocka_unit_test(contact__of_a_message_without_sender__is_nobodys),
        cmocka_unit_test(a_document__is_read__with_what_is_known_of_it),
        cmocka_unit_test(forwarded_words__are__marked),
        cmocka_unit_test(of_a_group__only_what_is_for_the_bot__is_kept),
        cmocka_unit_test(a_group_that_moved__is_told__with_both_its_ids),
        cmocka_unit_test(names__come__as_one_short_line),
        cmocka_unit_test(a_text_without_end__is_cut),
        cmocka_unit_test(broken_unicode__spoils__nobody_elses_message),
        cmocka_unit_test(any_unicode__comes_through),
        cmocka_unit_test(where_a_file_lies__is_read),
        cmocka_unit_test(a_press__is_read__whatever_became_of_its_message),
        cmocka_unit_test(a_change_of_membership__is__gone_or_back),
        cmocka_unit_test(the_next_offset__is__the_last_of_the_batch_and_one),
        cmocka_unit_test(garbage__is__a_passing_error),
        cmocka_unit_test(failures__mean__what_the_sender_does_next),
        cmocka_unit_test(a_migration__gives__the_new_id),
        cmocka_unit_test(a_failed_poll__says__what_to_do),
        cmocka_unit_test(a_message__is_written__with_all_it_has),
        cmocka_unit_test(the_plain_form__has__no_markup),
        cmocka_unit_test(a_contact__is_asked__with_a_keyboard),
        cmocka_unit_test(a_file__is_written__as_a_form),
        cmocka_unit_test(a_boundary__is__not_in_the_file),
        cmocka_unit_test(a_caption__is_cut__at_1024_units),
        cmocka_unit_test(an_answer__is_cut__at_200_units),
        cmocka_unit_test(get_updates__asks__for_the_same_kinds_every_time),
        cmocka_unit_test(every_body__fits__the_published_spec),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_sender_picture.c: messages with a picture on their way out: drawn, told in figures instead,
 * put into a message that is there; as Telegram's calls and as the console shows them. */
#include "bot/chat/console.h"
#include "bot/chat/html.h"
#include "bot/chat/sender.h"
#include "bot/chat/telegram_codec.h"
#include "bot/pictures.h"
#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/log.h"
#include "tests/support/chat_array.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCRIPT "#!/bin/sh\nprintf '\\211PNG\\r\\n\\032\\n'\ncat\n"

struct lab {
    struct temp_store *store;
    struct chat_array *chat;
    struct sender *sender;
    struct pictures *pictures;
    const char *program;
};

static struct err err;

static void program(struct lab *l, const char *script)
{
    temp_write(l->program, script);
    assert_int_equal(0, chmod(l->program, 0700));
}

static int setup(void **state)
{
    void *store;
    struct lab *l = xcalloc(1, sizeof *l);
    err = (struct err){0};
    if (temp_store_setup(&store))
        return -1;
    l->store = store;
    log_set_level((enum log_level) - 1); /* failures are what is tested here */
    clock_test_skip_sleeps(true);
    l->chat = chat_array_new();
    l->program = temp_store_file(l->store, "chart");
    program(l, SCRIPT);
    l->pictures = pictures_new(&(struct pictures_parts){.program = l->program, .limit_ms = 60000});
    assert_ok(sender_new(&l->chat->chat, l->store->path, &l->sender, &err), err);
    sender_pictures(l->sender, l->pictures);
    *state = l;
    return 0;
}

static int teardown(void **state)
{
    struct lab *l = *state;
    void *store = l->store;
    sender_free(l->sender);
    chat_array_free(l->chat);
    pictures_free(l->pictures);
    free(l);
    clock_test_skip_sleeps(false);
    return temp_store_teardown(&store);
}

static void say(struct lab *l, const char *slot, const char *text, const char *drawing)
{
    const struct outgoing_picture picture = {.drawing = drawing,
                                             .figures = "Кухня: <b>24</b>",
                                             .name = "teams-2026.png"};
    struct outgoing out = {.via = "array",
                           .chat_id = 7,
                           .text = text,
                           .slot = slot,
                           .buttons = "[[{\"text\":\"x\",\"data\":\"stats\"}]]",
                           .picture = drawing ? &picture : NULL};
    assert_ok(chatbox_say(l->store->db, &out, &err), err);
}

static void run(struct lab *l, int64_t ms)
{
    int64_t end = clock_mono_ms() + ms, wait;
    for (int rc; (rc = sender_step(l->sender, &wait, &err)) >= 0;) {
        if (rc)
            continue;
        if (wait < 0 || clock_mono_ms() + wait > end)
            return;
        clock_test_advance(wait);
    }
    fail_msg("%s", err.msg);
}

static const struct array_call *last(const struct lab *l)
{
    assert_true(l->chat->n_calls > 0);
    return &l->chat->calls[l->chat->n_calls - 1];
}

static int64_t waiting(struct lab *l)
{
    return temp_store_int(l->store, "SELECT count(*) FROM chat_out WHERE state = 'queued'");
}

/* ---------------------------------------------------------------- the sender */

static void a_picture__is_drawn__when_it_is_sent(void **state)
{
    struct lab *l = *state;
    l->chat->ops.text_max = 4;
    say(l, NULL, "<b>longer than a text may be</b>", "{\"kind\":\"bars\"}");
    run(l, 1000);
    assert_int_equal(l->chat->n_calls, 1);
    assert_int_equal(last(l)->photo_len, 8 + strlen("{\"kind\":\"bars\"}"));
    assert_string_equal(last(l)->text, "<b>longer than a text may be</b>"); /* a caption is whole */
    assert_string_equal(last(l)->file_name, "teams-2026.png");
    assert_non_null(last(l)->buttons);
    assert_int_equal(waiting(l), 0);
}

static void a_slot__is_edited__with_the_new_picture(void **state)
{
    struct lab *l = *state;
    say(l, "stats:1", "a", "{\"n\":1}");
    run(l, 5000);
    say(l, "stats:1", "a", "{\"n\":1}");
    run(l, 5000);
    assert_int_equal(l->chat->n_calls, 1); /* the same picture is not sent again */
    say(l, "stats:1", "a", "{\"n\":22}");
    run(l, 5000);
    assert_int_equal(l->chat->n_calls, 2);
    assert_int_equal(last(l)->action, OUT_EDIT);
    assert_int_equal(last(l)->message_id, 101);
    assert_int_equal(last(l)->photo_len, 8 + strlen("{\"n\":22}"));
    say(l, "stats:1", "only words now", NULL);
    run(l, 5000);
    assert_int_equal(last(l)->action, OUT_EDIT);
    assert_int_equal(last(l)->photo_len, 0);
    assert_string_equal(last(l)->text, "only words now");
}

static void without_a_picture__the_figures__are_told(void **state)
{
    struct lab *l = *state;
    program(l, "#!/bin/sh\nexit 2\n");
    say(l, NULL, "<b>Службы</b>", "{}");
    run(l, 1000);
    assert_int_equal(last(l)->photo_len, 0);
    assert_string_equal(last(l)->text, "<b>Службы</b>\n\nКухня: <b>24</b>");
    program(l, SCRIPT);
    sender_pictures(l->sender, NULL);
    say(l, NULL, "a", "{}");
    run(l, 5000);
    assert_string_equal(last(l)->text, "a\n\nКухня: <b>24</b>");
    sender_pictures(l->sender, l->pictures);
    l->chat->ops.show_photo = NULL;
    say(l, NULL, "b", "{}");
    run(l, 5000);
    assert_string_equal(last(l)->text, "b\n\nКухня: <b>24</b>");
    assert_non_null(last(l)->buttons);
    assert_int_equal(waiting(l), 0);
}

/* Figures that went out in part are not followed by a picture of them. */
static void figures_in_parts__stay__figures(void **state)
{
    struct lab *l = *state;
    l->chat->ops.text_max = 10;
    program(l, "#!/bin/sh\nexit 2\n");
    say(l, NULL, "one two", "{}");
    int64_t wait;
    assert_int_equal(1, sender_step(l->sender, &wait, &err));
    program(l, SCRIPT);
    run(l, 60000);
    assert_true(l->chat->n_calls > 1);
    for (size_t i = 0; i < l->chat->n_calls; i++)
        assert_int_equal(l->chat->calls[i].photo_len, 0);
    assert_int_equal(waiting(l), 0);
}

static void pictures__keep__the_rules_of_messages(void **state)
{
    struct lab *l = *state;
    static const struct {
        struct array_fate fate;
        size_t calls;
    } cases[] = {{{.fate = SEND_LATER, .retry_s = 2}, 2},
                 {{.fate = SEND_UNSURE}, 2},
                 {{.fate = SEND_REFUSED, .kind = ERR_DATA}, 1}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t before = l->chat->n_calls;
        chat_array_fate(l->chat, cases[i].fate);
        say(l, NULL, "a", "{}");
        run(l, 60000);
        assert_int_equal(l->chat->n_calls - before, cases[i].calls);
        assert_true(last(l)->photo_len > 0);
        assert_int_equal(waiting(l), 0);
    }
    say(l, "stats:1", "a", "{}");
    run(l, 5000);
    chat_array_fate(l->chat, (struct array_fate){.fate = SEND_GONE});
    say(l, "stats:1", "b", "{}");
    run(l, 60000);
    assert_int_equal(last(l)->action, OUT_SEND); /* a new message in place of the lost one */
    assert_true(last(l)->photo_len > 0);
}

static void a_drawing__has_to_be__json_of_a_bounded_length(void **state)
{
    struct lab *l = *state;
    AUTO_FREE char *huge = xmalloc(CHATBOX_DRAWING_MAX + 2);
    memset(huge, ' ', CHATBOX_DRAWING_MAX + 1);
    huge[CHATBOX_DRAWING_MAX + 1] = '\0';
    struct outgoing_picture picture = {.drawing = huge, .figures = "", .name = "a.png"};
    struct outgoing out = {.via = "array", .chat_id = 7, .text = "a", .picture = &picture};
    assert_error(chatbox_say(l->store->db, &out, &err), err, ERR_DATA, "more than");
    picture.drawing = "{";
    assert_error(chatbox_say(l->store->db, &out, &err), err, ERR_DATA, "drawing");
    assert_int_equal(waiting(l), 0);
}

/* ---------------------------------------------------------------- Telegram's bodies */

static const char photo[] = "\x89PNG\r\n\x1a\n\0\r\n--x\0y";

static struct out_item photo_item(enum out_action action)
{
    return (struct out_item){.action = action,
                             .chat_id = 7,
                             .thread_id = 3,
                             .message_id = 55,
                             .text = "<b>Службы</b>",
                             .buttons = "[[{\"text\":\"Роли\",\"data\":\"stats roles\"}]]",
                             .file_name = "teams-2026.png",
                             .photo = photo,
                             .photo_len = sizeof photo};
}

static bool holds(const struct tg_upload *up, const char *text, size_t n)
{
    return memmem(up->body, up->len, text, n) != NULL;
}
#define assert_part(up, text)    assert_true(holds((up), (text), strlen(text)))
#define assert_no_part(up, text) assert_false(holds((up), (text), strlen(text)))
#define FIELD(name, value)       "form-data; name=\"" name "\"\r\n\r\n" value "\r\n--"

static void a_photo__is_sent__byte_for_byte_with_its_words(void **state)
{
    (void)state;
    struct out_item item = photo_item(OUT_SEND);
    struct tg_upload up = tg_body_photo(&item, TG_HTML, true);
    assert_has(up.content_type, "multipart/form-data; boundary=");
    const char *boundary = strchr(up.content_type, '=') + 1;
    AUTO_BUF end = BUF_INIT((size_t)100);
    buf_addf(&end, "\r\n--%s--\r\n", boundary);
    assert_memory_equal(up.body + up.len - end.len, end.data, end.len);
    assert_memory_equal(up.body + up.len - end.len - sizeof photo, photo, sizeof photo);
    assert_part(&up,
                "name=\"photo\"; filename=\"teams-2026.png\"\r\nContent-Type: image/png\r\n\r\n");
    assert_part(&up, FIELD("chat_id", "7"));
    assert_part(&up, FIELD("message_thread_id", "3"));
    assert_part(&up, FIELD("caption", "<b>Службы</b>"));
    assert_part(&up, FIELD("parse_mode", "HTML"));
    assert_part(&up, FIELD("reply_markup", "{\"inline_keyboard\":[[{\"text\":\"Роли\","
                                           "\"callback_data\":\"stats roles\"}]]}"));
    assert_no_part(&up, "disable_notification");
    free(up.body);
    item.silent = true;
    item.buttons = NULL;
    up = tg_body_photo(&item, TG_PLAIN, false);
    assert_part(&up, FIELD("caption", "Службы"));
    assert_part(&up, FIELD("disable_notification", "true"));
    assert_no_part(&up, "parse_mode");
    assert_no_part(&up, "message_thread_id");
    assert_no_part(&up, "reply_markup");
    free(up.body);
}

static void a_photo__is_put_into_a_message__as_its_media(void **state)
{
    (void)state;
    struct out_item item = photo_item(OUT_EDIT);
    struct tg_upload up = tg_body_photo(&item, TG_HTML, true);
    assert_part(&up, FIELD("chat_id", "7"));
    assert_part(&up, FIELD("message_id", "55"));
    assert_part(&up, FIELD("media", "{\"type\":\"photo\",\"media\":\"attach://picture\","
                                    "\"caption\":\"<b>Службы</b>\",\"parse_mode\":\"HTML\"}"));
    assert_part(&up, "name=\"picture\"; filename=\"teams-2026.png\"");
    assert_part(&up, "name=\"reply_markup\"");
    assert_no_part(&up, "message_thread_id");
    assert_no_part(&up, "name=\"caption\"");
    free(up.body);
    up = tg_body_photo(&item, TG_PLAIN, true);
    assert_part(&up, "\"caption\":\"Службы\"}");
    free(up.body);
}

static void a_picture_that_holds_the_boundary__gets_another_one(void **state)
{
    (void)state;
    struct out_item item = photo_item(OUT_SEND);
    struct tg_upload up = tg_body_photo(&item, TG_HTML, true);
    AUTO_BUF nasty = BUF_INIT((size_t)1024);
    buf_addn(&nasty, photo, sizeof photo); /* the same beginning, and the end of a body in it */
    buf_addf(&nasty, "\r\n--%s--\r\n", strchr(up.content_type, '=') + 1);
    item.photo = nasty.data;
    item.photo_len = nasty.len;
    struct tg_upload other = tg_body_photo(&item, TG_HTML, true);
    assert_string_not_equal(up.content_type, other.content_type);
    free(up.body);
    free(other.body);
}

/* ---------------------------------------------------------------- the console */

static const char *shown(struct lab *l, FILE *out)
{
    char text[4096];
    rewind(out);
    size_t n = fread(text, 1, sizeof text, out);
    return arena_strndup(l->store->arena, text, n);
}

static void the_console__saves_the_picture__and_says_where(void **state)
{
    struct lab *l = *state;
    AUTO_FREE char *here = getcwd(NULL, 0);
    AUTO_FREE char *real = realpath(l->store->dir.path, NULL);
    FILE *in = tmpfile(), *out = tmpfile();
    struct chat *chat = console_chat(console_new(in, out, false));
    struct out_item item = photo_item(OUT_SEND);
    struct stat st;
    int64_t id;
    assert_int_equal(0, chdir(l->store->dir.path));
    assert_int_equal(SEND_OK, chat->ops->show_photo(chat, &item, &id, &err));
    item.action = OUT_EDIT;
    item.message_id = id;
    assert_int_equal(SEND_OK, chat->ops->show_photo(chat, &item, &id, &err));
    const char *text = shown(l, out);
    assert_has(text,
               arena_printf(l->store->arena, "Службы\n→ %s/teams-2026.png\n[1] Роли\n", real));
    assert_has(text, "/teams-2026-2.png\n");
    assert_int_equal(0, stat("teams-2026.png", &st));
    assert_int_equal(st.st_size, sizeof photo);
    assert_int_equal(0, chdir(here));
    chat->ops->close(chat);
    fclose(in);
    fclose(out);
}

static void the_console__tells_the_figures__when_it_cannot_save(void **state)
{
    struct lab *l = *state;
    AUTO_FREE char *here = getcwd(NULL, 0);
    FILE *in = tmpfile(), *out = tmpfile();
    struct chat *chat = console_chat(console_new(in, out, false));
    struct out_item item = photo_item(OUT_SEND);
    int64_t id;
    item.figures = "Кухня: 24";
    assert_int_equal(0, chdir(l->store->dir.path));
    temp_write("teams-2026.png", "");
    for (int i = 2; i < 100; i++) /* every name is taken */
        temp_write(arena_printf(l->store->arena, "teams-2026-%d.png", i), "");
    assert_int_equal(SEND_OK, chat->ops->show_photo(chat, &item, &id, &err));
    assert_int_equal(0, chdir(here));
    const char *text = shown(l, out);
    assert_has(text, "✗ teams-2026");
    assert_has(text, "Кухня: 24\n[1] Роли\n");
    chat->ops->close(chat);
    fclose(in);
    fclose(out);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_picture__is_drawn__when_it_is_sent),
        T(a_slot__is_edited__with_the_new_picture),
        T(without_a_picture__the_figures__are_told),
        T(figures_in_parts__stay__figures),
        T(pictures__keep__the_rules_of_messages),
        T(a_drawing__has_to_be__json_of_a_bounded_length),
        cmocka_unit_test(a_photo__is_sent__byte_for_byte_with_its_words),
        cmocka_unit_test(a_photo__is_put_into_a_message__as_its_media),
        cmocka_unit_test(a_picture_that_holds_the_boundary__gets_another_one),
        T(the_console__saves_the_picture__and_says_where),
        T(the_console__tells_the_figures__when_it_cannot_save),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

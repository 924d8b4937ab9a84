/* test_console.c: the terminal as a transport. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/chat/console.h"
#include "store/base/buf.h"
#include "tests/unit/fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    struct console *console;
    struct chat *chat;
    const struct chat_ops *ops;
    FILE *in, *out;
    int to_bot; /* what is written here is typed */
    long read_to;
    struct arena *arena;
    struct chat_update *update; /* of the last poll */
    size_t n;
    int64_t next;
    struct err err;
};

static int open_console(void **state, bool tty)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    int fds[2];
    if (pipe(fds))
        return -1;
    f->in = fdopen(fds[0], "r");
    f->to_bot = fds[1];
    f->out = tmpfile();
    f->arena = arena_new(1 << 20);
    f->console = console_new(f->in, f->out, tty);
    f->chat = console_chat(f->console);
    f->ops = f->chat->ops;
    *state = f;
    return 0;
}

static int setup(void **state)
{
    return open_console(state, false);
}

static int setup_tty(void **state)
{
    return open_console(state, true);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    f->ops->close(f->chat);
    if (f->to_bot >= 0)
        close(f->to_bot);
    fclose(f->in);
    fclose(f->out);
    arena_free(f->arena);
    free(f);
    return 0;
}

static void type(struct fixture *f, const char *text)
{
    assert_int_equal(write(f->to_bot, text, strlen(text)), strlen(text));
}

static int poll_once(struct fixture *f)
{
    f->err = (struct err){0};
    f->n = 99;
    return f->ops->poll(f->chat, f->next, 1, f->arena, &f->update, &f->n, &f->next, &f->err);
}

/* The chat thread has stored the line and asks again, without time to wait. */
static void come_back(struct fixture *f)
{
    assert_int_equal(0, f->ops->poll(f->chat, f->next, 0, f->arena, &f->update, &f->n, &f->next,
                                     &f->err));
    console_ready(f->console, true);
}

/* What was printed since the last time. */
static const char *printed(struct fixture *f)
{
    char *text = arena_alloc(f->arena, 8192, 1);
    fseek(f->out, f->read_to, SEEK_SET);
    text[fread(text, 1, 8191, f->out)] = '\0';
    f->read_to = ftell(f->out);
    return text;
}

static int64_t show(struct fixture *f, int64_t edit_of, const char *text, const char *buttons,
                    bool intermediate)
{
    struct out_item item = {.action = edit_of ? OUT_EDIT : OUT_SEND,
                            .message_id = edit_of,
                            .text = text,
                            .buttons = buttons,
                            .intermediate = intermediate};
    int64_t id = 0;
    f->err = (struct err){0};
    enum send_fate fate = edit_of ? f->ops->edit(f->chat, &item, &id, &f->err)
                                  : f->ops->send(f->chat, &item, &id, &f->err);
    assert_int_equal(fate, SEND_OK);
    return id;
}

#define TWO                                                                                               \
    "[[{\"text\":\"Участие\",\"data\":\"sync:p\"},{\"text\":\"Кода\",\"url\":\"https://c\"}]," \
    "[{\"text\":\"Ещё\",\"data\":\"more\"},{\"text\":\"Код\",\"copy\":\"K7\"}]]"

static void a_line__is__a_message(void **state)
{
    struct fixture *f = *state;
    console_person(f->console, 5, 6, "Ксения", "ru");
    type(f, "  /status \xff\x01 \r\n");
    assert_int_equal(0, poll_once(f));
    assert_int_equal(f->n, 1);
    assert_int_equal(f->update->kind, UPDATE_MESSAGE);
    assert_string_equal(f->update->text, "/status \xef\xbf\xbd");
    assert_int_equal(f->update->user_id, 5);
    assert_int_equal(f->update->chat_id, 6);
    assert_string_equal(f->update->user_name, "Ксения");
    assert_true(f->update->is_private);
    assert_int_equal(f->next, f->update->update_id + 1);
}

static void a_message__is_shown__with_numbered_buttons(void **state)
{
    struct fixture *f = *state;
    show(f, 0, "<b>Привет</b> &amp; всё", TWO, false);
    assert_string_equal(printed(f),
                        "Привет & всё\n[1] Участие  Кода: https://c\n[2] Ещё  Код: K7\n");
}

static void a_number__presses__the_button_of_the_latest_message_that_has_any(void **state)
{
    struct fixture *f = *state;
    int64_t id = show(f, 0, "a", TWO, false);
    show(f, 0, "b", NULL, false);
    type(f, "2\n");
    assert_int_equal(0, poll_once(f));
    assert_int_equal(f->update->kind, UPDATE_PRESS);
    assert_string_equal(f->update->data, "more");
    assert_int_equal(f->update->message_id, id);
    assert_non_null(f->update->callback_id);
    come_back(f);
    type(f, "3\n");
    assert_int_equal(0, poll_once(f));
    assert_int_equal(f->update->kind, UPDATE_MESSAGE); /* there are two */
    show(f, id, "a, done", NULL, false);               /* the buttons are gone */
    come_back(f);
    type(f, "1\n");
    assert_int_equal(0, poll_once(f));
    assert_string_equal(f->update->text, "1");
}

static void without_a_terminal__only_final_states__are_printed(void **state)
{
    struct fixture *f = *state;
    int64_t id = show(f, 0, "10 %", TWO, true);
    assert_int_equal(show(f, id, "20 %", TWO, true), id);
    assert_string_equal(printed(f), "");
    show(f, id, "done", NULL, false);
    assert_string_equal(printed(f), "done\n");
}

static void a_message_of_another_session__is_gone(void **state)
{
    struct fixture *f = *state;
    struct out_item item = {.action = OUT_EDIT, .message_id = 5, .text = "x"};
    int64_t id;
    assert_int_equal(SEND_GONE, f->ops->edit(f->chat, &item, &id, &f->err));
}

static void an_answer__is_shown__when_it_says_something(void **state)
{
    struct fixture *f = *state;
    struct out_item item = {.action = OUT_ANSWER, .text = "Остановлено"};
    assert_int_equal(SEND_OK, f->ops->answer(f->chat, &item, &f->err));
    assert_string_equal(printed(f), "· Остановлено\n");
    item.text = "";
    f->ops->answer(f->chat, &item, &f->err);
    assert_string_equal(printed(f), "");
}

struct folder {
    char was[4096], path[64];
};

/* Goes into a folder of its own. */
static void enter_folder(struct folder *f)
{
    strcpy(f->path, "/tmp/rosterd-console-XXXXXX");
    assert_non_null(getcwd(f->was, sizeof f->was));
    assert_non_null(mkdtemp(f->path));
    assert_int_equal(0, chdir(f->path));
}

static void leave_folder(struct folder *f, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(0, unlink(names[i]));
    assert_int_equal(0, chdir(f->was));
    assert_int_equal(0, rmdir(f->path)); /* nothing else was left there */
}

static int64_t send_file(struct fixture *f, const char *name, const char *caption,
                         const char *content)
{
    struct out_item item = {.action = OUT_FILE,
                            .text = caption,
                            .file_name = name,
                            .content = content};
    int64_t id = 0;
    assert_int_equal(SEND_OK, f->ops->send_file(f->chat, &item, &id, &f->err));
    return id;
}

static void a_file__is_written__into_the_folder_and_over_nothing(void **state)
{
    struct fixture *f = *state;
    struct folder folder;
    char expected[256];
    static const char content[] = "\xef\xbb\xbf"
                                  "имя\r\n1\r\n";
    static const char *const names[] = {"plan-318.csv", "plan-318-2.csv", "plan-318-3.csv",
                                        "_etc_passwd"};
    enter_folder(&folder);
    int64_t id = send_file(f, "plan-318.csv", "<b>План</b> &amp;", content);
    snprintf(expected, sizeof expected, "План &\n→ %s/plan-318.csv\n", folder.path);
    assert_string_equal(printed(f), expected);
    assert_int_equal(send_file(f, "plan-318.csv", "", "other"), id + 1);
    assert_int_equal(symlink("/nowhere/at/all", names[2]), 0); /* not followed either */
    send_file(f, "../etc/passwd", "", "x");
    const char *said = printed(f);
    snprintf(expected, sizeof expected, "→ %s/plan-318-2.csv\n→ %s/_etc_passwd\n", folder.path,
             folder.path);
    assert_string_equal(said, expected);
    AUTO_FREE char *first = read_file(names[0]), *second = read_file(names[1]);
    assert_string_equal(first, content);
    assert_string_equal(second, "other");
    leave_folder(&folder, names, ARRAY_LEN(names));
}

static void a_file__that_cannot_be_written__is_shown(void **state)
{
    struct fixture *f = *state;
    struct folder folder;
    AUTO_BUF csv = BUF_INIT(4096);
    enter_folder(&folder);
    leave_folder(&folder, NULL, 0);
    assert_int_equal(0, mkdir(folder.path, 0700));
    assert_int_equal(0, chdir(folder.path));
    assert_int_equal(0, rmdir(folder.path)); /* for root too nothing can be made here */
    buf_add(&csv, "\xef\xbb\xbf"
                  "a,\033[2J\r\n");
    for (int i = 2; i <= 30; i++)
        buf_addf(&csv, "line %d\r\n", i);
    send_file(f, "plan.csv", "План", buf_str(&csv));
    assert_int_equal(0, chdir(folder.was));
    const char *said = printed(f);
    assert_non_null(strstr(said, "План\n✗ plan.csv: No such file or directory\na,[2J\nline 2\n"));
    assert_non_null(strstr(said, "line 20\n…\n"));
    assert_null(strstr(said, "line 21"));
}

static void a_script__goes_on__when_all_is_answered(void **state)
{
    struct fixture *f = *state;
    type(f, "one\n\ntwo\nlast without a line end");
    close(f->to_bot);
    f->to_bot = -1;
    assert_int_equal(0, poll_once(f));
    assert_string_equal(f->update->text, "one");
    assert_false(console_is_ready(f->console));
    console_ready(f->console, true); /* too early: the line is not in the store yet */
    assert_int_equal(0, poll_once(f));
    assert_int_equal(f->n, 0);
    console_ready(f->console, true);
    assert_int_equal(0, poll_once(f));
    assert_string_equal(f->update->text, "two");
    come_back(f);
    assert_int_equal(0, poll_once(f));
    assert_string_equal(f->update->text, "last without a line end");
    come_back(f);
    assert_int_equal(-1, poll_once(f));
    assert_int_equal(f->err.kind, ERR_CANCELED);
}

static void wake__ends__a_wait(void **state)
{
    struct fixture *f = *state;
    f->ops->wake(f->chat);
    assert_int_equal(-1, poll_once(f));
    assert_int_equal(f->err.kind, ERR_CANCELED);
    assert_int_equal(0,
                     f->ops->poll(f->chat, 5, 0, f->arena, &f->update, &f->n, &f->next, &f->err));
    assert_int_equal(f->n, 0);
    assert_int_equal(f->next, 5);
}

static void *type_much(void *ctx)
{
    struct fixture *f = ctx;
    for (int i = 0; i < 1000; i++)
        type(f, "0123456789012345678901234567890123456789");
    type(f, "\nnext\n");
    return NULL;
}

static void an_endless_line__is_cut(void **state)
{
    struct fixture *f = *state;
    pthread_t thread;
    pthread_create(&thread, NULL, type_much, f);
    assert_int_equal(0, poll_once(f));
    assert_in_range(strlen(f->update->text), 8000, 8192);
    come_back(f);
    assert_int_equal(0, poll_once(f));
    assert_string_equal(f->update->text, "next");
    pthread_join(thread, NULL);
}

static void on_a_terminal__progress__is_rewritten_in_place(void **state)
{
    struct fixture *f = *state;
    int64_t id = show(f, 0, "a\nb", NULL, true);
    assert_string_equal(printed(f), "a\nb\n");
    show(f, id, "c", TWO, true);
    assert_non_null(strstr(printed(f), "\033[2A\033[Jc\n[1] Участие"));
    show(f, id, "d", NULL, false);
    assert_string_equal(printed(f), "\033[3A\033[Jd\n");
    show(f, 0, "another", NULL, false);
    printed(f);
    show(f, id, "e", NULL, false); /* no longer at the bottom */
    assert_string_equal(printed(f), "e\n");
}

static void on_a_terminal__typing__ends_the_rewriting(void **state)
{
    struct fixture *f = *state;
    int64_t id = show(f, 0, "10 %", NULL, true);
    printed(f);
    type(f, "/status\n");
    assert_int_equal(0, poll_once(f));
    assert_string_equal(printed(f), "> ");
    assert_true(console_is_ready(f->console));
    show(f, id, "20 %", NULL, true);
    assert_string_equal(printed(f), "20 %\n");
    f->ops->wake(f->chat);
    assert_int_equal(-1, poll_once(f));
    type(f, "x");
    poll_once(f); /* the prompt is there, no line yet */
    assert_string_equal(printed(f), "> ");
    show(f, id, "30 %", NULL, true);
    assert_string_equal(printed(f), "\r\033[K\033[1A\033[J30 %\n> ");
}

#define T(f)   cmocka_unit_test_setup_teardown(f, setup, teardown)
#define TTY(f) cmocka_unit_test_setup_teardown(f, setup_tty, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_line__is__a_message),
        T(a_message__is_shown__with_numbered_buttons),
        T(a_number__presses__the_button_of_the_latest_message_that_has_any),
        T(without_a_terminal__only_final_states__are_printed),
        T(a_message_of_another_session__is_gone),
        T(an_answer__is_shown__when_it_says_something),
        T(a_file__is_written__into_the_folder_and_over_nothing),
        T(a_file__that_cannot_be_written__is_shown),
        T(a_script__goes_on__when_all_is_answered),
        T(wake__ends__a_wait),
        T(an_endless_line__is_cut),
        TTY(on_a_terminal__progress__is_rewritten_in_place),
        TTY(on_a_terminal__typing__ends_the_rewriting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

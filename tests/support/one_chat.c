#include "tests/support/one_chat.h"

#include "bot/ask.h"
#include "bot/dispatch.h"
#include "store/base/json.h"
#include "tests/support/check.h"

#include <stdlib.h>

static const _Atomic bool never;

static void wake(void *ctx)
{
    (void)ctx;
}

int one_chat_setup(void **state)
{
    void *festival;
    struct one_chat *c = xcalloc(1, sizeof *c);
    if (small_festival_setup(&festival))
        return -1;
    c->f = festival;
    c->user = OLEG;
    c->bot =
        (struct bot){.cfg = c->f->cfg, .stop = &never, .wake_workers = wake, .wake_sender = wake};
    c->said = c->buttons = "";
    *state = c;
    return 0;
}

int one_chat_teardown(void **state)
{
    struct one_chat *c = *state;
    void *festival = c->f;
    free(c);
    return small_festival_teardown(&festival);
}

static void read_buttons(struct one_chat *c, const cJSON *rows)
{
    AUTO_BUF b = BUF_INIT(1 << 16);
    for (const cJSON *row = rows ? rows->child : NULL; row; row = row->next) {
        for (const cJSON *one = row->child; one; one = one->next) {
            const char *data = json_text(one, "data"), *url = json_text(one, "url");
            buf_addf(&b, "%s → %s\n", json_text(one, "text"), data ? data : url);
        }
    }
    c->buttons = arena_strdup(c->f->arena, buf_str(&b));
}

/* The outbox is emptied before each update: what is in it afterwards is the answer. */
static const char *ask(struct one_chat *c, struct chat_update u)
{
    struct err err = {0};
    bool any, queued;
    AUTO_JSON *tree = NULL;
    AUTO_BUF plain = BUF_INIT(1 << 16);
    u.update_id = ++c->updates;
    u.chat_id = u.user_id = c->user;
    u.is_private = true;
    u.user_name = "Олег";
    u.language = "ru";
    assert_ok(DB_RUN(c->f->db, &err, "DELETE FROM chat_out"), err);
    assert_ok(chatbox_receive(c->f->db, "telegram", &u, 1, c->updates + 1, &err), err);
    assert_ok(dispatch_step(&c->bot, c->f->db, &any, &queued, &err), err);
    assert_true(any);
    const char *mine =
        arena_printf(c->f->arena, "FROM chat_out WHERE kind = 'message' AND chat_id = %lld",
                     (long long)c->user);
    assert_int_equal(temp_store_int(c->f->store,
                                    arena_printf(c->f->arena, "SELECT count(*) %s", mine)),
                     1);
    const char *payload =
        temp_store_text(c->f->store, arena_printf(c->f->arena, "SELECT payload %s", mine));
    assert_ok(json_parse(payload, strlen(payload), &tree, &err), err);
    assert_true(html_valid(json_text(tree, "text")));
    html_to_plain(json_text(tree, "text"), &plain);
    c->said = arena_strdup(c->f->arena, buf_str(&plain));
    c->slot = temp_store_text(c->f->store, arena_printf(c->f->arena, "SELECT slot %s", mine));
    read_buttons(c, json_at(tree, "buttons"));
    return c->said;
}

const char *one_chat_say(struct one_chat *c, const char *text)
{
    return ask(c, (struct chat_update){.kind = UPDATE_MESSAGE, .text = text});
}

const char *one_chat_press_data(struct one_chat *c, const char *data)
{
    return ask(c, (struct chat_update){.kind = UPDATE_PRESS, .data = data, .callback_id = "1"});
}

const char *one_chat_press(struct one_chat *c, const char *label)
{
    for (const char *line = c->buttons; *line; line = strchr(line, '\n') + 1) {
        const char *arrow = strstr(line, " → "), *at = strstr(line, label);
        /* the label itself may hold an arrow: data is what follows the last one */
        for (const char *next; (next = strstr(arrow + 1, " → ")) && next < strchr(line, '\n');)
            arrow = next;
        if (at && at < arrow) {
            const char *data = arrow + strlen(" → ");
            return one_chat_press_data(c, arena_strndup(c->f->arena, data, strcspn(data, "\n")));
        }
    }
    fail_msg("no button «%s» among:\n%s", label, c->buttons);
    return NULL;
}

#include "tests/support/people_chat.h"

#include "bot/dispatch.h"
#include "store/base/clock.h"
#include "store/base/json.h"

#include <stdlib.h>

static const _Atomic bool never;
static const int64_t admins[] = {OLEG, VERA};

static const struct {
    int64_t id;
    const char *name, *lang;
} known[] = {{OLEG, "Олег", "ru"},
             {VERA, "Vera", "en"},
             {KSENIA, "Ксения", "ru"},
             {BORIS, "Борис", "ru"}};

static void wake(void *ctx)
{
    (void)ctx;
}

int people_chat_setup(void **state)
{
    void *festival;
    struct people_chat *c = xcalloc(1, sizeof *c);
    if (small_festival_setup(&festival))
        return -1;
    c->f = festival;
    c->f->cfg->store = c->f->store->path;
    c->f->cfg->admins = admins;
    c->f->cfg->n_admins = ARRAY_LEN(admins);
    c->bot =
        (struct bot){.cfg = c->f->cfg, .stop = &never, .wake_workers = wake, .wake_sender = wake};
    lab_insert(c->f, 0, "person", PETR,
               (const char *[]){"name", "Ильин Пётр", "first_name", "Пётр", NULL});
    lab_insert(c->f, 0, "team", KITCHEN,
               (const char *[]){"name", "Кухня", "type", "FIELD_SERVICE", NULL});
    lab_insert(c->f, 0, "participation", COOK,
               (const char *[]){"person_id", PETR, "team_id", KITCHEN, "role", "ORGANIZER",
                                "status", "PLANNED", NULL});
    *state = c;
    return 0;
}

int people_chat_teardown(void **state)
{
    struct people_chat *c = *state;
    void *festival = c->f;
    free(c);
    return small_festival_teardown(&festival);
}

/* The outbox is emptied before each update: what is in it afterwards was said by it. */
const char *chat_step(struct people_chat *c, struct chat_update u)
{
    struct err err = {0};
    bool any;
    u.update_id = ++c->updates;
    if (!u.chat_id) {
        u.chat_id = u.user_id;
        u.is_private = true;
    }
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (known[i].id == u.user_id) {
            u.user_name = u.user_name ? u.user_name : known[i].name;
            u.language = known[i].lang;
        }
    }
    assert_ok(DB_RUN(c->f->db, &err, "DELETE FROM chat_out"), err);
    assert_ok(chatbox_receive(c->f->db, "telegram", &u, 1, c->updates + 1, &err), err);
    assert_ok(dispatch_step(&c->bot, c->f->db, &any, &c->queued, &err), err);
    assert_true(any);
    assert_false(db_in_transaction(c->f->db));
    c->answer = temp_store_text(c->f->store, "SELECT json_extract(payload, '$.text') FROM chat_out"
                                             " WHERE kind = 'answer'");
    return chat_told(c, u.chat_id);
}

const char *chat_say(struct people_chat *c, int64_t user, const char *text)
{
    return chat_step(c,
                     (struct chat_update){.kind = UPDATE_MESSAGE, .user_id = user, .text = text});
}

const char *chat_press(struct people_chat *c, int64_t user, const char *data)
{
    return chat_step(c, (struct chat_update){.kind = UPDATE_PRESS,
                                             .user_id = user,
                                             .data = data,
                                             .callback_id = "1"});
}

const char *chat_contact(struct people_chat *c, int64_t user, const char *phone)
{
    return chat_step(c, (struct chat_update){.kind = UPDATE_MESSAGE,
                                             .user_id = user,
                                             .text = "",
                                             .contact = phone});
}

/* The payload of message `at` of those said in the chat, NULL past the last. */
static cJSON *payload(struct people_chat *c, int64_t chat, int at)
{
    struct err err = {0};
    cJSON *tree = NULL;
    const char *text =
        temp_store_text(c->f->store,
                        arena_printf(c->f->arena,
                                     "SELECT payload FROM chat_out WHERE kind = 'message' AND"
                                     " chat_id = %lld ORDER BY id LIMIT 1 OFFSET %d",
                                     (long long)chat, at));
    if (text)
        assert_ok(json_parse(text, strlen(text), &tree, &err), err);
    return tree;
}

const char *chat_told(struct people_chat *c, int64_t chat)
{
    AUTO_BUF plain = BUF_INIT(1 << 18);
    int at = 0;
    for (cJSON *tree; (tree = payload(c, chat, at)); at++) {
        assert_true(html_valid(json_text(tree, "text")));
        buf_add(&plain, at ? "\n---\n" : "");
        html_to_plain(json_text(tree, "text"), &plain);
        json_free_ptr(&tree);
    }
    return at ? arena_strdup(c->f->arena, buf_str(&plain)) : NULL;
}

static void add_buttons(const cJSON *rows, struct buf *b)
{
    for (const cJSON *row = rows ? rows->child : NULL; row; row = row->next) {
        for (const cJSON *one = row->child; one; one = one->next) {
            const char *data = json_text(one, "data");
            assert_true(!data || strlen(data) <= BUTTON_DATA_MAX);
            buf_addf(b, "%s → %s\n", json_text(one, "text"),
                     data                        ? data
                     : json_bool(one, "contact") ? "(contact)"
                                                 : json_text(one, "url"));
        }
    }
}

const char *chat_buttons(struct people_chat *c, int64_t chat)
{
    AUTO_BUF b = BUF_INIT(1 << 16);
    int at = 0;
    for (cJSON *tree; (tree = payload(c, chat, at)); at++) {
        add_buttons(json_at(tree, "buttons"), &b);
        json_free_ptr(&tree);
    }
    assert_true(at > 0);
    return arena_strdup(c->f->arena, buf_str(&b));
}

const char *chat_data(struct people_chat *c, int64_t chat, const char *label)
{
    const char *all = chat_buttons(c, chat), *at = strstr(all, label);
    const char *arrow = at ? strstr(at, " → ") : NULL;
    if (!arrow)
        fail_msg("no button «%s» among:\n%s", label, all);
    arrow += strlen(" → ");
    return arena_strndup(c->f->arena, arrow, strcspn(arrow, "\n"));
}

enum role chat_role(struct people_chat *c, int64_t user)
{
    struct err err = {0};
    const struct rights *r;
    assert_ok(rights_of(&c->bot, c->f->db, "telegram", user, clock_now_ms(), c->f->arena, &r, &err),
              err);
    return r->role;
}

/* test_chat.c: who may do what, every command once, groups, strangers, long and odd texts. */
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"

#include <stdio.h>

#define GROUP    (-1000500)
#define STRANGER 3001

static int64_t press_in(struct e2e *e, int64_t user, int64_t chat, const char *button,
                        const char **ret_id)
{
    AUTO_JSON *pressed =
        e2e_post(e, "/telegram/press", "{\"user\":%lld,\"chat\":%lld,\"button\":\"%s\"}",
                 (long long)user, (long long)chat, button);
    *ret_id = arena_strdup(e->arena, json_text(pressed, "callback_query_ids.0"));
    return e2e_number(pressed, "message_id");
}

static void no_refused_calls(struct e2e *e)
{
    assert_int_equal(e2e_stat(e, "errors.400"), 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM chat_out WHERE state = 'failed'"), 0);
}

static void test_strangers(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    static const char *const tries[] = {"/sync all", "/status", "/invalid", "/grant 3001", "hello"};
    for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
        int64_t user = STRANGER + (int64_t)i;
        struct said s = e2e_ask(e, user, tries[i], "Telegram id");
        assert_has(s.text, arena_printf(e->arena, "%lld", (long long)user));
    }
    /* a button of an organizer, in a group; and one made up, in the stranger's own chat */
    const char *id;
    e2e_say_in(e, ADMIN, GROUP, "/sync");
    e2e_wait(e, GROUP, 0, "Что сверить?", WAIT);
    press_in(e, STRANGER, GROUP, "Всё", &id);
    assert_has(e2e_pressed(e, id), "для организаторов");
    AUTO_JSON *forged = e2e_post(e, "/telegram/press",
                                 "{\"user\":%d,\"chat\":%d,\"message_id\":1,\"data\":\"sync all\"}",
                                 STRANGER, STRANGER);
    assert_has(e2e_pressed(e, json_text(forged, "callback_query_ids.0")), "для организаторов");
    AUTO_JSON *old =
        e2e_post(e, "/telegram/press",
                 "{\"user\":%d,\"chat\":%d,\"message_id\":1,\"data\":\"nothing 7\"}", ADMIN, ADMIN);
    assert_has(e2e_pressed(e, json_text(old, "callback_query_ids.0")), "уже не действует");
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM job"), 0);
    assert_int_equal(
        e2e_int(e, "SELECT count(*) FROM chat_user WHERE role NOT IN ('anyone', 'admin')"), 0);
    no_refused_calls(e);
    e2e_done(e);
}

/* How many lists of commands of that scope Telegram has. */
static int menus_of(struct e2e *e, const char *scope)
{
    AUTO_JSON *menus = e2e_get(e, "/telegram/commands");
    const cJSON *menu = NULL;
    int n = 0;
    cJSON_ArrayForEach(menu, json_at(menus, "menus")) n +=
        str_eq(json_text(menu, "scope.type"), scope);
    return n;
}

static void test_commands(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_set(e, "[telegram]", "admins", "1001 1002 1003"); /* three chats: each bears one a second */
    e2e_start(e);
    e2e_ask(e, ADMIN, "/start", "Начните с кнопки ниже");
    e2e_ask(e, ADMIN, "/runs", "Прогонов ещё не было");
    e2e_press(e, ADMIN, "Синхронизировать", 1);
    e2e_wait(e, ADMIN, 0, "Что сверить?", WAIT);
    e2e_press(e, ADMIN, "Всё", 1);
    e2e_wait(e, ADMIN, 0, "сверено за", WAIT);
    struct said runs = e2e_ask(e, 1002, "/runs", "Последние прогоны");
    assert_has(runs.text, "Участие");
    e2e_press(e, 1002, "Прогон 3", 1);
    struct said run = e2e_wait(e, 1002, runs.id, "Прогон 3: Участие", WAIT);
    assert_has(run.text, "268 новых");
    assert_has(run.text, "· новые: ");
    e2e_ask(e, 1003, "/run 999", "Прогона 999 нет");
    e2e_ask(e, 1003, "/stauts", "/status");
    e2e_ask(e, 1003, "/sync уастие", "Участие");
    struct said status = e2e_ask(e, ADMIN, "/status", "268 участий · ");
    e2e_press(e, ADMIN, "Обновить", 1);
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM chat_in WHERE state <> 'done'") == 0);
    e2e_ask(e, ADMIN, "/start", "Последняя сверка");
    assert_int_equal(e2e_count(e, ADMIN, "268 участий · "), 1); /* renewed, not repeated */
    assert_true(e2e_wait(e, ADMIN, 0, "268 участий · ", WAIT).id == status.id);
    E2E_UNTIL(WAIT, menus_of(e, "default") == 3 && menus_of(e, "all_group_chats") == 3 &&
                        menus_of(e, "chat") == 3); /* each admin's own */
    e2e_ask(e, ADMIN, "/grant 2001 checker", "2001");
    e2e_ask(e, 2001, "/start", "");
    E2E_UNTIL(WAIT, menus_of(e, "chat") == 4);
    e2e_ask(e, ADMIN, "/revoke 2001", "Точно забрать роль");
    e2e_press(e, ADMIN, "Да, точно", 1);
    E2E_UNTIL(WAIT, menus_of(e, "chat") == 3);
    no_refused_calls(e);
    e2e_done(e);
}

static void test_invalid_pages(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/sync all", "сверено за");
    struct said first = e2e_ask(e, ADMIN, "/invalid", "Не приняты: 31");
    const char *one = first.text;
    e2e_press(e, ADMIN, "10 из 31", 1);
    struct said second = e2e_wait(e, ADMIN, first.id - 1, "6. ", WAIT);
    assert_int_equal(second.id, first.id);
    assert_string_not_equal(second.text, one);
    e2e_press(e, ADMIN, "◀︎", 1);
    struct said back = e2e_wait(e, ADMIN, first.id - 1, "1. ", WAIT);
    E2E_UNTIL(WAIT, e2e_count(e, ADMIN, "\n1. ") == 1);
    back = e2e_wait(e, ADMIN, first.id - 1, "\n1. ", WAIT);
    assert_int_equal(back.id, first.id);
    assert_string_equal(back.text, one);
    e2e_ask(e, ADMIN, "/invalid teams", "Не приняты: 3");
    no_refused_calls(e);
    e2e_done(e);
}

static void test_grant_and_revoke(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_do(e, "/telegram/say",
           "{\"user\":2001,\"name\":\"Ксения\",\"username\":\"ksenia_lead\",\"text\":\"/status\"}");
    e2e_wait(e, 2001, 0, "пока вас не знаю", WAIT);
    e2e_ask(e, ADMIN, "/grant @nobody_here", "Не знаю @nobody_here");
    e2e_ask(e, ADMIN, "/grant @ksenia_lead", "Ксения (2001): организатор");
    e2e_wait(e, 2001, 0, "Вам дали роль: организатор", WAIT);
    e2e_ask(e, ADMIN, "/grant 2001", "Уже так: Ксения (2001), организатор");
    e2e_ask(e, 2001, "/sync teams", "сверено за");
    e2e_ask(e, 2001, "/grant 2002", "Это может админ");
    e2e_ask(e, ADMIN, "/revoke 1001", "админ по конфигурации");
    e2e_ask(e, ADMIN, "/revoke 2001", "Точно забрать роль: Человек 2001");
    e2e_press(e, ADMIN, "Да, точно", 2);
    e2e_wait(e, ADMIN, 0, "Забрано: Человек 2001, организатор", WAIT);
    int64_t asked = e2e_say(e, 2001, "/sync teams");
    e2e_wait(e, 2001, asked, "пока вас не знаю", WAIT);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM job"), 1);
    no_refused_calls(e);
    e2e_done(e);
}

static void test_language(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/lang", "На каком языке");
    e2e_press(e, ADMIN, "English", 1);
    e2e_wait(e, ADMIN, 0, "I speak English now", WAIT);
    e2e_ask(e, ADMIN, "/sync teams", "in step after");
    e2e_ask(e, ADMIN, "/status", "The queue is empty");
    e2e_restart(e);
    e2e_ask(e, ADMIN, "/id", "Your Telegram id");
    e2e_ask(e, ADMIN, "/lang ru", "Теперь говорю по-русски");
    /* somebody new is spoken to in the language of their app */
    e2e_do(e, "/telegram/say",
           "{\"user\":4001,\"name\":\"Ann\",\"language_code\":\"en\",\"text\":\"/id\"}");
    e2e_wait(e, 4001, 0, "Your Telegram id", WAIT);
    e2e_done(e);
}

/* In a group people talk to each other: the bot answers only commands. */
static void test_group(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_say_in(e, ADMIN, GROUP, "всем привет");
    e2e_say_in(e, STRANGER, GROUP, "а что тут делает бот?");
    e2e_say_in(e, ADMIN, GROUP, "/nosuchcommand");
    int64_t asked = e2e_say_in(e, ADMIN, GROUP, "/status@rosterd_sandbox_bot");
    e2e_wait(e, GROUP, asked, "Очередь пуста", WAIT);
    AUTO_JSON *chat = e2e_get(e, "/telegram/chat?chat=%d", GROUP);
    int said = 0;
    for (const cJSON *m = chat->child; m; m = m->next)
        said += json_bool(m, "from_bot");
    assert_int_equal(said, 1);
    e2e_say_in(e, ADMIN, GROUP, "/sync@rosterd_sandbox_bot all");
    e2e_wait(e, GROUP, 0, "сверено за", WAIT);
    e2e_say_in(e, ADMIN, GROUP, "/id");
    e2e_wait(e, GROUP, 0, "Id этого чата: -1000500", WAIT);

    /* the group becomes a supergroup: its new id is used from then on */
    e2e_do(e, "/telegram/migrate", "{\"chat\":%d,\"to\":-1000777}", GROUP);
    AUTO_JSON *pressed = e2e_post(e, "/telegram/press",
                                  "{\"user\":%d,\"chat\":%d,\"button\":\"Прогоны\"}", ADMIN, GROUP);
    (void)pressed;
    e2e_wait(e, -1000777, 0, "Последние прогоны", WAIT);
    assert_int_equal(e2e_count(e, -1000777, "Последние прогоны"), 1);
    e2e_done(e);
}

static void test_topic(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_say_in(e, ADMIN, GROUP, "привет");
    e2e_do(e, "/telegram/topic", "{\"chat\":%d,\"thread\":77}", GROUP);
    e2e_do(e, "/telegram/say",
           "{\"user\":%d,\"chat\":%d,\"thread\":77,\"text\":\"/sync all\","
           "\"extra\":{\"is_topic_message\":true}}",
           ADMIN, GROUP);
    e2e_wait(e, GROUP, 0, "сверено за", WAIT);
    AUTO_JSON *last = e2e_get(e, "/telegram/last?chat=%d", GROUP);
    assert_int_equal(e2e_number(last, "thread"), 77);
    no_refused_calls(e);
    e2e_done(e);
}

/* Values of 5,000 units, with pairs and signs that would break HTML, shown in several lists. */
static void test_long_texts(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){.faults = "0"});
    AUTO_BUF word = BUF_INIT(1 << 16);
    for (int i = 0; i < 250; i++)
        buf_add(&word, i % 7 ? "<b>&😀 длинно " : "</a>🏕&amp;");
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync all", "сверено за");
    const char *person = e2e_text(e, "SELECT remote_id FROM link WHERE flow = 'people'");
    const char *team = e2e_text(e, "SELECT remote_id FROM link WHERE flow = 'teams'");
    for (int i = 0; i < 3; i++)
        e2e_do(e, "/coda/row",
               "{\"table\":\"%s\",\"cells\":{\"Год\":2026,\"person_id\":\"%s\","
               "\"direction_id\":\"%s\",\"Роль\":\"%s\"}}",
               SB_CODA_PART, person, team, buf_str(&word));
    struct said done = e2e_ask(e, ADMIN, "/sync participation", "Не приняты 3 строки");
    assert_has(done.text, "<b>&😀");
    e2e_ask(e, ADMIN, "/invalid", "Исправьте в таблице");
    AUTO_BUF long_name = BUF_INIT(1 << 16);
    buf_add(&long_name, "/sync ");
    for (int i = 0; i < 2000; i++)
        buf_add(&long_name, "😀");
    e2e_ask(e, ADMIN, buf_str(&long_name), "Не знаю потока");
    e2e_ask(e, ADMIN, "/sync <b>&\"</i>", "Не знаю потока «<b>&\"</i>»");
    no_refused_calls(e);
    e2e_done(e);
}

/* What is no text, and updates of kinds that we do not know. */
static void test_odd_updates(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    int64_t n = e2e_say(e, ADMIN, "просто текст");
    e2e_wait(e, ADMIN, n, "Я понимаю команды и кнопки", WAIT);
    e2e_do(e, "/telegram/raw",
           "{\"update\":{\"message\":{\"message_id\":900,\"date\":1,\"sticker\":{\"emoji\":\"x\"},"
           "\"chat\":{\"id\":1001,\"type\":\"private\"},"
           "\"from\":{\"id\":1001,\"is_bot\":false,\"first_name\":\"a\"}}}}");
    e2e_wait(e, ADMIN, n, "Это я читать не умею", WAIT);
    static const char *const odd[] = {
        "{\"poll\":{\"id\":\"1\"}}",
        "{\"message\":{}}",
        "{\"message\":{\"message_id\":5,\"date\":1,\"chat\":{\"id\":-5,\"type\":\"channel\"}}}",
        ("{\"callback_query\":{\"id\":\"x1\",\"from\":{\"id\":1001,\"is_bot\":false,"
         "\"first_name\":\"a\"}}}"),
        "{\"message\":{\"message_id\":\"five\",\"text\":7,\"from\":[],\"chat\":null}}",
        "{\"something_new\":{\"a\":[1,2,{}]}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(odd); i++)
        e2e_do(e, "/telegram/raw", "{\"update\":%s}", odd[i]);
    e2e_ask(e, ADMIN, "/id", "роль: админ");
    E2E_UNTIL(WAIT, e2e_stat(e, "pending") == 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM chat_in WHERE state = 'new'"), 0);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_strangers),     E2E_TEST(test_commands),
        E2E_TEST(test_invalid_pages), E2E_TEST(test_grant_and_revoke),
        E2E_TEST(test_language),      E2E_TEST(test_group),
        E2E_TEST(test_topic),         E2E_TEST(test_long_texts),
        E2E_TEST(test_odd_updates),
    };
    return E2E_RUN("e2e chat", tests);
}

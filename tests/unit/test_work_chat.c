/* test_work_chat.c: /invalid and /conflicts as work lists: filters, who has what, reminders. */
#include "bot/work_list.h"
#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/chat/people.h"
#include "store/chat/tasks.h"
#include "store/conflicts.h"
#include "store/quarantine.h"
#include "store/rows.h"
#include "tests/support/check.h"
#include "tests/support/marked_chat.h"

#include <stdlib.h>
#include <time.h>

#define XENIA 2002 /* an organizer, «Ксения» */
#define JOHN  3003 /* an organizer who speaks English */

static void person(struct one_chat *c, int64_t id, const char *name, const char *lang,
                   enum role role)
{
    struct err err = {0};
    const struct chat_user u = {.via = "telegram", .user_id = id, .name = name, .lang = lang};
    assert_ok(people_seen(c->f->db, &u, 1, &err), err);
    assert_ok(people_set_lang(c->f->db, "telegram", id, lang, &err), err);
    assert_ok(people_grant(c->f->db, "telegram", id, role, ORGANIZER, 1, &err), err);
}

static int setup(void **state)
{
    if (marked_chat_setup(state))
        return -1;
    struct one_chat *c = *state;
    setenv("TZ", "Europe/Moscow", 1);
    tzset();
    person(c, XENIA, "Ксения", "ru", ROLE_ORGANIZER);
    person(c, JOHN, "John", "en", ROLE_ORGANIZER);
    marked_chat_jail(c, "part", "i-7", false, "Invalid role mapping", "Космонавт", "{}");
    marked_chat_jail(c, "part", "i-8", false, "Invalid or empty year", "", "{}");
    marked_chat_jail(c, "gpeople", "21", false, "Empty name", "", "{}");
    marked_chat_jail(c, "part:push", PART, false, "Refused", "no such role", "{}");
    return 0;
}

static void open_conflict(struct one_chat *c, const char *field)
{
    struct err err = {0};
    const struct conflict k = {.flow = "part",
                               .entity = "participation",
                               .local_id = PART,
                               .field = field,
                               .base = "PLANNED",
                               .ours = "PLANNED",
                               .theirs = "ARRIVED",
                               .remote = "coda",
                               .created_at = 2000};
    assert_ok(conflicts_open(c->f->db, &k, &err), err);
}

static int64_t count(struct one_chat *c, const char *sql)
{
    return temp_store_int(c->f->store, sql);
}

/* What somebody else was told in the last step, plain; NULL: nothing. */
static const char *told(struct one_chat *c, int64_t user)
{
    struct err err = {0};
    AUTO_JSON *tree = NULL;
    AUTO_BUF plain = BUF_INIT(1 << 14);
    const char *payload =
        temp_store_text(c->f->store,
                        arena_printf(c->f->arena,
                                     "SELECT payload FROM chat_out WHERE chat_id = %lld",
                                     (long long)user));
    if (!payload)
        return NULL;
    assert_ok(json_parse(payload, strlen(payload), &tree, &err), err);
    html_to_plain(json_text(tree, "text"), &plain);
    return arena_strdup(c->f->arena, buf_str(&plain));
}

/* ---------------------------------------------------------------- who has it */

static void line__is_given__and_they_are_told(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/invalid part");
    assert_has(c->said, "1. Участие: нет такой роли");
    one_chat_press(c, "№ 1");
    assert_has(c->said, "⚠️ Участие: нет такой роли");
    assert_has(c->said, "👤 никому не назначено");
    one_chat_press(c, "Назначить…");
    assert_has(c->said, "Участие, строка i-7: нет такой роли");
    assert_has(c->said, "Кому назначить?");
    assert_has(c->buttons, "Олег → ");
    one_chat_press(c, "Ксения");
    assert_has(c->said, "✓ Назначено: Ксения. Сообщу им.");
    assert_has(c->said, "👤 Ксения (назначил(а) Олег, ");
    assert_string_equal(told(c, XENIA),
                        "👤 Олег назначает вам: Участие, строка i-7: нет такой роли");
    one_chat_press(c, "К списку");
    assert_has(c->said, "Космонавт»\n");
    assert_has(c->said, "    👤 Ксения\n");
}

/* Not an id, but the row that has to be mended. */
static void row_of_somebody_whose_own_is_wrong__leads_to_that(void **state)
{
    struct one_chat *c = *state;
    static const char row[] = "dddddddd-dddd-4ddd-8ddd-dddddddddddd";
    marked_chat_jail(c, "people", row, false, "Empty name", "", "{\"phone\":\"+79160000000\"}");
    marked_chat_jail(c, "part", "i-9", false, "Person is Invalid and marked for delete", row, "{}");
    one_chat_say(c, "/invalid part");
    assert_has(c->said,
               "человек сам записан с ошибкой\n"
               "    исправьте сначала там: people, (без названия) (https://www.notion.so/");
    assert_has(c->said, ") (пустое имя)\n");
    one_chat_press(c, "№ 3");
    assert_has(c->said, "исправьте сначала там: people, ");
    assert_has_not(c->said, "сейчас там");
    assert_has_not(c->said, row);
    /* mended meanwhile: the next sync takes both in */
    struct err err = {0};
    assert_ok(DB_RUN(c->f->db, &err, "DELETE FROM quarantine WHERE flow = 'people'"), err);
    one_chat_say(c, "/invalid part");
    one_chat_press(c, "№ 3");
    assert_has_not(c->said, "исправьте сначала");
    assert_has_not(c->said, row);
}

static void line__given_twice__is_told_once(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/invalid part");
    one_chat_press(c, "№ 1");
    one_chat_press(c, "Назначить…");
    const char *arrow = strstr(strstr(c->buttons, "John"), " → ") + strlen(" → ");
    const char *data = arena_strndup(c->f->arena, arrow, strcspn(arrow, "\n"));
    one_chat_press_data(c, data);
    assert_has(told(c, JOHN), "👤 Олег gives you: Participation, row i-7: no such role");
    one_chat_press_data(c, data);
    assert_has(c->said, "Это и так за: John.");
    assert_null(told(c, JOHN));
    one_chat_press(c, "Взять себе");
    assert_has(c->said, "✓ Теперь это за вами.");
    assert_has(c->said, "👤 Олег, с ");
    assert_has_not(c->buttons, "Взять себе");
    one_chat_press(c, "Снять назначение");
    assert_has(c->said, "✓ Больше никому не назначено.");
    assert_has_not(c->buttons, "Снять назначение");
}

static void line__goes_only__to_organizers(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    char ref[TASK_REF_MAX];
    const struct task_item item = {TASK_INVALID, "part", "i-7", ""};
    const char *name = task_ref(&item, ref);
    assert_ok(people_grant(c->f->db, "telegram", XENIA, ROLE_ANYONE, ORGANIZER, 2, &err), err);
    one_chat_press_data(c, arena_printf(c->f->arena, "task %s give 2002 @1", name));
    assert_has(c->said, "Назначить можно тому, кто сейчас организатор");
    assert_has_not(c->buttons, "Ксения");
    assert_int_equal(count(c, "SELECT count(*) FROM task WHERE user_id = 2002"), 0);
    assert_null(told(c, XENIA));
}

static void line__that_is_mended__needs_nobody(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    one_chat_say(c, "/invalid part");
    one_chat_press(c, "№ 1");
    const char *line = strstr(c->buttons, " → task ") + strlen(" → ");
    const char *data = arena_strndup(c->f->arena, line, strcspn(line, "\n"));
    one_chat_press(c, "Взять себе");
    one_chat_press(c, "Напомнить");
    one_chat_press(c, "Через час");
    assert_int_equal(count(c, "SELECT count(*) FROM task"), 1);
    assert_int_equal(count(c, "SELECT count(*) FROM reminder"), 1);
    /* judged again and still bad: it stays theirs */
    marked_chat_jail(c, "part", "i-7", true, "Invalid person ID", "x", "{}");
    assert_int_equal(count(c, "SELECT count(*) FROM task"), 1);
    assert_ok(quarantine_free(c->f->db, "part", "i-7", "", &err), err);
    assert_int_equal(count(c, "SELECT count(*) FROM task"), 0);
    assert_int_equal(count(c, "SELECT count(*) FROM reminder"), 0);
    assert_has(one_chat_press_data(c, data), "Этого в списке уже нет");
    assert_has(c->buttons, "→ invalid\n");
    assert_has(one_chat_say(c, "/task"), "кнопками из списков");
    assert_has(one_chat_say(c, "/task abc"), "Этого в списке уже нет");
}

static void conflict__that_is_settled__needs_nobody(void **state)
{
    struct one_chat *c = *state;
    open_conflict(c, "status");
    one_chat_say(c, "/conflicts");
    one_chat_press(c, "Назначить…");
    assert_has(c->said, "спорное, Лис Мария, Инфоцентр: статус");
    one_chat_press(c, "Ксения");
    assert_has(told(c, XENIA), "назначает вам: спорное, Лис Мария, Инфоцентр: статус");
    assert_has(one_chat_say(c, "/conflicts"), "    👤 Ксения");
    assert_has(one_chat_say(c, "/conflict 1"), "    👤 Ксения");
    one_chat_press(c, "Оставить наше");
    assert_int_equal(count(c, "SELECT count(*) FROM task"), 0);
    assert_has(one_chat_press_data(c, "task c1"), "Этого в списке уже нет");
    assert_has(c->buttons, "→ conflicts\n");
}

/* ---------------------------------------------------------------- filters */

static void list__shows__mine_and_nobodys(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/invalid");
    assert_has(c->said, "Не приняты: 4.\n");
    assert_has_not(c->buttons, "Мои");
    one_chat_press(c, "№ 2");
    one_chat_press(c, "Взять себе");
    one_chat_press(c, "К списку");
    assert_has(c->buttons, "Мои: 1 → invalid mine @");
    assert_has(c->buttons, "Ничьи: 3 → invalid free @");
    one_chat_press(c, "Мои: 1");
    assert_has(c->said, "Не приняты: 1.");
    assert_has(c->said, "Отбор: мои\n");
    assert_has(c->buttons, "Все: 4 → ");
    assert_has(one_chat_press(c, "Ничьи: 3"), "Отбор: ничьи");
    assert_has(c->said, "Не приняты: 3.");
    c->user = XENIA;
    assert_has(one_chat_say(c, "/invalid мои"), "✅ По этому отбору ничего нет.");
    assert_has(one_chat_press(c, "Все: 4"), "Не приняты: 4.");
}

static void list__is_filtered__by_flow_reason_and_person(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/invalid part");
    one_chat_press(c, "№ 1");
    one_chat_press(c, "Назначить…");
    one_chat_press(c, "Ксения");
    one_chat_say(c, "/invalid");
    one_chat_press(c, "🔽 Отбор");
    assert_has(c->said, "Что показать?");
    assert_has(c->buttons, "Участие (Кода): 2 → invalid f");
    assert_has(c->buttons, "нет такой роли: 1 → invalid r");
    assert_has(c->buttons, "👤 Ксения: 1 → invalid u2002");
    const char *chooser = c->buttons;
    one_chat_press(c, "нет такой роли");
    assert_has(c->said, "Не приняты: 1.");
    assert_has(c->said, "Отбор: нет такой роли\n");
    c->buttons = chooser;
    one_chat_press(c, "Люди Гриста");
    assert_has(c->said, "Отбор: Люди Гриста");
    assert_has(c->said, "пустое имя");
    c->buttons = chooser;
    one_chat_press(c, "👤 Ксения");
    assert_has(c->said, "Отбор: Ксения\n");
    assert_has(c->said, "Космонавт");
    /* the filter's last line is mended meanwhile */
    struct err err = {0};
    assert_ok(quarantine_free(c->f->db, "gpeople", "21", "", &err), err);
    c->buttons = chooser;
    assert_has(one_chat_press(c, "Люди Гриста"), "По этому отбору ничего нет");
}

/* What a value might be is said once for a reason, in short; the line itself says all of it. */
static void list__says__what_a_value_might_be(void **state)
{
    struct one_chat *c = *state;
    marked_chat_jail(c, "part", "i-9", false, "Invalid role mapping", "волантёр", "{}");
    marked_chat_jail(c, "part", "i-91", false, "Invalid role mapping", "Астронавт",
                     "{\"Человек\":\"" ANNA "\",\"Служба\":\"" TEAM "\"}");
    marked_chat_jail(c, "part", "i-92", false, "Invalid person ID",
                     "1acaa8e3-dfd9-4358-8d7a-51d47795327c", "{}");
    one_chat_say(c, "/invalid part");
    const char *first = strstr(c->said, "    бывает: организатор, ");
    assert_non_null(first);
    assert_has(first, " и ещё ");
    assert_has(first, ", все под кнопкой № 1\n");
    assert_null(strstr(first + strlen("    бывает: "), "бывает: "));
    assert_has(c->said, "сейчас там: «волантёр»\n    может быть, «волонтёр»?\n");
    assert_has(c->said, "сейчас там: «Астронавт»\n");
    assert_has_not(c->said, "1acaa8e3");
    assert_has_not(c->said, "«»");
    one_chat_press(c, "№ 1");
    assert_has(c->said, "    бывает: организатор, зам. руководителя, ");
    assert_has(c->said, "подрядчик");
    assert_has_not(c->said, "и ещё");
}

/* Whose row it is, where the row says so. */
static void list__names__the_row(void **state)
{
    struct one_chat *c = *state;
    marked_chat_jail(c, "gbadges", "40", false, "Empty diet", "", "{\"name\":\"Тима Варежка\"}");
    one_chat_say(c, "/invalid gbadges");
    assert_has(c->said, "Тима Варежка: не указано питание");
    one_chat_press(c, "№ 1");
    assert_has(c->said, "Тима Варежка: не указано питание");
    /* by the person that it names, whose id Coda writes without dashes */
    struct err err = {0};
    const struct link l = {.entity = "person",
                           .local_id = ANNA,
                           .flow = "people",
                           .remote = "notion",
                           .tbl = "P",
                           .remote_id = ANNA,
                           .part = "",
                           .base = "{}",
                           .base_rev = 1,
                           .seen_at = 1000};
    assert_ok(links_insert(c->f->db, &l, &err), err);
    marked_chat_jail(c, "part", "i-7", false, "Invalid role mapping", "Космонавт",
                     "{\"Человек\":\"11111111111141118111111111111111\"}");
    assert_has(one_chat_say(c, "/invalid part"), "Участие, Лис Мария: нет такой роли");
}

static void list__keeps_its_filter__page_by_page(void **state)
{
    struct one_chat *c = *state;
    for (int i = 0; i < 12; i++)
        marked_chat_jail(c, "gbadges", arena_printf(c->f->arena, "%d", 100 + i), false,
                         "Empty diet", "", "{}");
    one_chat_say(c, "/invalid gbadges");
    assert_has(c->said, "Не приняты: 12.");
    assert_has_not(c->said, "нет такой роли");
    one_chat_press(c, "6–10 из 12 ▶︎");
    assert_has(c->said, "6. ");
    one_chat_press(c, "11–12 из 12 ▶︎");
    assert_has(c->said, "12. ");
    assert_has(c->said, "Отбор: ");
    assert_has(one_chat_press(c, "◀︎"), "6. ");
    one_chat_press(c, "№ 6");
    assert_has(c->said, "не указано питание");
}

static void conflicts__are_filtered__too(void **state)
{
    struct one_chat *c = *state;
    open_conflict(c, "status");
    open_conflict(c, "role");
    one_chat_say(c, "/conflicts");
    assert_has(c->said, "Спорное: 1 из 2");
    one_chat_press(c, "🔽 Отбор");
    one_chat_press(c, "роль: 1");
    assert_has(c->said, "Отбор: роль");
    assert_has(c->said, "⚖️ Лис Мария, Инфоцентр: роль");
    one_chat_press(c, "Назначить…");
    one_chat_press(c, "Олег");
    assert_has(c->said, "✓ Теперь это за вами.");
    one_chat_press(c, "⚖️ Показать");
    assert_has(c->said, "⚖️ Лис Мария, Инфоцентр: роль");
    one_chat_say(c, "/conflicts mine");
    assert_has(c->said, "Отбор: мои");
    assert_has_not(c->said, "1 из 2");
    /* settled from a filtered list, it is shown as it is now */
    one_chat_press(c, "Оставить наше");
    assert_has(c->said, "роль: решено, ");
    assert_has(c->said, "Решено (Олег");
    assert_has(one_chat_say(c, "/conflicts mine"), "По этому отбору ничего нет");
    assert_has(one_chat_say(c, "/conflicts"),
               "⚖️ Лис Мария, Инфоцентр: статус");
}

static void list__speaks__english(void **state)
{
    struct one_chat *c = *state;
    c->user = JOHN;
    one_chat_say(c, "/invalid");
    assert_has(c->buttons, "🔽 Filter");
    one_chat_press(c, "No. 1");
    assert_has(c->said, "👤 nobody has it");
    one_chat_press(c, "Take it");
    assert_has(c->said, "✓ It is yours now.");
    one_chat_press(c, "Remind me");
    assert_has(c->said, "When shall I remind you?");
    one_chat_press(c, "Tomorrow, 10:00");
    assert_has(c->said, "✓ I will remind you once: ");
    assert_has(c->said, "10:00");
}

/* ---------------------------------------------------------------- reminders */

static int64_t remind(struct one_chat *c, int64_t now)
{
    struct err err = {0};
    int64_t wait;
    assert_ok(DB_RUN(c->f->db, &err, "DELETE FROM chat_out"), err);
    assert_ok(work_remind(&c->bot, c->f->db, now, &wait, &err), err);
    return wait;
}

static void reminder__comes_once(void **state)
{
    struct one_chat *c = *state;
    int64_t before = clock_now_ms();
    assert_int_equal(remind(c, before), -1); /* nothing waits */
    one_chat_say(c, "/invalid part");
    one_chat_press(c, "№ 1");
    one_chat_press(c, "Напомнить");
    assert_has(c->said, "Когда напомнить?");
    assert_has_not(c->buttons, "Не напоминать");
    one_chat_press(c, "Через час");
    assert_has(c->said, "✓ Напомню один раз: ");
    assert_has(c->said, "⏰ напомню вам: ");
    one_chat_press(c, "К списку");
    assert_has(c->said, "    ⏰ ");
    int64_t wait = remind(c, before);
    assert_in_range(wait, 3500000, 3700000);
    assert_null(told(c, OLEG));
    assert_int_equal(remind(c, before + 3700000), -1);
    assert_string_equal(told(c, OLEG), "⏰ Напоминаю: Участие, строка i-7: нет такой роли");
    assert_int_equal(remind(c, before + 7200000), -1);
    assert_null(told(c, OLEG));
}

static void reminder__can_be_put_off__or_dropped(void **state)
{
    struct one_chat *c = *state;
    open_conflict(c, "status");
    one_chat_say(c, "/conflicts");
    one_chat_press(c, "Напомнить");
    one_chat_press(c, "Завтра в 10:00");
    assert_has(c->said, "10:00");
    int64_t at = temp_store_int(c->f->store, "SELECT at FROM reminder");
    time_t t = (time_t)(at / 1000), now = (time_t)(clock_now_ms() / 1000);
    struct tm then, today;
    localtime_r(&t, &then);
    localtime_r(&now, &today);
    assert_int_equal(then.tm_hour, 10);
    assert_int_equal(then.tm_min, 0);
    assert_int_not_equal(then.tm_yday, today.tm_yday);
    assert_in_range(at - clock_now_ms(), 1, (int64_t)34 * 3600 * 1000);
    /* asked again, it is moved, not doubled */
    one_chat_press(c, "Напомнить");
    one_chat_press(c, "Через час");
    assert_int_equal(count(c, "SELECT count(*) FROM reminder"), 1);
    remind(c, clock_now_ms() + 3700000);
    assert_has(told(c, OLEG), "⏰ Напоминаю: спорное, Лис Мария, Инфоцентр: статус");
    one_chat_press_data(c, "task c1 remind 1h");
    one_chat_press(c, "Напомнить");
    one_chat_press(c, "Не напоминать");
    assert_has(c->said, "✓ Не напоминаю.");
    assert_int_equal(remind(c, clock_now_ms() + 7200000), -1);
    assert_null(told(c, OLEG));
}

static void reminder__of_what_is_settled__never_comes(void **state)
{
    struct one_chat *c = *state;
    open_conflict(c, "status");
    one_chat_press_data(c, "task c1 remind 1h @1");
    one_chat_say(c, "/conflict 1");
    one_chat_press(c, "Оставить наше");
    assert_int_equal(remind(c, clock_now_ms() + 7200000), -1);
    assert_null(told(c, OLEG));
}

/* Names of people are told to nobody who lost their role meanwhile. */
static void reminder__of_a_former_organizer__never_comes(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    const struct task_item item = {TASK_INVALID, "part", "i-7", ""};
    const struct reminder r = {.via = "telegram", .user_id = XENIA, .chat_id = XENIA, .at = 5};
    assert_ok(tasks_remind(c->f->db, &item, &r, &err), err);
    assert_ok(people_grant(c->f->db, "telegram", XENIA, ROLE_ANYONE, ORGANIZER, 2, &err), err);
    assert_int_equal(remind(c, 10), -1);
    assert_null(told(c, XENIA));
}

static void reminders__of_many__all_come(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    for (int i = 0; i < 45; i++) {
        const char *row = arena_printf(c->f->arena, "%d", 100 + i);
        const struct task_item item = {TASK_INVALID, "gbadges", row, ""};
        const struct reminder r = {.via = "telegram", .user_id = XENIA, .chat_id = XENIA, .at = 5};
        marked_chat_jail(c, "gbadges", row, false, "Empty diet", "", "{}");
        assert_ok(tasks_remind(c->f->db, &item, &r, &err), err);
    }
    int64_t wait, n = 0;
    for (int i = 0; i < 5; i++) {
        wait = remind(c, 10);
        n += count(c, "SELECT count(*) FROM chat_out WHERE chat_id = 2002");
        assert_int_equal(wait, n < 45 ? 0 : -1);
    }
    assert_int_equal(n, 45);
}

#define IN_CHAT(f) cmocka_unit_test_setup_teardown(f, setup, marked_chat_teardown)

/* Nobody has to mend a row whose record went along with a deleted one: it comes last. */
static void invalid__shows_last__what_went_along(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    marked_chat_jail(c, "gbadges", "31", false, "Person is deleted", NULL, "{}");
    marked_chat_jail(c, "garrivals", "32", false, "Person linked to badge is deleted", NULL, "{}");
    assert_ok(DB_RUN(c->f->db, &err,
                     "UPDATE quarantine SET first_seen = CASE remote_id WHEN '31' THEN 1"
                     " WHEN '32' THEN 2 ELSE 5000 END"),
              err);
    one_chat_say(c, "/invalid");
    const char *last = strstr(c->said, "\n5. ");
    assert_non_null(last);
    assert_has(last, "человек удалён");
    assert_has_not(arena_strndup(c->f->arena, c->said, (size_t)(last - c->said)), "удалён");
    assert_has(one_chat_press(c, "6 из 6"), "6. ");
}

/* Whoever works off one reason comes back to it, not to the beginning of everything. */
static void list__is_come_back_to__where_it_was_left(void **state)
{
    struct one_chat *c = *state;
    for (int i = 0; i < 12; i++)
        marked_chat_jail(c, "part", arena_printf(c->f->arena, "i-%d", 100 + i), false,
                         "Invalid role mapping", "Космонавт", "{}");
    one_chat_say(c, "/invalid");
    one_chat_press(c, "Отбор");
    one_chat_press(c, "нет такой роли");
    assert_has(one_chat_press(c, "▶︎"), "Отбор: нет такой роли\n\n6. ");
    one_chat_press(c, "№ 7");
    one_chat_press(c, "Взять себе");
    one_chat_press(c, "Напомнить");
    one_chat_press(c, "Через час");
    assert_has(c->said, "напомню вам");
    one_chat_press(c, "К списку");
    assert_has(c->said, "Отбор: нет такой роли\n\n6. ");
    /* and where everything is shown, nothing is carried */
    one_chat_say(c, "/invalid");
    one_chat_press(c, "№ 1");
    assert_has_not(c->buttons, "~");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_CHAT(line__is_given__and_they_are_told),
        IN_CHAT(row_of_somebody_whose_own_is_wrong__leads_to_that),
        IN_CHAT(line__given_twice__is_told_once),
        IN_CHAT(line__goes_only__to_organizers),
        IN_CHAT(line__that_is_mended__needs_nobody),
        IN_CHAT(conflict__that_is_settled__needs_nobody),
        IN_CHAT(list__shows__mine_and_nobodys),
        IN_CHAT(list__is_filtered__by_flow_reason_and_person),
        IN_CHAT(list__is_come_back_to__where_it_was_left),
        IN_CHAT(list__says__what_a_value_might_be),
        IN_CHAT(list__names__the_row),
        IN_CHAT(list__keeps_its_filter__page_by_page),
        IN_CHAT(conflicts__are_filtered__too),
        IN_CHAT(invalid__shows_last__what_went_along),
        IN_CHAT(list__speaks__english),
        IN_CHAT(reminder__comes_once),
        IN_CHAT(reminder__can_be_put_off__or_dropped),
        IN_CHAT(reminder__of_what_is_settled__never_comes),
        IN_CHAT(reminder__of_a_former_organizer__never_comes),
        IN_CHAT(reminders__of_many__all_come),
    };
    return cmocka_run_group_tests_name("work chat", tests, NULL, NULL);
}

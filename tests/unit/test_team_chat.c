/* test_team_chat.c: what heads of teams see and handle: of what waits, what is deleted, and what
 * happened, exactly what is theirs, and never a name, a phone or a number of another team's. */
#include "bot/work_list.h"
#include "store/chat/tasks.h"
#include "store/conflicts.h"
#include "store/links.h"
#include "store/marks.h"
#include "store/quarantine.h"
#include "tests/support/config_text.h"
#include "tests/support/people_chat.h"

#include <string.h>

/* KSENIA is the head of «Кухня» (PETR, COOK), BORIS that of «Инфоцентр» (ANNA, PART). */
#define BADGE   "77777777-7777-4777-8777-777777777777" /* PETR's, of «Кухня» */
#define ARRIVAL "88888888-8888-4888-8888-888888888888" /* of BADGE */
#define HELPER  "99999999-9999-4999-8999-999999999999" /* ANNA's participation in «Кухня» */
#define NOT_FOR "запись другой службы"

static const char config[] =
    "[rosterd]\nstore = s.db\nyear = 2026\n"
    "[telegram]\ntoken = 1:a\nadmins = 1001\n"
    "[remote notion]\nkind = notion\ntoken = t\n"
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
    "[remote grist]\nkind = grist\ntoken = t\ndoc = d\napi_url = https://grist.example\n"
    "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = Имя\n"
    "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = Имя\nfield.type = Тип\n"
    "[flow part]\nremote = coda\ntable = Part\nentity = participation\ndirection = both\n"
    "create = yes\nfield.year = Год\nfield.person_id = Человек via notion\n"
    "field.team_id = Служба via notion\nfield.role = Роль\nfield.status = Статус\n"
    "[flow gteams]\nremote = grist\ntable = Teams\nentity = team\nfield.name = team_name\n"
    "field.type = type\n"
    "[flow gpeople]\nremote = grist\ntable = People\nentity = person\ndirection = both\n"
    "mark = to_delete\nmark_reason = delete_reason\nfield.name = name\nfield.city = city\n"
    "[flow gbadges]\nremote = grist\ntable = Badges_2026\nentity = badge\ndirection = both\n"
    "mark = to_delete\nmark_reason = delete_reason\nfield.name = name\nfield.diet = diet\n"
    "field.feed = feed_type\nfield.role = role as text\nfield.person_id = person via grist\n"
    "field.teams = directions via grist\n"
    "[flow garrivals]\nremote = grist\ntable = Arrivals_2026\nentity = arrival\n"
    "field.badge_id = badge via grist\nfield.status = status\nfield.arrival_date = arrival_date\n"
    "field.departure_date = departure_date\n";

static void link_to(struct people_chat *c, const char *entity, const char *id, const char *flow,
                    const char *remote, const char *tbl, const char *row)
{
    struct err err = {0};
    const struct link l = {.entity = entity,
                           .local_id = id,
                           .flow = flow,
                           .remote = remote,
                           .tbl = tbl,
                           .remote_id = row,
                           .part = "",
                           .base = "{}",
                           .base_rev = 1,
                           .seen_at = 1000};
    assert_ok(links_insert(c->f->db, &l, &err), err);
}

static int setup(void **state)
{
    if (people_chat_setup(state))
        return -1;
    struct people_chat *c = *state;
    const char *store = c->f->cfg->store;
    config_free(c->f->cfg);
    c->f->cfg = config_must(config);
    c->f->cfg->store = store;
    c->bot.cfg = c->f->cfg;
    link_to(c, "team", KITCHEN, "gteams", "grist", "Teams", "1");
    link_to(c, "team", TEAM, "gteams", "grist", "Teams", "2");
    link_to(c, "participation", COOK, "part", "coda", "Part", "i-2");
    lab_insert(c->f, 0, "badge", BADGE,
               (const char *[]){"name", "Ильин-бейдж", "diet", "STANDARD", "feed", "FREE", "role",
                                "VOLUNTEER", "person_id", PETR, "teams", "[\"" KITCHEN "\"]",
                                NULL});
    lab_insert(c->f, 0, "arrival", ARRIVAL,
               (const char *[]){"badge_id", BADGE, "status", "PLANNED", "arrival_date",
                                "2026-07-10", "departure_date", "2026-07-20", NULL});
    chat_say(c, KSENIA, "/id");
    chat_say(c, BORIS, "/id");
    chat_say(c, OLEG, "/grant 2001 organizer Кухня");
    chat_say(c, OLEG, "/grant 2002 organizer Инфоцентр");
    return 0;
}

static int64_t count(struct people_chat *c, const char *sql)
{
    return temp_store_int(c->f->store, sql);
}

static void jail(struct people_chat *c, const char *flow, const char *row, const char *reason,
                 const char *detail, const char *raw)
{
    struct err err = {0};
    const struct jailed j = {.flow = flow,
                             .remote_id = row,
                             .part = "",
                             .reason = reason,
                             .detail = detail,
                             .raw = raw,
                             .last_seen = 4000};
    assert_ok(quarantine_put(c->f->db, &j, &err), err);
}

static void conflict(struct people_chat *c, const char *entity, const char *id, const char *field,
                     const char *ours, const char *theirs)
{
    struct err err = {0};
    const struct conflict one = {.flow = "part",
                                 .entity = entity,
                                 .local_id = id,
                                 .field = field,
                                 .base = ours,
                                 .ours = ours,
                                 .theirs = theirs,
                                 .remote = "coda",
                                 .created_at = 3000};
    assert_ok(conflicts_open(c->f->db, &one, &err), err);
}

static void mark(struct people_chat *c, const char *tbl, const char *row)
{
    struct err err = {0};
    const struct mark m = {.remote = "grist",
                           .tbl = tbl,
                           .remote_id = row,
                           .at = 5,
                           .by = MARK_RULE,
                           .state = MARK_THERE,
                           .since = 5000};
    assert_ok(marks_put(c->f->db, &m, &err), err);
}

static const char *ref_of(struct people_chat *c, const char *flow, const char *row)
{
    char ref[TASK_REF_MAX];
    const struct task_item item = {TASK_INVALID, flow, row, ""};
    return arena_strdup(c->f->arena, task_ref(&item, ref));
}

/* ---------------------------------------------------------------- /invalid */

/* Two rows of «Кухня» (one never came in, one record could not be sent), one of «Инфоцентр», and
 * two that cannot be placed. */
static void quarantine(struct people_chat *c)
{
    jail(c, "part", "i-1", "Invalid role mapping", "Космонавт", "{\"Роль\":\"Космонавт\"}");
    jail(c, "part", "i-9", "Invalid status mapping", "скоро",
         "{\"Служба\":\"55555555555545558555555555555555\",\"Статус\":\"скоро\"}");
    jail(c, "part:push", COOK, "Refused", NULL, "{}");
    jail(c, "part", "i-10", "Invalid role mapping", "Пират",
         "{\"Служба\":\"aaaaaaaa-0000-4000-8000-000000000000\"}");
    jail(c, "people", "p-1", "Empty name", "", "{\"Имя\":\"\"}");
}

static void invalid__shows__each_team_its_own(void **state)
{
    struct people_chat *c = *state;
    quarantine(c);
    assert_has(chat_say(c, OLEG, "/invalid"), "Не приняты: 5.");
    const char *kitchen = chat_say(c, KSENIA, "/invalid");
    assert_has(kitchen, "Не приняты: 2.");
    assert_has(kitchen, "строка i-9");
    assert_has(kitchen, "Ильин Пётр, Кухня");
    assert_has_not(kitchen, "Космонавт");
    assert_has_not(kitchen, "Пират");
    assert_has_not(kitchen, "p-1");
    assert_has_not(chat_buttons(c, KSENIA), "→ sync\n");
    const char *info = chat_say(c, BORIS, "/invalid");
    assert_has(info, "Не приняты: 1.");
    assert_has(info, "Космонавт");
    assert_has_not(info, "i-9");
    assert_has_not(info, "Ильин");
}

static void invalid__counts__only_their_own_in_filters(void **state)
{
    struct people_chat *c = *state;
    quarantine(c);
    chat_say(c, KSENIA, "/invalid");
    chat_press(c, KSENIA, chat_data(c, KSENIA, "Отбор"));
    const char *choice = chat_buttons(c, KSENIA);
    assert_has(choice, "Все: 2 ");
    assert_has(choice, "Участие (Кода): 1 ");
    assert_has_not(choice, "нет такой роли");
    assert_has_not(choice, "Люди");
    /* the button of somebody who sees everything */
    chat_say(c, OLEG, "/invalid");
    chat_press(c, OLEG, chat_data(c, OLEG, "Отбор"));
    const char *role = chat_data(c, OLEG, "нет такой роли: 2");
    assert_has(chat_press(c, BORIS, role), "Не приняты: 1.");
    assert_has(chat_press(c, KSENIA, role), "По этому отбору ничего нет");
}

static void line__of_another_team__is_refused(void **state)
{
    struct people_chat *c = *state;
    quarantine(c);
    const char *theirs = ref_of(c, "part", "i-1"), *mine = ref_of(c, "part", "i-9");
    static const char *const what[] = {"", " give", " give 2001", " drop", " remind 1h"};
    for (size_t i = 0; i < ARRAY_LEN(what); i++) {
        const char *data = arena_printf(c->f->arena, "task %s%s @7", theirs, what[i]);
        const char *said = chat_press(c, KSENIA, data);
        assert_has(said, NOT_FOR);
        assert_has_not(said, "Космонавт");
        data = arena_printf(c->f->arena, "task %s%s @7", ref_of(c, "part", "i-10"), what[i]);
        assert_has(chat_press(c, KSENIA, data), NOT_FOR);
    }
    assert_int_equal(count(c, "SELECT count(*) FROM task"), 0);
    chat_press(c, KSENIA, arena_printf(c->f->arena, "task %s give 2001 @7", mine));
    assert_int_equal(count(c, "SELECT count(*) FROM task WHERE user_id = 2001"), 1);
    assert_has(chat_press(c, KSENIA, arena_printf(c->f->arena, "task %s remind 1h @7", mine)),
               "Напомню");
}

static void line__is_given__to_those_who_may_see_it(void **state)
{
    struct people_chat *c = *state;
    quarantine(c);
    const char *ref = ref_of(c, "part", "i-9");
    chat_say(c, OLEG, "/grant 4001 organizer");
    chat_press(c, OLEG, arena_printf(c->f->arena, "task %s give @7", ref));
    const char *whom = chat_buttons(c, OLEG);
    assert_has(whom, "Олег → ");
    assert_has(whom, "Ксения → ");
    assert_has_not(whom, "Борис");
    assert_has(whom, " give 4001 ");
    assert_has(chat_press(c, OLEG, arena_printf(c->f->arena, "task %s give 2002 @7", ref)),
               "Назначить можно");
    assert_null(chat_told(c, BORIS));
    chat_press(c, OLEG, arena_printf(c->f->arena, "task %s give 2001 @7", ref));
    assert_has(chat_told(c, KSENIA), "строка i-9");
    assert_int_equal(count(c, "SELECT user_id FROM task"), 2001);
}

/* An arrival's row names a badge whose own row was not accepted, and that names the team. */
static void arrival__belongs_to__the_team_of_its_badge(void **state)
{
    struct people_chat *c = *state;
    jail(c, "gbadges", "8", "Empty diet", NULL,
         "{\"name\":\"Гость\",\"directions\":[{\"ref\":\"1\"}]}");
    jail(c, "garrivals", "7", "Invalid status", "скоро",
         "{\"badge\":{\"ref\":\"8\"},\"status\":\"скоро\"}");
    jail(c, "garrivals", "6", "Invalid status", "когда", "{\"badge\":{\"ref\":\"99\"}}");
    jail(c, "garrivals", "5", "Invalid status", "вчера", "not even JSON");
    const char *kitchen = chat_say(c, KSENIA, "/invalid");
    assert_has(kitchen, "Не приняты: 2.");
    assert_has(kitchen, "«скоро»");
    assert_has(chat_say(c, BORIS, "/invalid"), "✅");
}

/* ---------------------------------------------------------------- /conflicts */

static void conflicts__are_shown__to_the_team_of_the_record(void **state)
{
    struct people_chat *c = *state;
    conflict(c, "participation", PART, "status", "PLANNED", "ARRIVED");
    conflict(c, "participation", COOK, "status", "PLANNED", "LEFT");
    conflict(c, "participation", COOK, "role", "ORGANIZER", "VICE");
    conflict(c, "person", PETR, "id", PETR, ANNA); /* concerns both teams */
    const char *kitchen = chat_say(c, KSENIA, "/conflicts");
    assert_has(kitchen, "1 из 2");
    assert_has(kitchen, "Ильин Пётр, Кухня: статус");
    assert_has_not(kitchen, "Лис");
    assert_has(chat_say(c, BORIS, "/conflicts"), "Лис Мария, Инфоцентр: статус");
    assert_has_not(chat_told(c, BORIS), " из ");
    /* other ids, made by hand */
    static const char *const others[] = {"conflict 1", "settle 1 theirs 0 @7", "settle 4 theirs @7",
                                         "conflict 4", "task c1 give 2001 @7", "task c4 @7"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_has(chat_press(c, KSENIA, others[i]), NOT_FOR);
    assert_int_equal(count(c, "SELECT count(*) FROM conflict WHERE state = 'open'"), 4);
    chat_say(c, KSENIA, "/conflicts");
    const char *next = chat_press(c, KSENIA, chat_data(c, KSENIA, "Оставить наше"));
    assert_has(next, "решено");
    assert_has(next, "роль"); /* the next one of theirs */
    assert_has_not(next, "Лис");
    assert_has_not(chat_buttons(c, KSENIA), "→ sync");
    assert_int_equal(count(c, "SELECT count(*) FROM conflict WHERE state = 'open'"), 3);
    assert_has(chat_press(c, KSENIA, "conflicts later @7"), "1");
}

/* ---------------------------------------------------------------- /deleted, /restore */

static void deleted__lists_and_restores__their_own(void **state)
{
    struct people_chat *c = *state;
    lab_delete(c->f, 0, "participation", PART, true);
    lab_delete(c->f, 0, "participation", COOK, true);
    mark(c, "Badges_2026", "8");
    jail(c, "gbadges", "8", "Empty diet", NULL,
         "{\"name\":\"Гость\",\"directions\":[{\"ref\":\"1\"}]}");
    mark(c, "Badges_2026", "9"); /* nothing is known of it */
    assert_has(chat_say(c, OLEG, "/deleted"), "Удалено и помечено: 4");
    const char *kitchen = chat_say(c, KSENIA, "/deleted");
    assert_has(kitchen, "Удалено и помечено: 2");
    assert_has(kitchen, "Ильин Пётр, Кухня");
    assert_has(kitchen, "Гость");
    assert_has_not(kitchen, "Лис");
    assert_has(chat_buttons(c, KSENIA), "У нас: 1 ");
    const char *info = chat_say(c, BORIS, "/deleted");
    assert_has(info, "Удалено и помечено: 1");
    assert_has(info, "Лис Мария, Инфоцентр");
    assert_has(chat_say(c, BORIS, "/deleted Ильин"), "по этому запросу нет");
    assert_has(chat_press(c, KSENIA, "restore " PART), NOT_FOR);
    assert_has(chat_press(c, KSENIA, "restore " PART " 5"), NOT_FOR);
    assert_true(lab_deleted(c->f, "participation", PART));
    chat_say(c, KSENIA, "/deleted");
    chat_press(c, KSENIA, chat_data(c, KSENIA, "Вернуть"));
    assert_false(lab_deleted(c->f, "participation", COOK));
    /* what carries it out carries everybody's changes */
    assert_has_not(chat_buttons(c, KSENIA), "restore send");
    assert_has(chat_press(c, KSENIA, "restore send 4"), "Здесь нужна роль для всех");
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 0);
}

/* Their badge went along with them: it still says whose they are. */
static void person__who_is_deleted__stays_with_their_team(void **state)
{
    struct people_chat *c = *state;
    lab_delete(c->f, 0, "participation", COOK, true);
    lab_delete(c->f, 0, "person", PETR, true);
    assert_true(lab_deleted(c->f, "badge", BADGE));
    assert_has(chat_say(c, KSENIA, "/deleted"), "Удалено и помечено: 4");
    assert_has(chat_say(c, BORIS, "/deleted"), "Ничего не удалено");
    assert_has(chat_press(c, BORIS, "restore " PETR), NOT_FOR);
    chat_press(c, KSENIA, "restore " PETR);
    assert_false(lab_deleted(c->f, "person", PETR));
    assert_false(lab_deleted(c->f, "badge", BADGE));
    assert_false(lab_deleted(c->f, "arrival", ARRIVAL));
}

/* ---------------------------------------------------------------- /why, /history, /runs */

static void why__explains__their_records_and_rows(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    quarantine(c);
    conflict(c, "person", PETR, "id", PETR, ANNA);
    assert_has(chat_say(c, KSENIA, "/why " PETR), "Ильин Пётр");
    assert_has_not(chat_told(c, KSENIA), "Лис"); /* the question about two people */
    assert_has_not(chat_buttons(c, KSENIA), "→ conflict ");
    assert_has(chat_say(c, KSENIA, "/why i-9"), "скоро");
    assert_has_not(chat_buttons(c, KSENIA), "→ sync");
    assert_has(chat_say(c, KSENIA, "/why i-1"), NOT_FOR);
    assert_has(chat_say(c, KSENIA, "/why i-10"), NOT_FOR);
    assert_has(chat_say(c, KSENIA, "/why coda i-1"), NOT_FOR);
    assert_has(chat_say(c, KSENIA, "/why лис"), NOT_FOR);
    assert_has(chat_press(c, KSENIA, "why " ANNA), NOT_FOR);
    assert_has(chat_say(c, BORIS, "/why i-1"), "Лис Мария, Инфоцентр");
    /* the run that changed it last is about everybody */
    assert_ok(DB_RUN(c->f->db, &err,
                     "INSERT INTO run(id, flow, kind, actor, state, started_at)"
                     " VALUES(5, 'part', 'pull', 'schedule', 'done', 5)"),
              err);
    lab_set(c->f, 5, "participation", COOK, "position", V_TEXT("повар"));
    assert_has(chat_say(c, KSENIA, "/why " COOK), "Ильин Пётр, Кухня");
    assert_has_not(chat_buttons(c, KSENIA), "→ run ");
    chat_say(c, OLEG, "/why " COOK);
    assert_has(chat_buttons(c, OLEG), "→ run 5\n");
}

/* Of somebody in several teams a head sees what they do in the head's own, and that there is more.
 */
static void card__of_somebody_in_several_teams__leaves_the_others_out(void **state)
{
    struct people_chat *c = *state;
    lab_insert(c->f, 0, "participation", HELPER,
               (const char *[]){"person_id", ANNA, "team_id", KITCHEN, "role", "VOLUNTEER",
                                "status", "PLANNED", NULL});
    const char *card = chat_press(c, KSENIA, "card " ANNA);
    assert_has(card, "Участие:\n· 2026 Кухня: волонтёр, планируется\n· и ещё в других службах\n");
    assert_has_not(card, "Инфоцентр");
    assert_has_not(chat_buttons(c, KSENIA), "Инфоцентр");
    assert_has_not(chat_buttons(c, KSENIA), PART);
    card = chat_press(c, OLEG, "card " ANNA);
    assert_has(card, "Инфоцентр");
    assert_has(card, "Кухня");
    assert_has_not(card, "в других службах");
    /* nor does a list of those found say what they do elsewhere */
    lab_insert(c->f, 0, "person", "aaaaaaaa-0000-4000-8000-000000000001",
               (const char *[]){"name", "Лис Мартин", NULL});
    lab_insert(c->f, 0, "participation", "aaaaaaaa-0000-4000-8000-000000000002",
               (const char *[]){"person_id", "aaaaaaaa-0000-4000-8000-000000000001", "team_id",
                                KITCHEN, "role", "VOLUNTEER", "status", "PLANNED", NULL});
    const char *found = chat_say(c, KSENIA, "/find лис мар");
    assert_has(found, "Лис Мария · человек, 2026 Кухня, волонтёр");
    assert_has_not(found, "Инфоцентр");
}

static void history__tells__of_what_is_theirs(void **state)
{
    struct people_chat *c = *state;
    lab_insert(c->f, 0, "participation", HELPER,
               (const char *[]){"person_id", ANNA, "team_id", KITCHEN, "role", "VOLUNTEER",
                                "status", "PLANNED", NULL});
    lab_set(c->f, 0, "participation", PART, "position", V_TEXT("диктор"));
    lab_set(c->f, 0, "participation", HELPER, "position", V_TEXT("повар"));
    lab_set(c->f, 0, "person", ANNA, "city", V_TEXT("Тула"));
    conflict(c, "participation", PART, "status", "PLANNED", "ARRIVED");
    conflict(c, "participation", HELPER, "status", "PLANNED", "LEFT");
    /* she is of both teams by now; what she does in the other one is not the kitchen's business */
    const char *kitchen = chat_say(c, KSENIA, "/history лис мария");
    if (strstr(kitchen, "Нашлось"))
        kitchen = chat_press(c, KSENIA, "history " ANNA);
    assert_has(kitchen, "Тула");
    assert_has(kitchen, "повар");
    assert_has(kitchen, "ушел");
    assert_has_not(kitchen, "диктор");
    assert_has_not(kitchen, "заехал");
    const char *all = chat_press(c, OLEG, "history " ANNA);
    assert_has(all, "повар");
    assert_has(all, "диктор");
    assert_has(chat_press(c, KSENIA, "history " PART), NOT_FOR);
    assert_has(chat_press(c, BORIS, "history " HELPER), NOT_FOR);
}

static void history__of_many_others__still_finds_the_page(void **state)
{
    struct people_chat *c = *state;
    lab_insert(c->f, 0, "participation", HELPER,
               (const char *[]){"person_id", ANNA, "team_id", KITCHEN, "role", "VOLUNTEER",
                                "status", "PLANNED", NULL});
    for (int i = 0; i < 15; i++)
        lab_set(c->f, 0, "participation", HELPER, "position",
                V_TEXT(arena_printf(c->f->arena, "повар %d", i)));
    for (int i = 0; i < 250; i++)
        lab_set(c->f, 0, "participation", PART, "position",
                V_TEXT(arena_printf(c->f->arena, "диктор %d", i)));
    const char *page = chat_press(c, KSENIA, "history " ANNA);
    assert_has(page, "повар 14");
    assert_has_not(page, "диктор");
    assert_has_not(page, "повар 1»");
    page = chat_press(c, KSENIA, chat_data(c, KSENIA, "Раньше"));
    assert_has(page, "повар 0");
    assert_has_not(page, "диктор");
}

static void runs__say__which_role_they_take(void **state)
{
    struct people_chat *c = *state;
    static const char *const asked[] = {"/runs", "/run 5", "/start run-5"};
    for (size_t i = 0; i < 2; i++) {
        const char *said = chat_say(c, KSENIA, asked[i]);
        assert_has(said, "Ваша роль только для службы: Кухня. В прогонах записи всех служб");
        assert_has(said, "/history");
    }
    assert_has(chat_say(c, KSENIA, asked[2]), "По этой ссылке вам ничего не открыть");
    assert_null(chat_press(c, KSENIA, "run 5 csv"));
    assert_has(c->answer, "В прогонах записи всех служб");
    assert_null(chat_press(c, KSENIA, "undo 5"));
    assert_has(c->answer, "Это кнопка"); /* of admins anyway */
}

/* ---------------------------------------------------------------- numbers elsewhere */

static void menu_and_status__count__only_their_own(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    quarantine(c);
    conflict(c, "participation", PART, "status", "PLANNED", "ARRIVED");
    assert_ok(db_script(c->f->db,
                        "INSERT INTO flow_state(flow, checked_at) VALUES('part', 1)"
                        " ON CONFLICT DO UPDATE SET checked_at = 1",
                        &err),
              err);
    chat_say(c, OLEG, "/start");
    assert_has(chat_buttons(c, OLEG), ": 5 → invalid\n");
    assert_has(chat_buttons(c, OLEG), ": 1 → conflicts\n");
    chat_say(c, KSENIA, "/start");
    assert_has(chat_buttons(c, KSENIA), ": 2 → invalid\n");
    assert_has_not(chat_buttons(c, KSENIA), "→ conflicts\n");
    chat_say(c, KSENIA, "/status");
    assert_has(chat_buttons(c, KSENIA), ": 2 → invalid\n");
    assert_has_not(chat_buttons(c, KSENIA), "→ conflicts\n");
    assert_has_not(chat_buttons(c, KSENIA), "→ runs\n");
    /* what a brake counts are rows of all teams; what stands still they may know */
    assert_ok(db_script(c->f->db,
                        "UPDATE flow_state SET error = '90 of 120 known rows are missing from the"
                        " listing; at most 12 may be', error_kind = 'limit', error_at = 1",
                        &err),
              err);
    static const char *const screens[] = {"/status", "/status all", "/start", "/menu"};
    for (size_t i = 0; i < ARRAY_LEN(screens); i++)
        assert_has_not(chat_say(c, KSENIA, screens[i]), "120");
    assert_has(chat_say(c, KSENIA, "/status"), "ждёт решения админа с ");
    assert_has(chat_say(c, OLEG, "/status"), "из 120 известных строк нет в таблице 90");
    chat_say(c, BORIS, "/status");
    assert_has(chat_buttons(c, BORIS), ": 1 → invalid\n");
    assert_has(chat_buttons(c, BORIS), ": 1 → conflicts\n");
}

static void edit__from_a_card__is_sent_with_the_next_push(void **state)
{
    struct people_chat *c = *state;
    chat_press(c, KSENIA, "set " COOK " status");
    chat_press(c, KSENIA, chat_data(c, KSENIA, "отменилось"));
    assert_has_not(chat_buttons(c, KSENIA), " send");
    assert_has(chat_press(c, KSENIA, "set 1 send"), "Здесь нужна роль для всех");
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 0);
    assert_int_equal(count(c, "SELECT count(*) FROM participation WHERE status = 'CANCELLED'"), 1);
}

/* ---------------------------------------------------------------- reminders */

static void reminder__of_a_line__comes_while_it_is_theirs(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    int64_t wait;
    quarantine(c);
    const struct task_item item = {TASK_INVALID, "part", "i-9", ""};
    const struct reminder to[] =
        {{.via = "telegram", .user_id = KSENIA, .chat_id = KSENIA, .at = 5},
         {.via = "telegram", .user_id = BORIS, .chat_id = BORIS, .at = 5}};
    for (size_t i = 0; i < ARRAY_LEN(to); i++)
        assert_ok(tasks_remind(c->f->db, &item, &to[i], &err), err);
    assert_ok(DB_RUN(c->f->db, &err, "DELETE FROM chat_out"), err);
    assert_ok(work_remind(&c->bot, c->f->db, 10, &wait, &err), err);
    assert_has(chat_told(c, KSENIA), "строка i-9");
    assert_null(chat_told(c, BORIS));
    assert_int_equal(count(c, "SELECT count(*) FROM reminder"), 0);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, people_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(invalid__shows__each_team_its_own),
        T(invalid__counts__only_their_own_in_filters),
        T(line__of_another_team__is_refused),
        T(line__is_given__to_those_who_may_see_it),
        T(arrival__belongs_to__the_team_of_its_badge),
        T(conflicts__are_shown__to_the_team_of_the_record),
        T(deleted__lists_and_restores__their_own),
        T(person__who_is_deleted__stays_with_their_team),
        T(why__explains__their_records_and_rows),
        T(card__of_somebody_in_several_teams__leaves_the_others_out),
        T(history__tells__of_what_is_theirs),
        T(history__of_many_others__still_finds_the_page),
        T(runs__say__which_role_they_take),
        T(menu_and_status__count__only_their_own),
        T(edit__from_a_card__is_sent_with_the_next_push),
        T(reminder__of_a_line__comes_while_it_is_theirs),
    };
    return cmocka_run_group_tests_name("a team's head in the chat", tests, NULL, NULL);
}

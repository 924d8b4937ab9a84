/* test_roles_chat.c: giving and taking roles in the chat, what a role that is limited to a team or
 * a time is worth, and who is told what. */
#include "bot/command.h"
#include "bot/grant.h"
#include "store/base/clock.h"
#include "store/pauses.h"
#include "tests/support/people_chat.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

static int64_t count(struct people_chat *c, const char *sql)
{
    return temp_store_int(c->f->store, sql);
}

static void meet(struct people_chat *c, int64_t user, const char *username)
{
    chat_step(c, (struct chat_update){.kind = UPDATE_MESSAGE,
                                      .user_id = user,
                                      .username = username,
                                      .text = "/id"});
}

/* A press that was confirmed: «точно?», yes. */
static const char *surely(struct people_chat *c, int64_t user)
{
    return chat_press(c, user, chat_data(c, user, "Да, точно"));
}

/* ---------------------------------------------------------------- /grant */

static void wish__is_read__in_any_order(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum role role;
        int64_t hours;
        const char *team;
    } cases[] = {
        {"", ROLE_ORGANIZER, 0, ""},
        {"organizer", ROLE_ORGANIZER, 0, ""},
        {"Организатор 3d", ROLE_ORGANIZER, 72, ""},
        {"2w checker", ROLE_CHECKER, 336, ""},
        {"проверяющий 12ч Кухня и склад", ROLE_CHECKER, 12, "Кухня и склад"},
        {"участник", ROLE_PARTICIPANT, 0, ""},
        {"админ", ROLE_ADMIN, 0, ""},
        {"3д Кухня 3", ROLE_ORGANIZER, 72, "Кухня 3"},
        {"o 72h 55555555555545558555555555555555", ROLE_ORGANIZER, 72,
         "55555555555545558555555555555555"},
        {"organizer checker", ROLE_ORGANIZER, 0, "checker"},
        {"24 квартал", ROLE_ORGANIZER, 0, "24 квартал"},
    };
    static const char *const wrong[] = {"3x", "0d", "organizer 99999d", "5"};
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct grant_wish w;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(grant_read(cases[i].text, arena, &w));
        assert_int_equal(w.role, cases[i].role);
        assert_int_equal(w.for_ms, cases[i].hours * 3600000);
        assert_string_equal(w.team, cases[i].team);
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(grant_read(wrong[i], arena, &w));
}

static void grant__for_a_team_and_a_time__is_told_to_both(void **state)
{
    struct people_chat *c = *state;
    meet(c, KSENIA, "Ksenia_K");
    const char *said = chat_say(c, OLEG, "/grant @ksenia_k organizer 3d кух");
    assert_has(said, "✓ Ксения (2001): организатор (Кухня, до ");
    assert_has(chat_buttons(c, OLEG), "✖️ Забрать → revoke g1\n");
    assert_has(chat_told(c, KSENIA), "Вам дали роль: организатор (Кухня, до ");
    assert_int_equal(chat_role(c, KSENIA), ROLE_ORGANIZER);
    assert_has(chat_say(c, KSENIA, "/id"), "роль: организатор (Кухня, до ");
    assert_string_equal(temp_store_text(c->f->store, "SELECT role || ' ' || menu_stale FROM"
                                                     " chat_user WHERE user_id = 2001"),
                        "organizer 1");
    assert_string_equal(chat_say(c, OLEG, "/grant 7777 checker"), "✓ 7777: проверяющий.");
    assert_has(chat_say(c, OLEG, "/grant 2001 checker"), "✓ Ксения (2001): проверяющий.");
    assert_has(chat_say(c, OLEG, "/grant 2001 checker"), "Уже так: Ксения (2001), проверяющий.");
    assert_null(chat_told(c, KSENIA));
    assert_has(chat_say(c, KSENIA, "/id"), "), проверяющий.");
}

static void grant__asks_which_team__when_several_fit(void **state)
{
    struct people_chat *c = *state;
    assert_has(chat_say(c, OLEG, "/grant 4503599627370495 organizer 1000d н"),
               "Таких служб 2"); /* Инфоцентр, Кухня */
    const char *data = chat_data(c, OLEG, "Кухня");
    assert_has(data, "grant 4503599627370495 o 24000h 5555");
    assert_int_equal(strlen(data), 64);
    assert_has(chat_press(c, OLEG, data), "организатор (Кухня, до ");
    assert_has(chat_say(c, OLEG, "/grant 2001 Склад"), "Нет службы, похожей на «Склад»");
    assert_has(chat_say(c, OLEG, "/grant 2001 3x"), "Нет службы, похожей на «3x»");
    assert_has(chat_say(c, OLEG, "/grant 2001 Лис"), "Нет службы, похожей на «Лис»"); /* a person */
    assert_int_equal(count(c, "SELECT count(*) FROM role_grant"), 1);
}

static void grant__of_an_admin__is_the_configurations_business(void **state)
{
    struct people_chat *c = *state;
    assert_has(chat_say(c, OLEG, "/grant 2001 admin"), "Админы записаны в конфигурации");
    assert_has(chat_say(c, OLEG, "/grant 1002"), "1002 и так админ");
    assert_has(chat_say(c, OLEG, "/grant"), "/grant @name организатор 3d Кухня");
    assert_has(chat_say(c, OLEG, "/grant @nobody"), "Не знаю @nobody");
    assert_int_equal(count(c, "SELECT count(*) FROM role_grant"), 0);
}

static void username__that_went_to_another__gives_nothing(void **state)
{
    struct people_chat *c = *state;
    meet(c, KSENIA, "ksenia_k");
    chat_say(c, OLEG, "/grant @ksenia_k");
    meet(c, KSENIA, NULL);      /* gave it up */
    meet(c, BORIS, "ksenia_k"); /* and another took it */
    assert_int_equal(chat_role(c, BORIS), ROLE_ANYONE);
    assert_int_equal(chat_role(c, KSENIA), ROLE_ORGANIZER);
}

static void grants__are_for__admins(void **state)
{
    struct people_chat *c = *state;
    meet(c, KSENIA, NULL);
    chat_say(c, OLEG, "/grant 2001");
    assert_has(chat_say(c, KSENIA, "/grant 2002"), "Это может админ");
    assert_has(chat_say(c, KSENIA, "/revoke 2001"), "Это может админ");
    assert_has(chat_say(c, KSENIA, "/roles"), "Это может админ");
    assert_null(chat_press(c, KSENIA, "revoke g1"));
    assert_string_equal(c->answer, "Это кнопка для организаторов.");
}

/* ---------------------------------------------------------------- /revoke, /roles */

static void revoke__asks__and_takes_one(void **state)
{
    struct people_chat *c = *state;
    meet(c, KSENIA, NULL);
    chat_say(c, OLEG, "/grant 2001 Кухня");
    chat_say(c, OLEG, "/grant 2001 checker");
    assert_has(chat_say(c, OLEG, "/revoke 2001"), "Ксения: какую роль забрать?");
    assert_has(chat_buttons(c, OLEG), "✖️ организатор (Кухня) → revoke g1 @");
    assert_has(chat_press(c, OLEG, chat_data(c, OLEG, "организатор (Кухня)")),
               "Точно забрать роль: Ксения, организатор (Кухня)?");
    assert_int_equal(chat_role(c, KSENIA), ROLE_ORGANIZER);
    const char *yes = chat_data(c, OLEG, "Да, точно");
    assert_has(chat_press(c, OLEG, yes), "✓ Забрано: Ксения, организатор (Кухня).");
    assert_has(chat_told(c, KSENIA), "Роль у вас забрали: организатор (Кухня).");
    assert_int_equal(chat_role(c, KSENIA), ROLE_CHECKER);
    assert_null(chat_press(c, OLEG, yes));
    assert_string_equal(c->answer, "Уже сделано.");
    assert_has(chat_press(c, OLEG, "revoke g1"), "Этой роли уже нет");
    assert_has(chat_say(c, OLEG, "/revoke 2001"), "Точно забрать роль: Ксения, проверяющий?");
    assert_has(surely(c, OLEG), "✓ Забрано: Ксения, проверяющий.");
    assert_int_equal(chat_role(c, KSENIA), ROLE_ANYONE);
    assert_has(chat_say(c, OLEG, "/revoke 2001"), "нет ролей, которые тут можно забрать");
}

static void revoke__takes__all(void **state)
{
    struct people_chat *c = *state;
    chat_say(c, OLEG, "/grant 2001 Кухня");
    chat_say(c, OLEG, "/grant 2001 Инфоцентр");
    chat_say(c, OLEG, "/revoke 2001");
    assert_has(chat_press(c, OLEG, chat_data(c, OLEG, "Всё")), "Точно забрать все роли: 2001?");
    assert_has(surely(c, OLEG), "✓ Забрано всё, что было дано: 2001.");
    assert_int_equal(chat_role(c, KSENIA), ROLE_ANYONE);
    assert_int_equal(count(c, "SELECT count(*) FROM role_grant WHERE ended_by ="
                              " 'telegram:1001'"),
                     2);
    assert_has(chat_say(c, OLEG, "/revoke 1002"), "админ по конфигурации");
}

static void roles__lists__who_has_what_and_who_gave_it(void **state)
{
    struct people_chat *c = *state;
    assert_has(chat_say(c, VERA, "/roles"), "Admins (by configuration): 1001, Vera");
    assert_has(chat_told(c, VERA), "Nobody else was given anything");
    meet(c, OLEG, NULL);
    meet(c, KSENIA, NULL);
    for (int i = 0; i < 9; i++)
        chat_say(c, OLEG, arena_printf(c->f->arena, "/grant %d checker", 3000 + i));
    chat_say(c, OLEG, "/grant 2001 2d Кухня");
    const char *said = chat_say(c, OLEG, "/roles");
    assert_has(said, "Роли: 10\n1. Ксения (2001): организатор (Кухня, до ");
    assert_has(said, ") · Олег, ");
    assert_has(said, "8. 3006: проверяющий");
    assert_has_not(said, "9. ");
    assert_has(chat_buttons(c, OLEG), "✖️ 1. Ксения → revoke g10\n");
    assert_has(chat_press(c, OLEG, chat_data(c, OLEG, "▶︎")), "9. 3007");
    assert_has(chat_press(c, OLEG, chat_data(c, OLEG, "◀︎")), "1. Ксения");
    clock_test_advance(2 * DAY_MS);
    assert_has(chat_say(c, OLEG, "/roles"), "Роли: 9\n1. 3000");
}

/* ---------------------------------------------------------------- a time that is over */

static void role__whose_time_is_over__counts_no_more_and_is_told_once(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    bool told;
    meet(c, KSENIA, NULL);
    chat_say(c, OLEG, "/grant 2001 12h");
    chat_say(c, KSENIA, "/lang en");
    assert_has(chat_say(c, KSENIA, "/status"), "queue");
    clock_test_advance(DAY_MS / 2 + 1000);
    assert_has(chat_say(c, KSENIA, "/status"), "do not know you"); /* nobody noticed yet */
    assert_ok(DB_RUN(c->f->db, &err, "DELETE FROM chat_out"), err);
    assert_ok(DB_RUN(c->f->db, &err, "UPDATE chat_user SET menu_stale = 0"), err);
    assert_ok(rights_tick(&c->bot, c->f->db, clock_now_ms(), &told, &err), err);
    assert_true(told);
    assert_string_equal(chat_told(c, KSENIA),
                        "Your role has ended: organizer. Tell an admin if you still need it.");
    assert_string_equal(temp_store_text(c->f->store, "SELECT role || ' ' || ended_by FROM"
                                                     " role_grant"),
                        "organizer time");
    assert_string_equal(temp_store_text(c->f->store,
                                        "SELECT role FROM chat_user WHERE user_id = 2001"),
                        "anyone");
    assert_ok(rights_tick(&c->bot, c->f->db, clock_now_ms(), &told, &err), err);
    assert_false(told);
}

/* ---------------------------------------------------------------- one team only */

static void limited_role__is_for__records_of_its_team(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    bool is;
    meet(c, KSENIA, NULL);
    chat_say(c, OLEG, "/grant 2001 Кухня");
    assert_has(chat_say(c, KSENIA, "/pause " COOK), "Ильин Пётр, Кухня на паузе");
    assert_ok(pauses_has(c->f->db, "participation", COOK, &is, &err), err);
    assert_true(is);
    assert_has(chat_say(c, KSENIA, "/pause ильин"), "Ильин Пётр"); /* he takes part in it */
    assert_has(chat_say(c, KSENIA, "/pause кухня"), "Кухня на паузе");
    assert_has(chat_say(c, KSENIA, "/pause лис"),
               "Это запись другой службы, а ваша роль только для своей: Кухня.");
    assert_has(chat_say(c, KSENIA, "/pause " PART), "запись другой службы");
    assert_has(chat_press(c, KSENIA, "history " ANNA), "запись другой службы");
    assert_has(chat_say(c, KSENIA, "/restore лис"), "запись другой службы");
    assert_ok(pauses_has(c->f->db, "participation", PART, &is, &err), err);
    assert_false(is);
    chat_say(c, OLEG, "/pause лис");
    const char *list = chat_say(c, KSENIA, "/pause");
    assert_has(list, "Кухня (Ксения, ");
    assert_has_not(list, "Лис");
    assert_has(chat_say(c, KSENIA, "/resume лис"), "запись другой службы");
    assert_has(chat_say(c, KSENIA, "/pause н"), "Нашлось 2"); /* Инфоцентр has one too */
    assert_has(chat_buttons(c, KSENIA), "Кухня");
    assert_has_not(chat_buttons(c, KSENIA), "Инфоцентр");
}

static void limited_role__settles__conflicts_of_its_team(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    meet(c, KSENIA, NULL);
    chat_say(c, OLEG, "/grant 2001 Кухня");
    assert_ok(DB_RUN(c->f->db, &err,
                     "INSERT INTO conflict(id, flow, entity, local_id, field, base, ours, theirs,"
                     " remote, state, created_at) VALUES (1, 'part', 'participation', '" PART
                     "', 'status', 'PLANNED', 'PLANNED', 'ARRIVED', 'coda', 'open', 5)"),
              err);
    assert_has(chat_say(c, KSENIA, "/conflict 1"), "запись другой службы");
    assert_has(chat_press(c, KSENIA, "settle 1 theirs 0 @7"), "запись другой службы");
    assert_string_equal(temp_store_text(c->f->store, "SELECT state FROM conflict"), "open");
    chat_say(c, OLEG, "/grant 2001 Инфоцентр");
    assert_has(chat_say(c, KSENIA, "/conflict 1"), "статус");
    /* whether two people are one is not for the team of one of them to say */
    assert_ok(DB_RUN(c->f->db, &err,
                     "INSERT INTO conflict(id, flow, entity, local_id, field, ours, theirs, remote,"
                     " state, created_at) VALUES (2, 'people', 'person', '" PETR "', 'id', '" PETR
                     "', '" ANNA "', 'notion', 'open', 5)"),
              err);
    assert_has(chat_press(c, KSENIA, "settle 2 theirs 0 @7"), "запись другой службы");
    assert_has(chat_press(c, KSENIA, "conflict 2"), "запись другой службы");
    assert_int_equal(count(c, "SELECT count(*) FROM conflict WHERE state = 'open'"), 2);
}

static void limited_role__answers_for__lost_inserts_of_its_team(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    meet(c, KSENIA, NULL);
    chat_say(c, OLEG, "/grant 2001 Кухня");
    assert_ok(DB_RUN(c->f->db, &err,
                     "INSERT INTO intent(id, flow, remote, tbl, op, entity, local_id, payload,"
                     " state, created_at, sent_at) VALUES (1, 'part:push', 'coda', 'Part',"
                     " 'insert', 'participation', '" PART "', '{}', 'sent', 5, 5)"),
              err);
    assert_has(chat_press(c, KSENIA, "there 1"), "запись другой службы");
    assert_has(chat_press(c, KSENIA, "again 1"), "запись другой службы");
    assert_int_equal(count(c, "SELECT count(*) FROM intent WHERE ref IS NULL"), 1);
}

static void limited_role__does_not_count__for_what_concerns_all(void **state)
{
    struct people_chat *c = *state;
    static const char *const all[] = {"/sync all", "/preview all", "/runs",
                                      "/run 1",    "/plan 1",      "/apply 1"};
    meet(c, KSENIA, NULL);
    chat_say(c, OLEG, "/grant 2001 Кухня");
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        assert_has(chat_say(c, KSENIA, all[i]), "Ваша роль только для службы: Кухня.");
    assert_null(chat_press(c, KSENIA, "sync all"));
    assert_has(c->answer, "Ваша роль только для службы: Кухня.");
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 0);
    chat_say(c, OLEG, "/grant 2001 checker");
    assert_has(chat_say(c, KSENIA, "/runs"), "Ваша роль только для службы: Кухня.");
    chat_say(c, OLEG, "/grant 2001 organizer");
    assert_has_not(chat_say(c, KSENIA, "/runs"), "только для службы");
}

static void every_command__that_goes_by_team__is_there(void **state)
{
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < command_table.n; i++)
        n += rights_by_team(command_table.list[i]->name);
    assert_true(n >= 12);
    assert_false(rights_by_team("runs"));
    assert_false(rights_by_team("sync"));
    assert_false(rights_by_team("undo"));
    assert_false(rights_by_team("grant"));
}

/* ---------------------------------------------------------------- two people who are one */

static void tie(struct people_chat *c, int64_t user, const char *person, enum binding_how how)
{
    struct err err = {0};
    bool taken;
    const struct binding b = {.via = "telegram", .user_id = user, .person_id = person, .how = how};
    assert_ok(bindings_set(c->f->db, &b, "test", 1, &taken, &err), err);
    assert_false(taken);
}

/* PETR's row has ANNA's id: they may be one, and she stays. */
static void ask_same(struct people_chat *c)
{
    struct err err = {0};
    assert_ok(DB_RUN(c->f->db, &err,
                     "INSERT INTO conflict(id, flow, entity, local_id, field, ours, theirs, remote,"
                     " state, created_at) VALUES (1, 'people', 'person', '" PETR "', 'id', '" PETR
                     "', '" ANNA "', 'notion', 'open', 5)"),
              err);
}

static void merge__takes_the_binding__along(void **state)
{
    struct people_chat *c = *state;
    c->f->cfg->leads_are_organizers = true;
    meet(c, BORIS, NULL);
    tie(c, BORIS, PETR, BOUND_PHONE);
    chat_say(c, OLEG, "/grant 2002 checker");
    assert_int_equal(chat_role(c, BORIS), ROLE_ORGANIZER);
    ask_same(c);
    const char *said = chat_press(c, OLEG, "settle 1 theirs @7");
    assert_has(said, "теперь одно, осталась запись «Лис Мария».");
    assert_has_not(said, "Telegram");
    assert_null(chat_told(c, VERA));
    assert_string_equal(temp_store_text(c->f->store, "SELECT person_id || ' ' || how FROM binding"),
                        ANNA " phone");
    assert_int_equal(chat_role(c, BORIS), ROLE_ORGANIZER); /* what he led she leads */
    assert_has(chat_say(c, BORIS, "/id"), "проверяющий");  /* given to the id, it stays there */
    assert_has(chat_told(c, BORIS), "Лис Мария");
    assert_string_equal(temp_store_text(c->f->store,
                                        "SELECT before || ' > ' || after || ' ' || source FROM"
                                        " audit WHERE entity = 'chat_user' AND field = 'person'"
                                        " ORDER BY id DESC LIMIT 1"),
                        PETR " by phone > " ANNA " by phone telegram:1001");
}

static void merge__of_two_who_are_bound__tells_who_lost_access(void **state)
{
    struct people_chat *c = *state;
    meet(c, BORIS, NULL);
    meet(c, KSENIA, NULL);
    meet(c, VERA, NULL);
    tie(c, BORIS, PETR, BOUND_PHONE);
    tie(c, KSENIA, ANNA, BOUND_USERNAME);
    chat_say(c, OLEG, "/grant 2002 organizer");
    meet(c, 2003, NULL);
    chat_say(c, OLEG, "/grant 2003 organizer");
    ask_same(c);
    const char *said = chat_press(c, 2003, "settle 1 theirs @7");
    assert_has(said, "Записи «Лис Мария» стали одной, а привязаны были к двум Telegram");
    assert_has(said, "/unbind 2001, потом /bind 2002");
    assert_has(chat_told(c, OLEG), "2002) больше ни к кому не привязан");
    assert_has(chat_told(c, VERA), "2002) is tied to nobody now");
    assert_string_equal(temp_store_text(c->f->store, "SELECT group_concat(user_id || ' ' ||"
                                                     " person_id) FROM binding"),
                        "2001 " ANNA);
    assert_int_equal(chat_role(c, BORIS), ROLE_ORGANIZER); /* that was given to the id */
    assert_int_equal(count(c, "SELECT count(*) FROM audit WHERE entity = 'chat_user' AND local_id"
                              " = 'telegram:2002' AND field = 'person' AND after IS NULL"),
                     1);
    /* pressed again it does nothing more */
    assert_has(chat_press(c, OLEG, "settle 1 theirs @7"), "уже объединены");
    assert_null(chat_told(c, VERA));
}

static void merge__of_teams__takes_their_roles_along(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    meet(c, KSENIA, NULL);
    meet(c, BORIS, NULL);
    chat_say(c, OLEG, "/grant 2001 Кухня");
    chat_say(c, OLEG, "/grant 2002 3d Кухня");
    chat_say(c, OLEG, "/grant 2002 1d Инфоцентр");
    chat_say(c, OLEG, "/grant 2003 Инфоцентр");
    assert_ok(DB_RUN(c->f->db, &err,
                     "INSERT INTO conflict(id, flow, entity, local_id, field, ours, theirs, remote,"
                     " state, created_at) VALUES (1, 'teams', 'team', '" KITCHEN
                     "', 'id', '" KITCHEN "', '" TEAM "', 'notion', 'open', 5)"),
              err);
    chat_press(c, OLEG, "settle 1 theirs @7");
    assert_true(lab_deleted(c->f, "team", KITCHEN));
    assert_has(chat_say(c, KSENIA, "/id"), "организатор (Инфоцентр)");
    assert_int_equal(count(c, "SELECT count(*) FROM role_grant WHERE ended_at IS NULL AND team_id ="
                              " '" TEAM "'"),
                     3);
    assert_int_equal(count(c, "SELECT count(*) FROM role_grant WHERE ended_at IS NULL AND team_id ="
                              " '" KITCHEN "'"),
                     0);
    /* of two times the later one counts */
    assert_int_equal(count(c, "SELECT (until - given_at + 1000) / 86400000 FROM role_grant WHERE"
                              " ended_at IS NULL AND user_id = 2002"),
                     3);
    assert_has(chat_say(c, KSENIA, "/pause лис"), "на паузе");
}

/* ---------------------------------------------------------------- the role that is kept */

static void kept_role__follows__what_counts(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    meet(c, OLEG, NULL); /* by configuration */
    assert_string_equal(temp_store_text(c->f->store, "SELECT role || ' ' || menu_stale FROM"
                                                     " chat_user WHERE user_id = 1001"),
                        "admin 1");
    assert_ok(DB_RUN(c->f->db, &err, "UPDATE chat_user SET menu_stale = 0"), err);
    meet(c, OLEG, NULL);
    assert_int_equal(count(c, "SELECT menu_stale FROM chat_user WHERE user_id = 1001"), 0);
    c->f->cfg->n_admins = 0;
    meet(c, OLEG, NULL);
    assert_string_equal(temp_store_text(c->f->store, "SELECT role || ' ' || menu_stale FROM"
                                                     " chat_user WHERE user_id = 1001"),
                        "anyone 1");
}

static const char *kept(struct people_chat *c)
{
    return temp_store_text(c->f->store, "SELECT role || ' ' || menu_stale FROM chat_user"
                                        " WHERE user_id = 2002");
}

static void tick(struct people_chat *c)
{
    struct err err = {0};
    bool told;
    assert_ok(DB_RUN(c->f->db, &err, "UPDATE chat_user SET menu_stale = 0"), err);
    assert_ok(rights_tick(&c->bot, c->f->db, clock_now_ms(), &told, &err), err);
    assert_false(told);
}

/* Without a word from them: their app would go on to show a list of commands that are refused. */
static void kept_role__of_a_lead__follows_the_tables(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    meet(c, BORIS, NULL);
    tie(c, BORIS, PETR, BOUND_PHONE);
    tick(c);
    assert_string_equal(kept(c), "participant 1");
    c->f->cfg->leads_are_organizers = true; /* the daemon was started anew */
    tick(c);
    assert_string_equal(kept(c), "organizer 1");
    bool told;
    int64_t changes = count(c, "SELECT total_changes()");
    assert_ok(rights_tick(&c->bot, c->f->db, clock_now_ms(), &told, &err), err);
    assert_int_equal(count(c, "SELECT total_changes()"), changes); /* nothing was to be done */
    static const struct {
        const char *field, *away, *back;
    } ways[] = {{"status", "CANCELLED", "PLANNED"},
                {"role", "VOLUNTEER", "ORGANIZER"},
                {"person_id", ANNA, PETR}}; /* it is somebody else's by now */
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        small_festival_set(c->f, "participation", COOK, ways[i].field, V_TEXT(ways[i].away), "coda",
                           7000);
        tick(c);
        assert_string_equal(kept(c), "participant 1");
        small_festival_set(c->f, "participation", COOK, ways[i].field, V_TEXT(ways[i].back), "coda",
                           7000);
        tick(c);
        assert_string_equal(kept(c), "organizer 1");
    }
    small_festival_set(c->f, "participation", COOK, "deleted", V_INT(1), "coda", 8000);
    tick(c);
    assert_string_equal(kept(c), "participant 1");
    small_festival_set(c->f, "person", PETR, "banned", V_INT(1), "coda", 9000);
    tick(c);
    assert_string_equal(kept(c), "anyone 1");
    assert_ok(DB_RUN(c->f->db, &err, "UPDATE dict_role SET lead = 1 WHERE code = 'VOLUNTEER'"),
              err);
    small_festival_set(c->f, "person", PETR, "banned", V_INT(0), "coda", 9000);
    small_festival_set(c->f, "participation", COOK, "role", V_TEXT("VOLUNTEER"), "coda", 9000);
    small_festival_set(c->f, "participation", COOK, "deleted", V_INT(0), "coda", 9000);
    tick(c);
    assert_string_equal(kept(c), "organizer 1");
    c->f->cfg->year = 2027; /* another festival */
    tick(c);
    assert_string_equal(kept(c), "participant 1");
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, people_chat_setup, people_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wish__is_read__in_any_order),
        T(grant__for_a_team_and_a_time__is_told_to_both),
        T(grant__asks_which_team__when_several_fit),
        T(grant__of_an_admin__is_the_configurations_business),
        T(username__that_went_to_another__gives_nothing),
        T(grants__are_for__admins),
        T(revoke__asks__and_takes_one),
        T(revoke__takes__all),
        T(roles__lists__who_has_what_and_who_gave_it),
        T(role__whose_time_is_over__counts_no_more_and_is_told_once),
        T(limited_role__is_for__records_of_its_team),
        T(limited_role__settles__conflicts_of_its_team),
        T(limited_role__answers_for__lost_inserts_of_its_team),
        T(limited_role__does_not_count__for_what_concerns_all),
        cmocka_unit_test(every_command__that_goes_by_team__is_there),
        T(merge__takes_the_binding__along),
        T(merge__of_two_who_are_bound__tells_who_lost_access),
        T(merge__of_teams__takes_their_roles_along),
        T(kept_role__follows__what_counts),
        T(kept_role__of_a_lead__follows_the_tables),
    };
    return cmocka_run_group_tests_name("roles in the chat", tests, NULL, NULL);
}

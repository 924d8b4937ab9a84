/* test_find_chat.c: /find, cards, and small edits from them, as people see them in the chat. */
#include "store/audit.h"
#include "store/chat/bindings.h"
#include "store/chat/grants.h"
#include "store/chat/people.h"
#include "store/conflicts.h"
#include "store/pauses.h"
#include "store/rows.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/marked_chat.h"

#include <stdlib.h>

#define KITCHEN  "77777777-7777-4777-8777-777777777777"
#define STRANGER 5005
#define MARIA_TG 2002 /* Telegram id of «Лис Мария» */
#define LIMITED  3003 /* an organizer of «Кухня» only */

/* phone goes to Grist and is read from both; telegram is only read from Notion; e-mail is nowhere
 */
static const char config[] =
    "[rosterd]\nstore = s.db\nyear = 2026\n"
    "[telegram]\ntoken = 1:a\nadmins = 1001\n"
    "[remote notion]\nkind = notion\ntoken = t\n"
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
    "[remote grist]\nkind = grist\ntoken = t\ndoc = d\napi_url = https://grist.example\n"
    "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = Имя\n"
    "field.phone = Телефон\nfield.telegram = Telegram\n"
    "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = Имя\nfield.type = Тип\n"
    "[flow part]\nremote = coda\ntable = Part\nentity = participation\ndirection = both\n"
    "create = yes\nfield.year = Год\nfield.person_id = Человек via notion\n"
    "field.team_id = Служба via notion\nfield.role = Роль\nfield.status = Статус\n"
    "[flow gpeople]\nremote = grist\ntable = People\nentity = person\ndirection = both\n"
    "field.name = name\nfield.phone = phone\n"
    "[flow gbadges]\nremote = grist\ntable = Badges_2026\nentity = badge\ndirection = both\n"
    "field.name = name\nfield.diet = diet\nfield.feed = feed_type\nfield.role = role as text\n"
    "field.person_id = person via grist\n"
    "[flow garrivals]\nremote = grist\ntable = Arrivals_2026\nentity = arrival\ndirection = both\n"
    "field.badge_id = badge via grist\nfield.status = status\nfield.arrival_date = arrival_date\n"
    "field.departure_date = departure_date\n";

static void set(struct one_chat *c, const char *entity, const char *id, const char *field,
                const char *text)
{
    small_festival_set(c->f, entity, id, field, text ? V_TEXT(text) : V_NULL, "notion", 2000);
}

static void link_to(struct one_chat *c, const char *entity, const char *id, const char *flow,
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

static void add_team(struct one_chat *c, const char *id, const char *name)
{
    struct err err = {0};
    struct record *r = record_new(model_entity("team"), c->f->arena);
    str_copy(r->id, sizeof r->id, id);
    r->v[model_field(r->e, "name")] = V_TEXT(name);
    r->v[model_field(r->e, "type")] = V_TEXT("FIELD_SERVICE");
    assert_ok(rows_insert(c->f->db, r, &(struct change){.source = "notion", .at = 1000}, &err),
              err);
}

static int setup(void **state)
{
    if (marked_chat_setup(state))
        return -1;
    struct one_chat *c = *state;
    config_free(c->f->cfg);
    c->f->cfg = config_must(config);
    c->bot.cfg = c->f->cfg;
    link_to(c, "person", ANNA, "people", "notion", "P", ANNA);
    set(c, "person", ANNA, "phone", "+79161234567");
    set(c, "person", ANNA, "telegram", "@FoxMary");
    set(c, "person", ANNA, "comment", "приедет поздно");
    set(c, "person", ANNA, "birth_date", "1990-02-03");
    set(c, "badge", BADGE, "number", "123-045");
    add_team(c, KITCHEN, "Кухня");
    return 0;
}

static const char *text_of(struct one_chat *c, const char *entity, const char *id,
                           const char *field)
{
    const struct record *r = small_festival_get(c->f, entity, id);
    return r->v[model_field(r->e, field)].s;
}

static const char *english(struct one_chat *c, const char *say)
{
    one_chat_say(c, "/lang en");
    return one_chat_say(c, say);
}

static void bind(struct one_chat *c, int64_t user, const char *person)
{
    struct err err = {0};
    bool taken;
    const struct binding b = {.via = "telegram",
                              .user_id = user,
                              .person_id = person,
                              .how = BOUND_HAND};
    assert_ok(people_seen(c->f->db,
                          &(struct chat_user){.via = "telegram",
                                              .user_id = user,
                                              .name = "Мария",
                                              .lang = "ru"},
                          1, &err),
              err);
    assert_ok(bindings_set(c->f->db, &b, ORGANIZER, 1, &taken, &err), err);
}

/* ---------------------------------------------------------------- /find */

static void find__opens__the_only_one(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/find лис");
    assert_has(c->said, "👤 Лис Мария · человек");
    assert_has(one_chat_say(c, "/find 4567"), "👤 Лис Мария");
    assert_has(one_chat_say(c, "/find @foxmary"), "👤 Лис Мария");
    assert_has(one_chat_say(c, "/find 123-045"), "🏷 Ильин · бейдж");
    assert_has(one_chat_say(c, "/find " TEAM), "🏕 Инфоцентр · служба");
    assert_has(one_chat_say(c, "/card лис"), "👤 Лис Мария");
}

static void find__lists__several(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/find и");
    assert_has(c->said, "напишите хотя бы две");
    set(c, "person", PETR, "nickname", "Лис");
    one_chat_say(c, "/find лис");
    assert_has(c->said, "🔎 «лис»: нашлись 2");
    assert_has(c->said, "1. Ильин Пётр · человек");
    assert_has(c->said, "2. Лис Мария · человек, 2026 Инфоцентр, волонтёр");
    assert_has(c->buttons, "2. Лис Мария → card " ANNA);
    marked_chat_delete(c, "person", PETR, "grist", 3000);
    one_chat_say(c, "/find лис");
    assert_has(c->said, "1. Лис Мария");
    assert_has(c->said, "2. 🗑 Ильин Пётр");
    assert_has(one_chat_press(c, "2. Ильин"), "🗑 Удалена");
    assert_has_not(c->buttons, "✏️");
}

/* Who is not found by name says by what. */
static void find__says__why_somebody_is_there(void **state)
{
    struct one_chat *c = *state;
    set(c, "person", PETR, "telegram", "lisichka");
    set(c, "person", PETR, "phone", "+79031234567");
    one_chat_say(c, "/find lisi");
    assert_has(c->said, "👤 Ильин Пётр"); /* the only one: the card says all */
    set(c, "person", ANNA, "telegram", "@lisichka_m");
    one_chat_say(c, "/find lisichka");
    assert_has(c->said, "Лис Мария · человек, 2026 Инфоцентр, волонтёр (@lisichka_m)");
    assert_has(c->said, "Ильин Пётр · человек (@lisichka)");
    one_chat_say(c, "/find 1234567");
    assert_has(c->said, "Ильин Пётр · человек (телефон …4567)");
    assert_has_not(c->said, "1234567)");
    set(c, "person", PETR, "nickname", "Лис");
    one_chat_say(c, "/find лис");
    assert_has(c->said, "Ильин Пётр · человек (прозвище Лис)");
    assert_has(c->said, "Лис Мария · человек, 2026 Инфоцентр, волонтёр");
    assert_has_not(c->said, "волонтёр (");
    assert_has(english(c, "/find 1234567"), "Ильин Пётр · person (phone …4567)");
}

static void find__forgives_and_offers(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/find инфацентр");
    assert_has(c->said, "🔎 «инфацентр»: точно так никого, похоже:");
    assert_has(c->said, "1. Инфоцентр · служба");
    assert_has(one_chat_press(c, "Инфоцентр"), "🏕 Инфоцентр");
    one_chat_say(c, "/find инфопалатка");
    assert_has(c->said, "такого нет. Может быть, кто-то из них?");
    assert_has(c->buttons, "Инфоцентр → card " TEAM);
    assert_has(one_chat_say(c, "/find щщщ"), "никого не нашёл");
    assert_has(one_chat_say(c, "/find"), "Кого найти?");
    assert_has(english(c, "/find"), "Whom shall I find?");
    assert_has(one_chat_say(c, "/find zzz"), "nobody found");
}

static void find__turns__its_pages(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    for (int i = 0; i < 12; i++) {
        struct record *r = record_new(model_entity("person"), c->f->arena);
        uuid_from_name(arena_printf(c->f->arena, "p%d", i), r->id);
        r->v[model_field(r->e, "name")] = V_TEXT(arena_printf(c->f->arena, "Ромашка %02d", i));
        assert_ok(rows_insert(c->f->db, r, &(struct change){.source = "notion", .at = 1}, &err),
                  err);
    }
    one_chat_say(c, "/find ромашка");
    assert_has(c->said, "нашлось 12");
    assert_has(c->said, "8. Ромашка 07");
    assert_has_not(c->said, "Ромашка 08");
    one_chat_press(c, "9–12 из 12 ▶︎");
    assert_has(c->said, "9. Ромашка 08");
    assert_has(c->said, "12. Ромашка 11");
    assert_has(one_chat_press(c, "◀︎"), "1. Ромашка 00");
    /* behind a button there is no room for this */
    one_chat_say(c, "/find ромашка ромашка ромашка ромашка");
    assert_has_not(c->buttons, "▶︎");
    assert_has(c->said, "добавьте букв");
}

static void find__is_offered__for_plain_words(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "лис"), "Я понимаю команды и кнопки");
    assert_has(one_chat_press(c, "🔎 Найти «лис»"), "👤 Лис Мария");
    one_chat_say(c, "@foxmary");
    assert_has(one_chat_press(c, "🔎 Найти «@foxmary»"), "👤 Лис Мария");
    one_chat_say(c, "очень длинные слова, которым нет места за кнопкой");
    assert_has_not(c->buttons, "🔎");
    bind(c, MARIA_TG, ANNA);
    c->user = MARIA_TG;
    one_chat_say(c, "ильин");
    assert_has_not(c->buttons, "🔎");
}

/* ---------------------------------------------------------------- cards */

static void card__shows__a_person(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/find лис");
    assert_has(c->said, "телефон: +79161234567\n");
    assert_has(c->said, "телеграм: @FoxMary\n");
    assert_has(c->said, "дата рождения: 1990-02-03\n");
    assert_has(c->said, "комментарий: приедет поздно\n");
    assert_has(c->said, "Участие:\n· 2026 Инфоцентр: волонтёр, планируется\n");
    assert_has(c->said, "🏷 Бейджа нет.");
    assert_has(c->said, "Где стоит: ");
    assert_has(c->said, "Грист");
    assert_has(c->said, "Ноушен");
    assert_has(c->said, "(https://www.notion.so/11111111111141118111111111111111)");
    assert_has(c->buttons, "✏️ телефон → set " ANNA " phone @");
    assert_has(c->buttons, "🕘 История → history " ANNA);
    assert_has(c->buttons, "2026 Инфоцентр: волонтёр → card " PART " @");
    one_chat_press(c, "2026 Инфоцентр");
    assert_has(c->said, "🙌 Лис Мария, Инфоцентр · участие");
    assert_has(c->said, "статус: планируется");
    assert_has(one_chat_press(c, "◀︎ Инфоцентр"),
               "В 2026 году 1 человек (волонтёр 1)");
}

static void card__shows__badge_and_arrival(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/find ильин пётр");
    assert_has(c->said, "Участий нет.");
    assert_has(
        c->said,
        "🏷 Бейдж 123-045: волонтёр, бесплатно, без особенностей\n");
    assert_has(c->said, "🚌 Заезд 2026-07-10, отъезд 2026-07-20: планируется\n");
    one_chat_press(c, "🏷 123-045");
    assert_has(c->said, "🏷 Ильин · бейдж");
    assert_has(c->buttons, "✏️ питание → set " BADGE " diet @");
    one_chat_press(c, "🚌 Заезд");
    assert_has(c->said, "🚌 Ильин · заезд");
    assert_has_not(c->buttons, "✏️");
    assert_has(one_chat_press(c, "◀︎ Ильин"), "🏷 Ильин · бейдж");
}

static void card__tells__who_leads(void **state)
{
    struct one_chat *c = *state;
    set(c, "participation", PART, "role", "ORGANIZER");
    one_chat_say(c, "/find инфоцентр");
    assert_has(c->said, "тип: полевая служба");
    assert_has(c->said, "Руководят:\n· 2026 Лис Мария: организатор");
    assert_has(c->buttons, "Лис Мария → card " ANNA);
    assert_has(one_chat_say(c, "/find кухня"), "В 2026 году никого.");
}

static void card__tells__what_is_in_the_way(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    bool new;
    const struct conflict k = {.flow = "part",
                               .entity = "participation",
                               .local_id = PART,
                               .field = "status",
                               .base = "PLANNED",
                               .ours = "CANCELLED",
                               .theirs = "ARRIVED",
                               .remote = "coda",
                               .created_at = 2000};
    assert_ok(conflicts_open(c->f->db, &k, &err), err);
    assert_ok(pauses_set(c->f->db, "participation", PART, ORGANIZER, 2000, &new, &err), err);
    marked_chat_jail(c, "part", "i-1", false, "Invalid role mapping", "Космонавт", "{}");
    marked_chat_mark(c, "People", "17", MARK_HAND, "уехала");
    one_chat_say(c, "/card " PART);
    assert_has(c->said, "⏸ На паузе (Олег");
    assert_has(c->said, "⚠️ Участие (Кода): нет такой роли");
    assert_has(
        c->said,
        "⚖️ статус: Кода «заехал на поле», у нас «отменилось»");
    assert_has(c->buttons, "⚖️ статус → conflict 1");
    assert_has(c->buttons, "▶️ Снять с паузы → resume " PART);
    assert_has(one_chat_say(c, "/card " ANNA),
               "🗑 Строка помечена удалённой (Грист)");
    assert_has(c->said, "Грист (https://grist.example/doc/d) ⚠️");
    assert_has(one_chat_say(c, "/card 99999999-9999-4999-8999-999999999999"),
               "Такой записи больше нет");
}

static void card__is_english__too(void **state)
{
    struct one_chat *c = *state;
    english(c, "/find лис");
    assert_has(c->said, "👤 Лис Мария · person");
    assert_has(c->said, "Takes part:\n· 2026 Инфоцентр: волонтёр, планируется");
    assert_has(c->buttons, "✏️ phone → ");
    one_chat_press(c, "✏️ phone");
    assert_has(c->said, "Write the new phone in answer to this message.");
    one_chat_say(c, "8 999 111-22-33");
    assert_has(c->said, "“+79161234567” → “+79991112233”");
    assert_has(c->said, "The next push takes it to: Grist.");
}

static void card__of_a_participant__is_their_own(void **state)
{
    struct one_chat *c = *state;
    bind(c, MARIA_TG, ANNA);
    c->user = MARIA_TG;
    one_chat_say(c, "/card");
    assert_has(c->said, "👤 Лис Мария");
    assert_has(c->said, "телефон: +79161234567");
    assert_has(c->said, "· 2026 Инфоцентр: волонтёр, планируется");
    assert_has_not(c->said, "поздно"); /* what organizers note stays theirs */
    assert_has_not(c->said, "Где стоит");
    assert_has_not(c->buttons, "set ");
    assert_has_not(c->buttons, "history");
    assert_has(one_chat_press(c, "2026 Инфоцентр"), "🙌 Лис Мария, Инфоцентр");
    assert_has_not(c->buttons, "◀︎ Инфоцентр");
    assert_has(one_chat_say(c, "/card " PETR), "Эта карточка не ваша");
    assert_has(one_chat_say(c, "/card " BADGE), "Эта карточка не ваша");
    assert_has(one_chat_say(c, "/card " TEAM), "Эта карточка не ваша");
    assert_has(one_chat_say(c, "/card ильин"), "Эта карточка не ваша");
    assert_has_not(one_chat_say(c, "/find ильин"), "Пётр");
    assert_has_not(one_chat_say(c, "/set " ANNA " phone"), "Напишите новый");
}

static void card__is_nothing__for_a_stranger(void **state)
{
    struct one_chat *c = *state;
    c->user = STRANGER;
    assert_has_not(one_chat_say(c, "/card " ANNA), "Лис");
    assert_has_not(one_chat_say(c, "/find лис"), "Мария");
}

static void find__hides__other_teams_from_limited_organizers(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    int64_t id;
    const struct grant g = {.via = "telegram",
                            .user_id = LIMITED,
                            .role = ROLE_ORGANIZER,
                            .team_id = KITCHEN,
                            .given_by = ORGANIZER,
                            .given_at = 1};
    bool new;
    assert_ok(people_seen(c->f->db,
                          &(struct chat_user){.via = "telegram",
                                              .user_id = LIMITED,
                                              .name = "Кок",
                                              .lang = "ru"},
                          1, &err),
              err);
    assert_ok(grants_give(c->f->db, &g, &id, &new, &err), err);
    c->user = LIMITED;
    assert_has(one_chat_say(c, "/find кухня"), "🏕 Кухня");
    one_chat_say(c, "/find лис");
    assert_has(c->said, "никого не нашёл");
    assert_has(c->said, "в других службах");
    assert_has_not(c->said, "Мария");
    assert_has_not(one_chat_say(c, "/card " ANNA), "+7916");
    assert_has_not(one_chat_say(c, "/set " PART " status"), "На что поменять");
    set(c, "participation", PART, "team_id", KITCHEN);
    assert_has(one_chat_say(c, "/find лис"), "👤 Лис Мария");
    assert_has(one_chat_say(c, "/set " PART " status"), "На что поменять");
}

/* ---------------------------------------------------------------- small edits */

static void edit__changes_a_status__and_takes_it_back(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    struct audit_row *last;
    one_chat_say(c, "/card " PART);
    one_chat_press(c, "✏️ статус");
    assert_has(
        c->said,
        "✏️ Лис Мария, Инфоцентр: статус\nСейчас «планируется».\nУйдёт в таблицы: Кода.");
    assert_has(c->said, "На что поменять?");
    assert_has(c->buttons, "• планируется → ");
    one_chat_press(c, "заехал на поле");
    assert_has(c->said, "✓ Лис Мария, Инфоцентр: статус\n«планируется» → «заехал на поле»");
    assert_has(c->said, "При следующей отправке уйдёт в таблицы: Кода.");
    assert_string_equal(text_of(c, "participation", PART, "status"), "ARRIVED");
    assert_ok(audit_last_of_field(c->f->db, "participation", PART, "status", c->f->arena, &last,
                                  &err),
              err);
    assert_string_equal(last->source, ORGANIZER);
    assert_string_equal(last->before, "PLANNED");
    one_chat_press(c, "↩️ Вернуть «планируется»");
    assert_has(
        c->said,
        "↩️ Лис Мария, Инфоцентр: статус\nснова «планируется»");
    assert_string_equal(text_of(c, "participation", PART, "status"), "PLANNED");
    assert_has(one_chat_press(c, "◀︎ Карточка"), "🙌 Лис Мария, Инфоцентр");
}

static void edit__pressed_twice__acts_once(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/set " PART " status");
    const char *data = "set 1 ARRIVED @1";
    one_chat_press_data(c, data);
    const char *first = c->said;
    int64_t rev = small_festival_get(c->f, "participation", PART)->rev;
    assert_string_equal(one_chat_press_data(c, data), first);
    /* another button of the same old message changes nothing either */
    assert_string_equal(one_chat_press_data(c, "set 1 CANCELLED @1"), first);
    assert_int_equal(small_festival_get(c->f, "participation", PART)->rev, rev);
    one_chat_press_data(c, "set 1 undo @1");
    rev = small_festival_get(c->f, "participation", PART)->rev;
    assert_has(one_chat_press_data(c, "set 1 undo @1"), "снова «планируется»");
    assert_has(one_chat_press_data(c, data), "снова «планируется»");
    assert_int_equal(small_festival_get(c->f, "participation", PART)->rev, rev);
    assert_has(one_chat_press_data(c, "set 1 no @1"), "снова «планируется»");
}

static void edit__writes_over__nobodys_change(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/set " PART " status");
    set(c, "participation", PART, "status", "CANCELLED");
    one_chat_press(c, "заехал на поле");
    assert_has(c->said, "С тех пор поле поменяли, ничего не записал.");
    assert_has(c->said, "Сейчас «отменилось».");
    assert_string_equal(text_of(c, "participation", PART, "status"), "CANCELLED");
    one_chat_press(c, "заехал на поле");
    assert_has(c->said, "«отменилось» → «заехал на поле»");
    set(c, "participation", PART, "status", "LEFT");
    one_chat_press(c, "↩️ Вернуть");
    assert_has(c->said, "Вернуть не могу: с тех пор там уже «ушел».");
    assert_string_equal(text_of(c, "participation", PART, "status"), "LEFT");
}

static void edit__can_be_left(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/set " PART " role");
    one_chat_press(c, "Не менять");
    assert_has(c->said, "Хорошо, оставил как есть.");
    assert_has(c->said, "🙌 Лис Мария, Инфоцентр");
    assert_string_equal(text_of(c, "participation", PART, "role"), "VOLUNTEER");
    /* the old buttons ask anew */
    assert_has(one_chat_press_data(c, "set 1 MEDIC @1"), "На что поменять?");
    assert_string_equal(text_of(c, "participation", PART, "role"), "VOLUNTEER");
    one_chat_press(c, "• волонтёр");
    assert_has(c->said, "Там и так «волонтёр», менять нечего.");
    one_chat_press(c, "медик");
    assert_string_equal(text_of(c, "participation", PART, "role"), "MEDIC");
}

static void edit__takes__a_typed_phone(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/card " ANNA);
    one_chat_press(c, "✏️ телефон");
    assert_has(c->said, "Напишите новый телефон ответом на это сообщение.");
    assert_has(c->said, "Уйдёт в таблицы: Грист.\nНоушен: оттуда это поле только читаю.");
    one_chat_say(c, "не знаю");
    assert_has(c->said, "«не знаю» не похоже на телефон. Нужно так: +79161234567");
    one_chat_say(c, "----");
    assert_has(c->said, "не похоже на телефон");
    one_chat_say(c, "8 (912) 000-11-22");
    assert_has(c->said, "✓ Лис Мария: телефон\n«+79161234567» → «+79120001122»");
    assert_string_equal(text_of(c, "person", ANNA, "phone"), "+79120001122");
    /* words after that are words again */
    assert_has(one_chat_say(c, "8 912 333-44-55"), "Я понимаю команды и кнопки");
    assert_string_equal(text_of(c, "person", ANNA, "phone"), "+79120001122");
    one_chat_say(c, "/set " ANNA " phone");
    one_chat_press(c, "Очистить");
    assert_has(c->said, "«+79120001122» → «пусто»");
    assert_null(text_of(c, "person", ANNA, "phone"));
    one_chat_press(c, "↩️ Вернуть");
    assert_string_equal(text_of(c, "person", ANNA, "phone"), "+79120001122");
}

static void edit__does_not_take_words__too_late_or_from_others(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/set " ANNA " phone");
    struct err err = {0};
    assert_ok(DB_RUN(c->f->db, &err, "UPDATE edit SET asked_at = asked_at - 601000"), err);
    assert_has(one_chat_say(c, "+79990001122"), "Я понимаю команды");
    one_chat_say(c, "/set " ANNA " phone");
    c->user = STRANGER;
    one_chat_say(c, "+79990001122");
    c->user = OLEG;
    assert_string_equal(text_of(c, "person", ANNA, "phone"), "+79161234567");
    /* a newer question takes the words of the older one */
    one_chat_say(c, "/set " ANNA " phone");
    one_chat_say(c, "/set " BADGE " comment");
    assert_has(one_chat_say(c, "+79990001122"), "✓ Ильин: комментарий");
    assert_has(c->said, "В таблицах этого поля нет, поменяется только у нас.");
    assert_string_equal(text_of(c, "person", ANNA, "phone"), "+79161234567");
}

static void edit__is_answered__by_whoever_was_asked(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    one_chat_say(c, "/set " PART " status");
    assert_ok(people_grant(c->f->db, "telegram", STRANGER, ROLE_ORGANIZER, ORGANIZER, 1, &err),
              err);
    c->user = STRANGER;
    assert_has(one_chat_press_data(c, "set 1 ARRIVED @1"), "На этот вопрос отвечает тот");
    assert_string_equal(text_of(c, "participation", PART, "status"), "PLANNED");
    assert_has(one_chat_press_data(c, "set 99 ARRIVED"), "Этой правки я уже не помню");
    assert_has(one_chat_say(c, "/set"), "кнопками на карточке");
    assert_has(one_chat_say(c, "/set " PART " person_id"), "кнопками на карточке");
}

static void edit__is_refused__where_tables_only_read(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/set " ANNA " telegram");
    assert_has(c->said, "Отсюда не поменять: это поле приходит из таблицы (Ноушен)");
    assert_has(c->buttons, "Открыть (Ноушен) → https://www.notion.so/");
    assert_string_equal(text_of(c, "person", ANNA, "telegram"), "@FoxMary");
    /* nobody reads it for PETR, who has no page there */
    one_chat_say(c, "/set " PETR " telegram");
    assert_has(c->said, "В таблицах этого поля нет");
    assert_has(one_chat_say(c, "Пётр"), "не похоже на имя в Телеграме");
    assert_has(one_chat_say(c, "t.me/ilin_petr"), "«пусто» → «@ilin_petr»");
    one_chat_press(c, "↩️ Вернуть «пусто»");
    assert_null(text_of(c, "person", PETR, "telegram"));
}

static void edit__says__what_stands_in_its_way(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    bool new;
    const struct conflict k = {.flow = "part",
                               .entity = "participation",
                               .local_id = PART,
                               .field = "status",
                               .ours = "CANCELLED",
                               .theirs = "ARRIVED",
                               .remote = "coda",
                               .created_at = 2000};
    assert_ok(pauses_set(c->f->db, "participation", PART, ORGANIZER, 2000, &new, &err), err);
    one_chat_say(c, "/set " PART " role");
    assert_has(
        c->said,
        "⏸ Запись на паузе (Олег): уйдёт, когда паузу снимут.");
    one_chat_press(c, "медик");
    assert_has(c->said, "уйдёт, когда паузу снимут");
    assert_has(c->buttons, "▶️ Снять с паузы → resume " PART);
    assert_has_not(c->buttons, "Отправить сейчас");
    assert_ok(conflicts_open(c->f->db, &k, &err), err);
    one_chat_say(c, "/set " PART " status");
    assert_has(c->said, "Об этом поле сейчас спорят две стороны");
    assert_has(c->buttons, "⚖️ статус → conflict 1");
    /* a conflict that came between question and answer */
    one_chat_say(c, "/set " BADGE " diet");
    marked_chat_delete(c, "badge", BADGE, "grist", 3000);
    one_chat_press(c, "веган");
    assert_has(c->said, "Запись удалена, её поля не меняются.");
    assert_has(c->buttons, "↩️ Вернуть → restore " BADGE);
    assert_string_equal(text_of(c, "badge", BADGE, "diet"), "STANDARD");
}

static void edit__moves__to_another_team(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/set " PART " team_id");
    assert_has(c->said, "Напишите название службы");
    assert_has(one_chat_say(c, "щщщщ"), "Не нашёл службы «щщщщ»");
    one_chat_say(c, "кухня");
    assert_has(c->said, "«Инфоцентр» → «Кухня»");
    assert_string_equal(text_of(c, "participation", PART, "team_id"), KITCHEN);
    add_team(c, "88888888-8888-4888-8888-888888888888", "Кухня детская");
    one_chat_say(c, "/set " PART " team_id");
    one_chat_say(c, "кухн");
    assert_has(c->said, "Какая служба?");
    one_chat_press(c, "Кухня детская");
    assert_has(c->said, "«Кухня» → «Кухня детская»");
}

static void edit__makes__no_second_participation(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    struct record *r = record_copy(small_festival_get(c->f, "participation", PART), c->f->arena);
    uuid_from_name("second", r->id);
    r->v[model_field(r->e, "role")] = V_TEXT("MEDIC");
    assert_ok(rows_insert(c->f->db, r, &(struct change){.source = "notion", .at = 1000}, &err),
              err);
    one_chat_say(c, "/set " PART " role");
    one_chat_press(c, "медик");
    assert_has(c->said, "Такое участие уже есть");
    assert_string_equal(text_of(c, "participation", PART, "role"), "VOLUNTEER");
}

static void edit__keeps__bounds(void **state)
{
    struct one_chat *c = *state;
    AUTO_BUF b = BUF_INIT(1 << 16);
    one_chat_say(c, "/set " BADGE " comment");
    assert_has(c->said, "ответом на это сообщение, до 1");
    for (size_t i = 0; i < 1001; i++)
        buf_add(&b, "ж");
    assert_has(one_chat_say(c, buf_str(&b)), "Слишком длинно");
    assert_has(one_chat_say(c, "<b>& 🦊\nвторая строка"),
               "«<b>& 🦊\nвторая строка»");
    assert_string_equal(text_of(c, "badge", BADGE, "comment"),
                        "<b>& 🦊\nвторая строка");
    one_chat_say(c, "/set " BADGE " feed");
    assert_has_not(c->buttons, "Очистить");
    assert_has(one_chat_press_data(c, "set 3 clear @1"), "Это поле не бывает пустым.");
    one_chat_press_data(c, "set 4 НЕТ @1");
    assert_has(c->said, "«НЕТ» сюда не подходит");
    assert_string_equal(text_of(c, "badge", BADGE, "feed"), "FREE");
}

static void edit__is_sent__at_once_when_asked(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/set " PART " status");
    one_chat_press(c, "заехал на поле");
    one_chat_press(c, "📤 Отправить сейчас");
    assert_int_equal(temp_store_int(c->f->store, "SELECT count(*) FROM job WHERE state = 'queued'"
                                                 " AND steps LIKE '%part:push%'"),
                     1);
}

#define IN_CHAT(f) cmocka_unit_test_setup_teardown(f, setup, marked_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_CHAT(find__opens__the_only_one),
        IN_CHAT(find__lists__several),
        IN_CHAT(find__says__why_somebody_is_there),
        IN_CHAT(find__forgives_and_offers),
        IN_CHAT(find__turns__its_pages),
        IN_CHAT(find__is_offered__for_plain_words),
        IN_CHAT(card__shows__a_person),
        IN_CHAT(card__shows__badge_and_arrival),
        IN_CHAT(card__tells__who_leads),
        IN_CHAT(card__tells__what_is_in_the_way),
        IN_CHAT(card__is_english__too),
        IN_CHAT(card__of_a_participant__is_their_own),
        IN_CHAT(card__is_nothing__for_a_stranger),
        IN_CHAT(find__hides__other_teams_from_limited_organizers),
        IN_CHAT(edit__changes_a_status__and_takes_it_back),
        IN_CHAT(edit__pressed_twice__acts_once),
        IN_CHAT(edit__writes_over__nobodys_change),
        IN_CHAT(edit__can_be_left),
        IN_CHAT(edit__takes__a_typed_phone),
        IN_CHAT(edit__does_not_take_words__too_late_or_from_others),
        IN_CHAT(edit__is_answered__by_whoever_was_asked),
        IN_CHAT(edit__is_refused__where_tables_only_read),
        IN_CHAT(edit__says__what_stands_in_its_way),
        IN_CHAT(edit__moves__to_another_team),
        IN_CHAT(edit__makes__no_second_participation),
        IN_CHAT(edit__keeps__bounds),
        IN_CHAT(edit__is_sent__at_once_when_asked),
    };
    return cmocka_run_group_tests_name("find chat", tests, NULL, NULL);
}

/* test_why_chat.c: explaining a record or a row, in the chat and in the shell. */
#include "bot/cli/cli.h"
#include "store/base/clock.h"
#include "store/conflicts.h"
#include "store/journal.h"
#include "store/pauses.h"
#include "store/rows.h"
#include "store/runs.h"
#include "tests/support/check.h"
#include "tests/support/marked_chat.h"

#include <stdio.h>
#include <unistd.h>

#define UNLINKED "77777777-7777-4777-8777-777777777777"

static struct link *link_of(struct one_chat *c, const char *remote, const char *tbl,
                            const char *row)
{
    struct err err = {0};
    struct link *l;
    assert_ok(links_get(c->f->db, remote, tbl, row, "", c->f->arena, &l, &err), err);
    assert_non_null(l);
    return l;
}

/* The participation as its Coda row was last agreed to be. */
static void agree(struct one_chat *c)
{
    struct err err = {0};
    struct record *r = small_festival_get(c->f, "participation", PART);
    AUTO_BUF base = BUF_INIT(1 << 16);
    struct link l = *link_of(c, "coda", "Part", "i-1");
    record_to_json(r, RECORD_ALL(r->e), &base);
    l.base = buf_str(&base);
    l.base_rev = r->rev;
    assert_ok(links_agree(c->f->db, &l, &err), err);
}

static void add_participation(struct one_chat *c, const char *id)
{
    struct err err = {0};
    struct record *r = small_festival_get(c->f, "participation", PART);
    struct record *new = record_copy(r, c->f->arena);
    str_copy(new->id, sizeof new->id, id);
    new->v[model_field(r->e, "role")] = V_TEXT("MEDIC");
    assert_ok(rows_insert(c->f->db, new, &(struct change){.source = "notion", .at = 1000}, &err),
              err);
}

/* ---------------------------------------------------------------- a record in step */

static void why__says__that_all_is_in_step(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/why лис");
    assert_has(c->said, "🔎 Лис Мария · человек\nЗапись есть, последнее изменение: ");
    assert_has(c->said, " (Ноушен).\n\nГде стоит:\n"
                        "· Люди Гриста (Грист (https://grist.example/doc/d)): сходится\n"
                        "    строка прочитана или записана ");
    assert_has(c->said, " · таблица ещё не читалась");
    assert_has(c->said, "\n\n✅ Всё сходится, ничего не мешает.");
    assert_has(c->buttons, "🕘 История → history " ANNA "\n");
    assert_has(one_chat_press(c, "История"), "🕘 Лис Мария");
}

static void why__tells__when_flows_last_ran_and_fail(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0}, why = {0};
    agree(c);
    assert_ok(flow_state_ok(c->f->db, "part", 0, clock_now_ms() - 120000, &err), err);
    assert_ok(flow_state_ok(c->f->db, "part:push", 0, clock_now_ms() - 300000, &err), err);
    one_chat_say(c, "/why " PART);
    assert_has(c->said, "· Участие (Кода): сходится\n");
    assert_has(c->said, " · таблица прочитана 2 минуты назад · отправка 5 минут назад");
    assert_has(c->said, "Всё сходится");
    err_set(&why, ERR_TEMP, "Coda: 503");
    assert_ok(flow_state_failed(c->f->db, "part:push", &why, clock_now_ms(), &err), err);
    one_chat_say(c, "/why " PART);
    assert_has(c->said, "    ✗ с ");
    assert_has(c->said, ": Coda: 503");
    assert_has_not(c->said, "Всё сходится");
}

static void why__names__the_run_that_touched_it_last(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    int64_t run;
    struct record *old = small_festival_get(c->f, "person", ANNA);
    struct record *now = record_copy(old, c->f->arena);
    assert_ok(runs_begin(c->f->db, "people", "pull", "schedule", 0, 2000, &run, &err), err);
    now->v[model_field(now->e, "city")] = V_TEXT("Тверь");
    const struct change by = {.run = run, .source = "notion", .at = 2000};
    assert_ok(rows_update(c->f->db, old, now, &by, &err), err);
    one_chat_say(c, "/why лис");
    assert_has(c->said, "Люди Гриста (Грист (https://grist.example/doc/d)): ждёт отправки: город");
    one_chat_press(c, "Прогон ");
    assert_has(c->said, "Прогон ");
    assert_has(c->said, "Тверь");
}

static void why__says__what_waits_to_be_sent(void **state)
{
    struct one_chat *c = *state;
    agree(c);
    small_festival_set(c->f, "participation", PART, "status", V_TEXT("ARRIVED"), ORGANIZER, 2000);
    small_festival_set(c->f, "participation", PART, "position", V_TEXT("пост"), ORGANIZER, 2000);
    one_chat_say(c, "/why " PART);
    assert_has(c->said, "последнее изменение: ");
    assert_has(c->said, " (Олег).");
    assert_has(c->said, "· Участие (Кода): ждёт отправки: должность, статус\n");
    assert_has_not(c->said, "Всё сходится");
}

static void why__says__where_it_has_no_row(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    add_participation(c, UNLINKED);
    one_chat_say(c, "/why " UNLINKED);
    assert_has(c->said, "· Участие (Кода): строки ещё нет, появится при следующей отправке");
    assert_ok(DB_RUN(c->f->db, &err, "DELETE FROM link WHERE tbl = 'People'"), err);
    assert_has(one_chat_say(c, "/why лис"), "· Люди Гриста (Грист): строки нет"); /* create = no */
    assert_has(one_chat_say(c, "/why " TEAM), "В таблицах её нет.");
}

static void why__knows__tables_of_former_years(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    assert_ok(DB_RUN(c->f->db, &err,
                     "INSERT INTO link(entity, local_id, flow, remote, tbl, remote_id, base,"
                     " base_rev, seen_at) VALUES('badge', '" BADGE "', 'gbadges', 'grist',"
                     " 'Badges_2025', '3', '{}', 1, 1000)"),
              err);
    one_chat_say(c, "/why " BADGE);
    assert_has(c->said, "· Грист, таблица Badges_2025: ни один поток её больше не сверяет");
    assert_has(c->said, "· Бейджи (Грист (");
    assert_has(c->said, "Всё сходится");
}

static void why__says__what_becomes_of_rows(void **state)
{
    struct one_chat *c = *state;
    agree(c);
    marked_chat_row_gone(c, "Part", "i-1", NULL);
    assert_has(one_chat_say(c, "/why " PART), "· Участие (Кода): строки больше нет\n");
    marked_chat_row_gone(c, "Part", "i-1", "back");
    assert_has(one_chat_say(c, "/why " PART), "строка вернётся при следующей отправке");
    marked_chat_mark(c, "People", "17", MARK_STORE, NULL);
    assert_has(one_chat_say(c, "/why лис"), "): пометка снимется при следующей отправке");
}

/* ---------------------------------------------------------------- what is in its way */

static void why__tells__of_a_deletion_and_offers_to_restore(void **state)
{
    struct one_chat *c = *state;
    marked_chat_mark(c, "People", "17", MARK_HAND, "уехала");
    marked_chat_delete(c, "person", ANNA, "grist", 5000);
    one_chat_say(c, "/why лис");
    assert_has(c->said, "🗑 Удалена ");
    assert_has(c->said, ": строку пометили руками (Грист): «уехала».");
    assert_has(c->said, "): строка помечена удалённой\n");
    one_chat_press(c, "Вернуть");
    assert_false(marked_chat_is_deleted(c, "person", ANNA));
    one_chat_press(c, "🔎 Лис Мария");
    assert_has(c->said, " (Олег).");
    assert_has(c->said, "пометка снимется при следующей отправке");
}

static void why__tells__of_what_went_along(void **state)
{
    struct one_chat *c = *state;
    marked_chat_delete(c, "person", PETR, ORGANIZER, 6000);
    one_chat_say(c, "/why " BADGE);
    assert_has(c->said, ": вместе с записью «Ильин Пётр».");
    assert_has(c->said, "): строка пометится удалённой при следующей отправке\n");
    assert_has(c->said, "🔗 человек «Ильин Пётр»: удалено");
    assert_has(c->buttons, "↩️ Вернуть: Ильин Пётр → restore " PETR "\n");
    assert_has(one_chat_press(c, "🔎 Ильин Пётр"), ": удалено у нас (Олег).");
    marked_chat_delete(c, "participation", PART, ORGANIZER, 6000);
    assert_has(one_chat_say(c, "/why " PART), "· Участие (Кода): удалена только у нас, строка");
}

static void why__tells__what_is_wrong_with_its_row(void **state)
{
    struct one_chat *c = *state;
    marked_chat_jail(c, "gpeople", "18", false, "Empty name", NULL,
                     "{\"name\":null,\"city\":\"Калуга\"}");
    marked_chat_jail(c, "garrivals", "18", false, "Invalid status", "?", "{}"); /* another table */
    marked_chat_mark(c, "People", "18", MARK_RULE, "Empty name");
    marked_chat_delete(c, "person", PETR, "grist", 8000);
    one_chat_say(c, "/why ильин пётр");
    assert_has(c->said, ": строка не принята, причина ниже.\n");
    assert_has(c->said, "): задержано, причина ниже\n");
    assert_has(
        c->said,
        "⚠️ Люди Гриста (Грист): пустое имя\n    name: пусто\n"
        "    строка 18, Люди Гриста (Грист (https://grist.example/doc/d)) · с ");
    assert_has(c->said, "    Исправьте в таблице, и запись подхватится");
    assert_has_not(c->said, "статус");
    assert_has_not(c->buttons, "Вернуть");
    one_chat_say(c, "/why " BADGE);
    assert_has(c->said, "🔗 человек «Ильин Пётр»: строка не принята, пустое имя");
}

static void why__tells__what_could_not_be_sent(void **state)
{
    struct one_chat *c = *state;
    marked_chat_jail(c, "part:push", PART, true, "Not linked there yet", "team " TEAM, "{}");
    one_chat_say(c, "/why " PART);
    assert_has(c->said, "· Участие (Кода): задержано, причина ниже");
    assert_has(c->said, "⏳ → Участие (Кода): того, на что она ссылается, там ещё нет\n"
                        "    Инфоцентр\n    с ");
    assert_has(c->said, "Уйдёт сама, когда там появится");
}

static void why__tells__of_an_insert_that_nobody_heard_of(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    int64_t id;
    const struct intent i = {.flow = "part:push",
                             .remote = "coda",
                             .tbl = "Part",
                             .op = "insert",
                             .entity = "participation",
                             .local_id = UNLINKED,
                             .part = "",
                             .payload = "{}",
                             .sent_at = 900};
    add_participation(c, UNLINKED);
    assert_ok(journal_send(c->f->db, &i, &id, &err), err);
    marked_chat_jail(c, "part:push", UNLINKED, false, "Unknown whether created", "2", "{}");
    one_chat_say(c, "/why " UNLINKED);
    assert_has(
        c->said,
        "⚠️ → Участие (Кода): неизвестно, создалась ли строка\n"
        "    похожих строк там: 2\n");
    assert_has(c->said, "❔ Новая строка отправлена ");
    assert_has(c->said, " (Кода), ответа не было.");
    one_chat_press(c, "Показать ошибки");
    assert_has(c->buttons, "Она там есть → there ");
}

static void why__tells__of_conflicts_and_pauses(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    bool new;
    const struct conflict conflict = {.flow = "part",
                                      .entity = "participation",
                                      .local_id = PART,
                                      .field = "status",
                                      .base = "PLANNED",
                                      .ours = "CANCELLED",
                                      .theirs = "ARRIVED",
                                      .remote = "coda",
                                      .open = true,
                                      .created_at = 3000};
    assert_ok(conflicts_open(c->f->db, &conflict, &err), err);
    assert_ok(pauses_set(c->f->db, "participation", PART, ORGANIZER, 3000, &new, &err), err);
    one_chat_say(c, "/why " PART);
    assert_has(c->said, "⏸ На паузе (Олег, ");
    assert_has(
        c->said,
        "⚖️ статус: Кода «заехал на поле», у нас «отменилось»");
    assert_has_not(c->said, "Всё сходится");
    assert_has(c->buttons, "▶️ Снять с паузы → resume " PART "\n");
    assert_has(one_chat_press(c, "⚖️ статус"),
               "⚖️ Лис Мария, Инфоцентр: статус");
}

/* ---------------------------------------------------------------- by a row's id */

static void why__explains__a_row_that_never_came_in(void **state)
{
    struct one_chat *c = *state;
    marked_chat_jail(c, "gbadges", "9", false, "Invalid role", "Космонавт",
                     "{\"name\":\"Гагарин\",\"role\":\"Космонавт\",\"diet\":\"веган\"}");
    marked_chat_mark(c, "Badges_2026", "9", MARK_RULE, "Invalid role");
    one_chat_say(c, "/why 9");
    assert_has(
        c->said,
        "🔎 Гагарин · Бейджи (Грист), строка 9\n"
        "Записи в хранилище у этой строки нет.\n🗑 Помечена удалённой ");
    assert_has(
        c->said,
        ", пока не исправят.\n⚠️ Бейджи (Грист): нет такой роли у бейджа\n"
        "    role: «Космонавт»\n    бывает: организатор, ");
    assert_has_not(c->said, "сейчас там");
    assert_has(c->said, "Исправьте в таблице");
    assert_has(c->buttons, "🔄 Бейджи → sync gbadges\n");
    assert_has(one_chat_say(c, "/why Бейджи 9"), "🔎 Гагарин");
    assert_has(one_chat_say(c, "/why грист 9"), "🔎 Гагарин");
    assert_has(one_chat_say(c, "/why garrivals 9"), "Не нашёл «garrivals 9»");
}

static void why__explains__a_row_that_waits(void **state)
{
    struct one_chat *c = *state;
    marked_chat_jail(c, "part", "i-7Kx", true, "Invalid person ID", "8888",
                     "{\"Год\":2026,\"Человек\":{\"ref\":\"8888\",\"name\":\"Сидоров\"}}");
    one_chat_say(c, "/why i-7Kx");
    assert_has(c->said, "🔎 Сидоров · Участие (Кода), строка i-7Kx\n");
    assert_has(c->said,
               "⏳ Участие (Кода): ждёт, нет человека с этим id\n    Человек: «Сидоров»\n"
               "    ждёт: придёт само, когда появится запись «8888»\n    строка i-7Kx, с ");
    assert_has_not(c->said, "Исправьте");
}

/* Nothing but the row itself says what a reason of rosterd's own is about. */
static void why__shows__the_whole_row__when_no_column_is_to_blame(void **state)
{
    struct one_chat *c = *state;
    marked_chat_jail(c, "part", "i-8", false, "Duplicate id", NULL,
                     "{\"Год\":2026,\"Роль\":\"волонтёр\"}");
    one_chat_say(c, "/why i-8");
    assert_has(c->said, "    Год: «2026»\n    Человек: пусто\n    Служба: пусто\n"
                        "    Роль: «волонтёр»\n    Статус: пусто\n    Должность: пусто\n");
    marked_chat_jail(c, "part", "i-9", false, "Duplicate id", NULL, "no json");
    assert_has(
        one_chat_say(c, "/why i-9"),
        "⚠️ Участие (Кода): такой UUID уже у другой строки\n    строка i-9, с ");
}

static void why__explains__marked_rows(void **state)
{
    struct one_chat *c = *state;
    marked_chat_mark(c, "People", "40", MARK_FEEDER, "FEEDER: дубль");
    marked_chat_mark(c, "People", "41", MARK_RULE, "Empty name");
    one_chat_say(c, "/why 40");
    assert_has(c->said, ": строку пометил Кормитель (Грист): «FEEDER: дубль». Снимите пометку");
    assert_has(one_chat_say(c, "/why 41"), "строка была не принята, теперь она исправлена.");
}

static void why__asks_which__when_several_rows_have_the_id(void **state)
{
    struct one_chat *c = *state;
    marked_chat_jail(c, "gpeople", "1", false, "Empty name", NULL, "{}");
    one_chat_say(c, "/why 1");
    assert_has(c->said, "Строк с таким id несколько (3). Какая?");
    assert_has(c->buttons, "Люди Гриста (Грист) → why gpeople 1\n");
    assert_has(c->buttons, "Заезды (Грист): Ильин → why " ARRIVAL "\n");
    const char *buttons = c->buttons;
    assert_has(one_chat_press(c, "Бейджи (Грист)"), "🔎 Ильин · бейдж");
    c->buttons = buttons;
    assert_has(one_chat_press(c, "Люди Гриста"),
               "🔎 (без названия) · Люди Гриста (Грист), строка 1");
    assert_has(one_chat_say(c, "/why gbadges 1"), "🔎 Ильин · бейдж");
    assert_has(one_chat_say(c, "/why grist 17"), "🔎 Лис Мария · человек");
}

static void why__answers__as_history_when_nothing_fits(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/why"), "О чём рассказать?");
    assert_has(one_chat_say(c, "/why никого такого"),
               "Не нашёл «никого такого» среди людей и служб.");
    assert_has(one_chat_say(c, "/why 99999999-9999-4999-8999-999999999999"), "Не нашёл «9999");
    assert_has(one_chat_say(c, "/why и"), "Какая запись?");
    assert_has(one_chat_press(c, "Инфоцентр"), "🔎 Инфоцентр · служба");
}

static void why__speaks__english(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/lang en");
    agree(c);
    small_festival_set(c->f, "participation", PART, "status", V_TEXT("ARRIVED"), ORGANIZER, 2000);
    one_chat_say(c, "/why " PART);
    assert_has(c->said,
               "🔎 Лис Мария, Инфоцентр · participation\nThe record is there; last changed: ");
    assert_has(c->said, "Where it stands:\n· Participation (Coda): to be sent: status\n"
                        "    row last read or written ");
    marked_chat_jail(c, "gbadges", "9", false, "Invalid role", "Космонавт",
                     "{\"name\":\"Гагарин\",\"role\":\"Космонавт\"}");
    one_chat_say(c, "/why 9");
    assert_has(
        c->said,
        "🔎 Гагарин · Badges (Grist), row 9\nThe store has no record for this row.\n"
        "⚠️ Badges (Grist): no such role of a badge\n    role: “Космонавт”\n    known: ");
}

/* ---------------------------------------------------------------- the shell */

static int shell(struct one_chat *c, char **words, int n, char *out, size_t size)
{
    struct cli cli = {.cfg = c->f->cfg, .argc = n, .argv = words};
    const char *path = temp_store_file(c->f->store, "out");
    c->f->cfg->store = arena_strdup(c->f->arena, c->f->store->path);
    fflush(stdout);
    int kept = dup(1), code;
    assert_non_null(freopen(path, "w", stdout));
    code = cli_why.run(&cli);
    fflush(stdout);
    dup2(kept, 1);
    close(kept);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    out[fread(out, 1, size - 1, f)] = '\0';
    fclose(f);
    return code;
}

static void shell__says__the_same(void **state)
{
    struct one_chat *c = *state;
    char out[8192];
    char *one[] = {"grist", "17"}, *several[] = {"1"}, *names[] = {"и"}, *none[] = {"никого"};
    assert_int_equal(shell(c, one, 2, out, sizeof out), EXIT_DONE);
    assert_has(out, "🔎 Лис Мария · person\nThe record is there; last changed: ");
    assert_has(out, "✅ All in step, nothing is in its way.\n");
    assert_int_equal(shell(c, several, 1, out, sizeof out), EXIT_DONE);
    assert_has(out, "2 rows have that id; say which:\n  rosterd why " BADGE "   Badges (Grist)");
    assert_int_equal(shell(c, names, 1, out, sizeof out), EXIT_DONE);
    assert_has(out, "records fit; say which:\n");
    assert_has(out, "  rosterd why " ANNA "   Лис Мария\n");
    assert_int_equal(shell(c, none, 1, out, sizeof out), EXIT_USAGE);
    assert_string_equal(out, "");
    assert_int_equal(shell(c, NULL, 0, out, sizeof out), EXIT_USAGE);
}

#define T(f) cmocka_unit_test_setup_teardown(f, marked_chat_setup, marked_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(why__says__that_all_is_in_step),
        T(why__tells__when_flows_last_ran_and_fail),
        T(why__names__the_run_that_touched_it_last),
        T(why__says__what_waits_to_be_sent),
        T(why__says__where_it_has_no_row),
        T(why__knows__tables_of_former_years),
        T(why__says__what_becomes_of_rows),
        T(why__tells__of_a_deletion_and_offers_to_restore),
        T(why__tells__of_what_went_along),
        T(why__tells__what_is_wrong_with_its_row),
        T(why__tells__what_could_not_be_sent),
        T(why__tells__of_an_insert_that_nobody_heard_of),
        T(why__tells__of_conflicts_and_pauses),
        T(why__explains__a_row_that_never_came_in),
        T(why__explains__a_row_that_waits),
        T(why__shows__the_whole_row__when_no_column_is_to_blame),
        T(why__explains__marked_rows),
        T(why__asks_which__when_several_rows_have_the_id),
        T(why__answers__as_history_when_nothing_fits),
        T(why__speaks__english),
        T(shell__says__the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* screens_talk.c: the conversation of docs/screens.*.md: every screen once, in an order in which
 * each has something to show. */
#include "store/base/utf8.h"
#include "store/rows.h"
#include "tests/e2e/screens.h"
#include "tests/sandbox/ids.h"

#include <stdio.h>

#define STRANGER  3001
#define DOC_BYTES ((size_t)4 << 20)

static struct e2e *world(enum lang lang)
{
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 80,
                                                    .teams = 10,
                                                    .participations = 120,
                                                    .faults = "0.04",
                                                    .two_way = true,
                                                    .grist = true});
    e2e_set(e, "[flow participation]", "conflict.status", "ask");
    e2e_set(e, "[rosterd]", "backup_dir", e->dir);
    e2e_set(e, "[rosterd]", "log_level", "info");
    /* a bot cannot write first */
    e2e_do(e, "/telegram/say", "{\"user\":%d,\"name\":\"%s\",\"chat\":%d,\"text\":\"/start\"}",
           ADMIN, lang == LANG_RU ? "Ксения" : "Xenia", ADMIN);
    e2e_start(e);
    return e;
}

/* ---------------------------------------------------------------- who and what the talk is about
 */

static const char *one(struct screens *s, struct e2e *e, const char *sql)
{
    const char *text = e2e_text(e, sql);
    if (!text)
        fail_msg("nobody is there to talk about: %s\n%s", sql, screens_text(s));
    return text;
}

#define OF_THIS_YEAR                                                                                \
    " FROM person p JOIN participation t ON t.person_id = p.id AND t.year = 2026 AND t.deleted = 0" \
    " JOIN link l ON l.local_id = t.id AND l.flow = 'participation' AND l.missing_since IS NULL"    \
    " WHERE p.deleted = 0 AND t.status = 'PLANNED' AND (SELECT count(*) FROM person q"              \
    " WHERE q.name = p.name) = 1 AND (SELECT count(*) FROM participation u WHERE"                   \
    " u.person_id = p.id AND u.deleted = 0) = 1"                                                    \
    " AND NOT EXISTS (SELECT 1 FROM link k WHERE k.local_id = t.id AND k.flow = 'leads')"           \
    " ORDER BY p.name LIMIT 1"

/* The name without its third letter. */
static const char *mistyped(struct e2e *e, const char *name)
{
    const char *rest = name;
    utf8_next(&rest);
    utf8_next(&rest);
    const char *head = arena_strndup(e->arena, name, (size_t)(rest - name));
    utf8_next(&rest);
    return arena_printf(e->arena, "%s%s", head, rest);
}

/* Somebody edits the status here, and somebody else edits it in Coda. */
static void quarrel(struct e2e *e, const char *id, const char *row)
{
    struct err err = {0};
    struct db *db;
    struct record *old, *new;
    const struct entity *part = model_entity("participation");
    assert_ok(db_open(e->store, DB_WRITE, &db, &err), err);
    assert_ok(db_begin(db, &err), err);
    assert_ok(rows_get(db, part, id, e->arena, &old, &err), err);
    new = record_copy(old, e->arena);
    new->v[model_field(part, "status")] = V_TEXT("CANCELLED");
    const struct change by = {.source = "telegram:1001", .at = clock_now_ms()};
    assert_ok(rows_update(db, old, new, &by, &err), err);
    assert_ok(db_commit(db, &err), err);
    db_close(db);
    e2e_do(e, "/coda/row",
           "{\"table\":\"" SB_CODA_PART "\",\"row\":\"%s\",\"cells\":{\"Статус\":\"заехал на "
           "поле\"}}",
           row);
}

/* ---------------------------------------------------------------- the talk, part by part */

static void strangers(struct screens *s)
{
    screens_part(s, "Незнакомый человек", "Somebody unknown");
    screens_somebody(s, STRANGER, "Пётр", "petr_il", "/start");
    screens_somebody(s, STRANGER, NULL, NULL, "/sync all");
    screens_somebody_presses(s, STRANGER, 1, "sync all");
}

static void start(struct screens *s)
{
    screens_part(s, "/start, /help, /id", "/start, /help, /id");
    screens_note(s, "Дальше говорит админ, в терминале.",
                 "From here on an admin talks, in a terminal.");
    screens_say(s, "/start");
    screens_say(s, "/help");
    screens_say(s, "/id");
    screens_part(s, "Неизвестная команда, просто текст", "An unknown command, plain text");
    screens_say(s, "/sttaus");
    screens_say(s, "/абракадабра");
    screens_say(s, "привет");
    screens_say(s, "/sync уастие");
}

static void synced(struct screens *s)
{
    screens_part(s, "/sync и /preview", "/sync and /preview");
    screens_say(s, "/sync");
    screens_say(s, "/preview people");
    screens_press(s, TEXT_BTN_APPLY);
    screens_say(s, "/sync festival");
    screens_say(s, "/sync festival");
    screens_part(s, "Тормоз: план ждёт админа", "A brake: the plan waits for an admin");
    screens_say(s, "/sync grist");
    screens_say(s, "/plan 2");
    screens_say(s, "/apply 2");
    screens_press(s, TEXT_BTN_CONFIRM);
    screens_say(s, "/refuse 3");
    screens_say(s, "/apply all");
    screens_press(s, TEXT_BTN_CONFIRM);
    screens_say(s, "/sync grist");
    screens_press(s, TEXT_BTN_APPLY_ONCE);
    screens_press(s, TEXT_BTN_CONFIRM);
    screens_say(s, "/sync festival");
    screens_say(s, "/sync grist");
    screens_say(s, "/cancel");
}

static void state(struct screens *s)
{
    screens_part(s, "/status, /start", "/status, /start");
    screens_say(s, "/status");
    screens_press(s, TEXT_BTN_ALL_FLOWS);
    screens_say(s, "/start");
    screens_part(s, "/runs, /run", "/runs, /run");
    screens_say(s, "/runs");
    screens_say(s, "/run 2");
    screens_say(s, "/run 9999");
}

static void people(struct screens *s, struct e2e *e)
{
    const char *name = one(s, e, "SELECT p.name" OF_THIS_YEAR);
    screens_part(s, "/find, карточка, правка", "/find, a card, an edit");
    screens_say(s, "/find");
    screens_say(s, "/find зюзюзю");
    screens_say(s, "/find петр");
    screens_say(s, "/find %s", mistyped(e, name));
    screens_press_words(s, name);
    screens_press_words(s, "2026 ");
    screens_press(s, TEXT_BTN_SET);
    screens_press_words(s, "отменилось");
    screens_press(s, TEXT_BTN_SET_UNDO);
    screens_part(s, "/why, /history", "/why, /history");
    screens_say(s, "/why %s", name);
    screens_press(s, TEXT_ONE_PERSON);
    screens_say(s, "/history %s", name);
    screens_press(s, TEXT_ONE_PERSON);
    screens_part(s, "/pause, /resume", "/pause, /resume");
    screens_say(s, "/pause %s", name);
    screens_press(s, TEXT_ONE_PERSON);
    screens_say(s, "/pause");
    screens_say(s, "/resume %s", name);
    screens_press(s, TEXT_ONE_PERSON);
    screens_say(s, "/pause gr-roles 3h");
    screens_say(s, "/pause gr-roles");
    screens_say(s, "/resume gr-roles");
}

static void work(struct screens *s, struct e2e *e)
{
    screens_part(s, "/invalid", "/invalid");
    screens_say(s, "/invalid");
    screens_press(s, TEXT_BTN_WORK_FILTER);
    screens_press(s, TEXT_BTN_WORK_FREE);
    screens_press(s, TEXT_BTN_WORK_NTH);
    screens_press(s, TEXT_BTN_WORK_TAKE);
    screens_press(s, TEXT_BTN_WORK_REMIND);
    screens_press(s, TEXT_BTN_WORK_HOUR);
    screens_say(s, "/invalid mine");
    screens_say(s, "/why %s",
                one(s, e,
                    "SELECT remote_id FROM quarantine WHERE flow = 'people'"
                    " ORDER BY remote_id LIMIT 1"));
    screens_part(s, "/conflicts", "/conflicts");
    screens_say(s, "/conflicts");
    const char *id = one(s, e, "SELECT t.id" OF_THIS_YEAR);
    quarrel(e, id, one(s, e, "SELECT l.remote_id" OF_THIS_YEAR));
    screens_say(s, "/sync participation");
    screens_say(s, "/conflicts");
    screens_press(s, TEXT_BTN_KEEP_OURS);
    screens_part(s, "/deleted, /restore", "/deleted, /restore");
    screens_say(s, "/deleted");
    screens_press(s, TEXT_BTN_DELETED_HAND);
    screens_press_words(s, "↩️ ");
    screens_say(s, "/restore");
}

static void undo(struct screens *s)
{
    screens_part(s, "/undo", "/undo");
    screens_say(s, "/undo");
    screens_press(s, TEXT_BTN_UNDO_RUN);
    screens_press(s, TEXT_BTN_UNDO);
}

static void roles(struct screens *s)
{
    screens_part(s, "/roles, /grant, /revoke", "/roles, /grant, /revoke");
    screens_say(s, "/roles");
    screens_say(s, "/grant @nobody_knows organizer");
    screens_say(s, "/grant @petr_il organizer 3d");
    screens_note(s, "Он сам, в Телеграме:", "He, in Telegram:");
    screens_somebody(s, STRANGER, NULL, NULL, "/start");
    screens_somebody(s, STRANGER, NULL, NULL, "/grant 5 organizer");
    screens_somebody_presses(s, STRANGER, 1, "sync:1 all");
    screens_note(s, "Админ:", "The admin:");
    screens_say(s, "/roles");
    screens_say(s, "/revoke @petr_il");
    screens_press(s, TEXT_BTN_CONFIRM);
}

static void operations(struct screens *s)
{
    screens_part(s, "/stats", "/stats");
    screens_say(s, "/stats");
    screens_part(s, "/schedule, /queue, /health, /version, /cursor, /backup, /log",
                 "/schedule, /queue, /health, /version, /cursor, /backup, /log");
    screens_say(s, "/schedule");
    screens_say(s, "/queue");
    screens_say(s, "/health");
    screens_say(s, "/version");
    screens_say(s, "/cursor");
    screens_say(s, "/cursor people");
    screens_press(s, TEXT_BTN_CURSOR_RESET);
    screens_say(s, "/backup");
    screens_press(s, TEXT_BTN_BACKUP_NOW);
    screens_say(s, "/log err");
}

static void trouble(struct screens *s, struct e2e *e)
{
    screens_part(s, "/alerts, /mute", "/alerts, /mute");
    screens_say(s, "/alerts");
    e2e_fault(e, (struct fault){"coda", "", "401", .count = -1});
    screens_say(s, "/sync participation");
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM alert WHERE state = 'open'") > 0);
    screens_say(s, "/alerts");
    screens_press(s, TEXT_BTN_ALERT_MORE);
    screens_press(s, TEXT_BTN_ALERT_HOUR);
    screens_say(s, "/mute");
    screens_say(s, "/alerts what");
    e2e_do(e, "/fault/clear", "{}");
}

static void language(struct screens *s)
{
    screens_part(s, "/lang", "/lang");
    screens_say(s, "/lang");
    screens_press_words(s, "");
}

/* ---------------------------------------------------------------- the files */

static char *file_text(const char *path)
{
    struct buf b = BUF_INIT(DOC_BYTES);
    char part[16384];
    size_t n;
    FILE *f = fopen(path, "rb");
    while (f && (n = fread(part, 1, sizeof part, f)) > 0)
        buf_addn(&b, part, n);
    if (f)
        fclose(f);
    buf_add(&b, "");
    return buf_take(&b);
}

static void keep(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    if (!f || fputs(text, f) < 0 || fclose(f))
        fail_msg("cannot write %s", path);
}

/* The first line that differs, of either. */
static void check_same(const char *path, const char *text)
{
    AUTO_FREE char *known = file_text(path);
    size_t at = 0;
    while (known[at] && known[at] == text[at])
        at++;
    if (known[at] == text[at])
        return;
    while (at && text[at - 1] != '\n')
        at--;
    fail_msg("the bot does not say what %s shows\nthere: %.*s\n  bot: %.*s\n"
             "Run make screens and look at the diff.",
             path, (int)strcspn(known + at, "\n"), known + at, (int)strcspn(text + at, "\n"),
             text + at);
}

static struct {
    enum lang lang;
    const char *path, *head;
} told;

static void screens__in_this_language__are_those_of_the_docs(void **state_)
{
    const char *write = getenv("ROSTERD_SCREENS");
    (void)state_;
    struct e2e *e = world(told.lang);
    struct screens *s = screens_new(e, told.lang);
    e2e_wait(e, ADMIN, 0, ".", WAIT);
    strangers(s);
    start(s);
    synced(s);
    state(s);
    screens_again(s);
    people(s, e);
    work(s, e);
    undo(s);
    e2e_set(e, "[flow gr-roles]", "every", "12h"); /* it was read a moment ago, so it is not due */
    assert_int_equal(e2e_kill(e, SIGTERM, WAIT), 0);
    e2e_start(e);
    screens_again(s);
    roles(s);
    operations(s);
    trouble(s, e);
    language(s);
    const char *text = arena_printf(e->arena, "%s\n\n%s", told.head, screens_text(s));
    if (write && *write)
        keep(told.path, text);
    else
        check_same(told.path, text);
    screens_free(s);
    e2e_done(e);
}

int screens_test(enum lang lang, const char *path, const char *head)
{
    const struct CMUnitTest tests[] = {E2E_TEST(screens__in_this_language__are_those_of_the_docs)};
    told.lang = lang;
    told.path = path;
    told.head = head;
    return E2E_RUN("e2e screens", tests);
}

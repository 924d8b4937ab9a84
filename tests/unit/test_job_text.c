/* test_job_text.c: how a job looks in the chat when it sends as well as reads. */
#include "bot/job_options.h"
#include "bot/text/job_text.h"
#include "store/base/json.h"
#include "sync/choose.h"
#include "sync/steps.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"

#include <stdlib.h>

static const char config[] =
    "[rosterd]\nstore = s.db\n[remote notion]\nkind = notion\ntoken = t\n"
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
    "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = N\n"
    "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = N\nfield.type = Y\n"
    "[flow participation]\nremote = coda\ntable = A\nentity = participation\ndirection = both\n"
    "field.year = y\nfield.person_id = p via notion\nfield.team_id = t via notion\n"
    "field.role = r\n"
    "[cycle evening]\nsteps = people participation\n";

#define PERSON_ID "1acaa8e3-dfd9-4358-8d7a-51d47795327c"

struct fixture {
    struct config *cfg;
    struct arena *arena;
    struct choice choice;
    const char *names[8];
    struct job job;
    struct report reports[8];
    size_t n;
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    f->cfg = config_must(config);
    f->arena = arena_new(1 << 20);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    config_free(f->cfg);
    arena_free(f->arena);
    free(f);
    return 0;
}

/* A job as /sync makes it from these words. */
static void ask(struct fixture *f, const char *words, struct job_options o)
{
    AUTO_BUF options = BUF_INIT(1024);
    const char *names[8];
    size_t n = 0, bad;
    for (char *w = strtok(arena_strdup(f->arena, words), " "); w; w = strtok(NULL, " "))
        names[n++] = w;
    assert_int_equal(choose_flows(f->cfg, names, n, &f->choice, &bad), 0);
    o.cycle = f->choice.cycle ? f->choice.cycle->name : NULL;
    job_options_write(&o, &options);
    for (size_t i = 0; i < f->choice.n; i++)
        f->names[i] = step_name(&f->choice.steps[i]);
    f->n = 0;
    f->job = (struct job){.id = 7,
                          .steps = f->names,
                          .n_steps = f->choice.n,
                          .actor = "telegram:1",
                          .actor_name = "Ксения",
                          .options = arena_strdup(f->arena, buf_str(&options)),
                          .results = "[]",
                          .state = "done"};
}

/* The next step came out so. */
static struct report *came_out(struct fixture *f, struct counts c)
{
    struct report *r = &f->reports[f->n];
    const struct step *s = &f->choice.steps[f->n++];
    *r = (struct report){.flow = step_name(s),
                         .push = s->push,
                         .state = "done",
                         .counts = c,
                         .known = 100,
                         .took_ms = 1000};
    if (c.inserted || c.updated || c.deleted || c.invalid)
        r->run = 40 + (int64_t)f->n;
    return r;
}

static void failed(struct fixture *f, enum err_kind kind, const char *why)
{
    struct report *r = came_out(f, (struct counts){0});
    r->state = kind == ERR_LIMIT ? "stopped" : "failed";
    r->error = why;
    r->error_kind = kind;
}

static void skipped(struct fixture *f)
{
    f->reports[f->n] = steps_skipped(&f->choice.steps[f->n], STEP_UNREAD);
    f->n++;
}

static struct job_view view(struct fixture *f)
{
    return (
        struct job_view){.cfg = f->cfg, .job = &f->job, .reports = f->reports, .n_reports = f->n};
}

static const char *plain(struct fixture *f, struct msg *m)
{
    AUTO_BUF text = BUF_INIT(1 << 16);
    assert_true(html_valid(msg_str(m)));
    html_to_plain(msg_str(m), &text);
    return arena_strdup(f->arena, buf_str(&text));
}

static const char *title(struct fixture *f)
{
    AUTO_MSG m = MSG_INIT;
    struct job_view v = view(f);
    job_title(&v, LANG_RU, &m);
    return plain(f, &m);
}

/* The message when the job is over; *ret_buttons is its JSON. */
static const char *over(struct fixture *f, const char **ret_buttons)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct job_view v = view(f);
    job_over(&v, LANG_RU, &m, &b);
    *ret_buttons = arena_strdup(f->arena, buttons_json(&b));
    assert_false(b.bad);
    return plain(f, &m);
}

static void title__names__each_flow_once(void **state)
{
    struct fixture *f = *state;
    ask(f, "participation", (struct job_options){0});
    assert_string_equal(title(f), "Участие");
    ask(f, "participation:push", (struct job_options){0});
    assert_string_equal(title(f), "Участие → Кода");
    ask(f, "participation:pull people", (struct job_options){0});
    assert_string_equal(title(f), "Люди, Участие (Кода)");
    ask(f, "people participation", (struct job_options){0});
    assert_string_equal(title(f), "Люди, Участие");
    ask(f, "all", (struct job_options){0});
    assert_string_equal(title(f), "Всё");
    ask(f, "evening", (struct job_options){0});
    assert_string_equal(title(f), "evening");
}

static void title__of_a_job_of_an_old_config__still_stands(void **state)
{
    struct fixture *f = *state;
    ask(f, "participation", (struct job_options){0});
    f->names[0] = "gone";
    f->names[1] = "gone:push";
    assert_string_equal(title(f), "gone, gone:push");
    f->job.options = "not JSON";
    assert_string_equal(title(f), "gone, gone:push");
}

static void result__says__what_came_and_what_went(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "participation", (struct job_options){0});
    came_out(f, (struct counts){.inserted = 12, .updated = 3});
    came_out(f, (struct counts){.inserted = 5, .updated = 2, .deleted = 1, .unchanged = 80});
    const char *said = over(f, &buttons);
    assert_has(said, "✅ Участие: сверено за 2 с\n");
    assert_has(said, "Участие (Кода): 12 новых, 3 изменены\n");
    assert_has(said, "Участие → Кода: добавлено 5, изменено 2, удалено 1\n");
    assert_has(buttons, "\"run 42\"");
    assert_has(buttons, "\"undo\""); /* two runs: the person chooses */
}

static void quiet__counts__a_record_once(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "participation people", (struct job_options){0});
    came_out(f, (struct counts){0})->known = 30;
    came_out(f, (struct counts){.unchanged = 100});
    came_out(f, (struct counts){0})->known = 90; /* some have no row there */
    assert_has(over(f, &buttons), "✅ Всё сходится: 130 записей");
    assert_has_not(buttons, "undo");
}

static void one_run_that_changed_something__can_be_put_back(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "participation", (struct job_options){0});
    came_out(f, (struct counts){.unchanged = 100});
    came_out(f, (struct counts){.updated = 2});
    assert_has(over(f, &buttons), "Участие → Кода: изменено 2");
    assert_has(buttons, "\"undo 42\"");
    f->reports[1].dry_run = true;
    over(f, &buttons);
    assert_has_not(buttons, "undo");
}

static void unsent_records__are_told_apart__from_unread_rows(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "participation", (struct job_options){0});
    struct report *pull = came_out(f, (struct counts){.invalid = 1});
    struct report *push = came_out(f, (struct counts){.invalid = 2});
    pull->invalid = 1;
    pull->waiting = 3;
    pull->samples[pull->n_samples++] =
        (struct sample){.remote_id = "i-1", .reason = "Invalid role mapping", .n = 1};
    push->invalid = 2;
    push->waiting = 4;
    push->samples[push->n_samples++] =
        (struct sample){.remote_id = "x", .reason = "Refused", .detail = "слишком длинно", .n = 2};
    assert_has(over(f, &buttons), "⚠️ Не принята 1 строка:\n"
                                  "· нет такой роли: 1\n"
                                  "⚠️ Не отправлены 2 записи:\n"
                                  "· там такое не принимают: 2, например «слишком длинно»\n"
                                  "⏳ Ждут своих людей или служб: 3\n"
                                  "⏳ Ждут отправки: 4\n");
    assert_has(buttons, "\"invalid\"");
    push->counts.invalid = pull->counts.invalid = 0;
    const char *said = over(f, &buttons);
    assert_has(said, "⚠️ По-прежнему с ошибками: 1\n");
    assert_has(said, "⚠️ По-прежнему не отправлены: 2\n");
}

/* They are counted by cells when they are new, then by records with the others to be mended; they
 * do not wait to be sent, and nothing is amiss for them. */
static void cells_nobody_can_read__are_told_once__then_counted(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "participation", (struct job_options){0});
    came_out(f, (struct counts){0});
    struct report *push = came_out(f, (struct counts){0});
    push->run = 9;
    push->unread = 12;
    push->new_unread = 15;
    const char *said = over(f, &buttons);
    assert_has(
        said,
        "⚠️ Ячеек, которые не прочитать: 15. Поверх них не пишу.\n");
    assert_has_not(said, "По-прежнему");
    assert_has_not(said, "Ждут");
    assert_has(buttons, "\"invalid\"");
    /* the same once more, with nothing new */
    push->run = push->new_unread = 0;
    said = over(f, &buttons);
    assert_has(said, "✅ Всё сходится: 100 записей, проверено за 2 с, менять нечего.\n"
                     "⚠️ По-прежнему с ошибками: 12\n");
    assert_has_not(said, "Ячеек");
    assert_has_not(said, "Ждут");
    assert_has(buttons, "\"invalid\"");
    f->reports[0].invalid = 3;
    push->waiting = 1;
    said = over(f, &buttons);
    assert_has(said, "⚠️ По-прежнему с ошибками: 15\n");
    assert_has(said, "⏳ Ждут отправки: 1\n");
}

static void push__whose_pull_failed__is_told_as_not_sent(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "participation", (struct job_options){0});
    failed(f, ERR_TEMP, "503");
    skipped(f);
    const char *said = over(f, &buttons);
    assert_has(said, "⚠️ Участие: не всё получилось\n");
    assert_has(said, "✗ Участие (Кода): 503\n");
    assert_has(said, "✗ Участие → Кода: не отправлено: сначала надо прочитать таблицу");
    assert_has(said, "хранилище как было");
    assert_has(buttons, "\"sync participation\"");
}

static void failed_push__says__that_nothing_doubles(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "participation:push", (struct job_options){0});
    failed(f, ERR_TEMP, "503");
    assert_has(over(f, &buttons), "уйдёт при следующей сверке; дважды ничего не появится");
    assert_has(buttons, "\"sync participation:push\"");
}

static void brake__on_either_side__is_the_headline(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "participation", (struct job_options){0});
    failed(f, ERR_LIMIT, "none of the 7 known rows is in the listing of 3");
    skipped(f);
    const char *said = over(f, &buttons);
    assert_has(said, "✋ Участие (Кода): остановлено, ничего не изменено\n");
    assert_has(said, "таблицу отфильтровали");
    ask(f, "participation:push", (struct job_options){0});
    failed(f, ERR_LIMIT, "new rows to be made: 150; at most 100 may be");
    said = over(f, &buttons);
    assert_has(said, "✋ Участие → Кода: остановлено, ничего не изменено\n");
    assert_has(said, "✋ Участие → Кода: появилось бы новых строк: 150");
    assert_has(said, "Посмотрите план");
    assert_has_not(said, "отфильтровали");
    assert_has_not(buttons, "sync participation");
}

#define FIRST_MARKS "first marks (2), please look"

/* A plan that waits is no failure, and first marks are no mistake. */
static void plans_that_wait__are_the_headline(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "all", (struct job_options){0});
    came_out(f, (struct counts){.inserted = 3});
    failed(f, ERR_LIMIT, FIRST_MARKS);
    const char *said = over(f, &buttons);
    assert_has(said, "✋ Всё: сверено за 2 с, решения ждёт 1 план\n");
    assert_has(said, "первые пометки (2), посмотрите\n");
    assert_has(said, "Первые пометки в таблице я ставлю только после «да» админа.");
    assert_has_not(said, "не всё получилось");
    assert_has_not(said, "бывает по ошибке");
    assert_has_not(buttons, "Попробовать");
    failed(f, ERR_LIMIT, "new rows to be made: 150; at most 100 may be");
    f->reports[2].push = true;
    said = over(f, &buttons);
    assert_has(said, "решения ждут 2 плана\n");
    assert_has(said, "бывает по ошибке");
    assert_has(said, "Первые пометки");
    failed(f, ERR_TEMP, "503"); /* this one has failed */
    said = over(f, &buttons);
    assert_has(said, "⚠️ Всё: не всё получилось\n");
    assert_has(said, "Первые пометки");
    assert_has(buttons, "Попробовать");
}

/* Around the first marks the rest is sent; what another brake counts was only planned. */
static void what_was_sent_around_first_marks__is_told_and_undone(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "participation", (struct job_options){0});
    came_out(f, (struct counts){0});
    failed(f, ERR_LIMIT, FIRST_MARKS);
    f->reports[1].counts.updated = 4;
    f->reports[1].run = 9;
    const char *said = over(f, &buttons);
    assert_has(said,
               "✋ Участие → Кода: первые пометки (2), посмотрите; остальное ушло: изменено 4\n");
    assert_has(buttons, "\"undo 9\"");
    f->reports[1].error = "new rows to be made: 150; at most 100 may be";
    said = over(f, &buttons);
    assert_has_not(said, "остальное ушло");
    assert_has_not(buttons, "undo");
}

static void refuses(struct report *r, const char *reason, const char *detail, int64_t n)
{
    r->samples[r->n_samples++] =
        (struct sample){.remote_id = "1", .reason = reason, .detail = detail, .n = n};
    r->counts.invalid += n;
}

static void reasons__are_told_apart__and_each_once(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "all", (struct job_options){0});
    struct report *people = came_out(f, (struct counts){0}),
                  *teams = came_out(f, (struct counts){0}),
                  *parts = came_out(f, (struct counts){0});
    refuses(people, "Empty name", NULL, 2);
    refuses(teams, "Empty name", NULL, 1);
    refuses(parts, "Invalid role mapping", NULL, 1);
    refuses(people, "Invalid role mapping", "Космонавт", 3);
    refuses(people, "Invalid person ID", PERSON_ID, 1);
    const char *said = over(f, &buttons);
    assert_has(said, "⚠️ Не приняты 8 строк:\n"
                     "· пустое имя человека: 2\n"
                     "· нет такой роли: 4, например «Космонавт»\n"
                     "· нет человека с этим id: 1\n" /* an id says nothing */
                     "· пустое имя: 1\n");
}

static void cycle__that_ended_early__says_what_was_not_run(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "evening", (struct job_options){.full = true});
    assert_int_equal(f->job.n_steps, 3);
    failed(f, ERR_TEMP, "503");
    assert_has(over(f, &buttons), "После ошибки не запускал: Участие\n");
    assert_has(buttons, "\"sync evening full\"");
    failed(f, ERR_TEMP, "503");
    assert_has(over(f, &buttons), "После ошибки не запускал: Участие → Кода\n");
    skipped(f);
    assert_has_not(over(f, &buttons), "не запускал");
}

/* A remote that is down fails each of its steps. */
static void failures_of_one_cause__are_one_line(void **state)
{
    struct fixture *f = *state;
    const char *buttons, *said;
    ask(f, "all", (struct job_options){0});
    failed(f, ERR_TEMP, "notion: «P»: POST api.notion.com: Could not connect");
    failed(f, ERR_TEMP, "notion: «T»: POST api.notion.com: Could not connect");
    said = over(f, &buttons);
    assert_has(said, "✗ Люди (Ноушен): notion: «P»: POST"); /* two say which they are */
    assert_has(said, "✗ Службы (Ноушен): notion: «T»: POST");
    f->reports[2] = f->reports[0];
    f->reports[3] = f->reports[1];
    f->n = 4;
    said = over(f, &buttons);
    assert_has(said, "✗ Ноушен не отвечает: 4 шага (Could not connect)\n");
    assert_has_not(said, "Люди (Ноушен)");
    f->reports[3].error = "notion: «T»: GET api.notion.com answered 503";
    said = over(f, &buttons);
    assert_has(said, "✗ Ноушен не отвечает: 3 шага (Could not connect)\n");
    assert_has(said, "✗ Службы (Ноушен): notion: «T»: GET api.notion.com answered 503\n");
    for (size_t i = 0; i < 4; i++)
        f->reports[i] = steps_skipped(&f->choice.steps[0], STEP_REFUSED);
    assert_has(over(f, &buttons), "✗ Ноушен, 4 шага: не спрашивал: токен только что не приняли\n");
    for (size_t i = 0; i < 4; i++) {
        f->reports[i].error = "none of the 7 known rows is in the listing of 3";
        f->reports[i].error_kind = ERR_LIMIT;
    }
    assert_has_not(over(f, &buttons), "4 шага"); /* a brake has a plan for each */
}

static void failures_while_it_runs__are_one_line_too(void **state)
{
    struct fixture *f = *state;
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    ask(f, "all", (struct job_options){0});
    failed(f, ERR_AUTH, "notion: «P»: POST api.notion.com answered 401");
    f->reports[2] = f->reports[1] = f->reports[0];
    f->n = 3;
    struct job_view v = view(f);
    job_running(&v, LANG_RU, &m, &b);
    assert_has(plain(f, &m), "\n✗ Ноушен не принимает токен: 3 шага (401)\n");
}

static void marks__are_told_as_marks(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "participation", (struct job_options){0});
    came_out(f, (struct counts){.unchanged = 3});
    came_out(f, (struct counts){.updated = 1, .deleted = 2})->marks = true;
    assert_has(over(f, &buttons), "Участие → Кода: изменено 1, помечено удалёнными 2\n");
    /* also when the job was put down and taken up between */
    AUTO_BUF json = BUF_INIT(1 << 14);
    struct err err = {0};
    struct report *list;
    size_t n;
    buf_addc(&json, '[');
    report_to_json(&f->reports[1], &json);
    buf_addc(&json, ']');
    f->job.results = buf_str(&json);
    assert_ok(job_reports(&f->job, f->arena, &list, &n, &err), err);
    assert_true(n == 1 && list[0].marks);
}

static void again__asks_for__the_same(void **state)
{
    static const struct {
        const char *words, *again;
        struct job_options o;
    } cases[] = {
        {"participation:pull", "\"sync participation:pull\"", {0}},
        {"participation:push people", "\"sync people participation:push\"", {0}},
        {"all", "\"sync all\"", {0}},
        {"people", "\"preview people full\"", {.preview = true, .full = true}},
        {"participation:push", "\"preview participation:push\"", {.plan = 5}},
        {"participation", "\"preview participation\"", {.plan = 5, .full = true}},
    };
    struct fixture *f = *state;
    const char *buttons;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ask(f, cases[i].words, cases[i].o);
        failed(f, ERR_TEMP, "503");
        over(f, &buttons);
        assert_has(buttons, cases[i].again);
    }
}

static void preview__shows__what_would_be_sent(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "participation", (struct job_options){.preview = true});
    came_out(f, (struct counts){.updated = 1})->dry_run = true;
    came_out(f, (struct counts){.inserted = 5, .updated = 2})->dry_run = true;
    const char *said = over(f, &buttons);
    assert_has(said, "👁 Участие: план, ничего ещё не изменено\n");
    assert_has(said, "Участие → Кода: +5, изменить 2\n");
    /* the push was weighed against the store as it is, not as the pull would leave it */
    assert_has(said, "посчитается, когда оно примется здесь");
    ask(f, "participation:push", (struct job_options){.preview = true});
    came_out(f, (struct counts){.inserted = 5})->dry_run = true;
    assert_has_not(over(f, &buttons), "посчитается");
}

static void refused_token__asks_for__a_human(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "participation", (struct job_options){0});
    came_out(f, (struct counts){.updated = 1});
    failed(f, ERR_AUTH, "coda: 403");
    assert_has(over(f, &buttons), "Нужен человек: проверьте токен");
}

static void running__shows__how_much_is_sent(void **state)
{
    struct fixture *f = *state;
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    ask(f, "participation", (struct job_options){0});
    came_out(f, (struct counts){.updated = 3});
    struct job_view v = view(f);
    struct progress p = {.phase = PROGRESS_SEND,
                         .done = 30,
                         .total = 60,
                         .counts = {.inserted = 20, .updated = 9, .deleted = 1}};
    v.current = &f->choice.steps[1];
    v.live = &p;
    job_running(&v, LANG_RU, &m, &b);
    const char *said = plain(f, &m);
    assert_has(said, "🔄 Участие · Ксения\n");
    assert_has(said, "✓ Участие (Кода): 3 изменены\n");
    assert_has(said, "Участие → Кода\n");
    assert_has(said, "50 %   Кода: отправлено 30 из 60\n");
    assert_has(said, "добавлено 20 · изменено 9 · удалено 1");
}

static void records_that_are_named_no_more__are_told__by_name(void **state)
{
    struct fixture *f = *state;
    AUTO_MSG ru = MSG_INIT, en = MSG_INIT;
    struct report r = {.flow = "people", .unnamed = 1, .unnamed_names = "Борис, Кухня"};
    job_unnamed(f->cfg, &r, LANG_RU, &ru);
    assert_string_equal(msg_str(&ru), "👤 Люди: больше не названа 1 запись (Борис, Кухня). "
                                      "Оставлено как есть.\n");
    r.unnamed = 2;
    job_unnamed(f->cfg, &r, LANG_EN, &en);
    assert_string_equal(msg_str(&en), "👤 People: 2 records are no longer named (Борис, Кухня). "
                                      "Left as they are.\n");
    const char *buttons;
    ask(f, "people", (struct job_options){0});
    came_out(f, (struct counts){.updated = 1})->unnamed = 2;
    f->reports[0].unnamed_names = "Борис; Анна";
    assert_has(over(f, &buttons), "больше не названы 2 записи (Борис; Анна)");
    f->reports[0].unnamed = 0;
    assert_has_not(over(f, &buttons), "назван");
}

static void options__go_round__unchanged(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    AUTO_BUF text = BUF_INIT(1024), bare = BUF_INIT(1024);
    struct job_options out;
    job_options_write(&(struct job_options){.full = true, .plan = 12, .cycle = "вечер \"1\""},
                      &text);
    assert_ok(job_options_read(buf_str(&text), f->arena, &out, &err), err);
    assert_true(out.full);
    assert_false(out.preview);
    assert_int_equal(out.plan, 12);
    assert_int_equal(job_options_plan(&out, 1), 12);
    assert_string_equal(out.cycle, "вечер \"1\"");
    buf_clear(&text);
    job_options_write(&(struct job_options){.plans = (const int64_t[]){4, 7}, .n_plans = 2}, &text);
    assert_ok(job_options_read(buf_str(&text), f->arena, &out, &err), err);
    assert_int_equal(job_options_plan(&out, 0), 4);
    assert_int_equal(job_options_plan(&out, 1), 7);
    assert_int_equal(job_options_plan(&out, 2), 0);
    job_options_write(&(struct job_options){.preview = true}, &bare);
    assert_ok(job_options_read(buf_str(&bare), f->arena, &out, &err), err);
    assert_true(out.preview);
    assert_null(out.cycle);
    assert_error(job_options_read("{", f->arena, &out, &err), err, ERR_DATA, "");
}

/* A time of change that has not come yet is said even where nothing changed. */
static void over__tells__of_rows_from_the_future(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "people", (struct job_options){0});
    struct report *r = came_out(f, (struct counts){0});
    r->future = 2;
    r->future_row = "17";
    assert_has(over(f, &buttons),
               "Время правки из будущего: 2, первая строка 17. Исправьте его в таблице.");
    r->future = 0;
    assert_null(strstr(over(f, &buttons), "из будущего"));
}

static struct report *stopped_at(struct fixture *f, struct counts c)
{
    struct report *r = came_out(f, c);
    r->state = "cancelled";
    r->error = "stopped on request";
    r->error_kind = ERR_CANCELED;
    f->job.state = "cancelled";
    f->job.stopped_by = "Анна & Ко";
    return r;
}

static void stopped__tells__who_did_it_and_how_far_it_came(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "evening", (struct job_options){0});
    came_out(f, (struct counts){.inserted = 12});
    stopped_at(f, (struct counts){0})->read = 300;
    assert_string_equal(
        over(f, &buttons),
        "⏹ evening: остановлено, это сделал(а) Анна & Ко\n"
        "Люди (Ноушен): 12 новых\n"
        "Участие (Кода): прочитано 300 строк, ничего не изменено\n"
        "Не начинал: Участие → Кода\n"
        "Что успели записать, осталось; остальное придёт при следующей сверке.");
    assert_has(buttons, "\"sync evening\"");

    /* what a push had sent by then */
    ask(f, "participation:push", (struct job_options){0});
    stopped_at(f, (struct counts){.inserted = 3, .updated = 1});
    assert_has(over(f, &buttons), "Участие → Кода: добавлено 3, изменено 1\n");
    ask(f, "participation:push", (struct job_options){0});
    stopped_at(f, (struct counts){0});
    assert_has(over(f, &buttons), "Участие → Кода: ничего не изменено\n");
    /* a plan that was half made says nothing */
    ask(f, "people", (struct job_options){.preview = true});
    stopped_at(f, (struct counts){.inserted = 3})->dry_run = true;
    assert_has(over(f, &buttons), "Люди (Ноушен): ничего не изменено\n");
    /* stopped before this was noted */
    f->job.stopped_by = NULL;
    assert_has(over(f, &buttons), "⏹ Люди: остановлено\n");
}

static void stopped__before_it_began__changed_nothing(void **state)
{
    struct fixture *f = *state;
    const char *buttons;
    ask(f, "people", (struct job_options){0});
    f->job.state = "cancelled";
    f->job.stopped_by = "Анна";
    assert_string_equal(over(f, &buttons),
                        "⏹ Люди: остановлено, это сделал(а) Анна\n"
                        "Она ещё не началась, ничего не изменено.");
}

static void stopping__says__what_it_waits_for(void **state)
{
    struct fixture *f = *state;
    AUTO_MSG read = MSG_INIT, sent = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    ask(f, "participation", (struct job_options){0});
    struct progress p = {.phase = PROGRESS_READ, .done = 10};
    struct job_view v = view(f);
    v.stopping = true;
    v.current = &f->choice.steps[1];
    v.live = &p;
    job_running(&v, LANG_RU, &read, &b);
    assert_has(plain(f, &read), "\nОстанавливаю…");
    p.phase = PROGRESS_SEND;
    job_running(&v, LANG_RU, &sent, &b);
    assert_has(plain(f, &sent), "Останавливаю… Кода: жду ответа на уже отправленное");
    assert_null(strstr(buttons_json(&b) ? buttons_json(&b) : "", "cancel")); /* it was pressed */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(title__names__each_flow_once),
        TEST(title__of_a_job_of_an_old_config__still_stands),
        TEST(result__says__what_came_and_what_went),
        TEST(quiet__counts__a_record_once),
        TEST(one_run_that_changed_something__can_be_put_back),
        TEST(unsent_records__are_told_apart__from_unread_rows),
        TEST(cells_nobody_can_read__are_told_once__then_counted),
        TEST(push__whose_pull_failed__is_told_as_not_sent),
        TEST(failed_push__says__that_nothing_doubles),
        TEST(brake__on_either_side__is_the_headline),
        TEST(plans_that_wait__are_the_headline),
        TEST(what_was_sent_around_first_marks__is_told_and_undone),
        TEST(reasons__are_told_apart__and_each_once),
        TEST(cycle__that_ended_early__says_what_was_not_run),
        TEST(failures_of_one_cause__are_one_line),
        TEST(failures_while_it_runs__are_one_line_too),
        TEST(marks__are_told_as_marks),
        TEST(again__asks_for__the_same),
        TEST(preview__shows__what_would_be_sent),
        TEST(refused_token__asks_for__a_human),
        TEST(running__shows__how_much_is_sent),
        TEST(records_that_are_named_no_more__are_told__by_name),
        TEST(options__go_round__unchanged),
        TEST(over__tells__of_rows_from_the_future),
        TEST(stopped__tells__who_did_it_and_how_far_it_came),
        TEST(stopped__before_it_began__changed_nothing),
        TEST(stopping__says__what_it_waits_for),
    };
    return cmocka_run_group_tests_name("job text", tests, NULL, NULL);
}

#include "bot/alerts/alert_text.h"

#include "bot/text/job_text.h"
#include "bot/text/plan_text.h"

#include <stdio.h>
#include <string.h>

#define NONE TEXT_COUNT
#define WORDS(K)                                                                                   \
    {                                                                                              \
        TEXT_ALERT_NAME_##K, TEXT_ALERT_HEAD_##K, TEXT_ALERT_DOES_##K, TEXT_ALERT_CAN_##K,         \
            TEXT_ALERT_BACK_##K                                                                    \
    }

/* The button that does something about it. */
enum remedy { TRY, PLAN, PLANS, LIST_CONFLICTS, LIST_INVALID, SEE_STATUS, BACK_UP, LIST_ALERTS };

static const struct words_of {
    struct {
        enum text_id name, head, does, can, back;
    } text;
    const char *icon; /* NULL: by severity */
    bool why;         /* the error is told under the head */
    enum remedy remedy;
} words[ALERT_KINDS] = {
    [ALERT_REMOTE_DOWN] = {WORDS(REMOTE_DOWN), NULL, false, TRY},
    [ALERT_REMOTE_AUTH] = {WORDS(REMOTE_AUTH), NULL, true, TRY},
    [ALERT_FLOW] = {WORDS(FLOW), NULL, true, TRY},
    [ALERT_BRAKE] = {WORDS(BRAKE), "✋", true, PLAN},
    [ALERT_CONFLICTS] = {WORDS(CONFLICTS), "⚖️", false, LIST_CONFLICTS},
    [ALERT_QUARANTINE] = {WORDS(QUARANTINE), NULL, false, LIST_INVALID},
    [ALERT_QUEUE] = {WORDS(QUEUE), NULL, true, SEE_STATUS},
    [ALERT_OUTBOX] = {WORDS(OUTBOX), NULL, true, SEE_STATUS},
    [ALERT_DISK] = {WORDS(DISK), NULL, false, SEE_STATUS},
    [ALERT_WAL] = {WORDS(WAL), NULL, false, SEE_STATUS},
    [ALERT_CLOCK] = {WORDS(CLOCK), NULL, false, SEE_STATUS},
    [ALERT_BACKUP] = {WORDS(BACKUP), NULL, true, BACK_UP},
    [ALERT_CRASHES] = {WORDS(CRASHES), NULL, false, SEE_STATUS},
    [ALERT_POLL] = {WORDS(POLL), NULL, false, SEE_STATUS},
    [ALERT_UNNAMED] = {{TEXT_ALERT_NAME_UNNAMED, NONE, NONE, NONE, NONE}, "👤", false, SEE_STATUS},
    [ALERT_PLANS] = {WORDS(PLANS), "✋", false, PLANS},
    [ALERT_MORE] = {WORDS(MORE), NULL, false, LIST_ALERTS},
};

const char *alert_title(enum alert_kind kind, enum lang lang)
{
    return text_template(lang, words[kind].text.name);
}

const char *severity_title(enum severity s, enum lang lang)
{
    static const enum text_id titles[SEV_COUNT] = {TEXT_SEVERITY_INFO, TEXT_SEVERITY_WARNING,
                                                   TEXT_SEVERITY_IMPORTANT, TEXT_SEVERITY_CRITICAL};
    return text_template(lang, titles[s]);
}

/* ---------------------------------------------------------------- pieces */

static const char *icon(const struct alert *a)
{
    static const char *const by_severity[SEV_COUNT] = {"ℹ️", "⚠️", "🔴", "🚨"};
    if (!a->open && !alert_is_event(a->kind))
        return "🟢";
    return words[a->kind].icon ? words[a->kind].icon : by_severity[a->severity];
}

/* What it is about, as people call it. */
static const char *subject(const struct alert_view *v, struct buf *out)
{
    const struct alert *a = v->a;
    const struct remote_config *remote;
    enum alert_kind kind;
    switch (a->kind) {
    case ALERT_REMOTE_DOWN:
    case ALERT_REMOTE_AUTH:
    case ALERT_CLOCK:
        remote = config_remote(v->cfg, a->subject);
        buf_add(out, remote ? bot_remote_title(remote, v->lang) : a->subject);
        break;
    case ALERT_FLOW:
    case ALERT_BRAKE:
    case ALERT_QUARANTINE:
        bot_step_title(out, v->cfg, a->subject, v->lang);
        break;
    case ALERT_PLANS:
        if (*a->subject)
            buf_add(out, bot_cycle_title(v->cfg, a->subject));
        else
            TEXT_PLAIN(out, v->lang, TEXT_ALERT_SEVERAL_FLOWS);
        break;
    case ALERT_MORE:
        buf_add(out, alert_kind_parse(a->subject, &kind) ? alert_title(kind, v->lang) : a->subject);
        break;
    default:
        buf_add(out, a->subject);
    }
    return buf_str(out);
}

/* The status in "… answered 503", "coda: table T: 503 Service Unavailable"; NULL: there is none. */
static const char *find_status(const char *detail)
{
    for (const char *p = strpbrk(detail, "45"); p; p = strpbrk(p + 1, "45")) {
        bool alone = strspn(p, "0123456789") == 3 && (!p[3] || strchr(" :,;)", p[3]));
        bool begins = p - detail >= 2 && (!strncmp(p - 2, ": ", 2) || !strncmp(p - 2, "d ", 2));
        if (alone && begins)
            return p;
    }
    return NULL;
}

/* "notion query of people: POST api.notion.com answered 503" is 503 to those who only want to know
 * whether it is the same as the last time; Notion has words for its numbers. */
static const char *short_why(const char *detail, struct buf *out)
{
    static const struct {
        const char *word, *status;
    } known[] = {{"internal_server_error", "500"},
                 {"bad_gateway", "502"},
                 {"service_unavailable", "503"},
                 {"gateway_timeout", "504"},
                 {"rate_limited", "429"}};
    if (!detail || !*detail) {
        buf_addc(out, '?');
        return buf_str(out);
    }
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (strstr(detail, known[i].word)) {
            buf_add(out, known[i].status);
            return buf_str(out);
        }
    }
    const char *status = find_status(detail), *tail = strrchr(detail, ':');
    tail = tail && tail[1] == ' ' && tail[2] ? tail + 2 : detail;
    size_t n = strlen(tail);
    if (status)
        buf_addn(out, status, 3);
    else
        buf_addn(out, tail, n > 1 && tail[n - 1] == '.' ? n - 1 : n);
    return buf_str(out);
}

/* The span that the kind tells of. */
static const char *span(const struct alert_view *v, char out[TEXT_SHORT])
{
    int64_t ms = v->cfg->alerts.stuck_ms, minutes = 0;
    if (v->a->kind == ALERT_CLOCK)
        ms = (v->a->num < 0 ? -v->a->num : v->a->num) * 1000;
    else if (v->a->kind == ALERT_CRASHES && v->a->detail &&
             base_parse_i64(v->a->detail, 1, 100000, &minutes))
        ms = minutes * 60000;
    return text_duration(out, v->lang, ms);
}

static size_t plans_waiting(const struct alert_view *v)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n_plans; i++)
        n += v->plans[i].state == ALERT_PLAN_WAITS;
    return n;
}

/* The number that the kind tells. */
static int64_t num_of(const struct alert_view *v)
{
    if (v->a->kind != ALERT_PLANS)
        return v->a->num;
    return (int64_t)(v->a->open ? plans_waiting(v) : v->n_plans);
}

static void add(const struct alert_view *v, enum text_id id, struct msg *m)
{
    const struct alert *a = v->a;
    char since[TEXT_SHORT], down[TEXT_SHORT], left[TEXT_SHORT];
    AUTO_BUF what = BUF_INIT(1024), why = BUF_INIT(4096);
    int64_t end = a->closed_at ? a->closed_at : v->now;
    TEXT_ADD(m, v->lang, id, T_TEXT("what", subject(v, &what)),
             T_TEXT("time", text_clock(since, v->lang, a->since, v->now)), T_INT("n", a->times),
             T_INT("num", num_of(v)), T_TEXT("why", short_why(a->detail, &why)),
             T_TEXT("down", text_duration(down, v->lang, end - a->since)),
             T_TEXT("left", span(v, left)));
}

static void line(const struct alert_view *v, enum text_id id, struct msg *m)
{
    msg_html(m, "\n");
    add(v, id, m);
}

/* Around the first marks of a table all else goes on; and what a push may have is no matter of how
 * much was read. */
static enum text_id brake_text(const struct alert_view *v, enum text_id usual, enum text_id marks,
                               enum text_id push)
{
    if (v->a->kind != ALERT_BRAKE)
        return usual;
    if (v->a->detail && bot_is_first_marks(v->a->detail))
        return marks;
    return bot_is_push(v->cfg, v->a->subject) ? push : usual;
}

static void add_event(const struct alert_view *v, struct msg *m)
{
    const struct report r = {.flow = v->a->subject,
                             .unnamed = v->a->num,
                             .unnamed_names = v->a->detail && !v->hide_people ? v->a->detail : "…"};
    job_unnamed(v->cfg, &r, v->lang, m);
}

/* ---------------------------------------------------------------- the head */

static void add_head(const struct alert_view *v, bool as_it_was, struct msg *m)
{
    const struct words_of *w = &words[v->a->kind];
    if (alert_is_event(v->a->kind)) {
        add_event(v, m);
        return;
    }
    enum text_id head = brake_text(v, w->text.head, TEXT_ALERT_HEAD_MARKS, w->text.head);
    msg_html(m, as_it_was && !v->a->open ? "⚪" : icon(v->a));
    msg_html(m, " ");
    add(v, v->a->open || as_it_was ? head : w->text.back, m);
}

void alert_head(const struct alert_view *v, struct msg *m)
{
    add_head(v, false, m);
}

void alert_old_message(const struct alert_view *v, struct msg *m)
{
    char when[TEXT_SHORT];
    add_head(v, true, m);
    if (alert_is_event(v->a->kind))
        return;
    msg_html(m, "\n");
    if (v->a->open)
        TEXT_ADD(m, v->lang, TEXT_ALERT_BELOW);
    else
        TEXT_ADD(m, v->lang, TEXT_ALERT_ENDED,
                 T_TEXT("time", text_clock(when, v->lang, v->a->closed_at, v->now)));
}

/* ---------------------------------------------------------------- the message */

static void add_remote(const struct alert_view *v, struct msg *m)
{
    char when[TEXT_SHORT];
    if (v->others[v->lang]) {
        msg_html(m, "\n");
        TEXT_ADD(m, v->lang, TEXT_ALERT_OTHERS_WORK, T_TEXT("names", v->others[v->lang]));
    }
    if (v->waiting) {
        msg_html(m, "\n");
        TEXT_ADD(m, v->lang, TEXT_ALERT_WAITING, T_INT("n", v->waiting));
    }
    if (v->next_try > v->now && v->a->kind == ALERT_REMOTE_DOWN) {
        msg_html(m, "\n");
        TEXT_ADD(m, v->lang, TEXT_ALERT_NEXT_TRY,
                 T_TEXT("time", text_clock(when, v->lang, v->next_try, v->now)));
    } else {
        line(v, words[v->a->kind].text.does, m);
    }
}

/* Each plan, and what has become of it. */
static void add_plans(const struct alert_view *v, struct msg *m)
{
    static const enum text_id texts[] = {[ALERT_PLAN_WAITS] = TEXT_ALERT_PLAN_WAITS,
                                         [ALERT_PLAN_APPLIED] = TEXT_ALERT_PLAN_APPLIED,
                                         [ALERT_PLAN_REFUSED] = TEXT_ALERT_PLAN_REFUSED,
                                         [ALERT_PLAN_OVER] = TEXT_ALERT_PLAN_OVER};
    for (size_t i = 0; i < v->n_plans; i++) {
        const struct alert_plan *p = &v->plans[i];
        AUTO_BUF flow = BUF_INIT(512), why = BUF_INIT(4096);
        msg_html(m, "\n");
        TEXT_ADD(m, v->lang, texts[p->state], T_ID("id", p->id),
                 T_TEXT("flow", bot_step_title(&flow, v->cfg, p->step, v->lang)),
                 T_TEXT("why", p->why ? bot_error(&why, p->why, v->lang) : "?"));
    }
}

static void add_plans_buttons(const struct alert_view *v, struct buttons *b)
{
    const struct plan_reader reader = {v->cfg, v->lang, true};
    struct saved_plan plans[JOB_STEPS_MAX];
    const struct saved_plan *held[JOB_STEPS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < v->n_plans && n < JOB_STEPS_MAX; i++) {
        if (v->plans[i].state != ALERT_PLAN_WAITS)
            continue;
        plans[n] = (struct saved_plan){.id = v->plans[i].id, .flow = v->plans[i].step, .brake = ""};
        held[n] = &plans[n];
        n++;
    }
    if (n == 1)
        plan_buttons(&reader, held[0], b);
    else if (n)
        plans_buttons(&reader, held, n, b);
}

static void add_muted(const struct alert_view *v, struct msg *m)
{
    char when[TEXT_SHORT];
    if (!v->muted.on)
        return;
    msg_html(m, "\n");
    if (v->muted.until)
        TEXT_ADD(m, v->lang, TEXT_ALERT_MUTED_UNTIL,
                 T_TEXT("time", text_clock(when, v->lang, v->muted.until, v->now)));
    else
        TEXT_ADD(m, v->lang, TEXT_ALERT_MUTED_FIXED);
}

static void add_remedy(const struct alert_view *v, struct buttons *b)
{
    const struct alert *a = v->a;
    char data[BUTTON_DATA_MAX * 2];
    switch (words[a->kind].remedy) {
    case PLAN:
        if (v->plan_open) {
            plan_buttons(&(struct plan_reader){v->cfg, v->lang, true},
                         &(struct saved_plan){.id = a->ref, .flow = a->subject, .brake = ""}, b);
            break;
        } /* fall through */
    case TRY:
        snprintf(data, sizeof data, "alerts %lld try", (long long)a->id);
        TEXT_BUTTON(b, v->lang, TEXT_BTN_ALERT_TRY, data);
        break;
    case PLANS:
        add_plans_buttons(v, b);
        break;
    case LIST_CONFLICTS:
        TEXT_BUTTON(b, v->lang, TEXT_BTN_CONFLICTS, "conflicts", T_INT("n", a->num));
        break;
    case LIST_INVALID:
        snprintf(data, sizeof data, "invalid %s", a->subject);
        TEXT_BUTTON(b, v->lang, TEXT_BTN_SHOW_INVALID, data);
        break;
    case BACK_UP:
        TEXT_BUTTON(b, v->lang, TEXT_BTN_ALERT_TRY, "backup");
        break;
    case LIST_ALERTS:
        TEXT_BUTTON(b, v->lang, TEXT_BTN_ALERTS, "alerts");
        break;
    case SEE_STATUS:
        TEXT_BUTTON(b, v->lang, TEXT_BTN_STATUS, "status");
    }
}

static void add_buttons(const struct alert_view *v, bool details, struct buttons *b)
{
    char data[BUTTON_DATA_MAX];
    long long id = (long long)v->a->id;
    add_remedy(v, b);
    buttons_row(b);
    if (v->muted.on) {
        snprintf(data, sizeof data, "mute %lld off", id);
        TEXT_BUTTON(b, v->lang, TEXT_BTN_ALERT_LOUD, data);
    } else {
        snprintf(data, sizeof data, "mute %lld 1h", id);
        TEXT_BUTTON(b, v->lang, TEXT_BTN_ALERT_HOUR, data);
        snprintf(data, sizeof data, "mute %lld fixed", id);
        TEXT_BUTTON(b, v->lang, TEXT_BTN_ALERT_FIXED, data);
    }
    buttons_row(b);
    if (details) {
        snprintf(data, sizeof data, "alerts %lld", id);
        TEXT_BUTTON(b, v->lang, TEXT_BTN_ALERT_MORE, data);
    } else {
        TEXT_BUTTON(b, v->lang, TEXT_BTN_ALERTS, "alerts");
    }
}

/* Head, why, what I do, what you can do. */
static void add_body(const struct alert_view *v, bool whole_why, struct msg *m)
{
    const struct words_of *w = &words[v->a->kind];
    AUTO_BUF why = BUF_INIT(4096);
    add_head(v, false, m);
    if ((w->why || whole_why) && v->a->detail && v->a->kind != ALERT_CRASHES) {
        msg_html(m, "\n");
        const char *refusal = v->a->kind == ALERT_REMOTE_AUTH ? bot_refusal(v->a->detail) : NULL;
        if (refusal && whole_why) /* which table was asked for */
            msg_text(m, v->a->detail);
        else if (refusal)
            TEXT_ADD(m, v->lang, TEXT_ALERT_ANSWER, T_TEXT("what", refusal));
        else if (w->why)
            msg_text(m, bot_error(&why, v->a->detail, v->lang));
        else
            TEXT_ADD(m, v->lang, TEXT_ALERT_LAST_ERROR,
                     T_TEXT("why", bot_error(&why, v->a->detail, v->lang)));
    }
    add_plans(v, m);
    if (v->a->flaps && v->a->kind != ALERT_PLANS) {
        msg_html(m, "\n");
        TEXT_ADD(m, v->lang, TEXT_ALERT_FLAPS, T_INT("n", v->a->flaps + 1));
    }
    add_remote(v, m);
    line(v, brake_text(v, w->text.can, TEXT_ALERT_CAN_MARKS, TEXT_ALERT_CAN_PUSH), m);
    add_muted(v, m);
}

void alert_message(const struct alert_view *v, struct msg *m, struct buttons *b)
{
    if (v->a->open) {
        add_body(v, false, m);
        add_buttons(v, true, b);
        return;
    }
    add_head(v, false, m);
    if (alert_is_event(v->a->kind))
        return;
    add_plans(v, m);
    if (v->sent) {
        msg_html(m, " · ");
        TEXT_ADD(m, v->lang, TEXT_ALERT_BACK_SENT, T_INT("sent", v->sent),
                 T_INT("n", v->sent + v->waiting));
    }
    TEXT_BUTTON(b, v->lang, TEXT_BTN_STATUS, "status");
}

/* ---------------------------------------------------------------- details */

static void add_steps(const struct alert_view *v, struct msg *m)
{
    AUTO_BUF names = BUF_INIT(4096), title = BUF_INIT(512);
    const char *p = v->a->steps;
    size_t n = 0;
    for (; *p && n < 8; n++) {
        char step[256];
        size_t len = strcspn(p, "\n");
        snprintf(step, sizeof step, "%.*s", (int)(len < 200 ? len : 200), p);
        buf_clear(&title);
        buf_addf(&names, "%s%s", n ? ", " : "", bot_step_title(&title, v->cfg, step, v->lang));
        p += len + (p[len] == '\n');
    }
    if (!n)
        return;
    msg_html(m, "\n");
    TEXT_ADD(m, v->lang, TEXT_ALERT_MET_BY, T_TEXT("steps", buf_str(&names)));
}

void alert_details(const struct alert_view *v, const struct alert *before, size_t n_before,
                   struct msg *m, struct buttons *b)
{
    char when[TEXT_SHORT], down[TEXT_SHORT];
    if (v->a->open)
        add_body(v, true, m);
    else
        alert_old_message(v, m);
    if (v->a->times > 1) {
        msg_html(m, "\n");
        TEXT_ADD(m, v->lang, TEXT_ALERT_TIMES, T_INT("n", v->a->times),
                 T_TEXT("time", text_clock(when, v->lang, v->a->last_at, v->now)));
    }
    add_steps(v, m);
    for (size_t i = 0; i < n_before; i++) {
        msg_html(m, "\n");
        TEXT_ADD(m, v->lang, TEXT_ALERT_BEFORE,
                 T_TEXT("time", text_clock(when, v->lang, before[i].since, v->now)),
                 T_TEXT("down",
                        text_duration(down, v->lang, before[i].closed_at - before[i].since)));
    }
    if (v->a->open)
        add_buttons(v, false, b);
    else
        TEXT_BUTTON(b, v->lang, TEXT_BTN_ALERTS, "alerts");
}

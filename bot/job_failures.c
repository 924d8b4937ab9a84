#include "bot/job_failures.h"

#include "sync/steps.h"

#include <string.h>

/* Two lines of a kind are told as they are: they say which steps. */
#define LEAST 3

/* What is left of "gr-people: POST host: Couldn't connect" without the table and the request. */
static const char *cause(const char *error)
{
    const char *at = strstr(error, " answered ");
    if (at)
        return at + 1;
    for (const char *p = error; (p = strstr(p, ": ")); p += 2)
        at = p + 2;
    return at ? at : error;
}

static bool is_common(const struct report *r)
{
    return r->error &&
           (r->error_kind == ERR_TEMP || r->error_kind == ERR_AUTH || r->error_kind == ERR_GONE);
}

static bool is_alike(const struct job_view *v, const struct report *a, const struct report *b)
{
    struct step sa, sb;
    return is_common(a) && is_common(b) && a->error_kind == b->error_kind &&
           report_is_skipped(a) == report_is_skipped(b) &&
           !strcmp(cause(a->error), cause(b->error)) && config_step(v->cfg, a->flow, &sa) &&
           config_step(v->cfg, b->flow, &sb) && sa.flow->remote == sb.flow->remote;
}

size_t job_failures(const struct job_view *v, size_t at, bool *ret_first)
{
    size_t n = 0;
    *ret_first = true;
    for (size_t i = 0; i < v->n_reports; i++) {
        if (!is_alike(v, &v->reports[i], &v->reports[at]))
            continue;
        n++;
        *ret_first = *ret_first && i >= at;
    }
    return n < LEAST ? 0 : n;
}

void job_failures_add(const struct job_view *v, size_t at, size_t n, enum lang lang, struct msg *m)
{
    const struct report *r = &v->reports[at];
    struct step s;
    AUTO_BUF why = BUF_INIT(1024);
    enum text_id text = report_is_skipped(r)        ? TEXT_FAILED_ALIKE
                        : r->error_kind == ERR_TEMP ? TEXT_FAILED_DOWN
                        : r->error_kind == ERR_AUTH ? TEXT_FAILED_REFUSED
                                                    : TEXT_FAILED_ALIKE;
    if (!config_step(v->cfg, r->flow, &s))
        return;
    /* that the token was refused, the line says itself */
    const char *refusal = text == TEXT_FAILED_REFUSED ? bot_refusal(r->error) : NULL;
    const char *said = report_is_skipped(r) ? r->error : cause(r->error);
    TEXT_ADD(m, lang, text, T_TEXT("remote", bot_remote_title(s.flow->remote, lang)),
             T_TEXT("why", refusal ? refusal : bot_error(&why, said, lang)),
             T_INT("n", (int64_t)n));
    msg_html(m, "\n");
}

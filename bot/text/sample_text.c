#include "bot/text/sample_text.h"

#include "store/base/uuid.h"

#include <string.h>

#define SAMPLES_MAX 8

/* Read by one who may not know what it is for: an id says nothing. */
static bool is_telling(const char *detail)
{
    char id[UUID_LEN + 1];
    return detail && *detail && !uuid_read(detail, id);
}

static void add_line(const struct sample *s, enum lang lang, struct msg *m)
{
    if (is_telling(s->detail))
        TEXT_ADD(m, lang, TEXT_DONE_SAMPLE_DETAIL, T_TEXT("detail", s->detail),
                 T_TEXT("reason", s->reason), T_INT("n", s->n));
    else
        TEXT_ADD(m, lang, TEXT_DONE_SAMPLE, T_TEXT("reason", s->reason), T_INT("n", s->n));
    msg_html(m, "\n");
}

/* reason: as people say it. */
static void put(struct sample *list, size_t *n, const struct sample *s, const char *reason)
{
    for (size_t i = 0; i < *n; i++) {
        if (strcmp(list[i].reason, reason) != 0)
            continue;
        list[i].n += s->n;
        if (!is_telling(list[i].detail))
            list[i].detail = s->detail;
        return;
    }
    if (*n == SAMPLES_MAX)
        return;
    list[*n] = *s;
    list[(*n)++].reason = reason;
}

void samples_add(const struct job_view *v, bool push, enum lang lang, struct msg *m)
{
    struct sample list[SAMPLES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < v->n_reports; i++) {
        const struct report *r = &v->reports[i];
        struct step step;
        const char *entity = config_step(v->cfg, r->flow, &step) ? step.flow->entity->name : NULL;
        for (size_t k = 0; k < r->n_samples && r->push == push; k++) {
            if (!r->samples[k].waiting)
                put(list, &n, &r->samples[k], bot_reason_of(r->samples[k].reason, entity, lang));
        }
    }
    for (size_t i = 0; i < n; i++)
        add_line(&list[i], lang, m);
}

#include "bot/status.h"

#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/chat/chatbox.h"
#include "store/conflicts.h"
#include "store/links.h"
#include "store/pauses.h"
#include "store/quarantine.h"
#include "store/rows.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CURSOR_SHOWN 19 /* "2026-07-01T12:00:00" */
#define EPOCH_MIN    1e8
#define EPOCH_MAX    1e11
/* A write under way is no worry yet. */
#define UNHEARD_AFTER_MS 60000

int64_t status_newest(const char *value)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0}; /* a plain text is a cursor too */
    int64_t ms = 0;
    if (value && *value == '{' && !json_parse(value, strlen(value), &tree, &ignored) &&
        json_text(tree, "updated"))
        value = json_text(tree, "updated");
    if (!value || clock_parse_iso(value, &ms))
        return ms;
    /* epoch seconds, and behind a blank what it takes to see that nothing is new */
    char *end;
    double s = strtod(value, &end);
    bool is_time = end > value && (!*end || *end == ' ') && s >= EPOCH_MIN && s < EPOCH_MAX;
    return is_time ? (int64_t)(s * 1000) : 0;
}

const char *status_cursor(const char *value, struct arena *arena)
{
    char iso[25];
    int64_t ms = status_newest(value);
    if (!ms)
        return "";
    char *text = arena_strndup(arena, clock_iso(iso, ms), CURSOR_SHOWN);
    text[10] = ' ';
    return text;
}

static int read_step(struct db *db, struct step step, struct arena *arena, struct step_status *ret,
                     struct err *err)
{
    const struct flow *f = step.flow;
    const char *name = step_name(&step);
    struct cursor *c;
    *ret = (struct step_status){.step = step};
    if (flow_state_get(db, name, arena, &ret->state, err) ||
        cursor_get(db, name, f->remote->name, f->table, arena, &c, err) ||
        links_alive(db, f->name, f->remote->name, f->table, f->dict ? NULL : f->entity->name,
                    &ret->known, err) ||
        quarantine_count(db, name, &ret->waiting, &ret->invalid, err))
        return -1;
    /* how far a push has looked is a number of the store's own */
    const char *value = c && !step.push ? c->value : NULL;
    ret->cursor = status_cursor(value, arena);
    ret->newest_at = status_newest(value);
    return 0;
}

static int read_steps(struct db *db, const struct config *cfg, struct arena *arena,
                      struct status *ret, struct err *err)
{
    struct step_status *steps = arena_alloc(arena, 2 * cfg->n_flows, sizeof *steps);
    ret->steps = steps;
    for (size_t i = 0; i < cfg->n_flows; i++) {
        const struct flow *f = cfg->flows[i];
        if (f->direction != DIR_PUSH &&
            read_step(db, (struct step){f, false}, arena, &steps[ret->n_steps++], err))
            return -1;
        if (f->direction != DIR_PULL &&
            read_step(db, (struct step){f, true}, arena, &steps[ret->n_steps++], err))
            return -1;
    }
    return 0;
}

static int read_open_questions(struct db *db, struct arena *arena, struct status *ret,
                               struct err *err)
{
    struct pause *some;
    size_t n;
    return conflicts_count_open(db, &ret->conflicts, err) ||
                   pauses_list(db, 1, arena, &some, &n, &ret->paused, err) ||
                   DB_INT(db, 0, &ret->unheard, err,
                          "SELECT count(*) FROM intent WHERE state = 'sent' AND op = 'insert'"
                          " AND state IN ('open', 'sent')" /* so says the index */
                          " AND sent_at < :recent",
                          B_INT(":recent", clock_now_ms() - UNHEARD_AFTER_MS))
               ? -1
               : 0;
}

static int64_t file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) ? 0 : (int64_t)st.st_size;
}

int status_read(struct db *db, const struct config *cfg, struct arena *arena, struct status *ret,
                struct err *err)
{
    struct remote_state *remotes = arena_alloc(arena, cfg->n_remotes, sizeof *remotes);
    *ret = (struct status){.remotes = remotes};
    for (size_t i = 0; i < cfg->n_remotes; i++) {
        if (remote_state_get(db, cfg->remotes[i]->name, arena, &remotes[i], err))
            return -1;
    }
    if (read_steps(db, cfg, arena, ret, err) || read_open_questions(db, arena, ret, err))
        return -1;
    ret->store_bytes = file_size(cfg->store) + file_size(arena_printf(arena, "%s-wal", cfg->store));
    return DB_INT(db, 0, &ret->queued, err,
                  "SELECT count(*) FROM job WHERE state IN ('queued', 'running')") ||
                   chatbox_waiting(db, "telegram", &ret->to_say, err) ||
                   rows_rev(db, &ret->rev, err) ||
                   rows_count(db, model_entity("person"), &ret->people, err) ||
                   rows_count(db, model_entity("team"), &ret->teams, err) ||
                   rows_count(db, model_entity("participation"), &ret->participations, err) ||
                   rows_count(db, model_entity("badge"), &ret->badges, err) ||
                   rows_count(db, model_entity("arrival"), &ret->arrivals, err)
               ? -1
               : 0;
}

#include "bot/status.h"

#include "store/base/json.h"
#include "store/chatbox.h"
#include "store/links.h"
#include "store/quarantine.h"
#include "store/rows.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define CURSOR_SHOWN 19 /* "2026-07-01T12:00:00" */

const char *status_cursor(const char *value, struct arena *arena)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0}; /* a plain text is a cursor too */
    if (!value)
        return "";
    if (*value == '{' && !json_parse(value, strlen(value), &tree, &ignored) &&
        json_text(tree, "updated"))
        value = json_text(tree, "updated");
    char *text = arena_strndup(arena, value, strnlen(value, CURSOR_SHOWN));
    if (strlen(text) > 10 && text[10] == 'T')
        text[10] = ' ';
    return text;
}

static int read_flow(struct db *db, const struct flow *f, struct arena *arena,
                     struct flow_status *ret, struct err *err)
{
    struct cursor *c;
    ret->flow = f;
    if (flow_state_get(db, f->name, arena, &ret->state, err) ||
        cursor_get(db, f->name, f->remote->name, f->table, arena, &c, err) ||
        links_alive(db, f->name, f->remote->name, f->table, f->entity->name, &ret->known, err) ||
        quarantine_count(db, f->name, &ret->waiting, &ret->invalid, err))
        return -1;
    ret->cursor = status_cursor(c ? c->value : NULL, arena);
    return 0;
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
    struct flow_status *flows = arena_alloc(arena, cfg->n_flows, sizeof *flows);
    *ret = (struct status){.remotes = remotes, .flows = flows};
    for (size_t i = 0; i < cfg->n_remotes; i++) {
        if (remote_state_get(db, cfg->remotes[i]->name, arena, &remotes[i], err))
            return -1;
    }
    for (size_t i = 0; i < cfg->n_flows; i++) {
        if (read_flow(db, cfg->flows[i], arena, &flows[i], err))
            return -1;
    }
    ret->store_bytes = file_size(cfg->store) + file_size(arena_printf(arena, "%s-wal", cfg->store));
    return DB_INT(db, 0, &ret->queued, err,
                  "SELECT count(*) FROM job WHERE state IN ('queued', 'running')") ||
                   chatbox_waiting(db, "telegram", &ret->to_say, err) ||
                   rows_rev(db, &ret->rev, err) ||
                   rows_count(db, model_entity("person"), &ret->people, err) ||
                   rows_count(db, model_entity("team"), &ret->teams, err) ||
                   rows_count(db, model_entity("participation"), &ret->participations, err)
               ? -1
               : 0;
}

/* The keys of [flow NAME] and [cycle NAME]. */
#include "store/dict_rows.h"
#include "sync/config/config_values.h"

#include <string.h>

#define ENTITY_OR_DICTIONARY                                                                       \
    "a flow keeps records (entity) or a dictionary, not both; take one of the lines out"
#define SAY(r, ...) arena_printf((r)->arena, __VA_ARGS__)

/* ---------------------------------------------------------------- [flow NAME] */

static const char *set_remote(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    config_later(r, line, "remote", value);
    return take_something(r, value);
}

static const char *set_table(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    config_later(r, line, "table", value);
    return take_something(r, value);
}

static const char *set_entity(struct reading *r, int line, const char *rest, const char *value)
{
    AUTO_BUF known = BUF_INIT(512);
    (void)line, (void)rest;
    if (r->flow->dict)
        return ENTITY_OR_DICTIONARY;
    r->flow->entity = model_entity(value);
    for (size_t i = 0; i < model_n_entities; i++)
        buf_addf(&known, "%s%s", i ? ", " : "", model_entities[i].name);
    return r->flow->entity
               ? NULL
               : SAY(r, "there is no entity «%s»; write one of %s", value, buf_str(&known));
}

static const char *set_dictionary(struct reading *r, int line, const char *rest, const char *value)
{
    AUTO_BUF known = BUF_INIT(512);
    (void)line, (void)rest;
    if (r->flow->entity)
        return ENTITY_OR_DICTIONARY;
    r->flow->entity = dict_entity(value);
    r->flow->dict = r->flow->entity ? arena_strdup(r->arena, value) : NULL;
    dict_list(&known);
    return r->flow->dict
               ? NULL
               : SAY(r, "there is no dictionary «%s»; write one of %s", value, buf_str(&known));
}

static const char *set_direction(struct reading *r, int line, const char *rest, const char *value)
{
    static const char *const words[] = {"pull", "push", "both", NULL};
    int at = DIR_BOTH; /* a word nobody knows: whatever else the flow says may be right */
    (void)line, (void)rest;
    const char *bad = take_word(r, value, words, &at);
    r->flow->direction = (enum direction)at;
    return bad;
}

static const char *set_title(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_text(r, value, r->flow ? &r->flow->title : &r->cycle->title);
}

static const char *set_every(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_duration(r, value, 5000, &r->flow->every_ms);
}

static const char *set_full_every(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    /* 0s: every run is a whole listing */
    bool always = config_duration(value, &r->flow->full_every_ms) && !r->flow->full_every_ms;
    return always ? NULL : take_duration(r, value, 60000, &r->flow->full_every_ms);
}

static const char *set_overlap(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    config_later(r, line, "overlap", value);
    return take_duration(r, value, 0, &r->flow->overlap_ms);
}

static const char *set_missing(struct reading *r, int line, const char *rest, const char *value)
{
    static const char *const words[] = {"delete", "ignore", "cancel", "report", NULL};
    int at = 0;
    (void)rest;
    config_later(r, line, "missing", value);
    const char *bad = take_word(r, value, words, &at);
    r->flow->missing = (enum missing_policy)at;
    return bad;
}

static const char *set_conflict(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    config_later(r, line, "conflict", value);
    return take_policy(r, value, &r->flow->conflict);
}

static const char *set_max_delete(struct reading *r, int line, const char *rest, const char *value)
{
    int64_t percent = r->flow->max_delete;
    (void)line, (void)rest;
    const char *bad = take_share(r, value, &percent);
    r->flow->max_delete = (unsigned)percent;
    return bad;
}

static const char *set_max_update(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_limit(r, value, &r->flow->max_update);
}

static const char *set_key(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    r->flow->key = config_with_year(r, line, value);
    return take_something(r, value);
}

static const char *set_sentinel(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    config_later(r, line, "sentinel", value);
    return take_text(r, value, &r->flow->sentinel);
}

/* What only matters to a flow that writes is read here and judged once its direction is known. */
static const char *set_create(struct reading *r, int line, const char *rest, const char *value)
{
    static const char *const words[] = {"no", "yes", NULL};
    int at = 0;
    (void)rest;
    config_later(r, line, "create", value);
    return take_word(r, value, words, &at);
}

static const char *set_on_delete(struct reading *r, int line, const char *rest, const char *value)
{
    static const char *const words[] = {"ignore", "archive", "mark", NULL};
    int at = 0;
    (void)rest;
    config_later(r, line, "on_delete", value);
    const char *bad = take_word(r, value, words, &at);
    r->flow->on_delete = (enum deletion_policy)at;
    return bad;
}

static const char *set_marker(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    config_later(r, line, "marker", value);
    return take_something(r, value);
}

static const char *set_mark(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    config_later(r, line, "mark", value);
    return take_something(r, value);
}

static const char *set_mark_reason(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    config_later(r, line, "mark_reason", value);
    return take_something(r, value);
}

static const char *set_mark_gap(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    config_later(r, line, "mark_gap", value);
    return take_duration(r, value, 0, &r->flow->mark_gap_ms);
}

static const char *set_settle(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    config_later(r, line, "settle", value);
    return take_duration(r, value, 0, &r->flow->settle_ms);
}

static const char *set_settle_insert(struct reading *r, int line, const char *rest,
                                     const char *value)
{
    (void)rest;
    config_later(r, line, "settle_insert", value);
    return take_duration(r, value, 1000, &r->flow->settle_insert_ms);
}

static const char *set_max_create(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    config_later(r, line, "max_create", value);
    return take_int(r, value, 0, 1000000000, &r->flow->max_create);
}

static const char *set_put(struct reading *r, int line, const char *rest, const char *value)
{
    config_later(r, line, SAY(r, "put.%s", rest), value);
    return *value ? NULL : SAY(r, "say what the column gets: put.%s = FIELD, or none", rest);
}

/* field.*, where.* and conflict.FIELD need the entity, which may stand below: judged afterwards. */
static const char *set_field(struct reading *r, int line, const char *rest, const char *value)
{
    config_later(r, line, SAY(r, "field.%s", rest), value);
    return *value ? NULL : SAY(r, "name the column: field.%s = COLUMN", rest);
}

static const char *set_where(struct reading *r, int line, const char *rest, const char *value)
{
    config_later(r, line, SAY(r, "where.%s", rest), value);
    return take_something(r, value);
}

static const char *set_constant(struct reading *r, int line, const char *rest, const char *value)
{
    config_later(r, line, SAY(r, "set.%s", rest), value);
    return take_something(r, value);
}

static const char *set_new(struct reading *r, int line, const char *rest, const char *value)
{
    config_later(r, line, SAY(r, "new.%s", rest), value);
    return take_something(r, value);
}

static const char *set_unique(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    config_later(r, line, "unique", value);
    return take_something(r, value);
}

static const char *set_conflict_field(struct reading *r, int line, const char *rest,
                                      const char *value)
{
    enum conflict_policy p;
    config_later(r, line, SAY(r, "conflict.%s", rest), value);
    return take_policy(r, value, &p);
}

/* ---------------------------------------------------------------- [cycle NAME] */

static const char *set_steps(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    config_later(r, line, "steps", value);
    return take_something(r, value);
}

static const char *set_cycle_every(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_duration(r, value, 5000, &r->cycle->every_ms);
}

static const char *set_on_failure(struct reading *r, int line, const char *rest, const char *value)
{
    static const char *const words[] = {"stop", "continue", NULL};
    int at = 0;
    (void)line, (void)rest;
    const char *bad = take_word(r, value, words, &at);
    r->cycle->go_on = at == 1;
    return bad;
}

const struct key_def config_flow_keys[] = {
    {SEC_FLOW, "remote", "name of a [remote]", "notion", set_remote},
    {SEC_FLOW, "table", "database, data source or table: id or name",
     "0f2b7c1e-0000-4000-8000-000000000001", set_table},
    {SEC_FLOW, "entity", "what its rows are: person, team, participation, badge, arrival", "person",
     set_entity},
    {SEC_FLOW, "dictionary",
     "instead of entity: the table holds a dictionary (role, status, transport, team_type, gender, "
     "diet, feed), whose codes and names are kept up with it; other tables name its rows by "
     "field.role = COLUMN via REMOTE",
     "role", set_dictionary},
    {SEC_FLOW, "title", "what people call it, in messages and as a name to ask by", "Руководители",
     set_title},
    {SEC_FLOW, "direction",
     "pull: the table is read into the store; push: it is written from there; both", "pull",
     set_direction},
    {SEC_FLOW, "every", "how often the daemon runs it by itself; left out: only when asked", "5m",
     set_every},
    {SEC_FLOW, "full_every",
     "a whole listing at least so often, to notice vanished rows; push: a look at every record; "
     "0s: every time",
     "1d", set_full_every},
    {SEC_FLOW, "overlap", "how far behind its cursor an incremental reading begins", "5m",
     set_overlap},
    {SEC_FLOW, "missing",
     "what a vanished row does to its record: delete, cancel (its status), report (it is told, once) "
     "or ignore",
     "delete", set_missing},
    {SEC_FLOW, "conflict",
     "who wins when both sides changed a field: remote, store, newest (the later edit), ask (a "
     "person says), or default (the entity's home)",
     "default", set_conflict},
    {SEC_FLOW, "conflict.", "the same for one field", "store", set_conflict_field},
    {SEC_FLOW, "max_delete",
     "stop when more than this share of the rows vanished (5 rows are always "
     "allowed)",
     "10%", set_max_delete},
    {SEC_FLOW, "max_update",
     "stop when one run would change more than this share of the records, or more than so many",
     "100%", set_max_update},
    {SEC_FLOW, "max_create", "push: stop when one run would make more rows than this", "100",
     set_max_create},
    {SEC_FLOW, "key",
     "the column with the rows' own UUIDs; both ways: an empty one gets the record's id", "UUID",
     set_key},
    {SEC_FLOW, "sentinel", "id of a row that must be in every whole listing", "i-AbCdEfGhIj",
     set_sentinel},
    {SEC_FLOW, "where.", "only rows with one of these values are in scope", "2021 2022 {year}",
     set_where},
    {SEC_FLOW, "field.", "field.NAME = COLUMN [via REMOTE] [as TYPE]: the column of each field",
     "Статус", set_field},
    {SEC_FLOW, "set.", "set.NAME = VALUE: what every record of the flow has, without a column",
     "{year}", set_constant},
    {SEC_FLOW, "new.", "new.NAME = VALUE: what a record begins with that comes from there new",
     "ORGANIZER", set_new},
    {SEC_FLOW, "unique",
     "a row makes a record only where the store has none with the same values in these fields; it "
     "changes nothing in one that is there",
     "team_id person_id year", set_unique},
    {SEC_FLOW, "create",
     "push: does a record without a row get one? yes or no (push: yes, both: no)", "yes",
     set_create},
    {SEC_FLOW, "on_delete",
     "push: what a deletion in the store does to the row: ignore, archive, or mark (where there is a "
     "mark, that is the default)",
     "ignore", set_on_delete},
    {SEC_FLOW, "mark",
     "a column with a time: a row that has one is deleted; rows that break a rule get one, and lose "
     "it when they are mended",
     "to_delete", set_mark},
    {SEC_FLOW, "mark_reason", "the column beside it that says why", "delete_reason",
     set_mark_reason},
    {SEC_FLOW, "mark_gap", "at least so long between two marks", "50ms", set_mark_gap},
    {SEC_FLOW, "marker", "push: a column that takes the record's own id, so that no row is doubled",
     "UUID", set_marker},
    {SEC_FLOW, "settle", "an edited row younger than this waits for the next run", "0s",
     set_settle},
    {SEC_FLOW, "settle_insert",
     "push: how long a new row may stay unseen there before it is made again", "10m",
     set_settle_insert},
    {SEC_FLOW, "put.",
     "put.COLUMN = FIELD [via REMOTE], \"a constant\", {person.name} — {team.name}, or none: what "
     "a column gets, where it is not what field.NAME reads",
     "{person.name} — {team.name}", set_put},
    {SEC_CYCLE, "title", "what people call it, in messages and as a name to ask by", "Участие",
     set_title},
    {SEC_CYCLE, "steps", "flows in order, each as NAME, NAME:pull or NAME:push",
     "people:pull participation", set_steps},
    {SEC_CYCLE, "on_failure", "when a step fails: stop, or continue with the others", "stop",
     set_on_failure},
    {SEC_CYCLE, "every", "how often the daemon runs it by itself", "10m", set_cycle_every},
};
const size_t config_n_flow_keys = ARRAY_LEN(config_flow_keys);

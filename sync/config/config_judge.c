/* The file as a whole: remotes, flows and cycles, and in which order flows run. */
#include "store/base/secret.h"
#include "store/dict_rows.h"
#include "sync/config/config_values.h"

#include <string.h>

/* Anybody may run a Grist: only the file can say where it is. */
static void judge_grist(struct reading *r, const struct remote_config *remote)
{
    const char *path = remote->api_url ? strstr(remote->api_url, "/api") : NULL;
    if (!remote->api_url)
        config_mistake(r, remote->line,
                       "[remote %s] has no api_url; write the address of the Grist server, such as "
                       "https://docs.getgrist.com",
                       remote->name);
    if (path && (!path[4] || path[4] == '/'))
        config_mistake(r, remote->line,
                       "[remote %s] api_url: leave out what begins with /api; write the server's "
                       "address only",
                       remote->name);
    if (!remote->doc)
        config_mistake(r, remote->line,
                       "[remote %s] has no doc; write the document's id: Grist shows it in the "
                       "document's settings, under API",
                       remote->name);
}

static void judge_remote(struct reading *r, struct remote_config *remote)
{
    static const struct {
        const char *kind, *url;
    } urls[] = {{"notion", "https://api.notion.com/v1"}, {"coda", "https://coda.io/apis/v1"}};
    if (!remote->kind) {
        config_mistake(r, remote->line, "[remote %s] has no kind; write one of %s", remote->name,
                       remote_kinds());
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(urls) && !remote->api_url; i++) {
        if (!strcmp(urls[i].kind, remote->kind))
            remote->api_url = urls[i].url;
    }
    if (!remote->token)
        config_mistake(r, remote->line,
                       "[remote %s] has no token; write token = env:NAME or file:PATH",
                       remote->name);
    if (!strcmp(remote->kind, "coda") && !remote->doc)
        config_mistake(r, remote->line,
                       "[remote %s] has no doc; write the id that follows _d in the document's "
                       "address",
                       remote->name);
    if (!strcmp(remote->kind, "grist"))
        judge_grist(r, remote);
}

static bool maps_field(const struct flow *f, size_t field)
{
    for (size_t i = 0; i < f->n_maps; i++) {
        if (f->maps[i].field == field)
            return true;
    }
    return false;
}

static void judge_maps(struct reading *r, struct flow *f)
{
    for (size_t i = 0; i < f->n_maps; i++) {
        struct field_map *m = &f->maps[i];
        const struct field *field = &f->entity->fields[m->field];
        if (field_target(field) && m->via)
            config_check_via(r, m->line, field, m->via, &m->via_uuid);
        if (str_eq(m->as, "attachment") && f->remote && f->remote->kind &&
            !remote_ops_find(f->remote->kind)->file_url)
            config_mistake(r, m->line,
                           "field.%s: %s gives the address of a file itself; leave out «as "
                           "attachment»",
                           field->name, f->remote->name);
    }
}

/* What a row must show to become a record. */
static void judge_reading(struct reading *r, const struct flow *f)
{
    if (f->missing == MISSING_CANCEL && !f->entity->cancel_field)
        config_mistake(r, f->line,
                       "[flow %s] missing = cancel: a %s cannot be cancelled; write delete or "
                       "ignore",
                       f->name, f->entity->name);
    for (size_t i = 0; i < f->entity->n; i++) {
        if (f->entity->fields[i].required && !maps_field(f, i) &&
            !config_constant(f->sets, f->n_sets, i) && !config_constant(f->news, f->n_news, i))
            config_mistake(r, f->line,
                           "[flow %s] maps no column to %s, which every %s needs; add "
                           "field.%s = COLUMN",
                           f->name, f->entity->fields[i].name, f->entity->name,
                           f->entity->fields[i].name);
    }
    for (size_t i = 0; i < f->n_wheres; i++) {
        if (!maps_field(f, f->wheres[i].field) &&
            !config_constant(f->sets, f->n_sets, f->wheres[i].field))
            config_mistake(r, f->wheres[i].line,
                           "where.%s: map the field too, field.%s = COLUMN, so that it can be seen",
                           f->entity->fields[f->wheres[i].field].name,
                           f->entity->fields[f->wheres[i].field].name);
    }
}

static void judge_dictionary(struct reading *r, const struct flow *f)
{
    if (f->direction != DIR_PULL)
        config_mistake(r, f->line, "[flow %s] a dictionary is only read; leave out direction",
                       f->name);
    if (f->key)
        config_mistake(r, f->line,
                       "[flow %s] a dictionary's rows are known by their codes; leave out key",
                       f->name);
}

static bool says(const struct reading *r, const struct flow *f, const char *key)
{
    for (size_t i = 0; i < r->n_late; i++) {
        if (r->late[i].flow == f && !strcmp(r->late[i].key, key))
            return true;
    }
    return false;
}

static void judge_marks(struct reading *r, struct flow *f)
{
    const char *alone = f->on_delete == DELETION_MARK ? "on_delete = mark"
                        : f->mark_reason              ? "mark_reason"
                        : says(r, f, "mark_gap")      ? "mark_gap"
                                                      : NULL;
    if (f->mark && !says(r, f, "on_delete"))
        f->on_delete = DELETION_MARK;
    if (!f->mark && alone)
        config_mistake(r, f->line,
                       "[flow %s] %s: say which column marks a row as deleted, mark = COLUMN",
                       f->name, alone);
}

static void judge_flow(struct reading *r, struct flow *f)
{
    if (!f->remote && !says(r, f, "remote")) /* an unknown one was reported where it is named */
        config_mistake(r, f->line, "[flow %s] has no remote; write remote = NAME of a [remote]",
                       f->name);
    if (!f->table)
        config_mistake(r, f->line, "[flow %s] has no table; write the database or table it %s",
                       f->name, f->direction == DIR_PUSH ? "writes" : "reads");
    if (!f->entity) {
        config_mistake(r, f->line,
                       "[flow %s] has no entity it could use; write entity = person, "
                       "team, participation, badge or arrival",
                       f->name);
        return;
    }
    judge_maps(r, f);
    judge_marks(r, f);
    if (f->dict)
        judge_dictionary(r, f);
    config_constants_judge(r, f);
    if (f->direction != DIR_PUSH)
        judge_reading(r, f);
    if (f->direction != DIR_PULL && !f->dict)
        config_put_judge(r, f);
}

/* Everything that decides what a row means: another hash makes the flow read its table again. */
static void hash_mapping(struct reading *r, struct flow *f)
{
    AUTO_BUF b = BUF_INIT(1 << 16);
    char hex[33];
    /* that a flow writes as well changes nothing in what it reads */
    buf_addf(&b, "%s\n%s\n%d\n", f->entity->name, f->table, f->direction == DIR_PUSH);
    for (size_t i = 0; i < f->n_maps; i++)
        buf_addf(&b, "%s=%s via %s as %s\n", f->entity->fields[f->maps[i].field].name,
                 f->maps[i].column, f->maps[i].via ? f->maps[i].via : "",
                 f->maps[i].as ? f->maps[i].as : "");
    if (f->mark)
        buf_addf(&b, "mark %s %s\n", f->mark, f->mark_reason ? f->mark_reason : "");
    config_hash_constants(f, &b);
    config_hash_scope(f, &b);
    hash_hex(buf_str(&b), hex);
    f->mapping = arena_strdup(r->arena, hex);
}

static bool depends_on(const struct flow *a, const struct flow *b)
{
    if (a == b)
        return false;
    if (a->entity == b->entity) /* what others have is not made again */
        return a->n_unique && !b->n_unique;
    if (b->dict) /* any change of a dictionary makes the others read their tables again */
        return !a->dict;
    for (size_t i = 0; i < a->n_maps; i++) {
        const struct field *field = &a->entity->fields[a->maps[i].field];
        if (model_refers(field) && str_eq(field->ref, b->entity->name))
            return true;
    }
    return false;
}

/* Those that others refer to come first; the order of the file decides between the rest. The model
 * has no circles between entities, so this always ends. */
static void order_flows(struct config *c)
{
    for (size_t done = 0; done < c->n_flows; done++) {
        size_t pick = done;
        for (size_t i = done; i < c->n_flows; i++) {
            bool ready = true;
            for (size_t j = done; j < c->n_flows && ready; j++)
                ready = !depends_on(c->flows[i], c->flows[j]);
            if (ready) {
                pick = i;
                break;
            }
        }
        struct flow *f = c->flows[pick];
        memmove(&c->flows[done + 1], &c->flows[done], (pick - done) * sizeof *c->flows);
        c->flows[done] = f;
    }
}

/* What a flow's direction says before anything else is looked at. */
static void begin_flow(struct flow *f)
{
    f->create = f->direction == DIR_PUSH;
    if (f->direction == DIR_PUSH)
        f->push_name = f->name;
}

static void judge_cycle(struct reading *r, const struct cycle *y)
{
    struct step step;
    if (!y->n)
        config_mistake(r, y->line, "[cycle %s] has no steps", y->name);
    /* a person who asks for that name would get the flow */
    if (config_step(r->cfg, y->name, &step))
        config_mistake(r, y->line,
                       "[cycle %s] is called like [flow %s] in line %d; give it another name",
                       y->name, step.flow->name, step.flow->line);
}

void config_judge(struct reading *r)
{
    struct config *c = r->cfg;
    for (size_t i = 0; i < c->n_remotes; i++)
        judge_remote(r, c->remotes[i]);
    for (size_t i = 0; i < c->n_flows; i++)
        begin_flow(c->flows[i]);
    config_late_read(r);
    for (size_t i = 0; i < c->n_flows; i++)
        judge_flow(r, c->flows[i]);
    for (size_t i = 0; i < c->n_cycles; i++)
        judge_cycle(r, c->cycles[i]);
    if (!c->store)
        config_mistake(r, 1, "[rosterd] has no store; write store = /var/lib/rosterd/rosterd.db");
    if (c->n_admins && !c->telegram_token)
        config_mistake(r, 1, "[telegram] has no token; BotFather gives one: token = env:NAME");
    if (r->mistakes->len)
        return;
    for (size_t i = 0; i < c->n_flows; i++) {
        hash_mapping(r, c->flows[i]);
        if (c->flows[i]->direction != DIR_PULL)
            config_put_hash(r, c->flows[i]);
    }
    order_flows(c);
}

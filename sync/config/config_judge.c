#include "store/base/secret.h"
#include "store/dict_rows.h"
#include "sync/config/config_values.h"

#include <string.h>

int config_field(struct reading *r, int line, const struct entity *e, const char *name)
{
    int at = model_field(e, name);
    if (at >= 0)
        return at;
    AUTO_BUF known = BUF_INIT(1024);
    for (size_t i = 0; i < e->n; i++)
        buf_addf(&known, "%s%s", i ? ", " : "", e->fields[i].name);
    config_mistake(r, line, "%s has no field «%s»; it has %s", e->name, name, buf_str(&known));
    return -1;
}

/* The field that a late key such as "field.role" names; -1 after a mistake. */
static int field_of(struct reading *r, const struct late *l)
{
    const struct entity *e = l->flow->entity; /* NULL: reported with the entity itself */
    return e ? config_field(r, l->line, e, strchr(l->key, '.') + 1) : -1;
}

static void judge_as(struct reading *r, const struct late *l, const struct field *field,
                     const char *as)
{
    bool yesno = !strcmp(as, "yesno"), file = !strcmp(as, "attachment");
    if (!yesno && !file && strcmp(as, "text") && strcmp(as, "list"))
        config_mistake(r, l->line,
                       "%s: «as %s» is not known; write as text, as list, as yesno or as "
                       "attachment",
                       l->key, as);
    if (yesno && field->type != FT_BOOL)
        config_mistake(r, l->line, "%s: only what is yes or no can be read as yesno", l->key);
    if (file && field->type != FT_TEXT)
        config_mistake(r, l->line, "%s: an attachment is read as its address, which is a text",
                       l->key);
}

static void judge_field(struct reading *r, const struct late *l)
{
    struct flow *f = l->flow;
    int at = field_of(r, l);
    if (at < 0)
        return;
    const struct field *field = &f->entity->fields[at];
    char *text = arena_strdup(r->arena, config_with_year(r, l->line, l->value));
    struct field_map map = {.field = (size_t)at, .line = l->line};
    config_one_line(text);
    config_trim(text);
    /* "a column with via in it" via REMOTE: what is in quotes is the column, whatever it says */
    char *quote = *text == '"' ? strchr(text + 1, '"') : NULL;
    char *tail = quote ? quote + 1 : text;
    map.as = config_cut_tail(r->arena, tail, " as ");
    map.via = config_cut_tail(r->arena, tail, " via ");
    if (!map.as)
        map.as = config_cut_tail(r->arena, tail, " as ");
    if (quote) {
        config_trim(tail);
        if (*tail)
            config_mistake(r, l->line, "%s: «%s» after the quoted column is not known; %s", l->key,
                           tail, "write \"COLUMN\" [via REMOTE] [as TYPE]");
        *quote = '\0';
        text++;
    }
    config_trim(text);
    if (!*text)
        config_mistake(r, l->line, "%s names no column; write %s = COLUMN", l->key, l->key);
    map.column = text;
    if (map.as)
        judge_as(r, l, field, map.as);
    if (field->sealed)
        config_mistake(r, l->line, "%s is personal data that only the feeder brings; leave it out",
                       l->key);
    if (model_refers(field) && !map.via)
        config_mistake(
            r, l->line,
            "%s names another record: say whose ids the column holds, %s = %s via REMOTE", l->key,
            l->key, text);
    if (!field_target(field) && map.via)
        config_mistake(r, l->line, "%s is no reference to another record; leave out «via %s»",
                       l->key, map.via);
    if (!f->maps)
        f->maps = arena_alloc(r->arena, MODEL_FIELDS_MAX, sizeof *f->maps);
    f->maps[f->n_maps++] = map;
}

static void judge_where(struct reading *r, const struct late *l)
{
    struct flow *f = l->flow;
    int at = field_of(r, l);
    if (at < 0)
        return;
    if (model_refers(&f->entity->fields[at]))
        config_mistake(r, l->line, "%s is a reference to another record; a scope needs a value",
                       l->key);
    char *text = arena_strdup(r->arena, config_with_year(r, l->line, l->value)), *save = NULL;
    /* commas separate values with spaces in them */
    const char *separators = strchr(text, ',') ? ",\n" : " \n";
    const char **values = NULL;
    size_t n = 0, cap = 0;
    for (char *w = strtok_r(text, separators, &save); w; w = strtok_r(NULL, separators, &save)) {
        config_trim(w);
        values = arena_grow(r->arena, values, &cap, n + 1, sizeof *values);
        if (*w)
            values[n++] = w;
    }
    if (!f->wheres)
        f->wheres = arena_alloc(r->arena, MODEL_FIELDS_MAX, sizeof *f->wheres);
    f->wheres[f->n_wheres++] =
        (struct where){.field = (size_t)at, .values = values, .n = n, .line = l->line};
}

static const struct remote_config *remote_named(struct reading *r, const struct late *l)
{
    const struct remote_config *found = config_remote(r->cfg, l->value);
    AUTO_BUF known = BUF_INIT(1024);
    for (size_t i = 0; i < r->cfg->n_remotes; i++)
        buf_addf(&known, "%s%s", i ? ", " : "", r->cfg->remotes[i]->name);
    if (!found)
        config_mistake(r, l->line, "there is no [remote %s]; there are: %s", l->value,
                       known.len ? buf_str(&known) : "none yet");
    return found;
}

static void judge_late(struct reading *r, const struct late *l)
{
    if (!strncmp(l->key, "home.", 5)) {
        const struct entity *e = model_entity(l->key + 5);
        r->cfg->home[e - model_entities] = remote_named(r, l);
    } else if (!strcmp(l->key, "remote")) {
        l->flow->remote = remote_named(r, l);
    } else if (!strcmp(l->key, "table")) {
        l->flow->table = config_with_year(r, l->line, l->value);
    } else if (!strcmp(l->key, "steps")) {
        config_steps_read(r, l);
    } else if (!strncmp(l->key, "field.", 6)) {
        judge_field(r, l);
    } else if (!strncmp(l->key, "where.", 6)) {
        judge_where(r, l);
    } else if (!strncmp(l->key, "set.", 4) || !strncmp(l->key, "new.", 4)) {
        config_constant_read(r, l);
    } else if (!strcmp(l->key, "unique")) {
        config_unique_read(r, l);
    } else if (!strncmp(l->key, "put.", 4)) {
        config_put_read(r, l);
    } else if (!strcmp(l->key, "marker")) {
        l->flow->marker = config_with_year(r, l->line, l->value);
    } else if (!strcmp(l->key, "mark")) {
        l->flow->mark = config_with_year(r, l->line, l->value);
    } else if (!strcmp(l->key, "mark_reason")) {
        l->flow->mark_reason = config_with_year(r, l->line, l->value);
    } else if (!strcmp(l->key, "create")) {
        l->flow->create = !strcmp(l->value, "yes");
    } else if (!strncmp(l->key, "conflict.", 9)) {
        int at = field_of(r, l);
        if (at >= 0)
            take_policy(r, l->value, &l->flow->conflict_field[at]);
    }
}

static bool is_among(const char *key, const char *const *keys)
{
    for (; *keys; keys++) {
        size_t n = strlen(*keys);
        bool prefix = (*keys)[n - 1] == '.';
        if (prefix ? !strncmp(key, *keys, n) : !strcmp(key, *keys))
            return true;
    }
    return false;
}

/* A key that means nothing to a dictionary: its table is read whole, wins, and takes no entry away.
 */
static bool not_of_dictionary(struct reading *r, const struct late *l)
{
    static const char *const records[] = {"where.", "put.",          "create",     "on_delete",
                                          "marker", "missing",       "conflict",   "conflict.",
                                          "settle", "settle_insert", "max_create", "overlap",
                                          "mark",   "mark_reason",   "mark_gap",   "set.",
                                          "new.",   "unique",        NULL};
    if (!l->flow || !l->flow->dict || !is_among(l->key, records))
        return false;
    config_mistake(r, l->line, "%s: flow %s keeps a dictionary up with its table; leave this out",
                   l->key, l->flow->name);
    return true;
}

/* A key that means nothing to a flow that goes one way only. */
static bool wrong_way(struct reading *r, const struct late *l)
{
    static const char *const writing[] = {"put.",          "create",     "on_delete", "marker",
                                          "settle_insert", "max_create", "mark",      "mark_reason",
                                          "mark_gap",      NULL};
    static const char *const reading[] = {"overlap",  "missing",   "sentinel", "settle",
                                          "conflict", "conflict.", "mark",     "mark_reason",
                                          "mark_gap", "set.",      "new.",     "unique",
                                          NULL};
    const struct flow *f = l->flow;
    if (!f || f->direction == DIR_BOTH)
        return false;
    const char *const *keys = f->direction == DIR_PULL ? writing : reading;
    if (!is_among(l->key, keys))
        return false;
    config_mistake(r, l->line, "%s: flow %s only %s; write direction = both, or leave this out",
                   l->key, f->name, f->direction == DIR_PULL ? "reads" : "writes");
    return true;
}

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

void config_check_via(struct reading *r, int line, const struct field *field, const char *via,
                      bool *ret_uuid)
{
    const struct remote_config *remote = config_remote(r->cfg, via);
    if (remote && remote->kind)
        *ret_uuid = remote_ops_find(remote->kind)->row_id_is_uuid;
    if (!remote)
        config_mistake(r, line, "there is no [remote %s]", via);
    else if (field->type == FT_DICT && !config_carrier(r->cfg, field_target(field), via))
        config_mistake(r, line,
                       "«via %s»: no flow reads the dictionary %s from %s, so its row ids would "
                       "mean nothing; add a [flow] with dictionary = %s and remote = %s",
                       via, field->dict, via, field->dict, via);
    else if (!config_carrier(r->cfg, field_target(field), via))
        config_mistake(r, line,
                       "«via %s»: no flow reads %s from %s, so its ids would mean nothing; add a "
                       "[flow] with entity = %s and remote = %s",
                       via, field->ref, via, field->ref, via);
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

void config_hash_scope(const struct flow *f, struct buf *out)
{
    for (size_t i = 0; i < f->n_wheres; i++) {
        buf_addf(out, "where %s", f->entity->fields[f->wheres[i].field].name);
        for (size_t j = 0; j < f->wheres[i].n; j++)
            buf_addf(out, " %s", f->wheres[i].values[j]);
        buf_addc(out, '\n');
    }
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
    for (size_t i = 0; i < r->n_late; i++) {
        if (!not_of_dictionary(r, &r->late[i]) && !wrong_way(r, &r->late[i]))
            judge_late(r, &r->late[i]);
    }
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

#include "store/base/secret.h"
#include "store/base/utf8.h"
#include "sync/config_keys.h"

#include <stdio.h>
#include <string.h>

static void trim(char *s)
{
    size_t n = strlen(s), lead = strspn(s, " \t\n");
    while (n > lead && strchr(" \t\n", s[n - 1]))
        n--;
    memmove(s, s + lead, n - lead);
    s[n - lead] = '\0';
}

/* The field that a late key such as "field.role" names; -1 after a mistake. */
static int field_of(struct reading *r, const struct late *l)
{
    const struct entity *e = l->flow->entity;
    const char *name = strchr(l->key, '.') + 1;
    if (!e)
        return -1; /* reported with the entity itself */
    int at = model_field(e, name);
    if (at >= 0)
        return at;
    AUTO_BUF known = BUF_INIT(1024);
    for (size_t i = 0; i < e->n; i++)
        buf_addf(&known, "%s%s", i ? ", " : "", e->fields[i].name);
    config_mistake(r, l->line, "%s has no field «%s»; it has %s", e->name, name, buf_str(&known));
    return -1;
}

/* Cuts " via NAME" or " as TYPE" off the end of text; NULL when it is not there. */
static const char *cut_tail(struct arena *arena, char *text, const char *word)
{
    char *found = NULL;
    for (char *p = text; (p = strstr(p, word)); p++)
        found = p;
    if (!found || strchr(found + strlen(word), ' '))
        return NULL;
    const char *tail = arena_strdup(arena, found + strlen(word));
    *found = '\0';
    return tail;
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
    for (char *p = text; (p = strchr(p, '\n'));)
        *p = ' '; /* a continued line */
    trim(text);
    /* "a column with via in it" via REMOTE: what is in quotes is the column, whatever it says */
    char *quote = *text == '"' ? strchr(text + 1, '"') : NULL;
    char *tail = quote ? quote + 1 : text;
    map.as = cut_tail(r->arena, tail, " as ");
    map.via = cut_tail(r->arena, tail, " via ");
    if (!map.as)
        map.as = cut_tail(r->arena, tail, " as ");
    if (quote) {
        trim(tail);
        if (*tail)
            config_mistake(r, l->line, "%s: «%s» after the quoted column is not known; %s", l->key,
                           tail, "write \"COLUMN\" [via REMOTE] [as TYPE]");
        *quote = '\0';
        text++;
    }
    trim(text);
    if (!*text)
        config_mistake(r, l->line, "%s names no column; write %s = COLUMN", l->key, l->key);
    map.column = text;
    if (map.as && strcmp(map.as, "text") && strcmp(map.as, "list"))
        config_mistake(r, l->line, "%s: «as %s» is not known; write as text or as list", l->key,
                       map.as);
    if (field->sealed)
        config_mistake(r, l->line, "%s is personal data that only the feeder brings; leave it out",
                       l->key);
    if (field->type == FT_REF && !map.via)
        config_mistake(
            r, l->line,
            "%s names another record: say whose ids the column holds, %s = %s via REMOTE", l->key,
            l->key, text);
    if (field->type != FT_REF && map.via)
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
    if (f->entity->fields[at].type == FT_REF)
        config_mistake(r, l->line, "%s is a reference to another record; a scope needs a value",
                       l->key);
    char *text = arena_strdup(r->arena, config_with_year(r, l->line, l->value)), *save = NULL;
    /* commas separate values with spaces in them */
    const char *separators = strchr(text, ',') ? ",\n" : " \n";
    const char **values = NULL;
    size_t n = 0, cap = 0;
    for (char *w = strtok_r(text, separators, &save); w; w = strtok_r(NULL, separators, &save)) {
        trim(w);
        values = arena_grow(r->arena, values, &cap, n + 1, sizeof *values);
        if (*w)
            values[n++] = w;
    }
    if (!f->wheres)
        f->wheres = arena_alloc(r->arena, MODEL_FIELDS_MAX, sizeof *f->wheres);
    f->wheres[f->n_wheres++] =
        (struct where){.field = (size_t)at, .values = values, .n = n, .line = l->line};
}

static void judge_steps(struct reading *r, const struct late *l)
{
    struct cycle *y = l->cycle;
    char *text = arena_strdup(r->arena, l->value), *save = NULL;
    y->steps = arena_alloc(r->arena, 64, sizeof *y->steps);
    for (char *w = strtok_r(text, " ,\n", &save); w; w = strtok_r(NULL, " ,\n", &save)) {
        char *dir = strchr(w, ':');
        if (dir)
            *dir++ = '\0';
        const struct flow *f = config_flow(r->cfg, w);
        if (!f)
            config_mistake(r, l->line, "there is no [flow %s]", w);
        else if (dir && strcmp(dir, "pull"))
            config_mistake(r, l->line, "flow %s goes one way: write %s:pull", w, w);
        else if (y->n == 64)
            config_mistake(r, l->line, "a cycle has at most 64 steps");
        else
            y->steps[y->n++] = f;
    }
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
        judge_steps(r, l);
    } else if (!strncmp(l->key, "field.", 6)) {
        judge_field(r, l);
    } else if (!strncmp(l->key, "where.", 6)) {
        judge_where(r, l);
    } else if (!strncmp(l->key, "conflict.", 9)) {
        int at = field_of(r, l);
        if (at >= 0)
            l->flow->conflict_field[at] = !strcmp(l->value, "remote")  ? WIN_REMOTE
                                          : !strcmp(l->value, "store") ? WIN_STORE
                                                                       : WIN_DEFAULT;
    }
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
}

static bool maps_field(const struct flow *f, size_t field)
{
    for (size_t i = 0; i < f->n_maps; i++) {
        if (f->maps[i].field == field)
            return true;
    }
    return false;
}

/* An unknown remote was reported where it is named. */
static bool names_remote(const struct reading *r, const struct flow *f)
{
    for (size_t i = 0; i < r->n_late; i++) {
        if (r->late[i].flow == f && !strcmp(r->late[i].key, "remote"))
            return true;
    }
    return false;
}

static void judge_flow(struct reading *r, struct flow *f)
{
    if (!f->remote && !names_remote(r, f))
        config_mistake(r, f->line, "[flow %s] has no remote; write remote = NAME of a [remote]",
                       f->name);
    if (!f->table)
        config_mistake(r, f->line, "[flow %s] has no table; write the database or table it reads",
                       f->name);
    if (!f->entity) {
        config_mistake(r, f->line,
                       "[flow %s] has no entity it could use; write entity = person, "
                       "team, participation, badge or arrival",
                       f->name);
        return;
    }
    if (f->missing == MISSING_CANCEL && !f->entity->cancel_field)
        config_mistake(r, f->line,
                       "[flow %s] missing = cancel: a %s cannot be cancelled; write delete or "
                       "ignore",
                       f->name, f->entity->name);
    for (size_t i = 0; i < f->entity->n; i++) {
        if (f->entity->fields[i].required && !maps_field(f, i))
            config_mistake(r, f->line,
                           "[flow %s] maps no column to %s, which every %s needs; add "
                           "field.%s = COLUMN",
                           f->name, f->entity->fields[i].name, f->entity->name,
                           f->entity->fields[i].name);
    }
    for (size_t i = 0; i < f->n_maps; i++) {
        struct field_map *m = &f->maps[i];
        const struct field *field = &f->entity->fields[m->field];
        if (field->type != FT_REF || !m->via)
            continue;
        const struct remote_config *via = config_remote(r->cfg, m->via);
        if (via && via->kind)
            m->via_uuid = remote_ops_find(via->kind)->row_id_is_uuid;
        if (!via)
            config_mistake(r, m->line, "there is no [remote %s]", m->via);
        else if (!config_carrier(r->cfg, field->ref, m->via))
            config_mistake(
                r, m->line,
                "«via %s»: no flow reads %s from %s, so its ids would mean nothing; add a "
                "[flow] with entity = %s and remote = %s",
                m->via, field->ref, m->via, field->ref, m->via);
    }
    for (size_t i = 0; i < f->n_wheres; i++) {
        if (!maps_field(f, f->wheres[i].field))
            config_mistake(r, f->wheres[i].line,
                           "where.%s: map the field too, field.%s = COLUMN, so that it can be seen",
                           f->entity->fields[f->wheres[i].field].name,
                           f->entity->fields[f->wheres[i].field].name);
    }
}

/* Everything that decides what a row means: another hash makes the flow read its table again. */
static void hash_mapping(struct reading *r, struct flow *f)
{
    AUTO_BUF b = BUF_INIT(1 << 16);
    char hex[33];
    buf_addf(&b, "%s\n%s\n%d\n", f->entity->name, f->table, (int)f->direction);
    for (size_t i = 0; i < f->n_maps; i++)
        buf_addf(&b, "%s=%s via %s as %s\n", f->entity->fields[f->maps[i].field].name,
                 f->maps[i].column, f->maps[i].via ? f->maps[i].via : "",
                 f->maps[i].as ? f->maps[i].as : "");
    for (size_t i = 0; i < f->n_wheres; i++) {
        buf_addf(&b, "where %s", f->entity->fields[f->wheres[i].field].name);
        for (size_t j = 0; j < f->wheres[i].n; j++)
            buf_addf(&b, " %s", f->wheres[i].values[j]);
        buf_addc(&b, '\n');
    }
    hash_hex(buf_str(&b), hex);
    f->mapping = arena_strdup(r->arena, hex);
}

static bool depends_on(const struct flow *a, const struct flow *b)
{
    if (a == b || a->entity == b->entity)
        return false;
    for (size_t i = 0; i < a->n_maps; i++) {
        const struct field *field = &a->entity->fields[a->maps[i].field];
        if (field->type == FT_REF && str_eq(field->ref, b->entity->name))
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

void config_judge(struct reading *r)
{
    struct config *c = r->cfg;
    for (size_t i = 0; i < c->n_remotes; i++)
        judge_remote(r, c->remotes[i]);
    for (size_t i = 0; i < r->n_late; i++)
        judge_late(r, &r->late[i]);
    for (size_t i = 0; i < c->n_flows; i++)
        judge_flow(r, c->flows[i]);
    for (size_t i = 0; i < c->n_cycles; i++) {
        if (!c->cycles[i]->n)
            config_mistake(r, c->cycles[i]->line, "[cycle %s] has no steps", c->cycles[i]->name);
    }
    if (!c->store)
        config_mistake(r, 1, "[rosterd] has no store; write store = /var/lib/rosterd/rosterd.db");
    if (c->n_admins && !c->telegram_token)
        config_mistake(r, 1, "[telegram] has no token; BotFather gives one: token = env:NAME");
    if (r->mistakes->len)
        return;
    for (size_t i = 0; i < c->n_flows; i++)
        hash_mapping(r, c->flows[i]);
    order_flows(c);
}

#include "sync/config/config_keys.h"

#include "store/dict_rows.h"
#include "sync/remote.h"

#include <stdarg.h>
#include <string.h>

void config_mistake(struct reading *r, int line, const char *fmt, ...)
{
    va_list ap;
    buf_addf(r->mistakes, "%s:%d: ", r->path, line);
    va_start(ap, fmt);
    buf_vaddf(r->mistakes, fmt, ap);
    va_end(ap);
    buf_addc(r->mistakes, '\n');
}

void config_later(struct reading *r, int line, const char *key, const char *value)
{
    r->late = arena_grow(r->arena, r->late, &r->cap_late, r->n_late + 1, sizeof *r->late);
    r->late[r->n_late++] = (struct late){
        .line = line,
        .flow = r->flow,
        .cycle = r->cycle,
        .key = arena_strdup(r->arena, key),
        .value = arena_strdup(r->arena, value),
    };
}

size_t config_count_lines(const struct reading *r, const struct flow *f, const char *prefix)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_late; i++)
        n += r->late[i].flow == f && !strncmp(r->late[i].key, prefix, strlen(prefix));
    return n;
}

size_t config_stem(const char *field)
{
    size_t n = strlen(field);
    return n > 3 && !strcmp(field + n - 3, "_id") ? n - 3 : n;
}

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

void config_hash_scope(const struct flow *f, struct buf *out)
{
    for (size_t i = 0; i < f->n_wheres; i++) {
        buf_addf(out, "where %s", f->entity->fields[f->wheres[i].field].name);
        for (size_t j = 0; j < f->wheres[i].n; j++)
            buf_addf(out, " %s", f->wheres[i].values[j]);
        buf_addc(out, '\n');
    }
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

#include "sync/push/push_op.h"

#include "store/base/json.h"
#include "sync/pull/identity.h"
#include "sync/pull/jail.h"

#include <string.h>

static void put_away(struct run_state *s, const struct record *r, bool waiting, const char *reason,
                     const char *detail, const char *raw)
{
    const struct staged_row row = {.remote_id = r->id, .raw = raw, .edited_at = r->updated_at};
    const struct candidate c = {.part = "",
                                .verdict = waiting ? VERDICT_WAITING : VERDICT_INVALID,
                                .reason = reason,
                                .detail = detail};
    jail_bad(s, &row, &c);
}

void push_jail(struct run_state *s, const struct record *r, bool waiting, const char *reason,
               const char *detail)
{
    put_away(s, r, waiting, reason, detail, "{}");
}

void push_jail_unread(struct run_state *s, const struct record *r, const struct push_unread *unread)
{
    put_away(s, r, true, JAIL_UNREAD, unread->columns, unread->cells);
}

/* The column that the field is read from; where another flow of the table read it, the one that it
 * is written into. */
static const char *column_of(const struct flow *flow, size_t field)
{
    for (size_t i = 0; i < flow->n_maps; i++) {
        if (flow->maps[i].field == field)
            return flow->maps[i].column;
    }
    for (size_t i = 0; i < flow->n_puts; i++) {
        if (put_reads(&flow->puts[i]) >> field & 1)
            return flow->puts[i].column;
    }
    return flow->entity->fields[field].name;
}

/* How many cells the record stands in quarantine for already. */
static int64_t told_before(const struct run_state *s, const struct record *r)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0};
    const struct jailed *old = jail_peek(s, r->id, "");
    return old && !strcmp(old->reason, JAIL_UNREAD) &&
                   !json_parse(old->raw, strlen(old->raw), &tree, &ignored)
               ? cJSON_GetArraySize(tree)
               : 0;
}

struct push_unread push_unread(struct run_state *s, const struct record *r,
                               const struct agreed *agreed, uint64_t columns)
{
    AUTO_BUF names = BUF_INIT(1 << 16), cells = BUF_INIT(1 << 20);
    uint32_t fields = put_unread_fields(s->flow, agreed, columns);
    int64_t n = 0, before = told_before(s, r);
    for (size_t i = 0; i < r->e->n; i++) {
        if (!(fields >> i & 1))
            continue;
        const char *column = column_of(s->flow, i);
        buf_addf(&names, "%s%s", n ? ", " : "", column);
        buf_addc(&cells, n++ ? ',' : '{');
        json_quote(&cells, column);
        buf_addc(&cells, ':');
        if (agreed->unread_text[i])
            json_quote(&cells, agreed->unread_text[i]);
        else
            buf_add(&cells, "null");
    }
    buf_add(&cells, n ? "}" : "{}");
    s->rep->new_unread += n > before ? n - before : 0;
    return (struct push_unread){arena_strdup(s->arena, buf_str(&names)),
                                arena_strdup(s->arena, buf_str(&cells))};
}

static void add_change(struct buf *b, const char *name, const struct value *before,
                       const struct value *after)
{
    buf_add(b, b->len > 1 ? "," : "");
    json_quote(b, name);
    buf_add(b, ":[");
    value_to_json(before, b);
    buf_addc(b, ',');
    value_to_json(after, b);
    buf_addc(b, ']');
}

static struct value text_value(const char *text)
{
    return text && *text ? V_TEXT(text) : V_NULL;
}

/* What the columns get, by field where a column is one field, else by column. */
static const char *changes_of(const struct run_state *s, const struct record *r,
                              const struct rendering *now, uint64_t columns,
                              const struct agreed *agreed, const char *id_text)
{
    AUTO_BUF b = BUF_INIT(8 << 20);
    struct value base[MODEL_FIELDS_MAX];
    const struct value nothing = V_NULL;
    agreed_base(agreed, base);
    buf_addc(&b, '{');
    for (size_t i = 0; i < s->flow->n_puts; i++) {
        const struct put *p = &s->flow->puts[i];
        if (!(columns >> i & 1))
            continue;
        if (p->kind == PUT_FIELD) {
            /* of a new row nothing was there before, not even what an empty field counts as */
            bool known = agreed->mask >> p->field & 1;
            add_change(&b, r->e->fields[p->field].name, known ? &base[p->field] : &nothing,
                       &r->v[p->field]);
        } else {
            struct value before = text_value(agreed_put(agreed, p->column));
            struct value after = text_value(now->texts[i]);
            add_change(&b, p->column, &before, &after);
        }
    }
    if (id_text)
        add_change(&b, s->flow->key, &nothing, &V_TEXT(id_text));
    buf_addc(&b, '}');
    return arena_strdup(s->arena, buf_str(&b));
}

static struct rendering *keep_rendering(const struct run_state *s, const struct rendering *now)
{
    struct rendering *r = arena_alloc(s->arena, 1, sizeof *r);
    *r = *now;
    for (size_t i = 0; i < s->flow->n_puts; i++) {
        r->cells[i] = cell_keep(&now->cells[i], s->arena);
        r->texts[i] = now->texts[i] ? arena_strdup(s->arena, now->texts[i]) : NULL;
    }
    r->part = arena_strdup(s->arena, now->part);
    return r;
}

void push_send(struct run_state *s, enum op_kind kind, const struct record *r,
               const struct link *link, const struct rendering *now, uint64_t columns,
               const struct agreed *agreed)
{
    struct op op = {.kind = kind, .rec = record_keep(r, s->arena), .columns = columns};
    struct agreed after = *agreed;
    op.old = op.rec;
    op.link = (struct link){.entity = s->flow->entity->name,
                            .local_id = op.rec->id,
                            .flow = s->flow->name,
                            .remote = s->flow->remote->name,
                            .tbl = s->flow->table,
                            .part = ""};
    if (link) {
        op.link.id = link->id;
        op.link.remote_id = arena_strdup(s->arena, link->remote_id);
        op.link.remote_key = arena_strdup(s->arena, link->remote_key);
        op.link.part = arena_strdup(s->arena, link->part);
        op.link.missing_since = link->missing_since;
        op.link.wish = arena_strdup(s->arena, link->wish);
    }
    if (now) {
        bool row_is_there = link && !link->missing_since;
        if (kind == OP_SEND_INSERT || row_is_there)
            op.id_text = identity_due(s, r, kind == OP_SEND_INSERT ? NULL : link);
        if (op.id_text)
            op.link.remote_key = op.id_text;
        op.put = keep_rendering(s, now);
        op.changes = changes_of(s, r, now, columns, agreed, row_is_there ? op.id_text : NULL);
        put_agree(s->flow, r, now, columns, &after);
        if (!link || *link->part)
            op.link.part = op.put->part;
    } else {
        op.changes = "{}";
    }
    op.base = agreed_text(agreed, s->arena);
    op.link.base = agreed_text(&after, s->arena);
    op.link.base_rev = r->rev;
    op.restored = link && link->missing_since;
    plan_add(&s->plan, &op);
}

void push_seen(struct run_state *s, const struct record *r, const struct link *link)
{
    struct op op = {.kind = OP_SEEN, .rec = record_keep(r, s->arena), .link = {.id = link->id}};
    if (link->base_rev < r->rev)
        plan_add(&s->plan, &op);
}

void push_unseen(struct run_state *s, const struct record *r, const struct link *link)
{
    struct op op = {.kind = OP_SEEN, .rec = record_keep(r, s->arena), .link = {.id = link->id}};
    op.rec->rev = 0;
    if (link->base_rev)
        plan_add(&s->plan, &op);
}

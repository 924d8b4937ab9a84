#include "sync/plan.h"

#include "store/base/secret.h"
#include "store/conflicts.h"

#include <string.h>

void plan_init(struct plan *p, struct arena *arena)
{
    *p = (struct plan){.arena = arena};
}

bool op_sends(const struct op *op)
{
    return op->kind == OP_SEND_INSERT || op->kind == OP_SEND_UPDATE ||
           op->kind == OP_SEND_ARCHIVE || op_marks(op);
}

bool op_is_id(const struct op *op)
{
    return op->kind == OP_SEND_UPDATE && op->id_text && !op->columns;
}

bool op_marks(const struct op *op)
{
    return op->kind == OP_SEND_MARK || op->kind == OP_SEND_CLEAR;
}

bool op_is_silent(const struct op *op)
{
    return op->kind == OP_SEEN || op->kind == OP_MARK || op->kind == OP_UNMARK;
}

void op_count(const struct op *op, struct counts *c)
{
    switch (op->kind) {
    case OP_INSERT:
        c->inserted++;
        break;
    case OP_ADOPT:
        c->updated += record_diff(op->old, op->rec, RECORD_ALL(op->rec->e)) ||
                      op->old->deleted != op->rec->deleted;
        break;
    case OP_UPDATE:
    case OP_CANCEL:
        c->updated++;
        break;
    case OP_DELETE:
        c->deleted++;
        break;
    case OP_JAIL:
        c->invalid += op->fresh && !op->jail.waiting;
        break;
    case OP_SEND_INSERT:
        c->inserted++;
        break;
    case OP_SEND_UPDATE:
    case OP_SEND_CLEAR:
        c->ids += op_is_id(op);
        c->updated += !op_is_id(op);
        break;
    case OP_SEND_ARCHIVE:
    case OP_SEND_MARK:
        c->deleted++;
        break;
    case OP_AGREE:
    case OP_MISSING:
    case OP_FREE:
    case OP_KEEP:
    case OP_SEEN:
    case OP_EVICT:
    case OP_MARK:
    case OP_UNMARK:
        break;
    }
    bool asked = false;
    for (size_t i = 0; i < op->n_notes; i++)
        asked = asked || op->notes[i].open || !strcmp(op->notes[i].field, "deleted");
    c->conflicts += op->lost || asked;
}

void plan_add(struct plan *p, const struct op *op)
{
    p->ops = arena_grow(p->arena, p->ops, &p->cap, p->n + 1, sizeof *p->ops);
    p->ops[p->n++] = *op;
    op_count(op, &p->counts);
    p->cancelled += op->kind == OP_CANCEL;
}

static size_t slot(const char **slots, size_t n, const char *id)
{
    size_t at = (size_t)(hash_u64(id) & (n - 1));
    while (slots[at] && strcmp(slots[at], id))
        at = (at + 1) & (n - 1);
    return at;
}

bool plan_claim(struct plan *p, const char *local_id)
{
    if ((p->n_adopted + 1) * 2 > p->n_adopted_slots) {
        size_t n = p->n_adopted_slots ? p->n_adopted_slots * 2 : 64;
        const char **slots = arena_alloc(p->arena, n, sizeof *slots);
        for (size_t i = 0; i < p->n_adopted_slots; i++) {
            if (p->adopted[i])
                slots[slot(slots, n, p->adopted[i])] = p->adopted[i];
        }
        p->adopted = slots;
        p->n_adopted_slots = n;
    }
    size_t at = slot(p->adopted, p->n_adopted_slots, local_id);
    if (p->adopted[at])
        return false;
    p->adopted[at] = arena_strdup(p->arena, local_id);
    p->n_adopted++;
    return true;
}

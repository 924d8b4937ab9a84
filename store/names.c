#include "store/names.h"

#include "store/rows.h"

/* A participation names a person and a team; those name themselves. Deeper there is nothing. */
#define DEPTH_MAX 3

static const char *name_of(struct db *db, const char *entity, const char *id, struct arena *arena,
                           int depth);

static const char *name_at(struct db *db, const struct record *r, struct arena *arena, int depth)
{
    const char *text = NULL;
    int name = model_field(r->e, "name");
    if (name >= 0 && r->v[name].kind == VAL_TEXT)
        return r->v[name].s;
    for (size_t i = 0; i < r->e->n; i++) {
        if (r->e->fields[i].type != FT_REF || r->v[i].kind != VAL_TEXT)
            continue;
        const char *part = name_of(db, r->e->fields[i].ref, r->v[i].s, arena, depth + 1);
        text = text ? arena_printf(arena, "%s, %s", text, part) : part;
    }
    return text ? text : arena_strdup(arena, r->id);
}

static const char *name_of(struct db *db, const char *entity, const char *id, struct arena *arena,
                           int depth)
{
    struct record *r = NULL;
    struct err ignored = {0}; /* then its id has to do */
    const struct entity *e = model_entity(entity);
    if (!e || depth > DEPTH_MAX || rows_get(db, e, id, arena, &r, &ignored) || !r)
        return arena_strdup(arena, id);
    return name_at(db, r, arena, depth);
}

const char *record_name(struct db *db, const struct record *r, struct arena *arena)
{
    return name_at(db, r, arena, 0);
}

const char *record_name_of(struct db *db, const char *entity, const char *id, struct arena *arena)
{
    return name_of(db, entity, id, arena, 0);
}

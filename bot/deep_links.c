#include "bot/deep_links.h"

#include "bot/chat/me.h"
#include "store/base/base.h"
#include "store/base/uuid.h"

#include <stdint.h>
#include <string.h>

/* By enum deep_link. A name never changes: addresses stay in files for years. */
static const struct {
    const char *name, *command;
    bool numbered; /* else it is a record's id */
} kinds[] = {
    [LINK_RUN] = {"run", "run", true},
    [LINK_PLAN] = {"plan", "plan", true},
    [LINK_CONFLICT] = {"conflict", "conflict", true},
    [LINK_ALERT] = {"alert", "alerts", true},
    [LINK_RECORD] = {"record", "card", false},
};

const char *deep_link_command(const char *payload, struct arena *arena)
{
    size_t n = strcspn(payload, "-");
    const char *ref = payload + n + 1;
    char id[UUID_LEN + 1];
    int64_t number;
    if (!payload[n] || strlen(payload) > DEEP_LINK_MAX)
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strlen(kinds[i].name) != n || strncmp(kinds[i].name, payload, n) != 0)
            continue;
        if (kinds[i].numbered)
            return base_parse_i64(ref, 1, INT64_MAX, &number)
                       ? arena_printf(arena, "%s %lld", kinds[i].command, (long long)number)
                       : NULL;
        return uuid_read(ref, id) ? arena_printf(arena, "%s %s", kinds[i].command, id) : NULL;
    }
    return NULL;
}

int deep_link_to(struct db *db, const char *via, enum deep_link what, const char *ref,
                 struct arena *arena, const char **ret, struct err *err)
{
    const char *me;
    if (me_username(db, via, arena, &me, err))
        return -1;
    *ret = me ? arena_printf(arena, "https://t.me/%s?start=%s-%s", me, kinds[what].name, ref)
              : arena_printf(arena, "/%s %s", kinds[what].command, ref);
    return 0;
}

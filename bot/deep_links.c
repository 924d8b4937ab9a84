#include "bot/deep_links.h"

#include "bot/chat/me.h"
#include "store/base/base.h"
#include "store/base/uuid.h"
#include "store/chat/tasks.h"

#include <stdint.h>
#include <string.h>

/* What a screen is told apart by. */
enum ref_kind { REF_NUMBER, REF_RECORD, REF_TASK, REF_FLOW /* one may be named */, REF_NONE };

/* By enum deep_link. A name never changes: addresses stay in files for years. */
static const struct {
    const char *name, *command, *rest; /* rest: what follows the number */
    enum ref_kind ref;
} kinds[] = {
    [LINK_RUN] = {"run", "run", "", REF_NUMBER},
    [LINK_PLAN] = {"plan", "plan", " show", REF_NUMBER},
    [LINK_CONFLICT] = {"conflict", "conflict", "", REF_NUMBER},
    [LINK_ALERT] = {"alert", "alerts", "", REF_NUMBER},
    [LINK_RECORD] = {"record", "card", "", REF_RECORD},
    [LINK_TASK] = {"task", "task", "", REF_TASK},
    [LINK_INVALID] = {"invalid", "invalid", "", REF_FLOW},
    [LINK_CONFLICTS] = {"conflicts", "conflicts", "", REF_NONE},
    [LINK_DELETED] = {"deleted", "deleted", "", REF_NONE},
};

/* The reference as the command takes it; NULL: this is none. "": none was given. */
static const char *read_ref(enum ref_kind kind, const char *ref, struct arena *arena)
{
    char id[UUID_LEN + 1];
    int64_t number;
    size_t n = strlen(ref);
    bool none = kind == REF_FLOW || kind == REF_NONE;
    if (!n)
        return none ? "" : NULL;
    switch (kind) {
    case REF_NUMBER:
        return base_parse_i64(ref, 1, INT64_MAX, &number)
                   ? arena_printf(arena, "%lld", (long long)number)
                   : NULL;
    case REF_RECORD:
        return uuid_read(ref, id) ? arena_strdup(arena, id) : NULL;
    case REF_TASK:
        return n < TASK_REF_MAX && strspn(ref, "0123456789abcdef") == n ? ref : NULL;
    case REF_FLOW:
        return task_is_short(ref) && *ref == 'f' ? ref : NULL;
    case REF_NONE:
        break;
    }
    return NULL;
}

const char *deep_link_command(const char *payload, struct arena *arena)
{
    size_t n = strcspn(payload, "-");
    const char *ref = payload[n] ? payload + n + 1 : "";
    if (strlen(payload) > DEEP_LINK_MAX || (payload[n] && !*ref))
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strlen(kinds[i].name) != n || strncmp(kinds[i].name, payload, n) != 0)
            continue;
        const char *read = read_ref(kinds[i].ref, ref, arena);
        return read ? arena_printf(arena, "%s%s%s%s", kinds[i].command, *read ? " " : "", read,
                                   kinds[i].rest)
                    : NULL;
    }
    return NULL;
}

const char *deep_link_of(const char *line, struct arena *arena)
{
    size_t n = strcspn(line, " ");
    const char *args = line + n + strspn(line + n, " ");
    char brief[TASK_SHORT_MAX];
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strlen(kinds[i].command) != n || strncmp(kinds[i].command, line, n) != 0)
            continue;
        size_t len = strcspn(args, " "), rest = strlen(kinds[i].rest);
        const char *ref = arena_strndup(arena, args, len);
        if (args[len] && (!rest || strcmp(args + len, kinds[i].rest) != 0))
            return NULL;
        /* a flow may be called anything */
        if (kinds[i].ref == REF_FLOW && len && !task_is_short(ref))
            ref = arena_strdup(arena, task_short('f', ref, brief));
        ref = read_ref(kinds[i].ref, ref, arena);
        return ref ? arena_printf(arena, "%s%s%s", kinds[i].name, *ref ? "-" : "", ref) : NULL;
    }
    return NULL;
}

int deep_link_address(struct db *db, const char *via, const char *payload, struct arena *arena,
                      const char **ret, struct err *err)
{
    const char *me;
    if (me_username(db, via, arena, &me, err))
        return -1;
    *ret = me ? arena_printf(arena, "https://t.me/%s?start=%s", me, payload) : NULL;
    return 0;
}

int deep_link_to(struct db *db, const char *via, enum deep_link what, const char *ref,
                 struct arena *arena, const char **ret, struct err *err)
{
    const char *dash = *ref ? "-" : "", *blank = *ref ? " " : "";
    if (deep_link_address(db, via, arena_printf(arena, "%s%s%s", kinds[what].name, dash, ref),
                          arena, ret, err))
        return -1;
    if (!*ret)
        *ret = arena_printf(arena, "/%s%s%s%s", kinds[what].command, blank, ref, kinds[what].rest);
    return 0;
}

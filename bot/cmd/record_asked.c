#include "bot/cmd/record_asked.h"

#include "bot/text/deleted_text.h"

#include <string.h>

#define MATCHES_SHOWN 8
/* Of so many matches those are picked that belong to a team of theirs, or are of one entity. */
#define LIMITED_LOOKED 200

static int ask_which(struct ask *a, const char *command, enum text_id which, const char *part,
                     const struct named *list, size_t n, int64_t total, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    if (total)
        TEXT_ADD(&m, a->lang, which, T_INT("n", total));
    else
        TEXT_ADD(&m, a->lang, TEXT_HISTORY_NOBODY, T_TEXT("name", part));
    for (size_t i = 0; i < n; i++) {
        buttons_row(&b);
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_RECORD,
                    arena_printf(a->arena, "%s %s", command, list[i].id),
                    T_TEXT("name", list[i].name), T_TEXT("what", record_what(a, list[i].entity)));
    }
    return ask_reply(a, &m, &b, NULL, err);
}

/* Those that are of a team of theirs, where the role is limited. */
static int keep_theirs(struct ask *a, struct named *list, size_t *n, int64_t *total,
                       struct err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        bool may;
        if (ask_may_record(a, list[i].entity, list[i].id, &may, err))
            return -1;
        if (may)
            list[kept++] = list[i];
    }
    if (kept < *n)
        *total = (int64_t)kept;
    *n = kept;
    return 0;
}

static void keep_entity(const char *entity, struct named *list, size_t *n, int64_t *total)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        if (!strcmp(list[i].entity, entity))
            list[kept++] = list[i];
    }
    *total = (int64_t)kept;
    *n = kept;
}

int record_asked(struct ask *a, const char *command, enum text_id which, struct named **ret,
                 const char **ret_rest, struct err *err)
{
    return record_asked_of(a, NULL, command, which, ret, ret_rest, err);
}

int record_asked_of(struct ask *a, const char *entity, const char *command, enum text_id which,
                    struct named **ret, const char **ret_rest, struct err *err)
{
    struct named *list;
    size_t n;
    int64_t total;
    char id[UUID_LEN + 1];
    const char *rest = a->args, *first = ask_word(a, &rest);
    bool by_id = first && uuid_read(first, id);
    const char *part = by_id ? first : a->args;
    bool picked = entity || a->rights->whole < a->need;
    if (names_find(a->db, part, picked ? LIMITED_LOOKED : MATCHES_SHOWN, a->arena, &list, &n,
                   &total, err))
        return -1;
    if (entity && n > 1) /* the only one that fits is meant, and the caller says what it is not */
        keep_entity(entity, list, &n, &total);
    int64_t all = total;
    if (a->rights->whole < a->need && keep_theirs(a, list, &n, &total, err))
        return -1;
    *ret_rest = by_id ? rest + strspn(rest, " ") : "";
    *ret = NULL;
    if (!n && all)
        return ask_refuse_record(a, err);
    if (n > MATCHES_SHOWN)
        n = MATCHES_SHOWN;
    if (n != 1)
        return ask_which(a, command, which, part, list, n, total, err);
    *ret = &list[0];
    return 0;
}

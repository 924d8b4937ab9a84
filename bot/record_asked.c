#include "bot/record_asked.h"

#include <string.h>

#define MATCHES_SHOWN 8

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
        buttons_addf(&b, list[i].name, "%s %s", command, list[i].id);
    }
    return ask_reply(a, &m, &b, NULL, err);
}

int record_asked(struct ask *a, const char *command, enum text_id which, struct named **ret,
                 const char **ret_rest, struct err *err)
{
    struct named *list;
    size_t n;
    int64_t total;
    char id[UUID_LEN + 1];
    const char *rest = a->args, *first = ask_word(a, &rest);
    bool by_id = first && uuid_read(first, id);
    const char *part = by_id ? first : a->args;
    if (names_find(a->db, part, MATCHES_SHOWN, a->arena, &list, &n, &total, err))
        return -1;
    *ret_rest = by_id ? rest + strspn(rest, " ") : "";
    *ret = NULL;
    if (n != 1)
        return ask_which(a, command, which, part, list, n, total, err);
    *ret = &list[0];
    return 0;
}

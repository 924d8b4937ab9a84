#include "bot/chat/me.h"

#include "store/starts.h"

#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES 64 /* Telegram's have at most 32 */

static const char *key(const char *via, struct arena *arena)
{
    return arena_printf(arena, "username %s", via);
}

int me_username(struct db *db, const char *via, struct arena *arena, const char **ret,
                struct err *err)
{
    return memo_get(db, key(via, arena), arena, ret, err);
}

int me_learn(struct db *db, struct chat *chat, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 18);
    const char *via = chat->ops->name, *now, *was;
    if (!chat->ops->me)
        return 0;
    if (chat->ops->me(chat, arena, &now, err) || me_username(db, via, arena, &was, err))
        return -1;
    if (strlen(now) > NAME_MAX_BYTES || str_eq(now, was))
        return 0;
    return memo_put(db, key(via, arena), now, err);
}

bool me_other_is_meant(const char *text, const char *me)
{
    text += strspn(text, " \t\n");
    const char *at = text + strcspn(text, "@ \t\n");
    if (!me || *text != '/' || *at != '@')
        return false;
    size_t n = strcspn(at + 1, " \t\n");
    return n != strlen(me) || strncasecmp(at + 1, me, n) != 0;
}

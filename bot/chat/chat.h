/* chat.h: a chat transport, the way updates come in and messages go out: Telegram, the console, and
 * a test's array. One const vtable each.
 *
 * A struct chat belongs to the program; poll is called from the chat thread only, the sending calls
 * from the sender thread only, wake from any thread. A file of more than CHAT_BIG_BYTES may be sent
 * from another thread, beside the sending calls and one at a time. */
#ifndef BOT_CHAT_H
#define BOT_CHAT_H

#include "store/base/arena.h"
#include "store/base/err.h"
#include "store/chat/chatbox.h"

struct chat;

#define CHAT_BIG_BYTES ((size_t)256 << 10)

/* What became of a send, beside 0/-1 and err: named by what the sender does next. */
enum send_fate {
    SEND_OK,
    SEND_LATER,   /* not sent, or safe to repeat: 429 and 5xx (err.retry_s says when), no connection
                   * (retry_s 0); err.kind AUTH: the token is wrong */
    SEND_UNSURE,  /* it may have arrived: the answer was lost (retry_s 0), or the server failed by
                   * its own words (5xx, retry_s set) */
    SEND_DEAD,    /* the person blocked the bot or the chat is gone: stop trying */
    SEND_REFUSED, /* the call itself is wrong: do not repeat it */
    SEND_GONE,    /* the message to edit is not there any more */
    SEND_MIGRATED, /* the chat has another id now: *ret_id */
};

/* Words in the error of a poll by which the chat thread knows what stood in the way. */
#define CHAT_SAYS_CONFLICT      "conflict"                            /* somebody else polls */
#define CHAT_SAYS_WEBHOOK       "a webhook was set and is taken away" /* of another program */
#define CHAT_SAYS_WEBHOOK_STAYS "a webhook is set and is to stay"

/* One list of commands, as people see it behind the menu button. */
enum menu_where { MENU_EVERYWHERE, MENU_GROUPS, MENU_CHAT };
struct chat_menu {
    enum menu_where where;     /* the more particular list wins */
    int64_t chat_id;           /* MENU_CHAT */
    const char *language;      /* "ru"; "": whatever language has no list of its own */
    const char *commands_json; /* [{"command":…,"description":…}]; NULL: the list is taken away */
};

struct chat_ops {
    const char *name; /* "telegram": the `via` of the store's tables */

    /* Waits up to timeout_s for updates after offset and confirms those before it. *ret_next is the
     * offset to ask with next: the last id of this batch + 1, or offset when there was none. Kinds
     * of error: TEMP (retry_s may say when), AUTH (the token is wrong), CANCELED (woken to stop).
     */
    int (*poll)(struct chat *c, int64_t offset, unsigned timeout_s, struct arena *arena,
                struct chat_update **ret, size_t *ret_n, int64_t *ret_next, struct err *err);

    /* Fetches a file that a person sent into `path`: whole and under that name, or not at all. Any
     * thread; it may take minutes. NULL: this transport brings no files. Errors: DATA (too big, or
     * gone), TEMP (retry_s may say when), AUTH, LOCAL (the disk), CANCELED. */
    int (*download)(struct chat *c, const struct chat_file *file, const char *path,
                    struct err *err);

    /* Sends one message; *ret_id is its id (or the chat's new id with SEND_MIGRATED). err is filled
     * unless SEND_OK. */
    enum send_fate (*send)(struct chat *c, const struct out_item *item, int64_t *ret_id,
                           struct err *err);
    enum send_fate (*edit)(struct chat *c, const struct out_item *item, int64_t *ret_id,
                           struct err *err);
    /* Sends an OUT_FILE with its content. NULL: the sender tells its beginning with `send`. */
    enum send_fate (*send_file)(struct chat *c, const struct out_item *item, int64_t *ret_id,
                                struct err *err);
    /* Sends item->photo with the text under it, or puts both into a message that is there
     * (OUT_EDIT), which may have had no picture. NULL: the sender tells item->figures instead. */
    enum send_fate (*show_photo)(struct chat *c, const struct out_item *item, int64_t *ret_id,
                                 struct err *err);
    enum send_fate (*answer)(struct chat *c, const struct out_item *item, struct err *err);

    /* Publishes a list of commands. NULL: this transport shows none. Errors: TEMP (retry_s may say
     * when), AUTH, DATA (it is not taken as it is). */
    int (*set_menu)(struct chat *c, const struct chat_menu *menu, struct err *err);
    /* What the bot is called, without @, in the arena. NULL: it has no name there. Errors as above.
     */
    int (*me)(struct chat *c, struct arena *arena, const char **ret, struct err *err);

    void (*wake)(struct chat *c); /* ends a waiting poll, or the next one that would wait */
    void (*give_up)(
        struct chat *c);           /* ends the sending call or download under way and all later
                                    * ones, from any thread; NULL: they end by themselves at once */
    void (*close)(struct chat *c); /* takes NULL; after its threads have ended */

    /* Whoever writes here sits at this machine: what they say is not measured (intake.h). */
    bool trusted;

    /* Limits the sender keeps: ms between messages to one chat, messages a minute to a group, ms
     * between any two messages, text length in UTF-16 units. 0: none. */
    unsigned chat_gap_ms, group_per_minute, gap_ms, text_max;
};

struct chat {
    const struct chat_ops *ops;
};

#endif

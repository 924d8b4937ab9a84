/* telegram.h: Telegram as a chat transport, over sync/http.h.
 *
 * Three connections: one for the long poll (chat thread), one for sending (sender thread), one for
 * files that take long (uploads.h), so that neither a waiting poll nor a big file holds up an
 * answer. The token is kept here only and stands in no error: every message is made from Telegram's
 * description and the method's name. */
#ifndef BOT_TELEGRAM_H
#define BOT_TELEGRAM_H

#include "bot/chat/chat.h"

#define TELEGRAM_FILES_LOCAL "local"

struct clocks;

struct telegram_setup {
    const char *api_url; /* "https://api.telegram.org" */
    const char *token;
    const char *file_url; /* where files are fetched; NULL: api_url/file; TELEGRAM_FILES_LOCAL: a
                           * Bot API server of this machine names paths of its disk */
    struct clocks
        *clocks;       /* where the dates of its answers are noted, or NULL; outlives the chat */
    bool keep_webhook; /* one that another program set is not taken away */
};

/* Nothing is asked yet. The caller closes *ret with its ops->close. Errors: ERR_DATA when the token
 * or the URL cannot be one. */
int telegram_open(const struct telegram_setup *setup, struct chat **ret, struct err *err);

/* getMe, for `rosterd check` and links to the bot: its username, in the arena. From the sender's
 * thread, or before the threads start. Errors: AUTH, TEMP. */
int telegram_me(struct chat *c, struct arena *arena, const char **ret_username, struct err *err);

#endif

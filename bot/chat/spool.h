/* spool.h: files that people sent, on the disk beside the store while somebody works with them.
 *
 * One folder, STORE.files, for this program only: a file is fetched when it is wanted, named by the
 * update that brought it (never by what the person called it), and goes by itself after two days.
 * The folder is bounded; what does not fit is refused in words for a person. Any thread. */
#ifndef BOT_SPOOL_H
#define BOT_SPOOL_H

#include "bot/chat/chat.h"

#define SPOOL_BYTES_MAX ((int64_t)200 << 20) /* of all files together */
#define SPOOL_FILES_MAX 200
#define SPOOL_KEEP_MS   (INT64_C(48) * 3600 * 1000)

/* Fetches the file of an update (its row in chat_in names it), or finds it fetched already.
 * *ret_path lives in the arena. Errors: DATA (it is too big, gone, or the folder is full: err->msg
 * says so), TEMP, AUTH, LOCAL. */
int spool_fetch(struct chat *chat, const char *store, int64_t update, const struct chat_file *file,
                struct arena *arena, const char **ret_path, struct err *err);

/* It is not needed any more. */
void spool_drop(const char *path);

/* Takes away what is older than SPOOL_KEEP_MS, and what a crash left half written. */
void spool_prune(const char *store, int64_t now_ms);

#endif

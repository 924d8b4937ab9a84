/* edits.h: small edits that people make from a record's card: what somebody was asked, and what
 * they changed, so that an old button is known and an edit can be taken back. The change itself is
 * in the audit. Writes belong inside the caller's transaction. */
#ifndef STORE_EDITS_H
#define STORE_EDITS_H

#include "store/db.h"

enum edit_state {
    EDIT_ASKED,  /* the question stands */
    EDIT_DONE,   /* `before` became `after` */
    EDIT_UNDONE, /* … and was taken back */
    EDIT_LEFT,   /* they thought better of it, or were asked something else */
};

struct edit {
    int64_t id;
    const char *via;
    int64_t user_id, chat_id, thread_id;
    const char *slot; /* the message with the question */
    const char *entity, *local_id, *field;
    const char *before, *after; /* as the audit writes values; NULL: empty */
    bool typed;                 /* the answer is written, not pressed */
    enum edit_state state;
    int64_t asked_at, done_at;
};

#define EDITS_KEPT_MS ((int64_t)30 * 24 * 3600 * 1000)

/* Writes the question down (all but id, after, state, done_at are read); another one that waits for
 * the same person's words in the same chat is left. Edits older than EDITS_KEPT_MS are forgotten.
 */
int edits_ask(struct db *db, const struct edit *e, int64_t *ret_id, struct err *err);
/* *ret NULL when there is none. */
int edits_get(struct db *db, int64_t id, struct arena *arena, struct edit **ret, struct err *err);
/* The question that waits for this person's words in this chat, asked since then; *ret NULL: none.
 */
int edits_waiting(struct db *db, const char *via, int64_t user_id, int64_t chat_id,
                  int64_t thread_id, int64_t since, struct arena *arena, struct edit **ret,
                  struct err *err);

/* Whatever waits for this person's words in this chat waits no more. */
int edits_leave(struct db *db, const char *via, int64_t user_id, int64_t chat_id, int64_t at,
                struct err *err);

int edits_done(struct db *db, int64_t id, const char *before, const char *after, int64_t at,
               struct err *err);
int edits_set(struct db *db, int64_t id, enum edit_state state, int64_t at, struct err *err);

#endif

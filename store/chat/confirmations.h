/* confirmations.h: dangerous things that wait for a person's word, and above a size for that of a
 * second one. Kept in the store with what is to be done, so that they survive a restart. A question
 * is good for ten minutes, from when it was asked, or went on to a second person. Writes belong
 * inside the caller's transaction. */
#ifndef STORE_CONFIRMATIONS_H
#define STORE_CONFIRMATIONS_H

#include "store/db.h"

#define CONFIRM_GOOD_MS ((int64_t)10 * 60 * 1000)

enum confirm_state {
    CONFIRM_ASKED,  /* of the one who wants it */
    CONFIRM_SECOND, /* who said yes; now of another admin */
    CONFIRM_DOING, /* said; what is done takes transactions of its own, and a crash may fall between
                    */
    CONFIRM_DONE,
    CONFIRM_REFUSED,
    CONFIRM_RENEWED, /* the same message asks something else now */
};

struct confirmation {
    int64_t id;
    const char *via;
    int64_t user_id, chat_id, thread_id; /* who asked, and where the question stands */
    const char *slot;
    const char *command; /* as a button's data says it, without a slot: "undo 7" */
    const char *what;    /* JSON {"ru": …, "en": …}: the same in words */
    int64_t size;        /* how many changes */
    enum confirm_state state;
    int64_t asked_at, since;
    const char *settled_by; /* or NULL */
};

/* Writes it down as asked at c->asked_at. What the same message asked before is renewed by it.
 * Forgets those of more than 30 days ago. */
int confirmations_ask(struct db *db, const struct confirmation *c, int64_t *ret_id,
                      struct err *err);
/* *ret NULL when there is none. */
int confirmations_get(struct db *db, int64_t id, struct arena *arena, struct confirmation **ret,
                      struct err *err);
/* Moves it on; by NULL leaves settled_by as it is. */
int confirmations_set(struct db *db, int64_t id, enum confirm_state state, const char *by,
                      int64_t at, struct err *err);
/* Those that wait for a second admin who is not this one, and whose time is not over, oldest first;
 * at most 20. */
int confirmations_waiting(struct db *db, const char *via, int64_t not_of, int64_t now,
                          struct arena *arena, struct confirmation ***ret, size_t *ret_n,
                          struct err *err);
/* Its ten minutes are over. */
bool confirmation_over(const struct confirmation *c, int64_t now);

#endif

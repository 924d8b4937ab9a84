/* bindings.h: which person of the store somebody in a chat is. The binding is to their numeric id:
 * another username changes nothing. A person is bound to one id at most, and while their record is
 * deleted the binding counts for nothing. Writes belong inside the caller's transaction. */
#ifndef STORE_BINDINGS_H
#define STORE_BINDINGS_H

#include "store/db.h"

/* How it is known. Anybody may come to a username that was given up: it makes a participant of
 * them and never more. */
enum binding_how { BOUND_USERNAME, BOUND_PHONE, BOUND_HAND };
const char *binding_how_name(enum binding_how how);

struct binding {
    const char *via;
    int64_t user_id;
    const char *person_id, *name; /* the person's name as it is now */
    const char *first_name;       /* or NULL */
    enum binding_how how;
    bool live; /* their record is there, and not in the black list */
};

/* *ret NULL when there is none. */
int bindings_get(struct db *db, const char *via, int64_t user_id, struct arena *arena,
                 struct binding **ret, struct err *err);
int bindings_of_person(struct db *db, const char *via, const char *person_id, struct arena *arena,
                       struct binding **ret, struct err *err);

/* What came of looking for a person. */
enum binding_found { FOUND_NOBODY, FOUND_ONE, FOUND_SEVERAL };
/* The live person with that username, in any case and with or without @, or that phone number, as
 * the store writes numbers (+79…). *ret_id is set for FOUND_ONE, in the arena. */
int bindings_by_username(struct db *db, const char *username, struct arena *arena,
                         enum binding_found *ret, const char **ret_id, struct err *err);
int bindings_by_phone(struct db *db, const char *phone, struct arena *arena,
                      enum binding_found *ret, const char **ret_id, struct err *err);

/* Binds, in place of what was bound to this id before. *ret_taken: the person is bound to another
 * id; nothing is changed then. */
int bindings_set(struct db *db, const struct binding *b, const char *by, int64_t at,
                 bool *ret_taken, struct err *err);
/* *ret_was: there was one. */
int bindings_clear(struct db *db, const char *via, int64_t user_id, const char *by, int64_t at,
                   bool *ret_was, struct err *err);

/* Teams that the person leads that year: live participations in a lead's role (dict_role.lead)
 * whose status stands in the lists of teams. */
int bindings_leads(struct db *db, const char *person_id, int year, struct arena *arena,
                   const char ***ret, size_t *ret_n, struct err *err);

/* What a person does that year, in the words of the dictionaries: at most max. */
struct part_taken {
    const char *team, *role, *status;
};
int bindings_parts(struct db *db, const char *person_id, int year, size_t max, struct arena *arena,
                   struct part_taken **ret, size_t *ret_n, struct err *err);

#endif

/* edit.h: one field of one record changed by a person: may it be, which tables will get it, and
 * which only read it. Nothing is asked of a remote: what follows is done by the next pushes. Within
 * the caller's transaction; thread of the caller. */
#ifndef SYNC_EDIT_H
#define SYNC_EDIT_H

#include "store/dict.h"
#include "store/pauses.h"
#include "store/record.h"
#include "sync/config/config.h"

#define EDIT_PLACES_MAX 16

enum editable {
    EDITABLE,
    EDITABLE_UNKNOWN,   /* no such record or field */
    EDITABLE_DELETED,   /* the record is to be restored first */
    EDITABLE_CONFLICT,  /* the field waits for a person's word: `conflict` */
    EDITABLE_READ_ONLY, /* whoever has the field only reads it: the next change there would win */
};

struct edit_look {
    enum editable can;
    const struct record *rec; /* NULL: UNKNOWN */
    int field;                /* in the record's entity */
    int64_t conflict;
    const struct pause *pause; /* it may be edited, and goes out once it is resumed; or NULL */
    const struct flow *gets[EDIT_PLACES_MAX];  /* whose pushes will carry it */
    const struct flow *reads[EDIT_PLACES_MAX]; /* that read it and do not write it */
    size_t n_gets, n_reads;
};

/* Reads only; *ret lives in the arena. */
int edit_look(struct db *db, const struct config *cfg, const char *entity, const char *id,
              const char *field, struct arena *arena, struct edit_look *ret, struct err *err);

enum edit_value {
    EDIT_VALUE_OK,
    EDIT_VALUE_SAME,  /* it says so already */
    EDIT_VALUE_WRONG, /* it is no such value */
    EDIT_VALUE_EMPTY, /* the field must not be empty */
    EDIT_VALUE_LONG,
    EDIT_VALUE_TWICE, /* another record says the same of the same person, team and year */
};
#define EDIT_TEXT_MAX 1000 /* characters */

/* What a person typed or pressed (a code, a name of the dictionary, a record's id; "": nothing) as
 * a value of the field. */
int edit_read(struct db *db, const struct edit_look *look, const char *text,
              const struct dicts *dicts, struct arena *arena, struct value *ret,
              enum edit_value *ret_how, struct err *err);

/* A value as the audit writes it, read back. */
struct value edit_from_text(const struct edit_look *look, const char *text);

/* Writes it, as `by` ("telegram:1001"), for a field that was found EDITABLE in this transaction. */
int edit_write(struct db *db, const struct edit_look *look, const struct value *v, const char *by,
               int64_t at, struct arena *arena, struct err *err);

#endif

/* model.h: the entities and their fields, described once. Const data; any thread.
 *
 * Reads, writes, audit, mapping and validation are generated from these tables: a new entity is a
 * row in model.c and a migration. The festival's words live there and nowhere else. */
#ifndef STORE_MODEL_H
#define STORE_MODEL_H

#include "store/base/base.h"

enum field_type {
    FT_TEXT,  /* kept as it is, trimmed at the ends */
    FT_NAME,  /* trimmed, inner white space folded */
    FT_NAMES, /* JSON array of names, from a list or a comma-separated text */
    FT_INT,
    FT_BOOL, /* 0 or 1, never empty */
    FT_YEAR, /* 1900..2999, digits in a text accepted */
    FT_DATE, /* ISO date */
    FT_PHONE,
    FT_TELEGRAM,
    FT_DICT, /* code of a dictionary */
    FT_REF,  /* id of another entity's record */
    FT_REFS, /* a set of them (store/refs.h), kept in a side table */
};

struct field {
    const char *name;
    enum field_type type;
    const char *dict;       /* FT_DICT: "role" */
    const char *ref;        /* FT_REF, FT_REFS: "person" */
    const char *side;       /* FT_REFS: "badge_team", with the columns badge_id and team_id */
    bool required;          /* without it a record is invalid */
    bool sealed;            /* personal data kept under lock wherever it is written */
    const char *fallback;   /* value of an empty one (text form); NULL: stays empty */
    const char *yes, *no;   /* FT_DICT read from a checkbox */
    const char *bad;        /* required: the reason when it is empty or wrong; else NULL */
    const char *bad_value;  /* a non-empty unknown value is invalid too, for this reason, though an
                               empty one is fine */
    const char *bad_target; /* FT_REF: the target is itself invalid */
    /* FT_REF: when the target's own reason is bad_target_when, this is said instead */
    const char *bad_target_when, *bad_target_then;
    bool cascade; /* FT_REF: the record belongs to its target: deleted and restored with it */
    /* FT_REF: the target is deleted, or was deleted with what it belongs to itself; NULL: a deleted
     * one is as good as any */
    const char *bad_deleted, *bad_deleted_too;
};

struct entity {
    const char *name; /* also its table */
    const struct field *fields;
    size_t n;
    /* Fields that together tell records apart when there is no link yet; NULL-terminated or empty.
     */
    const char *natural[5];
    /* A row that is gone may cancel its record instead of deleting it: the field, and the code it
     * gets. */
    const char *cancel_field, *cancel_code;
    bool id_from_remote; /* born where row ids are UUIDs (Notion): that UUID is the record's id */
};

#define MODEL_FIELDS_MAX 32 /* field sets are 32-bit masks */

extern const struct entity model_entities[];
extern const size_t model_n_entities;

const struct entity *model_entity(const char *name); /* NULL when there is none */
/* Index of a field; -1 when the entity has none of that name. */
int model_field(const struct entity *e, const char *name);
bool model_is_natural(const struct entity *e, const char *field);
/* Does the field name records of another entity: one, or a set of them? */
bool model_refers(const struct field *f);
/* Does it stand among the sentences that tell what is wrong with such a field? */
bool model_says(const struct field *f, const char *sentence);
/* Is this one of the sentences that a field says of a record that breaks its rule? */
bool model_is_reason(const char *sentence);
/* … of a record whose target was deleted, which takes along what belongs to it. */
bool model_goes_along(const struct field *f, const char *sentence);

#endif

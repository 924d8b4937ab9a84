#include "store/model.h"

#include <string.h>

#define TEXT_F(n)                                                                                  \
    {                                                                                              \
        .name = n, .type = FT_TEXT                                                                 \
    }
#define NAME_F(n)                                                                                  \
    {                                                                                              \
        .name = n, .type = FT_NAME                                                                 \
    }
#define INT_F(n)                                                                                   \
    {                                                                                              \
        .name = n, .type = FT_INT                                                                  \
    }
#define YEAR_F(n)                                                                                  \
    {                                                                                              \
        .name = n, .type = FT_YEAR                                                                 \
    }
#define BOOL_F(n)                                                                                  \
    {                                                                                              \
        .name = n, .type = FT_BOOL, .fallback = "0"                                                \
    }
#define PHONE_F(n)                                                                                 \
    {                                                                                              \
        .name = n, .type = FT_PHONE                                                                \
    }
#define GENDER_F                                                                                   \
    {                                                                                              \
        .name = "gender", .type = FT_DICT, .dict = "gender"                                        \
    }
/* A transport nobody knows becomes UNDEFINED, with a warning: an optional field never spoils a
 * record. */
#define TRANSPORT_F(n)                                                                             \
    {                                                                                              \
        .name = n, .type = FT_DICT, .dict = "transport", .fallback = "UNDEFINED"                   \
    }

static const struct field team_fields[] = {
    {.name = "name", .type = FT_NAME, .required = true, .bad = "Empty team_name"},
    {.name = "type", .type = FT_DICT, .dict = "team_type", .required = true, .bad = "Empty type"},
    YEAR_F("first_year"),
    YEAR_F("last_year"),
};

static const struct field person_fields[] = {
    {.name = "name", .type = FT_NAME, .required = true, .bad = "Empty name"},
    NAME_F("last_name"),
    NAME_F("first_name"),
    NAME_F("nickname"),
    {.name = "other_names", .type = FT_NAMES},
    GENDER_F,
    {.name = "birth_date", .type = FT_DATE},
    NAME_F("city"),
    {.name = "telegram", .type = FT_TELEGRAM},
    PHONE_F("phone"),
    TEXT_F("email"),
    {.name = "diet", .type = FT_DICT, .dict = "diet", .yes = "VEGAN", .no = "STANDARD"},
    TEXT_F("comment"),
    BOOL_F("banned"),
};

#define PERSON_REF                                                                                 \
    .type = FT_REF, .ref = "person", .bad_target = "Person is Invalid and marked for delete"

static const struct field participation_fields[] = {
    {.name = "year", .type = FT_YEAR, .required = true, .bad = "Invalid or empty year"},
    {.name = "person_id", PERSON_REF, .required = true, .bad = "Invalid person ID"},
    {.name = "team_id",
     .type = FT_REF,
     .ref = "team",
     .required = true,
     .bad = "Invalid team ID",
     .bad_target = "Team is Invalid and marked for delete",
     .bad_target_when = "Empty type",
     .bad_target_then = "Team has invalid type and is not in database"},
    {.name = "role",
     .type = FT_DICT,
     .dict = "role",
     .required = true,
     .bad = "Invalid role mapping"},
    TEXT_F("position"),
    {.name = "status",
     .type = FT_DICT,
     .dict = "status",
     .fallback = "PLANNED",
     .bad_value = "Invalid status mapping"},
};

static const struct field badge_fields[] = {
    YEAR_F("year"),
    {.name = "name", .type = FT_NAME, .required = true, .bad = "Empty name"},
    NAME_F("last_name"),
    NAME_F("first_name"),
    NAME_F("nickname"),
    GENDER_F,
    PHONE_F("phone"),
    BOOL_F("child"),
    {.name = "diet",
     .type = FT_DICT,
     .dict = "diet",
     .required = true,
     .bad = "Empty diet",
     .yes = "VEGAN",
     .no = "STANDARD"},
    {.name = "feed",
     .type = FT_DICT,
     .dict = "feed",
     .required = true,
     .bad = "Empty or invalid feed type"},
    TEXT_F("number"),
    INT_F("batch"),
    {.name = "role", .type = FT_DICT, .dict = "role", .required = true, .bad = "Invalid role"},
    TEXT_F("occupation"),
    TEXT_F("photo"),
    {.name = "person_id", PERSON_REF, .cascade = true, .bad_deleted = "Person is deleted"},
    {.name = "parent_id", .type = FT_REF, .ref = "badge"},
    {.name = "teams",
     .type = FT_REFS,
     .ref = "team",
     .side = "badge_team",
     .bad_value = "Broken directions_ref (AltText or invalid reference)"},
    BOOL_F("ticket"),
    TEXT_F("comment"),
};

static const struct field arrival_fields[] = {
    YEAR_F("year"),
    {.name = "badge_id",
     .type = FT_REF,
     .ref = "badge",
     .required = true,
     .bad = "Empty or invalid Badge",
     .bad_target = "Badge marked for delete",
     .cascade = true,
     .bad_deleted = "Badge is deleted",
     .bad_deleted_too = "Person linked to badge is deleted"},
    {.name = "status",
     .type = FT_DICT,
     .dict = "status",
     .required = true,
     .bad = "Invalid status"},
    {.name = "arrival_date", .type = FT_DATE, .required = true, .bad = "Invalid arrival date"},
    TRANSPORT_F("arrival_transport"),
    TEXT_F("arrival_registered"),
    {.name = "departure_date", .type = FT_DATE, .required = true, .bad = "Invalid departure date"},
    TRANSPORT_F("departure_transport"),
    TEXT_F("departure_registered"),
    {.name = "extra_data", .type = FT_TEXT, .sealed = true},
    TEXT_F("comment"),
};

static const struct field anonymous_badge_fields[] = {
    {.name = "title", .type = FT_NAME, .required = true, .bad = "Empty name"},
    NAME_F("subtitle"),
    INT_F("batch"),
    TEXT_F("color"),
    INT_F("quantity"),
    BOOL_F("to_print"),
};

#define FIELDS(list) .fields = list, .n = ARRAY_LEN(list)

const struct entity model_entities[] = {
    {.name = "team", FIELDS(team_fields), .id_from_remote = true},
    {.name = "person", FIELDS(person_fields), .id_from_remote = true},
    {.name = "participation",
     FIELDS(participation_fields),
     .natural = {"person_id", "year", "team_id", "role"},
     .cancel_field = "status",
     .cancel_code = "CANCELLED"},
    {.name = "badge", FIELDS(badge_fields)},
    {.name = "arrival", FIELDS(arrival_fields)},
    {.name = "anonymous_badge", FIELDS(anonymous_badge_fields)},
};
const size_t model_n_entities = ARRAY_LEN(model_entities);

const struct entity *model_entity(const char *name)
{
    for (size_t i = 0; i < model_n_entities; i++) {
        if (!strcmp(model_entities[i].name, name))
            return &model_entities[i];
    }
    return NULL;
}

int model_field(const struct entity *e, const char *name)
{
    for (size_t i = 0; i < e->n; i++) {
        if (!strcmp(e->fields[i].name, name))
            return (int)i;
    }
    return -1;
}

bool model_is_natural(const struct entity *e, const char *field)
{
    for (size_t i = 0; i < ARRAY_LEN(e->natural) && e->natural[i]; i++) {
        if (!strcmp(e->natural[i], field))
            return true;
    }
    return false;
}

bool model_refers(const struct field *f)
{
    return f->type == FT_REF || f->type == FT_REFS;
}

bool model_goes_along(const struct field *f, const char *sentence)
{
    return str_eq(f->bad_deleted, sentence) || str_eq(f->bad_deleted_too, sentence);
}

bool model_says(const struct field *f, const char *sentence)
{
    const char *const all[] = {f->bad,         f->bad_value,      f->bad_target, f->bad_target_then,
                               f->bad_deleted, f->bad_deleted_too};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (all[i] && !strcmp(all[i], sentence))
            return true;
    }
    return false;
}

bool model_is_reason(const char *sentence)
{
    for (size_t e = 0; e < model_n_entities; e++) {
        for (size_t i = 0; i < model_entities[e].n; i++) {
            if (model_says(&model_entities[e].fields[i], sentence))
                return true;
        }
    }
    return false;
}

#include "bot/text/field_text.h"

#include "store/base/json.h"
#include "store/base/utf8.h"
#include "store/names.h"
#include "store/refs.h"

#include <string.h>

#define SHORT_UNITS 32

static const struct {
    const char *field;
    enum text_id title;
} titles[] = {
    {"name", TEXT_FIELD_NAME},
    {"title", TEXT_FIELD_TITLE},
    {"subtitle", TEXT_FIELD_SUBTITLE},
    {"type", TEXT_FIELD_TYPE},
    {"first_year", TEXT_FIELD_FIRST_YEAR},
    {"last_year", TEXT_FIELD_LAST_YEAR},
    {"last_name", TEXT_FIELD_LAST_NAME},
    {"first_name", TEXT_FIELD_FIRST_NAME},
    {"nickname", TEXT_FIELD_NICKNAME},
    {"other_names", TEXT_FIELD_OTHER_NAMES},
    {"gender", TEXT_FIELD_GENDER},
    {"birth_date", TEXT_FIELD_BIRTH_DATE},
    {"city", TEXT_FIELD_CITY},
    {"telegram", TEXT_FIELD_TELEGRAM},
    {"phone", TEXT_FIELD_PHONE},
    {"email", TEXT_FIELD_EMAIL},
    {"diet", TEXT_FIELD_DIET},
    {"feed", TEXT_FIELD_FEED},
    {"comment", TEXT_FIELD_COMMENT},
    {"banned", TEXT_FIELD_BANNED},
    {"year", TEXT_FIELD_YEAR},
    {"person_id", TEXT_FIELD_PERSON},
    {"team_id", TEXT_FIELD_TEAM},
    {"teams", TEXT_FIELD_TEAMS},
    {"badge_id", TEXT_FIELD_BADGE},
    {"parent_id", TEXT_FIELD_PARENT},
    {"role", TEXT_FIELD_ROLE},
    {"position", TEXT_FIELD_POSITION},
    {"status", TEXT_FIELD_STATUS},
    {"child", TEXT_FIELD_CHILD},
    {"number", TEXT_FIELD_NUMBER},
    {"batch", TEXT_FIELD_BATCH},
    {"occupation", TEXT_FIELD_OCCUPATION},
    {"photo", TEXT_FIELD_PHOTO},
    {"ticket", TEXT_FIELD_TICKET},
    {"arrival_date", TEXT_FIELD_ARRIVAL_DATE},
    {"arrival_transport", TEXT_FIELD_ARRIVAL_TRANSPORT},
    {"arrival_registered", TEXT_FIELD_ARRIVAL_REGISTERED},
    {"departure_date", TEXT_FIELD_DEPARTURE_DATE},
    {"departure_transport", TEXT_FIELD_DEPARTURE_TRANSPORT},
    {"departure_registered", TEXT_FIELD_DEPARTURE_REGISTERED},
    {"extra_data", TEXT_FIELD_EXTRA_DATA},
    {"color", TEXT_FIELD_COLOR},
    {"quantity", TEXT_FIELD_QUANTITY},
    {"to_print", TEXT_FIELD_TO_PRINT},
    {"deleted", TEXT_FIELD_DELETED},
    {"id", TEXT_FIELD_ID},   /* of a conflict: which of two records it is */
    {"row", TEXT_FIELD_ROW}, /* what an undo wishes of a record's row */
};

static const struct {
    const char *word;
    enum text_id text;
} row_words[] = {
    {"gone", TEXT_VALUE_ROW_GONE},
    {"back", TEXT_VALUE_ROW_BACK},
    {"no longer gone", TEXT_VALUE_ROW_NOT_GONE},
    {"no longer back", TEXT_VALUE_ROW_NOT_BACK},
};

const char *field_title(const char *field, enum lang lang)
{
    for (size_t i = 0; i < ARRAY_LEN(titles); i++) {
        if (!strcmp(titles[i].field, field))
            return text_template(lang, titles[i].title);
    }
    return field;
}

/* ["Маша","Мари"] → «Маша, Мари»; what is no such list stays as it is. */
static const char *join_names(const struct words *w, const char *text)
{
    AUTO_JSON *tree = NULL;
    AUTO_BUF b = BUF_INIT(1 << 16);
    struct err ignored = {0};
    if (json_parse(text, strlen(text), &tree, &ignored) || !cJSON_IsArray(tree))
        return text;
    for (const cJSON *item = tree->child; item; item = item->next) {
        if (!cJSON_IsString(item))
            return text;
        buf_add(&b, b.len ? ", " : "");
        buf_add(&b, item->valuestring);
    }
    return arena_strdup(w->arena, buf_str(&b));
}

/* A set of references → «Кухня, Ворота»; what is none stays as it is. */
static const char *join_records(const struct words *w, const char *entity, const char *text)
{
    AUTO_BUF b = BUF_INIT(1 << 16);
    const struct value v = V_TEXT(text);
    struct err ignored = {0};
    const char **ids;
    size_t n;
    if (refs_ids(&v, w->arena, &ids, &n, &ignored) || !n)
        return text;
    for (size_t i = 0; i < n && !b.over; i++) {
        buf_add(&b, i ? ", " : "");
        buf_add(&b, record_name_of(w->db, entity, ids[i], w->arena));
    }
    return arena_strdup(w->arena, buf_str(&b));
}

static const char *row_word(const struct words *w, const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(row_words); i++) {
        if (!strcmp(row_words[i].word, text))
            return text_template(w->lang, row_words[i].text);
    }
    return text;
}

const char *field_words(const struct words *w, const char *entity, const char *field,
                        const char *text)
{
    const struct entity *e = model_entity(entity);
    int at = e ? model_field(e, field) : -1;
    bool yes = str_eq(text, "1");
    if (!strcmp(field, "deleted"))
        return text_template(w->lang, yes ? TEXT_VALUE_DELETED : TEXT_VALUE_THERE);
    if (!text || !*text)
        return text_template(w->lang, TEXT_VALUE_EMPTY);
    if (at < 0 && e && !strcmp(field, "id"))
        return record_name_of(w->db, entity, text, w->arena);
    if (at < 0)
        return strcmp(field, "row") != 0 ? text : row_word(w, text);
    const struct field *f = &e->fields[at];
    switch (f->type) {
    case FT_DICT:
        return dict_name(w->dicts, f->dict, text);
    case FT_REF:
        return record_name_of(w->db, f->ref, text, w->arena);
    case FT_REFS:
        return join_records(w, f->ref, text);
    case FT_BOOL:
        return text_template(w->lang, yes ? TEXT_VALUE_YES : TEXT_VALUE_NO);
    case FT_NAMES:
        return join_names(w, text);
    default:
        return text;
    }
}

const char *field_value(struct ask *a, const struct dicts *dicts, const char *entity,
                        const char *field, const char *text)
{
    const struct words w = {a->db, a->arena, a->lang, dicts};
    return field_words(&w, entity, field, text);
}

const char *field_value_short(struct ask *a, const struct dicts *dicts, const char *entity,
                              const char *field, const char *text)
{
    const char *s = field_value(a, dicts, entity, field, text);
    size_t n = utf8_cut_utf16(s, SHORT_UNITS);
    return s[n] ? arena_printf(a->arena, "%.*s…", (int)n, s) : s;
}

/* Somebody in Telegram who never wrote: an admin by configuration, or one who was given a role by
 * their id. */
static const char *nameless(struct ask *a, const char *number)
{
    AUTO_BUF b = BUF_INIT(256);
    int64_t id;
    if (!base_parse_i64(number, 1, INT64_MAX, &id))
        return number;
    enum text_id text =
        rights_in_config(a->bot, "telegram", id) ? TEXT_ADMIN_BY_ID : TEXT_TELEGRAM_ID;
    return arena_strdup(a->arena, TEXT_PLAIN(&b, a->lang, text, T_ID("id", id)));
}

const char *source_title(struct ask *a, const char *source)
{
    const struct remote_config *remote = config_remote(a->bot->cfg, source);
    struct chat_user *u = NULL;
    struct err ignored = {0}; /* then the id has to do */
    const char *colon = strchr(source, ':');
    int64_t id;
    if (remote)
        return bot_remote_title(remote, a->lang);
    if (colon && base_parse_i64(colon + 1, 1, INT64_MAX, &id) &&
        people_get(a->db, arena_strndup(a->arena, source, (size_t)(colon - source)), id, a->arena,
                   &u, &ignored))
        u = NULL;
    if (colon && !strncmp(source, "telegram:", 9) && !(u && u->name && *u->name))
        return nameless(a, colon + 1);
    return bot_actor(source, u ? u->name : NULL, a->lang);
}

const char *field_of(struct ask *a, const struct dicts *dicts, const struct record *r,
                     const char *field)
{
    char num[24];
    const char *text = value_or_null(&r->v[model_field(r->e, field)], num);
    return text ? arena_strdup(a->arena, field_value(a, dicts, r->e->name, field, text)) : "";
}

#include "sync/remote/grist_value.h"

#include "store/base/clock.h"
#include "store/base/utf8.h"

#include <math.h>
#include <string.h>

#define DAY_S     86400.0
#define FIRST_S   (-62135596800.0) /* 0001-01-01 */
#define LAST_S    253402300800.0   /* 10000-01-01 */
#define ID_TOP    9007199254740992.0
#define BLOB_MAX  256 /* bytes of a value in Python's own form that are looked at */
#define WORDS_MAX 120

enum grist_type grist_type_of(const char *type)
{
    static const struct {
        const char *word;
        enum grist_type type;
    } types[] = {
        {"Any", GRIST_ANY},          {"Text", GRIST_TEXT},
        {"Choice", GRIST_TEXT},      {"Int", GRIST_INT},
        {"Numeric", GRIST_NUMERIC},  {"Bool", GRIST_BOOL},
        {"Date", GRIST_DATE},        {"DateTime", GRIST_DATE_TIME},
        {"Ref", GRIST_REF},          {"ChoiceList", GRIST_CHOICE_LIST},
        {"RefList", GRIST_REF_LIST}, {"Attachments", GRIST_REF_LIST},
    };
    size_t n = strcspn(type, ":");
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (strlen(types[i].word) == n && !strncmp(types[i].word, type, n))
            return types[i].type;
    }
    return GRIST_OTHER;
}

static void set_error(struct cell *ret, const char *words)
{
    *ret = (struct cell){.kind = CELL_ERROR, .text = words};
}

/* --- numbers and what they stand for ---------------------------------------- */

static const char *number_text(const struct grist_value_reader *r, double number)
{
    AUTO_BUF b = BUF_INIT(64);
    json_number(&b, number);
    return arena_strdup(r->arena, buf_str(&b));
}

static void set_number_error(const struct grist_value_reader *r, double number, struct cell *ret)
{
    set_error(ret, number_text(r, number));
}

/* Seconds since 1970. A day is its midnight in UTC; what is no midnight stays a time, for the
 * mapping to judge. */
static void set_time(const struct grist_value_reader *r, bool day, double s, struct cell *ret)
{
    char iso[25];
    if (!(s >= FIRST_S && s < LAST_S)) {
        set_error(ret, "a date out of range");
        return;
    }
    clock_iso(iso, (int64_t)floor(s * 1000));
    if (day && fabs(fmod(s, DAY_S)) <= 0)
        iso[10] = '\0';
    *ret = (struct cell){.kind = CELL_TEXT, .text = arena_strdup(r->arena, iso)};
}

static void set_ref(const struct grist_value_reader *r, double id, struct cell *ret)
{
    if (fabs(id) <= 0)
        *ret = (struct cell){.kind = CELL_NULL};
    else if (id > 0 && id < ID_TOP && floor(id) >= id)
        *ret = (struct cell){.kind = CELL_REF, .text = number_text(r, id)};
    else
        set_number_error(r, id, ret);
}

static void set_flag(const struct grist_value_reader *r, double number, struct cell *ret)
{
    if (fabs(number) <= 0 || fabs(number - 1) <= 0)
        *ret = (struct cell){.kind = CELL_BOOL, .flag = number > 0};
    else
        set_number_error(r, number, ret);
}

static void set_number(const struct grist_value_reader *r, enum grist_type type, double number,
                       struct cell *ret)
{
    if (!isfinite(number))
        set_error(ret, "a number out of range");
    else if (type == GRIST_BOOL)
        set_flag(r, number, ret);
    else if (type == GRIST_DATE || type == GRIST_DATE_TIME)
        set_time(r, type == GRIST_DATE, number, ret);
    else if (type == GRIST_REF)
        set_ref(r, number, ret);
    else if (type == GRIST_CHOICE_LIST || type == GRIST_REF_LIST)
        set_number_error(r, number, ret);
    else
        *ret = (struct cell){.kind = CELL_NUMBER, .number = number};
}

/* --- lists ------------------------------------------------------------------ */

/* The items from `first` on. Something among them that is no such item spoils the list: half of
 * it would look like an edit. */
static int read_items(struct grist_value_reader *r, enum grist_type type, const cJSON *first,
                      struct cell *ret, struct err *err)
{
    size_t n = 0, kept = 0;
    for (const cJSON *item = first; item; item = item->next)
        n++;
    if (n > GRIST_ITEMS_MAX - r->items)
        return err_set(err, ERR_DATA, "more than %d list items in one answer", GRIST_ITEMS_MAX);
    r->items += n;
    struct cell *items = arena_alloc(r->arena, n + 1, sizeof *items);
    enum grist_type of = type == GRIST_REF_LIST ? GRIST_REF : GRIST_ANY;
    for (const cJSON *item = first; item; item = item->next) {
        if (cJSON_IsArray(item) || cJSON_IsObject(item)) {
            set_error(ret, "a list with something else in it");
            return 0;
        }
        if (grist_read_value(r, of, item, &items[kept], err))
            return -1;
        if (items[kept].kind == CELL_ERROR) {
            *ret = items[kept];
            return 0;
        }
        kept += items[kept].kind != CELL_NULL;
    }
    /* a list where a number is wanted is none, however short: where one option of several is taken
     * for itself, a year of several must not be */
    if (kept == 1 && type == GRIST_ANY && items->kind == CELL_NUMBER) {
        set_error(ret, arena_printf(r->arena, "[%s]", number_text(r, items->number)));
        return 0;
    }
    *ret = (struct cell){.kind = kept ? CELL_LIST : CELL_NULL,
                         .items = kept ? items : NULL,
                         .n = kept};
    return 0;
}

/* In SQLite a list is the text of a JSON array. What is no array is text that somebody typed. */
static int read_list_text(struct grist_value_reader *r, enum grist_type type, const char *text,
                          struct cell *ret, struct err *err)
{
    AUTO_JSON *tree = NULL;
    struct err ignored;
    if (*text != '[' || json_parse(text, strlen(text), &tree, &ignored) || !cJSON_IsArray(tree)) {
        set_error(ret, arena_strdup(r->arena, text));
        return 0;
    }
    return read_items(r, type, tree->child, ret, err);
}

/* --- values that carry a code: ["L",1,2] ------------------------------------- */

static double number_of(const cJSON *node)
{
    return node && cJSON_IsNumber(node) ? node->valuedouble : NAN;
}

static const char *text_of(const struct grist_value_reader *r, const cJSON *node,
                           const char *fallback)
{
    return node && cJSON_IsString(node) ? arena_strdup(r->arena, node->valuestring) : fallback;
}

static int read_coded(struct grist_value_reader *r, enum grist_type type, const cJSON *array,
                      struct cell *ret, struct err *err)
{
    const cJSON *head = array->child, *first = head ? head->next : NULL;
    const cJSON *second = first ? first->next : NULL;
    const char *word = head && cJSON_IsString(head) ? head->valuestring : "";
    char code = *word && !word[1] ? *word : '?';
    bool any = type == GRIST_ANY || type == GRIST_OTHER;
    if (code == 'L' && (any || type == GRIST_CHOICE_LIST || type == GRIST_REF_LIST))
        return read_items(r, type, first, ret, err);
    if (code == 'r' && (any || type == GRIST_REF_LIST) && second && cJSON_IsArray(second))
        return read_items(r, GRIST_REF_LIST, second->child, ret, err);
    if (code == 'R' && (any || type == GRIST_REF) && cJSON_IsNumber(second))
        set_number(r, GRIST_REF, number_of(second), ret);
    else if (code == 'd' && (any || type == GRIST_DATE) && cJSON_IsNumber(first))
        set_number(r, GRIST_DATE, number_of(first), ret);
    else if (code == 'D' && (any || type == GRIST_DATE_TIME) && cJSON_IsNumber(first))
        set_number(r, GRIST_DATE_TIME, number_of(first), ret);
    else if (code == 'E')
        set_error(ret, text_of(r, first, "a formula that failed"));
    else if (code == 'U')
        set_error(ret, text_of(r, first, "a value that Grist cannot show"));
    else if (code == 'P')
        set_error(ret, "not calculated yet");
    else if (code == 'C')
        set_error(ret, "hidden by access rules");
    else
        set_error(ret, "a value of another kind than its column");
    return 0;
}

/* --- what SQLite keeps in Python's own form ----------------------------------- */

/* A piece of text in Python's marshal: 'u', its length, its bytes. Returns what follows it. */
static const unsigned char *marshal_text(const unsigned char *at, const unsigned char *end,
                                         const unsigned char **ret, size_t *ret_n)
{
    if (end - at < 5 || *at != 'u')
        return NULL;
    size_t n = at[1] | (size_t)at[2] << 8 | (size_t)at[3] << 16 | (size_t)at[4] << 24;
    if (n > (size_t)(end - at) - 5)
        return NULL;
    *ret = at + 5;
    *ret_n = n;
    return at + 5 + n;
}

/* {"type":"Buffer","data":[…]}: of a failed formula, ["E","ZeroDivisionError"], the name, which is
 * what /records says of it; of anything else only that it is there. */
static void set_blob(const struct grist_value_reader *r, const cJSON *node, struct cell *ret)
{
    unsigned char bytes[BLOB_MAX];
    const unsigned char *code, *name, *at;
    size_t n = 0, n_code, n_name;
    const cJSON *byte, *data = cJSON_GetObjectItemCaseSensitive(node, "data");
    set_error(ret, "a value that only Grist can show; give its column a type");
    if (!cJSON_IsArray(data))
        return;
    cJSON_ArrayForEach(byte, data)
    {
        double b = number_of(byte);
        if (n == BLOB_MAX || !(b >= 0 && b <= 255))
            break;
        bytes[n++] = (unsigned char)b;
    }
    if (n < 5 || *bytes != '[')
        return;
    at = marshal_text(bytes + 5, bytes + n, &code, &n_code);
    if (!at || n_code != 1 || *code != 'E' || !marshal_text(at, bytes + n, &name, &n_name))
        return;
    if (n_name && n_name <= WORDS_MAX && utf8_valid((const char *)name, n_name))
        set_error(ret, arena_strndup(r->arena, (const char *)name, n_name));
}

/* --- any value ---------------------------------------------------------------- */

static int read_text(struct grist_value_reader *r, enum grist_type type, const char *text,
                     struct cell *ret, struct err *err)
{
    bool list = type == GRIST_CHOICE_LIST || type == GRIST_REF_LIST;
    if (!*text)
        *ret = (struct cell){.kind = CELL_NULL};
    else if (list && r->form == GRIST_SQL)
        return read_list_text(r, type, text, ret, err);
    else if (type == GRIST_TEXT || type == GRIST_ANY || type == GRIST_OTHER)
        *ret = (struct cell){.kind = CELL_TEXT, .text = arena_strdup(r->arena, text)};
    else
        set_error(ret, arena_strdup(r->arena, text));
    return 0;
}

int grist_read_value(struct grist_value_reader *r, enum grist_type type, const cJSON *node,
                     struct cell *ret, struct err *err)
{
    *ret = (struct cell){.kind = CELL_NULL};
    if (cJSON_IsString(node))
        return read_text(r, type, node->valuestring, ret, err);
    if (cJSON_IsArray(node))
        return read_coded(r, type, node, ret, err);
    if (cJSON_IsNumber(node))
        set_number(r, type, node->valuedouble, ret);
    else if (cJSON_IsObject(node))
        set_blob(r, node, ret);
    else if (cJSON_IsBool(node) && (type == GRIST_BOOL || type <= GRIST_TEXT))
        *ret = (struct cell){.kind = CELL_BOOL, .flag = cJSON_IsTrue(node)};
    else if (cJSON_IsBool(node))
        set_error(ret, cJSON_IsTrue(node) ? "true" : "false");
    return 0;
}

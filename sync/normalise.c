#include "sync/normalise.h"

#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/utf8.h"
#include "store/base/uuid.h"
#include "store/refs.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define TEXT_MAX (1 << 20)
#define DAY_MS   86400000
#define FILE_TOP ((int64_t)1 << 53)

/* The cell as one trimmed text, NULL when it is empty. */
static const char *cell_as_text(const struct cell *c, bool squeeze, struct arena *arena)
{
    const char *s = cell_show(c, arena);
    AUTO_BUF b = BUF_INIT(TEXT_MAX);
    utf8_squeeze(s, &b);
    if (!b.len)
        return NULL;
    if (squeeze)
        return arena_strdup(arena, buf_str(&b));
    /* inner white space (line breaks of a comment) stays, only the ends go */
    size_t n = strlen(s), lead = strspn(s, " \t\r\n");
    while (n > lead && strchr(" \t\r\n", s[n - 1]))
        n--;
    return arena_strndup(arena, s + lead, n - lead);
}

static bool read_int(const struct cell *c, int64_t min, int64_t max, struct arena *arena,
                     struct value *ret)
{
    int64_t n;
    const char *text = cell_as_text(c, true, arena);
    *ret = V_NULL;
    if (!text)
        return true;
    if (c->kind == CELL_NUMBER && floor(c->number) < c->number)
        return false;
    if (!base_parse_i64(text, min, max, &n))
        return false;
    *ret = V_INT(n);
    return true;
}

/* any: whatever says something, and does not say no, is a yes. */
static bool read_bool(const struct cell *c, bool any, struct arena *arena, struct value *ret)
{
    static const struct {
        const char *word;
        int64_t value;
    } words[] = {{"да", 1},  {"yes", 1}, {"true", 1},  {"1", 1},
                 {"нет", 0}, {"no", 0},  {"false", 0}, {"0", 0}};
    *ret = V_NULL;
    if (c->kind == CELL_BOOL) {
        *ret = V_INT(c->flag);
        return true;
    }
    const char *text = cell_as_text(c, true, arena);
    if (!text)
        return true;
    AUTO_BUF folded = BUF_INIT(64);
    utf8_fold(text, &folded);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!strcmp(words[i].word, buf_str(&folded))) {
            *ret = V_INT(words[i].value);
            return true;
        }
    }
    if (any)
        *ret = V_INT(1);
    return any;
}

static bool moment_at(const char *text, int64_t *ret_ms)
{
    size_t n = strlen(text);
    return n > 11 && (text[n - 1] == 'Z' || text[n - 1] == 'z') && clock_parse_iso(text, ret_ms) &&
           *ret_ms % DAY_MS != 0;
}

bool normalise_is_moment(const struct cell *cell)
{
    int64_t ms;
    return cell->kind == CELL_TEXT && cell->text && moment_at(cell->text, &ms);
}

/* The date as written, before the T: an offset must not move it to another day. A moment in UTC has
 * no offset that could tell which day was meant: the festival's. */
static bool read_date(const struct cell *c, struct arena *arena, struct value *ret)
{
    int64_t ms;
    char local[11];
    const char *text = cell_as_text(c, true, arena);
    *ret = V_NULL;
    if (!text)
        return true;
    if (strlen(text) < 10 || (text[10] && text[10] != 'T' && text[10] != ' '))
        return false;
    if (moment_at(text, &ms))
        text = clock_local_day(local, ms);
    char *day = arena_strndup(arena, text, 10);
    if (!clock_parse_iso(day, &ms))
        return false;
    *ret = V_TEXT(day);
    return true;
}

static bool read_phone(const struct cell *c, struct arena *arena, struct value *ret)
{
    const char *text = cell_as_text(c, true, arena);
    *ret = V_NULL;
    if (!text)
        return true;
    AUTO_BUF b = BUF_INIT(TEXT_MAX);
    for (const char *p = text; *p; p++) {
        if (!strchr(" -()\t", *p))
            buf_addc(&b, *p);
    }
    const char *s = buf_str(&b);
    size_t n = b.len;
    bool digits = strspn(s, "0123456789") == n;
    const char *fixed = s;
    if (digits && n == 11 && *s == '8')
        fixed = arena_printf(arena, "+7%s", s + 1);
    else if (digits && n == 10 && *s == '9')
        fixed = arena_printf(arena, "+7%s", s);
    else if (digits && n == 11 && *s == '7')
        fixed = arena_printf(arena, "+%s", s);
    if (*fixed)
        *ret = V_TEXT(arena_strdup(arena, fixed));
    return true;
}

static bool read_telegram(const struct cell *c, struct arena *arena, struct value *ret)
{
    static const char *const prefixes[] = {"https://t.me/", "http://t.me/", "t.me/",
                                           "https://telegram.me/", "telegram.me/"};
    const char *s = cell_as_text(c, true, arena);
    *ret = V_NULL;
    if (!s)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        size_t n = strlen(prefixes[i]);
        if (!strncasecmp(s, prefixes[i], n)) {
            s += n;
            break;
        }
    }
    s += strspn(s, "@");
    size_t n = strcspn(s, "/?");
    if (n)
        *ret = V_TEXT(arena_printf(arena, "@%.*s", (int)n, s));
    return true;
}

static void add_name(struct buf *json, const char *s, size_t n)
{
    char *part = xstrndup(s, n);
    AUTO_BUF name = BUF_INIT(TEXT_MAX);
    utf8_squeeze(part, &name);
    base_free_ptr(&part);
    if (!name.len)
        return;
    buf_add(json, json->len ? "," : "[");
    json_quote(json, buf_str(&name));
}

static bool read_names(const struct cell *c, struct arena *arena, struct value *ret)
{
    AUTO_BUF json = BUF_INIT(TEXT_MAX);
    *ret = V_NULL;
    if (c->kind == CELL_LIST) {
        for (size_t i = 0; i < c->n; i++) {
            const char *s = cell_show(&c->items[i], arena);
            add_name(&json, s, strlen(s));
        }
    } else {
        const char *s = cell_show(c, arena);
        while (*s) {
            size_t n = strcspn(s, ",;\n");
            add_name(&json, s, n);
            s += n + (s[n] != '\0');
        }
    }
    if (!json.len)
        return true;
    buf_addc(&json, ']');
    *ret = V_TEXT(arena_strdup(arena, buf_str(&json)));
    return true;
}

static bool read_dict(const struct field *f, const struct cell *c, const struct dicts *dicts,
                      struct arena *arena, struct value *ret)
{
    *ret = V_NULL;
    if (c->kind == CELL_BOOL) {
        const char *code = c->flag ? f->yes : f->no;
        if (code)
            *ret = V_TEXT(code);
        return code != NULL;
    }
    const char *text = cell_as_text(c, true, arena);
    if (!text)
        return true;
    const char *code = dict_code(dicts, f->dict, text);
    if (code)
        *ret = V_TEXT(arena_strdup(arena, code));
    return code != NULL;
}

bool normalise_cell(const struct field *f, const struct cell *cell, const char *as,
                    const struct dicts *dicts, struct arena *arena, struct value *ret)
{
    *ret = V_NULL;
    if (cell->kind == CELL_ERROR)
        return false;
    if (str_eq(as, "text") && cell->kind != CELL_TEXT) {
        struct cell text = {.kind = CELL_TEXT, .text = cell_show(cell, arena)};
        return normalise_cell(f, &text, NULL, dicts, arena, ret);
    }
    /* a list of one where one value is wanted: Notion's multi-selects with a single option */
    if (cell->kind == CELL_LIST && f->type != FT_NAMES && cell->n == 1 && !str_eq(as, "list"))
        return normalise_cell(f, &cell->items[0], as, dicts, arena, ret);
    switch (f->type) {
    case FT_INT:
        return read_int(cell, INT32_MIN, INT32_MAX, arena, ret);
    case FT_YEAR:
        return read_int(cell, 1900, 2999, arena, ret);
    case FT_BOOL:
        return read_bool(cell, str_eq(as, "yesno"), arena, ret);
    case FT_DATE:
        return read_date(cell, arena, ret);
    case FT_PHONE:
        return read_phone(cell, arena, ret);
    case FT_TELEGRAM:
        return read_telegram(cell, arena, ret);
    case FT_NAMES:
        return read_names(cell, arena, ret);
    case FT_DICT:
        return read_dict(f, cell, dicts, arena, ret);
    case FT_TEXT:
    case FT_NAME:
    case FT_REF:
    case FT_REFS: {
        const char *text = cell_as_text(cell, f->type == FT_NAME, arena);
        if (text)
            *ret = V_TEXT(text);
        return true;
    }
    }
    return false;
}

/* "[12]", as SQLite keeps a list, or "12". */
static bool file_of_text(const char *text, struct arena *arena, const char **ret)
{
    int64_t id;
    AUTO_JSON *tree = NULL;
    struct err ignored;
    if (*text == '[') {
        if (json_parse(text, strlen(text), &tree, &ignored) || !cJSON_IsArray(tree))
            return false;
        const cJSON *first = tree->child;
        if (cJSON_IsString(first) && !strcmp(first->valuestring, "L"))
            first = first->next;
        text = !first                  ? "0"
               : cJSON_IsNumber(first) ? arena_printf(arena, "%.0f", first->valuedouble)
                                       : "";
    }
    if (!base_parse_i64(text, 0, FILE_TOP, &id))
        return false;
    *ret = id ? arena_printf(arena, "%lld", (long long)id) : NULL;
    return true;
}

bool normalise_file(const struct cell *cell, struct arena *arena, const char **ret)
{
    *ret = NULL;
    if (cell->kind == CELL_ERROR || cell->kind == CELL_BOOL)
        return false;
    if (cell->kind == CELL_LIST)
        return !cell->n || normalise_file(&cell->items[0], arena, ret);
    const char *text = cell->kind == CELL_REF ? cell->text : cell_as_text(cell, true, arena);
    return !text || !*text || file_of_text(text, arena, ret);
}

static bool one_ref(const struct cell *c, bool uuid, struct arena *arena, const char **ret)
{
    char id[UUID_LEN + 1];
    *ret = NULL;
    if (c->kind == CELL_NULL)
        return true;
    if (c->kind == CELL_ERROR || c->kind == CELL_BOOL || c->kind == CELL_LIST)
        return false;
    const char *text = c->kind == CELL_REF ? c->text : cell_as_text(c, true, arena);
    if (!text || !*text)
        return true;
    if (uuid && !uuid_read(text, id))
        return false;
    *ret = arena_strdup(arena, uuid ? id : text);
    return true;
}

static bool named_before(const char *const *ids, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(ids[i], id))
            return true;
    }
    return false;
}

bool normalise_refs(const struct cell *cell, bool uuid, struct arena *arena, const char **ret,
                    size_t max, size_t *ret_n)
{
    size_t n = cell->kind == CELL_LIST ? cell->n : 1;
    const struct cell *items = cell->kind == CELL_LIST ? cell->items : cell;
    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        const char *id;
        if (!one_ref(&items[i], uuid, arena, &id))
            return false;
        if (!id || named_before(ret, *ret_n, id))
            continue;
        if (*ret_n == max)
            return false;
        ret[(*ret_n)++] = id;
    }
    return true;
}

/* "a, b" as the list of a and b. */
static struct cell cut_at_commas(const char *text, struct arena *arena)
{
    struct cell *items = arena_alloc(arena, REFS_MAX + 1, sizeof *items);
    size_t n = 0;
    while (*text && n <= REFS_MAX) { /* one more than may be, so that it is seen */
        size_t len = strcspn(text, ",;\n");
        items[n++] = (struct cell){.kind = CELL_TEXT, .text = arena_strndup(arena, text, len)};
        text += len + (text[len] != '\0');
    }
    return (struct cell){.kind = CELL_LIST, .items = items, .n = n};
}

bool normalise_ref_set(const struct cell *cell, bool uuid, struct arena *arena, const char ***ret,
                       size_t *ret_n)
{
    struct cell list = *cell;
    if (cell->kind == CELL_TEXT && strpbrk(cell->text, ",;\n"))
        list = cut_at_commas(cell->text, arena);
    size_t most = list.kind == CELL_LIST ? list.n : 1;
    most = most < REFS_MAX ? most : REFS_MAX;
    *ret = arena_alloc(arena, most ? most : 1, sizeof **ret);
    return normalise_refs(&list, uuid, arena, *ret, most, ret_n);
}

bool normalise_row_ref(const struct cell *cell, bool uuid, struct arena *arena, const char **ret)
{
    const char *ids[1];
    size_t n;
    *ret = NULL;
    if (!normalise_refs(cell, uuid, arena, ids, ARRAY_LEN(ids), &n))
        return false;
    if (n && strcmp(ids[0], "0") != 0)
        *ret = ids[0];
    return true;
}

bool normalise_same(const struct field *f, const struct value *a, const struct value *b)
{
    if (f->type == FT_TELEGRAM && a->kind == VAL_TEXT && b->kind == VAL_TEXT)
        return !strcasecmp(a->s, b->s);
    return value_eq(a, b);
}

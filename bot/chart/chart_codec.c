#include "bot/chart/chart.h"

#include "store/base/json.h"
#include "store/base/utf8.h"

#include <inttypes.h>
#include <string.h>

static const char *const kind_names[] =
    {[CHART_BARS] = "bars", [CHART_STACK] = "stack", [CHART_MIRROR] = "mirror"};

int64_t chart_sum(const struct chart *c)
{
    int64_t sum = 0;
    for (size_t i = 0; i < c->n_items; i++)
        for (size_t k = 0; k < c->n_series; k++)
            sum += c->items[i].values[k];
    return sum;
}

/* ---------------------------------------------------------------- writing */

static size_t at_most(size_t n, size_t max)
{
    return n < max ? n : max;
}

static void put_quoted(struct buf *b, const char *text)
{
    char cut[CHART_TEXT_MAX + 1];
    str_copy(cut, sizeof cut, text ? text : "");
    json_quote(b, cut);
}

static void put_text(struct buf *b, const char *key, const char *text)
{
    buf_addf(b, ",\"%s\":", key);
    put_quoted(b, text);
}

static int64_t bounded(int64_t n)
{
    return n < 0 ? 0 : n > CHART_VALUE_MAX ? CHART_VALUE_MAX : n;
}

static void put_item(struct buf *b, const struct chart_item *item, size_t n_series)
{
    buf_add(b, "{\"label\":");
    put_quoted(b, item->label);
    if (item->group && *item->group)
        put_text(b, "group", item->group);
    if (item->rest)
        buf_add(b, ",\"rest\":true");
    buf_add(b, ",\"values\":[");
    for (size_t k = 0; k < n_series; k++)
        buf_addf(b, "%s%" PRId64, k ? "," : "", bounded(item->values[k]));
    buf_add(b, "]}");
}

char *chart_to_json(const struct chart *c)
{
    struct buf b = BUF_INIT(CHART_JSON_MAX);
    size_t n_series = at_most(c->n_series, CHART_SERIES_MAX);
    size_t n_items = at_most(c->n_items, CHART_ITEMS_MAX);
    buf_addf(&b, "{\"kind\":\"%s\",\"dark\":%s", kind_names[c->kind], c->dark ? "true" : "false");
    put_text(&b, "title", c->title);
    put_text(&b, "note", c->note);
    put_text(&b, "empty", c->empty);
    put_text(&b, "thousands", c->thousands);
    buf_add(&b, ",\"series\":[");
    for (size_t k = 0; k < n_series; k++) {
        buf_add(&b, k ? "," : "");
        put_quoted(&b, c->series[k]);
    }
    buf_add(&b, "],\"items\":[");
    for (size_t i = 0; i < n_items; i++) {
        buf_add(&b, i ? "," : "");
        put_item(&b, &c->items[i], n_series);
    }
    buf_add(&b, "]}");
    return buf_take(&b);
}

/* ---------------------------------------------------------------- reading */

static bool only_bool(const cJSON *object, const char *key, bool *ret)
{
    const cJSON *v = json_at(object, key);
    *ret = cJSON_IsTrue(v);
    return !v || cJSON_IsBool(v);
}

/* A text without control characters, which would break a line; "" when it is absent. */
static bool take_text(const cJSON *v, struct arena *arena, const char **ret)
{
    *ret = "";
    if (!v)
        return true;
    if (!cJSON_IsString(v) || strlen(v->valuestring) > CHART_TEXT_MAX)
        return false;
    char *text = arena_strdup(arena, v->valuestring);
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = ' ';
    *ret = text;
    return true;
}

static bool take_values(const cJSON *list, size_t n, int64_t *ret)
{
    const cJSON *v;
    size_t k = 0;
    if (!cJSON_IsArray(list) || (size_t)cJSON_GetArraySize(list) != n)
        return false;
    cJSON_ArrayForEach(v, list)
    {
        if (!json_i64(v, "", &ret[k]) || ret[k] < 0 || ret[k] > CHART_VALUE_MAX)
            return false;
        k++;
    }
    return true;
}

static bool take_kind(const cJSON *tree, enum chart_kind *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
        if (!str_eq(kind_names[i], json_text(tree, "kind")))
            continue;
        *ret = (enum chart_kind)i;
        return true;
    }
    return false;
}

static bool take_series(const cJSON *list, struct arena *arena, struct chart *c)
{
    const cJSON *v;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) < 1 ||
        cJSON_GetArraySize(list) > CHART_SERIES_MAX)
        return false;
    cJSON_ArrayForEach(v, list)
    {
        if (!take_text(v, arena, &c->series[c->n_series++]))
            return false;
    }
    return c->kind != CHART_MIRROR || c->n_series == 2;
}

static bool take_items(const cJSON *list, struct arena *arena, struct chart *c)
{
    const cJSON *v;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > CHART_ITEMS_MAX)
        return false;
    cJSON_ArrayForEach(v, list)
    {
        struct chart_item *item = &c->items[c->n_items++];
        if (!cJSON_IsObject(v) || !take_text(json_at(v, "label"), arena, &item->label) ||
            !take_text(json_at(v, "group"), arena, &item->group) ||
            !only_bool(v, "rest", &item->rest) ||
            !take_values(json_at(v, "values"), c->n_series, item->values))
            return false;
    }
    return true;
}

int chart_read(const char *json, size_t n, struct arena *arena, struct chart *ret, struct err *err)
{
    AUTO_JSON *tree = NULL;
    struct chart c = {0};
    if (n > CHART_JSON_MAX)
        return err_set(err, ERR_DATA, "a chart of more than %zu bytes", CHART_JSON_MAX);
    if (json_parse(json, n, &tree, err))
        return err_wrap(err, "chart");
    if (!cJSON_IsObject(tree) || !take_kind(tree, &c.kind) || !only_bool(tree, "dark", &c.dark))
        return err_set(err, ERR_DATA, "chart: no kind that is known");
    if (!take_text(json_at(tree, "title"), arena, &c.title) ||
        !take_text(json_at(tree, "note"), arena, &c.note) ||
        !take_text(json_at(tree, "empty"), arena, &c.empty) ||
        !take_text(json_at(tree, "thousands"), arena, &c.thousands) || utf8_length(c.thousands) > 1)
        return err_set(err, ERR_DATA,
                       "chart: title, note and empty are short texts, thousands is one character");
    if (!take_series(json_at(tree, "series"), arena, &c))
        return err_set(err, ERR_DATA, "chart: series are one to three names (a mirror has two)");
    if (!take_items(json_at(tree, "items"), arena, &c))
        return err_set(err, ERR_DATA,
                       "chart: item %zu is no label with a number for each series, or there are "
                       "more than %d",
                       c.n_items, CHART_ITEMS_MAX);
    *ret = c;
    return 0;
}

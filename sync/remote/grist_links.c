#include "sync/remote/grist.h"

#include "store/base/json.h"

#include <string.h>

/* Grist's address of a row names the section of a page that shows it, which is not to be had
 * without asking: the document, then. */
const char *grist_row_url(const struct remote_config *cfg, const char *table, const char *row_id,
                          struct arena *arena)
{
    AUTO_BUF url = BUF_INIT(4096);
    (void)table, (void)row_id;
    if (!cfg->api_url || !cfg->doc)
        return NULL;
    buf_addf(&url, "%s/doc/", cfg->api_url);
    http_escape(&url, cfg->doc);
    return arena_strdup(arena, buf_str(&url));
}

const char *grist_file_url(const struct remote_config *cfg, const char *file_id,
                           struct arena *arena)
{
    AUTO_BUF url = BUF_INIT(4096);
    buf_addf(&url, "%s/api/docs/", cfg->api_url);
    http_escape(&url, cfg->doc);
    buf_add(&url, "/attachments/");
    http_escape(&url, file_id);
    buf_add(&url, "/download");
    return arena_strdup(arena, buf_str(&url));
}

/* As JSON text within a shell's single quotes. */
static void add_quoted(struct buf *out, const char *text)
{
    AUTO_BUF json = BUF_INIT(8192);
    json_quote(&json, text);
    for (const char *at = buf_str(&json); *at; at++)
        buf_addf(out, *at == '\'' ? "\\u0027" : "%c", *at);
}

/* What is in ' an address may hold; http_escape leaves no ' either. */
static void add_address(struct buf *out, const char *text)
{
    for (; *text; text++)
        buf_addf(out, *text == '\'' ? "%%27" : "%c", *text);
}

const char *grist_column_request(const struct remote_config *cfg, const char *table,
                                 const char *column, enum column_use use, struct arena *arena)
{
    static const char *const fields[] = {
        [COLUMN_STAMP] = ("\"type\":\"DateTime:UTC\",\"isFormula\":false,"
                          "\"formula\":\"NOW()\",\"recalcWhen\":2"),
        [COLUMN_MOVE] = "\"recalcWhen\":2",
        [COLUMN_TIME] = "\"type\":\"Numeric\",\"isFormula\":false",
        [COLUMN_TEXT] = "\"type\":\"Text\",\"isFormula\":false",
    };
    AUTO_BUF b = BUF_INIT(16384);
    buf_addf(&b, "curl -X %s '", use == COLUMN_MOVE ? "PATCH" : "POST");
    add_address(&b, cfg->api_url);
    buf_add(&b, "/api/docs/");
    http_escape(&b, cfg->doc);
    buf_add(&b, "/tables/");
    http_escape(&b, table);
    buf_add(&b, "/columns' \\\n -H \"Authorization: Bearer $GRIST_TOKEN\" \\\n"
                " -H 'Content-Type: application/json' \\\n -d '{\"columns\":[{\"id\":");
    add_quoted(&b, column);
    buf_add(&b, ",\"fields\":{");
    if (use != COLUMN_MOVE) {
        buf_add(&b, "\"label\":");
        add_quoted(&b, column);
        buf_addc(&b, ',');
    }
    buf_addf(&b, "%s}}]}'", fields[use]);
    return arena_strdup(arena, buf_str(&b));
}

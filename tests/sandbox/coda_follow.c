/* coda_follow.c: the tables Люди and Службы, which the played document keeps like Notion's: a page
 * there is a row here, with the page's id and its name. */
#include "tests/sandbox/coda.h"
#include "tests/sandbox/ids.h"
#include "tests/sandbox/notion.h"

#include <stdlib.h>
#include <string.h>

enum { NAME, NOTION_ID };

static const struct {
    size_t table;
    const char *source;
} followed[CODA_FOLLOWED] = {{CODA_PEOPLE, SB_DS_PEOPLE}, {CODA_TEAMS, SB_DS_TEAMS}};

struct cd_row *coda_mirror(struct coda *coda, size_t table, const struct nt_page *page,
                           const char *name, int64_t now)
{
    char hex[33];
    struct cd_row *row = strmap_get(&coda->mirrored, page->id);
    if (row && row->cells[NAME].kind == CC_TEXT && strcmp(row->cells[NAME].text, name) == 0)
        return row;
    if (!row) {
        row = coda_new_row(coda, table, NULL, now);
        strmap_put(&coda->mirrored, page->id, row);
        uuid_plain(page->id, hex);
        cc_text(&row->cells[NOTION_ID], hex);
    }
    cc_text(&row->cells[NAME], name);
    coda_touch(coda, row, now);
    return row;
}

/* The name without the blanks around it; malloc'd. */
static char *name_of(const struct nt_page *page)
{
    char *text = nv_plain(&page->values[NAME]);
    size_t length = strlen(text), skip = strspn(text, " ");
    while (length > skip && text[length - 1] == ' ')
        length--;
    char *name = sb_printf("%.*s", (int)(length - skip), text + skip);
    free(text);
    return name;
}

/* A page that lost its name or went into the trash keeps the row it has. */
void coda_follow(struct sandbox *sb)
{
    struct coda *coda = sb->coda;
    for (size_t i = 0; i < CODA_FOLLOWED; i++) {
        const struct nt_source *source = notion_source(sb->notion, followed[i].source);
        if (source->version == coda->followed[i])
            continue;
        coda->followed[i] = source->version;
        for (size_t k = 0; k < source->page_count; k++) {
            const struct nt_page *page = source->pages[k];
            char *name = name_of(page);
            if (*name && !page->trashed && !page->purged)
                coda_mirror(coda, followed[i].table, page, name, sb_now_ms(sb));
            free(name);
        }
    }
}

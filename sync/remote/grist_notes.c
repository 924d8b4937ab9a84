#include "sync/remote/grist.h"

#include <stdio.h>

#define BAR_MS 600000 /* rights change seldom */

struct notes *grist_notes(const struct grist *r)
{
    return r->base.notes ? r->base.notes : r->own_notes;
}

static void bar_key(const char *what, char *out, size_t n)
{
    snprintf(out, n, "bar %s", what);
}

int grist_barred(const struct grist *r, const char *what)
{
    char key[40], text[16];
    int64_t status;
    bar_key(what, key, sizeof key);
    if (!notes_get(grist_notes(r), key, BAR_MS, text, sizeof text) ||
        !base_parse_i64(text, 0, 999, &status))
        return 0;
    return (int)status;
}

void grist_set_bar(struct grist *r, const char *what, int status)
{
    char key[40];
    bar_key(what, key, sizeof key);
    notes_put(grist_notes(r), key, STR_I64(status));
}
void grist_forget_news(struct grist *r)
{
    notes_drop_job(grist_notes(r), "news ");
}

void grist_note_stamp(struct grist *r, const char *table, const char *column)
{
    char key[GRIST_NOTE_KEY];
    snprintf(key, sizeof key, "%s%s", GRIST_STAMP_NOTE, table);
    if (column)
        notes_put(grist_notes(r), key, column);
    else
        notes_drop(grist_notes(r), key);
}

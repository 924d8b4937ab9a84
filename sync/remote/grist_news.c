#include "sync/remote/grist.h"

#include "store/base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEWS_MS     60000 /* what was heard longer ago in a long job is asked for again */
#define STAMPS_MAX  50    /* tables in one question */
#define STATE_NOTE  "news state"
#define NEWEST_NOTE "news newest " /* and the table */

/* --- the document's state ------------------------------------------------------ */

static int ask_state(struct grist *r, struct arena *arena, const char **ret, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT(1024);
    const char *what = arena_printf(arena, "%s: state of the document", r->base.cfg->name);
    buf_addf(&path, "%s/states", r->doc_path);
    if (grist_get(r, buf_str(&path), what, &a, err)) {
        if (a.status != 403 && a.status != 404)
            return -1;
        grist_set_bar(r, "states", a.status);
        return 0;
    }
    if (grist_read_state(a.body, a.body_len, arena, ret, err))
        return err_wrap(err, "%s", what);
    return 0;
}

int grist_state(struct grist *r, struct arena *arena, const char **ret, struct err *err)
{
    char noted[NOTE_TEXT_MAX];
    const char *state = NULL;
    if (notes_get(grist_notes(r), STATE_NOTE, NEWS_MS, noted, sizeof noted)) {
        *ret = *noted ? arena_strdup(arena, noted) : NULL;
        return 0;
    }
    if (!grist_barred(r, "states")) {
        if (ask_state(r, arena, &state, err))
            return -1;
        notes_put_job(grist_notes(r), STATE_NOTE, state ? state : "");
    }
    *ret = state;
    return 0;
}

/* --- the newest row of each table ----------------------------------------------- */

static void key_of(const char *kind, const char *table, char out[GRIST_NOTE_KEY])
{
    snprintf(out, GRIST_NOTE_KEY, "%s%s", kind, table);
}

/* Of this table and of all others that are known. */
static size_t find_stamps(const struct grist *r, const char *table, struct arena *arena,
                          struct grist_stamp ret[STAMPS_MAX])
{
    struct note *notes;
    size_t n = 0, known = notes_list(grist_notes(r), GRIST_STAMP_NOTE, arena, &notes);
    for (size_t i = 0; i < known && !n; i++) {
        if (!strcmp(notes[i].rest, table))
            ret[n++] = (struct grist_stamp){table, notes[i].text};
    }
    for (size_t i = 0; i < known && n && n < STAMPS_MAX; i++) {
        if (strcmp(notes[i].rest, table) != 0)
            ret[n++] = (struct grist_stamp){notes[i].rest, notes[i].text};
    }
    return n;
}

static void note_newest(struct grist *r, const struct grist_stamp *stamps, size_t n,
                        const double *newest)
{
    for (size_t i = 0; i < n; i++) {
        char key[GRIST_NOTE_KEY];
        AUTO_BUF text = BUF_INIT(64);
        key_of(NEWEST_NOTE, stamps[i].table, key);
        json_number(&text, newest[i]);
        notes_put_job(grist_notes(r), key, buf_str(&text));
    }
}

/* One question for all tables. One that was renamed, or all of them together being too many for the
 * server, must not keep this one from being asked for: then it is asked for alone, and the others
 * are known again when they are opened. */
static int ask_newest(struct grist *r, const char *table, double *ret, bool *ret_known,
                      struct err *err)
{
    AUTO_ARENA *arena = arena_new((size_t)1 << 20);
    struct grist_stamp stamps[STAMPS_MAX];
    double newest[STAMPS_MAX] = {0};
    int status = 0;
    size_t n = find_stamps(r, table, arena, stamps);
    const char *what = arena_printf(arena, "%s: newest row of «%.100s»%s", r->base.cfg->name, table,
                                    n > 1 ? " and other tables" : "");
    *ret_known = false;
    if (!n || grist_barred(r, "sql"))
        return 0;
    int bad = grist_latest(r, stamps, n, what, newest, &status, err);
    if (bad && status == 400 && n > 1) {
        for (size_t i = 1; i < n; i++)
            grist_note_stamp(r, stamps[i].table, NULL);
        n = 1;
        bad = grist_latest(r, stamps, n, what, newest, &status, err);
    }
    if (bad && status == 400) /* the column is another by now, or a second is not enough */
        grist_note_stamp(r, table, NULL);
    if (bad)
        return status == 400 || status == 403 || status == 404 ? 0 : -1;
    note_newest(r, stamps, n, newest);
    *ret = newest[0];
    *ret_known = true;
    return 0;
}

int grist_newest(struct grist *r, const char *table, double *ret, bool *ret_known, struct err *err)
{
    char key[GRIST_NOTE_KEY], noted[NOTE_TEXT_MAX];
    key_of(NEWEST_NOTE, table, key);
    if (!notes_get(grist_notes(r), key, NEWS_MS, noted, sizeof noted))
        return ask_newest(r, table, ret, ret_known, err);
    *ret = strtod(noted, NULL);
    *ret_known = true;
    return 0;
}

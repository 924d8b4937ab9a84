/* undo_text.h: what undoing a run would do, as chat text and as a file. Within a command's call. */
#ifndef BOT_UNDO_TEXT_H
#define BOT_UNDO_TEXT_H

#include "bot/ask.h"
#include "sync/undo/undo.h"

struct undo_text {
    struct undo_plan plan;
    struct msg goes, stays; /* the first lines of both */
    int64_t n_goes, n_stays;
    struct buf csv; /* every line, for a spreadsheet */
    int64_t lines;
    bool all_shown;
};
#define AUTO_UNDO_TEXT CLEANUP(undo_text_free) struct undo_text

/* Reads the plan and tells all of it into *ret. */
int undo_text_make(struct ask *a, int64_t run, struct undo_text *ret, struct err *err);
void undo_text_free(struct undo_text *t);

/* The message before it is done. */
void undo_text_preview(struct ask *a, struct undo_text *t, struct msg *m);

/* The message after: of the undo's own run. */
void undo_text_done(struct ask *a, int64_t undone, const struct run *undo, bool of_push,
                    struct msg *m);

#endif

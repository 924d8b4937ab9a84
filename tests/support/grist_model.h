/* grist_model.h: a made-up festival in Grist, on top of twoway.h: what people do to its tables,
 * what must have become of it, and both told apart from what rosterd thinks of it.
 *
 * One thread. */
#ifndef TESTS_SUPPORT_GRIST_MODEL_H
#define TESTS_SUPPORT_GRIST_MODEL_H

#include "store/marks.h"
#include "tests/support/twoway.h"

/* Marks that people set are small numbers, so that nobody takes them for one of rosterd's. */
#define GM_HAND_MIN 1700000000
#define GM_HAND_MAX 1750000000

/* ---------------------------------------------------------------- the tables
 * (grist_model_tables.c)
 */

extern const struct tw_table gm_tables[]; /* in the order in which they depend on each other */
extern const size_t gm_n_tables;
#define GM_HEADS "Directions2026"

struct twoway *gm_new(int64_t seed, struct arena *arena);
const struct tw_table *gm_table_of(const char *flow_or_tbl);
/* Its column with UUIDs. */
const char *gm_key(const struct tw_table *table);
struct fake_remote *gm_remote(struct twoway *t);
struct fake_table *gm_fake(struct twoway *t, const char *tbl);
/* The cell as it is shown; "" when it is empty or there is no such column. */
const char *gm_plain(struct twoway *t, const char *tbl, const struct fake_row *row,
                     const char *column);
void gm_set(struct twoway *t, const char *tbl, const char *row, const char *column,
            const char *json);
/* Two records became one by a person's word, or one of them says for good that they are two: does
 * the record have such a question behind it? */
bool gm_was_asked(struct twoway *t, const char *local, const char *choice);
/* The record that the row stands for, "" when there is none. */
const char *gm_local(struct twoway *t, const char *tbl, const char *row);

/* ---------------------------------------------------------------- people (grist_model_people.c,
 * grist_model_store.c) */

/* One thing that somebody does somewhere; may: TW_MAY_…. */
void gm_edit(struct twoway *t, unsigned may);
void gm_edit_store(struct twoway *t);
/* Questions that are open are answered. */
void gm_answer(struct twoway *t);
/* One row of another table as a cell names it; NULL: there is none. */
const char *gm_some_row(struct twoway *t, const char *flow);
/* A value for the column: what the person types, as JSON (NULL: empties the cell), and what it
 * means, in e. */
const char *gm_compose(struct twoway *t, const struct tw_column *c, bool may_be_bad,
                       struct tw_edit *e);

/* ---------------------------------------------------------------- what must hold */

enum gm_verdict {
    GM_FINE,
    GM_INVALID, /* it breaks a rule */
    GM_MARKED,  /* somebody else than a rule says that it is deleted */
    GM_OPEN,    /* it cannot be told without knowing in which order things came about */
};
#define GM_REASONS 64
struct gm_judged {
    enum gm_verdict verdict;
    const char *reasons[GM_REASONS]; /* INVALID: the sentences that fit */
    size_t n;
};
/* grist_model_judge.c: what is to be thought of a row. */
struct gm_judged gm_judge(struct twoway *t, const struct tw_table *table,
                          const struct fake_row *row);
/* What the cell means, as the store writes it; NULL: it breaks a rule. */
const char *gm_value(struct twoway *t, const struct tw_table *table, const struct fake_row *row,
                     const struct tw_column *c);
/* The same of the store's record. */
const char *gm_stored(struct twoway *t, const struct tw_table *table, const char *local,
                      const struct tw_column *c);

/* grist_model_agree.c */
void gm_check_agreement(struct twoway *t);
/* grist_model_lost.c: of what was written down since `from`. */
void gm_check_edits(struct twoway *t, size_t from);

#endif

/* jail_text.h: why something stands in quarantine, in people's words: what to do about it, what the
 * values might be, and where its row is. Within a command's call; what is returned lives in the
 * ask's arena or for ever. */
#ifndef BOT_JAIL_TEXT_H
#define BOT_JAIL_TEXT_H

#include "bot/ask.h"
#include "store/dict.h"
#include "store/quarantine.h"
#include "sync/why.h"

/* What a person can do about one of rosterd's own reasons; "" for those of the domain, which are
 * mended in the table. */
const char *jail_advice(struct ask *a, const char *reason);

/* The names that the wrong value could have been: «организатор, бригадир…»; NULL when the reason is
 * not about a value of a dictionary. f may be NULL. */
const char *jail_known(struct ask *a, const struct dicts *dicts, const struct flow *f,
                       const char *reason);

/* What a push wrote down, in people's words: "team 2222…" is the record that is waited for. */
const char *jail_detail(struct ask *a, const struct dicts *dicts, const struct jailed *j);

/* A link that opens the row, or NULL: its table has none, or f is NULL. */
const char *jail_row_url(struct ask *a, const struct flow *f, const char *row_id);

/* The line that says where a row is, with a link where there is one: to the row, else to what holds
 * its table; f may be NULL. since: UTC ms, 0: left out. */
void jail_where(struct ask *a, const struct flow *f, const char *row_id, int64_t since,
                struct msg *m);

/* Why what stands in a cell that nobody can read is no value of that field (NULL: unknown): «это не
 * дата…». */
const char *jail_unread_why(struct ask *a, const struct field *field);
/* What it might be, each line with its break: a name of its dictionary that is like it, and those
 * that there are. Appends nothing for a field without a dictionary. */
void jail_unread_known(struct ask *a, const struct dicts *dicts, const struct why_cell *cell,
                       struct msg *m);

/* One line of quarantine by itself, with all that there is to say, be it a row that was not taken
 * in or a record that did not go out, and with the buttons that only it has. */
int jail_item(struct ask *a, const struct dicts *dicts, const struct jailed *j, struct msg *m,
              struct buttons *b, struct err *err);

/* page[at] as a list shows it, shortly, under its number: what a line before it on the page has
 * said is not said again. *ret_mend: it waits for a hand in its table. */
int jail_line(struct ask *a, const struct dicts *dicts, int64_t number, const struct jailed *page,
              size_t at, struct msg *m, struct buttons *b, bool *ret_mend, struct err *err);

#endif

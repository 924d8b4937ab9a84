/* card.h: a record on one screen: what is known of it, what stands around it, where it stands, what
 * is in its way, and buttons to change the little things. Within a command's call.
 *
 * A card is a table of sections (card.c): a new one is a function and a line. */
#ifndef BOT_CARD_H
#define BOT_CARD_H

#include "bot/card_sight.h"
#include "store/dict.h"
#include "store/record.h"
#include "sync/why.h"

/* One card under way. */
struct card {
    struct ask *a;
    const struct dicts *dicts;
    const struct record *rec;
    const struct why *why; /* NULL on one's own card */
    enum card_sight sight;
    struct msg *m;
    struct buttons *b;
};

/* Shows it in the message whose button was pressed, else in a new one; note: said above it, or
 * NULL. Somebody who may not see it is told so. */
int card_show(struct ask *a, const char *entity, const char *id, struct msg *note, struct err *err);

/* Fields that may be changed from the card; NULL past the last one. */
const char *card_editable(const char *entity, size_t at);

#endif

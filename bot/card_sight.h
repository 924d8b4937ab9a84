/* card_sight.h: what somebody may see of a record and of those around it. Within a command's call.
 */
#ifndef BOT_CARD_SIGHT_H
#define BOT_CARD_SIGHT_H

#include "bot/ask.h"
#include "store/kin.h"

/* Who looks at it. */
enum card_sight {
    CARD_HIDDEN, /* not for them */
    CARD_OWN,    /* it is about themselves: without what organizers note about them */
    CARD_WHOLE,  /* organizers, for the teams that are theirs */
};

/* What they may see of a record. */
int card_sight(struct ask *a, const char *entity, const char *id, enum card_sight *ret,
               struct err *err);

/* Records around one that they may see. */
struct card_kin {
    const char **ids;
    size_t n;
    int64_t more; /* of those that they may see, past the n */
    bool hidden;  /* there are others, of teams that are not theirs */
};
int card_kin(struct ask *a, enum kin kin, const char *id, size_t max, struct card_kin *ret,
             struct err *err);

/* The entity of the record with that id; NULL when there is none. */
int card_entity(struct ask *a, const char *id, const char **ret, struct err *err);

#endif

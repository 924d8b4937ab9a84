/* card_parts.h: the sections of a card that tell of more than the record itself. Each appends its
 * lines and buttons, each line with its break. Within card_show. */
#ifndef BOT_CARD_PARTS_H
#define BOT_CARD_PARTS_H

#include "bot/card.h"

/* «человек», «бейдж». */
const char *card_what(struct ask *a, const char *entity);

int card_add_participations(struct card *c, struct err *err); /* of a person */
int card_add_badges(struct card *c, struct err *err);         /* of a person, with their arrivals */
int card_add_arrivals(struct card *c, struct err *err);       /* of a badge */
int card_add_team(struct card *c, struct err *err);           /* how many this year, who leads it */

int card_add_state(struct card *c, struct err *err);    /* deleted, paused */
int card_add_places(struct card *c, struct err *err);   /* its rows, with links */
int card_add_problems(struct card *c, struct err *err); /* quarantine, conflicts, marks */
int card_add_ways(struct card *c, struct err *err);     /* to its records, its history, back */

#endif

/* sample_text.h: why rows of a job were not taken in, or records not sent: each reason once,
 * however many flows met it. Pure. */
#ifndef BOT_SAMPLE_TEXT_H
#define BOT_SAMPLE_TEXT_H

#include "bot/text/job_text.h"

/* push: of what was to be sent, else of what was read. A line for each reason, with its break. */
void samples_add(const struct job_view *v, bool push, enum lang lang, struct msg *m);

#endif

/* flows_asked.h: the flows that a person named behind /sync or /preview, and the job that comes of
 * it. Within a command's call. */
#ifndef BOT_FLOWS_ASKED_H
#define BOT_FLOWS_ASKED_H

#include "bot/ask.h"
#include "bot/jobs.h"
#include "sync/choose.h"

/* Reads a->args: names of flows and cycles (also by what people call them), "all", and "full".
 * *ret_chosen is false when a name is unknown: the person has been answered with the nearest one.
 */
int flows_asked(struct ask *a, struct choice *ret, bool *ret_full, bool *ret_chosen,
                struct err *err);

/* Queues the job, or joins the one that does the same. prefix tells apart what the same flows are
 * asked for ("full", "preview"); NULL: a plain sync. options->cycle is taken from the choice. */
int flows_start(struct ask *a, const struct choice *c, const char *prefix,
                const struct job_options *options, struct err *err);

/* The flow of that name, or that people call so; NULL: there is none. */
const struct flow *flow_asked(struct ask *a, const char *word);

/* The name of the flow or cycle that was likely meant, or NULL. */
const char *flow_asked_nearest(struct ask *a, const char *word);

/* What a flow's button says: its title, with an arrow where it only sends, and with
 * its remote where another flow has that title. In the arena. */
const char *flow_asked_title(struct ask *a, const struct flow *f);

#endif

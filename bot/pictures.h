/* pictures.h: draws charts by running rosterd-chart, a program of its own, so that the daemon links
 * no graphics and outlives whatever becomes of them.
 *
 * What is to be drawn goes in as JSON on the program's standard input, the PNG comes out on its
 * standard output. The program has a few seconds, little memory and a bounded output; past that it
 * is killed. One thread at a time: the sender's. */
#ifndef BOT_PICTURES_H
#define BOT_PICTURES_H

#include "store/base/buf.h"
#include "store/base/err.h"

#define PICTURE_MAX ((size_t)8 << 20) /* bytes of a PNG; Telegram takes photos of 10 MB */

struct pictures;

struct pictures_parts {
    const char *program; /* its path; NULL: rosterd-chart beside this program */
    unsigned limit_ms;   /* it may run that long; 0: 4 s */
};
struct pictures *pictures_new(const struct pictures_parts *parts);
void pictures_free(struct pictures *p); /* takes NULL */

/* Draws; the PNG is appended to ret. Errors: ERR_LOCAL when there is no such program or it cannot
 * be run, ERR_TEMP when it ran out of time, ERR_DATA when it refused the drawing or gave no PNG. A
 * program that ran out of time is left alone for the next minute. */
int pictures_draw(struct pictures *p, const char *drawing, struct buf *ret, struct err *err);

#endif

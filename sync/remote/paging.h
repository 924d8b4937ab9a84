/* paging.h: walking pages that a remote numbers with opaque tokens, so that it always ends.
 *
 * A guard lives on the stack of one listing. It notices every cycle of tokens, long ones too, with
 * one kept token (Brent's algorithm), and stops at PAGES_MAX. */
#ifndef SYNC_REMOTE_PAGING_H
#define SYNC_REMOTE_PAGING_H

#include "store/base/err.h"

#define PAGES_MAX 100000

struct page_guard {
    char *kept; /* owned */
    unsigned steps, power;
    unsigned pages;
};

#define AUTO_GUARD CLEANUP(page_guard_free) struct page_guard
void page_guard_free(struct page_guard *g);

/* Takes the token of the next page. Errors: ERR_DATA, `what` first: the tokens go round in a
 * circle, or there are more than PAGES_MAX pages. */
int page_guard_next(struct page_guard *g, const char *token, const char *what, struct err *err);

#endif

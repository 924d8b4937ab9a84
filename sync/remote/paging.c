#include "sync/remote/paging.h"

#include <stdlib.h>
#include <string.h>

void page_guard_free(struct page_guard *g)
{
    free(g->kept);
    *g = (struct page_guard){0};
}

int page_guard_next(struct page_guard *g, const char *token, const char *what, struct err *err)
{
    if (++g->pages >= PAGES_MAX)
        return err_set(err, ERR_DATA, "%s: more than %d pages", what, PAGES_MAX);
    if (g->kept && !strcmp(g->kept, token))
        return err_set(err, ERR_DATA, "%s: the next page is one already read (a cursor loop)",
                       what);
    if (g->steps++ >= g->power) { /* keep the 1st, 2nd, 4th, 8th … token and compare with it */
        g->power = g->power ? g->power * 2 : 1;
        g->steps = 0;
        free(g->kept);
        g->kept = xstrdup(token);
    }
    return 0;
}

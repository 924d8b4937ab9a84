/* grist_turn.c: requests of one document run one after another, in the order they came, and take
 * their time; more than ten of them at once are turned away. */
#include "tests/sandbox/grist.h"

#include <errno.h>
#include <time.h>

bool grist_busy(const struct sandbox *sb, const struct gr_doc *doc)
{
    return sb->opt.rate_limits && doc->in_flight >= GRIST_IN_FLIGHT;
}

void grist_turn_begin(struct sandbox *sb, struct gr_doc *doc)
{
    uint64_t ticket = doc->next_ticket++;
    doc->in_flight++;
    /* whoever has the turn gives it back soon, at the end of the process too */
    while (doc->serving != ticket)
        pthread_cond_wait(&sb->changed, &sb->lock);
}

void grist_turn_end(struct sandbox *sb, struct gr_doc *doc, double cost_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    int64_t ns = until.tv_nsec + (int64_t)(cost_ms * 1e6 / sb->opt.speed);
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    while (!sb->stopping && cost_ms > 0 &&
           pthread_cond_timedwait(&sb->changed, &sb->lock, &until) != ETIMEDOUT) {
    }
    doc->serving++;
    doc->in_flight--;
    pthread_cond_broadcast(&sb->changed);
}

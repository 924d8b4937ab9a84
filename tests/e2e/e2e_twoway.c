#include "tests/e2e/e2e_twoway.h"

struct e2e *twoway_world(const char *faults)
{
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 80,
                                                    .teams = 14,
                                                    .participations = 90,
                                                    .faults = faults,
                                                    .two_way = true});
    e2e_set(e, "[flow participation]", "settle_insert", "1s");
    e2e_set(e, "[flow volunteers]", "settle_insert", "1s");
    e2e_set(e, "[flow leads]", "max_delete",
            "100%"); /* there are few, and people move them about */
    return e;
}

int64_t twoway_writes(struct e2e *e)
{
    return e2e_requests(e, "notion").writes + e2e_requests(e, "coda").writes;
}

/* It may join a job that goes on already. */
void twoway_sync(struct e2e *e, const char *command)
{
    static const char said[] = "SELECT count(*) FROM chat_in";
    static const char open[] = "SELECT (SELECT count(*) FROM chat_in WHERE state = 'new') + (SELECT"
                               " count(*) FROM job WHERE state IN ('queued', 'running'))";
    int64_t before = e2e_int(e, said);
    e2e_say(e, ADMIN, command);
    E2E_UNTIL(WAIT, e2e_int(e, said) > before && e2e_int(e, open) == 0);
}

int64_t twoway_until_quiet(struct e2e *e)
{
    static const char open[] = "SELECT count(*) FROM intent WHERE state = 'sent'";
    for (int i = 0; i < 12; i++) {
        int64_t written = twoway_writes(e);
        twoway_sync(e, "/sync festival");
        int64_t left = e2e_int(e, open);
        if (twoway_writes(e) == written &&
            e2e_int(e, arena_printf(e->arena, "%s AND attempts > 0", open)) == left)
            return left;
        clock_sleep_ms(400, NULL);
    }
    fail_msg("still writing after twelve cycles");
    return -1;
}

void twoway_check_quiet(struct e2e *e)
{
    const char *before = e2e_snapshot(e);
    int64_t written = twoway_writes(e);
    e2e_ask(e, ADMIN, "/sync festival", "Всё сходится");
    e2e_check_same(e, before);
    if (twoway_writes(e) == written)
        return;
    AUTO_JSON *log = e2e_get(e, "/log?writes=1");
    for (const cJSON *w = json_at(log, "requests")->child; w; w = w->next)
        print_error("%s %s %s\n", json_text(w, "method"), json_text(w, "path"),
                    json_text(w, "body"));
    fail_msg("%lld writes too many", (long long)(twoway_writes(e) - written));
}

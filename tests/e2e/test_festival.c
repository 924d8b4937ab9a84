/* test_festival.c: the complete example, deploy/examples/festival.ini, played whole: with the
 * sandbox's addresses, tokens and databases put in, and nothing else changed, every column is
 * found, and after its cycles all tables agree. */
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"
#include "tests/support/temp_store.h"

#include <stdio.h>
#include <string.h>

#define FESTIVAL "deploy/examples/festival.ini"
#define TEXT_MAX ((size_t)1 << 20)
#define ROUNDS   3

static const char *example(struct e2e *e)
{
    AUTO_BUF text = BUF_INIT(TEXT_MAX);
    char part[4096];
    size_t n;
    FILE *f = fopen(FESTIVAL, "r");
    if (!f)
        fail_msg("cannot read %s; run this from the top of the tree", FESTIVAL);
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_addn(&text, part, n);
    fclose(f);
    return arena_strdup(e->arena, buf_str(&text));
}

/* The one place where the example says `from`. */
static const char *put(struct e2e *e, const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    if (!at || strstr(at + 1, from))
        fail_msg("«%s» does not stand in %s once", from, FESTIVAL);
    return arena_printf(e->arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static const char *remote(struct e2e *e, const char *token, const char *path)
{
    return arena_printf(e->arena, "token = %s\nrate = 500\napi_url = http://127.0.0.1:%u%s", token,
                        e->port, path);
}

static void configure(struct e2e *e)
{
#define DATABASE(n) "table = 0f2b7c1e-0000-4000-8000-00000000000" #n
    const char *const places[][2] = {
        {"store = rosterd.db", arena_printf(e->arena, "store = %s\nlog_level = debug", e->store)},
        {"token = env:ROSTERD_BOT_TOKEN",
         arena_printf(e->arena,
                      "token = " SB_TELEGRAM_TOKEN "\napi_url = http://127.0.0.1:%u/telegram",
                      e->port)},
        {"admins = 123456789", "admins = " SB_ADMIN_ID},
        {"token = env:NOTION_TOKEN", remote(e, SB_NOTION_TOKEN, "/notion/v1")},
        {"token = env:CODA_TOKEN", remote(e, SB_CODA_TOKEN, "/coda/apis/v1")},
        {"doc = AbCdEfGhIj", "doc = " SB_CODA_DOC},
        {"token = env:GRIST_TOKEN", remote(e, SB_GRIST_TOKEN, "/grist")},
        {"api_url = https://docs.getgrist.com\n", ""},
        {"doc = pQrStUvWxYz1", "doc = " SB_GRIST_DOC},
        {DATABASE(1), "table = " SB_DB_PEOPLE},
        {DATABASE(2), "table = " SB_DB_TEAMS},
        {DATABASE(3), "table = " SB_DB_LEADS},
        {DATABASE(4), "table = " SB_DB_VOLUNTEERS},
        {DATABASE(5), "table = " SB_DB_BADGES},
        {DATABASE(6), "table = " SB_DB_ROLES},
    };
    const char *text = example(e);
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        text = put(e, text, places[i][0], places[i][1]);
    temp_write(e->config, text);
}

/* "13 of 13 columns": none is missing; returns how many tables were looked at. */
static int tables_found(const char *screen)
{
    int tables = 0;
    for (const char *at = screen; (at = strstr(at, " of ")); at += 4) {
        const char *from = at;
        while (from > screen && from[-1] >= '0' && from[-1] <= '9')
            from--;
        if (from == at)
            continue;
        if (strncmp(from, at + 4, (size_t)(at - from)) != 0)
            fail_msg("not every column is there:\n%s", screen);
        tables++;
    }
    return tables;
}

static void play(struct e2e *e, const char *cycle, bool last)
{
    struct shell s = e2e_shell(e, arena_printf(e->arena, "sync %s --approve", cycle));
    if (s.code > (last ? 0 : 1)) /* 1: rows with mistakes, which the festival has */
        fail_msg("%s", s.out);
}

static void test_example_is_played_whole(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(
        &(struct e2e_options){.people = 100, .teams = 13, .participations = 120, .grist = true});
    configure(e);
    struct shell s = e2e_shell(e, "check");
    if (s.code || strstr(s.out, "WRONG") || strstr(s.out, "FAIL"))
        fail_msg("%s", s.out);
    assert_true(tables_found(s.out) >= 17);
    for (int i = 0; i < ROUNDS; i++) {
        play(e, "participation", i + 1 == ROUNDS);
        play(e, "grist", i + 1 == ROUNDS);
    }
    /* the guests' badges came from Notion, their arrivals from Coda, and both are in Grist now */
    assert_true(e2e_int(e, "SELECT count(*) FROM link n JOIN link g USING (entity, local_id)"
                           " WHERE n.flow = 'badges' AND g.flow = 'gr-badges'") >= 12);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM link c JOIN link g USING (entity, local_id)"
                                " WHERE c.flow = 'coda-arrivals' AND g.flow = 'gr-arrivals'"),
                     12);
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync participation", "Всё сходится");
    e2e_ask(e, ADMIN, "/sync grist", "Всё сходится");
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_example_is_played_whole),
    };
    return E2E_RUN("festival", tests);
}

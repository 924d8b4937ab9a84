#include "bot/command.h"
#include "bot/status.h"
#include "bot/text/ops_text.h"
#include "store/schema.h"
#include "sync/http.h"

#include <string.h>
#include <sys/utsname.h>

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    char up[TEXT_SHORT];
    struct status st;
    struct utsname host;
    if (status_read(a->db, a->bot->cfg, a->arena, &st, err))
        return -1;
    bool known = !uname(&host);
    TEXT_ADD(&m, a->lang, TEXT_VERSION_HEAD, T_TEXT("version", ROSTERD_VERSION),
             T_INT("schema", schema_latest()));
    msg_html(&m, "\n");
    TEXT_ADD(&m, a->lang, TEXT_VERSION_PARTS, T_TEXT("sqlite", db_sqlite_version()),
             T_TEXT("curl", http_version()),
             T_TEXT("system",
                    known ? arena_printf(a->arena, "%s %s", host.sysname, host.release) : ""));
    msg_html(&m, "\n");
    TEXT_ADD(&m, a->lang, TEXT_VERSION_UP,
             T_TEXT("up", text_duration(up, a->lang, a->now - a->bot->started_ms)),
             T_TEXT("size", ops_size(a, st.store_bytes)));
    return ask_reply(a, &m, NULL, NULL, err);
}

const struct command cmd_version = {.name = "version",
                                    .args = "",
                                    .help = TEXT_CMD_VERSION,
                                    .role = ROLE_ORGANIZER,
                                    .in_menu = true,
                                    .run = run};

# Every source by name, so that a file left lying about never becomes part of the program.
STORE_SRC := \
 store/base/arena.c store/base/base.c store/base/buf.c store/base/clock.c store/base/err.c \
 store/base/ini.c store/base/json.c store/base/log.c store/base/secret.c store/base/utf8.c \
 store/base/uuid.c \
 store/audit.c store/chatbox.c store/chatbox_out.c store/db.c store/dict.c store/links.c store/model.c \
 store/people.c store/quarantine.c store/queue.c store/record.c store/rows.c store/runs.c \
 store/schema.c store/staging.c store/value.c

SYNC_SRC := \
 sync/apply.c sync/brakes.c sync/cell.c sync/choose.c sync/config.c sync/config_judge.c sync/config_keys.c \
 sync/engine.c sync/http.c sync/judge.c sync/lane.c sync/limiter.c sync/mapping.c sync/normalise.c \
 sync/plan.c sync/reconcile.c sync/remote.c sync/remotes.c sync/report.c sync/vanish.c \
 sync/remote/coda.c sync/remote/coda_codec.c sync/remote/coda_list.c sync/remote/notion.c \
 sync/remote/notion_codec.c sync/remote/notion_list.c sync/remote/notion_value.c \
 sync/remote/paging.c sync/remote/tables.c

BOT_SRC := \
 bot/cli.c bot/cli_sync.c bot/cli_db.c

SANDBOX_SRC := $(sort $(wildcard tests/sandbox/*.c))

TEST_SUPPORT_SRC :=
UNIT_TESTS :=

/* The one list of commands; its order is that of /help and of the menus. */
#include "bot/command.h"

extern const struct command cmd_backup, cmd_cursor, cmd_health, cmd_log, cmd_queue, cmd_schedule,
    cmd_version, cmd_start, cmd_menu, cmd_help, cmd_id, cmd_lang, cmd_sync, cmd_cancel, cmd_status,
    cmd_stats, cmd_runs, cmd_run, cmd_invalid, cmd_grant, cmd_revoke, cmd_preview, cmd_plan,
    cmd_apply, cmd_refuse, cmd_history, cmd_conflicts, cmd_conflict, cmd_settle, cmd_pause,
    cmd_resume, cmd_there, cmd_again, cmd_task, cmd_find, cmd_card, cmd_set, cmd_undo, cmd_deleted,
    cmd_restore, cmd_why, cmd_roles, cmd_bind, cmd_unbind, cmd_confirm, cmd_alerts, cmd_mute;

static const struct command *const list[] =
    {&cmd_start,     &cmd_menu,     &cmd_find,   &cmd_card,   &cmd_set,     &cmd_sync,
     &cmd_preview,   &cmd_status,   &cmd_stats,  &cmd_alerts, &cmd_invalid, &cmd_deleted,
     &cmd_conflicts, &cmd_pause,    &cmd_runs,   &cmd_run,    &cmd_why,     &cmd_history,
     &cmd_undo,      &cmd_plan,     &cmd_apply,  &cmd_refuse, &cmd_cancel,  &cmd_conflict,
     &cmd_settle,    &cmd_restore,  &cmd_resume, &cmd_task,   &cmd_there,   &cmd_again,
     &cmd_grant,     &cmd_revoke,   &cmd_roles,  &cmd_bind,   &cmd_unbind,  &cmd_confirm,
     &cmd_mute,      &cmd_schedule, &cmd_queue,  &cmd_health, &cmd_version, &cmd_cursor,
     &cmd_backup,    &cmd_log,      &cmd_lang,   &cmd_id,     &cmd_help};
const struct command_table command_table = {list, ARRAY_LEN(list)};

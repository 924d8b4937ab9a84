# Every source by name, so that a file left lying about never becomes part of the program.
STORE_SRC := \
 store/about.c store/audit.c store/backlog.c store/backup.c \
 store/base/arena.c store/base/base.c store/base/buf.c store/base/clock.c store/base/err.c \
 store/base/ini.c store/base/json.c store/base/log.c store/base/secret.c store/base/utf8.c \
 store/base/uuid.c \
 store/cascade.c \
 store/chat/alert_chats.c store/chat/alerts.c store/chat/bindings.c store/chat/chatbox.c \
 store/chat/chatbox_move.c store/chat/chatbox_out.c store/chat/confirmations.c store/chat/edits.c \
 store/chat/grants.c store/chat/handover.c store/chat/people.c store/chat/role.c store/chat/tasks.c store/chat/taste.c \
 store/conflicts.c store/db.c store/deletions.c store/dict.c store/dict_rows.c store/fallen.c \
 store/holds.c store/journal.c store/kin.c store/links.c store/marks.c store/model.c store/names.c \
 store/outgoing.c store/pauses.c store/plans.c store/quarantine.c store/queue.c store/reach.c \
 store/record.c store/refs.c store/row_binds.c store/rows.c store/rows_save.c store/runs.c store/schema.c store/search.c store/search_index.c \
 store/search_match.c store/staging.c store/starts.c store/stats.c store/stuck.c store/traces.c \
 store/trail.c store/value.c

SYNC_SRC := \
 sync/agreed.c sync/apply.c sync/brakes.c sync/cell.c sync/check.c sync/choose.c sync/clocks.c \
 sync/config/config.c sync/config/config_alert_keys.c sync/config/config_constants.c \
 sync/config/config_find.c sync/config/config_flow_keys.c sync/config/config_judge.c \
 sync/config/config_keys.c sync/config/config_late.c sync/config/config_put.c sync/config/config_put_judge.c \
 sync/config/config_reading.c sync/config/config_steps.c sync/config/config_values.c \
 sync/dispute.c sync/edit.c sync/engine.c sync/http.c sync/lane.c sync/limiter.c sync/mapping.c \
 sync/normalise.c sync/notes.c sync/plan.c sync/plan_keep.c \
 sync/pull/dictionary.c sync/pull/gone.c sync/pull/identity.c sync/pull/jail.c sync/pull/judge.c sync/pull/judge_parts.c \
 sync/pull/judge_rows.c sync/pull/mark_read.c sync/pull/merge.c sync/pull/recognise.c \
 sync/pull/reconcile.c sync/pull/rejudge.c sync/pull/siblings.c sync/pull/unique.c \
 sync/pull/vanish.c \
 sync/push/mark_plan.c sync/push/mark_push.c sync/push/peek.c sync/push/push.c sync/push/push_op.c sync/push/put.c sync/push/recover.c \
 sync/push/send.c sync/push/settle.c \
 sync/remote.c \
 sync/remote/cells.c sync/remote/coda.c sync/remote/coda_call.c sync/remote/coda_codec.c sync/remote/coda_find.c \
 sync/remote/coda_list.c sync/remote/coda_names.c sync/remote/coda_peek.c sync/remote/coda_put.c \
 sync/remote/coda_settle.c sync/remote/coda_write.c sync/remote/grist.c sync/remote/grist_call.c sync/remote/grist_codec.c \
 sync/remote/grist_find.c sync/remote/grist_links.c sync/remote/grist_list.c \
 sync/remote/grist_news.c sync/remote/grist_notes.c sync/remote/grist_peek.c sync/remote/grist_put.c \
 sync/remote/grist_scan.c sync/remote/grist_settle.c sync/remote/grist_value.c \
 sync/remote/grist_write.c sync/remote/notion.c sync/remote/notion_call.c sync/remote/notion_codec.c \
 sync/remote/notion_find.c sync/remote/notion_list.c sync/remote/notion_peek.c \
 sync/remote/notion_put.c sync/remote/notion_value.c sync/remote/notion_write.c \
 sync/remote/paging.c sync/remote/tables.c \
 sync/remotes.c sync/report.c sync/resolve.c sync/restore.c sync/row_name.c sync/row_reach.c sync/run_state.c \
 sync/steps.c \
 sync/undo/undo.c sync/undo/undo_apply.c sync/undo/undo_gone.c sync/undo/undo_judge.c sync/undo/undo_list.c \
 sync/undo/undo_sent.c sync/undo/undo_walk.c sync/undo/undo_with.c \
 sync/why.c sync/why_row.c

BOT_SRC := \
 bot/alerts/admin_notice.c bot/alerts/alert_group.c bot/alerts/alert_tell.c bot/alerts/alert_text.c bot/alerts/alerts.c \
 bot/alerts/digest.c bot/alerts/heartbeat.c bot/alerts/store_watch.c bot/alerts/watch.c \
 bot/ask.c bot/backup_job.c bot/bot.c bot/card.c bot/card_parts.c bot/card_sight.c \
 bot/chart/chart_codec.c bot/chart/chart_layout.c \
 bot/chat/chat_thread.c bot/chat/console.c bot/chat/console_save.c bot/chat/groups.c \
 bot/chat/html.c bot/chat/html_scan.c bot/chat/html_split.c bot/chat/in_private.c bot/chat/intake.c bot/chat/me.c \
 bot/chat/menus.c bot/chat/outcome.c bot/chat/send_limits.c bot/chat/sender.c bot/chat/shout.c bot/chat/spool.c \
 bot/chat/telegram.c \
 bot/chat/telegram_codec.c bot/chat/telegram_file.c bot/chat/telegram_updates.c \
 bot/chat/telegram_upload.c bot/chat/uploads.c \
 bot/cli/cli.c bot/cli/cli_chat.c bot/cli/cli_check.c bot/cli/cli_db.c bot/cli/cli_run.c \
 bot/cli/cli_seal.c bot/cli/cli_status.c bot/cli/cli_sync.c bot/cli/cli_tools.c bot/cli/cli_undo.c bot/cli/cli_user.c \
 bot/cli/cli_why.c \
 bot/cmd/cmd_again.c bot/cmd/cmd_alerts.c bot/cmd/cmd_apply.c bot/cmd/cmd_backup.c \
 bot/cmd/cmd_bind.c bot/cmd/cmd_cancel.c bot/cmd/cmd_card.c bot/cmd/cmd_confirm.c \
 bot/cmd/cmd_conflict.c bot/cmd/cmd_conflicts.c bot/cmd/cmd_cursor.c bot/cmd/cmd_deleted.c \
 bot/cmd/cmd_find.c bot/cmd/cmd_grant.c bot/cmd/cmd_health.c bot/cmd/cmd_help.c \
 bot/cmd/cmd_history.c bot/cmd/cmd_id.c bot/cmd/cmd_invalid.c bot/cmd/cmd_lang.c bot/cmd/cmd_log.c \
 bot/cmd/cmd_menu.c bot/cmd/cmd_mute.c bot/cmd/cmd_pause.c bot/cmd/cmd_plan.c \
 bot/cmd/cmd_preview.c bot/cmd/cmd_queue.c bot/cmd/cmd_refuse.c bot/cmd/cmd_restore.c \
 bot/cmd/cmd_resume.c bot/cmd/cmd_revoke.c bot/cmd/cmd_roles.c bot/cmd/cmd_run.c \
 bot/cmd/cmd_runs.c bot/cmd/cmd_schedule.c bot/cmd/cmd_set.c bot/cmd/cmd_settle.c \
 bot/cmd/cmd_start.c bot/cmd/cmd_stats.c bot/cmd/cmd_status.c bot/cmd/cmd_sync.c \
 bot/cmd/cmd_task.c bot/cmd/cmd_there.c bot/cmd/cmd_unbind.c bot/cmd/cmd_undo.c \
 bot/cmd/cmd_version.c bot/cmd/cmd_why.c bot/cmd/csv_asked.c bot/cmd/edit_asked.c bot/cmd/flows_asked.c \
 bot/cmd/hold_asked.c bot/cmd/lost_asked.c bot/cmd/plan_asked.c bot/cmd/record_asked.c \
 bot/cmd/why_asked.c \
 bot/command.c bot/command_table.c bot/dispatch.c bot/confirm.c bot/conflict_page.c bot/contact.c bot/csv.c bot/daemon.c \
 bot/deep_links.c bot/grant.c bot/job_failures.c bot/job_options.c bot/jobs.c bot/main_menu.c \
 bot/pictures.c bot/poison.c bot/pool.c bot/rights.c bot/run_csv.c bot/schedule.c bot/stats.c bot/status.c \
 bot/text/alike_text.c bot/text/backup_text.c bot/text/change_text.c bot/text/check_text.c bot/text/deleted_text.c bot/text/field_text.c \
 bot/text/found_text.c \
 bot/text/jail_text.c bot/text/job_text.c bot/text/job_totals.c bot/text/ops_text.c bot/text/page_text.c bot/text/plan_text.c \
 bot/text/run_text.c bot/text/same_text.c bot/text/sample_text.c bot/text/text.c bot/text/undo_text.c bot/text/why_text.c \
 bot/work_list.c bot/work_reach.c

# rosterd-chart, with cairo and pango
CHART_SRC := bot/chart/chart_draw.c bot/chart/rosterd-chart.c
CHART_SRC_tsan := tests/support/chart_tsan.c

SANDBOX_SRC := \
 tests/sandbox/coda.c tests/sandbox/coda_follow.c tests/sandbox/coda_hand.c \
 tests/sandbox/coda_http.c tests/sandbox/coda_json.c tests/sandbox/coda_rows.c \
 tests/sandbox/coda_schema.c tests/sandbox/coda_write.c tests/sandbox/config.c \
 tests/sandbox/config_grist.c tests/sandbox/control.c tests/sandbox/faults.c \
 tests/sandbox/festival.c tests/sandbox/festival_grist.c tests/sandbox/festival_grist_badges.c \
 tests/sandbox/festival_grist_tables.c tests/sandbox/festival_notion_badges.c \
 tests/sandbox/festival_people.c tests/sandbox/festival_rows.c tests/sandbox/grist.c \
 tests/sandbox/grist_check.c tests/sandbox/grist_columns.c tests/sandbox/grist_files.c \
 tests/sandbox/grist_hand.c tests/sandbox/grist_history.c tests/sandbox/grist_http.c \
 tests/sandbox/grist_list.c tests/sandbox/grist_marshal.c tests/sandbox/grist_rows.c \
 tests/sandbox/grist_schema.c tests/sandbox/grist_sql.c tests/sandbox/grist_turn.c \
 tests/sandbox/grist_upsert.c tests/sandbox/grist_value.c tests/sandbox/grist_write.c \
 tests/sandbox/life.c tests/sandbox/life_coda.c tests/sandbox/life_grist.c \
 tests/sandbox/life_notion.c tests/sandbox/limiter.c tests/sandbox/main.c tests/sandbox/names.c \
 tests/sandbox/nap.c tests/sandbox/notion.c tests/sandbox/notion_filter.c \
 tests/sandbox/notion_hand.c tests/sandbox/notion_http.c tests/sandbox/notion_json.c \
 tests/sandbox/notion_query.c tests/sandbox/notion_schema.c tests/sandbox/notion_types.c \
 tests/sandbox/notion_write.c tests/sandbox/reqlog.c tests/sandbox/server.c \
 tests/sandbox/telegram.c tests/sandbox/telegram_commands.c tests/sandbox/telegram_control.c \
 tests/sandbox/telegram_html.c tests/sandbox/telegram_limits.c tests/sandbox/telegram_methods.c \
 tests/sandbox/telegram_params.c tests/sandbox/telegram_people.c tests/sandbox/telegram_schema.c \
 tests/sandbox/telegram_spec.c tests/sandbox/telegram_text.c tests/sandbox/telegram_updates.c \
 tests/sandbox/util.c

TEST_SUPPORT_SRC := \
 tests/e2e/e2e.c tests/e2e/e2e_agree.c tests/e2e/e2e_talk.c tests/e2e/e2e_twoway.c \
 tests/e2e/screens.c tests/e2e/screens_talk.c tests/e2e/screens_tidy.c \
 tests/loopback.c \
 tests/support/alert_lab.c tests/support/chat_array.c tests/support/config_text.c \
 tests/support/fake_grist.c tests/support/fake_remote.c tests/support/fake_save.c \
 tests/support/fake_table.c tests/support/fake_write.c tests/support/grist_model_agree.c \
 tests/support/grist_model_judge.c tests/support/grist_model_lost.c \
 tests/support/grist_model_people.c tests/support/grist_model_store.c \
 tests/support/grist_model_tables.c tests/support/grist_talk.c tests/support/marked_chat.c \
 tests/support/naive.c tests/support/one_chat.c tests/support/people_chat.c \
 tests/support/scenario_chat.c tests/support/scenario_do.c tests/support/scenario_expect.c \
 tests/support/scenario_flows.c tests/support/scenario_remotes.c tests/support/scenario_rows.c \
 tests/support/scenario_text.c tests/support/scenario_world.c tests/support/small_festival.c \
 tests/support/store_lab.c tests/support/temp_store.c tests/support/twoway_agree.c \
 tests/support/twoway_ask.c tests/support/twoway_hand.c tests/support/twoway_lost.c \
 tests/support/twoway_people.c tests/support/twoway_run.c tests/support/twoway_tables.c \
 tests/support/twoway_world.c tests/support/undo_lab.c \
 tests/wire/wire_file.c

UNIT_TESTS := \
 tests/unit/test_agreed.c tests/unit/test_alerts.c tests/unit/test_alerts_chat.c \
 tests/unit/test_alerts_heartbeat.c tests/unit/test_alert_group.c tests/unit/test_alerts_tell.c tests/unit/test_alerts_watch.c \
 tests/unit/test_backup_chat.c tests/unit/test_base.c tests/unit/test_bind_chat.c tests/unit/test_bindings.c \
 tests/unit/test_bot.c tests/unit/test_brakes.c tests/unit/test_cancel_chat.c tests/unit/test_cascade.c tests/unit/test_cell.c \
 tests/unit/test_chart.c tests/unit/test_chat_thread.c tests/unit/test_chatbox.c \
 tests/unit/test_check.c tests/unit/test_choose.c tests/unit/test_clock.c tests/unit/test_clocks.c \
 tests/unit/test_coda_codec.c tests/unit/test_coda_put.c tests/unit/test_config.c \
 tests/unit/test_config_mistakes.c tests/unit/test_config_put.c tests/unit/test_confirm_chat.c \
 tests/unit/test_conflict_chat.c tests/unit/test_conflicts.c tests/unit/test_console.c \
 tests/unit/test_constants.c tests/unit/test_csv.c tests/unit/test_db.c \
 tests/unit/test_deleted_chat.c tests/unit/test_dict.c tests/unit/test_dict_rows.c \
 tests/unit/test_dict_via.c tests/unit/test_dictionary.c tests/unit/test_digest.c tests/unit/test_dispatch_chat.c tests/unit/test_fallen.c \
 tests/unit/test_festival_ini.c tests/unit/test_find_chat.c tests/unit/test_grants.c \
 tests/unit/test_grist.c tests/unit/test_grist_check.c tests/unit/test_grist_codec.c \
 tests/unit/test_grist_put.c tests/unit/test_grist_rows.c tests/unit/test_groups.c \
 tests/unit/test_html.c tests/unit/test_http.c tests/unit/test_ini.c tests/unit/test_intake.c \
 tests/unit/test_job_text.c tests/unit/test_jobs.c tests/unit/test_journal.c \
 tests/unit/test_json.c tests/unit/test_lines.c tests/unit/test_lane.c tests/unit/test_links.c tests/unit/test_mapping.c \
 tests/unit/test_marks.c tests/unit/test_menu_chat.c tests/unit/test_menus.c \
 tests/unit/test_merge.c tests/unit/test_model.c tests/unit/test_names.c \
 tests/unit/test_normalise.c tests/unit/test_notes.c tests/unit/test_notion_codec.c \
 tests/unit/test_notion_put.c tests/unit/test_ops_chat.c tests/unit/test_pause_chat.c \
 tests/unit/test_pauses.c tests/unit/test_people.c tests/unit/test_pictures.c \
 tests/unit/test_plan_text.c tests/unit/test_poison.c tests/unit/test_put.c tests/unit/test_quarantine.c \
 tests/unit/test_queue.c tests/unit/test_reconcile.c tests/unit/test_report.c \
 tests/unit/test_roles_chat.c tests/unit/test_rows.c tests/unit/test_run_chat.c \
 tests/unit/test_runs.c tests/unit/test_same_chat.c tests/unit/test_schedule.c tests/unit/test_schedule_chat.c \
 tests/unit/test_schema.c tests/unit/test_search.c tests/unit/test_secret.c \
 tests/unit/test_sender.c tests/unit/test_sender_picture.c tests/unit/test_settle.c \
 tests/unit/test_siblings.c tests/unit/test_slips_chat.c tests/unit/test_stats.c tests/unit/test_stats_chat.c tests/unit/test_status_chat.c \
 tests/unit/test_steps.c tests/unit/test_store_watch.c tests/unit/test_team_chat.c tests/unit/test_telegram.c tests/unit/test_telegram_codec.c \
 tests/unit/test_telegram_file.c tests/unit/test_text.c tests/unit/test_undo.c \
 tests/unit/test_undo_chat.c tests/unit/test_undo_sent.c tests/unit/test_undo_with.c \
 tests/unit/test_unread_chat.c tests/unit/test_uploads.c \
 tests/unit/test_utf8.c tests/unit/test_uuid.c tests/unit/test_why_chat.c \
 tests/unit/test_work_chat.c \
 tests/wire/wire.c

SCENARIO_TESTS := \
 tests/scenario/crash.c tests/scenario/random.c tests/scenario/random_grist.c \
 tests/scenario/random_twoway.c tests/scenario/scenarios.c

E2E_TESTS := \
 tests/e2e/test_alerts.c tests/e2e/test_chat.c tests/e2e/test_cli.c tests/e2e/test_conflicts.c \
 tests/e2e/test_crash.c tests/e2e/test_faults.c tests/e2e/test_festival.c tests/e2e/test_find.c tests/e2e/test_full_disk.c \
 tests/e2e/test_grist.c tests/e2e/test_grist_quiet.c tests/e2e/test_ops.c tests/e2e/test_plan.c \
 tests/e2e/test_refused.c tests/e2e/test_sandbox_grist.c tests/e2e/test_sandbox_grist_world.c \
 tests/e2e/test_sandbox_recorded.c tests/e2e/test_screens_en.c tests/e2e/test_screens_ru.c \
 tests/e2e/test_stats.c tests/e2e/test_stop.c tests/e2e/test_sync.c tests/e2e/test_telegram.c tests/e2e/test_transport.c \
 tests/e2e/test_transport_people.c tests/e2e/test_twoway.c tests/e2e/test_twoway_faults.c \
 tests/e2e/test_undo.c

FUZZERS := \
 tests/fuzz/fuzz_cells.c tests/fuzz/fuzz_chart.c tests/fuzz/fuzz_coda.c tests/fuzz/fuzz_grist.c \
 tests/fuzz/fuzz_html.c tests/fuzz/fuzz_ini.c tests/fuzz/fuzz_json.c tests/fuzz/fuzz_notion.c \
 tests/fuzz/fuzz_telegram.c

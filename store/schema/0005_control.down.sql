ALTER TABLE job DROP COLUMN stopped_by;
DROP TABLE hold;
ALTER TABLE chat_user DROP COLUMN dark;
DROP TABLE chat_moved;
DROP TABLE memo;
DROP TABLE daemon_start;
ALTER TABLE flow_state ADD COLUMN alerted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE remote_state ADD COLUMN alerted INTEGER NOT NULL DEFAULT 0;
DROP TABLE alert_unwanted;
DROP TABLE alert_mute;
DROP TABLE alert_chat;
DROP TABLE alert;
DROP TABLE edit;
DROP TRIGGER task_conflict_gone;
DROP TRIGGER task_quarantine_gone;
DROP TABLE reminder;
DROP TABLE task;
DROP INDEX badge_number;
DROP TRIGGER search_badge_update;
DROP TRIGGER search_badge_delete;
DROP TRIGGER search_team_update;
DROP TRIGGER search_team_delete;
DROP TRIGGER search_person_update;
DROP TRIGGER search_person_delete;
DROP VIEW search_source;
DROP TABLE search_state;
DROP TABLE search_index;
DROP TABLE search_text;
DROP TABLE search_todo;
DROP TABLE confirmation;
DROP INDEX person_phone;
DROP INDEX person_telegram;
DROP TABLE binding;
DROP INDEX chat_user_menu;
ALTER TABLE chat_user DROP COLUMN met;
ALTER TABLE chat_user DROP COLUMN menu_stale;
-- a program without limits knows only what has none
UPDATE chat_user SET role = coalesce((SELECT g.role FROM role_grant g WHERE g.via = chat_user.via
  AND g.user_id = chat_user.user_id AND g.ended_at IS NULL AND g.until IS NULL AND g.team_id IS NULL
  ORDER BY CASE g.role WHEN 'admin' THEN 4 WHEN 'organizer' THEN 3 WHEN 'checker' THEN 2 ELSE 1 END DESC
  LIMIT 1), 'anyone');
DROP TABLE role_grant;

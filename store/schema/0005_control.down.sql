DROP TABLE confirmation;
DROP INDEX person_phone;
DROP INDEX person_telegram;
DROP TABLE binding;
ALTER TABLE chat_user DROP COLUMN menu_stale;
-- a program without limits knows only what has none
UPDATE chat_user SET role = coalesce((SELECT g.role FROM role_grant g WHERE g.via = chat_user.via
  AND g.user_id = chat_user.user_id AND g.ended_at IS NULL AND g.until IS NULL AND g.team_id IS NULL
  ORDER BY CASE g.role WHEN 'admin' THEN 4 WHEN 'organizer' THEN 3 WHEN 'checker' THEN 2 ELSE 1 END DESC
  LIMIT 1), 'anyone');
DROP TABLE role_grant;

-- The control plane: who may do what and until when, who is whom, what waits for a second word.

-- ---- roles: several grants of one person add up; one that is over counts no more
CREATE TABLE role_grant(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  via TEXT NOT NULL, user_id INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('participant','checker','organizer','admin')),
  team_id TEXT,                  -- counts for this team only; NULL: for everything
  until INTEGER,                 -- UTC ms; NULL: until somebody takes it away
  given_by TEXT NOT NULL, given_at INTEGER NOT NULL,
  ended_by TEXT, ended_at INTEGER -- taken away, or "time" once that was noticed and told
) STRICT;
CREATE UNIQUE INDEX role_grant_live ON role_grant(via, user_id, role, ifnull(team_id, ''))
  WHERE ended_at IS NULL;
CREATE INDEX role_grant_until ON role_grant(until) WHERE ended_at IS NULL AND until IS NOT NULL;
INSERT INTO role_grant(via, user_id, role, given_by, given_at)
  SELECT via, user_id, role, ifnull(granted_by, 'shell'), ifnull(granted_at, seen_at) FROM chat_user
  WHERE role <> 'anyone';
-- chat_user.role from now on: as last worked out from all that counts, for menus and lists; what a
-- person may do is worked out anew each time
ALTER TABLE chat_user ADD COLUMN menu_stale INTEGER NOT NULL DEFAULT 1; -- the list of commands they see is out of date
-- which person of the store somebody is
CREATE TABLE binding(
  via TEXT NOT NULL, user_id INTEGER NOT NULL,
  person_id TEXT NOT NULL,
  how TEXT NOT NULL CHECK (how IN ('username','phone','hand')),
  bound_by TEXT NOT NULL, bound_at INTEGER NOT NULL,
  PRIMARY KEY (via, user_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX binding_person ON binding(via, person_id);
CREATE INDEX person_telegram ON person(lower(telegram)) WHERE deleted = 0 AND telegram IS NOT NULL;
CREATE INDEX person_phone ON person(phone) WHERE deleted = 0 AND phone IS NOT NULL;
-- dangerous things that wait for a word: whose, where, until when
CREATE TABLE confirmation(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  via TEXT NOT NULL, user_id INTEGER NOT NULL, chat_id INTEGER NOT NULL,
  thread_id INTEGER NOT NULL DEFAULT 0, slot TEXT NOT NULL, -- the message with the button
  command TEXT NOT NULL,         -- what is done, as a button would say it
  what TEXT NOT NULL,            -- JSON: the same in words, language by language
  size INTEGER NOT NULL,         -- how many changes
  state TEXT NOT NULL CHECK (state IN ('asked','second','doing','done','refused','renewed')),
  asked_at INTEGER NOT NULL,
  since INTEGER NOT NULL,        -- when this state began: ten minutes later it is over
  settled_by TEXT
) STRICT;
CREATE INDEX confirmation_open ON confirmation(via, chat_id, slot) WHERE state IN ('asked', 'second');

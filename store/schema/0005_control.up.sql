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
ALTER TABLE chat_user ADD COLUMN menu_stale INTEGER NOT NULL DEFAULT 0; -- their list of commands is out of date
UPDATE chat_user SET menu_stale = 1 WHERE role <> 'anyone';
ALTER TABLE chat_user ADD COLUMN met INTEGER NOT NULL DEFAULT 0; -- was in a private chat: there is one to show a list in
CREATE INDEX chat_user_menu ON chat_user(via) WHERE menu_stale = 1;
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

-- ---- /find: what people, teams and badges are called, with phones and numbers, as one text each
CREATE TABLE search_text(
  id INTEGER PRIMARY KEY,
  entity TEXT NOT NULL, local_id TEXT NOT NULL,
  name TEXT NOT NULL, deleted INTEGER NOT NULL,
  owner TEXT,                    -- a badge's person
  raw TEXT NOT NULL,             -- what follows the first @ is no name: a username, a phone
  -- as the index takes it: words between spaces, also the first and the last one
  words TEXT NOT NULL GENERATED ALWAYS AS (' ' ||
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    raw, 'ё', 'е'), 'Ё', 'Е'), '@', ' '), '"', ' '), '-', ' '), '.', ' '), ',', ' '), '(', ' '), ')', ' '),
    '[', ' '), ']', ' '), '«', ' '), '»', ' ') || ' ') VIRTUAL,
  UNIQUE (entity, local_id)
) STRICT;
CREATE VIRTUAL TABLE search_index USING fts5(words, content = 'search_text', content_rowid = 'id',
  tokenize = 'trigram', columnsize = 0);
-- A first sync need not wait for all this; whoever searches brings it up to date. New records: those whose rev
-- is above this one.
CREATE TABLE search_state(one INTEGER PRIMARY KEY CHECK (one = 1), rev INTEGER NOT NULL) STRICT;
INSERT INTO search_state(one, rev) VALUES (1, -1);
CREATE VIEW search_source(rev, entity, id, name, deleted, owner, raw) AS
  SELECT rev, 'person', id, name, deleted, NULL, name || ' ' || ifnull(last_name, '')
      || ' ' || ifnull(first_name, '') || ' ' || ifnull(nickname, '')
      || ' ' || ifnull(other_names, '') || ' @' || ifnull(telegram, '')
    || ' ' || replace(replace(replace(replace(replace(ifnull(phone, ''), ' ', ''), '-', ''), '(', ''), ')', ''), '+', '') FROM person
  UNION ALL
  SELECT rev, 'team', id, name, deleted, NULL, name FROM team
  UNION ALL
  SELECT rev, 'badge', id, name, deleted, person_id, name || ' ' || ifnull(last_name, '')
      || ' ' || ifnull(first_name, '') || ' ' || ifnull(nickname, '') || ' ' || ifnull(number, '')
    || ' ' || replace(replace(replace(replace(replace(ifnull(phone, ''), ' ', ''), '-', ''), '(', ''), ')', ''), '+', '') FROM badge;
-- What the index has to catch up with in search_text, and what it had of it (NULL: nothing).
CREATE TABLE search_todo(id INTEGER PRIMARY KEY, old TEXT) STRICT;
CREATE TRIGGER search_text_insert AFTER INSERT ON search_text BEGIN
  INSERT OR IGNORE INTO search_todo(id, old) VALUES (new.id, NULL);
END;
CREATE TRIGGER search_text_update AFTER UPDATE OF raw ON search_text WHEN old.raw <> new.raw BEGIN
  INSERT OR IGNORE INTO search_todo(id, old) VALUES (new.id, old.words);
END;
CREATE TRIGGER search_text_delete AFTER DELETE ON search_text BEGIN
  INSERT OR IGNORE INTO search_todo(id, old) VALUES (old.id, old.words);
END;
CREATE TRIGGER search_person_update AFTER UPDATE OF name, last_name, first_name, nickname,
      other_names, telegram, phone, deleted ON person
  WHEN old.name IS NOT new.name OR old.last_name IS NOT new.last_name OR old.first_name IS NOT new.first_name OR
    old.nickname IS NOT new.nickname OR old.other_names IS NOT new.other_names OR old.telegram IS NOT
    new.telegram OR old.phone IS NOT new.phone OR old.deleted IS NOT new.deleted BEGIN
  UPDATE search_text SET name = new.name, deleted = new.deleted, owner = NULL,
      raw = new.name || ' ' || ifnull(new.last_name, '')
      || ' ' || ifnull(new.first_name, '') || ' ' || ifnull(new.nickname, '')
      || ' ' || ifnull(new.other_names, '') || ' @' || ifnull(new.telegram, '')
    || ' ' || replace(replace(replace(replace(replace(ifnull(new.phone, ''), ' ', ''), '-', ''), '(', ''), ')', ''), '+', '')
    WHERE entity = 'person' AND local_id = new.id;
END;
CREATE TRIGGER search_person_delete AFTER DELETE ON person BEGIN
  DELETE FROM search_text WHERE entity = 'person' AND local_id = old.id;
END;
CREATE TRIGGER search_team_update AFTER UPDATE OF name, deleted ON team
  WHEN old.name IS NOT new.name OR old.deleted IS NOT new.deleted BEGIN
  UPDATE search_text SET name = new.name, deleted = new.deleted, owner = NULL, raw = new.name
    WHERE entity = 'team' AND local_id = new.id;
END;
CREATE TRIGGER search_team_delete AFTER DELETE ON team BEGIN
  DELETE FROM search_text WHERE entity = 'team' AND local_id = old.id;
END;
CREATE TRIGGER search_badge_update AFTER UPDATE OF name, last_name, first_name, nickname, number, phone, person_id, deleted ON badge
  WHEN old.name IS NOT new.name OR old.last_name IS NOT new.last_name OR old.first_name IS NOT new.first_name OR
    old.nickname IS NOT new.nickname OR old.number IS NOT new.number OR old.phone IS NOT new.phone OR
    old.person_id IS NOT new.person_id OR old.deleted IS NOT new.deleted BEGIN
  UPDATE search_text SET name = new.name, deleted = new.deleted, owner = new.person_id,
      raw = new.name || ' ' || ifnull(new.last_name, '')
      || ' ' || ifnull(new.first_name, '') || ' ' || ifnull(new.nickname, '') || ' ' || ifnull(new.number, '')
    || ' ' || replace(replace(replace(replace(replace(ifnull(new.phone, ''), ' ', ''), '-', ''), '(', ''), ')', ''), '+', '')
    WHERE entity = 'badge' AND local_id = new.id;
END;
CREATE TRIGGER search_badge_delete AFTER DELETE ON badge BEGIN
  DELETE FROM search_text WHERE entity = 'badge' AND local_id = old.id;
END;
CREATE INDEX badge_number ON badge(number COLLATE NOCASE) WHERE number IS NOT NULL;

-- ---- work lists: what of quarantine and conflicts somebody has taken on, or wants to hear of again
CREATE TABLE task(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('invalid','conflict')),
  flow TEXT NOT NULL, item TEXT NOT NULL, part TEXT NOT NULL, -- as quarantine; a conflict: '', its id, ''
  via TEXT, user_id INTEGER,     -- who has it; NULL: nobody yet
  given_by TEXT, given_at INTEGER,
  UNIQUE (kind, flow, item, part)
) STRICT;
CREATE INDEX task_user ON task(via, user_id) WHERE user_id IS NOT NULL;
CREATE TABLE reminder(
  task INTEGER NOT NULL REFERENCES task(id) ON DELETE CASCADE,
  via TEXT NOT NULL, user_id INTEGER NOT NULL, -- whom
  chat_id INTEGER NOT NULL, thread_id INTEGER NOT NULL DEFAULT 0,
  at INTEGER NOT NULL,
  PRIMARY KEY (task, via, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reminder_at ON reminder(at);
-- what leaves the list, by whatever way, needs nobody any more
CREATE TRIGGER task_quarantine_gone AFTER DELETE ON quarantine BEGIN
  DELETE FROM task WHERE kind = 'invalid' AND flow = old.flow AND item = old.remote_id AND part = old.part;
END;
CREATE TRIGGER task_conflict_gone AFTER UPDATE OF state ON conflict WHEN new.state = 'settled' BEGIN
  DELETE FROM task WHERE kind = 'conflict' AND flow = '' AND item = CAST(new.id AS TEXT) AND part = '';
END;

-- ---- small edits from a card: what is asked, what was changed, and what it was before
CREATE TABLE edit(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  via TEXT NOT NULL, user_id INTEGER NOT NULL,
  chat_id INTEGER NOT NULL, thread_id INTEGER NOT NULL DEFAULT 0, slot TEXT NOT NULL, -- the message
  entity TEXT NOT NULL, local_id TEXT NOT NULL, field TEXT NOT NULL,
  before TEXT, after TEXT,       -- as the audit writes values
  typed INTEGER NOT NULL,        -- 1: the answer is written, not pressed
  state TEXT NOT NULL CHECK (state IN ('asked','done','undone','left')),
  asked_at INTEGER NOT NULL, done_at INTEGER
) STRICT;
CREATE INDEX edit_asked ON edit(via, user_id, chat_id) WHERE state = 'asked';
CREATE INDEX edit_done ON edit(done_at) WHERE state <> 'asked';

-- ---- what is wrong: one row for each cause while it lasts, kept for its history; who was told of it
CREATE TABLE alert(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL, subject TEXT NOT NULL, -- together: the cause
  severity INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 3), -- info, warning, important, critical
  state TEXT NOT NULL CHECK (state IN ('open','closed','dropped')), -- dropped: another stands for it
  times INTEGER NOT NULL,
  num INTEGER NOT NULL DEFAULT 0, ref INTEGER NOT NULL DEFAULT 0, -- a number to tell; a plan
  detail TEXT,
  steps TEXT NOT NULL DEFAULT '', -- the steps of flows that met it, one a line
  since INTEGER NOT NULL,        -- when the trouble began
  last_at INTEGER NOT NULL, closed_at INTEGER,
  flaps INTEGER NOT NULL DEFAULT 0, -- how often it came back in this round
  round INTEGER NOT NULL DEFAULT 1, -- each round is a message of its own: news, reminders, the end
  round_at INTEGER NOT NULL,
  reminded INTEGER NOT NULL DEFAULT 0, remind_at INTEGER NOT NULL DEFAULT 0,
  tell_at INTEGER NOT NULL DEFAULT 0, -- when what is said of it is to be renewed; 0: it is up to date
  shown_at INTEGER NOT NULL DEFAULT 0, told_at INTEGER NOT NULL DEFAULT 0,
  grouped INTEGER NOT NULL DEFAULT 0, -- one of many of its kind: told of by their number
  lead INTEGER NOT NULL DEFAULT 0 -- the alert that tells of it together with others; 0: none
) STRICT;
CREATE UNIQUE INDEX alert_open ON alert(kind, subject) WHERE state = 'open';
CREATE INDEX alert_cause ON alert(kind, subject, id);
CREATE INDEX alert_tell ON alert(tell_at) WHERE tell_at > 0;
CREATE INDEX alert_remind ON alert(remind_at) WHERE remind_at > 0;
CREATE INDEX alert_lead ON alert(lead) WHERE lead > 0;
CREATE INDEX alert_closed ON alert(closed_at) WHERE closed_at IS NOT NULL;
CREATE TABLE alert_chat(         -- what a chat knows of an alert
  alert INTEGER NOT NULL REFERENCES alert(id) ON DELETE CASCADE,
  chat_id INTEGER NOT NULL,
  round INTEGER NOT NULL,        -- up to which round
  msg INTEGER NOT NULL,          -- the round whose message is the latest there; 0: they know otherwise
  PRIMARY KEY (alert, chat_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE alert_mute(
  kind TEXT NOT NULL, subject TEXT NOT NULL, chat_id INTEGER NOT NULL,
  until INTEGER NOT NULL,        -- UTC ms; 0: while this alert lasts
  alert INTEGER NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (kind, subject, chat_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE alert_unwanted(     -- what a chat does not want to hear of: a kind, a severity, the digest
  chat_id INTEGER NOT NULL, what TEXT NOT NULL,
  PRIMARY KEY (chat_id, what)
) STRICT, WITHOUT ROWID;
-- what these stood for is an alert now
ALTER TABLE flow_state DROP COLUMN alerted;
ALTER TABLE remote_state DROP COLUMN alerted;
CREATE TABLE daemon_start(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, ended_at INTEGER) STRICT; -- NULL: killed, or runs
CREATE TABLE memo(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID; -- what the watchman did last

-- ---- groups that became supergroups: what the configuration names by the old id is meant by the new one
CREATE TABLE chat_moved(
  via TEXT NOT NULL, chat_id INTEGER NOT NULL, moved_to INTEGER NOT NULL,
  PRIMARY KEY (via, chat_id)
) STRICT, WITHOUT ROWID;

-- ---- pictures: who likes them dark
ALTER TABLE chat_user ADD COLUMN dark INTEGER NOT NULL DEFAULT 0;

-- ---- what does not run by itself for a while: a flow, a cycle, or all of a remote
CREATE TABLE hold(
  name TEXT PRIMARY KEY,
  until INTEGER,                 -- UTC ms; NULL: until somebody lets it go
  by TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- ---- who stopped a job
ALTER TABLE job ADD COLUMN stopped_by TEXT;

-- Grist: rows that say of themselves that they are deleted.
CREATE TABLE mark(
  remote TEXT NOT NULL, tbl TEXT NOT NULL, remote_id TEXT NOT NULL,
  at INTEGER NOT NULL,           -- the mark's own value, epoch seconds; ours is chosen before it is written
  why TEXT,                      -- the reason that stands beside it
  by TEXT NOT NULL CHECK (by IN ('rule','store','hand','feeder')),
  state TEXT NOT NULL CHECK (state IN ('there','setting','clearing')), -- as read or confirmed, or announced
  since INTEGER NOT NULL,        -- when rosterd first knew of it, UTC ms
  PRIMARY KEY (remote, tbl, remote_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mark_since ON mark(since);
-- marks are writes, too: the same journal, with two more words
CREATE TABLE intent_new(
  id INTEGER PRIMARY KEY,
  run INTEGER REFERENCES run(id),
  flow TEXT NOT NULL, remote TEXT NOT NULL, tbl TEXT NOT NULL,
  op TEXT NOT NULL CHECK (op IN ('insert','update','archive','mark','clear')),
  entity TEXT NOT NULL, local_id TEXT NOT NULL, part TEXT NOT NULL DEFAULT '', remote_id TEXT,
  payload TEXT NOT NULL,         -- JSON: what is to be sent
  state TEXT NOT NULL CHECK (state IN ('open','sent','done','dropped')),
  attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER,
  ref TEXT,                      -- the remote's handle of a write under way
  error TEXT, created_at INTEGER NOT NULL, sent_at INTEGER, done_at INTEGER
) STRICT;
INSERT INTO intent_new SELECT * FROM intent;
DROP TABLE intent;
ALTER TABLE intent_new RENAME TO intent;
CREATE INDEX intent_open ON intent(flow, state, id);
CREATE INDEX intent_unheard ON intent(remote, tbl) WHERE state IN ('open', 'sent');
CREATE INDEX intent_run ON intent(run);
CREATE INDEX intent_record ON intent(entity, local_id) WHERE state IN ('open', 'sent');
CREATE INDEX intent_made ON intent(entity, local_id) WHERE op = 'insert' AND state = 'done';
-- a row's own UUID, however it is spelled: which record it names
CREATE INDEX link_key ON link(entity, replace(lower(remote_key), '-', '')) WHERE remote_key IS NOT NULL;
-- rows that got nothing but the id of their record
ALTER TABLE run ADD COLUMN ids INTEGER NOT NULL DEFAULT 0;
ALTER TABLE plan ADD COLUMN ids INTEGER NOT NULL DEFAULT 0;
-- what was deleted with another record, and returns with it: a person's badges, a badge's arrivals
CREATE TABLE cascaded(
  entity TEXT NOT NULL, local_id TEXT NOT NULL,
  by_entity TEXT NOT NULL, by_id TEXT NOT NULL,
  PRIMARY KEY (entity, local_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX cascaded_by ON cascaded(by_entity, by_id, entity);
-- of all that the plan does: a run that a brake stops again for the same keeps no second one
ALTER TABLE plan ADD COLUMN hash TEXT;
-- what a flow keeps is counted in every cycle: by these alone
DROP INDEX link_flow;
CREATE INDEX link_flow ON link(flow, remote, tbl, missing_since);
CREATE INDEX team_deleted ON team(id) WHERE deleted = 1;
CREATE INDEX person_deleted ON person(id) WHERE deleted = 1;
CREATE INDEX participation_deleted ON participation(id) WHERE deleted = 1;
CREATE INDEX badge_deleted ON badge(id) WHERE deleted = 1;
CREATE INDEX arrival_deleted ON arrival(id) WHERE deleted = 1;
CREATE INDEX anonymous_badge_deleted ON anonymous_badge(id) WHERE deleted = 1;

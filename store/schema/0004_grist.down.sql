DROP INDEX team_deleted;
DROP INDEX person_deleted;
DROP INDEX participation_deleted;
DROP INDEX badge_deleted;
DROP INDEX arrival_deleted;
DROP INDEX anonymous_badge_deleted;
DROP INDEX link_flow;
CREATE INDEX link_flow ON link(flow, remote, tbl);
ALTER TABLE plan DROP COLUMN hash;
DROP INDEX cascaded_by;
DROP TABLE cascaded;
ALTER TABLE plan DROP COLUMN ids;
ALTER TABLE run DROP COLUMN ids;
DROP INDEX link_key;
-- a program that knows no marks keeps none in its journal
CREATE TABLE intent_old(
  id INTEGER PRIMARY KEY,
  run INTEGER REFERENCES run(id),
  flow TEXT NOT NULL, remote TEXT NOT NULL, tbl TEXT NOT NULL,
  op TEXT NOT NULL CHECK (op IN ('insert','update','archive')),
  entity TEXT NOT NULL, local_id TEXT NOT NULL, part TEXT NOT NULL DEFAULT '', remote_id TEXT,
  payload TEXT NOT NULL,         -- JSON: what is to be sent
  state TEXT NOT NULL CHECK (state IN ('open','sent','done','dropped')),
  attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER,
  ref TEXT,                      -- the remote's handle of a write under way
  error TEXT, created_at INTEGER NOT NULL, sent_at INTEGER, done_at INTEGER
) STRICT;
INSERT INTO intent_old SELECT * FROM intent WHERE op IN ('insert', 'update', 'archive');
DROP TABLE intent;
ALTER TABLE intent_old RENAME TO intent;
CREATE INDEX intent_open ON intent(flow, state, id);
CREATE INDEX intent_unheard ON intent(remote, tbl) WHERE state IN ('open', 'sent');
CREATE INDEX intent_run ON intent(run);
CREATE INDEX intent_record ON intent(entity, local_id) WHERE state IN ('open', 'sent');
CREATE INDEX intent_made ON intent(entity, local_id) WHERE op = 'insert' AND state = 'done';
DROP INDEX mark_since;
DROP TABLE mark;

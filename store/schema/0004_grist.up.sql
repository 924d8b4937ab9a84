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

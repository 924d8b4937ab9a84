-- Plans that wait for a person: previews, and what a brake held back.
CREATE TABLE plan(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  flow TEXT NOT NULL,
  actor TEXT NOT NULL,
  brake TEXT,                    -- why the run stopped; NULL: somebody asked for a preview
  state TEXT NOT NULL CHECK (state IN ('writing','open','applied','refused')),
  inserted INTEGER NOT NULL, updated INTEGER NOT NULL, deleted INTEGER NOT NULL,
  created_at INTEGER NOT NULL, settled_at INTEGER, settled_by TEXT
) STRICT;
CREATE TABLE plan_op(
  plan INTEGER NOT NULL REFERENCES plan(id) ON DELETE CASCADE, seq INTEGER NOT NULL,
  op TEXT NOT NULL,              -- insert, link, update, restore, delete
  entity TEXT NOT NULL, local_id TEXT, remote_id TEXT NOT NULL,
  name TEXT NOT NULL,            -- the record, as people call it
  changes TEXT NOT NULL,         -- JSON: {"field":[before,after]}
  reason TEXT NOT NULL,
  digest TEXT NOT NULL,          -- of what would be done: applying does this and nothing else
  PRIMARY KEY (plan, seq)
) STRICT, WITHOUT ROWID;

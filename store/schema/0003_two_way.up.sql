-- Two-way: what a person wants of a row, records that stand still, and the way to what has changed.
ALTER TABLE link ADD COLUMN wish TEXT; -- 'back', 'gone', 'return': the next push sees to it
ALTER TABLE link ADD COLUMN wrote_at INTEGER; -- our own last write: absence soon after proves nothing
CREATE INDEX link_wish ON link(remote, tbl) WHERE wish IN ('back', 'gone');
CREATE INDEX link_recheck ON link(remote, tbl) WHERE base_rev = 0;
CREATE INDEX intent_unheard ON intent(remote, tbl) WHERE state IN ('open', 'sent');
CREATE TABLE pause(                    -- records that no flow touches until somebody resumes them
  entity TEXT NOT NULL, local_id TEXT NOT NULL,
  by TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (entity, local_id)
) STRICT, WITHOUT ROWID;
-- when the refusal of the token that admins were told of began; 0: they were told of none
ALTER TABLE remote_state ADD COLUMN alerted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX intent_run ON intent(run);
CREATE INDEX intent_record ON intent(entity, local_id) WHERE state IN ('open', 'sent');
CREATE INDEX conflict_run ON conflict(run);
CREATE INDEX conflict_record ON conflict(entity, local_id);
CREATE INDEX team_rev ON team(rev);
CREATE INDEX person_rev ON person(rev);
CREATE INDEX participation_rev ON participation(rev);
CREATE INDEX badge_rev ON badge(rev);
CREATE INDEX arrival_rev ON arrival(rev);
CREATE INDEX anonymous_badge_rev ON anonymous_badge(rev);
ALTER TABLE run ADD COLUMN undoes INTEGER; -- the run that this one took back
CREATE INDEX run_undoes ON run(undoes) WHERE undoes IS NOT NULL;
CREATE INDEX intent_made ON intent(entity, local_id) WHERE op = 'insert' AND state = 'done';

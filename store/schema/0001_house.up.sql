-- The house: what we hold, what was last agreed with whom, and what is still to be done.
-- Times are UTC milliseconds. Tables that others may read keep their names and columns.

-- One row: the store-wide revision, strictly increasing.
CREATE TABLE store_state(
  id INTEGER PRIMARY KEY CHECK (id = 1),
  rev INTEGER NOT NULL,
  dict_rev INTEGER NOT NULL          -- moves when a dictionary changes: flows then read everything again
) STRICT;
INSERT INTO store_state VALUES (1, 0, 1);

-- ---------------------------------------------------------------- dictionaries
CREATE TABLE dict_role(
  code TEXT PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL,
  color TEXT NOT NULL, lead INTEGER NOT NULL DEFAULT 0, team INTEGER NOT NULL DEFAULT 0,
  free_meals INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE dict_status(
  code TEXT PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL,
  to_list INTEGER NOT NULL DEFAULT 0, comment TEXT
) STRICT;
CREATE TABLE dict_transport(code TEXT PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL) STRICT;
CREATE TABLE dict_team_type(code TEXT PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL,
  federal INTEGER NOT NULL DEFAULT 1) STRICT;
CREATE TABLE dict_gender(code TEXT PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL) STRICT;
CREATE TABLE dict_diet(code TEXT PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL) STRICT;
CREATE TABLE dict_feed(code TEXT PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL) STRICT;
-- Every spelling that is read as a code, folded: lower case, ё as е, no dots, single spaces.
CREATE TABLE dict_spelling(
  dict TEXT NOT NULL, spelling TEXT NOT NULL, code TEXT NOT NULL, PRIMARY KEY (dict, spelling)
) STRICT, WITHOUT ROWID;

INSERT INTO dict_role(position, code, name, color, lead, team, free_meals) VALUES
 (1,'ORGANIZER','организатор','red',1,1,1), (2,'VICE','зам. руководителя','red_green',0,1,1),
 (3,'TEAM_LEAD','бригадир','red_green',0,1,1), (4,'VOLUNTEER','волонтёр','green',0,1,1),
 (5,'MEDIC','медик','purple',0,1,1), (6,'CAMP_LEAD','лидер нефедеральной локации','red_blue',1,1,1),
 (7,'CAMP_GUY','волонтёр нефедеральной локации','blue',0,1,1), (8,'ANIMATOR','аниматор','orange',0,0,0),
 (9,'LECTOR','лектор','orange',0,0,1), (10,'MASTER','мастер','orange',0,0,1),
 (11,'ARTIST','артист','orange',0,0,1), (12,'MERCHANT','торговец','orange',0,0,0),
 (13,'LOCALS','местные','orange',0,0,0), (14,'ART_FELLOW','сопровождающий артиста','yellow',0,0,0),
 (15,'PARTICIPANT','участник','yellow',0,0,0), (16,'FELLOW','свои (плюсодин)','yellow',0,0,0),
 (17,'VIP','VIP','yellow',0,0,0), (18,'PRESS','пресса','yellow',0,0,0),
 (19,'OTHER','другие','yellow',0,0,0), (20,'CONTRACTOR','подрядчик','grey',0,0,0);
INSERT INTO dict_status(position, code, name, to_list) VALUES
 (1,'PLANNED','планируется',1), (2,'CANCELLED','отменилось',0), (3,'PENDING','ждём ответа',1),
 (4,'CONFIRMED','подтверждено накануне',1), (5,'SKIPPED','не доехал',0), (6,'ARRIVED','заехал на поле',1),
 (7,'STARTED','приступил',1), (8,'LEFT','ушел',0), (9,'COMPLETE','состоялось',1),
 (10,'JOINED','прибился',1), (11,'UNDEFINED','нет бейджа',0);
INSERT INTO dict_transport(position, code, name) VALUES
 (1,'UNDEFINED','не определен'), (2,'SELF','своим ходом'), (3,'BUS','на автобусе'), (4,'CAR','на машине'),
 (5,'TRANSFER','трансфер от фестиваля'), (6,'MOVE','смена направления');
INSERT INTO dict_team_type(position, code, name, federal) VALUES
 (1,'CITY_SERVICE','городская служба',1), (2,'FIELD_SERVICE','полевая служба',1),
 (3,'UNIVERSAL_SERVICE','универсальная служба',1), (4,'FEDERAL_LOCATION','федеральная локация',1),
 (5,'GRANT_LOCATION','грантовая локация',0), (6,'COMMERCIAL_LOCATION','коммерческая локация',0),
 (7,'LATERAL_LOCATION','сторонняя локация',0), (8,'RESPONSIBILITY_AREA','зона ответственности',1);
INSERT INTO dict_gender(position, code, name) VALUES (1,'MALE','М'), (2,'FEMALE','Ж'), (3,'OTHER','др.');
INSERT INTO dict_diet(position, code, name) VALUES (1,'STANDARD','без особенностей'), (2,'VEGAN','веган');
INSERT INTO dict_feed(position, code, name) VALUES
 (1,'FREE','бесплатно'), (2,'PAID','платно'), (3,'NO','без питания'), (4,'CHILD','ребенок');
-- Codes and names are added to the spellings when the program opens the store (dict.c folds them).
INSERT INTO dict_spelling(dict, spelling, code) VALUES
 ('role','зам руководителя','VICE'), ('role','замруководителя','VICE'),
 ('role','сопровождающие','ART_FELLOW'), ('role','сопровождающие участников','ART_FELLOW'),
 ('role','сопровождающие (участников)','ART_FELLOW'), ('role','сопровождающие артиста','ART_FELLOW'),
 ('role','свои','FELLOW'), ('role','свои (плюсодины)','FELLOW'), ('role','вип','VIP'),
 ('transport','на своей машине','CAR'),
 ('gender','мужской','MALE'), ('gender','m','MALE'), ('gender','женский','FEMALE'), ('gender','f','FEMALE'),
 ('gender','другой','OTHER'),
 ('diet','с мясом','STANDARD'), ('diet','без мяса','VEGAN'),
 ('feed','фри','FREE');

-- Any change of a dictionary, by whatever hand, makes the flows read everything again.
CREATE TRIGGER dict_role_insert AFTER INSERT ON dict_role BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_role_update AFTER UPDATE ON dict_role BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_role_delete AFTER DELETE ON dict_role BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_status_insert AFTER INSERT ON dict_status BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_status_update AFTER UPDATE ON dict_status BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_status_delete AFTER DELETE ON dict_status BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_transport_insert AFTER INSERT ON dict_transport BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_transport_update AFTER UPDATE ON dict_transport BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_transport_delete AFTER DELETE ON dict_transport BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_team_type_insert AFTER INSERT ON dict_team_type BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_team_type_update AFTER UPDATE ON dict_team_type BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_team_type_delete AFTER DELETE ON dict_team_type BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_gender_insert AFTER INSERT ON dict_gender BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_gender_update AFTER UPDATE ON dict_gender BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_gender_delete AFTER DELETE ON dict_gender BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_diet_insert AFTER INSERT ON dict_diet BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_diet_update AFTER UPDATE ON dict_diet BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_diet_delete AFTER DELETE ON dict_diet BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_feed_insert AFTER INSERT ON dict_feed BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_feed_update AFTER UPDATE ON dict_feed BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_feed_delete AFTER DELETE ON dict_feed BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_spelling_insert AFTER INSERT ON dict_spelling BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_spelling_update AFTER UPDATE ON dict_spelling BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;
CREATE TRIGGER dict_spelling_delete AFTER DELETE ON dict_spelling BEGIN UPDATE store_state SET dict_rev = dict_rev + 1; END;

-- ---------------------------------------------------------------- entities
CREATE TABLE team(
  id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, first_year INTEGER, last_year INTEGER,
  deleted INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, rev INTEGER NOT NULL
) STRICT;
CREATE TABLE person(
  id TEXT PRIMARY KEY, name TEXT NOT NULL, last_name TEXT, first_name TEXT, nickname TEXT,
  other_names TEXT, gender TEXT, birth_date TEXT, city TEXT, telegram TEXT, phone TEXT, email TEXT,
  diet TEXT, comment TEXT, banned INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, rev INTEGER NOT NULL
) STRICT;
CREATE TABLE participation(
  id TEXT PRIMARY KEY, year INTEGER NOT NULL, person_id TEXT NOT NULL REFERENCES person(id),
  team_id TEXT NOT NULL REFERENCES team(id), role TEXT NOT NULL, position TEXT, status TEXT NOT NULL,
  deleted INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, rev INTEGER NOT NULL
) STRICT;
CREATE INDEX participation_natural ON participation(person_id, year, team_id, role);
CREATE INDEX participation_team ON participation(team_id, year);
CREATE TABLE badge(
  id TEXT PRIMARY KEY, year INTEGER, name TEXT NOT NULL, last_name TEXT, first_name TEXT, nickname TEXT,
  gender TEXT, phone TEXT, child INTEGER NOT NULL DEFAULT 0, diet TEXT NOT NULL, feed TEXT NOT NULL,
  number TEXT, batch INTEGER, role TEXT NOT NULL, occupation TEXT, photo TEXT,
  person_id TEXT REFERENCES person(id), parent_id TEXT REFERENCES badge(id),
  ticket INTEGER NOT NULL DEFAULT 0, comment TEXT,
  deleted INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, rev INTEGER NOT NULL
) STRICT;
CREATE INDEX badge_person ON badge(person_id);
CREATE INDEX badge_parent ON badge(parent_id);
CREATE TABLE badge_team(
  badge_id TEXT NOT NULL REFERENCES badge(id), team_id TEXT NOT NULL REFERENCES team(id),
  PRIMARY KEY (badge_id, team_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX badge_team_team ON badge_team(team_id);
CREATE TABLE arrival(
  id TEXT PRIMARY KEY, year INTEGER, badge_id TEXT NOT NULL REFERENCES badge(id), status TEXT NOT NULL,
  arrival_date TEXT NOT NULL, arrival_transport TEXT NOT NULL, arrival_registered TEXT,
  departure_date TEXT NOT NULL, departure_transport TEXT NOT NULL, departure_registered TEXT,
  extra_data TEXT, comment TEXT,
  deleted INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, rev INTEGER NOT NULL
) STRICT;
CREATE INDEX arrival_badge ON arrival(badge_id);
CREATE TABLE anonymous_badge(
  id TEXT PRIMARY KEY, title TEXT NOT NULL, subtitle TEXT, batch INTEGER, color TEXT, quantity INTEGER,
  to_print INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, rev INTEGER NOT NULL
) STRICT;

-- ---------------------------------------------------------------- what was last agreed
CREATE TABLE link(
  id INTEGER PRIMARY KEY,
  entity TEXT NOT NULL, local_id TEXT NOT NULL,
  flow TEXT NOT NULL,            -- the flow that made the link: its rows are the ones it may miss
  remote TEXT NOT NULL, tbl TEXT NOT NULL, remote_id TEXT NOT NULL,
  part TEXT NOT NULL DEFAULT '', -- tells the records of one page apart
  remote_key TEXT,               -- the remote's own UUID, checked on every read
  base TEXT NOT NULL,            -- JSON: field -> canonical value last agreed with this remote
  base_rev INTEGER NOT NULL,     -- the record's rev when base was agreed
  remote_at INTEGER,             -- when the remote says the row was last edited
  seen_at INTEGER NOT NULL,      -- when a change of the row was last read or written
  missing_since INTEGER,         -- first complete listing that did not show the row
  UNIQUE (remote, tbl, remote_id, part),
  UNIQUE (entity, local_id, remote, tbl, part)
) STRICT;
CREATE INDEX link_flow ON link(flow, remote, tbl);

CREATE TABLE cursor(
  flow TEXT NOT NULL, remote TEXT NOT NULL, tbl TEXT NOT NULL,
  value TEXT,                    -- the remote's own mark; NULL: read everything
  mapping TEXT NOT NULL,         -- hash of the flow's mapping: another mapping reads everything again
  dict_rev INTEGER NOT NULL,
  judged_rev INTEGER NOT NULL,   -- store rev up to which quarantined rows were judged
  full_at INTEGER,               -- last complete listing
  full_rows INTEGER,             -- rows it had, for the "much shorter" brake
  columns TEXT,                  -- names and types then, for the drift brake
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (flow, remote, tbl)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine(
  flow TEXT NOT NULL, remote_id TEXT NOT NULL, part TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('waiting', 'invalid')),
  reason TEXT NOT NULL,          -- a sentence that people filter by
  detail TEXT,                   -- the value that is wrong
  raw TEXT NOT NULL,             -- the row as the remote sent it, judged again from here
  remote_key TEXT,               -- the remote's own UUID of the row
  edited_at INTEGER,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  PRIMARY KEY (flow, remote_id, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE flow_state(
  flow TEXT PRIMARY KEY,
  checked_at INTEGER,            -- last time the flow ran to its end
  changed_run INTEGER,           -- last run that found something
  error TEXT, error_kind TEXT, error_at INTEGER, fails INTEGER NOT NULL DEFAULT 0,
  alerted INTEGER NOT NULL DEFAULT 0  -- admins were told of the failure
) STRICT;

-- ---------------------------------------------------------------- history
CREATE TABLE run(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  flow TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('pull','push','both','import','undo','inbox')),
  actor TEXT NOT NULL,           -- "telegram:1001", "schedule", "shell"
  state TEXT NOT NULL CHECK (state IN ('running','done','partial','failed','stopped','cancelled')),
  started_at INTEGER NOT NULL, finished_at INTEGER,
  inserted INTEGER NOT NULL DEFAULT 0, updated INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,
  invalid INTEGER NOT NULL DEFAULT 0, conflicts INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  job INTEGER
) STRICT;
CREATE INDEX run_flow ON run(flow, id);
CREATE TABLE audit(
  id INTEGER PRIMARY KEY,
  run INTEGER REFERENCES run(id),
  entity TEXT NOT NULL, local_id TEXT NOT NULL,
  field TEXT,                    -- NULL: the whole record, as JSON in before or after
  before TEXT, after TEXT,
  source TEXT NOT NULL,          -- which remote or person
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_record ON audit(entity, local_id, id);
CREATE INDEX audit_run ON audit(run);

-- ---------------------------------------------------------------- the two-way side: announced writes, open questions
CREATE TABLE intent(
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
CREATE INDEX intent_open ON intent(flow, state, id);
CREATE TABLE conflict(
  id INTEGER PRIMARY KEY,
  run INTEGER REFERENCES run(id),
  flow TEXT NOT NULL, entity TEXT NOT NULL, local_id TEXT NOT NULL, field TEXT NOT NULL,
  base TEXT, ours TEXT, theirs TEXT, remote TEXT NOT NULL, theirs_at INTEGER,
  state TEXT NOT NULL CHECK (state IN ('open','settled')),
  settled_by TEXT, choice TEXT, created_at INTEGER NOT NULL, settled_at INTEGER
) STRICT;
CREATE UNIQUE INDEX conflict_open ON conflict(flow, entity, local_id, field) WHERE state = 'open';

-- ---------------------------------------------------------------- work to do
CREATE TABLE job(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,             -- asked twice while open = one job
  kind TEXT NOT NULL,
  steps TEXT NOT NULL,           -- JSON: the flows in order
  step INTEGER NOT NULL DEFAULT 0,
  lane TEXT NOT NULL,            -- the remote that the current step talks to
  options TEXT NOT NULL,         -- JSON
  state TEXT NOT NULL CHECK (state IN ('queued','running','done','failed','cancelled')),
  priority INTEGER NOT NULL,     -- 0: a person waits; 1: scheduled
  actor TEXT NOT NULL, actor_name TEXT,
  cancel INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL DEFAULT 0,
  results TEXT NOT NULL DEFAULT '[]', -- JSON: one report for each finished step
  error TEXT,
  created_at INTEGER NOT NULL, started_at INTEGER, finished_at INTEGER
) STRICT;
CREATE UNIQUE INDEX job_open ON job(key) WHERE state IN ('queued','running');
CREATE INDEX job_queue ON job(state, priority, id);
CREATE TABLE job_watch(
  job INTEGER NOT NULL REFERENCES job(id) ON DELETE CASCADE,
  via TEXT NOT NULL, chat_id INTEGER NOT NULL, thread_id INTEGER NOT NULL DEFAULT 0,
  lang TEXT NOT NULL, user_id INTEGER NOT NULL,
  PRIMARY KEY (job, via, chat_id, thread_id)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- chat
CREATE TABLE chat_state(
  via TEXT PRIMARY KEY,          -- the transport
  next_offset INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE chat_user(
  via TEXT NOT NULL, user_id INTEGER NOT NULL,
  name TEXT, username TEXT, lang TEXT, lang_chosen INTEGER NOT NULL DEFAULT 0,
  role TEXT NOT NULL DEFAULT 'anyone' CHECK (role IN ('anyone','participant','checker','organizer','admin')),
  granted_by TEXT, granted_at INTEGER,
  dead INTEGER NOT NULL DEFAULT 0,     -- blocked the bot: no message until they write again
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (via, user_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE chat_in(
  id INTEGER PRIMARY KEY,
  via TEXT NOT NULL, update_id INTEGER NOT NULL,
  digest TEXT NOT NULL,          -- a repeated id with another payload is a new update
  payload TEXT NOT NULL,         -- JSON, as the transport decoded it
  state TEXT NOT NULL CHECK (state IN ('new','done','dropped')),
  received_at INTEGER NOT NULL, done_at INTEGER,
  UNIQUE (via, update_id, digest)
) STRICT;
CREATE INDEX chat_in_new ON chat_in(id) WHERE state = 'new';
CREATE TABLE chat_out(
  id INTEGER PRIMARY KEY,
  via TEXT NOT NULL, chat_id INTEGER NOT NULL, thread_id INTEGER NOT NULL DEFAULT 0,
  kind TEXT NOT NULL CHECK (kind IN ('message','answer','document','menu')),
  slot TEXT,                     -- a message that is edited as things go on: one row, latest text wins
  payload TEXT NOT NULL,         -- JSON: text, buttons, silent, …
  version INTEGER NOT NULL DEFAULT 1,  -- grows with each new text
  sent_version INTEGER NOT NULL DEFAULT 0,
  final INTEGER NOT NULL DEFAULT 1,    -- 0: an intermediate state, may be skipped over
  message_id INTEGER,            -- the transport's id once sent
  state TEXT NOT NULL CHECK (state IN ('queued','sent','failed')),
  attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0,
  error TEXT, created_at INTEGER NOT NULL, sent_at INTEGER
) STRICT;
CREATE INDEX chat_out_queue ON chat_out(via, state, id);
CREATE UNIQUE INDEX chat_out_slot ON chat_out(via, chat_id, thread_id, slot) WHERE slot IS NOT NULL;

-- ---------------------------------------------------------------- remotes
CREATE TABLE remote_state(
  remote TEXT PRIMARY KEY,
  ok_at INTEGER, error TEXT, error_kind TEXT, error_at INTEGER, fails INTEGER NOT NULL DEFAULT 0,
  hold_until INTEGER NOT NULL DEFAULT 0 -- nobody asks it before: Retry-After, kept across restarts
) STRICT, WITHOUT ROWID;

#include "store/chat/alerts.h"

#include "store/base/buf.h"

#include <string.h>

#define SUBJECT_MAX     200
#define DETAIL_MAX      2000
#define STEPS_MAX       4000
#define KEEP_MS         (INT64_C(30) * 86400000)
#define FIRST_REMIND_MS 3600000
/* A message is edited this long after its last edit, or after a tenth of the time that the trouble
 * has lasted: who reads it after an hour does not need every second. */
#define EDIT_MIN_MS 10000
#define EDIT_MAX_MS 600000

static const struct {
    const char *name;
    enum severity severity;
    bool event, quiet_end;
} kinds[ALERT_KINDS] = {
    [ALERT_REMOTE_DOWN] = {"remote_down", SEV_IMPORTANT, false, false},
    [ALERT_REMOTE_AUTH] = {"remote_auth", SEV_IMPORTANT, false, false},
    [ALERT_FLOW] = {"flow", SEV_IMPORTANT, false, false},
    [ALERT_BRAKE] = {"brake", SEV_IMPORTANT, false, false},
    [ALERT_CONFLICTS] = {"conflicts", SEV_WARNING, false, true},
    [ALERT_QUARANTINE] = {"quarantine", SEV_WARNING, false, true},
    [ALERT_QUEUE] = {"queue", SEV_IMPORTANT, false, false},
    [ALERT_OUTBOX] = {"outbox", SEV_WARNING, false, true},
    [ALERT_DISK] = {"disk", SEV_CRITICAL, false, false},
    [ALERT_WAL] = {"wal", SEV_WARNING, false, false},
    [ALERT_CLOCK] = {"clock", SEV_IMPORTANT, false, false},
    [ALERT_BACKUP] = {"backup", SEV_IMPORTANT, false, false},
    [ALERT_CRASHES] = {"crashes", SEV_CRITICAL, false, false},
    [ALERT_POLL] = {"poll", SEV_IMPORTANT, false, false},
    [ALERT_UNNAMED] = {"unnamed", SEV_INFO, true, false},
    [ALERT_PLANS] = {"plans", SEV_IMPORTANT, false, true},
    [ALERT_MORE] = {"more", SEV_WARNING, false, true},
};

static const char *const severities[SEV_COUNT] = {"info", "warning", "important", "critical"};

const char *alert_kind_name(enum alert_kind kind)
{
    return kinds[kind].name;
}

bool alert_kind_parse(const char *name, enum alert_kind *ret)
{
    for (size_t i = 0; i < ALERT_KINDS; i++) {
        if (!strcmp(kinds[i].name, name)) {
            *ret = (enum alert_kind)i;
            return true;
        }
    }
    return false;
}

const char *severity_name(enum severity s)
{
    return severities[s];
}

bool severity_parse(const char *name, enum severity *ret)
{
    for (size_t i = 0; i < SEV_COUNT; i++) {
        if (!strcmp(severities[i], name)) {
            *ret = (enum severity)i;
            return true;
        }
    }
    return false;
}

enum severity alert_severity(enum alert_kind kind)
{
    return kinds[kind].severity;
}

bool alert_is_event(enum alert_kind kind)
{
    return kinds[kind].event;
}

bool alert_ends_quietly(enum alert_kind kind)
{
    return kinds[kind].quiet_end;
}

bool alert_has_step(const struct alert *a, const char *step)
{
    size_t n = strlen(step);
    for (const char *p = a->steps; *p;) {
        size_t len = strcspn(p, "\n");
        if (len == n && !strncmp(p, step, n))
            return true;
        p += len + (p[len] == '\n');
    }
    return false;
}

/* ---------------------------------------------------------------- reading */

#define COLUMNS                                                                                    \
    "id, kind, subject, severity, state, times, num, ref, detail, steps, since, last_at,"          \
    " closed_at, flaps, round, round_at, reminded, remind_at, tell_at, shown_at, told_at, grouped, lead"

/* False for a kind that only a newer program knows. */
static bool read_row(const struct query *q, struct arena *arena, struct alert *ret)
{
    *ret = (struct alert){
        .id = query_int(q, 0),
        .subject = query_dup(q, 2, arena),
        .severity = (enum severity)query_int(q, 3),
        .open = str_eq(query_text(q, 4), "open"),
        .dropped = str_eq(query_text(q, 4), "dropped"),
        .times = query_int(q, 5),
        .num = query_int(q, 6),
        .ref = query_int(q, 7),
        .detail = query_dup(q, 8, arena),
        .steps = query_dup(q, 9, arena),
        .since = query_int(q, 10),
        .last_at = query_int(q, 11),
        .closed_at = query_int(q, 12),
        .flaps = query_int(q, 13),
        .round = query_int(q, 14),
        .round_at = query_int(q, 15),
        .reminded = query_int(q, 16),
        .remind_at = query_int(q, 17),
        .tell_at = query_int(q, 18),
        .shown_at = query_int(q, 19),
        .told_at = query_int(q, 20),
        .grouped = query_int(q, 21) != 0,
        .lead = query_int(q, 22),
    };
    return alert_kind_parse(query_text(q, 1), &ret->kind);
}

static int read_list(struct query *q, size_t max, struct arena *arena, struct alert **ret,
                     size_t *ret_n, struct err *err)
{
    struct alert *list = arena_alloc(arena, max ? max : 1, sizeof *list);
    size_t n = 0;
    int more = 0;
    while (n < max && (more = query_next(q, err)) > 0)
        n += read_row(q, arena, &list[n]);
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

static int read_one(struct query *q, struct arena *arena, struct alert **ret, struct err *err)
{
    size_t n;
    if (read_list(q, 1, arena, ret, &n, err))
        return -1;
    if (!n)
        *ret = NULL;
    return 0;
}

int alerts_get(struct db *db, int64_t id, struct arena *arena, struct alert **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err, "SELECT " COLUMNS " FROM alert WHERE id = :id",
                    B_INT(":id", id)) ||
                   read_one(q, arena, ret, err)
               ? -1
               : 0;
}

int alerts_find_open(struct db *db, enum alert_kind kind, const char *subject, struct arena *arena,
                     struct alert **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err,
                    "SELECT " COLUMNS " FROM alert WHERE kind = :kind AND subject = :subject"
                    " AND state = 'open'",
                    B_TEXT(":kind", kinds[kind].name), B_TEXT(":subject", subject)) ||
                   read_one(q, arena, ret, err)
               ? -1
               : 0;
}

/* The last one of this cause, open or not. */
static int find_last(struct db *db, enum alert_kind kind, const char *subject, struct arena *arena,
                     struct alert **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err,
                    "SELECT " COLUMNS " FROM alert WHERE kind = :kind AND subject = :subject"
                    " ORDER BY id DESC LIMIT 1",
                    B_TEXT(":kind", kinds[kind].name), B_TEXT(":subject", subject)) ||
                   read_one(q, arena, ret, err)
               ? -1
               : 0;
}

int alerts_list_open(struct db *db, size_t max, struct arena *arena, struct alert **ret,
                     size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err,
                    "SELECT " COLUMNS " FROM alert WHERE state = 'open' AND lead NOT IN"
                    " (SELECT id FROM alert WHERE state = 'open')"
                    " ORDER BY severity DESC, id LIMIT :max",
                    B_INT(":max", (int64_t)max)) ||
                   read_list(q, max, arena, ret, ret_n, err)
               ? -1
               : 0;
}

int alerts_list_kind(struct db *db, enum alert_kind kind, size_t max, struct arena *arena,
                     struct alert **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err,
                    "SELECT " COLUMNS " FROM alert WHERE kind = :kind AND state = 'open'"
                    " ORDER BY id LIMIT :max",
                    B_TEXT(":kind", kinds[kind].name), B_INT(":max", (int64_t)max)) ||
                   read_list(q, max, arena, ret, ret_n, err)
               ? -1
               : 0;
}

int alerts_list_closed(struct db *db, int64_t since, size_t max, struct arena *arena,
                       struct alert **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    size_t n, kept = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT " COLUMNS " FROM alert WHERE state = 'closed' AND closed_at >= :since"
                 " ORDER BY closed_at DESC, id DESC LIMIT :max",
                 B_INT(":since", since), B_INT(":max", (int64_t)max)) ||
        read_list(q, max, arena, ret, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (!kinds[(*ret)[i].kind].event)
            (*ret)[kept++] = (*ret)[i];
    }
    *ret_n = kept;
    return 0;
}

int alerts_history(struct db *db, const struct alert *a, size_t max, struct arena *arena,
                   struct alert **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err,
                    "SELECT " COLUMNS " FROM alert WHERE kind = :kind AND subject = :subject"
                    " AND id < :id ORDER BY id DESC LIMIT :max",
                    B_TEXT(":kind", kinds[a->kind].name), B_TEXT(":subject", a->subject),
                    B_INT(":id", a->id), B_INT(":max", (int64_t)max)) ||
                   read_list(q, max, arena, ret, ret_n, err)
               ? -1
               : 0;
}

/* ---------------------------------------------------------------- raising */

static const char *cut(struct arena *arena, const char *text, size_t max)
{
    size_t n = text ? strlen(text) : 0;
    if (n <= max)
        return text;
    char *out = arena_alloc(arena, max + 1, 1);
    str_copy(out, max + 1, text);
    return out;
}

static const char *with_step(const struct alert *a, const char *step, struct arena *arena)
{
    if (!step || alert_has_step(a, step) || strlen(a->steps) + strlen(step) + 2 > STEPS_MAX)
        return a->steps;
    return arena_printf(arena, "%s%s%s", a->steps, *a->steps ? "\n" : "", step);
}

static int insert(struct db *db, const struct alert_news *n, int64_t now, enum severity severity,
                  struct arena *arena, struct err *err)
{
    bool event = kinds[n->kind].event;
    int64_t remind = event ? 0 : now + FIRST_REMIND_MS;
    return DB_RUN(
        db, err,
        "INSERT INTO alert(kind, subject, severity, state, times, num, ref, detail, steps, since,"
        " last_at, closed_at, round_at, remind_at, tell_at) VALUES(:kind, :subject, :severity,"
        " :state, 1, :num, :ref, :detail, :steps, :since, :now, :closed, :now, :remind, :tell)",
        B_TEXT(":kind", kinds[n->kind].name),
        B_TEXT(":subject", cut(arena, n->subject, SUBJECT_MAX)), B_INT(":severity", severity),
        B_TEXT(":state", event ? "closed" : "open"), B_INT(":num", n->num), B_INT(":ref", n->ref),
        B_TEXT(":detail", cut(arena, n->detail, DETAIL_MAX)),
        B_TEXT(":steps", n->step ? n->step : ""), B_INT(":since", n->since ? n->since : now),
        B_INT(":now", now), event ? B_INT(":closed", now) : B_NULL(":closed"),
        B_INT(":remind", remind), B_INT(":tell", now + n->grace_ms));
}

/* When what is said of it is to be renewed, now that it happened again. */
static int64_t next_edit(const struct alert *a, const struct alert_news *n, bool worse, int64_t now)
{
    int64_t gap = (now - a->since) / 10, at = now;
    if (n->look && !a->told_at && a->tell_at && !worse)
        return a->tell_at; /* it has time until then to be over */
    gap = gap < EDIT_MIN_MS ? EDIT_MIN_MS : gap > EDIT_MAX_MS ? EDIT_MAX_MS : gap;
    bool told_else = !str_eq(a->detail, n->detail) || a->ref != n->ref;
    if (told_else && gap > EDIT_MIN_MS)
        gap = EDIT_MIN_MS;
    if (a->told_at && !worse && a->shown_at + gap > now)
        at = a->shown_at + gap;
    return a->tell_at && a->tell_at < at ? a->tell_at : at;
}

static int update(struct db *db, const struct alert *a, const struct alert_news *n, int64_t now,
                  enum severity severity, struct arena *arena, struct err *err)
{
    const char *steps = with_step(a, n->step, arena);
    const char *detail = cut(arena, n->detail, DETAIL_MAX);
    bool same = a->num == n->num && a->ref == n->ref && a->severity == severity &&
                str_eq(a->detail, detail);
    if (n->look && same)
        return 0;
    return DB_RUN(
        db, err,
        "UPDATE alert SET times = times + :more, num = :num, ref = :ref, detail = :detail,"
        " steps = :steps, severity = :severity, last_at = :now, tell_at = :tell"
        " WHERE id = :id",
        B_INT(":more", !n->look), B_INT(":num", n->num), B_INT(":ref", n->ref),
        B_TEXT(":detail", detail), B_TEXT(":steps", steps), B_INT(":severity", severity),
        B_INT(":now", now), B_INT(":tell", next_edit(a, n, severity > a->severity, now)),
        B_INT(":id", a->id));
}

/* It came back before anybody could believe that it was over: the message goes on. */
static int reopen(struct db *db, const struct alert *a, const struct alert_news *n, int64_t now,
                  enum severity severity, struct arena *arena, struct err *err)
{
    int64_t pause = a->reminded ? FIRST_REMIND_MS : ALERT_FLAP_MS;
    return DB_RUN(db, err,
                  "UPDATE alert SET state = 'open', closed_at = NULL, flaps = flaps + 1,"
                  " times = times + 1, num = :num, ref = :ref, detail = :detail, steps = :steps,"
                  " severity = :severity, last_at = :now, remind_at = :remind, tell_at = :tell"
                  " WHERE id = :id",
                  B_INT(":num", n->num), B_INT(":ref", n->ref),
                  B_TEXT(":detail", cut(arena, n->detail, DETAIL_MAX)),
                  B_TEXT(":steps", with_step(a, n->step, arena)), B_INT(":severity", severity),
                  B_INT(":now", now), B_INT(":remind", now + pause),
                  B_INT(":tell", a->told_at ? now : now + n->grace_ms), B_INT(":id", a->id));
}

int alerts_raise(struct db *db, const struct alert_news *n, int64_t now, int64_t *ret_id,
                 struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    enum severity severity = n->bad ? *n->bad : kinds[n->kind].severity;
    struct alert *a;
    int bad;
    if (find_last(db, n->kind, cut(arena, n->subject, SUBJECT_MAX), arena, &a, err))
        return -1;
    bool fresh = a && !a->open && !kinds[n->kind].event && now - a->closed_at < ALERT_FLAP_MS;
    if (a && a->open)
        bad = update(db, a, n, now, severity, arena, err);
    else if (fresh)
        bad = reopen(db, a, n, now, severity, arena, err);
    else
        bad = insert(db, n, now, severity, arena, err);
    if (!bad && ret_id)
        *ret_id = a && (a->open || fresh) ? a->id : db_last_id(db);
    return bad;
}

static int touch_open(struct db *db, int64_t id, int64_t now, struct err *err)
{
    return DB_RUN(db, err, "UPDATE alert SET tell_at = :now WHERE id = :id AND state = 'open'",
                  B_INT(":now", now), B_INT(":id", id));
}

/* A new round, so a new message; not where it comes and goes: then the last message tells it. */
static int close_alert(struct db *db, enum alert_kind kind, const char *subject, bool say,
                       int64_t now, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct alert *a;
    if (alerts_find_open(db, kind, subject, arena, &a, err))
        return -1;
    if (!a)
        return 0;
    bool round = say && !kinds[kind].quiet_end && (!a->flaps || now - a->round_at >= ALERT_FLAP_MS);
    if (a->lead && touch_open(db, a->lead, now, err))
        return -1;
    return DB_RUN(db, err,
                  "UPDATE alert SET state = :state, closed_at = :now, remind_at = 0,"
                  " tell_at = CASE WHEN told_at OR grouped OR EXISTS"
                  "  (SELECT 1 FROM alert_chat c WHERE c.alert = alert.id) THEN :now ELSE 0 END,"
                  " round = round + :round,"
                  " round_at = CASE WHEN :round THEN :now ELSE round_at END WHERE id = :id",
                  B_TEXT(":state", say ? "closed" : "dropped"), B_INT(":now", now),
                  B_INT(":round", round), B_INT(":id", a->id));
}

int alerts_clear(struct db *db, enum alert_kind kind, const char *subject, int64_t now,
                 struct err *err)
{
    return close_alert(db, kind, subject, true, now, err);
}

int alerts_drop(struct db *db, enum alert_kind kind, const char *subject, int64_t now,
                struct err *err)
{
    return close_alert(db, kind, subject, false, now, err);
}

int alerts_again(struct db *db, int64_t id, int64_t since, int64_t now, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE alert SET since = :since, last_at = :now, flaps = 0,"
                  " round = round + 1, round_at = :now, tell_at = :now, remind_at = :remind"
                  " WHERE id = :id AND state = 'open'",
                  B_INT(":since", since), B_INT(":now", now),
                  B_INT(":remind", now + FIRST_REMIND_MS), B_INT(":id", id));
}

int alerts_touch(struct db *db, int64_t id, int64_t now, struct err *err)
{
    return DB_RUN(db, err, "UPDATE alert SET tell_at = :now WHERE id = :id", B_INT(":now", now),
                  B_INT(":id", id));
}

int alerts_plan_settled(struct db *db, const char *step, int64_t now, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct alert *a;
    if (alerts_find_open(db, ALERT_BRAKE, step, arena, &a, err))
        return -1;
    return a ? touch_open(db, a->lead ? a->lead : a->id, now, err) : 0;
}

int alerts_no_reminders(struct db *db, int64_t id, struct err *err)
{
    return DB_RUN(db, err, "UPDATE alert SET remind_at = 0 WHERE id = :id AND remind_at > 0",
                  B_INT(":id", id));
}

/* ---------------------------------------------------------------- for the one who tells */

int alerts_is_due(struct db *db, int64_t now, bool *ret, struct err *err)
{
    int64_t due;
    if (DB_INT(db, 0, &due, err,
               "SELECT EXISTS (SELECT 1 FROM alert WHERE tell_at > 0 AND tell_at <= :now)"
               " OR EXISTS (SELECT 1 FROM alert WHERE remind_at > 0 AND remind_at <= :now)",
               B_INT(":now", now)))
        return -1;
    *ret = due != 0;
    return 0;
}

int alerts_due(struct db *db, int64_t now, size_t max, struct arena *arena, struct alert **ret,
               size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err,
                    "SELECT " COLUMNS " FROM alert WHERE id IN"
                    " (SELECT id FROM alert WHERE tell_at > 0 AND tell_at <= :now"
                    "  UNION SELECT id FROM alert WHERE remind_at > 0 AND remind_at <= :now)"
                    " ORDER BY severity DESC, id LIMIT :max",
                    B_INT(":now", now), B_INT(":max", (int64_t)max)) ||
                   read_list(q, max, arena, ret, ret_n, err)
               ? -1
               : 0;
}

int alerts_told(struct db *db, const struct alert *a, int64_t now, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE alert SET flaps = :flaps, round = :round, round_at = :round_at,"
                  " reminded = :reminded, remind_at = :remind_at, told_at = :told_at,"
                  " grouped = :grouped, tell_at = :tell_at, shown_at = :now WHERE id = :id",
                  B_INT(":flaps", a->flaps), B_INT(":round", a->round),
                  B_INT(":round_at", a->round_at), B_INT(":reminded", a->reminded),
                  B_INT(":remind_at", a->remind_at), B_INT(":told_at", a->told_at),
                  B_INT(":grouped", a->grouped), B_INT(":tell_at", a->tell_at), B_INT(":now", now),
                  B_INT(":id", a->id));
}

int alerts_untold(struct db *db, enum alert_kind kind, size_t max, struct arena *arena,
                  struct alert **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err,
                    "SELECT " COLUMNS " FROM alert WHERE state = 'open' AND kind = :kind"
                    " AND told_at = 0 AND grouped = 0 AND lead = 0 ORDER BY id LIMIT :max",
                    B_TEXT(":kind", kinds[kind].name), B_INT(":max", (int64_t)max)) ||
                   read_list(q, max, arena, ret, ret_n, err)
               ? -1
               : 0;
}

int alerts_set_lead(struct db *db, int64_t id, int64_t lead, int64_t now, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE alert SET lead = :lead, tell_at = :tell, remind_at = :remind"
                  " WHERE id = :id",
                  B_INT(":lead", lead), B_INT(":tell", lead ? 0 : now),
                  B_INT(":remind", lead ? 0 : now + FIRST_REMIND_MS), B_INT(":id", id));
}

int alerts_led(struct db *db, int64_t lead, size_t max, struct arena *arena, struct alert **ret,
               size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err,
                    "SELECT " COLUMNS " FROM alert WHERE lead = :lead ORDER BY id LIMIT :max",
                    B_INT(":lead", lead), B_INT(":max", (int64_t)max)) ||
                   read_list(q, max, arena, ret, ret_n, err)
               ? -1
               : 0;
}

int alerts_count_told(struct db *db, enum alert_kind kind, int64_t since, int64_t *ret,
                      struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT count(*) FROM alert WHERE kind = :kind AND told_at >= :since",
                  B_TEXT(":kind", kinds[kind].name), B_INT(":since", since));
}

int alerts_count_grouped(struct db *db, enum alert_kind kind, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT count(*) FROM alert WHERE kind = :kind AND state = 'open' AND grouped",
                  B_TEXT(":kind", kinds[kind].name));
}

int alerts_prune(struct db *db, int64_t now, struct err *err)
{
    int64_t old;
    if (DB_INT(db, 0, &old, err, "SELECT EXISTS (SELECT 1 FROM alert WHERE closed_at < :before)",
               B_INT(":before", now - KEEP_MS)))
        return -1;
    if (!old)
        return 0;
    return DB_RUN(db, err,
                  "DELETE FROM alert WHERE id IN"
                  " (SELECT id FROM alert WHERE closed_at < :before LIMIT 300)",
                  B_INT(":before", now - KEEP_MS));
}

#include "tests/support/store_lab.h"

#include "store/base/log.h"
#include "store/dict.h"
#include "store/model.h"
#include "store/schema.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[512];
static pid_t owner;

static _Noreturn void give_up(const char *what, const struct err *err)
{
    fprintf(stderr, "%s: %s\n", what, err ? err->msg : "failed");
    abort();
}

static void remove_folder(void)
{
    if (getpid() != owner)
        return;
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (*e->d_name != '.')
            unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(folder);
}

const char *lab_folder(void)
{
    if (*folder)
        return folder;
    const char *tmp = getenv("TMPDIR");
    const char *places[] = {"/dev/shm", tmp ? tmp : "/tmp", "/tmp"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        snprintf(folder, sizeof folder, "%s/rosterd-test-XXXXXX", places[i]);
        if (mkdtemp(folder)) {
            owner = getpid();
            atexit(remove_folder);
            return folder;
        }
    }
    give_up("no folder for the test's stores", NULL);
}

static void copy_file(const char *from, const char *to)
{
    static char chunk[1 << 18];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t n;
    if (in < 0 || out < 0)
        give_up(to, NULL);
    while ((n = read(in, chunk, sizeof chunk)) > 0) {
        if (write(out, chunk, (size_t)n) != n)
            give_up(to, NULL);
    }
    close(in);
    close(out);
}

void lab_copy(const char *from, const char *to)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        char a[1024], b[1024];
        snprintf(a, sizeof a, "%s%s", from, suffixes[i]);
        snprintf(b, sizeof b, "%s%s", to, suffixes[i]);
        if (i == 2 || access(a, F_OK)) /* the index of the log is built anew */
            unlink(b);
        else
            copy_file(a, b);
    }
}

struct db *lab_open(const char *path)
{
    struct err err = {0};
    struct db *db = NULL;
    if (db_open(path, DB_CREATE, &db, &err) ||
        db_script(db, "PRAGMA synchronous=OFF", &err)) /* processes die here, machines do not */
        give_up(path, &err);
    return db;
}

void lab_fresh(const char *path)
{
    static char template[600];
    if (!*template) {
        struct err err = {0};
        int applied;
        log_set_level(LOG_ERR);
        snprintf(template, sizeof template, "%s/template.db", lab_folder());
        struct db *db = lab_open(template);
        if (schema_migrate(db, &applied, &err) || dict_fold_names(db, &err))
            give_up(template, &err);
        db_close(db);
    }
    lab_copy(template, path);
}

/* ---------------------------------------------------------------- what a store says */

static void dump_query(struct db *db, const char *title, const char *sql, struct buf *out)
{
    struct err err = {0};
    AUTO_QUERY *q = NULL;
    int more;
    buf_addf(out, "## %s\n", title);
    if (db_query_n(db, sql, NULL, 0, &q, &err))
        give_up(title, &err);
    while ((more = query_next(q, &err)) > 0)
        buf_addf(out, "%s\n", query_text(q, 0));
    if (more < 0)
        give_up(title, &err);
}

static void dump_dicts(struct db *db, struct buf *out)
{
    dump_query(db, "roles and transport",
               "SELECT code || ' ' || position || ' ' || name FROM dict_role UNION ALL"
               " SELECT code || ' ' || position || ' ' || name FROM dict_transport ORDER BY 1",
               out);
    dump_query(db, "statuses",
               "SELECT code || ' ' || position || ' ' || name || ' ' || to_list || ' ' ||"
               " quote(comment) FROM dict_status ORDER BY 1",
               out);
    dump_query(db, "spellings",
               "SELECT dict || ' ' || spelling || ' ' || code FROM dict_spelling ORDER BY 1", out);
}

static void dump_entities(struct db *db, bool with_times, struct buf *out)
{
    for (size_t e = 0; e < model_n_entities; e++) {
        const struct entity *ent = &model_entities[e];
        AUTO_BUF sql = BUF_INIT(8192);
        buf_add(&sql, "SELECT id || ' deleted=' || deleted");
        if (with_times)
            buf_add(&sql, " || ' ' || created_at || ' ' || updated_at || ' ' || rev");
        for (size_t i = 0; i < ent->n; i++) {
            if (!ent->fields[i].side) /* sets: below */
                buf_addf(&sql, " || ' %s=' || quote(%s)", ent->fields[i].name, ent->fields[i].name);
        }
        buf_addf(&sql, " FROM %s ORDER BY id", ent->name);
        dump_query(db, ent->name, buf_str(&sql), out);
    }
    dump_query(db, "badge_team",
               "SELECT badge_id || ' ' || team_id FROM badge_team ORDER BY badge_id, team_id", out);
    dump_query(db, "cascaded",
               "SELECT entity || ' ' || local_id || ' with ' || by_entity || ' ' || by_id"
               " FROM cascaded ORDER BY 1",
               out);
    dump_dicts(db, out);
}

/* What waits for somebody: a person, or the next run. */
static void dump_open(struct db *db, struct buf *out)
{
    dump_query(
        db, "conflict",
        "SELECT flow || ' ' || entity || ' ' || local_id || ' ' || field || ' ' ||"
        " quote(base) || ' ' || quote(ours) || ' ' || quote(theirs) || ' ' || state || ' ' ||"
        " quote(choice) FROM conflict ORDER BY 1",
        out);
    dump_query(db, "intent without an answer",
               "SELECT flow || ' ' || op || ' ' || local_id || ' ' || quote(remote_id) || ' ' ||"
               " quote(ref) FROM intent WHERE state IN ('open', 'sent') ORDER BY 1",
               out);
    dump_query(db, "pause", "SELECT entity || ' ' || local_id FROM pause ORDER BY 1", out);
}

/* What is agreed; not what is doubted since an answer was lost: a row that was written and one that
 * was not differ in that until the row is read again. */
#define AGREED "json_remove(base, '$.sent', '$.unsure')"

static void dump_state(struct db *db, struct buf *out)
{
    dump_entities(db, false, out);
    dump_query(
        db, "link",
        "SELECT flow || ' ' || remote || ' ' || tbl || ' ' || remote_id || ' part=' || part"
        " || ' → ' || entity || ' ' || local_id || ' ' || quote(remote_key) || ' ' || " AGREED
        " || ' at ' || quote(remote_at) || iif(missing_since IS NULL, '', ' missing')"
        " FROM link ORDER BY remote, tbl, remote_id, part",
        out);
    dump_query(db, "quarantine",
               "SELECT flow || ' ' || remote_id || ' part=' || part || ' ' || state || ' ' ||"
               " reason || ' ' || quote(detail) || ' ' || raw || ' ' || quote(edited_at)"
               " FROM quarantine ORDER BY flow, remote_id, part",
               out);
    dump_open(db, out);
}

static void dump_audit(struct db *db, struct buf *out)
{
    dump_query(db, "audit",
               "SELECT entity || ' ' || local_id || ' ' || quote(field) || ' ' || quote(before) ||"
               " ' → ' || quote(after) || ' by ' || source FROM audit ORDER BY 1",
               out);
}

static void dump_rested(struct db *db, struct buf *out)
{
    dump_entities(db, false, out);
    dump_query(db, "link",
               "SELECT flow || ' ' || remote || ' ' || tbl || ' ' || remote_id || ' part=' || part"
               " || ' → ' || entity || ' ' || local_id || ' ' || " AGREED
               " || iif(missing_since IS NULL, '', ' missing') || ' ' || quote(wish)"
               " FROM link ORDER BY 1",
               out);
    dump_query(
        db, "quarantine",
        "SELECT flow || ' ' || remote_id || ' part=' || part || ' ' || state || ' ' || reason"
        " FROM quarantine ORDER BY 1",
        out);
    dump_open(db, out);
    dump_audit(db, out);
}

static void dump_history(struct db *db, struct buf *out)
{
    dump_audit(db, out);
    dump_query(db, "run",
               "SELECT flow || ' ' || kind || ' ' || state || ' +' || inserted || ' ~' || updated"
               " || ' -' || deleted || ' !' || invalid || ' <>' || conflicts FROM run"
               " WHERE state = 'done' ORDER BY 1",
               out);
    dump_query(db, "run left open",
               "SELECT flow || ' ' || id FROM run WHERE state = 'running' ORDER BY id", out);
}

static void dump_writes(struct db *db, bool with_history, struct buf *out)
{
    dump_query(db, "store_state", "SELECT rev || ' ' || dict_rev FROM store_state", out);
    dump_entities(db, true, out);
    dump_query(db, "link",
               "SELECT id || ' ' || remote_id || ' ' || part || ' ' || local_id || ' ' ||"
               " quote(remote_key) || ' ' || base || ' ' || base_rev || ' ' || quote(remote_at) ||"
               " ' ' || seen_at || ' ' || quote(missing_since) || ' ' || quote(wish)"
               " FROM link ORDER BY id",
               out);
    dump_query(db, "quarantine",
               "SELECT flow || ' ' || remote_id || ' ' || part || ' ' || state || ' ' || reason ||"
               " ' ' || quote(detail) || ' ' || raw || ' ' || quote(edited_at) || ' ' ||"
               " first_seen || ' ' || last_seen FROM quarantine ORDER BY flow, remote_id, part",
               out);
    dump_query(db, "audit", "SELECT count(*) || ' ' || coalesce(max(id), 0) FROM audit", out);
    dump_query(
        db, "conflict",
        "SELECT id || ' ' || flow || ' ' || local_id || ' ' || field || ' ' || quote(ours) ||"
        " ' ' || quote(theirs) || ' ' || state || ' ' || quote(choice) FROM conflict"
        " ORDER BY id",
        out);
    dump_query(db, "intent",
               "SELECT id || ' ' || flow || ' ' || op || ' ' || local_id || ' ' || quote(remote_id)"
               " || ' ' || state || ' ' || attempts || ' ' || quote(not_before) FROM intent"
               " ORDER BY id",
               out);
    dump_query(db, "pause", "SELECT entity || ' ' || local_id FROM pause ORDER BY 1", out);
    if (with_history)
        dump_query(db, "run",
                   "SELECT id || ' ' || flow || ' ' || state || ' ' || inserted || ' ' || updated"
                   " || ' ' || deleted || ' ' || invalid || ' ' || unchanged FROM run ORDER BY id",
                   out);
    else
        dump_query(db, "cursor",
                   "SELECT flow || ' ' || quote(value) || ' ' || mapping || ' ' || dict_rev || ' '"
                   " || judged_rev || ' ' || quote(full_at) || ' ' || full_rows || ' ' ||"
                   " quote(columns) FROM cursor ORDER BY flow, remote, tbl",
                   out);
}

void lab_dump(struct db *db, enum lab_view view, struct buf *out)
{
    switch (view) {
    case LAB_STATE:
        dump_state(db, out);
        break;
    case LAB_HISTORY:
        dump_history(db, out);
        break;
    case LAB_WRITES:
        dump_writes(db, true, out);
        break;
    case LAB_KEPT:
        dump_writes(db, false, out);
        break;
    case LAB_RESTED:
        dump_rested(db, out);
        break;
    }
}

void lab_first_difference(const char *was, const char *is, struct buf *out)
{
    char title[80] = "";
    while (*was || *is) {
        size_t a = strcspn(was, "\n"), b = strcspn(is, "\n");
        if (a != b || strncmp(was, is, a)) {
            buf_addf(out, "%s\n      was: %.*s\n      is:  %.*s", title, (int)a, was, (int)b, is);
            return;
        }
        if (!strncmp(was, "## ", 3))
            snprintf(title, sizeof title, "%.*s", (int)(a < 70 ? a : 70), was);
        was += a + (was[a] == '\n');
        is += b + (is[b] == '\n');
    }
}

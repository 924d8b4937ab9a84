#include "sync/config_keys.h"

#include "store/base/secret.h"
#include "store/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAY(r, ...) arena_printf((r)->arena, __VA_ARGS__)

const struct section_def config_sections[SEC_KINDS] = {
    [SEC_ROSTERD] = {"rosterd", false, "the program itself"},
    [SEC_TELEGRAM] = {"telegram", false, "the bot; leave the section out to run without Telegram"},
    [SEC_REMOTE] = {"remote", true, "an outside system and how to reach it"},
    [SEC_FLOW] = {"flow", true, "one table of a remote and the entity it is kept in step with"},
    [SEC_CYCLE] = {"cycle", true, "flows that run one after another"},
};

void config_mistake(struct reading *r, int line, const char *fmt, ...)
{
    va_list ap;
    buf_addf(r->mistakes, "%s:%d: ", r->path, line);
    va_start(ap, fmt);
    buf_vaddf(r->mistakes, fmt, ap);
    va_end(ap);
    buf_addc(r->mistakes, '\n');
}

bool config_duration(const char *text, int64_t *ret_ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    size_t digits = strspn(text, "0123456789");
    char number[16];
    int64_t n;
    if (!digits || digits >= sizeof number)
        return false;
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (!base_parse_i64(number, 0, 1000000000, &n))
        return false;
    const char *unit = text + digits;
    unit += strspn(unit, " ");
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (!strcmp(unit, units[i].unit)) {
            *ret_ms = n * units[i].ms;
            return true;
        }
    }
    return false;
}

const char *config_with_year(struct reading *r, int line, const char *text)
{
    AUTO_BUF b = BUF_INIT(1 << 15); /* more than a value can have */
    if (!r->cfg->year && (strstr(text, "{year}") || strstr(text, "{yy}")))
        config_mistake(r, line,
                       "{year} stands here but [rosterd] year is not set; write year = 2026");
    for (const char *p = text; *p;) {
        if (!strncmp(p, "{year}", 6)) {
            buf_addf(&b, "%d", r->cfg->year);
            p += 6;
        } else if (!strncmp(p, "{yy}", 4)) {
            buf_addf(&b, "%02d", r->cfg->year % 100);
            p += 4;
        } else {
            buf_addc(&b, *p++);
        }
    }
    return arena_strdup(r->arena, buf_str(&b));
}

static const char *need(struct reading *r, const char *value)
{
    return *value ? NULL : SAY(r, "the value is empty");
}

static const char *take_text(struct reading *r, const char *value, const char **ret)
{
    *ret = arena_strdup(r->arena, value);
    return need(r, value);
}

static const char *take_int(struct reading *r, const char *value, int64_t min, int64_t max,
                            int64_t *ret)
{
    if (base_parse_i64(value, min, max, ret))
        return NULL;
    return SAY(r, "«%s» is no number from %lld to %lld", value, (long long)min, (long long)max);
}

static const char *take_duration(struct reading *r, const char *value, int64_t min_ms, int64_t *ret)
{
    if (!config_duration(value, ret))
        return SAY(r, "«%s» is no interval; write 30s, 5m, 2h or 1d", value);
    if (*ret < min_ms)
        return SAY(r, "«%s» is too short; at least %llds", value, (long long)(min_ms / 1000));
    return NULL;
}

static const char *take_secret(struct reading *r, const char *value, const char **ret)
{
    struct err err = {0};
    char *secret = NULL;
    if (!*value)
        return SAY(r, "the token is missing; write it here or as env:NAME or file:PATH");
    if (secret_resolve(value, r->cfg->key_file, &secret, &err))
        return SAY(r, "%s", err.msg);
    *ret = arena_strdup(r->arena, secret);
    secret_free(secret);
    return NULL;
}

static const char *take_url(struct reading *r, const char *value, const char **ret)
{
    if (strncmp(value, "https://", 8) && strncmp(value, "http://", 7))
        return SAY(r, "«%s» is no address; it begins with https://", value);
    size_t n = strlen(value);
    while (n && value[n - 1] == '/')
        n--;
    *ret = arena_strndup(r->arena, value, n);
    return NULL;
}

static const char *take_word(struct reading *r, const char *value, const char *const *words,
                             int *ret)
{
    AUTO_BUF known = BUF_INIT(512);
    for (int i = 0; words[i]; i++) {
        if (!strcmp(words[i], value)) {
            *ret = i;
            return NULL;
        }
        buf_addf(&known, "%s%s", i ? ", " : "", words[i]);
    }
    return SAY(r, "«%s» is not known; write one of %s", value, buf_str(&known));
}

/* ---------------------------------------------------------------- [rosterd] */

static const char *set_store(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_text(r, value, &r->cfg->store);
}

static const char *set_key_file(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_text(r, value, &r->cfg->key_file);
}

static const char *set_workers(struct reading *r, int line, const char *rest, const char *value)
{
    int64_t n = 0;
    (void)line, (void)rest;
    const char *bad = take_int(r, value, 1, 64, &n);
    r->cfg->workers = (int)n;
    return bad;
}

static const char *set_year(struct reading *r, int line, const char *rest, const char *value)
{
    int64_t n = 0;
    (void)line, (void)rest;
    const char *bad = take_int(r, value, 2000, 2999, &n);
    r->cfg->year = (int)n;
    return bad;
}

static const char *set_timezone(struct reading *r, int line, const char *rest, const char *value)
{
    char path[256];
    (void)line, (void)rest;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", value);
    bool known = access("/usr/share/zoneinfo", R_OK) || !access(path, R_OK);
    if (!*value || strstr(value, "..") || *value == '/' || !known)
        return SAY(r, "«%s» is no time zone; write one such as Europe/Moscow", value);
    return take_text(r, value, &r->cfg->timezone);
}

static const char *set_language(struct reading *r, int line, const char *rest, const char *value)
{
    static const char *const words[] = {"ru", "en", NULL};
    int at = 0;
    (void)line, (void)rest;
    const char *bad = take_word(r, value, words, &at);
    r->cfg->language = words[at];
    return bad;
}

static const char *set_log_level(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return log_level_parse(value, &r->cfg->log_level)
               ? NULL
               : SAY(r, "«%s» is no level; write err, warn, info or debug", value);
}

static void add_late(struct reading *r, int line, const char *key, const char *value)
{
    r->late = arena_grow(r->arena, r->late, &r->cap_late, r->n_late + 1, sizeof *r->late);
    r->late[r->n_late++] = (struct late){
        .line = line,
        .flow = r->flow,
        .cycle = r->cycle,
        .key = arena_strdup(r->arena, key),
        .value = arena_strdup(r->arena, value),
    };
}

static const char *set_home(struct reading *r, int line, const char *rest, const char *value)
{
    if (!model_entity(rest))
        return SAY(r, "there is no entity «%s»", rest);
    add_late(r, line, SAY(r, "home.%s", rest), value);
    return need(r, value);
}

/* ---------------------------------------------------------------- [telegram] */

static const char *set_bot_token(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_secret(r, value, &r->cfg->telegram_token);
}

static const char *set_bot_url(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_url(r, value, &r->cfg->telegram_api_url);
}

static const char *set_admins(struct reading *r, int line, const char *rest, const char *value)
{
    char text[2048], *save = NULL;
    size_t cap = r->cfg->n_admins;
    int64_t *list = NULL;
    (void)line, (void)rest;
    if (strlen(value) >= sizeof text)
        return SAY(r, "the list is too long");
    str_copy(text, sizeof text, value);
    for (char *word = strtok_r(text, " ,\n", &save); word; word = strtok_r(NULL, " ,\n", &save)) {
        int64_t id;
        if (!base_parse_i64(word, 1, (int64_t)1 << 52, &id))
            return SAY(r, "«%s» is no Telegram id; send /id to the bot to learn yours", word);
        list = arena_grow(r->arena, list, &cap, r->cfg->n_admins + 1, sizeof *list);
        list[r->cfg->n_admins++] = id;
    }
    r->cfg->admins = list;
    return r->cfg->n_admins ? NULL : SAY(r, "name at least one Telegram id");
}

/* ---------------------------------------------------------------- [remote NAME] */

static const char *set_kind(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    if (!remote_ops_find(value))
        return SAY(r, "there is no kind «%s»; write one of %s", value, remote_kinds());
    return take_text(r, value, &r->remote->kind);
}

static const char *set_url(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_url(r, value, &r->remote->api_url);
}

static const char *set_token(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_secret(r, value, &r->remote->token);
}

static const char *set_doc(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_text(r, value, &r->remote->doc);
}

static const char *set_timeout(struct reading *r, int line, const char *rest, const char *value)
{
    int64_t ms = 0;
    (void)line, (void)rest;
    const char *bad = take_duration(r, value, 1000, &ms);
    r->remote->timeout_s = (unsigned)(ms / 1000);
    return bad;
}

static const char *set_rate(struct reading *r, int line, const char *rest, const char *value)
{
    char *end = NULL;
    double n = strtod(value, &end);
    (void)line, (void)rest;
    if (end == value || *end || !(n > 0 && n <= 10000))
        return SAY(r, "«%s» is no rate; write requests a second, such as 3 or 0.5", value);
    r->remote->rate = n;
    return NULL;
}

/* ---------------------------------------------------------------- [flow NAME] */

static const char *set_remote(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    add_late(r, line, "remote", value);
    return need(r, value);
}

static const char *set_table(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    add_late(r, line, "table", value);
    return need(r, value);
}

static const char *set_entity(struct reading *r, int line, const char *rest, const char *value)
{
    AUTO_BUF known = BUF_INIT(512);
    (void)line, (void)rest;
    r->flow->entity = model_entity(value);
    for (size_t i = 0; i < model_n_entities; i++)
        buf_addf(&known, "%s%s", i ? ", " : "", model_entities[i].name);
    return r->flow->entity
               ? NULL
               : SAY(r, "there is no entity «%s»; write one of %s", value, buf_str(&known));
}

static const char *set_direction(struct reading *r, int line, const char *rest, const char *value)
{
    static const char *const words[] = {"pull", NULL};
    int at = 0;
    (void)line, (void)rest;
    const char *bad = take_word(r, value, words, &at);
    r->flow->direction = (enum direction)at;
    return bad;
}

static const char *set_every(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_duration(r, value, 5000, &r->flow->every_ms);
}

static const char *set_full_every(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    /* 0s: every run is a whole listing */
    bool always = config_duration(value, &r->flow->full_every_ms) && !r->flow->full_every_ms;
    return always ? NULL : take_duration(r, value, 60000, &r->flow->full_every_ms);
}

static const char *set_overlap(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_duration(r, value, 0, &r->flow->overlap_ms);
}

static const char *set_missing(struct reading *r, int line, const char *rest, const char *value)
{
    static const char *const words[] = {"delete", "ignore", "cancel", NULL};
    int at = 0;
    (void)line, (void)rest;
    const char *bad = take_word(r, value, words, &at);
    r->flow->missing = (enum missing_policy)at;
    return bad;
}

static const char *take_policy(struct reading *r, const char *value, enum conflict_policy *ret)
{
    static const char *const words[] = {"default", "remote", "store", NULL};
    int at = 0;
    const char *bad = take_word(r, value, words, &at);
    *ret = (enum conflict_policy)at;
    return bad;
}

static const char *set_conflict(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_policy(r, value, &r->flow->conflict);
}

static const char *set_percent(struct reading *r, const char *value, unsigned *ret)
{
    char text[32];
    int64_t n = 0;
    size_t digits = strspn(value, "0123456789");
    const char *unit = value + digits + strspn(value + digits, " ");
    str_copy(text, sizeof text, value);
    if (digits < sizeof text)
        text[digits] = '\0';
    if ((*unit && strcmp(unit, "%")) || !base_parse_i64(text, 0, 100, &n))
        return SAY(r, "«%s» is no share; write 0%% to 100%%", value);
    *ret = (unsigned)n;
    return NULL;
}

static const char *set_max_delete(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return set_percent(r, value, &r->flow->max_delete);
}

static const char *set_max_update(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return set_percent(r, value, &r->flow->max_update);
}

static const char *set_sentinel(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_text(r, value, &r->flow->sentinel);
}

/* field.*, where.* and conflict.FIELD need the entity, which may stand below: judged afterwards. */
static const char *set_field(struct reading *r, int line, const char *rest, const char *value)
{
    add_late(r, line, SAY(r, "field.%s", rest), value);
    return *value ? NULL : SAY(r, "name the column: field.%s = COLUMN", rest);
}

static const char *set_where(struct reading *r, int line, const char *rest, const char *value)
{
    add_late(r, line, SAY(r, "where.%s", rest), value);
    return need(r, value);
}

static const char *set_conflict_field(struct reading *r, int line, const char *rest,
                                      const char *value)
{
    enum conflict_policy p;
    add_late(r, line, SAY(r, "conflict.%s", rest), value);
    return take_policy(r, value, &p);
}

/* ---------------------------------------------------------------- [cycle NAME] */

static const char *set_steps(struct reading *r, int line, const char *rest, const char *value)
{
    (void)rest;
    add_late(r, line, "steps", value);
    return need(r, value);
}

static const char *set_cycle_every(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_duration(r, value, 5000, &r->cycle->every_ms);
}

const struct key_def config_keys[] = {
    {SEC_ROSTERD, "store", "the SQLite file with everything rosterd knows",
     "/var/lib/rosterd/rosterd.db", set_store},
    {SEC_ROSTERD, "key_file",
     "key for values sealed by `rosterd seal` (enc:…); write it above them", "/etc/rosterd/key",
     set_key_file},
    {SEC_ROSTERD, "workers", "syncs that may run side by side, 1 to 64", "4", set_workers},
    {SEC_ROSTERD, "year",
     "the festival's year; {year} and {yy} in tables, columns and values become it", "2026",
     set_year},
    {SEC_ROSTERD, "timezone", "where the festival is, for times shown to people", "Europe/Moscow",
     set_timezone},
    {SEC_ROSTERD, "language", "ru or en, for people whose own language is unknown", "ru",
     set_language},
    {SEC_ROSTERD, "log_level", "err, warn, info or debug", "info", set_log_level},
    {SEC_ROSTERD, "home.", "the remote that wins when both sides changed a field of this entity",
     "notion", set_home},
    {SEC_TELEGRAM, "token", "what BotFather gave you", "env:ROSTERD_BOT_TOKEN", set_bot_token},
    {SEC_TELEGRAM, "api_url", "another Bot API server", "https://api.telegram.org", set_bot_url},
    {SEC_TELEGRAM, "admins", "Telegram ids of the admins; /id tells a person theirs",
     "123456 234567", set_admins},
    {SEC_REMOTE, "kind", "notion or coda", "notion", set_kind},
    {SEC_REMOTE, "api_url", "prefix of every call", "https://api.notion.com/v1", set_url},
    {SEC_REMOTE, "token", "the integration's or user's API token", "env:NOTION_TOKEN", set_token},
    {SEC_REMOTE, "doc", "Coda: the document's id, after _d in its address", "AbCdEfGhIj", set_doc},
    {SEC_REMOTE, "timeout", "how long one request may take", "70s", set_timeout},
    {SEC_REMOTE, "rate", "requests a second, when the vendor's published rate is not yours", "3",
     set_rate},
    {SEC_FLOW, "remote", "name of a [remote]", "notion", set_remote},
    {SEC_FLOW, "table", "database, data source or table: id or name",
     "0f2b7c1e-0000-4000-8000-000000000001", set_table},
    {SEC_FLOW, "entity", "what its rows are: person, team, participation, badge, arrival", "person",
     set_entity},
    {SEC_FLOW, "direction", "pull: the table is read into the store", "pull", set_direction},
    {SEC_FLOW, "every", "how often the daemon runs it by itself; left out: only when asked", "5m",
     set_every},
    {SEC_FLOW, "full_every",
     "a whole listing at least so often, to notice vanished rows; 0s: every time", "1d",
     set_full_every},
    {SEC_FLOW, "overlap", "how far behind its cursor an incremental reading begins", "5m",
     set_overlap},
    {SEC_FLOW, "missing",
     "what a vanished row does to its record: delete, cancel (its status) or ignore", "delete",
     set_missing},
    {SEC_FLOW, "conflict",
     "who wins when both sides changed a field: remote, store, or default (the "
     "entity's home)",
     "default", set_conflict},
    {SEC_FLOW, "conflict.", "the same for one field", "store", set_conflict_field},
    {SEC_FLOW, "max_delete",
     "stop when more than this share of the rows vanished (5 rows are always "
     "allowed)",
     "10%", set_max_delete},
    {SEC_FLOW, "max_update",
     "stop when one listing would change more than this share of the records", "100%",
     set_max_update},
    {SEC_FLOW, "sentinel", "id of a row that must be in every whole listing", "i-AbCdEfGhIj",
     set_sentinel},
    {SEC_FLOW, "where.", "only rows with one of these values are in scope", "2021 2022 {year}",
     set_where},
    {SEC_FLOW, "field.", "field.NAME = COLUMN [via REMOTE] [as TYPE]: the column of each field",
     "Статус", set_field},
    {SEC_CYCLE, "steps", "flows in order", "people:pull participation:pull", set_steps},
    {SEC_CYCLE, "every", "how often the daemon runs it by itself", "10m", set_cycle_every},
};
const size_t config_n_keys = ARRAY_LEN(config_keys);

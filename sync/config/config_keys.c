#include "sync/config/config_values.h"

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

static const char *set_backup_dir(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_text(r, value, &r->cfg->backup_dir);
}

static const char *set_backup_keep(struct reading *r, int line, const char *rest, const char *value)
{
    int64_t n = r->cfg->backup_keep;
    (void)line, (void)rest;
    const char *bad = take_int(r, value, 1, 1000, &n);
    r->cfg->backup_keep = (int)n;
    return bad;
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

static const char *set_home(struct reading *r, int line, const char *rest, const char *value)
{
    if (!model_entity(rest))
        return SAY(r, "there is no entity «%s»", rest);
    config_later(r, line, SAY(r, "home.%s", rest), value);
    return take_something(r, value);
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

static const char *set_file_url(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    if (!strcmp(value, "local"))
        return take_text(r, value, &r->cfg->telegram_file_url);
    return take_url(r, value, &r->cfg->telegram_file_url);
}

static const char *set_webhook(struct reading *r, int line, const char *rest, const char *value)
{
    static const char *const words[] = {"no", "yes", NULL};
    int at = 0;
    (void)line, (void)rest;
    const char *bad = take_word(r, value, words, &at);
    r->cfg->webhook_takeover = at == 1;
    return bad;
}

/* Ids between lo and hi, separated by blanks, commas or lines; what says which ids these are. */
static const char *take_ids(struct reading *r, const char *value, int64_t lo, int64_t hi,
                            const char *what, const int64_t **ret, size_t *ret_n)
{
    char text[2048], *save = NULL;
    size_t cap = 0, n = 0;
    int64_t *list = NULL;
    if (strlen(value) >= sizeof text)
        return SAY(r, "the list is too long");
    str_copy(text, sizeof text, value);
    for (char *word = strtok_r(text, " ,\n", &save); word; word = strtok_r(NULL, " ,\n", &save)) {
        int64_t id;
        if (!base_parse_i64(word, lo, hi, &id))
            return SAY(r, "«%s» is no %s", word, what);
        list = arena_grow(r->arena, list, &cap, n + 1, sizeof *list);
        list[n++] = id;
    }
    *ret = list;
    *ret_n = n;
    return n ? NULL : SAY(r, "name at least one Telegram id");
}

static const char *set_admins(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_ids(r, value, 1, (int64_t)1 << 52,
                    "Telegram id; send /id to the bot to learn yours", &r->cfg->admins,
                    &r->cfg->n_admins);
}

static const char *set_groups(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_ids(r, value, -((int64_t)1 << 52), -1,
                    "group's id, which begins with a minus; send /id in the group to learn it",
                    &r->cfg->groups, &r->cfg->n_groups);
}

static const char *set_leads(struct reading *r, int line, const char *rest, const char *value)
{
    static const char *const words[] = {"no", "yes", NULL};
    int at = 0;
    (void)line, (void)rest;
    const char *bad = take_word(r, value, words, &at);
    r->cfg->leads_are_organizers = at == 1;
    return bad;
}

static const char *set_second_admin(struct reading *r, int line, const char *rest,
                                    const char *value)
{
    (void)line, (void)rest;
    return take_int(r, value, 0, 1000000, &r->cfg->second_admin_above);
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

static const struct key_def keys[] = {
    {SEC_ROSTERD, "store", "the SQLite file with everything rosterd knows",
     "/var/lib/rosterd/rosterd.db", set_store},
    {SEC_ROSTERD, "key_file",
     "key for values sealed by `rosterd seal` (enc:…); write it above them", "/etc/rosterd/key",
     set_key_file},
    {SEC_ROSTERD, "backup_dir", "where /backup lays copies of the store", "/var/backups/rosterd",
     set_backup_dir},
    {SEC_ROSTERD, "backup_keep", "so many of them are kept", "7", set_backup_keep},
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
    {SEC_TELEGRAM, "file_url",
     "where files from people are fetched, when not under api_url; local: from this machine's disk",
     "https://files.example.org/file", set_file_url},
    {SEC_TELEGRAM, "webhook_takeover",
     "no: leave a webhook alone that another program set for this bot, and hear nobody", "yes",
     set_webhook},
    {SEC_TELEGRAM, "groups",
     "ids of groups where people's data may be shown to all who are there; /id tells them",
     "-1001234567890", set_groups},
    {SEC_TELEGRAM, "admins", "Telegram ids of the admins; /id tells a person theirs",
     "123456 234567", set_admins},
    {SEC_TELEGRAM, "leads_are_organizers",
     "yes: who leads a team this year and is known by their phone is an organizer of that team",
     "yes", set_leads},
    {SEC_TELEGRAM, "second_admin_above",
     "undoing or applying more changes than that takes a second admin; 0: never", "500",
     set_second_admin},
    {SEC_REMOTE, "kind", "notion, coda or grist", "notion", set_kind},
    {SEC_REMOTE, "api_url", "prefix of every call", "https://api.notion.com/v1", set_url},
    {SEC_REMOTE, "token", "the integration's or user's API token", "env:NOTION_TOKEN", set_token},
    {SEC_REMOTE, "doc",
     "the document's id: Coda, after _d in its address; Grist, after docs/ or the 12 letters in it",
     "AbCdEfGhIj", set_doc},
    {SEC_REMOTE, "timeout", "how long one request may take", "70s", set_timeout},
    {SEC_REMOTE, "rate", "requests a second, when the vendor's published rate is not yours", "3",
     set_rate},
};

const struct key_def *config_key(size_t i)
{
    if (i < ARRAY_LEN(keys))
        return &keys[i];
    i -= ARRAY_LEN(keys);
    if (i < config_n_alert_keys)
        return &config_alert_keys[i];
    i -= config_n_alert_keys;
    return i < config_n_flow_keys ? &config_flow_keys[i] : NULL;
}

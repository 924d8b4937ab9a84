/* The keys of [telegram] that say how admins are told of trouble. */
#include "sync/config/config_values.h"

#include <string.h>

#define SAY(r, ...) arena_printf((r)->arena, __VA_ARGS__)
#define CHAT_MAX    ((int64_t)1 << 52) /* Telegram's ids have up to 52 bits */

/* "-1001234567890" or "-1001234567890/17", a group and one of its topics. */
static const char *take_place(struct reading *r, const char *value, struct alert_place *ret)
{
    char chat[64];
    const char *slash = strchr(value, '/');
    size_t n = slash ? (size_t)(slash - value) : strlen(value);
    struct alert_place p = {0};
    if (n < sizeof chat) {
        memcpy(chat, value, n);
        chat[n] = '\0';
        bool ok = base_parse_i64(chat, -CHAT_MAX, CHAT_MAX, &p.chat) && p.chat != 0 &&
                  (!slash || base_parse_i64(slash + 1, 1, INT32_MAX, &p.thread));
        if (ok) {
            *ret = p;
            return NULL;
        }
    }
    return SAY(r,
               "«%s» is no chat; write its id, such as -1001234567890, or with a topic "
               "-1001234567890/17; /id in the group tells it",
               value);
}

/* "23:00" as minutes of the day, of n bytes. */
static bool take_minute(const char *text, size_t n, int *ret)
{
    char hour[3] = "", minute[3] = "";
    int64_t h, m;
    const char *colon = memchr(text, ':', n);
    if (!colon || colon == text || colon - text > 2 || text + n - colon != 3)
        return false;
    memcpy(hour, text, (size_t)(colon - text));
    memcpy(minute, colon + 1, 2);
    if (!base_parse_i64(hour, 0, 23, &h) || !base_parse_i64(minute, 0, 59, &m))
        return false;
    *ret = (int)(h * 60 + m);
    return true;
}

static const char *set_alerts(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_place(r, value, &r->cfg->alerts.all);
}

static const char *set_topic(struct reading *r, int line, const char *rest, const char *value)
{
    /* in the order of enum severity */
    static const char *const names[] = {"info", "warning", "important", "critical"};
    (void)line;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!strcmp(names[i], rest))
            return take_place(r, value, &r->cfg->alerts.topic[i]);
    }
    return SAY(r,
               "there is no severity «%s»; write topic.info, topic.warning, topic.important or "
               "topic.critical",
               rest);
}

static const char *set_private(struct reading *r, int line, const char *rest, const char *value)
{
    static const char *const words[] = {"yes", "no", NULL};
    int at = 0;
    (void)line, (void)rest;
    const char *bad = take_word(r, value, words, &at);
    r->cfg->alerts.groups_only = at == 1;
    return bad;
}

static const char *set_quiet(struct reading *r, int line, const char *rest, const char *value)
{
    struct alert_settings *a = &r->cfg->alerts;
    const char *dash = strchr(value, '-');
    (void)line, (void)rest;
    if (!dash || !take_minute(value, (size_t)(dash - value), &a->quiet_from) ||
        !take_minute(dash + 1, strlen(dash + 1), &a->quiet_to) || a->quiet_from == a->quiet_to)
        return SAY(r, "«%s» are no quiet hours; write them as 23:00-08:00", value);
    a->quiet = true;
    return NULL;
}

static const char *set_digest(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    if (!take_minute(value, strlen(value), &r->cfg->alerts.digest_at))
        return SAY(r, "«%s» is no time of day; write it as 10:00", value);
    r->cfg->alerts.digest = true;
    return NULL;
}

static const char *set_heartbeat(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    if (strncmp(value, "http://", 7) && strncmp(value, "https://", 8)) /* it may be env:NAME */
        return take_secret(r, value, &r->cfg->alerts.heartbeat);
    return take_text(r, value, &r->cfg->alerts.heartbeat);
}

static const char *set_stuck(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_duration(r, value, 60000, &r->cfg->alerts.stuck_ms);
}

static const char *set_disk(struct reading *r, int line, const char *rest, const char *value)
{
    (void)line, (void)rest;
    return take_int(r, value, 1, 1000000, &r->cfg->alerts.disk_mb);
}

const struct key_def config_alert_keys[] = {
    {SEC_TELEGRAM, "alerts", "a group, or a topic of it, that hears of all trouble; default: none",
     "-1001234567890", set_alerts},
    {SEC_TELEGRAM, "topic.",
     "the same for one severity only: topic.info, topic.warning, topic.important, topic.critical",
     "-1001234567890/17", set_topic},
    {SEC_TELEGRAM, "alerts_private", "yes or no: admins hear of it in their own chats as well",
     "yes", set_private},
    {SEC_TELEGRAM, "quiet",
     "the festival's night: small things wait until morning, important ones come without a sound",
     "23:00-08:00", set_quiet},
    {SEC_TELEGRAM, "digest", "when admins get one message about the last day; default: never",
     "10:00", set_digest},
    {SEC_TELEGRAM, "heartbeat",
     "an address that is asked every minute while rosterd is well, so that somebody notices when "
     "it is not",
     "https://hc-ping.com/your-uuid", set_heartbeat},
    {SEC_TELEGRAM, "stuck", "a sync or a message that waits longer has got stuck", "15m",
     set_stuck},
    {SEC_TELEGRAM, "disk_low", "MB left on the store's disk that admins are warned at", "500",
     set_disk},
};
const size_t config_n_alert_keys = ARRAY_LEN(config_alert_keys);

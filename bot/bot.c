#include "bot/bot.h"

#include <string.h>

enum lang bot_default_lang(const struct bot *bot)
{
    return lang_of(bot->cfg->language, LANG_RU);
}

static const struct {
    const char *entity;
    enum text_id title;
} titles[] = {
    {"person", TEXT_ENTITY_PERSON},
    {"team", TEXT_ENTITY_TEAM},
    {"participation", TEXT_ENTITY_PARTICIPATION},
    {"badge", TEXT_ENTITY_BADGE},
    {"arrival", TEXT_ENTITY_ARRIVAL},
    {"dict_role", TEXT_DICT_ROLE},
    {"dict_status", TEXT_DICT_STATUS},
    {"dict_transport", TEXT_DICT_TRANSPORT},
    {"dict_team_type", TEXT_DICT_TEAM_TYPE},
    {"dict_gender", TEXT_DICT_GENDER},
    {"dict_diet", TEXT_DICT_DIET},
    {"dict_feed", TEXT_DICT_FEED},
};

const char *bot_entity_title(const struct entity *e, enum lang lang)
{
    for (size_t i = 0; i < ARRAY_LEN(titles); i++) {
        if (!strcmp(titles[i].entity, e->name))
            return text_template(lang, titles[i].title);
    }
    return e->name;
}

const char *bot_flow_title(const struct config *cfg, const char *name, enum lang lang)
{
    struct step step = {.flow = config_flow(cfg, name)};
    if (!step.flow && !config_step(cfg, name, &step))
        return name;
    const struct flow *f = step.flow;
    if (f->title)
        return f->title;
    size_t same = 0;
    for (size_t i = 0; i < cfg->n_flows; i++)
        same += cfg->flows[i]->entity == f->entity;
    bool alone = same == 1 || !strcmp(f->name, f->entity->name);
    return alone ? bot_entity_title(f->entity, lang) : f->name;
}

const char *bot_cycle_title(const struct config *cfg, const char *name)
{
    const struct cycle *c = config_cycle(cfg, name);
    return c && c->title ? c->title : name;
}

bool bot_title_is_shared(const struct config *cfg, const struct flow *f, enum lang lang)
{
    const char *own = bot_flow_title(cfg, f->name, lang);
    for (size_t i = 0; i < cfg->n_flows; i++) {
        if (cfg->flows[i] != f && !strcmp(bot_flow_title(cfg, cfg->flows[i]->name, lang), own))
            return true;
    }
    return false;
}

const char *bot_step_title(struct buf *out, const struct config *cfg, const char *name,
                           enum lang lang)
{
    struct step s;
    buf_add(out, bot_flow_title(cfg, name, lang));
    if (!config_step(cfg, name, &s))
        return buf_str(out);
    const char *remote = bot_remote_title(s.flow->remote, lang);
    if (s.push)
        buf_addf(out, " → %s", remote);
    else if (s.flow->direction == DIR_BOTH || bot_title_is_shared(cfg, s.flow, lang))
        buf_addf(out, " (%s)", remote);
    return buf_str(out);
}

bool bot_is_push(const struct config *cfg, const char *name)
{
    struct step s;
    const char *colon = strrchr(name, ':');
    return config_step(cfg, name, &s) ? s.push : colon && !strcmp(colon, ":push");
}

const char *bot_remote_title(const struct remote_config *remote, enum lang lang)
{
    const struct remote_ops *ops = remote_ops_find(remote->kind);
    return lang == LANG_RU ? ops->label_ru : ops->label_en;
}

static const struct {
    const char *sentence;
    enum text_id text;
} reasons[] = {
    {"Empty name", TEXT_REASON_EMPTY_NAME},
    {"Empty team_name", TEXT_REASON_EMPTY_TEAM_NAME},
    {"Empty type", TEXT_REASON_EMPTY_TYPE},
    {"Invalid or empty year", TEXT_REASON_YEAR},
    {"Invalid status mapping", TEXT_REASON_STATUS},
    {"Invalid status", TEXT_REASON_ARRIVAL_STATUS},
    {"Invalid role mapping", TEXT_REASON_ROLE},
    {"Invalid role", TEXT_REASON_BADGE_ROLE},
    {"Invalid person ID", TEXT_REASON_PERSON},
    {"Invalid team ID", TEXT_REASON_TEAM},
    {"Person is Invalid and marked for delete", TEXT_REASON_PERSON_INVALID},
    {"Team is Invalid and marked for delete", TEXT_REASON_TEAM_INVALID},
    {"Team has invalid type and is not in database", TEXT_REASON_TEAM_TYPE},
    {"Empty diet", TEXT_REASON_DIET},
    {"Empty or invalid feed type", TEXT_REASON_FEED},
    {"Broken directions_ref (AltText or invalid reference)", TEXT_REASON_TEAMS},
    {"Empty or invalid Badge", TEXT_REASON_BADGE},
    {"Badge marked for delete", TEXT_REASON_BADGE_MARKED},
    {"Badge is deleted", TEXT_REASON_BADGE_DELETED},
    {"Person is deleted", TEXT_REASON_PERSON_DELETED},
    {"Person linked to badge is deleted", TEXT_REASON_BADGE_PERSON},
    {"Duplicate id", TEXT_REASON_TWICE},
    {"Unreadable row", TEXT_REASON_UNREADABLE},
    {"Deleted in rosterd", TEXT_REASON_DELETED_HERE},
    {"Invalid arrival date", TEXT_REASON_ARRIVAL_DATE},
    {"Invalid departure date", TEXT_REASON_DEPARTURE_DATE},
    {"Empty code", TEXT_REASON_EMPTY_CODE},
    {"Invalid code", TEXT_REASON_BAD_CODE},
    {"Duplicate code", TEXT_REASON_TWO_CODES},
    {"Paused", TEXT_REASON_PAUSED},
    {"Edited just now", TEXT_REASON_SETTLES},
    {"Refers to a deleted record", TEXT_REASON_TO_DELETED},
    {"Refused", TEXT_REASON_REFUSED},
    {"Not linked there yet", TEXT_REASON_UNLINKED},
    {"Not confirmed yet", TEXT_REASON_UNCONFIRMED},
    {"Unknown whether created", TEXT_REASON_UNHEARD},
    {"Several records in one row", TEXT_REASON_SHARED_ROW},
    {"Ignored by the remote", TEXT_REASON_IGNORED},
    {"Not readable there", TEXT_REASON_UNREAD},
    {"Changed there meanwhile", TEXT_REASON_MOVED},
    {"Not found after it was created", TEXT_REASON_VANISHED},
};

const char *bot_reason(const char *sentence, enum lang lang)
{
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        if (!strcmp(reasons[i].sentence, sentence))
            return text_template(lang, reasons[i].text);
    }
    return sentence;
}

static const struct {
    const char *sentence, *entity;
    enum text_id text;
} reasons_of[] = {
    {"Empty name", "person", TEXT_REASON_EMPTY_PERSON_NAME},
    {"Empty name", "badge", TEXT_REASON_EMPTY_BADGE_NAME},
};

const char *bot_reason_of(const char *sentence, const char *entity, enum lang lang)
{
    for (size_t i = 0; i < ARRAY_LEN(reasons_of); i++) {
        if (!strcmp(reasons_of[i].sentence, sentence) && str_eq(reasons_of[i].entity, entity))
            return text_template(lang, reasons_of[i].text);
    }
    return bot_reason(sentence, lang);
}

static const struct {
    const char *entity;
    enum text_id text;
} numbers[] = {
    {"person", TEXT_NUMBER_PEOPLE},
    {"team", TEXT_NUMBER_TEAMS},
    {"participation", TEXT_NUMBER_PARTICIPATIONS},
    {"badge", TEXT_NUMBER_BADGES},
    {"arrival", TEXT_NUMBER_ARRIVALS},
};

bool bot_number(struct msg *m, enum lang lang, const struct entity *e, int64_t n)
{
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        if (strcmp(numbers[i].entity, e->name) != 0)
            continue;
        TEXT_ADD(m, lang, numbers[i].text, T_INT("n", n));
        return true;
    }
    return false;
}

const char *bot_actor(const char *actor, const char *name, enum lang lang)
{
    if (name && *name)
        return name;
    if (!strcmp(actor, "schedule"))
        return text_template(lang, TEXT_BY_SCHEDULE);
    if (!strcmp(actor, "shell"))
        return text_template(lang, TEXT_BY_SHELL);
    return strncmp(actor, "console:", 8) ? actor : text_template(lang, TEXT_BY_TERMINAL);
}

struct count_part {
    int64_t n;
    enum text_id text;
};

static void add_counts(struct msg *m, enum lang lang, const struct count_part *parts, size_t n,
                       enum text_id nothing)
{
    size_t said = 0;
    for (size_t i = 0; i < n; i++) {
        if (!parts[i].n)
            continue;
        if (said++)
            msg_html(m, ", ");
        TEXT_ADD(m, lang, parts[i].text, T_INT("n", parts[i].n));
    }
    if (!said)
        TEXT_ADD(m, lang, nothing);
}

void bot_counts(struct msg *m, enum lang lang, const struct counts *c)
{
    const struct count_part parts[] = {
        {c->inserted, TEXT_COUNT_NEW},    {c->updated, TEXT_COUNT_CHANGED},
        {c->deleted, TEXT_COUNT_DELETED}, {c->conflicts, TEXT_COUNT_CONFLICTS},
        {c->unchanged, TEXT_COUNT_SAME},  {c->invalid, TEXT_COUNT_INVALID},
    };
    add_counts(m, lang, parts, ARRAY_LEN(parts), TEXT_COUNT_NOTHING);
}

/* Rows that stay as they are go unsaid: a push looks only at what has changed here. */
bool bot_step_marks(const struct config *cfg, const char *step)
{
    struct step s;
    return config_step(cfg, step, &s) && s.push && s.flow->mark;
}

void bot_sent_counts(struct msg *m, enum lang lang, const struct counts *c, bool planned,
                     bool marks)
{
    const enum text_id gone = marks     ? planned ? TEXT_SEND_MARKED : TEXT_SENT_MARKED
                              : planned ? TEXT_SEND_DELETED
                                        : TEXT_SENT_DELETED;
    const struct count_part parts[] = {
        {c->inserted, planned ? TEXT_SEND_NEW : TEXT_SENT_NEW},
        {c->updated, planned ? TEXT_SEND_CHANGED : TEXT_SENT_CHANGED},
        {c->ids, planned ? TEXT_SEND_IDS : TEXT_SENT_IDS},
        {c->deleted, gone},
        {c->conflicts, TEXT_COUNT_CONFLICTS},
        {c->invalid, TEXT_SENT_INVALID},
    };
    add_counts(m, lang, parts, ARRAY_LEN(parts), TEXT_SENT_NOTHING);
}

/* ---- sentences of the engine */

#define CAPTURES_MAX 4
#define CAPTURE_MAX  256

/* Reads the arguments out of a sentence made from an English template: "{n} of {known} rows".
 * Returns false when it was not. */
static bool capture(const char *template, const char *text, struct targ *args,
                    char values[CAPTURES_MAX][CAPTURE_MAX], char names[CAPTURES_MAX][32],
                    size_t *ret_n)
{
    size_t n = 0;
    while (*template) {
        if (*template != '{') {
            if (*template ++ != *text++)
                return false;
            continue;
        }
        const char *end = strchr(template, '}');
        const char *stop = end[1] ? strchr(text, end[1]) : text + strlen(text);
        if (n == CAPTURES_MAX || !stop || stop - text >= CAPTURE_MAX)
            return false;
        memcpy(values[n], text, (size_t)(stop - text));
        values[n][stop - text] = '\0';
        size_t len = (size_t)(end - template - 1);
        memcpy(names[n], template + 1, len);
        names[n][len] = '\0';
        args[n] = T_TEXT(names[n], values[n]);
        n++;
        text = stop;
        template = end + 1;
    }
    *ret_n = n;
    return !*text;
}

/* It begins a part of the sentence: "coda: table «T»: 401 Unauthorized", "… answered 403". */
static const char *status_in(const char *english, const char *status)
{
    for (const char *p = english; (p = strstr(p, status)); p++) {
        bool begins = p == english || (p - english >= 2 && !strncmp(p - 2, ": ", 2)) ||
                      (p - english >= 9 && !strncmp(p - 9, "answered ", 9));
        if (begins && !(p[3] >= '0' && p[3] <= '9'))
            return p;
    }
    return NULL;
}

const char *bot_refusal(const char *english)
{
    const char *at = status_in(english, "401");
    return at ? at : status_in(english, "403");
}

bool bot_is_first_marks(const char *english)
{
    struct targ args[CAPTURES_MAX];
    char values[CAPTURES_MAX][CAPTURE_MAX], names[CAPTURES_MAX][32];
    size_t n;
    return capture(text_template(LANG_EN, TEXT_ERROR_FIRST_MARKS), english, args, values, names,
                   &n);
}

const char *bot_error(struct buf *out, const char *english, enum lang lang)
{
    const char *refusal = bot_refusal(english);
    for (int id = 0; id < TEXT_COUNT; id++) {
        struct targ args[CAPTURES_MAX];
        char values[CAPTURES_MAX][CAPTURE_MAX], names[CAPTURES_MAX][32];
        size_t n;
        if (!strncmp(text_name((enum text_id)id), "ERROR_", 6) &&
            capture(text_template(LANG_EN, (enum text_id)id), english, args, values, names, &n))
            return text_plain(out, lang, (enum text_id)id, args, n);
    }
    if (refusal)
        return TEXT_PLAIN(out, lang, refusal[2] == '1' ? TEXT_WHY_REFUSED : TEXT_WHY_FORBIDDEN,
                          T_TEXT("what", refusal));
    buf_add(out, english);
    return buf_str(out);
}

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
};

const char *bot_flow_title(const struct config *cfg, const char *name, enum lang lang)
{
    const struct flow *f = config_flow(cfg, name);
    size_t same = 0;
    for (size_t i = 0; f && i < cfg->n_flows; i++)
        same += cfg->flows[i]->entity == f->entity;
    for (size_t i = 0; same == 1 && i < ARRAY_LEN(titles); i++) {
        if (!strcmp(titles[i].entity, f->entity->name))
            return text_template(lang, titles[i].title);
    }
    return name;
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
    {"Invalid status", TEXT_REASON_STATUS},
    {"Invalid role mapping", TEXT_REASON_ROLE},
    {"Invalid role", TEXT_REASON_ROLE},
    {"Invalid person ID", TEXT_REASON_PERSON},
    {"Invalid team ID", TEXT_REASON_TEAM},
    {"Person is Invalid and marked for delete", TEXT_REASON_PERSON_INVALID},
    {"Team is Invalid and marked for delete", TEXT_REASON_TEAM_INVALID},
    {"Team has invalid type and is not in database", TEXT_REASON_TEAM_TYPE},
    {"Empty diet", TEXT_REASON_DIET},
    {"Empty or invalid feed type", TEXT_REASON_FEED},
    {"Empty or invalid Badge", TEXT_REASON_BADGE},
    {"Invalid arrival date", TEXT_REASON_ARRIVAL_DATE},
    {"Invalid departure date", TEXT_REASON_DEPARTURE_DATE},
};

const char *bot_reason(const char *sentence, enum lang lang)
{
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        if (!strcmp(reasons[i].sentence, sentence))
            return text_template(lang, reasons[i].text);
    }
    return sentence;
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

void bot_counts(struct msg *m, enum lang lang, const struct counts *c)
{
    const struct {
        int64_t n;
        enum text_id text;
    } parts[] = {
        {c->inserted, TEXT_COUNT_NEW},    {c->updated, TEXT_COUNT_CHANGED},
        {c->deleted, TEXT_COUNT_DELETED}, {c->conflicts, TEXT_COUNT_CONFLICTS},
        {c->unchanged, TEXT_COUNT_SAME},  {c->invalid, TEXT_COUNT_INVALID},
    };
    size_t said = 0;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (!parts[i].n)
            continue;
        if (said++)
            msg_html(m, ", ");
        TEXT_ADD(m, lang, parts[i].text, T_INT("n", parts[i].n));
    }
    if (!said)
        TEXT_ADD(m, lang, TEXT_COUNT_NOTHING);
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

const char *bot_error(struct buf *out, const char *english, enum lang lang)
{
    for (int id = TEXT_ERROR_MISSING; id <= TEXT_ERROR_NO_FLOW; id++) {
        struct targ args[CAPTURES_MAX];
        char values[CAPTURES_MAX][CAPTURE_MAX], names[CAPTURES_MAX][32];
        size_t n;
        if (capture(text_template(LANG_EN, (enum text_id)id), english, args, values, names, &n))
            return text_plain(out, lang, (enum text_id)id, args, n);
    }
    buf_add(out, english);
    return buf_str(out);
}

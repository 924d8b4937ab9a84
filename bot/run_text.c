#include "bot/run_text.h"

#include <string.h>

const char *run_icon(const struct run *r)
{
    static const struct {
        const char *state, *icon;
    } icons[] = {{"done", "✅"}, {"running", "🔄"}, {"stopped", "✋"}, {"cancelled", "⏹"},
                 {"partial", "⚠️"}};
    for (size_t i = 0; i < ARRAY_LEN(icons); i++) {
        if (!strcmp(icons[i].state, r->state))
            return icons[i].icon;
    }
    return "✗";
}

const char *run_actor(const struct run *r, enum lang lang)
{
    if (!strcmp(r->actor, "schedule"))
        return text_template(lang, TEXT_BY_SCHEDULE);
    return !strcmp(r->actor, "shell") ? text_template(lang, TEXT_BY_SHELL) : r->actor;
}

#include "bot/run_text.h"

#include <string.h>

const char *run_icon(const struct run *r)
{
    static const struct {
        const char *state, *icon;
    } icons[] = {{"done", "✅"},
                 {"running", "🔄"},
                 {"stopped", "✋"},
                 {"cancelled", "⏹"},
                 {"partial", "⚠️"}};
    for (size_t i = 0; i < ARRAY_LEN(icons); i++) {
        if (!strcmp(icons[i].state, r->state))
            return icons[i].icon;
    }
    return "✗";
}

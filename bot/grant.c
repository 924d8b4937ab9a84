#include "bot/grant.h"

#include "store/base/utf8.h"

#include <string.h>

#define HOUR_MS      ((int64_t)3600 * 1000)
#define GRANT_MAX_MS (1000 * 24 * HOUR_MS)

int grant_find(struct ask *a, const char *word, struct grantee *ret, struct err *err)
{
    struct chat_user *u = NULL;
    int64_t id = 0;
    *ret = (struct grantee){.name = word};
    if (!word)
        return 0;
    if (base_parse_i64(word, 1, (int64_t)1 << 52, &id)) {
        if (people_get(a->db, GRANT_VIA, id, a->arena, &u, err))
            return -1;
    } else if (people_find(a->db, GRANT_VIA, word + (*word == '@'), a->arena, &u, err)) {
        return -1;
    }
    ret->id = u ? u->user_id : id;
    if (u && u->name && *u->name)
        ret->name = u->name;
    ret->is_admin = ret->id && rights_in_config(a->bot, GRANT_VIA, ret->id);
    return 0;
}

void grantee_words(const struct grantee *who, enum lang lang, struct msg *m)
{
    bool nameless = str_eq(who->name, STR_I64(who->id));
    TEXT_ADD(m, lang, nameless ? TEXT_WHO_NAMELESS : TEXT_WHO, T_TEXT("who", who->name),
             T_ID("id", who->id));
}

const char *grant_words(struct ask *a, enum lang lang, const struct grant *g)
{
    AUTO_BUF b = BUF_INIT(4096);
    return arena_strdup(a->arena, rights_words(&b, a->db, g->role, g->team_id, g->until, a->now,
                                               lang, a->arena));
}

int grant_tell(struct ask *a, const struct grantee *who, enum text_id text, const struct grant *g,
               struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct chat_user *u;
    if (people_get(a->db, GRANT_VIA, who->id, a->arena, &u, err))
        return -1;
    if (!u || !u->name)
        return 0;
    enum lang lang = lang_of(u->lang, bot_default_lang(a->bot));
    TEXT_ADD(&m, lang, text, T_TEXT("what", g ? grant_words(a, lang, g) : ""));
    struct outgoing out = {.via = GRANT_VIA, .chat_id = who->id, .text = msg_str(&m)};
    return chatbox_say(a->db, &out, err);
}

int grant_changed(struct ask *a, int64_t id, struct err *err)
{
    return rights_changed(a->bot, a->db, GRANT_VIA, id, a->now, err);
}

/* ---------------------------------------------------------------- what follows the name */

/* A role by its name in the store, or what people call it in any language. */
static bool read_role(const char *word, enum role *ret)
{
    AUTO_BUF typed = BUF_INIT(1024);
    utf8_fold(word, &typed);
    for (enum role role = ROLE_PARTICIPANT; role <= ROLE_ADMIN; role++) {
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            AUTO_BUF called = BUF_INIT(256);
            utf8_fold(text_template((enum lang)lang, rights_role_text(role)), &called);
            /* a button has room for the first letter only */
            bool letter = *word == *role_name(role) && !word[1];
            if (letter || !strcmp(buf_str(&called), buf_str(&typed)) ||
                !strcmp(role_name(role), buf_str(&typed))) {
                *ret = role;
                return true;
            }
        }
    }
    return false;
}

/* "12h", "3d", "2w", «12ч», «3д», «2н». */
static bool read_time(const char *word, int64_t *ret_ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"h", HOUR_MS}, {"d", 24 * HOUR_MS}, {"w", 168 * HOUR_MS},
                 {"ч", HOUR_MS}, {"д", 24 * HOUR_MS}, {"н", 168 * HOUR_MS}};
    size_t digits = strspn(word, "0123456789");
    int64_t n = 0;
    if (!digits || digits > 5)
        return false;
    for (size_t i = 0; i < digits; i++)
        n = n * 10 + (word[i] - '0');
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (!strcmp(word + digits, units[i].unit) && n && n <= GRANT_MAX_MS / units[i].ms) {
            *ret_ms = n * units[i].ms;
            return true;
        }
    }
    return false;
}

bool grant_read(const char *text, struct arena *arena, struct grant_wish *ret)
{
    bool role = false;
    *ret = (struct grant_wish){.role = ROLE_ORGANIZER};
    for (;;) {
        text += strspn(text, " \t\n");
        size_t n = strcspn(text, " \t\n");
        const char *word = arena_strndup(arena, text, n);
        if (n && !role && read_role(word, &ret->role))
            role = true;
        else if (!n || ret->for_ms || !read_time(word, &ret->for_ms))
            break;
        text += n;
    }
    ret->team = text;
    size_t digits = strspn(text, "0123456789"), n = strcspn(text + digits, " /-.");
    return !digits || digits > 5 || text[digits + n] || n > 4;
}

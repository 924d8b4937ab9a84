#include "tests/support/marked_chat.h"

#include "store/quarantine.h"
#include "store/rows.h"
#include "store/runs.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"

#define MARKS "direction = both\nmark = to_delete\nmark_reason = delete_reason\n"

static const char config[] =
    "[rosterd]\nstore = s.db\nyear = 2026\n"
    "[telegram]\ntoken = 1:a\nadmins = 1001\n"
    "[remote notion]\nkind = notion\ntoken = t\n"
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
    "[remote grist]\nkind = grist\ntoken = t\ndoc = d\napi_url = https://grist.example\n"
    "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = Имя\n"
    "field.city = Город\n"
    "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = Имя\nfield.type = Тип\n"
    "[flow part]\nremote = coda\ntable = Part\nentity = participation\ndirection = both\n"
    "create = yes\nfield.year = Год\nfield.person_id = Человек via notion\n"
    "field.team_id = Служба via notion\nfield.role = Роль\nfield.status = Статус\n"
    "field.position = Должность\n"
    "[flow gpeople]\nremote = grist\ntable = People\nentity = person\n" MARKS
    "title = Люди Гриста\nfield.name = name\nfield.city = city\nfield.gender = gender\n"
    "field.birth_date = birth_date\n"
    "[flow gbadges]\nremote = grist\ntable = Badges_2026\nentity = badge\n" MARKS
    "field.name = name\nfield.diet = diet\nfield.feed = feed_type\nfield.role = role as text\n"
    "field.person_id = person via grist\n"
    "[flow garrivals]\nremote = grist\ntable = Arrivals_2026\nentity = arrival\n" MARKS
    "field.badge_id = badge via grist\nfield.status = status\nfield.arrival_date = arrival_date\n"
    "field.departure_date = departure_date\n";

static void add(struct one_chat *c, const char *entity, const char *id, const char *flow,
                const char *tbl, const char *row, const char *const *texts)
{
    struct err err = {0};
    struct record *r = record_new(model_entity(entity), c->f->arena);
    AUTO_BUF base = BUF_INIT(1 << 16);
    str_copy(r->id, sizeof r->id, id);
    for (size_t i = 0; texts[i]; i += 2)
        r->v[model_field(r->e, texts[i])] = V_TEXT(texts[i + 1]);
    if (model_field(r->e, "year") >= 0)
        r->v[model_field(r->e, "year")] = V_INT(2026);
    assert_ok(rows_insert(c->f->db, r, &(struct change){.source = "grist", .at = 1000}, &err), err);
    record_to_json(r, RECORD_ALL(r->e), &base);
    const struct link l = {.entity = entity,
                           .local_id = id,
                           .flow = flow,
                           .remote = "grist",
                           .tbl = tbl,
                           .remote_id = row,
                           .part = "",
                           .base = buf_str(&base),
                           .base_rev = r->rev,
                           .seen_at = 1000};
    assert_ok(links_insert(c->f->db, &l, &err), err);
}

static void link_anna(struct one_chat *c)
{
    struct err err = {0};
    const struct link l = {.entity = "person",
                           .local_id = ANNA,
                           .flow = "gpeople",
                           .remote = "grist",
                           .tbl = "People",
                           .remote_id = "17",
                           .part = "",
                           .base = "{\"name\":\"Лис Мария\"}",
                           .base_rev = small_festival_get(c->f, "person", ANNA)->rev,
                           .seen_at = 1000};
    assert_ok(links_insert(c->f->db, &l, &err), err);
}

static void read_whole(struct one_chat *c, const char *flow, const char *tbl)
{
    struct err err = {0};
    const struct cursor cursor = {.flow = flow, .remote = "grist", .tbl = tbl, .mapping = "m"};
    assert_ok(cursor_put(c->f->db, &cursor, &err), err);
}

int marked_chat_setup(void **state)
{
    if (one_chat_setup(state))
        return -1;
    struct one_chat *c = *state;
    config_free(c->f->cfg);
    c->f->cfg = config_must(config);
    c->bot.cfg = c->f->cfg;
    read_whole(c, "gpeople", "People");
    read_whole(c, "gbadges", "Badges_2026");
    read_whole(c, "garrivals", "Arrivals_2026");
    link_anna(c);
    add(c, "person", PETR, "gpeople", "People", "18",
        (const char *[]){"name", "Ильин Пётр", "city", "Калуга", NULL});
    add(c, "badge", BADGE, "gbadges", "Badges_2026", "1",
        (const char *[]){"name", "Ильин", "diet", "STANDARD", "feed", "FREE", "role", "VOLUNTEER",
                         "person_id", PETR, NULL});
    add(c, "arrival", ARRIVAL, "garrivals", "Arrivals_2026", "1",
        (const char *[]){"badge_id", BADGE, "status", "PLANNED", "arrival_date", "2026-07-10",
                         "departure_date", "2026-07-20", NULL});
    return 0;
}

int marked_chat_teardown(void **state)
{
    return one_chat_teardown(state);
}

void marked_chat_mark(struct one_chat *c, const char *tbl, const char *row, enum mark_by by,
                      const char *why)
{
    struct err err = {0};
    const struct mark m = {.remote = "grist",
                           .tbl = tbl,
                           .remote_id = row,
                           .at = 5,
                           .why = why,
                           .by = by,
                           .state = MARK_THERE,
                           .since = 5000};
    assert_ok(marks_put(c->f->db, &m, &err), err);
}

void marked_chat_delete(struct one_chat *c, const char *entity, const char *id, const char *source,
                        int64_t at)
{
    small_festival_set(c->f, entity, id, "deleted", V_INT(1), source, at);
}

void marked_chat_row_gone(struct one_chat *c, const char *tbl, const char *row, const char *wish)
{
    struct err err = {0};
    struct link *l;
    assert_ok(links_get(c->f->db, strcmp(tbl, "Part") ? "grist" : "coda", tbl, row, "", c->f->arena,
                        &l, &err),
              err);
    assert_non_null(l);
    assert_ok(links_set_missing(c->f->db, l->id, 5000, &err), err);
    assert_ok(links_set_wish(c->f->db, l->id, wish, &err), err);
}

void marked_chat_jail(struct one_chat *c, const char *flow, const char *row, bool waiting,
                      const char *reason, const char *detail, const char *raw)
{
    struct err err = {0};
    const struct jailed j = {.flow = flow,
                             .remote_id = row,
                             .part = "",
                             .waiting = waiting,
                             .reason = reason,
                             .detail = detail,
                             .raw = raw,
                             .last_seen = 4000};
    assert_ok(quarantine_put(c->f->db, &j, &err), err);
}

bool marked_chat_is_deleted(struct one_chat *c, const char *entity, const char *id)
{
    return small_festival_get(c->f, entity, id)->deleted;
}

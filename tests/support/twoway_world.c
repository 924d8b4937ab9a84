#include "tests/support/twoway.h"

#include <string.h>

static void use(struct twoway *t, const char *flow)
{
    struct world *w = t->w;
    const char *aside = arena_printf(w->arena, "-flow %s", flow);
    for (size_t k = 0, n = w->n_settings; k < n; k++) {
        const struct setting x = w->settings[k];
        if (!strcmp(x.section, aside))
            world_set(w, arena_strdup(w->arena, aside + 1), x.key, x.value);
    }
}

static void set_policies(struct twoway *t, const char *section)
{
    static const char *const policies[] = {"default", "remote", "store", "newest", "ask"};
    static const char *const waits[] = {"0s", "2m"};
    static const char *const fields[] = {"conflict.status", "conflict.position"};
    struct world *w = t->w;
    world_set(w, section, "conflict", policies[tw_below(t, ARRAY_LEN(policies))]);
    world_set(w, section, "settle", waits[tw_chance(t, 25)]);
    if (!strcmp(section, "flow participation") && tw_chance(t, 30))
        world_set(w, section, fields[tw_below(t, 2)], policies[tw_below(t, ARRAY_LEN(policies))]);
}

static void set_people(struct twoway *t)
{
    struct world *w = t->w;
    t->people_both = tw_chance(t, 50);
    t->people_create = t->people_both && tw_chance(t, 50);
    world_set(w, "rosterd", "home.person", tw_chance(t, 70) ? "notion" : NULL);
    if (!t->people_both)
        return;
    world_set(w, "flow people", "direction", "both");
    world_set(w, "flow people", "create", t->people_create ? "yes" : "no");
    set_policies(t, "flow people");
}

static void set_participation(struct twoway *t)
{
    struct world *w = t->w;
    static const char section[] = "flow participation";
    t->create = tw_chance(t, 85);
    t->archives = tw_chance(t, 50);
    t->missing_ignored = tw_chance(t, 10);
    t->where_year = tw_chance(t, 30);
    t->formulas = tw_chance(t, 25);
    t->template = tw_chance(t, 50);
    world_set(w, "rosterd", "home.participation", tw_chance(t, 60) ? "coda" : "notion");
    world_set(w, section, "direction", "both");
    world_set(w, section, "field.position", "Должность");
    world_set(w, section, "create", t->create ? "yes" : "no");
    world_set(w, section, "on_delete", t->archives ? "archive" : "ignore");
    world_set(w, section, "missing", t->missing_ignored ? "ignore" : "delete");
    if (t->where_year)
        world_set(w, section, "where.year", "2025 2026");
    if (t->formulas) {
        world_set(w, section, "put.Кто", "person_id via notion");
        world_set(w, section, "put.Куда", "team_id via notion");
    }
    if (t->template)
        world_set(w, section, "put.Название", "{person.name} — {team.name}");
    if (t->template && !t->formulas) {
        /* a text made of a field stands for it, unless the field is written too */
        world_set(w, section, "put.person_id", "person_id via notion");
        world_set(w, section, "put.direction_id", "team_id via notion");
    }
    if (tw_chance(t, 20))
        world_set(w, section, "marker", "ID");
    set_policies(t, section);
}

static void set_pages(struct twoway *t)
{
    struct world *w = t->w;
    t->cancels = tw_chance(t, 40);
    t->archives_pages = tw_chance(t, 50);
    use(t, "leads");
    use(t, "volunteers");
    world_set(w, "flow leads", "field.role", "Роль");
    world_set(w, "flow leads", "missing", t->cancels ? "cancel" : "delete");
    world_set(w, "flow volunteers", "on_delete", t->archives_pages ? "archive" : "ignore");
}

static void set_remotes(struct twoway *t)
{
    struct fake_options *notion = fake_remote_options(world_fake(t->w, 0, "notion"));
    struct fake_options *coda = fake_remote_options(world_fake(t->w, 0, "coda"));
    notion->lists_trash = tw_chance(t, 50);
    notion->grain_ms = tw_chance(t, 50) ? 60000 : 0;
    /* rows that change while a listing is under way are not in it */
    notion->overlap_ms = coda->overlap_ms = 120000;
    notion->page_size = 1 + tw_below(t, 6);
    coda->page_size = 1 + tw_below(t, 6);
    coda->batch = tw_chance(t, 50) ? 1 : 3;
    coda->upserts = tw_chance(t, 50);
    coda->hides_ms = tw_chance(t, 30) ? 1000 * (1 + tw_below(t, 240)) : 0;
    notion->hides_ms = tw_chance(t, 20) ? 1000 * (1 + tw_below(t, 60)) : 0;
    fake_remote_renew(world_fake(t->w, 0, "notion"));
    fake_remote_renew(world_fake(t->w, 0, "coda"));
}

static void work(struct twoway *t, unsigned may)
{
    tw_edit(t, may & TW_MAY_ADD);
}

struct twoway *tw_new(int64_t seed, struct arena *arena)
{
    struct fake_remote *f;
    struct twoway *t = tw_open(seed, arena);
    t->work = work;
    set_people(t);
    set_participation(t);
    set_pages(t);
    world_load_config(t->w, 0);
    set_remotes(t);
    for (size_t i = 0; i < t->w->cfg->n_flows; i++)
        world_table(t->w, 0, t->w->cfg->flows[i]->name, &f);
    if (t->formulas) {
        struct fake_table *grid = world_table(t->w, 0, "participation", &f);
        fake_set_formula(grid, "person_id", "Кто");
        fake_set_formula(grid, "direction_id", "Куда");
    }
    tw_tell_config(t);
    return t;
}

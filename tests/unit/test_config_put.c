/* test_config_put.c: which columns a flow writes and what each of them gets, and the mistakes one
 * can make in saying so. */
#include "sync/config/config.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"

/* 21 lines: the flow of a test begins in line 22 */
#define WORLD                                                                                      \
    "[rosterd]\nstore = s.db\nyear = 2026\n"                                                       \
    "[remote notion]\nkind = notion\ntoken = t\n"                                                  \
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"                                             \
    "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = N\nfield.type = Y\n"    \
    "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = N\n"
/* 4 lines each */
#define PUSH "[flow out]\nremote = notion\ntable = Out\nentity = participation\n"
#define CODA "[flow out]\nremote = coda\ntable = Out\nentity = participation\n"
/* 9 lines: 5 fields, each with a column */
#define BOTH                                                                                       \
    CODA "field.year = Год\nfield.person_id = pid via notion\nfield.team_id = tid via notion\n" \
         "field.role = Роль\nfield.status = Статус\n"

static void show_put(const struct flow *f, const struct put *put, struct buf *out)
{
    const struct field *fields = f->entity->fields;
    buf_addf(out, "%s <-", put->column);
    if (put->kind == PUT_FIELD)
        buf_addf(out, " %s", fields[put->field].name);
    if (put->via)
        buf_addf(out, " via %s", put->via);
    for (size_t i = 0; put->kind == PUT_TEXT && i < put->n_pieces; i++) {
        const struct put_piece *piece = &put->pieces[i];
        const struct field *of = &fields[piece->field];
        if (piece->text)
            buf_addf(out, " [%s]", piece->text);
        else if (piece->of_target < 0)
            buf_addf(out, " {%s}", of->name);
        else
            buf_addf(out, " {%s.%s}", of->name,
                     model_entity(of->ref)->fields[piece->of_target].name);
    }
    buf_addf(out, "%s\n", put->line ? "" : " (implied)");
}

/* The flow "out" made of WORLD and lines writes just this, line by line. */
static struct config *check_writes(const char *lines, const char *wanted)
{
    AUTO_BUF text = BUF_INIT(1 << 16), told = BUF_INIT(1 << 16);
    buf_addf(&text, WORLD "%s", lines);
    struct config *c = config_must(buf_str(&text));
    const struct flow *f = config_flow(c, "out");
    uint32_t mask = 0;
    for (size_t i = 0; i < f->n_puts; i++) {
        const struct put *put = &f->puts[i];
        show_put(f, put, &told);
        if (put->kind == PUT_FIELD)
            mask |= 1u << put->field;
        for (size_t k = 0; k < put->n_pieces; k++)
            mask |= put->pieces[k].text ? 0 : 1u << put->pieces[k].field;
        assert_int_not_equal(put->kind, PUT_NOTHING);
    }
    if (strcmp(buf_str(&told), wanted))
        fail_msg("told:\n%swanted:\n%s", buf_str(&told), wanted);
    assert_int_equal(f->put_fields, mask);
    return c;
}

static void check_mistake(const char *lines, const char *wanted)
{
    AUTO_CONFIG *cfg = NULL;
    AUTO_BUF text = BUF_INIT(1 << 16), want = BUF_INIT(1 << 13);
    buf_addf(&text, WORLD "%s", lines);
    buf_addf(&want, "%s\n", wanted);
    const char *told = config_from_text(buf_str(&text), &cfg);
    if (strcmp(told, buf_str(&want)))
        fail_msg("told:\n%swanted:\n%s", told, buf_str(&want));
}

static void field__nobody_else_writes__goes_where_it_is_read(void **state)
{
    (void)state;
    AUTO_CONFIG *c =
        check_writes(BOTH "direction = both\n", "Год <- year (implied)\n"
                                                "pid <- person_id via notion (implied)\n"
                                                "tid <- team_id via notion (implied)\n"
                                                "Роль <- role (implied)\n"
                                                "Статус <- status (implied)\n");
    assert_string_equal(config_flow(c, "out")->push_name, "out:push");
}

static void field__that_a_put_names__is_written_only_there(void **state)
{
    (void)state;
    AUTO_CONFIG *c = check_writes(BOTH "direction = both\n"
                                       "put.Человек = {person.name}\nput.tid = none\n"
                                       "put.Какой год = year\nput.Кратко = {role}, {status}\n",
                                  "Человек <- {person_id.name}\n"
                                  "Какой год <- year\n"
                                  "Кратко <- {role} [, ] {status}\n");
    const struct flow *f = config_flow(c, "out");
    assert_false(f->put_fields & 1u << model_field(f->entity, "team_id"));
}

static void field__in_two_puts__is_written_twice(void **state)
{
    (void)state;
    AUTO_CONFIG *c =
        check_writes(PUSH "direction = push\nput.Год = year\nput.Name = {role} {role}\n"
                          "put.Роль = role\n",
                     "Год <- year\nName <- {role} [ ] {role}\nРоль <- role\n");
    assert_string_equal(config_flow(c, "out")->push_name, "out");
}

static void volunteers__are_written__as_the_festival_wants(void **state)
{
    (void)state;
    AUTO_CONFIG *c = check_writes(
        PUSH "direction = push\nwhere.role = TEAM_LEAD VOLUNTEER MEDIC CAMP_GUY\n"
             "put.Name = {person.name} — {team.name}\nput.Человек = person_id\nput.Год = year\n"
             "put.Службы и локации = team_id\nput.Роль = role\nput.Тип = {team.type}\n"
             "put.Статус = status\n",
        "Name <- {person_id.name} [ — ] {team_id.name}\n"
        "Человек <- person_id via notion\nГод <- year\n"
        "Службы и локации <- team_id via notion\nРоль <- role\nТип <- {team_id.type}\n"
        "Статус <- status\n");
    const struct flow *f = config_flow(c, "out");
    assert_true(f->create);
    assert_int_equal(f->wheres[0].n, 4);
}

static void value__is__a_field_a_text_or_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *put, *writes;
    } cases[] = {
        {"put.X = role", "X <- role\n"},
        {"put.X =   role  ", "X <- role\n"},
        {"put.X = person_id via notion", "X <- person_id via notion\n"},
        {"put.X = person_id\n  via   notion", "X <- person_id via notion\n"},
        {"put.X = \"role\"", "X <- [role]\n"},
        {"put.X = \" из росты \"", "X <- [ из росты ]\n"},
        {"put.X = \"кафе \"Юность\"\"", "X <- [кафе \"Юность\"]\n"},
        {"put.X = \"{как есть}\"", "X <- [{как есть}]\n"},
        {"put.X = \"none\"", "X <- [none]\n"},
        {"put.X = {role}", "X <- {role}\n"},
        {"put.X = { role }", "X <- {role}\n"},
        {"put.X = {person_id}", "X <- {person_id}\n"},
        {"put.X = {person.name}", "X <- {person_id.name}\n"},
        {"put.X = {person_id.name}", "X <- {person_id.name}\n"},
        {"put.X = a {role}} b", "X <- [a ] {role} [} b]\n"},
        {"put.X = {team.name}{team.type}", "X <- {team_id.name} {team_id.type}\n"},
        {"put.X = {team.name}\n  {role}", "X <- {team_id.name} [ ] {role}\n"},
        {"put.X = фестиваль {year}, {role}", "X <- [фестиваль 2026, ] {role}\n"},
        {"put.X = { year }", "X <- {year}\n"},
        {"put.Год {yy} и {year} = role", "Год 26 и 2026 <- role\n"},
        {"put.X.Y = role", "X.Y <- role\n"},
        {"put.c-AbC_1 = role", "c-AbC_1 <- role\n"},
        {"put.Время: role", "Время <- role\n"}, /* a colon separates as = does */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF text = BUF_INIT(4096);
        buf_addf(&text, PUSH "direction = push\n%s\n", cases[i].put);
        AUTO_CONFIG *c = check_writes(buf_str(&text), cases[i].writes);
        assert_non_null(config_flow(c, "out")->push_mapping);
    }
}

static void push_hash__moves__with_what_is_written(void **state)
{
    (void)state;
    static const char *const changes[] = {"put.X = {role}\n",
                                          "put.X = \"role\"\n",
                                          "put.Y = role\n",
                                          "put.X = {team.name}\n",
                                          "put.X = {team.type}\n",
                                          "put.X = status\n",
                                          "put.X = role\ncreate = no\n",
                                          "put.X = role\nmarker = U\n",
                                          "put.X = role\non_delete = archive\n",
                                          "put.X = role\nwhere.year = 2026\n",
                                          "put.X = role\nput.Y = role\n",
                                          "put.X = team_id via notion\n"};
    AUTO_CONFIG *base = config_must(WORLD PUSH "direction = push\nput.X = role\n");
    AUTO_CONFIG *same = config_must(
        WORLD PUSH
        "direction = push\nput.X = role\nevery = 5m\nsettle_insert = 1m\nmax_create = 1\n");
    const char *was = config_flow(base, "out")->push_mapping;
    assert_string_equal(was, config_flow(same, "out")->push_mapping);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        AUTO_BUF text = BUF_INIT(4096);
        buf_addf(&text, WORLD PUSH "direction = push\n%s", changes[i]);
        AUTO_CONFIG *c = config_must(buf_str(&text));
        if (!strcmp(was, config_flow(c, "out")->push_mapping))
            fail_msg("%s", changes[i]);
    }
}

#define FIELDS "it has year, person_id, team_id, role, position, status"

static void put__that_says_nothing_sensible__is_told_what_to_write(void **state)
{
    (void)state;
    /* the put stands in line 27 */
    static const struct {
        const char *put, *told;
    } cases[] = {
        {"put.X =", "put.X: say what the column gets: put.X = FIELD, or none"},
        {"put.Роль = волонтёр",
         "put.Роль: «волонтёр» is no field of participation; a constant stands in quotes, "
         "put.Роль = \"волонтёр\"; the fields are year, person_id, team_id, role, position, status"},
        {"put.Дата: начало = role",
         "put.Дата: «начало = role» is no field of participation; a constant stands in quotes, "
         "put.Дата = \"начало = role\"; the fields are year, person_id, team_id, role, position, "
         "status; a column with : or = in its name is named by its id"},
        {"put.X = person.name", "put.X: put it into braces: put.X = {person.name}"},
        {"put.X = {rol}", "put.X: {rol}: participation has no field «rol»; " FIELDS},
        {"put.X = {}", "put.X: {}: participation has no field «»; " FIELDS},
        {"put.X = {persn.name}",
         "put.X: {persn.name}: a participation refers to no «persn»; it refers to person, team"},
        {"put.X = {role.name}",
         "put.X: {role.name}: a participation refers to no «role»; it refers to person, team"},
        {"put.X = {.name}",
         "put.X: {.name}: a participation refers to no «»; it refers to person, team"},
        {"put.X = {team.nmae}",
         "put.X: {team.nmae}: team has no field «nmae»; it has name, type, first_year, last_year"},
        {"put.X = {team.name.x}",
         "put.X: {team.name.x}: team has no field «name.x»; it has name, type, first_year, "
         "last_year"},
        {"put.X = {team}", "put.X: {team}: say which field of the team, such as {team.name}"},
        {"put.X = {role} {team.name", "put.X: a { has no }; write {field} or {person.name}"},
        {"put.X = \"role", "put.X: a constant ends with a quote as it begins: put.X = \"text\""},
        {"put.X = \"", "put.X: a constant ends with a quote as it begins: put.X = \"text\""},
        {"put.X = \"\"",
         "put.X: the constant is empty; write put.X = none to leave the column alone"},
        {"put.X = \"{person.name}!\"",
         "put.X: what is in quotes is written to the letter, {person.name} too; leave the quotes "
         "out"},
        {"put.X = year via notion",
         "put.X: year is no reference to another record; leave out «via notion»"},
        {"put.X = person_id via grist", "there is no [remote grist]"},
        {"put.X = person_id via coda",
         "«via coda»: no flow reads person from coda, so its ids would mean nothing; add a [flow] "
         "with entity = person and remote = coda"},
        {"put.X = none",
         "put.X: no field.NAME reads «X», so nothing would be written there; leave this out, or "
         "spell the column as field.NAME does"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF text = BUF_INIT(4096), want = BUF_INIT(4096);
        buf_addf(&text, PUSH "direction = push\n%s\nput.Роль 2 = role\n", cases[i].put);
        buf_addf(&want, "c.ini:27: %s", cases[i].told);
        check_mistake(buf_str(&text), buf_str(&want));
    }
}

static void reference__to_rows_of_a_remote_nobody_reads__is_told(void **state)
{
    (void)state;
    check_mistake(
        CODA "direction = push\nput.Человек = person_id\n",
        "c.ini:27: put.Человек: no flow reads person from coda, so its rows there are not "
        "known; write a text such as {person.name}, or say whose id the column takes: "
        "person_id via REMOTE");
    check_mistake(PUSH "direction = push\nfield.person_id = P\n",
                  "c.ini:27: field.person_id names another record: say whose ids the column holds, "
                  "field.person_id = P via REMOTE");
}

/* 4 lines: badges go to where the teams are known, or elsewhere */
#define BADGE_PAGES "[flow out]\nremote = notion\ntable = Out\nentity = badge\n"
#define BADGE_ROWS  "[flow out]\nremote = coda\ntable = Out\nentity = badge\n"

static void set__goes__into_a_column_of_its_own(void **state)
{
    (void)state;
    AUTO_CONFIG *here = check_writes(BADGE_PAGES "direction = push\nput.Службы = teams\n",
                                     "Службы <- teams via notion\n");
    AUTO_CONFIG *there =
        check_writes(BADGE_ROWS "direction = push\nput.Службы = teams via notion\n",
                     "Службы <- teams via notion\n");
    assert_ptr_not_equal(here, there);
    check_mistake(BADGE_ROWS "direction = push\nput.Службы = teams\n",
                  "c.ini:27: put.Службы: no flow reads team from coda, so its rows there are not "
                  "known; say whose ids the column takes: teams via REMOTE");
    check_mistake(BADGE_ROWS "direction = push\nput.Службы = teams via coda\n",
                  "c.ini:27: «via coda»: no flow reads team from coda, so its ids would mean "
                  "nothing; add a [flow] with entity = team and remote = coda");
}

static void set__is_no_text__of_a_template(void **state)
{
    (void)state;
    static const char *const names[] = {"teams", "team", "team.name", "teams.name"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTO_BUF text = BUF_INIT(4096), want = BUF_INIT(4096);
        buf_addf(&text, BADGE_PAGES "direction = push\nput.Имя = {name} {%s}\n", names[i]);
        buf_addf(&want,
                 "c.ini:27: put.Имя: {%s}: that is a set of records, and a text shows one value; "
                 "leave it out, or write the set into a column of its own, put.COLUMN = FIELD",
                 names[i]);
        check_mistake(buf_str(&text), buf_str(&want));
    }
    check_mistake(
        "[flow out]\nremote = notion\ntable = Out\nentity = arrival\ndirection = push\n"
        "put.Имя = {badge.teams}\n",
        "c.ini:27: put.Имя: {badge.teams}: that is a set of records, and a text shows one "
        "value; leave it out, or write the set into a column of its own, put.COLUMN = "
        "FIELD");
}

static void sealed_field__is_never__written_out(void **state)
{
    (void)state;
    static const char badges[] = "[flow badges]\nremote = coda\ntable = B\nentity = badge\n"
                                 "field.name = N\nfield.diet = D\nfield.feed = F\nfield.role = R\n"
                                 "[flow out]\nremote = coda\ntable = A\nentity = arrival\n"
                                 "direction = push\n";
    static const struct {
        const char *put, *told;
    } cases[] = {
        {"put.X = extra_data", "c.ini:35: put.X: extra_data is personal data"},
        {"put.X = a {extra_data}", "c.ini:35: put.X: extra_data is personal data"},
        {"field.extra_data = X", "c.ini:35: field.extra_data is personal data"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_CONFIG *cfg = NULL;
        AUTO_BUF text = BUF_INIT(4096);
        buf_addf(&text, WORLD "%s%s\n", badges, cases[i].put);
        assert_has(config_from_text(buf_str(&text), &cfg), cases[i].told);
    }
    AUTO_BUF text = BUF_INIT(4096);
    buf_addf(&text, "%sput.X = {badge.name} {comment}\nput.B = badge_id\n", badges);
    AUTO_CONFIG *c = check_writes(buf_str(&text),
                                  "X <- {badge_id.name} [ ] {comment}\nB <- badge_id via coda\n");
    assert_non_null(c);
}

static void column__written_twice__is_told(void **state)
{
    (void)state;
    check_mistake(PUSH "direction = push\nput.Год 26 = year\nput.Год {yy} = role\n",
                  "c.ini:28: put.Год 26: the column stands already at line 27; keep one of them");
    check_mistake(BOTH "direction = both\nput.Статус = \"новый\"\n",
                  "c.ini:32: put.Статус: field.status (line 30) is written there too; leave one of "
                  "them out, or write put.COLUMN = status for another column");
    check_mistake(PUSH "direction = push\nfield.year = A\nfield.role = A\n",
                  "c.ini:28: field.role: «A» is what field.year is written to; say what it gets: "
                  "put.A = {year} {role}");
    /* what such a put should say is no mistake */
    AUTO_CONFIG *c = check_writes(
        PUSH "direction = push\nfield.position = A\nfield.role = A\nput.A = {position} {role}\n",
        "A <- {position} [ ] {role}\n");
    assert_non_null(c);
}

static void marker__that_is_written_anyway__is_told(void **state)
{
    (void)state;
    check_mistake(PUSH "direction = push\nput.Код = role\nmarker = Код\n",
                  "c.ini:28: marker: «Код» takes the record's own id, and put.Код writes something "
                  "else into it; leave that out, or name another column here");
    check_mistake(PUSH "direction = push\nmarker = Роль\nfield.role = Роль\n",
                  "c.ini:27: marker: «Роль» takes the record's own id, and field.role writes "
                  "something else into it; leave that out, or name another column here");
    check_mistake(PUSH "direction = push\nfield.role = Роль\nmarker =\n",
                  "c.ini:28: marker: the value is empty");
}

static void push__without_a_column__is_told(void **state)
{
    (void)state;
    check_mistake(PUSH "direction = push\n",
                  "c.ini:22: [flow out] writes no column; add field.NAME = COLUMN or put.COLUMN = "
                  "FIELD");
    check_mistake(PUSH "direction = push\nfield.role = R\nput.R = none\n",
                  "c.ini:22: [flow out] writes no column; add field.NAME = COLUMN or put.COLUMN = "
                  "FIELD");
    /* the line that could not be read is told, not what follows from it */
    check_mistake(PUSH "direction = push\nput.R = {rol}\n",
                  "c.ini:27: put.R: {rol}: participation has no field «rol»; " FIELDS);
}

static void key__of_the_other_direction__is_told(void **state)
{
    (void)state;
    static const char *const writing[] = {"put.X = role",       "create = yes",
                                          "marker = U",         "on_delete = ignore",
                                          "settle_insert = 1m", "max_create = 5",
                                          "put.Роль = none"};
    static const char *const reading[] = {"missing = ignore", "sentinel = x",
                                          "overlap = 1m",     "settle = 1m",
                                          "conflict = store", "conflict.role = store"};
    for (size_t i = 0; i < ARRAY_LEN(writing); i++) {
        AUTO_BUF text = BUF_INIT(4096), want = BUF_INIT(4096);
        buf_addf(&text, BOTH "%s\n", writing[i]);
        buf_addf(&want,
                 "c.ini:31: %.*s: flow out only reads; write direction = both, or leave this out",
                 (int)strcspn(writing[i], " "), writing[i]);
        check_mistake(buf_str(&text), buf_str(&want));
    }
    for (size_t i = 0; i < ARRAY_LEN(reading); i++) {
        AUTO_BUF text = BUF_INIT(4096), want = BUF_INIT(4096);
        buf_addf(&text, BOTH "%s\ndirection = push\n", reading[i]);
        buf_addf(&want,
                 "c.ini:31: %.*s: flow out only writes; write direction = both, or leave this out",
                 (int)strcspn(reading[i], " "), reading[i]);
        check_mistake(buf_str(&text), buf_str(&want));
    }
}

static void values__of_writing__say_what_to_write(void **state)
{
    (void)state;
    static const struct {
        const char *line, *told;
    } cases[] = {
        {"create = maybe", "create: «maybe» is not known; write one of no, yes"},
        {"on_delete = hide", "on_delete: «hide» is not known; write one of ignore, archive, mark"},
        {"mark =", "mark: the value is empty"},
        {"settle = soon", "settle: «soon» is no interval; write 30s, 5m, 2h or 1d"},
        {"settle_insert = 0s", "settle_insert: «0s» is too short; at least 1s"},
        {"max_create = 5%", "max_create: «5%» is no number from 0 to 1000000000"},
        {"marker =", "marker: the value is empty"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF text = BUF_INIT(4096), want = BUF_INIT(4096);
        buf_addf(&text, BOTH "direction = both\n%s\n", cases[i].line);
        buf_addf(&want, "c.ini:32: %s", cases[i].told);
        check_mistake(buf_str(&text), buf_str(&want));
    }
}

static void step__that_a_flow_does_not_have__is_told(void **state)
{
    (void)state;
    check_mistake(PUSH "direction = push\nput.X = role\n[cycle c]\nsteps = people out:pull\n",
                  "c.ini:29: flow out only writes: write out:push, or give it direction = both");
    AUTO_BUF text = BUF_INIT(4096);
    buf_add(&text, PUSH "direction = push\nput.X = role\n[cycle c]\nsteps = people");
    for (int i = 0; i < 64; i++)
        buf_add(&text, "\n  out");
    buf_add(&text, "\n");
    check_mistake(buf_str(&text), "c.ini:29: a cycle has at most 64 steps");
}

static void columns__have__a_limit(void **state)
{
    (void)state;
    AUTO_BUF text = BUF_INIT(8192);
    buf_add(&text, PUSH "direction = push\n");
    for (int i = 0; i < 64; i++)
        buf_addf(&text, "put.C%d = role\n", i);
    AUTO_CONFIG *cfg = NULL;
    AUTO_BUF all = BUF_INIT(16384);
    buf_addf(&all, WORLD "%s", buf_str(&text));
    assert_string_equal(config_from_text(buf_str(&all), &cfg), "");
    assert_int_equal(config_flow(cfg, "out")->n_puts, 64);
    buf_add(&text, "put.C64 = role\n");
    check_mistake(buf_str(&text),
                  "c.ini:22: [flow out] writes 65 columns; at most 64 can be kept in step");
}

static void template__has__a_limit(void **state)
{
    (void)state;
    AUTO_BUF text = BUF_INIT(4096);
    buf_add(&text, PUSH "direction = push\nput.R = role\nput.X =");
    for (int i = 0; i < 17; i++)
        buf_add(&text, "\n  {role} и");
    buf_add(&text, "\n");
    check_mistake(buf_str(&text),
                  "c.ini:28: put.X: more than 32 pieces; write less into one column");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(field__nobody_else_writes__goes_where_it_is_read),
        cmocka_unit_test(field__that_a_put_names__is_written_only_there),
        cmocka_unit_test(field__in_two_puts__is_written_twice),
        cmocka_unit_test(volunteers__are_written__as_the_festival_wants),
        cmocka_unit_test(value__is__a_field_a_text_or_nothing),
        cmocka_unit_test(push_hash__moves__with_what_is_written),
        cmocka_unit_test(put__that_says_nothing_sensible__is_told_what_to_write),
        cmocka_unit_test(reference__to_rows_of_a_remote_nobody_reads__is_told),
        cmocka_unit_test(set__goes__into_a_column_of_its_own),
        cmocka_unit_test(set__is_no_text__of_a_template),
        cmocka_unit_test(sealed_field__is_never__written_out),
        cmocka_unit_test(column__written_twice__is_told),
        cmocka_unit_test(marker__that_is_written_anyway__is_told),
        cmocka_unit_test(push__without_a_column__is_told),
        cmocka_unit_test(key__of_the_other_direction__is_told),
        cmocka_unit_test(values__of_writing__say_what_to_write),
        cmocka_unit_test(step__that_a_flow_does_not_have__is_told),
        cmocka_unit_test(columns__have__a_limit),
        cmocka_unit_test(template__has__a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

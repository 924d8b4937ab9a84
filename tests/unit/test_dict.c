/* test_dict.c: every spelling of the dictionaries gives its code. */
#include "store/dict.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

struct spelled {
    const char *dict, *code, *spelling;
};

static const struct spelled spellings[] = {
    {"role", "ORGANIZER", "организатор"},
    {"role", "ORGANIZER", "Организатор"},
    {"role", "ORGANIZER", "ORGANIZER"},
    {"role", "ORGANIZER", "organizer"},
    {"role", "VICE", "зам. руководителя"},
    {"role", "VICE", "зам.руководителя"},
    {"role", "VICE", "зам руководителя"},
    {"role", "VICE", "Зам. Руководителя"},
    {"role", "TEAM_LEAD", "бригадир"},
    {"role", "TEAM_LEAD", "team_lead"},
    {"role", "VOLUNTEER", "волонтёр"},
    {"role", "VOLUNTEER", "волонтер"},
    {"role", "VOLUNTEER", "ВОЛОНТЁР"},
    {"role", "VOLUNTEER", "  Волонтер "},
    {"role", "MEDIC", "медик"},
    {"role", "CAMP_LEAD", "лидер нефедеральной локации"},
    {"role", "CAMP_GUY", "волонтёр нефедеральной локации"},
    {"role", "CAMP_GUY", "волонтер  нефедеральной локации"},
    {"role", "ANIMATOR", "аниматор"},
    {"role", "LECTOR", "лектор"},
    {"role", "MASTER", "мастер"},
    {"role", "ARTIST", "артист"},
    {"role", "MERCHANT", "торговец"},
    {"role", "LOCALS", "местные"},
    {"role", "ART_FELLOW", "сопровождающий артиста"},
    {"role", "ART_FELLOW", "сопровождающие"},
    {"role", "ART_FELLOW", "сопровождающие участников"},
    {"role", "ART_FELLOW", "сопровождающие (участников)"},
    {"role", "PARTICIPANT", "участник"},
    {"role", "FELLOW", "свои"},
    {"role", "FELLOW", "свои (плюсодин)"},
    {"role", "FELLOW", "свои (плюсодины)"},
    {"role", "VIP", "VIP"},
    {"role", "VIP", "vip"},
    {"role", "PRESS", "пресса"},
    {"role", "OTHER", "другие"},
    {"role", "CONTRACTOR", "подрядчик"},
    {"status", "PLANNED", "планируется"},
    {"status", "CANCELLED", "отменилось"},
    {"status", "PENDING", "ждём ответа"},
    {"status", "PENDING", "ждем ответа"},
    {"status", "CONFIRMED", "подтверждено накануне"},
    {"status", "SKIPPED", "не доехал"},
    {"status", "ARRIVED", "заехал на поле"},
    {"status", "STARTED", "приступил"},
    {"status", "LEFT", "ушел"},
    {"status", "LEFT", "ушёл"},
    {"status", "COMPLETE", "состоялось"},
    {"status", "JOINED", "прибился"},
    {"status", "UNDEFINED", "нет бейджа"},
    {"transport", "UNDEFINED", "не определен"},
    {"transport", "UNDEFINED", "не определён"},
    {"transport", "SELF", "своим ходом"},
    {"transport", "BUS", "на автобусе"},
    {"transport", "CAR", "на машине"},
    {"transport", "CAR", "на своей машине"},
    {"transport", "TRANSFER", "трансфер от фестиваля"},
    {"transport", "MOVE", "смена направления"},
    {"team_type", "CITY_SERVICE", "городская служба"},
    {"team_type", "FIELD_SERVICE", "полевая служба"},
    {"team_type", "UNIVERSAL_SERVICE", "универсальная служба"},
    {"team_type", "FEDERAL_LOCATION", "федеральная локация"},
    {"team_type", "GRANT_LOCATION", "грантовая локация"},
    {"team_type", "COMMERCIAL_LOCATION", "коммерческая локация"},
    {"team_type", "LATERAL_LOCATION", "сторонняя локация"},
    {"team_type", "RESPONSIBILITY_AREA", "зона ответственности"},
    {"gender", "MALE", "М"},
    {"gender", "MALE", "м"},
    {"gender", "MALE", "мужской"},
    {"gender", "MALE", "m"},
    {"gender", "MALE", "M"},
    {"gender", "MALE", "male"},
    {"gender", "FEMALE", "Ж"},
    {"gender", "FEMALE", "женский"},
    {"gender", "FEMALE", "f"},
    {"gender", "FEMALE", "Female"},
    {"gender", "OTHER", "др."},
    {"gender", "OTHER", "др"},
    {"gender", "OTHER", "другой"},
    {"diet", "STANDARD", "без особенностей"},
    {"diet", "STANDARD", "с мясом"},
    {"diet", "VEGAN", "веган"},
    {"diet", "VEGAN", "без мяса"},
    {"feed", "FREE", "бесплатно"},
    {"feed", "FREE", "фри"},
    {"feed", "PAID", "платно"},
    {"feed", "NO", "без питания"},
    {"feed", "CHILD", "ребенок"},
    {"feed", "CHILD", "ребёнок"},
};

static void spelling__gives__its_code(void **state)
{
    struct temp_store *t = *state;
    for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
        const struct spelled *s = &spellings[i];
        const char *code = dict_code(t->dicts, s->dict, s->spelling);
        if (!str_eq(code, s->code))
            fail_msg("%s «%s» gave %s", s->dict, s->spelling, code ? code : "nothing");
    }
}

static void unknown_word__gives__nothing(void **state)
{
    struct temp_store *t = *state;
    char longest[2000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_null(dict_code(t->dicts, "role", "волонтёрка"));
    assert_null(dict_code(t->dicts, "role", ""));
    assert_null(dict_code(t->dicts, "role", " . "));
    assert_null(dict_code(t->dicts, "status", "волонтёр")); /* of another dictionary */
    assert_null(dict_code(t->dicts, "roles", "волонтёр"));
    assert_null(dict_code(t->dicts, "role", longest));
}

static void name__is__what_people_read(void **state)
{
    struct temp_store *t = *state;
    assert_string_equal(dict_name(t->dicts, "role", "VICE"), "зам. руководителя");
    assert_string_equal(dict_name(t->dicts, "gender", "OTHER"), "др.");
    assert_string_equal(dict_name(t->dicts, "role", "NOBODY"), "NOBODY");
    assert_string_equal(dict_name(t->dicts, "status", "VICE"), "VICE");
}

static void names__come__in_their_order(void **state)
{
    struct temp_store *t = *state;
    AUTO_BUF b = BUF_INIT(4096);
    dict_names(t->dicts, "feed", &b);
    assert_string_equal(buf_str(&b), "бесплатно, платно, без питания, ребенок");
    buf_clear(&b);
    dict_names(t->dicts, "nothing", &b);
    assert_string_equal(buf_str(&b), "");
}

/* What the dictionaries say besides: counted, so that an entry does not get lost. */
static void entries__are__those_of_the_domain(void **state)
{
    struct temp_store *t = *state;
    static const struct {
        const char *sql;
        int64_t n;
    } cases[] = {
        {"SELECT count(*) FROM dict_role", 20},
        {"SELECT count(*) FROM dict_role WHERE lead", 2},
        {"SELECT count(*) FROM dict_role WHERE team", 7},
        {"SELECT count(*) FROM dict_role WHERE free_meals", 10},
        {"SELECT count(*) FROM dict_role WHERE color = 'orange'", 6},
        {"SELECT count(*) FROM dict_role WHERE color = 'yellow'", 6},
        {"SELECT count(*) FROM dict_role WHERE color = 'red_green'", 2},
        {"SELECT count(*) FROM dict_status", 11},
        {"SELECT count(*) FROM dict_status WHERE to_list", 7},
        {"SELECT count(*) FROM dict_transport", 6},
        {"SELECT count(*) FROM dict_team_type", 8},
        {"SELECT count(*) FROM dict_team_type WHERE NOT federal", 3},
        {"SELECT count(*) FROM dict_gender", 3},
        {"SELECT count(*) FROM dict_diet", 2},
        {"SELECT count(*) FROM dict_feed", 4},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t n = temp_store_int(t, cases[i].sql);
        if (n != cases[i].n)
            fail_msg("%s: %lld", cases[i].sql, (long long)n);
    }
}

static void fold_names__adds__what_is_missing_only(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct db *other = NULL;
    const struct dicts *d;
    assert_ok(db_open(t->path, DB_READ, &other, &err), err);
    int64_t version = db_data_version(other);
    assert_ok(dict_fold_names(t->db, &err), err);
    assert_int_equal(db_data_version(other), version); /* nothing was written */
    db_close(other);
    assert_ok(DB_RUN(t->db, &err,
                     "INSERT INTO dict_role(code, name, position, color)"
                     " VALUES('COOK', 'Повар Ёж.', 21, 'red')"),
              err);
    assert_ok(dict_fold_names(t->db, &err), err);
    assert_ok(dict_load(t->db, t->arena, &d, &err), err);
    assert_string_equal(dict_code(d, "role", "повар еж"), "COOK");
    assert_string_equal(dict_code(d, "role", "cook"), "COOK");
    assert_null(dict_code(t->dicts, "role", "cook")); /* a loaded copy is const */
}

static void dictionaries__exist__by_name(void **state)
{
    (void)state;
    assert_true(dict_exists("role"));
    assert_true(dict_exists("team_type"));
    assert_false(dict_exists("roles"));
}

static void rev__moves__with_every_dictionary(void **state)
{
    struct temp_store *t = *state;
    static const char *const changes[] = {
        "UPDATE dict_role SET name = 'x' WHERE code = 'VIP'",
        "DELETE FROM dict_status WHERE code = 'LEFT'",
        "INSERT INTO dict_feed(code, name, position) VALUES('Y', 'y', 9)",
        "INSERT INTO dict_spelling(dict, spelling, code) VALUES('role', 'y', 'VIP')",
        "UPDATE dict_team_type SET position = 99 WHERE code = 'CITY_SERVICE'",
        "DELETE FROM dict_transport WHERE code = 'MOVE'",
        "UPDATE dict_gender SET name = 'x' WHERE code = 'MALE'",
        "UPDATE dict_diet SET name = 'x' WHERE code = 'VEGAN'",
    };
    struct err err = {0};
    int64_t before = 0, after = 0;
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        assert_ok(dict_rev(t->db, &before, &err), err);
        assert_ok(db_run_n(t->db, changes[i], NULL, 0, &err), err);
        assert_ok(dict_rev(t->db, &after, &err), err);
        if (after <= before)
            fail_msg("%s: the revision stays at %d", changes[i], (int)before);
    }
}

#define WITH_STORE(fn) cmocka_unit_test_setup_teardown(fn, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(spelling__gives__its_code),
        WITH_STORE(unknown_word__gives__nothing),
        WITH_STORE(name__is__what_people_read),
        WITH_STORE(names__come__in_their_order),
        WITH_STORE(entries__are__those_of_the_domain),
        WITH_STORE(fold_names__adds__what_is_missing_only),
        cmocka_unit_test(dictionaries__exist__by_name),
        WITH_STORE(rev__moves__with_every_dictionary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

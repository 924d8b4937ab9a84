/* test_bind_chat.c: who somebody in the chat is in the lists: by their username, by the contact
 * that they share, by an admin's word; and what leads may do. */
#include "tests/support/people_chat.h"

static void set(struct people_chat *c, const char *person, const char *field, const char *text)
{
    small_festival_set(c->f, "person", person, field, V_TEXT(text), "notion", 5000);
}

static const char *say_as(struct people_chat *c, int64_t user, const char *username,
                          const char *text)
{
    return chat_step(c, (struct chat_update){.kind = UPDATE_MESSAGE,
                                             .user_id = user,
                                             .username = username,
                                             .text = text});
}

static const char *bound(struct people_chat *c, int64_t user)
{
    return temp_store_text(c->f->store, arena_printf(c->f->arena,
                                                     "SELECT person_id || ' ' || how FROM binding"
                                                     " WHERE user_id = %lld",
                                                     (long long)user));
}

/* ---------------------------------------------------------------- strangers */

static void stranger__is_invited__to_share_their_contact(void **state)
{
    struct people_chat *c = *state;
    assert_has(chat_say(c, BORIS, "привет"),
               "Если вы в списках, поделитесь контактом, и я вас найду.\nВаш Telegram id: 2002");
    assert_string_equal(chat_buttons(c, BORIS), "📱 Поделиться контактом → (contact)\n");
    assert_has(chat_say(c, BORIS, "/sync"), "поделитесь контактом");
    assert_has(chat_say(c, BORIS, "/start"), "поделитесь контактом");
    assert_has(chat_buttons(c, BORIS), "(contact)");
    assert_has(chat_step(c, (struct chat_update){.kind = UPDATE_MESSAGE,
                                                 .user_id = 2003,
                                                 .language = "en",
                                                 .text = "hello"}),
               "share your contact");
    /* a group has no such button */
    const char *said = chat_step(c, (struct chat_update){.kind = UPDATE_MESSAGE,
                                                         .user_id = BORIS,
                                                         .chat_id = -5,
                                                         .text = "/sync"});
    assert_has(said, "пока вас не знаю");
    assert_has_not(said, "контакт");
}

/* ---------------------------------------------------------------- a username */

static void username__binds__a_participant(void **state)
{
    struct people_chat *c = *state;
    set(c, PETR, "telegram", "@Petr_I");
    assert_has_not(say_as(c, BORIS, "petr_i", "/id"), "без роли");
    assert_has(chat_told(c, BORIS), "роль: участник.\nВ списках вы: Ильин Пётр.");
    assert_string_equal(bound(c, BORIS), PETR " username");
    assert_string_equal(temp_store_text(c->f->store, "SELECT role || ' ' || menu_stale FROM"
                                                     " chat_user WHERE user_id = 2002"),
                        "participant 1");
    assert_has(say_as(c, BORIS, "another_name", "/id"), "участник"); /* the binding is to the id */
    assert_string_equal(bound(c, BORIS), PETR " username");
    say_as(c, KSENIA, "petr_i", "/id"); /* who took the old name is not him */
    assert_null(bound(c, KSENIA));
    assert_has(say_as(c, BORIS, "petr_i", "/sync"), "Это может организатор");
}

static void username__of_several__binds_nobody(void **state)
{
    struct people_chat *c = *state;
    set(c, PETR, "telegram", "@twin");
    set(c, ANNA, "telegram", "@TWIN");
    assert_has(say_as(c, BORIS, "twin", "/id"), "без роли");
    assert_null(bound(c, BORIS));
}

static void username__alone__makes_no_organizer(void **state)
{
    struct people_chat *c = *state;
    c->f->cfg->leads_are_organizers = true;
    set(c, PETR, "telegram", "@petr_i");
    set(c, PETR, "phone", "+79161112233");
    say_as(c, BORIS, "petr_i", "/id");
    assert_int_equal(chat_role(c, BORIS), ROLE_PARTICIPANT);
    assert_has(chat_contact(c, BORIS, "79161112233"), "открыт доступ организатора: Кухня.");
    assert_string_equal(bound(c, BORIS), PETR " phone");
    assert_int_equal(chat_role(c, BORIS), ROLE_ORGANIZER);
}

/* ---------------------------------------------------------------- a contact */

static void contact__binds__and_greets_by_the_first_name(void **state)
{
    struct people_chat *c = *state;
    set(c, PETR, "phone", "+79161112233");
    assert_string_equal(chat_contact(c, BORIS, "79161112233"),
                        "Пётр, здравствуйте. Нашёл вас в списках.\n"
                        "· Кухня, организатор: планируется\n"
                        "Что я умею: /help");
    assert_has(chat_buttons(c, BORIS), "→ help\n");
    assert_has(chat_say(c, BORIS, "/start"), "Пётр, здравствуйте");
    assert_string_equal(bound(c, BORIS), PETR " phone");
    assert_int_equal(chat_role(c, BORIS),
                     ROLE_PARTICIPANT);         /* leads are not told of in the config */
    chat_contact(c, BORIS, "+7 916 111-22-33"); /* again, in another form */
    assert_int_equal(temp_store_int(c->f->store, "SELECT count(*) FROM audit WHERE entity ="
                                                 " 'chat_user'"),
                     1);
}

static void contact__from_abroad__is_found_with_its_plus(void **state)
{
    struct people_chat *c = *state;
    set(c, PETR, "phone", "+4915112345678");
    assert_has(chat_contact(c, BORIS, "4915112345678"), "Нашёл вас в списках");
}

static void contact__that_fits_nobody_or_several__says_whom_to_ask(void **state)
{
    struct people_chat *c = *state;
    assert_has(chat_contact(c, BORIS, "79160000000"), "Номера +79160000000 в списках нет");
    set(c, PETR, "phone", "+79161112233");
    set(c, ANNA, "phone", "+79161112233");
    assert_has(chat_contact(c, BORIS, "79161112233"), "стоит у нескольких людей");
    assert_has(chat_told(c, BORIS), "организатору");
    assert_null(chat_told(c, OLEG)); /* no alarm */
    assert_null(bound(c, BORIS));
    assert_has(chat_contact(c, BORIS, "rubbish"), "в списках нет");
    assert_has(chat_contact(c, BORIS, ""), "в списках нет");
}

static void contact__of_a_person_who_is_bound__is_refused(void **state)
{
    struct people_chat *c = *state;
    set(c, PETR, "phone", "+79161112233");
    chat_contact(c, BORIS, "79161112233");
    assert_has(chat_contact(c, KSENIA, "79161112233"), "уже привязана к другому Telegram");
    assert_null(bound(c, KSENIA));
    set(c, ANNA, "phone", "+79164445566");
    small_festival_set(c->f, "person", ANNA, "banned", V_INT(1), "notion", 6000);
    assert_has(chat_contact(c, KSENIA, "79164445566"), "обратитесь к организатору");
    assert_int_equal(chat_role(c, KSENIA), ROLE_ANYONE);
}

/* The codec passes on only what is about the sender. */
static void contact__of_another__binds_nobody(void **state)
{
    struct people_chat *c = *state;
    set(c, PETR, "phone", "+79161112233");
    assert_has(chat_contact(c, BORIS, NULL), "поделитесь контактом");
    assert_null(bound(c, BORIS));
}

/* One's own number of long ago, which is somebody else's by now. */
static void contact__that_was_passed_on__binds_nobody(void **state)
{
    struct people_chat *c = *state;
    set(c, PETR, "phone", "+79161112233");
    chat_step(c, (struct chat_update){.kind = UPDATE_MESSAGE,
                                      .user_id = BORIS,
                                      .text = "",
                                      .contact = "79161112233",
                                      .forwarded = true});
    assert_null(bound(c, BORIS));
    assert_int_equal(chat_role(c, BORIS), ROLE_ANYONE);
    /* nor in a group, where the button does not stand */
    chat_step(c, (struct chat_update){.kind = UPDATE_MESSAGE,
                                      .user_id = BORIS,
                                      .chat_id = -5,
                                      .text = "",
                                      .contact = "79161112233"});
    assert_null(bound(c, BORIS));
}

/* Whatever they call themselves, and whoever takes the name they had. */
static void username__that_changes__changes_nothing(void **state)
{
    struct people_chat *c = *state;
    c->f->cfg->leads_are_organizers = true;
    set(c, PETR, "telegram", "@petr_i");
    set(c, PETR, "phone", "+79161112233");
    set(c, ANNA, "telegram", "@anna");
    say_as(c, BORIS, "petr_i", "/id");
    chat_contact(c, BORIS, "79161112233");
    assert_int_equal(chat_role(c, BORIS), ROLE_ORGANIZER);
    static const char *const names[] = {"anna", NULL, "oleg_admin", "petr_i"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_has(say_as(c, BORIS, names[i], "/id"), "Ильин Пётр");
        assert_string_equal(bound(c, BORIS), PETR " phone");
        assert_int_equal(chat_role(c, BORIS), ROLE_ORGANIZER);
    }
    say_as(c, OLEG, "oleg_admin", "/id");
    say_as(c, KSENIA, "oleg_admin", "/id"); /* an admin's name makes no admin */
    assert_int_equal(chat_role(c, KSENIA), ROLE_ANYONE);
    set(c, PETR, "telegram", "@new_name"); /* nor does a new one in the lists untie anybody */
    assert_has(say_as(c, BORIS, "petr_i", "/id"), "Ильин Пётр");
    say_as(c, KSENIA, "new_name", "/id");
    assert_null(bound(c, KSENIA));
}

/* ---------------------------------------------------------------- leads */

static void lead__is_an_organizer__of_their_team_while_they_lead(void **state)
{
    struct people_chat *c = *state;
    c->f->cfg->leads_are_organizers = true;
    set(c, PETR, "phone", "+79161112233");
    assert_has(chat_contact(c, BORIS, "79161112233"),
               "Как руководителю вам открыт доступ организатора: Кухня.");
    assert_has(chat_say(c, BORIS, "/id"), "участник, организатор (Кухня)");
    assert_has(chat_say(c, BORIS, "/pause кухня"), "на паузе");
    assert_has(chat_say(c, BORIS, "/pause лис"), "запись другой службы");
    assert_has(chat_say(c, BORIS, "/sync"), "только для службы: Кухня");
    assert_has(chat_say(c, OLEG, "/revoke 2002"), "стал как руководитель: Кухня");
    assert_has(chat_told(c, OLEG), "/unbind 2002");
    small_festival_set(c->f, "participation", COOK, "status", V_TEXT("CANCELLED"), "coda", 7000);
    assert_int_equal(chat_role(c, BORIS), ROLE_PARTICIPANT);
    assert_has(chat_say(c, BORIS, "/pause кухня"), "Это может организатор");
    assert_string_equal(temp_store_text(c->f->store,
                                        "SELECT role FROM chat_user WHERE user_id = 2002"),
                        "participant");
}

/* ---------------------------------------------------------------- an admin's word */

static void bind__ties__whom_an_admin_names(void **state)
{
    struct people_chat *c = *state;
    chat_say(c, BORIS, "/id");
    assert_has(chat_say(c, OLEG, "/bind"), "Кого с кем связать?");
    assert_has(chat_say(c, OLEG, "/bind 2002 кухня"), "«Кухня» не человек");
    assert_has(chat_say(c, OLEG, "/bind 2002 и"), "Кто это?");
    assert_has(chat_press(c, OLEG, chat_data(c, OLEG, "Ильин Пётр")),
               "✓ Борис (2002): в списках это Ильин Пётр.");
    assert_has(chat_told(c, BORIS), "Пётр, здравствуйте. Админ связал вас");
    assert_string_equal(bound(c, BORIS), PETR " hand");
    assert_has(chat_say(c, OLEG, "/bind 2001 ильин пётр"),
               "Ильин Пётр: уже привязан Telegram 2002");
    assert_has(chat_say(c, OLEG, "/unbind 2002"), "больше не привязан к записи «Ильин Пётр»");
    assert_int_equal(chat_role(c, BORIS), ROLE_ANYONE);
    assert_has(chat_say(c, OLEG, "/unbind 2002"), "ни к какой записи не привязан");
    assert_has(chat_say(c, OLEG, "/unbind"), "Кого отвязать?");
    assert_has(chat_say(c, BORIS, "/unbind 2001"), "вас не знаю");
}

static void record_that_is_deleted__gives_way__to_another(void **state)
{
    struct people_chat *c = *state;
    set(c, ANNA, "telegram", "@one_name");
    say_as(c, BORIS, "one_name", "/id");
    assert_string_equal(bound(c, BORIS), ANNA " username");
    set(c, PETR, "telegram", "@one_name");
    small_festival_set(c->f, "person", ANNA, "deleted", V_INT(1), "notion", 6000);
    say_as(c, BORIS, "one_name", "/id");
    assert_string_equal(bound(c, BORIS), PETR " username");
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, people_chat_setup, people_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(stranger__is_invited__to_share_their_contact),
        T(username__binds__a_participant),
        T(username__of_several__binds_nobody),
        T(username__alone__makes_no_organizer),
        T(contact__binds__and_greets_by_the_first_name),
        T(contact__from_abroad__is_found_with_its_plus),
        T(contact__that_fits_nobody_or_several__says_whom_to_ask),
        T(contact__of_a_person_who_is_bound__is_refused),
        T(contact__of_another__binds_nobody),
        T(contact__that_was_passed_on__binds_nobody),
        T(username__that_changes__changes_nothing),
        T(lead__is_an_organizer__of_their_team_while_they_lead),
        T(bind__ties__whom_an_admin_names),
        T(record_that_is_deleted__gives_way__to_another),
    };
    return cmocka_run_group_tests_name("who is whom", tests, NULL, NULL);
}

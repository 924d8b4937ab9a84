/* test_stats.c: /stats as a person in Telegram sees it: a photo, which the buttons under it
 * change. */
#include "tests/e2e/e2e.h"

#include <sodium.h>

/* The PNG that a message carries: its size, and width and height from its head. */
struct photo {
    size_t bytes;
    unsigned w, h;
};

static unsigned number_at(const unsigned char *p)
{
    return (unsigned)p[0] << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 | p[3];
}

static struct photo photo_of(struct e2e *e, int64_t message)
{
    AUTO_JSON *file =
        e2e_get(e, "/telegram/document?chat=%d&message_id=%lld", ADMIN, (long long)message);
    const char *base64 = json_text(file, "base64");
    struct photo ret = {0};
    size_t room = strlen(base64) + 1;
    unsigned char *png = arena_alloc(e->arena, room, 1);
    assert_int_equal(sodium_base642bin(png, room, base64, strlen(base64), NULL, &ret.bytes, NULL,
                                       sodium_base64_VARIANT_ORIGINAL),
                     0);
    assert_true(ret.bytes > 5000);
    assert_memory_equal(png, "\x89PNG\r\n\x1a\n", 8);
    assert_memory_equal(png + ret.bytes - 8, "IEND", 4); /* whole, to its last byte */
    ret.w = number_at(png + 16);
    ret.h = number_at(png + 20);
    assert_string_equal(json_text(file, "mime_type"), "image/png");
    return ret;
}

static void test_a_photo_and_its_buttons(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/sync all", "сверено за");
    struct said shown = e2e_ask(e, ADMIN, "/stats teams", "Участие 2026: службы");
    struct photo first = photo_of(e, shown.id);
    assert_in_range(first.w, 1080, 4000);
    assert_true(first.h > first.w); /* fifteen teams and the rest */

    e2e_press(e, ADMIN, "Тёмные", 2); /* pressed twice, done once */
    E2E_UNTIL(WAIT, e2e_stat(e, "calls.editMessageMedia") == 1);
    struct photo dark = photo_of(e, shown.id);
    assert_int_equal(dark.h, first.h);
    assert_int_equal(e2e_int(e, "SELECT dark FROM chat_user WHERE user_id = 1001"), 1);

    e2e_press(e, ADMIN, "Сверки", 1);
    struct said syncs = e2e_wait(e, ADMIN, 0, "Что меняли сверки", WAIT);
    assert_int_equal(syncs.id, shown.id);
    assert_true(photo_of(e, shown.id).h < first.h);
    assert_int_equal(e2e_count(e, ADMIN, "Участие 2026: службы"), 0);
    assert_int_equal(e2e_stat(e, "calls.sendPhoto"), 1);
    e2e_done(e);
}

/* The message under the button is not there any more: a new one takes its place. */
static void test_a_photo_that_was_deleted(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    struct said shown = e2e_ask(e, ADMIN, "/stats", "Заезды и отъезды");
    e2e_fault(e, (struct fault){.service = "telegram", .path = "editMessageMedia", .kind = "400"});
    e2e_press(e, ADMIN, "Роли", 1);
    struct said roles = e2e_wait(e, ADMIN, shown.id, "Участие 2026: роли", WAIT);
    assert_true(roles.id > shown.id);
    photo_of(e, roles.id);
    assert_int_equal(e2e_stat(e, "calls.sendPhoto"), 2);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_a_photo_and_its_buttons),
        E2E_TEST(test_a_photo_that_was_deleted),
    };
    return E2E_RUN("stats", tests);
}

/* test_telegram_file.c: files from people: fetched from a server of the test's own, kept in the
 * spool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/chat/spool.h"
#include "bot/chat/telegram.h"
#include "store/base/clock.h"
#include "store/base/secret.h"
#include "sync/http.h"
#include "tests/loopback.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SECRET "AAsecretsecretsecret"
#define TOKEN  "123456:" SECRET
#define MB20   ((size_t)20 << 20)

/* The played server: what getFile says, and what lies there. */
struct played {
    struct loopback *server;
    struct chat *chat;
    struct temp_dir dir;
    char path[128]; /* where files are fetched to */
    const char *located;
    int located_status;
    const char *bytes;
    size_t len;
    int file_status; /* 0: 200 */
    bool cut;        /* half of the bytes, then the end */
    unsigned asked, fetched;
    char target[256]; /* of the last request for bytes */
};

static bool answer(void *ctx, const struct loopback_request *req, struct buf *out)
{
    struct played *p = ctx;
    if (strstr(req->target, "/getFile")) {
        p->asked++;
        loopback_answer(out, p->located_status ? p->located_status : 200, NULL, p->located);
        return true;
    }
    p->fetched++;
    str_copy(p->target, sizeof p->target, req->target);
    if (p->file_status) {
        loopback_answer(out, p->file_status, NULL, "");
        return true;
    }
    buf_addf(out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", p->len);
    buf_addn(out, p->bytes, p->cut ? p->len / 2 : p->len);
    return !p->cut;
}

#define LIES_AT(path)                                                                              \
    "{\"ok\":true,\"result\":{\"file_id\":\"x\",\"file_unique_id\":\"u\",\"file_path\":\"" path    \
    "\"}}"

static void open_chat(struct played *p, const char *file_url)
{
    char url[64];
    struct err err = {0};
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", loopback_port(p->server));
    const struct telegram_setup setup = {.api_url = url, .token = TOKEN, .file_url = file_url};
    assert_ok(telegram_open(&setup, &p->chat, &err), err);
}

static int setup(void **state)
{
    struct played *p = xcalloc(1, sizeof *p);
    temp_dir_make(&p->dir);
    snprintf(p->path, sizeof p->path, "%s/fetched", p->dir.path);
    p->server = loopback_start(answer, p);
    p->located = LIES_AT("documents/file_7.csv");
    open_chat(p, NULL);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct played *p = *state;
    p->chat->ops->close(p->chat);
    loopback_stop(p->server);
    temp_dir_remove(&p->dir);
    free(p);
    return 0;
}

static int fetch(struct played *p, struct chat_file file, struct err *err)
{
    *err = (struct err){0};
    file.id = "BQAC-1_";
    int bad = p->chat->ops->download(p->chat, &file, p->path, err);
    assert_null(strstr(err->msg, SECRET));
    return bad;
}

/* Nothing stands under the name, whole or in part. */
static void check_nothing(struct played *p)
{
    assert_int_equal(temp_dir_count(&p->dir, "fetched"), 0);
}

static void check_kept(struct played *p)
{
    AUTO_FREE char *back = xmalloc(p->len + 1);
    FILE *in = fopen(p->path, "rb");
    struct stat st;
    assert_non_null(in);
    assert_int_equal(fread(back, 1, p->len + 1, in), p->len);
    fclose(in);
    assert_memory_equal(back, p->bytes, p->len);
    assert_int_equal(stat(p->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(temp_dir_count(&p->dir, "fetched"), 1);
}

/* Behaviour Q: every byte there is, and as many as Telegram hands out. */
static void a_file__arrives__byte_for_byte(void **state)
{
    struct played *p = *state;
    struct err err;
    AUTO_FREE char *bytes = xmalloc(MB20);
    for (size_t i = 0; i < MB20; i++)
        bytes[i] = (char)((i * 2654435761u) >> 11 & 0xff);
    p->bytes = bytes;
    static const size_t sizes[] = {1, 256, 100000, MB20};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        p->len = sizes[i];
        assert_ok(fetch(p, (struct chat_file){.size = (int64_t)sizes[i]}, &err), err);
        check_kept(p);
    }
    assert_string_equal(p->target, "/file/bot" TOKEN "/documents/file_7.csv");
    p->len = 5;
    assert_ok(fetch(p, (struct chat_file){0}, &err), err); /* a size that nobody told */
    check_kept(p);
}

static void a_file__that_is_too_big__is_not_begun(void **state)
{
    struct played *p = *state;
    struct err err;
    assert_int_equal(-1, fetch(p, (struct chat_file){.size = (int64_t)MB20 + 1}, &err));
    assert_int_equal(err.kind, ERR_DATA);
    assert_non_null(strstr(err.msg, "20 MB"));
    assert_int_equal(p->asked, 0);
    p->located_status = 400;
    p->located =
        "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: file is too big\"}";
    assert_int_equal(-1, fetch(p, (struct chat_file){0}, &err));
    assert_int_equal(err.kind, ERR_DATA);
    p->located_status = 200; /* it lies about its size, or says nothing of it */
    p->located = LIES_AT("documents/file_7.csv");
    AUTO_FREE char *bytes = xcalloc(1, MB20 + 1);
    p->bytes = bytes;
    p->len = MB20 + 1;
    assert_int_equal(-1, fetch(p, (struct chat_file){0}, &err));
    assert_int_equal(err.kind, ERR_DATA);
    check_nothing(p);
}

static void what_came_in_part__is_not_kept(void **state)
{
    struct played *p = *state;
    struct err err;
    p->bytes = "abcdefgh";
    p->len = 8;
    p->cut = true;
    clock_test_skip_sleeps(true);
    assert_int_equal(-1, fetch(p, (struct chat_file){.size = 8}, &err));
    assert_int_equal(err.kind, ERR_TEMP);
    p->cut = false;
    assert_int_equal(-1,
                     fetch(p, (struct chat_file){.size = 9}, &err)); /* another size than told */
    assert_int_equal(err.kind, ERR_TEMP);
    clock_test_skip_sleeps(false);
    check_nothing(p);
    assert_ok(fetch(p, (struct chat_file){.size = 8}, &err), err);
    check_kept(p);
}

static void failures__say__what_to_do(void **state)
{
    struct played *p = *state;
    struct err err;
    static const struct {
        int status;
        const char *body;
        int file_status;
        enum err_kind kind;
    } cases[] = {
        {401, "{\"ok\":false,\"error_code\":401,\"description\":\"Unauthorized\"}", 0, ERR_AUTH},
        {500, "", 0, ERR_TEMP},
        {200, "garbage", 0, ERR_TEMP},
        {400, "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: invalid file_id\"}",
         0, ERR_DATA},
        {200, LIES_AT("documents/file_7.csv"), 404, ERR_GONE},
        {200, LIES_AT("documents/file_7.csv"), 502, ERR_TEMP},
        {200, LIES_AT("../../etc/passwd"), 0, ERR_DATA},
        {200, LIES_AT("/etc/passwd"), 0, ERR_DATA},
        {200, LIES_AT("documents/.."), 0, ERR_DATA},
    };
    clock_test_skip_sleeps(true);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        p->located = cases[i].body;
        p->located_status = cases[i].status;
        p->file_status = cases[i].file_status;
        assert_int_equal(-1, fetch(p, (struct chat_file){0}, &err));
        if (err.kind != cases[i].kind)
            fail_msg("case %zu: kind %d: %s", i, (int)err.kind, err.msg);
    }
    clock_test_skip_sleeps(false);
    check_nothing(p);
}

/* Behaviour E on getFile. */
static void a_flood__is_waited_out(void **state)
{
    struct played *p = *state;
    struct err err;
    p->bytes = "x";
    p->len = 1;
    p->located_status = 429;
    p->located =
        "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry after 3\","
        "\"parameters\":{\"retry_after\":3}}";
    for (int i = 0; i < 3; i++) {
        assert_int_equal(-1, fetch(p, (struct chat_file){0}, &err));
        assert_int_equal(err.kind, ERR_TEMP);
        assert_in_range(err.retry_s, 1, 3);
    }
    assert_int_equal(p->asked, 1);
    p->located_status = 200;
    p->located = LIES_AT("documents/file_7.csv");
    clock_test_advance(3000);
    assert_ok(fetch(p, (struct chat_file){0}, &err), err);
    assert_int_equal(p->asked, 2);
}

/* Blanks and letters of a path are no part of the address. */
static void a_path__is_written__as_an_address(void **state)
{
    struct played *p = *state;
    struct err err;
    p->bytes = "x";
    p->len = 1;
    p->located = LIES_AT("documents/a b?я#.csv");
    assert_ok(fetch(p, (struct chat_file){0}, &err), err);
    assert_string_equal(p->target, "/file/bot" TOKEN "/documents/a%20b%3F%D1%8F%23.csv");
}

static void files__may_lie__elsewhere(void **state)
{
    struct played *p = *state;
    struct err err;
    char url[96], source[160];
    p->bytes = "q\0r";
    p->len = 3;
    p->chat->ops->close(p->chat);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/other", loopback_port(p->server));
    open_chat(p, url);
    assert_ok(fetch(p, (struct chat_file){0}, &err), err);
    assert_string_equal(p->target, "/other/bot" TOKEN "/documents/file_7.csv");
    /* a Bot API server of this machine names a path of its disk */
    p->chat->ops->close(p->chat);
    open_chat(p, TELEGRAM_FILES_LOCAL);
    assert_int_equal(-1, fetch(p, (struct chat_file){0}, &err));
    assert_int_equal(err.kind, ERR_DATA);
    AUTO_BUF located = BUF_INIT(1024);
    snprintf(source, sizeof source, "%s/source", p->dir.path);
    FILE *out = fopen(source, "wb");
    fwrite(p->bytes, 1, 3, out);
    fclose(out);
    buf_addf(&located, "{\"ok\":true,\"result\":{\"file_id\":\"x\",\"file_path\":\"%s\"}}", source);
    p->located = buf_str(&located);
    unlink(p->path);
    assert_ok(fetch(p, (struct chat_file){.size = 3}, &err), err);
    check_kept(p);
    assert_int_equal(p->fetched, 1);
}

static void give_up__ends__all_fetching(void **state)
{
    struct played *p = *state;
    struct err err;
    p->chat->ops->give_up(p->chat);
    assert_int_equal(-1, fetch(p, (struct chat_file){0}, &err));
    assert_int_equal(err.kind, ERR_CANCELED);
    check_nothing(p);
}

/* ---------------------------------------------------------------- the spool */

static const char *spooled(struct played *p, int64_t update, struct arena *arena, struct err *err)
{
    char store[128];
    const char *path = NULL;
    const struct chat_file file = {.id = "BQAC-1_", .name = "../../x", .size = (int64_t)p->len};
    snprintf(store, sizeof store, "%s/store.db", p->dir.path);
    *err = (struct err){0};
    return spool_fetch(p->chat, store, update, &file, arena, &path, err) ? NULL : path;
}

static void the_spool__fetches__once_and_by_its_own_names(void **state)
{
    struct played *p = *state;
    struct err err;
    AUTO_ARENA *arena = arena_new(1 << 20);
    char store[128], expected[160];
    p->bytes = "abc";
    p->len = 3;
    snprintf(store, sizeof store, "%s/store.db", p->dir.path);
    snprintf(expected, sizeof expected, "%s.files/41", store);
    const char *path = spooled(p, 41, arena, &err);
    assert_string_equal(path, expected);
    assert_string_equal(spooled(p, 41, arena, &err), expected);
    assert_int_equal(p->fetched, 1);
    spool_drop(path);
    assert_int_equal(-1, access(path, F_OK));
    assert_non_null(spooled(p, 41, arena, &err));
    assert_int_equal(p->fetched, 2);
    const struct chat_file none = {0};
    assert_int_equal(-1, spool_fetch(p->chat, store, 5, &none, arena, &path, &err));
    assert_int_equal(err.kind, ERR_DATA);
    assert_int_equal(0, system(arena_printf(arena, "rm -r %s.files", store)));
}

static void set_age(const char *path, int64_t ms)
{
    time_t at = time(NULL) - (time_t)(ms / 1000);
    const struct timespec times[2] = {{.tv_sec = at}, {.tv_sec = at}};
    assert_int_equal(0, utimensat(AT_FDCWD, path, times, 0));
}

static void the_spool__is__bounded(void **state)
{
    struct played *p = *state;
    struct err err;
    AUTO_ARENA *arena = arena_new(1 << 20);
    char store[128], path[200];
    p->bytes = "abc";
    p->len = 3;
    snprintf(store, sizeof store, "%s/store.db", p->dir.path);
    assert_non_null(spooled(p, 1, arena, &err));
    snprintf(path, sizeof path, "%s.files/2", store);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(0, ftruncate(fd, SPOOL_BYTES_MAX - 5)); /* with what is there: full */
    close(fd);
    assert_null(spooled(p, 3, arena, &err));
    assert_int_equal(err.kind, ERR_DATA);
    assert_non_null(spooled(p, 1, arena, &err)); /* what is there stays to be had */
    set_age(path, SPOOL_KEEP_MS + 60000);
    assert_non_null(spooled(p, 3, arena, &err)); /* the old one made room */
    assert_int_equal(-1, access(path, F_OK));
    snprintf(path, sizeof path, "%s.files/9.part", store);
    close(open(path, O_WRONLY | O_CREAT, 0600));
    spool_prune(store, clock_now_ms());
    assert_int_equal(0, access(path, F_OK)); /* somebody may be fetching it */
    set_age(path, (int64_t)2 * 3600 * 1000);
    spool_prune(store, clock_now_ms());
    assert_int_equal(-1, access(path, F_OK));
    for (int i = 10; i < 10 + SPOOL_FILES_MAX; i++) {
        snprintf(path, sizeof path, "%s.files/%d", store, i);
        close(open(path, O_WRONLY | O_CREAT, 0600));
    }
    assert_null(spooled(p, 5, arena, &err));
    spool_prune(store, clock_now_ms() + SPOOL_KEEP_MS + 60000);
    assert_non_null(spooled(p, 5, arena, &err));
    assert_int_equal(0, system(arena_printf(arena, "rm -r %s.files", store)));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_file__arrives__byte_for_byte),
        T(a_file__that_is_too_big__is_not_begun),
        T(what_came_in_part__is_not_kept),
        T(failures__say__what_to_do),
        T(a_flood__is_waited_out),
        T(a_path__is_written__as_an_address),
        T(files__may_lie__elsewhere),
        T(give_up__ends__all_fetching),
        T(the_spool__fetches__once_and_by_its_own_names),
        T(the_spool__is__bounded),
    };
    struct err err = {0};
    http_global_init();
    if (secret_init(&err))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

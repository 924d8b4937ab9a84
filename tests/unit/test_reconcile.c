/* test_reconcile.c: reconcile() over every combination of a few values: what it decides for one
 * field depends on that field alone, nothing is lost, and what was applied once leaves nothing to
 * do. */
#include "sync/normalise.h"
#include "sync/pull/reconcile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define N_FIELDS 3
#define N_VALUES 4
#define N_STATES (N_VALUES * N_VALUES * (N_VALUES + 1) * 2 * 2) /* of one field */

static const struct field fields[N_FIELDS] = {
    {.name = "text", .type = FT_TEXT},
    {.name = "nick", .type = FT_TELEGRAM},
    {.name = "number", .type = FT_INT},
};

/* The values a field may have; the last two nicknames are one in another case. */
static struct value pick(const struct field *f, unsigned i)
{
    static const char *const texts[] = {NULL, "a", "A", "b"};
    static const char *const nicks[] = {NULL, "@b", "@a", "@A"};
    if (!i)
        return V_NULL;
    if (f->type == FT_INT)
        return V_INT((int64_t)i);
    return V_TEXT(f->type == FT_TELEGRAM ? nicks[i] : texts[i]);
}

/* One field's situation. */
struct state {
    struct value base, store, remote;
    bool based, mapped, remote_wins;
};

static struct state state_of(const struct field *f, unsigned n)
{
    struct state s;
    s.store = pick(f, n % N_VALUES), n /= N_VALUES;
    s.remote = pick(f, n % N_VALUES), n /= N_VALUES;
    unsigned base = n % (N_VALUES + 1);
    n /= N_VALUES + 1;
    s.based = base < N_VALUES;
    s.base = s.based ? pick(f, base) : V_NULL;
    s.mapped = n % 2;
    s.remote_wins = n / 2;
    return s;
}

/* The masks and value arrays of a whole record. */
struct whole {
    struct entity e;
    struct value base[N_FIELDS], store[N_FIELDS], remote[N_FIELDS];
    uint32_t mask, base_mask, remote_wins;
};

static void put(struct whole *w, size_t at, struct state s)
{
    w->base[at] = s.base;
    w->store[at] = s.store;
    w->remote[at] = s.remote;
    w->mask |= (uint32_t)s.mapped << at;
    w->base_mask |= (uint32_t)s.based << at;
    w->remote_wins |= (uint32_t)s.remote_wins << at;
}

static struct reconcile decide(const struct whole *w)
{
    return reconcile(&w->e, w->mask, w->base, w->base_mask, w->store, w->remote, w->remote_wins, 0);
}

/* One field alone: its four answers as bits 0..3. */
static unsigned answer_bits(struct reconcile r, size_t at)
{
    return (r.take >> at & 1) | (r.push >> at & 1) << 1 | (r.agree >> at & 1) << 2 |
           (r.conflict >> at & 1) << 3;
}

static struct whole alone(const struct field *f, struct state s)
{
    struct whole w = {.e = {.name = "one", .fields = f, .n = 1}};
    put(&w, 0, s);
    return w;
}

static void one_field__follows_the_table(void **state)
{
    (void)state;
    for (size_t f = 0; f < N_FIELDS; f++) {
        for (unsigned n = 0; n < N_STATES; n++) {
            struct state s = state_of(&fields[f], n);
            struct whole w = alone(&fields[f], s);
            struct reconcile r = decide(&w);
            bool rb = s.based && normalise_same(&fields[f], &s.remote, &s.base);
            bool sb = s.based && normalise_same(&fields[f], &s.store, &s.base);
            bool sr = normalise_same(&fields[f], &s.store, &s.remote);
            if (!s.mapped) {
                assert_int_equal(answer_bits(r, 0), 0);
                continue;
            }
            /* no field lost: where the sides differ one of them gives way, and only there */
            assert_int_equal((r.take | r.push) & 1, !sr);
            assert_int_equal(r.take & r.push, 0);
            assert_int_equal(r.agree & 1, sr && !rb);
            assert_int_equal(r.conflict & 1, !sr && !rb && !sb);
            if (!sr && rb)
                assert_int_equal(r.push, 1);
            if (!sr && sb && !rb)
                assert_int_equal(r.take, 1);
            if (r.conflict)
                assert_int_equal(r.take & 1, s.remote_wins);
        }
    }
}

static void fields__do_not_depend_on_each_other_or_their_order(void **state)
{
    (void)state;
    struct field turned[N_FIELDS] = {fields[2], fields[0], fields[1]};
    for (unsigned a = 0; a < N_STATES; a++) {
        for (unsigned b = 0; b < N_STATES; b++) {
            struct state s[N_FIELDS] = {state_of(&fields[0], a), state_of(&fields[1], b),
                                        state_of(&fields[2], (a * 7 + b * 13) % N_STATES)};
            struct whole w = {.e = {.name = "w", .fields = fields, .n = N_FIELDS}};
            struct whole v = {.e = {.name = "v", .fields = turned, .n = N_FIELDS}};
            for (size_t i = 0; i < N_FIELDS; i++) {
                put(&w, i, s[i]);
                put(&v, (i + 1) % N_FIELDS, s[i]);
            }
            struct reconcile rw = decide(&w), rv = decide(&v);
            for (size_t i = 0; i < N_FIELDS; i++) {
                struct whole one = alone(&fields[i], s[i]);
                unsigned wanted = answer_bits(decide(&one), 0);
                assert_int_equal(answer_bits(rw, i), wanted);
                assert_int_equal(answer_bits(rv, (i + 1) % N_FIELDS), wanted);
            }
            assert_int_equal((rw.take | rw.push | rw.agree | rw.conflict) >> N_FIELDS, 0);
        }
    }
}

/* A pull: the store takes what it is to take, the base becomes what the remote has. */
static void pulled_once__nothing_more_to_take(void **state)
{
    (void)state;
    for (size_t f = 0; f < N_FIELDS; f++) {
        for (unsigned n = 0; n < N_STATES; n++) {
            struct whole w = alone(&fields[f], state_of(&fields[f], n));
            struct reconcile r = decide(&w);
            if (r.take)
                w.store[0] = w.remote[0];
            w.base[0] = w.remote[0];
            w.base_mask = 1;
            struct reconcile again = decide(&w);
            assert_int_equal(again.take | again.agree | again.conflict, 0);
            assert_int_equal(again.push, r.push); /* what the remote lacks is not forgotten */
        }
    }
}

/* Both ways: the remote takes its part too, the base becomes what both have. */
static void applied_once__nothing_to_do(void **state)
{
    (void)state;
    for (size_t f = 0; f < N_FIELDS; f++) {
        for (unsigned n = 0; n < N_STATES; n++) {
            struct whole w = alone(&fields[f], state_of(&fields[f], n));
            struct reconcile r = decide(&w);
            if (r.take)
                w.store[0] = w.remote[0];
            if (r.push)
                w.remote[0] = w.store[0];
            w.base[0] = w.remote[0];
            w.base_mask = 1;
            assert_int_equal(answer_bits(decide(&w), 0), 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_field__follows_the_table),
        cmocka_unit_test(fields__do_not_depend_on_each_other_or_their_order),
        cmocka_unit_test(pulled_once__nothing_more_to_take),
        cmocka_unit_test(applied_once__nothing_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "sync/brakes.h"

#include <stdio.h>
#include <string.h>

/* The first len bytes of s, cut between two letters when they do not fit. */
static void piece(char *out, size_t n, const char *s, size_t len)
{
    if (len >= n) {
        len = n - 1;
        while (len && ((unsigned char)s[len] & 0xc0) == 0x80)
            len--;
    }
    memcpy(out, s, len);
    out[len] = '\0';
}

/* The first column whose description differs, for the message: the texts are "name:type;…". */
static void first_change(const char *before, const char *now, char *out, size_t n)
{
    while (*before && *now) {
        size_t a = strcspn(before, ";"), b = strcspn(now, ";");
        if (a != b || strncmp(before, now, a)) {
            char was[100], is[100];
            piece(was, sizeof was, before, a);
            piece(is, sizeof is, now, b);
            snprintf(out, n, "%s → %s", was, is);
            return;
        }
        before += a + (before[a] == ';');
        now += b + (now[b] == ';');
    }
    str_copy(out, n, "their number");
}

static int check_deletes(const struct brake_facts *f, const struct brake_limits *limits,
                         struct err *err)
{
    int64_t allowed = f->known * (int64_t)limits->max_delete / 100;
    if (allowed < BRAKE_FREE_DELETES)
        allowed = BRAKE_FREE_DELETES;
    if (f->push && f->deletes > allowed)
        return err_set(err, ERR_LIMIT, "%lld of %lld rows would be deleted; at most %lld may",
                       (long long)f->deletes, (long long)f->known, (long long)allowed);
    if (f->missing + f->deletes > allowed)
        return err_set(
            err, ERR_LIMIT,
            "%lld of %lld known rows are missing from the listing%s; at most %lld may be",
            (long long)(f->missing + f->deletes), (long long)f->known,
            f->deletes ? " or in the trash" : "", (long long)allowed);
    return 0;
}

static int check_listing(const struct brake_facts *f, struct err *err)
{
    if (f->sentinel_wanted && !f->sentinel_seen)
        return err_set(err, ERR_LIMIT, "the sentinel row is not in the listing (rows: %lld)",
                       (long long)f->rows);
    if (!f->rows && f->known)
        return err_set(err, ERR_LIMIT, "the table came back empty, %lld records are known from it",
                       (long long)f->known);
    if (f->known && f->missing == f->known)
        return err_set(err, ERR_LIMIT, "none of the %lld known rows is in the listing of %lld",
                       (long long)f->known, (long long)f->rows);
    if (f->last_rows >= BRAKE_SMALL_TABLE && f->rows * 2 < f->last_rows)
        return err_set(err, ERR_LIMIT, "rows in the listing: %lld, in the last one: %lld",
                       (long long)f->rows, (long long)f->last_rows);
    return 0;
}

static int check_updates(const struct brake_facts *f, const struct brake_limits *limits,
                         struct err *err)
{
    const struct brake_limit *most = &limits->max_update;
    const char *what = f->push ? "rows" : "records";
    if (!most->percent && f->updates > most->n)
        return err_set(err, ERR_LIMIT, "%lld of %lld %s would change; at most %lld may",
                       (long long)f->updates, (long long)f->known, what, (long long)most->n);
    if (f->known < BRAKE_SMALL_TABLE)
        return 0;
    if (most->percent && most->n < 100 && f->updates * 100 > f->known * most->n)
        return err_set(err, ERR_LIMIT, "%lld of %lld %s would change; at most %lld %% may",
                       (long long)f->updates, (long long)f->known, what, (long long)most->n);
    /* a wrong mapping or template looks like this */
    if (f->updates >= f->known)
        return err_set(err, ERR_LIMIT, "every one of the %lld %s would change", (long long)f->known,
                       what);
    return 0;
}

static int check_creates(const struct brake_facts *f, const struct brake_limits *limits,
                         struct err *err)
{
    if (f->push && f->creates > limits->max_create)
        return err_set(err, ERR_LIMIT, "new rows to be made: %lld; at most %lld may be",
                       (long long)f->creates, (long long)limits->max_create);
    return 0;
}

int brakes_first_marks(const struct brake_facts *f, struct err *err)
{
    if (f->first && f->marks)
        return err_set(err, ERR_LIMIT, "first marks (%lld), please look", (long long)f->marks);
    return 0;
}

int brakes_check(const struct brake_facts *f, const struct brake_limits *limits, struct err *err)
{
    if (f->columns_before && f->columns_now && strcmp(f->columns_before, f->columns_now)) {
        char what[208]; /* two pieces and the arrow */
        first_change(f->columns_before, f->columns_now, what, sizeof what);
        return err_set(err, ERR_LIMIT, "a column changed its type: %s", what);
    }
    if ((f->complete && check_listing(f, err)) || check_deletes(f, limits, err))
        return -1;
    return check_updates(f, limits, err) || check_creates(f, limits, err) ? -1 : 0;
}

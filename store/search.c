#include "store/search.h"

#include "store/base/utf8.h"
#include "store/search_match.h"

#include <stdlib.h>
#include <string.h>

#define LOOKED_MAX 2000  /* candidates that are weighed letter by letter … */
#define NEAR_MAX   10000 /* … where a typo may be in it, or the most alike are wanted */
#define ENOUGH     8     /* with so many that fit exactly, nobody asks for those with typos */
#define WORDS_MAX  8     /* of a question */
#define PHONE_MIN  4     /* digits that make a part of a phone */
#define ALIKE_MIN  30
#define SLOTS      32768 /* more than twice NEAR_MAX, a power of two */

/* One that may fit. */
struct candidate {
    int64_t id;
    struct found found;
    const char *owner; /* a badge's person, or NULL */
    const char *raw;
    unsigned weight; /* the less the better */
    bool by_handle;  /* only a username has it: those whose name has it come first */
};

struct search {
    struct db *db;
    struct arena *arena;
    struct search_word words[WORDS_MAX];
    size_t n_words;
    const char *number; /* the whole of it, as a badge's number is written */
    bool phone;         /* nothing but digits and what stands between them */
    bool handle;        /* "@name": a username is meant */
    struct candidate *list;
    size_t n, cap;
    int64_t *seen; /* ids of the list, hashed; 0: free */
    bool more;
};

/* ---------------------------------------------------------------- what was asked */

/* "8 (916) 123-45-67" is one number. Returns false when it is none. */
static bool read_phone(const char *text, struct search_word *ret)
{
    *ret = (struct search_word){.digits = true};
    for (const char *p = text; *p; p++) {
        if (*p >= '0' && *p <= '9' && ret->n < SEARCH_LETTERS_MAX)
            ret->c[ret->n++] = (uint32_t)*p;
        else if (!strchr(" +-()\t", *p))
            return false;
    }
    if (ret->n == 11 && ret->c[0] == '8')
        ret->c[0] = '7';
    return ret->n >= PHONE_MIN;
}

static void read_question(struct search *s, const char *text)
{
    AUTO_BUF squeezed = BUF_INIT(SEARCH_TEXT_MAX + 1);
    utf8_squeeze(text, &squeezed);
    s->number = arena_strdup(s->arena, buf_str(&squeezed));
    s->handle = *s->number == '@';
    s->phone = read_phone(s->number, &s->words[0]);
    s->n_words = s->phone ? 1 : search_words(s->number, s->words, WORDS_MAX);
}

/* ---------------------------------------------------------------- questions to the index */

enum anchor { ANCHOR_WORD, ANCHOR_START, ANCHOR_NONE };

static void add_letters(struct buf *q, const uint32_t *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        utf8_put(q, c[i]);
}

/* The word as it is. One letter says nothing; the index knows groups of three, of which the space
 * before a word may be one. */
static bool add_exact(struct buf *q, const struct search_word *w, enum anchor anchor)
{
    bool start = anchor != ANCHOR_NONE || w->n == 2;
    if (w->n < 2)
        return false;
    buf_add(q, start ? "\" " : "\"");
    add_letters(q, w->c, w->n);
    buf_add(q, anchor == ANCHOR_WORD ? " \"" : "\"");
    return true;
}

/* A word with at most so many typos, cut into one piece more than there are typos, has at least one
 * of the pieces in it as it stands; where two neighbours changed places over a cut, it has both
 * pieces with those put right. */
static void add_pieces(struct buf *q, const struct search_word *w, size_t typos)
{
    uint32_t p[SEARCH_LETTERS_MAX + 2] = {' '};
    size_t n = w->n + 1, pieces = typos + 1;
    memcpy(p + 1, w->c, w->n * sizeof *p);
    if (w->n == 4)
        p[n++] = ' ';
    for (size_t i = 0; i < pieces; i++) {
        size_t from = i * n / pieces, to = (i + 1) * n / pieces;
        buf_add(q, " OR \"");
        add_letters(q, p + from, to - from);
        buf_add(q, "\"");
        if (to == n)
            continue;
        uint32_t swapped[SEARCH_LETTERS_MAX + 2];
        memcpy(swapped, p, sizeof p);
        swapped[to - 1] = p[to];
        swapped[to] = p[to - 1];
        buf_add(q, " OR \"");
        add_letters(q, swapped + from, (i + 2) * n / pieces - from);
        buf_add(q, "\"");
    }
}

/* All words, as FTS5 wants it. Returns false when none of them can be asked for. */
static bool make_question(const struct search *s, enum anchor anchor, bool typos, struct buf *q)
{
    bool any = false;
    for (size_t i = 0; i < s->n_words; i++) {
        const struct search_word *w = &s->words[i];
        size_t allowed = typos ? search_typos(w) : 0;
        if (w->n < 2)
            continue;
        buf_add(q, any ? " AND (" : "(");
        add_exact(q, w, anchor);
        if (allowed)
            add_pieces(q, w, allowed);
        buf_add(q, ")");
        any = true;
    }
    return any;
}

/* Every group of three letters of every word. */
static bool make_near_question(const struct search *s, struct buf *q)
{
    for (size_t i = 0; i < s->n_words; i++) {
        const struct search_word *w = &s->words[i];
        uint32_t p[SEARCH_LETTERS_MAX + 2] = {' '};
        if (w->digits)
            continue;
        memcpy(p + 1, w->c, w->n * sizeof *p);
        p[w->n + 1] = ' ';
        for (size_t k = 0; k + 3 <= w->n + 2; k++) {
            buf_add(q, q->len ? " OR \"" : "\"");
            add_letters(q, p + k, 3);
            buf_add(q, "\"");
        }
    }
    return q->len != 0;
}

/* ---------------------------------------------------------------- candidates */

static bool is_new(struct search *s, int64_t id)
{
    size_t at = (size_t)((uint64_t)id * 0x9e3779b97f4a7c15u >> 40) & (SLOTS - 1);
    while (s->seen[at] && s->seen[at] != id)
        at = (at + 1) & (SLOTS - 1);
    bool fresh = !s->seen[at];
    s->seen[at] = id;
    return fresh;
}

/* The list is its first n, and nothing else has been seen. */
static void see_only(struct search *s, size_t n)
{
    s->n = n;
    memset(s->seen, 0, SLOTS * sizeof *s->seen);
    for (size_t i = 0; i < n; i++)
        is_new(s, s->list[i].id);
}

static void add_candidate(struct search *s, const struct query *q)
{
    if (!is_new(s, query_int(q, 0)))
        return;
    s->list = arena_grow(s->arena, s->list, &s->cap, s->n + 1, sizeof *s->list);
    s->list[s->n++] = (struct candidate){
        .id = query_int(q, 0),
        .found = {.entity = query_dup(q, 1, s->arena),
                  .id = query_dup(q, 2, s->arena),
                  .name = query_dup(q, 3, s->arena),
                  .deleted = query_int(q, 4) != 0},
        .owner = query_dup(q, 5, s->arena),
        .raw = query_dup(q, 6, s->arena),
    };
}

#define CANDIDATE_COLUMNS "t.id, t.entity, t.local_id, t.name, t.deleted, t.owner, t.raw"

/* At most `max` of them are in the list afterwards; *ret_all: no others fit the question. */
static int ask_index(struct search *s, const char *question, size_t max, bool *ret_all,
                     struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(s->db, &q, err,
                 "SELECT " CANDIDATE_COLUMNS " FROM search_index i JOIN search_text t"
                 " ON t.id = i.rowid WHERE search_index MATCH :question LIMIT :max",
                 B_TEXT(":question", question), B_INT(":max", (int64_t)max + 1)))
        return -1;
    int more;
    size_t read = 0;
    while ((more = query_next(q, err)) > 0 && s->n < max) {
        add_candidate(s, q);
        read++;
    }
    *ret_all = more == 0 && read <= max;
    return more < 0 ? -1 : 0;
}

/* A number with dashes in it is no word of its own in the index. */
static int ask_number(struct search *s, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (!strpbrk(s->number, "0123456789"))
        return 0;
    if (DB_QUERY(s->db, &q, err,
                 "SELECT " CANDIDATE_COLUMNS " FROM badge b JOIN search_text t"
                 " ON t.entity = 'badge' AND t.local_id = b.id WHERE b.number = :number"
                 " COLLATE NOCASE LIMIT :max",
                 B_TEXT(":number", s->number), B_INT(":max", LOOKED_MAX)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0)
        add_candidate(s, q);
    return more < 0 ? -1 : 0;
}

/* Where more fit than are looked at, whole words come before beginnings, and those before parts. */
static int ask_exact(struct search *s, struct err *err)
{
    AUTO_BUF part = BUF_INIT(4096), word = BUF_INIT(4096), start = BUF_INIT(4096);
    bool all, ignored;
    size_t had = s->n;
    if (!make_question(s, ANCHOR_NONE, false, &part))
        return 0;
    if (ask_index(s, buf_str(&part), LOOKED_MAX, &all, err))
        return -1;
    if (all)
        return 0;
    s->more = true;
    see_only(s, had);
    make_question(s, ANCHOR_WORD, false, &word);
    make_question(s, ANCHOR_START, false, &start);
    return ask_index(s, buf_str(&word), LOOKED_MAX, &ignored, err) ||
                   ask_index(s, buf_str(&start), LOOKED_MAX, &ignored, err) ||
                   ask_index(s, buf_str(&part), LOOKED_MAX, &ignored, err)
               ? -1
               : 0;
}

static int ask_typos(struct search *s, struct err *err)
{
    AUTO_BUF q = BUF_INIT(16384);
    bool ignored;
    if (!make_question(s, ANCHOR_NONE, true, &q))
        return 0;
    return ask_index(s, buf_str(&q), NEAR_MAX, &ignored, err);
}

/* ---------------------------------------------------------------- weighing */

static unsigned entity_weight(const char *entity)
{
    return !strcmp(entity, "person") ? 0 : !strcmp(entity, "team") ? 1 : 2;
}

/* How the word fits best among those. */
static unsigned best_fit(const struct search_word *w, const struct search_word *known, size_t n,
                         bool typos)
{
    unsigned best = SEARCH_NO_FIT;
    for (size_t k = 0; k < n && best; k++) {
        unsigned fit = search_fit(w, &known[k], typos ? search_typos(w) : 0);
        best = fit < best ? fit : best;
    }
    return best;
}

/* The sum of how each typed word fits best; a word that fits nothing spoils it. */
static unsigned weigh(const struct search *s, const struct candidate *c, bool typos,
                      bool *ret_by_handle)
{
    struct search_word known[SEARCH_WORDS_MAX];
    const char *name = arena_strndup(s->arena, c->raw, strcspn(c->raw, "@"));
    size_t named = search_words(name, known, ARRAY_LEN(known)),
           n = search_words(c->raw, known, ARRAY_LEN(known));
    unsigned sum = 0;
    *ret_by_handle = false;
    for (size_t i = 0; i < s->n_words; i++) {
        const struct search_word *w = &s->words[i];
        unsigned best = best_fit(w, known, n, typos);
        if (best == SEARCH_NO_FIT)
            return SEARCH_NO_FIT;
        if (!s->handle && !w->digits && best_fit(w, known, named, typos) == SEARCH_NO_FIT)
            *ret_by_handle = true;
        sum += best;
    }
    return sum < SEARCH_NO_FIT ? sum : SEARCH_NO_FIT - 1;
}

static bool has_number(const struct search *s, const struct candidate *c)
{
    struct search_word typed[WORDS_MAX], known[SEARCH_WORDS_MAX];
    size_t n = search_words(s->number, typed, WORDS_MAX),
           m = search_words(c->raw, known, ARRAY_LEN(known)), found = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < m; k++) {
            if (!search_fit(&typed[i], &known[k], 0)) {
                found++;
                break;
            }
        }
    }
    return n && found == n;
}

/* Leaves those that fit, from `from` on. */
static void keep_fitting(struct search *s, size_t from, bool typos)
{
    size_t n = from;
    for (size_t i = from; i < s->n; i++) {
        struct candidate *c = &s->list[i];
        unsigned weight = weigh(s, c, typos, &c->by_handle);
        /* a phone and a badge's number may be written alike: either will do */
        if (weight == SEARCH_NO_FIT && s->phone && !strcmp(c->found.entity, "badge") &&
            has_number(s, c))
            weight = 0;
        if (weight == SEARCH_NO_FIT)
            continue;
        c->weight = weight;
        c->found.by_typo = typos && weight >= 10;
        s->list[n++] = *c;
    }
    s->n = n;
}

static int by_id(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;
    return strcmp(a->found.id, b->found.id);
}

static int by_weight(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;
    if (a->found.deleted != b->found.deleted)
        return a->found.deleted ? 1 : -1;
    if (a->found.by_typo != b->found.by_typo)
        return a->found.by_typo ? 1 : -1;
    if (a->by_handle != b->by_handle)
        return a->by_handle ? 1 : -1;
    if (a->weight != b->weight)
        return a->weight < b->weight ? -1 : 1;
    unsigned e = entity_weight(a->found.entity), f = entity_weight(b->found.entity);
    int names = strcmp(a->found.name, b->found.name);
    return e != f ? (e < f ? -1 : 1) : names ? names : strcmp(a->found.id, b->found.id);
}

/* A badge whose person is in the list, too, is found on that card. */
static void fold_badges(struct search *s)
{
    size_t n = 0;
    if (!s->n)
        return;
    qsort(s->list, s->n, sizeof *s->list, by_id);
    bool *drop = arena_alloc(s->arena, s->n, sizeof *drop);
    for (size_t i = 0; i < s->n; i++) {
        const struct candidate key = {.found = {.id = s->list[i].owner}};
        const struct candidate *owner =
            key.found.id ? bsearch(&key, s->list, s->n, sizeof key, by_id) : NULL;
        drop[i] = owner && (!owner->found.deleted || s->list[i].found.deleted);
    }
    for (size_t i = 0; i < s->n; i++) {
        if (!drop[i])
            s->list[n++] = s->list[i];
    }
    s->n = n;
}

/* ---------------------------------------------------------------- nothing fits */

static unsigned likeness(const struct search *s, const struct candidate *c)
{
    struct search_word known[SEARCH_WORDS_MAX];
    size_t n = search_words(c->raw, known, ARRAY_LEN(known));
    unsigned sum = 0;
    for (size_t i = 0; i < s->n_words; i++) {
        unsigned best = 0;
        for (size_t k = 0; k < n; k++) {
            unsigned like = search_likeness(&s->words[i], &known[k]);
            best = like > best ? like : best;
        }
        sum += best;
    }
    return s->n_words ? sum / (unsigned)s->n_words : 0;
}

static int find_near(struct search *s, struct err *err)
{
    AUTO_BUF q = BUF_INIT(16384);
    bool ignored;
    see_only(s, 0);
    if (!make_near_question(s, &q))
        return 0;
    if (ask_index(s, buf_str(&q), NEAR_MAX, &ignored, err))
        return -1;
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        unsigned like = likeness(s, &s->list[i]);
        if (like < ALIKE_MIN || s->list[i].found.deleted)
            continue;
        s->list[i].weight = 200 - like;
        s->list[n++] = s->list[i];
    }
    s->n = n;
    fold_badges(s);
    return 0;
}

/* ---------------------------------------------------------------- all of it */

static int find_fitting(struct search *s, struct err *err)
{
    if (ask_number(s, err) || ask_exact(s, err))
        return -1;
    keep_fitting(s, 0, false);
    if (s->n >= ENOUGH)
        return 0;
    size_t exact = s->n;
    see_only(s, exact); /* what did not fit to the letter may fit with a typo */
    if (ask_typos(s, err))
        return -1;
    keep_fitting(s, exact, true);
    return 0;
}

int search_find(struct db *db, const char *text, size_t offset, size_t max, struct arena *arena,
                struct search_result *ret, struct err *err)
{
    struct search s = {.db = db, .arena = arena};
    *ret = (struct search_result){.n = 0};
    s.seen = arena_alloc(arena, SLOTS, sizeof *s.seen);
    read_question(&s, arena_strndup(arena, text, strnlen(text, SEARCH_TEXT_MAX)));
    size_t letters = 0;
    for (size_t i = 0; i < s.n_words; i++)
        letters = s.words[i].n > letters ? s.words[i].n : letters;
    ret->too_short = letters < 2 && !strpbrk(s.number, "0123456789");
    if (!s.n_words || ret->too_short)
        return 0;
    bool left;
    if (search_refresh(db, INT64_MAX, &left, err) || find_fitting(&s, err))
        return -1;
    fold_badges(&s);
    if (!s.n) {
        if (find_near(&s, err))
            return -1;
        ret->near = true;
        max = max < SEARCH_NEAR_MAX ? max : SEARCH_NEAR_MAX;
        offset = 0;
    }
    if (s.n)
        qsort(s.list, s.n, sizeof *s.list, by_weight);
    ret->total = s.n;
    ret->more = s.more && !ret->near;
    ret->list = arena_alloc(arena, max ? max : 1, sizeof *ret->list);
    for (size_t i = offset; i < s.n && ret->n < max; i++)
        ret->list[ret->n++] = s.list[i].found;
    return 0;
}

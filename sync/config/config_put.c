/* put.COLUMN = …, one by one: what the column gets. What they come to: config_put_judge.c. */
#include "store/dict_rows.h"
#include "sync/config/config_values.h"

#include <string.h>

#define PIECES_MAX 32 /* of one template: {a} — {b} has three */

/* ---------------------------------------------------------------- {person.name} */

enum lookup {
    LOOKUP_OK,
    LOOKUP_NO_FIELD,  /* {nmae} */
    LOOKUP_NO_REF,    /* {persn.name} */
    LOOKUP_NO_TARGET, /* {person.nmae} */
    LOOKUP_WHICH,     /* {person}: which of its fields? */
    LOOKUP_SET,       /* {team.name}: of which of them? */
    LOOKUP_SEALED,
};

/* The reference of e that a stem stands for: person is person_id; -1 when there is none. */
static int find_reference(const struct entity *e, const char *stem, size_t n)
{
    for (size_t i = 0; i < e->n; i++) {
        const char *name = e->fields[i].name;
        if (e->fields[i].type == FT_REF && !strncmp(name, stem, n) &&
            (!name[n] || config_stem(name) == n))
            return (int)i;
    }
    return -1;
}

/* The set of e that a stem stands for: teams or team; -1 when there is none. */
static int find_set(const struct entity *e, const char *stem, size_t n)
{
    for (size_t i = 0; i < e->n; i++) {
        const struct field *f = &e->fields[i];
        if (f->type == FT_REFS && ((!strncmp(f->name, stem, n) && !f->name[n]) ||
                                   (!strncmp(f->ref, stem, n) && !f->ref[n])))
            return (int)i;
    }
    return -1;
}

/* What stands between the braces of a template, as a value of a record of e. */
static enum lookup find_value(const struct entity *e, const char *name, struct put_piece *ret)
{
    const char *dot = strchr(name, '.');
    size_t stem = dot ? (size_t)(dot - name) : strlen(name);
    int ref = find_reference(e, name, stem);
    int at = model_field(e, name);
    if (ref < 0 && find_set(e, name, stem) >= 0)
        return LOOKUP_SET;
    if (!dot && at < 0)
        return ref < 0 ? LOOKUP_NO_FIELD : LOOKUP_WHICH;
    if (!dot) {
        *ret = (struct put_piece){.field = (size_t)at, .of_target = -1};
        return e->fields[at].sealed ? LOOKUP_SEALED : LOOKUP_OK;
    }
    if (ref < 0)
        return LOOKUP_NO_REF;
    const struct entity *target = model_entity(e->fields[ref].ref);
    int of = model_field(target, dot + 1);
    if (of < 0)
        return LOOKUP_NO_TARGET;
    if (target->fields[of].type == FT_REFS)
        return LOOKUP_SET;
    *ret = (struct put_piece){.field = (size_t)ref, .of_target = of};
    return target->fields[of].sealed ? LOOKUP_SEALED : LOOKUP_OK;
}

static void list_fields(const struct entity *e, struct buf *out)
{
    for (size_t i = 0; i < e->n; i++)
        buf_addf(out, "%s%s", i ? ", " : "", e->fields[i].name);
}

/* "person, team": what a record of e refers to, as it is written in braces. */
static void list_references(const struct entity *e, struct buf *out)
{
    for (size_t i = 0; i < e->n; i++) {
        const char *name = e->fields[i].name;
        if (e->fields[i].type == FT_REF)
            buf_addf(out, "%s%.*s", out->len ? ", " : "", (int)config_stem(name), name);
    }
}

static void say_lookup(struct reading *r, const struct late *l, const char *name, enum lookup what)
{
    const struct entity *e = l->flow->entity;
    const char *dot = strchr(name, '.');
    size_t n = dot ? (size_t)(dot - name) : strlen(name);
    int ref = find_reference(e, name, n);
    AUTO_BUF known = BUF_INIT(2048);
    switch (what) {
    case LOOKUP_NO_FIELD:
        list_fields(e, &known);
        config_mistake(r, l->line, "%s: {%s}: %s has no field «%s»; it has %s", l->key, name,
                       e->name, name, buf_str(&known));
        break;
    case LOOKUP_NO_REF:
        list_references(e, &known);
        config_mistake(r, l->line, "%s: {%s}: a %s refers to no «%.*s»; it refers to %s", l->key,
                       name, e->name, (int)n, name, known.len ? buf_str(&known) : "nothing");
        break;
    case LOOKUP_NO_TARGET:
        list_fields(model_entity(e->fields[ref].ref), &known);
        config_mistake(r, l->line, "%s: {%s}: %s has no field «%s»; it has %s", l->key, name,
                       e->fields[ref].ref, dot + 1, buf_str(&known));
        break;
    case LOOKUP_WHICH:
        config_mistake(r, l->line, "%s: {%s}: say which field of the %s, such as {%s.%s}", l->key,
                       name, e->fields[ref].ref, name,
                       model_entity(e->fields[ref].ref)->fields[0].name);
        break;
    case LOOKUP_SET:
        config_mistake(r, l->line,
                       "%s: {%s}: that is a set of records, and a text shows one value; leave it "
                       "out, or write the set into a column of its own, put.COLUMN = FIELD",
                       l->key, name);
        break;
    case LOOKUP_SEALED:
        config_mistake(r, l->line,
                       "%s: %s is personal data that only the feeder brings; it is never written "
                       "out: leave it out",
                       l->key, name);
        break;
    case LOOKUP_OK:
        break;
    }
}

/* ---------------------------------------------------------------- one put */

static const char *piece_name(struct arena *arena, const char *open, const char *close)
{
    char *name = arena_strndup(arena, open + 1, (size_t)(close - open) - 1);
    config_trim(name);
    return name;
}

/* Would the text write values if it stood without quotes? */
static const char *first_value(struct arena *arena, const struct entity *e, const char *text)
{
    for (const char *open = text; (open = strchr(open, '{')); open++) {
        const char *close = strchr(open, '}');
        struct put_piece piece;
        const char *name = close ? piece_name(arena, open, close) : "";
        if (*name && find_value(e, name, &piece) == LOOKUP_OK)
            return name;
    }
    return NULL;
}

static bool read_constant(struct reading *r, const struct late *l, char *text, struct put *put)
{
    size_t n = strlen(text);
    if (n < 2 || text[n - 1] != '"') {
        config_mistake(r, l->line, "%s: a constant ends with a quote as it begins: %s = \"text\"",
                       l->key, l->key);
        return false;
    }
    text[n - 1] = '\0';
    text++;
    const char *value = first_value(r->arena, l->flow->entity, text);
    if (!*text)
        config_mistake(r, l->line,
                       "%s: the constant is empty; write %s = none to leave the column alone",
                       l->key, l->key);
    if (value)
        config_mistake(r, l->line,
                       "%s: what is in quotes is written to the letter, {%s} too; leave the quotes "
                       "out",
                       l->key, value);
    struct put_piece *piece = arena_alloc(r->arena, 1, sizeof *piece);
    *piece = (struct put_piece){.text = text, .of_target = -1};
    put->kind = PUT_TEXT;
    put->pieces = piece;
    put->n_pieces = 1;
    return *text && !value;
}

static bool read_template(struct reading *r, const struct late *l, const char *text,
                          struct put *put)
{
    struct put_piece *pieces = arena_alloc(r->arena, PIECES_MAX, sizeof *pieces);
    bool fine = true;
    size_t n = 0;
    while (*text) {
        if (n == PIECES_MAX) {
            config_mistake(r, l->line, "%s: more than %d pieces; write less into one column",
                           l->key, PIECES_MAX);
            return false;
        }
        size_t literal = strcspn(text, "{");
        const char *close = strchr(text, '}');
        if (literal) {
            pieces[n++] =
                (struct put_piece){.text = arena_strndup(r->arena, text, literal), .of_target = -1};
            text += literal;
            continue;
        }
        if (!close) {
            config_mistake(r, l->line, "%s: a { has no }; write {field} or {person.name}", l->key);
            return false;
        }
        const char *name = piece_name(r->arena, text, close);
        enum lookup what = find_value(l->flow->entity, name, &pieces[n++]);
        if (what != LOOKUP_OK)
            say_lookup(r, l, name, what);
        fine = fine && what == LOOKUP_OK;
        text = close + 1;
    }
    put->kind = PUT_TEXT;
    put->pieces = pieces;
    put->n_pieces = n;
    return fine;
}

static void say_no_field(struct reading *r, const struct late *l, const char *text)
{
    const struct entity *e = l->flow->entity;
    struct put_piece piece;
    AUTO_BUF known = BUF_INIT(2048);
    if (strchr(text, '.') && find_value(e, text, &piece) == LOOKUP_OK) {
        config_mistake(r, l->line, "%s: put it into braces: %s = {%s}", l->key, l->key, text);
        return;
    }
    list_fields(e, &known);
    config_mistake(r, l->line,
                   "%s: «%s» is no field of %s; a constant stands in quotes, %s = \"%s\"; the "
                   "fields are %s%s",
                   l->key, text, e->name, l->key, text, buf_str(&known),
                   strchr(text, '=') ? "; a column with : or = in its name is named by its id"
                                     : "");
}

static bool read_field(struct reading *r, const struct late *l, char *text, struct put *put)
{
    put->kind = PUT_FIELD;
    put->via = config_cut_tail(r->arena, text, " via ");
    config_trim(text);
    int at = model_field(l->flow->entity, text);
    if (at < 0) {
        say_no_field(r, l, text);
        return false;
    }
    const struct field *field = &l->flow->entity->fields[at];
    put->field = (size_t)at;
    if (field->sealed)
        say_lookup(r, l, text, LOOKUP_SEALED);
    if (!field_target(field) && put->via)
        config_mistake(r, l->line, "%s: %s is no reference to another record; leave out «via %s»",
                       l->key, text, put->via);
    return !field->sealed && (field_target(field) || !put->via);
}

void config_put_read(struct reading *r, const struct late *l)
{
    struct flow *f = l->flow;
    if (!f->entity || !*l->value)
        return; /* reported already */
    struct put put = {.line = l->line,
                      .column = config_with_year(r, l->line, strchr(l->key, '.') + 1)};
    char *text = arena_strdup(r->arena, config_with_year(r, l->line, l->value));
    bool fine = true;
    config_one_line(text);
    config_trim(text);
    if (!strcmp(text, "none"))
        put.kind = PUT_NOTHING;
    else if (*text == '"')
        fine = read_constant(r, l, text, &put);
    else if (strchr(text, '{'))
        fine = read_template(r, l, text, &put);
    else
        fine = read_field(r, l, text, &put);
    if (!f->puts)
        f->puts = arena_alloc(r->arena, config_count_lines(r, f, "put."), sizeof *f->puts);
    if (fine)
        f->puts[f->n_puts++] = put;
}

void config_show_put(const struct flow *f, const struct put *put, struct buf *out)
{
    const struct field *fields = f->entity->fields;
    bool constant = put->kind == PUT_TEXT && put->n_pieces == 1 && put->pieces[0].text;
    if (put->kind == PUT_FIELD)
        buf_addf(out, "%s%s%s", fields[put->field].name, put->via ? " via " : "",
                 put->via ? put->via : "");
    if (put->kind != PUT_TEXT)
        return;
    if (constant) {
        buf_addf(out, "\"%s\"", put->pieces[0].text);
        return;
    }
    for (size_t i = 0; i < put->n_pieces; i++) {
        const struct put_piece *piece = &put->pieces[i];
        const struct field *field = &fields[piece->field];
        if (piece->text)
            buf_add(out, piece->text);
        else if (piece->of_target < 0)
            buf_addf(out, "{%s}", field->name);
        else
            buf_addf(out, "{%.*s.%s}", (int)config_stem(field->name), field->name,
                     model_entity(field->ref)->fields[piece->of_target].name);
    }
}

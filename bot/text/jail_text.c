#include "bot/text/jail_text.h"

#include "store/base/utf8.h"
#include "store/base/uuid.h"
#include "store/journal.h"
#include "store/links.h"
#include "store/names.h"
#include "store/traces.h"
#include "sync/row_name.h"

#include <string.h>

#define CELLS_SHOWN 4 /* that nobody can read, of one row */
#define KNOWN_SHOWN 4 /* values of a dictionary, in a line of a list */

static const struct {
    const char *reason;
    enum text_id advice;
} advices[] = {
    {"Paused", TEXT_ADVICE_PAUSED},
    {"Edited just now", TEXT_ADVICE_NEXT},
    {"Refused", TEXT_ADVICE_REFUSED},
    {"Not linked there yet", TEXT_ADVICE_NOT_LINKED},
    {"Not confirmed yet", TEXT_ADVICE_NEXT},
    {"Unknown whether created", TEXT_ADVICE_UNKNOWN},
    {"Several records in one row", TEXT_ADVICE_SEVERAL},
    {"Ignored by the remote", TEXT_ADVICE_IGNORED},
    {"Not readable there", TEXT_ADVICE_UNREAD},
    {"Changed there meanwhile", TEXT_ADVICE_NEXT},
    {"Not found after it was created", TEXT_ADVICE_NOT_FOUND},
};

const char *jail_advice(struct ask *a, const char *reason)
{
    for (size_t i = 0; i < ARRAY_LEN(advices); i++) {
        if (!strcmp(advices[i].reason, reason))
            return text_template(a->lang, advices[i].advice);
    }
    return "";
}

/* The dictionary that the reason is about, or NULL. */
static const char *dict_of(const struct flow *f, const char *reason)
{
    for (size_t i = 0; f && i < f->entity->n; i++) {
        const struct field *field = &f->entity->fields[i];
        if (field->type == FT_DICT &&
            (str_eq(field->bad, reason) || str_eq(field->bad_value, reason)))
            return field->dict;
    }
    return NULL;
}

const char *jail_known(struct ask *a, const struct dicts *dicts, const struct flow *f,
                       const char *reason)
{
    AUTO_BUF names = BUF_INIT(2048);
    const char *dict = dict_of(f, reason);
    if (!dict)
        return NULL;
    dict_names(dicts, dict, &names);
    return arena_strdup(a->arena, buf_str(&names));
}

/* The name of the dictionary (NULL: none) that the value is like, or NULL. */
static const char *nearest_in(const struct dicts *dicts, const char *dict, const char *value)
{
    const char *code, *name, *best = NULL;
    size_t typed = value ? utf8_length(value) : 0;
    unsigned nearest = typed < 4 ? 2 : typed < 8 ? 3 : 4;
    for (size_t i = 0; dict && typed && dict_entry_at(dicts, dict, i, &code, &name); i++) {
        unsigned d = utf8_distance(name, value);
        if (d >= nearest || d >= typed)
            continue;
        nearest = d;
        best = name;
    }
    return best;
}

const char *jail_detail(struct ask *a, const struct dicts *dicts, const struct jailed *j)
{
    const char *rest = j->detail;
    if (!rest || strcmp(j->reason, "Not linked there yet") != 0)
        return j->detail;
    const char *entity = ask_word(a, &rest), *id = ask_word(a, &rest);
    if (entity && id && !strncmp(entity, "dict_", 5))
        return dict_name(dicts, entity + 5, id);
    return entity && id && model_entity(entity) ? record_name_of(a->db, entity, id, a->arena)
                                                : j->detail;
}

const char *jail_row_url(struct ask *a, const struct flow *f, const char *row_id)
{
    return f ? remote_ops_find(f->remote->kind)->row_url(f->remote, f->table, row_id, a->arena)
             : NULL;
}

/* Some tools have addresses of their rows, others only of the document. */
static bool opens_row(const char *url, const char *row_id)
{
    char id[UUID_LEN + 1];
    size_t n = strlen(url), m = strlen(row_id);
    return uuid_read(row_id, id) || (n > m && !strcmp(url + n - m, row_id));
}

void jail_where(struct ask *a, const struct flow *f, const char *row_id, int64_t since,
                struct msg *m)
{
    char when[TEXT_SHORT];
    const char *url = jail_row_url(a, f, row_id);
    bool direct = url && opens_row(url, row_id);
    enum text_id text = since    ? direct ? TEXT_INVALID_LINK
                                   : url  ? TEXT_ROW_IN_LINK_SINCE
                                          : TEXT_INVALID_WHERE
                        : direct ? TEXT_ROW_LINK
                        : url    ? TEXT_ROW_IN_LINK
                        : f      ? TEXT_ROW_IN
                                 : TEXT_ROW_ALONE;
    TEXT_ADD(m, a->lang, text, T_TEXT("url", url), T_TEXT("id", row_id),
             T_TEXT("flow", f ? bot_flow_title(a->bot->cfg, f->name, a->lang) : ""),
             T_TEXT("remote", f ? bot_remote_title(f->remote, a->lang) : ""),
             T_TEXT("time", text_clock(when, a->lang, since, a->now)));
}

/* ---------------------------------------------------------------- a line of the list */

/* A line under way. */
struct line {
    int64_t number;  /* 0: it stands alone, and says all that there is */
    bool repeats;    /* a line before it on the page has said what the value might be … */
    bool same_cells; /* … of the same columns */
};

/* What the value might be. In a list a few of them have to do, once for each reason. */
static void add_known(struct ask *a, const struct dicts *dicts, const struct line *l,
                      const char *dict, const char *value, struct msg *m)
{
    const char *code, *name, *nearest = nearest_in(dicts, dict, value);
    AUTO_BUF some = BUF_INIT(2048), all = BUF_INIT(2048);
    size_t n = 0;
    if (nearest) {
        TEXT_ADD(m, a->lang, TEXT_INVALID_NEAREST, T_TEXT("name", nearest));
        msg_html(m, "\n");
    }
    if (!dict || (l->number && (l->repeats || nearest)))
        return;
    dict_names(dicts, dict, &all);
    for (; dict_entry_at(dicts, dict, n, &code, &name); n++) {
        if (n < KNOWN_SHOWN)
            buf_addf(&some, "%s%s", n ? ", " : "", name);
    }
    if (l->number && n > KNOWN_SHOWN + 2)
        TEXT_ADD(m, a->lang, TEXT_INVALID_KNOWN_SOME, T_TEXT("names", buf_str(&some)),
                 T_INT("n", (int64_t)(n - KNOWN_SHOWN)), T_INT("number", l->number));
    else
        TEXT_ADD(m, a->lang, TEXT_INVALID_KNOWN, T_TEXT("names", buf_str(&all)));
    msg_html(m, "\n");
}

static void add_pulled_head(struct ask *a, const struct line *l, const struct flow *f,
                            const struct jailed *j, struct msg *m)
{
    const char *name = f ? row_name(a->db, a->bot->cfg, f, j, a->arena) : "";
    enum text_id text = *name       ? l->number ? TEXT_INVALID_ROW_NAMED : TEXT_WORK_ROW_NAMED
                        : l->number ? TEXT_INVALID_ROW
                                    : TEXT_WORK_ROW;
    TEXT_ADD(m, a->lang, text, T_INT("n", l->number), T_TEXT("name", name),
             T_TEXT("flow", bot_flow_title(a->bot->cfg, j->flow, a->lang)),
             T_TEXT("reason", bot_reason(j->reason, a->lang)));
    msg_html(m, "\n");
}

/* The entity of the record whose own row is wrong, by the reason; NULL: it is about something else.
 */
static const char *wrong_target(const struct flow *f, const char *reason)
{
    for (size_t i = 0; f && i < f->entity->n; i++) {
        const struct field *field = &f->entity->fields[i];
        if (field->type == FT_REF &&
            (str_eq(field->bad_target, reason) || str_eq(field->bad_target_then, reason)))
            return field->ref;
    }
    return NULL;
}

/* The row that has to be mended first, by its name and with a link; *ret: it was found. */
static int add_target(struct ask *a, const char *entity, const struct jailed *j, struct msg *m,
                      bool *ret, struct err *err)
{
    char id[UUID_LEN + 1];
    struct jailed *rows;
    size_t n;
    *ret = false;
    if (!entity || !j->detail ||
        traces_jailed(a->db, uuid_read(j->detail, id) ? id : j->detail, a->arena, &rows, &n, err))
        return entity && j->detail ? -1 : 0;
    for (size_t i = 0; i < n && !*ret; i++) {
        const struct flow *f = config_flow(a->bot->cfg, rows[i].flow);
        if (!f || f->dict || strcmp(f->entity->name, entity) != 0)
            continue;
        const char *name = row_name(a->db, a->bot->cfg, f, &rows[i], a->arena),
                   *url = jail_row_url(a, f, rows[i].remote_id);
        TEXT_ADD(m, a->lang, url ? TEXT_INVALID_TARGET_LINK : TEXT_INVALID_TARGET,
                 T_TEXT("flow", bot_flow_title(a->bot->cfg, f->name, a->lang)), T_TEXT("url", url),
                 T_TEXT("name", *name ? name : text_template(a->lang, TEXT_NAMELESS)),
                 T_TEXT("reason", bot_reason(rows[i].reason, a->lang)));
        msg_html(m, "\n");
        *ret = true;
    }
    return 0;
}

/* A row of a table that was not taken in. */
static int add_pulled(struct ask *a, const struct dicts *dicts, const struct line *l,
                      const struct jailed *j, struct msg *m, struct err *err)
{
    char id[UUID_LEN + 1];
    bool told;
    const struct flow *f = config_flow(a->bot->cfg, j->flow);
    const char *advice = jail_advice(a, j->reason), *target = wrong_target(f, j->reason);
    add_pulled_head(a, l, f, j, m);
    if (add_target(a, target, j, m, &told, err))
        return -1;
    bool bare = (l->number || target) && !j->waiting && j->detail && uuid_read(j->detail, id);
    if (*advice) {
        TEXT_ADD(m, a->lang, TEXT_INVALID_ADVICE, T_TEXT("advice", advice));
        msg_html(m, "\n");
    } else if (j->detail && *j->detail && !told && !bare) {
        TEXT_ADD(m, a->lang, j->waiting ? TEXT_INVALID_WAITS : TEXT_INVALID_DETAIL,
                 T_TEXT("detail", j->detail));
        msg_html(m, "\n");
    }
    add_known(a, dicts, l, dict_of(f, j->reason), j->detail, m);
    jail_where(a, f, j->remote_id, j->first_seen, m);
    msg_html(m, "\n");
    return 0;
}

/* Two buttons under a record of which nobody knows whether its row was made. */
static int add_lost_buttons(struct ask *a, const struct step *step, int64_t number,
                            const struct jailed *j, struct buttons *b, struct err *err)
{
    struct intent *in;
    if (journal_unheard_insert(a->db, step->flow->remote->name, step->flow->table,
                               step->flow->entity->name, j->remote_id, a->arena, &in, err))
        return -1;
    if (!in) /* settled meanwhile: the next push takes the row out of the list */
        return 0;
    buttons_row(b);
    TEXT_BUTTON(b, a->lang, number ? TEXT_BTN_THERE : TEXT_BTN_WORK_THERE,
                arena_printf(a->arena, "there %lld", (long long)in->id), T_INT("n", number));
    TEXT_BUTTON(b, a->lang, number ? TEXT_BTN_CREATE_AGAIN : TEXT_BTN_WORK_AGAIN,
                arena_printf(a->arena, "again %lld", (long long)in->id), T_INT("n", number));
    return 0;
}

/* ---------------------------------------------------------------- cells that cannot be read */

static const char *dict_in(const struct why_cell *cell)
{
    return cell->field && cell->field->type == FT_DICT ? cell->field->dict : NULL;
}

const char *jail_unread_why(struct ask *a, const struct field *field)
{
    static const enum text_id whys[] = {
        [FT_TEXT] = TEXT_UNREAD_NO_VALUE,     [FT_NAME] = TEXT_UNREAD_NO_VALUE,
        [FT_NAMES] = TEXT_UNREAD_NO_VALUE,    [FT_INT] = TEXT_UNREAD_NO_NUMBER,
        [FT_BOOL] = TEXT_UNREAD_NO_FLAG,      [FT_YEAR] = TEXT_UNREAD_NO_YEAR,
        [FT_DATE] = TEXT_UNREAD_NO_DATE,      [FT_PHONE] = TEXT_UNREAD_NO_VALUE,
        [FT_TELEGRAM] = TEXT_UNREAD_NO_VALUE, [FT_DICT] = TEXT_UNREAD_NO_ENTRY,
        [FT_REF] = TEXT_UNREAD_NO_ROW,        [FT_REFS] = TEXT_UNREAD_NO_ROW,
    };
    return text_template(a->lang, field ? whys[field->type] : TEXT_UNREAD_NO_VALUE);
}

void jail_unread_known(struct ask *a, const struct dicts *dicts, const struct why_cell *cell,
                       struct msg *m)
{
    add_known(a, dicts, &(struct line){0}, dict_in(cell), cell->text, m);
}

/* The record's row there; NULL when it has none by now. */
static int row_there(struct ask *a, const struct flow *f, const char *local_id, const char **ret,
                     struct err *err)
{
    struct link *links;
    size_t n;
    *ret = NULL;
    if (links_of_record(a->db, f->entity->name, local_id, f->remote->name, f->table, a->arena,
                        &links, &n, err))
        return -1;
    if (n)
        *ret = links[0].remote_id;
    return 0;
}

/* What stands there, what should, and where. */
static int add_unread(struct ask *a, const struct dicts *dicts, const struct flow *f,
                      const struct line *l, const struct jailed *j, struct msg *m, struct err *err)
{
    char when[TEXT_SHORT];
    struct why_cell *cells;
    const char *row, *advice = jail_advice(a, j->reason);
    const struct line known = {.number = l->number, .repeats = l->same_cells};
    size_t n;
    if (row_there(a, f, j->remote_id, &row, err))
        return -1;
    why_unread(f, j, a->arena, &cells, &n);
    for (size_t i = 0; i < n && i < CELLS_SHOWN; i++) {
        TEXT_ADD(m, a->lang, cells[i].text ? TEXT_UNREAD_CELL : TEXT_UNREAD_CELL_BARE,
                 T_TEXT("column", cells[i].column), T_TEXT("text", cells[i].text),
                 T_TEXT("why", jail_unread_why(a, cells[i].field)));
        msg_html(m, "\n");
        add_known(a, dicts, &known, dict_in(&cells[i]), cells[i].text, m);
    }
    if (n > CELLS_SHOWN) {
        TEXT_ADD(m, a->lang, TEXT_WHY_CELLS_MORE, T_INT("n", (int64_t)(n - CELLS_SHOWN)));
        msg_html(m, "\n");
    }
    if (row) {
        jail_where(a, f, row, j->first_seen, m);
        msg_html(m, "\n");
    }
    if (row && l->number && l->repeats)
        return 0;
    TEXT_ADD(m, a->lang, row ? TEXT_INVALID_ADVICE : TEXT_INVALID_PUSH_SINCE,
             T_TEXT("advice", advice),
             T_TEXT("time", text_clock(when, a->lang, j->first_seen, a->now)));
    msg_html(m, "\n");
    return 0;
}

/* ---------------------------------------------------------------- a record that did not go out */

/* Its own id is the line's remote_id. */
static int add_pushed(struct ask *a, const struct dicts *dicts, const struct step *step,
                      const struct line *l, const struct jailed *j, struct msg *m,
                      struct buttons *b, struct err *err)
{
    char when[TEXT_SHORT];
    int64_t number = l->number;
    bool lost = !strcmp(j->reason, "Unknown whether created");
    TEXT_ADD(m, a->lang, number ? TEXT_INVALID_PUSH_ROW : TEXT_WORK_PUSH_ROW, T_INT("n", number),
             T_TEXT("name",
                    record_name_of(a->db, step->flow->entity->name, j->remote_id, a->arena)),
             T_TEXT("remote", bot_remote_title(step->flow->remote, a->lang)),
             T_TEXT("reason", bot_reason(j->reason, a->lang)));
    msg_html(m, "\n");
    if (!strcmp(j->reason, QUARANTINE_UNREAD))
        return add_unread(a, dicts, step->flow, l, j, m, err);
    if (j->detail) {
        TEXT_ADD(m, a->lang, lost ? TEXT_INVALID_PUSH_ALIKE : TEXT_INVALID_PUSH_DETAIL,
                 T_TEXT("detail", jail_detail(a, dicts, j)));
        msg_html(m, "\n");
    }
    TEXT_ADD(m, a->lang, TEXT_INVALID_PUSH_SINCE, T_TEXT("advice", jail_advice(a, j->reason)),
             T_TEXT("time", text_clock(when, a->lang, j->first_seen, a->now)));
    msg_html(m, "\n");
    return lost ? add_lost_buttons(a, step, number, j, b, err) : 0;
}

static int add_item(struct ask *a, const struct dicts *dicts, const struct line *l,
                    const struct jailed *j, struct msg *m, struct buttons *b, bool *ret_mend,
                    struct err *err)
{
    struct step step;
    *ret_mend = false;
    if (config_step(a->bot->cfg, j->flow, &step) && step.push)
        return add_pushed(a, dicts, &step, l, j, m, b, err);
    if (add_pulled(a, dicts, l, j, m, err))
        return -1;
    *ret_mend = !*jail_advice(a, j->reason);
    return 0;
}

int jail_item(struct ask *a, const struct dicts *dicts, const struct jailed *j, struct msg *m,
              struct buttons *b, struct err *err)
{
    bool ignored;
    return add_item(a, dicts, &(struct line){0}, j, m, b, &ignored, err);
}

int jail_line(struct ask *a, const struct dicts *dicts, int64_t number, const struct jailed *page,
              size_t at, struct msg *m, struct buttons *b, bool *ret_mend, struct err *err)
{
    struct line l = {.number = number};
    for (size_t i = 0; i < at; i++) {
        bool same = !strcmp(page[i].reason, page[at].reason);
        l.repeats = l.repeats || same;
        l.same_cells = l.same_cells || (same && !strcmp(page[i].flow, page[at].flow) &&
                                        str_eq(page[i].detail, page[at].detail));
    }
    return add_item(a, dicts, &l, &page[at], m, b, ret_mend, err);
}

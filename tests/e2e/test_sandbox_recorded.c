/* test_sandbox_recorded.c: the sandbox's Grist answers what a real server was heard to answer.
 *
 * The recording (ROSTERD_RECORDINGS/grist.txt, skipped without) is a sequence of "## title",
 * "> METHOD path", "> body", "< status type", "< body" on one small document; it is asked again,
 * in order, of a document made alike. Times are other ones, but the same time there must be the
 * same here, and another another: so the trigger column is judged as well. */
#include "tests/support/grist_talk.h"

#include "sync/http.h"

#include <stdio.h>

#define TIMES_MAX 400
#define LINE_STOP "TRIGGER" /* from there on the recording tells results without the requests */
#define A_TIME(n) ((n) > 1.7e9 && (n) < 1.9e9)
#define UPLOAD(name)                                                                               \
    "--b1\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"photo.png\"\r\n"        \
    "Content-Type: image/png\r\n\r\n"
#define UPLOAD_END "\r\n--b1--\r\n"
#define PNG_FAKE   "\x89PNG\r\n\x1a\nfake"

struct exchange {
    char title[80], method[8];
    const char *path, *body, *answer; /* in the arena; body NULL: none */
    int status;
    char type[64];
};

struct replay {
    struct e2e *e;
    const char *doc;
    double there[TIMES_MAX], here[TIMES_MAX];
    size_t times;
    unsigned asked;
};

/* ---------------------------------------------------------------- what the recording leaves out */

/* Requests without a word about them in the recording, seen in what follows. */
static const struct {
    const char *before, *method, *path, *body;
} unsaid[] = {
    {"PUT onmany default(first)", "POST", "/tables/Badges_2026/records",
     "{\"records\":[{\"fields\":{\"UUID\":\"dup\"}},{\"fields\":{\"UUID\":\"dup\"}}]}"},
};

/* Heads and bodies that the recording shows by its title only. */
static const struct {
    const char *title, *auth, *type, *body;
    size_t body_len;
} heads[] = {
    {"no key", "", NULL, NULL, 0},
    {"bad key", "Bearer nope", NULL, NULL, 0},
    {"Basic auth", "Basic eDp5", NULL, NULL, 0},
    {"Token scheme", "Token abc", NULL, NULL, 0},
    {"webhooks no key", "", NULL, NULL, 0},
    {"upload no key", "", NULL, "{}", 0},
    {"POST malformed JSON", NULL, NULL, "{bad", 0},
    {"POST no content-type", NULL, "", "{\"records\":[{\"fields\":{\"UUID\":\"ct\"}}]}", 0},
    {"POST text/plain", NULL, "text/plain", "{\"records\":[{\"fields\":{\"UUID\":\"ct\"}}]}", 0},
    {"upload", NULL, "multipart/form-data; boundary=b1", UPLOAD("upload") PNG_FAKE UPLOAD_END,
     sizeof UPLOAD("upload") PNG_FAKE UPLOAD_END - 1},
    {"upload wrong field", NULL, "multipart/form-data; boundary=b1",
     UPLOAD("file") PNG_FAKE UPLOAD_END, sizeof UPLOAD("file") PNG_FAKE UPLOAD_END - 1},
};

/* The played server calls nobody, so it lets nobody be called; the rest is not JSON, or begins with
 * what no two documents share. */
static const char *const not_asked[] = {"webhook create", "webhooks list", "webhook delete"};
static const char *const only_status[] = {"limit 0", "doc describe", "states", "POST 5000 rows"};

static bool among(const char *title, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(title, list[i]))
            return true;
    return false;
}

/* ---------------------------------------------------------------- the document of the recording */

/* columns: "id:type", and updated_at behind them. */
static const struct {
    const char *table, *columns, *rows;
} world[] = {
    {"Roles", "code:Text name:Text",
     "[{\"fields\":{\"code\":\"ORG\",\"name\":\"Organizer\"}},"
     "{\"fields\":{\"code\":\"VOL\",\"name\":\"Volunteer\"}}]"},
    {"Participation_statuses", "code:Text name:Text", NULL},
    {"Arrival_type", "code:Text name:Text", NULL},
    {"Teams", "uuid:Text name:Text kind:Text",
     "[{\"fields\":{\"name\":\"A\"}},{\"fields\":{\"name\":\"B\"}},{\"fields\":{\"name\":\"C\"}}]"},
    {"People",
     "uuid:Text name:Text phone:Text birth:Date vegan:Bool weight:Numeric team:Ref:Teams "
     "kind:Choice tags:ChoiceList photo:Attachments",
     "[{\"fields\":{\"uuid\":\"u-1\",\"name\":\"Anna\",\"phone\":\"+70000000001\","
     "\"birth\":634003200,\"vegan\":true,\"weight\":61.5,\"team\":1,\"kind\":\"org\","
     "\"tags\":[\"L\",\"a\",\"b\"]}},"
     "{\"fields\":{\"uuid\":\"u-2\",\"name\":\"Boris\",\"team\":2,\"kind\":\"vol\"}}]"},
    {"Participations",
     "uuid:Text year:Int person:Ref:People team:Ref:Teams role:Ref:Roles "
     "status:Ref:Participation_statuses",
     "[{\"fields\":{\"person\":1,\"year\":2026}}]"},
    {"Badges_2026",
     "UUID:Text Name:Text number:Text person:Ref:People directions:RefList:Teams role:Ref:Roles "
     "is_deleted:Bool comment:Text price:Numeric",
     "[{\"fields\":{\"UUID\":\"b-1\",\"Name\":\"Anna\",\"number\":\"0001\",\"person\":1,"
     "\"directions\":[\"L\",1,2],\"role\":1}},"
     "{\"fields\":{\"UUID\":\"b-2\",\"Name\":\"Boris\",\"number\":\"0002\",\"person\":2,"
     "\"directions\":[\"L\",2],\"role\":2}}]"},
    {"Arrivals_2026",
     "badge:Ref:Badges_2026 arrival_date:Date arrival_transport:Ref:Arrival_type "
     "departure_date:Date departure_transport:Ref:Arrival_type",
     "[{\"fields\":{\"badge\":1,\"arrival_date\":1783036800,\"arrival_transport\":1,"
     "\"departure_date\":1784505600,\"departure_transport\":2}}]"},
};

static const char *table_body(struct e2e *e, const char *table, const char *columns)
{
    AUTO_BUF out = BUF_INIT(1 << 16);
    buf_addf(&out, "{\"tables\":[{\"id\":\"%s\",\"columns\":[", table);
    for (const char *at = columns; *at; at += strspn(at, " ")) {
        size_t id = strcspn(at, ":"), all = strcspn(at, " ");
        buf_addf(&out, "{\"id\":\"%.*s\",\"fields\":{\"type\":\"%.*s\",\"label\":\"%.*s\"}},",
                 (int)id, at, (int)(all - id - 1), at + id + 1, (int)id, at);
        at += all;
    }
    buf_add(&out,
            "{\"id\":\"updated_at\",\"fields\":{\"type\":\"DateTime:UTC\",\"isFormula\":false,"
            "\"formula\":\"NOW()\",\"recalcWhen\":2}}]}]}");
    return arena_strdup(e->arena, buf_str(&out));
}

static void make_world(struct replay *r)
{
    struct arena *arena = r->e->arena;
    r->doc = grist_fresh(r->e);
    cJSON_Delete(grist_do(r->e, r->doc, "POST", "/apply", "[[\"RemoveTable\",\"Table1\"]]", 200));
    for (size_t i = 0; i < ARRAY_LEN(world); i++) {
        const char *table = world[i].table;
        cJSON_Delete(grist_do(r->e, r->doc, "POST", "/tables",
                              table_body(r->e, table, world[i].columns), 200));
        /* lost when the table was made */
        cJSON_Delete(
            grist_do(r->e, r->doc, "PATCH", arena_printf(arena, "/tables/%s/columns", table),
                     "{\"columns\":[{\"id\":\"updated_at\",\"fields\":{\"recalcWhen\":2}}]}", 200));
        if (world[i].rows)
            cJSON_Delete(grist_do(r->e, r->doc, "POST",
                                  arena_printf(arena, "/tables/%s/records", table),
                                  arena_printf(arena, "{\"records\":%s}", world[i].rows), 200));
    }
}

/* ---------------------------------------------------------------- comparing */

/* The recorded time stands for one of ours, for ever. */
static bool same_time(struct replay *r, double there, double here)
{
    for (size_t i = 0; i < r->times; i++)
        if (r->there[i] == there || r->here[i] == here)
            return r->there[i] == there && r->here[i] == here;
    assert_true(r->times < TIMES_MAX);
    r->there[r->times] = there;
    r->here[r->times++] = here;
    return true;
}

static bool same(struct replay *r, const cJSON *there, const cJSON *here)
{
    const cJSON *item, *other = here ? here->child : NULL;
    if (!here || (there->type & 0xff) != (here->type & 0xff))
        return false;
    if (cJSON_IsNumber(there) && A_TIME(there->valuedouble) && there->string &&
        !strcmp(there->string, "updated_at"))
        return same_time(r, there->valuedouble, here->valuedouble);
    if (cJSON_IsNumber(there))
        return there->valuedouble == here->valuedouble;
    if (cJSON_IsString(there))
        return !strcmp(there->valuestring, here->valuestring) ||
               (there->string && !strcmp(there->string, "timeUploaded"));
    if (cJSON_GetArraySize(there) != cJSON_GetArraySize(here))
        return false;
    cJSON_ArrayForEach(item, there)
    {
        const cJSON *mine =
            cJSON_IsObject(there) ? cJSON_GetObjectItemCaseSensitive(here, item->string) : other;
        /* ["D", time, zone] */
        bool typed_time = cJSON_IsArray(there) && cJSON_IsNumber(item) && A_TIME(item->valuedouble);
        if (typed_time ? !same_time(r, item->valuedouble, mine->valuedouble) : !same(r, item, mine))
            return false;
        other = other ? other->next : NULL;
    }
    return true;
}

/* Without blanks outside of texts. */
static char *squeezed(struct e2e *e, const char *text)
{
    char *out = arena_alloc(e->arena, strlen(text) + 1, 1), *at = out;
    bool inside = false;
    for (; *text; text++) {
        if (*text == '"' && text[-1] != '\\')
            inside = !inside;
        if (inside || *text != ' ')
            *at++ = *text;
    }
    *at = '\0';
    return out;
}

static void check_answer(struct replay *r, const struct exchange *x, const struct grist_said *said)
{
    static const char cut[] = "…";
    AUTO_JSON *there = cJSON_Parse(x->answer), *here = cJSON_Parse(said->text);
    const char *end = strstr(x->answer, cut);
    if (end) {
        char *mine = squeezed(r->e, said->text);
        char *theirs =
            squeezed(r->e, arena_printf(r->e->arena, "%.*s", (int)(end - x->answer), x->answer));
        if (strncmp(mine, theirs, strlen(theirs)) != 0)
            fail_msg("%s: does not begin as recorded:\n%s\n%s", x->title, mine, theirs);
        return;
    }
    if (!there) /* no JSON, no comparison */
        return;
    if (!same(r, there, here))
        fail_msg("%s: %s %s\n%s\nanswered\n%s\nrecorded\n%s", x->title, x->method, x->path,
                 x->body ? x->body : "", said->text, x->answer);
}

/* ---------------------------------------------------------------- asking */

/* The path as it was typed: this document instead of theirs, values escaped. */
static const char *path_of(struct replay *r, const char *typed)
{
    AUTO_BUF out = BUF_INIT(1 << 16);
    const char *mark = strstr(typed, "{doc}"), *query = strchr(typed, '?');
    size_t end = query ? (size_t)(query - typed) : strlen(typed);
    if (mark && (!query || mark < query)) {
        buf_addn(&out, typed, (size_t)(mark - typed));
        buf_add(&out, r->doc);
        typed = mark + strlen("{doc}");
        end = query ? (size_t)(query - typed) : strlen(typed);
    }
    buf_addn(&out, typed, end);
    for (const char *at = query ? query : NULL; at && *at;) {
        size_t name = strcspn(at, "="), value = strcspn(at + name, "&");
        buf_addn(&out, at, name);
        if (at[name]) {
            buf_add(&out, "=");
            http_escape(&out, arena_printf(r->e->arena, "%.*s", (int)value - 1, at + name + 1));
        }
        at += name + value;
    }
    return arena_strdup(r->e->arena, buf_str(&out));
}

static const char *big_body(struct e2e *e, const char *title)
{
    AUTO_BUF out = BUF_INIT(4 << 20);
    buf_add(&out, "{\"records\":[");
    for (unsigned i = 0; i < 5000; i++)
        buf_addf(&out, "%s{\"fields\":{\"comment\":\"%0100u\",\"UUID\":\"bulk%u\"}}", i ? "," : "",
                 i, i);
    buf_add(&out, "]}");
    const char *text = arena_strdup(e->arena, buf_str(&out));
    if (!strcmp(title, "POST >1MB"))
        return arena_printf(e->arena, "%s%*s", text, 600000, "");
    return text;
}

static void ask(struct replay *r, struct exchange *x)
{
    struct grist_ask ask = {.method = x->method, .path = path_of(r, x->path), .body = x->body};
    if (among(x->title, not_asked, ARRAY_LEN(not_asked)))
        return;
    for (size_t i = 0; i < ARRAY_LEN(unsaid); i++)
        if (!strcmp(x->title, unsaid[i].before))
            cJSON_Delete(
                grist_do(r->e, r->doc, unsaid[i].method, unsaid[i].path, unsaid[i].body, 200));
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        if (strcmp(x->title, heads[i].title) != 0)
            continue;
        ask.auth = heads[i].auth;
        ask.type = heads[i].type;
        ask.body = heads[i].body ? heads[i].body : ask.body;
        ask.body_len = heads[i].body_len;
    }
    if (!strcmp(x->title, "POST >1MB") || !strcmp(x->title, "POST 5000 rows"))
        ask.body = big_body(r->e, x->title);
    struct grist_said said = grist_tell(r->e, &ask);
    if (said.status != x->status)
        fail_msg("%s: %s %s: %d %s, recorded: %d", x->title, x->method, x->path, said.status,
                 said.text, x->status);
    assert_has(said.head, x->type);
    if (!among(x->title, only_status, ARRAY_LEN(only_status)))
        check_answer(r, x, &said);
    r->asked++;
}

/* A message names the document's id, which is ours now. */
static const char *with_our_id(struct replay *r, const char *text)
{
    static const char theirs[] = "m9y1FbNqxPxS96jrAAtxqf";
    const char *at = strstr(text, theirs);
    return at ? arena_printf(r->e->arena, "%.*s%s%s", (int)(at - text), text, r->doc,
                             at + strlen(theirs))
              : arena_strdup(r->e->arena, text);
}

static void take_line(struct replay *r, struct exchange *x, const char *line)
{
    if (!strncmp(line, "## ", 3)) {
        *x = (struct exchange){0};
        snprintf(x->title, sizeof x->title, "%s", line + 3);
    } else if (!strncmp(line, "> ", 2) && !*x->method) {
        size_t n = strcspn(line + 2, " ");
        snprintf(x->method, sizeof x->method, "%.*s", (int)n, line + 2);
        x->path = arena_strdup(r->e->arena, line + 3 + n);
    } else if (!strncmp(line, "> ", 2)) {
        x->body = arena_strdup(r->e->arena, line + 2);
    } else if (!strncmp(line, "< ", 2) && !x->status) {
        if (sscanf(line, "< %d %63[^; ]", &x->status, x->type) != 2)
            fail_msg("cannot read: %s", line);
    } else if (!strncmp(line, "< ", 2) && *x->method) {
        x->answer = with_our_id(r, line + 2);
        ask(r, x);
        *x->method = '\0';
    }
}

static void sandbox_grist__answers__as_the_real_server_was_heard_to(void **state)
{
    const char *dir = getenv("ROSTERD_RECORDINGS");
    struct exchange x = {0};
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    (void)state;
    if (!dir)
        skip();
    struct replay r = {.e = e2e_world(&(struct e2e_options){.people = 20, .participations = 20})};
    FILE *f = fopen(arena_printf(r.e->arena, "%s/grist.txt", dir), "r");
    assert_non_null(f);
    make_world(&r);
    while ((n = getline(&line, &room, f)) > 0 && strncmp(line, LINE_STOP, strlen(LINE_STOP)) != 0) {
        line[n - 1] = '\0';
        take_line(&r, &x, line);
    }
    free(line);
    fclose(f);
    assert_true(r.asked > 110);
    assert_int_equal(r.times, 20);
    e2e_done(r.e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(sandbox_grist__answers__as_the_real_server_was_heard_to),
    };
    return E2E_RUN("sandbox_recorded", tests);
}

/* telegram.h: what the parts of the played Telegram share; no other service sees it.
 *
 * telegram.c          the world (people, chats, messages, files) and the way of a request through
 * it telegram_params.c   a request's fields, from the query, JSON, a form or multipart
 * telegram_schema.c   which fields each method and object has, and the check against that
 * telegram_spec.c     the same against the published list of methods, where there is one
 * telegram_text.c     UTF-8, entities, white space; telegram_html.c: parse_mode HTML
 * telegram_limits.c   429: the published limits, and those a test asks for
 * telegram_updates.c  the queue of updates, getUpdates, webhooks
 * telegram_methods.c  sending, editing, deleting, files
 * telegram_commands.c the command menu
 * telegram_people.c   control calls: a person writes, presses, sends a file, blocks the bot
 * telegram_control.c  control calls: reading a chat, waiting, statistics, faults
 *
 * All of it runs with sandbox.lock held. Chats, messages and users live until the end, so that a
 * pointer to one stays good across a wait; running out of memory ends the process. */
#ifndef SANDBOX_TELEGRAM_H
#define SANDBOX_TELEGRAM_H

#include "tests/sandbox/sandbox.h"

#define TG_BOT_ID       1000001
#define TG_BOT_NAME     "rosterd sandbox"
#define TG_BOT_USERNAME "rosterd_sandbox_bot"

#define TG_UPDATES_MAX   10000u
#define TG_HISTORY_MAX   16384u /* given ids remembered, to read an offset after the ids jumped */
#define TG_MESSAGES_MAX  10000u /* a chat */
#define TG_CHATS_MAX     1000u
#define TG_USERS_MAX     5000u
#define TG_FILES_MAX     10000u
#define TG_FILE_BYTES    (256u << 20) /* all files together */
#define TG_CALLBACKS_MAX 10000u
#define TG_MENUS_MAX     2000u
#define TG_THREADS_MAX   64u
#define TG_FLOODS_MAX    32u
#define TG_PARTS_MAX     32u
#define TG_REASONS_MAX   20u
#define TG_METHODS_MAX   32u
#define TG_CODES_MAX     16u

#define TG_TEXT_MAX     4096u /* UTF-16 units after entity parsing */
#define TG_CAPTION_MAX  1024u
#define TG_DOWNLOAD_MAX (20 << 20)
#define TG_POLL_BYTES   (1u << 22) /* one getUpdates answer is cut about here */
#define TG_GROUP_RATE   20u        /* a minute */
#define TG_GLOBAL_RATE  30u        /* a second */
#define TG_WHY          320u

struct tg_user {
    int64_t id;
    char *name, *username, *language; /* the last two may be NULL */
    bool blocked;
};

struct tg_file {
    char id[48], unique[32], path[64];
    char *name, *mime, *bytes;
    size_t len;
    int64_t size; /* as told to the bot; a test may claim more than there is */
};

struct tg_message {
    int64_t id, from, thread; /* from: TG_BOT_ID or a person; thread 0: none */
    char *text, *plain;       /* as sent; with the entities removed. A caption for files */
    cJSON *entities;          /* NULL: none */
    cJSON *markup;            /* NULL: none */
    cJSON *extra;             /* further fields of the Message (document, contact); NULL: none */
    const struct tg_file *file;
    unsigned edits;
    bool deleted, silent, protect;
    int64_t date_ms, edited_ms;
};

struct tg_chat {
    int64_t id, migrated_to; /* 0: has not migrated */
    char type[16];
    char *title;
    struct tg_message **messages;
    size_t n_messages, cap_messages;
    int64_t next_message_id;
    int64_t threads[TG_THREADS_MAX];
    unsigned n_threads;
    /* limits, in ms of the monotonic clock */
    int64_t retry_until, tokens_at, group_sent[TG_GROUP_RATE];
    double tokens;
    unsigned group_pos;
};

struct tg_update {
    int64_t id;
    uint64_t seq; /* grows always, whatever the ids do */
    char *json;
    size_t len;
};

struct tg_given {
    int64_t id;
    uint64_t seq;
};

struct tg_callback {
    char id[32];
    int64_t user, chat, message;
    char *data, *text; /* text: of the answer */
    bool alert;
    unsigned answers;
    int64_t made_at; /* monotonic ms */
};

struct tg_menu {
    char *scope; /* the scope's JSON, in one spelling */
    char language[8];
    cJSON *commands;
};

struct tg_flood {
    int64_t chat;    /* 0: any */
    char method[32]; /* "": any */
    unsigned retry_after, times;
};

struct tg_code {
    int code;
    unsigned n;
};

/* The last few of something, for a person who reads why a test failed. */
struct tg_reasons {
    unsigned n;
    char text[TG_REASONS_MAX][TG_WHY];
};

struct telegram {
    struct tg_user *users[TG_USERS_MAX];
    struct tg_chat *chats[TG_CHATS_MAX];
    struct tg_file *files[TG_FILES_MAX];
    size_t n_users, n_chats, n_files, file_bytes;

    struct tg_update queue[TG_UPDATES_MAX]; /* a ring */
    size_t queue_head, queue_n;
    struct tg_given given[TG_HISTORY_MAX]; /* a ring */
    uint64_t next_seq;
    int64_t next_update_id;
    uint32_t allowed; /* bits of the update kinds that are queued */

    struct tg_callback callbacks[TG_CALLBACKS_MAX]; /* a ring */
    uint64_t n_callbacks;
    struct tg_menu menus[TG_MENUS_MAX];
    size_t n_menus;
    char *webhook; /* NULL: none */

    bool private_groups; /* privacy mode: in groups only what is meant for the bot is delivered */
    cJSON *spec;         /* telegram_spec.c; NULL: none was given */

    uint64_t poll_seq; /* of the newest getUpdates */
    int64_t last_poll_offset, last_poll_at, next_conflict_at;

    /* faults a test asked for */
    struct tg_flood floods[TG_FLOODS_MAX];
    unsigned conflicts_left, empty_polls_left;
    int64_t hang_ms;

    int64_t retry_until[TG_METHODS_MAX]; /* of the calls that name no chat */
    int64_t global_sent[TG_GLOBAL_RATE];
    unsigned global_pos;

    /* counters */
    unsigned calls[TG_METHODS_MAX];
    struct tg_code errors[TG_CODES_MAX];
    unsigned conflicts, limited, polls;
    struct tg_reasons malformed, violations;
    int64_t confirmed_offset, last_offset;
};

/* One part of a multipart body that carries a file; it points into the request's body. */
struct tg_part {
    char name[64], file_name[256], mime[80];
    const char *bytes;
    size_t len;
};

struct tg_method;

/* One call of a method, from its arrival to its answer. */
struct tg_call {
    struct sandbox *sb;
    struct telegram *t;
    const struct sb_request *req;
    struct sb_reply *reply;
    const struct tg_method *method;
    cJSON *params;
    struct tg_part parts[TG_PARTS_MAX];
    unsigned n_parts;
    struct tg_chat *chat; /* set for methods with TG_IN_CHAT */
};

/* A field's types; TG_LIST and TG_LIST2 make it an array, or an array of arrays, of the others. */
enum { TG_INT = 1, TG_STR = 2, TG_BOOL = 4, TG_OBJ = 8, TG_FILE = 16, TG_LIST = 32, TG_LIST2 = 64 };

struct tg_field {
    const char *name;
    unsigned types;
    const char *required;       /* what Telegram says when it is missing; NULL: optional */
    const struct tg_field *sub; /* fields of the object(s); NULL: not looked into */
};

enum { TG_IN_CHAT = 1 };

struct tg_method {
    const char *name;
    const struct tg_field *fields;
    unsigned flags;
    void (*run)(struct tg_call *c);
};

extern const struct tg_method tg_methods[];
extern const size_t tg_n_methods;

/* The plain text of a message and what was marked in it. */
struct tg_text {
    char *plain;
    cJSON *entities;
    size_t units;
};

/* telegram.c */
int64_t tg_mono_ms(void);
/* Waits for a change of the world; false once the deadline (monotonic ms) has passed. */
bool tg_wait(struct sandbox *sb, int64_t deadline_ms);
void tg_changed(struct sandbox *sb);
/* Known or NULL. */
struct tg_user *tg_user_find(struct telegram *t, int64_t id);
struct tg_chat *tg_chat_find(struct telegram *t, int64_t id);
/* Known or made; NULL when there are too many. name etc. replace what was known unless NULL. */
struct tg_user *tg_user_get(struct telegram *t, int64_t id, const char *name, const char *username,
                            const char *language);
struct tg_chat *tg_chat_get(struct telegram *t, int64_t id, const char *type, const char *title);
struct tg_message *tg_message_find(const struct tg_chat *chat, int64_t id);
/* A new message with the next id and no text; NULL when the chat is full. */
struct tg_message *tg_message_add(struct sandbox *sb, struct tg_chat *chat, int64_t from);
/* Copies the bytes; NULL when there are too many. */
struct tg_file *tg_file_add(struct telegram *t, const char *name, const char *mime,
                            const char *bytes, size_t len);
cJSON *tg_user_json(const struct tg_user *user);
cJSON *tg_bot_json(void);
cJSON *tg_chat_json(struct telegram *t, const struct tg_chat *chat);
/* A Message as the Bot API describes it. */
cJSON *tg_message_json(struct telegram *t, const struct tg_chat *chat, const struct tg_message *m);
void tg_note(struct tg_reasons *reasons, const char *method, const char *why);
/* Answers; tg_bad also counts the call as malformed and puts "Bad Request: " in front. */
void tg_ok(struct tg_call *c, cJSON *result);
void tg_fail(struct tg_call *c, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void tg_bad(struct tg_call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tg_count_error(struct telegram *t, int code);

/* telegram_params.c: fills c->params and c->parts, or answers and returns false. */
bool tg_params(struct tg_call *c);
const char *tg_str(const struct tg_call *c, const char *name); /* NULL when absent */
int64_t tg_int(const struct tg_call *c, const char *name, int64_t absent);
bool tg_true(const struct tg_call *c, const char *name);
/* A chat id given as a number or as a string; 0 when absent or neither. */
int64_t tg_chat_id(const struct tg_call *c);
const struct tg_part *tg_part_find(const struct tg_call *c, const char *name);
bool tg_parse_int(const char *s, int64_t *ret);

/* telegram_schema.c: why is TG_WHY bytes. */
const struct tg_field *tg_field_find(const struct tg_field *fields, const char *name);
bool tg_check_object(const struct tg_field *fields, const cJSON *object, char *why);
/* The reply_markup of a message in this chat; inline_only for edits. */
bool tg_check_markup(const cJSON *markup, bool inline_only, const struct tg_chat *chat, char *why);
bool tg_is_integer(const cJSON *item);

/* telegram_spec.c: ROSTERD_SPECS names a folder with telegram-methods-compact.json, {"METHOD":
 * {"fields": {"FIELD": [[types], required]}}}. */
/* False: the file is there and cannot be read, or disagrees with our own table; why is on standard
 * error. Without the variable *ret stays NULL. */
bool tg_spec_load(cJSON **ret);
/* Does a call fit it? Always, when spec is NULL. why is TG_WHY bytes. */
bool tg_spec_check(const cJSON *spec, const char *method, const cJSON *params, char *why);

/* telegram_text.c */
bool tg_utf8_valid(const char *s);
/* White space; the end of a text counts as such, so that every loop over a tag ends there. */
bool tg_blank(char ch);
/* Frees with tg_text_clear; on false why says why, in Telegram's words. */
bool tg_text_parse(const char *text, const char *parse_mode, const cJSON *entities,
                   struct tg_text *ret, char *why);
void tg_text_clear(struct tg_text *text);
/* telegram_html.c: the same for HTML alone, not trimmed. */
bool tg_html_parse(const char *text, struct tg_text *ret, char *why);

/* telegram_limits.c: both answer 429 and return false when the call has to wait. */
bool tg_not_flooded(struct tg_call *c); /* faults, and calls inside an announced wait */
bool tg_admit(struct tg_call *c);       /* the published limits; spends one message of c->chat */

/* telegram_updates.c */
enum tg_pushed { TG_PUSHED, TG_FILTERED, TG_FULL };
/* Takes the update. Raw: never filtered, and its own update_id stays. *ret_id is 0 if filtered. */
enum tg_pushed tg_push(struct sandbox *sb, cJSON *update, bool raw, int64_t *ret_id);
void tg_drop_updates(struct telegram *t);
uint32_t tg_default_kinds(void);
/* Remembers a pressed button so that it can be answered. */
struct tg_callback *tg_callback_add(struct telegram *t, int64_t user, int64_t chat, int64_t message,
                                    const char *data);
struct tg_callback *tg_callback_find(struct telegram *t, const char *id);
void tg_run_get_updates(struct tg_call *c);
void tg_run_set_webhook(struct tg_call *c);
void tg_run_delete_webhook(struct tg_call *c);
void tg_run_get_webhook_info(struct tg_call *c);

/* telegram_methods.c, telegram_commands.c */
void tg_run_get_me(struct tg_call *c);
void tg_run_send_message(struct tg_call *c);
void tg_run_send_document(struct tg_call *c);
void tg_run_send_photo(struct tg_call *c);
void tg_run_send_chat_action(struct tg_call *c);
void tg_run_edit_text(struct tg_call *c);
void tg_run_edit_media(struct tg_call *c);
void tg_run_edit_markup(struct tg_call *c);
void tg_run_delete_message(struct tg_call *c);
void tg_run_answer_callback(struct tg_call *c);
void tg_run_get_file(struct tg_call *c);
void tg_run_get_chat(struct tg_call *c);
void tg_run_set_commands(struct tg_call *c);
void tg_run_delete_commands(struct tg_call *c);
void tg_run_get_commands(struct tg_call *c);
cJSON *tg_menus_json(const struct telegram *t);

/* telegram_people.c: control calls with a JSON body; in is never NULL. */
void tg_say(struct sandbox *sb, const cJSON *in, struct sb_reply *reply);
void tg_raw(struct sandbox *sb, const cJSON *in, struct sb_reply *reply);
void tg_press(struct sandbox *sb, const cJSON *in, struct sb_reply *reply);
void tg_contact(struct sandbox *sb, const cJSON *in, struct sb_reply *reply);
void tg_document(struct sandbox *sb, const cJSON *in, struct sb_reply *reply);
void tg_block(struct sandbox *sb, const cJSON *in, struct sb_reply *reply);
void tg_unblock(struct sandbox *sb, const cJSON *in, struct sb_reply *reply);
void tg_migrate(struct sandbox *sb, const cJSON *in, struct sb_reply *reply);
void tg_delete(struct sandbox *sb, const cJSON *in, struct sb_reply *reply);
void tg_topic(struct sandbox *sb, const cJSON *in, struct sb_reply *reply);

/* telegram_control.c */
void tg_control_error(struct sb_reply *reply, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int64_t tg_in_int(const cJSON *in, const char *name, int64_t absent);
const char *tg_in_str(const cJSON *in, const char *name); /* NULL when absent */
char *tg_base64(const char *bytes, size_t len);
char *tg_base64_decode(const char *text, size_t *ret_len); /* NULL: not base64 */

#endif

/* telegram_codec.h: between Telegram's JSON and our types. Pure; any thread. No token comes here.
 *
 * Unknown fields and kinds of update are ignored, as the API asks for. */
#ifndef BOT_TELEGRAM_CODEC_H
#define BOT_TELEGRAM_CODEC_H

#include "bot/chat/chat.h"
#include "store/base/buf.h"

#define TG_TEXT_MAX     4096 /* UTF-16 units of a message after its tags and entities are read */
#define TG_CAPTION_MAX  1024 /* the same under a file */
#define TG_FILE_MAX     ((size_t)50 << 20) /* bytes of a file from a bot */
#define TG_DOWNLOAD_MAX ((size_t)20 << 20) /* bytes of a file that a bot can fetch */
#define TG_ANSWER_MAX   200                /* of an answer to a press */
#define TG_POLL_S_MAX   50                 /* longer waits are cut to this by the server */
#define TG_POLL_BYTES   ((size_t)5 << 20)  /* the server cuts a getUpdates answer at about 4 MiB */
#define TG_REPLY_BYTES  ((size_t)256 << 10)

/* ---- bodies. Each is one JSON object; the caller frees it. */

char *tg_body_get_updates(int64_t offset, unsigned timeout_s);
enum tg_style {
    TG_HTML,
    TG_PLAIN /* without markup: the way out when Telegram cannot parse ours */
};
/* thread: false leaves message_thread_id out. item->text is cut nowhere: the sender splits. */
char *tg_body_send(const struct out_item *item, enum tg_style style, bool thread);
char *tg_body_edit(const struct out_item *item, enum tg_style style);
char *tg_body_answer(const struct out_item *item);
/* sendDocument: the item with its content as multipart/form-data, whose boundary occurs nowhere in
 * it. A caption that is too long is cut. */
struct tg_upload {
    char *body; /* owned; the content is in it byte for byte */
    size_t len;
    char content_type[96];
};
struct tg_upload tg_body_file(const struct out_item *item, enum tg_style style, bool thread);
/* The same with item->photo for sendPhoto, or for editMessageMedia when it is an OUT_EDIT. */
struct tg_upload tg_body_photo(const struct out_item *item, enum tg_style style, bool thread);
/* Appends the reply_markup of buttons, or nothing when there are none. */
void tg_markup(struct buf *b, const char *buttons, bool may_ask_contact);
/* setMyCommands, or deleteMyCommands of a list that is taken away. NULL when commands_json is no
 * JSON. */
char *tg_body_commands(const struct chat_menu *menu);
char *tg_body_delete_webhook(void); /* keeps the waiting updates */
char *tg_body_get_file(const char *file_id);

/* ---- answers */

/* The envelope around every answer. */
struct tg_reply {
    bool known; /* false: no envelope: an empty, cut-off or foreign body */
    bool ok;
    int code;              /* error_code */
    unsigned retry_after;  /* s */
    int64_t migrate_to;    /* the chat's new id, or 0 */
    int64_t message_id;    /* of result, when it is a message */
    char description[160]; /* cut; Telegram's words, never a token */
};
struct tg_reply tg_read_reply(const char *body, size_t n);

/* The updates of a getUpdates answer in the order they came, in the arena. *ret_next is the id of
 * the last one + 1, whatever the ids before were: they may jump down; offset when there is none.
 * Updates of kinds we do not know, and what people in a group say to each other, count for
 * *ret_next only. Names come without marks that turn the writing around, texts no longer than any
 * app sends them. Errors: ERR_TEMP when it is no such answer. */
int tg_read_updates(const char *body, size_t n, int64_t offset, struct arena *arena,
                    struct chat_update **ret, size_t *ret_n, int64_t *ret_next, struct err *err);

/* What a call was, for what its failure means. */
enum tg_call { TG_SEND, TG_EDIT, TG_ANSWER, TG_FILE, TG_PHOTO, TG_EDIT_PHOTO };

/* What the sender does next. status: of HTTP, 0 without an answer; sent: the request may have
 * reached the server. *ret_id: the message's id, or the chat's new one with SEND_MIGRATED. Fills
 * err unless SEND_OK: kind AUTH for a wrong token, TEMP otherwise (retry_s: the server said when,
 * or it failed by itself; 0: no connection, or the answer was lost), DATA for what must not be
 * repeated. */
enum send_fate tg_fate(enum tg_call call, const struct tg_reply *reply, int status, bool sent,
                       int64_t *ret_id, struct err *err);

/* What getFile answered: the path of the file, in the arena, and its size (0: not said). Errors:
 * DATA (it is too big, or there is no such file: err->msg says which), AUTH, TEMP. */
int tg_read_file(const char *body, size_t n, int status, struct arena *arena, const char **ret_path,
                 int64_t *ret_size, struct err *err);

/* Failures that another form of the same message may heal. */
bool tg_cannot_parse(const struct tg_reply *reply);
bool tg_thread_missing(const struct tg_reply *reply);

/* Why a getUpdates failed; -1 always. TEMP, or AUTH when the token is not accepted. */
int tg_poll_failed(const struct tg_reply *reply, int status, struct err *err);
/* 409 because a webhook is set, not because another poller runs. */
bool tg_webhook_active(const struct tg_reply *reply);

#endif

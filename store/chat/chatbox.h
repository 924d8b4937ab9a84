/* chatbox.h: what people wrote to the bot and what the bot has to say, kept until it is said.
 *
 * Incoming updates are stored before they are confirmed to the transport and claimed once; outgoing
 * messages are stored in the transaction of the effect they tell of. Called from the chat thread
 * (chatbox_receive), from workers (claim, say), from the sender (next, sent, …), each with its own
 * db. */
#ifndef STORE_CHATBOX_H
#define STORE_CHATBOX_H

#include "store/db.h"

/* One thing a person did, as the transport decoded it. */
enum update_kind {
    UPDATE_MESSAGE, /* text (or a contact: then text is "") */
    UPDATE_PRESS,   /* a button: data, callback_id, message_id of the message it is under */
    UPDATE_GONE,    /* the person blocked the bot or left */
    UPDATE_BACK,    /* the person unblocked it */
    UPDATE_OTHER,   /* a sticker and such: answered politely in private */
    UPDATE_FILE,    /* a document: file, and its caption as text */
    UPDATE_MOVED,   /* a group became a supergroup: chat_id is now moved_to */
};

/* A file that a person sent: it lies with the transport (chat_ops.download) until it is asked for.
 */
struct chat_file {
    const char *id;          /* the transport's; NULL: no file */
    const char *name, *mime; /* as the person's app says; either may be NULL */
    int64_t size;            /* bytes; 0: not known */
};

struct chat_update {
    int64_t update_id;
    enum update_kind kind;
    int64_t chat_id, thread_id /* 0: none */, user_id, message_id;
    bool is_private;
    const char *text, *data, *callback_id;
    const char *user_name, *username, *language; /* any may be NULL */
    const char *contact; /* the phone number, when the person shared their own contact; else NULL */
    bool contact_of_another; /* they sent somebody else's, or passed one on: it proves nothing */
    int64_t reply_to;        /* the bot's message that this one answers; 0: none */
    bool forwarded;          /* somebody else's words: never a command */
    struct chat_file file;
    int64_t moved_to;
};

/* Writes and reads the JSON form that chat_in.payload keeps. */
char *chat_update_to_json(const struct chat_update *u); /* the caller frees */
int chat_update_from_json(const char *json, struct arena *arena, struct chat_update *ret,
                          struct err *err);

/* One transaction: stores the updates that are new and moves the offset to next_offset. An update
 * with a known id and the same payload is dropped. A person who writes, presses or unblocks is no
 * longer dead, one who blocks the bot is; a group that moved is moved (chatbox_migrate). Writes
 * nothing when there is nothing new. */
int chatbox_receive(struct db *db, const char *via, const struct chat_update *updates, size_t n,
                    int64_t next_offset, struct err *err);
int chatbox_offset(struct db *db, const char *via, int64_t *ret, struct err *err); /* 0: none yet */

/* The oldest update nobody has dealt with: *ret_id 0 when there is none. Does not change it: the
 * worker marks it done in the transaction of its effect, so a crash in between repeats nothing. Two
 * workers may be given the same one: claim within the transaction of the effect, or from one
 * thread. An update that cannot be read is dropped and the next one is looked at. */
int chatbox_claim(struct db *db, struct arena *arena, int64_t *ret_id, const char **ret_via,
                  struct chat_update *ret, struct err *err);
/* One by its number, dealt with or not; *ret_found false: it is forgotten, was never there, or came
 * another way. */
int chatbox_get(struct db *db, const char *via, int64_t id, struct arena *arena,
                struct chat_update *ret, bool *ret_found, struct err *err);
/* Within the caller's transaction. */
int chatbox_done(struct db *db, int64_t id, struct err *err);
/* How many updates of a transport nobody has dealt with. */
int chatbox_unread(struct db *db, const char *via, int64_t *ret, struct err *err);

#define CHATBOX_DRAWING_MAX (64u << 10) /* bytes of what is to be drawn */

/* A picture above the text of a message. It is kept as what is to be drawn, not as an image, and
 * drawn when it is sent: no transaction waits for it. */
struct outgoing_picture {
    const char *drawing; /* JSON, as bot/chart/chart.h writes it */
    const char *figures; /* HTML: said after the text where no picture can be drawn or shown */
    const char *name;    /* of the image, should it become a file: "teams-2026.png" */
};

/* Something to say. text is the transport-neutral HTML of bot/text/text.h (b, i, code, a;
 * everything else escaped); buttons is JSON [[{"text":…,"data":…}|{"text":…,"url":…}]] or NULL, as
 * bot/chat/html.h builds it. */
struct outgoing {
    const char *via;
    int64_t chat_id, thread_id;
    const char *text;
    const char *buttons;
    const char *slot;  /* NULL: a message of its own; else the message that is edited from now on */
    bool intermediate; /* of a slot: may be skipped when a later state is there */
    bool silent;
    const struct outgoing_picture *picture; /* or NULL */
};
/* Queues it; within the caller's transaction when one is open. With a slot that exists already, its
 * text is replaced and will be edited in place; an equal text writes nothing. To a person who
 * blocked the bot nothing is queued. Errors: ERR_DATA when buttons or a drawing is no JSON. */
int chatbox_say(struct db *db, const struct outgoing *out, struct err *err);

#define CHATBOX_FILE_MAX    (8u << 20)  /* bytes of a file's content */
#define CHATBOX_PATH_MAX    (50u << 20) /* bytes of a file on the disk: what a bot may send */
#define CHATBOX_CAPTION_MAX (16u << 10) /* bytes of a caption with its tags */

/* A file for a person: text of the bot's own making (CSV), or a file on the disk. */
struct outgoing_file {
    const char *via;
    int64_t chat_id, thread_id;
    const char *name;    /* "plan-318.csv"; at most 160 bytes */
    const char *content; /* valid UTF-8; NULL: path */
    const char *path;    /* read when it is sent, and stays; whole, on this machine */
    const char *mime;    /* NULL: text/csv */
    const char *caption; /* HTML as outgoing.text, shown at most 1024 UTF-16 units; or NULL */
};
/* Queues it among the chat's messages, like chatbox_say. Errors: ERR_DATA when it is empty, too
 * long, not there or no UTF-8; err->msg says so in words for a person. */
int chatbox_send_file(struct db *db, const struct outgoing_file *f, struct err *err);

/* Queues the answer to a press: text may be "" (only stops the spinner). Dropped after 20 s. */
int chatbox_answer(struct db *db, const char *via, int64_t chat_id, const char *callback_id,
                   const char *text, struct err *err);

/* What the sender does next for a transport. */
enum out_action { OUT_SEND, OUT_EDIT, OUT_ANSWER, OUT_FILE };
struct out_item {
    int64_t id;
    enum out_action action;
    int64_t chat_id, thread_id, message_id /* OUT_EDIT */, version, created_at;
    int attempts;
    int unsure; /* how often the answer to this version was lost */
    int part;   /* parts of a long text that have arrived; the rest is OUT_SEND */
    bool intermediate, silent;
    const char *text, *buttons, *callback_id;
    const char *slot; /* NULL: a message of its own */
    /* OUT_FILE; its text is the caption, "" when it has none. content is NULL until chatbox_content
     * was asked: choosing what goes next must not read a file for every chat that waits. */
    const char *file_name, *content;
    size_t content_len;                /* 0: content is a text and ends with it */
    const char *file_path, *file_mime; /* NULL: it is kept here; text/csv */
    /* OUT_SEND and OUT_EDIT of a message with a picture: what to draw and what to say without it,
     * else NULL. photo is the image (PNG) once the sender has drawn it; its name is file_name. */
    const char *drawing, *figures, *photo;
    size_t photo_len;
};
/* An answer to a press is worth nothing after this. */
#define CHATBOX_ANSWER_MS 20000

/* The next item that may go now: answers to presses first (no chat is held for them), then messages
 * and final edits per chat in order, then intermediate edits; skipping the chats in `held` and
 * items whose not_before lies ahead. A message that waits holds back the later ones of its chat, an
 * edit does not. ret->id 0: nothing; *ret_wait_ms then says when to look again (-1: when woken). */
int chatbox_next(struct db *db, const char *via, int64_t now_ms, const int64_t *held, size_t n_held,
                 struct arena *arena, struct out_item *ret, int64_t *ret_wait_ms, struct err *err);
/* What an OUT_FILE holds; the caller frees it. Errors: ERR_DATA when the store has it no more. */
int chatbox_content(struct db *db, const struct out_item *item, char **ret, struct err *err);
/* The same for one with a file_path: its bytes. Errors: ERR_DATA when it is gone or too long. */
int chatbox_read_path(const struct out_item *item, char **ret, size_t *ret_len, struct err *err);
/* It arrived: keeps message_id for edits (0: as it was). A newer version in the meantime stays
 * queued, and is not tried before edit_not_before_ms (UTC; 0: at once). The content of a file is
 * forgotten. */
int chatbox_sent(struct db *db, const struct out_item *item, int64_t message_id,
                 int64_t edit_not_before_ms, struct err *err);
/* The first `part` parts of a long text arrived: the item stays queued with part set. */
int chatbox_part(struct db *db, const struct out_item *item, int part, int64_t message_id,
                 struct err *err);
/* Again after not_before_ms (UTC); counts an attempt when counted is true. */
int chatbox_later(struct db *db, const struct out_item *item, int64_t not_before_ms, bool counted,
                  const char *why, struct err *err);
/* The same after a lost answer: counts in `unsure` too. */
int chatbox_unsure(struct db *db, const struct out_item *item, int64_t not_before_ms,
                   const char *why, struct err *err);
/* The clock was set back by so much: what waits for a time waits no longer than it was to. */
int chatbox_clock_back(struct db *db, const char *via, int64_t by_ms, struct err *err);
/* It will never arrive. A newer version in the meantime stays queued. */
int chatbox_failed(struct db *db, const struct out_item *item, const char *why, struct err *err);
/* Nothing will arrive in this chat: the person is marked dead and all that is queued there fails.
 */
int chatbox_dead(struct db *db, const char *via, int64_t chat_id, const char *why, struct err *err);
/* The message to be edited is gone: the slot's text is sent as a new message; counts an attempt. */
int chatbox_resend(struct db *db, const struct out_item *item, struct err *err);

/* Everything queued for one chat (the console reads its own this way), and how much waits in all.
 */
int chatbox_waiting(struct db *db, const char *via, int64_t *ret, struct err *err);

/* The chat has another id now (a group became a supergroup): what is queued goes there, slots that
 * were sent start as new messages (the old ids mean nothing there), whatever the store keeps for
 * the chat is kept for its new id. Told twice, it does nothing more. */
int chatbox_migrate(struct db *db, const char *via, int64_t from, int64_t to, struct err *err);
/* The id that a chat has now: a configuration may know it by an older one. */
int chatbox_now_id(struct db *db, const char *via, int64_t chat_id, int64_t *ret, struct err *err);

/* Forgets updates dealt with more than 48 h ago and messages sent more than 7 days ago, a few
 * hundred at a time; writes nothing when there are none. */
int chatbox_prune(struct db *db, int64_t now_ms, struct err *err);

#endif

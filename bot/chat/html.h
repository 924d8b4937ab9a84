/* html.h: texts for a chat as HTML that is escaped by construction, and buttons under them.
 *
 * The HTML is the small set every transport understands: b, i, u, s, code, pre, a, blockquote. What
 * is written by us is added with msg_html, everything that comes from outside with msg_text. Pure;
 * a struct msg or struct buttons belongs to one thread. */
#ifndef BOT_HTML_H
#define BOT_HTML_H

#include "store/base/arena.h"
#include "store/base/buf.h"

struct msg {
    struct buf html; /* owned */
};

#define MSG_MAX ((size_t)64 << 10) /* bytes of one message: what does not fit is cut off */
#define MSG_INIT                                                                                   \
    {                                                                                              \
        .html = {.max = MSG_MAX }                                                                  \
    }
#define AUTO_MSG CLEANUP(msg_free) struct msg

void msg_html(struct msg *m, const char *html); /* trusted: written by us, or by another msg */
void msg_text(struct msg *m, const char *text); /* from outside: escaped. NULL adds nothing */
void msg_textf(struct msg *m, const char *fmt, ...) PRINTF_LIKE(2, 3); /* the whole is escaped */

/* The text so far, always well formed even when it was cut at MSG_MAX. Owned by m, valid until the
 * next change. */
const char *msg_str(struct msg *m);
void msg_clear(struct msg *m);
void msg_free(struct msg *m); /* takes NULL and half-built ones */

/* Appends the text a person would read: without tags, entities decoded, a link's address in
 * brackets behind its words when they differ. Takes any text; what is no tag stays. */
void html_to_plain(const char *html, struct buf *out);

/* Length of that text as Telegram counts it: UTF-16 units without tags, an entity is one character.
 */
size_t html_length(const char *html);

/* Cuts html into parts of at most utf16_max units (0: one part), each valid by itself: never inside
 * a surrogate pair, an entity or a tag; tags open at a cut are closed there and opened again in the
 * next part. Prefers line breaks, then spaces. Blank parts are left out: *ret_n is 0 for a blank
 * text. *ret_parts lives in the arena. */
void html_split(const char *html, size_t utf16_max, struct arena *arena, const char ***ret_parts,
                size_t *ret_n);

/* True when every tag is known, closed and nested, and every < > & is a tag or an entity: what
 * every template has to be. */
bool html_valid(const char *html);

/* ---- buttons: rows of choices, as the JSON of store/chat/chatbox.h: [[{"text":…,"data":…}, …], …]
 */

#define BUTTON_DATA_MAX 64 /* bytes, Telegram's limit */

struct buttons {
    struct buf json;    /* owned */
    bool row_open, bad; /* bad: something was left out because it broke a limit */
    unsigned rows, in_row;
};

#define BUTTONS_INIT                                                                               \
    {                                                                                              \
        .json = {.max = (size_t)32 << 10 }                                                         \
    }
#define AUTO_BUTTONS CLEANUP(buttons_free) struct buttons

/* text is plain. The next button starts a new row after buttons_row. A button whose data is empty
 * or longer than 64 bytes, and what goes past 8 in a row or 40 rows, is left out and sets `bad`. */
void buttons_row(struct buttons *b);
void buttons_add(struct buttons *b, const char *text, const char *data);
void buttons_addf(struct buttons *b, const char *text, const char *fmt, ...) PRINTF_LIKE(3, 4);
void buttons_url(struct buttons *b, const char *text, const char *url);
void buttons_copy(struct buttons *b, const char *text, const char *what); /* 1 to 256 characters */
/* Asks the person to share their own contact; such a message can have no other kind of button. */
void buttons_contact(struct buttons *b, const char *text);

/* The JSON, or NULL when there are none. Owned by b; nothing can be added afterwards. */
const char *buttons_json(struct buttons *b);
/* Other JSON of the same form in place of finished ones. */
void buttons_replace(struct buttons *b, const char *json);
void buttons_free(struct buttons *b); /* takes NULL */

#endif

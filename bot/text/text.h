/* text.h: everything the bot says, in Russian and English, from the one table text_table.h.
 *
 * A template is our own HTML with named arguments: {name} is the argument;
 * {n:запись|записи|записей} is the word that goes with the number n (Russian: 1, 2–4, 5 and more;
 * English: 1, others). Arguments are escaped. An argument that is missing shows as {name}, which a
 * unit test of the table and the eye of a reader both catch. Pure; any thread. */
#ifndef BOT_TEXT_H
#define BOT_TEXT_H

#include "bot/chat/html.h"

enum lang { LANG_RU, LANG_EN, LANG_COUNT };

enum text_id {
#define TEXT(id, ru, en) TEXT_##id,
#include "bot/text/text_table.h"
#undef TEXT
    TEXT_COUNT
};

/* One named argument. */
struct targ {
    const char *name;
    enum { TARG_TEXT, TARG_INT, TARG_ID, TARG_HTML } kind;
    const char *text;
    int64_t n;
};
#define T_TEXT(key, s)                                                                             \
    ((struct targ){.name = (key), .kind = TARG_TEXT, .text = (s)}) /* escaped                      \
                                                                    */
#define T_INT(key, v)                                                                              \
    ((struct targ){.name = (key), .kind = TARG_INT, .n = (v)}) /* 1 204 or 1,204 */
#define T_ID(key, v)                                                                               \
    ((struct targ){.name = (key), .kind = TARG_ID, .n = (v)}) /* years, ids: 2026 */
#define T_HTML(key, s)                                                                             \
    ((struct targ){.name = (key), .kind = TARG_HTML, .text = (s)}) /* msg_str(…) */

/* Appends the text to m. TEXT_ADD(m, lang, TEXT_HELLO, T_TEXT("name", name)) */
void text_add(struct msg *m, enum lang lang, enum text_id id, const struct targ *args, size_t n);
#define TEXT_ADD(m, lang, id, ...)                                                                 \
    text_add((m), (lang), (id), (const struct targ[]){__VA_ARGS__},                                \
             sizeof((const struct targ[]){__VA_ARGS__}) / sizeof(struct targ))

/* The text without HTML (for buttons, answers to presses, the menu), appended to out. Returns
 * buf_str(out). */
const char *text_plain(struct buf *out, enum lang lang, enum text_id id, const struct targ *args,
                       size_t n);
#define TEXT_PLAIN(out, lang, id, ...)                                                             \
    text_plain((out), (lang), (id), (const struct targ[]){__VA_ARGS__},                            \
               sizeof((const struct targ[]){__VA_ARGS__}) / sizeof(struct targ))

/* A button with a text of the table. TEXT_BUTTON(b, lang, TEXT_STOP, "stop:7") */
void text_button(struct buttons *b, enum lang lang, enum text_id id, const char *data,
                 const struct targ *args, size_t n);
#define TEXT_BUTTON(b, lang, id, data, ...)                                                        \
    text_button((b), (lang), (id), (data), (const struct targ[]){__VA_ARGS__},                     \
                sizeof((const struct targ[]){__VA_ARGS__}) / sizeof(struct targ))

/* The template as it stands in the table, and its name ("HELLO"), for tests and for finding it. */
const char *text_template(enum lang lang, enum text_id id);
const char *text_name(enum text_id id);

/* From an IETF tag such as "ru-RU" or "en"; fallback for others and NULL. */
enum lang lang_of(const char *tag, enum lang fallback);
const char *lang_code(enum lang lang); /* "ru", "en" */

/* Short pieces, written into out (TEXT_SHORT bytes), which is returned. */
#define TEXT_SHORT 64
/* "1 204", "1,204"; a negative number has a real minus sign. */
const char *text_number(char out[TEXT_SHORT], enum lang lang, int64_t n);
/* How long something took or will take: «14 с», «1 мин 5 с», «6 д 4 ч». */
const char *text_duration(char out[TEXT_SHORT], enum lang lang, int64_t ms);
/* How long ago: «только что», «40 секунд назад», «2 минуты назад». */
const char *text_ago(char out[TEXT_SHORT], enum lang lang, int64_t ms);
/* A moment (UTC ms) in the zone of the process (TZ): «14:02», on another day than now_ms
 * «1 июля, 14:02», in another year «1 июля 2025, 14:02». */
const char *text_clock(char out[TEXT_SHORT], enum lang lang, int64_t at_ms, int64_t now_ms);

#endif

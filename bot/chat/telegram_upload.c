/* Bodies with a file or a picture in them: multipart/form-data. */
#include "bot/chat/html.h"
#include "bot/chat/telegram_codec.h"
#include "bot/csv.h"
#include "store/base/json.h"
#include "store/base/secret.h"
#include "store/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BODY_MAX   ((size_t)256 << 10)
#define PHOTO_PART "picture" /* what attach:// names */

/* The caption as Telegram shall read it, in the arena; "" for none. */
static const char *caption_of(const struct out_item *item, enum tg_style style, struct arena *arena)
{
    const char **parts;
    size_t n;
    html_split(item->text ? item->text : "", TG_CAPTION_MAX, arena, &parts, &n);
    if (!n || style == TG_HTML)
        return n ? parts[0] : "";
    AUTO_BUF plain = BUF_INIT(BODY_MAX);
    html_to_plain(parts[0], &plain);
    return arena_strndup(arena, buf_str(&plain), utf8_cut_utf16(buf_str(&plain), TG_CAPTION_MAX));
}

/* A multipart body under way: the fields before its file. */
struct form {
    struct buf b;
    char boundary[33];
};

/* The boundary is a digest of what must not hold it: nobody writes a content with its own. A
 * picture is known by its beginning alone, so the whole is looked through. */
static struct form form_new(const char *content, size_t len, const char *words)
{
    struct form f = {.b = BUF_INIT(TG_FILE_MAX + 2 * BODY_MAX)};
    hash_hex(content, f.boundary);
    while (memmem(content, len, f.boundary, 32) || strstr(words, f.boundary))
        hash_hex(f.boundary, f.boundary);
    return f;
}

static void form_add(struct form *f, const char *name, const char *value)
{
    buf_addf(&f->b, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n", f->boundary,
             name);
    buf_add(&f->b, value);
    buf_add(&f->b, "\r\n");
}

static void form_file(struct form *f, const char *name, const char *file_name, const char *type,
                      const char *content, size_t len)
{
    AUTO_BUF safe = BUF_INIT((size_t)1024);
    csv_file_name(file_name, &safe);
    buf_addf(&f->b,
             "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n"
             "Content-Type: %s\r\n\r\n",
             f->boundary, name, buf_str(&safe), type);
    buf_addn(&f->b, content, len);
    buf_add(&f->b, "\r\n");
}

static struct tg_upload form_take(struct form *f)
{
    struct tg_upload up = {0};
    buf_addf(&f->b, "--%s--\r\n", f->boundary);
    up.len = f->b.len;
    up.body = buf_take(&f->b);
    snprintf(up.content_type, sizeof up.content_type, "multipart/form-data; boundary=%s",
             f->boundary);
    return up;
}

static void add_place(struct form *f, const struct out_item *item, bool thread)
{
    form_add(f, "chat_id", STR_I64(item->chat_id));
    if (thread && item->thread_id)
        form_add(f, "message_thread_id", STR_I64(item->thread_id));
}

static void add_caption(struct form *f, const char *caption, enum tg_style style)
{
    if (!*caption)
        return;
    form_add(f, "caption", caption);
    if (style == TG_HTML)
        form_add(f, "parse_mode", "HTML");
}

struct tg_upload tg_body_file(const struct out_item *item, enum tg_style style, bool thread)
{
    AUTO_ARENA *arena = arena_new(BODY_MAX * 8);
    const char *caption = caption_of(item, style, arena);
    size_t len = item->content_len ? item->content_len : strlen(item->content);
    struct form f = form_new(item->content, len, caption);
    add_place(&f, item, thread);
    add_caption(&f, caption, style);
    if (item->silent)
        form_add(&f, "disable_notification", "true");
    form_file(&f, "document", item->file_name, item->file_mime ? item->file_mime : "text/csv",
              item->content, len);
    return form_take(&f);
}

/* InputMediaPhoto, with the caption inside: editMessageMedia has it nowhere else. */
static const char *media_json(const char *caption, enum tg_style style, struct arena *arena)
{
    AUTO_BUF b = BUF_INIT(BODY_MAX);
    buf_add(&b, "{\"type\":\"photo\",\"media\":\"attach://" PHOTO_PART "\"");
    if (*caption) {
        buf_add(&b, ",\"caption\":");
        json_quote(&b, caption);
    }
    if (*caption && style == TG_HTML)
        buf_add(&b, ",\"parse_mode\":\"HTML\"");
    buf_addc(&b, '}');
    return arena_strdup(arena, buf_str(&b));
}

struct tg_upload tg_body_photo(const struct out_item *item, enum tg_style style, bool thread)
{
    AUTO_ARENA *arena = arena_new(BODY_MAX * 8);
    AUTO_BUF markup = BUF_INIT(BODY_MAX);
    bool edit = item->action == OUT_EDIT;
    const char *caption = caption_of(item, style, arena),
               *media = media_json(caption, style, arena);
    tg_markup(&markup, item->buttons, !edit && item->chat_id > 0);
    struct form f = form_new(item->photo, item->photo_len,
                             arena_printf(arena, "%s%s", media, buf_str(&markup)));
    add_place(&f, item, thread && !edit);
    if (edit) {
        form_add(&f, "message_id", STR_I64(item->message_id));
        form_add(&f, "media", media);
    } else {
        add_caption(&f, caption, style);
        if (item->silent)
            form_add(&f, "disable_notification", "true");
    }
    if (markup.len)
        form_add(&f, "reply_markup", buf_str(&markup));
    form_file(&f, edit ? PHOTO_PART : "photo", item->file_name, "image/png", item->photo,
              item->photo_len);
    return form_take(&f);
}

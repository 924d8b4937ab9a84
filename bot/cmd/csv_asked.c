#include "bot/cmd/csv_asked.h"

int csv_asked_send(struct ask *a, const char *kind, int64_t n, const struct buf *csv,
                   struct msg *caption, enum deep_link what, struct err *err)
{
    const char *link, *number = arena_printf(a->arena, "%lld", (long long)n);
    if (deep_link_to(a->db, a->via, what, number, a->arena, &link, err))
        return -1;
    msg_html(caption, "\n");
    TEXT_ADD(caption, a->lang, TEXT_LINK_OPEN, T_TEXT("url", link));
    struct outgoing_file file = {
        .via = a->via,
        .chat_id = a->u->chat_id,
        .thread_id = a->u->thread_id,
        .name = arena_printf(a->arena, "%s-%s.csv", kind, number),
        .content = buf_str(csv),
        .caption = msg_str(caption),
    };
    return chatbox_send_file(a->db, &file, err);
}

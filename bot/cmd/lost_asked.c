#include "bot/cmd/lost_asked.h"
#include "bot/command.h"

#include "store/journal.h"
#include "store/names.h"
#include "sync/push/settle.h"

int lost_asked(struct ask *a, bool there, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    AUTO_BUF title = BUF_INIT(512);
    struct intent *in = NULL;
    struct step step;
    int64_t id = 0;
    bool done = false, may = true;
    if (base_parse_i64(a->args, 1, INT64_MAX, &id) && journal_get(a->db, id, a->arena, &in, err))
        return -1;
    if (in && ask_may_record(a, in->entity, in->local_id, &may, err))
        return -1;
    if (!may)
        return ask_refuse_record(a, err);
    if (in && settle_insert(a->db, id, there, a->now, &done, err))
        return -1;
    if (done)
        TEXT_ADD(&m, a->lang, there ? TEXT_LOST_THERE : TEXT_LOST_AGAIN,
                 T_TEXT("name", record_name_of(a->db, in->entity, in->local_id, a->arena)));
    else
        TEXT_ADD(&m, a->lang, id ? TEXT_LOST_OVER : TEXT_LOST_WHICH);
    if (done && command_open(a, "sync") && config_step(a->bot->cfg, in->flow, &step))
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_SYNC_FLOW,
                    arena_printf(a->arena, "sync %s", step_name(&step)),
                    T_TEXT("name", bot_step_title(&title, a->bot->cfg, in->flow, a->lang)));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_SHOW_INVALID, "invalid");
    return ask_reply(a, &m, &b, NULL, err);
}

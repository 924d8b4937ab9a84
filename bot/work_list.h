/* work_list.h: what /invalid and /conflicts have in common: which lines of the list are wanted, and
 * who has a line. Within a command's call, but for what takes no ask; what is returned lives in the
 * arena or for ever. */
#ifndef BOT_WORK_LIST_H
#define BOT_WORK_LIST_H

#include "bot/ask.h"
#include "store/chat/tasks.h"

/* What of a list somebody wants to see. */
struct work_view {
    enum task_kind kind;
    struct task_filter filter;
    int64_t at;        /* from this line on */
    bool choosing;     /* they want to choose what to see */
    const char *words; /* what a button says to see the same: "all", "mine f12ab34" */
};

/* Reads what follows the command: a flow's name, "mine", "free", a number, "filter", and what
 * buttons say. A word that is none of these is passed over. */
int work_read(struct ask *a, enum task_kind kind, struct work_view *ret, struct err *err);

/* «Отбор: мои, Участие», with a line break, when not everything is shown. */
void work_say_filter(struct ask *a, const struct work_view *v, struct msg *m);
/* All, mine, nobody's, and the way to the other filters; the one that is on has no button. */
int work_filter_buttons(struct ask *a, const struct work_view *v, struct buttons *b,
                        struct err *err);
/* Lets them choose: by flow, by reason, by who has it. */
int work_choose(struct ask *a, const struct work_view *v, const char *slot, struct err *err);

/* ---- the way back: a button of a line carries which part of the list it stood in */

/* "task REF ~f12ab34+5 @slot" for a line of the list as it is seen now. */
const char *work_line_data(struct ask *a, const struct work_view *v, const char *ref);
/* "task REF WHAT FROM @slot", for the buttons below such a line: what and from may be "". What does
 * not fit behind a button loses the way back. */
const char *work_task_data(struct ask *a, const char *ref, const char *what, const char *from);
/* What shows that part of the list again: "invalid f12ab34 5". from: the
 * word that begins with ~, or "". */
const char *work_back(struct ask *a, enum task_kind kind, const char *from);

/* ---- roles that are limited to a team see and handle the lines of their teams only */

/* Is the line theirs? False too for one that is gone. */
int work_may(const struct bot *bot, struct db *db, const struct rights *r,
             const struct task_item *t, struct arena *arena, bool *ret, struct err *err);
/* What struct task_filter takes as `only` for this person; NULL: everything is theirs. */
int work_only(struct ask *a, enum task_kind kind, const char **ret, struct err *err);
/* How many lines this person may see: of quarantine those that wait for others beside. */
int work_count(struct ask *a, enum task_kind kind, int64_t *ret_waiting, int64_t *ret,
               struct err *err);

/* The command that shows the list: "invalid", "conflicts". */
const char *work_command(enum task_kind kind);
/* The slot of the message that shows it, or one of its lines (ask_slot). */
const char *work_slot(struct ask *a, enum task_kind kind);

/* Who has it and when this person is reminded, each on a line of its own below an item; nothing
 * where there is nothing to say. */
int work_add_lines(struct ask *a, const struct task_item *t, struct msg *m, struct err *err);

/* The line in a few words: «Участие, строка i-7Kx: нет такой роли». Plain. For a line that is gone:
 * NULL. */
int work_what(struct db *db, const struct bot *bot, enum lang lang, const struct task_item *t,
              struct arena *arena, const char **ret, struct err *err);

/* Tells those who wanted to be reminded by now, in a transaction of its own; nothing is written
 * when nobody is. *ret_wait_ms: how long until the next one (-1: there is none). From the chat
 * lane. */
int work_remind(const struct bot *bot, struct db *db, int64_t now, int64_t *ret_wait_ms,
                struct err *err);

#endif

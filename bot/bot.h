/* bot.h: what all parts of the running bot share. Made once by the daemon, const afterwards but for
 * the parts that guard themselves (pool). Any thread. */
#ifndef BOT_BOT_H
#define BOT_BOT_H

#include "bot/text/text.h"
#include "store/runs.h"
#include "sync/config/config.h"
#include "sync/remotes.h"

struct clocks;

struct bot {
    const struct config *cfg;
    struct limiters *limiters;
    struct clocks *clocks; /* what servers say of the time, or NULL */
    int64_t started_ms;    /* UTC, of this process */
    struct log_ring *log;  /* the last lines of the log, or NULL */
    const _Atomic bool *stop;
    /* Something new lies in the store: work for the pool, words for the sender. */
    void (*wake_workers)(void *ctx);
    void (*wake_sender)(void *ctx);
    /* Says words in a chat that cannot go through the store (bot/chat/shout.h); NULL: nobody can.
     */
    void (*shout)(void *ctx, int64_t chat_id, int64_t thread_id, const char *text);
    void *ctx;
};

/* The configured language, for those whose own is unknown. */
enum lang bot_default_lang(const struct bot *bot);

/* A cycle as people call it: its title, else its name. */
const char *bot_cycle_title(const struct config *cfg, const char *name);

/* What people call an entity: «Участие»; its name when it has no title. */
const char *bot_entity_title(const struct entity *e, enum lang lang);
/* What people call a flow, also by the name of one of its steps: «Участие» where its entity has no
 * other flow or it is called like its entity, else its name. */
const char *bot_flow_title(const struct config *cfg, const char *flow, enum lang lang);
/* Is another flow called the same? Then its title alone does not say which it is. */
bool bot_title_is_shared(const struct config *cfg, const struct flow *f, enum lang lang);
/* What people call a step: «Участие → Кода» for what is sent, «Участие (Кода)» for what is read
 * where the flow does both or another one has its title, else the flow's title. Appended to out;
 * returns buf_str(out). */
const char *bot_step_title(struct buf *out, const struct config *cfg, const char *step,
                           enum lang lang);
/* The step of that name sends; a name that the configuration has no more is judged by its look. */
bool bot_is_push(const struct config *cfg, const char *step);
/* What people call a remote: «Кода». */
const char *bot_remote_title(const struct remote_config *remote, enum lang lang);

/* A sentence of quarantine as people say it; the sentence itself when it is not in the table. */
const char *bot_reason(const char *sentence, enum lang lang);
/* The same where reasons of several entities stand side by side: one that several of them share
 * says whose it is: «пустое имя на бейдже». */
const char *bot_reason_of(const char *sentence, const char *entity, enum lang lang);

/* Who started something, as people say it: the name when it is known, a word for the schedule, the
 * shell and the terminal, else the actor itself ("telegram:1001"). */
const char *bot_actor(const char *actor, const char *name, enum lang lang);

/* A sentence of the engine in the person's language, in out: those of the table (ERROR_…) are
 * translated, a refused token is said in words, the rest is told as it is. Returns buf_str(out). */
const char *bot_error(struct buf *out, const char *english, enum lang lang);
/* What a remote answered where it refused the token or the access: "401 Unauthorized", without what
 * was asked of it; a part of the sentence, or NULL where it says no such thing. */
const char *bot_refusal(const char *english);
/* Did a brake say so because a table would get its first marks? */
bool bot_is_first_marks(const char *english);

/* "78 человек"; adds nothing, and returns false, for an entity that nobody counts so. */
bool bot_number(struct msg *m, enum lang lang, const struct entity *e, int64_t n);

/* "12 новых, 3 изменены", or «менять нечего». */
void bot_counts(struct msg *m, enum lang lang, const struct counts *c);
/* The same of a push: "добавлено 5, изменено 2"; planned: "+5, изменить 2"; or «отправлять нечего».
 */
void bot_sent_counts(struct msg *m, enum lang lang, const struct counts *c, bool planned,
                     bool marks);
/* Does the step mark the rows that it deletes? */
bool bot_step_marks(const struct config *cfg, const char *step);

#endif

/* console.h: a terminal as a chat transport: the bot for one person who types, and for scripts.
 *
 * Texts are shown plain, buttons as numbers: "[1] Участие  [2] Люди"; typing a number presses that
 * button of the latest message that has any. On a terminal a message that changes is rewritten in
 * place; into a file or a pipe only the final states of a message are written. Files and
 * pictures are written into the current folder, never over another. Polling happens in
 * the chat thread, showing in the sender thread; the rest may be called from any thread. */
#ifndef BOT_CONSOLE_H
#define BOT_CONSOLE_H

#include "bot/chat/chat.h"

#include <stdio.h>

struct console;

/* in and out stay the caller's and must outlive it. in is read through its descriptor, past FILE's
 * own buffer: nothing may have been read from it before. tty: rewriting in place and a prompt. */
struct console *console_new(FILE *in, FILE *out, bool tty);

/* Who sits there; user 1 in chat 1 without a name when this is not called. Before the threads
 * start. */
void console_person(struct console *c, int64_t user_id, int64_t chat_id, const char *name,
                    const char *language);

/* The transport "console"; its ops->close frees the console. poll gives one line at a time and ends
 * with ERR_CANCELED at the end of the input. */
struct chat *console_chat(struct console *c);

/* Without a terminal, the next line is read only when the last one has been dealt with, so that a
 * script reads like a talk: poll gives a line and takes `ready` back; whoever knows that nothing is
 * waiting any more (no update unread, no job, nothing to send) says console_ready(c, true). The end
 * of the input waits for it too. It begins ready; a terminal is always ready. */
void console_ready(struct console *c, bool ready);
bool console_is_ready(struct console *c);

/* What a typed line means: a press when it is the number of a button on screen, else a message.
 * Texts live in the arena. Returns false for a blank line. */
bool console_line(struct console *c, const char *line, struct arena *arena,
                  struct chat_update *ret);

/* Shows a message, or its new state (OUT_EDIT); *ret_id is its id. SEND_GONE for one that was shown
 * by another session. */
enum send_fate console_show(struct console *c, const struct out_item *item, int64_t *ret_id);

#endif

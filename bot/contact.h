/* contact.h: who somebody is in the store's lists: by the username in their record, or by the phone
 * number of the contact that they share about themselves. Within a command's call. */
#ifndef BOT_CONTACT_H
#define BOT_CONTACT_H

#include "bot/ask.h"

/* Somebody who is bound to nobody yet and has the username of exactly one live person is that
 * person, as far as a participant goes. Says nothing; before a->user is known. */
int contact_by_username(struct ask *a, struct err *err);

/* They shared their own contact (a->u->contact): binds them and greets them by their first name, or
 * says whom to ask. */
int contact_shared(struct ask *a, struct err *err);

/* They sent a contact that is not their own, or one that was passed on: says so, and how to share
 * theirs. */
int contact_of_another(struct ask *a, struct err *err);
/* Says `text` ({id}: theirs) with the button that shares their contact; a group has none. */
int contact_ask(struct ask *a, enum text_id text, struct err *err);

/* Says to somebody we do not know what to do: in private, with the button that shares their
 * contact. */
int contact_invite(struct ask *a, struct err *err);

/* «Ксения, здравствуйте. Нашёл вас в списках» with what they do this year and what they may do: for
 * somebody who is bound and live. */
int contact_hello(struct ask *a, struct msg *m, struct err *err);

#endif

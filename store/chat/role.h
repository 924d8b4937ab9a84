/* role.h: what somebody in a chat may be. Pure; any thread. */
#ifndef STORE_ROLE_H
#define STORE_ROLE_H

#include "store/base/base.h"

/* Each may do what those below may. The store keeps the names. */
enum role { ROLE_ANYONE, ROLE_PARTICIPANT, ROLE_CHECKER, ROLE_ORGANIZER, ROLE_ADMIN };
const char *role_name(enum role role);
bool role_parse(const char *name, enum role *ret);

#endif

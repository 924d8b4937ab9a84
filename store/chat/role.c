#include "store/chat/role.h"

#include <string.h>

static const char *const names[] = {"anyone", "participant", "checker", "organizer", "admin"};

const char *role_name(enum role role)
{
    return names[role];
}

bool role_parse(const char *name, enum role *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!strcmp(names[i], name)) {
            *ret = (enum role)i;
            return true;
        }
    }
    return false;
}

#include "store/base/uuid.h"

#include <ctype.h>
#include <string.h>
#include <uuid/uuid.h>

/* UUIDv5(DNS, "rosterd.festival"), fixed for ever: ids in people's stores depend on it. */
#define NAMESPACE "bfd42f5b-5371-5a64-821c-05c50610c65c"

void uuid_new(char out[UUID_LEN + 1])
{
    uuid_t u;
    uuid_generate_random(u);
    uuid_unparse_lower(u, out);
}

void uuid_from_name(const char *name, char out[UUID_LEN + 1])
{
    uuid_t ns, u;
    uuid_parse(NAMESPACE, ns);
    uuid_generate_sha1(u, ns, name, strlen(name));
    uuid_unparse_lower(u, out);
}

bool uuid_read(const char *s, char out[UUID_LEN + 1])
{
    char hex[32];
    size_t n = 0;
    if (!s)
        return false;
    while (isspace((unsigned char)*s))
        s++;
    const char *start = s;
    for (; *s && !isspace((unsigned char)*s); s++) {
        if (*s == '-') {
            ptrdiff_t at = s - start;
            if (at != 8 && at != 13 && at != 18 && at != 23)
                return false;
            continue;
        }
        if (!isxdigit((unsigned char)*s) || n == 32)
            return false;
        hex[n++] = (char)tolower((unsigned char)*s);
    }
    ptrdiff_t len = s - start;
    while (isspace((unsigned char)*s))
        s++;
    if (n != 32 || *s || (len != 32 && len != 36))
        return false;
    size_t at = 0;
    for (size_t i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            out[at++] = '-';
        out[at++] = hex[i];
    }
    out[at] = '\0';
    return true;
}

void uuid_plain(const char *uuid, char out[33])
{
    size_t n = 0;
    for (; *uuid && n < 32; uuid++) {
        if (*uuid != '-')
            out[n++] = *uuid;
    }
    out[n] = '\0';
}

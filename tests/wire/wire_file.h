/* wire_file.h: one wire test as text: what a connector must ask, what it gets, what comes of it.
 *
 *   # a comment
 *   remote notion                     the kind; once, first
 *   ! list                            a call: list, describe, look, ping, insert, update, archive,
 *                                     find, peek, peek_many
 *   table = 0f2b…                     its arguments: table, column (many), key, cursor, overlap,
 *   bring_back = yes                  row, marker, max; what is updated leaves the trash
 *   whole = yes, job = 7              listing.whole; the job that the call belongs to
 *   row = i-1 {"Имя":"Вася"}          a row to be written (many): id, then its cells
 *   > POST /databases/…?a=b           a request that must come next
 *   > Notion-Version: 2025-09-03      a header that it must carry ("Name: -": must not)
 *   {"page_size":100}                 its body, compared as JSON; none: it must be empty
 *   < 200                             the answer (or "< close": none)
 *   < Date: Tue, 02 Jun 2026 …        its headers
 *   {"object":"list"}                 its body
 *   = row ID {"Имя":"Вася"}           what the caller sees, line by line; "…" at the end of a line
 *   = complete yes                    stands for any rest
 *
 * Everything read lives in the arena. Test code: a malformed file ends the program. */
#ifndef TESTS_WIRE_WIRE_FILE_H
#define TESTS_WIRE_WIRE_FILE_H

#include "store/base/arena.h"

struct wire_lines {
    const char **items;
    size_t n, cap;
};

struct wire_exchange {
    const char *method, *target;
    struct wire_lines headers; /* "Name: value" */
    const char *body;          /* "" when none */
    int status;                /* 0: the connection closes without an answer */
    const char *reply_headers; /* whole lines ending in \r\n */
    const char *reply_body;
    int line; /* in the file */
};

struct wire_call {
    const char *verb;
    struct wire_lines args; /* "name = value" */
    struct wire_exchange *exchanges;
    size_t n_exchanges, cap_exchanges;
    struct wire_lines expected;
    int line;
};

struct wire_file {
    const char *remote;
    struct wire_call *calls;
    size_t n_calls, cap_calls;
};

void wire_read(const char *path, struct arena *arena, struct wire_file *ret);

/* The n-th argument of that name, NULL when there are fewer. */
const char *wire_arg(const struct wire_call *call, const char *name, size_t n);

#endif

/* uuid.h: UUIDs as lower-case text with dashes (RFC 9562). libuuid's only door. Any thread. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include "store/base/base.h"

#define UUID_LEN 36

void uuid_new(char out[UUID_LEN + 1]); /* random, version 4 */

/* Version 5 under rosterd's own namespace: the same name gives the same UUID on every machine, so a
 * rebuilt store gets the ids it had. */
void uuid_from_name(const char *name, char out[UUID_LEN + 1]);

/* Reads a UUID with or without dashes, any case, surrounding white space allowed, and writes it
 * with dashes in lower case. Returns false when s is none; out is then untouched. */
bool uuid_read(const char *s, char out[UUID_LEN + 1]);

/* The 32 hex digits without dashes, as Coda and the feeder's QR codes write them. */
void uuid_plain(const char *uuid, char out[33]);

#endif

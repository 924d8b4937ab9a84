/* secret.h: keys, sealed values and hashes; libsodium's only door. Any thread after secret_init. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "store/base/err.h"

int secret_init(struct err *err); /* once, from main */

/* Turns a configured secret into its value: `env:NAME`, `file:PATH` (first line), `enc:…` (opened
 * with the key in key_file), anything else is taken literally. *ret is owned by the caller; wipe it
 * with secret_free. Errors (ERR_DATA) say which variable or file. */
int secret_resolve(const char *text, const char *key_file, char **ret, struct err *err);
void secret_free(char *secret); /* takes NULL; wipes before freeing */

/* Seals plain with the key in key_file, made with mode 0600 when it does not exist yet, into
 * `enc:BASE64` (crypto_secretbox). *ret is owned by the caller. */
int secret_seal(const char *plain, const char *key_file, char **ret, struct err *err);

/* 32 hex digits of BLAKE2b over text, to notice a change. */
void hash_hex(const char *text, char out[33]);

/* A 64-bit hash of text under no key: for tables in memory, never stored. */
uint64_t hash_u64(const char *text);

uint32_t secret_random_below(uint32_t n); /* uniform, from the system's generator */

#endif

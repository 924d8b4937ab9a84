#include "store/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECRET_MAX 4096

int secret_init(struct err *err)
{
    if (sodium_init() < 0)
        return err_set(err, ERR_LOCAL, "libsodium could not start");
    return 0;
}

void secret_free(char *secret)
{
    if (!secret)
        return;
    sodium_memzero(secret, strlen(secret));
    free(secret);
}

static int read_first_line(const char *path, char **ret, struct err *err)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return err_set(err, ERR_DATA, "cannot read %s: %s", path, strerror(errno));
    char line[SECRET_MAX] = "";
    bool got = fgets(line, sizeof line, f) != NULL;
    fclose(f);
    line[strcspn(line, "\r\n")] = '\0';
    if (!got || !*line)
        return err_set(err, ERR_DATA, "%s is empty; put the secret on its first line", path);
    *ret = xstrdup(line);
    sodium_memzero(line, sizeof line);
    return 0;
}

static int load_key(const char *path, unsigned char key[crypto_secretbox_KEYBYTES], struct err *err)
{
    char *hex = NULL;
    if (read_first_line(path, &hex, err))
        return -1;
    size_t n = 0;
    bool ok = !sodium_hex2bin(key, crypto_secretbox_KEYBYTES, hex, strlen(hex), NULL, &n, NULL) &&
              n == crypto_secretbox_KEYBYTES;
    secret_free(hex);
    return ok ? 0 : err_set(err, ERR_DATA, "%s is no rosterd key file (64 hex digits)", path);
}

static int make_key(const char *path, unsigned char key[crypto_secretbox_KEYBYTES], struct err *err)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return load_key(path, key, err);
    if (fd < 0)
        return err_set(err, ERR_LOCAL, "cannot create key file %s: %s", path, strerror(errno));
    char hex[crypto_secretbox_KEYBYTES * 2 + 2];
    crypto_secretbox_keygen(key);
    sodium_bin2hex(hex, sizeof hex, key, crypto_secretbox_KEYBYTES);
    size_t n = strlen(hex);
    hex[n++] = '\n';
    bool ok = write(fd, hex, n) == (ssize_t)n && !fsync(fd);
    close(fd);
    sodium_memzero(hex, sizeof hex);
    return ok ? 0 : err_set(err, ERR_LOCAL, "cannot write key file %s", path);
}

int secret_seal(const char *plain, const char *key_file, char **ret, struct err *err)
{
    unsigned char key[crypto_secretbox_KEYBYTES];
    unsigned char box[crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + SECRET_MAX];
    size_t n = strlen(plain);
    if (!key_file)
        return err_set(err, ERR_DATA, "set [rosterd] key_file first: sealing needs a key");
    if (n > SECRET_MAX)
        return err_set(err, ERR_DATA, "a secret may have at most %d bytes", SECRET_MAX);
    if (make_key(key_file, key, err))
        return -1;
    randombytes_buf(box, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const unsigned char *)plain, n, box,
                          key);
    sodium_memzero(key, sizeof key);
    size_t len = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + n;
    size_t room = sodium_base64_encoded_len(len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = xmalloc(room + 4);
    memcpy(text, "enc:", 4);
    sodium_bin2base64(text + 4, room, box, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    *ret = text;
    return 0;
}

static int unseal(const char *text, const char *key_file, char **ret, struct err *err)
{
    unsigned char key[crypto_secretbox_KEYBYTES];
    unsigned char box[crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + SECRET_MAX];
    size_t n = 0, head = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    if (!key_file)
        return err_set(err, ERR_DATA, "a sealed value (enc:) needs [rosterd] key_file");
    if (sodium_base642bin(box, sizeof box, text, strlen(text), NULL, &n, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) ||
        n < head)
        return err_set(err, ERR_DATA, "damaged sealed value; make it again with rosterd seal");
    if (load_key(key_file, key, err))
        return -1;
    char *plain = xcalloc(n - head + 1, 1);
    int bad = crypto_secretbox_open_easy((unsigned char *)plain, box + crypto_secretbox_NONCEBYTES,
                                         n - crypto_secretbox_NONCEBYTES, box, key);
    sodium_memzero(key, sizeof key);
    if (bad) {
        free(plain);
        return err_set(err, ERR_DATA,
                       "sealed with another key than %s; make it again with rosterd seal",
                       key_file);
    }
    *ret = plain;
    return 0;
}

int secret_resolve(const char *text, const char *key_file, char **ret, struct err *err)
{
    if (!strncmp(text, "env:", 4)) {
        const char *value = getenv(text + 4);
        if (!value || !*value)
            return err_set(err, ERR_DATA, "environment variable %s is not set", text + 4);
        *ret = xstrdup(value);
        return 0;
    }
    if (!strncmp(text, "file:", 5))
        return read_first_line(text + 5, ret, err);
    if (!strncmp(text, "enc:", 4))
        return unseal(text + 4, key_file, ret, err);
    *ret = xstrdup(text);
    return 0;
}

void hash_hex(const char *text, char out[33])
{
    unsigned char h[16];
    crypto_generichash(h, sizeof h, (const unsigned char *)text, strlen(text), NULL, 0);
    sodium_bin2hex(out, 33, h, sizeof h);
}

uint64_t hash_u64(const char *text)
{
    static const unsigned char key[crypto_shorthash_KEYBYTES] = {0};
    unsigned char h[crypto_shorthash_BYTES];
    uint64_t n;
    crypto_shorthash(h, (const unsigned char *)text, strlen(text), key);
    memcpy(&n, h, sizeof n);
    return n;
}

uint32_t secret_random_below(uint32_t n)
{
    return randombytes_uniform(n);
}

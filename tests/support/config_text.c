#include "tests/support/config_text.h"

#include "store/base/secret.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdlib.h>
#include <unistd.h>

#define MISTAKES_MAX (1 << 16)

/* Loaded under its bare name, so that messages say c.ini:LINE. */
const char *config_from_text(const char *text, struct config **ret)
{
    static char told[MISTAKES_MAX + 1];
    AUTO_BUF mistakes = BUF_INIT(MISTAKES_MAX);
    struct temp_dir dir;
    struct err err = {0};
    char before[1024];
    assert_ok(secret_init(&err), err);
    assert_non_null(getcwd(before, sizeof before));
    temp_dir_make(&dir);
    assert_int_equal(chdir(dir.path), 0);
    temp_write("c.ini", text);
    struct config *cfg = NULL;
    int bad = config_load("c.ini", &cfg, &mistakes);
    assert_int_equal(chdir(before), 0);
    temp_dir_remove(&dir);
    assert_int_equal(bad != 0, mistakes.len > 0);
    assert_int_equal(bad != 0, cfg == NULL);
    *ret = cfg;
    str_copy(told, sizeof told, buf_str(&mistakes));
    return told;
}

struct config *config_must(const char *text)
{
    struct config *cfg = NULL;
    const char *mistakes = config_from_text(text, &cfg);
    if (!cfg)
        fail_msg("%s", mistakes);
    return cfg;
}

void config_free_ptr(struct config **c)
{
    config_free(*c);
}

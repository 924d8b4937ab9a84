/* test_screens_en.c: every screen in English is as docs/screens.en.md shows it, made by the real
 * bot against the sandbox, so that they cannot drift. `make screens` writes it anew. */
#include "tests/e2e/screens.h"

int main(void)
{
    return screens_test(
        LANG_EN, "docs/screens.en.md",
        "# How the bot speaks\n\nThe real bot talks with a made-up festival; `make screens` wrote "
        "this down.\nTimes, durations and sizes are replaced by the same words everywhere.");
}

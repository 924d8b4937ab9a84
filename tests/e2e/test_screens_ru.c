/* test_screens_ru.c: every screen in Russian is as docs/screens.ru.md shows it, made by the real
 * bot against the sandbox, so that they cannot drift. `make screens` writes it anew. */
#include "tests/e2e/screens.h"

int main(void)
{
    return screens_test(
        LANG_RU, "docs/screens.ru.md",
        "# Как бот говорит\n\nРазговор настоящего бота с выдуманным фестивалем; записал его "
        "`make screens`.\nВремена, сроки и размеры заменены одними и теми же словами.");
}

/* scenarios.c: plays the .scn files of tests/scenario (or those it is given), in process, on stores
 * in memory. One line for each expectation that does not hold. */
#include "tests/support/scenario.h"

#include <glob.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    glob_t files = {0};
    size_t n_bad = 0;
    if (argc < 2 && glob("tests/scenario/*.scn", 0, NULL, &files)) {
        fprintf(stderr, "no scenarios here; run it in the root of the tree\n");
        return 2;
    }
    char **paths = argc < 2 ? files.gl_pathv : argv + 1;
    size_t n = argc < 2 ? files.gl_pathc : (size_t)argc - 1;
    for (size_t i = 0; i < n; i++) {
        AUTO_ARENA *arena = arena_new((size_t)1 << 30);
        struct world *w = world_new(scenario_read(paths[i], arena), arena);
        scenario_play(w);
        fputs(buf_str(&w->failures), stdout);
        n_bad += w->n_failures > 0;
        world_free(w);
    }
    printf("%zu scenarios, %zu failed\n", n, n_bad);
    printf("%zu passed, %zu failed\n", n - n_bad, n_bad);
    globfree(&files);
    return n_bad > 0;
}

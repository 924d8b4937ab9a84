/* replay.c: gives a fuzzer's entry every file of the folders (or files) named on the command line,
 * and each of them cut short at every length up to CUT_MAX. Without names: nothing, and that is an
 * error. One passed test for each file, told as cmocka tells it, so that tests/run.sh counts it. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX ((size_t)1 << 20)
#define CUT_MAX  400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replayed;

/* In memory of exactly its size, so that a sanitizer sees a byte too many being read. */
static void give(const uint8_t *text, size_t n)
{
    uint8_t *exact = malloc(n ? n : 1);
    if (!exact)
        abort();
    memcpy(exact, text, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

static int replay_file(const char *path)
{
    static uint8_t text[FILE_MAX];
    FILE *f = fopen(path, "re");
    if (!f) {
        perror(path);
        return -1;
    }
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    printf("%s, %zu bytes\n", path, n);
    fflush(stdout); /* the last line names the file that a crash comes from */
    give(text, n);
    for (size_t cut = 0; cut < n && cut < CUT_MAX; cut++)
        give(text, cut);
    replayed++;
    return 0;
}

static int replay_folder(const char *path)
{
    DIR *dir = opendir(path);
    int bad = 0;
    if (!dir) {
        perror(path);
        return -1;
    }
    for (struct dirent *e; (e = readdir(dir));) {
        char name[4096];
        if (*e->d_name == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        bad |= replay_file(name);
    }
    closedir(dir);
    return bad;
}

int main(int argc, char **argv)
{
    int bad = 0;
    const char *corpus = getenv("FUZZ_CORPUS");
    for (int i = 1; i < argc; i++) {
        struct stat st;
        bad |= stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode) ? replay_folder(argv[i])
                                                              : replay_file(argv[i]);
    }
    /* run without arguments, as make check does: tests/fuzz/corpus/NAME for …/fuzz_NAME */
    if (argc == 1) {
        char path[4096];
        const char *name = strstr(argv[0], "fuzz_");
        for (const char *next = name; next && (next = strstr(next + 1, "fuzz_"));)
            name = next;
        snprintf(path, sizeof path, "%s/%s", corpus ? corpus : "tests/fuzz/corpus",
                 name ? name + 5 : "");
        bad |= replay_folder(path);
    }
    if (!replayed)
        bad = 1;
    printf("[  %s  ] %u test(s).\n", bad ? "FAILED" : "PASSED", replayed);
    return bad ? 1 : 0;
}

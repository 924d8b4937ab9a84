/* chart_tsan.c: linked into rosterd-chart in MODE=tsan alone. Pango's own thread reads the fonts,
 * and the thread sanitizer cannot see into those libraries. rosterd-chart runs without an
 * environment, so TSAN_OPTIONS does not reach it. */

const char *__tsan_default_suppressions(void);

const char *__tsan_default_suppressions(void)
{
    return "race:libcairo.so\n"
           "race:libfontconfig.so\n"
           "race:libfreetype.so\n"
           "race:libglib-2.0.so\n"
           "race:libpango\n";
}

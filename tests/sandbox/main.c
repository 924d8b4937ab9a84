/* main.c: rosterd-sandbox: options, start, the line that says where it listens, stop. */
#include "tests/sandbox/config.h"
#include "tests/sandbox/faults.h"
#include "tests/sandbox/festival.h"
#include "tests/sandbox/life.h"
#include "tests/sandbox/nap.h"
#include "tests/sandbox/reqlog.h"
#include "tests/sandbox/sandbox.h"
#include "tests/sandbox/server.h"
#include "tests/sandbox/util.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS         50
#define EDITS_ON_SIGNAL 30

static const char usage[] =
    "usage: rosterd-sandbox [options]\n"
    "Plays Telegram, Notion, Coda and Grist for one synthetic festival, on 127.0.0.1 only.\n"
    "  --port N            port to listen on (0: the system picks)\n"
    "  --seed N            same seed, same festival (1)\n"
    "  --people N          people (800)\n"
    "  --teams N           teams (40)\n"
    "  --participations N  rows of Coda's table of participations (1000)\n"
    "  --faults SHARE      share of rows with mistakes (0.02)\n"
    "  --speed N           vendor rates and delays run N times faster (1)\n"
    "  --year N            the festival's year (2026)\n"
    "  --config FILE       write a ready rosterd configuration\n"
    "  --store PATH        the store named in that configuration\n"
    "  --two-way           that configuration writes back as well: a whole cycle\n"
    "  --grist             that configuration keeps the played Grist in step as well\n"
    "  --hands SECONDS     somebody edits by hand so often, in Coda, Notion or Grist (0: nobody)\n"
    "  --no-rate-limits    never answer 429 for haste\n"
    "  --help              this text\n"
    "SIGUSR1: people make thirty edits at once.\n";

enum option_id {
    OPT_PORT,
    OPT_SEED,
    OPT_PEOPLE,
    OPT_TEAMS,
    OPT_PARTICIPATIONS,
    OPT_FAULTS,
    OPT_SPEED,
    OPT_YEAR,
    OPT_CONFIG,
    OPT_STORE,
    OPT_TWO_WAY,
    OPT_GRIST,
    OPT_HANDS,
    OPT_NO_LIMITS,
    OPT_HELP,
    OPT_COUNT
};

static const struct option options[] = {{"port", required_argument, NULL, OPT_PORT},
                                        {"seed", required_argument, NULL, OPT_SEED},
                                        {"people", required_argument, NULL, OPT_PEOPLE},
                                        {"teams", required_argument, NULL, OPT_TEAMS},
                                        {"participations", required_argument, NULL,
                                         OPT_PARTICIPATIONS},
                                        {"faults", required_argument, NULL, OPT_FAULTS},
                                        {"speed", required_argument, NULL, OPT_SPEED},
                                        {"year", required_argument, NULL, OPT_YEAR},
                                        {"config", required_argument, NULL, OPT_CONFIG},
                                        {"store", required_argument, NULL, OPT_STORE},
                                        {"two-way", no_argument, NULL, OPT_TWO_WAY},
                                        {"grist", no_argument, NULL, OPT_GRIST},
                                        {"hands", required_argument, NULL, OPT_HANDS},
                                        {"no-rate-limits", no_argument, NULL, OPT_NO_LIMITS},
                                        {"help", no_argument, NULL, OPT_HELP},
                                        {NULL, 0, NULL, 0}};

static _Noreturn void bad_value(int id, const char *text)
{
    fprintf(stderr, "rosterd-sandbox: --%s: \"%s\" is not a number in range\n", options[id].name,
            text);
    exit(2);
}

static double number(int id, const char *text, double least, double most)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= least && value <= most))
        bad_value(id, text);
    return value;
}

static void take_option(struct sb_options *opt, int id, const char *text)
{
    char *end;
    switch (id) {
    case OPT_PORT:
        opt->port = (unsigned)number(id, text, 0, 65535);
        break;
    case OPT_SEED:
        opt->seed = strtoull(text, &end, 10);
        if (end == text || *end)
            bad_value(id, text);
        break;
    case OPT_PEOPLE:
        opt->people = (unsigned)number(id, text, 1, 200000);
        break;
    case OPT_TEAMS:
        opt->teams = (unsigned)number(id, text, 1, 10000);
        break;
    case OPT_PARTICIPATIONS:
        opt->participations = (unsigned)number(id, text, 0, 500000);
        break;
    case OPT_FAULTS:
        opt->fault_share = number(id, text, 0, 1);
        break;
    case OPT_SPEED:
        opt->speed = number(id, text, 0.001, 1e6);
        break;
    case OPT_YEAR:
        opt->year = (unsigned)number(id, text, 2023, 2100);
        break;
    case OPT_CONFIG:
        opt->config_path = text;
        break;
    case OPT_STORE:
        opt->store_path = text;
        break;
    case OPT_TWO_WAY:
        opt->two_way = true;
        break;
    case OPT_GRIST:
        opt->grist = true;
        break;
    case OPT_HANDS:
        opt->hands_ms = (int64_t)(number(id, text, 0, 86400) * 1000);
        break;
    case OPT_NO_LIMITS:
        opt->rate_limits = false;
        break;
    case OPT_HELP:
        fputs(usage, stdout);
        exit(0);
    default:
        fputs(usage, stderr);
        exit(2);
    }
}

static void start_services(struct sandbox *sb)
{
    pthread_mutex_init(&sb->lock, NULL);
    pthread_cond_init(&sb->changed, NULL);
    sb->faults = sb_alloc(sizeof *sb->faults);
    sb->log = sb_alloc(sizeof *sb->log);
    if (telegram_init(sb) != 0 || notion_init(sb) != 0 || coda_init(sb) != 0 ||
        grist_init(sb) != 0) {
        fputs("rosterd-sandbox: cannot start its services\n", stderr);
        exit(1);
    }
    sb->festival = festival_pour(sb);
    sb->life = life_new(sb);
}

static void free_services(struct sandbox *sb)
{
    life_free(sb->life);
    festival_free(sb->festival);
    grist_free(sb);
    coda_free(sb);
    notion_free(sb);
    telegram_free(sb);
    reqlog_clear(sb->log);
    free(sb->log);
    free(sb->faults);
    pthread_cond_destroy(&sb->changed);
    pthread_mutex_destroy(&sb->lock);
}

/* Blocks the signals before any thread starts, so that only sigwait sees them. */
static void block_signals(sigset_t *ret_signals)
{
    sigset_t ignored;
    sigemptyset(ret_signals);
    sigaddset(ret_signals, SIGTERM);
    sigaddset(ret_signals, SIGINT);
    sigaddset(ret_signals, SIGUSR1);
    sigaddset(ret_signals, SIGUSR2); /* nap.h */
    sigemptyset(&ignored);
    sigaddset(&ignored, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, ret_signals, NULL);
    pthread_sigmask(SIG_BLOCK, &ignored, NULL);
}

/* Until it shall end, people live their lives. Returns the server that is to be stopped; NULL when
 * there is none any more. */
static struct MHD_Daemon *run(struct sandbox *sb, struct MHD_Daemon *server,
                              const sigset_t *signals)
{
    const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
    int got;
    while (server &&
           ((got = sigtimedwait(signals, NULL, &tick)) < 0 || got == SIGUSR1 || got == SIGUSR2)) {
        server = nap_take(sb, server);
        pthread_mutex_lock(&sb->lock);
        life_tick(sb);
        if (got == SIGUSR1)
            life_edits(sb, EDITS_ON_SIGNAL);
        pthread_mutex_unlock(&sb->lock);
    }
    return server;
}

int main(int argc, char **argv)
{
    struct sandbox sb = {.opt = {.seed = 1,
                                 .people = 800,
                                 .teams = 40,
                                 .participations = 1000,
                                 .fault_share = 0.02,
                                 .speed = 1,
                                 .year = 2026,
                                 .store_path = "rosterd.db",
                                 .rate_limits = true}};
    sigset_t signals;
    int id;
    while ((id = getopt_long(argc, argv, "", options, NULL)) != -1)
        take_option(&sb.opt, id, optarg);
    if (optind < argc) {
        fputs(usage, stderr);
        return 2;
    }
    block_signals(&signals);
    start_services(&sb);
    struct MHD_Daemon *daemon = server_start(&sb);
    if (!daemon) {
        fprintf(stderr, "rosterd-sandbox: cannot listen on 127.0.0.1:%u\n", sb.opt.port);
        return 1;
    }
    if (sb.opt.config_path && config_write(&sb) != 0) {
        fprintf(stderr, "rosterd-sandbox: cannot write %s\n", sb.opt.config_path);
        return 1;
    }
    printf("rosterd-sandbox listening on 127.0.0.1:%u\n", sb.port);
    fflush(stdout);
    daemon = run(&sb, daemon, &signals);
    if (daemon)
        server_stop(&sb, daemon);
    else
        fprintf(stderr, "rosterd-sandbox: port %u is no longer to be had\n", sb.port);
    free_services(&sb);
    return daemon ? 0 : 1;
}

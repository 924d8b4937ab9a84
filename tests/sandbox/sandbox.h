/* sandbox.h: the stand-in for Telegram, Coda, Notion and Grist that the demo, the tests and the
 * bench use.
 *
 * One process, one loopback port, one mutex: libmicrohttpd runs a thread per connection, the server
 * takes sandbox.lock before it calls a service and gives it back afterwards, so a service sees the
 * world alone and needs no locks. A handler that must wait (getUpdates) waits on sandbox.changed.
 * Shares no code with the connectors it stands in for: a misreading must not cancel itself out. */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct MHD_Connection;

/* Largest request body taken; a longer one is answered 413. */
#define SB_BODY_MAX (56u << 20)

struct sb_options {
    unsigned port; /* 0: the system picks */
    uint64_t seed; /* of the synthetic festival: the same seed gives the same festival */
    unsigned people, teams, participations;
    double fault_share;      /* share of rows with the mistakes that real tables have, 0.02 */
    double speed;            /* vendor rates, settling times and long polls run this much faster */
    unsigned year;           /* the festival's current year */
    const char *config_path; /* where to write a ready rosterd configuration; NULL: nowhere */
    const char *store_path;  /* [rosterd] store in that configuration */
    bool two_way;            /* that configuration writes back as well: a whole cycle */
    bool grist;              /* that configuration knows the played Grist */
    int64_t hands_ms;        /* a person edits by hand so often; 0: nobody does */
    bool rate_limits;        /* enforce the vendors' published rates */
};

/* One request as the services see it; everything is owned by the server. */
struct sb_request {
    struct MHD_Connection *connection;
    const char *method; /* "GET" */
    const char *path;   /* without the service's prefix and the query string, percent-decoded */
    const char *body;   /* NUL-terminated, "" when there is none */
    size_t body_len;
    size_t uri_len; /* of the path and the query string, as they came */
};

/* An answer; body is malloc'd by the service and freed by the server. */
struct sb_reply {
    int status;
    char *body;
    size_t body_len;                 /* 0: the body is a text and ends with it */
    char content_type[80];           /* default application/json; charset=utf-8 */
    unsigned retry_after;            /* seconds; 0: no such header */
    char request_id[40];             /* Notion: sent as x-notion-request-id; "" = no such header */
    char etag[48], disposition[128]; /* Grist: the same */
};

/* nap.h: an order to go away for a while. */
struct sb_nap {
    int64_t ms;       /* 0: none */
    unsigned left;    /* requests until then */
    char service[16]; /* whose; "": any */
    bool due;
    bool at_once; /* whoever ordered it has not read the answer yet */
};

struct sandbox {
    struct sb_options opt;
    unsigned port; /* the one really bound */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* broadcast after every change of the world, and at shutdown */
    bool stopping;
    bool drop_effect; /* fault "drop": the write under way is to be accepted and not applied */
    int64_t clock_offset_ms; /* what control calls have added to the wall clock */
    struct sb_nap nap;
    struct notion *notion;
    struct coda *coda;
    struct grist *grist;
    struct telegram *telegram;
    struct faults *faults;
    struct reqlog *log;
    struct festival *festival;
    struct life *life;
};

/* A service owns all paths that begin with its prefix. Called with sandbox.lock held. */
struct sb_service {
    const char *name;   /* "telegram", used in the request log and to aim faults */
    const char *prefix; /* "/telegram" */
    void (*handle)(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply);
};

extern const struct sb_service sb_telegram, sb_notion, sb_coda, sb_grist, sb_control;

/* Creates and frees each service's state; the festival is poured in afterwards. */
int telegram_init(struct sandbox *sb);
void telegram_free(struct sandbox *sb);
int notion_init(struct sandbox *sb);
void notion_free(struct sandbox *sb);
int coda_init(struct sandbox *sb);
void coda_free(struct sandbox *sb);
int grist_init(struct sandbox *sb);
void grist_free(struct sandbox *sb);

/* Handles /_sandbox/telegram/... (a person writes, presses, or reads their chat). Returns false
 * when the path is not known. Called with sandbox.lock held. */
bool telegram_control(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply);

/* Query argument or request header by name; NULL when absent. Owned by the connection. */
const char *sb_arg(const struct sb_request *req, const char *name);
const char *sb_header(const struct sb_request *req, const char *name);

/* The index-th value of a query argument that may be repeated; NULL after the last. */
const char *sb_arg_at(const struct sb_request *req, const char *name, unsigned index);

/* Fills the reply; sb_reply_json takes ownership of json. */
void sb_reply_json(struct sb_reply *reply, int status, cJSON *json);
void sb_reply_text(struct sb_reply *reply, int status, const char *type, const char *text);

/* The sandbox's clock: UTC ms. It runs at normal speed unless a control call moved it. */
int64_t sb_now_ms(const struct sandbox *sb);

/* ms of vendor time as ms of real time: divided by --speed. */
int64_t sb_scaled_ms(const struct sandbox *sb, int64_t vendor_ms);

#endif

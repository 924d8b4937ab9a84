/* life.h: people who edit by hand in Coda, Notion and (--grist) Grist while the tables are kept in
 * step: at random, and the same edits for the same seed on the same tables. Every edit is written
 * down, so that a test can tell what was last done to a cell. Called with sandbox.lock held. */
#ifndef SANDBOX_LIFE_H
#define SANDBOX_LIFE_H

#include "tests/sandbox/sandbox.h"
#include "tests/sandbox/util.h"

#define LIFE_LOG_MAX 10000 /* edits; after that people rest */

struct life {
    struct rng rng;
    unsigned count; /* edits so far */
    cJSON *log;     /* all of them, oldest first */
    int64_t every_ms, due;
};

struct life *life_new(const struct sandbox *sb);
void life_free(struct life *life);

/* So many edits at once, fewer where nothing more can be edited. */
void life_edits(struct sandbox *sb, unsigned n);

/* One edit when it is time for one. */
void life_tick(struct sandbox *sb);

/* Handles POST and GET /_sandbox/life; returns false when the path is not known. */
bool life_control(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply);

/* For the edits themselves: one of n, and a line of the log. before, after: NULL where the edit is
 * about the whole row. */
unsigned life_pick(struct sandbox *sb, size_t n);
struct life_note {
    const char *side, *table, *id, *what, *column, *before, *after;
};
void life_note(struct sandbox *sb, const struct life_note *note);

/* life_coda.c, life_notion.c, life_grist.c: the edits; false when there is nothing that could be
 * edited so. */
bool life_coda_status(struct sandbox *sb);
bool life_coda_role(struct sandbox *sb);
bool life_coda_new(struct sandbox *sb);
bool life_coda_delete(struct sandbox *sb);
bool life_person_city(struct sandbox *sb);
bool life_person_name(struct sandbox *sb);
bool life_person_new(struct sandbox *sb);
bool life_person_trash(struct sandbox *sb);
bool life_person_restore(struct sandbox *sb);
bool life_team_name(struct sandbox *sb);
bool life_team_type(struct sandbox *sb);
bool life_lead_role(struct sandbox *sb);
bool life_lead_team(struct sandbox *sb);
bool life_lead_person(struct sandbox *sb);
bool life_lead_trash(struct sandbox *sb);
bool life_lead_restore(struct sandbox *sb);
bool life_volunteer_trash(struct sandbox *sb);
bool life_grist_phone(struct sandbox *sb);
bool life_grist_status(struct sandbox *sb);
bool life_grist_teams(struct sandbox *sb); /* of a badge */
bool life_grist_head(struct sandbox *sb);  /* one more of a team */
bool life_grist_mark(struct sandbox *sb);
bool life_grist_unmark(struct sandbox *sb); /* what was marked by hand, or by the feeder */
bool life_grist_spoil(struct sandbox *sb);
bool life_grist_heal(struct sandbox *sb);
bool life_grist_remove(struct sandbox *sb);
bool life_grist_new(struct sandbox *sb);

#endif

/* festival_grist.h: the festival's tables in the played Grist, and the truth about them. The same
 * people, teams and participations as in Notion and Coda; badges, arrivals and heads of teams are
 * here alone. Internal to festival_grist*.c. */
#ifndef SANDBOX_FESTIVAL_GRIST_H
#define SANDBOX_FESTIVAL_GRIST_H

#include "tests/sandbox/festival.h"
#include "tests/sandbox/grist.h"

#define MISTAKES_MAX 10

/* Of one table. A row with a mistake cannot enter a store; a marked one has none. */
struct fest_table {
    const char *name;
    unsigned total, marked, without_uuid;
    unsigned mistakes[MISTAKES_MAX];
    const char *const *mistake_names; /* as many as the table knows */
    size_t mistake_kinds, next_mistake;
};

struct fest_badge {
    int64_t row;
    bool good, child; /* good: no mistake and no mark */
};

struct fest_grist {
    struct sandbox *sb;
    struct festival *festival;
    struct gr_doc *doc;
    struct rng rng;
    struct fest_table people, teams, participations, badges, arrivals, directions;
    struct fest_badge *badge_rows;
    size_t badge_count;
    bool *good_parts; /* by festival.parts: their rows have no mistake, marked or not */
    unsigned alt_texts, local_midnights, plain_uuids; /* odd, but right */
    unsigned new_heads; /* heads of teams without a participation there that a store can take */
};

/* festival_grist_tables.c: the tables with their columns, empty, and the dictionaries */
void fest_build_tables(struct fest_grist *grist);
/* A name as it is this year: {year} and {yy} are replaced. malloc'd. */
char *fest_name(const struct fest_grist *grist, const char *pattern);

/* festival_grist.c: takes the row away and returns its id; null without a row is none */
int64_t fest_add(struct fest_grist *grist, const char *table, cJSON *fields);
/* updated_at within the last months, and a UUID; sometimes none. */
cJSON *fest_row(struct fest_grist *grist, struct fest_table *table);
/* The mistake that this row is to have: by chance, and then one kind after the other; -1: none. */
int fest_mistake(struct fest_grist *grist, struct fest_table *table);
/* Every so-many-th good row is marked as deleted by hand. */
bool fest_mark(struct fest_grist *grist, struct fest_table *table, cJSON *fields);
/* A day of the festival's July, as Grist writes it; now and then at the festival's own midnight. */
void fest_day(struct fest_grist *grist, cJSON *fields, const char *column, unsigned day);
void fest_text(cJSON *fields, const char *column, const char *text);
void fest_ref(cJSON *fields, const char *column, int64_t row);
/* A property of a person's or team's page in Notion; malloc'd. */
char *fest_notion(const struct fest_grist *grist, const char *page, const char *prop);

/* festival_grist_tables.c: the role whose row in Roles is at + 1; false: there are no more. */
bool fest_role(unsigned at, const char **code, const char **name);

/* festival_notion_badges.c: Notion's roles, its badges of guests, and Coda's arrivals of these */
void fest_pour_notion_roles(struct fest_grist *grist);
void fest_pour_notion_badges(struct fest_grist *grist);
void fest_link_coda_arrivals(struct fest_grist *grist);

/* festival_grist_badges.c */
void fest_pour_badges(struct fest_grist *grist);
void fest_pour_arrivals(struct fest_grist *grist);
void fest_pour_directions(struct fest_grist *grist);

#endif

/* festival.h: the synthetic festival: made of the seed, poured into the played Notion, Coda and
 * Grist, with the truth about it for tests. */
#ifndef SANDBOX_FESTIVAL_H
#define SANDBOX_FESTIVAL_H

#include "tests/sandbox/sandbox.h"
#include "tests/sandbox/util.h"

/* Why a participation row cannot enter a store; FK_NONE: it can. */
enum fact_kind {
    FK_NONE,
    FK_UNKNOWN_ROLE,
    FK_UNKNOWN_STATUS,
    FK_PERSON_NOT_HEX,
    FK_PERSON_UNKNOWN,
    FK_TEAM_UNKNOWN,
    FK_PERSON_INVALID, /* names a person who is invalid */
    FK_TEAM_INVALID,
    FACT_KINDS
};

/* What was poured, not what by-hand edits made of it later. */
struct facts {
    unsigned people, people_empty_name;
    unsigned teams, teams_empty_name, teams_no_type, teams_unknown_type;
    unsigned rows, in_scope, out_of_scope, empty_year;
    unsigned kinds[FACT_KINDS]; /* of the rows in scope; [FK_NONE] = valid */
    unsigned distinct;          /* natural keys among the valid rows */
    unsigned odd_spelling, dashed_ids, trailing_blanks, empty_status;
    /* Pages of leads, records they stand for (person x team), records that Coda has too. */
    unsigned leads, leads_records, leads_known;
};

struct fest_party {
    char id[37];
    bool valid;
    uint32_t row; /* in Coda's lookup table */
};

/* A valid participation of Coda's table: what Grist holds as well. */
struct fest_part {
    unsigned year, role, status; /* indexes of festival_rows.c, in the order of the dictionaries */
    uint32_t person, team;
};

#define FEST_KNOWN_LEADS 50

struct fest_lead {
    uint32_t person, team;
    unsigned role;
};

struct festival {
    struct rng rng;
    struct facts facts;
    struct fest_party *people, *teams;
    unsigned people_count, team_count;
    struct strmap names; /* of people, while they are poured */
    struct u64set keys;  /* of valid participations: year, person, team, role */
    struct fest_lead leads[FEST_KNOWN_LEADS]; /* organizers whom Coda has */
    unsigned known_leads;
    struct fest_part *parts;
    size_t part_count, part_room;
    struct fest_grist *grist; /* festival_grist.h */
    unsigned spoiled;         /* rows with a mistake of their own so far */
    int64_t now;
};

struct festival *festival_pour(struct sandbox *sb);
void festival_free(struct festival *festival);
cJSON *festival_facts(const struct sandbox *sb);

/* festival_people.c, festival_teams.c, festival_rows.c: the parts of festival_pour */
void festival_pour_people(struct sandbox *sb, struct festival *festival);
void festival_pour_teams(struct sandbox *sb, struct festival *festival);
void festival_pour_rows(struct sandbox *sb, struct festival *festival);
void festival_pour_leads(struct sandbox *sb, struct festival *festival);
void festival_pour_arrivals(struct sandbox *sb, struct festival *festival);
/* festival_grist.c */
void festival_pour_grist(struct sandbox *sb, struct festival *festival);
cJSON *festival_grist_facts(const struct festival *festival);
void festival_grist_free(struct festival *festival);
uint64_t festival_key(unsigned year, uint32_t person, uint32_t team, unsigned role);

#define ROLE_ORGANIZER 0u
#define ROLE_VICE      1u
#define ROLE_FELLOW    15u
#define FEST_STATUSES  11u /* an empty status has that index */

#endif

/* names.h: words of which the synthetic festival is made. Russian because the real tables are. */
#ifndef SANDBOX_NAMES_H
#define SANDBOX_NAMES_H

#include <stddef.h>

struct first_name {
    const char *name, *latin, *short_name;
};

extern const struct first_name names_male[], names_female[];
extern const size_t names_male_count, names_female_count;

/* Family names as (male, female, latin). */
struct last_name {
    const char *male, *female, *latin;
};
extern const struct last_name names_last[];
extern const size_t names_last_count;

extern const char *const names_nick[], *const names_city[], *const names_team[];
extern const size_t names_nick_count, names_city_count, names_team_count;

#endif

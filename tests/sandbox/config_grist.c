/* config_grist.c: the part of the configuration that --grist adds: the document, a flow for each of
 * its tables, and the cycle that runs them in the order in which they refer to each other. */
#include "tests/sandbox/config.h"
#include "tests/sandbox/ids.h"

/* Requests a second that rosterd makes of a server whose pace nobody told it. */
#define RATE 10.0

#define MARKS                                                                                      \
    "mark = to_delete\n"                                                                           \
    "mark_reason = delete_reason\n"

static const char dictionaries[] = "\n[flow gr-roles]\n"
                                   "title = Роли\n"
                                   "remote = grist\n"
                                   "table = Roles\n"
                                   "dictionary = role\n"
                                   "field.code = Code\n"
                                   "field.name = Name\n"
                                   "\n[flow gr-statuses]\n"
                                   "title = Статусы\n"
                                   "remote = grist\n"
                                   "table = Participation_statuses\n"
                                   "dictionary = status\n"
                                   "field.code = code\n"
                                   "field.name = A\n"
                                   "field.to_list = to_list\n"
                                   "field.comment = B\n"
                                   "\n[flow gr-transport]\n"
                                   "title = Транспорт\n"
                                   "remote = grist\n"
                                   "table = Arrival_type\n"
                                   "dictionary = transport\n"
                                   "field.code = code\n"
                                   "field.name = title\n";

static const char teams[] = "\n[flow gr-teams]\n"
                            "title = Службы\n"
                            "remote = grist\n"
                            "table = Teams\n"
                            "entity = team\n"
                            "direction = both\n"
                            "key = UUID\n"
                            "marker = UUID\n"
                            "create = yes\n"
                            "field.name = team_name\n"
                            "field.type = type_of_team\n"
                            "field.first_year = year_of_establishment_\n"
                            "field.last_year = last_year\n"
                            "mark = to_delete\n"
                            "%s";

static const char people[] = "\n[flow gr-people]\n"
                             "title = Люди\n"
                             "remote = grist\n"
                             "table = People\n"
                             "entity = person\n"
                             "direction = both\n"
                             "key = ntn_id\n"
                             "marker = ntn_id\n"
                             "create = yes\n"
                             "field.name = name\n"
                             "field.last_name = last_name\n"
                             "field.first_name = first_name\n"
                             "field.nickname = nickname\n"
                             "field.other_names = other_names\n"
                             "field.telegram = telegram\n"
                             "field.phone = phone\n"
                             "field.email = email\n"
                             "field.gender = gender\n"
                             "field.birth_date = birth_date\n"
                             "field.city = city\n"
                             "field.comment = comment\n"
                             "field.banned = isInBL as yesno\n"
                             "put.isInBL = none\n" MARKS "%s";

static const char participation[] = "\n[flow gr-participation]\n"
                                    "title = Участие\n"
                                    "remote = grist\n"
                                    "table = Participations\n"
                                    "entity = participation\n"
                                    "direction = both\n"
                                    "key = UUID\n"
                                    "marker = UUID\n"
                                    "create = yes\n"
                                    "max_create = 200\n"
                                    "field.year = year\n"
                                    "field.person_id = person via grist\n"
                                    "field.team_id = team via grist\n"
                                    "field.role = role via grist\n"
                                    "field.status = status via grist\n" MARKS "%s";

static const char badges[] = "\n[flow gr-badges]\n"
                             "title = Бейджи\n"
                             "remote = grist\n"
                             "table = Badges_{year}\n"
                             "entity = badge\n"
                             "direction = both\n"
                             "key = UUID\n"
                             "marker = UUID\n"
                             "create = yes\n"
                             "field.name = name\n"
                             "field.last_name = last_name\n"
                             "field.first_name = first_name\n"
                             "field.gender = gender\n"
                             "field.phone = phone\n"
                             "field.diet = diet\n"
                             "field.feed = feed_type\n"
                             "field.batch = batch\n"
                             "field.role = role via grist\n"
                             "field.comment = comment\n"
                             "field.occupation = position\n"
                             "field.person_id = person via grist\n"
                             "field.parent_id = parent via grist\n"
                             "field.teams = directions_ref via grist\n"
                             "field.photo = photo_attach_id as attachment\n"
                             "field.child = infant\n"
                             "field.number = number\n"
                             "field.ticket = ticket\n"
                             "put.photo_attach_id = none\n"
                             "set.year = {year}\n" MARKS "%s";

static const char arrivals[] = "\n[flow gr-arrivals]\n"
                               "title = Заезды\n"
                               "remote = grist\n"
                               "table = Arrivals_{year}\n"
                               "entity = arrival\n"
                               "direction = both\n"
                               "key = UUID\n"
                               "marker = UUID\n"
                               "create = yes\n"
                               "field.badge_id = badge via grist\n"
                               "field.status = status via grist\n"
                               "field.arrival_date = arrival_date\n"
                               "field.arrival_transport = arrival_transport via grist\n"
                               "field.departure_date = departure_date\n"
                               "field.departure_transport = departure_transport via grist\n"
                               "set.year = {year}\n" MARKS "%s";

/* Each head of a team takes part in it; whoever was one stays what they are. */
static const char heads[] = "\n[flow gr-heads]\n"
                            "title = Руководители\n"
                            "remote = grist\n"
                            "table = Directions{year}\n"
                            "entity = participation\n"
                            "direction = pull\n"
                            "missing = report\n"
                            "field.team_id = direction_location{yy} via grist\n"
                            "field.person_id = head{yy} via grist as list\n"
                            "set.year = {year}\n"
                            "new.role = ORGANIZER\n"
                            "unique = team_id person_id year\n"
                            "%s";

static const char cycle[] = "\n[cycle grist]\n"
                            "title = Весь Грист\n"
                            "on_failure = continue\n"
                            "steps = gr-roles gr-statuses gr-transport gr-teams gr-people\n"
                            "    gr-participation gr-badges gr-arrivals gr-heads\n"
                            "    gr-participation:push\n";

void config_write_grist_remote(FILE *file, const struct sandbox *sb)
{
    fprintf(file,
            "\n[remote grist]\n"
            "kind = grist\n"
            "api_url = http://127.0.0.1:%u/grist\n"
            "token = " SB_GRIST_TOKEN "\n"
            "doc = " SB_GRIST_DOC "\n",
            sb->port);
    if (sb->opt.speed > 1)
        fprintf(file, "rate = %.0f\n", RATE * sb->opt.speed);
}

void config_write_grist_flows(FILE *file, const char *more)
{
    fputs(dictionaries, file);
    fprintf(file, teams, more);
    fprintf(file, people, more);
    fprintf(file, participation, more);
    fprintf(file, badges, more);
    fprintf(file, arrivals, more);
    fprintf(file, heads, more);
    fputs(cycle, file);
}

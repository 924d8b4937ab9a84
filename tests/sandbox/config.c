/* config.c: see config.h. Lines stay under 200 bytes, the limit of rosterd's INI reader. */
#include "tests/sandbox/config.h"
#include "tests/sandbox/ids.h"

#include <stdio.h>

/* What a client may ask for a second at speed 1: the vendors' published rates. */
#define NOTION_RATE 3.0
#define CODA_RATE   16.0

static void write_head(FILE *file, const struct sandbox *sb)
{
    fprintf(file,
            "# Written by rosterd-sandbox: every address and token below is of this sandbox.\n"
            "[rosterd]\n"
            "store = %s\n"
            "year = %u\n"
            "timezone = Europe/Moscow\n"
            "language = ru\n"
            "workers = 4\n"
            "home.participation = coda\n"
            "%s"
            "\n"
            "[telegram]\n"
            "token = " SB_TELEGRAM_TOKEN "\n"
            "api_url = http://127.0.0.1:%u/telegram\n"
            "admins = " SB_ADMIN_ID "\n",
            sb->opt.store_path, sb->opt.year,
            sb->opt.grist ? "home.person = grist\nhome.team = grist\n" : "", sb->port);
}

static void write_rate(FILE *file, const struct sandbox *sb, double vendor_rate)
{
    if (sb->opt.speed > 1)
        fprintf(file, "rate = %.0f\n", vendor_rate * sb->opt.speed);
}

static void write_remotes(FILE *file, const struct sandbox *sb)
{
    fprintf(file,
            "\n[remote notion]\n"
            "kind = notion\n"
            "api_url = http://127.0.0.1:%u/notion/v1\n"
            "token = " SB_NOTION_TOKEN "\n",
            sb->port);
    write_rate(file, sb, NOTION_RATE);
    fprintf(file,
            "\n[remote coda]\n"
            "kind = coda\n"
            "api_url = http://127.0.0.1:%u/coda/apis/v1\n"
            "token = " SB_CODA_TOKEN "\n"
            "doc = " SB_CODA_DOC "\n",
            sb->port);
    write_rate(file, sb, CODA_RATE);
    if (sb->opt.grist)
        config_write_grist_remote(file, sb);
}

static const char people_and_teams[] = "\n[flow people]\n"
                                       "remote = notion\n"
                                       "table = " SB_DB_PEOPLE "\n"
                                       "entity = person\n"
                                       "direction = pull\n"
                                       "field.name = Как звать\n"
                                       "field.last_name = Фамилия\n"
                                       "field.first_name = Имя\n"
                                       "field.nickname = Позывной\n"
                                       "field.other_names = Другие прозвища\n"
                                       "field.gender = Пол\n"
                                       "field.birth_date = Дата рождения\n"
                                       "field.city = Город\n"
                                       "field.telegram = Telegram\n"
                                       "field.phone = Телефон\n"
                                       "field.email = Email\n"
                                       "field.diet = Веган\n"
                                       "field.comment = Коммент\n"
                                       "%s%s"
                                       "\n[flow teams]\n"
                                       "remote = notion\n"
                                       "table = " SB_DB_TEAMS "\n"
                                       "entity = team\n"
                                       "direction = pull\n"
                                       "field.name = Name\n"
                                       "field.type = Тип\n"
                                       "field.first_year = Год появления\n"
                                       "field.last_year = Последний год\n"
                                       "%s%s";

static const char participation[] = "\n[flow participation]\n"
                                    "remote = coda\n"
                                    "table = " SB_CODA_PART "\n"
                                    "entity = participation\n"
                                    "direction = %s\n"
                                    "where.year = 2021 2022 {year}\n"
                                    "field.year = Год\n"
                                    "field.person_id = person_id via notion\n"
                                    "field.team_id = direction_id via notion\n"
                                    "field.role = Роль\n"
                                    "field.status = Статус\n"
                                    "%s";

/* The ids are formulas there: a row is written by the names that they are computed from. */
static const char participation_back[] = "put.Человек = {person.name}\n"
                                         "put.Служба = {team.name}\n"
                                         "create = yes\n"
                                         "max_create = 200\n"
                                         "full_every = 0s\n";

static const char leads[] = "\n[flow leads]\ntitle = Руководители\n"
                            "remote = notion\n"
                            "table = " SB_DB_LEADS "\n"
                            "entity = participation\n"
                            "direction = pull\n"
                            "full_every = 0s\n"
                            "missing = cancel\n"
                            "field.year = Год\n"
                            "field.person_id = Человек via notion\n"
                            "field.team_id = Службы и локации via notion\n"
                            "field.role = Роль\n";

/* One way: what people write there is never read. */
static const char volunteers[] = "\n[flow volunteers]\ntitle = Волонтёры\n"
                                 "remote = notion\n"
                                 "table = " SB_DB_VOLUNTEERS "\n"
                                 "entity = participation\n"
                                 "direction = push\n"
                                 "where.year = {year}\n"
                                 "where.role = TEAM_LEAD VOLUNTEER MEDIC CAMP_GUY\n"
                                 "on_delete = archive\n"
                                 "max_create = %u\n"
                                 "field.year = Год\n"
                                 "field.person_id = Человек via notion\n"
                                 "field.team_id = Службы и локации via notion\n"
                                 "field.role = Роль\n"
                                 "field.status = Статус\n"
                                 "put.Name = {person.name} — {team.name}\n"
                                 "put.Человек = person_id via notion\n"
                                 "put.Службы и локации = team_id via notion\n"
                                 "put.Тип = {team.type}\n";

static const char cycle[] = "\n[cycle festival]\ntitle = Весь круг\n"
                            "steps = people:pull teams:pull participation:pull leads:pull\n"
                            "    participation:push volunteers:push\n";

static void write_flows(FILE *file, const struct sandbox *sb)
{
    /* so that a page in the trash is noticed soon */
    const char *often = sb->opt.two_way ? "full_every = 1m\n" : "";
    bool two = sb->opt.grist; /* flows of each entity: then they need names of their own */
    fprintf(file, people_and_teams, two ? "title = Человеки\n" : "", often,
            two ? "title = Службы и локации\n" : "", often);
    fprintf(file, participation, sb->opt.two_way ? "both" : "pull", two ? "title = Участие\n" : "");
    if (sb->opt.two_way) {
        fputs(participation_back, file);
        fputs(leads, file);
        fprintf(file, volunteers, sb->opt.participations + 100);
        fputs(cycle, file);
    }
    if (sb->opt.grist)
        config_write_grist_flows(file, often);
}

int config_write(const struct sandbox *sb)
{
    FILE *file = fopen(sb->opt.config_path, "w");
    if (!file)
        return -1;
    write_head(file, sb);
    write_remotes(file, sb);
    write_flows(file, sb);
    int failed = ferror(file);
    return fclose(file) != 0 || failed ? -1 : 0;
}

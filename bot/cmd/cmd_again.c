#include "bot/cmd/lost_asked.h"
#include "bot/command.h"

static int run(struct ask *a, struct err *err)
{
    return lost_asked(a, false, err);
}

const struct command cmd_again = {"again", "N", TEXT_CMD_AGAIN, ROLE_ORGANIZER, false, run};

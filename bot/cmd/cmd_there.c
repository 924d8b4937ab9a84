#include "bot/cmd/lost_asked.h"
#include "bot/command.h"

static int run(struct ask *a, struct err *err)
{
    return lost_asked(a, true, err);
}

const struct command cmd_there = {"there", "N", TEXT_CMD_THERE, ROLE_ORGANIZER, false, run};

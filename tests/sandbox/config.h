/* config.h: writes a rosterd configuration that fits this sandbox. */
#ifndef SANDBOX_CONFIG_H
#define SANDBOX_CONFIG_H

#include "tests/sandbox/sandbox.h"

#include <stdio.h>

int config_write(const struct sandbox *sb);

/* config_grist.c: its remote; its flows, each with the lines `more`, and their cycle. */
void config_write_grist_remote(FILE *file, const struct sandbox *sb);
void config_write_grist_flows(FILE *file, const char *more);

#endif

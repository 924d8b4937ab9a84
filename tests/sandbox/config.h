/* config.h: writes a rosterd configuration that fits this sandbox. */
#ifndef SANDBOX_CONFIG_H
#define SANDBOX_CONFIG_H

#include "tests/sandbox/sandbox.h"

int config_write(const struct sandbox *sb);

#endif

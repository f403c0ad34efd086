// bisect -- COMMAND: halves a range by what a command of the user's says of its moments.
#pragma once

#include "tools/ledgerctl/replay_verbs.h"
#include "tools/ledgerctl/session.h"

namespace ledgerctl {

// Exit::ok: found. Exit::failed: the command says the same at both ends, or skips too much.
Exit bisect_by_command(const Session& session, const BisectAsked& asked);

}  // namespace ledgerctl

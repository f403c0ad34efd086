// What a shell sees when ledgerctl ends, and how everything that goes wrong comes to it.
#pragma once

#include <string_view>

#include "ledger/result.h"

namespace ledgerctl {

enum class Exit {
  ok = 0,
  failed = 1,
  usage = 2,  // What was typed, or a file that was given, is not what it should be.
  not_found = 3,
  not_allowed = 4,
  conflict = 5,  // It is no longer as it was when this was asked for, or never was.
  not_verified = 6,
  timed_out = 7,
  unavailable = 8,
  interrupted = 130,
};

// Of a server's refusal: its status, and its problem's code where that says more.
Exit exit_of(int status, std::string_view code);
// Of long work that failed on a server, which has a code only.
Exit exit_of_operation(std::string_view code);
// Of what this program could not do by itself.
Exit exit_of(const ledger::Error& error);

}  // namespace ledgerctl

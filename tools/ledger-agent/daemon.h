// The agent as a program: its identity, its clock, and round after round.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "ledger/result.h"
#include "tools/process.h"
#include "updates/agent/agent.h"
#include "updates/machine/enrolment.h"

namespace ledger_agent {

namespace domain = ledger::domain;

struct Options {
  std::string manager;  // https://host:port of its machine listener.
  std::filesystem::path state;
  std::filesystem::path install;
  std::filesystem::path enrolment_token_file;  // "-": stdin; empty: it has joined already.
  std::filesystem::path manager_ca;
  std::string manager_fingerprint;
  domain::ComputerId computer;
  std::string name;
  domain::Platform platform;
  std::vector<domain::Module> modules;
  std::vector<std::string> labels;
  std::vector<domain::ComponentName> components;
  std::size_t keep = 3;
  std::vector<std::string> hook;
  std::chrono::seconds hook_timeout{60};
  std::chrono::seconds retry{30};  // At most, while the manager does not answer.
  bool once = false;
};

// Until it is stopped; with `once`, for one round. Answers the exit status: 0, 1 when it could not
// begin or, with `once`, the manager was not heard or a stop cut the round short.
int run(const Options& options, const process::StopBySignal& stop);

}  // namespace ledger_agent

#include "tools/ledgerctl/command_run.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace ledgerctl {
namespace {

constexpr int skip_status = 125;
constexpr int told_max = 127;     // Beyond it, a shell says that a signal ended the command.
constexpr int not_started = 128;  // What the child says when there is no such program.

// In the child; does not return.
[[noreturn]] void become(const CommandRun& run, int input, std::uint64_t position) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(input, STDIN_FILENO);
  setenv("LEDGER_POSITION", std::to_string(position).c_str(), 1);
  std::vector<char*> arguments;
  for (const auto& each : run.command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments.front(), arguments.data());
  std::fprintf(stderr, "ledgerctl: cannot start %s\n", arguments.front());
  _exit(not_started);
}

Said meaning_of(int status) {
  if (!WIFEXITED(status)) return Said::broken;
  const int code = WEXITSTATUS(status);
  if (code == 0) return Said::good;
  if (code == skip_status) return Said::skip;
  return code <= told_max ? Said::bad : Said::broken;
}

}  // namespace

Said run_command_on(const CommandRun& run, const std::string& input, std::uint64_t position) {
  // A file, not a pipe: a command that does not read it all must not hold us up.
  std::FILE* file = std::tmpfile();
  if (file == nullptr) return Said::broken;
  std::fwrite(input.data(), 1, input.size(), file);
  std::fflush(file);
  std::rewind(file);
  const pid_t child = fork();
  if (child == 0) become(run, fileno(file), position);
  std::fclose(file);
  if (child < 0) return Said::broken;
  setpgid(child, child);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(run.timeout_seconds);
  auto pause = std::chrono::milliseconds(1);
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (end < std::chrono::steady_clock::now()) {
      kill(-child, SIGKILL);
      waitpid(child, &status, 0);
      return Said::endless;
    }
    std::this_thread::sleep_for(pause);
    if (pause < std::chrono::milliseconds(20)) pause *= 2;
  }
  return meaning_of(status);
}

}  // namespace ledgerctl

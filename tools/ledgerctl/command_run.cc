#include "tools/ledgerctl/command_run.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
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

// The group of the command that runs; 0: none does.
std::atomic<pid_t> running_group{0};
static_assert(std::atomic<pid_t>::is_always_lock_free, "a signal handler may read it");

// Who ends us ends what the command has started too; then the signal does what it ever does.
void end_with_command(int number) {
  if (const pid_t group = running_group; group > 0) kill(-group, SIGKILL);
  std::signal(number, SIG_DFL);
  std::raise(number);
}

constexpr std::array<int, 3> ending_signals{SIGINT, SIGTERM, SIGHUP};

// While it lives, the group ends with us.
class Tied {
 public:
  explicit Tied(pid_t group) {
    running_group = group;
    for (std::size_t i = 0; i < ending_signals.size(); ++i) {
      before_[i] = std::signal(ending_signals[i], end_with_command);
    }
  }
  ~Tied() {
    for (std::size_t i = 0; i < ending_signals.size(); ++i) {
      std::signal(ending_signals[i], before_[i]);
    }
    running_group = 0;
  }
  Tied(const Tied&) = delete;
  Tied& operator=(const Tied&) = delete;

 private:
  std::array<void (*)(int), ending_signals.size()> before_{};
};

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
  const Tied tied(child);
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

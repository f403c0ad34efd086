#include "tools/bench/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <ctime>
#include <fstream>
#include <sstream>

namespace bench {

using ledger::Result;

Result<std::unique_ptr<Child>> Child::start(std::vector<std::string> words,
                                            const std::filesystem::path& log) {
  const auto not_started = [](const std::string& why) {
    return ledger::fail(ledger::ErrorKind::unavailable, "program-not-started",
                        "A program could not be started: there are too many " + why + ".");
  };
  std::unique_ptr<Child> child(new Child());
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return not_started("open files");
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  child->process_ = ::fork();
  if (child->process_ == 0) {
    // Only what may be called between fork and exec; the bench has threads.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int errors = ::open(log.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
    ::dup2(pipe[1], STDOUT_FILENO);
    if (errors >= 0) ::dup2(errors, STDERR_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(pipe[1]);
  child->output_ = pipe[0];
  if (child->process_ < 0) return not_started("processes");
  return child;
}

Child::~Child() {
  end(SIGKILL);
  if (output_ >= 0) ::close(output_);
}

std::string Child::line() {
  std::string line;
  char byte = 0;
  while (::read(output_, &byte, 1) == 1 && byte != '\n') line.push_back(byte);
  return line;
}

std::uint64_t Child::memory(const std::string& name) const {
  std::ifstream status("/proc/" + std::to_string(process_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(name + ":")) continue;
    std::istringstream words(line.substr(name.size() + 1));
    std::uint64_t kilobytes = 0;
    words >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

double Child::processor_seconds() const {
  clockid_t clock{};
  timespec taken{};
  if (::clock_getcpuclockid(process_, &clock) != 0 || ::clock_gettime(clock, &taken) != 0) return 0;
  return static_cast<double>(taken.tv_sec) + static_cast<double>(taken.tv_nsec) / 1e9;
}

void Child::end(int signal) {
  if (process_ < 0) return;
  ::kill(process_, signal);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

}  // namespace bench

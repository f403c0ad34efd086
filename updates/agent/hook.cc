#include "updates/agent/hook.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "updates/local_file.h"

extern char** environ;

namespace ledger::updates::agent {
namespace {

using std::chrono::milliseconds;

constexpr int status_timed_out = 124;
constexpr int status_not_started = 127;

// What execve takes: texts that live as long as this.
class Texts {
 public:
  void add(std::string text) { texts_.push_back(std::move(text)); }
  char** pointers() {
    pointers_.clear();
    for (auto& each : texts_) pointers_.push_back(each.data());
    pointers_.push_back(nullptr);
    return pointers_.data();
  }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
};

void keep_last(std::string& said, std::string_view more) {
  said += more;
  if (said.size() > hook_said_bytes_max) said.erase(0, said.size() - hook_said_bytes_max);
}

// Starts it in a process group of its own, which can be ended as a whole.
int start(const HookCommand& command, int output, pid_t& process) {
  Texts words;
  for (const auto& word : command.words) words.add(word);
  Texts environment;
  for (char** each = environ; *each != nullptr; ++each) environment.add(*each);
  for (const auto& [name, value] : command.environment) environment.add(name + "=" + value);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  sigset_t all;
  ::sigfillset(&all);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  const int problem = ::posix_spawnp(&process, command.words.front().c_str(), &actions, &attributes,
                                     words.pointers(), environment.pointers());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  return problem;
}

std::int32_t status_of(int waited) {
  if (WIFEXITED(waited)) return WEXITSTATUS(waited);
  return 128 + (WIFSIGNALED(waited) ? WTERMSIG(waited) : 0);
}

// Reads until the command has closed its output or the time is over; answers whether it closed it.
bool read_until_end(int output, milliseconds timeout, std::string& said) {
  constexpr int step = 20;
  std::string buffer(4'096, '\0');
  for (auto left = timeout; left.count() > 0;) {
    pollfd waiting{output, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, step);
    if (ready == 0) left -= milliseconds(step);
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    const ssize_t got = ::read(output, buffer.data(), buffer.size());
    if (got == 0) return true;
    if (got < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (got > 0) keep_last(said, std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
    left -= milliseconds(1);  // One that never stops talking ends too.
  }
  return false;
}

// It has closed its output; it may go on for as long as is left.
bool ended(pid_t process, milliseconds timeout, int& waited) {
  constexpr int step = 10;
  for (auto left = timeout; left.count() > 0; left -= milliseconds(step)) {
    const pid_t done = ::waitpid(process, &waited, WNOHANG);
    if (done == process) return true;
    if (done < 0 && errno != EINTR) return true;
    ::poll(nullptr, 0, step);
  }
  return false;
}

}  // namespace

HookResult run_hook(const HookCommand& command) {
  if (command.words.empty()) return {status_not_started, "No command was given."};
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return {status_not_started, "No pipe could be made."};
  const Descriptor output(ends[0]);
  HookResult result;
  pid_t process = 0;
  {
    const Descriptor input(ends[1]);
    if (const int problem = start(command, input.get(), process); problem != 0) {
      return {status_not_started, command.words.front() + " cannot be started: " +
                                      std::generic_category().message(problem) + "."};
    }
  }
  int waited = 0;
  const bool closed = read_until_end(output.get(), command.timeout, result.said);
  if (closed && ended(process, command.timeout, waited)) {
    result.exit_status = status_of(waited);
    ::kill(-process, SIGKILL);  // What it left running has no business any more.
    return result;
  }
  ::kill(-process, SIGKILL);
  while (::waitpid(process, &waited, 0) < 0 && errno == EINTR) {
  }
  result.exit_status = status_timed_out;
  return result;
}

std::vector<std::string> command_words(const std::string& text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0 ? c == quote : c == '\'' || c == '"') {
      quote = quote != 0 ? '\0' : c;
      if (!in_word) words.emplace_back();
      in_word = true;
    } else if (c == ' ' && quote == 0) {
      in_word = false;
    } else {
      if (!in_word) words.emplace_back();
      in_word = true;
      words.back() += c;
    }
  }
  return words;
}

}  // namespace ledger::updates::agent

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

constexpr int step = 20;  // Milliseconds between two looks at what may end it.
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

// How long it may take, by a clock that nobody sets, and who may end it before.
class Patience {
 public:
  explicit Patience(const HookCommand& command)
      : until_(Clock::now() + command.timeout), stop_(command.stop) {}
  bool is_over() const { return stop_.stop_requested() || Clock::now() >= until_; }
  bool is_stopped() const { return stop_.stop_requested(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point until_;
  std::stop_token stop_;
};

// Reads what there is within a step, or waits for as long; answers whether there may be more.
bool read_some(int output, std::string& said) {
  pollfd waiting{output, POLLIN, 0};
  if (::poll(&waiting, 1, step) <= 0) return true;
  std::string buffer(65'536, '\0');
  const ssize_t got = ::read(output, buffer.data(), buffer.size());
  if (got > 0) keep_last(said, std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
  return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

// Whether it ended by itself while there was patience. Not whether its output was closed: a service
// that it started may keep that open for ever.
bool ended(pid_t process, const Patience& patience, int output, std::string& said, int& waited) {
  for (bool is_open = true;;) {
    const pid_t done = ::waitpid(process, &waited, WNOHANG);
    const bool is_over = done == process || (done < 0 && errno != EINTR);
    if (is_over || patience.is_over()) {
      if (is_open) read_some(output, said);
      return is_over;
    }
    if (is_open) {
      is_open = read_some(output, said);
    } else {
      ::poll(nullptr, 0, step);
    }
  }
}

// Asks it to end, and ends it with all that it started when it does not.
int end(pid_t process, int output, std::string& said) {
  int waited = 0;
  ::kill(-process, SIGTERM);
  HookCommand farewell;
  farewell.timeout = hook_farewell;
  const bool heeded = ended(process, Patience(farewell), output, said, waited);
  ::kill(-process, SIGKILL);
  while (!heeded && ::waitpid(process, &waited, 0) < 0 && errno == EINTR) {
  }
  return waited;
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
  const Patience patience(command);
  int waited = 0;
  if (ended(process, patience, output.get(), result.said, waited)) {
    result.exit_status = status_of(waited);
    ::kill(-process, SIGKILL);  // What it left running has no business any more.
    return result;
  }
  result.stopped = patience.is_stopped();
  waited = end(process, output.get(), result.said);
  result.exit_status = result.stopped ? status_of(waited) : status_timed_out;
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

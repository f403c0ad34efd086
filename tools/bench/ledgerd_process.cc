#include "tools/bench/ledgerd_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <ctime>
#include <fstream>
#include <sstream>

#include "ledger/store/durable_file.h"
#include "tools/bench/bench_ledger.h"
#include "tools/bench/http_load.h"
#include "tools/bench/timing.h"

namespace bench {

using ledger::fail;
using ledger::Result;

namespace {

auto not_started(const std::string& why) {
  return fail(ledger::ErrorKind::unavailable, "ledgerd-not-started",
              "ledgerd did not start: " + why +
                  ". It stands beside ledger-bench, or name it by "
                  "--ledgerd.");
}

// Reads up to the end of a line, or of what there is.
std::string line_from(int descriptor) {
  std::string line;
  char byte = 0;
  while (::read(descriptor, &byte, 1) == 1 && byte != '\n') line.push_back(byte);
  return line;
}

double processor_seconds(pid_t process) {
  clockid_t clock{};
  timespec taken{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &taken) != 0) return 0;
  return static_cast<double>(taken.tv_sec) + static_cast<double>(taken.tv_nsec) / 1e9;
}

}  // namespace

Result<std::unique_ptr<LedgerdProcess>> LedgerdProcess::start(const std::filesystem::path& program,
                                                              const std::filesystem::path& data) {
  std::unique_ptr<LedgerdProcess> started(new LedgerdProcess());
  started->data_ = data;
  const auto began = Clock::now();
  if (const auto launched = started->launch(program); !launched) return fail(launched.error());
  if (const auto ready = started->await_ready(); !ready) return fail(ready.error());
  started->seconds_to_ready_ = seconds_since(began);
  started->processor_seconds_to_ready_ = processor_seconds(started->process_);
  return started;
}

Result<void> LedgerdProcess::launch(const std::filesystem::path& program) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return not_started("there are too many open files");
  const std::string log = data_.string() + ".ledgerd.log";
  std::array<std::string, 8> words = {program.string(), "--data",         data_.string(),
                                      "--listen",       "127.0.0.1:0",    "--name",
                                      log_name,         "--no-rate-limit"};
  std::array<char*, 9> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  process_ = ::fork();
  if (process_ == 0) {
    // Only what may be called between fork and exec; the bench has threads.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int errors = ::open(log.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
    ::dup2(pipe[1], STDOUT_FILENO);
    if (errors >= 0) ::dup2(errors, STDERR_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(pipe[1]);
  output_ = pipe[0];
  if (process_ < 0) return not_started("there are too many processes");
  return {};
}

Result<void> LedgerdProcess::await_ready() {
  const std::string line = line_from(output_);
  const auto colon = line.rfind(':');
  const bool told = line.starts_with("listening on ") && colon != std::string::npos;
  if (!told) return not_started("see " + data_.string() + ".ledgerd.log");
  std::from_chars(line.data() + colon + 1, line.data() + line.size(), port_);
  HttpLoad load;
  load.port = port_;
  load.request = [](std::size_t, std::uint64_t) { return get_request("/readyz", ""); };
  const auto answers = put_load(load);
  if (!answers) return fail(answers.error());
  return {};
}

LedgerdProcess::~LedgerdProcess() {
  end(SIGKILL);
  if (output_ >= 0) ::close(output_);
}

void LedgerdProcess::end(int signal) {
  if (process_ < 0) return;
  ::kill(process_, signal);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

Result<std::string> LedgerdProcess::admin_token() const {
  auto text = ledger::store::read_file(data_ / "admin-token");
  if (!text) return fail(text.error());
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return *std::move(text);
}

std::uint64_t LedgerdProcess::memory(const std::string& name) const {
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

}  // namespace bench

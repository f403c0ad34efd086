// A program that runs beside the bench: what it prints, line by line, and what it costs.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ledger/result.h"

namespace bench {

class Child {
 public:
  // The program and its arguments; what it has to say of errors is appended to `log`.
  // Errors: unavailable ("program-not-started").
  static ledger::Result<std::unique_ptr<Child>> start(std::vector<std::string> words,
                                                      const std::filesystem::path& log);
  // Kills it, if it was not ended, as the end of the bench does.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The next line of its output; empty: it ended.
  std::string line();
  // What the kernel says of it, in bytes: "VmRSS" (resident), "VmHWM" (resident at most).
  std::uint64_t memory(const std::string& name) const;
  // Of processors, that all its threads have taken: other work on the machine does not lengthen it.
  double processor_seconds() const;

  // Ends it by a signal and waits for its end.
  void end(int signal);

 private:
  Child() = default;

  pid_t process_ = -1;
  int output_ = -1;
};

}  // namespace bench

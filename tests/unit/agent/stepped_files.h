// The real file system, where a test may end the process or refuse at any step of a change.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "updates/agent/files.h"

namespace tests {

class SteppedFiles final : public ledger::updates::agent::Files {
 public:
  using Path = std::filesystem::path;
  template <class T>
  using Result = ledger::Result<T>;

  // Asked before each step, with its number from 1.
  std::function<Result<void>(int step)> before;

  int steps() const { return steps_; }

  // What was done, for tests of the order: "made" or "synced", and a path.
  struct Done {
    std::string what;
    Path path;
  };
  std::vector<Done> trace;

  Result<void> make_directory(const Path& directory) override;
  Result<std::unique_ptr<ledger::updates::agent::NewFile>> make(const Path& path) override;
  Result<std::unique_ptr<ledger::updates::agent::NewFile>> go_on(const Path& path) override;
  Result<void> link(const Path& from, const Path& to) override;
  Result<void> link_to(const std::string& target, const Path& link) override;
  Result<void> rename(const Path& from, const Path& to) override;
  Result<void> remove(const Path& path) override;
  Result<void> remove_directory(const Path& path) override;
  Result<void> sync_directory(const Path& directory) override;

 private:
  class File;
  Result<void> step();
  Result<void> noted(const char* what, const Path& path, Result<void> done);

  ledger::updates::agent::SystemFiles real_;
  int steps_ = 0;
};

// Runs `change` in a process of its own that is killed before step `step`; answers whether it got
// that far. What the disk has afterwards is what it had at that moment.
bool killed_at(int step, const std::function<void(SteppedFiles&)>& change);

// Refuses the step, as a full disk does, and all that follow.
ledger::Result<void> full_disk();

}  // namespace tests

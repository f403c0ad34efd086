// A directory of a test's own, gone with it. In memory where there is room: tests plant the faults
// of a disk themselves, and a real one only makes them wait.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "ledger/result.h"

namespace tests {

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::error_code none;
    const std::filesystem::path memory = "/dev/shm";
    const auto space = std::filesystem::space(memory, none);
    const bool roomy = !none && space.available > std::uintmax_t{512} << 20U;
    const auto parent = roomy ? memory : std::filesystem::temp_directory_path();
    std::string name = (parent / "ledger-test-XXXXXX").string();
    CHECK(::mkdtemp(name.data()) != nullptr, "a directory for a test can be made");
    path_ = name;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace tests

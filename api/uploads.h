// Bodies that go to files as they come, since they are too large to be kept in memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

#include "ledger/result.h"

namespace api {

// One body; its file goes when nobody has it any more. Thread: one at a time.
class Upload {
 public:
  virtual ~Upload() = default;
  // Errors: unavailable ("disk-full": also where it would take what the record needs), io.
  virtual ledger::Result<void> write(std::string_view piece) = 0;
  virtual const std::filesystem::path& file() const = 0;
};

// Thread: any.
class Uploads {
 public:
  // Whatever an earlier process left in `directory` goes.
  Uploads(std::filesystem::path directory, std::size_t at_once_max);

  // A new file. It may outlive this. Errors: overloaded ("too-many-uploads"), unavailable
  // ("disk-full"), io ("file-failed").
  ledger::Result<std::shared_ptr<Upload>> begin();

 private:
  std::filesystem::path directory_;
  std::size_t at_once_max_;
  std::shared_ptr<std::atomic<std::size_t>> open_;
};

}  // namespace api

// A repository on disk as its publisher makes it, and the way to it, on which a test plants faults.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/support/scratch_directory.h"
#include "updates/directory_content_store.h"
#include "updates/mirror.h"
#include "updates/tuf/publisher.h"

namespace tests {

namespace tuf = ledger::updates::tuf;
namespace updates = ledger::updates;
namespace domain = ledger::domain;

inline constexpr domain::Time noon{1'800'000'000'000'000};

class PublishedSite final : public tuf::Transport {
 public:
  // Of another owner: with other keys.
  explicit PublishedSite(const std::string& owner = "");

  void add(const std::string& path, const std::string& bytes, domain::Time now = noon,
           const std::string& custom = "");
  void retire(const std::string& path, domain::Time now = noon);
  void renew(const std::string& role, domain::Time now = noon);
  void rotate(const std::string& role, const std::string& new_key);
  std::string root() const { return bytes("metadata/1.root.json"); }
  std::string bytes(const std::string& path) const;
  void put(const std::string& path, const std::string& bytes) const;

  ledger::Result<void> get(const std::string& path, std::uint64_t bytes_max,
                           const tuf::Sink& sink) override;

  std::vector<std::string> asked;
  std::map<std::string, ledger::Error> failing;  // Instead of this path's file.
  std::map<std::string, std::string> replaced;   // The same.

 private:
  static tuf::KeyRing ring(const std::vector<std::string>& names);
  tuf::Repository open() const;

  ScratchDirectory scratch_;
  std::vector<std::string> signers_ = {"root-1", "root-2",   "targets-1", "targets-2",
                                       "rules",  "patterns", "snapshot",  "timestamp"};
};

}  // namespace tests

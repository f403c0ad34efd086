// A witness of logs (C2SP tlog-witness): it remembers the newest head of each, and cosigns only
// what continues it. Two readers of one log who both ask for its cosignature cannot be shown two
// logs.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/cosignature.h"
#include "ledger/merkle/signing_key.h"
#include "ledger/result.h"

namespace ledger_witness {

struct Answer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class Witness {
 public:
  struct Options {
    std::filesystem::path directory;
    std::string name;                               // In its cosignatures.
    std::vector<ledger::merkle::VerifierKey> logs;  // Several keys of one name: any of them.
    std::function<std::uint64_t()> now;             // Seconds since 1970.
  };
  // Makes the directory and the key if they are missing. Errors: io, corrupt.
  static ledger::Result<Witness> open(Options options);

  ledger::merkle::WitnessKey key() const { return {options_.name, key_.public_key()}; }
  // Answers POST /add-checkpoint. What is cosigned is on the disk before.
  // Thread: any; one at a time is worked on.
  Answer add_checkpoint(std::string_view request);

 private:
  Witness(Options options, ledger::merkle::SigningKey key)
      : options_(std::move(options)), key_(std::move(key)) {}

  ledger::Result<ledger::merkle::Checkpoint> opened(std::string_view note) const;
  // The newest head of a log that was cosigned; size 0: none was.
  ledger::Result<ledger::merkle::Checkpoint> last_of(const std::string& origin) const;
  std::filesystem::path file_of(const std::string& origin, const char* kind) const;
  Answer decide(const ledger::merkle::AddCheckpoint& request,
                const ledger::merkle::Checkpoint& head);
  // A signed head that is not proved to continue the last one: the newest of them is kept beside
  // that, since no honest log signs two that disagree.
  Answer unproved(int status, const ledger::merkle::AddCheckpoint& request,
                  const ledger::merkle::Checkpoint& head, std::string why) const;

  Options options_;
  ledger::merkle::SigningKey key_;
  std::unique_ptr<std::mutex> working_ = std::make_unique<std::mutex>();
};

}  // namespace ledger_witness

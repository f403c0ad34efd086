// What the routes speak to. main() builds all of it and owns it; everything here outlives the
// server.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/kept.h"
#include "ledger/clock.h"
#include "ledger/contact_book.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/entropy.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "ledger/writer.h"
#include "projections/projector.h"
#include "projections/view_store.h"
#include "updates/content_store.h"
#include "updates/served_file.h"

namespace ledger {
class WitnessKeeper;
class WorldSnapshots;
}  // namespace ledger

namespace api {

namespace domain = ledger::domain;

class MachineAuthority;
class Operations;
class Plans;

// The newest head that was signed.
struct SealedHead {
  domain::Position size;
  domain::Digest root;
  std::string note;  // The signed checkpoint, with the cosignatures of it that there are.
};

struct BackupMade {
  domain::Position size;
  domain::Digest root;
  std::string path;
};

// How far a long work is, and what it is doing now.
struct Progress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0: nobody knows.
  std::string unit = {};    // Of both: "bytes"; empty: it counts nothing.
  std::string phase = {};   // "downloading"; empty: it has but one.
  std::string file = {};    // That is on its way; empty: none.
  std::uint64_t file_done = 0;
  std::uint64_t file_total = 0;
  std::uint64_t per_second = 0;
  std::uint32_t attempt = 1;
  std::optional<domain::Time> next_attempt_at = {};  // It waits until then.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return domain::field_list(
        field("done", &Progress::done), field("total", &Progress::total),
        field("unit", &Progress::unit), field("phase", &Progress::phase),
        field("file", &Progress::file), field("file_done", &Progress::file_done),
        field("file_total", &Progress::file_total), field("per_second", &Progress::per_second),
        field("attempt", &Progress::attempt), field("next_attempt_at", &Progress::next_attempt_at));
  }
  bool operator==(const Progress&) const = default;
};

// Work on files and on the whole record, which the program that runs the server does.
class Chores {
 public:
  virtual ~Chores() = default;
  // Makes a backup under a name, and records that: by whom, why and what for `asked` says, its
  // payload does not matter. Errors: conflict ("backup-exists"), unavailable, io. Thread: any.
  virtual ledger::Result<BackupMade> back_up(const domain::Command& asked,
                                             const std::string& name) = 0;
  // Reads the whole record again, and records what it found, as above; `go_on` is told how far it
  // is, and ends it by answering false. The answer is a JSON object, the report.
  // Errors: unavailable ("verification-ended", by `go_on`; nothing is recorded). Thread: any.
  virtual ledger::Result<std::string> verify(const domain::Command& asked,
                                             const std::function<bool(Progress)>& go_on) = 0;
  // Has a new key sign heads, and records that, as above. The answer is a JSON object. What was cut
  // short by a crash is finished. Errors: unavailable ("not-sealed-yet"), io. Thread: any.
  virtual ledger::Result<std::string> change_key(const domain::Command& asked) = 0;
  // The last head that a retired key signed; it covers the event that introduced the next one.
  // Errors: not_found ("signing-key-unknown"), io. Thread: any.
  virtual ledger::Result<std::string> last_head_of(const std::string& key_id) = 0;
};

struct Services {
  ledger::Writer& writer;
  const ledger::store::EventLog& log;
  const projections::ViewStore& views;
  const projections::Projector& projector;
  ledger::ContactBook& contacts;
  ledger::updates::ContentStore& content;
  const ledger::Clock& clock;
  ledger::Entropy& entropy;
  Plans& plans;
  Operations& operations;
  Chores& chores;
  // The newest signed head, after waiting until it covers so many records or the time is over.
  std::function<SealedHead(domain::Position at_least, std::chrono::milliseconds at_most)> sealed;
  std::function<ledger::merkle::VerifierKey()> key;  // That signs heads now.
  // From which the secrets of tokens are made, so that a request which is repeated gets the same.
  domain::Digest secret_seed;
  std::string version;
  domain::Time started_at;
  // Whether the service answers what it should; why not, in a sentence, if it does not.
  std::function<std::string()> why_not_ready;
  // Prometheus lines of the server itself.
  std::function<std::string()> server_metrics;
  std::string environment = "local";  // Stands in tokens, so that people see where they belong.
  // Signs certificates of computers; null: they speak by tokens only.
  const MachineAuthority* machines = nullptr;
  // Asks an RFC 3161 authority for a timestamp over these bytes; empty: none is configured.
  std::function<ledger::Result<std::string>(std::string_view)> timestamp = {};
  std::shared_ptr<KeptAnswers> kept = std::make_shared<KeptAnswers>();
  // A file of the copy of a source's repository: "metadata/timestamp.json", "targets/...", as it
  // stands in a URL. Errors: not_found ("source-unknown", "file-unknown").
  std::function<ledger::Result<ledger::updates::ServedFile>(
      const domain::SourceId&, const std::string& path, ledger::updates::Belief belief)>
      repository_file = {};
  // Takes a bundle of a source, as SourceChecks of ledgerd says; empty: nothing here does.
  std::function<ledger::Result<std::string>(const domain::SourceId&, const std::string& file,
                                            const domain::Command& asked,
                                            const std::function<bool()>& go_on)>
      import_bundle = {};
  // Worlds of earlier moments, to fold on from; null: everything is folded from the beginning.
  const ledger::WorldSnapshots* snapshots = nullptr;
  // Writes that wait until they are sealed or witnessed; each keeps a handler busy.
  std::shared_ptr<std::atomic<std::size_t>> acknowledging =
      std::make_shared<std::atomic<std::size_t>>(0);
  // Who cosigns the heads; null: nobody is asked.
  const ledger::WitnessKeeper* witnesses = nullptr;
};

}  // namespace api

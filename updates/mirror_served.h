// What a mirror serves, on disk: a folder of metadata for each state, and a link that names the
// one in force, so that a reader never sees half of a change.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "updates/mirror.h"
#include "updates/tuf/client.h"

namespace ledger::updates {

// One state: never changed once it is shown to others.
struct Served {
  MirrorState state;
  std::filesystem::path folder;                   // Of its metadata; empty: nothing is served.
  std::map<std::string, bool> metadata;           // Names of files, and whether they never change.
  std::map<std::string, domain::Digest> targets;  // By path, the hash in its name.
};

MirrorState state_of(const tuf::Client& client, const tuf::Client::Listing& listing);

// Thread: one at a time.
class ServedFolders {
 public:
  // `roots` has N.root.json of every root since `pinned`, which is the first.
  ServedFolders(std::filesystem::path directory, std::filesystem::path roots, std::string pinned)
      : directory_(std::move(directory)), roots_(std::move(roots)), pinned_(std::move(pinned)) {}

  // What was served last. Verified again, but for its age; what is damaged is as good as none.
  std::shared_ptr<const Served> load();
  // What this client has verified takes the place of `before`, at once, and durably.
  // Errors: corrupt ("roots-damaged": those in `roots`), io.
  Result<std::shared_ptr<const Served>> publish(const tuf::Client& client,
                                                const tuf::Client::Listing& listing,
                                                const Served& before);

 private:
  Result<void> fill(const std::filesystem::path& folder, const std::filesystem::path& before,
                    const std::map<std::string, std::string>& files) const;
  Result<std::map<std::string, std::string>> files_of(const tuf::Client& client,
                                                      const tuf::Client::Listing& listing) const;

  std::filesystem::path directory_;
  std::filesystem::path roots_;
  std::string pinned_;
};

}  // namespace ledger::updates

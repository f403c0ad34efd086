// Whether a client can use a repository, and for how long.
#include <stdlib.h>

#include <iostream>
#include <utility>

#include "ledger/clock.h"
#include "ledger/digest.h"
#include "tools/ledger-publish/verbs.h"
#include "updates/mirror.h"
#include "updates/tuf/client.h"
#include "updates/tuf/paths.h"
#include "updates/tuf/source_transport.h"

namespace ledger_publish {

using ledger::ErrorKind;
using ledger::fail;
namespace fs = std::filesystem;
namespace updates = ledger::updates;

namespace {

// For what a client keeps, gone at the end.
class Scratch {
 public:
  Scratch() : path_((fs::temp_directory_path() / "ledger-publish-XXXXXX").string()) {
    made_ = ::mkdtemp(path_.data()) != nullptr;
  }
  ~Scratch() {
    std::error_code ignored;
    if (made_) fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool made_ = false;
};

std::string url_of(const std::string& where) {
  if (where.find("://") != std::string::npos) return where;
  const auto path = fs::absolute(where).lexically_normal().string();
  return "file://" + tuf::percent_encoded(path, tuf::Slash::kept);
}

Result<std::string> trusted_root(tuf::Transport& transport, const std::string& root) {
  if (root.empty()) {
    return tuf::get_whole(transport, "metadata/1.root.json", tuf::root_bytes_max);
  }
  const auto digest = domain::digest_from_hex(root);
  if (!digest) {
    return fail(ErrorKind::invalid, "root-digest", "--root takes 64 hexadecimal digits.");
  }
  return updates::fetch_pinned_root(transport, *digest);
}

// How long before its end a role should be signed again.
domain::Duration margin_of(const std::string& role) {
  if (role == "timestamp") return domain::hours(6);
  if (role == "snapshot") return domain::days(2);
  return domain::days(30);
}

void tell(const std::string& role, std::uint64_t version, domain::Time expires, domain::Time now) {
  std::cout << role << std::string(role.size() < 11 ? 11 - role.size() : 1, ' ') << "version "
            << version << ", expires " << domain::rfc3339(expires);
  if (expires <= now + margin_of(role)) std::cout << "  renew it soon";
  std::cout << '\n';
}

// The number of those that are not what was signed, each said.
std::size_t check_targets(tuf::Transport& transport, const tuf::Client::Listing& listing) {
  tuf::Below targets(transport, "targets/");
  std::size_t bad = 0;
  std::uint64_t bytes = 0;
  for (const auto& each : listing.targets) {
    const auto got = tuf::fetch_target(targets, each, [&](std::string_view piece) {
      bytes += piece.size();
      return Result<void>();
    });
    if (got) continue;
    ++bad;
    std::cout << "bad        " << each.path << ": " << got.error().detail << '\n';
  }
  std::cout << "listed     " << listing.targets.size() << " targets, " << bytes << " bytes\n";
  return bad;
}

}  // namespace

Result<void> check(const std::string& where, const std::string& root) {
  auto transport = tuf::SourceTransport::open(url_of(where), "");
  if (!transport) return fail(transport.error());
  const auto pinned = trusted_root(**transport, root);
  if (!pinned) return fail(pinned.error());
  const Scratch scratch;
  const tuf::MetadataDirectory kept(scratch.path());
  if (auto done = tuf::Client::pin(kept, *pinned); !done) return done;
  const auto now = ledger::SystemClock().now();
  tuf::Below metadata(**transport, "metadata/");
  auto client = tuf::Client::open(kept, metadata, now);
  if (!client) return fail(client.error());
  if (auto done = client->refresh(); !done) return done;
  const auto listing = client->list();
  if (!listing) return fail(listing.error());
  const auto& trusted = client->trusted();
  std::cout << "trust root " << hex(ledger::sha256(*pinned)) << '\n';
  tell("root", trusted.root().version, trusted.root().expires, now);
  tell("timestamp", trusted.timestamp()->version, trusted.timestamp()->expires, now);
  tell("snapshot", trusted.snapshot()->version, trusted.snapshot()->expires, now);
  for (const auto& [role, found] : listing->roles) tell(role, found->version, found->expires, now);
  const auto bad = check_targets(**transport, *listing);
  if (bad == 0) return {};
  return fail(ErrorKind::refused, "check-failed",
              std::to_string(bad) + " of " + std::to_string(listing->targets.size()) +
                  " targets are not what was signed.");
}

}  // namespace ledger_publish

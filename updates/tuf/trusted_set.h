// The rules of TUF's client workflow without any I/O: what may follow what, and which attack each
// check stops. Whoever fetches hands in bytes; what was refused changes nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "updates/tuf/metadata.h"

namespace ledger::updates::tuf {

// Errors of all that take metadata, beside those of read_metadata: refused ("tuf-unsigned": below
// the threshold; "tuf-rollback"; "tuf-version"; "tuf-expired"; "tuf-unlisted": the snapshot or the
// parent does not name it), corrupt ("tuf-length", "tuf-hash").
// Thread: one at a time.
class TrustedSet {
 public:
  // `root` is trusted already: pinned, or kept from an earlier run. `now` is the one reading of the
  // clock for all checks.
  static Result<TrustedSet> begin(std::string root, domain::Time now);

  // Root N+1, signed by a threshold of N and of itself.
  Result<void> take_root(std::string bytes);
  // No root is newer: the one that is trusted must not be expired. Comes before all that follows.
  Result<void> end_of_roots();

  // What an earlier run left. Even expired it is what nothing may fall behind.
  Result<void> take_local_timestamp(std::string bytes);
  // False: it has the version that is trusted, which stays.
  Result<bool> take_timestamp(std::string bytes);

  // Whether it is the snapshot that the timestamp names, so that none has to be fetched. If it is
  // not, it is still what nothing may fall behind.
  Result<bool> take_local_snapshot(std::string bytes);
  Result<void> take_snapshot(std::string bytes);

  // Roles are told apart by the chain that leads to them, since another parent may trust other
  // keys. "targets" has no parent. Answers the role's own chain.
  Result<std::string> take_targets(const std::string& parent_chain, const std::string& role,
                                   std::string bytes);
  static std::string chain_of(const std::string& parent_chain, const std::string& role);

  const Metadata& root() const { return root_; }
  const Metadata* timestamp() const { return timestamp_ ? &*timestamp_ : nullptr; }
  const Metadata* snapshot() const { return snapshot_is_final_ ? &*snapshot_ : nullptr; }
  const Metadata* targets(const std::string& chain) const;

  // What is known of a file before it is fetched; null when it is not listed.
  const FileFacts* snapshot_facts() const;
  const FileFacts* targets_facts(const std::string& role) const;
  domain::Time now() const { return now_; }

 private:
  TrustedSet(Metadata root, domain::Time now) : root_(std::move(root)), now_(now) {}

  Result<Metadata> signed_by_root(Type type, std::string bytes) const;
  Result<void> check_not_expired(std::string_view name, const Metadata& metadata) const;
  Result<void> check_snapshot_moves_on(const Metadata& next) const;

  Metadata root_;
  domain::Time now_;
  bool roots_ended_ = false;
  std::optional<Metadata> timestamp_;
  std::optional<Metadata> snapshot_;
  bool snapshot_is_final_ = false;
  std::map<std::string, Metadata> targets_;  // By chain.
};

}  // namespace ledger::updates::tuf

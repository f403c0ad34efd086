// One set of files that takes effect as a whole: the patterns of a computer, or its rules. Each
// version is a directory, and `current` is a link to the one in effect; changing it is one rename.
//
//   current -> versions/7     what programs are pointed at
//   versions/7/               files of the set, and nothing else
//   versions/7.json           what they are
//   incoming/<sha256>         bytes that came and are not in a version yet
//   holds.json                what stays as it is although it was decided otherwise
//
// Whatever ends the process at whatever step, `current` is a version that is whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"
#include "updates/agent/files.h"

namespace ledger::updates::agent {

struct InstalledFile {
  std::string name;  // Below the version's directory: "firewall/services/ssh.xml".
  domain::Digest digest;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("name", &InstalledFile::name), field("digest", &InstalledFile::digest));
  }
  bool operator==(const InstalledFile&) const = default;
};

// A component of patterns, which is one file.
struct InstalledPattern {
  domain::ComponentName component;
  std::string version;
  domain::SourceId source;
  std::string target;  // Its path in the repository.
  std::string file;
  domain::Digest digest;
  std::uint64_t snapshot_version = 0;  // Of the metadata that it was verified under.
  // The version that was decided when this one was taken, while nobody could decide; absent: this
  // one was decided.
  std::optional<std::string> instead_of = {};

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("component", &InstalledPattern::component),
        field("version", &InstalledPattern::version), field("source", &InstalledPattern::source),
        field("target", &InstalledPattern::target), field("file", &InstalledPattern::file),
        field("digest", &InstalledPattern::digest),
        field("snapshot_version", &InstalledPattern::snapshot_version),
        field("instead_of", &InstalledPattern::instead_of));
  }
  bool operator==(const InstalledPattern&) const = default;
};

struct InstalledVersion {
  std::uint64_t number = 0;               // Counts versions of this set from 1.
  std::optional<std::uint64_t> previous;  // In effect before it: where a rollback goes.
  domain::Time made_at;
  std::vector<InstalledFile> files;        // By name.
  std::vector<InstalledPattern> patterns;  // By component; of a set of patterns.
  std::optional<domain::Digest> ruleset;   // Of a set of rules.
  std::optional<domain::RuleUpdateId> rule_update;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("number", &InstalledVersion::number), field("previous", &InstalledVersion::previous),
        field("made_at", &InstalledVersion::made_at), field("files", &InstalledVersion::files),
        field("patterns", &InstalledVersion::patterns),
        field("ruleset", &InstalledVersion::ruleset),
        field("rule_update", &InstalledVersion::rule_update));
  }
  bool operator==(const InstalledVersion&) const = default;
};

// While `version` is in effect, these components stay as they are.
struct Hold {
  std::uint64_t version = 0;
  std::vector<domain::ComponentName> components;
  std::optional<domain::InstructionId> instruction;  // That rolled back to this version.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("version", &Hold::version), field("components", &Hold::components),
                      field("instruction", &Hold::instruction));
  }
  bool operator==(const Hold&) const = default;
};

// A file of a version that is to be made.
struct Piece {
  std::string name;
  domain::Digest digest;
  std::filesystem::path from;  // A file of this set that has the bytes; empty: `bytes` are they.
  std::string bytes = {};
};

// Thread: one at a time.
class Installation {
 public:
  // Finishes or removes what an earlier process left half done. `keep`: how many versions before
  // the one in effect stay. Errors: unavailable ("disk-full"), io.
  static Result<Installation> open(Files& files, std::filesystem::path directory, std::size_t keep);

  // Null: nothing is installed, or nobody can say what.
  const InstalledVersion* current() const { return find(current_); }
  // Where a rollback goes; null: nowhere.
  const InstalledVersion* before() const;
  std::filesystem::path file_of(const InstalledVersion& version, const std::string& name) const;

  // Makes a version of these pieces and lets it take effect; number, previous and files of `facts`
  // are set here. What came before stays in effect when it fails, also as far as `hold` goes: what
  // the new version is not to change. Errors: corrupt ("installed-file-damaged": a piece is not
  // what it should be), unavailable ("disk-full"), io.
  Result<void> install(InstalledVersion facts, const std::vector<Piece>& pieces,
                       std::vector<domain::ComponentName> hold = {});
  // Back to before(), whose components then stay until release(). A repeated instruction changes
  // nothing more. Errors: not_found ("no-version-before"), corrupt
  // ("installed-file-damaged"), unavailable, io.
  Result<void> roll_back(const std::optional<domain::InstructionId>& instruction);
  // Whether this instruction brought the version in effect about.
  bool rolled_back_by(const domain::InstructionId& instruction) const;

  std::vector<domain::ComponentName> held() const;
  // Nothing is held any more.
  Result<void> release();

  // Files in effect whose bytes are not what was installed.
  std::vector<std::string> damaged() const;

  // Where bytes of this digest are put before they are installed.
  std::filesystem::path incoming(const domain::Digest& digest) const;
  Result<void> clear_incoming();

 private:
  Installation(Files& files, std::filesystem::path directory, std::size_t keep)
      : files_(&files), directory_(std::move(directory)), keep_(keep) {}

  const InstalledVersion* find(std::uint64_t number) const;
  std::vector<std::string> damaged_in(const InstalledVersion& version) const;
  std::filesystem::path version_path(std::uint64_t number, const char* suffix = "") const;
  Result<void> load();
  Result<void> clean();
  Result<void> put(const std::filesystem::path& made, const Piece& piece) const;
  Result<void> make_version(const InstalledVersion& version, const std::vector<Piece>& pieces);
  Result<void> switch_to(std::uint64_t number);
  Result<void> save_hold(Hold hold);
  Result<void> prune();
  const InstalledVersion* same_as(const InstalledVersion& version) const;

  Files* files_;
  std::filesystem::path directory_;
  std::size_t keep_;
  std::map<std::uint64_t, InstalledVersion> versions_;
  std::vector<Hold> holds_;
  std::uint64_t current_ = 0;
  std::uint64_t last_ = 0;  // The highest number ever seen.
};

}  // namespace ledger::updates::agent

#include "updates/agent/installation.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <system_error>
#include <utility>

#include "ledger/codec/json_in.h"
#include "ledger/codec/json_out.h"
#include "updates/local_file.h"

namespace ledger::updates::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t record_file_bytes_max = 67'108'864;
constexpr const char* link_name = "current";
constexpr const char* holds_name = "holds.json";

struct HoldsFile {
  std::vector<Hold> holds;

  template <class = void>
  static constexpr auto fields() {
    return field_list(domain::field("holds", &HoldsFile::holds));
  }
};

template <class T>
std::optional<T> read_record(const fs::path& path) {
  const auto text = read_local_file(path, record_file_bytes_max);
  if (!text) return std::nullopt;
  auto parsed = codec::parse_json<T>(*text);
  if (!parsed.ok()) return std::nullopt;
  return std::move(parsed.value);
}

// "7" of "7", "7.json" with `suffix` ".json"; 0: it is no name of that kind.
std::uint64_t number_in(std::string_view name, std::string_view suffix) {
  if (!name.ends_with(suffix) || name.starts_with('0')) return 0;
  name.remove_suffix(suffix.size());
  std::uint64_t number = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
  return read.ec == std::errc() && read.ptr == name.data() + name.size() ? number : 0;
}

std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code problem;
  for (auto each = fs::directory_iterator(directory, problem);
       !problem && each != fs::directory_iterator(); each.increment(problem)) {
    entries.push_back(each->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

bool is_own_directory(const fs::path& path) {
  std::error_code problem;
  return fs::is_directory(fs::symlink_status(path, problem));
}

}  // namespace

Result<Installation> Installation::open(Files& files, fs::path directory, std::size_t keep) {
  Installation made(files, std::move(directory), keep);
  for (const char* each : {"versions", "incoming"}) {
    if (auto done = make_directories(files, made.directory_ / each); !done) {
      return fail(done.error());
    }
  }
  if (auto done = made.load(); !done) return fail(done.error());
  if (auto done = made.clean(); !done) return fail(done.error());
  return made;
}

fs::path Installation::version_path(std::uint64_t number, const char* suffix) const {
  return directory_ / "versions" / (std::to_string(number) + suffix);
}

fs::path Installation::incoming(const domain::Digest& digest) const {
  return directory_ / "incoming" / hex(digest);
}

fs::path Installation::file_of(const InstalledVersion& version, const std::string& name) const {
  return version_path(version.number) / name;
}

const InstalledVersion* Installation::find(std::uint64_t number) const {
  const auto found = versions_.find(number);
  return found == versions_.end() ? nullptr : &found->second;
}

const InstalledVersion* Installation::before() const {
  const auto* now = current();
  return now == nullptr || !now->previous ? nullptr : find(*now->previous);
}

Result<void> Installation::load() {
  for (const auto& path : entries_of(directory_ / "versions")) {
    const std::string name = path.filename().string();
    last_ = std::max({last_, number_in(name, ""), number_in(name, ".json"), number_in(name, ".new"),
                      number_in(name, ".json.part")});
    const std::uint64_t number = number_in(name, "");
    if (number == 0 || !is_own_directory(path)) continue;
    auto record = read_record<InstalledVersion>(version_path(number, ".json"));
    if (record && record->number == number) versions_.emplace(number, std::move(*record));
  }
  std::error_code problem;
  const fs::path target = fs::read_symlink(directory_ / link_name, problem);
  if (!problem) current_ = number_in(target.filename().string(), "");
  last_ = std::max(last_, current_);
  if (auto holds = read_record<HoldsFile>(directory_ / holds_name)) {
    holds_ = std::move(holds->holds);
  }
  return {};
}

// What a process that ended in the middle left behind. The version in effect stays even if its
// record cannot be read: programs work with its files.
Result<void> Installation::clean() {
  std::vector<fs::path> left;
  for (const auto& path : entries_of(directory_ / "versions")) {
    const std::string name = path.filename().string();
    const std::uint64_t number = std::max(number_in(name, ""), number_in(name, ".json"));
    if (number == 0 || (find(number) == nullptr && number != current_)) left.push_back(path);
  }
  left.push_back(directory_ / (std::string(link_name) + ".new"));
  left.push_back(directory_ / (std::string(holds_name) + ".part"));
  for (const auto& path : left) {
    if (auto removed = remove_tree(*files_, path); !removed) return removed;
  }
  return {};
}

Result<void> Installation::clear_incoming() {
  for (const auto& path : entries_of(directory_ / "incoming")) {
    if (auto removed = files_->remove(path); !removed) return removed;
  }
  return {};
}

Result<void> Installation::put(const fs::path& made, const Piece& piece) const {
  if (piece.from.empty()) return write_new(*files_, made / piece.name, piece.bytes);
  const auto digest = digest_of_file(piece.from);
  if (!digest) return fail(digest.error());
  if (*digest != piece.digest) {
    return fail(ErrorKind::corrupt, "installed-file-damaged",
                piece.from.string() + " is not what was installed; it is fetched again.");
  }
  return files_->link(piece.from, made / piece.name);
}

// The record comes before the directory has its name: where there is a directory, there is one.
Result<void> Installation::make_version(const InstalledVersion& version,
                                        const std::vector<Piece>& pieces) {
  const fs::path made = version_path(version.number, ".new");
  std::set<fs::path> directories = {made};
  for (const auto& piece : pieces) {
    for (fs::path above = (made / piece.name).parent_path(); above != made;
         above = above.parent_path()) {
      directories.insert(above);
    }
  }
  for (const auto& each : directories) {
    if (auto done = files_->make_directory(each); !done) return done;
  }
  for (const auto& piece : pieces) {
    if (auto done = put(made, piece); !done) return done;
  }
  for (auto each = directories.rbegin(); each != directories.rend(); ++each) {
    if (auto done = files_->sync_directory(*each); !done) return done;
  }
  const std::string record = codec::to_json(version) + "\n";
  auto done = replace(*files_, version_path(version.number, ".json"), record);
  if (done) done = files_->rename(made, version_path(version.number));
  return done ? files_->sync_directory(directory_ / "versions") : done;
}

Result<void> Installation::switch_to(std::uint64_t number) {
  const fs::path link = directory_ / link_name;
  const fs::path next = link.string() + ".new";
  auto done = files_->remove(next);
  if (done) done = files_->link_to("versions/" + std::to_string(number), next);
  if (done) done = files_->rename(next, link);
  if (!done) return done;
  current_ = number;
  return files_->sync_directory(directory_);
}

// A version that was rolled back from may be what is wanted after all: nothing is made twice.
const InstalledVersion* Installation::same_as(const InstalledVersion& version) const {
  for (const auto& [number, each] : versions_) {
    if (number > current_ && each.previous == version.previous && each.files == version.files &&
        each.patterns == version.patterns && each.ruleset == version.ruleset &&
        damaged_in(each).empty()) {
      return &each;
    }
  }
  return nullptr;
}

Result<void> Installation::install(InstalledVersion facts, const std::vector<Piece>& pieces,
                                   std::vector<domain::ComponentName> hold) {
  facts.previous = current() == nullptr ? std::nullopt : std::optional(current_);
  facts.files.clear();
  for (const auto& piece : pieces) facts.files.push_back({piece.name, piece.digest});
  std::sort(facts.files.begin(), facts.files.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  if (const auto* same = same_as(facts)) {
    facts.number = same->number;
  } else {
    facts.number = ++last_;
    if (auto made = make_version(facts, pieces); !made) {
      // What failed is told; this only gives the space back, and the next start does it too.
      static_cast<void>(remove_tree(*files_, version_path(facts.number, ".new")));
      static_cast<void>(remove_tree(*files_, version_path(facts.number)));
      static_cast<void>(files_->remove(version_path(facts.number, ".json")));
      return made;
    }
  }
  const std::uint64_t number = facts.number;
  versions_[number] = std::move(facts);
  if (auto saved = save_hold({number, std::move(hold), std::nullopt}); !saved) return saved;
  if (auto switched = switch_to(number); !switched) return switched;
  if (auto cleared = clear_incoming(); !cleared) return cleared;
  return prune();
}

// Written before the version takes effect, so that none ever takes effect without its hold; one of
// a version that is not in effect says nothing.
Result<void> Installation::save_hold(Hold hold) {
  auto holds = holds_;
  std::erase_if(holds, [&](const Hold& each) {
    return each.version == hold.version || find(each.version) == nullptr;
  });
  if (!hold.components.empty() || hold.instruction) holds.push_back(std::move(hold));
  if (holds == holds_) return {};
  const std::string text = codec::to_json(HoldsFile{holds}) + "\n";
  if (auto saved = replace(*files_, directory_ / holds_name, text); !saved) return saved;
  holds_ = std::move(holds);
  return {};
}

std::vector<domain::ComponentName> Installation::held() const {
  for (const auto& each : holds_) {
    if (each.version == current_) return each.components;
  }
  return {};
}

bool Installation::rolled_back_by(const domain::InstructionId& instruction) const {
  return std::any_of(holds_.begin(), holds_.end(), [&](const Hold& each) {
    return each.version == current_ && each.instruction == instruction;
  });
}

Result<void> Installation::release() { return save_hold({current_, {}, std::nullopt}); }

Result<void> Installation::roll_back(const std::optional<domain::InstructionId>& instruction) {
  if (instruction && rolled_back_by(*instruction)) return {};
  const auto* now = current();
  const auto* then = before();
  if (then == nullptr) {
    return fail(ErrorKind::not_found, "no-version-before",
                "There is no earlier version on this computer to roll back to.");
  }
  if (const auto bad = damaged_in(*then); !bad.empty()) {
    return fail(ErrorKind::corrupt, "installed-file-damaged",
                bad.front() + " of the version before is not what was installed.");
  }
  Hold hold{then->number, held(), instruction};
  for (const auto& each : now->patterns) {
    const bool same =
        std::any_of(then->patterns.begin(), then->patterns.end(), [&](const auto& old) {
          return old.component == each.component && old.digest == each.digest;
        });
    const auto& names = hold.components;
    if (same || std::find(names.begin(), names.end(), each.component) != names.end()) continue;
    hold.components.push_back(each.component);
  }
  if (auto saved = save_hold(std::move(hold)); !saved) return saved;
  return switch_to(then->number);
}

std::vector<std::string> Installation::damaged_in(const InstalledVersion& version) const {
  std::vector<std::string> names;
  for (const auto& file : version.files) {
    const auto digest = digest_of_file(file_of(version, file.name));
    if (!digest || *digest != file.digest) names.push_back(file.name);
  }
  return names;
}

std::vector<std::string> Installation::damaged() const {
  return current() == nullptr ? std::vector<std::string>() : damaged_in(*current());
}

// Stay: the version in effect and `keep_` before it.
Result<void> Installation::prune() {
  std::set<std::uint64_t> stay = {current_};
  const auto* at = current();
  for (std::size_t i = 0; i < keep_ && at != nullptr && at->previous; ++i) {
    stay.insert(*at->previous);
    at = find(*at->previous);
  }
  std::vector<std::uint64_t> go;
  for (const auto& [number, version] : versions_) {
    if (!stay.contains(number)) go.push_back(number);
  }
  for (const std::uint64_t number : go) {
    versions_.erase(number);
    // Under another name first, so that what is half removed is no version.
    const fs::path gone = version_path(number, ".new");
    if (auto done = files_->rename(version_path(number), gone); !done) return done;
    if (auto done = files_->remove(version_path(number, ".json")); !done) return done;
    if (auto done = remove_tree(*files_, gone); !done) return done;
  }
  return {};
}

}  // namespace ledger::updates::agent

#include "updates/agent/pattern_source.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "ledger/digest.h"
#include "updates/local_file.h"
#include "updates/mirror.h"

namespace ledger::updates::agent {
namespace {

constexpr const char* pinned_name = "pinned";

// One folder of a repository, and which file was asked for last.
class FolderTransport final : public tuf::Transport {
 public:
  FolderTransport(tuf::Transport& whole, std::string folder)
      : whole_(whole), folder_(std::move(folder)) {}
  Result<void> get(const std::string& path, std::uint64_t bytes_max,
                   const tuf::Sink& sink) override {
    asked_ = path;
    return whole_.get(folder_ + "/" + path, bytes_max, sink);
  }
  Result<void> get_from(const std::string& path, std::uint64_t from, std::uint64_t bytes_max,
                        const tuf::Sink& sink) override {
    asked_ = path;
    return whole_.get_from(folder_ + "/" + path, from, bytes_max, sink);
  }
  void doubt() override { whole_.doubt(); }
  // "patterns" of "5.patterns.json".
  std::string role() const {
    std::string name = asked_.substr(0, asked_.rfind(".json"));
    const auto dot = name.find('.');
    const bool versioned =
        dot != std::string::npos && name.find_first_not_of("0123456789") == dot && dot > 0;
    return versioned ? name.substr(dot + 1) : name;
  }

 private:
  tuf::Transport& whole_;
  std::string folder_;
  std::string asked_;
};

// Where something went wrong, and what it was about.
struct Trouble {
  Error error;
  std::string role;
  std::string target;
};

bool is_not_authentic(const Error& error) {
  return error.reason.starts_with("tuf-") || error.kind == ErrorKind::corrupt ||
         error.reason == "file-too-large";
}

// Relays of one group are never equally far, and an agent knows what the newest of them had.
bool is_behind(const Error& error, const Way& way) {
  return way.is_relay && error.reason == "tuf-rollback";
}

domain::UpdateFault fault_of(const Error& error, const Way& way) {
  using domain::UpdateFault;
  if (error.reason == "disk-full") return UpdateFault::disk_full;
  if (error.kind == ErrorKind::io) return UpdateFault::install_failed;
  if (is_not_authentic(error)) return UpdateFault::verification_failed;
  return way.is_relay ? UpdateFault::relay_unreachable : UpdateFault::source_unreachable;
}

// The root that is pinned. Another one than before means that the old trust counts no longer.
Result<void> pin(const Fetching& fetching, const std::filesystem::path& directory,
                 const domain::Digest& root, tuf::Transport& transport) {
  const auto pinned = read_local_file(directory / pinned_name, 64);
  if (pinned && *pinned == hex(root)) return {};
  const auto bytes = fetch_pinned_root(transport, root);
  if (!bytes) return fail(bytes.error());
  Files& files = fetching.files;
  auto done = remove_tree(files, directory);
  if (done) done = make_directories(files, directory);
  if (done) done = tuf::Client::pin(tuf::MetadataDirectory(directory), *bytes);
  return done ? replace(files, directory / pinned_name, hex(root)) : done;
}

Result<void> give(const std::filesystem::path& path, const tuf::Sink& taker) {
  LocalFile file(path);
  std::string piece(65'536, '\0');
  while (true) {
    const auto got = file.read(piece);
    if (!got) return fail(got.error());
    if (*got == 0) return {};
    if (auto taken = taker(std::string_view(piece).substr(0, *got)); !taken) return taken;
  }
}

// Goes on where it broke off before, of another place or in an earlier process too. What came stays
// for the next time, unless it is wrong or in the way.
Result<void> fetch_part(const Fetching& fetching, tuf::Transport& targets,
                        const tuf::FoundTarget& found, const std::filesystem::path& part) {
  auto file = fetching.files.go_on(part);
  if (!file) return fail(file.error());
  auto done = tuf::fetch_target(
      targets, found, [&](std::string_view piece) { return (*file)->append(piece); }, {},
      [&](const tuf::Sink& taker) { return give(part, taker); });
  if (done) done = (*file)->sync();
  const bool broke_off = !done && done.error().reason.starts_with("source-");
  if (!done && !broke_off) static_cast<void>(fetching.files.remove(part));
  return done;
}

Result<void> fetch_to(const Fetching& fetching, tuf::Transport& targets,
                      const tuf::FoundTarget& found, const std::filesystem::path& path) {
  const std::filesystem::path part = path.string() + ".part";
  auto done = fetch_part(fetching, targets, found, part);
  // What was there before may come from elsewhere, and a relay's disk may have damaged what it
  // passed on: it is asked once more, and looks. One that has it no longer gave what was wrong.
  if (!done && done.error().kind == ErrorKind::corrupt) {
    targets.doubt();
    auto again = fetch_part(fetching, targets, found, part);
    if (again || again.error().kind != ErrorKind::not_found) done = std::move(again);
  }
  return done ? fetching.files.rename(part, path) : done;
}

class Attempt {
 public:
  Attempt(const Fetching& fetching, const Places::Source& source, const Choice& choice,
          const Installation& installation, Got& got)
      : fetching_(fetching),
        source_(source),
        choice_(choice),
        installation_(installation),
        got_(got) {}

  // Answers whether this place had it all; nothing more is to be asked then.
  Result<bool, Trouble> operator()(tuf::Transport& place) {
    const auto directory = fetching_.metadata / source_.source.value;
    FolderTransport metadata(place, "metadata");
    FolderTransport targets(place, "targets");
    const auto troubled = [&](const Error& error) {
      return tl::unexpected(Trouble{error, metadata.role(), ""});
    };
    if (auto done = pin(fetching_, directory, source_.trust_root, place); !done) {
      return tl::unexpected(Trouble{done.error(), "root", ""});
    }
    auto client =
        tuf::Client::open(tuf::MetadataDirectory(directory), metadata, fetching_.valid_at);
    if (!client) return troubled(client.error());
    if (auto done = client->refresh(); !done) return troubled(done.error());
    const auto listing = client->list();
    if (!listing) return troubled(listing.error());
    const auto wanted = choice_.choose(*listing);
    for (const auto& each : wanted) {
      const auto found = client->find(each.target);
      if (!found) return troubled(found.error());
      if (auto done = take(each, *found, targets); !done) {
        return tl::unexpected(Trouble{done.error(), "", each.target});
      }
    }
    return choice_.complete(wanted);
  }

 private:
  Result<void> take(const WantedPattern& wanted, const tuf::FoundTarget& found,
                    tuf::Transport& targets) {
    const auto hash = found.target.hashes.find("sha256");
    if (hash == found.target.hashes.end() || hash->second != hex(wanted.digest)) {
      return fail(ErrorKind::corrupt, "tuf-hash",
                  "The target " + wanted.target + " is not the file that was decided.");
    }
    const auto path = installation_.incoming(wanted.digest);
    const auto there = digest_of_file(path);
    if (!there || *there != wanted.digest) {
      if (auto removed = fetching_.files.remove(path); !removed) return removed;
      if (auto done = fetch_to(fetching_, targets, found, path); !done) return done;
    }
    const auto known = [&](const InstalledPattern& each) {
      return each.component == wanted.component;
    };
    std::erase_if(got_.patterns, known);
    const auto snapshot = found.versions.find("snapshot");
    got_.patterns.push_back({wanted.component, wanted.version, source_.source, wanted.target,
                             wanted.component.value + "." + pattern_path(wanted.target).file,
                             wanted.digest,
                             snapshot == found.versions.end() ? 0 : snapshot->second});
    return {};
  }

  const Fetching& fetching_;
  const Places::Source& source_;
  const Choice& choice_;
  const Installation& installation_;
  Got& got_;
};

// What to tell of a place that gave something else than was signed.
Message message_of(const Trouble& trouble, const Way& way, const domain::SourceId& source) {
  Message message;
  message.kind = MessageKind::not_authentic;
  message.source = source;
  message.target = trouble.target;
  message.role = trouble.target.empty() ? trouble.role : "";
  message.detail =
      (way.is_relay ? "From relay " : "From source ") + way.name + ": " + trouble.error.detail;
  return message;
}

// What is to be told last, when nothing helped: what is worst for people, then what came first.
int weight(domain::UpdateFault fault) {
  using domain::UpdateFault;
  if (fault == UpdateFault::disk_full || fault == UpdateFault::install_failed) return 3;
  if (fault == UpdateFault::verification_failed) return 2;
  return fault == UpdateFault::none ? 0 : 1;
}

}  // namespace

PatternPath pattern_path(const std::string& target) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (true) {
    const auto slash = target.find('/', from);
    parts.push_back(target.substr(from, slash == std::string::npos ? slash : slash - from));
    if (slash == std::string::npos) break;
    from = slash + 1;
  }
  if (parts.size() != 5 || parts[0] != "patterns") return {};
  return {parts[1], parts[2], parts[3], parts[4]};
}

Got get_patterns(const Fetching& fetching, const Places::Source& source,
                 const std::vector<Way>& ways, const Choice& choice,
                 const Installation& installation) {
  Got got;
  Attempt attempt(fetching, source, choice, installation, got);
  bool behind = false;
  for (const auto& way : ways) {
    // A source is for relays that cannot be reached, not for those that have less.
    if (!way.is_relay && behind) break;
    auto transport = fetching.open(way);
    Result<bool, Trouble> done =
        transport ? attempt(**transport) : tl::unexpected(Trouble{transport.error(), "", ""});
    if (done && *done) {
      got.whole = true;
      got.cause = domain::UpdateFault::none;
      got.detail.clear();
      break;
    }
    behind = behind || done.has_value() || is_behind(done.error().error, way);
    if (done || is_behind(done.error().error, way)) continue;
    const Trouble& trouble = done.error();
    const auto fault = fault_of(trouble.error, way);
    if (is_not_authentic(trouble.error)) {
      got.not_authentic.push_back(message_of(trouble, way, source.source));
    }
    if (weight(fault) > weight(got.cause)) {
      got.cause = fault;
      // This computer's own disk is nobody else's fault.
      got.detail = weight(fault) == 3 ? trouble.error.detail
                                      : (way.is_relay ? "Relay " : "Source ") + way.name + ": " +
                                            trouble.error.detail;
    }
    if (weight(fault) == 3) break;  // No other place would help.
  }
  // A place that is only behind will have it soon; what others suffer from is told by them.
  if (behind && got.cause != domain::UpdateFault::verification_failed && weight(got.cause) < 3) {
    got.cause = domain::UpdateFault::none;
    got.detail = "No relay has it yet.";
  }
  return got;
}

}  // namespace ledger::updates::agent

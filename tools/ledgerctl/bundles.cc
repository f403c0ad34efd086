#include "tools/ledgerctl/bundles.h"

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "ledger/clock.h"
#include "tools/ledgerctl/offline.h"
#include "updates/bundle.h"
#include "updates/directory_content_store.h"
#include "updates/mirror.h"

namespace ledgerctl {

using nlohmann::json;
namespace domain = ledger::domain;
namespace updates = ledger::updates;
namespace tuf = ledger::updates::tuf;

namespace {

template <class T>
using Asked = ledger::Result<T, Failure>;

// The repository as the server has it.
class ServerTransport final : public tuf::Transport {
 public:
  ServerTransport(const Server& server, const std::string& source)
      : client_(server), base_("/repository/" + escaped(source) + "/") {}

  ledger::Result<void> get(const std::string& path, std::uint64_t bytes_max,
                           const tuf::Sink& sink) override {
    ledger::Result<void> taken;
    std::uint64_t bytes = 0;
    const auto followed = client_.follow(base_ + path, [&](std::string_view piece) {
      bytes += piece.size();
      taken = bytes <= bytes_max ? sink(piece) : too_large(path);
      return taken.has_value();
    });
    if (!taken) return taken;
    if (followed) return {};
    const bool unknown = followed.error().exit == Exit::not_found;
    return ledger::fail(unknown ? ledger::ErrorKind::not_found : ledger::ErrorKind::unavailable,
                        unknown ? "file-unknown" : "source-other", followed.error().message);
  }

 private:
  static ledger::Result<void> too_large(const std::string& path) {
    return ledger::fail(ledger::ErrorKind::invalid, "file-too-large", path + " is too large.");
  }

  Client client_;
  std::string base_;
};

// Where the repository is put together, gone when that is done.
class WorkingDirectory {
 public:
  explicit WorkingDirectory(const std::filesystem::path& file)
      : path_(file.string() + ".making-" + new_key()) {}
  ~WorkingDirectory() {
    std::error_code none;  // What stays is told by its name.
    std::filesystem::remove_all(path_, none);
  }
  WorkingDirectory(const WorkingDirectory&) = delete;
  WorkingDirectory& operator=(const WorkingDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Asked<domain::Digest> trust_root_of(const Session& session, const std::string& source) {
  const auto reply =
      Client(session.server).ask({"GET", "/v1/sources/" + escaped(source), "", "", {}});
  if (!reply) return tl::unexpected(reply.error());
  const auto shown = json::parse(reply->body, nullptr, false);
  const auto root = shown.value("trust_root", json());
  const auto digest =
      root.is_string() ? domain::digest_from_hex(root.get<std::string>()) : std::nullopt;
  if (digest) return *digest;
  return tl::unexpected(
      Failure{Exit::failed,
              "Source " + source + " has no trust root: only TUF repositories go in bundles.", ""});
}

// Targets whose bytes the bundle before has are not fetched.
Asked<std::set<domain::Digest>> left_out(const BundleWish& wish) {
  std::set<domain::Digest> there;
  if (wish.since.empty()) return there;
  const auto before = updates::Bundle::open(wish.since);
  if (!before) return tl::unexpected(failure_of(before.error()));
  for (const auto& target : before->index().targets) there.insert(target.digest);
  return there;
}

Asked<void> copy_repository(const Session& session, const BundleWish& wish,
                            updates::Mirror& mirror) {
  const auto trusted = trust_root_of(session, wish.source);
  if (!trusted) return tl::unexpected(trusted.error());
  const auto there = left_out(wish);
  if (!there) return tl::unexpected(there.error());
  ServerTransport transport(session.server, wish.source);
  const auto root = updates::fetch_pinned_root(transport, *trusted);
  if (!root) return tl::unexpected(failure_of(root.error()));
  if (const auto pinned = mirror.pin(*root); !pinned) {
    return tl::unexpected(failure_of(pinned.error()));
  }
  updates::PullOptions options;
  options.now = ledger::SystemClock().now();
  options.wanted = [&](const updates::MirrorTarget& target) {
    return !there->contains(target.digest);
  };
  const auto pulled = mirror.pull(transport, options);
  if (pulled) return {};
  return tl::unexpected(
      Failure{Exit::not_verified, pulled.error().detail + " (" + pulled.error().code + ")", ""});
}

Asked<updates::BundleMade> made(const Session& session, const BundleWish& wish) {
  const WorkingDirectory work(wish.file);
  const auto content = updates::DirectoryContentStore::open(work.path() / "content");
  if (!content) return tl::unexpected(failure_of(content.error()));
  const auto mirror = updates::Mirror::open(work.path() / "repository", **content);
  if (!mirror) return tl::unexpected(failure_of(mirror.error()));
  if (const auto copied = copy_repository(session, wish, **mirror); !copied) {
    return tl::unexpected(copied.error());
  }
  const auto checkpoint = Client(session.server).ask({"GET", "/v1/log/checkpoint", "", "", {}});
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  const auto bundle = updates::create_bundle(
      **mirror, wish.file, {domain::SourceId{wish.source}, wish.since, checkpoint->body});
  if (!bundle) return tl::unexpected(failure_of(bundle.error()));
  return *bundle;
}

Asked<void> record(const Session& session, const BundleWish& wish,
                   const updates::BundleMade& bundle) {
  json body = {{"digest", hex(bundle.digest)},
               {"bytes", bundle.bytes},
               {"metadata_version", bundle.snapshot_version}};
  if (!session.reason.empty()) body["reason"] = session.reason;
  if (!session.ticket.empty()) body["ticket"] = session.ticket;
  const std::string key = session.key.empty() ? new_key() : session.key;
  const auto reply = Client(session.server)
                         .ask({"POST",
                               "/v1/sources/" + escaped(wish.source) + ":recordBundle",
                               body.dump(),
                               "application/json",
                               {{"Idempotency-Key", key}}});
  if (!reply) return tl::unexpected(reply.error());
  return {};
}

// The operation that takes it.
Asked<std::string> sent(const Session& session, const BundleBrought& brought,
                        const std::string& source) {
  // Asked first, since a server that refuses a large body answers before it is sent.
  const auto trusted = trust_root_of(session, source);
  if (!trusted) return tl::unexpected(trusted.error());
  std::string query;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) query += (query.empty() ? "?" : "&") + std::string(name) + escaped(value);
  };
  add("reason=", session.reason);
  add("ticket=", session.ticket);
  const auto reply =
      Client(session.server)
          .upload({"POST",
                   "/v1/sources/" + escaped(source) + ":importBundle" + query,
                   "",
                   "application/x-tar",
                   {{"Idempotency-Key", session.key.empty() ? new_key() : session.key}}},
                  brought.file);
  if (!reply) return tl::unexpected(reply.error());
  return json::parse(reply->body, nullptr, false).value("operation", std::string());
}

// With the code of the operation that failed.
Failure with_code(Failure failure) {
  const auto operation = json::parse(failure.body, nullptr, false);
  if (!operation.is_object()) return failure;
  const auto code = operation.value("code", std::string());
  if (!code.empty()) failure.message += " (" + code + ")";
  return failure;
}

}  // namespace

Exit import_update_bundle(const Session& session, const BundleBrought& brought) {
  const auto bundle = updates::Bundle::open(brought.file);
  if (!bundle) return complain(session, failure_of(bundle.error()));
  const auto operation = sent(
      session, brought, brought.source.empty() ? bundle->index().source.value : brought.source);
  if (!operation) return complain(session, operation.error());
  const auto result = result_of_started(session, *operation);
  if (!result) return complain(session, with_code(result.error()));
  const auto taken = json::parse(*result, nullptr, false);
  if (session.look.format != Format::table) {
    show_object(std::cout, taken, session.look);
    return Exit::ok;
  }
  const auto version = std::to_string(taken.value("metadata_version", std::uint64_t{0}));
  const auto source = taken.value("source", std::string());
  std::cout << brought.file << ": "
            << (taken.value("already_newer", false)
                    ? "nothing to do: of " + source + ", version " + version +
                          " or a newer one is here already"
                    : "version " + version + " of " + source + " was taken")
            << '\n';
  const auto warning = taken.value("warning", std::string());
  if (!warning.empty()) std::cerr << "ledgerctl: " << warning << '\n';
  return Exit::ok;
}

Exit create_update_bundle(const Session& session, const BundleWish& wish) {
  const auto bundle = made(session, wish);
  if (!bundle) return complain(session, bundle.error());
  const auto recorded = record(session, wish, *bundle);
  if (!recorded) {
    // Nobody is to carry away what is not on record.
    std::error_code none;
    std::filesystem::remove(wish.file, none);
    return complain(session, recorded.error());
  }
  if (!session.quiet) {
    std::cerr << wish.file << ": version " << bundle->snapshot_version << " of " << wish.source
              << ", " << bundle->contents << " files";
    if (!wish.since.empty()) std::cerr << ", " << bundle->left_out << " left out";
    std::cerr << ", " << bundle->bytes << " bytes, SHA-256 " << hex(bundle->digest) << '\n';
  }
  return Exit::ok;
}

}  // namespace ledgerctl

// What it costs to know that nothing is new, and that a file is the one that was signed.
#include <malloc.h>
#include <sys/resource.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include "ledger/clock.h"
#include "ledger/random.h"
#include "tools/bench/benches.h"
#include "updates/tuf/client.h"
#include "updates/tuf/publisher.h"
#include "updates/tuf/source_transport.h"

namespace bench {

namespace tuf = ledger::updates::tuf;
using ledger::fail;
using ledger::Result;

namespace {

constexpr const char* target_path = "patterns/virus-pattern/linux/19.1.00/virus.ptn";
const std::string role_names[] = {"root", "targets", "snapshot", "timestamp"};

double processor_seconds(int whose) {
  rusage taken{};
  ::getrusage(whose, &taken);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(taken.ru_utime) + seconds(taken.ru_stime);
}

// Bytes that do not repeat.
std::string some_bytes(std::uint64_t count) {
  const ledger::Random random(1);
  std::string bytes;
  bytes.reserve(count + sizeof(std::uint64_t));
  for (std::uint64_t n = 0; bytes.size() < count; ++n) {
    const auto value = random.value("bench", "tuf", n);
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  bytes.resize(count);
  return bytes;
}

// A repository on disk, its keys, one for each role, and a client's folder that trusts its root.
struct PublishedBench {
  std::filesystem::path directory;
  tuf::KeyRing ring;

  Result<void> publish(std::uint64_t target_bytes, ledger::domain::Time now) {
    tuf::Root root;
    for (const auto& name : role_names) {
      const auto made_key = make_key();
      if (!made_key) return fail(made_key.error());
      root.keys.emplace(made_key->id, *made_key);
      root.roles[name] = {{made_key->id}, 1};
    }
    const auto other_key = make_key();
    if (!other_key) return fail(other_key.error());
    tuf::Delegations delegations;
    delegations.keys.emplace(other_key->id, *other_key);
    tuf::DelegatedRole patterns;
    patterns.name = "patterns";
    patterns.role.key_ids.insert(other_key->id);
    patterns.paths = {"patterns/*/*/*/*"};
    delegations.roles.push_back(std::move(patterns));
    auto made =
        tuf::Repository::create(repository(), std::move(root), std::move(delegations), ring, now);
    if (!made) return fail(made.error());
    auto added = made->add(target_path, some_bytes(target_bytes), "");
    if (added) added = made->publish(ring, now);
    if (!added) return added;
    std::filesystem::create_directories(directory / "kept");
    std::ifstream file(repository() / "metadata" / "1.root.json", std::ios::binary);
    const std::string root_text(std::istreambuf_iterator<char>(file), {});
    return tuf::Client::pin(kept(), root_text);
  }

  // A new key of the ring.
  Result<tuf::PublicKey> make_key() {
    auto key = tuf::PrivateKey::generate(tuf::KeyKind::ed25519);
    if (!key) return fail(key.error());
    ring.push_back(*std::move(key));
    return ring.back().public_key();
  }

  std::filesystem::path repository() const { return directory / "repository"; }
  tuf::MetadataDirectory kept() const { return tuf::MetadataDirectory(directory / "kept"); }
  std::string url(const char* folder) const { return "file://" + (repository() / folder).string(); }
};

Result<tuf::FoundTarget> refreshed(const PublishedBench& published, ledger::domain::Time now) {
  const auto transport = tuf::SourceTransport::open(published.url("metadata"), "");
  if (!transport) return fail(transport.error());
  auto client = tuf::Client::open(published.kept(), **transport, now);
  if (!client) return fail(client.error());
  if (const auto done = client->refresh(); !done) return fail(done.error());
  return client->find(target_path);
}

// As many signatures as a refresh has to verify.
double signatures_seconds(const PublishedBench& published, std::uint64_t count) {
  const std::string signed_bytes(1'000, 's');
  std::vector<std::string> signatures;
  for (const auto& key : published.ring) signatures.push_back(key.sign(signed_bytes));
  const double before = processor_seconds(RUSAGE_SELF);
  for (std::uint64_t n = 0; n < count; ++n) {
    for (std::size_t i = 0; i < signatures.size(); ++i) {
      CHECK(tuf::verify(published.ring[i].public_key(), signed_bytes, signatures[i]),
            "a signature is good");
    }
  }
  return processor_seconds(RUSAGE_SELF) - before;
}

Result<void> say_refresh(Bench& bench, const PublishedBench& published) {
  const auto count = bench.settings().synced_writes;
  const auto now = ledger::SystemClock().now();
  const double before = processor_seconds(RUSAGE_SELF);
  for (std::uint64_t n = 0; n < count; ++n) {
    if (const auto found = refreshed(published, now); !found) return fail(found.error());
  }
  const double taken = processor_seconds(RUSAGE_SELF) - before;
  const auto each = 1e3 / static_cast<double>(count);
  bench.say(Figure{"tuf_refresh_processor", taken * each, "ms",
                   signatures_seconds(published, count) * each, "its signatures verified alone"}
                .with("rounds", count));
  return {};
}

// What the program was resident at most, from now on.
void forget_peak() {
  ::malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
}

double resident(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == name + ":" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

Result<void> say_verification(Bench& bench, const PublishedBench& published) {
  const auto found = refreshed(published, ledger::SystemClock().now());
  if (!found) return fail(found.error());
  const auto transport = tuf::SourceTransport::open(published.url("targets"), "");
  if (!transport) return fail(transport.error());
  const auto file = published.directory / "target";
  forget_peak();
  const double at_rest = resident("VmRSS");
  if (const auto got = tuf::fetch_target_to(**transport, *found, file); !got) {
    return fail(got.error());
  }
  const double before = processor_seconds(RUSAGE_SELF);
  // It is there, so all that is left to do is to see that it is the right one.
  const auto verified = tuf::fetch_target_to(**transport, *found, file);
  const double taken = processor_seconds(RUSAGE_SELF) - before;
  const double grown = resident("VmHWM") - at_rest;
  if (!verified) return fail(verified.error());
  const double others = processor_seconds(RUSAGE_CHILDREN);
  const std::string command = "sha256sum '" + file.string() + "' > /dev/null";
  if (std::system(command.c_str()) != 0) {
    return fail(ledger::ErrorKind::unavailable, "no-sha256sum", "sha256sum cannot be run.");
  }
  const double raw = processor_seconds(RUSAGE_CHILDREN) - others;
  const auto say = [&](Figure figure) {
    bench.say(std::move(figure).with("bytes", found->target.length));
  };
  say({"target_verification_processor", taken * 1e3, "ms", raw * 1e3, "sha256sum of it"});
  say({"target_memory", grown / megabyte, "MB",
       static_cast<double>(found->target.length) / megabyte, "its size"});
  return {};
}

}  // namespace

Result<void> tuf_client(Bench& bench) {
  PublishedBench published{bench.settings().directory / "tuf", {}};
  const auto made = published.publish(bench.settings().target_bytes, ledger::SystemClock().now());
  if (!made) return made;
  if (const auto said = say_refresh(bench, published); !said) return said;
  return say_verification(bench, published);
}

}  // namespace bench

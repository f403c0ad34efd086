#include "updates/agent/memory.h"

#include "ledger/codec/json_in.h"
#include "ledger/codec/json_out.h"
#include "updates/local_file.h"

namespace ledger::updates::agent {
namespace {

constexpr std::size_t memory_bytes_max = 4'194'304;
constexpr std::uint64_t sequences_reserved = 1'000;
constexpr const char* places_name = "places.json";
constexpr const char* hooked_name = "hooked.json";
constexpr const char* sequence_name = "sequence.json";

struct Reserved {
  std::uint64_t sequence = 0;

  template <class = void>
  static constexpr auto fields() {
    return field_list(domain::field("sequence", &Reserved::sequence));
  }
};

template <class T>
std::optional<T> remembered(const std::filesystem::path& path) {
  const auto text = read_local_file(path, memory_bytes_max);
  if (!text) return std::nullopt;
  auto parsed = codec::parse_json<T>(*text);
  return parsed.ok() ? std::optional(std::move(parsed.value)) : std::nullopt;
}

}  // namespace

Result<Memory> Memory::open(Files& files, std::filesystem::path directory) {
  Memory made(files, std::move(directory));
  if (auto done = make_directories(files, made.directory_); !done) return fail(done.error());
  made.places_ = remembered<Places>(made.directory_ / places_name);
  made.hooked_ = remembered<Versions>(made.directory_ / hooked_name).value_or(Versions{});
  made.sequence_ =
      remembered<Reserved>(made.directory_ / sequence_name).value_or(Reserved{}).sequence;
  made.reserved_ = made.sequence_;
  return made;
}

Result<void> Memory::remember(const Places& places) {
  if (places_ == places) return {};
  auto saved = replace(*files_, directory_ / places_name, codec::to_json(places) + "\n");
  if (saved) places_ = places;
  return saved;
}

Result<void> Memory::remember(const Versions& hooked) {
  if (hooked_ == hooked) return {};
  auto saved = replace(*files_, directory_ / hooked_name, codec::to_json(hooked) + "\n");
  if (saved) hooked_ = hooked;
  return saved;
}

std::uint64_t Memory::next_sequence() {
  if (sequence_ >= reserved_) {
    const Reserved next{sequence_ + sequences_reserved};
    // A report is worth more than its number: with a full disk it goes out all the same.
    const auto saved = replace(*files_, directory_ / sequence_name, codec::to_json(next) + "\n");
    if (saved) reserved_ = next.sequence;
  }
  return ++sequence_;
}

}  // namespace ledger::updates::agent

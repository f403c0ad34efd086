#include "ledger/witness_keeper.h"

#include <algorithm>
#include <set>
#include <utility>

#include "ledger/merkle/cosignature.h"
#include "ledger/merkle/note_text.h"
#include "ledger/merkle/proof.h"

namespace ledger {
namespace {

// How soon a stop is noticed while the log rests.
constexpr std::chrono::milliseconds rest_latency{100};
// A witness may say once or twice that a proof has to begin elsewhere.
constexpr int attempts_max = 3;
constexpr std::chrono::hours told_again{1};

tl::unexpected<Error> useless(std::string detail) {
  return fail(ErrorKind::unavailable, "witness-unreachable", std::move(detail));
}
tl::unexpected<Error> inconsistent(std::string detail) {
  return fail(ErrorKind::refused, "witness-refused", std::move(detail));
}

// The line among `lines` by which the witness cosigns the note; empty: there is none.
std::string cosignature_in(std::string_view lines, std::string_view note,
                           const merkle::WitnessKey& key) {
  while (const auto line = merkle::take_line(lines)) {
    const std::string whole = std::string(*line) + "\n";
    if (merkle::cosigned_at(std::string(note) + whole, key)) return whole;
  }
  return {};
}

std::set<std::string> names_in(const std::map<std::string, std::string>& lines) {
  std::set<std::string> names;
  for (const auto& [name, line] : lines) names.insert(name);
  return names;
}

std::string with_lines(std::string note, const std::map<std::string, std::string>& lines) {
  for (const auto& [name, line] : lines) note += line;
  return note;
}

}  // namespace

WitnessKeeper::WitnessKeeper(merkle::WitnessPolicy policy, const store::EventLog& log,
                             const HeadKeeper& heads, AskWitness ask, const Clock& clock,
                             Options options)
    : policy_(std::move(policy)),
      log_(log),
      heads_(heads),
      ask_(std::move(ask)),
      clock_(clock),
      options_(std::move(options)) {
  load(options_.kept);
  for (const auto& witness : policy_.witnesses()) {
    asked_.push_back(std::make_unique<Asked>());
    asked_.back()->witness = witness;
  }
  for (const auto& asked : asked_) threads_.emplace_back([this, &asked] { follow(*asked); });
}

WitnessKeeper::~WitnessKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
  if (witnessed_.sealed.head.size.value > 0) {
    options_.keep(with_lines(witnessed_.sealed.note, witnessed_.lines));
  }
}

void WitnessKeeper::load(const std::string& note) {
  const auto parts = merkle::split_note(note);
  if (!parts) return;
  const std::string origin(note.substr(0, note.find('\n')));
  const auto head = merkle::open_checkpoint(note, {origin, heads_.key()->public_key()});
  if (!head || head->size > log_.head().size.value) return;
  const auto root = log_.root_at({head->size});
  if (!root || *root != head->root) return;
  Round kept;
  kept.sealed = {{{head->size}, head->root}, std::string(parts->signed_text) + "\n"};
  auto lines = parts->signatures;
  while (const auto line = merkle::take_line(lines)) {
    const std::string whole = std::string(*line) + "\n";
    bool is_by_witness = false;
    for (const auto& witness : policy_.witnesses()) {
      if (!merkle::cosigned_at(kept.sealed.note + whole, witness.key)) continue;
      kept.lines[witness.name] = whole;
      is_by_witness = true;
    }
    if (!is_by_witness) kept.sealed.note += whole;
  }
  if (policy_.is_met_by(names_in(kept.lines))) witnessed_ = std::move(kept);
}

bool WitnessKeeper::has_passed(domain::Duration since, std::chrono::milliseconds time) const {
  const auto passed = std::chrono::microseconds(clock_.steady().micros - since.micros);
  return passed >= time;
}

void WitnessKeeper::follow(Asked& asked) {
  while (const auto sealed = next_head(asked)) {
    auto line = offer(asked, *sealed, attempts_max);
    if (line) {
      take_line(asked, *sealed, *std::move(line));
    } else {
      take_failure(asked, *sealed, line.error());
    }
    keep();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::max(options_.interval, asked.pause), [&] { return stopping_; });
  }
}

// Nothing: it is time to stop.
std::optional<store::SealedHead> WitnessKeeper::next_head(Asked& asked) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    renew_round();
    const store::Head& shown = round_.sealed.head;
    if (shown.size.value > 0 && asked.cosigned != shown) {
      ++round_.in_flight;
      return round_.sealed;
    }
    const domain::Position next{shown.size.value + 1};
    if (heads_.sealed().head.size >= next) {
      changed_.wait_for(lock, rest_latency);  // The others are still asked about this one.
      continue;
    }
    lock.unlock();
    keep();
    const auto grown = heads_.wait_sealed(next, rest_latency);
    lock.lock();
    if (grown) changed_.notify_all();
  }
  return std::nullopt;
}

// With the mutex held.
void WitnessKeeper::renew_round() {
  auto newest = heads_.sealed();
  if (newest.head.size <= round_.sealed.head.size) return;
  const bool is_begun = !round_.lines.empty() || round_.in_flight > 0;
  const bool is_met = policy_.is_met_by(names_in(round_.lines));
  if (is_begun && !is_met && !has_passed(round_.since, options_.round)) return;
  round_ = {std::move(newest), {}, 0, clock_.steady()};
}

Result<std::string> WitnessKeeper::offer(Asked& asked, const store::SealedHead& sealed,
                                         int attempts) {
  const std::uint64_t size = sealed.head.size.value;
  auto proof = merkle::consistency_proof(asked.known, size, [this](const merkle::TileId& tile) {
    return log_.tile(tile.level, tile.index, tile.width);
  });
  if (!proof) return fail(proof.error());
  const auto answer =
      ask_(asked.witness, text(merkle::AddCheckpoint{asked.known, *std::move(proof), sealed.note}));
  if (!answer) return fail(answer.error());
  switch (answer->status) {
    case 200: {
      auto line = cosignature_in(answer->body, sealed.note, asked.witness.key);
      if (line.empty()) return useless("It answered with no cosignature by its key.");
      asked.known = size;
      return line;
    }
    case 409:
      return offer_again(asked, sealed, attempts, answer->body);
    case 422:
      return inconsistent("Of the first " + std::to_string(asked.known) +
                          " records it has seen others than this ledger has: one of the two is "
                          "another copy of the log.");
    case 404:
      return useless("It does not know this log: start it with the key that GET /v1/ledger shows.");
    case 403:
      return useless(
          "It does not know the key that signs this log's heads: start it with the key that GET "
          "/v1/ledger shows.");
    default:
      return useless("It answered with status " + std::to_string(answer->status) + ".");
  }
}

// It says how many records it has seen: there the proof has to begin.
Result<std::string> WitnessKeeper::offer_again(Asked& asked, const store::SealedHead& sealed,
                                               int attempts, std::string_view said) {
  const auto line = merkle::take_line(said);
  const auto seen = line ? merkle::decimal_from(*line) : std::nullopt;
  if (!seen) return useless("It answered with status 409 and no size.");
  const std::uint64_t size = sealed.head.size.value;
  if (*seen > size) {
    return inconsistent("It has seen " + std::to_string(*seen) +
                        " records of this log, and this ledger has " + std::to_string(size) +
                        ": this is an older copy of the log, or another one.");
  }
  if (*seen == size && asked.known == size) {
    return inconsistent("It has seen another root over the first " + std::to_string(size) +
                        " records: there are two copies of the log that differ.");
  }
  if (attempts == 1) return useless("It names another size each time that it is asked.");
  asked.known = *seen;
  return offer(asked, sealed, attempts - 1);
}

void WitnessKeeper::take_line(Asked& asked, const store::SealedHead& sealed, std::string line) {
  const std::string& name = asked.witness.name;
  {
    const std::lock_guard lock(mutex_);
    asked.state = WitnessState::cosigning;
    asked.cosigned = sealed.head;
    asked.cosigned_at = clock_.now();
    asked.failing_since.reset();
    asked.detail.clear();
    if (witnessed_.sealed.head == sealed.head) {
      witnessed_.lines[name] = line;
      is_kept_ = false;
    }
    if (round_.sealed.head == sealed.head) {
      --round_.in_flight;
      round_.lines[name] = std::move(line);
      if (policy_.is_met_by(names_in(round_.lines))) {
        witnessed_ = round_;
        is_kept_ = false;
      }
    }
  }
  changed_.notify_all();
  asked.pause = {};
  tell(asked, WitnessNews::Kind::cosigned, sealed.head);
}

void WitnessKeeper::take_failure(Asked& asked, const store::SealedHead& sealed,
                                 const Error& error) {
  const bool is_refusal = error.kind == ErrorKind::refused;
  bool is_long = false;
  {
    const std::lock_guard lock(mutex_);
    asked.state = is_refusal ? WitnessState::refusing : WitnessState::unreachable;
    asked.detail = error.detail;
    if (!asked.failing_since) asked.failing_since = clock_.steady();
    is_long = has_passed(*asked.failing_since, options_.told_after);
    if (round_.sealed.head == sealed.head) --round_.in_flight;
  }
  changed_.notify_all();
  asked.pause = std::clamp(asked.pause * 2, options_.first_pause, options_.longest_pause);
  if (is_refusal) {
    tell(asked, WitnessNews::Kind::refused, sealed.head);
  } else if (is_long) {
    tell(asked, WitnessNews::Kind::unreachable, asked.cosigned);
  }
}

// What was told is told again only now and then; whether it is news, the domain decides.
void WitnessKeeper::tell(Asked& asked, WitnessNews::Kind kind, const store::Head& head) {
  if (asked.told == kind && !has_passed(asked.told_at, told_again)) return;
  if (!options_.record({kind, asked.witness.name, head, asked.detail})) return;
  asked.told = kind;
  asked.told_at = clock_.steady();
}

// Also when there is no further cosignature: what came too soon after the last time waits for this.
void WitnessKeeper::keep() {
  const std::unique_lock writing(keeping_, std::try_to_lock);
  if (!writing.owns_lock()) return;  // An older note never comes after a newer one.
  std::string note;
  {
    const std::lock_guard lock(mutex_);
    if (is_kept_ || (kept_at_ && !has_passed(*kept_at_, options_.keep_interval))) return;
    is_kept_ = true;
    kept_at_ = clock_.steady();
    note = with_lines(witnessed_.sealed.note, witnessed_.lines);
  }
  options_.keep(note);
}

store::SealedHead WitnessKeeper::witnessed() const {
  const std::lock_guard lock(mutex_);
  return {witnessed_.sealed.head, with_lines(witnessed_.sealed.note, witnessed_.lines)};
}

// With the mutex held.
bool WitnessKeeper::can_be_met() const {
  std::set<std::string> expected;
  for (const auto& asked : asked_) {
    const bool fails =
        asked->state == WitnessState::unreachable || asked->state == WitnessState::refusing;
    if (!fails) expected.insert(asked->witness.name);
  }
  return policy_.is_met_by(expected);
}

store::SealedHead WitnessKeeper::wait_witnessed(domain::Position size,
                                                std::chrono::milliseconds at_most) const {
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, at_most, [&] {
      return stopping_ || witnessed_.sealed.head.size >= size || !can_be_met();
    });
  }
  return witnessed();
}

std::string WitnessKeeper::with_cosignatures(const store::SealedHead& sealed) const {
  const std::lock_guard lock(mutex_);
  if (witnessed_.sealed.head == sealed.head) return with_lines(sealed.note, witnessed_.lines);
  if (round_.sealed.head == sealed.head) return with_lines(sealed.note, round_.lines);
  return sealed.note;
}

std::vector<WitnessStatus> WitnessKeeper::status() const {
  const std::uint64_t newest = heads_.sealed().head.size.value;
  const std::lock_guard lock(mutex_);
  std::vector<WitnessStatus> all;
  for (const auto& asked : asked_) {
    const std::uint64_t cosigned = asked->cosigned.size.value;
    all.push_back({asked->witness.name, asked->witness.url, text(asked->witness.key), asked->state,
                   asked->cosigned.size, asked->cosigned_at,
                   newest > cosigned ? newest - cosigned : 0, asked->detail});
  }
  return all;
}

}  // namespace ledger

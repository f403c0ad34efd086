#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <utility>

#include "api/auth.h"
#include "ledger/codec/codec.h"
#include "ledger/store/event_log.h"
#include "projections/access.h"
#include "projections/computers.h"
#include "projections/view_store.h"

namespace api {

using domain::Position;
using ledger::Result;
using projections::ComputerRow;
using projections::EnrolmentTokenRow;
using projections::RemovedComputerRow;
using projections::Snapshot;
using projections::TokenRow;
using projections::UserRow;
using projections::View;

namespace {

// More events than that since somebody last asked are not looked through: what is cached is asked
// again.
constexpr std::uint64_t events_looked_through_max = 10'000;

// Events after which a token may open less than before, or something else. A new token was not
// known before, so issuing one changes no answer that anybody keeps.
constexpr std::array<std::string_view, 5> access_changes = {
    "token.revoked", "enrolment_token.revoked", "user.changed", "user.disabled",
    "computer.removed"};
static_assert(std::all_of(access_changes.begin(), access_changes.end(), [](std::string_view type) {
  return std::find(domain::payload_names.begin(), domain::payload_names.end(), type) !=
         domain::payload_names.end();
}));

bool changes_access(std::string_view type) {
  return std::find(access_changes.begin(), access_changes.end(), type) != access_changes.end();
}

// A token of a computer that was removed since it was issued opens nothing, although the computer
// may have joined again: that gave it another token.
Result<bool> is_of_computer_as_it_is(const Snapshot& now, const TokenRow& row) {
  const auto computer = now.row<ComputerRow>(View::computers, row.computer->value);
  if (!computer) return ledger::fail(computer.error());
  if (!*computer || (*computer)->removed) return false;
  const auto before = now.row<RemovedComputerRow>(View::removed_computers, row.computer->value);
  if (!before) return ledger::fail(before.error());
  return !*before || (*before)->removed < row.changed.position;
}

// A token is worth what its owner is worth now: nothing when the user is disabled or the computer
// removed, and a user's has the user's role.
Result<std::optional<TokenRow>> as_of_its_owner(const Snapshot& now, TokenRow row) {
  using Found = Result<std::optional<TokenRow>>;
  if (row.user) {
    const auto user = now.row<UserRow>(View::users, row.user->value);
    if (!user) return Found(ledger::fail(user.error()));
    if (!*user || (*user)->disabled) return std::optional<TokenRow>();
    row.role = (*user)->role;
  }
  if (row.computer) {
    const auto counts = is_of_computer_as_it_is(now, row);
    if (!counts) return Found(ledger::fail(counts.error()));
    if (!*counts) return std::optional<TokenRow>();
  }
  return std::optional<TokenRow>(std::move(row));
}

class ViewTokenBook final : public TokenBook {
 public:
  ViewTokenBook(const projections::ViewStore& views, const ledger::store::EventLog& log)
      : views_(views), log_(log) {}

  // Counts the events that change access, up to what the views show. Nearly all events do not, so
  // what is cached stays good while computers report.
  std::uint64_t version() const override {
    const Position size = views_.size();
    if (size.value == seen_.load(std::memory_order_acquire)) return version_;
    const std::lock_guard lock(mutex_);
    const Position seen{seen_};
    if (size == seen) return version_;
    // Views that were emptied show less than before.
    const bool skips = size < seen || size.value - seen.value > events_looked_through_max;
    if (skips || has_access_changed(seen, size)) ++version_;
    seen_.store(size.value, std::memory_order_release);
    return version_;
  }

  Result<std::optional<TokenRow>> token(const domain::Digest& secret) const override {
    const auto now = newest();
    if (now == nullptr) return std::optional<TokenRow>();
    auto row = now->row<TokenRow>(View::tokens_by_secret, bytes_of(secret));
    if (!row || !*row) return row;
    return as_of_its_owner(*now, std::move(**row));
  }

  Result<std::optional<EnrolmentTokenRow>> enrolment_token(
      const domain::Digest& secret) const override {
    const auto now = newest();
    if (now == nullptr) return std::optional<EnrolmentTokenRow>();
    return now->row<EnrolmentTokenRow>(View::enrolment_tokens_by_secret, bytes_of(secret));
  }

 private:
  // Null before the first event.
  std::unique_ptr<Snapshot> newest() const {
    const auto size = views_.size();
    if (size.value == 0) return nullptr;
    return views_.as_of(Position{size.value - 1});
  }

  // Whether an event at [from, to) does; also if one of them cannot be read.
  bool has_access_changed(Position from, Position to) const {
    const auto cursor = log_.read(from, to);
    while (true) {
      const auto entry = cursor->next();
      if (!entry) return true;
      if (!*entry) return false;
      const auto envelope = ledger::codec::decode_envelope((*entry)->bytes);
      if (!envelope || changes_access(envelope->type_name())) return true;
    }
  }

  const projections::ViewStore& views_;
  const ledger::store::EventLog& log_;
  mutable std::mutex mutex_;  // Of those who move the two below.
  mutable std::atomic<std::uint64_t> seen_{0};
  mutable std::atomic<std::uint64_t> version_{0};
};

}  // namespace

std::unique_ptr<TokenBook> token_book(const projections::ViewStore& views,
                                      const ledger::store::EventLog& log) {
  return std::make_unique<ViewTokenBook>(views, log);
}

}  // namespace api

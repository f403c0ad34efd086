#include <utility>

#include "api/auth.h"
#include "api/event_watch.h"
#include "ledger/domain/identities.h"
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

// Whether what a computer got at `given` is still worth something: nothing that came before it was
// removed, or its identity revoked, although it may have joined again since.
Result<bool> is_of_computer_as_it_is(const Snapshot& now, const domain::ComputerId& id,
                                     Position given) {
  const auto computer = now.row<ComputerRow>(View::computers, id.value);
  if (!computer) return ledger::fail(computer.error());
  if (!*computer || (*computer)->removed) return false;
  const auto before = now.row<RemovedComputerRow>(View::removed_computers, id.value);
  if (!before) return ledger::fail(before.error());
  return !*before || (*before)->removed < given;
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
    const auto counts = is_of_computer_as_it_is(now, *row.computer, row.changed.position);
    if (!counts) return Found(ledger::fail(counts.error()));
    if (!*counts) return std::optional<TokenRow>();
  }
  return std::optional<TokenRow>(std::move(row));
}

class ViewTokenBook final : public TokenBook {
 public:
  // After these a credential may open less than before, or something else. A new one was not known
  // before, so issuing one changes no answer that anybody keeps.
  ViewTokenBook(const projections::ViewStore& views, const ledger::store::EventLog& log)
      : views_(views),
        changes_(views, log,
                 {"token.revoked", "enrolment_token.revoked", "user.changed", "user.disabled",
                  "computer.removed", "identity.revoked", "relay.registered", "relay.removed"}) {}

  std::uint64_t version() const override { return changes_.version(); }

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

  Result<std::optional<domain::Role>> machine(const domain::ComputerId& computer,
                                              const std::string& serial,
                                              Position size) const override {
    using Found = Result<std::optional<domain::Role>>;
    const auto now = newest();
    if (now == nullptr) return std::optional<domain::Role>();
    // With `size` events in the log, the certificate's own comes at that position or later.
    const auto counts = is_of_computer_as_it_is(*now, computer, size);
    if (!counts) return Found(ledger::fail(counts.error()));
    if (!*counts) return std::optional<domain::Role>();
    const auto revoked = now->get(View::removed_computers, domain::stream_of_certificate(serial));
    if (!revoked) return Found(ledger::fail(revoked.error()));
    if (revoked->has_value()) return std::optional<domain::Role>();
    const auto relay = now->get(View::relays, computer.value);
    if (!relay) return Found(ledger::fail(relay.error()));
    return std::optional(relay->has_value() ? domain::Role::relay : domain::Role::agent);
  }

 private:
  // Null before the first event.
  std::unique_ptr<Snapshot> newest() const {
    const auto size = views_.size();
    if (size.value == 0) return nullptr;
    return views_.as_of(Position{size.value - 1});
  }

  const projections::ViewStore& views_;
  EventWatch changes_;
};

}  // namespace

std::unique_ptr<TokenBook> token_book(const projections::ViewStore& views,
                                      const ledger::store::EventLog& log) {
  return std::make_unique<ViewTokenBook>(views, log);
}

}  // namespace api

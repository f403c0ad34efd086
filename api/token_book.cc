#include <utility>

#include "api/auth.h"
#include "projections/access.h"
#include "projections/computers.h"
#include "projections/view_store.h"

namespace api {

using ledger::Result;
using projections::ComputerRow;
using projections::EnrolmentTokenRow;
using projections::Snapshot;
using projections::TokenRow;
using projections::UserRow;
using projections::View;

namespace {

std::string_view key_of(const domain::Digest& secret) {
  return {reinterpret_cast<const char*>(secret.bytes.data()), secret.bytes.size()};
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
    const auto computer = now.row<ComputerRow>(View::computers, row.computer->value);
    if (!computer) return Found(ledger::fail(computer.error()));
    if (!*computer || (*computer)->removed) return std::optional<TokenRow>();
  }
  return std::optional<TokenRow>(std::move(row));
}

class ViewTokenBook final : public TokenBook {
 public:
  explicit ViewTokenBook(const projections::ViewStore& views) : views_(views) {}

  std::uint64_t version() const override { return views_.size().value; }

  Result<std::optional<TokenRow>> token(const domain::Digest& secret) const override {
    const auto now = newest();
    if (now == nullptr) return std::optional<TokenRow>();
    auto row = now->row<TokenRow>(View::tokens_by_secret, key_of(secret));
    if (!row || !*row) return row;
    return as_of_its_owner(*now, std::move(**row));
  }

  Result<std::optional<EnrolmentTokenRow>> enrolment_token(
      const domain::Digest& secret) const override {
    const auto now = newest();
    if (now == nullptr) return std::optional<EnrolmentTokenRow>();
    return now->row<EnrolmentTokenRow>(View::enrolment_tokens_by_secret, key_of(secret));
  }

 private:
  // Null before the first event.
  std::unique_ptr<Snapshot> newest() const {
    const auto size = views_.size();
    if (size.value == 0) return nullptr;
    return views_.as_of(domain::Position{size.value - 1});
  }

  const projections::ViewStore& views_;
};

}  // namespace

std::unique_ptr<TokenBook> token_book(const projections::ViewStore& views) {
  return std::make_unique<ViewTokenBook>(views);
}

}  // namespace api

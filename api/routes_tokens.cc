// Tokens by which people, programs and computers are known. Their secrets are told once.
#include "api/routes.h"
#include "api/secrets.h"
#include "ledger/domain/commands_access.h"
#include "projections/access.h"
#include "projections/tables.h"

namespace api {
namespace {

using domain::TokenId;
using projections::ListQuery;
using projections::View;

constexpr std::chrono::milliseconds new_token_wait{2'000};

// Rows without the secrets' digests, which are nobody's business.
struct TokenItem {
  TokenId token;
  std::optional<domain::UserId> user;
  domain::Role role{};
  domain::Time expires_at;
  std::string description;
  std::optional<domain::ComputerId> computer;
  bool revoked = false;
  projections::Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("token", &TokenItem::token), field("user", &TokenItem::user),
                      field("role", &TokenItem::role), field("expires_at", &TokenItem::expires_at),
                      field("description", &TokenItem::description),
                      field("computer", &TokenItem::computer),
                      field("revoked", &TokenItem::revoked), field("changed", &TokenItem::changed));
  }
};

TokenItem item_of(const projections::TokenRow& row) {
  return {row.token,       row.user,     row.role,    row.expires_at,
          row.description, row.computer, row.revoked, row.changed};
}

struct EnrolmentItem {
  TokenId token;
  std::uint32_t uses = 0;
  std::uint32_t used = 0;
  domain::Time expires_at;
  std::optional<domain::PolicyId> policy;
  std::optional<domain::GroupId> group;
  std::optional<domain::RelayGroupId> relay_group;
  bool revoked = false;
  projections::Mark changed;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("token", &EnrolmentItem::token), field("uses", &EnrolmentItem::uses),
        field("used", &EnrolmentItem::used), field("expires_at", &EnrolmentItem::expires_at),
        field("policy", &EnrolmentItem::policy), field("group", &EnrolmentItem::group),
        field("relay_group", &EnrolmentItem::relay_group),
        field("revoked", &EnrolmentItem::revoked), field("changed", &EnrolmentItem::changed));
  }
};

EnrolmentItem item_of(const projections::EnrolmentTokenRow& row) {
  return {row.token, row.uses,        row.used,    row.expires_at, row.policy,
          row.group, row.relay_group, row.revoked, row.changed};
}

template <class Row>
Answered<Listed> list_tokens(const Reading& reading, const ListQuery& query, View view) {
  const auto page = projections::list_rows<Row>(*reading.snapshot, view, query);
  if (!page) return refused(page.error());
  std::vector<decltype(item_of(page->items.front()))> items;
  for (const auto& row : page->items) items.push_back(item_of(row));
  return listed(items, page->next.empty() ? std::nullopt : std::optional(page->next));
}

template <class Row>
Answered<Response> show_token(const Reading& reading, View view) {
  const auto token = path_name<TokenId>(reading.request, "token");
  if (!token) return refused(token.error());
  const auto row = reading.snapshot->row<Row>(view, token->value);
  if (!row) return refused(row.error());
  if (!*row) return refused(unknown_name("token"));
  return versioned_object(reading, item_of(**row), "token/" + token->value);
}

// -- New ones ------------------------------------------------------------------------------------

// When a token ends: at a time, or after a while from now; one of them.
Answered<domain::Time> expiry(const std::optional<domain::Time>& at,
                              const std::optional<domain::Duration>& in, domain::Time now) {
  if (at.has_value() == in.has_value()) {
    return refused(std::vector<ledger::codec::JsonError>{
        {"/expires_in", "json-missing", "Say either expires_in or expires_at."}});
  }
  return at ? *at : now + *in;
}

struct TokenBody {
  std::optional<TokenId> token;
  std::optional<domain::UserId> user;
  domain::Role role{};
  std::optional<domain::Duration> expires_in;
  std::optional<domain::Time> expires_at;
  std::string description;
  std::optional<domain::ComputerId> computer;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("token", &TokenBody::token), field("user", &TokenBody::user),
                      field("role", &TokenBody::role), field("expires_in", &TokenBody::expires_in),
                      field("expires_at", &TokenBody::expires_at),
                      field("description", &TokenBody::description),
                      field("computer", &TokenBody::computer));
  }
};

struct EnrolmentBody {
  std::optional<TokenId> token;
  std::uint32_t uses = 0;
  std::optional<domain::Duration> expires_in;
  std::optional<domain::Time> expires_at;
  std::optional<domain::PolicyId> policy;
  std::optional<domain::GroupId> group;
  std::optional<domain::RelayGroupId> relay_group;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("token", &EnrolmentBody::token), field("uses", &EnrolmentBody::uses),
        field("expires_in", &EnrolmentBody::expires_in),
        field("expires_at", &EnrolmentBody::expires_at), field("policy", &EnrolmentBody::policy),
        field("group", &EnrolmentBody::group), field("relay_group", &EnrolmentBody::relay_group));
  }
};

domain::CommandPayload payload_of(TokenBody body, const TokenId& token, const NewToken& made,
                                  domain::Time expires_at) {
  return domain::IssueToken{token,
                            std::move(body.user),
                            body.role,
                            made.digest,
                            expires_at,
                            std::move(body.description),
                            std::move(body.computer)};
}

domain::CommandPayload payload_of(EnrolmentBody body, const TokenId& token, const NewToken& made,
                                  domain::Time expires_at) {
  return domain::IssueEnrolmentToken{token,
                                     made.digest,
                                     body.uses,
                                     expires_at,
                                     std::move(body.policy),
                                     std::move(body.group),
                                     std::move(body.relay_group)};
}

Response told_token(const ledger::Committed& committed, const TokenId& token,
                    const NewToken& made) {
  Response response = committed_response(committed, 201);
  response.body = "{\"token\":\"" + token.value + "\",\"secret\":\"" + made.text + "\"," +
                  response.body.substr(1);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

// The same request again: the times in it were counted from another moment, so it is known by its
// key and the token's name.
template <class Issued>
Answered<std::optional<ledger::Committed>> issued_before(const Services& services,
                                                         const domain::CommandId& id,
                                                         const NewToken& made) {
  auto before = earlier(services, id);
  if (!before) return refused(before.error());
  if (!*before || (*before)->events.empty()) return std::optional<ledger::Committed>();
  const auto* event = domain::get_if<Issued>(&(*before)->events.front().payload);
  if (event != nullptr && event->secret == made.digest) return std::move(*before);
  return refused(ledger::Error{ledger::ErrorKind::conflict, "idempotency-key-reused",
                               "This Idempotency-Key was used for another request."});
}

template <class Body_, class Issued>
Answered<Response> issue(const Request& request, const Services& services) {
  auto command = new_command(request, services, IfMatch::none);
  if (!command) return refused(command.error());
  auto body = Body::parse(request);
  if (!body) return refused(body.error());
  if constexpr (std::is_same_v<Body_, TokenBody>) {
    body->otherwise("description", json_text(""));
  }
  auto said = body->template read<Body_>();
  if (!said) return refused(said.error());
  const auto expires_at = expiry(said->expires_at, said->expires_in, services.clock.now());
  if (!expires_at) return refused(expires_at.error());
  const TokenId token = said->token.value_or(TokenId{name_for(services, command->id, "token")});
  const NewToken made = token_for(services, command->id, token);
  const auto before = issued_before<Issued>(services, command->id, made);
  if (!before) return refused(before.error());
  if (*before) return told_token(**before, token, made);
  command->reason = body->reason();
  command->ticket = body->ticket();
  command->payload = payload_of(std::move(*said), token, made, *expires_at);
  const auto only = flag_parameter(request, "validate_only");
  if (!only) return refused(only.error());
  if (*only) return validated(request, services, *command);
  const auto committed = call(services, std::move(*command));
  if (!committed) return refused(committed.error());
  // The token opens nothing before the views know it.
  services.projector.wait_for(committed->first, new_token_wait);
  return told_token(*committed, token, made);
}

}  // namespace

void add_token_routes(Routes& routes) {
  using projections::EnrolmentTokenRow;
  using projections::TokenRow;
  routes.list("/v1/tokens", Permission::read_access, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return list_tokens<TokenRow>(reading, query, View::tokens);
              });
  routes.read("/v1/tokens/{token}", Permission::read_access, {},
              [](const Reading& reading) { return show_token<TokenRow>(reading, View::tokens); });
  routes.other("POST", "/v1/tokens", Permission::administer, issue<TokenBody, domain::TokenIssued>);
  routes.command({"POST", "/v1/tokens/{token}:revoke", Permission::administer},
                 make_of<domain::RevokeToken>("token"));
  routes.list("/v1/enrolment-tokens", Permission::read_access, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return list_tokens<EnrolmentTokenRow>(reading, query, View::enrolment_tokens);
              });
  routes.read("/v1/enrolment-tokens/{token}", Permission::read_access, {},
              [](const Reading& reading) {
                return show_token<EnrolmentTokenRow>(reading, View::enrolment_tokens);
              });
  routes.other("POST", "/v1/enrolment-tokens", Permission::administer,
               issue<EnrolmentBody, domain::EnrolmentTokenIssued>);
  routes.command({"POST", "/v1/enrolment-tokens/{token}:revoke", Permission::administer},
                 make_of<domain::RevokeEnrolmentToken>("token"));
}

}  // namespace api

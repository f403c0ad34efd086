#include "ledger/domain/access.h"

#include <algorithm>

#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

constexpr Duration token_life_max = days(366);

bool opens(const Access& access, const Token& token, Time now) {
  if (token.revoked || token.facts.expires_at <= now) return false;
  if (!token.facts.user) return true;
  const auto user = access.users.find(*token.facts.user);
  if (user == access.users.end() || user->second.disabled) return false;
  // A token does not outlive its user's role.
  return user->second.facts.role == token.facts.role;
}

// Whether an administrator could still get in once `lost` says which tokens are gone.
template <class Lost>
bool admin_remains(const Access& access, Time now, Lost&& lost) {
  return std::any_of(access.tokens.begin(), access.tokens.end(), [&](const auto& entry) {
    const Token& token = entry.second;
    return token.facts.role == Role::admin && opens(access, token, now) && !lost(token);
  });
}

tl::unexpected<Error> last_admin() {
  return refuse("last-admin",
                "Nobody could administer the ledger any more; issue another admin token first.");
}

Result<void> check_life(Time expires_at, Time now) {
  if (expires_at <= now)
    return invalid("token-expired", "The token would expire before it begins.");
  if (now + token_life_max < expires_at) {
    return invalid("token-life-too-long", "A token lives for a year at most.");
  }
  return {};
}

Result<void> check_new_token(const World& world, const TokenId& id, Time expires_at, Time now) {
  if (!is_name(id.value)) {
    return invalid(
        "token-name-invalid",
        "A token's name is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a letter "
        "or digit.");
  }
  if (world.access.tokens.contains(id) || world.access.enrolment_tokens.contains(id)) {
    return fail(ErrorKind::conflict, "token-exists",
                "There is or was a token named " + id.value + "; choose another name.");
  }
  if (world.access.tokens.size() + world.access.enrolment_tokens.size() >= limits::tokens_max) {
    return refuse("too-many-tokens", "There can be " + std::to_string(limits::tokens_max) +
                                         " tokens, revoked ones included.");
  }
  return check_life(expires_at, now);
}

Result<const User*> existing_user(const World& world, const UserId& id) {
  const auto found = world.access.users.find(id);
  if (found == world.access.users.end()) {
    return unknown("user-unknown", "There is no user named " + id.value + ".");
  }
  return &found->second;
}

bool is_person_role(Role role) {
  return role != Role::agent && role != Role::relay && role != Role::witness;
}

}  // namespace

Result<const EnrolmentToken*> check_enrolment(const Access& access, const TokenId& token,
                                              Time now) {
  const auto found = access.enrolment_tokens.find(token);
  if (found == access.enrolment_tokens.end()) {
    return unknown("enrolment-token-unknown", "There is no such enrolment token.");
  }
  const EnrolmentToken& enrolment = found->second;
  if (enrolment.revoked) {
    return refuse("enrolment-token-revoked", "The enrolment token was revoked; ask for a new one.");
  }
  if (enrolment.facts.expires_at <= now) {
    return refuse("enrolment-token-expired", "The enrolment token has expired; ask for a new one.");
  }
  if (enrolment.used >= enrolment.facts.uses) {
    return refuse("enrolment-token-used-up",
                  "The enrolment token let in as many computers as it may; ask for a new one.");
  }
  return &enrolment;
}

Decision decide(const World& world, const Command&, const CreateUser& create, const Moment&) {
  if (!is_name(create.user.value)) {
    return invalid(
        "user-name-invalid",
        "A user's name is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a letter or "
        "digit.");
  }
  if (!is_person_role(create.role)) {
    return invalid("role-not-for-people",
                   "People are viewer, auditor, operator, approver or admin.");
  }
  if (world.access.users.contains(create.user)) {
    return fail(ErrorKind::conflict, "user-exists",
                "There is a user named " + create.user.value + " already.");
  }
  if (world.access.users.size() >= limits::users_max) {
    return refuse("too-many-users",
                  "There can be " + std::to_string(limits::users_max) + " users.");
  }
  return one_event(stream_of("user", create.user),
                   UserCreated{create.user, create.name, create.role});
}

Decision decide(const World& world, const Command&, const ChangeUser& change,
                const Moment& moment) {
  const auto user = existing_user(world, change.user);
  if (!user) return fail(user.error());
  if (!is_person_role(change.role)) {
    return invalid("role-not-for-people",
                   "People are viewer, auditor, operator, approver or admin.");
  }
  if ((*user)->facts.name == change.name && (*user)->facts.role == change.role) return no_events();
  const bool demoted = (*user)->facts.role == Role::admin && change.role != Role::admin;
  if (demoted && !admin_remains(world.access, moment.now, [&](const Token& token) {
        return token.facts.user == change.user;
      })) {
    return last_admin();
  }
  return one_event(stream_of("user", change.user),
                   UserChanged{change.user, change.name, change.role});
}

Decision decide(const World& world, const Command&, const DisableUser& disable,
                const Moment& moment) {
  const auto user = existing_user(world, disable.user);
  if (!user) return fail(user.error());
  if ((*user)->disabled) return no_events();
  const bool admin = (*user)->facts.role == Role::admin;
  if (admin && !admin_remains(world.access, moment.now, [&](const Token& token) {
        return token.facts.user == disable.user;
      })) {
    return last_admin();
  }
  return one_event(stream_of("user", disable.user), UserDisabled{disable.user});
}

// What was lost with the account stays lost: tokens of before it was disabled would open again, so
// they are revoked first, expired ones too.
Decision decide(const World& world, const Command&, const EnableUser& enable, const Moment&) {
  const auto user = existing_user(world, enable.user);
  if (!user) return fail(user.error());
  if (!(*user)->disabled) return no_events();
  std::vector<NewEvent> events;
  for (const auto& [id, token] : world.access.tokens) {
    if (token.revoked || token.facts.user != enable.user) continue;
    events.push_back(
        NewEvent{stream_of("token", id), TokenRevoked{id}, std::nullopt, Outcome::done});
  }
  events.push_back(NewEvent{stream_of("user", enable.user), UserEnabled{enable.user}, std::nullopt,
                            Outcome::done});
  return events;
}

Decision decide(const World& world, const Command&, const IssueToken& issue, const Moment& moment) {
  if (const auto checked = check_new_token(world, issue.token, issue.expires_at, moment.now);
      !checked) {
    return fail(checked.error());
  }
  if (issue.user) {
    const auto user = existing_user(world, *issue.user);
    if (!user) return fail(user.error());
    if ((*user)->disabled) {
      return refuse("user-disabled", "User " + issue.user->value + " is disabled.");
    }
    if ((*user)->facts.role != issue.role) {
      return invalid("role-differs", "A user's token has the user's role, " +
                                         std::string(name_of((*user)->facts.role)) + ".");
    }
  }
  const bool machine = issue.role == Role::agent || issue.role == Role::relay;
  if (machine != issue.computer.has_value()) {
    return invalid("token-computer-mismatch",
                   "A token of role agent or relay names its computer, and no other token does.");
  }
  if (issue.computer && !is_enrolled(world.computers, *issue.computer)) {
    return unknown("computer-unknown", "There is no computer " + issue.computer->value + ".");
  }
  return one_event(stream_of("token", issue.token),
                   TokenIssued{issue.token, issue.user, issue.role, issue.secret, issue.expires_at,
                               issue.description, issue.computer});
}

Decision decide(const World& world, const Command&, const RevokeToken& revoke,
                const Moment& moment) {
  const auto found = world.access.tokens.find(revoke.token);
  if (found == world.access.tokens.end()) {
    return unknown("token-unknown", "There is no token named " + revoke.token.value + ".");
  }
  if (found->second.revoked) return no_events();
  const bool last = found->second.facts.role == Role::admin &&
                    !admin_remains(world.access, moment.now, [&](const Token& token) {
                      return token.facts.token == revoke.token;
                    });
  if (last) return last_admin();
  return one_event(stream_of("token", revoke.token), TokenRevoked{revoke.token});
}

Decision decide(const World& world, const Command&, const IssueEnrolmentToken& issue,
                const Moment& moment) {
  if (const auto checked = check_new_token(world, issue.token, issue.expires_at, moment.now);
      !checked) {
    return fail(checked.error());
  }
  if (issue.uses == 0 || issue.uses > limits::enrolment_uses_max) {
    return invalid("uses-out-of-range", "An enrolment token lets 1 to " +
                                            std::to_string(limits::enrolment_uses_max) +
                                            " computers join.");
  }
  if (issue.policy && world.policies.find(*issue.policy) == nullptr) {
    return unknown("policy-unknown", "There is no policy named " + issue.policy->value + ".");
  }
  if (issue.group && !world.computers.groups.contains(*issue.group)) {
    return unknown("group-unknown", "There is no group named " + issue.group->value + ".");
  }
  if (issue.relay_group && !world.relays.groups.contains(*issue.relay_group)) {
    return unknown("relay-group-unknown",
                   "There is no relay group named " + issue.relay_group->value + ".");
  }
  return one_event(stream_of("token", issue.token),
                   EnrolmentTokenIssued{issue.token, issue.secret, issue.uses, issue.expires_at,
                                        issue.policy, issue.group, issue.relay_group});
}

Decision decide(const World& world, const Command&, const RevokeEnrolmentToken& revoke,
                const Moment&) {
  const auto found = world.access.enrolment_tokens.find(revoke.token);
  if (found == world.access.enrolment_tokens.end()) {
    return unknown("enrolment-token-unknown",
                   "There is no enrolment token named " + revoke.token.value + ".");
  }
  if (found->second.revoked) return no_events();
  return one_event(stream_of("token", revoke.token), EnrolmentTokenRevoked{revoke.token});
}

// -- The fold ----------------------------------------------------------------------------------

void count_enrolment(Access& access, const ComputerEnrolled& enrolled) {
  if (!enrolled.enrolment) return;
  const auto found = access.enrolment_tokens.find(*enrolled.enrolment);
  if (found != access.enrolment_tokens.end()) ++found->second.used;
}

void evolve(World& world, const Event&, const UserCreated& created) {
  world.access.users[created.user] = User{created, false};
}

void evolve(World& world, const Event&, const UserChanged& changed) {
  auto& facts = world.access.users[changed.user].facts;
  facts.name = changed.name;
  facts.role = changed.role;
}

void evolve(World& world, const Event&, const UserDisabled& disabled) {
  world.access.users[disabled.user].disabled = true;
}

void evolve(World& world, const Event&, const UserEnabled& enabled) {
  world.access.users[enabled.user].disabled = false;
}

void evolve(World&, const Event&, const UserCredentialChanged&) {}

void evolve(World& world, const Event&, const TokenIssued& issued) {
  if (!issued.computer) world.access.tokens[issued.token] = Token{issued, false};
}

void evolve(World& world, const Event&, const TokenRevoked& revoked) {
  const auto found = world.access.tokens.find(revoked.token);
  if (found != world.access.tokens.end()) found->second.revoked = true;
}

void evolve(World&, const Event&, const SessionOpened&) {}
void evolve(World&, const Event&, const SessionClosed&) {}

void evolve(World& world, const Event&, const EnrolmentTokenIssued& issued) {
  world.access.enrolment_tokens[issued.token] = EnrolmentToken{issued, 0, false};
}

void evolve(World& world, const Event&, const EnrolmentTokenRevoked& revoked) {
  world.access.enrolment_tokens[revoked.token].revoked = true;
}

}  // namespace ledger::domain

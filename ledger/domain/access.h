// Users, tokens and enrolment tokens. Secrets are known by their SHA-256 only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "ledger/domain/decider.h"

namespace ledger::domain {

struct User {
  UserCreated facts;
  bool disabled = false;
};

struct Token {
  TokenIssued facts;
  bool revoked = false;
};

struct EnrolmentToken {
  EnrolmentTokenIssued facts;
  std::uint32_t used = 0;
  bool revoked = false;
};

// The tokens of computers are not kept here: they live as long as their computer, and there may be
// a million of them. The view of tokens knows them.
struct Access {
  std::map<UserId, User> users;
  std::map<TokenId, Token> tokens;
  std::map<TokenId, EnrolmentToken> enrolment_tokens;
};

// Whether a computer may join by this token now. Errors: not_found, refused.
Result<const EnrolmentToken*> check_enrolment(const Access& access, const TokenId& token, Time now);

Decision decide(const World&, const Command&, const CreateUser&, const Moment&);
Decision decide(const World&, const Command&, const ChangeUser&, const Moment&);
Decision decide(const World&, const Command&, const DisableUser&, const Moment&);
Decision decide(const World&, const Command&, const EnableUser&, const Moment&);
Decision decide(const World&, const Command&, const IssueToken&, const Moment&);
Decision decide(const World&, const Command&, const RevokeToken&, const Moment&);
Decision decide(const World&, const Command&, const IssueEnrolmentToken&, const Moment&);
Decision decide(const World&, const Command&, const RevokeEnrolmentToken&, const Moment&);

// A computer joined by an enrolment token.
void count_enrolment(Access& access, const ComputerEnrolled& enrolled);

void evolve(World&, const Event&, const UserCreated&);
void evolve(World&, const Event&, const UserChanged&);
void evolve(World&, const Event&, const UserDisabled&);
void evolve(World&, const Event&, const UserEnabled&);
void evolve(World&, const Event&, const UserCredentialChanged&);
void evolve(World&, const Event&, const TokenIssued&);
void evolve(World&, const Event&, const TokenRevoked&);
void evolve(World&, const Event&, const SessionOpened&);
void evolve(World&, const Event&, const SessionClosed&);
void evolve(World&, const Event&, const EnrolmentTokenIssued&);
void evolve(World&, const Event&, const EnrolmentTokenRevoked&);

}  // namespace ledger::domain

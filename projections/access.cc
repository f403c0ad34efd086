#include "projections/access.h"

namespace projections {

using domain::Event;
using domain::World;

namespace {

void project_user(const Event& event, const domain::UserId& id, const World& world, Rows& rows) {
  const auto found = world.access.users.find(id);
  if (found == world.access.users.end()) return rows.erase(View::users, id.value);
  const auto& [facts, disabled] = found->second;
  rows.set(View::users, id.value, UserRow{id, facts.name, facts.role, disabled, mark_of(event)});
}

}  // namespace

void project(const Event& event, const domain::UserCreated& created, const World& world,
             Rows& rows) {
  project_user(event, created.user, world, rows);
}

void project(const Event& event, const domain::UserChanged& changed, const World& world,
             Rows& rows) {
  project_user(event, changed.user, world, rows);
}

void project(const Event& event, const domain::UserDisabled& disabled, const World& world,
             Rows& rows) {
  project_user(event, disabled.user, world, rows);
}

void project(const Event& event, const domain::UserEnabled& enabled, const World& world,
             Rows& rows) {
  project_user(event, enabled.user, world, rows);
}

void project(const Event& event, const domain::TokenIssued& issued, const World&, Rows& rows) {
  const TokenRow row{issued.token,      issued.user,        issued.role,     issued.secret,
                     issued.expires_at, issued.description, issued.computer, false,
                     mark_of(event)};
  rows.set(View::tokens, issued.token.value, row);
  rows.set(View::tokens_by_secret, bytes_of(issued.secret), row);
}

void project(const Event& event, const domain::TokenRevoked& revoked, const World&, Rows& rows) {
  auto row = rows.row<TokenRow>(View::tokens, revoked.token.value);
  if (!row) return;
  row->revoked = true;
  row->changed = mark_of(event);
  rows.set(View::tokens, revoked.token.value, *row);
  rows.erase(View::tokens_by_secret, bytes_of(row->secret));
}

void project(const Event& event, const domain::EnrolmentTokenIssued& issued, const World&,
             Rows& rows) {
  const EnrolmentTokenRow row{
      issued.token,  issued.secret, issued.uses,        0,     issued.expires_at,
      issued.policy, issued.group,  issued.relay_group, false, mark_of(event)};
  rows.set(View::enrolment_tokens, issued.token.value, row);
  rows.set(View::enrolment_tokens_by_secret, bytes_of(issued.secret), row);
}

void project(const Event& event, const domain::EnrolmentTokenRevoked& revoked, const World&,
             Rows& rows) {
  auto row = rows.row<EnrolmentTokenRow>(View::enrolment_tokens, revoked.token.value);
  if (!row) return;
  row->revoked = true;
  row->changed = mark_of(event);
  rows.set(View::enrolment_tokens, revoked.token.value, *row);
  rows.erase(View::enrolment_tokens_by_secret, bytes_of(row->secret));
}

void project_enrolment(const domain::ComputerEnrolled& enrolled, const World& world, Rows& rows) {
  if (!enrolled.enrolment) return;
  const auto known = world.access.enrolment_tokens.find(*enrolled.enrolment);
  auto row = rows.row<EnrolmentTokenRow>(View::enrolment_tokens, enrolled.enrolment->value);
  if (!row || known == world.access.enrolment_tokens.end()) return;
  row->used = known->second.used;
  rows.set(View::enrolment_tokens, enrolled.enrolment->value, *row);
}

}  // namespace projections

#include "api/permissions.h"

#include <cstdint>

namespace api {

using domain::Role;

namespace {

using Set = std::uint32_t;

constexpr Set set_of(Permission permission) { return Set{1} << static_cast<unsigned>(permission); }

template <class... Permissions>
constexpr Set set_of(Permission first, Permissions... rest) {
  return (set_of(first) | ... | set_of(rest));
}

using enum Permission;

// What everybody with a token may do.
constexpr Set everybody = set_of(public_, signed_in);
constexpr Set viewer = everybody | set_of(read, read_log);
constexpr Set auditor = viewer | set_of(read_access, export_, content, verify);
constexpr Set operator_ = viewer | set_of(export_, content, operate);
constexpr Set approver = operator_ | set_of(apply);
constexpr Set admin = approver | set_of(read_access, verify, configure, administer, enrol);
// Machines: each speaks for itself and fetches what it installs or distributes. A computer that was
// broken into must not read what is said of all others.
constexpr Set agent_ = everybody | set_of(agent, content);
// A relay is a computer that distributes as well.
constexpr Set relay_ = agent_ | set_of(relay);
constexpr Set witness = everybody | set_of(read_log);

Set permissions_of(Role role) {
  switch (role) {
    case Role::viewer:
      return viewer;
    case Role::auditor:
      return auditor;
    case Role::operator_:
      return operator_;
    case Role::approver:
      return approver;
    case Role::admin:
      return admin;
    case Role::agent:
      return agent_;
    case Role::relay:
      return relay_;
    case Role::witness:
      return witness;
  }
  return 0;  // A role that this version does not know may do nothing.
}

}  // namespace

bool allows(Role role, Permission permission) {
  return (permissions_of(role) & set_of(permission)) != 0;
}

bool allows(const Caller* caller, Permission permission) {
  if (permission == public_) return true;
  if (caller == nullptr) return false;
  if (caller->enrolment) return permission == enrol;
  return allows(caller->role, permission);
}

}  // namespace api

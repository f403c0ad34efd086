#include "ledger/contact_book.h"

#include <utility>

namespace ledger {

using domain::ComputerId;
using domain::Digest;
using domain::Duration;
using domain::Time;

void ContactBook::list(const std::string& computer, Contact& contact) {
  if (contact.listed || contact.silent) return;
  contact.listed = true;
  due_.emplace(contact.last + contact.allowed, computer);
}

void ContactBook::expect(const ComputerId& computer, Time last_contact, bool silent,
                         Duration allowed_silence) {
  const std::lock_guard lock(mutex_);
  Contact& contact = contacts_[computer.value];
  contact.last = last_contact;
  contact.allowed = allowed_silence;
  contact.silent = silent;
  list(computer.value, contact);
}

void ContactBook::forget(const ComputerId& computer) {
  const std::lock_guard lock(mutex_);
  contacts_.erase(computer.value);
}

ContactBook::Heard ContactBook::heard(const ComputerId& computer, const Digest& report, Time now,
                                      Duration allowed_silence) {
  const std::lock_guard lock(mutex_);
  Contact& contact = contacts_[computer.value];
  const Heard heard{contact.report != report, contact.silent};
  contact.last = now;
  contact.allowed = allowed_silence;
  if (!contact.silent) list(computer.value, contact);
  return heard;
}

void ContactBook::recorded(const ComputerId& computer, const Digest& report) {
  const std::lock_guard lock(mutex_);
  const auto found = contacts_.find(computer.value);
  if (found == contacts_.end()) return;
  found->second.report = report;
  found->second.silent = false;
  list(found->first, found->second);
}

void ContactBook::fell_silent(const ComputerId& computer) {
  const std::lock_guard lock(mutex_);
  const auto found = contacts_.find(computer.value);
  if (found != contacts_.end()) found->second.silent = true;
}

std::optional<Time> ContactBook::last_contact(std::string_view computer) const {
  const std::lock_guard lock(mutex_);
  const auto found = contacts_.find(std::string(computer));
  if (found == contacts_.end()) return std::nullopt;
  return found->second.last;
}

std::vector<domain::Unheard> ContactBook::unheard(Time now, std::size_t max) {
  const std::lock_guard lock(mutex_);
  std::vector<domain::Unheard> late;
  while (!due_.empty() && due_.begin()->first < now && late.size() < max) {
    const std::string computer = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    const auto found = contacts_.find(computer);
    if (found == contacts_.end() || !found->second.listed) continue;
    Contact& contact = found->second;
    contact.listed = false;
    if (contact.last + contact.allowed < now) {
      contact.silent = true;
      late.push_back({ComputerId{computer}, contact.last});
    } else {
      list(found->first, contact);
    }
  }
  return late;
}

}  // namespace ledger

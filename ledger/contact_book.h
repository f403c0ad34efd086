// When each computer was last heard. Heartbeats are not history: one that brings no news is noted
// here and nowhere else; only news, silence and return become events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/ids.h"

namespace ledger {

// Thread: any, for all of it.
class ContactBook {
 public:
  // A computer that is expected to be heard, from now on or again.
  void expect(const domain::ComputerId& computer, domain::Time last_contact, bool silent,
              domain::Duration allowed_silence);
  void forget(const domain::ComputerId& computer);

  struct Heard {
    bool is_news = false;     // What it reports is not what was last recorded of it.
    bool was_silent = false;  // It had been given up; its return is to be recorded.
  };
  // A computer reports; `report` is a digest of what it says.
  Heard heard(const domain::ComputerId& computer, const domain::Digest& report, domain::Time now,
              domain::Duration allowed_silence);
  // What it reported is now in the log, and so is its return.
  void recorded(const domain::ComputerId& computer, const domain::Digest& report);

  // Its silence is now in the log. It may have been heard while that was being recorded: then its
  // next report is its return.
  void fell_silent(const domain::ComputerId& computer);

  std::optional<domain::Time> last_contact(std::string_view computer) const;

  // At most `max` computers whose silence has lasted longer than allowed, longest first; each is
  // told once, until it is heard again. Cost: what is due, not what is expected.
  std::vector<domain::Unheard> unheard(domain::Time now, std::size_t max);

 private:
  struct Contact {
    domain::Time last;
    domain::Duration allowed;
    domain::Digest report;
    bool silent = false;
    bool listed = false;  // Stands in due_, perhaps for an earlier time than is now right.
  };
  void list(const std::string& computer, Contact& contact);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Contact> contacts_;
  std::multimap<domain::Time, std::string> due_;
};

}  // namespace ledger

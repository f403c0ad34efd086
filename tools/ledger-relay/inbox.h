// How bundles reach a relay that runs, and are made by it: a request as a file in its state, and
// the answer beside it. Whoever may write there may feed it.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace ledger_relay {

namespace domain = ledger::domain;

struct InboxRequest {
  bool makes = false;  // A bundle; else it takes one.
  std::string bundle;  // Absolute path.
  domain::SourceId source;
  std::optional<domain::Digest> trust_root;  // Of one that it takes.
  std::string since;                         // Of one that it makes: the bundle before, or empty.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return domain::field_list(
        field("makes", &InboxRequest::makes), field("bundle", &InboxRequest::bundle),
        field("source", &InboxRequest::source), field("trust_root", &InboxRequest::trust_root),
        field("since", &InboxRequest::since));
  }
};

// Errors: unavailable ("relay-silent": no answer within ten minutes), the answer's, io.
ledger::Result<std::string> ask_inbox(const std::filesystem::path& inbox, const std::string& name,
                                      const InboxRequest& request);

// Answers what waits; how many that was.
using AnswerRequest = std::function<ledger::Result<std::string>(const InboxRequest&)>;
int answer_inbox(const std::filesystem::path& inbox, const AnswerRequest& answer);

}  // namespace ledger_relay

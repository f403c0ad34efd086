// A check of a source: the I/O that a SourceCheckRequested asks for. It decides nothing: what it
// found comes back as the commands that report it.
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "ledger/domain/command.h"
#include "updates/content_store.h"
#include "updates/source_reader.h"

namespace ledger::updates {

struct SourceCheckRequest {
  domain::SourceId source;
  domain::OperationId check;
  std::string url;
  std::string alternative_url;  // Asked when nothing comes from `url`; empty: none.
  std::string proxy;
  domain::DownloadMode download{};
  std::map<domain::RuleUpdateId, domain::Digest> imported;  // Not downloaded again.
};

// Asks the source, and puts the documents that are new into `content` once they are what the
// manifest says and keep the format. Returns commands to submit in this order: for each document,
// older ones first, ImportRuleUpdate, or ReportVerificationFailed if it is not what it should be;
// and at last ReportSourceChecked or ReportSourceCheckFailed, which ends the check. With
// DownloadMode::check_only there is only the last, unless the manifest itself is no manifest.
// Thread: any; blocks for as long as the source takes, within limits::source_timeout.
std::vector<domain::CommandPayload> check_source(const SourceCheckRequest& request,
                                                 ContentStore& content,
                                                 const std::stop_token& stop);

// The same, of a source that is open already; `request.url` and the alternative are not looked at.
std::vector<domain::CommandPayload> check_source(const SourceCheckRequest& request,
                                                 SourceReader& reader, ContentStore& content,
                                                 const std::stop_token& stop);

}  // namespace ledger::updates

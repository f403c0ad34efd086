#include "tools/ledger-relay/inbox.h"

#include <chrono>
#include <thread>
#include <vector>

#include "ledger/codec/json_in.h"
#include "ledger/codec/json_out.h"
#include "updates/local_file.h"
#include "updates/tuf/metadata_directory.h"

namespace ledger_relay {

using ledger::fail;
using ledger::Result;
namespace codec = ledger::codec;
namespace updates = ledger::updates;

namespace {

constexpr std::size_t request_bytes_max = 65'536;
constexpr std::chrono::minutes answer_deadline{10};
constexpr std::chrono::milliseconds answer_interval{100};

struct InboxAnswer {
  bool done = false;
  std::string reason;  // Of the error.
  std::string detail;  // Or what was done.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return domain::field_list(field("done", &InboxAnswer::done),
                              field("reason", &InboxAnswer::reason),
                              field("detail", &InboxAnswer::detail));
  }
};

void forget(const std::filesystem::path& file) {
  std::error_code none;  // What stays is answered again, or is too old to matter.
  std::filesystem::remove(file, none);
}

InboxAnswer answer_to(const std::filesystem::path& file, const AnswerRequest& answer) {
  const auto text = updates::read_local_file(file, request_bytes_max);
  if (!text) return {false, text.error().reason, text.error().detail};
  const auto request = codec::parse_json<InboxRequest>(*text);
  if (!request.ok()) return {false, "request-malformed", request.errors.front().detail};
  const auto done = answer(request.value);
  if (!done) return {false, done.error().reason, done.error().detail};
  return {true, {}, *done};
}

}  // namespace

Result<std::string> ask_inbox(const std::filesystem::path& inbox, const std::string& name,
                              const InboxRequest& request) {
  const auto question = inbox / (name + ".request");
  const auto answer = inbox / (name + ".answer");
  const auto put = updates::tuf::replace_file(question, codec::to_json(request));
  if (!put) return fail(put.error());
  const auto deadline = std::chrono::steady_clock::now() + answer_deadline;
  while (!std::filesystem::exists(answer)) {
    if (std::chrono::steady_clock::now() > deadline) {
      forget(question);
      return fail(ledger::ErrorKind::unavailable, "relay-silent",
                  "The relay runs but does not answer; look at its log.");
    }
    std::this_thread::sleep_for(answer_interval);
  }
  const auto text = updates::read_local_file(answer, request_bytes_max);
  forget(answer);
  if (!text) return fail(text.error());
  const auto told = codec::parse_json<InboxAnswer>(*text);
  if (!told.ok()) {
    return fail(ledger::ErrorKind::corrupt, "relay-silent", told.errors.front().detail);
  }
  if (told.value.done) return told.value.detail;
  return fail(ledger::ErrorKind::refused, told.value.reason, told.value.detail);
}

int answer_inbox(const std::filesystem::path& inbox, const AnswerRequest& answer) {
  std::vector<std::filesystem::path> requests;
  std::error_code none;  // No inbox: nothing waits.
  for (const auto& entry : std::filesystem::directory_iterator(inbox, none)) {
    if (entry.path().extension() == ".request") requests.push_back(entry.path());
  }
  for (const auto& request : requests) {
    const auto told = answer_to(request, answer);
    auto file = request;
    file.replace_extension(".answer");
    const auto put = updates::tuf::replace_file(file, codec::to_json(told));
    forget(request);
    if (!put) forget(file);
  }
  return static_cast<int>(requests.size());
}

}  // namespace ledger_relay

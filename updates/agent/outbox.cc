#include "updates/agent/outbox.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "ledger/codec/json_in.h"
#include "ledger/codec/json_out.h"
#include "updates/local_file.h"

namespace ledger::updates::agent {
namespace {

constexpr std::size_t message_bytes_max = 4'194'304;
constexpr std::size_t number_digits = 20;

std::uint64_t message_number(const std::string& name) {
  std::uint64_t number = 0;
  const char* const end = name.data() + name.size();
  const auto read = std::from_chars(name.data(), end, number);
  return name.size() == number_digits && read.ec == std::errc() && read.ptr == end ? number : 0;
}

// Whether it has what its kind takes.
bool is_whole(const Message& message) {
  if (message.kind == MessageKind::finished) return message.instruction.has_value();
  return message.kind != MessageKind::not_authentic || message.source.has_value();
}

}  // namespace

Message message_of(const machine::Report& report) {
  Message message;
  message.kind = MessageKind::report;
  message.sequence = report.sequence;
  message.components = report.components;
  message.ruleset = report.ruleset;
  message.rule_update = report.rule_update;
  message.occurred_at = report.occurred_at;
  return message;
}

std::filesystem::path Outbox::path_of(std::uint64_t number) const {
  const std::string digits = std::to_string(number);
  return directory_ / (std::string(number_digits - digits.size(), '0') + digits);
}

Result<Outbox> Outbox::open(Files& files, std::filesystem::path directory) {
  Outbox made(files, std::move(directory));
  if (auto done = make_directories(files, made.directory_); !done) return fail(done.error());
  std::vector<std::filesystem::path> found;
  std::error_code problem;
  for (auto each = std::filesystem::directory_iterator(made.directory_, problem);
       !problem && each != std::filesystem::directory_iterator(); each.increment(problem)) {
    found.push_back(each->path());
  }
  if (problem) {
    return fail(file_error("Reading the directory", made.directory_, problem.value()));
  }
  std::sort(found.begin(), found.end());
  for (const auto& path : found) {
    const std::uint64_t number = message_number(path.filename().string());
    const auto text = read_local_file(path, message_bytes_max);
    auto parsed = codec::parse_json<Message>(text ? *text : "");
    // One that was cut short had not been kept yet.
    if (number == 0 || !parsed.ok() || !is_whole(parsed.value)) {
      if (auto removed = files.remove(path); !removed) return fail(removed.error());
      continue;
    }
    made.waiting_.push_back({number, std::move(parsed.value)});
    made.next_ = number + 1;
  }
  return made;
}

std::size_t Outbox::least_needed() const {
  const auto report = std::find_if(waiting_.begin(), waiting_.end(), [](const Waiting& each) {
    return each.message.kind == MessageKind::report;
  });
  return report == waiting_.end() ? 0 : static_cast<std::size_t>(report - waiting_.begin());
}

Result<void> Outbox::add(const Message& message) {
  const std::string text = codec::to_json(message) + "\n";
  const auto saved = replace(*files_, path_of(next_), text);
  waiting_.push_back({saved ? next_++ : 0, message});
  const auto dropped = waiting_.size() > messages_max ? drop(least_needed()) : Result<void>();
  return saved ? dropped : saved;
}

Result<void> Outbox::drop(std::size_t index) {
  const auto at = waiting_.begin() + static_cast<std::ptrdiff_t>(index);
  if (at->number != 0) {
    if (auto removed = files_->remove(path_of(at->number)); !removed) return removed;
  }
  waiting_.erase(at);
  return {};
}

bool Outbox::waits(const Error& error) {
  return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::overloaded ||
         error.kind == ErrorKind::io || error.reason == "identity-refused";
}

Result<void> Outbox::send(machine::Manager& manager, const Message& message) {
  switch (message.kind) {
    case MessageKind::report: {
      const auto heard = manager.report({message.sequence, message.components, message.ruleset,
                                         message.rule_update, message.occurred_at});
      return heard ? Result<void>() : fail(heard.error());
    }
    case MessageKind::finished:
      return manager.finish(*message.instruction, message.cause, message.detail);
    case MessageKind::failed:
      return manager.failed({message.what, message.cause, message.detail});
    case MessageKind::hook_finished:
      return manager.hook_finished(message.exit_status, message.detail);
    case MessageKind::not_authentic:
      return manager.not_authentic(*message.source, message.target, message.role, message.detail);
  }
  return {};
}

}  // namespace ledger::updates::agent

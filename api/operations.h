// Long work that was asked for over HTTP: it has a name, can be watched, and can be ended. What
// came of it is in the log where that matters; the operation itself is forgotten with the process.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "api/http.h"
#include "api/refusal.h"
#include "api/services.h"
#include "replay/verify.h"

namespace api {

enum class OperationState { running, succeeded, failed, cancelled };
constexpr auto enum_names(OperationState) {
  return std::array<std::string_view, 4>{"running", "succeeded", "failed", "cancelled"};
}

struct OperationView {
  std::string operation;  // "op-3"
  std::string kind;       // "verify_log"
  std::string subject;    // What it is about: "source/vendor"; empty: nothing by itself.
  OperationState state{};
  std::string started_by;
  domain::Time started_at;
  std::optional<domain::Time> ended_at;
  Progress progress;
  std::string code;    // Why it failed, as problem documents have it; empty: it did not.
  std::string detail;  // The same in a sentence.
  std::string result;  // JSON; empty: none yet.

  // What a list is filtered by, and its columns.
  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("operation", &OperationView::operation), field("kind", &OperationView::kind),
        field("subject", &OperationView::subject), field("state", &OperationView::state),
        field("started_by", &OperationView::started_by),
        field("started_at", &OperationView::started_at),
        field("ended_at", &OperationView::ended_at), field("code", &OperationView::code),
        field("detail", &OperationView::detail));
  }
};

// As a JSON object.
std::string operation_json(const OperationView& view);

// Thread: any, for all of it.
class Operations {
 public:
  // Answers a JSON object, or why it failed; `go_on` takes progress and is false once it is to end.
  using GoOn = std::function<bool(Progress)>;
  using Work = std::function<ledger::Result<std::string>(const GoOn& go_on)>;

  explicit Operations(const ledger::Clock& clock) : clock_(clock) {}
  ~Operations();  // Stops.
  Operations(const Operations&) = delete;
  Operations& operator=(const Operations&) = delete;

  // Ends all work and waits for it; nothing is started from then on.
  void stop();

  struct Asked {
    std::string kind;
    std::string started_by;
    std::string what;       // Beside the kind, for two that have one key: a backup's name.
    domain::CommandId key;  // The request's; zeros: it has none.
  };
  struct Started {
    OperationView view;
    bool replayed = false;  // A request with this key started it before.
  };
  // Problems: 422 "idempotency-key-reused" for something else; 503 "too-many-operations", when
  // limits::operations_running_max run.
  Answered<Started> start(Asked asked, Work work);
  // Problems: 404 "operation-unknown".
  Answered<OperationView> find(std::string_view name) const;
  std::vector<OperationView> all() const;  // Newest first.
  // Asks it to end. Problems: 404; 409 "operation-ended".
  Answered<OperationView> cancel(std::string_view name, const std::string& by);

  // Work that an event ordered, and that runs elsewhere. It counts as running until it ended.
  struct Ordered {
    std::string operation;  // Its name in the record: "check-7".
    std::string kind;
    std::string subject;
    std::string started_by;
    // Somebody cancels it: who. Called once at most, while nothing of this can be asked.
    std::function<void(const std::string& by)> on_cancel;
  };
  class Watched;
  std::unique_ptr<Watched> watch(Ordered ordered);

 private:
  struct Running {
    OperationView view;
    std::string what;
    domain::CommandId key;
    bool cancelled = false;
    std::function<void(const std::string& by)> on_cancel;
    std::thread thread;  // Not of what runs elsewhere.
  };
  void end(Running& running, ledger::Result<std::string> outcome);
  void run(const std::shared_ptr<Running>& running, const Work& work);
  std::shared_ptr<Running> found(std::string_view name) const;
  void forget_old();

  const ledger::Clock& clock_;
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<Running>> operations_;  // Oldest first.
  std::uint64_t made_ = 0;
  bool stopping_ = false;
};

// Told by whoever does the work; destroyed before end(), the work was given up.
class Operations::Watched {
 public:
  Watched(Operations& operations, std::shared_ptr<Running> running)
      : operations_(operations), running_(std::move(running)) {}
  ~Watched();
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  void tell(Progress progress);
  // The last call: a JSON object, or why it failed.
  void end(ledger::Result<std::string> outcome);

 private:
  Operations& operations_;
  std::shared_ptr<Running> running_;  // Null once it ended.
};

// Of work that passes over events.
Progress over_events(const replay::Progress& progress);

// 202: it is being worked on, and can be watched.
Answered<Response> accepted(const Answered<Operations::Started>& started);

}  // namespace api

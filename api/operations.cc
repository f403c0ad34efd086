#include "api/operations.h"

#include <algorithm>
#include <utility>

#include "ledger/codec/json_out.h"
#include "ledger/limits.h"

namespace api {
namespace {

tl::unexpected<Refusal> unknown_operation() {
  return refused("operation-unknown",
                 "There is no such operation; those of an earlier process are forgotten.", 404);
}

}  // namespace

std::string operation_json(const OperationView& view) {
  std::string out = "{\"operation\":\"" + view.operation + "\",\"kind\":\"" + view.kind + "\"";
  const auto add = [&](std::string_view name, const auto& value) {
    out += ",\"" + std::string(name) + "\":";
    ledger::codec::write_json(out, value);
  };
  add("subject", view.subject);
  add("state", view.state);
  add("done", view.state != OperationState::running);
  add("started_by", view.started_by);
  add("started_at", view.started_at);
  add("ended_at", view.ended_at);
  add("progress", view.progress);
  add("code", view.code);
  add("detail", view.detail);
  return out + ",\"result\":" + (view.result.empty() ? "null" : view.result) + "}";
}

Operations::~Operations() { stop(); }

void Operations::stop() {
  std::deque<std::shared_ptr<Running>> all;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    all = operations_;
  }
  for (const auto& each : all) {
    if (each->thread.joinable()) each->thread.join();
  }
}

Answered<Operations::Started> Operations::start(Asked asked, Work work) {
  const std::lock_guard lock(mutex_);
  if (stopping_) {
    return refused(ledger::Error{ledger::ErrorKind::unavailable, "service-stopping",
                                 "The service is stopping; ask again soon."});
  }
  if (asked.key != domain::CommandId{}) {
    for (const auto& each : operations_) {
      if (each->key != asked.key) continue;
      const bool is_it = each->view.kind == asked.kind && each->what == asked.what &&
                         each->view.started_by == asked.started_by;
      if (is_it) return Started{each->view, true};
      return refused(ledger::Error{ledger::ErrorKind::conflict, "idempotency-key-reused",
                                   "This Idempotency-Key was used for another request."});
    }
  }
  const auto running = std::count_if(operations_.begin(), operations_.end(), [](const auto& each) {
    return each->view.state == OperationState::running && each->thread.joinable();
  });
  if (static_cast<std::size_t>(running) >= ledger::limits::operations_running_max) {
    return refused(ledger::Error{ledger::ErrorKind::overloaded, "too-many-operations",
                                 "As much long work as may run at once is running; wait for one "
                                 "to end, or cancel it."});
  }
  forget_old();
  auto made = std::make_shared<Running>();
  made->view.operation = "op-" + std::to_string(++made_);
  made->view.kind = std::move(asked.kind);
  made->view.started_by = std::move(asked.started_by);
  made->what = std::move(asked.what);
  made->key = asked.key;
  made->view.started_at = clock_.now();
  operations_.push_back(made);
  Started started{made->view, false};
  made->thread = std::thread([this, made, work = std::move(work)] { run(made, work); });
  return started;
}

void Operations::run(const std::shared_ptr<Running>& running, const Work& work) {
  auto outcome = work([&](Progress progress) {
    const std::lock_guard lock(mutex_);
    running->view.progress = std::move(progress);
    return !running->cancelled && !stopping_;
  });
  end(*running, std::move(outcome));
}

void Operations::end(Running& running, ledger::Result<std::string> outcome) {
  const std::lock_guard lock(mutex_);
  running.view.ended_at = clock_.now();
  running.on_cancel = nullptr;
  if (outcome) {
    running.view.state = OperationState::succeeded;
    running.view.result = std::move(*outcome);
  } else if (running.cancelled) {
    running.view.state = OperationState::cancelled;
    running.view.detail = "It was cancelled.";
  } else {
    running.view.state = OperationState::failed;
    running.view.code = outcome.error().reason;
    running.view.detail = outcome.error().detail;
  }
}

std::unique_ptr<Operations::Watched> Operations::watch(Ordered ordered) {
  auto made = std::make_shared<Running>();
  made->view.operation = std::move(ordered.operation);
  made->view.kind = std::move(ordered.kind);
  made->view.subject = std::move(ordered.subject);
  made->view.started_by = std::move(ordered.started_by);
  made->view.started_at = clock_.now();
  made->on_cancel = std::move(ordered.on_cancel);
  const std::lock_guard lock(mutex_);
  forget_old();
  operations_.push_back(made);
  return std::make_unique<Watched>(*this, std::move(made));
}

Operations::Watched::~Watched() {
  if (!running_) return;
  end(ledger::fail(ledger::ErrorKind::unavailable, "given-up", "It was given up for now."));
}

void Operations::Watched::tell(Progress progress) {
  const std::lock_guard lock(operations_.mutex_);
  running_->view.progress = std::move(progress);
}

void Operations::Watched::end(ledger::Result<std::string> outcome) {
  operations_.end(*std::exchange(running_, nullptr), std::move(outcome));
}

// The threads of those that ended are joined when they are forgotten. Called with the lock held.
void Operations::forget_old() {
  while (operations_.size() >= ledger::limits::operations_max) {
    const auto ended = std::find_if(operations_.begin(), operations_.end(), [](const auto& each) {
      return each->view.state != OperationState::running;
    });
    if (ended == operations_.end()) return;
    // It is about to end, and holds no lock any more.
    if ((*ended)->thread.joinable()) (*ended)->thread.join();
    operations_.erase(ended);
  }
}

std::shared_ptr<Operations::Running> Operations::found(std::string_view name) const {
  const auto found = std::find_if(operations_.begin(), operations_.end(),
                                  [&](const auto& each) { return each->view.operation == name; });
  return found == operations_.end() ? nullptr : *found;
}

Answered<OperationView> Operations::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto operation = found(name);
  if (!operation) return unknown_operation();
  return operation->view;
}

std::vector<OperationView> Operations::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<OperationView> views;
  for (auto each = operations_.rbegin(); each != operations_.rend(); ++each) {
    views.push_back((*each)->view);
  }
  return views;
}

Answered<OperationView> Operations::cancel(std::string_view name, const std::string& by) {
  const std::lock_guard lock(mutex_);
  const auto operation = found(name);
  if (!operation) return unknown_operation();
  if (operation->view.state != OperationState::running) {
    return refused(ledger::Error{ledger::ErrorKind::conflict, "operation-ended",
                                 "The operation has ended already."});
  }
  if (operation->on_cancel && !operation->cancelled) operation->on_cancel(by);
  operation->cancelled = true;
  return operation->view;
}

Progress over_events(const replay::Progress& progress) {
  return {.done = progress.done.value,
          .total = progress.size.value,
          .unit = "events",
          .per_second = static_cast<std::uint64_t>(progress.events_per_second)};
}

Answered<Response> accepted(const Answered<Operations::Started>& started) {
  if (!started) return refused(started.error());
  Response response;
  response.status = 202;
  response.body = operation_json(started->view);
  response.headers.emplace_back("Location", "/v1/operations/" + started->view.operation);
  if (started->replayed) response.headers.emplace_back("Idempotency-Replayed", "true");
  return response;
}

}  // namespace api

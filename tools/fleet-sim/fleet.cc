#include "tools/fleet-sim/fleet.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <deque>
#include <map>
#include <ostream>
#include <queue>
#include <utility>

#include "ledger/clock.h"
#include "ledger/codec/json_out.h"
#include "tools/fleet-sim/summary.h"

namespace fleet_sim {

namespace asio = boost::asio;
using boost::system::error_code;
using ledger::Result;
using Clock = std::chrono::steady_clock;

namespace {

// After what went wrong, at the latest.
constexpr domain::Duration retry_interval = domain::seconds(5);
// A beat comes this much earlier or later than its time, of 1.
constexpr double jitter = 0.05;
// Until the same trouble is said again.
constexpr std::chrono::minutes said_again{1};

class Fleet {
 public:
  Fleet(const FleetOptions& options, const Nature& nature, const std::vector<std::string>& names,
        std::ostream& out, std::ostream& errors)
      : options_(options), nature_(nature), out_(out), errors_(errors) {
    members_.reserve(names.size());
    for (const auto& name : names) {
      new_.push_back(members_.size());
      members_.push_back({Computer(name, nature)});
    }
    summary_.computers = names.size();
    for (const auto& member : members_) summary_.joined += member.computer.has_joined();
  }

  Result<void> run();

 private:
  struct Member {
    Computer computer;
    std::uint64_t rounds = 0;
    bool has_beaten = false;
    domain::Duration spread_over{};  // The interval of which it has its own phase.
    bool is_up_to_date = false;
  };
  // A connection, and whose turn it is.
  struct Line {
    std::shared_ptr<Connection> connection;
    std::size_t member = 0;
    RequestKind kind{};
    Clock::time_point asked;
  };

  double drawn(const Member& member, std::string_view stream, std::uint64_t n) const {
    const auto value = nature_.random.value(member.computer.name(), stream, n) >> 11;
    return static_cast<double>(value) * 0x1p-53;
  }

  void pump();
  void begin(std::size_t member);
  void ask(Line* line, const Request& request);
  void heard(Line* line, Result<Answer> answer);
  void end_round(Line* line, bool is_well);
  void plan(std::size_t which, bool is_well);
  void note(Member& member);
  void say(const Computer& computer, const ledger::Error& error);
  void print_every(asio::steady_timer& timer);
  void print();

  const FleetOptions& options_;
  const Nature& nature_;
  std::ostream& out_;
  std::ostream& errors_;
  const ledger::SystemClock clock_;
  asio::io_context context_{1};
  asio::steady_timer waiting_{context_};
  std::unique_ptr<asio::ssl::context> tls_;
  std::vector<Member> members_;
  using Due = std::pair<Clock::time_point, std::size_t>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::deque<std::size_t> new_;  // Those that have not begun.
  bool was_due_ = false;         // The last that began was due.
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<Line*> free_;  // The one that was used last is used next: it is still open.
  Summary summary_;
  Latencies latencies_;
  std::map<std::string, std::uint64_t> refused_;
  std::map<std::string, Clock::time_point> said_;
};

Result<void> Fleet::run() {
  if (options_.manager.tls) {
    auto tls = client_tls(options_.ca_file);
    if (!tls) return fail(tls.error());
    tls_ = *std::move(tls);
  }
  for (std::size_t i = 0; i < options_.connections; ++i) {
    lines_.push_back(std::make_unique<Line>());
    free_.push_back(lines_.back().get());
  }
  asio::signal_set signals(context_, SIGINT, SIGTERM);
  signals.async_wait([this](const error_code& error, int) {
    if (!error) context_.stop();
  });
  asio::steady_timer printing(context_);
  if (options_.summary_interval.micros > 0) print_every(printing);
  pump();
  context_.run();
  print();
  return {};
}

// Begins what is due and has a connection; then sleeps until the next is.
void Fleet::pump() {
  const auto now = Clock::now();
  while (!free_.empty()) {
    const bool is_due = !due_.empty() && due_.top().first <= now;
    // By turns, or a fleet that never rests would let nobody in.
    const bool new_turn = std::exchange(was_due_, is_due && !was_due_) && !new_.empty();
    if (is_due && !new_turn) {
      const auto member = due_.top().second;
      due_.pop();
      begin(member);
    } else if (!new_.empty()) {
      const auto member = new_.front();
      new_.pop_front();
      begin(member);
    } else {
      break;
    }
  }
  if (due_.empty() || free_.empty()) return;
  waiting_.expires_at(due_.top().first);
  waiting_.async_wait([this](const error_code& error) {
    if (!error) pump();
  });
}

void Fleet::begin(std::size_t which) {
  Member& member = members_[which];
  ++member.rounds;
  const bool beats = member.computer.has_joined() && !member.computer.installing_time();
  if (beats && drawn(member, "lost", member.rounds) < options_.lost) {
    ++summary_.lost;
    return plan(which, true);
  }
  Line* line = free_.back();
  free_.pop_back();
  line->member = which;
  const bool is_own = options_.closes || member.computer.identity() != nullptr;
  if (is_own || line->connection == nullptr) {
    line->connection =
        make_connection(context_, options_.manager, tls_.get(), member.computer.identity());
  }
  ask(line, member.computer.begin());
}

void Fleet::ask(Line* line, const Request& request) {
  line->kind = request.kind;
  line->asked = Clock::now();
  if (request.kind == RequestKind::beat) ++summary_.beats;
  if (request.kind == RequestKind::orders) ++summary_.orders_asked;
  line->connection->ask(request,
                        [this, line](Result<Answer> answer) { heard(line, std::move(answer)); });
}

void Fleet::heard(Line* line, Result<Answer> answer) {
  Computer& computer = members_[line->member].computer;
  const auto next = answer ? computer.hear(*answer) : ledger::fail(answer.error());
  if (!next) {
    say(computer, next.error());
    return end_round(line, false);
  }
  if (line->kind == RequestKind::join) ++summary_.joined;
  if (line->kind == RequestKind::beat) {
    ++summary_.answered;
    members_[line->member].has_beaten = true;
    latencies_.add(Clock::now() - line->asked);
  }
  if (*next) return ask(line, **next);
  end_round(line, true);
}

void Fleet::end_round(Line* line, bool is_well) {
  const bool is_own = options_.closes || members_[line->member].computer.identity() != nullptr;
  if (is_own || !is_well) {
    line->connection->close();
    line->connection.reset();
  }
  free_.push_back(line);
  note(members_[line->member]);
  plan(line->member, is_well);
  if (options_.beats_max > 0 && summary_.answered >= options_.beats_max) return context_.stop();
  pump();
}

// When it begins its next round. Its first beat comes as soon as it has joined; then the fleet
// spreads over the interval, and again over a new one.
void Fleet::plan(std::size_t which, bool is_well) {
  Member& member = members_[which];
  const Computer& computer = member.computer;
  const auto every = options_.interval.value_or(computer.interval());
  const auto interval = static_cast<double>(every.micros);
  double wait = 0;
  if (!is_well) {
    const auto most = static_cast<double>(retry_interval.micros);
    wait = interval > 0 ? std::min(interval, most) : most;
  } else if (const auto installing = computer.installing_time()) {
    wait = static_cast<double>(installing->micros);
  } else if (member.has_beaten && drawn(member, "silent", 0) < options_.silent) {
    ++summary_.silent;
    return;
  } else if (member.has_beaten && member.spread_over == every) {
    wait = interval * (1 - jitter + 2 * jitter * drawn(member, "jitter", member.rounds));
  } else if (member.has_beaten) {
    member.spread_over = every;
    wait = interval * drawn(member, "phase", member.rounds);
  }
  due_.emplace(Clock::now() + std::chrono::microseconds(static_cast<std::int64_t>(wait)), which);
}

void Fleet::note(Member& member) {
  const bool is_up_to_date = member.computer.is_up_to_date();
  if (is_up_to_date == member.is_up_to_date) return;
  member.is_up_to_date = is_up_to_date;
  is_up_to_date ? ++summary_.up_to_date : --summary_.up_to_date;
  summary_.up_to_date_at =
      summary_.up_to_date == members_.size() ? std::optional(clock_.now()) : std::nullopt;
}

// A manager that is away is not told once for each computer.
void Fleet::say(const Computer& computer, const ledger::Error& error) {
  ++refused_[error.reason];
  const auto now = Clock::now();
  const auto [found, is_new] = said_.emplace(error.reason, now);
  if (!is_new && now - found->second < said_again) return;
  found->second = now;
  errors_ << "fleet-sim: " << computer.name() << ": " << error.detail << " (" << error.reason << ")"
          << std::endl;
}

void Fleet::print_every(asio::steady_timer& timer) {
  timer.expires_after(std::chrono::microseconds(options_.summary_interval.micros));
  timer.async_wait([this, &timer](const error_code& error) {
    if (error) return;
    print();
    print_every(timer);
  });
}

void Fleet::print() {
  summary_.at = clock_.now();
  summary_.updates = 0;
  summary_.failed_updates = 0;
  for (const auto& member : members_) {
    summary_.updates += member.computer.updates();
    summary_.failed_updates += member.computer.failed_updates();
  }
  summary_.refused.clear();
  for (const auto& [code, count] : refused_) summary_.refused.push_back({code, count});
  summary_.latency_p50_us = latencies_.at_percent(50);
  summary_.latency_p99_us = latencies_.at_percent(99);
  latencies_.clear();
  out_ << ledger::codec::to_json(summary_) << std::endl;
}

}  // namespace

Result<void> run(const FleetOptions& options, const Nature& nature,
                 const std::vector<std::string>& names, std::ostream& out, std::ostream& errors) {
  return Fleet(options, nature, names, out, errors).run();
}

}  // namespace fleet_sim

// Logs that were written once and are folded for ever: every view comes out of them as it did when
// they were made. Each directory tests/golden/log-N has
//   records   The log: replay/records_file.h.
//   digests   Its root, and the digests of all views on the way: FoldMark, a line of JSON each.
//
// UPDATE_GOLDEN=1 makes the next log when the newest lacks a type of event, and never changes one
// that is there.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/codec/codec.h"
#include "ledger/codec/json_in.h"
#include "ledger/codec/json_out.h"
#include "ledger/digest.h"
#include "ledger/store/memory_log.h"
#include "projections/digest.h"
#include "projections/project.h"
#include "projections/summed_rows.h"
#include "replay/fold_trace.h"
#include "replay/records_file.h"
#include "replay/verify.h"
#include "tests/support/any_event.h"
#include "tests/support/any_history.h"
#include "tests/support/log_of.h"

namespace tests {
namespace {

namespace domain = ledger::domain;
namespace fs = std::filesystem;

constexpr std::uint64_t events_per_mark = 100;
constexpr std::size_t events_at_least = 600;
constexpr std::size_t patience = 250;  // So many events without a new type are enough.
constexpr std::size_t records_bytes_max = 300'000;

fs::path directory_of(std::size_t number) { return "tests/golden/log-" + std::to_string(number); }

std::size_t count_of_logs() {
  std::size_t count = 0;
  while (fs::exists(directory_of(count + 1))) ++count;
  return count;
}

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

std::set<std::string_view> types_in(const ledger::store::EventLog& log) {
  std::set<std::string_view> types;
  const auto cursor = log.read({}, log.head().size);
  for (auto entry = cursor->next(); entry.value(); entry = cursor->next()) {
    types.insert(type_name(ledger::codec::decode((*entry)->bytes).value().payload));
  }
  return types;
}

void load(std::size_t number, ledger::store::MemoryLog& log) {
  const auto appended = replay::append_records(contents(directory_of(number) / "records"), log);
  ASSERT_TRUE(appended) << appended.error().detail;
}

// -- Making the next one -------------------------------------------------------------------------

// A history that seeks what it has not seen: of some steps that chance offers, the one is taken
// that brings most types of events for the first time.
class Seeker {
 public:
  explicit Seeker(std::uint64_t seed) : random_(seed) { settle_in(fold_); }

  std::vector<domain::Event> history() {
    note(0);
    while (fold_.log.size() < events_at_least || fold_.log.size() < newest_ + patience) take_best();
    for (std::size_t index = 0; index < domain::payload_names.size(); ++index) {
      if (!seen_.contains(domain::payload_names[index])) add_by_hand(index);
    }
    return named_commands();
  }

 private:
  struct Offer {
    domain::Command command;
    domain::Time now;
    std::size_t news = 0;
    bool is_taken = false;
  };

  // Of a type that nothing decides yet, or that another program records: about what there is.
  void add_by_hand(std::size_t index) {
    domain::Event event = sample_event(index);
    event.stream = "service";
    visit([&](auto& payload) { event.stream = name_subject(payload); }, event.payload);
    event.position = event.correlation = fold_.world.size;
    event.causation.reset();
    event.command = {};
    event.recorded_at = event.occurred_at = fold_.moment().now;
    event.stream_version = next_stream_version(fold_.world, event.stream);
    evolve(fold_.world, event);
    fold_.log.push_back(std::move(event));
    note(fold_.log.size() - 1);
  }

  // Its first field, if that names one of what there is; the stream of the event.
  template <class T>
  std::string name_subject(T& payload) const {
    return T::fields()(
        [&](const auto& first, const auto&...) { return named_subject(payload.*(first.member)); });
  }
  template <class Other>
  std::string named_subject(Other&) const {
    return "service";
  }
  std::string named_subject(domain::ComputerId& computer) const {
    computer = {"c1"};
    return stream_of("computer", computer);
  }
  std::string named_subject(domain::SourceId& source) const {
    source = fold_.world.sources.sources.begin()->first;
    return stream_of("source", source);
  }
  std::string named_subject(domain::PolicyId& policy) const {
    policy = fold_.world.policies.policies.begin()->first;
    return stream_of("policy", policy);
  }
  std::string named_subject(domain::UserId& user) const {
    user = fold_.world.access.users.begin()->first;
    return stream_of("user", user);
  }
  std::string named_subject(domain::RelayGroupId& group) const {
    group = fold_.world.relays.groups.begin()->first;
    return stream_of("relay-group", group);
  }

  void take_best() {
    Offer best = offer();
    for (int i = 0; i < 40 && best.news == 0; ++i) {
      Offer other = offer();
      if (other.news > best.news || (other.is_taken && !best.is_taken)) best = std::move(other);
    }
    fold_.now = best.now;
    const auto from = fold_.log.size();
    if (fold_.submit_command(best.command)) note(from);
  }

  Offer offer() {
    const auto small = [&] { return static_cast<std::uint32_t>(random_() % 1'000); };
    const Step step{small(), small(), small(), small()};
    Offer offer;
    offer.now = fold_.now + wait_before(step);
    auto payload = command_for(fold_.world, offer.now, step);
    if (holds<domain::RecordViewsDigested>(payload)) {
      payload = domain::RecordViewsDigested{fold_.world.size, rows_.sums().digests()};
    }
    static const std::vector<domain::Actor> actors = {
        {domain::ActorKind::user, "alice", "192.0.2.7", domain::Authentication::session},
        {domain::ActorKind::token, "t1", "192.0.2.8", domain::Authentication::token},
        {domain::ActorKind::system, "", "", domain::Authentication::none}};
    offer.command = fold_.command_of(std::move(payload), actors[small() % actors.size()]);
    const domain::Moment moment{std::max(offer.now, fold_.world.now), utc_only()};
    const auto decision = decide(fold_.world, offer.command, moment);
    offer.is_taken = decision && !decision->empty();
    if (!decision) return offer;
    std::set<std::string_view> types;
    for (const auto& each : *decision) types.insert(type_name(each.payload));
    for (const auto type : types) {
      if (!seen_.contains(type)) ++offer.news;
    }
    return offer;
  }

  void note(std::size_t from) {
    commands_.push_back(from);
    for (std::size_t i = from; i < fold_.log.size(); ++i) {
      if (seen_.insert(type_name(fold_.log[i].payload)).second) newest_ = i;
      projections::step(fold_.log[i], world_, rows_);
    }
  }

  // Every second command has an id, as what clients send has.
  std::vector<domain::Event> named_commands() const {
    auto events = fold_.log;
    for (std::size_t i = 0; i + 1 < commands_.size(); i += 2) {
      const auto digest = ledger::sha256("command " + std::to_string(i));
      for (std::size_t at = commands_[i]; at < commands_[i + 1]; ++at) {
        std::copy_n(digest.bytes.begin(), events[at].command.bytes.size(),
                    events[at].command.bytes.begin());
      }
    }
    return events;
  }

  std::mt19937_64 random_;
  Fold fold_;
  std::set<std::string_view> seen_;
  std::size_t newest_ = 0;             // Where a type was seen for the first time.
  std::vector<std::size_t> commands_;  // Where each begins.
  domain::World world_;
  projections::SummedRows rows_;
};

void make_log(std::size_t number) {
  ledger::store::MemoryLog log;
  append_to(log, Seeker(number).history());
  fs::create_directories(directory_of(number));
  std::ofstream(directory_of(number) / "records", std::ios::binary)
      << replay::records_of(log).value();
  std::ofstream digests(directory_of(number) / "digests");
  const auto traced = replay::trace_fold(
      log, {{}, log.head().size, events_per_mark},
      [&](const replay::FoldMark& mark) { digests << ledger::codec::to_json(mark) << '\n'; });
  ASSERT_TRUE(traced);
}

// -- Folding those that there are ----------------------------------------------------------------

std::vector<replay::FoldMark> recorded(std::size_t number) {
  std::vector<replay::FoldMark> marks;
  std::istringstream lines(contents(directory_of(number) / "digests"));
  for (std::string line; std::getline(lines, line);) {
    const auto mark = ledger::codec::parse_json<replay::FoldMark>(line);
    EXPECT_TRUE(mark.ok()) << line;
    marks.push_back(mark.value);
  }
  return marks;
}

// Views that were added since are not in the record.
std::vector<domain::ViewDigest> of_the_same_views(const std::vector<domain::ViewDigest>& views,
                                                  const std::vector<domain::ViewDigest>& as_in) {
  std::vector<domain::ViewDigest> found;
  for (const auto& wanted : as_in) {
    for (const auto& view : views) {
      if (view.view == wanted.view) found.push_back(view);
    }
  }
  return found;
}

void expect_the_same(std::size_t number) {
  ledger::store::MemoryLog log;
  load(number, log);
  const auto marks = recorded(number);
  ASSERT_FALSE(marks.empty());
  ASSERT_EQ(marks.back().folded, log.head().size);
  std::size_t at = 0;
  const auto traced = replay::trace_fold(
      log, {{}, log.head().size, events_per_mark}, [&](const replay::FoldMark& mark) {
        ASSERT_LT(at, marks.size());
        const auto& then = marks[at++];
        EXPECT_EQ(mark.folded, then.folded);
        EXPECT_EQ(hex(mark.root), hex(then.root)) << "the records are not what they were";
        const auto now = of_the_same_views(mark.views, then.views);
        const auto differing = projections::differing_views(now, then.views);
        EXPECT_TRUE(differing.empty())
            << "log-" << number << " after " << then.folded.value
            << " events: " << (differing.empty() ? "" : differing.front())
            << " comes out otherwise; ledgerctl replay --compare names the event";
      });
  ASSERT_TRUE(traced) << traced.error().detail;
  EXPECT_EQ(at, marks.size());
}

TEST(GoldenLog, TheNewestHasEveryTypeOfEvent) {
  const char* update = std::getenv("UPDATE_GOLDEN");
  const auto is_complete = [](std::size_t number) {
    ledger::store::MemoryLog log;
    if (number > 0) load(number, log);
    return types_in(log).size() == domain::payload_names.size();
  };
  if (update != nullptr && std::string_view(update) == "1" && !is_complete(count_of_logs())) {
    make_log(count_of_logs() + 1);
  }
  ASSERT_GT(count_of_logs(), 0U);
  EXPECT_TRUE(is_complete(count_of_logs()))
      << "UPDATE_GOLDEN=1 makes " << directory_of(count_of_logs() + 1);
}

TEST(GoldenLog, FoldsToTheDigestsThatWereRecorded) {
  for (std::size_t number = 1; number <= count_of_logs(); ++number) expect_the_same(number);
}

TEST(GoldenLog, IsSoundAndSmall) {
  for (std::size_t number = 1; number <= count_of_logs(); ++number) {
    ledger::store::MemoryLog log;
    load(number, log);
    const auto report = replay::verify(log, {});
    EXPECT_TRUE(report.is_sound()) << replay::text(report.faults.front());
    EXPECT_GT(report.digests_checked, 0U);
    EXPECT_LT(fs::file_size(directory_of(number) / "records"), records_bytes_max);
  }
}

}  // namespace
}  // namespace tests

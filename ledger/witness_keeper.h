// Shows each newest signed head of the log to its witnesses and keeps what they say of it: what
// enough of them have cosigned, nobody can show to others differently.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "ledger/clock.h"
#include "ledger/domain/fields.h"
#include "ledger/head_keeper.h"
#include "ledger/merkle/witness_policy.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"

namespace ledger {

// What a witness answered to a request of C2SP tlog-witness.
struct WitnessAnswer {
  int status = 0;
  std::string body;
};
// POSTs a request to a witness. Errors: unavailable, with why in a sentence. Thread: any.
using AskWitness = std::function<Result<WitnessAnswer>(const merkle::Witness& witness,
                                                       const std::string& request)>;

// `refusing`: it holds that our head does not continue what it saw. That is never a mere fault.
enum class WitnessState { unasked, cosigning, unreachable, refusing };
constexpr auto enum_names(WitnessState) {
  return std::array<std::string_view, 4>{"unasked", "cosigning", "unreachable", "refusing"};
}

struct WitnessStatus {
  std::string witness;
  std::string url;
  std::string key;  // name+id+key
  WitnessState state{};
  domain::Position cosigned_size;  // Of the newest head that it cosigned since this start.
  std::optional<domain::Time> cosigned_at;
  std::uint64_t lag = 0;  // Records of the newest signed head beyond that.
  std::string detail;     // Why it does not cosign.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("witness", &WitnessStatus::witness), field("url", &WitnessStatus::url),
                      field("key", &WitnessStatus::key), field("state", &WitnessStatus::state),
                      field("cosigned_size", &WitnessStatus::cosigned_size),
                      field("cosigned_at", &WitnessStatus::cosigned_at),
                      field("lag", &WitnessStatus::lag), field("detail", &WitnessStatus::detail));
  }
};

// What is to be recorded about a witness. The domain decides whether it is news.
struct WitnessNews {
  enum class Kind { cosigned, refused, unreachable } kind{};
  std::string witness;
  store::Head head;  // Of the newest head that it cosigned; `refused`: that it refused.
  std::string detail;
};

// A thread for each witness beside the head keeper, so that none waits for another and the writer
// for nobody. All are shown the same head until enough have cosigned it: heads that are cosigned by
// one witness each would never count.
class WitnessKeeper {
 public:
  struct Options {
    std::string kept;  // What `keep` was given last; empty: nothing.
    // Keeps the newest witnessed head, one at a time.
    std::function<void(const std::string& note)> keep = [](const std::string&) {};
    // Between two that are kept. The last of several is kept too, whatever the witnesses do then.
    std::chrono::milliseconds keep_interval{1'000};
    // Records what is to be told; false: it could not, and is to be told again.
    std::function<bool(const WitnessNews&)> record = [](const WitnessNews&) { return true; };
    // Between two heads shown to one witness, so that a busy log does not keep it busy.
    std::chrono::milliseconds interval{100};
    // After a failure, doubled with each further one up to the second.
    std::chrono::milliseconds first_pause{500};
    std::chrono::milliseconds longest_pause{30'000};
    // A head that enough have not cosigned by then makes place for a newer one.
    std::chrono::milliseconds round{2'000};
    // How long a witness may fail before that is recorded.
    std::chrono::milliseconds told_after{300'000};
  };

  // All of them outlive this. A kept head that is none of this log's is passed over.
  WitnessKeeper(merkle::WitnessPolicy policy, const store::EventLog& log, const HeadKeeper& heads,
                AskWitness ask, const Clock& clock, Options options);
  // Ends once what is being asked is answered or given up.
  ~WitnessKeeper();
  WitnessKeeper(const WitnessKeeper&) = delete;
  WitnessKeeper& operator=(const WitnessKeeper&) = delete;

  const merkle::WitnessPolicy& policy() const { return policy_; }
  // The newest head that enough witnesses have cosigned, with their lines; size 0: none. Thread:
  // any.
  store::SealedHead witnessed() const;
  // The same, after waiting until it covers so many records, the time is over, or too few of the
  // witnesses answer for that to be expected. Thread: any.
  store::SealedHead wait_witnessed(domain::Position size, std::chrono::milliseconds at_most) const;
  // The note of a sealed head, with the cosignatures of it that there are. Thread: any.
  std::string with_cosignatures(const store::SealedHead& sealed) const;
  std::vector<WitnessStatus> status() const;  // Thread: any.

 private:
  struct Asked {
    merkle::Witness witness;
    // Of its thread alone.
    std::uint64_t known = 0;  // So many records it has seen, as far as it told.
    std::chrono::milliseconds pause{0};
    std::optional<WitnessNews::Kind> told;
    domain::Duration told_at;
    // Under the mutex.
    WitnessState state{};
    store::Head cosigned;
    std::optional<domain::Time> cosigned_at;
    std::optional<domain::Duration> failing_since;
    std::string detail;
  };
  // A head that all are shown, and what they say of it.
  struct Round {
    store::SealedHead sealed;
    std::map<std::string, std::string> lines;  // Cosignatures by the witness's name.
    std::size_t in_flight = 0;
    domain::Duration since;
  };

  void load(const std::string& note);
  void follow(Asked& asked);
  std::optional<store::SealedHead> next_head(Asked& asked);
  void renew_round();
  Result<std::string> offer(Asked& asked, const store::SealedHead& sealed, int attempts);
  Result<std::string> offer_again(Asked& asked, const store::SealedHead& sealed, int attempts,
                                  std::string_view said);
  void take_line(Asked& asked, const store::SealedHead& sealed, std::string line);
  void take_failure(Asked& asked, const store::SealedHead& sealed, const Error& error);
  void tell(Asked& asked, WitnessNews::Kind kind, const store::Head& head);
  void keep();
  bool can_be_met() const;
  bool has_passed(domain::Duration since, std::chrono::milliseconds time) const;

  const merkle::WitnessPolicy policy_;
  const store::EventLog& log_;
  const HeadKeeper& heads_;
  const AskWitness ask_;
  const Clock& clock_;
  const Options options_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool stopping_ = false;
  Round round_;
  Round witnessed_;
  bool is_kept_ = true;  // What is witnessed has not changed since it was kept.
  std::optional<domain::Duration> kept_at_;
  std::mutex keeping_;
  std::vector<std::unique_ptr<Asked>> asked_;
  std::vector<std::thread> threads_;
};

}  // namespace ledger

// Follows the log with its signed head: what is sealed here, nobody can cut off or exchange unseen.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "ledger/merkle/signing_key.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "ledger/store/head_file.h"

namespace ledger {

// A thread of its own beside the writer, who never waits for it. While the log grows, the head
// follows `interval`, one signature and one sync behind; when it rests, the head is current.
class HeadKeeper {
 public:
  struct Options {
    std::string origin;  // The log's name in its signed heads.
    // The head could not be written, and nobody knows what is on the disk: the process has to stop.
    std::function<void(const Error&)> on_fatal;
    // Between two heads, so that their syncs leave the disk to the log's.
    std::chrono::milliseconds interval{2};
  };

  // `file` holds the head of an earlier moment of `log`.
  HeadKeeper(const store::EventLog& log, store::HeadFile& file, const merkle::SigningKey& key,
             Options options);
  // Seals what the log has by then.
  ~HeadKeeper();
  HeadKeeper(const HeadKeeper&) = delete;
  HeadKeeper& operator=(const HeadKeeper&) = delete;

  // The newest signed head that is on the disk, and its note. Thread: any.
  store::SealedHead sealed() const;
  // Waits until the first `size` records are sealed.
  // Errors: unavailable ("not-sealed-yet": the time is over). Thread: any.
  Result<store::SealedHead> wait_sealed(domain::Position size,
                                        std::chrono::milliseconds at_most) const;

 private:
  void follow();
  Result<void> seal(const store::Head& head);

  const store::EventLog& log_;
  store::HeadFile& file_;
  const merkle::SigningKey& key_;
  Options options_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;  // Sealed further, or stopping.
  bool stopping_ = false;
  store::SealedHead sealed_;

  std::thread follower_;
};

}  // namespace ledger

// Follows the log with its signed head: what is sealed here, nobody can cut off or exchange unseen.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
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
    std::chrono::milliseconds interval{20};
  };

  // `file` holds the head of an earlier moment of `log`.
  HeadKeeper(const store::EventLog& log, store::HeadFile& file, const merkle::SigningKey& key,
             Options options);
  // Seals what the log has by then.
  ~HeadKeeper();
  HeadKeeper(const HeadKeeper&) = delete;
  HeadKeeper& operator=(const HeadKeeper&) = delete;

  // From now on this key signs. The newest head is signed by it anew, and that is on the disk,
  // before anything else is sealed. Errors: those of writing the head. Thread: one at a time.
  Result<void> sign_with(std::shared_ptr<const merkle::SigningKey> key);
  // The key that signs. Thread: any.
  std::shared_ptr<const merkle::SigningKey> key() const;

  // The newest signed head that is on the disk, and its note. Thread: any.
  store::SealedHead sealed() const;
  // Waits until the first `size` records are sealed.
  // Errors: unavailable ("not-sealed-yet": the time is over). Thread: any.
  Result<store::SealedHead> wait_sealed(domain::Position size,
                                        std::chrono::milliseconds at_most) const;

 private:
  void follow();
  Result<void> seal_newest(domain::Position before);
  // With `sealing_` held.
  Result<void> seal(const store::Head& head, std::shared_ptr<const merkle::SigningKey> key);

  const store::EventLog& log_;
  store::HeadFile& file_;
  Options options_;

  std::mutex sealing_;  // One head at a time; taken before `mutex_`.
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;  // Sealed further, or stopping.
  bool stopping_ = false;
  std::shared_ptr<const merkle::SigningKey> key_;
  store::SealedHead sealed_;

  std::thread follower_;
};

}  // namespace ledger

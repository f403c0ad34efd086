// A thread with an event loop of its own. A connection belongs to one of them for its whole life,
// so nothing of a connection is locked.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace api {

class IoThread {
 public:
  IoThread();
  // Joins.
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  void start();
  // Ends when nothing is under way any more: no open socket, no repeated work.
  void finish();
  void join();

  // Dropped when the thread has ended. Thread: any.
  void post(std::function<void()> work);
  bool is_here() const;  // The caller runs on it.

  // Runs `work` again and again. Before start() only.
  void repeat(std::chrono::milliseconds interval, std::function<void()> work);

  boost::asio::io_context& context();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace api

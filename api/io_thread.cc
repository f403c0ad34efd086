#include "api/io_thread.h"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>
#include <utility>

namespace api {

namespace asio = boost::asio;

struct IoThread::State {
  asio::io_context context{1};  // One thread runs it.
  asio::executor_work_guard<asio::io_context::executor_type> busy{context.get_executor()};
  asio::steady_timer timer{context};
  std::chrono::milliseconds interval{};
  std::function<void()> repeated;
  bool finishing = false;
  std::atomic<bool> ended{false};  // Nobody runs it any more.
  std::thread thread;

  void wait_again() {
    if (finishing || repeated == nullptr) return;
    timer.expires_after(interval);
    timer.async_wait([this](const boost::system::error_code& error) {
      if (error || finishing) return;
      repeated();
      wait_again();
    });
  }
};

IoThread::IoThread() : state_(std::make_unique<State>()) {}

IoThread::~IoThread() {
  finish();
  join();
}

void IoThread::start() {
  state_->wait_again();
  state_->thread = std::thread([state = state_.get()] { state->context.run(); });
}

void IoThread::finish() {
  post([state = state_.get()] {
    state->finishing = true;
    state->timer.cancel();
    state->busy.reset();
  });
}

void IoThread::join() {
  if (state_->thread.joinable()) state_->thread.join();
  state_->ended = true;
}

void IoThread::post(std::function<void()> work) {
  if (!state_->ended) asio::post(state_->context, std::move(work));
}

bool IoThread::is_here() const { return state_->thread.get_id() == std::this_thread::get_id(); }

void IoThread::repeat(std::chrono::milliseconds interval, std::function<void()> work) {
  state_->interval = interval;
  state_->repeated = std::move(work);
}

asio::io_context& IoThread::context() { return state_->context; }

}  // namespace api

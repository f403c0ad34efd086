#include "api/server.h"

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "api/connection.h"
#include "api/listener.h"
#include "api/tls_context.h"

namespace api {

using namespace std::chrono_literals;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

namespace {

// Deadlines are looked at so often: a quarter of the shortest, so that none is much overrun.
std::chrono::milliseconds sweep_interval(const HttpLimits& limits) {
  const auto shortest =
      std::min({limits.header_deadline, limits.body_deadline, limits.idle_deadline,
                limits.write_deadline, limits.sse_interval});
  return std::clamp<std::chrono::milliseconds>(shortest / 4, 10ms, 500ms);
}

class BeastServer final : public Server {
 public:
  BeastServer(Options options, Front& front, std::unique_ptr<Listener> listener, TlsContext tls)
      : options_(std::move(options)),
        front_(front),
        pool_(options_.handlers),
        uploads_(options_.uploads, options_.limits.uploads_max),
        listener_(std::move(listener)),
        tls_(std::move(tls)) {}

  ~BeastServer() override { stop(); }

  void run() {
    for (std::size_t i = 0; i < std::max<std::size_t>(options_.io_threads, 1); ++i) {
      auto host = std::make_shared<ConnectionHost>(front_, pool_, totals_, uploads_,
                                                   options_.limits, options_.tls.has_value());
      host->on_closed = [this](const std::string& address) { closed(address); };
      host->thread.repeat(sweep_interval(options_.limits),
                          [this, raw = host.get(), first = i == 0] { sweep(*raw, first); });
      hosts_.push_back(std::move(host));
    }
    listener_->start(hosts_.front()->thread, [this](Listener::Accepted a) { accepted(a); });
    for (const auto& host : hosts_) host->thread.start();
  }

  std::uint16_t port() const override { return listener_->port(); }

  void wake() override {
    totals_.wakes.fetch_add(1);
    if (totals_.streams == 0) return;
    for (const auto& host : hosts_) {
      if (host->waking.exchange(true)) continue;
      host->thread.post([raw = host.get()] {
        raw->waking = false;
        for (Connection* connection : raw->streaming) connection->wake();
      });
    }
  }

  Result<void> use_tls(const TlsFiles& files) override {
    auto made = server_tls(files);
    if (!made) return fail(made.error());
    const std::lock_guard lock(mutex_);
    tls_ = std::move(*made);
    return {};
  }

  void stop() override {
    if (std::exchange(stopped_, true)) return;
    totals_.draining = true;
    hosts_.front()->thread.post([this] { listener_->close(); });
    for_each_connection([](Connection& connection) { connection.drain(); });
    if (!wait_until_closed(options_.limits.stop_deadline)) {
      for_each_connection([](Connection& connection) { connection.finish(); });
    }
    pool_.stop();
    for (const auto& host : hosts_) host->thread.finish();
    for (const auto& host : hosts_) host->thread.join();
  }

  Counts counts() const override {
    Counts counts;
    counts.connections = totals_.connections;
    counts.streams = totals_.streams;
    counts.queued = pool_.queued();
    counts.requests = totals_.requests;
    counts.overloaded = totals_.overloaded;
    counts.connections_refused = connections_refused_;
    return counts;
  }

 private:
  // Thread: the first host's.
  void accepted(Listener::Accepted accepted) {
    if (!admit(accepted.address)) {
      ::close(accepted.socket);
      return;
    }
    const auto& host = hosts_[next_host_++ % hosts_.size()];
    host->thread.post([this, host, accepted] {
      if (totals_.draining) {
        ::close(accepted.socket);
        return closed(accepted.address);
      }
      const TlsContext tls = now_tls();
      auto transport = tls == nullptr
                           ? plain_transport(host->thread, accepted.socket, accepted.family)
                           : tls_transport(host->thread, accepted.socket, accepted.family, *tls);
      std::make_shared<Connection>(host, std::move(transport), accepted.address)->start();
    });
  }

  TlsContext now_tls() {
    const std::lock_guard lock(mutex_);
    return tls_;
  }

  bool admit(const std::string& address) {
    const std::lock_guard lock(mutex_);
    std::size_t& of_address = by_address_[address];
    const bool room =
        totals_.connections < options_.limits.connections_max &&
        (is_loopback(address) || of_address < options_.limits.connections_per_address_max);
    if (room) {
      ++of_address;
      ++totals_.connections;
    } else {
      ++connections_refused_;
      if (of_address == 0) by_address_.erase(address);
    }
    return room;
  }

  void closed(const std::string& address) {
    const std::lock_guard lock(mutex_);
    const auto found = by_address_.find(address);
    if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
    if (--totals_.connections == 0) all_closed_.notify_all();
  }

  bool wait_until_closed(std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex_);
    return all_closed_.wait_for(lock, at_most, [this] { return totals_.connections == 0; });
  }

  void sweep(ConnectionHost& host, bool first) {
    const Moment now = std::chrono::steady_clock::now();
    for (auto each = host.open.begin(); each != host.open.end();) {
      const auto connection = each->second;
      ++each;  // Since the sweep may close this one.
      connection->sweep(now);
    }
    if (first) front_.tick();
  }

  template <class Work>
  void for_each_connection(Work work) {
    for (const auto& host : hosts_) {
      host->thread.post([host, work] {
        std::vector<std::shared_ptr<Connection>> open;
        for (const auto& [key, connection] : host->open) open.push_back(connection);
        for (const auto& connection : open) work(*connection);
      });
    }
  }

  Options options_;
  Front& front_;
  ServerTotals totals_;
  HandlerPool pool_;
  Uploads uploads_;
  std::vector<std::shared_ptr<ConnectionHost>> hosts_;
  std::unique_ptr<Listener> listener_;  // Ends before the thread that it lives on.
  std::size_t next_host_ = 0;           // The first host's.
  bool stopped_ = false;

  std::mutex mutex_;
  TlsContext tls_;
  std::condition_variable all_closed_;
  std::map<std::string, std::size_t> by_address_;
  std::atomic<std::uint64_t> connections_refused_{0};
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(Options options, Front& front) {
  const bool local = options.address == "localhost" || is_loopback(options.address);
  if (!options.tls && !options.insecure && !local) {
    return fail(ErrorKind::refused, "tls-required",
                "Others can reach " + options.address +
                    ": listen there with TLS, or say that it "
                    "may be insecure.");
  }
  TlsContext tls;
  if (options.tls) {
    auto made = server_tls(*options.tls);
    if (!made) return fail(made.error());
    tls = std::move(*made);
  }
  auto listener = Listener::open(options.address, options.port);
  if (!listener) return fail(listener.error());
  auto server = std::make_unique<BeastServer>(std::move(options), front, std::move(*listener),
                                              std::move(tls));
  server->run();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace api

// Ten thousand connections that each send a byte now and then, from another process: the others do
// not notice, and the slow ones are gone by their deadline.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "tests/unit/api/test_server.h"

namespace api::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int slow_connections = 10'000;

void allow_many_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Two pipes between a test and its child.
struct Wires {
  Wires() { CHECK(::pipe(to_child) == 0 && ::pipe(to_parent) == 0, "pipes are made"); }
  int to_child[2]{};
  int to_parent[2]{};
};

template <class T>
void tell(int descriptor, T value) {
  CHECK(::write(descriptor, &value, sizeof value) == sizeof value, "the other process listens");
}

template <class T>
T hear(int descriptor) {
  T value{};
  if (::read(descriptor, &value, sizeof value) != sizeof value) return T{};
  return value;
}

int connected(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket);
    return -1;
  }
  ::fcntl(socket, F_SETFL, O_NONBLOCK);
  const std::string begun = "GET /hello HTTP/1.1\r\nHost: test\r\nX-Slow: ";
  if (::send(socket, begun.data(), begun.size(), MSG_NOSIGNAL) < 0) return -1;
  return socket;
}

// Sends one more byte on every connection that is still open; how many are not.
int drip(std::vector<int>& sockets) {
  int closed = 0;
  for (int& socket : sockets) {
    char byte = 'a';
    const bool ended = socket >= 0 && ::recv(socket, &byte, 1, 0) == 0;
    const bool sent = socket >= 0 && !ended && ::send(socket, "a", 1, MSG_NOSIGNAL) == 1;
    if (sent) continue;
    if (socket >= 0) ::close(socket);
    socket = -1;
    ++closed;
  }
  return closed;
}

// The child's life: hears the port, tells how many connections it has, drips until told to count,
// and then until the last one was closed by the server.
[[noreturn]] void be_slow(const Wires& wires) {
  allow_many_files();
  const auto port = hear<std::uint16_t>(wires.to_child[0]);
  std::vector<int> sockets;
  for (int i = 0; i < slow_connections; ++i) sockets.push_back(connected(port));
  const auto open = std::count_if(sockets.begin(), sockets.end(), [](int s) { return s >= 0; });
  tell(wires.to_parent[1], static_cast<int>(open));
  pollfd word{wires.to_child[0], POLLIN, 0};
  while (::poll(&word, 1, 200) == 0) drip(sockets);
  const auto give_up = Clock::now() + 30s;
  int closed = 0;
  while (Clock::now() < give_up) {
    closed = drip(sockets);
    if (closed == slow_connections) break;
    ::poll(nullptr, 0, 200);
  }
  tell(wires.to_parent[1], closed);
  ::_exit(0);
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

Router routes() {
  Router router;
  router.add({"GET", "/hello", Permission::public_, answering([](const Request&) {
                Response response;
                response.body = "hello";
                return response;
              })});
  return router;
}

TEST(HttpLimits, TenThousandSlowConnectionsLeaveOthersAnsweredAndEndByTheirDeadline) {
  allow_many_files();
  const Wires wires;
  const pid_t child = ::fork();  // Before any thread is there.
  if (child == 0) be_slow(wires);
  ASSERT_GT(child, 0);
  Server::Options options;
  options.limits.header_deadline = 10s;
  TestServer test(routes(), options);
  const auto before = resident_bytes();
  tell(wires.to_child[1], test.server->port());
  ASSERT_EQ(hear<int>(wires.to_parent[0]), slow_connections);

  std::vector<std::chrono::microseconds> waits;
  std::size_t most = 0;
  for (int i = 0; i < 300; ++i) {
    const auto asked = Clock::now();
    ASSERT_EQ(ask(test.server->port(), get("/hello")).body, "hello");
    waits.push_back(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - asked));
    most = std::max(most, test.server->counts().connections);
  }
  EXPECT_GT(most, slow_connections * 9 / 10) << "the slow ones were there meanwhile";
  const auto after = resident_bytes();
  std::sort(waits.begin(), waits.end());
  std::printf("p50 %ld us, p99 %ld us, %zu bytes for each slow connection\n",
              static_cast<long>(waits[150].count()), static_cast<long>(waits[297].count()),
              after > before ? (after - before) / slow_connections : 0);
  EXPECT_LT(waits[150], 50ms);
  EXPECT_LT(after, before + (std::size_t{128} << 20U));

  tell(wires.to_child[1], std::uint16_t{0});
  EXPECT_EQ(hear<int>(wires.to_parent[0]), slow_connections) << "closed by the server";
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(ask(test.server->port(), get("/hello")).status, 200);
}

}  // namespace
}  // namespace api::testing

// A ledger with a listener for machines, over real sockets, and the client of updates/machine.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "api/auth.h"
#include "api/clone_watch.h"
#include "api/front.h"
#include "api/machine_authority.h"
#include "api/rate_limit.h"
#include "api/server.h"
#include "api/tls.h"
#include "tests/support/scratch_directory.h"
#include "tests/unit/api/answering_ledger.h"
#include "updates/machine/enrolment.h"
#include "updates/machine/http_manager.h"

namespace tests {

namespace domain = ledger::domain;
namespace machine = ledger::updates::machine;

class Machines : public testing::Test {
 protected:
  inline static const domain::Time start = ledger::SystemClock().now();
  ScratchDirectory scratch;
  AnsweringLedger ledger{start};
  ledger::SystemEntropy entropy;
  api::MadeCertificate made = made_in("tls");
  api::MachineAuthority authority{made.authority_pair};
  std::unique_ptr<api::TokenBook> book = api::token_book(ledger.views, ledger.log);
  api::Auth auth{*book, ledger.clock, {}};
  api::RateLimit rate{ledger.clock, {.per_second = 0}};
  api::AccessReports reports{[](const api::AccessReports::Report&) {}, ledger.clock};
  api::CloneWatch clones{api::told_to(ledger.writer(), entropy), ledger.clock};
  api::Front front{ledger.router, auth, rate, reports, api::Front::Door::machines, &clones};
  std::unique_ptr<api::Server> server;

  Machines() {
    ledger.use_authority(authority);
    api::Server::Options options;
    options.tls = made.files;
    options.tls->peers = api::PeerCertificate::judged;
    options.tls->peer_authority = made.authority;
    auto started = api::Server::start(std::move(options), front);
    CHECK(started.has_value(), "the listener for machines starts");
    server = std::move(*started);
  }

  api::MadeCertificate made_in(const std::string& name) {
    auto certificate = api::load_or_make_certificate(scratch.path() / name, {}, start);
    CHECK(certificate.has_value(), "certificates are made");
    return std::move(*certificate);
  }

  std::string url() const { return "https://localhost:" + std::to_string(server->port()); }

  std::string token(const std::string& more = "") {
    const auto issued =
        ledger.post("/v1/enrolment-tokens", R"({"uses":9,"expires_in":"PT1H")" + more + "}");
    CHECK(issued.status == 201, issued.body.c_str());
    return issued.field("secret");
  }

  machine::EnrolOptions options(const std::string& computer, const std::string& by_token) {
    machine::EnrolOptions wanted;
    wanted.manager = url();
    wanted.identity = scratch.path() / computer;
    wanted.token = by_token;
    wanted.authority = made.authority;
    wanted.computer = {computer};
    wanted.platform = {"linux"};
    wanted.agent_version = "1.0";
    wanted.modules = {domain::Module::anti_malware, domain::Module::firewall};
    return wanted;
  }

  machine::Identity joined(const std::string& computer) {
    auto identity = machine::enrol(options(computer, token()));
    CHECK(identity.has_value(), identity ? "" : identity.error().detail.c_str());
    return std::move(*identity);
  }

  std::unique_ptr<machine::HttpManager> manager(const std::string& computer,
                                                const std::string& session = "one") {
    auto opened = machine::HttpManager::open({url(), scratch.path() / computer, session});
    CHECK(opened.has_value(), opened ? "" : opened.error().detail.c_str());
    return std::move(*opened);
  }

  machine::Report report(std::uint64_t sequence, const std::string& version) {
    machine::Report said;
    said.sequence = sequence;
    said.components = {{{"virus-pattern"}, version}};
    said.occurred_at = ledger.clock.now();
    return said;
  }

  std::string refused(machine::HttpManager& by) {
    const auto answer = by.orders();
    return answer ? "" : answer.error().reason + ": " + answer.error().detail;
  }

  std::uint64_t orders_asked() {
    for (const auto& each : front.counts()) {
      const bool is_it =
          each.route != nullptr && each.route->pattern == "/v1/computers/{computer}/instructions";
      if (is_it) return each.answers[2];
    }
    return 0;
  }

  // What was told before is recorded before what is asked now.
  std::uint64_t clones_told() {
    ledger.post("/v1/groups", R"({"group":"any"})");
    return count("clone.detected");
  }

  std::uint64_t count(const std::string& type) {
    const auto events = ledger.get("/v1/events?type=" + type);
    std::uint64_t found = 0;
    for (auto at = events.body.find("\"type\":\"" + type); at != std::string::npos;
         at = events.body.find("\"type\":\"" + type, at + 1)) {
      ++found;
    }
    return found;
  }
};

}  // namespace tests

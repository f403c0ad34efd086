// A computer with an agent, relays that a test can break, and a publisher.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/unit/agent/scripted_manager.h"
#include "tests/unit/agent/stepped_files.h"
#include "tests/unit/mirror/published_site.h"
#include "updates/agent/agent.h"
#include "updates/local_file.h"

namespace tests {
namespace fs = std::filesystem;
namespace agent = ledger::updates::agent;
using domain::InstructionAction;
using Lines = std::vector<std::string>;

// A place that passes on what the publisher has, unless the test wants otherwise.
class Place final : public tuf::Transport {
 public:
  // Where a transfer of a target begins, and after how many bytes it breaks off; none: it does not.
  struct Line {
    std::optional<std::size_t> breaks_after;
    std::vector<std::uint64_t> begun;
    std::function<void()> when_broken;
  };

  Place(PublishedSite& site, const std::map<std::string, std::string>& forged, Line& line)
      : site_(site), forged_(forged), line_(line) {}
  ledger::Result<void> get(const std::string& path, std::uint64_t bytes_max,
                           const tuf::Sink& sink) override {
    for (const auto& [part, bytes] : forged_) {
      if (path.find(part) != std::string::npos) return sink(bytes);
    }
    return site_.get(path, bytes_max, sink);
  }
  ledger::Result<void> get_from(const std::string& path, std::uint64_t from,
                                std::uint64_t bytes_max, const tuf::Sink& sink) override {
    line_.begun.push_back(from);
    if (!line_.breaks_after) return get(path, from + bytes_max, after(from, sink));
    const auto whole = tuf::get_whole(*this, path, 1'000).value();
    const auto piece = std::string_view(whole).substr(from, *line_.breaks_after);
    if (auto taken = sink(piece); !taken) return taken;
    if (from + piece.size() == whole.size()) return {};
    if (line_.when_broken) line_.when_broken();
    return ledger::fail(ledger::ErrorKind::unavailable, "source-timed-out", "It broke off.");
  }

 private:
  PublishedSite& site_;
  const std::map<std::string, std::string>& forged_;
  Line& line_;
};

class AgentAtWork : public testing::Test {
 protected:
  AgentAtWork() {
    for (const char* each : {"r1", "r2"}) add_relay(each);
    manager.given.heartbeat_interval = domain::minutes(10);
    manager.given.sources.push_back({{"vendor"}, "source", "", "", ledger::sha256(site.root())});
    open_way = [this](const agent::Way& way) -> ledger::Result<std::unique_ptr<tuf::Transport>> {
      asked.push_back(way.name);
      if (unreachable.contains(way.name)) {
        return ledger::fail(ledger::ErrorKind::unavailable, "source-timed-out", "No answer.");
      }
      return std::make_unique<Place>(site, forged[way.name], line);
    };
  }

  void add_relay(const std::string& name) {
    manager.given.relays.push_back({{name}, "https://" + name});
  }

  static std::string target(const std::string& component, const std::string& version) {
    return "patterns/" + component + "/linux/" + version + "/db.hdb";
  }
  static std::string text_of(const std::string& component, const std::string& version) {
    return component + " " + version + " and more";
  }
  void publish(const std::string& component, const std::string& version,
               const std::string& released_at = "2026-11-01T00:00:00Z") {
    const std::string custom =
        R"({"component":")" + component + R"(","released_at":")" + released_at + "\"}";
    site.add(target(component, version), text_of(component, version), noon, custom);
  }
  void decide(const std::string& component, const std::string& version) {
    std::erase_if(manager.given.expected,
                  [&](const auto& each) { return each.component.value == component; });
    const auto text = text_of(component, version);
    manager.given.expected.push_back(
        {{component}, version, ledger::sha256(text), text.size(), domain::SourceId{"vendor"}});
  }
  void release(const std::string& component, const std::string& version) {
    publish(component, version);
    decide(component, version);
  }
  void instruct(const std::string& name, InstructionAction action) {
    manager.given.instructions.push_back({{name}, action});
  }

  std::unique_ptr<agent::Agent> open(agent::Files& with) {
    agent::AgentParts parts{manager, with, open_way, random, nullptr, nullptr, stop.get_token()};
    if (hook_status) {
      parts.hook = [this](const std::vector<std::string>& changed) {
        for (const auto& each : changed) hooked.push_back(each);
        if (hook_is_stopped) {
          stop.request_stop();
          return agent::HookResult{143, "said", true};
        }
        return agent::HookResult{*hook_status, "said"};
      };
    }
    return agent::Agent::open(parts, {scratch / "state", scratch / "install", 3, {"pc-1"}, {}})
        .value();
  }
  // By the agent that the test works with, which a restart makes anew.
  agent::Round round(domain::Time now = noon) {
    if (!the_agent) the_agent = open(files);
    return the_agent->round(now);
  }
  void restart() {
    the_agent.reset();
    stop = {};
  }

  // What programs see: the texts of all files.
  std::set<std::string> patterns() const { return texts_in("patterns"); }
  std::set<std::string> texts_in(const std::string& set) const {
    std::set<std::string> texts;
    std::error_code none;
    const auto directory = scratch / ("install/" + set + "/current/");
    for (const auto& each : fs::recursive_directory_iterator(directory, none)) {
      if (!each.is_regular_file()) continue;
      texts.insert(ledger::updates::read_local_file(each.path(), 1'000'000).value());
    }
    return texts;
  }
  static std::set<std::string> texts(const std::map<std::string, std::string>& versions) {
    std::set<std::string> expected;
    for (const auto& [component, version] : versions) expected.insert(text_of(component, version));
    return expected;
  }

  ScratchDirectory scratch;
  PublishedSite site;
  ScriptedManager manager;
  SteppedFiles files;
  ledger::Random random{0};
  agent::OpenWay open_way;
  Lines asked;                        // Places, in the order in which they were asked.
  std::set<std::string> unreachable;  // Of these, none answers.
  Place::Line line;
  std::map<std::string, std::map<std::string, std::string>> forged;  // By place: part of a path.
  std::optional<int> hook_status;
  bool hook_is_stopped = false;  // By the agent's own stop, while it runs.
  Lines hooked;
  std::stop_source stop;
  std::unique_ptr<agent::Agent> the_agent;
};

}  // namespace tests

// A small fleet that lists are asked about.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "projections/page.h"
#include "tests/support/fold.h"

namespace projections {

using namespace ledger::domain;
using tests::Fold;

using Names = std::vector<std::string>;

inline EnrolComputer computer(const std::string& id) {
  EnrolComputer enrol;
  enrol.computer = {id};
  enrol.name = "Host " + id;
  enrol.platform = {"linux"};
  enrol.agent_version = "1.0";
  enrol.modules = {Module::anti_malware};
  return enrol;
}

inline ReleasePattern pattern(const std::string& version) {
  ReleasePattern release;
  release.component = {"virus-pattern"};
  release.product = "Engine";
  release.platform = {"all"};
  release.version = version;
  return release;
}

inline ListQuery filtered(std::string filter) {
  ListQuery query;
  query.filter = std::move(filter);
  return query;
}

// Five computers: c0..c4; c1 and c3 run version 2, c0 version 1, c2 and c4 never said.
inline Fold five_computers() {
  Fold fold;
  EXPECT_TRUE(fold.submit(pattern("1")));
  EXPECT_TRUE(fold.submit(pattern("2")));
  for (int i = 0; i < 5; ++i) {
    auto enrol = computer("c" + std::to_string(i));
    if (i % 2 == 0) enrol.labels = {"even"};
    EXPECT_TRUE(fold.submit(enrol));
  }
  for (const auto& [id, version] : {std::pair("c0", "1"), {"c1", "2"}, {"c3", "2"}}) {
    EXPECT_TRUE(fold.submit(
        ReportComputer{{id}, 1, {{{"virus-pattern"}, version}}, std::nullopt, std::nullopt}));
  }
  return fold;
}

}  // namespace projections

// Who may include whom, and which library belongs where.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/tidy/rules.h"
#include "tests/tidy/tree.h"

namespace tidy {
namespace {

const Layer* layer_of(std::string_view path) {
  const Layer* found = nullptr;
  std::size_t longest = 0;
  for (const Layer& layer : layers) {
    for (const auto place : layer.places) {
      if (!path.starts_with(place) || place.size() <= longest) continue;
      found = &layer;
      longest = place.size();
    }
  }
  return found;
}

bool may_include(const Layer& from, const Layer& to) {
  return from.name == to.name || std::find(from.may_include.begin(), from.may_include.end(),
                                           to.name) != from.may_include.end();
}

Complaints check_layers(const Tree& tree) {
  Complaints complaints;
  for (const auto& [path, text] : tree) {
    if (!is_cpp(path)) continue;
    const Layer* from = layer_of(path);
    if (from == nullptr) {
      complaints.push_back({path, 0, "lies in no layer"});
      continue;
    }
    for (const Include& include : includes_of(text)) {
      if (!include.quoted || include.name.starts_with("events.capnp")) continue;
      const Layer* to = layer_of(include.name);
      if (to == nullptr || !tree.contains(include.name)) {
        complaints.push_back({path, include.line, include.name + " is no path from the root"});
      } else if (!may_include(*from, *to)) {
        complaints.push_back({path, include.line,
                              std::string(from->name) + " must not see " + std::string(to->name) +
                                  ": " + include.name});
      }
    }
  }
  return complaints;
}

Complaints check_libraries(const Tree& tree) {
  Complaints complaints;
  for (const auto& [path, text] : tree) {
    if (!is_cpp(path)) continue;
    for (const Include& include : includes_of(text)) {
      for (const Library& library : libraries) {
        if (!begins_with_one_of(include.name, library.headers)) continue;
        if (begins_with_one_of(path, library.places)) continue;
        complaints.push_back(
            {path, include.line, std::string(library.name) + " does not belong here"});
      }
    }
  }
  return complaints;
}

TEST(Layers, PointRightOnly) { EXPECT_EQ(listed(check_layers(read_tree("."))), ""); }

TEST(Layers, NeverIncludeEachOther) {
  for (const Layer& one : layers) {
    for (const Layer& other : layers) {
      if (&one == &other) continue;
      EXPECT_FALSE(may_include(one, other) && may_include(other, one))
          << one.name << " and " << other.name;
    }
  }
}

TEST(Layers, AreFoundWhenTheyAreBroken) {
  const Tree planted = {
      {"ledger/result.h", ""},
      {"ledger/writer.h", "#include \"ledger/store/event_log.h\"\n"},
      {"ledger/store/event_log.h", "#include \"ledger/result.h\"\n"},
      {"ledger/domain/world.h", "\n#include \"ledger/store/event_log.h\"\n"},
      {"updates/agent.cc", "#include \"projections/overview.h\"\n"},
      {"projections/overview.h", "#include \"api/server.h\"\n#include \"ledger/gone.h\"\n"},
      {"api/server.h", "#include \"tests/support/fold.h\"\n#include \"../ledger/result.h\"\n"},
      {"tests/support/fold.h", "#include \"ledger/domain/world.h\"\n"},
      {"common/helper.h", ""},
  };
  const Complaints expected = {
      {"api/server.h", 1, "api must not see tests: tests/support/fold.h"},
      {"api/server.h", 2, "../ledger/result.h is no path from the root"},
      {"common/helper.h", 0, "lies in no layer"},
      {"ledger/domain/world.h", 2, "domain must not see store: ledger/store/event_log.h"},
      {"projections/overview.h", 1, "projections must not see api: api/server.h"},
      {"projections/overview.h", 2, "ledger/gone.h is no path from the root"},
      {"updates/agent.cc", 1, "updates must not see projections: projections/overview.h"},
  };
  EXPECT_EQ(check_layers(planted), expected);
}

TEST(Libraries, StayInTheirPlaces) { EXPECT_EQ(listed(check_libraries(read_tree("."))), ""); }

TEST(Libraries, AreFoundWhereTheyDoNotBelong) {
  Tree planted;
  for (const Library& library : libraries) {
    const std::string header(library.headers.front());
    const std::string good = std::string(library.places.front()) + "planted.cc";
    planted[good] = "#include <" + header + "x.h>\n";
    planted["ledger/domain/" + std::string(library.name) + ".cc"] =
        "#include <vector>\n#include <" + header + "x.h>\n";
  }
  const Complaints complaints = check_libraries(planted);
  EXPECT_EQ(complaints.size(), libraries.size());
  for (const Complaint& complaint : complaints) {
    EXPECT_TRUE(complaint.path.starts_with("ledger/domain/")) << complaint;
    EXPECT_EQ(complaint.line, 2U);
  }
}

}  // namespace
}  // namespace tidy

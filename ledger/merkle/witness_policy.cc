#include "ledger/merkle/witness_policy.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "ledger/domain/ids.h"
#include "ledger/limits.h"
#include "ledger/merkle/note_text.h"

namespace ledger::merkle {
namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line.substr(0, line.find('#')));
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

bool is_url(std::string_view text) {
  return (text.starts_with("http://") || text.starts_with("https://")) &&
         text.size() <= limits::url_bytes_max;
}

}  // namespace

bool WitnessPolicy::is_known(const std::string& name) const {
  return groups_.contains(name) || std::any_of(witnesses_.begin(), witnesses_.end(),
                                               [&](const auto& each) { return each.name == name; });
}

// Each takes a line; what they answer is what is wrong with it.
std::string WitnessPolicy::take_witness(const std::vector<std::string>& words) {
  if (words.size() != 4) return "a witness has a name, a key and a URL";
  if (!domain::is_name(words[1])) {
    return "a witness's name is 1 to 63 of a-z, 0-9, '.', '_' and '-'";
  }
  if (is_known(words[1])) return "the name " + words[1] + " is given twice";
  auto key = witness_key_from(words[2]);
  if (!key) return "a witness's key reads name+id+key, as the witness shows it";
  if (!is_url(words[3])) return "a witness's URL begins with http:// or https://";
  if (witnesses_.size() == limits::witnesses_max) {
    return "there can be " + std::to_string(limits::witnesses_max) + " witnesses";
  }
  const bool is_double = std::any_of(witnesses_.begin(), witnesses_.end(),
                                     [&](const auto& each) { return each.key == *key; });
  if (is_double) return "this key belongs to another witness already";
  witnesses_.push_back({words[1], *std::move(key), words[3]});
  return {};
}

std::string WitnessPolicy::take_group(const std::vector<std::string>& words) {
  if (words.size() < 4) return "a group has a name, how many must agree, and members";
  const std::string& name = words[1];
  if (!domain::is_name(name)) return "a group's name is as a witness's";
  if (is_known(name)) return "the name " + name + " is given twice";
  Group group{0, {words.begin() + 3, words.end()}};
  for (const auto& member : group.members) {
    if (!is_known(member)) return "no witness or group before this line is named " + member;
    if (std::count(group.members.begin(), group.members.end(), member) > 1) {
      return "the member " + member + " is given twice";
    }
  }
  const auto number = decimal_from(words[2]);
  group.needed = words[2] == "all"   ? group.members.size()
                 : words[2] == "any" ? 1
                                     : number.value_or(0);
  if (group.needed == 0 || group.needed > group.members.size()) {
    return "how many must agree is any, all, or a number from 1 to that of the members";
  }
  groups_.emplace(name, std::move(group));
  return {};
}

std::string WitnessPolicy::take_quorum(const std::vector<std::string>& words) {
  if (!quorum_.empty()) return "the quorum is given twice";
  if (words.size() != 2) return "a quorum is one witness or one group";
  if (!is_known(words[1])) {
    return "no witness or group before this line is named " + words[1];
  }
  quorum_ = words[1];
  return {};
}

Result<WitnessPolicy> WitnessPolicy::parse(std::string_view text) {
  WitnessPolicy policy;
  std::istringstream lines{std::string(text)};
  std::string line;
  std::size_t number = 0;
  const auto refused = [&](const std::string& why) {
    return fail(ErrorKind::invalid, "witness-policy-malformed",
                "Line " + std::to_string(number) + " of the witnesses: " + why + ".");
  };
  while (std::getline(lines, line)) {
    ++number;
    const auto words = words_of(line);
    if (words.empty() || words.front() == "log") continue;
    std::string wrong = "a line begins with witness, group, quorum or log";
    if (words.front() == "witness") wrong = policy.take_witness(words);
    if (words.front() == "group") wrong = policy.take_group(words);
    if (words.front() == "quorum") wrong = policy.take_quorum(words);
    if (!wrong.empty()) return refused(wrong);
  }
  if (policy.witnesses_.empty()) return refused("no witness is named");
  if (policy.quorum_.empty()) return refused("the quorum is missing: a last line \"quorum NAME\"");
  return policy;
}

bool WitnessPolicy::counts(const std::string& name, const std::set<std::string>& cosigned) const {
  const auto group = groups_.find(name);
  if (group == groups_.end()) return cosigned.contains(name);
  const auto& members = group->second.members;
  const auto count = std::count_if(members.begin(), members.end(), [&](const std::string& member) {
    return counts(member, cosigned);
  });
  return static_cast<std::size_t>(count) >= group->second.needed;
}

bool WitnessPolicy::is_met_by(const std::set<std::string>& cosigned) const {
  return counts(quorum_, cosigned);
}

}  // namespace ledger::merkle

// Which witnesses a log has, and how many of them must have cosigned a head before it counts as
// witnessed. In the form that public tools of transparency logs read, a line each; "#" begins a
// comment:
//
//   witness w1 witness.example/one+1a2b3c4d+AbCd... https://witness.example
//   group both all w1 w2
//   quorum both
//
// A group counts as soon as "any", "all" or so many of its members do; members are witnesses and
// groups named before it. The quorum is a witness or a group. Lines "log" are for other readers.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/merkle/cosignature.h"
#include "ledger/result.h"

namespace ledger::merkle {

struct Witness {
  std::string name;  // What this ledger calls it: 1 to 63 of a-z, 0-9, '.', '_', '-'.
  WitnessKey key;
  std::string url;  // "add-checkpoint" is asked for below it.
};

class WitnessPolicy {
 public:
  // Errors: invalid ("witness-policy-malformed", with the number of the line and what is wrong).
  static Result<WitnessPolicy> parse(std::string_view text);

  std::span<const Witness> witnesses() const { return witnesses_; }
  const std::string& quorum() const { return quorum_; }
  // Whether a head that these witnesses cosigned counts as witnessed.
  bool is_met_by(const std::set<std::string>& cosigned) const;

 private:
  struct Group {
    std::size_t needed = 0;
    std::vector<std::string> members;
  };
  bool counts(const std::string& name, const std::set<std::string>& cosigned) const;
  bool is_known(const std::string& name) const;
  std::string take_witness(const std::vector<std::string>& words);
  std::string take_group(const std::vector<std::string>& words);
  std::string take_quorum(const std::vector<std::string>& words);

  std::vector<Witness> witnesses_;
  std::map<std::string, Group> groups_;
  std::string quorum_;
};

}  // namespace ledger::merkle

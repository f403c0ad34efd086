#include "projections/computer_filter.h"

#include <algorithm>
#include <array>
#include <string>

#include "ledger/domain/groups.h"
#include "projections/row_filter.h"

namespace projections {

using ledger::fail;
using ledger::Result;

namespace {

constexpr std::array<std::string_view, 6> own_fields = {"computer", "name",        "agent_version",
                                                        "labels",   "rule_update", "last_contact"};

// Whose values stand in a row byte by byte.
constexpr std::array<std::string_view, 4> text_fields = {"computer", "name", "agent_version",
                                                         "labels"};

// Assignments of more unknown terms than this are not tried out: the computers are asked.
constexpr std::size_t unknown_terms_tried_max = 6;

domain::FilterValue behind_value(const domain::BucketFacts& facts,
                                 const domain::Expectations& expectations, FilterScratch& scratch) {
  auto& list = scratch.list();
  for (const domain::ExpectedPattern* pattern : patterns_for(facts, expectations)) {
    if (behind_since(*pattern, facts.components)) list.push_back(pattern->component.value);
  }
  if (!has_its_rules(facts, expectations)) list.push_back("rules");
  return std::span<const std::string_view>(list);
}

domain::FilterValue bucket_value(const FleetBucket& bucket, std::string_view field,
                                 const domain::Expectations& expectations, FilterScratch& scratch) {
  if (field == "status" || field == "state") return domain::name_of(bucket.status);
  if (field == "behind") return behind_value(bucket.row.facts, expectations, scratch);
  return field_value(bucket.row.facts, field, scratch);
}

domain::FilterValue own_value(const ComputerRow& computer, std::string_view field,
                              const LastContact& last_contact, FilterScratch& scratch) {
  if (field == "last_contact") {
    const auto time = last_contact ? last_contact(computer.computer.value) : std::nullopt;
    return filter_value(time, scratch);
  }
  return field_value(computer, field, scratch);
}

}  // namespace

Result<ComputerFilter> ComputerFilter::parse(std::string_view text) {
  auto filter = domain::Filter::parse(text);
  if (!filter) return fail(filter.error());
  if (const auto checked = domain::check_fields(*filter, domain::computer_filter_fields());
      !checked) {
    return fail(checked.error());
  }
  ComputerFilter made;
  made.filter_ = std::move(*filter);
  for (std::size_t i = 0; i < made.filter_.terms().size(); ++i) {
    const auto& field = made.filter_.terms()[i].field;
    if (std::find(own_fields.begin(), own_fields.end(), field) != own_fields.end()) {
      made.about_computers_.push_back(i);
    }
  }
  for (const std::size_t i : made.filter_.required_terms()) {
    const auto& term = made.filter_.terms()[i];
    const bool is_text =
        std::find(text_fields.begin(), text_fields.end(), term.field) != text_fields.end();
    const bool asks_for_it = term.op == domain::FilterOperator::equal ||
                             (term.op == domain::FilterOperator::has && term.text != "*");
    if (is_text && asks_for_it) made.texts_.push_back(i);
  }
  return made;
}

const domain::FilterTerm* ComputerFilter::term_about_computers() const {
  return about_computers_.empty() ? nullptr : &filter_.terms()[about_computers_.front()];
}

bool ComputerFilter::asks_last_contact() const {
  return std::any_of(filter_.terms().begin(), filter_.terms().end(),
                     [](const auto& term) { return term.field == "last_contact"; });
}

std::optional<std::string_view> ComputerFilter::only_computer() const { return only("computer"); }

std::optional<std::string_view> ComputerFilter::only_name() const { return only("name"); }

bool ComputerFilter::may_match(std::string_view row) const {
  return std::all_of(texts_.begin(), texts_.end(), [&](std::size_t i) {
    const auto& term = filter_.terms()[i];
    return term.op == domain::FilterOperator::equal ? row.find(term.text) != row.npos
                                                    : domain::contains_text(row, term.text);
  });
}

std::optional<std::string_view> ComputerFilter::only(std::string_view field) const {
  for (const std::size_t i : filter_.required_terms()) {
    const auto& term = filter_.terms()[i];
    if (term.field == field && term.op == domain::FilterOperator::equal) return term.text;
  }
  return std::nullopt;
}

BucketVerdict ComputerFilter::judge(const FleetBucket& bucket,
                                    const domain::Expectations& expectations) const {
  BucketVerdict said;
  const auto& terms = filter_.terms();
  said.terms.assign(terms.size(), 0);
  FilterScratch scratch;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (std::find(about_computers_.begin(), about_computers_.end(), i) != about_computers_.end()) {
      continue;
    }
    said.terms[i] =
        holds(terms[i], bucket_value(bucket, terms[i].field, expectations, scratch)) ? 1 : 0;
  }
  if (about_computers_.size() > unknown_terms_tried_max) {
    said.verdict = Verdict::some;
    return said;
  }
  // Whatever the unknown terms turn out to be: if the answer is always the same, it is known.
  std::vector<char> tried = said.terms;
  std::size_t held = 0;
  const std::size_t tries = std::size_t{1} << about_computers_.size();
  for (std::size_t bits = 0; bits < tries; ++bits) {
    for (std::size_t i = 0; i < about_computers_.size(); ++i) {
      tried[about_computers_[i]] = (bits >> i & 1) != 0 ? 1 : 0;
    }
    if (filter_.matches_terms([&](std::size_t i) { return tried[i] != 0; })) ++held;
  }
  said.verdict = held == 0 ? Verdict::none : held == tries ? Verdict::all : Verdict::some;
  return said;
}

bool ComputerFilter::matches(const ComputerRow& computer, const BucketVerdict& bucket,
                             const LastContact& last_contact) const {
  if (bucket.verdict != Verdict::some) return bucket.verdict == Verdict::all;
  FilterScratch scratch;
  std::vector<char> terms = bucket.terms;
  for (const std::size_t i : about_computers_) {
    const auto& term = filter_.terms()[i];
    terms[i] = holds(term, own_value(computer, term.field, last_contact, scratch)) ? 1 : 0;
  }
  return filter_.matches_terms([&](std::size_t i) { return terms[i] != 0; });
}

}  // namespace projections

// Filters over any struct with fields(): a field is asked for by its name, one of a nested struct
// by "given.time". A list has what its elements are called; a component is called "virus-pattern"
// and "virus-pattern/19.123.00".
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/filter.h"
#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace projections {

namespace domain = ledger::domain;

// What a filter is shown of one row; it lives until the row is judged.
class FilterScratch {
 public:
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  std::vector<std::string_view>& list() { return lists_.emplace_back(); }
  void clear() {
    texts_.clear();
    lists_.clear();
  }

 private:
  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> lists_;
};

namespace internal {

template <class T>
inline constexpr bool is_text_like =
    std::is_same_v<T, std::string> || domain::IsId<T>::value || domain::NamedEnum<T> ||
    std::is_same_v<T, domain::Digest> || std::is_same_v<T, domain::CommandId> ||
    std::is_same_v<T, domain::RuleUpdateId>;
template <class T>
inline constexpr bool is_number_like =
    std::is_integral_v<T> || std::is_same_v<T, domain::Position> ||
    std::is_same_v<T, domain::RuleId>;

template <class T>
std::string_view text_shown(const T& value, FilterScratch& scratch) {
  if constexpr (std::is_same_v<T, std::string>) {
    return value;
  } else if constexpr (domain::IsId<T>::value) {
    return value.value;
  } else if constexpr (domain::NamedEnum<T>) {
    return domain::name_of(value);
  } else if constexpr (std::is_same_v<T, domain::RuleUpdateId>) {
    return scratch.keep(domain::text(value));
  } else {
    return scratch.keep(domain::hex(value));
  }
}

template <class T>
struct IsAskableList : std::false_type {};
template <class T>
struct IsAskableList<std::vector<T>>
    : std::bool_constant<is_text_like<T> || is_number_like<T> ||
                         std::is_same_v<T, domain::ComponentVersion>> {};

}  // namespace internal

// One field's value as a filter compares it. Shape: T is no struct of fields.
template <class T>
domain::FilterValue filter_value(const T& value, FilterScratch& scratch) {
  using domain::FilterValue;
  if constexpr (domain::IsOptional<T>::value) {
    return value ? filter_value(*value, scratch) : FilterValue();
  } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, domain::Time> ||
                       std::is_same_v<T, domain::Duration>) {
    return value;
  } else if constexpr (std::is_same_v<T, domain::Position> || std::is_same_v<T, domain::RuleId>) {
    return static_cast<std::int64_t>(value.value);
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (internal::is_text_like<T>) {
    return internal::text_shown(value, scratch);
  } else if constexpr (internal::IsAskableList<T>::value) {
    auto& list = scratch.list();
    for (const auto& each : value) {
      using Element = std::decay_t<decltype(each)>;
      if constexpr (std::is_same_v<Element, domain::ComponentVersion>) {
        list.push_back(each.component.value);
        list.push_back(scratch.keep(each.component.value + "/" + each.version));
      } else if constexpr (std::is_same_v<Element, domain::RuleId> ||
                           std::is_same_v<Element, domain::Position>) {
        list.push_back(scratch.keep(std::to_string(each.value)));
      } else if constexpr (internal::is_text_like<Element>) {
        list.push_back(internal::text_shown(each, scratch));
      } else {
        list.push_back(scratch.keep(std::to_string(each)));
      }
    }
    return std::span<const std::string_view>(list);
  } else {
    return FilterValue();
  }
}

// The value of the field that `path` names.
template <class T>
domain::FilterValue field_value(const T& object, std::string_view path, FilterScratch& scratch) {
  if constexpr (domain::IsOptional<T>::value) {
    return object ? field_value(*object, path, scratch) : domain::FilterValue();
  } else if constexpr (domain::HasFields<T>) {
    const auto dot = path.find('.');
    const std::string_view head = path.substr(0, dot);
    const std::string_view rest =
        dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    domain::FilterValue found;
    domain::for_each_field(object, [&](std::string_view name, const auto& member) {
      if (name == head) found = field_value(member, rest, scratch);
    });
    return found;
  } else {
    return filter_value(object, scratch);
  }
}

// What a filter is told of a field of type T.
template <class T>
domain::FilterField field_of(std::string name) {
  using domain::FilterKind;
  domain::FilterField field{std::move(name)};
  if constexpr (std::is_same_v<T, bool>) {
    field.kind = FilterKind::flag;
  } else if constexpr (internal::is_number_like<T>) {
    field.kind = FilterKind::number;
  } else if constexpr (std::is_same_v<T, domain::Time>) {
    field.kind = FilterKind::time;
  } else if constexpr (std::is_same_v<T, domain::Duration>) {
    field.kind = FilterKind::duration;
  } else if constexpr (domain::NamedEnum<T>) {
    static constexpr auto words = enum_names(T{});
    field.words = words;
  } else if constexpr (internal::IsAskableList<T>::value) {
    if constexpr (domain::NamedEnum<typename T::value_type>) {
      field = field_of<typename T::value_type>(std::move(field.name));
    }
    field.is_list = true;
  }
  return field;
}

// All fields of T that a filter may ask for, each after `name`.
template <class T>
void append_fields(const std::string& name, std::vector<domain::FilterField>& fields) {
  if constexpr (domain::IsOptional<T>::value) {
    append_fields<typename T::value_type>(name, fields);
  } else if constexpr (domain::HasFields<T>) {
    const auto visit = [&]<class Struct, class Member>(const domain::Field<Struct, Member>& each) {
      append_fields<Member>((name.empty() ? name : name + ".") + std::string(each.name), fields);
    };
    T::fields()([&](const auto&... each) { (visit(each), ...); });
  } else if constexpr (internal::is_text_like<T> || internal::is_number_like<T> ||
                       std::is_same_v<T, domain::Time> || std::is_same_v<T, domain::Duration> ||
                       internal::IsAskableList<T>::value) {
    fields.push_back(field_of<T>(name));
  }
}

template <class Row>
class RowFilter {
 public:
  // Errors: invalid ("filter-...").
  static ledger::Result<RowFilter> parse(std::string_view text) {
    auto filter = domain::Filter::parse(text);
    if (!filter) return ledger::fail(filter.error());
    if (!filter->terms().empty()) {
      std::vector<domain::FilterField> fields;
      append_fields<Row>("", fields);
      if (const auto checked = domain::check_fields(*filter, fields); !checked) {
        return ledger::fail(checked.error());
      }
    }
    RowFilter made;
    made.filter_ = std::move(*filter);
    return made;
  }

  bool matches(const Row& row) const {
    if (filter_.terms().empty()) return true;
    FilterScratch scratch;
    return filter_.matches([&](std::string_view name) { return field_value(row, name, scratch); });
  }

 private:
  domain::Filter filter_;
};

// Those of `rows` that `filter` lets pass: for lists so short that they are made as a whole.
// Errors: invalid ("filter-...").
template <class Row>
ledger::Result<std::vector<Row>> matching(std::vector<Row> rows, std::string_view filter) {
  const auto wanted = RowFilter<Row>::parse(filter);
  if (!wanted) return ledger::fail(wanted.error());
  std::erase_if(rows, [&](const Row& row) { return !wanted->matches(row); });
  return rows;
}

}  // namespace projections

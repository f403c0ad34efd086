// Says once what a struct consists of. Events, commands and rows list their fields by name; codec,
// JSON of the API, filters, CSV and blame all read that list, so a name is the same everywhere.
//
//   struct PolicyCreated {
//     PolicyId policy;
//     std::optional<PolicyId> parent;
//     template <class = void>  // Only made where it is asked for.
//     static constexpr auto fields() {
//       return field_list(field("policy", &PolicyCreated::policy),
//                         field("parent", &PolicyCreated::parent));
//     }
//     bool operator==(const PolicyCreated&) const = default;
//   };
//
// A field's type is one of: bool, an unsigned or signed integer of 32 or 64 bits, an enum with
// `enum_names`, std::string, a strong string id (Id<Tag>), Digest, CommandId, Position, Time,
// Duration, RuleUpdateId, RuleId, another struct with fields(), or a vector or optional of these.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace ledger::domain {

template <class Struct, class Member>
struct Field {
  std::string_view name;  // snake_case, as in JSON.
  Member Struct::*member;
};

template <class Struct, class Member>
constexpr Field<Struct, Member> field(std::string_view name, Member Struct::*member) {
  return {name, member};
}

// Fields in their order, as a function that calls its visitor with all of them. (A std::tuple of as
// many checks, for each list, which of its constructors there may be: half of all compile time.)
template <class... Each>
constexpr auto field_list(Each... each) {
  return [each...](auto&& visit) constexpr->decltype(auto) { return visit(each...); };
}

template <class T>
concept HasFields = requires {
  T::fields();
};

// Calls visit(name, member of `object`) for each field, in the order listed.
template <HasFields T, class Visit>
constexpr void for_each_field(T& object, Visit&& visit) {
  std::remove_const_t<T>::fields()(
      [&](const auto&... each) { (visit(each.name, object.*(each.member)), ...); });
}

template <HasFields T>
constexpr std::size_t field_count() {
  return T::fields()([](const auto&... each) { return sizeof...(each); });
}

// An enum of the domain counts from 0 without gaps, and beside it stands
//   constexpr auto enum_names(Module) { return std::array<std::string_view, 4>{"firewall", ...}; }
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) {
  enum_names(e);
};

template <NamedEnum E>
constexpr std::string_view name_of(E value) {
  return enum_names(E{})[static_cast<std::size_t>(value)];
}

template <NamedEnum E>
constexpr std::optional<E> enum_from(std::string_view name) {
  const auto names = enum_names(E{});
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

}  // namespace ledger::domain

// A value of exactly one of many types. It is std::variant's idea for lists of a hundred types:
// std::variant generates its copies, moves and comparisons in every file that touches one, which
// took half a minute a file here; this one generates them once, in the .cc that includes
// one_of_impl.h.
//
//   struct PayloadTypes { using List = TypeList<ServiceStarted, ServiceStopped, ...>; };
//   extern template class OneOf<PayloadTypes>;
//   using Payload = OneOf<PayloadTypes>;
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <new>
#include <utility>

#include "ledger/result.h"

namespace ledger::domain {

template <class... Types>
struct TypeList {
  static constexpr std::size_t size = sizeof...(Types);
};

template <class T, class... Types>
consteval std::size_t index_in(TypeList<Types...>) {
  constexpr bool same[] = {std::same_as<T, Types>...};
  std::size_t index = 0;
  while (index < sizeof...(Types) && !same[index]) ++index;
  return index;
}

template <class T, class Traits>
inline constexpr std::size_t index_of = index_in<T>(typename Traits::List{});

template <class T, class Traits>
concept Among = index_of<T, Traits> < Traits::List::size;

template <class... Types>
consteval std::array<std::size_t, 2> room_of(TypeList<Types...>) {
  return {std::max({sizeof(Types)...}), std::max({alignof(Types)...})};
}

template <class Traits>
class OneOf {
 public:
  OneOf();  // The first type's default.
  template <Among<Traits> T>
  OneOf(T value) : index_(index_of<T, Traits>) {  // NOLINT: a value of one type is one of many.
    ::new (static_cast<void*>(storage_)) T(std::move(value));
  }
  OneOf(const OneOf& other);
  OneOf(OneOf&& other) noexcept;
  OneOf& operator=(const OneOf& other);
  OneOf& operator=(OneOf&& other) noexcept;
  ~OneOf();
  bool operator==(const OneOf& other) const;

  // The default value of the type with this index; smaller than the number of types.
  static OneOf of_index(std::size_t index);

  std::size_t index() const { return index_; }
  const void* address() const { return storage_; }
  void* address() { return storage_; }

 private:
  static constexpr auto room = room_of(typename Traits::List{});

  alignas(room[1]) std::byte storage_[room[0]];
  std::size_t index_;
};

template <class T, class Traits>
requires Among<T, Traits>
const T* get_if(const OneOf<Traits>* value) {
  return value->index() == index_of<T, Traits> ? static_cast<const T*>(value->address()) : nullptr;
}
template <class T, class Traits>
requires Among<T, Traits> T* get_if(OneOf<Traits>* value) {
  return value->index() == index_of<T, Traits> ? static_cast<T*>(value->address()) : nullptr;
}

template <class T, class Traits>
bool holds(const OneOf<Traits>& value) {
  return value.index() == index_of<T, Traits>;
}

// A reference to what the caller knows to be there.
template <class T, class Traits>
const T& get(const OneOf<Traits>& value) {
  const T* found = get_if<T>(&value);
  CHECK(found != nullptr, "the value is of the type asked for");
  return *found;
}
template <class T, class Traits>
T& get(OneOf<Traits>& value) {
  T* found = get_if<T>(&value);
  CHECK(found != nullptr, "the value is of the type asked for");
  return *found;
}

namespace internal {

template <class R, class F, class T>
R call_with(F& f, const void* value) {
  return f(*static_cast<const T*>(value));
}
template <class R, class F, class T>
R call_with_mutable(F& f, void* value) {
  return f(*static_cast<T*>(value));
}
template <class R, class F, class... Types>
consteval auto calls_of(TypeList<Types...>) {
  return std::array<R (*)(F&, const void*), sizeof...(Types)>{&call_with<R, F, Types>...};
}
template <class R, class F, class... Types>
consteval auto mutable_calls_of(TypeList<Types...>) {
  return std::array<R (*)(F&, void*), sizeof...(Types)>{&call_with_mutable<R, F, Types>...};
}
template <class First, class... Rest>
First first_of(TypeList<First, Rest...>);
template <class Traits>
using FirstOf = decltype(first_of(typename Traits::List{}));

}  // namespace internal

// Calls f with the value as what it is; a type that f does not take does not compile.
template <class F, class Traits>
decltype(auto) visit(F&& f, const OneOf<Traits>& value) {
  using Callee = std::remove_reference_t<F>;
  using R = decltype(f(std::declval<const internal::FirstOf<Traits>&>()));
  static constexpr auto calls = internal::calls_of<R, Callee>(typename Traits::List{});
  return calls[value.index()](f, value.address());
}
template <class F, class Traits>
decltype(auto) visit(F&& f, OneOf<Traits>& value) {
  using Callee = std::remove_reference_t<F>;
  using R = decltype(f(std::declval<internal::FirstOf<Traits>&>()));
  static constexpr auto calls = internal::mutable_calls_of<R, Callee>(typename Traits::List{});
  return calls[value.index()](f, value.address());
}

}  // namespace ledger::domain

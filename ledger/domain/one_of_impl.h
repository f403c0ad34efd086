// The one place where a OneOf's copies, moves and comparisons are generated: included by the .cc
// that instantiates it, and by no other file.
#pragma once

#include <utility>

#include "ledger/domain/one_of.h"

namespace ledger::domain {
namespace internal {

struct Operations {
  void (*make)(void* at);
  void (*copy)(void* at, const void* from);
  void (*move)(void* at, void* from);
  void (*assign)(void* to, const void* from);
  void (*destroy)(void* at);
  bool (*equal)(const void* left, const void* right);
};

template <class T>
constexpr Operations operations_of() {
  return {
      [](void* at) { ::new (at) T(); },
      [](void* at, const void* from) { ::new (at) T(*static_cast<const T*>(from)); },
      [](void* at, void* from) { ::new (at) T(std::move(*static_cast<T*>(from))); },
      [](void* to, const void* from) { *static_cast<T*>(to) = *static_cast<const T*>(from); },
      [](void* at) { static_cast<T*>(at)->~T(); },
      [](const void* left, const void* right) {
        return *static_cast<const T*>(left) == *static_cast<const T*>(right);
      },
  };
}

template <class... Types>
consteval auto all_operations(TypeList<Types...>) {
  return std::array<Operations, sizeof...(Types)>{operations_of<Types>()...};
}

template <class Traits>
inline constexpr auto operations = all_operations(typename Traits::List{});

}  // namespace internal

template <class Traits>
OneOf<Traits>::OneOf() : index_(0) {
  internal::operations<Traits>[0].make(storage_);
}

template <class Traits>
OneOf<Traits>::OneOf(const OneOf& other) : index_(other.index_) {
  internal::operations<Traits>[index_].copy(storage_, other.storage_);
}

template <class Traits>
OneOf<Traits>::OneOf(OneOf&& other) noexcept : index_(other.index_) {
  internal::operations<Traits>[index_].move(storage_, other.storage_);
}

template <class Traits>
OneOf<Traits>& OneOf<Traits>::operator=(const OneOf& other) {
  if (index_ != other.index_) return *this = OneOf(other);
  // In place: what the value has room for already is not asked of the heap again.
  internal::operations<Traits>[index_].assign(storage_, other.storage_);
  return *this;
}

template <class Traits>
OneOf<Traits>& OneOf<Traits>::operator=(OneOf&& other) noexcept {
  if (this == &other) return *this;
  internal::operations<Traits>[index_].destroy(storage_);
  index_ = other.index_;
  internal::operations<Traits>[index_].move(storage_, other.storage_);
  return *this;
}

template <class Traits>
OneOf<Traits>::~OneOf() {
  internal::operations<Traits>[index_].destroy(storage_);
}

template <class Traits>
bool OneOf<Traits>::operator==(const OneOf& other) const {
  return index_ == other.index_ &&
         internal::operations<Traits>[index_].equal(storage_, other.storage_);
}

template <class Traits>
OneOf<Traits> OneOf<Traits>::of_index(std::size_t index) {
  CHECK(index < Traits::List::size, "there is a type of this index");
  OneOf made;
  internal::operations<Traits>[made.index_].destroy(made.storage_);
  made.index_ = index;
  internal::operations<Traits>[index].make(made.storage_);
  return made;
}

}  // namespace ledger::domain

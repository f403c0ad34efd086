// What a C library makes, freed by the function that it names for that.
#pragma once

#include <memory>

namespace ledger {

template <auto free_function>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};

template <class T, auto free_function>
using Owned = std::unique_ptr<T, Freed<free_function>>;

}  // namespace ledger

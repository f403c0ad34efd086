// match(variant, handlers...): a visit in which a forgotten case does not compile.
#pragma once

#include <utility>
#include <variant>

namespace ledger::domain {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

template <class Variant, class... Handlers>
decltype(auto) match(Variant&& variant, Handlers&&... handlers) {
  return std::visit(Overloaded{std::forward<Handlers>(handlers)...},
                    std::forward<Variant>(variant));
}

}  // namespace ledger::domain

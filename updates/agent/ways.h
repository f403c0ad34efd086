// Where an agent may get a source's repository, in the order in which it asks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/domain/fields.h"
#include "ledger/random.h"
#include "updates/machine/manager.h"
#include "updates/tuf/transport.h"

namespace ledger::updates::agent {

// What an agent remembers of its orders, for when the manager is away.
struct Places {
  struct Relay {
    domain::ComputerId relay;
    std::string url;

    template <class = void>
    static constexpr auto fields() {
      return field_list(domain::field("relay", &Relay::relay), domain::field("url", &Relay::url));
    }
    bool operator==(const Relay&) const = default;
  };
  struct Source {
    domain::SourceId source;
    std::string url;
    std::string alternative_url;
    std::string proxy;
    domain::Digest trust_root;

    template <class = void>
    static constexpr auto fields() {
      using domain::field;
      return field_list(field("source", &Source::source), field("url", &Source::url),
                        field("alternative_url", &Source::alternative_url),
                        field("proxy", &Source::proxy), field("trust_root", &Source::trust_root));
    }
    bool operator==(const Source&) const = default;
  };

  std::vector<Relay> relays;
  std::vector<Source> sources;
  bool direct_when_no_relay = false;
  bool download_without_manager = false;

  const Source* find(const domain::SourceId& source) const;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("relays", &Places::relays), field("sources", &Places::sources),
                      field("direct_when_no_relay", &Places::direct_when_no_relay),
                      field("download_without_manager", &Places::download_without_manager));
  }
  bool operator==(const Places&) const = default;
};

// A relay does not go around itself: whoever updates it is told by its relays what it serves.
Places places_of(const machine::Orders& orders);

// One place: `url` has metadata/ and targets/ of the repository.
struct Way {
  bool is_relay = false;
  std::string name;  // Of the relay or the source, for people.
  std::string url;
  std::string proxy;
};

using OpenWay = std::function<Result<std::unique_ptr<tuf::Transport>>(const Way& way)>;

// Of relays, each computer has an order of its own, so that a group's relays share the load. The
// source itself comes after three failed attempts, if that is allowed, or first where there is no
// relay.
inline constexpr std::size_t attempts_before_source = 3;
std::vector<Way> ways_to(const Places& places, const Places::Source& source,
                         const domain::ComputerId& computer, const Random& random);

}  // namespace ledger::updates::agent

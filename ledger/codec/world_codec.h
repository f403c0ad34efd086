// The world as bytes: all that decide() and evolve() see of it, and nothing that depends on how it
// came about. Two folds of the same events give the same bytes, whether or not one of them was
// read from bytes on its way. For snapshots, which are caches: the log knows everything better.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ledger/domain/world.h"
#include "ledger/result.h"

namespace ledger::codec {

// Takes the bytes piece by piece, about a megabyte each, so that they need not be in memory twice.
using WorldSink = std::function<Result<void>(std::string_view piece)>;

// Errors: those of `sink`; after one, it gets no more.
Result<void> encode_world(const domain::World& world, const WorldSink& sink);
std::string encode_world(const domain::World& world);

// Accepts what encode_world() of this very program has made; a world of another program may mean
// something else, or nothing. Cost: a second for some millions of computers.
// Errors: corrupt ("world-malformed").
Result<domain::World> decode_world(std::string_view bytes);

}  // namespace ledger::codec

// Makes the codecs of a part of the list of payload types: included by the four .cc that hold one
// part each, and by no other file.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "ledger/codec/payload_codecs.h"
#include "ledger/codec/record_reader.h"
#include "ledger/codec/record_writer.h"

namespace ledger::codec {

// The type of a list at an index, found by overload: only the types of the part are looked at.
template <std::size_t Index, class T>
struct Indexed {
  using type = T;
};
template <class Indices, class... Types>
struct IndexedList;
template <std::size_t... Indices, class... Types>
struct IndexedList<std::index_sequence<Indices...>, Types...> : Indexed<Indices, Types>... {};
template <class... Types>
IndexedList<std::index_sequence_for<Types...>, Types...> indexed(domain::TypeList<Types...>);
template <std::size_t Index, class T>
Indexed<Index, T> type_at(const Indexed<Index, T>&);

template <std::size_t Index>
using PayloadAt = typename decltype(type_at<Index>(
    std::declval<decltype(indexed(domain::PayloadTypes::List{}))>()))::type;

template <class T>
constexpr PayloadCodec codec_of() {
  return {
      [](const SchemaStruct& schema) { bind<T>(schema); },
      [](const void* payload) { return measure(*static_cast<const T*>(payload)); },
      [](RecordWriter& writer, const void* payload, std::size_t pointer) {
        return write_target(writer, *static_cast<const T*>(payload), pointer);
      },
      [](RecordReader& reader, std::size_t pointer, void* payload) {
        return read_target(reader, pointer, *static_cast<T*>(payload));
      },
  };
}

template <std::size_t First, std::size_t... Offsets>
constexpr auto codecs_from(std::index_sequence<Offsets...>) {
  return std::array<PayloadCodec, sizeof...(Offsets)>{codec_of<PayloadAt<First + Offsets>>()...};
}

template <std::size_t Part>
const PayloadCodec* codecs_of_part() {
  constexpr std::size_t first = payload_parts[Part];
  static constexpr auto codecs =
      codecs_from<first>(std::make_index_sequence<payload_parts[Part + 1] - first>());
  return codecs.data();
}

}  // namespace ledger::codec

// The names of things, as types that cannot be swapped for each other, and the two units of time.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "ledger/result.h"

namespace ledger::domain {

// A place in the log, counted from 0 without gaps. As a log's size: where its next record goes.
struct Position {
  std::uint64_t value = 0;
  auto operator<=>(const Position&) const = default;
};

// UTC, microseconds since 1970.
struct Time {
  std::int64_t micros = 0;
  auto operator<=>(const Time&) const = default;
};

// Microseconds.
struct Duration {
  std::int64_t micros = 0;
  auto operator<=>(const Duration&) const = default;
};

constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000}; }
constexpr Duration minutes(std::int64_t n) { return seconds(n * 60); }
constexpr Duration hours(std::int64_t n) { return minutes(n * 60); }
constexpr Duration days(std::int64_t n) { return hours(n * 24); }
constexpr Time operator+(Time time, Duration by) { return {time.micros + by.micros}; }
constexpr Time operator-(Time time, Duration by) { return {time.micros - by.micros}; }
constexpr Duration operator-(Time later, Time earlier) { return {later.micros - earlier.micros}; }

// SHA-256.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const Digest&) const = default;
};
std::string hex(const Digest& digest);                         // 64 lowercase digits.
std::optional<Digest> digest_from_hex(std::string_view text);  // Lowercase or uppercase.

// The caller's Idempotency-Key: any 16 bytes (a UUID's).
struct CommandId {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const CommandId&) const = default;
};
std::string hex(const CommandId& id);  // 32 lowercase digits.

// The bytes of either, for keys, hashes and files.
template <class Bytes>
requires std::is_same_v<Bytes, Digest> || std::is_same_v<Bytes, CommandId> std::string_view
bytes_of(const Bytes& value) {
  return {reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()};
}

// A name that a person or a program chose: 1..63 of [a-z0-9._-], beginning with a letter or digit.
template <class Tag>
struct Id {
  std::string value;
  auto operator<=>(const Id&) const = default;
};
bool is_name(std::string_view text);

using ComputerId = Id<struct ComputerTag>;
using PolicyId = Id<struct PolicyTag>;
using GroupId = Id<struct GroupTag>;            // A folder of computers.
using RelayGroupId = Id<struct RelayGroupTag>;  // What distributes updates to computers.
using TaskId = Id<struct TaskTag>;
using AlertId = Id<struct AlertTag>;
using HoldId = Id<struct HoldTag>;
using SourceId = Id<struct SourceTag>;
using UserId = Id<struct UserTag>;
using TokenId = Id<struct TokenTag>;
using InstructionId = Id<struct InstructionTag>;
using OperationId = Id<struct OperationTag>;
using SearchId = Id<struct SearchTag>;
using BookmarkId = Id<struct BookmarkTag>;

template <class T>
struct IsId : std::false_type {};
template <class Tag>
struct IsId<Id<Tag>> : std::true_type {};

// A rule's number, seven digits: 1000000..9999999. The same in every update that carries the rule.
struct RuleId {
  std::uint32_t value = 0;
  auto operator<=>(const RuleId&) const = default;
};

// YY-NNN: the NNN-th rule update of a year; later ones compare greater. Years count from 2000.
struct RuleUpdateId {
  std::uint32_t year = 0;    // 0..99
  std::uint32_t number = 0;  // 1..999
  auto operator<=>(const RuleUpdateId&) const = default;
};
std::string text(RuleUpdateId id);  // "25-031"
std::optional<RuleUpdateId> rule_update_id_from(std::string_view text);

// RFC 3339 in UTC with milliseconds, as all answers show it: "2026-11-03T10:00:03.123Z".
std::string rfc3339(Time time);
// Any RFC 3339 time with Z or an offset, to the microsecond.
std::optional<Time> time_from_rfc3339(std::string_view text);
// ISO 8601 durations of days, hours, minutes, seconds: "PT10M", "P7D".
std::string iso8601(Duration duration);
std::optional<Duration> duration_from_iso8601(std::string_view text);

}  // namespace ledger::domain

template <class Tag>
struct std::hash<ledger::domain::Id<Tag>> {
  std::size_t operator()(const ledger::domain::Id<Tag>& id) const {
    return std::hash<std::string>{}(id.value);
  }
};

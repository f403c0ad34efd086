#include "tests/property/codec/by_library.h"

#include <capnp/any.h>
#include <capnp/dynamic.h>
#include <capnp/message.h>

#include <cstring>
#include <optional>
#include <type_traits>
#include <vector>

#include "events.capnp.h"
#include "ledger/codec/codec.h"
#include "ledger/codec/layout.h"

namespace tests {
namespace {

namespace domain = ledger::domain;
using ledger::codec::FixedBytes;
using ledger::codec::Scalar;
using ledger::codec::Textual;

template <class T>
capnp::Text::Reader as_text(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return {value.c_str(), value.size()};
  } else {
    return {value.value.c_str(), value.value.size()};
  }
}

template <Scalar T>
capnp::DynamicValue::Reader as_value(const T& value, capnp::Type type) {
  if constexpr (domain::NamedEnum<T>) {
    return capnp::DynamicEnum(type.asEnum(), static_cast<std::uint16_t>(value));
  } else if constexpr (std::is_same_v<T, domain::RuleUpdateId>) {
    return value.year * 1'000 + value.number;
  } else if constexpr (std::is_same_v<T, domain::Position> || std::is_same_v<T, domain::RuleId>) {
    return value.value;
  } else if constexpr (std::is_same_v<T, domain::Time> || std::is_same_v<T, domain::Duration>) {
    return value.micros;
  } else {
    return value;
  }
}

template <class Object>
void put_struct(capnp::DynamicStruct::Builder out, const Object& object);

template <class T>
void put_list(capnp::DynamicList::Builder out, const std::vector<T>& values) {
  for (unsigned i = 0; i < values.size(); ++i) {
    if constexpr (Scalar<T>) {
      out.set(i, as_value(values[i], out.getSchema().getElementType()));
    } else if constexpr (Textual<T>) {
      if (as_text(values[i]).size() > 0) out.set(i, as_text(values[i]));
    } else {
      put_struct(out[i].as<capnp::DynamicStruct>(), values[i]);
    }
  }
}

// Defaults are left away, which is our rule and not the library's.
template <class T>
void put(capnp::DynamicStruct::Builder out, capnp::StructSchema::Field field, const T& value,
         bool even_default = false) {
  if constexpr (Scalar<T>) {
    out.set(field, as_value(value, field.getType()));
  } else if constexpr (domain::IsOptional<T>::value) {
    if (!value) return;
    if constexpr (Scalar<typename T::value_type>) {
      auto box = out.init(field).template as<capnp::DynamicStruct>();
      put(box, box.getSchema().getFieldByName("value"), *value);
    } else {
      put(out, field, *value, true);
    }
  } else if constexpr (domain::IsVector<T>::value) {
    if (value.empty()) return;
    put_list(out.init(field, static_cast<unsigned>(value.size())).template as<capnp::DynamicList>(),
             value);
  } else {
    if (value == T{} && !even_default) return;
    if constexpr (Textual<T>) {
      out.set(field, as_text(value));
    } else if constexpr (FixedBytes<T>) {
      out.set(field, capnp::Data::Reader(value.bytes.data(), value.bytes.size()));
    } else {
      put_struct(out.init(field).template as<capnp::DynamicStruct>(), value);
    }
  }
}

template <class Object, class Fields>
void put_fields(capnp::DynamicStruct::Builder out, const Object& object, const Fields& fields) {
  const auto put_one = [&](const auto& each) {
    const auto name = ledger::codec::camel_case(each.name);
    put(out, out.getSchema().getFieldByName(name.c_str()), object.*(each.member));
  };
  fields([&](const auto&... each) { (put_one(each), ...); });
}

template <class Object>
void put_struct(capnp::DynamicStruct::Builder out, const Object& object) {
  put_fields(out, object, Object::fields());
}

}  // namespace

std::string encode_by_library(const domain::Event& event) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<ledger::codec::schema::Event>();
  const capnp::DynamicStruct::Builder out = capnp::toDynamic(root);
  put_fields(out, event, ledger::codec::envelope_fields<domain::Event>());
  auto payload = out.getSchema().getFieldByName("payload");
  const auto cases = payload.getType().asStruct().getUnionFields();
  auto group = capnp::DynamicStruct::Builder(out).get(payload).as<capnp::DynamicStruct>();
  for (const auto each : cases) {
    if (each.getProto().getDiscriminantValue() != event.payload.index()) continue;
    visit(
        [&](const auto& value) {
          using T = std::remove_cvref_t<decltype(value)>;
          auto inner = group.init(each).as<capnp::DynamicStruct>();
          if (value == T{}) {
            group.clear(each);
          } else {
            put_struct(inner, value);
          }
        },
        event.payload);
  }
  const auto words = capnp::canonicalize(root.asReader());
  const auto bytes = words.asBytes();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

bool is_canonical_by_library(std::string_view message) {
  std::vector<capnp::word> words(message.size() / sizeof(capnp::word));
  std::memcpy(words.data(), message.data(), message.size());
  const kj::ArrayPtr<const capnp::word> segment(words.data(), words.size());
  const kj::ArrayPtr<const capnp::word> segments[] = {segment};
  capnp::SegmentArrayMessageReader reader(kj::arrayPtr(segments, 1));
  return reader.isCanonical();
}

}  // namespace tests

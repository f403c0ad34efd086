#include "ledger/codec/schema.h"

#include <capnp/schema.h>

#include <map>
#include <memory>

#include "events.capnp.h"
#include "ledger/result.h"

namespace ledger::codec {
namespace {

class Reading {
 public:
  const SchemaStruct& read(::capnp::StructSchema schema) {
    const auto proto = schema.getProto();
    auto& known = structs_[proto.getId()];
    if (known) return *known;
    known = std::make_unique<SchemaStruct>();
    SchemaStruct& out = *known;  // Stays where it is while others are added.
    out.name = schema.getShortDisplayName().cStr();
    out.data_words = proto.getStruct().getDataWordCount();
    out.pointers = proto.getStruct().getPointerCount();
    for (const auto field : schema.getFields()) {
      if (field.getProto().isGroup()) {
        read_union(field.getType().asStruct(), out);
      } else {
        out.fields.push_back(read_field(field));
      }
    }
    return out;
  }

 private:
  void read_union(::capnp::StructSchema group, SchemaStruct& out) {
    out.discriminant = group.getProto().getStruct().getDiscriminantOffset();
    out.cases.resize(group.getUnionFields().size());
    CHECK(group.getNonUnionFields().size() == 0, "a group consists of its union");
    for (const auto field : group.getUnionFields()) {
      out.cases.at(field.getProto().getDiscriminantValue()) = read_field(field);
    }
  }

  SchemaField read_field(::capnp::StructSchema::Field field) {
    const auto slot = field.getProto().getSlot();
    CHECK(!slot.getHadExplicitDefault(), "no field of a record has a default of its own");
    SchemaField out;
    out.name = field.getProto().getName().cStr();
    out.offset = slot.getOffset();
    ::capnp::Type type = field.getType();
    out.type.wire = wire_of(type);
    if (type.isList()) {
      type = type.asList().getElementType();
      out.type.element = wire_of(type);
    }
    if (type.isStruct()) out.type.inner = &read(type.asStruct());
    if (type.isEnum()) {
      for (const auto each : type.asEnum().getEnumerants()) {
        out.type.enumerants.emplace_back(each.getProto().getName().cStr());
      }
    }
    return out;
  }

  static Wire wire_of(::capnp::Type type) {
    if (type.isBool()) return Wire::boolean;
    if (type.isInt32()) return Wire::int32;
    if (type.isUInt32()) return Wire::uint32;
    if (type.isInt64()) return Wire::int64;
    if (type.isUInt64()) return Wire::uint64;
    if (type.isEnum()) return Wire::enumeration;
    if (type.isText()) return Wire::text;
    if (type.isData()) return Wire::data;
    if (type.isStruct()) return Wire::structure;
    CHECK(type.isList(), "records consist of the types that the codec knows");
    return Wire::list;
  }

  std::map<std::uint64_t, std::unique_ptr<SchemaStruct>> structs_;  // By the id of their node.
};

}  // namespace

const SchemaStruct& event_schema() {
  static Reading reading;
  static const SchemaStruct& root = reading.read(::capnp::Schema::from<schema::Event>());
  return root;
}

}  // namespace ledger::codec

// Values and the messages that events and snapshots share.

#include "node/codec_parts.h"

#include <google/protobuf/io/coded_stream.h>

#include <limits>

#include "core/event_fields.h"
#include "node/codec.h"
#include "node/codec_members.h"

namespace bashu::node::parts {

// A Value's record and list each cost two levels of nesting.
constexpr int kRecursionMax = 2 * kValueDepthMax + 40;

bool parse(google::protobuf::MessageLite& message, std::string_view bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return false;
  google::protobuf::io::CodedInputStream in{reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size())};
  in.SetRecursionLimit(kRecursionMax);
  return message.ParseFromCodedStream(&in) && in.ConsumedEntireMessage();
}

void put(const Value& value, formats::Value* out) {
  if (const bool* flag = value.as_bool()) {
    out->set_flag(*flag);
  } else if (const std::int64_t* number = value.as_int()) {
    out->set_number(*number);
  } else if (const std::string* text = value.as_text()) {
    out->set_text(*text);
  } else if (const Value::List* list = value.as_list()) {
    formats::Value::List* items = out->mutable_list();
    items->mutable_items()->Reserve(static_cast<int>(list->size()));
    for (const Value& item : *list) put(item, items->add_items());
  } else if (const Value::Record* record = value.as_record()) {
    formats::Value::Record* members = out->mutable_record();
    members->mutable_names()->Reserve(static_cast<int>(record->size()));
    members->mutable_values()->Reserve(static_cast<int>(record->size()));
    for (const auto& [name, item] : *record) {
      members->add_names(name);
      put(item, members->add_values());
    }
  }
}

Value Reader::value(const formats::Value& in, int depth) {
  if (depth > kValueDepthMax) {
    error = "value too deep";
    return {};
  }
  switch (in.is_case()) {
    case formats::Value::kFlag:
      return in.flag();
    case formats::Value::kNumber:
      return in.number();
    case formats::Value::kText:
      return in.text();
    case formats::Value::kList: {
      Value::List list;
      list.reserve(static_cast<std::size_t>(in.list().items_size()));
      for (const formats::Value& item : in.list().items()) list.push_back(value(item, depth + 1));
      return list;
    }
    case formats::Value::kRecord: {
      Value::Record record;
      const auto& from = in.record();
      if (from.names_size() != from.values_size()) {
        error = "record with unequal names and values";
        return {};
      }
      for (int i = 0; i < from.names_size(); ++i) {
        record.emplace_hint(record.end(), from.names(i), value(from.values(i), depth + 1));
      }
      if (record.size() != static_cast<std::size_t>(from.names_size())) {
        error = "record with a repeated name";
      }
      return record;
    }
    case formats::Value::IS_NOT_SET:
      return {};
  }
  return {};
}

void put(const core::Account& account, formats::Account* out) {
  out->set_book(account.book);
  out->set_kind(account.kind);
  out->set_key(account.key);
}
core::Account Reader::account(const formats::Account& in) {
  return {.book = core::BookId{in.book()}, .kind = in.kind(), .key = in.key()};
}

#define BASHU_PUT_SHOWN(member, name) BASHU_PUT_MEMBER(member)
#define BASHU_READ_SHOWN(member, name) BASHU_READ_MEMBER(member)
#define BASHU_PASS(member)
#define BASHU_SHARED(Type, read)                                                               \
  void put(const core::Type& event, formats::Type* message){                                   \
      BASHU_FIELDS_##Type(BASHU_PUT_SHOWN, BASHU_PUT_MEMBER,                                   \
                          BASHU_PASS)} core::Type Reader::read(const formats::Type& message) { \
    core::Type event;                                                                          \
    Reader& reader = *this;                                                                    \
    BASHU_FIELDS_##Type(BASHU_READ_SHOWN, BASHU_READ_MEMBER, BASHU_PASS) return event;         \
  }
BASHU_SHARED(TaskRaised, task_raised)
BASHU_SHARED(MessageHeld, message_held)
BASHU_SHARED(PartyJoined, party_joined)
BASHU_SHARED(CalendarSet, calendar_set)
BASHU_SHARED(RequestRemembered, request_remembered)
BASHU_SHARED(PrincipalSet, principal_set)
BASHU_SHARED(PrincipalEnded, principal_ended)
BASHU_SHARED(ApprovalAsked, approval_asked)
BASHU_SHARED(SubstituteSet, substitute_set)
BASHU_SHARED(PrivacyOrdered, privacy_ordered)
BASHU_SHARED(PrivacyOrderEnded, privacy_order_ended)
BASHU_SHARED(ErasureAnswered, erasure_answered)

}  // namespace bashu::node::parts

#include "node/codec.h"

#include <google/protobuf/arena.h>

#include <cstring>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "core/event_fields.h"
#include "formats/event.pb.h"
#include "node/codec_members.h"
#include "node/feed_columns.h"

namespace bashu::node {

namespace {

using parts::Reader;
namespace pb = formats;

// Each event of the list into its place, and back.
#define BASHU_PUT_SHOWN(member, name) BASHU_PUT_MEMBER(member)
#define BASHU_READ_SHOWN(member, name) BASHU_READ_MEMBER(member)
#define BASHU_PASS(member)
#define BASHU_EVENT(Type, name)                                                        \
  void write(const core::Type& event, pb::Event& out) {                                \
    pb::Type* message = out.mutable_##name();                                          \
    BASHU_FIELDS_##Type(BASHU_PUT_SHOWN, BASHU_PUT_MEMBER, BASHU_PASS)                 \
  }                                                                                    \
  core::Event read([[maybe_unused]] Reader& reader, const pb::Type& message) {         \
    core::Type event;                                                                  \
    BASHU_FIELDS_##Type(BASHU_READ_SHOWN, BASHU_READ_MEMBER, BASHU_PASS) return event; \
  }
BASHU_EVENTS(BASHU_EVENT)
#undef BASHU_EVENT

void write(const core::FeedTaken& event, pb::Event& out) {
  put_feed(event, out.mutable_feed_taken());
}

core::Event read(Reader& reader, const pb::Event& in) {
  switch (in.what_case()) {
#define BASHU_EVENT(Type, name) \
  case pb::Event::k##Type:      \
    return read(reader, in.name());
    BASHU_EVENTS(BASHU_EVENT)
#undef BASHU_EVENT
    case pb::Event::kFeedTaken:
      return read_feed(reader, in.feed_taken());
    case pb::Event::WHAT_NOT_SET:
      break;
  }
  reader.error = "unknown event";
  return core::DayBegun{};
}

// The list names all of them but feeds.
#define BASHU_EVENT(Type, name) +1
static_assert(std::variant_size_v<core::Event> == 1 BASHU_EVENTS(BASHU_EVENT));
#undef BASHU_EVENT

std::string bytes_of(const google::protobuf::MessageLite& message) {
  std::string out;
  const bool written = message.SerializeToString(&out);
  BASHU_ASSERT(written);
  return out;
}

}  // namespace

std::string encode(const std::vector<core::Event>& events) {
  google::protobuf::Arena arena;
  auto* decision = google::protobuf::Arena::CreateMessage<pb::Decision>(&arena);
  decision->mutable_events()->Reserve(static_cast<int>(events.size()));
  for (const core::Event& event : events) {
    pb::Event& out = *decision->add_events();
    std::visit([&](const auto& one) { write(one, out); }, event);
  }
  return bytes_of(*decision);
}

std::expected<std::vector<core::Event>, std::string> decode(std::string_view bytes) {
  google::protobuf::Arena arena;
  auto* decision = google::protobuf::Arena::CreateMessage<pb::Decision>(&arena);
  if (!parts::parse(*decision, bytes)) return std::unexpected{"no decision"};
  Reader reader;
  std::vector<core::Event> events;
  events.reserve(static_cast<std::size_t>(decision->events_size()));
  for (const pb::Event& event : decision->events()) {
    events.push_back(read(reader, event));
    if (!reader.error.empty()) return std::unexpected{std::move(reader.error)};
  }
  return events;
}

std::string encode(const Genesis& genesis) {
  pb::Decision decision;
  pb::Genesis* out = decision.mutable_genesis();
  out->set_party(genesis.party);
  out->set_origin(genesis.origin);
  if (!genesis.predecessor.empty()) {
    out->set_predecessor(genesis.predecessor);
    out->set_predecessor_size(genesis.predecessor_size);
    out->set_predecessor_root(std::string{as_bytes(genesis.predecessor_root)});
  }
  return bytes_of(decision);
}

std::expected<Genesis, std::string> decode_genesis(std::string_view bytes) {
  pb::Decision decision;
  if (!parts::parse(decision, bytes) || !decision.has_genesis()) {
    return std::unexpected{"no genesis"};
  }
  const pb::Genesis& in = decision.genesis();
  Genesis genesis{.party = in.party(),
                  .origin = in.origin(),
                  .predecessor = in.predecessor(),
                  .predecessor_size = in.predecessor_size(),
                  .predecessor_root = {}};
  if (!in.predecessor_root().empty()) {
    if (in.predecessor_root().size() != genesis.predecessor_root.size()) {
      return std::unexpected{"predecessor's root has a wrong length"};
    }
    std::memcpy(genesis.predecessor_root.data(), in.predecessor_root().data(),
                genesis.predecessor_root.size());
  }
  return genesis;
}

}  // namespace bashu::node

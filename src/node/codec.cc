#include "node/codec.h"

#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>

#include <cstring>
#include <expected>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "formats/event.pb.h"
#include "node/codec_parts.h"

namespace bashu::node {

namespace parts {

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

}  // namespace parts

namespace {

using parts::put;
using parts::Reader;
namespace pb = formats;

// Names and texts, as in titles and the parties of a case.
template <typename Map, typename Repeated>
void put_pairs(const Map& map, Repeated* out) {
  for (const auto& [name, text] : map) {
    pb::TextPair* pair = out->Add();
    pair->set_name(name);
    pair->set_text(text);
  }
}
template <typename Map, typename Repeated>
void read_pairs(const Repeated& in, Map& out) {
  for (const pb::TextPair& pair : in) out.emplace_hint(out.end(), pair.name(), pair.text());
}
template <typename Repeated>
void put_texts(const std::vector<std::string>& texts, Repeated* out) {
  for (const std::string& text : texts) *out->Add() = text;
}
template <typename Repeated>
std::vector<std::string> read_texts(const Repeated& in) {
  return {in.begin(), in.end()};
}
Date day(std::int32_t days) { return Date::from_days(days); }

// A column of texts: one after the other, and their sizes.
template <typename Sizes>
void put_column(const std::string& text, std::string* texts, Sizes* sizes) {
  *texts += text;
  sizes->Add(static_cast<std::uint32_t>(text.size()));
}
class ColumnReader {
 public:
  explicit ColumnReader(std::string_view texts) : rest_{texts} {}
  bool take(std::uint32_t size, std::string& out) {
    if (size > rest_.size()) return false;
    out.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return true;
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace

namespace parts {

void put(const core::Account& account, pb::Account* out) {
  out->set_book(account.book);
  out->set_kind(account.kind);
  out->set_key(account.key);
}
core::Account Reader::account(const pb::Account& in) {
  return {.book = in.book(), .kind = in.kind(), .key = in.key()};
}

void put(const core::TaskRaised& event, pb::TaskRaised* out) {
  out->set_number(event.number);
  out->set_kind(static_cast<std::uint32_t>(event.kind));
  out->set_id(event.id);
  put_texts(event.roles, out->mutable_roles());
  put_pairs(event.title, out->mutable_title());
  out->set_detail(event.detail);
  out->set_on(event.on.days());
}
core::TaskRaised Reader::task_raised(const pb::TaskRaised& in) {
  core::TaskRaised event{.number = in.number(),
                         .kind = static_cast<core::TaskKind>(in.kind() & 0xff),
                         .id = in.id(),
                         .roles = read_texts(in.roles()),
                         .title = {},
                         .detail = in.detail(),
                         .on = day(in.on())};
  if (in.kind() > 0xff) error = "unknown kind of task";
  read_pairs(in.title(), event.title);
  return event;
}

void put(const core::MessageHeld& event, pb::MessageHeld* out) {
  out->set_from(event.from);
  out->set_seq(event.seq);
  out->set_kind(event.kind);
  out->set_stream(event.stream);
  out->set_pack(event.pack);
  out->set_reason(event.reason);
  if (!event.body.is_null()) put(event.body, out->mutable_body());
}
core::MessageHeld Reader::message_held(const pb::MessageHeld& in) {
  return {.from = in.from(),
          .seq = in.seq(),
          .kind = in.kind(),
          .stream = in.stream(),
          .pack = in.pack(),
          .reason = in.reason(),
          .body = value(in.body())};
}

void put(const core::PartyJoined& event, pb::PartyJoined* out) {
  out->set_party(event.party);
  out->set_member(event.member);
  out->set_offset_minutes(event.offset_minutes);
}
core::PartyJoined Reader::party_joined(const pb::PartyJoined& in) {
  return {.party = in.party(), .member = in.member(), .offset_minutes = in.offset_minutes()};
}

void put(const core::CalendarSet& event, pb::CalendarSet* out) {
  out->set_party(event.party);
  out->set_version(event.version);
  for (const Date date : event.holidays) out->add_holidays(date.days());
  for (const Date date : event.workdays) out->add_workdays(date.days());
}
core::CalendarSet Reader::calendar_set(const pb::CalendarSet& in) {
  core::CalendarSet event{
      .party = in.party(), .version = in.version(), .holidays = {}, .workdays = {}};
  for (const std::int32_t days : in.holidays()) event.holidays.push_back(day(days));
  for (const std::int32_t days : in.workdays()) event.workdays.push_back(day(days));
  return event;
}

void put(const core::RequestRemembered& event, pb::RequestRemembered* out) {
  out->set_principal(event.principal);
  out->set_key(event.key);
  out->set_digest(event.digest);
  if (!event.answer.is_null()) put(event.answer, out->mutable_answer());
  out->set_on(event.on.days());
}
core::RequestRemembered Reader::request_remembered(const pb::RequestRemembered& in) {
  return {.principal = in.principal(),
          .key = in.key(),
          .digest = in.digest(),
          .answer = value(in.answer()),
          .on = day(in.on())};
}

}  // namespace parts

namespace {

// Each put writes one event into its place; each read gives it back.

void put(const core::DayBegun& event, pb::Event& out) {
  out.mutable_day_begun()->set_day(event.day.days());
}
core::Event read(Reader& /*reader*/, const pb::DayBegun& in) {
  return core::DayBegun{.day = day(in.day())};
}

void put(const core::CaseOpened& event, pb::Event& to) {
  pb::CaseOpened* out = to.mutable_case_opened();
  out->set_id(event.id);
  out->set_pack(event.pack);
  out->set_service(event.service);
  put_pairs(event.parties, out->mutable_parties());
  out->set_parent(event.parent);
  out->set_opened_by(event.opened_by);
  out->set_on(event.on.days());
  out->set_number(event.number);
}
core::Event read(Reader& /*reader*/, const pb::CaseOpened& in) {
  core::CaseOpened event{.id = in.id(),
                         .pack = in.pack(),
                         .service = in.service(),
                         .parties = {},
                         .parent = in.parent(),
                         .opened_by = in.opened_by(),
                         .on = day(in.on()),
                         .number = in.number()};
  read_pairs(in.parties(), event.parties);
  return event;
}

void put(const core::CaseChanged& event, pb::Event& to) {
  pb::CaseChanged* out = to.mutable_case_changed();
  out->set_id(event.id);
  out->set_version(event.version);
  out->set_digest(event.digest);
  out->set_decided_by(event.decided_by);
  out->set_event(event.event);
  out->set_role(event.role);
  out->set_from(event.from);
  if (event.to) out->set_to(*event.to);
  out->set_branch(event.branch);
  if (!event.input.is_null()) put(event.input, out->mutable_input());
  if (!event.set.is_null()) put(event.set, out->mutable_set());
  out->set_on(event.on.days());
  out->set_principal(event.principal);
  if (!event.reads.is_null()) put(event.reads, out->mutable_reads());
  out->set_salt(event.salt);
}
core::Event read(Reader& reader, const pb::CaseChanged& in) {
  return core::CaseChanged{.id = in.id(),
                           .version = in.version(),
                           .digest = in.digest(),
                           .decided_by = in.decided_by(),
                           .event = in.event(),
                           .role = in.role(),
                           .from = in.from(),
                           .to = in.has_to() ? std::optional<std::string>{in.to()} : std::nullopt,
                           .branch = in.branch(),
                           .input = reader.value(in.input()),
                           .set = reader.value(in.set()),
                           .on = day(in.on()),
                           .principal = in.principal(),
                           .reads = reader.value(in.reads()),
                           .salt = in.salt()};
}

void put(const core::ClockSet& event, pb::Event& to) {
  pb::ClockSet* out = to.mutable_clock_set();
  out->set_id(event.id);
  out->set_clock(event.clock);
  out->set_used(event.used);
  if (event.since) out->set_since(event.since->days());
  if (event.due) out->set_due(event.due->days());
  out->set_fired(event.fired);
}
core::Event read(Reader& /*reader*/, const pb::ClockSet& in) {
  core::ClockSet event{.id = in.id(),
                       .clock = in.clock(),
                       .used = in.used(),
                       .since = {},
                       .due = {},
                       .fired = in.fired()};
  if (in.has_since()) event.since = day(in.since());
  if (in.has_due()) event.due = day(in.due());
  return event;
}

void put(const core::ClockAlarmed& event, pb::Event& to) {
  pb::ClockAlarmed* out = to.mutable_clock_alarmed();
  out->set_id(event.id);
  out->set_clock(event.clock);
  out->set_due(event.due.days());
}
core::Event read(Reader& /*reader*/, const pb::ClockAlarmed& in) {
  return core::ClockAlarmed{.id = in.id(), .clock = in.clock(), .due = day(in.due())};
}

void put(const core::Posted& event, pb::Event& to) {
  pb::Posted* out = to.mutable_posted();
  out->set_id(event.id);
  put(event.from, out->mutable_from());
  put(event.to, out->mutable_to());
  out->set_amount(event.amount);
  out->set_on(event.on.days());
}
core::Event read(Reader& reader, const pb::Posted& in) {
  return core::Posted{.id = in.id(),
                      .from = reader.account(in.from()),
                      .to = reader.account(in.to()),
                      .amount = in.amount(),
                      .on = day(in.on())};
}

void put(const core::RecordPut& event, pb::Event& to) {
  pb::RecordPut* out = to.mutable_record_put();
  out->set_reg(event.reg);
  out->set_key(event.key);
  out->set_keeper(event.keeper);
  out->set_side(event.side);
  if (!event.fields.is_null()) put(event.fields, out->mutable_fields());
  put_texts(event.sided, out->mutable_sided());
  out->set_on(event.on.days());
  out->set_id(event.id);
  put_texts(event.sides, out->mutable_sides());
}
core::Event read(Reader& reader, const pb::RecordPut& in) {
  return core::RecordPut{.reg = in.reg(),
                         .key = in.key(),
                         .keeper = in.keeper(),
                         .side = in.side(),
                         .fields = reader.value(in.fields()),
                         .sided = read_texts(in.sided()),
                         .on = day(in.on()),
                         .id = in.id(),
                         .sides = read_texts(in.sides())};
}

void put(const core::RecordContested& event, pb::Event& to) {
  pb::RecordContested* out = to.mutable_record_contested();
  out->set_reg(event.reg);
  out->set_key(event.key);
  out->set_keeper(event.keeper);
}
core::Event read(Reader& /*reader*/, const pb::RecordContested& in) {
  return core::RecordContested{.reg = in.reg(), .key = in.key(), .keeper = in.keeper()};
}

void put(const core::EditionPublished& event, pb::Event& to) {
  pb::EditionPublished* out = to.mutable_edition_published();
  out->set_reg(event.reg);
  out->set_keeper(event.keeper);
  out->set_name(event.name);
  out->set_number(event.number);
  out->set_on(event.on.days());
  for (const auto& [key, record] : event.entries) {
    pb::EditionPublished::Item* item = out->add_entries();
    item->set_key(key);
    if (!record.is_null()) put(record, item->mutable_record());
  }
  out->set_id(event.id);
}
core::Event read(Reader& reader, const pb::EditionPublished& in) {
  core::EditionPublished event{.reg = in.reg(),
                               .keeper = in.keeper(),
                               .name = in.name(),
                               .number = in.number(),
                               .on = day(in.on()),
                               .entries = {},
                               .id = in.id()};
  for (const auto& item : in.entries()) {
    event.entries.emplace_back(item.key(), reader.value(item.record()));
  }
  return event;
}

void put(const core::TaskRaised& event, pb::Event& out) { put(event, out.mutable_task_raised()); }
core::Event read(Reader& reader, const pb::TaskRaised& in) { return reader.task_raised(in); }

void put(const core::TaskClosed& event, pb::Event& out) {
  out.mutable_task_closed()->set_number(event.number);
}
core::Event read(Reader& /*reader*/, const pb::TaskClosed& in) {
  return core::TaskClosed{.number = in.number()};
}

void put(const core::SerialTaken& event, pb::Event& to) {
  pb::SerialTaken* out = to.mutable_serial_taken();
  out->set_name(event.name);
  out->set_key(event.key);
  out->set_value(event.value);
}
core::Event read(Reader& /*reader*/, const pb::SerialTaken& in) {
  return core::SerialTaken{.name = in.name(), .key = in.key(), .value = in.value()};
}

void put(const core::ChildNumbered& event, pb::Event& to) {
  pb::ChildNumbered* out = to.mutable_child_numbered();
  out->set_parent(event.parent);
  out->set_service(event.service);
  out->set_number(event.number);
}
core::Event read(Reader& /*reader*/, const pb::ChildNumbered& in) {
  return core::ChildNumbered{.parent = in.parent(), .service = in.service(), .number = in.number()};
}

void put(const core::MessageQueued& event, pb::Event& to) {
  pb::MessageQueued* out = to.mutable_message_queued();
  out->set_to(event.to);
  out->set_seq(event.seq);
  out->set_kind(event.kind);
  out->set_stream(event.stream);
  out->set_pack(event.pack);
  out->set_principal(event.principal);
}
core::Event read(Reader& /*reader*/, const pb::MessageQueued& in) {
  return core::MessageQueued{.to = in.to(),
                             .seq = in.seq(),
                             .kind = in.kind(),
                             .stream = in.stream(),
                             .pack = in.pack(),
                             .body = {},
                             .principal = in.principal()};
}

void put(const core::MessageAcked& event, pb::Event& to) {
  pb::MessageAcked* out = to.mutable_message_acked();
  out->set_to(event.to);
  out->set_seq(event.seq);
  out->set_outcome(event.outcome);
  out->set_reason(event.reason);
}
core::Event read(Reader& /*reader*/, const pb::MessageAcked& in) {
  return core::MessageAcked{
      .to = in.to(), .seq = in.seq(), .outcome = in.outcome(), .reason = in.reason()};
}

void put(const core::MessageTaken& event, pb::Event& to) {
  pb::MessageTaken* out = to.mutable_message_taken();
  out->set_from(event.from);
  out->set_seq(event.seq);
  out->set_id(event.id);
  out->set_kind(event.kind);
  out->set_stream(event.stream);
  out->set_outcome(event.outcome);
  out->set_reason(event.reason);
}
core::Event read(Reader& /*reader*/, const pb::MessageTaken& in) {
  return core::MessageTaken{.from = in.from(),
                            .seq = in.seq(),
                            .id = in.id(),
                            .kind = in.kind(),
                            .stream = in.stream(),
                            .outcome = in.outcome(),
                            .reason = in.reason()};
}

void put(const core::MessageHeld& event, pb::Event& out) { put(event, out.mutable_message_held()); }
core::Event read(Reader& reader, const pb::MessageHeld& in) { return reader.message_held(in); }

void put(const core::MessageResolved& event, pb::Event& to) {
  pb::MessageResolved* out = to.mutable_message_resolved();
  out->set_from(event.from);
  out->set_seq(event.seq);
  out->set_outcome(event.outcome);
  out->set_reason(event.reason);
}
core::Event read(Reader& /*reader*/, const pb::MessageResolved& in) {
  return core::MessageResolved{
      .from = in.from(), .seq = in.seq(), .outcome = in.outcome(), .reason = in.reason()};
}

void put(const core::StepParked& event, pb::Event& to) {
  pb::StepParked* out = to.mutable_step_parked();
  out->set_from(event.from);
  out->set_id(event.id);
  out->set_version(event.version);
  out->set_pack(event.pack);
  if (!event.body.is_null()) put(event.body, out->mutable_body());
}
core::Event read(Reader& reader, const pb::StepParked& in) {
  return core::StepParked{.from = in.from(),
                          .id = in.id(),
                          .version = in.version(),
                          .pack = in.pack(),
                          .body = reader.value(in.body())};
}

void put(const core::StepUnparked& event, pb::Event& to) {
  pb::StepUnparked* out = to.mutable_step_unparked();
  out->set_id(event.id);
  out->set_version(event.version);
}
core::Event read(Reader& /*reader*/, const pb::StepUnparked& in) {
  return core::StepUnparked{.id = in.id(), .version = in.version()};
}

void put(const core::PackAdopted& event, pb::Event& to) {
  pb::PackAdopted* out = to.mutable_pack_adopted();
  out->set_party(event.party);
  out->set_digest(event.digest);
  out->set_from(event.from.days());
  out->set_source(event.source);
}
core::Event read(Reader& /*reader*/, const pb::PackAdopted& in) {
  return core::PackAdopted{
      .party = in.party(), .digest = in.digest(), .from = day(in.from()), .source = in.source()};
}

void put(const core::PartyJoined& event, pb::Event& out) { put(event, out.mutable_party_joined()); }
core::Event read(Reader& reader, const pb::PartyJoined& in) { return reader.party_joined(in); }

void put(const core::RecordSigned& event, pb::Event& to) {
  pb::RecordSigned* out = to.mutable_record_signed();
  out->set_what(event.what);
  out->set_party(event.party);
  out->set_edition(event.edition);
  out->set_record(event.bytes);
}
core::Event read(Reader& /*reader*/, const pb::RecordSigned& in) {
  return core::RecordSigned{
      .what = in.what(), .party = in.party(), .edition = in.edition(), .bytes = in.record()};
}

void put(const core::CalendarSet& event, pb::Event& out) { put(event, out.mutable_calendar_set()); }
core::Event read(Reader& reader, const pb::CalendarSet& in) { return reader.calendar_set(in); }

void put(const core::CaseDisputed& event, pb::Event& to) {
  pb::CaseDisputed* out = to.mutable_case_disputed();
  out->set_id(event.id);
  out->set_by(event.by);
  out->set_reason(event.reason);
  out->set_detail(event.detail);
  out->set_content(event.content);
}
core::Event read(Reader& /*reader*/, const pb::CaseDisputed& in) {
  return core::CaseDisputed{.id = in.id(),
                            .by = in.by(),
                            .reason = in.reason(),
                            .detail = in.detail(),
                            .content = in.content()};
}

void put(const core::SettlementSigned& event, pb::Event& to) {
  pb::SettlementSigned* out = to.mutable_settlement_signed();
  out->set_id(event.id);
  out->set_by(event.by);
  out->set_content(event.content);
  out->set_note(event.note);
}
core::Event read(Reader& /*reader*/, const pb::SettlementSigned& in) {
  return core::SettlementSigned{
      .id = in.id(), .by = in.by(), .content = in.content(), .note = in.note()};
}

void put(const core::DisputeEnded& event, pb::Event& out) {
  out.mutable_dispute_ended()->set_id(event.id);
}
core::Event read(Reader& /*reader*/, const pb::DisputeEnded& in) {
  return core::DisputeEnded{.id = in.id()};
}

void put(const core::RequestRemembered& event, pb::Event& out) {
  put(event, out.mutable_request_remembered());
}
core::Event read(Reader& reader, const pb::RequestRemembered& in) {
  return reader.request_remembered(in);
}

void put(const core::ChannelStopped& event, pb::Event& to) {
  pb::ChannelStopped* out = to.mutable_channel_stopped();
  out->set_peer(event.peer);
  out->set_reason(event.reason);
}
core::Event read(Reader& /*reader*/, const pb::ChannelStopped& in) {
  return core::ChannelStopped{.peer = in.peer(), .reason = in.reason()};
}

void put(const core::AskAnswered& event, pb::Event& to) {
  pb::AskAnswered* out = to.mutable_ask_answered();
  out->set_id(event.id);
  out->set_seq(event.seq);
  out->set_principal(event.principal);
  out->set_outcome(event.outcome);
  out->set_reason(event.reason);
}
core::Event read(Reader& /*reader*/, const pb::AskAnswered& in) {
  return core::AskAnswered{.id = in.id(),
                           .seq = in.seq(),
                           .principal = in.principal(),
                           .outcome = in.outcome(),
                           .reason = in.reason()};
}

void put(const core::MonthStated& event, pb::Event& to) {
  pb::MonthStated* out = to.mutable_month_stated();
  put(event.account, out->mutable_account());
  out->set_month(event.month);
}
core::Event read(Reader& reader, const pb::MonthStated& in) {
  return core::MonthStated{.account = reader.account(in.account()), .month = in.month()};
}

void put(const core::FigureTold& event, pb::Event& to) {
  pb::FigureTold* out = to.mutable_figure_told();
  out->set_from(event.from);
  out->set_pack(event.pack);
  if (!event.body.is_null()) put(event.body, out->mutable_body());
  out->set_on(event.on.days());
}
core::Event read(Reader& reader, const pb::FigureTold& in) {
  return core::FigureTold{
      .from = in.from(), .pack = in.pack(), .body = reader.value(in.body()), .on = day(in.on())};
}

// Lists what repeats within one batch. The tables point into the event being encoded.
class FeedWriter {
 public:
  explicit FeedWriter(pb::FeedTaken& out) : out_{out} {}

  void write(const core::FeedTaken& event) {
    out_.set_feed(event.feed);
    reserve(event);
    for (const core::FeedLine& line : event.lines) {
      put_column(line.key, out_.mutable_keys(), out_.mutable_key_sizes());
      out_.add_posting_counts(static_cast<std::uint32_t>(line.postings.size()));
      out_.add_record_counts(static_cast<std::uint32_t>(line.records.size()));
      all_one_ = all_one_ && line.postings.size() == 1;
      no_records_ = no_records_ && line.records.empty();
      for (const core::Posted& posting : line.postings) write(posting);
      for (std::size_t i = 0; i < line.records.size(); ++i) write(line.records[i], i);
    }
    if (all_one_) out_.clear_posting_counts();
    if (no_records_) out_.clear_record_counts();
    if (cases_.empty()) out_.clear_posting_cases();
  }

 private:
  struct AccountHash {
    std::size_t operator()(const core::Account* account) const {
      const std::hash<std::string_view> hash;
      return hash(account->key) * 31 + hash(account->kind) * 7 + hash(account->book);
    }
  };
  struct AccountSame {
    bool operator()(const core::Account* a, const core::Account* b) const { return *a == *b; }
  };

  void reserve(const core::FeedTaken& event) {
    std::size_t postings = 0, key_bytes = 0;
    for (const core::FeedLine& line : event.lines) {
      postings += line.postings.size();
      key_bytes += line.key.size();
    }
    const int lines = static_cast<int>(event.lines.size());
    out_.mutable_keys()->reserve(key_bytes);
    out_.mutable_key_sizes()->Reserve(lines);
    out_.mutable_posting_counts()->Reserve(lines);
    out_.mutable_record_counts()->Reserve(lines);
    const int count = static_cast<int>(postings);
    out_.mutable_from()->Reserve(count);
    out_.mutable_to()->Reserve(count);
    out_.mutable_amounts()->Reserve(count);
    out_.mutable_days()->Reserve(count);
    out_.mutable_posting_cases()->Reserve(count);
  }

  void write(const core::Posted& posting) {
    out_.add_from(index(posting.from, last_from_));
    out_.add_to(index(posting.to, last_to_));
    out_.add_amounts(posting.amount);
    out_.add_days(posting.on.days());
    out_.add_posting_cases(posting.id.empty() ? 0 : case_index(posting.id));
  }

  // One side of the postings of a feed is often the same account line after line.
  struct Last {
    const core::Account* account = nullptr;
    std::uint32_t index = 0;
  };
  std::uint32_t index(const core::Account& account, Last& last) {
    if (last.account && *last.account == account) return last.index;
    const auto [it, added] =
        accounts_.try_emplace(&account, static_cast<std::uint32_t>(accounts_.size()));
    if (added) put(account, out_.add_accounts());
    last = {.account = &account, .index = it->second};
    return it->second;
  }

  std::uint32_t case_index(const std::string& id) {
    const auto [it, added] =
        cases_.try_emplace(std::string_view{id}, static_cast<std::uint32_t>(cases_.size() + 1));
    if (added) *out_.add_cases() = id;
    return it->second;
  }

  void write(const core::RecordPut& record, std::size_t place) {
    out_.add_record_heads(head_index(record, place));
    put_column(record.key, out_.mutable_record_keys(), out_.mutable_record_key_sizes());
    out_.add_record_days(record.on.days());
    if (const Value::Record* fields = record.fields.as_record()) {
      for (const auto& [name, value] : *fields) put(value, out_.add_record_values());
    } else {
      put(record.fields, out_.add_record_values());
    }
  }

  static bool same_head(const core::RecordPut& a, const core::RecordPut& b) {
    const Value::Record* left = a.fields.as_record();
    const Value::Record* right = b.fields.as_record();
    if (!left != !right || a.reg != b.reg || a.keeper != b.keeper || a.side != b.side ||
        a.id != b.id || a.sided != b.sided || a.sides != b.sides) {
      return false;
    }
    return !left || std::equal(left->begin(), left->end(), right->begin(), right->end(),
                               [](const auto& x, const auto& y) { return x.first == y.first; });
  }

  // Records at one place of a line mostly have one head; beyond that the search is short, and it
  // is bounded so that a batch of many heads stays linear.
  std::uint32_t head_index(const core::RecordPut& record, std::size_t place) {
    constexpr std::size_t kSearchMax = 16;
    if (place >= head_at_.size()) head_at_.resize(place + 1, 0);
    if (head_at_[place] < heads_.size() && same_head(*heads_[head_at_[place]], record)) {
      return head_at_[place];
    }
    const std::size_t from = heads_.size() > kSearchMax ? heads_.size() - kSearchMax : 0;
    for (std::size_t i = from; i < heads_.size(); ++i) {
      if (same_head(*heads_[i], record)) return head_at_[place] = static_cast<std::uint32_t>(i);
    }
    heads_.push_back(&record);
    pb::FeedTaken::RecordHead* head = out_.add_heads();
    head->set_reg(record.reg);
    head->set_keeper(record.keeper);
    head->set_side(record.side);
    head->set_id(record.id);
    put_texts(record.sided, head->mutable_sided());
    put_texts(record.sides, head->mutable_sides());
    if (const Value::Record* fields = record.fields.as_record()) {
      for (const auto& member : *fields) head->add_names(member.first);
    } else {
      head->set_whole(true);
    }
    return head_at_[place] = static_cast<std::uint32_t>(heads_.size() - 1);
  }

  pb::FeedTaken& out_;
  std::unordered_map<const core::Account*, std::uint32_t, AccountHash, AccountSame> accounts_;
  std::unordered_map<std::string_view, std::uint32_t> cases_;
  std::vector<const core::RecordPut*> heads_;
  std::vector<std::uint32_t> head_at_;
  Last last_from_, last_to_;
  bool all_one_ = true, no_records_ = true;
};

void put(const core::FeedTaken& event, pb::Event& out) {
  FeedWriter{*out.mutable_feed_taken()}.write(event);
}

// Checks every column against the others before it is followed.
class FeedReader {
 public:
  FeedReader(Reader& reader, const pb::FeedTaken& in)
      : reader_{reader}, in_{in}, keys_{in.keys()}, record_keys_{in.record_keys()} {}

  core::Event read() {
    core::FeedTaken event{.feed = in_.feed(), .lines = {}};
    if (!columns_agree()) return bad();
    for (const pb::Account& account : in_.accounts()) accounts_.push_back(reader_.account(account));
    event.lines.resize(static_cast<std::size_t>(in_.key_sizes_size()));
    for (int i = 0; i < in_.key_sizes_size(); ++i) {
      core::FeedLine& line = event.lines[static_cast<std::size_t>(i)];
      if (!keys_.take(in_.key_sizes(i), line.key)) return bad();
      const std::uint32_t postings = in_.posting_counts_size() == 0 ? 1 : in_.posting_counts(i);
      const std::uint32_t records = in_.record_counts_size() == 0 ? 0 : in_.record_counts(i);
      if (postings > static_cast<std::uint32_t>(in_.from_size() - posting_)) return bad();
      line.postings.resize(postings);
      for (core::Posted& posting : line.postings) {
        if (!read(posting)) return bad();
      }
      if (records > static_cast<std::uint32_t>(in_.record_heads_size() - record_)) return bad();
      line.records.resize(records);
      for (core::RecordPut& record : line.records) {
        if (!read(record)) return bad();
      }
    }
    const bool complete = keys_.done() && record_keys_.done() && posting_ == in_.from_size() &&
                          record_ == in_.record_heads_size() && value_ == in_.record_values_size();
    return complete ? core::Event{std::move(event)} : bad();
  }

 private:
  [[nodiscard]] bool columns_agree() const {
    const auto fits = [](int size, int wanted) { return size == 0 || size == wanted; };
    const int lines = in_.key_sizes_size(), postings = in_.from_size();
    const int records = in_.record_heads_size();
    return fits(in_.posting_counts_size(), lines) && fits(in_.record_counts_size(), lines) &&
           in_.to_size() == postings && in_.amounts_size() == postings &&
           in_.days_size() == postings && fits(in_.posting_cases_size(), postings) &&
           in_.record_key_sizes_size() == records && in_.record_days_size() == records;
  }
  core::Event bad() {
    reader_.error = "columns of a feed that do not agree";
    return core::FeedTaken{};
  }
  bool read(core::Posted& posting) {
    const std::uint32_t from = in_.from(posting_), to = in_.to(posting_);
    if (from >= accounts_.size() || to >= accounts_.size()) return false;
    posting.from = accounts_[from];
    posting.to = accounts_[to];
    posting.amount = in_.amounts(posting_);
    posting.on = day(in_.days(posting_));
    if (in_.posting_cases_size() != 0) {
      const std::uint32_t of = in_.posting_cases(posting_);
      if (of > static_cast<std::uint32_t>(in_.cases_size())) return false;
      if (of > 0) posting.id = in_.cases(static_cast<int>(of - 1));
    }
    ++posting_;
    return true;
  }
  bool read(core::RecordPut& record) {
    const std::uint32_t which = in_.record_heads(record_);
    if (which >= static_cast<std::uint32_t>(in_.heads_size())) return false;
    const pb::FeedTaken::RecordHead& head = in_.heads(static_cast<int>(which));
    record.reg = head.reg();
    record.keeper = head.keeper();
    record.side = head.side();
    record.id = head.id();
    record.sided = read_texts(head.sided());
    record.sides = read_texts(head.sides());
    record.on = day(in_.record_days(record_));
    if (!record_keys_.take(in_.record_key_sizes(record_), record.key)) return false;
    const int values = head.whole() ? 1 : head.names_size();
    if (values > in_.record_values_size() - value_) return false;
    if (head.whole()) {
      record.fields = reader_.value(in_.record_values(value_));
    } else {
      Value::Record fields;
      for (int i = 0; i < values; ++i) {
        fields.emplace_hint(fields.end(), head.names(i),
                            reader_.value(in_.record_values(value_ + i)));
      }
      if (fields.size() != static_cast<std::size_t>(values)) return false;
      record.fields = std::move(fields);
    }
    value_ += values;
    ++record_;
    return true;
  }

  Reader& reader_;
  const pb::FeedTaken& in_;
  ColumnReader keys_, record_keys_;
  std::vector<core::Account> accounts_;
  int posting_ = 0, record_ = 0, value_ = 0;
};

core::Event read(Reader& reader, const pb::FeedTaken& in) { return FeedReader{reader, in}.read(); }

// An event more needs its put, its read, its case below and its Meter line.
static_assert(std::variant_size_v<core::Event> == 33);

core::Event read(Reader& reader, const pb::Event& in) {
  switch (in.what_case()) {
    case pb::Event::kDayBegun:
      return read(reader, in.day_begun());
    case pb::Event::kCaseOpened:
      return read(reader, in.case_opened());
    case pb::Event::kCaseChanged:
      return read(reader, in.case_changed());
    case pb::Event::kClockSet:
      return read(reader, in.clock_set());
    case pb::Event::kClockAlarmed:
      return read(reader, in.clock_alarmed());
    case pb::Event::kPosted:
      return read(reader, in.posted());
    case pb::Event::kRecordPut:
      return read(reader, in.record_put());
    case pb::Event::kRecordContested:
      return read(reader, in.record_contested());
    case pb::Event::kEditionPublished:
      return read(reader, in.edition_published());
    case pb::Event::kTaskRaised:
      return read(reader, in.task_raised());
    case pb::Event::kTaskClosed:
      return read(reader, in.task_closed());
    case pb::Event::kSerialTaken:
      return read(reader, in.serial_taken());
    case pb::Event::kChildNumbered:
      return read(reader, in.child_numbered());
    case pb::Event::kMessageQueued:
      return read(reader, in.message_queued());
    case pb::Event::kMessageAcked:
      return read(reader, in.message_acked());
    case pb::Event::kMessageTaken:
      return read(reader, in.message_taken());
    case pb::Event::kMessageHeld:
      return read(reader, in.message_held());
    case pb::Event::kMessageResolved:
      return read(reader, in.message_resolved());
    case pb::Event::kStepParked:
      return read(reader, in.step_parked());
    case pb::Event::kStepUnparked:
      return read(reader, in.step_unparked());
    case pb::Event::kPackAdopted:
      return read(reader, in.pack_adopted());
    case pb::Event::kPartyJoined:
      return read(reader, in.party_joined());
    case pb::Event::kRecordSigned:
      return read(reader, in.record_signed());
    case pb::Event::kCalendarSet:
      return read(reader, in.calendar_set());
    case pb::Event::kCaseDisputed:
      return read(reader, in.case_disputed());
    case pb::Event::kSettlementSigned:
      return read(reader, in.settlement_signed());
    case pb::Event::kDisputeEnded:
      return read(reader, in.dispute_ended());
    case pb::Event::kFeedTaken:
      return read(reader, in.feed_taken());
    case pb::Event::kRequestRemembered:
      return read(reader, in.request_remembered());
    case pb::Event::kChannelStopped:
      return read(reader, in.channel_stopped());
    case pb::Event::kAskAnswered:
      return read(reader, in.ask_answered());
    case pb::Event::kMonthStated:
      return read(reader, in.month_stated());
    case pb::Event::kFigureTold:
      return read(reader, in.figure_told());
    case pb::Event::WHAT_NOT_SET:
      break;
  }
  reader.error = "unknown event";
  return core::DayBegun{};
}

std::string bytes_of(const google::protobuf::MessageLite& message) {
  std::string out;
  const bool written = message.SerializeToString(&out);
  BASHU_ASSERT(written);
  return out;
}

// Upper bounds: a field has at most 12 bytes of tag and length beside its content.
class Meter {
 public:
  Weight weight;

  void add(const std::string& text) { weight.bytes += 12 + text.size(); }
  void add(const core::Account& account) {
    add(account.book);
    add(account.kind);
    add(account.key);
  }
  template <typename T>
  void add(const std::vector<T>& list) {
    for (const T& item : list) add(item);
  }
  template <typename A, typename B>
  void add(const std::pair<A, B>& pair) {
    weight.bytes += 12;
    add(pair.first);
    add(pair.second);
  }
  void add(const Title& map) {
    for (const auto& [name, text] : map) {
      weight.bytes += 12;
      add(name);
      add(text);
    }
  }
  void add(Date /*date*/) { weight.bytes += 12; }
  void add(const Value& value) { add(value, 1); }
  void add(const Value& value, int depth) {
    weight.bytes += 24;
    weight.depth = std::max(weight.depth, depth);
    if (depth > kValueDepthMax) return;
    if (const std::string* text = value.as_text()) {
      weight.bytes += text->size();
    } else if (const Value::List* list = value.as_list()) {
      for (const Value& item : *list) add(item, depth + 1);
    } else if (const Value::Record* record = value.as_record()) {
      for (const auto& [name, item] : *record) {
        add(name);
        add(item, depth + 1);
      }
    }
  }
  template <typename... Parts>
  void all(const Parts&... part) {
    weight.bytes += 80;  // frame and numbers
    (add(part), ...);
  }

  void event(const core::DayBegun& /*e*/) { all(); }
  void event(const core::CaseOpened& e) {
    all(e.id, e.pack, e.service, e.parties, e.parent, e.opened_by);
  }
  void event(const core::CaseChanged& e) {
    all(e.id, e.digest, e.decided_by, e.event, e.role, e.from, e.input, e.set, e.principal, e.reads,
        e.salt);
    if (e.to) add(*e.to);
  }
  void event(const core::ClockSet& e) { all(e.id, e.clock); }
  void event(const core::ClockAlarmed& e) { all(e.id, e.clock); }
  void event(const core::Posted& e) { all(e.id, e.from, e.to); }
  void event(const core::RecordPut& e) {
    all(e.reg, e.key, e.keeper, e.side, e.fields, e.sided, e.id, e.sides);
  }
  void event(const core::RecordContested& e) { all(e.reg, e.key, e.keeper); }
  void event(const core::EditionPublished& e) { all(e.reg, e.keeper, e.name, e.entries, e.id); }
  void event(const core::TaskRaised& e) { all(e.id, e.roles, e.title, e.detail); }
  void event(const core::TaskClosed& /*e*/) { all(); }
  void event(const core::SerialTaken& e) { all(e.name, e.key); }
  void event(const core::ChildNumbered& e) { all(e.parent, e.service); }
  void event(const core::MessageQueued& e) { all(e.to, e.kind, e.stream, e.pack, e.principal); }
  void event(const core::MessageAcked& e) { all(e.to, e.outcome, e.reason); }
  void event(const core::MessageTaken& e) {
    all(e.from, e.id, e.kind, e.stream, e.outcome, e.reason);
  }
  void event(const core::MessageHeld& e) {
    all(e.from, e.kind, e.stream, e.pack, e.reason, e.body);
  }
  void event(const core::MessageResolved& e) { all(e.from, e.outcome, e.reason); }
  void event(const core::StepParked& e) { all(e.from, e.id, e.pack, e.body); }
  void event(const core::StepUnparked& e) { all(e.id); }
  void event(const core::PackAdopted& e) { all(e.party, e.digest, e.source); }
  void event(const core::PartyJoined& e) { all(e.party); }
  void event(const core::RecordSigned& e) { all(e.what, e.party, e.bytes); }
  void event(const core::CalendarSet& e) { all(e.party, e.holidays, e.workdays); }
  void event(const core::CaseDisputed& e) { all(e.id, e.by, e.reason, e.detail, e.content); }
  void event(const core::SettlementSigned& e) { all(e.id, e.by, e.content, e.note); }
  void event(const core::DisputeEnded& e) { all(e.id); }
  void event(const core::FeedTaken& e) {
    all(e.feed);
    weight.events += e.lines.size();
    for (const core::FeedLine& line : e.lines) {
      weight.bytes += 24 + line.key.size();
      for (const core::Posted& posting : line.postings) {
        weight.bytes += 48 + posting.id.size();
        // Listed once each, but nothing says so beforehand.
        weight.bytes += posting.from.book.size() + posting.from.kind.size() +
                        posting.from.key.size() + posting.to.book.size() + posting.to.kind.size() +
                        posting.to.key.size();
      }
      for (const core::RecordPut& record : line.records) event(record);
    }
  }
  void event(const core::RequestRemembered& e) { all(e.principal, e.key, e.digest, e.answer); }
  void event(const core::ChannelStopped& e) { all(e.peer, e.reason); }
  void event(const core::AskAnswered& e) { all(e.id, e.principal, e.outcome, e.reason); }
  void event(const core::MonthStated& e) { all(e.account, e.month); }
  void event(const core::FigureTold& e) { all(e.from, e.pack, e.body); }
};

}  // namespace

std::string encode(const std::vector<core::Event>& events) {
  google::protobuf::Arena arena;
  auto* decision = google::protobuf::Arena::CreateMessage<pb::Decision>(&arena);
  decision->mutable_events()->Reserve(static_cast<int>(events.size()));
  for (const core::Event& event : events) {
    pb::Event& out = *decision->add_events();
    std::visit([&](const auto& one) { put(one, out); }, event);
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

Weight weigh(const std::vector<core::Event>& events) {
  Meter meter;
  meter.weight.events = events.size();
  for (const core::Event& event : events) {
    std::visit([&](const auto& one) { meter.event(one); }, event);
  }
  return meter.weight;
}

}  // namespace bashu::node

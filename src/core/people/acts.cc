// What waits for a second person, as the journal keeps it.

#include <utility>
#include <vector>

#include "core/people/people.h"

namespace bashu::core {

namespace {

template <typename Text = std::string>
std::vector<Text> texts_of(const Value& value, std::string_view name) {
  std::vector<Text> texts;
  const Value* member = value.find(name);
  const Value::List* list = member ? member->as_list() : nullptr;
  if (!list) return texts;
  for (const Value& item : *list) {
    if (item.as_text()) texts.emplace_back(*item.as_text());
  }
  return texts;
}

Value value_of(const ResolveHeld& act) {
  return Value::Record{{"kind", "held"},
                       {"from", act.from},
                       {"seq", act.seq},
                       {"reject", act.reject},
                       {"note", act.note}};
}

Value value_of(const SetPrincipal& act) {
  const PrincipalSet& who = act.who;
  Value::Record record{{"kind", "principal"},         {"id", who.id},
                       {"version", who.version},      {"person", who.person},
                       {"roles", list_of(who.roles)}, {"divisions", list_of(who.divisions)},
                       {"may", list_of(who.may)},     {"subjects", list_of(who.subjects)},
                       {"proof", who.proof},          {"provider", who.provider}};
  if (!who.name.is_null()) record["name"] = who.name;
  if (who.until) record["until"] = who.until->text();
  return record;
}

Value value_of(const StartChannel& act) {
  return Value::Record{
      {"kind", "channel"}, {"peer", act.peer}, {"stopped", act.stopped}, {"note", act.note}};
}

Value value_of(const OrderPrivacy& act) {
  const PrivacyOrdered& order = act.order;
  Value::Record record{{"kind", "privacy"},
                       {"order", order.kind},
                       {"subject", order.subject},
                       {"reason", order.reason},
                       {"cases", list_of(order.cases)},
                       {"records", list_of(order.records)},
                       {"keys", list_of(order.keys)},
                       {"from", order.from},
                       {"asked", order.asked}};
  if (order.until) record["until"] = order.until->text();
  return record;
}

Value value_of(const EndOrder& act) {
  return Value::Record{{"kind", "privacy_end"}, {"number", act.number}, {"reason", act.reason}};
}

Value value_of(const AdoptPack& act) {
  Value::Record record{{"kind", "pack"}, {"source", act.source}};
  if (act.from) record["from"] = act.from->text();
  return record;
}

Value value_of(const AdoptEditions& act) {
  return Value::Record{{"kind", std::string{kEditionsKind}}, {"file", act.file}};
}

Value::List days_of(const std::vector<Date>& days) {
  Value::List list;
  for (const Date day : days) list.emplace_back(day.text());
  return list;
}

Value value_of(const SetCalendar& act) {
  return Value::Record{{"kind", "calendar"},
                       {"party", act.calendar.party},
                       {"version", act.calendar.version},
                       {"replaces", act.replaces},
                       {"holidays", days_of(act.calendar.holidays)},
                       {"workdays", days_of(act.calendar.workdays)}};
}

std::vector<Date> read_days(const Value& value, std::string_view name) {
  std::vector<Date> days;
  for (const std::string& text : texts_of(value, name)) {
    if (const auto day = Date::parse(text)) days.push_back(*day);
  }
  return days;
}

SetCalendar read_calendar(const Value& value) {
  SetCalendar act;
  act.calendar.party = PartyId{value.text_at("party")};
  act.calendar.version = value.int_at("version");
  act.calendar.holidays = read_days(value, "holidays");
  act.calendar.workdays = read_days(value, "workdays");
  act.replaces = value.int_at("replaces");
  return act;
}

OrderPrivacy read_order(const Value& value) {
  OrderPrivacy act;
  PrivacyOrdered& order = act.order;
  order.kind = value.text_at("order");
  order.subject = value.text_at("subject");
  order.reason = value.text_at("reason");
  order.cases = texts_of<CaseId>(value, "cases");
  order.records = texts_of(value, "records");
  order.keys = texts_of(value, "keys");
  order.from = PartyId{value.text_at("from")};
  order.asked = value.int_at("asked");
  order.until = Date::parse(value.text_at("until"));
  return act;
}

}  // namespace

Value act_value(const Act& act) {
  return std::visit([](const auto& one) { return value_of(one); }, act);
}

std::optional<Act> read_act(const Value& value) {
  const std::string kind = value.text_at("kind");
  if (kind == "held") {
    ResolveHeld act;
    act.from = PartyId{value.text_at("from")};
    act.seq = value.int_at("seq");
    act.reject = value.bool_at("reject");
    act.note = value.text_at("note");
    return act;
  }
  if (kind == "channel") {
    StartChannel act;
    act.peer = PartyId{value.text_at("peer")};
    act.stopped = value.text_at("stopped");
    act.note = value.text_at("note");
    return act;
  }
  if (kind == "privacy") return read_order(value);
  if (kind == "calendar") return read_calendar(value);
  if (kind == "pack") {
    AdoptPack act;
    act.source = value.text_at("source");
    act.from = Date::parse(value.text_at("from"));
    return act;
  }
  if (kind == kEditionsKind) {
    const Value* file = value.find("file");
    return AdoptEditions{.file = file ? *file : Value{}};
  }
  if (kind == "privacy_end") {
    EndOrder act;
    act.number = value.int_at("number");
    act.reason = value.text_at("reason");
    return act;
  }
  if (kind != "principal") return std::nullopt;
  SetPrincipal act;
  PrincipalSet& who = act.who;
  who.id = value.text_at("id");
  who.version = value.int_at("version");
  who.person = value.text_at("person");
  if (const Value* name = value.find("name")) who.name = *name;
  who.roles = texts_of(value, "roles");
  who.divisions = texts_of(value, "divisions");
  who.may = texts_of(value, "may");
  who.subjects = texts_of(value, "subjects");
  who.proof = value.text_at("proof");
  who.provider = value.text_at("provider");
  who.until = Date::parse(value.text_at("until"));
  return act;
}

}  // namespace bashu::core

#include "api/subjects.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "api/handlers.h"
#include "api/reading.h"
#include "base/ids.h"
#include "core/privacy/privacy.h"

namespace bashu::api {

namespace {

constexpr std::size_t kReadsMax = 200;  // of one case

void collect(const Value& value, const std::string& path, std::vector<SealedAt>& into) {
  if (const Value::List* list = value.as_list()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      collect((*list)[i], path + "[" + std::to_string(i) + "]", into);
    }
    return;
  }
  const Value::Record* record = value.as_record();
  if (!record) return;
  if (value.find("$sealed")) {
    if (std::string key = value.text_at("dek"); !key.empty())
      into.push_back({path, std::move(key)});
    return;
  }
  for (const auto& [name, member] : *record) {
    collect(member, path.empty() ? name : path + "." + name, into);
  }
}

// What earlier steps wrote and later ones replaced is sealed in the journal still.
std::expected<void, Problem> add_earlier(const Call& call, SubjectPlace& place) {
  const auto steps = call.views->history(place.case_id);
  if (!steps) return std::unexpected{problem_of(steps.error())};
  std::set<std::string> seen;
  for (const SealedAt& one : place.values) seen.insert(one.key);
  for (const views::StepRow& step : *steps) {
    std::vector<SealedAt> found;
    for (const Value* value : {&step.input, &step.set}) {
      collect(*value, std::to_string(step.version), found);
    }
    for (SealedAt& one : found) {
      if (seen.insert(one.key).second) place.values.push_back(std::move(one));
    }
  }
  return {};
}

SubjectPlace place_of(const core::State& state, const core::Case& c) {
  SubjectPlace place{.case_id = c.id,
                     .record = {},
                     .pack = c.pack,
                     .service = c.service,
                     .parties = {},
                     .values = {}};
  if (const auto row = state.circle().packs.find(c.pack);
      row != state.circle().packs.end() && row->second.pack) {
    place.pack = row->second.pack->name;
  }
  std::set<std::string> parties;
  for (const auto& [role, party] : c.parties) parties.insert(party);
  place.parties = {parties.begin(), parties.end()};
  collect(c.data, "data", place.values);
  return place;
}

Value standing_of(node::Vault& vault, const Shelf& shelf, const SealedAt& value) {
  Value::Record one{{"path", value.path}, {"key", value.key}, {"standing", "kept"}};
  if (const auto erased = vault.erased(value.key)) {
    one["standing"] = "erased";
    one["order"] = erased->order;
    one["on"] = erased->on.text();
  } else if (!vault.key(value.key)) {
    one["standing"] = "missing";
  } else if (const auto it = shelf.restricted.find(value.key); it != shelf.restricted.end()) {
    one["standing"] = "restricted";
    one["order"] = it->second;
  }
  return one;
}

bool is_case(Context& context, std::string_view id) {
  bool is = false;
  context.node.query([&](const core::State& state) { is = state.find_case(id) != nullptr; });
  return is;
}

bool concerns(const core::PrivacyOrdered& order, const Subject& subject) {
  const auto holds = [](const auto& list, const std::string& one) {
    return std::ranges::find(list, one) != list.end();
  };
  return order.subject == subject.name ||
         std::ranges::any_of(subject.places, [&](const SubjectPlace& place) {
           return (!place.case_id.empty() && holds(order.cases, place.case_id)) ||
                  (!place.record.empty() && holds(order.records, place.record));
         });
}

Value::Record told(Context& context, const Subject& subject) {
  const auto shelf = context.shelves.now();
  Value::List places;
  for (const SubjectPlace& place : subject.places) {
    Value::List values;
    for (const SealedAt& value : place.values) {
      values.push_back(standing_of(context.node.vault(), *shelf, value));
    }
    Value::Record one{
        {"pack", place.pack}, {"parties", list_of(place.parties)}, {"values", std::move(values)}};
    if (!place.service.empty()) one["service"] = place.service;
    one[place.case_id.empty() ? "record" : "case"] =
        place.case_id.empty() ? place.record : place.case_id;
    places.push_back(std::move(one));
  }
  Value::List orders;
  for (const auto& [number, order] : orders_of(context.node)) {
    if (concerns(order.order, subject)) orders.push_back(order_value(order, shelf->today));
  }
  return {{"subject", subject.name},
          {"places", std::move(places)},
          {"keys", subject.keys(context.node.vault()).size()},
          {"orders", std::move(orders)}};
}

// The one the body names; the search is accounted for.
std::expected<Subject, Problem> asked_for(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  const auto body = json_body(call, {"subject"});
  if (!body) return std::unexpected{body.error()};
  const auto told = text_member(*body, "subject");
  if (!told) return std::unexpected{told.error()};
  auto subject = find_subject(context, call, *told);
  if (!subject) return subject;
  if (auto noted = account_for(context, call, "privacy/" + subject->name); !noted) {
    return std::unexpected{noted.error()};
  }
  return subject;
}

}  // namespace

std::vector<core::CaseId> Subject::cases() const {
  std::vector<core::CaseId> list;
  for (const SubjectPlace& place : places) {
    if (!place.case_id.empty()) list.emplace_back(place.case_id);
  }
  return list;
}

std::vector<std::string> Subject::records() const {
  std::vector<std::string> list;
  for (const SubjectPlace& place : places) {
    if (!place.record.empty()) list.push_back(place.record);
  }
  return list;
}

std::vector<std::string> Subject::keys(node::Vault& vault) const {
  std::set<std::string> keys;
  for (const SubjectPlace& place : places) {
    for (const SealedAt& value : place.values) {
      if (vault.key(value.key)) keys.insert(value.key);
    }
  }
  return {keys.begin(), keys.end()};
}

std::expected<Subject, Problem> find_subject(Context& context, const Call& call,
                                             std::string_view told) {
  Subject subject{.name = std::string{told}, .places = {}};
  std::vector<std::string> names{subject.name};
  if (!told.starts_with("t:") && !is_case(context, told)) {
    auto known = names_of_person(context, normal_person(told));
    if (!known) return std::unexpected{known.error()};
    names = *std::move(known);
  }
  context.node.query([&](const core::State& state) {
    if (const core::Case* c = state.find_case(told)) {
      subject.places.push_back(place_of(state, *c));
      return;
    }
    std::set<std::string> found;
    const auto mentioned = [&](const Value& value, std::string_view key) {
      bool any = false;
      for (const std::string& name : names) {
        if (key != name && !core::mentions(value, name)) continue;
        found.insert(name);
        any = true;
      }
      return any;
    };
    state.each_case([&](const core::Case& c) {
      if (mentioned(c.data, {})) subject.places.push_back(place_of(state, c));
    });
    state.each_record(
        [&](const core::RegisterId& reg, const std::string& key, const core::Record& record) {
          if (!mentioned(record.fields, key)) return;
          SubjectPlace place{.case_id = {},
                             .record = reg + "/" + key,
                             .pack = reg.substr(0, reg.find('/')),
                             .service = {},
                             .parties = {record.keeper},
                             .values = {}};
          collect(record.fields, "fields", place.values);
          subject.places.push_back(std::move(place));
        });
    // The newest that stands somewhere; the places of all are named beside it.
    const auto newest =
        std::ranges::find_if(names, [&](const std::string& name) { return found.contains(name); });
    subject.name = newest == names.end() ? names.front() : *newest;
  });
  for (SubjectPlace& place : subject.places) {
    if (place.case_id.empty()) continue;
    if (auto added = add_earlier(call, place); !added) return std::unexpected{added.error()};
  }
  return subject;
}

Prepared find_subject(Context& context, const Call& call) {
  const auto subject = asked_for(context, call);
  if (!subject) return std::unexpected{subject.error()};
  return json_response(told(context, *subject));
}

// For the person: what is kept, what is not any more, and who read it.
Prepared report_subject(Context& context, const Call& call) {
  const auto subject = asked_for(context, call);
  if (!subject) return std::unexpected{subject.error()};
  Value::Record report = told(context, *subject);
  Value::List reads;
  for (const SubjectPlace& place : subject->places) {
    const std::string about = place.case_id.empty() ? place.record : place.case_id;
    for (Value& line : accesses_of(context.dir, about, kReadsMax)) {
      for (const char* part : {"n", "prev", "tag"}) line.as_record()->erase(part);
      reads.push_back(std::move(line));
    }
  }
  report["reads"] = std::move(reads);
  report["party"] = context.node.identity().party;
  report["on"] = context.node.clock().today().text();
  return json_response(std::move(report));
}

}  // namespace bashu::api

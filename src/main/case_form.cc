#include "main/case_form.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "base/json.h"
#include "http/message.h"
#include "main/client.h"
#include "node/files.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

Exit fail(const Console& console, std::string_view key, const texts::Places& places) {
  const std::string text = texts::text(console.language, key, places);
  return console.fail(text, text);
}

template <typename T>
std::string names_of(const packs::Named<T>& items) {
  std::string names;
  for (const auto& [name, item] : items) names += (names.empty() ? "" : ", ") + name;
  return names;
}

std::string names_of(const std::vector<packs::Member>& fields) {
  std::string names;
  for (const packs::Member& field : fields) names += (names.empty() ? "" : ", ") + field.name;
  return names;
}

std::vector<packs::Member> fields_of(const packs::Service& service, const packs::EventDef& event) {
  std::vector<packs::Member> fields;
  for (const std::string& name : event.form) {
    const auto field = std::ranges::find(service.fields, name, &packs::Member::name);
    if (field != service.fields.end()) fields.push_back(*field);
  }
  return fields;
}

std::unexpected<Unread> unread(const std::string& where, std::string_view key,
                               const texts::Places& places) {
  return std::unexpected{Unread{.where = where, .why = texts::title(key, places)}};
}

std::expected<Value::Record, Exit> read_json(const Console& console, const std::string& given) {
  std::string text = given;
  if (text.starts_with('@')) {
    auto file = node::read_file(text.substr(1));
    if (!file) return std::unexpected{console.fail(file.error())};
    text = std::move(*file);
  }
  auto parsed = parse_json(text);
  if (parsed && parsed->as_record()) return std::move(*parsed->as_record());
  return std::unexpected{
      console.fail("--with-json: not a JSON object", "--with-json：不是 JSON 对象")};
}

}  // namespace

std::expected<std::vector<packs::Member>, Exit> fields_of_start(const Console& console,
                                                                const Remote& remote,
                                                                const std::string& pack,
                                                                const std::string& service) {
  const auto held = held_pack(console, remote, pack);
  if (!held) return std::unexpected{held.error()};
  const packs::Service* of = packs::find((*held)->services, service);
  if (of) return fields_of(*of, of->start.event);
  return std::unexpected{
      fail(console, "values.no_service",
           {{"pack", pack}, {"service", service}, {"services", names_of((*held)->services)}})};
}

std::vector<packs::Member> fields_of_case(const Console& console, const Remote& remote,
                                          const Value& read) {
  const auto held = held_pack(console, remote, read.text_at("pack_digest", read.text_at("pack")));
  const packs::Service* service =
      held ? packs::find((*held)->services, read.text_at("service")) : nullptr;
  return service ? service->fields : std::vector<packs::Member>{};
}

std::expected<std::vector<packs::Member>, Exit> fields_of_step(const Console& console,
                                                               const Remote& remote,
                                                               const std::string& id,
                                                               const std::string& event) {
  const auto found = call(console, remote, {.path = "/cases/" + http::percent_encode(id)});
  if (!found) return std::unexpected{found.error()};
  const auto held =
      held_pack(console, remote, found->text_at("pack_digest", found->text_at("pack")));
  if (!held) return std::unexpected{held.error()};
  const packs::Service* service = packs::find((*held)->services, found->text_at("service"));
  const packs::StateDef* state =
      service ? packs::find(service->states, found->text_at("state")) : nullptr;
  const packs::EventDef* step = state ? packs::find(state->events, event) : nullptr;
  if (step) return fields_of(*service, *step);
  return std::unexpected{fail(console, "values.no_event",
                              {{"state", found->text_at("state")},
                               {"event", event},
                               {"events", state ? names_of(state->events) : ""}})};
}

std::expected<Value::Record, Unread> read_fields(const std::vector<packs::Member>& fields,
                                                 const std::vector<std::string>& given) {
  Value::Record record;
  for (const std::string& item : given) {
    const std::size_t equals = item.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return unread("--with", "values.no_equals", {{"text", item}});
    }
    const std::string name = item.substr(0, equals);
    const auto called = fields_called(fields, name);
    if (called.empty()) {
      return unread("--with", "values.no_field", {{"name", name}, {"fields", names_of(fields)}});
    }
    if (called.size() > 1) {
      return unread("--with", "values.two_fields", {{"name", name}, {"fields", names_of(fields)}});
    }
    const packs::Member& field = *called.front();
    auto value = read_typed(*field.type, field.name, item.substr(equals + 1));
    if (!value) return std::unexpected{value.error()};
    if (!record.emplace(field.name, std::move(*value)).second) {
      return unread("--with", "values.given_twice", {{"name", field.name}});
    }
  }
  return record;
}

std::expected<Value, Exit> read_form(const Console& console, const CaseForm& form,
                                     const AskFields& fields) {
  Value::Record record;
  if (!form.with_json.empty()) {
    auto read = read_json(console, form.with_json);
    if (!read) return std::unexpected{read.error()};
    record = std::move(*read);
  }
  if (form.with.empty()) return Value{std::move(record)};
  const auto known = fields();
  if (!known) return std::unexpected{known.error()};
  auto read = read_fields(*known, form.with);
  if (!read) {
    const std::string text =
        read.error().where + ": " + in_language(read.error().why, console.language);
    return std::unexpected{console.fail(text, text)};
  }
  for (auto& [name, value] : *read) record.insert_or_assign(name, std::move(value));
  return Value{std::move(record)};
}

}  // namespace bashu::cli

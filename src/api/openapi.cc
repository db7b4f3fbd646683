// The OpenAPI 3.1 document: the routes, and a schema for every form, line and record of the packs
// held here.
//
//     components.schemas  PACK.SERVICE.start   the body that starts a case
//                         PACK.SERVICE.STATE.EVENT
//                         PACK.feed.FEED, PACK.register.REGISTER
//     paths               as in routes.cc; feeds and registers also by their names

#include <algorithm>
#include <set>
#include <utility>

#include "api/answer_forms.h"
#include "api/clearing_forms.h"
#include "api/handlers.h"
#include "api/query.h"
#include "api/routes.h"
#include "base/json.h"
#include "packs/json_schema.h"

namespace bashu::api {

namespace {

Value text_schema() { return Value::Record{{"type", "string"}}; }
Value number_schema() { return Value::Record{{"type", "integer"}, {"minimum", 0}}; }
Value flag_schema() { return Value::Record{{"enum", Value::List{"true", "false"}}}; }
Value date_schema() { return Value::Record{{"type", "string"}, {"format", "date"}}; }

Value schema_of(Parameter::Is is) {
  switch (is) {
    case Parameter::Is::number:
      return number_schema();
    case Parameter::Is::flag:
      return flag_schema();
    case Parameter::Is::date:
      return date_schema();
    case Parameter::Is::rows:
      return Value::Record{{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}};
    case Parameter::Is::minutes:
      return Value::Record{{"type", "integer"}, {"minimum", 1}, {"maximum", 1440}};
    case Parameter::Is::clock:
      return Value::Record{{"type", "string"}, {"pattern", "^[0-4]?[0-9]:[0-5]?[0-9]$"}};
    default:
      return Value::Record{{"type", "string"}, {"minLength", 1}};
  }
}

Value ref(std::string_view kind, std::string_view name) {
  return Value::Record{{"$ref", "#/components/" + std::string{kind} + "/" + std::string{name}}};
}

Value object(Value::Record properties, Value::List required) {
  Value::Record schema{
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

// A form: its fields out of those of the service, without those that the node fills in.
Value form_schema(const packs::Pack& pack, const packs::Service& service,
                  const std::vector<std::string>& form) {
  std::vector<packs::Member> members;
  for (const std::string& name : without_computed(pack, service, form)) {
    const auto it = std::ranges::find(service.fields, name, &packs::Member::name);
    if (it != service.fields.end()) members.push_back(*it);
  }
  return packs::json_schema(members, packs::Sealed::refused);
}

Value choice_of(const std::set<std::string>& names) {
  return Value::Record{{"enum", list_of(names)}};
}

std::string by_name(const packs::StateDef* state, const packs::By& by) {
  return !state || by.party == state->owner ? by.role : by.party + "." + by.role;
}

// `owner`: null for a start, whose roles are always the owner's.
std::set<std::string> roles_of(const packs::EventDef& event, const packs::StateDef* state) {
  std::set<std::string> roles;
  for (const packs::By& by : event.by) {
    if (by.role != "system" && !by.role.empty()) roles.insert(by_name(state, by));
  }
  return roles;
}

Value titles(const Title& title) {
  Value::Record record;
  for (const auto& [language, text] : title) record.emplace(language, text);
  return record;
}

void describe(Value& schema, const Title& title) {
  schema.as_record()->insert_or_assign("title", in_language(title, "en"));
  schema.as_record()->insert_or_assign("x-titles", titles(title));
}

struct Document {
  Value::Record schemas, paths;
  Value::List starts, events, feeds, imports;  // references
};

void add_service(Document& document, const packs::Pack& pack, const std::string& name,
                 const packs::Service& service) {
  const std::string prefix = pack.name + "." + name + ".";
  if (const auto roles = roles_of(service.start.event, nullptr); !roles.empty()) {
    Value::Record parties;
    Value::List all;
    for (const packs::PartyDef& party : service.parties) {
      parties.emplace(party.name, text_schema());
      all.emplace_back(party.name);
    }
    Value::Record properties{{"pack", Value::Record{{"enum", Value::List{pack.name, pack.digest}}}},
                             {"service", Value::Record{{"enum", Value::List{name}}}},
                             {"role", choice_of(roles)},
                             {"with", form_schema(pack, service, service.start.event.form)}};
    Value::List required{"service", "role"};
    if (service.parent.empty()) {
      properties["parties"] = object(std::move(parties), std::move(all));
      required.emplace_back("pack");
      required.emplace_back("parties");
    } else {
      properties["parent"] = text_schema();
      required.emplace_back("parent");
    }
    Value schema = object(std::move(properties), std::move(required));
    describe(schema, service.title);
    document.schemas.emplace(prefix + "start", std::move(schema));
    document.starts.push_back(ref("schemas", prefix + "start"));
  }
  for (const auto& [state_name, state] : service.states) {
    for (const auto& [event_name, event] : state.events) {
      const auto roles = roles_of(event, &state);
      if (roles.empty()) continue;
      Value schema = object({{"role", choice_of(roles)},
                             {"version", Value::Record{{"type", "integer"}}},
                             {"with", form_schema(pack, service, event.form)}},
                            {"role"});
      describe(schema, event.title);
      const std::string full = prefix + state_name + "." + event_name;
      document.schemas.emplace(full, std::move(schema));
      document.events.push_back(ref("schemas", full));
    }
  }
}

void add_batches(Document& document, const packs::Pack& pack) {
  const auto batch = [](const char* member, const std::string& line) {
    return Value::Record{{"type", "array"},
                         {"items", ref("schemas", line)},
                         {"minItems", 1},
                         {"maxItems", 10'000},
                         {"description", member}};
  };
  for (const auto& [name, feed] : pack.feeds) {
    const std::string line = pack.name + ".feed." + name;
    Value schema = packs::json_schema(*feed.line, packs::Sealed::refused);
    describe(schema, feed.title);
    document.schemas.emplace(line, std::move(schema));
    const std::set<std::string> roles{feed.by.begin(), feed.by.end()};
    document.schemas.emplace(
        line + ".batch",
        object({{"role", choice_of(roles)}, {"lines", batch("lines", line)}}, {"role", "lines"}));
    document.feeds.push_back(ref("schemas", line + ".batch"));
  }
  for (const auto& [name, reg] : pack.registers) {
    const std::string record = pack.name + ".register." + name;
    Value schema = packs::json_schema(*reg.record, packs::Sealed::refused);
    describe(schema, reg.title);
    document.schemas.emplace(record, std::move(schema));
    document.schemas.emplace(record + ".batch",
                             object({{"records", batch("records", record)}}, {"records"}));
    document.imports.push_back(ref("schemas", record + ".batch"));
  }
}

Value one_of(const Value::List& list) {
  if (list.empty()) return Value::Record{{"type", "object"}};
  return Value::Record{{"anyOf", list}};
}

Value json_content(Value schema) {
  return Value::Record{{"application/json", Value::Record{{"schema", std::move(schema)}}}};
}

// Bodies about keys and accounts.
std::optional<Value> people_body(std::string_view path) {
  const auto list = [] {
    return Value{Value::Record{{"type", "array"}, {"items", text_schema()}}};
  };
  Value::Record properties{{"name", text_schema()},
                           {"person", text_schema()},
                           {"roles", Value::Record{{"type", "object"}}},
                           {"divisions", list()},
                           {"may", list()},
                           {"subjects", list()},
                           {"persons", list()},
                           {"until", date_schema()}};
  if (path == "/keys/{id}" || path == "/users/{id}") {
    properties["version"] = number_schema();
    return object(std::move(properties), {});
  }
  if (path == "/users/{id}/password") return object({{"password", text_schema()}}, {});
  if (path != "/keys" && path != "/users") return std::nullopt;
  properties["id"] = text_schema();
  if (path == "/users") {
    properties["password"] = text_schema();
    properties["openid"] =
        object({{"issuer", text_schema()}, {"subject", text_schema()}}, {"issuer", "subject"});
  }
  return object(std::move(properties), {"id", "name"});
}

// What orders about personal values take.
std::optional<Value> privacy_body(std::string_view path) {
  if (path == "/privacy/reads") return object({{"person", text_schema()}}, {"person"});
  if (path == "/privacy/find" || path == "/privacy/report") {
    return object({{"subject", text_schema()}}, {"subject"});
  }
  if (path == "/privacy/orders") {
    return object({{"kind", Value::Record{{"enum", Value::List{"erase", "hold", "restrict"}}}},
                   {"subject", text_schema()},
                   {"reason", text_schema()},
                   {"until", date_schema()},
                   {"asked", Value::Record{{"type", "integer"}, {"minimum", 1}}}},
                  {"kind", "reason"});
  }
  if (path == "/privacy/orders/{number}/end") {
    return object({{"reason", text_schema()}}, {"reason"});
  }
  return std::nullopt;
}

// Of what changes nothing, and of a document that comes in pieces, but for the pieces.
std::optional<Value> other_body(std::string_view path) {
  if (path == "/figures/try") {
    return object({{"pack", text_schema()}, {"figure", text_schema()}, {"as_of", date_schema()}},
                  {"pack", "figure"});
  }
  if (path == "/search/persons") return object({{"person", text_schema()}}, {"person"});
  if (path == "/documents/uploads") {
    return object({{"name", text_schema()}, {"media", text_schema()}, {"size", number_schema()}},
                  {"name", "media", "size"});
  }
  if (path == "/documents/uploads/{upload}/finish") {
    return object({{"sha256", text_schema()}}, {"sha256"});
  }
  return std::nullopt;
}

// Of questions and disputes.
std::optional<Value> dispute_body(std::string_view path) {
  if (path == "/cases/{id}/settle") {
    return object({{"content", text_schema()}, {"note", text_schema()}}, {"content", "note"});
  }
  if (path == "/cases/{id}/claims") {
    return object({{"version", number_schema()}, {"to", text_schema()}}, {"version"});
  }
  return std::nullopt;
}

// What a write takes; nullopt: no body.
std::optional<Value> request_body(const Document& document, std::string_view path) {
  const auto json = [](Value schema) {
    return Value{Value::Record{{"required", true}, {"content", json_content(std::move(schema))}}};
  };
  if (path == "/cases") return json(one_of(document.starts));
  if (path == "/cases/{id}/events/{event}") return json(one_of(document.events));
  if (path == "/packs/{pack}/feeds/{feed}") return json(one_of(document.feeds));
  if (path == "/packs/{pack}/registers/{register}/records") return json(one_of(document.imports));
  if (path == "/packs/{pack}/registers/{register}/settle") {
    return json(object({{"key", text_schema()},
                        {"keeper", text_schema()},
                        {"yields", text_schema()},
                        {"content", text_schema()},
                        {"note", text_schema()}},
                       {"key", "keeper", "content", "note"}));
  }
  const auto person = [] { return Value{Value::Record{{"type", Value::List{"string", "null"}}}}; };
  if (path == "/cases/{id}/assign") {
    return json(object({{"to", person()}, {"note", text_schema()}}, {"to"}));
  }
  if (path == "/substitutes") {
    return json(object({{"person", text_schema()},
                        {"substitute", person()},
                        {"from", date_schema()},
                        {"until", date_schema()}},
                       {"substitute"}));
  }
  if (path == "/held/{party}/{seq}") {
    return json(object({{"reject", Value::Record{{"type", "boolean"}}}, {"note", text_schema()}},
                       {"note"}));
  }
  if (path == "/promote") return json(object({}, {}));
  if (path == "/restored/release") return json(object({{"note", text_schema()}}, {"note"}));
  if (path == "/channels/{party}/start") {
    return json(object({{"note", text_schema()}}, {"note"}));
  }
  if (path == "/session") {
    return json(
        object({{"user", text_schema()}, {"password", text_schema()}}, {"user", "password"}));
  }
  if (path == "/notices") {
    return json(object({{"address", text_schema()},
                        {"language", Value::Record{{"enum", Value::List{"en", "zh"}}}}},
                       {"address"}));
  }
  if (path == "/notices/confirm") return json(object({{"code", text_schema()}}, {"code"}));
  if (path == "/session/password") {
    return json(
        object({{"current", text_schema()}, {"password", text_schema()}}, {"current", "password"}));
  }
  if (path == "/calendars") {
    const auto list_of = [](Value item) {
      return Value{Value::Record{{"type", "array"}, {"items", std::move(item)}}};
    };
    return json(object({{"party", text_schema()},
                        {"version", number_schema()},
                        {"years", list_of(number_schema())},
                        {"holidays", list_of(date_schema())},
                        {"workdays", list_of(date_schema())}},
                       {"party"}));
  }
  if (auto body = people_body(path)) return json(std::move(*body));
  if (auto body = privacy_body(path)) return json(std::move(*body));
  if (auto body = dispute_body(path)) return json(std::move(*body));
  if (auto body = other_body(path)) return json(std::move(*body));
  if (path == "/clock") return json(object({{"today", date_schema()}}, {"today"}));
  const auto raw = [](std::initializer_list<const char*> media) {
    Value::Record content;
    for (const char* one : media) content.emplace(one, Value::Record{});
    return Value{Value::Record{{"required", true}, {"content", std::move(content)}}};
  };
  if (path == "/packs") return raw({"application/json", "application/yaml"});
  if (path == "/circle/editions") return raw({"application/json"});
  if (path == "/documents") return raw({"*/*"});
  if (path == "/documents/uploads/{upload}") return raw({"application/octet-stream"});
  return std::nullopt;
}

Value answer_content(std::string_view method, std::string_view path) {
  if (path == "/journal/proof/{position}") {
    return Value::Record{{"text/x.tlog.proof", Value::Record{}}};
  }
  if (path == "/journal/checkpoint") return Value::Record{{"text/plain", Value::Record{}}};
  if (path == "/changes") return Value::Record{{"text/event-stream", Value::Record{}}};
  if (path == "/packs/{pack}/report.pdf") {
    return Value::Record{{"application/pdf", Value::Record{}}};
  }
  if (path == "/packs/{pack}/report.xlsx") {
    return Value::Record{
        {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Value::Record{}}};
  }
  if (path == "/clearing/{id}/differences.csv" || path == "/clearing/{id}/flows.csv") {
    return Value::Record{{"text/csv", Value::Record{}}};
  }
  if (path == "/clearing/{id}/order.xml") {
    return Value::Record{{"application/xml", Value::Record{}}};
  }
  if (path == "/documents/{sha256}") return Value::Record{{"*/*", Value::Record{}}};
  return json_content(answer_form(method, path).value_or(Value::Record{{"type", "object"}}));
}

std::string lower(std::string_view method) {
  std::string out{method};
  for (char& c : out) c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string operation_id(const Route& route) {
  std::string id = lower(route.method);
  for (const char c : route.path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) id += c;
    if (!plain && id.back() != '_') id += '_';
  }
  return id;
}

void add_paths(Document& document) {
  for (const Route& route : routes()) {
    std::string path{route.path};
    std::erase(path, '+');
    Value::List parameters;
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
      const std::size_t end = path.find('}', at);
      parameters.push_back(Value::Record{{"name", path.substr(at + 1, end - at - 1)},
                                         {"in", "path"},
                                         {"required", true},
                                         {"schema", text_schema()}});
    }
    std::string_view query = route.query == kAnyQuery ? "" : route.query;
    while (!query.empty()) {
      const std::size_t space = query.find(' ');
      parameters.push_back(ref("parameters", query.substr(0, space)));
      query.remove_prefix(space == std::string_view::npos ? query.size() : space + 1);
    }
    if (route.method == "POST") parameters.push_back(ref("parameters", "Idempotency-Key"));
    if (path == "/documents") parameters.push_back(ref("parameters", "X-Document-Name"));
    const bool made = path == "/documents" || path == "/documents/uploads" || path == "/cases";
    const char* status = route.method == "DELETE"         ? "204"
                         : route.method == "POST" && made ? "201"
                                                          : "200";
    Value::Record operation{
        {"operationId", operation_id(route)},
        {"summary", route.what},
        {"responses",
         Value::Record{{status, Value::Record{{"description", route.what},
                                              {"content", answer_content(route.method, path)}}},
                       {"default", ref("responses", "Problem")}}}};
    if (!parameters.empty()) operation["parameters"] = std::move(parameters);
    if (route.open) operation["security"] = Value::List{};
    if (route.method == "POST") {
      if (auto body = request_body(document, path)) operation["requestBody"] = std::move(*body);
    }
    Value& item = document.paths.try_emplace(path, Value::Record{}).first->second;
    item.as_record()->emplace(lower(route.method), std::move(operation));
  }
}

}  // namespace

Value openapi_document(const std::vector<const HeldPack*>& held) {
  Document document;
  for (const HeldPack* one : held) {
    if (!one->in_force) continue;
    const packs::Pack& pack = *one->pack;
    for (const auto& [name, service] : pack.services) add_service(document, pack, name, service);
    add_batches(document, pack);
  }
  add_paths(document);
  document.schemas.merge(answer_parts());
  document.schemas.emplace(
      "Problem",
      Value::Record{
          {"type", "object"},
          {"required", Value::List{"type", "status", "code", "title"}},
          {"properties",
           Value::Record{{"type", text_schema()},
                         {"status", Value::Record{{"type", "integer"}}},
                         {"code", text_schema()},
                         {"number", Value::Record{{"type", "integer"}}},
                         {"title", text_schema()},
                         {"detail", text_schema()},
                         {"errors", Value::Record{{"type", "array"},
                                                  {"items", object({{"where", text_schema()},
                                                                    {"why", text_schema()}},
                                                                   {"where", "why"})}}}}}});
  Value::Record parameters;
  for (const Parameter& parameter : query_parameters()) {
    parameters.emplace(parameter.name, Value::Record{{"name", parameter.name},
                                                     {"in", "query"},
                                                     {"description", parameter.what},
                                                     {"schema", schema_of(parameter.is)}});
  }
  parameters.emplace(
      "Idempotency-Key",
      Value::Record{{"name", "Idempotency-Key"},
                    {"in", "header"},
                    {"description", "the same key and request are done once"},
                    {"schema", Value::Record{{"type", "string"}, {"maxLength", 200}}}});
  parameters.emplace("X-Document-Name",
                     Value::Record{{"name", "X-Document-Name"},
                                   {"in", "header"},
                                   {"required", true},
                                   {"description", "name of the file, percent-encoded UTF-8"},
                                   {"schema", text_schema()}});
  const Value problem{Value::Record{
      {"description", "why it was not done, in Chinese or English by Accept-Language"},
      {"content", Value::Record{{"application/problem+json",
                                 Value::Record{{"schema", ref("schemas", "Problem")}}}}}}};
  return Value::Record{
      {"openapi", "3.1.0"},
      {"info", Value::Record{{"title", "Bashu"}, {"version", BASHU_VERSION}}},
      {"servers", Value::List{Value::Record{{"url", kPrefix}}}},
      {"security", Value::List{Value::Record{{"key", Value::List{}}},
                               Value::Record{{"session", Value::List{}}}}},
      {"paths", std::move(document.paths)},
      {"components",
       Value::Record{
           {"schemas", std::move(document.schemas)},
           {"parameters", std::move(parameters)},
           {"responses", Value::Record{{"Problem", problem}}},
           {"securitySchemes",
            Value::Record{{"key", Value::Record{{"type", "http"}, {"scheme", "bearer"}}},
                          {"session", Value::Record{{"type", "apiKey"},
                                                    {"in", "cookie"},
                                                    {"name", "__Host-bashu-session"}}}}}}}};
}

Result show_openapi(Context& context, const Call& /*call*/) {
  const auto shelf = context.shelves.now();
  const std::vector<const HeldPack*> held = shelf->list();
  std::string of;
  for (const HeldPack* one : held) of += one->pack->digest + (one->in_force ? "+" : "-");
  const std::lock_guard lock{context.mutex};
  if (context.openapi.empty() || context.openapi_of != of) {
    context.openapi = canonical_json(openapi_document(held)) + "\n";
    context.openapi_of = std::move(of);
  }
  return http::text_response(200, "application/json", context.openapi);
}

}  // namespace bashu::api

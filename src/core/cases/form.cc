#include "core/cases/form.h"

#include <algorithm>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bashu::core {

std::expected<Value, Reject> fill_form(const packs::Service& service,
                                       const std::vector<std::string>& form, const Value& given) {
  const Value::Record* values = given.as_record();
  if (!values) return refuse(Why::fields_expected);
  for (const auto& [name, value] : *values) {
    if (std::ranges::find(form, name) == form.end()) {
      return refuse_at("with." + name, Why::unexpected_field, joined(form));
    }
  }
  Value::Record filled;
  for (const std::string& name : form) {
    const packs::Type* type = service.field(name);
    const auto it = values->find(name);
    if (it == values->end()) {
      if (type->optional) continue;
      return refuse_at("with." + name, Why::field_required, type->title);
    }
    if (auto error = packs::check(*type, it->second, "with." + name)) {
      return refuse_form(std::move(*error));
    }
    filled[name] = it->second;
  }
  return Value{std::move(filled)};
}

Result check_needed(const packs::Service& service, const std::vector<std::string>& form,
                    const Value& data, CaseScope& scope) {
  for (const auto& [name, condition] : service.needed) {
    if (std::ranges::find(form, name) == form.end() || data.find(name)) continue;
    const auto needed = packs::evaluate_bool(*condition, scope);
    if (needed && *needed) {
      return refuse_at("with." + name, Why::field_required, service.field(name)->title);
    }
  }
  return {};
}

namespace {

bool exists(const Deciding& d, const Definition& of, const std::string& to,
            const std::string& key) {
  if (const auto slash = to.find('/'); slash != std::string::npos) {
    const std::string_view pack = std::string_view{to}.substr(0, slash);
    const bool held = std::ranges::any_of(d.circle().packs, [&](const auto& row) {
      return row.second.pack && row.second.pack->name == pack;
    });
    return !held || d.draft.find_record(to, key);
  }
  if (packs::find(of.pack->registers, to)) {
    return d.draft.find_record(of.pack->name + "/" + to, key) != nullptr;
  }
  const Case* c = d.draft.find_case(key);
  return c && c->service == to;
}

}  // namespace

Result check_refs(const Deciding& d, const Definition& of, const Value& input) {
  for (const auto& [name, value] : *input.as_record()) {
    const packs::Type* type = of.service->field(name);
    const std::string* key = value.as_text();
    if (!type || type->kind != packs::Kind::ref || !key) continue;
    if (!exists(d, of, type->ref_to, *key)) {
      return refuse_at("with." + name, Why::no_such_target, type->ref_to, *key);
    }
  }
  return {};
}

}  // namespace bashu::core

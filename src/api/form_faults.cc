#include "api/form_faults.h"

#include <algorithm>
#include <utility>

#include "api/identifiers.h"
#include "texts/texts.h"

namespace bashu::api {

std::vector<Problem::Part> form_faults(const packs::Service& service,
                                       const std::vector<std::string>& form, const Value& given) {
  std::vector<Problem::Part> faults;
  if (!given.as_record()) return faults;
  const Value values = normalised(service.fields, given);
  std::string names;
  for (const std::string& name : form) {
    names += (names.empty() ? "" : ", ") + name;
    const packs::Type* type = service.field(name);
    const Value* value = values.find(name);
    if (!type || (!value && type->optional)) continue;
    if (!value) {
      faults.push_back({.where = "with." + name,
                        .why = texts::title("refusal.field_required", {{"field", type->title}})});
    } else if (auto error = packs::check(*type, *value, "with." + name)) {
      faults.push_back({.where = std::move(error->path), .why = std::move(error->why)});
    }
  }
  for (const auto& [name, value] : *values.as_record()) {
    if (std::ranges::find(form, name) != form.end()) continue;
    faults.push_back({.where = "with." + name,
                      .why = texts::title("refusal.unexpected_field", {{"fields", names}})});
  }
  return faults;
}

std::vector<std::string> form_of(const packs::Service& service, std::string_view event) {
  const packs::EventDef* found = nullptr;
  for (const auto& [name, state] : service.states) {
    const packs::EventDef* def = packs::find(state.events, event);
    if (found && def && def->form != found->form) return {};
    if (def) found = def;
  }
  return found ? found->form : std::vector<std::string>{};
}

void tell_all(Problem& problem, const std::vector<Problem::Part>& faults) {
  const bool of_form = problem.code == reject_name(RejectCode::form) && !problem.errors.empty() &&
                       problem.errors.front().where.starts_with("with");
  if (!of_form) return;
  for (const Problem::Part& fault : faults) {
    const bool told = std::ranges::find(problem.errors, fault.where, &Problem::Part::where) !=
                      problem.errors.end();
    if (!told) problem.errors.push_back(fault);
  }
}

}  // namespace bashu::api

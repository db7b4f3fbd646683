// What a person filled in.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "core/cases/definition.h"

namespace bashu::core {

// Every field of the form, each of its type, and no other.
[[nodiscard]] std::expected<Value, Reject> fill_form(const packs::Service& service,
                                                     const std::vector<std::string>& form,
                                                     const Value& given);

// Optional fields that `needed` of the service asks for, of those in the form: the refusal is that
// of a field that is always required. `data` holds what was filled in.
[[nodiscard]] Result check_needed(const packs::Service& service,
                                  const std::vector<std::string>& form, const Value& data,
                                  CaseScope& scope);

// What a form refers to must exist: a record or case of this pack, or a record of another one that
// is in force here. Asked after the guards, whose reasons say more.
[[nodiscard]] Result check_refs(const Deciding& d, const Definition& of, const Value& input);

// One after the other, for a person.
[[nodiscard]] std::string joined(const auto& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

}  // namespace bashu::core

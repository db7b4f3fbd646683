// What a form of clearing asks for and no person can know: the rows of a batch, a statement and its
// root, the lines on which two sides differ. The node computes it from what its side has and adds
// it to the form before anything is decided; whoever says it by hand is refused.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/context.h"

namespace bashu::api {

struct ClearingForm {
  packs::PackPtr pack;
  std::string_view service;
  std::string_view id;  // of the case, or of its parent if it is not there yet
  bool starts = false;
  const std::vector<std::string>& form;
  std::string_view event{};  // of a case that is there
};
// `given` with what the node adds; `given` as it is where the service clears nothing.
[[nodiscard]] std::expected<Value, Problem> with_computed(Context& context, const Call& call,
                                                          const ClearingForm& form,
                                                          const Value& given);

// What a node takes and would not advise: a new book whose tariff is by rules 1, refused claims
// that no row of this side makes.
[[nodiscard]] std::vector<Warning> clearing_warnings(Context& context, const Call& call,
                                                     const ClearingForm& form, const Value& given);

// What of a form is left for a person to fill in.
[[nodiscard]] std::vector<std::string> without_computed(const packs::Pack& pack,
                                                        const packs::Service& service,
                                                        std::vector<std::string> form);

}  // namespace bashu::api

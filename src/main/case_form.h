// The form of a step as the command line gives it: `--with field=value` read by the type of the
// field, which the node tells, and `--with-json` as it is.
#pragma once

#include <expected>
#include <functional>
#include <vector>

#include "base/value.h"
#include "main/commands.h"
#include "main/typed_text.h"
#include "packs/pack.h"

namespace bashu::cli {

// The fields that the start of a service asks for, or a step of a case as it stands; told if there
// is no such service, case or step.
[[nodiscard]] std::expected<std::vector<packs::Member>, Exit> fields_of_start(
    const Console& console, const Remote& remote, const std::string& pack,
    const std::string& service);
[[nodiscard]] std::expected<std::vector<packs::Member>, Exit> fields_of_step(
    const Console& console, const Remote& remote, const std::string& id, const std::string& event);

// All fields of a case that was read, in the order of its pack; none if the pack is not held there.
[[nodiscard]] std::vector<packs::Member> fields_of_case(const Console& console,
                                                        const Remote& remote, const Value& read);

// `field=value` each. A field is named by its name or a title.
[[nodiscard]] std::expected<Value::Record, Unread> read_fields(
    const std::vector<packs::Member>& fields, const std::vector<std::string>& given);

// What `form` gives; `fields` is asked only if it has to be known.
using AskFields = std::function<std::expected<std::vector<packs::Member>, Exit>()>;
[[nodiscard]] std::expected<Value, Exit> read_form(const Console& console, const CaseForm& form,
                                                   const AskFields& fields);

}  // namespace bashu::cli

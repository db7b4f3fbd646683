// The members of a told record, as a reader asks for them: by name and type, and whether they are
// all there is. Every shape of docs/formats/messages.md is read through this.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/error.h"
#include "base/value.h"
#include "core/event.h"

namespace bashu::core::told {

// Why a message is put aside: a token for the journal, and the detail for the engineer.
[[nodiscard]] std::unexpected<Reject> hold(std::string token, std::string detail);

[[nodiscard]] std::optional<Date> as_day(const Value* value);
// nullopt if it is absent or no day.
[[nodiscard]] std::optional<Date> day_at(const Value& record, std::string_view name);

// Beside what a body says may stand who did it (docs/formats/messages.md, "Who acted"): where it is
// sent the voucher of the sender's sign-in service, and here, once the edge has verified that, the
// officer it names. Neither is part of what is said.
inline constexpr std::string_view kVoucher = "$voucher", kOfficer = "$officer";
// The officer's id; empty: nobody is vouched for.
[[nodiscard]] std::string officer_in(const Value& body);
// The body with the voucher, if there is one.
[[nodiscard]] Value vouched_for(Value body, const Value& voucher);

// The case that a body names, whatever else it says; empty: none.
[[nodiscard]] CaseId case_named(const Value& body);

// Reads on after a member that is not as it must be, and remembers it.
class Members {
 public:
  explicit Members(const Value& record) : record_{record}, taken_{has(kOfficer) ? 1U : 0U} {}

  [[nodiscard]] std::string text(std::string_view name);
  [[nodiscard]] std::int64_t number(std::string_view name);
  [[nodiscard]] Value record(std::string_view name);
  [[nodiscard]] const Value::List& list(std::string_view name);
  [[nodiscard]] std::optional<Date> day(std::string_view name);
  [[nodiscard]] bool has(std::string_view name) const { return record_.find(name) != nullptr; }
  [[nodiscard]] bool has_list(std::string_view name) const {
    const Value* member = record_.find(name);
    return member && member->as_list();
  }

  void fail() { good_ = false; }
  // All were as they must be, so far.
  [[nodiscard]] bool good() const { return good_; }
  // And there are no others.
  [[nodiscard]] bool whole() const;

 private:
  const Value* take(std::string_view name);

  const Value& record_;
  std::size_t taken_;
  bool good_ = true;
};

}  // namespace bashu::core::told

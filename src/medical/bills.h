// Bills of one side's insured at the other side's institutions, priced by the calculator
// medical.settle, as claims for a statement. What was done to whom stays in the bill: a statement
// has totals and the bill's digest.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "base/value.h"
#include "clearing/statement.h"

namespace bashu::medical {

struct Bill {
  std::string id;                // the same on both sides
  std::string insured, treated;  // sides
  std::string institution;
  Date day;                  // of discharge or of the visit
  std::int64_t version = 1;  // a later one takes the place of an earlier one
  bool cancelled = false;
  std::string digest;  // of everything in it, hexadecimal
  clearing::Amounts amounts;
};
// Takes {bill, insured, treated, institution, day, lines, policy, used, version?, cancelled?}, the
// middle three as medical.settle does, or an error in words.
[[nodiscard]] std::expected<Bill, std::string> priced(const Value& bill);

// Of every bill its last version, unless that one is cancelled; of two with one version that with
// the smaller digest, so that the order of arrival does not matter.
[[nodiscard]] std::vector<clearing::Entry> claims(std::vector<Bill> bills);

}  // namespace bashu::medical

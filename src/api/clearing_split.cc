#include "api/clearing_split.h"

#include "api/clearing_books.h"
#include "api/clearing_refusal.h"
#include "api/reading.h"

namespace bashu::api {

namespace {

Value lines_value(const std::vector<clearing::Entry>& lines) {
  Value::List out;
  for (const clearing::Entry& one : lines) out.push_back(clearing::to_value(one));
  return out;
}

}  // namespace

Value parts_value(const windows::Split& split) {
  Value::List out;
  for (const windows::Part& part : split.parts) {
    Value value = amounts_value(part.amounts);
    Value::Record& row = *value.as_record();
    row.emplace("debtor", part.debtor);
    row.emplace("creditor", part.creditor);
    row.emplace("of", part.of);
    row.emplace("lines", part.lines);
    if (part.version != 0) row.emplace("version", part.version);
    out.push_back(std::move(value));
  }
  return out;
}

Result split_window(Context& context, const Call& call) {
  const auto found = find_window(context, call, Sight::audited);
  if (!found) return std::unexpected{found.error()};
  const auto held = hold_ledger(context, call, found->book);
  if (!held) return std::unexpected{held.error()};
  const auto closed = (*held)->splits.find(found->window.id);
  if (closed == (*held)->splits.end()) {
    return std::unexpected{refused(found->window.id, "not_agreed")};
  }
  if (auto told = account_for_audit(context, call, found->book.sight, found->window.id + "/split");
      !told) {
    return std::unexpected{told.error()};
  }
  return json_response(Value::Record{{"window", found->window.id},
                                     {"first", found->book.first()},
                                     {"second", found->book.second()},
                                     {"parts", parts_value(closed->second)},
                                     {"refused", lines_value(closed->second.refused)},
                                     {"taken_back", lines_value(closed->second.taken_back)}});
}

}  // namespace bashu::api

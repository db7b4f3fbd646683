#include "core/told/members.h"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bashu::core::told {

std::unexpected<Reject> hold(std::string token, std::string detail) {
  return std::unexpected{reject(RejectCode::malformed, std::move(token), std::move(detail))};
}

std::optional<Date> as_day(const Value* value) {
  return value && value->as_text() ? Date::parse(*value->as_text()) : std::nullopt;
}

std::optional<Date> day_at(const Value& record, std::string_view name) {
  return as_day(record.find(name));
}

std::string officer_in(const Value& body) {
  const Value* officer = body.find(kOfficer);
  return officer ? officer->text_at("id") : std::string{};
}

Value vouched_for(Value body, const Value& voucher) {
  Value::Record* members = body.as_record();
  if (members && voucher.as_record()) members->insert_or_assign(std::string{kVoucher}, voucher);
  return body;
}

CaseId case_named(const Value& body) { return CaseId{body.text_at("case")}; }

const Value* Members::take(std::string_view name) {
  const Value* member = record_.find(name);
  if (member) ++taken_;
  return member;
}

std::string Members::text(std::string_view name) {
  const Value* member = take(name);
  if (member && member->as_text()) return *member->as_text();
  good_ = false;
  return {};
}

std::int64_t Members::number(std::string_view name) {
  const Value* member = take(name);
  if (member && member->as_int()) return *member->as_int();
  good_ = false;
  return 0;
}

Value Members::record(std::string_view name) {
  const Value* member = take(name);
  if (member && member->as_record()) return *member;
  good_ = false;
  return Value::Record{};
}

const Value::List& Members::list(std::string_view name) {
  static const Value::List kNone;
  const Value* member = take(name);
  if (member && member->as_list()) return *member->as_list();
  good_ = false;
  return kNone;
}

std::optional<Date> Members::day(std::string_view name) {
  const auto day = as_day(take(name));
  if (!day) good_ = false;
  return day;
}

bool Members::whole() const {
  return good_ && record_.as_record() && record_.as_record()->size() == taken_;
}

}  // namespace bashu::core::told

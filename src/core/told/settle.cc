#include "core/told/settle.h"

#include <algorithm>

#include "core/told/members.h"

namespace bashu::core::told {

namespace {

constexpr std::size_t kCaseIdMax = 120;

bool is_step(std::string_view content) {
  constexpr std::string_view kMark = "sha256:";
  if (!content.starts_with(kMark)) return false;
  content.remove_prefix(kMark.size());
  return content.size() == 64 && std::ranges::all_of(content, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_case(std::string_view content) {
  const std::size_t mark = Settle::kCorrecting.size();
  return content.starts_with(Settle::kCorrecting) && content.size() > mark &&
         content.size() <= mark + kCaseIdMax;
}

}  // namespace

Value write(const Settle& settle) {
  return Value::Record{{"case", settle.id}, {"content", settle.content}, {"note", settle.note}};
}

std::expected<Settle, Reject> read_settle(const Value& body) {
  Members in{body};
  Settle settle{.id = CaseId{in.text("case")},
                .content = in.text("content"),
                .note = in.text("note"),
                .officer = officer_in(body)};
  if (!in.whole() || (!is_step(settle.content) && !is_case(settle.content)) ||
      settle.note.size() > Settle::kNoteMax) {
    return hold("shape", "a settlement signs a step or a case, with a note of 2,000 bytes");
  }
  return settle;
}

}  // namespace bashu::core::told

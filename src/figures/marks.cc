#include "figures/marks.h"

#include <utility>

#include "figures/answer.h"

namespace bashu::figures {

std::optional<Marks> marks_of(views::Session& session, const Ask& ask, bool of_accounts,
                              std::size_t most) {
  constexpr int kPageMax = 1'000;
  Marks marks;
  views::Page page{.after = {}, .limit = kPageMax};
  do {
    auto listed = rows(session, ask, page);
    for (Row& row : listed.rows) {
      const std::int64_t* amount = of_accounts ? row.value.as_int() : nullptr;
      if (amount && *amount == 0) continue;
      std::string key = std::move(row.subject);
      if (!row.edition.empty()) key += "#" + row.edition;
      marks.emplace(std::move(key),
                    Mark{.text = amount ? std::to_string(*amount) : std::move(row.digest),
                         .positions = std::move(row.positions)});
    }
    if (marks.size() > most) return std::nullopt;
    page.after = listed.next;
  } while (!page.after.empty());
  return marks;
}

std::optional<Date> day_of(std::string_view key) {
  if (key.size() < kDateSize || key[key.size() - kDateSize] != '@') return std::nullopt;
  return Date::parse(key.substr(key.size() - kDateSize + 1));
}

}  // namespace bashu::figures

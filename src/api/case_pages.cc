#include "api/case_pages.h"

#include <utility>

#include "base/try.h"

namespace bashu::api {

namespace {

constexpr int kPage = 1'000;

}  // namespace

views::CaseFilter cases_of(const packs::Pack& pack, const std::string& service) {
  views::CaseFilter filter;
  filter.pack = pack.name;
  filter.service = service;
  return filter;
}

std::expected<void, Problem> each_case(
    const Call& call, views::CaseFilter filter,
    const std::function<std::expected<bool, Problem>(views::CaseRow)>& each) {
  filter.page.limit = kPage;
  do {
    auto listed = call.views->list_cases(filter);
    if (!listed) return std::unexpected{problem_of(listed.error())};
    for (views::CaseRow& row : listed->rows) {
      BASHU_TRY(const bool more, each(std::move(row)));
      if (!more) return {};
    }
    filter.page.after = listed->next;
  } while (!filter.page.after.empty());
  return {};
}

std::expected<std::vector<views::CaseRow>, Problem> all_cases(const Call& call,
                                                              views::CaseFilter filter) {
  std::vector<views::CaseRow> out;
  BASHU_TRY_OK(
      each_case(call, std::move(filter), [&](views::CaseRow row) -> std::expected<bool, Problem> {
        out.push_back(std::move(row));
        return true;
      }));
  return out;
}

}  // namespace bashu::api

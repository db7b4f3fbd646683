// Cases read whole, however many they are: page by page, newest first.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/problem.h"
#include "packs/pack.h"
#include "views/views.h"

namespace bashu::api {

// Those of a service of a pack.
[[nodiscard]] views::CaseFilter cases_of(const packs::Pack& pack, const std::string& service);

// Until `each` gives false. A problem: what the views could not read, or what `each` ended with.
[[nodiscard]] std::expected<void, Problem> each_case(
    const Call& call, views::CaseFilter filter,
    const std::function<std::expected<bool, Problem>(views::CaseRow)>& each);

[[nodiscard]] std::expected<std::vector<views::CaseRow>, Problem> all_cases(
    const Call& call, views::CaseFilter filter);

}  // namespace bashu::api

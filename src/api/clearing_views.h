// What answers and files of clearing have in common.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "api/clearing_books.h"
#include "http/message.h"

namespace bashu::api {

// A book with these of its windows, newest first.
[[nodiscard]] std::expected<Value, Problem> book_value(
    Context& context, const Call& call, const ClearingBook& book,
    const std::vector<const views::CaseRow*>& windows);
// To be saved under a name.
[[nodiscard]] http::Response file_response(const char* media, const char* name, std::string text);

}  // namespace bashu::api

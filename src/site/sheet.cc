#include "site/sheet.h"

#include <utility>

namespace bashu::site {

Answered as_file(const Sheet& sheet, std::string_view name) {
  if (name == "data.csv") {
    return Answer{.type = "text/csv; charset=utf-8", .body = csv(sheet), .location = {}};
  }
  if (name == "data.json") {
    return Answer{.type = "application/json", .body = json(sheet), .location = {}};
  }
  if (name != "data.xlsx") return std::nullopt;
  auto book = xlsx(sheet);
  if (!book) return std::unexpected{book.error()};
  return Answer{.type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                .body = std::move(*book),
                .location = {}};
}

}  // namespace bashu::site

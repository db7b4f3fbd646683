// Public registers as tables: which there are, what they show, and their records read, filtered and
// sorted.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "site/ask.h"

namespace bashu::site {

struct PublicRegister {
  const packs::Pack* pack = nullptr;
  std::string name;
  const packs::Register* reg = nullptr;
  std::vector<const packs::Member*> columns;  // of a list: public fields only
  std::vector<const packs::Member*> fields;   // all public ones, in order of groups

  [[nodiscard]] std::string id() const { return pack->name + "/" + name; }
};
[[nodiscard]] std::vector<PublicRegister> public_registers(const Ask& ask);
[[nodiscard]] std::optional<PublicRegister> find_register(const Ask& ask, std::string_view id);
[[nodiscard]] std::vector<std::string> register_path(const PublicRegister& reg,
                                                     std::vector<std::string> more = {});

// More records than a page may sort: they are shown in order of their keys.
inline constexpr std::size_t kSortedMax = 20'000;

struct Listing {
  std::vector<views::RecordRow> rows;  // that match, in the order asked for
  std::size_t all = 0;                 // before filtering
  bool cut = false;                    // there are more than kSortedMax
};
// `q` is looked for in every public text; a field named in the query must have just that value;
// `sort` is a field, with `-` before it the other way round; `as_of` picks editions.
[[nodiscard]] std::expected<Listing, Fault> listing(const Ask& ask, const PublicRegister& reg);
[[nodiscard]] std::expected<std::vector<views::RecordRow>, Fault> all_records(
    const Ask& ask, const PublicRegister& reg, std::optional<Date> as_of);

}  // namespace bashu::site

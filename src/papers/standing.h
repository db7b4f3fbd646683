// What is to be said of a paper, now: whether it counts, since when, and which entry of the journal
// it rests on. Of the case nothing is read but its states, days and the paper's number.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/error.h"
#include "packs/pack.h"
#include "papers/codes.h"
#include "views/views.h"

namespace bashu::papers {

enum class Standing : std::uint8_t { not_yet, valid, withdrawn, expired };

struct Paper {
  packs::PackPtr pack;
  const packs::Service* service = nullptr;  // of the pack
  const packs::Print* print = nullptr;      // of the service
  std::string name;                         // of the print
  views::CaseRow row;
  std::uint64_t opened = 0;   // position of the entry that opened the case here
  std::uint64_t entry = 0;    // of the one from which the paper could be printed
  std::optional<Date> since;  // the day of that; nullopt: not yet
  std::optional<Date> until;  // its last day
  std::string number;         // where anybody may know it; else empty
  Standing standing = Standing::not_yet;
};

// nullopt: there is no such case, or its service has no such paper.
[[nodiscard]] std::expected<std::optional<Paper>, Fault> paper_of(views::Views& views,
                                                                  std::string_view case_id,
                                                                  std::string_view name, Date today,
                                                                  views::At at = {});
// By a code spelled as in codes.h; nullopt: it leads to no paper that was ever printed.
[[nodiscard]] std::expected<std::optional<Paper>, Fault> find(views::Views& views,
                                                              const Codes& codes,
                                                              std::string_view code, Date today,
                                                              views::At at = {});

}  // namespace bashu::papers

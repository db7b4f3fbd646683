// Figures on which the parties differ, and the records and break-downs that explain it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "figures/compare.h"
#include "views/session.h"

namespace bashu::figures {

struct RowDifference {
  enum class What : std::uint8_t { only_here, only_there, differs } what{};
  std::string key;         // case id, record key, `key#edition`, or account key
  std::optional<Date> on;  // of an account: the day whose postings differ
  // Of an account: what it holds, or was posted to it on that day; nullopt: nothing.
  std::optional<std::int64_t> ours, theirs;
  bool on_the_way = false;               // a message about it has been counted in on one side only
  std::vector<std::uint64_t> positions;  // entries here that made it what it is
};
// A value of a break-down that is not the same.
struct SplitDifference {
  std::string split;
  Value key;
  std::optional<std::int64_t> ours, theirs;
};
enum class RowsTold : std::uint8_t { named, none, too_many };
struct Discrepancy {
  Ask ask;
  Answer ours;
  Side theirs;
  RowsTold rows_told{};  // named: `rows` are all that differ
  std::vector<RowDifference> rows;
  std::vector<SplitDifference> splits;  // when both were compared and told theirs
};
struct Discrepancies {
  std::vector<Discrepancy> list;
  std::size_t told = 0;  // of an empty list: how many values others have told
};
// Figures on which we do not agree with what was told last, on one date or on any.
[[nodiscard]] Discrepancies discrepancies(views::Session& session, std::optional<Date> as_of);

}  // namespace bashu::figures

// What was laid before a person.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/title.h"
#include "core/event.h"
#include "views/read/page.h"
#include "views/session.h"

namespace bashu::views {

struct TaskRow {
  std::int64_t number = 0;
  core::TaskKind kind{};
  core::CaseId id;
  std::vector<std::string> roles;
  Title title;
  std::string detail;
  Date on;
  std::uint64_t raised = 0;
  At closed;
};
struct TaskFilter {
  bool open = true;                // only those; otherwise closed ones too
  std::vector<std::string> roles;  // any of these; empty: all
  core::CaseId id;
  std::int64_t number = 0;  // exactly this one
  Page page;
};

[[nodiscard]] Listed<TaskRow> tasks(Session& session, const TaskFilter& filter);

}  // namespace bashu::views

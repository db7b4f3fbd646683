#include <algorithm>
#include <string>

#include "base/try.h"
#include "core/cases/definition.h"
#include "core/circle/circle.h"

namespace bashu::core {

Result close_task(Deciding& d, const CloseTask& command) {
  const Task* task = d.draft.find_task(command.number);
  if (!task) return refuse(Why::no_such_task);
  const bool theirs =
      task->roles.empty() || std::ranges::any_of(task->roles, [&](const std::string& role) {
        return has_role(command.by, role);
      });
  if (!theirs) return refuse(Why::task_for_others);
  BASHU_TRY_OK(within(d, command.by, task->id));
  d.draft.decide(TaskClosed{.number = command.number});
  return {};
}

}  // namespace bashu::core

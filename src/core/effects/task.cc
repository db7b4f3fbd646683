// `task`: work for somebody of a party.

#include <variant>

#include "core/effects/effect.h"

namespace bashu::core {

Computed<TaskDone> compute(const packs::RaiseTask& /*task*/, Computing& /*of*/) {
  return TaskDone{};
}

bool looks_up(const packs::RaiseTask& /*task*/) { return false; }

bool matches(const TaskDone& /*done*/, const packs::RaiseTask& /*task*/, const Matching& /*with*/) {
  return true;
}

Result enact(const TaskDone& /*done*/, const packs::Effect& effect, const Carrying& of) {
  const auto& task = std::get<packs::RaiseTask>(effect.what);
  raise(of.d, TaskKind::work, of.id, task.roles, task.title, {});
  return {};
}

Result take(const TaskDone& done, const packs::Effect& effect, const Carrying& of) {
  return enact(done, effect, of);
}

void write(const TaskDone& /*done*/, Value::Record& /*into*/) {}

void read(told::Members& /*in*/, const std::string& /*pack*/, TaskDone& /*done*/) {}

}  // namespace bashu::core

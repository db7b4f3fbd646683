#include "main/offline.h"

#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <variant>

#include "base/json.h"
#include "core/people/people.h"
#include "exchange/circle.h"
#include "node/custody.h"
#include "node/system_environment.h"

namespace bashu::cli {

std::expected<std::unique_ptr<node::Clock>, Fault> clock_of(const std::filesystem::path& dir,
                                                            int offset_minutes) {
  if (!std::filesystem::exists(dir / "rehearsal-day")) {
    return std::make_unique<node::SystemClock>(offset_minutes);
  }
  auto clock = node::RehearsalClock::open(dir, offset_minutes);
  if (!clock) return std::unexpected{clock.error()};
  return std::unique_ptr<node::Clock>{std::move(*clock)};
}

std::expected<AtRest, Exit> open_at_rest(const Console& console, const std::string& dir) {
  node::keep_files_private();
  // First: a start that ended halfway may have left a key and its name apart.
  if (auto activated = exchange::activate_keys(dir); !activated) {
    return std::unexpected{console.fail(activated.error())};
  }
  const auto identity = node::load_identity(dir);
  if (!identity) return std::unexpected{console.fail(identity.error())};
  auto clock = clock_of(dir, identity->offset_minutes);
  if (!clock) return std::unexpected{console.fail(clock.error())};
  auto chance = std::make_unique<node::SystemChance>();
  auto node = node::Node::open(
      {.storage = node::open_directory(dir), .clock = clock->get(), .chance = chance.get()});
  if (!node) {
    const Exit exit = console.fail(node.error());
    console.err << console.say(
        "If the node is running, stop it first, or use its API: --api URL --key SECRET.\n",
        "如果节点正在运行，请先停止，或改用其 API：--api URL --key SECRET。\n");
    return std::unexpected{exit};
  }
  return AtRest{std::move(*clock), std::move(chance), std::move(*node)};
}

core::Asker local_officer() {
  const ::passwd* user = ::getpwuid(::geteuid());
  core::Asker by;
  by.principal = std::string{"local:"} + (user ? user->pw_name : std::to_string(::geteuid()));
  by.roles = {"admin", "registrar", std::string{core::kDirectoryRole}};
  return by;
}

std::expected<node::Done, Exit> run_at_rest(const Console& console, node::Node& node,
                                            core::Command command, const Value& request) {
  const core::Asker by = local_officer();
  Value::List roles;
  for (const std::string& role : by.roles) roles.emplace_back(role);
  const std::string evidence = canonical_json(Value::Record{{"principal", by.principal},
                                                            {"key", "local"},
                                                            {"roles", std::move(roles)},
                                                            {"method", "LOCAL"},
                                                            {"path", ""},
                                                            {"request", request}});
  node::Outcome outcome =
      node.run({.command = std::move(command), .evidence = evidence, .dry_run = false});
  if (const auto* why = std::get_if<Reject>(&outcome)) return std::unexpected{console.refuse(*why)};
  if (const auto* why = std::get_if<Fault>(&outcome)) return std::unexpected{console.fail(*why)};
  return std::move(std::get<node::Done>(outcome));
}

}  // namespace bashu::cli

// The two doors by which keys and accounts are made: a directory at rest, for whoever holds it, and
// the API, for an administrator.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "base/value.h"
#include "core/command.h"
#include "core/store.h"
#include "main/commands.h"
#include "main/console.h"
#include "main/offline.h"
#include "people/principal.h"

namespace bashu::cli {

using Kind = people::Principal::Kind;

// A directory at rest, and who may come in there.
struct Door {
  AtRest node;
  std::filesystem::path dir;
  core::People people;
};
// Takes over the files of earlier versions, if there are any.
[[nodiscard]] std::expected<Door, Exit> open_door(const Console& console, const std::string& dir);

[[nodiscard]] std::string journal_id(Kind kind, const std::string& id);  // key:ID, user:ID
// What the command line says of somebody, as the API takes it.
[[nodiscard]] std::expected<Value::Record, Exit> described(const Console& console,
                                                           const Powers& what,
                                                           const std::string& id);
// The same onto one that is kept.
[[nodiscard]] std::expected<core::PrincipalSet, Exit> onto(const Console& console, Door& door,
                                                           const Value::Record& said, Kind kind,
                                                           const core::PrincipalSet& before);
// The next version of one that is there.
[[nodiscard]] std::expected<core::PrincipalSet, Exit> next(const Console& console, const Door& door,
                                                           Kind kind, const std::string& id);
// Decides it, and shows what was made: `secret` may be empty.
Exit keep(const Console& console, Door& door, core::PrincipalSet set, const std::string& secret);

// Asks the API, and shows what was made.
Exit ask(const Console& console, const Remote& remote, Kind kind, const std::string& id,
         const std::string& action, Value::Record body);

}  // namespace bashu::cli

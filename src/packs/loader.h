// What the parts of one load share, and what they offer each other. A load is a walk over one tree;
// each part is a file of free functions that read their keys into the pack and tell the Reader what
// is wrong.
//
//     load.cc            header, registers, books, calculators; names apart
//     load_service.cc    heads of services (parties, fields, calc), then their bodies
//     load_effects.cc    branches and what they do
//     load_figures.cc    feeds, figures
//     load_pages.cc      what pages show
//     load_scenarios.cc  structure of scenarios; migration
//     lint.cc            what only shows in a whole service
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "packs/check_types.h"
#include "packs/load_types.h"
#include "packs/pack.h"
#include "packs/reader.h"

namespace bashu::packs {

struct Load {
  Load(const Value& source, const Value::Record& top, const Document* document);

  Reader reader;
  const Value::Record& root;
  std::shared_ptr<Pack> pack;
  bool second_edition = false;  // as it was written: some of what was left open is demanded
  TypeTable types;
  Checker checker;
};

// Where branches and effects stand: in a service, with a party that owns the state; in a feed there
// is no service.
struct Place {
  const Service* service = nullptr;
  std::string owner;
  Site site;
};

// A member of a record; nullptr: there is none.
[[nodiscard]] inline const Value* get(const Value::Record& record, std::string_view name) {
  const auto found = record.find(name);
  return found == record.end() ? nullptr : &found->second;
}
// `services.NAME`.
[[nodiscard]] std::string service_path(const std::string& service);
// The title of a thing, found missing at the thing itself.
[[nodiscard]] Title load_title(Load& load, const Value::Record& source, const std::string& path);

// All of them, because an effect of one service may name the fields of another.
void load_service_heads(Load& load);
void load_service_bodies(Load& load);
void load_feeds(Load& load);
void load_figures(Load& load);
// `replaces` and `migrate`.
void load_change(Load& load);
// retention.cc: checked; retention_of() gives it.
void load_retention(Load& load);
// That of a register, whose fields are known.
void load_retention(Load& load, const Value::Record& source, const Register& reg,
                    const std::string& path);
void load_scenarios(Load& load);
void lint(Load& load);

std::vector<Branch> load_branches(Load& load, const Value& source, const Place& place,
                                  const std::string& path);
Branch load_branch(Load& load, const Value::Record& source, const Place& place,
                   const std::string& path);
std::optional<RunCalculator> load_run(Load& load, const Value* value, const Site& site,
                                      const std::string& path);
std::vector<Effect> load_effects(Load& load, const Value* value, const Place& place,
                                 const std::string& path);
ProgramPtr load_expression(Load& load, const Value* value, ShapeKind wanted, const Site& site,
                           const std::string& path);
// Values for fields named after `members`, each checked against its type.
std::vector<std::pair<std::string, Template>> load_values(Load& load, const Value* value,
                                                          const std::vector<Member>& members,
                                                          const Site& site, const std::string& path,
                                                          std::string_view of_what);

}  // namespace bashu::packs

// The state of one load: what the parts of the loader share (load.cc, load_*.cc, lint.cc).
//
//     header ► types, registers, books, calculators ► heads of services (parties, fields, calc)
//            ► bodies of services, feeds, figures ► what pages show ► migrate ► rules: names apart,
//            lint of the graphs, scenarios
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "packs/check_types.h"
#include "packs/load_types.h"
#include "packs/pack.h"
#include "packs/reader.h"

namespace bashu::packs {

class Loader {
 public:
  Loader(const Value& source, const Value::Record& root, const Document* document);

  // Everything but size limits of the text; the pack is of use only if nothing is faulty.
  void run();
  [[nodiscard]] const Reader& reader() const { return reader_; }
  // Everything in it has a meaning, whether or not rules allow it.
  [[nodiscard]] bool understood() const { return understood_; }
  [[nodiscard]] std::shared_ptr<Pack> pack() const { return pack_; }

 private:
  // load.cc
  const Value* part(std::string_view key) const;
  void header();
  void registers();
  void books();
  void calculators();
  void names_apart();

  // load_service.cc
  void service_heads();
  void service_bodies();
  void service_body(const std::string& name, Service& service, const Value::Record& source);
  void parties(Service& service, const Value* value, const std::string& path);
  void state(const Service& service, StateDef& state, const Value::Record& source, const Site& site,
             const std::string& path);
  void event(EventDef& event, const Value::Record& source, const Service& service,
             const std::string& owner, const Site& site, const std::string& path);
  void clock(ClockDef& clock, const Value& source, const Service& service, const Site& site,
             const std::string& path);
  std::vector<std::pair<std::string, ProgramPtr>> holds(const Value* value, const Service& service,
                                                        const Site& site, const std::string& path);
  std::vector<By> by(const Value* value, const Service& service, const std::string& owner,
                     const std::string& path);

  // load_effects.cc
  std::vector<Branch> branches(const Value& source, const Service& service,
                               const std::string& owner, const Site& site, const std::string& path);
  Branch branch(const Value::Record& source, const Service& service, const std::string& owner,
                const Site& site, const std::string& path);
  std::optional<RunCalculator> run_calculator(const Value* value, const Site& site,
                                              const std::string& path);
  std::vector<Effect> effects(const Value* value, const Service* service, const std::string& owner,
                              const Site& site, const std::string& path);
  std::optional<Effect> effect(const Value& value, const Service* service, const std::string& owner,
                               const Site& site, const std::string& path);
  Move move(const Value::Record& source, const Site& site, const std::string& path);
  Put put(const Value::Record& source, const Site& site, const std::string& path);
  PublishEdition edition(const Value::Record& source, const Site& site, const std::string& path);
  RaiseTask task(const Value::Record& source, const Service& service, const std::string& owner,
                 const std::string& at, const std::string& path);
  StartChild start_child(const Value::Record& source, const Service& service, const Site& site,
                         const std::string& path);
  SendSignal signal(const Value::Record& source, const Service& service, const Site& site,
                    const std::string& path);
  AccountRef account(const Value* value, const Site& site, const std::string& path);
  Template day(const Value& value, const Site& site, const std::string& path);
  Template item(const Value& value, const Site& site, const std::string& path);
  // Values for fields named after `members`, each checked against its type.
  std::vector<std::pair<std::string, Template>> values(const Value* value,
                                                       const std::vector<Member>& members,
                                                       const Site& site, const std::string& path,
                                                       std::string_view of_what);
  ProgramPtr expression(const Value* value, ShapeKind wanted, const Site& site,
                        const std::string& path);

  // load_figures.cc
  void feeds();
  void figures();
  void figure(const std::string& name, Figure& figure, const Value::Record& source,
              const std::string& path);
  Site figure_site(const std::string& of, Figure& figure, const std::string& path);
  void show(Figure& figure, const Value* value, const Site& site, const std::string& path);

  // load_scenarios.cc
  void scenarios();
  void scenario(const Value::Record& source, const std::string& path);
  void given(const Value* value, const std::string& path);
  void step(const Value::Record& source, const std::string& path);
  void change();

  // lint.cc
  void lint();
  void lint_service(const std::string& name, const Service& service);
  void lint_graph(const std::string& name, const Service& service);
  void lint_clocks(const std::string& name, const Service& service);
  void lint_fields(const std::string& name, const Service& service);
  void lint_signals(const std::string& name, const Service& service);
  void lint_reasons(const std::string& name, const Service& service);
  void lint_registers();
  void lint_figures();

  Reader reader_;
  const Value::Record& root_;
  std::shared_ptr<Pack> pack_;
  bool understood_ = false;
  TypeTable types_;
  Checker checker_;
  // Fields that effects fill in when they start a sub-case.
  std::map<std::string, std::set<std::string>> started_with_;
};

// Faults of signals are found at the event that sends them.
[[nodiscard]] std::string service_path(const std::string& service);

}  // namespace bashu::packs

// For tests: a journal of hand-made decisions, and the pack they are made under. Nothing here
// decides; the events are written down as a core would have.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/json.h"
#include "core/event.h"
#include "packs/load.h"
#include "views/views.h"

namespace bashu::views::test {

[[nodiscard]] Date day(std::string_view text);

// Pack `road-works`: jobs with parts, two lists, a sided register, a book. `version` 2 has a
// further optional field and counts only large jobs.
[[nodiscard]] std::string road_works(int version = 1);

struct Step {
  std::uint64_t position = 0;
  std::int64_t time_ms = 0;
  std::vector<core::Event> events;
};

// Entries in order. Each call of a verb is one entry unless begun with entry().
class Journal {
 public:
  explicit Journal(core::PartyId own = "sichuan");

  // Several verbs in one entry.
  template <typename Work>
  std::uint64_t entry(Work work) {
    open_ = true;
    steps_.push_back({.position = steps_.size(), .time_ms = next_time(), .events = {}});
    work();
    open_ = false;
    return steps_.size() - 1;
  }
  std::uint64_t add(core::Event event);

  void today(std::string_view date);
  std::uint64_t adopt(std::string_view yaml, std::string_view from = {}, core::PartyId party = {});
  std::uint64_t open(const core::CaseId& id, const std::string& service, Value with,
                     const std::string& state, core::Parties parties,
                     const core::CaseId& parent = {});
  std::uint64_t step(const core::CaseId& id, const std::string& event, Value with,
                     std::optional<std::string> to = {}, std::string_view on = {});
  std::uint64_t put(const std::string& reg, const std::string& key, Value fields,
                    std::vector<std::string> sided = {}, core::PartyId side = {});
  std::uint64_t publish(const std::string& reg, const std::string& name, std::int64_t number,
                        std::vector<std::pair<std::string, Value>> entries,
                        core::PartyId keeper = "sichuan");
  std::uint64_t move(const std::string& from, const std::string& to, std::int64_t amount,
                     std::string_view on, const core::CaseId& id = {});

  [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }
  [[nodiscard]] Date today() const { return today_; }
  [[nodiscard]] const std::string& pack() const { return pack_; }  // digest of the newest
  [[nodiscard]] std::uint64_t last() const { return steps_.size() - 1; }

 private:
  std::int64_t next_time() { return time_ += 1'000; }

  core::PartyId own_;
  std::vector<Step> steps_;
  std::int64_t time_ = 1'770'000'000'000;
  Date today_;
  std::string pack_;
  std::map<std::string, std::pair<std::int64_t, std::string>> cases_;  // version, state
  bool open_ = false;
};

// `{"a":1}` as data.
[[nodiscard]] Value data(std::string_view json);
// An account written `kind` or `kind:key`, of book `road-works/money`.
[[nodiscard]] core::Account account(std::string_view text);

// Which engine keeps the tables of a test. Tests that are made of OverBoth run over each, on a real
// server, in schemas of their own.
enum class Engine : std::uint8_t { sqlite, postgres };
[[nodiscard]] inline std::string engine_name(const ::testing::TestParamInfo<Engine>& of) {
  return of.param == Engine::sqlite ? "Sqlite" : "Postgres";
}
class OverBoth : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override;
  void TearDown() override;
};
#define BASHU_OVER_BOTH(Fixture)                                                           \
  INSTANTIATE_TEST_SUITE_P(, Fixture, ::testing::Values(Engine::sqlite, Engine::postgres), \
                           engine_name)
// The same place in the engine of the running test: instead of a file, a schema of its name.
[[nodiscard]] Views::Options over(Views::Options options);

// Every table but `meta`, whose rows are texts in one order: the same of the same journal,
// whichever engine keeps them and however its entries came.
[[nodiscard]] std::map<std::string, std::vector<std::string>> all_rows(Views& views);

// Applies all steps, flushing after every `batch` entries. Ends the test on a fault.
void feed(Views& views, const std::vector<Step>& steps, std::size_t batch = 1);
[[nodiscard]] std::unique_ptr<Views> in_memory(const std::vector<Step>& steps,
                                               std::size_t batch = 1,
                                               core::PartyId own = "sichuan");

}  // namespace bashu::views::test

// Counts figures on one session, one day and one period; what figures.h gives is made of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "views/read.h"
#include "views/scope.h"
#include "views/session.h"
#include "views/tally.h"

namespace bashu::views {

// A row that counted, for the drill-down and the digest.
struct FigureLine {
  std::string subject;
  std::int64_t edition = 0;
  std::string edition_name;
  std::int64_t version = 0;
  std::int64_t position = 0;
  Value value;
  Value split;
  Value account;  // its keys and balance, of a figure over accounts
  std::int64_t from = kEver, to = kNever;
};

// Whether an expression tells months of an account apart.
[[nodiscard]] bool reads_month(const packs::Program& program);

// Answers asks on one session, one day and one period.
class FigureReader final : public Lookups {
 public:
  FigureReader(Session& session, Date as_of, std::optional<std::pair<Date, Date>> period,
               bool by_day = false)
      : session_{session}, as_of_{as_of}, period_{std::move(period)}, by_day_{by_day} {}

  // What the figure counts, tallied; without `splits` in all only.
  Tallies count(const FigureDef& def, bool splits = true);
  // Every row that counted, in order; stops when `visit` gives false.
  void each_line(const FigureDef& def, const std::string& after, std::int64_t after_edition,
                 const std::function<bool(FigureLine)>& visit);
  std::vector<EditionRow> editions_used() const;
  // What another figure (`pack/figure`) is to be taken for.
  void give(const std::string& id, std::int64_t number) { figures_[id] = Value{number}; }
  // Runs an expression of `show` over the row behind a line.
  Value shown(const FigureDef& def, const FigureLine& line);
  packs::Eval<Value> value_of(const FigureDef& def);

  const CaseFacts* find_case(std::string_view id) override;
  packs::Eval<const Value*> record(const core::RegisterId& reg, std::string_view key) override;
  packs::Eval<std::int64_t> balance(const core::Account& account) override;
  packs::Eval<Value> window(const core::Account& account, std::string_view month) override;
  packs::Eval<Value> figure(std::string_view name) override;
  const Calendar& calendar() override;
  Date as_of() override { return as_of_; }

 private:
  struct Register {
    TablePtr table;
    std::vector<EditionInForce> editions;
    std::map<std::string, std::vector<RecordFacts>, std::less<>> keys;  // asked for so far
    bool whole = false;                                                 // `keys` has all of them
    std::int64_t rows = 0;  // about, of its table; 0: not known yet
  };
  struct AccountTotal {
    std::string key, when;  // month or day; empty: of all
    std::int64_t balance = 0;
    std::int64_t position = 0;
    bool overflow = false;
  };

  Register& reg(std::string_view id);
  void load_whole(Register& here);
  std::optional<std::pair<Date, Date>> period_of(const packs::Figure& figure) const;
  bool counts(const packs::Figure& figure, const Counted& row) const;
  std::string range_condition(const packs::Figure& figure) const;
  int bind_range(Statement& statement, const FigureDef& def) const;
  void count_stored(const FigureDef& def, Tallies& tallies, bool splits);
  void each_candidate(const FigureDef& def,
                      const std::function<void(const FigureLine&, packs::Scope&)>& visit);
  void count_asked(const FigureDef& def, Tallies& tallies);
  // Per `2021-08`: 7 characters of the date; 10: per day; 0: of all.
  std::vector<AccountTotal> account_totals(const FigureDef& def, int date_size);
  Value account_value(const FigureDef& def, const AccountTotal& total) const;
  void count_accounts(const FigureDef& def, Tallies& tallies);
  void stored_lines(const FigureDef& def, const std::string& after, std::int64_t after_edition,
                    const std::function<bool(FigureLine)>& visit);
  const std::string& text_of(std::int64_t id);

  Session& session_;
  Date as_of_;
  std::optional<std::pair<Date, Date>> period_;
  bool by_day_;
  std::map<std::string, Register, std::less<>> registers_;
  std::map<std::string, CaseFacts, std::less<>> cases_;
  std::map<std::string, Value, std::less<>> figures_;
  std::set<std::string, std::less<>> asking_;
  std::unordered_map<std::int64_t, std::string> texts_;
  std::unique_ptr<Calendar> calendar_;
  std::string pack_name_;  // whose figures `figure.x` names
};

}  // namespace bashu::views

// What the answering of one ask looks up and keeps: on one session, one day and one period. The
// verbs that count with it are in count.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "figures/ask.h"
#include "views/read/cases.h"
#include "views/read/records.h"
#include "views/scope.h"
#include "views/session.h"

namespace bashu::figures {

class Reader final : public views::Lookups {
 public:
  Reader(views::Session& session, const Ask& ask)
      : session_{session}, as_of_{ask.as_of}, period_{ask.period}, with_{ask.with} {}

  [[nodiscard]] views::Session& session() { return session_; }
  // The days whose `from` counts; nullopt: all of them.
  [[nodiscard]] std::optional<Period> period_of(const packs::Figure& figure) const;

  // Whether only rows that a certain other party holds too are counted.
  [[nodiscard]] bool is_partial(const packs::Figure& figure) const {
    return !with_.empty() && figure.concerns == packs::Figure::Concerns::parties;
  }
  // Whether a row of such a count is one of theirs.
  [[nodiscard]] bool is_theirs(const views::CaseFacts& facts) const;
  [[nodiscard]] bool is_theirs(const packs::Figure& figure, packs::Scope& scope);

  const views::CaseFacts* find_case(std::string_view id) override;
  packs::Eval<const Value*> record(const core::RegisterId& reg, std::string_view key) override;
  packs::Eval<std::int64_t> balance(const core::Account& account) override;
  packs::Eval<Value> window(const core::Account& account, std::string_view month) override;
  packs::Eval<Value> figure(const packs::Pack& pack, std::string_view name) override;
  const Calendar& calendar() override;
  Date as_of() override { return as_of_; }

  struct Register {
    views::TablePtr table;
    std::vector<views::EditionInForce> editions;
    std::map<std::string, std::vector<views::RecordFacts>, std::less<>> keys;  // asked for so far
    bool whole = false;     // `keys` has all of them
    std::int64_t rows = 0;  // about, of its table; 0: not known yet
  };
  Register& reg(std::string_view id);
  // In force, of every register that was looked into.
  [[nodiscard]] std::vector<views::EditionRow> editions_used() const;
  // Of table figure_text.
  const std::string& text_of(std::int64_t id);

  // What another figure (`pack/figure`) is to be taken for.
  void give(const std::string& id, std::int64_t number) { figures_[id] = Value{number}; }
  packs::Eval<Value> value_of(const views::FigureDef& def);

 private:
  void load_whole(Register& here);
  packs::Eval<Value> compute(const views::FigureDef& def);

  views::Session& session_;
  Date as_of_;
  std::optional<Period> period_;
  core::PartyId with_;
  std::map<std::string, Register, std::less<>> registers_;
  std::map<std::string, views::CaseFacts, std::less<>> cases_;
  std::map<std::string, Value, std::less<>> figures_;
  std::set<std::string, std::less<>> asking_;
  std::unordered_map<std::int64_t, std::string> texts_;
  std::unique_ptr<Calendar> calendar_;
};

}  // namespace bashu::figures

// What the expressions of a figure see: one case, record or account, and through Lookups the rest
// as it was known at a position.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/value.h"
#include "core/event.h"
#include "packs/expr.h"
#include "packs/pack.h"
#include "views/rows.h"

namespace bashu::views {

// The world beyond the row itself. Pointers stay valid until the evaluation ends.
class Lookups {
 public:
  Lookups() = default;
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;
  virtual ~Lookups() = default;

  virtual const CaseFacts* find_case(std::string_view id) = 0;
  virtual packs::Eval<const Value*> record(const core::RegisterId& reg, std::string_view key) = 0;
  virtual packs::Eval<std::int64_t> balance(const core::Account& account) = 0;
  virtual packs::Eval<Value> window(const core::Account& account, std::string_view month) = 0;
  // Of the same pack.
  virtual packs::Eval<Value> figure(const packs::Pack& pack, std::string_view name) = 0;
  virtual const Calendar& calendar() = 0;
  virtual Date as_of() = 0;
};

// What a stored row may look up: its parent case, and nothing that changes with the date asked for.
class RowScope final : public packs::Scope {
 public:
  // Of a case, with `facts`; of a record or account, with `row`. Both may be null.
  RowScope(Lookups& lookups, const packs::Pack& pack, const CaseFacts* facts,
           std::string_view row_name = {}, const Value* row = nullptr);

  const Value* root(std::string_view name) override;
  packs::Eval<Value> member(std::string_view root, std::string_view name) override;
  bool has_member(std::string_view root, std::string_view name) override;
  packs::Eval<Value> call(std::string_view root, std::string_view name,
                          std::span<const Value> args) override;
  packs::Eval<const Value*> record(std::string_view name, std::string_view key) override;
  bool is_register(std::string_view name) const override;
  bool is_book(std::string_view name) const override;
  packs::Eval<std::int64_t> serial(std::string_view name, std::string_view key) override;
  const Calendar& calendar() override { return lookups_.calendar(); }
  std::size_t sides() override { return 0; }  // the sides are in the record itself

 private:
  // `calc` belongs to the pack under which the case was opened.
  RowScope* parent_scope();
  packs::Eval<Value> case_member(const CaseFacts& facts, std::string_view name) const;

  Lookups& lookups_;
  const packs::Pack& pack_;
  const CaseFacts* facts_;
  std::string_view row_name_;
  const Value* row_;
  Value today_;
  bool today_known_ = false;
  std::map<std::string, Value, std::less<>> calc_;
  std::unique_ptr<RowScope> own_;  // of the case's own pack, if it is another version
  std::unique_ptr<RowScope> parent_;
};

}  // namespace bashu::views

// What the expressions of a case see in the core: a Store, the case, and the form just filled in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/store.h"
#include "packs/pack.h"

namespace bashu::core {

// What look-ups gave, and what follows from having asked.
struct Reads {
  // [name, key, value]; of what is more than can be shown, the first rows, and cut_row() after
  // them.
  Value::List list;
  std::vector<std::pair<Account, std::string>> windows;  // months read
  std::vector<SerialTaken> serials;
  bool calendar = false;  // working days were asked for
  bool parent = false;    // the case above was asked for, and is not known here
  std::size_t bytes = 0;  // of the list in canonical JSON; counted where it is long
  bool cut = false;
};
// In the place of rows that are left out; its name is of nothing.
[[nodiscard]] Value cut_row();
inline constexpr std::size_t kReadsAlways = 200;  // so many rows are never left out

class CaseScope final : public packs::Scope {
 public:
  // `c` and `data` may be null (feeds). The calendar is that of `jurisdiction`.
  CaseScope(const Store& store, const packs::Pack& pack, const packs::Service* service,
            const Case* c, const Value* data, Date today, const PartyId& jurisdiction);

  void set_root(std::string_view name, const Value* value);  // each, result, line
  void record_reads(Reads* reads) { reads_ = reads; }
  // What an effect read otherwise than by an expression.
  void record_read(std::string_view name, std::string_view key, const Value& value);
  void allow_serials() { serials_allowed_ = true; }

  const Value* root(std::string_view name) override;
  packs::Eval<Value> member(std::string_view root, std::string_view name) override;
  bool has_member(std::string_view root, std::string_view name) override;
  packs::Eval<Value> call(std::string_view root, std::string_view name,
                          std::span<const Value> args) override;
  packs::Eval<const Value*> record(std::string_view name, std::string_view key) override;
  bool is_register(std::string_view name) const override;
  bool is_book(std::string_view name) const override;
  packs::Eval<std::int64_t> serial(std::string_view name, std::string_view key) override;
  const Calendar& calendar() override;
  [[nodiscard]] Date today() const { return day_; }
  std::size_t sides() override { return 0; }  // the sides are in the record itself

 private:
  packs::Eval<Value> case_member(const Case& c, std::string_view name);
  CaseScope* parent_scope();
  void note(std::string_view name, std::string_view key, const Value& value);

  const Store& store_;
  const packs::Pack& pack_;
  const packs::Service* service_;
  const Case* case_;
  const Value* data_;
  Value today_;
  Date day_;
  PartyId jurisdiction_;
  const Value* each_ = nullptr;
  const Value* result_ = nullptr;
  const Value* line_ = nullptr;
  std::map<std::string, packs::Eval<Value>, std::less<>> calc_;  // failures too: asked once
  std::unique_ptr<CaseScope> parent_;
  Reads* reads_ = nullptr;
  bool serials_allowed_ = false;
};

// First dates on which the case reached, or left, a state.
[[nodiscard]] Value reached(const Case& c, std::string_view state);
[[nodiscard]] Value left(const Case& c, std::string_view state);
[[nodiscard]] Value parties_record(const Parties& parties);

}  // namespace bashu::core

// A scope of given roots alone: no case, register, book or calendar stands behind it.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "packs/expr.h"

namespace bashu::packs {

class GivenScope final : public Scope {
 public:
  // The values must outlive it.
  GivenScope(std::initializer_list<std::pair<std::string_view, const Value*>> roots)
      : roots_{roots} {}

  const Value* root(std::string_view name) override {
    for (const auto& [known, value] : roots_) {
      if (known == name) return value;
    }
    return nullptr;
  }
  Eval<Value> member(std::string_view, std::string_view) override { return none(); }
  bool has_member(std::string_view, std::string_view) override { return false; }
  Eval<Value> call(std::string_view, std::string_view, std::span<const Value>) override {
    return none();
  }
  Eval<const Value*> record(std::string_view, std::string_view) override { return none(); }
  bool is_register(std::string_view) const override { return false; }
  bool is_book(std::string_view) const override { return false; }
  Eval<std::int64_t> serial(std::string_view, std::string_view) override { return none(); }
  const Calendar& calendar() override { return calendar_; }
  std::size_t sides() override { return 0; }

 private:
  static std::unexpected<EvalError> none() {
    return std::unexpected{
        EvalError{.kind = EvalError::Kind::lookup, .text = "only the node knows"}};
  }
  std::vector<std::pair<std::string_view, const Value*>> roots_;
  Calendar calendar_;
};

}  // namespace bashu::packs

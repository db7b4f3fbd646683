// Any bytes as an expression: refused, or evaluated within its cost against a small scope.
#include <cstdlib>
#include <map>
#include <string>

#include "packs/expr.h"

namespace {

using bashu::Value;
using bashu::packs::Eval;
using bashu::packs::EvalError;

class FuzzScope final : public bashu::packs::Scope {
 public:
  const Value* root(std::string_view name) override {
    return name == "data" || name == "each" || name == "entry" || name == "line" ? &data_
           : name == "today" || name == "as_of"                                  ? &today_
                                                                                 : nullptr;
  }
  Eval<Value> member(std::string_view, std::string_view name) override {
    if (name.size() > 8) return std::unexpected{EvalError{EvalError::Kind::missing, "none"}};
    return data_;
  }
  bool has_member(std::string_view, std::string_view name) override { return name.size() <= 8; }
  Eval<Value> call(std::string_view, std::string_view, std::span<const Value> args) override {
    return Value{static_cast<std::int64_t>(args.size())};
  }
  Eval<const Value*> record(std::string_view, std::string_view key) override {
    return key.size() % 2 == 0 ? &data_ : nullptr;
  }
  bool is_register(std::string_view name) const override { return name.starts_with('r'); }
  bool is_book(std::string_view name) const override { return name.starts_with('b'); }
  Eval<std::int64_t> serial(std::string_view, std::string_view) override { return 1; }
  const bashu::Calendar& calendar() override { return calendar_; }
  std::size_t sides() override { return 2; }

 private:
  Value today_{"2026-03-31"};
  Value data_{
      Value::Record{{"n", 7},
                    {"t", "重庆"},
                    {"d", "2026-03-31"},
                    {"m", "2026-02"},
                    {"l", Value::List{1, "a", Value{}, Value::List{2, 3}}},
                    {"s", Value::Record{{"sichuan", "2026-01-01"}, {"chongqing", "2026-02-01"}}}}};
  bashu::Calendar calendar_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto program = bashu::packs::parse(text);
  if (!program) return 0;
  FuzzScope scope;
  const Eval<Value> whole = bashu::packs::evaluate(**program, scope);
  const Eval<Value> again = bashu::packs::evaluate(**program, scope);
  if (whole.has_value() != again.has_value() || (whole && *whole != *again)) std::abort();
  return 0;
}

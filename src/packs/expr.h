// The expressions of a pack: a subset of CEL on checked 64-bit integers (docs/formats/pack.md,
// section 7). Evaluation is pure, bounded by a cost budget, and alike on every node.
//
//     parse(text) --> Program --> check types once, at load --> evaluate(program, scope) at will
//
// What a name means comes from a Scope, so that the same program reads live state in the core,
// past state in figures, and a test's table.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/date.h"
#include "base/value.h"

namespace bashu::packs {

struct Node;  // syntax tree: syntax.h

class Program {
 public:
  explicit Program(std::string text, std::shared_ptr<const Node> root);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const Node& root() const { return *root_; }

  // Reads registers, books, parent, serial or calendars: only the owner of a case evaluates it.
  [[nodiscard]] bool looks_up() const { return looks_up_; }
  [[nodiscard]] bool reads_as_of() const { return reads_as_of_; }
  // The field if the whole expression is `data.field`, else empty: such a value may be copied
  // whole even when it is personal.
  [[nodiscard]] const std::string& copied_field() const { return copied_field_; }
  // Root names (`data`, `calc`, a register, ...) and, for `calc` and `data`, members read.
  [[nodiscard]] const std::set<std::string>& roots() const { return roots_; }
  [[nodiscard]] const std::set<std::string>& calcs() const { return calcs_; }
  [[nodiscard]] const std::set<std::string>& fields() const { return fields_; }

  // The loader closes the flags over `calc`.
  void mark_looks_up() { looks_up_ = true; }
  void mark_as_of() { reads_as_of_ = true; }

 private:
  std::string text_;
  std::shared_ptr<const Node> root_;
  bool looks_up_ = false;
  bool reads_as_of_ = false;
  std::string copied_field_;
  std::set<std::string> roots_, calcs_, fields_;
};
using ProgramPtr = std::shared_ptr<const Program>;

struct ParseError {
  int offset = 0;  // byte in the text
  std::string text;
};
// At most 2,000 characters, 32 deep.
[[nodiscard]] std::expected<std::shared_ptr<Program>, ParseError> parse(std::string_view text);

// Why an evaluation failed. `missing` is an absent optional field or record, which `has` would
// have asked for.
struct EvalError {
  enum class Kind : std::uint8_t { missing, type, overflow, range, cost, lookup } kind{};
  std::string text;
};
template <typename T>
using Eval = std::expected<T, EvalError>;

// What an expression sees. Pointers it gives stay valid until evaluate() returns.
class Scope {
 public:
  Scope() = default;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  virtual ~Scope() = default;

  // A plain root: data, params, today, each, result, entry, account, line, as_of. nullptr: unknown.
  virtual const Value* root(std::string_view name) = 0;
  // A computed member: ("calc","x"), ("case","id"), ("parent","state"), ("parent.calc","x"),
  // ("figure","x"). `parent.data` and `case.parties` come here too and give records.
  virtual Eval<Value> member(std::string_view root, std::string_view name) = 0;
  // The same without a copy, if the value lies ready in the scope; nullptr: ask member().
  virtual const Value* borrowed(std::string_view /*root*/, std::string_view /*name*/) {
    return nullptr;
  }
  // Whether has(root.name) holds, for computed roots.
  virtual bool has_member(std::string_view root, std::string_view name) = 0;
  // ("case","reached",{state}), ("book","account",{keys}), ("book","window",{account,month,keys}).
  // An account without keys, `book.account`, comes here with no arguments.
  virtual Eval<Value> call(std::string_view root, std::string_view name,
                           std::span<const Value> args) = 0;
  // A register's record with `edition` and `key` as members; nullptr: no such record.
  virtual Eval<const Value*> record(std::string_view name, std::string_view key) = 0;
  virtual bool is_register(std::string_view name) const = 0;
  virtual bool is_book(std::string_view name) const = 0;
  virtual Eval<std::int64_t> serial(std::string_view name, std::string_view key) = 0;
  // Of the owner's jurisdiction.
  virtual const Calendar& calendar() = 0;
  // How many parties must have spoken for both() and latest().
  virtual std::size_t sides() = 0;
};

inline constexpr int kCostMax = 20'000;
[[nodiscard]] Eval<Value> evaluate(const Program& program, Scope& scope, int cost_max = kCostMax);
[[nodiscard]] Eval<bool> evaluate_bool(const Program& program, Scope& scope);

// The digest of the canonical JSON of `value`, written `sha256:...`: function digest() with a list.
[[nodiscard]] std::string digest_text(const Value& value);
// The parts joined by `/`, a `/` inside one written `%2F`; integers in decimal. Of accounts, of the
// lines of feeds, and of registers with several fields as a key.
[[nodiscard]] std::string join_key(std::span<const Value> parts);
[[nodiscard]] std::vector<std::string> split_key(std::string_view joined);
// The key of a record; function key(). One part alone is written as it stands.
[[nodiscard]] std::string record_key(std::span<const Value> parts);
// a*b/c through 128 bits; mode floor, ceil or half_up (away from zero at the half).
[[nodiscard]] Eval<std::int64_t> muldiv(std::int64_t a, std::int64_t b, std::int64_t c,
                                        std::string_view mode);

// A value in a pack that may hold expressions: a literal, `=expr`, or a record or list of such.
struct Template;
struct TemplateMember;
using TemplateList = std::vector<Template>;
using TemplateRecord = std::vector<TemplateMember>;
struct Template {
  std::variant<Value, ProgramPtr, TemplateList, TemplateRecord> held;
  [[nodiscard]] bool looks_up() const;
};
struct TemplateMember {
  std::string name;
  Template value;
};
[[nodiscard]] Eval<Value> evaluate(const Template& item, Scope& scope);

}  // namespace bashu::packs

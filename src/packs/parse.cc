// Text of an expression to its tree: lexer, recursive descent along the grammar of
// docs/formats/pack.md section 7, and the facts of a Program.
#include <array>
#include <limits>
#include <optional>

#include "base/bytes.h"
#include "packs/expr.h"
#include "packs/syntax.h"

namespace bashu::packs {
namespace {

struct FunctionRow {
  std::string_view name;
  Function function;
  std::size_t arguments_min, arguments_max;
};
constexpr std::size_t kMany = 32;
constexpr auto kFunctions = std::to_array<FunctionRow>({
    {"min", Function::min, 2, 2},
    {"max", Function::max, 2, 2},
    {"abs", Function::abs, 1, 1},
    {"muldiv", Function::muldiv, 4, 4},
    {"ratio", Function::ratio, 3, 3},
    {"size", Function::size, 1, 1},
    {"string", Function::string, 1, 1},
    {"left", Function::left, 2, 2},
    {"pad", Function::pad, 2, 2},
    {"key", Function::key, 1, kMany},
    {"digest", Function::digest, 1, kMany},
    {"distinct", Function::distinct, 1, 1},
    {"sort", Function::sort, 1, 1},
    {"shuffle", Function::shuffle, 2, 2},
    {"add_days", Function::add_days, 2, 2},
    {"add_months", Function::add_months, 2, 2},
    {"days", Function::days, 2, 2},
    {"years", Function::years, 2, 2},
    {"year", Function::year, 1, 1},
    {"month", Function::month, 1, 1},
    {"month_of_year", Function::month_of_year, 1, 1},
    {"month_end", Function::month_end, 1, 1},
    {"add_workdays", Function::add_workdays, 2, 2},
    {"workdays", Function::workdays, 2, 2},
    {"any", Function::any, 2, 2},
    {"both", Function::both, 2, 2},
    {"earliest", Function::earliest, 1, 1},
    {"latest", Function::latest, 1, 1},
    {"serial", Function::serial, 1, 2},
});

constexpr std::array<std::string_view, kRoots - 1> kRootNames = {
    "data",   "calc",  "params",  "today",  "case",  "parent", "each",
    "result", "entry", "account", "figure", "as_of", "line"};
constexpr std::array<std::string_view, 5> kMacroNames = {"all", "exists", "filter", "map", "sum"};
constexpr std::array<std::string_view, 6> kWords = {"true", "false", "null", "in", "has", "window"};

enum class TokenKind : std::uint8_t { integer, text, name, symbol, end };
struct Token {
  TokenKind kind{};
  int offset = 0;
  std::string_view raw;  // symbol, name, digits
  std::string text;      // of a text, without quotes and escapes
};

std::string quoted(const Token& token) {
  if (token.kind == TokenKind::end) return "the end";
  return "'" + std::string{token.raw} + "'";
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_{text} {}

  std::expected<Node, ParseError> run() {
    if (text_.size() > kCharactersMax * 4 || !is_utf8(text_) ||
        utf8_length(text_) > kCharactersMax) {
      return std::unexpected{ParseError{0, "an expression has at most 2,000 characters"}};
    }
    next();
    Node root = expression();
    if (!error_ && token_.kind != TokenKind::end) fail("unexpected " + quoted(token_));
    if (error_) return std::unexpected{*error_};
    return root;
  }

 private:
  void fail(std::string text) { fail_at(token_.offset, std::move(text)); }
  void fail_at(int offset, std::string text) {
    if (!error_) error_ = ParseError{offset, std::move(text)};
    token_ = Token{.kind = TokenKind::end, .offset = offset, .raw = {}, .text = {}};
    position_ = text_.size();  // every loop and level above sees the end
  }

  void next() {
    if (error_) return;
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n' ||
                                        text_[position_] == '\r' || text_[position_] == '\t')) {
      ++position_;
    }
    const std::size_t begin = position_;
    const auto offset = static_cast<int>(begin);
    token_ = Token{.kind = TokenKind::end, .offset = offset, .raw = {}, .text = {}};
    if (begin == text_.size()) return;
    const char c = text_[begin];
    if (is_digit(c)) {
      while (position_ < text_.size() && (is_digit(text_[position_]) || text_[position_] == '_')) {
        ++position_;
      }
      token_.kind = TokenKind::integer;
    } else if (is_letter(c)) {
      while (position_ < text_.size() &&
             (is_digit(text_[position_]) || is_letter(text_[position_]))) {
        ++position_;
      }
      token_.kind = TokenKind::name;
    } else if (c == '\'') {
      return next_text();
    } else {
      constexpr std::array<std::string_view, 6> kPairs = {"&&", "||", "==", "!=", "<=", ">="};
      const std::string_view pair = text_.substr(begin, 2);
      bool known = false;
      for (const std::string_view symbol : kPairs) known = known || pair == symbol;
      if (known) {
        position_ += 2;
      } else if (std::string_view{"-+*!<>?:.,()[]"}.find(c) != std::string_view::npos) {
        position_ += 1;
      } else if (c == '/' || c == '%') {
        return fail("there is no division: write muldiv(a, b, c, 'floor'), with a rounding");
      } else {
        return fail("this character has no meaning here");
      }
      token_.kind = TokenKind::symbol;
    }
    token_.raw = text_.substr(begin, position_ - begin);
  }

  void next_text() {
    const std::size_t begin = position_++;
    token_.kind = TokenKind::text;
    while (position_ < text_.size() && text_[position_] != '\'') {
      if (text_[position_] == '\\') {
        ++position_;
        if (position_ == text_.size() || (text_[position_] != '\\' && text_[position_] != '\'')) {
          return fail_at(static_cast<int>(position_) - 1,
                         "in a text only \\\\ and \\' are escapes");
        }
      }
      token_.text += text_[position_++];
    }
    if (position_ == text_.size()) return fail("a text without its closing quote");
    ++position_;
    token_.raw = text_.substr(begin, position_ - begin);
  }

  [[nodiscard]] bool at(std::string_view symbol) const {
    return token_.kind == TokenKind::symbol && token_.raw == symbol;
  }
  bool eat(std::string_view symbol) {
    if (!at(symbol)) return false;
    next();
    return true;
  }
  void need(std::string_view symbol) {
    if (!eat(symbol)) fail("expected '" + std::string{symbol} + "' before " + quoted(token_));
  }

  // Finishes a node whose kids are in place.
  Node made(Node node) {
    for (const Node& kid : node.kids) node.height = std::max(node.height, kid.height + 1);
    if (node.height > kHeightMax) fail_at(node.offset, "nested more than 32 deep");
    return node;
  }
  Node made(Op op, int offset, std::vector<Node> kids) {
    Node node;
    node.op = op;
    node.offset = offset;
    node.kids = std::move(kids);
    return made(std::move(node));
  }
  template <typename... Kids>
  static std::vector<Node> nodes(Kids&&... kids) {
    std::vector<Node> all;
    all.reserve(sizeof...(kids));
    (all.push_back(std::forward<Kids>(kids)), ...);
    return all;
  }

  Node expression() {
    if (++nesting_ > kHeightMax + 1) {  // the outermost is no nesting
      fail("nested more than 32 deep");
      --nesting_;
      return {};
    }
    Node node = disjunction();
    if (at("?")) {
      const int offset = token_.offset;
      next();
      Node yes = disjunction();
      need(":");
      Node no = expression();
      node = made(Op::choice, offset, nodes(std::move(node), std::move(yes), std::move(no)));
    }
    --nesting_;
    return node;
  }

  template <typename Level>
  Node chain(std::string_view symbol, Op op, const Level& level) {
    Node first = level();
    if (!at(symbol)) return first;
    const int offset = token_.offset;
    std::vector<Node> kids = nodes(std::move(first));
    while (eat(symbol)) kids.push_back(level());
    return made(op, offset, std::move(kids));
  }
  Node disjunction() {
    return chain("||", Op::disjunction, [this] { return conjunction(); });
  }
  Node conjunction() {
    return chain("&&", Op::conjunction, [this] { return relation(); });
  }

  Node relation() {
    Node left = sum();
    const int offset = token_.offset;
    if (token_.kind == TokenKind::name && token_.raw == "in") {
      next();
      Node right = sum();
      if (right.op == Op::root && right.root == Root::named) {
        Node node = made(Op::recorded, offset, nodes(std::move(left)));
        node.of = std::move(right.name);
        return node;
      }
      return made(Op::in, offset, nodes(std::move(left), std::move(right)));
    }
    static constexpr std::array<std::pair<std::string_view, Op>, 6> kOps = {{
        {"==", Op::equal},
        {"!=", Op::unequal},
        {"<", Op::less},
        {"<=", Op::less_equal},
        {">", Op::greater},
        {">=", Op::greater_equal},
    }};
    for (const auto& [symbol, op] : kOps) {
      if (!at(symbol)) continue;
      next();
      Node right = sum();
      return made(op, offset, nodes(std::move(left), std::move(right)));
    }
    return left;
  }

  Node sum() {
    Node first = product();
    if (!at("+") && !at("-")) return first;
    Node node;
    node.op = Op::sum;
    node.offset = token_.offset;
    node.kids = nodes(std::move(first));
    while (at("+") || at("-")) {
      node.signs += token_.raw[0];
      next();
      node.kids.push_back(product());
    }
    return made(std::move(node));
  }

  Node product() {
    return chain("*", Op::product, [this] { return unary(); });
  }

  Node unary() {
    std::vector<std::pair<Op, int>> signs;
    while (at("!") || at("-")) {
      signs.emplace_back(at("!") ? Op::negation : Op::minus, token_.offset);
      next();
    }
    Node node;
    if (!signs.empty() && signs.back().first == Op::minus && token_.kind == TokenKind::integer) {
      node = integer(true);  // the least integer has no positive counterpart
      signs.pop_back();
    } else {
      node = path();
    }
    for (; !signs.empty() && !error_; signs.pop_back()) {
      node = made(signs.back().first, signs.back().second, nodes(std::move(node)));
    }
    return node;
  }

  Node path() {
    Node node = atom();
    while (!error_) {
      if (eat(".")) {
        node = step(std::move(node));
      } else if (at("[")) {
        const int offset = token_.offset;
        next();
        Node key = expression();
        need("]");
        if (node.op == Op::root && node.root == Root::named) {
          Node record = made(Op::record, offset, nodes(std::move(key)));
          record.of = std::move(node.name);
          node = std::move(record);
        } else {
          node = made(Op::index, offset, nodes(std::move(node), std::move(key)));
        }
      } else {
        break;
      }
    }
    return node;
  }

  // What follows a dot.
  Node step(Node base) {
    if (token_.kind != TokenKind::name) {
      fail("expected a name before " + quoted(token_));
      return base;
    }
    const int offset = token_.offset;
    const std::string name{token_.raw};
    next();
    const bool own = base.op == Op::root;
    if (eat("(")) {
      for (std::size_t i = 0; i < kMacroNames.size(); ++i) {
        if (name == kMacroNames[i]) return macro(std::move(base), static_cast<Macro>(i), offset);
      }
      if (!own || (base.root != Root::kase && base.root != Root::named)) {
        fail_at(offset, "there is no method " + name);
        return base;
      }
      Node node = made(base.root == Root::kase || name == "window" ? Op::method : Op::account,
                       offset, arguments(")"));
      if (base.root == Root::kase &&
          ((name != "reached" && name != "left") || node.kids.size() != 1)) {
        fail_at(offset, "case has the methods reached('state') and left('state')");
      }
      node.of = std::move(base.name);
      node.name = name;
      return node;
    }
    Node node;
    node.offset = offset;
    node.name = name;
    node.op = Op::member;
    if (own && base.root == Root::named) {
      node.op = Op::account;
      node.of = std::move(base.name);
    } else if (own && (base.root == Root::calc || base.root == Root::kase ||
                       base.root == Root::figure || base.root == Root::parent)) {
      node.op = Op::computed;
      node.root = base.root;
      node.of = std::move(base.name);
    } else if (base.op == Op::computed && base.of == "parent" && base.name == "calc") {
      node.op = Op::computed;
      node.root = Root::parent;
      node.of = "parent.calc";
    } else {
      node.kids = nodes(std::move(base));
    }
    return made(std::move(node));
  }

  Node macro(Node over, Macro kind, int offset) {
    if (token_.kind != TokenKind::name) {
      fail("expected the name of a variable before " + quoted(token_));
      return over;
    }
    std::string variable{token_.raw};
    next();
    need(",");
    locals_.push_back(std::move(variable));
    Node body = expression();
    const int slot = static_cast<int>(locals_.size()) - 1;
    locals_.pop_back();
    need(")");
    Node node = made(Op::macro, offset, nodes(std::move(over), std::move(body)));
    node.macro = kind;
    node.slot = slot;
    return node;
  }

  Node integer(bool negative) {
    Node node;
    node.offset = token_.offset;
    constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
    std::int64_t value = 0;  // kept negative: the negative range is the larger one
    for (const char c : token_.raw) {
      if (c == '_') continue;
      const int digit = c - '0';
      if (value < (kMin + digit) / 10) {
        fail("this integer is too large");
        return node;
      }
      value = value * 10 - digit;
    }
    if (!negative && value == kMin) {
      fail("this integer is too large");
      return node;
    }
    node.literal = negative ? value : -value;
    next();
    return node;
  }

  Node atom() {
    const Token token = token_;
    Node node;
    node.offset = token.offset;
    switch (token.kind) {
      case TokenKind::integer:
        return integer(false);
      case TokenKind::text:
        node.literal = token.text;
        next();
        return node;
      case TokenKind::name:
        next();
        return named(token);
      case TokenKind::symbol:
        if (eat("(")) {
          node = expression();
          need(")");
          return node;
        }
        if (eat("[")) return made(Op::list, token.offset, arguments("]"));
        break;
      case TokenKind::end:
        break;
    }
    fail("unexpected " + quoted(token));
    return node;
  }

  Node named(const Token& token) {
    Node node;
    node.offset = token.offset;
    if (token.raw == "true" || token.raw == "false") {
      node.literal = token.raw == "true";
      return node;
    }
    if (token.raw == "null") return node;
    if (token.raw == "in") {
      fail_at(token.offset, "unexpected 'in'");
      return node;
    }
    if (eat("(")) return call(token);
    node.name = std::string{token.raw};
    for (std::size_t i = locals_.size(); i-- > 0;) {
      if (locals_[i] != node.name) continue;
      node.op = Op::local;
      node.slot = static_cast<int>(i);
      return node;
    }
    node.op = Op::root;
    node.root = Root::named;
    for (std::size_t i = 0; i < kRootNames.size(); ++i) {
      if (kRootNames[i] == node.name) node.root = static_cast<Root>(i);
    }
    return node;
  }

  Node call(const Token& token) {
    std::vector<Node> given = arguments(")");
    if (error_) return {};
    if (token.raw == "has") {
      if (given.size() != 1 || (given[0].op != Op::member && given[0].op != Op::computed)) {
        fail_at(token.offset, "has() asks for one field: has(data.field)");
        return {};
      }
      return made(Op::has, token.offset, std::move(given));
    }
    for (const FunctionRow& row : kFunctions) {
      if (row.name != token.raw) continue;
      if (given.size() < row.arguments_min || given.size() > row.arguments_max) {
        fail_at(token.offset, "wrong number of arguments for " + std::string{row.name} + "()");
      }
      Node node = made(Op::call, token.offset, std::move(given));
      node.function = row.function;
      node.name = std::string{row.name};
      return node;
    }
    fail_at(token.offset, "unknown function " + std::string{token.raw});
    return {};
  }

  std::vector<Node> arguments(std::string_view close) {
    std::vector<Node> all;
    if (eat(close)) return all;
    do {
      all.push_back(expression());
    } while (eat(","));
    need(close);
    return all;
  }

  std::string_view text_;
  std::size_t position_ = 0;
  Token token_;
  int nesting_ = 0;
  std::vector<std::string> locals_;
  std::optional<ParseError> error_;
};

}  // namespace

bool is_reserved(std::string_view name) {
  for (const std::string_view root : kRootNames) {
    if (root == name) return true;
  }
  for (const std::string_view macro : kMacroNames) {
    if (macro == name) return true;
  }
  for (const std::string_view word : kWords) {
    if (word == name) return true;
  }
  return false;
}

Program::Program(std::string text, std::shared_ptr<const Node> root)
    : text_{std::move(text)}, root_{std::move(root)} {
  if (root_->op == Op::member && root_->kids[0].op == Op::root &&
      root_->kids[0].root == Root::data) {
    copied_field_ = root_->name;
  }
  each_node(*root_, [this](const Node& node) {
    switch (node.op) {
      case Op::root:
        roots_.insert(node.name);
        if (node.root == Root::parent) looks_up_ = true;
        if (node.root == Root::as_of) reads_as_of_ = true;
        break;
      case Op::computed:
        roots_.insert(node.root == Root::parent ? "parent" : node.of);
        if (node.root == Root::parent) looks_up_ = true;
        if (node.root == Root::calc) calcs_.insert(node.name);
        break;
      case Op::member:
        if (node.kids[0].op == Op::root && node.kids[0].root == Root::data) {
          fields_.insert(node.name);
        }
        break;
      case Op::method:
        roots_.insert(node.of);
        if (node.of != "case") looks_up_ = true;
        break;
      case Op::record:
      case Op::recorded:
      case Op::account:
        roots_.insert(node.of);
        looks_up_ = true;
        break;
      case Op::call:
        if (node.function == Function::serial || node.function == Function::workdays ||
            node.function == Function::add_workdays) {
          looks_up_ = true;
        }
        break;
      default:
        break;
    }
  });
}

std::expected<std::shared_ptr<Program>, ParseError> parse(std::string_view text) {
  auto root = Parser{text}.run();
  if (!root) return std::unexpected{std::move(root.error())};
  return std::make_shared<Program>(std::string{text},
                                   std::make_shared<const Node>(std::move(*root)));
}

}  // namespace bashu::packs

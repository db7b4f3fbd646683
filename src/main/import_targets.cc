#include "main/import_targets.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>
#include <utility>
#include <variant>

#include "base/json.h"
#include "http/message.h"
#include "packs/expr.h"

namespace bashu::cli {

namespace {

Why form(std::string where, std::string en, std::string zh) {
  return {.code = "form", .where = std::move(where), .text = {{"en", en}, {"zh", zh}}};
}

// `12.5` with scale 2 is 1250.
std::optional<std::int64_t> scaled(std::string_view text, int scale) {
  const bool minus = text.starts_with('-');
  if (minus) text.remove_prefix(1);
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const std::string_view part = dot == std::string_view::npos ? "" : text.substr(dot + 1);
  if (whole.empty() || part.size() > static_cast<std::size_t>(scale) ||
      (dot != std::string_view::npos && part.empty())) {
    return std::nullopt;
  }
  std::string digits{whole};
  digits += part;
  digits.append(static_cast<std::size_t>(scale) - part.size(), '0');
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool plain = digits.find_first_not_of("0123456789") == std::string::npos;
  if (!plain || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return minus ? -number : number;
}

std::expected<Value, Why> cell_value(const packs::Type& type, const std::string& name,
                                     const std::string& text) {
  using packs::Kind;
  switch (type.kind) {
    case Kind::integer:
    case Kind::money:
    case Kind::quantity: {
      const int scale = type.kind == Kind::integer ? 0 : type.scale;
      if (const auto number = scaled(text, scale)) return *number;
      const std::string places = std::to_string(scale);
      return std::unexpected{
          form(name, "`" + text + "` is no number with at most " + places + " decimals",
               "“" + text + "”不是至多 " + places + " 位小数的数")};
    }
    case Kind::boolean:
      for (const char* yes : {"true", "1", "是"}) {
        if (text == yes) return true;
      }
      for (const char* no : {"false", "0", "否"}) {
        if (text == no) return false;
      }
      return std::unexpected{form(name, "true or false is expected, not `" + text + "`",
                                  "应为“是”或“否”，而不是“" + text + "”")};
    case Kind::choice:  // by code, or by title
      for (const auto& [code, title] : type.choices) {
        if (std::ranges::any_of(title, [&](const auto& one) { return one.second == text; })) {
          return code;
        }
      }
      return text;
    case Kind::list:
      if (!text.starts_with('[') && type.element && type.element->kind != Kind::record) {
        Value::List list;
        std::string_view rest = text;
        while (!rest.empty()) {
          const std::size_t end = rest.find(';');
          auto item = cell_value(*type.element, name, std::string{rest.substr(0, end)});
          if (!item) return item;
          list.push_back(std::move(*item));
          rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
        }
        return list;
      }
      [[fallthrough]];
    case Kind::record:
    case Kind::document: {
      auto value = parse_json(text);
      if (value) return *value;
      return std::unexpected{form(name, "JSON is expected in this cell", "此单元格应为 JSON")};
    }
    default:
      return text;
  }
}

const packs::Member* by_heading(const packs::Type& type, const std::string& heading) {
  for (const packs::Member& member : type.members) {
    if (member.name == heading) return &member;
  }
  for (const packs::Member& member : type.members) {
    for (const auto& [language, text] : member.type->title) {
      if (text == heading) return &member;
    }
  }
  return nullptr;
}

// What a key of `put` may read without the node: the line itself and the parameters.
class LineScope final : public packs::Scope {
 public:
  LineScope(const Value& line, const Value& params) : line_{line}, params_{params} {}
  const Value* root(std::string_view name) override {
    if (name == "line") return &line_;
    return name == "params" ? &params_ : nullptr;
  }
  packs::Eval<Value> member(std::string_view, std::string_view) override { return none(); }
  bool has_member(std::string_view, std::string_view) override { return false; }
  packs::Eval<Value> call(std::string_view, std::string_view, std::span<const Value>) override {
    return none();
  }
  packs::Eval<const Value*> record(std::string_view, std::string_view) override { return none(); }
  bool is_register(std::string_view) const override { return false; }
  bool is_book(std::string_view) const override { return false; }
  packs::Eval<std::int64_t> serial(std::string_view, std::string_view) override { return none(); }
  const Calendar& calendar() override { return calendar_; }
  std::size_t sides() override { return 0; }

 private:
  static std::unexpected<packs::EvalError> none() {
    return std::unexpected{
        packs::EvalError{.kind = packs::EvalError::Kind::lookup, .text = "only the node knows"}};
  }
  const Value& line_;
  const Value& params_;
  Calendar calendar_;
};

}  // namespace

std::string Target::path() const {
  const std::string base = "/packs/" + http::percent_encode(pack->name);
  const std::string own = http::percent_encode(name.substr(name.rfind('/') + 1));
  return feed ? base + "/feeds/" + own : base + "/registers/" + own + "/records";
}

std::expected<Value::Record, Why> Target::understand(const Row& row, RowFormat format) const {
  const packs::Type& fields = type();
  Value::Record out;
  for (const auto& [heading, value] : row.fields) {
    if (format == RowFormat::csv && value.as_text() && value.as_text()->empty() &&
        !by_heading(fields, heading)) {
      continue;
    }
    const packs::Member* member = format == RowFormat::csv ? by_heading(fields, heading) : nullptr;
    if (format == RowFormat::ndjson) {
      const auto it = std::ranges::find(fields.members, heading, &packs::Member::name);
      if (it != fields.members.end()) member = &*it;
    }
    if (!member) {
      return std::unexpected{form(heading, "There is no such field", "没有此字段")};
    }
    if (format == RowFormat::csv) {
      auto read = cell_value(*member->type, member->name, *value.as_text());
      if (!read) return std::unexpected{read.error()};
      out.insert_or_assign(member->name, std::move(*read));
    } else {
      out.emplace(heading, value);
    }
  }
  std::optional<packs::FormError> error;
  if (feed) {
    error = packs::check(fields, out, "");
  } else {  // a record may be changed in part, and a sided field may name its side
    for (const packs::Member& member : fields.members) {
      const auto it = out.find(member.name);
      if (error || it == out.end() || it->second.is_null()) continue;
      if (member.type->sided && it->second.as_record()) continue;
      error = packs::check(*member.type, it->second, member.name);
    }
  }
  if (error) return std::unexpected{Why{.code = "form", .where = error->path, .text = error->why}};
  return out;
}

std::optional<std::set<std::string>> Target::writes(const Value& row) const {
  std::set<std::string> out;
  if (reg) {
    out.insert(reg->key_of(row));
    return out;
  }
  LineScope scope{row, pack->params_record};
  for (const packs::Effect& effect : feed->effects) {
    const auto* put = std::get_if<packs::Put>(&effect.what);
    if (!put) continue;
    if (effect.each) return std::nullopt;
    const auto key = packs::evaluate(put->key, scope);
    if (!key || !key->as_text()) return std::nullopt;
    out.insert(put->reg + "/" + *key->as_text());
  }
  return out;
}

std::expected<const Target*, Why> Targets::find(const std::string& to) {
  auto it = targets_.find(to);
  if (it == targets_.end()) it = targets_.emplace(to, look(to)).first;
  if (!it->second) return std::unexpected{it->second.error()};
  return &*it->second;
}

std::expected<Target, Why> Targets::look(const std::string& to) {
  const std::size_t first = to.find('/');
  const std::size_t last = to.rfind('/');
  const std::string pack_name = to.substr(0, first);
  const std::string kind = first == last ? "" : to.substr(first + 1, last - first - 1);
  if (first == std::string::npos || pack_name.empty() || last + 1 == to.size() ||
      !(kind.empty() || kind == "feeds" || kind == "registers")) {
    return std::unexpected{form("to", "pack/feed or pack/register is expected, not `" + to + "`",
                                "应为“业务包/数据流”或“业务包/登记册”，而不是“" + to + "”")};
  }
  auto held = packs_.find(pack_name);
  if (held == packs_.end()) held = packs_.emplace(pack_name, ask_(pack_name)).first;
  if (!held->second) return std::unexpected{held->second.error()};
  const packs::PackPtr pack = *held->second;
  const std::string name = to.substr(last + 1);
  const packs::Feed* feed = kind == "registers" ? nullptr : packs::find(pack->feeds, name);
  const packs::Register* reg = kind == "feeds" ? nullptr : packs::find(pack->registers, name);
  if (feed && reg) {
    return std::unexpected{form("to",
                                to + " is a feed and a register: write " + pack_name + "/feeds/" +
                                    name + " or " + pack_name + "/registers/" + name,
                                to + " 既是数据流又是登记册，请写明 " + pack_name + "/feeds/" +
                                    name + " 或 " + pack_name + "/registers/" + name)};
  }
  if (!feed && !reg) {
    return std::unexpected{form("to", "The pack has no feed or register `" + name + "`",
                                "业务包中没有数据流或登记册“" + name + "”")};
  }
  return Target{.pack = pack,
                .feed = feed,
                .reg = reg,
                .name = pack_name + (feed ? "/feeds/" : "/registers/") + name};
}

}  // namespace bashu::cli

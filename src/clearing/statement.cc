#include "clearing/statement.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <unordered_map>

#include "base/assert.h"
#include "base/json.h"

namespace bashu::clearing {

namespace {

constexpr std::array<std::pair<std::string_view, Money Amounts::*>, 6> kAmounts{{
    {"gross", &Amounts::gross},
    {"discount", &Amounts::discount},
    {"relief", &Amounts::relief},
    {"refused", &Amounts::refused},
    {"fee", &Amounts::fee},
    {"net", &Amounts::net},
}};

Value to_value(const Amounts& amounts) {
  Value::Record out;
  for (const auto& [name, member] : kAmounts) out.emplace(name, amounts.*member);
  return out;
}

std::expected<Amounts, std::string> amounts_of(const Value& value) {
  Amounts out;
  for (const auto& [name, member] : kAmounts) {
    const Value* found = value.find(name);
    const std::int64_t* number = found ? found->as_int() : nullptr;
    if (!number) return std::unexpected{std::string{name}};
    out.*member = *number;
  }
  return out;
}

struct HashOfKey {
  std::size_t operator()(const Hash& key) const {
    return std::hash<std::string_view>{}(as_bytes(key));
  }
};

// Everything but the amounts and which correction it is.
bool same_words(const Entry& a, const Entry& b) {
  return std::tie(a.id, a.creditor, a.debtor, a.of, a.day, a.first, a.last, a.state) ==
         std::tie(b.id, b.creditor, b.debtor, b.of, b.day, b.first, b.last, b.state);
}

Kind kind_of(const Entry& here, const Entry& there) {
  const bool same_evidence = here.first == there.first && here.last == there.last;
  if (!same_evidence && !here.last.empty()) return Kind::pairing;
  if (here.day != there.day) return Kind::date;
  return here.amounts == there.amounts && !same_evidence ? Kind::other_evidence : Kind::amount;
}

}  // namespace

Amounts plus(const Amounts& a, const Amounts& b) {
  Amounts out;
  for (const auto& [name, member] : kAmounts) {
    BASHU_ASSERT(!__builtin_add_overflow(a.*member, b.*member, &(out.*member)));
  }
  return out;
}

Amounts minus(const Amounts& a, const Amounts& b) {
  Amounts out;
  for (const auto& [name, member] : kAmounts) {
    BASHU_ASSERT(!__builtin_sub_overflow(a.*member, b.*member, &(out.*member)));
  }
  return out;
}

std::string Entry::line_id() const {
  return correction == 0 ? id : id + "~" + std::to_string(correction);
}

std::string Entry::corrects() const {
  if (correction == 0) return {};
  return correction == 1 ? id : id + "~" + std::to_string(correction - 1);
}

Value to_value(const Entry& entry) {
  Value out = to_value(entry.amounts);
  Value::Record& record = *out.as_record();
  record.emplace("id", entry.id);
  record.emplace("creditor", entry.creditor);
  record.emplace("debtor", entry.debtor);
  record.emplace("of", entry.of);
  record.emplace("day", entry.day.text());
  record.emplace("first", entry.first);
  record.emplace("last", entry.last);
  record.emplace("state", entry.state);
  record.emplace("correction", entry.correction);
  record.emplace("corrects", entry.corrects());
  return out;
}

std::expected<Entry, std::string> entry_of(const Value& value) {
  const auto amounts = amounts_of(value);
  if (!amounts) return std::unexpected{amounts.error()};
  const auto day = Date::parse(value.text_at("day"));
  if (!day) return std::unexpected{std::string{"day"}};
  Entry out{.id = value.text_at("id"),
            .creditor = value.text_at("creditor"),
            .debtor = value.text_at("debtor"),
            .of = value.text_at("of"),
            .day = *day,
            .first = value.text_at("first"),
            .last = value.text_at("last"),
            .state = value.text_at("state"),
            .amounts = *amounts,
            .correction = value.int_at("correction", -1)};
  if (out.id.empty()) return std::unexpected{std::string{"id"}};
  if (out.correction < 0) return std::unexpected{std::string{"correction"}};
  return out;
}

std::vector<Entry> due(const Standing& standing, const std::vector<Entry>& now, Date until) {
  std::vector<Entry> out;
  std::set<std::string_view> seen;
  for (const Entry& claim : now) {
    if (claim.day >= until) continue;
    const bool fresh = seen.insert(claim.id).second;
    BASHU_ASSERT(fresh);
    const auto held = standing.claims.find(claim.id);
    Entry line = claim;
    line.correction = 0;
    if (held != standing.claims.end()) {
      if (same_words(claim, held->second) && claim.amounts == held->second.amounts) continue;
      line.amounts = minus(claim.amounts, held->second.amounts);
      line.correction = held->second.correction + 1;
    }
    out.push_back(std::move(line));
  }
  for (const auto& [id, held] : standing.claims) {
    if (held.state == kWithdrawn || seen.contains(id)) continue;
    Entry line = held;
    line.state = kWithdrawn;
    line.amounts = minus({}, held.amounts);
    ++line.correction;
    out.push_back(std::move(line));
  }
  std::ranges::sort(out, {}, &Entry::id);
  return out;
}

Statement statement_of(const Standing& standing, const std::vector<Entry>& lines,
                       std::pair<std::string, std::string> sides, Date until) {
  if (sides.second < sides.first) std::swap(sides.first, sides.second);
  Statement out{.number = standing.statements + 1,
                .a = std::move(sides.first),
                .b = std::move(sides.second),
                .from = standing.until,
                .until = until,
                .first = standing.lines,
                .end = standing.lines + lines.size(),
                .sums = {},
                .root = tree_of(lines).root(),
                .before = standing.last};
  for (const Entry& line : lines) {
    Amounts& sum = out.sums[{line.debtor, line.creditor}];
    sum = plus(sum, line.amounts);
    if (line.correction > 0) {
      ++out.corrections;
    } else if (standing.until && line.day < *standing.until) {
      ++out.late;
    }
  }
  return out;
}

std::string text_of(const Statement& statement) {
  Value::List sums;
  for (const auto& [who, amounts] : statement.sums) {
    Value sum = to_value(amounts);
    sum.as_record()->emplace("debtor", who.first);
    sum.as_record()->emplace("creditor", who.second);
    sums.push_back(std::move(sum));
  }
  Value::Record out{{"number", statement.number},
                    {"sides", Value::List{statement.a, statement.b}},
                    {"until", statement.until.text()},
                    {"first", statement.first},
                    {"end", statement.end},
                    {"late", statement.late},
                    {"corrections", statement.corrections},
                    {"sums", std::move(sums)},
                    {"root", hex(statement.root)},
                    {"before", hex(statement.before)}};
  if (statement.from) out.emplace("from", statement.from->text());
  return canonical_json(out);
}

std::expected<Statement, std::string> statement_of(const Value& value) {
  Statement out{.number = value.int_at("number"),
                .a = {},
                .b = {},
                .from = Date::parse(value.text_at("from")),
                .until = {},
                .first = static_cast<std::uint64_t>(value.int_at("first")),
                .end = static_cast<std::uint64_t>(value.int_at("end")),
                .late = value.int_at("late"),
                .corrections = value.int_at("corrections"),
                .sums = {}};
  const auto until = Date::parse(value.text_at("until"));
  if (!until) return std::unexpected{std::string{"until"}};
  out.until = *until;
  const Value* sides = value.find("sides");
  const Value::List* both = sides ? sides->as_list() : nullptr;
  if (!both || both->size() != 2 || !(*both)[0].as_text() || !(*both)[1].as_text()) {
    return std::unexpected{std::string{"sides"}};
  }
  out.a = *(*both)[0].as_text();
  out.b = *(*both)[1].as_text();
  const auto root = hash_from_hex(value.text_at("root"));
  if (!root) return std::unexpected{std::string{"root"}};
  const auto before = hash_from_hex(value.text_at("before"));
  if (!before) return std::unexpected{std::string{"before"}};
  out.root = *root;
  out.before = *before;
  const Value* sums = value.find("sums");
  if (!sums || !sums->as_list()) return std::unexpected{std::string{"sums"}};
  for (const Value& sum : *sums->as_list()) {
    const auto amounts = amounts_of(sum);
    if (!amounts) return std::unexpected{"sums." + amounts.error()};
    out.sums[{sum.text_at("debtor"), sum.text_at("creditor")}] = *amounts;
  }
  return out;
}

void close(Standing& standing, const Statement& statement, const std::vector<Entry>& lines) {
  BASHU_ASSERT(statement.number == standing.statements + 1 && statement.before == standing.last);
  for (const Entry& line : lines) {
    const auto [held, fresh] = standing.claims.try_emplace(line.id, line);
    if (fresh) continue;
    Entry now = line;
    now.amounts = plus(held->second.amounts, line.amounts);
    held->second = std::move(now);
  }
  standing.statements = statement.number;
  standing.lines = statement.end;
  standing.until = statement.until;
  standing.last = sha256(text_of(statement));
}

Hash key_of(const Entry& line) { return sha256(line.line_id()); }

Line digest_of(const Entry& line) {
  return {.key = key_of(line), .content = sha256(canonical_json(to_value(line)))};
}

Tree tree_of(const std::vector<Entry>& lines) {
  std::vector<Line> out;
  out.reserve(lines.size());
  for (const Entry& line : lines) out.push_back(digest_of(line));
  return Tree{std::move(out)};
}

const char* kind_name(Kind kind) {
  constexpr std::array<const char*, 6> kNames{"missing_here", "missing_there", "amount",
                                              "pairing",      "date",          "other_evidence"};
  return kNames[static_cast<std::size_t>(kind)];
}

Compared compare(const std::vector<Entry>& here, const Counterpart& there) {
  std::unordered_map<Hash, const Entry*, HashOfKey> ours;
  for (const Entry& line : here) ours.emplace(key_of(line), &line);
  const Differences found = reconcile(tree_of(here), there.tree);
  Compared out{.differences = {}, .bytes = found.bytes};
  const auto fetch = [&](const Hash& key) {
    Entry line = there.line(key);
    out.bytes += canonical_json(to_value(line)).size();
    return line;
  };
  // One ride of which the sides know different first taps has two ids: it is one difference. Claims
  // that end with no tap are not compared so: they have nothing in common.
  std::map<std::pair<std::string, std::string>, Entry> theirs;  // by last tap and operator
  std::vector<Entry> more;
  for (const Hash& key : found.only_there) {
    Entry line = fetch(key);
    const std::pair by{line.last, line.of};
    const bool fresh = !line.last.empty() && theirs.try_emplace(by, line).second;
    if (!fresh) more.push_back(std::move(line));
  }
  for (const Hash& key : found.only_here) {
    const Entry& line = *ours.at(key);
    const auto other = theirs.find({line.last, line.of});
    if (other == theirs.end()) {
      out.differences.push_back({Kind::missing_there, line, std::nullopt});
    } else {
      out.differences.push_back({Kind::pairing, line, std::move(other->second)});
      theirs.erase(other);
    }
  }
  for (auto& [by, line] : theirs) more.push_back(std::move(line));
  for (Entry& line : more) {
    out.differences.push_back({Kind::missing_here, std::nullopt, std::move(line)});
  }
  for (const Hash& key : found.differ) {
    const Entry& line = *ours.at(key);
    Entry other = fetch(key);
    const Kind kind = kind_of(line, other);
    out.differences.push_back({kind, line, std::move(other)});
  }
  std::ranges::sort(out.differences, {}, [](const Difference& one) {
    return one.here ? one.here->line_id() : one.there->line_id();
  });
  return out;
}

Compared compare(const std::vector<Entry>& here, const std::vector<Entry>& there) {
  const Tree tree = tree_of(there);
  std::unordered_map<Hash, const Entry*, HashOfKey> theirs;
  for (const Entry& line : there) theirs.emplace(key_of(line), &line);
  return compare(
      here, {.tree = as_other(tree), .line = [&](const Hash& key) { return *theirs.at(key); }});
}

std::vector<Entry> agreed(const std::vector<Entry>& here,
                          const std::vector<Difference>& differences) {
  std::set<std::string> out_of_it;
  for (const Difference& one : differences) {
    if (one.here) out_of_it.insert(one.here->line_id());
  }
  std::vector<Entry> out;
  std::ranges::copy_if(here, std::back_inserter(out),
                       [&](const Entry& line) { return !out_of_it.contains(line.line_id()); });
  return out;
}

}  // namespace bashu::clearing

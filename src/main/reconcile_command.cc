// bashu reconcile: where two files of the same lines differ, for offices that begin with
// spreadsheets. The comparison is the one that nodes make of each other's statements.

#include <algorithm>
#include <map>
#include <ostream>
#include <set>

#include "base/json.h"
#include "clearing/reconcile.h"
#include "main/commands.h"
#include "main/import_rows.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

struct Kept {
  std::uint64_t line = 0;
  std::vector<std::string> key, compared;
};
struct File {
  std::vector<clearing::Line> lines;
  std::map<Hash, Kept> rows;  // by key
  std::uint64_t read = 0, wrong = 0, twice = 0;
  std::vector<std::int64_t> sums;  // of --sum, in the order asked for
};

std::string text_of(const Row& row, const std::string& field) {
  const auto it = row.fields.find(field);
  if (it == row.fields.end()) return {};
  const std::string* text = it->second.as_text();
  return text ? *text : canonical_json(it->second);
}

Hash hash_of(const std::vector<std::string>& texts) {
  Value::List list{texts.begin(), texts.end()};
  return sha256(canonical_json(list));
}

std::string say(const Console& console, std::string_view key, const texts::Places& places = {}) {
  return texts::text(console.language, "reconcile." + std::string{key}, places);
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : " / ") + text;
  return out;
}

// The integer a cell says, if it says one.
bool add(std::int64_t& sum, const std::string& text) {
  const auto value = parse_json(text);
  const std::int64_t* number = value ? value->as_int() : nullptr;
  return text.empty() || (number && !__builtin_add_overflow(sum, *number, &sum));
}

std::expected<File, Fault> read(const Console& console, const std::string& path,
                                const Reconcile& what) {
  auto rows = RowReader::open(path, row_format({}, path));
  if (!rows) {
    return std::unexpected{
        Fault{.what = path + ": " + in_language(rows.error(), console.language)}};
  }
  File file{.lines = {}, .rows = {}, .sums = std::vector<std::int64_t>(what.sum.size())};
  while (true) {
    auto row = rows->next();
    if (!row) return std::unexpected{row.error()};
    if (!*row) return file;
    ++file.read;
    const Row& one = **row;
    Kept kept{.line = one.line, .key = {}, .compared = {}};
    for (const std::string& field : what.key) kept.key.push_back(text_of(one, field));
    for (const std::string& field : what.compare) kept.compared.push_back(text_of(one, field));
    bool sound = !one.wrong && std::ranges::any_of(
                                   kept.key, [](const std::string& part) { return !part.empty(); });
    for (std::size_t i = 0; i < what.sum.size() && sound; ++i) {
      sound = add(file.sums[i], text_of(one, what.sum[i]));
    }
    if (!sound) {
      ++file.wrong;
      console.err << path << ':' << one.line << ": "
                  << (one.wrong ? in_language(*one.wrong, console.language)
                                : say(console, "no_key"))
                  << '\n';
      continue;
    }
    const Hash key = hash_of(kept.key);
    file.lines.push_back({.key = key, .content = hash_of(kept.compared)});
    const auto [first, fresh] = file.rows.try_emplace(key, std::move(kept));
    if (!fresh) {
      ++file.twice;
      console.err << path << ':' << one.line << ": "
                  << say(console, "twice", {{"line", std::to_string(first->second.line)}}) << '\n';
      file.lines.pop_back();
    }
  }
}

}  // namespace

Exit reconcile(const Console& console, const Reconcile& what) {
  const auto left = read(console, what.left, what);
  if (!left) return console.fail(left.error());
  const auto right = read(console, what.right, what);
  if (!right) return console.fail(right.error());
  const clearing::Tree here{left->lines}, there{right->lines};
  const clearing::Differences found = clearing::reconcile(here, clearing::as_other(there));
  const auto missing = [&](const File& file, const std::string& from,
                           const std::vector<Hash>& keys) {
    for (const Hash& key : keys) {
      const Kept& row = file.rows.at(key);
      console.out << say(console, "only",
                         {{"key", joined(row.key)},
                          {"file", from},
                          {"line", std::to_string(row.line)}})
                  << '\n';
    }
  };
  missing(*left, what.left, found.only_here);
  missing(*right, what.right, found.only_there);
  for (const Hash& key : found.differ) {
    const Kept &a = left->rows.at(key), &b = right->rows.at(key);
    for (std::size_t i = 0; i < what.compare.size(); ++i) {
      if (a.compared[i] == b.compared[i]) continue;
      console.out << say(console, "differs",
                         {{"key", joined(a.key)},
                          {"field", what.compare[i]},
                          {"left", a.compared[i]},
                          {"right", b.compared[i]},
                          {"left_line", std::to_string(a.line)},
                          {"right_line", std::to_string(b.line)}})
                  << '\n';
    }
  }
  for (std::size_t i = 0; i < what.sum.size(); ++i) {
    console.out << say(console, "sum",
                       {{"field", what.sum[i]},
                        {"left", std::to_string(left->sums[i])},
                        {"right", std::to_string(right->sums[i])}})
                << '\n';
  }
  const std::size_t equal = left->rows.size() - found.only_here.size() - found.differ.size();
  console.out << say(console, "done",
                     {{"equal", std::to_string(equal)},
                      {"differ", std::to_string(found.differ.size())},
                      {"left", std::to_string(found.only_here.size())},
                      {"right", std::to_string(found.only_there.size())}})
              << '\n';
  const bool agree = found.differ.empty() && found.only_here.empty() && found.only_there.empty();
  const bool sound = left->wrong + left->twice + right->wrong + right->twice == 0;
  return agree && sound ? Exit::done : Exit::refused;
}

}  // namespace bashu::cli

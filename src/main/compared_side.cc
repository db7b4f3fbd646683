#include "main/compared_side.h"

#include <algorithm>
#include <array>
#include <ostream>
#include <utility>

#include "http/message.h"
#include "main/client.h"
#include "main/import_rows.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

constexpr std::uint64_t kTold = 100'000;  // rows of a file between two words of progress
constexpr std::size_t kNamed = 100;       // columns of NDJSON that are told
constexpr int kPage = 1'000;              // records

// Of a record, beside its fields.
constexpr std::array<std::string_view, 6> kAbout{"key",     "keeper",  "on",
                                                 "version", "edition", "number"};

bool is_about(std::string_view column) {
  return column.starts_with('@') && std::ranges::find(kAbout, column.substr(1)) != kAbout.end();
}

bool is_sealed(const Value& value) {
  if (const Value::List* list = value.as_list()) return std::ranges::any_of(*list, is_sealed);
  const Value::Record* record = value.as_record();
  return record && (record->contains("$sealed") || std::ranges::any_of(*record, [](const auto& m) {
                      return is_sealed(m.second);
                    }));
}

const Value::List& list_in(const Value& value, std::string_view name) {
  static const Value::List kNone;
  const Value* found = value.find(name);
  return found && found->as_list() ? *found->as_list() : kNone;
}

ComparedRow row_of(const Value& record) {
  ComparedRow out{
      .number = static_cast<std::uint64_t>(record.int_at("changed_at")), .fields = {}, .wrong = {}};
  const Value* fields = record.find("fields");
  if (fields && fields->as_record()) out.fields = *fields->as_record();
  for (const std::string_view name : kAbout) {
    if (const Value* value = record.find(name)) out.fields["@" + std::string{name}] = *value;
  }
  return out;
}

}  // namespace

ComparedSide::ComparedSide(const Console& console, std::string name, Remote remote,
                           std::string as_of, std::string at)
    : console_{console},
      name_{std::move(name)},
      remote_{std::move(remote)},
      as_of_{std::move(as_of)},
      at_{std::move(at)} {
  const std::size_t mark = name_.rfind('#');
  if (mark == std::string::npos) return;
  const std::string url = name_.substr(0, mark), reg = name_.substr(mark + 1);
  const bool remote_one = url.empty() || url.starts_with("http://") || url.starts_with("https://");
  if (!remote_one || std::ranges::count(reg, '/') != 1) return;
  if (!url.empty()) remote_.api = url;
  pack_ = reg.substr(0, reg.find('/'));
  register_ = reg.substr(reg.find('/') + 1);
}

std::string ComparedSide::place(std::uint64_t number) const {
  return texts::text(console_.language, pack_.empty() ? "reconcile.line" : "reconcile.entry",
                     {{"number", std::to_string(number)}});
}

std::expected<void, Exit> ComparedSide::each(const std::vector<std::string>& columns,
                                             const Take& take) const {
  auto done = pack_.empty() ? each_in_file(columns, take) : each_in_register(columns, take);
  console_.progress({});
  return done;
}

std::expected<void, Exit> ComparedSide::each_in_file(const std::vector<std::string>& columns,
                                                     const Take& take) const {
  std::set<std::string> there, missing{columns.begin(), columns.end()};
  auto rows = RowReader::open(name_, row_format({}, name_));
  if (!rows) return std::unexpected{console_.fail(name_, rows.error())};
  for (std::uint64_t count = 1;; ++count) {
    auto row = rows->next();
    if (!row) return std::unexpected{console_.fail(row.error())};
    if (!*row)
      return missing.empty() || count == 1 ? std::expected<void, Exit>{}
                                           : no_heading(*missing.begin(), there);
    // The heading says all there are; rows of NDJSON have what they have.
    if ((*row)->heading) {
      there.insert((*row)->heading->begin(), (*row)->heading->end());
    } else if (there.size() < kNamed) {
      for (const auto& [name, value] : (*row)->fields) there.insert(name);
    }
    std::erase_if(missing, [&](const std::string& column) {
      return (*row)->fields.contains(column) || ((*row)->heading && there.contains(column));
    });
    if ((*row)->heading && !missing.empty()) return no_heading(*missing.begin(), there);
    ComparedRow one{.number = (*row)->line, .fields = std::move((*row)->fields), .wrong = {}};
    if ((*row)->wrong) one.wrong = in_language(*(*row)->wrong, console_.language);
    if (auto taken = take(one); !taken) return taken;
    if (count % kTold == 0) console_.progress(name_ + "  " + std::to_string(count));
  }
}

std::expected<Value, Exit> ComparedSide::page(const std::string& at, int limit,
                                              const std::string& after) const {
  std::string query = "?limit=" + std::to_string(limit);
  if (!at.empty()) query += "&at=" + http::percent_encode(at);
  if (!as_of_.empty()) query += "&as_of=" + http::percent_encode(as_of_);
  if (!after.empty()) query += "&after=" + http::percent_encode(after);
  return call(console_, remote_,
              {.path = "/packs/" + http::percent_encode(pack_) + "/registers/" +
                       http::percent_encode(register_) + query});
}

std::expected<void, Exit> ComparedSide::each_in_register(const std::vector<std::string>& columns,
                                                         const Take& take) const {
  if (auto known = check(columns); !known) return known;
  auto first = page(at_, 1, {});
  if (!first) return std::unexpected{first.error()};
  for (const Value& hidden : list_in(*first, "hidden")) {
    const std::string* name = hidden.as_text();
    if (name && std::ranges::find(columns, *name) != columns.end()) {
      return std::unexpected{refuse("hidden", *name)};
    }
  }
  const std::string at = std::to_string(first->int_at("position"));
  std::uint64_t count = 0;
  for (std::string after;;) {
    const auto answer = page(at, kPage, after);
    if (!answer) return std::unexpected{answer.error()};
    for (const Value& record : list_in(*answer, "records")) {
      const ComparedRow row = row_of(record);
      if (auto seen = see(columns, row); !seen) return seen;
      if (auto taken = take(row); !taken) return taken;
      ++count;
    }
    console_.progress(name_ + "  " + std::to_string(count));
    after = answer->text_at("next");
    if (after.empty()) return {};
  }
}

// A name that the register does not have is a mistake, not a column without values.
std::expected<void, Exit> ComparedSide::check(const std::vector<std::string>& columns) const {
  const auto pack = held_pack(console_, remote_, pack_);
  if (!pack) return std::unexpected{pack.error()};
  const packs::Register* reg = packs::find((*pack)->registers, register_);
  if (!reg) return {};  // the node says so itself
  for (const std::string& column : columns) {
    if (is_about(column) || reg->record->member(column)) continue;
    console_.err << texts::text(console_.language, "reconcile.no_column",
                                {{"side", name_}, {"column", column}})
                 << '\n';
    return std::unexpected{Exit::usage};
  }
  return {};
}

// What is sealed for this key would differ from everything, or equal what it is not.
std::expected<void, Exit> ComparedSide::see(const std::vector<std::string>& columns,
                                            const ComparedRow& row) const {
  for (const std::string& column : columns) {
    const auto held = row.fields.find(column);
    if (held != row.fields.end() && is_sealed(held->second)) {
      return std::unexpected{refuse("sealed", column)};
    }
    if (column == "@key" && held == row.fields.end()) {
      return std::unexpected{refuse("hidden", column)};
    }
  }
  return {};
}

std::expected<void, Exit> ComparedSide::no_heading(const std::string& column,
                                                   const std::set<std::string>& there) const {
  std::string all;
  for (const std::string& one : there) all += (all.empty() ? "" : ", ") + one;
  console_.progress({});
  console_.err << texts::text(console_.language, "reconcile.no_heading",
                              {{"side", name_}, {"column", column}, {"columns", all}})
               << '\n';
  return std::unexpected{Exit::usage};
}

Exit ComparedSide::refuse(const char* key, const std::string& column) const {
  console_.progress({});
  console_.err << texts::text(console_.language, std::string{"reconcile."} + key,
                              {{"side", name_}, {"column", column}})
               << '\n';
  return Exit::refused;
}

}  // namespace bashu::cli

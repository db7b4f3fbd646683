#include "main/import_state.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"

namespace bashu::cli {

namespace {

Value refused_value(const RefusedRow& row) {
  return Value::Record{
      {"line", row.line}, {"code", row.code}, {"title", row.title}, {"errors", row.errors}};
}

RefusedRow refused_row(const Value& value) {
  RefusedRow row{.line = static_cast<std::uint64_t>(value.int_at("line")),
                 .code = value.text_at("code"),
                 .errors = {},
                 .title = value.text_at("title")};
  const Value* errors = value.find("errors");
  if (errors && errors->as_list()) row.errors = *errors->as_list();
  return row;
}

Value batch_value(const BatchDone& done) {
  Value::List refused;
  for (const RefusedRow& row : done.refused) refused.push_back(refused_value(row));
  return Value::Record{
      {"batch", done.number},        {"first", done.first}, {"last", done.last},
      {"digest", done.digest},       {"taken", done.taken}, {"known", done.known},
      {"otherwise", done.otherwise}, {"again", done.again}, {"refused", std::move(refused)}};
}

BatchDone batch_done(const Value& value) {
  BatchDone done{.number = static_cast<std::uint64_t>(value.int_at("batch")),
                 .first = static_cast<std::uint64_t>(value.int_at("first")),
                 .last = static_cast<std::uint64_t>(value.int_at("last")),
                 .digest = value.text_at("digest"),
                 .taken = value.int_at("taken"),
                 .known = value.int_at("known"),
                 .otherwise = value.int_at("otherwise"),
                 .refused = {},
                 .again = value.bool_at("again")};
  const Value* refused = value.find("refused");
  for (const Value& row : refused && refused->as_list() ? *refused->as_list() : Value::List{}) {
    done.refused.push_back(refused_row(row));
  }
  return done;
}

std::string random_name() {
  std::array<unsigned char, 12> bytes{};
  ::randombytes_buf(bytes.data(), bytes.size());
  return hex(std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

std::expected<ImportState, Fault> ImportState::open(const std::filesystem::path& file,
                                                    const Value::Record& about) {
  ImportState state;
  state.file_ = file;
  std::ifstream in{file};
  std::string line;
  constexpr JsonLimits kLimits{.depth = 16, .values = 1'000'000};
  if (std::getline(in, line)) {
    const auto head = parse_json(line, kLimits);
    const Value* same = head ? head->find("import") : nullptr;
    if (same && *same == Value{about}) state.run_ = head->text_at("run");
  }
  while (!state.run_.empty() && std::getline(in, line)) {
    const auto value = parse_json(line, kLimits);
    if (!value || in.eof()) break;  // the last line was not finished
    BatchDone done = batch_done(*value);
    state.done_.insert_or_assign(done.number, std::move(done));
  }
  const bool anew = state.run_.empty();
  if (anew) state.run_ = random_name();
  // Written whole, so that a half-written last line is gone.
  std::string text = canonical_json(Value::Record{{"import", about}, {"run", state.run_}}) + "\n";
  for (const auto& [number, done] : state.done_) text += canonical_json(batch_value(done)) + "\n";
  const std::filesystem::path fresh = file.string() + ".new";
  std::FILE* out = std::fopen(fresh.c_str(), "wbe");
  if (!out) {
    return std::unexpected{
        Fault{.what = "cannot write " + fresh.string(), .unknown_outcome = false}};
  }
  state.out_.reset(out);
  std::error_code error;
  const bool written =
      std::fwrite(text.data(), 1, text.size(), out) == text.size() && std::fflush(out) == 0;
  if (written) std::filesystem::rename(fresh, file, error);
  if (!written || error) {
    return std::unexpected{
        Fault{.what = "cannot write " + file.string(), .unknown_outcome = false}};
  }
  return state;
}

const BatchDone* ImportState::find(std::uint64_t number, const std::string& digest) const {
  const auto it = done_.find(number);
  return it != done_.end() && it->second.digest == digest ? &it->second : nullptr;
}

std::expected<void, Fault> ImportState::add(const BatchDone& done) {
  const std::string text = canonical_json(batch_value(done)) + "\n";
  if (std::fwrite(text.data(), 1, text.size(), out_.get()) == text.size() &&
      std::fflush(out_.get()) == 0) {
    return {};
  }
  return std::unexpected{Fault{.what = "cannot write " + file_.string(), .unknown_outcome = false}};
}

void ImportState::remove() {
  out_.reset();
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

}  // namespace bashu::cli

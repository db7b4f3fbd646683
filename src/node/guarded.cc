#include "node/guarded.h"

#include <utility>

#include "base/json.h"
#include "base/try.h"
#include "base/value.h"

namespace bashu::node {

namespace {

constexpr std::int64_t kAskedLifeMs = 86'400'000;

std::expected<Value::Record, Fault> read_marker(const FileStore& files) {
  BASHU_TRY(const std::string text, files.read("restored"));
  const auto value = parse_json(std::string_view{text}.substr(0, text.find_last_not_of('\n') + 1));
  const Value::Record* marker = value ? value->as_record() : nullptr;
  // It guards whatever it says.
  return marker ? *marker : Value::Record{};
}

}  // namespace

bool is_guarded(const FileStore& files) { return files.has("restored"); }

std::expected<void, Fault> end_guard(FileStore& files, Gate& gate, const std::string& how) {
  BASHU_TRY(Value::Record marker, read_marker(files));
  marker["ended"] = how;
  BASHU_TRY_OK(files.write("restored-ended", canonical_json(marker) + "\n"));
  files.remove("restored");
  if (files.has("restored")) {
    return std::unexpected{Fault{.what = files.where("restored") + ": cannot be removed"}};
  }
  gate.open(Gate::Why::restored);
  return {};
}

std::expected<std::optional<Officer>, Fault> ask_to_end_guard(FileStore& files, Gate& gate,
                                                              const Officer& officer) {
  BASHU_TRY(Value::Record marker, read_marker(files));
  const Value asked = marker.contains("asked") ? marker["asked"] : Value{};
  const Officer first{.principal = asked.text_at("principal"),
                      .note = asked.text_at("note"),
                      .at_ms = asked.int_at("at_ms")};
  const bool waits = !first.principal.empty() && officer.at_ms - first.at_ms <= kAskedLifeMs;
  if (!waits || first.principal == officer.principal) {
    marker["asked"] = Value::Record{
        {"principal", officer.principal}, {"note", officer.note}, {"at_ms", officer.at_ms}};
    BASHU_TRY_OK(files.write("restored", canonical_json(marker) + "\n"));
    return std::nullopt;
  }
  BASHU_TRY_OK(end_guard(files, gate,
                         "officers " + first.principal + " (" + first.note + ") and " +
                             officer.principal + " (" + officer.note + ")"));
  return first;
}

}  // namespace bashu::node

#include "node/guarded.h"

#include <system_error>
#include <utility>

#include "base/json.h"
#include "base/try.h"
#include "base/value.h"
#include "node/files.h"

namespace bashu::node {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kAskedLifeMs = 86'400'000;

std::expected<Value::Record, Fault> read_marker(const fs::path& dir) {
  BASHU_TRY(const std::string text, read_file(dir / "restored"));
  const auto value = parse_json(std::string_view{text}.substr(0, text.find_last_not_of('\n') + 1));
  const Value::Record* marker = value ? value->as_record() : nullptr;
  // It guards whatever it says.
  return marker ? *marker : Value::Record{};
}

}  // namespace

bool is_guarded(const fs::path& dir) {
  std::error_code error;
  return fs::exists(dir / "restored", error) || error;
}

std::expected<void, Fault> end_guard(const fs::path& dir, Gate& gate, const std::string& how) {
  BASHU_TRY(Value::Record marker, read_marker(dir));
  marker["ended"] = how;
  BASHU_TRY_OK(write_file(dir / "restored-ended", canonical_json(marker) + "\n"));
  std::error_code error;
  fs::remove(dir / "restored", error);
  if (error) {
    return std::unexpected{Fault{.what = (dir / "restored").string() + ": " + error.message()}};
  }
  BASHU_TRY_OK(sync_directory(dir));
  gate.open(Gate::Why::restored);
  return {};
}

std::expected<std::optional<Officer>, Fault> ask_to_end_guard(const fs::path& dir, Gate& gate,
                                                              const Officer& officer) {
  BASHU_TRY(Value::Record marker, read_marker(dir));
  const Value asked = marker.contains("asked") ? marker["asked"] : Value{};
  const Officer first{.principal = asked.text_at("principal"),
                      .note = asked.text_at("note"),
                      .at_ms = asked.int_at("at_ms")};
  const bool waits = !first.principal.empty() && officer.at_ms - first.at_ms <= kAskedLifeMs;
  if (!waits || first.principal == officer.principal) {
    marker["asked"] = Value::Record{
        {"principal", officer.principal}, {"note", officer.note}, {"at_ms", officer.at_ms}};
    BASHU_TRY_OK(write_file(dir / "restored", canonical_json(marker) + "\n"));
    return std::nullopt;
  }
  BASHU_TRY_OK(end_guard(dir, gate,
                         "officers " + first.principal + " (" + first.note + ") and " +
                             officer.principal + " (" + officer.note + ")"));
  return first;
}

}  // namespace bashu::node

// Where the rows of an import may go, as the packs held by the node declare it, and how a row is
// understood there.
//
//     `pack/name`            a feed or register of that name, if only one of them has it
//     `pack/feeds/name`      `pack/registers/name`
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/title.h"
#include "base/value.h"
#include "main/import_rows.h"
#include "packs/pack.h"

namespace bashu::cli {

// Why a row was not taken.
struct Why {
  std::string code;  // of base/error.h
  std::string where;
  Title text;
};

struct Target {
  packs::PackPtr pack;
  const packs::Feed* feed = nullptr;  // one of the two
  const packs::Register* reg = nullptr;
  std::string name;  // pack/feeds/name

  [[nodiscard]] const packs::Type& type() const { return feed ? *feed->line : *reg->record; }
  [[nodiscard]] const Title& title() const { return feed ? feed->title : reg->title; }
  [[nodiscard]] std::string path() const;  // of the API, after /api/v1

  // The field of every column, by its name or a title; null: none. Refuses a heading that may mean
  // two fields, and two columns for one.
  [[nodiscard]] std::expected<std::vector<const packs::Member*>, Why> columns(
      const std::vector<std::string>& heading) const;
  // The row as it would be sent, or all that is wrong with it. Cells of CSV are read by the type of
  // their field (typed_text.h); an empty cell is an absent field.
  [[nodiscard]] std::expected<Value::Record, std::vector<Why>> understand(const Row& row,
                                                                          RowFormat format) const;
  // The records of registers the row writes, `register/key`; nullopt if only the node can tell.
  // Rows that write the same record keep their order.
  [[nodiscard]] std::optional<std::set<std::string>> writes(const Value& row) const;
  // The key by which a feed knows a line for ever; nullopt of a register.
  [[nodiscard]] std::optional<std::string> line_key(const Value& row) const;

 private:
  void judge(const Value::Record& row, std::vector<Why>& wrong) const;
};

class Targets {
 public:
  // Gives the source of a pack by name, or why it cannot be had.
  using Ask = std::function<std::expected<packs::PackPtr, Why>(const std::string& pack)>;
  explicit Targets(Ask ask) : ask_{std::move(ask)} {}

  [[nodiscard]] std::expected<const Target*, Why> find(const std::string& to);

 private:
  std::expected<Target, Why> look(const std::string& to);

  Ask ask_;
  std::map<std::string, std::expected<packs::PackPtr, Why>> packs_;
  std::map<std::string, std::expected<Target, Why>> targets_;
};

}  // namespace bashu::cli

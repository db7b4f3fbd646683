#include "network/table.h"

#include <csv.h>

#include <algorithm>
#include <utility>

namespace bashu::network {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

struct Table::Parser {
  csv_parser csv{};
  bool begun = false;
};

Table::Table(std::vector<std::string_view> columns, std::function<void(const Row&)> each,
             std::function<void(std::uint64_t, std::string)> wrong)
    : columns_{std::move(columns)},
      each_{std::move(each)},
      wrong_{std::move(wrong)},
      parser_{std::make_unique<Parser>()} {
  csv_init(&parser_->csv, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
  row_.where_.assign(columns_.size(), -1);
}

Table::~Table() { csv_free(&parser_->csv); }

void Table::cell(std::string_view text) {
  if (row_.fields_ == row_.cells_.size()) row_.cells_.emplace_back();
  row_.cells_[row_.fields_++].assign(text);
}

void Table::heading() {
  headed_ = true;
  for (std::size_t i = 0; i < row_.fields_; ++i) {
    const auto column = std::ranges::find(columns_, trimmed(row_.cells_[i]));
    if (column == columns_.end()) continue;
    int& where = row_.where_[static_cast<std::size_t>(column - columns_.begin())];
    if (where >= 0) wrong_(1, "two columns are named " + std::string{*column});
    where = static_cast<int>(i);
  }
}

void Table::row_done() {
  ++row_.line_;
  const bool blank = row_.fields_ == 0 || (row_.fields_ == 1 && row_.cells_[0].empty());
  if (!headed_) {
    heading();
  } else if (!blank) {
    each_(row_);
  }
  row_.fields_ = 0;
}

void Table::bytes(std::string_view piece) {
  if (broken_) return;
  if (!std::exchange(parser_->begun, true) && piece.starts_with("\xef\xbb\xbf")) {
    piece.remove_prefix(3);
  }
  const auto field = [](void* text, std::size_t size, void* self) {
    static_cast<Table*>(self)->cell({static_cast<const char*>(text), size});
  };
  const auto row = [](int, void* self) { static_cast<Table*>(self)->row_done(); };
  if (csv_parse(&parser_->csv, piece.data(), piece.size(), field, row, this) == piece.size()) {
    return;
  }
  broken_ = true;
  wrong_(row_.line_ + 1, csv_strerror(csv_error(&parser_->csv)));
}

void Table::end() {
  if (broken_) return;
  const auto field = [](void* text, std::size_t size, void* self) {
    static_cast<Table*>(self)->cell({static_cast<const char*>(text), size});
  };
  const auto row = [](int, void* self) { static_cast<Table*>(self)->row_done(); };
  if (csv_fini(&parser_->csv, field, row, this) == 0) return;
  broken_ = true;
  wrong_(row_.line_ + 1, "a quote is not closed");
}

}  // namespace bashu::network

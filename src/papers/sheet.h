// A paper as it is drawn: words only, already in the reader's language and as far as the reader may
// see them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/value.h"

namespace bashu::papers {

using Row = std::pair<std::string, std::string>;  // a name and what stands for it

struct Sheet {
  std::string language;  // zh, en
  std::string title, issuer, number, text;
  std::string warning;  // that it no longer counts; empty: it does
  struct Group {
    std::string title;  // may be empty
    std::vector<Row> rows;
  };
  std::vector<Group> groups;
  std::vector<Row> foot;        // since when, until when, of which case
  std::string link, code, how;  // where it is checked, as a link and as a code, and a word on how
  std::string remark;           // on synthetic data
  Date printed;
};

// For programs, and for whoever verifies the paper without the node; `facts` are added to it.
[[nodiscard]] Value sheet_value(const Sheet& sheet, Value::Record facts);

}  // namespace bashu::papers

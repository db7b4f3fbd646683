// Rows of a large file, each a JSON record of one level, read without making a Value of each.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bashu {

class FlatJson {
 public:
  FlatJson();
  ~FlatJson();
  FlatJson(const FlatJson&) = delete;
  FlatJson& operator=(const FlatJson&) = delete;

  struct Member {
    std::string name, text;
  };
  // Whether `line` is such a record whose members are texts and whole numbers, each name once, by
  // the rules of parse_json(). If not, that tells what it is, or what is wrong with it.
  [[nodiscard]] bool read(std::string_view line);
  // Of the record that was read last: the member, a number as its digits; empty if there is none.
  [[nodiscard]] std::string_view text(std::string_view name) const;

 private:
  class Reading;
  std::unique_ptr<Reading> reading_;
};

}  // namespace bashu

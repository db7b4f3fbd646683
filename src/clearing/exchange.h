// Comparing with a side that is elsewhere: questions and answers, each one JSON text, over whatever
// carries lines between the two. Only branches whose digests differ are asked for, and then only
// the lines that differ.
//
//     {"root":true}                            {"root":"<64 digits>"}
//     {"children":{"prefix":..,"depth":..}}    {"digests":[16],"counts":[16]}
//     {"lines":{"prefix":..,"depth":..}}       {"lines":[["key","content"],..]}
//     {"line":"<key>"}                         {"line":{..}}
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "clearing/statement.h"

namespace bashu::clearing {

// Answers for these lines, which must outlive it.
class Answers {
 public:
  explicit Answers(const std::vector<Entry>& lines);
  // An answer, or {"wrong":..} if that is no question.
  [[nodiscard]] std::string to(std::string_view question) const;

 private:
  Tree tree_;
  std::map<Hash, const Entry*> by_key_;
};

// `ask` gives the answer to a question, or an error. What the other side answers is not trusted: an
// answer that makes no sense ends it with an error.
[[nodiscard]] std::expected<Compared, std::string> compare_by(
    const std::vector<Entry>& here,
    const std::function<std::expected<std::string, std::string>(const std::string&)>& ask);

}  // namespace bashu::clearing

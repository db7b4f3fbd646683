// The overview of a circle in prose: a circle's overview.yaml, which lies beside its published.tsv.
//
//     circle: {zh: 双城经济圈, en: The circle}
//     title: {zh: 经济圈概况, en: The circle at a glance}
//     parties: {north: {zh: 北省, en: North}}
//     lead: {zh: ..., en: ...}
//     sections:
//       - title: {zh: 交通, en: Transport}
//         text:
//           - {zh: "规划{F24}条通道。", en: "{F24} corridors are planned."}
//
// `{F24}` is the number of that row of published.tsv; `{F06.north}` the one of that key where a row
// has several. Numbers are computed when a page is asked for, never written here.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/title.h"

namespace bashu::site {

// A piece of a paragraph: words, or a row whose number stands here.
struct Piece {
  std::string words;
  std::string row;  // `F24`, `F06.north`; empty: words
};
// Into pieces; a brace that is not closed is words.
[[nodiscard]] std::vector<Piece> pieces(std::string_view text);

struct Article {
  Title circle, title, lead;
  std::map<std::string, Title, std::less<>> parties;
  struct Section {
    Title title;
    std::vector<Title> text;
  };
  std::vector<Section> sections;
  // Of a map made for the circle: who drew it and under which review number. Empty: not said.
  Title map_credit;
};

// Where overview.yaml and map.tsv lie: in the node's directory, unless a circle's folder, or a file
// in it, is `given`.
[[nodiscard]] std::filesystem::path circle_folder(const std::filesystem::path& dir,
                                                  const std::string& given);
// DIR/overview.yaml; one without anything in it if there is no such file.
[[nodiscard]] std::expected<std::shared_ptr<const Article>, Fault> load_article(
    const std::filesystem::path& folder);
[[nodiscard]] std::expected<std::shared_ptr<const Article>, Fault> read_article(
    std::string_view text, const std::string& name);

}  // namespace bashu::site

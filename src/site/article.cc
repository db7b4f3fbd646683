#include "site/article.h"

#include <utility>

#include "node/files.h"
#include "packs/yaml.h"

namespace bashu::site {

namespace {

Title title_of(const Value* value) {
  Title title;
  const Value::Record* record = value ? value->as_record() : nullptr;
  if (!record) return title;
  for (const auto& [language, text] : *record) {
    if (const std::string* words = text.as_text()) title[language] = *words;
  }
  return title;
}

const Value::List& list_of(const Value& value, std::string_view name) {
  static const Value::List kNone;
  const Value* member = value.find(name);
  const Value::List* list = member ? member->as_list() : nullptr;
  return list ? *list : kNone;
}

}  // namespace

std::vector<Piece> pieces(std::string_view text) {
  std::vector<Piece> out;
  while (!text.empty()) {
    const auto open = text.find('{');
    const auto close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) {
      out.push_back({.words = std::string{text}, .row = {}});
      return out;
    }
    if (open > 0) out.push_back({.words = std::string{text.substr(0, open)}, .row = {}});
    out.push_back({.words = {}, .row = std::string{text.substr(open + 1, close - open - 1)}});
    text.remove_prefix(close + 1);
  }
  return out;
}

std::expected<std::shared_ptr<const Article>, Fault> read_article(std::string_view text,
                                                                  const std::string& name) {
  const packs::Document document = packs::read_yaml(text);
  if (!document.findings.empty()) {
    const Finding& first = document.findings.front();
    return std::unexpected{Fault{.what = name + ": " + first.path + ": " + first.text}};
  }
  auto article = std::make_shared<Article>();
  article->circle = title_of(document.root.find("circle"));
  article->title = title_of(document.root.find("title"));
  article->lead = title_of(document.root.find("lead"));
  article->map_credit = title_of(document.root.find("map_credit"));
  if (const Value* parties = document.root.find("parties"); parties && parties->as_record()) {
    for (const auto& [party, title] : *parties->as_record()) {
      article->parties[party] = title_of(&title);
    }
  }
  for (const Value& section : list_of(document.root, "sections")) {
    Article::Section one{.title = title_of(section.find("title")), .text = {}};
    for (const Value& paragraph : list_of(section, "text"))
      one.text.push_back(title_of(&paragraph));
    article->sections.push_back(std::move(one));
  }
  return article;
}

std::filesystem::path circle_folder(const std::filesystem::path& dir, const std::string& given) {
  if (given.empty()) return dir;
  const std::filesystem::path path{given};
  return std::filesystem::is_directory(path) ? path : path.parent_path();
}

std::expected<std::shared_ptr<const Article>, Fault> load_article(
    const std::filesystem::path& folder) {
  const auto path = folder / "overview.yaml";
  if (!std::filesystem::exists(path)) return std::make_shared<const Article>();
  const auto text = node::read_file(path);
  if (!text) return std::unexpected{text.error()};
  return read_article(*text, path.string());
}

}  // namespace bashu::site

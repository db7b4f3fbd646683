#include "objects/answers.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include <limits>
#include <memory>

namespace bashu::objects {

namespace {

struct Free {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
  void operator()(xmlChar* text) const { xmlFree(text); }
};
using Document = std::unique_ptr<xmlDoc, Free>;

Document parse(std::string_view xml) {
  if (xml.size() > std::numeric_limits<int>::max()) return nullptr;
  return Document{xmlReadMemory(xml.data(), static_cast<int>(xml.size()), nullptr, nullptr,
                                XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)};
}

bool is_called(const xmlNode* node, std::string_view name) {
  return node && node->type == XML_ELEMENT_NODE &&
         name == reinterpret_cast<const char*>(node->name);
}

std::string text_of(const xmlNode* node) {
  const std::unique_ptr<xmlChar, Free> text{xmlNodeGetContent(node)};
  return text ? reinterpret_cast<const char*>(text.get()) : "";
}

std::string text_in(const xmlNode* node, std::string_view name) {
  for (const xmlNode* one = node->children; one; one = one->next) {
    if (is_called(one, name)) return text_of(one);
  }
  return {};
}

}  // namespace

std::optional<Listed> listed_in(std::string_view xml) {
  const Document document = parse(xml);
  const xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
  if (!is_called(root, "ListBucketResult")) return std::nullopt;
  Listed listed{.keys = {}, .more = text_in(root, "IsTruncated") == "true"};
  for (const xmlNode* one = root->children; one; one = one->next) {
    if (is_called(one, "Contents")) listed.keys.push_back(text_in(one, "Key"));
  }
  return listed;
}

std::string error_in(std::string_view xml) {
  const Document document = parse(xml);
  const xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
  return is_called(root, "Error") ? text_in(root, "Code") : std::string{};
}

}  // namespace bashu::objects

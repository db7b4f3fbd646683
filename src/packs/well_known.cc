// Types that packs of the second edition use without declaring them. What stands here never
// changes: the definition becomes part of every pack that names it.
#include "packs/expansion.h"

namespace bashu::packs {
namespace {

using Records = Value::Record;

Value type(const char* kind, const char* cls, const char* zh, const char* en, Records more = {}) {
  Records made{{"type", kind}, {"class", cls}, {"title", Records{{"zh", zh}, {"en", en}}}};
  made.merge(more);
  return Value{std::move(made)};
}
Value text(int min, int max, const char* cls, const char* zh, const char* en) {
  return type("text", cls, zh, en, {{"min", min}, {"max", max}});
}
Value pattern(const char* form, const char* zh, const char* en) {
  return type("text", "public", zh, en, {{"pattern", form}});
}

const Records& all() {
  static const Records kTypes{
      {"code", pattern("[A-Za-z0-9-]{1,40}", "代码", "Code")},
      {"day", type("date", "public", "日期", "Date")},
      {"file", type("document", "internal", "附件", "Document")},
      {"firm", pattern("[0-9A-HJ-NPQRTUWXY]{18}", "统一社会信用代码", "Credit code")},
      {"line", text(2, 200, "public", "名称", "Name")},
      {"mark", type("bool", "public", "是否", "Whether")},
      {"name", text(1, 60, "personal", "姓名", "Name")},
      {"note", text(4, 2'000, "internal", "说明", "Note")},
      {"number", text(1, 60, "public", "编号", "Number")},
      {"paper", type("document", "internal", "材料", "Document")},
      {"reason", text(4, 400, "internal", "理由", "Reason")},
      {"seal", type("digest", "public", "签署的内容", "Content signed")},
      {"side", type("party", "public", "一方", "Side")},
      {"source", text(1, 60, "public", "来源文件", "Source document")},
      {"year", type("int", "public", "年度", "Year", {{"min", 2020}, {"max", 2099}})},
      {"yuan",
       type("money", "public", "金额", "Amount", {{"unit", "CNY"}, {"scale", 2}, {"min", 0}})},
  };
  return kTypes;
}

}  // namespace

const Value* well_known_type(std::string_view name) {
  const auto found = all().find(name);
  return found == all().end() ? nullptr : &found->second;
}

}  // namespace bashu::packs

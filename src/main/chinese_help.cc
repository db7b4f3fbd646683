#include "main/chinese_help.h"

#include <CLI/CLI.hpp>
#include <re2/re2.h>

#include <memory>
#include <string>
#include <vector>

#include "main/table.h"

namespace bashu::cli {

namespace {

struct Formatter final : CLI::Formatter {
  Formatter() {
    label("Usage", "用法");
    label("OPTIONS", "选项");
    label("SUBCOMMAND", "子命令");
    label("Positionals", "参数");
    label("REQUIRED", "必填");
    label("Env", "环境");
  }
  std::string make_group(std::string group, bool positional,
                         std::vector<const CLI::Option*> options) const override {
    return CLI::Formatter::make_group(group == "Options" ? "选项" : group, positional, options);
  }
  // The type with its bounds is one word to the parser, which has no label for its parts.
  std::string make_option_opts(const CLI::Option* option) const override {
    std::string text = CLI::Formatter::make_option_opts(option);
    RE2::Replace(&text, "^ TEXT", " 文本");
    RE2::Replace(&text, "^ U?INT(:INT in )?", " 整数");
    return text;
  }
  // The parser pads by bytes, of which a Chinese character has more than it takes columns.
  std::string make_option(const CLI::Option* option, bool positional) const override {
    std::string line = "  " + make_option_name(option, positional) + make_option_opts(option);
    const std::string what = make_option_desc(option);
    std::size_t width = display_width(line);
    if (width >= column_width_ && !what.empty()) {
      line += '\n';
      width = 0;
    }
    if (width < column_width_) line.append(column_width_ - width, ' ');
    return line + what + '\n';
  }
};

std::string failure(const CLI::App* /*app*/, const CLI::Error& error) {
  struct Rule {
    const char *en, *zh;
  };
  static constexpr Rule kRules[]{
      {R"(^A subcommand is required$)", "需要子命令"},
      {R"(^(\S+) is required$)", R"(需要 \1)"},
      {R"(^The following arguments? \w+ not expected: )", "无法识别的参数："},
      {R"(^Could not convert: (\S+) = )", R"(\1：无法识别的值：)"},
      {R"(^(\S+): Value (.*) not in range (\d+) to (\d+)$)", R"(\1：\2 不在 \3 至 \4 之间)"},
      {R"(^(\S+): (.*) not in (\{.*\})$)", R"(\1：\2 不在 \3 之中)"},
      {R"(^(\S+): \d+ required .* missing$)", R"(\1：缺少值)"},
      {R"(^(\S+): At Most (\d+) required but received (\d+)$)",
       R"(\1：至多 \2 个值，给出了 \3 个)"}};
  std::string text = error.what();
  for (const auto& [en, zh] : kRules) {
    if (RE2::Replace(&text, std::string{"(?s)"} + en, zh)) break;
  }
  return text + "\n详见 --help。\n";
}

}  // namespace

void speak_chinese(CLI::App& app) {
  app.formatter(std::make_shared<Formatter>());
  app.failure_message(failure);
  app.group("子命令");
  app.get_option("--help")->description("显示此帮助并退出");
  app.get_option("--version")->description("显示程序版本并退出");
}

}  // namespace bashu::cli

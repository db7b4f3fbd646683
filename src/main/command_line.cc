// The arguments of every command. With chinese_help.cc, all that knows the option parser.

#include "main/command_line.h"

#include <CLI/CLI.hpp>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <iostream>

#include "main/chinese_help.h"
#include "main/commands.h"
#include "main/documents_command.h"
#include "main/network_cheapest.h"
#include "main/network_missed.h"
#include "main/network_rows.h"
#include "main/revoke_command.h"
#include "main/successor_command.h"
#include "main/withdraw_command.h"
#include "main/witness_command.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

using Action = std::function<Exit(const Console&)>;

// The text in the reader's language.
struct Text {
  bool chinese;
  std::string operator()(const char* en, const char* zh) const { return chinese ? zh : en; }
};

// A command's options live as long as its callback; `action` is what the arguments asked for.
struct Parser {
  CLI::App app{{}, "bashu"};
  Action action;

  template <typename Options>
  CLI::App* command(CLI::App* under, const char* name, const std::string& what,
                    Exit (*run)(const Console&, const Options&),
                    std::function<void(CLI::App&, Options&)> declare) {
    CLI::App* sub = under->add_subcommand(name, what);
    auto options = std::make_shared<Options>();
    declare(*sub, *options);
    sub->callback([this, sub, options, run] {
      if (!sub->get_subcommands().empty()) return;  // it was one of those that was asked for
      action = [options, run](const Console& console) { return run(console, *options); };
    });
    return sub;
  }
  CLI::App* group(const char* name, const std::string& what) {
    CLI::App* sub = app.add_subcommand(name, what);
    sub->require_subcommand(1);
    return sub;
  }
};

void remote_options(CLI::App& app, Remote& remote, const Text& t) {
  app.add_option("--api", remote.api,
                 t("address of the node's API, e.g. http://127.0.0.1:8080",
                   "节点 API 的地址，如 http://127.0.0.1:8080"))
      ->envname("BASHU_API");
  app.add_option("--key", remote.key,
                 t("secret of an API key (better: environment)", "API 密钥（最好由环境变量给出）"))
      ->envname("BASHU_KEY");
  app.add_option(
         "--ca", remote.ca,
         t("certificate of the API's authority, for https", "API 证书签发机构的证书，用于 https"))
      ->envname("BASHU_CA");
  app.add_flag("--json", remote.json, t("print the answer as JSON", "以 JSON 输出应答"));
}

void out_option(CLI::App& app, std::string& out, const Text& t) {
  app.add_option("--out", out, t("file (default: standard output)", "输出文件（默认：标准输出）"));
}

CLI::Option* dir_first_option(CLI::App& app, std::vector<std::string>& files, const Text& t) {
  return app
      .add_option(
          "FILE", files,
          t("the node's directory first, unless --api is given", "先写节点目录，给出 --api 时除外"))
      ->required();
}

void dry_run_flag(CLI::App& app, bool& dry_run, const Text& t) {
  app.add_flag("--dry-run", dry_run,
               t("decide and tell, change nothing", "试运行：作出判断并告知，不作更改"));
}

void role_option(CLI::App& app, std::string& role, const Text& t) {
  app.add_option("--role", role, t("in which you act", "以何角色办理"))->required();
}

void known_at_option(CLI::App& app, std::string& known_at, const Text& t) {
  app.add_option(
      "--known-at", known_at,
      t("what was on record: a position, a date or a time", "获知时点：位置、日期或时间"));
}

void published_option(CLI::App& app, std::string& circle, const Text& t) {
  app.add_option("--circle", circle,
                 t("published.tsv, or its folder (default: DIR/published.tsv)",
                   "published.tsv 或其目录（默认：DIR/published.tsv）"));
}

void disk_floor_option(CLI::App& app, int& floor_mb, const Text& t) {
  app.add_option("--disk-floor", floor_mb,
                 t("MiB that stay free: below it writes are refused",
                   "须保留的空闲空间（MiB），低于此值时拒绝写入"))
      ->default_val(512)
      ->check(CLI::Range(0, 100'000'000));
}

void form_options(CLI::App& app, CaseForm& form, const Text& t) {
  app.add_option("--with", form.with,
                 t("field=value of the form, as a person writes it: 510104, 12.50, 2026-03-31",
                   "表单的 字段=值，照常书写：510104、12.50、2026-03-31"));
  app.add_option("--with-json", form.with_json,
                 t("the whole form as JSON, or @FILE", "以 JSON 给出整个表单，或 @FILE"));
  app.add_option("--idempotency-key", form.idempotency_key,
                 t("repeat the command with the same key and it is done once",
                   "以同一个键重复执行时，只办理一次"));
  dry_run_flag(app, form.dry_run, t);
}

void pack_commands(Parser& parser, const Text& t) {
  CLI::App* pack =
      parser.group("pack", t("check, test, show and adopt packs", "检查、测试、查看和采用业务包"));
  parser.command<PackFiles>(
      pack, "check",
      t("report every fault as FILE:LINE:COLUMN: text", "逐处报告错误，格式为 FILE:行:列: 说明"),
      pack_check, [](CLI::App& app, PackFiles& o) { app.add_option("FILE", o.files)->required(); });
  parser.command<PackFiles>(
      pack, "test",
      t("run the scenarios of packs on simulated nodes", "在模拟节点上运行业务包的场景"), pack_test,
      [](CLI::App& app, PackFiles& o) { app.add_option("FILE", o.files)->required(); });
  parser.command<PackShow>(
      pack, "show", t("the life cycles of a pack, for people", "显示业务包的办理流程，供人阅读"),
      pack_show, [&t](CLI::App& app, PackShow& o) {
        app.add_option("FILE", o.file)->required();
        app.add_flag("--dot", o.dot, t("as a Graphviz graph", "输出为 Graphviz 图"));
        app.add_flag("--canonical", o.canonical,
                     t("the canonical JSON: what is signed", "规范 JSON：即所签署的内容"));
      });
  parser.command<PackAdopt>(pack, "adopt",
                            t("test packs and adopt them: DIR FILE..., or --api URL FILE...",
                              "测试并采用业务包：DIR FILE...，或 --api URL FILE..."),
                            pack_adopt, [&t](CLI::App& app, PackAdopt& o) {
                              dir_first_option(app, o.files, t);
                              app.add_option(
                                  "--from", o.from,
                                  t("first day in force, e.g. 2026-07-01 (default: today)",
                                    "生效首日，如 2026-07-01（默认：今天）"));
                              remote_options(app, o.remote, t);
                            });
}

// What a key or an account may do.
void powers(CLI::App& app, Powers& o, const Text& t) {
  app.add_option("--name", o.name,
                 t("whose it is; sealed in the journal", "使用者姓名，加密封存于日志"));
  app.add_option("--roles", o.roles,
                 t("pack:role, or *:role for every pack", "业务包:角色；*:角色 表示所有业务包"))
      ->delimiter(',');
  app.add_option("--divisions", o.divisions,
                 t("prefixes of division codes acted for (default: all)",
                   "所负责的行政区划代码前缀（默认：全部）"))
      ->delimiter(',');
  app.add_option("--may", o.may, t("admin, registrar, audit", "权限：admin、registrar、audit"))
      ->delimiter(',');
  app.add_option("--person", o.person,
                 t("who stands behind it, where one person has several; not a name",
                   "所属人员的代号，用于一人有多个密钥或账户时；不写姓名"));
  app.add_option("--subjects", o.subjects,
                 t("firms and institutions whose cases are theirs, by credit code",
                   "本人名下办件所属单位的统一社会信用代码"))
      ->delimiter(',');
  app.add_option("--persons", o.persons,
                 t("people whose cases are theirs, by identity number; only pseudonyms are kept",
                   "本人名下办件所属人员的身份证号；仅保存其代码"))
      ->delimiter(',');
  app.add_option("--until", o.until, t("the last day it counts", "有效期最后一日"));
}

// `[DIR] ID`, and the API.
template <typename Form>
void named_options(CLI::App& app, Form& o, const Text& t) {
  app.add_option("ID", o.words,
                 t("the directory of a node at rest first, unless --api is given",
                   "先写未运行节点的目录，给出 --api 时除外"))
      ->required()
      ->expected(1, 2);
  remote_options(app, o.remote, t);
}

constexpr const char* kAtRest = "directory of a node at rest (default: through the API)";
constexpr const char* kAtRestZh = "未运行节点的目录（默认：经由 API）";

void people_list(CLI::App& app, PeopleList& o, const Text& t) {
  app.add_option("DIR", o.dir, t(kAtRest, kAtRestZh));
  remote_options(app, o.remote, t);
}
void person_named(CLI::App& app, PersonNamed& o, const Text& t) { named_options(app, o, t); }
void person_changed(CLI::App& app, PersonChanged& o, const Text& t) {
  named_options(app, o, t);
  powers(app, o.powers, t);
}
void password_option(CLI::App& app, std::string& file, const Text& t) {
  app.add_option("--password-file", file,
                 t("its first line is the password; -: standard input (default: one is made)",
                   "首行为密码；- 表示标准输入（默认：自动生成）"));
}

void key_commands(Parser& parser, const Text& t) {
  const auto with = [&t](auto options) {
    return [&t, options](CLI::App& app, auto& o) { options(app, o, t); };
  };
  CLI::App* key = parser.group("key", t("API keys", "API 密钥"));
  parser.command<KeyAdd>(
      key, "add", t("add an API key and print its secret once", "添加 API 密钥，仅显示一次"),
      key_add, [&t](CLI::App& app, KeyAdd& o) {
        app.add_option("DIR", o.dir, t(kAtRest, kAtRestZh));
        app.add_option("--id", o.id,
                       t("id of the key (default: from --name)", "密钥标识（默认：取自 --name）"));
        powers(app, o.powers, t);
        app.get_option("--name")->required();
        remote_options(app, o.remote, t);
      });
  parser.command<PersonChanged>(key, "change",
                                t("say anew what a key may do", "重新规定密钥的权限"), key_change,
                                with(person_changed));
  parser.command<PersonNamed>(
      key, "rotate", t("give a key a new secret; the old one ends", "更换密钥值，旧值随即失效"),
      key_rotate, with(person_named));
  parser.command<PersonNamed>(key, "end", t("end an API key for good", "永久终止 API 密钥"),
                              key_end, with(person_named));
  parser.command<PeopleList>(key, "list", t("list API keys", "列出 API 密钥"), key_list,
                             with(people_list));
}

void user_commands(Parser& parser, const Text& t) {
  const auto with = [&t](auto options) {
    return [&t, options](CLI::App& app, auto& o) { options(app, o, t); };
  };
  CLI::App* user = parser.group("user", t("accounts of people who sign in", "登录人员的账户"));
  parser.command<UserAdd>(
      user, "add", t("add an account", "添加账户"), user_add, [&t](CLI::App& app, UserAdd& o) {
        app.add_option("DIR", o.dir, t(kAtRest, kAtRestZh));
        app.add_option("--id", o.id, t("the name to sign in with", "登录名"))->required();
        powers(app, o.powers, t);
        app.get_option("--name")->required();
        password_option(app, o.password_file, t);
        CLI::Option* subject =
            app.add_option("--oidc-subject", o.oidc_subject,
                           t("who the person is at the provider of OpenID Connect",
                             "此人在 OpenID Connect 身份提供方的标识"));
        app.add_option("--oidc-issuer", o.oidc_issuer,
                       t("address of the provider", "身份提供方地址"))
            ->needs(subject);
        remote_options(app, o.remote, t);
      });
  parser.command<PersonChanged>(user, "change",
                                t("say anew what an account may do", "重新规定账户的权限"),
                                user_change, with(person_changed));
  parser.command<UserPasswd>(
      user, "passwd", t("change a password; open sessions end", "更改密码，已登录的会话随即结束"),
      user_passwd, [&t](CLI::App& app, UserPasswd& o) {
        named_options(app, o, t);
        password_option(app, o.password_file, t);
      });
  parser.command<PersonNamed>(user, "end",
                              t("end an account and its sessions for good", "永久终止账户及其会话"),
                              user_end, with(person_named));
  parser.command<PeopleList>(user, "list", t("list accounts", "列出账户"), user_list,
                             with(people_list));
}

void approval_commands(Parser& parser, const Text& t) {
  CLI::App* approvals = parser.group("approvals", t("what takes two people", "须由两人办理的事项"));
  parser.command<ApprovalsList>(
      approvals, "list", t("what waits for a second person", "列出等待第二人签署的事项"),
      approvals_list, [&t](CLI::App& app, ApprovalsList& o) { remote_options(app, o.remote, t); });
  const auto number = [&t](CLI::App& app, ApprovalNumber& o) {
    app.add_option("NUMBER", o.number)->required();
    remote_options(app, o.remote, t);
  };
  parser.command<ApprovalNumber>(
      approvals, "sign",
      t("sign it as the second person, and so do it", "作为第二人签署，随即执行"), approval_sign,
      number);
  parser.command<ApprovalNumber>(approvals, "withdraw", t("withdraw it", "撤回"), approval_withdraw,
                                 number);
}

void privacy_commands(Parser& parser, const Text& t) {
  CLI::App* privacy = parser.group("privacy", t("personal values: find, erase, hold, restrict",
                                                "个人信息：查找、删除、保全、限制"));
  const auto named = [&t](CLI::App& app, SubjectNamed& o) {
    app.add_option("SUBJECT", o.subject,
                   t("a person's number, a pseudonym or a case; -: standard input",
                     "公民身份号码、假名或办件；- 表示标准输入"))
        ->required();
    remote_options(app, o.remote, t);
  };
  parser.command<SubjectNamed>(privacy, "find",
                               t("where values of somebody stand", "查找某人的个人信息所在之处"),
                               privacy_find, named);
  parser.command<SubjectNamed>(
      privacy, "report",
      t("for the person: what is kept, erased, restricted, and who read it",
        "供本人查阅：保存、已删除、受限制的信息及查阅记录"),
      privacy_report, named);
  const auto order = [&t](const char* until, const char* until_zh) {
    return [&t, until, until_zh](CLI::App& app, PrivacyOrder& o) {
      app.add_option("SUBJECT", o.subject,
                     t("a person's number, a pseudonym or a case; -: standard input",
                       "公民身份号码、假名或办件；- 表示标准输入"));
      app.add_option("--reason", o.reason, t("why; journaled", "理由，记入日志"))->required();
      if (until) app.add_option("--until", o.until, t(until, until_zh));
      remote_options(app, o.remote, t);
    };
  };
  parser.command<PrivacyOrder>(
      privacy, "erase",
      t("destroy the keys of these values, here and at the other parties (two people)",
        "销毁相关密钥，包括本方和其他各方（须两人）"),
      privacy_erase, [&](CLI::App& app, PrivacyOrder& o) {
        order("day by which the other parties answer (default: in 15 days)",
              "其他各方答复的期限（默认：15 日内）")(app, o);
        app.add_option("--asked", o.asked,
                       t("instead of SUBJECT: what a party asked, by its number in `list`",
                         "代替 SUBJECT：对方的请求在 list 中的编号"));
      });
  parser.command<PrivacyOrder>(
      privacy, "hold",
      t("nothing of these values is erased while it stands (two people)",
        "有效期内不得删除（须两人）"),
      privacy_hold, order("last day (default: until it is ended)", "最后一日（默认：直至终止）"));
  parser.command<PrivacyOrder>(privacy, "restrict",
                               t("show these values only to whoever says for what (two people)",
                                 "仅向说明目的者显示（须两人）"),
                               privacy_restrict, order(nullptr, nullptr));
  parser.command<PrivacyEnd>(
      privacy, "end",
      t("end a hold or a restriction, or refuse what a party asked (two people)",
        "终止保全或限制，或拒绝对方的请求（须两人）"),
      privacy_end, [&t](CLI::App& app, PrivacyEnd& o) {
        app.add_option("NUMBER", o.number)->required();
        app.add_option("--reason", o.reason, t("why; journaled", "理由，记入日志"))->required();
        remote_options(app, o.remote, t);
      });
  parser.command<PrivacyList>(
      privacy, "list",
      t("list the orders, who has not answered, and what goes next as packs say",
        "列出各项处理令、未答复者，以及依业务包即将销毁者"),
      privacy_list, [&t](CLI::App& app, PrivacyList& o) { remote_options(app, o.remote, t); });
}

void access_commands(Parser& parser, const Text& t) {
  CLI::App* access = parser.group("access", t("who read personal values", "谁查阅过个人信息"));
  parser.command<std::string>(access, "verify",
                              t("check that no line of access.log was changed or left out",
                                "核验 access.log 无一行被更改或删除"),
                              access_verify, [](CLI::App& app, std::string& dir) {
                                app.add_option("DIR", dir)->required();
                              });
  parser.command<AccessList>(
      access, "list", t("show the lines, and check them", "显示各行并核验"), access_list,
      [&t](CLI::App& app, AccessList& o) {
        app.add_option("DIR", o.dir);
        app.add_option("--person", o.person,
                       t("of this person, by the number; asked of a running "
                         "node instead of DIR",
                         "此人（证件号码）的信息被谁查阅；向运行中的节点查询"))
            ->check([why = t("a person's number is needed here", "须写明证件号码")](
                        const std::string& given) {
              return given.empty() ? std::string{why} : std::string{};
            });
        remote_options(app, o.remote, t);
        app.add_option("--about", o.about,
                       t("only those about this case, or PACK/REGISTER/KEY",
                         "仅显示关于此办件或 业务包/登记簿/键 的各行"));
      });
}

void timestamp_options(CLI::App& app, Serve& o, const Text& t) {
  app.add_option(
      "--timestamps", o.timestamps,
      t("URL of an authority that stamps the time of the journal, RFC 3161 (default: none)",
        "为日志加盖时间戳（RFC 3161）的机构 URL（默认：无）"));
  app.add_option("--timestamps-ca", o.timestamps_ca,
                 t("file of PEM certificates of who may certify that authority",
                   "可为该机构签发证书者的 PEM 证书文件"));
  app.add_option("--timestamps-pace", o.timestamps_s,
                 t("seconds between two stamps, if the journal grew",
                   "两次时间戳之间的秒数（日志有增长时）"))
      ->default_val(3'600)
      ->check(CLI::Range(1, 86'400));
}

void witness_options(CLI::App& app, Serve& o, const Text& t) {
  CLI::Option* file = app.add_option(
      "--witnesses", o.witnesses,
      t("file of witnesses outside the circle that cosign the journal: lines `witness NAME VKEY "
        "URL` (default: none)",
        "圈外见证方文件，由其会签日志检查点，每行 `witness 名称 公钥 URL`（默认：无）"));
  app.add_option("--witness-ca", o.witness_ca,
                 t("file of PEM certificates that they are reached by (default: the machine's)",
                   "用于验证其服务器的 PEM 证书文件（默认：本机的证书）"))
      ->needs(file);
  app.add_option("--witness-pace", o.witness_s,
                 t("seconds between two requests, if the journal grew",
                   "两次请求之间的秒数（日志有增长时）"))
      ->default_val(60)
      ->check(CLI::Range(1, 86'400));
}

void server_tables_options(CLI::App& app, std::string& schema, std::string& readers,
                           const std::string& of, const Text& t) {
  app.add_option("--" + of + "schema", schema, t("schema of the tables", "数据表所在的模式"))
      ->default_val("bashu_views");
  app.add_option("--" + of + "readers", readers,
                 t("role that may read the tables (default: none is granted)",
                   "可读取数据表的角色（默认：不授权）"));
}

void server_views_options(CLI::App& app, Serve& o, const Text& t) {
  CLI::Option* views = app.add_option(
      "--views", o.views,
      t("postgres://HOST/DATABASE that gets the tables too, for SQL and replicas (default: none)",
        "同时保存数据表的 postgres://主机/数据库，供 SQL 查询和副本使用（默认：无）"));
  app.add_option("--read-views", o.read_views,
                 t("that database, or a replica of it: it answers instead of tables here",
                   "由该数据库或其副本应答，代替本地数据表"))
      ->needs(views);
  server_tables_options(app, o.views_schema, o.views_readers, "views-", t);
}

void examples(CLI::App& app, const Text& t, const std::string& lines) {
  app.footer(t("Examples:\n", "示例：\n") + lines + "\n" + app.get_footer());
}

void views_command(Parser& parser, const Text& t) {
  parser.command<ViewsTo>(
      &parser.app, "views",
      t("bring tables on a PostgreSQL server up to the journal; goes on where it was",
        "使 PostgreSQL 服务器上的数据表与日志一致；可接续执行"),
      views_to, [&t](CLI::App& app, ViewsTo& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--to", o.to, t("postgres://HOST/DATABASE", "postgres://主机/数据库"))
            ->required();
        server_tables_options(app, o.schema, o.readers, "", t);
        app.add_flag("--anew", o.anew,
                     t("make them anew beside those in use", "在使用中的表之外重新生成"));
        examples(app, t,
                 t("  bashu views node --to postgres://bashu@db/circle --readers analysts\n",
                   "  bashu views node --to postgres://bashu@db/circle --readers analysts\n"));
      });
}

// How much it answers, and whom how fast.
void answering_options(CLI::App& app, Serve& o, const Text& t) {
  app.add_option("--workers", o.workers, t("threads that answer the API", "应答 API 的线程数"))
      ->default_val(8)
      ->check(CLI::Range(1, 256));
  app.add_option("--reads-per-minute", o.reads_per_minute,
                 t("reads one person or program may ask for in a minute; 0: any number",
                   "每人（每个程序）每分钟可读取的次数；0：不限"))
      ->default_val(3'000)
      ->check(CLI::Range(0, 1'000'000));
}

void serve_command(Parser& parser, const Text& t) {
  parser.command<Serve>(
      &parser.app, "serve", t("run the node", "运行节点"), serve, [&t](CLI::App& app, Serve& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--rehearsal", o.rehearsal,
                       t("business days are set by hand (POST /clock), from this date on",
                         "从此日期起，由人工设置业务日期（POST /clock）"));
        app.add_option("--api", o.api,
                       t("address:port of the API instead of the configured one",
                         "API 的 地址:端口，代替已配置的"));
        app.add_option("--listen", o.listen,
                       t("address:port for other nodes, likewise",
                         "供其他节点连接的 地址:端口，代替已配置的"));
        app.add_option(
            "--web", o.web,
            t("address:port for browsers: site, portal, console and API (default: none)",
              "供浏览器访问的 地址:端口：公众网站、办事门户、工作台和 API（默认：不开）"));
        app.add_option("--web-root", o.web_root,
                       t("folder of the built pages (default: web beside the program)",
                         "已构建页面所在目录（默认：程序旁的 web 目录）"));
        app.add_option("--circle", o.circle,
                       t("the circle's folder with published.tsv (default: the node's directory)",
                         "含 published.tsv 的经济圈目录（默认：节点目录）"));
        app.add_flag("--api-in-clear", o.api_in_clear,
                     t("API and pages without TLS on an address others reach (behind a proxy that "
                       "ends TLS)",
                       "在他人可达的地址上，API 和页面不使用 TLS（位于终结 TLS 的代理之后）"));
        app.add_option("--metrics", o.metrics,
                       t("address:port of /metrics for Prometheus (default: none)",
                         "供 Prometheus 读取 /metrics 的 地址:端口（默认：不开）"));
        app.add_option("--away-after", o.away_after_s,
                       t("seconds after which a peer that does not answer is told as away",
                         "对端未应答多少秒后视为离线"))
            ->default_val(120)
            ->check(CLI::Range(1, 86'400));
        app.add_option("--pseudonyms-per-hour", o.pseudonyms_per_hour,
                       t("persons that a member may have named with our help in an hour",
                         "每个成员每小时可请本节点协助生成代码的人数"))
            ->default_val(10'000)
            ->check(CLI::Range(1, 100'000'000));
        app.add_option("--smtp", o.smtp,
                       t("server that takes notices by mail, smtp:// or smtps:// (default: none)",
                         "发送邮件通知的服务器，smtp:// 或 smtps://（默认：不发送）"));
        app.add_option("--mail-from", o.mail_from,
                       t("the address that they come from", "邮件通知的发件地址"));
        app.add_option("--smtp-secret", o.smtp_secret,
                       t("file with one line, USER:SECRET, for that server",
                         "该服务器的凭据文件，一行：用户:密码"));
        app.add_option("--smtp-ca", o.smtp_ca,
                       t("file of PEM certificates that it is judged by (default: the machine's)",
                         "用于验证该服务器的 PEM 证书文件（默认：本机的证书）"));
        app.add_flag("--smtp-starttls", o.smtp_starttls,
                     t("insist on STARTTLS over smtp://", "通过 smtp:// 时必须使用 STARTTLS"));
        timestamp_options(app, o, t);
        witness_options(app, o, t);
        server_views_options(app, o, t);
        app.add_option("--log", o.log,
                       t("file of the log, opened again on SIGHUP (default: standard error)",
                         "运行日志文件，收到 SIGHUP 时重新打开（默认：标准错误）"));
        disk_floor_option(app, o.disk_floor_mb, t);
        app.add_flag("--standby", o.standby,
                     t("follow the journal that another machine writes, and take its place when "
                       "it is silent",
                       "跟随另一台机器写入的日志，并在其无响应时接管"));
        app.add_option("--take-over-after", o.take_over_s,
                       t("seconds of the writer's silence; 0: only by bashu promote",
                         "写入节点无响应多少秒后接管；0：仅由 bashu promote 接管"))
            ->default_val(5)
            ->check(CLI::Range(0, 86'400));
        app.add_option("--as", o.as,
                       t("name of this machine among those that may write (default: its host name)",
                         "本机在可写入机器中的名称（默认：主机名）"));
        answering_options(app, o, t);
      });
}

void uri_argument(CLI::App& app, std::string& uri, const Text& t) {
  app.add_option("URI", uri,
                 t("pkcs11:token=LABEL;object=NAME?module-path=LIBRARY (RFC 7512), without the PIN",
                   "pkcs11:token=标签;object=名称?module-path=库文件（RFC 7512），不含 PIN"))
      ->required();
}

void vault_commands(Parser& parser, const Text& t) {
  CLI::App* vault = parser.group("vault", t("the keys of personal values", "个人信息的密钥"));
  parser.command<VaultMove>(
      vault, "move",
      t("move the vault to a server or back, the node at rest", "停机后将密钥库迁移到服务器或迁回"),
      vault_move, [&t](CLI::App& app, VaultMove& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--to", o.to,
                       t("postgres://HOST/DATABASE, or directory",
                         "postgres://主机/数据库，或 directory（节点目录）"))
            ->required();
      });
  parser.command<VaultWrap>(
      vault, "wrap",
      t("keep the key that wraps the vault under a key of a token",
        "用令牌中的密钥封装密钥库的包装密钥"),
      vault_wrap, [&t](CLI::App& app, VaultWrap& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--in", o.uri,
                       t("RSA key of the token: pkcs11:token=LABEL;object=NAME?module-path=LIBRARY",
                         "令牌中的 RSA 密钥：pkcs11:token=标签;object=名称?module-path=库文件"))
            ->required();
      });
}

void token_commands(Parser& parser, const Text& t) {
  CLI::App* token = parser.group("token", t("keys in a hardware security module (PKCS#11)",
                                            "密码机或令牌中的密钥（PKCS#11）"));
  parser.command<TokenMake>(
      token, "make",
      t("make a key in a token, which never leaves it", "在令牌中生成密钥，密钥不出令牌"),
      token_make, [&t](CLI::App& app, TokenMake& o) {
        uri_argument(app, o.uri, t);
        app.add_option(
               "--for", o.use,
               t("root: signs agreements and key lists (Ed25519); vault: keeps the key of "
                 "the vault (RSA)",
                 "root：根密钥，签署协议与密钥清单（Ed25519）；vault：封装密钥库的密钥（RSA）"))
            ->required()
            ->check(CLI::IsMember({"root", "vault"}));
      });
  parser.command<std::string>(
      token, "check",
      t("show a token and its key, and try the PIN once", "显示令牌及其密钥，并试一次 PIN"),
      token_check, [&t](CLI::App& app, std::string& uri) { uri_argument(app, uri, t); });
}

void documents_commands(Parser& parser, const Text& t) {
  CLI::App* documents = parser.group("documents", t("where documents are kept", "文件的存放位置"));
  parser.command<DocumentsMove>(
      documents, "move",
      t("move documents into an object store or back", "将文件迁入对象存储或迁回"), documents_move,
      [&t](CLI::App& app, DocumentsMove& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--to", o.to,
                       t("s3://HOST/BUCKET/PREFIX?region=REGION, or directory",
                         "s3://主机/存储桶/前缀?region=区域，或 directory（节点目录）"))
            ->required();
        app.add_flag("--keep", o.keep,
                     t("leave what was copied where it was, too", "原处的文件同时保留"));
      });
}

void node_commands(Parser& parser, const Text& t) {
  parser.command<Init>(
      &parser.app, "init",
      t("make the directory of a new node, with fresh keys", "建立新节点的目录，并生成新密钥"),
      init, [&t](CLI::App& app, Init& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--party", o.party,
                       t("id of the party, e.g. sichuan", "参与方标识，如 sichuan"))
            ->required();
        app.add_option("--name", o.name, t("name of the party, for people", "参与方名称，供人阅读"))
            ->required();
        app.add_option(
               "--listen", o.listen,
               t("address:port for the other parties' nodes", "供其他各方节点连接的 地址:端口"))
            ->default_val("127.0.0.1:7443");
        app.add_option("--host", o.host,
                       t("name other parties reach it by (default: of --listen)",
                         "其他各方访问本节点所用的名称（默认：取自 --listen）"));
        app.add_option("--api", o.api, t("address:port of the HTTP API", "HTTP API 的 地址:端口"))
            ->default_val("127.0.0.1:8080");
        app.add_option("--rehearsal", o.rehearsal,
                       t("a node to rehearse with: its days are set by hand, from this date on",
                         "演练节点：从此日期起，由人工设置日期"));
        app.add_option("--journal", o.journal,
                       t("the journal is in PostgreSQL: postgres://USER@HOST/DATABASE (default: in "
                         "DIR)",
                         "日志存于 PostgreSQL：postgres://用户@主机/数据库（默认：在 DIR 中）"));
        app.add_option("--offset", o.offset_minutes,
                       t("minutes ahead of UTC", "比 UTC 提前的分钟数"))
            ->default_val(480)
            ->check(CLI::Range(-720, 840));
      });
  key_commands(parser, t);
  user_commands(parser, t);
  approval_commands(parser, t);
  privacy_commands(parser, t);
  access_commands(parser, t);
  serve_command(parser, t);
  views_command(parser, t);
  vault_commands(parser, t);
  token_commands(parser, t);
  documents_commands(parser, t);
  parser.command<Promote>(
      &parser.app, "promote",
      t("let the machine that stands by write from now on", "改由备用节点写入日志"), promote,
      [&t](CLI::App& app, Promote& o) { remote_options(app, o.remote, t); });
  parser.command<std::string>(
      &parser.app, "snapshot",
      t("write a snapshot, so that the next start is quick", "写入快照，使下次启动更快"), snapshot,
      [](CLI::App& app, std::string& dir) { app.add_option("DIR", dir)->required(); });
}

void invite_options(CLI::App& app, CircleInvite& o, const Text& t) {
  app.add_option("DIR", o.dir)->required();
  app.add_option("--name", o.name, t("name of the circle", "经济圈名称"))->required();
  app.add_option("--card", o.cards, t("cards of the other nodes", "其他节点的名片"))->required();
  CLI::Option* second =
      app.add_option("--second", o.second,
                     t("what needs a second signature (SM2): envelopes, receipts, checkpoints",
                       "须有第二签名（SM2）的内容：envelopes 报文、receipts 回执、checkpoints "
                       "检查点"))
          ->check(CLI::IsMember({"envelopes", "receipts", "checkpoints"}));
  app.add_option("--second-from", o.second_from,
                 t("from this day on (UTC), as yyyy-mm-dd", "自该日起（UTC），格式 yyyy-mm-dd"))
      ->needs(second);
  app.add_flag(
      "--new-pseudonyms", o.new_pseudonyms,
      t("the members share a new secret for pseudonyms; a circle with one key for "
        "them leaves it (a new circle shares one anyway)",
        "各成员重新分享人员代码的秘密；仍使用统一密钥的经济圈由此改用（新经济圈本已如此）"));
  CLI::Option* lost = app.add_option(
      "--root-lost", o.lost,
      t("a party whose root is lost: its card shows the one that follows, may be repeated",
        "根密钥已遗失的一方：其名片所示为接替者，可重复"));
  app.add_option("--reason", o.reason, t("why, for the edition", "原因，载入协议版次"))
      ->needs(lost);
  out_option(app, o.out, t);
}

// Who is of a circle no more.
void leaving_commands(Parser& parser, CLI::App* circle, const Text& t) {
  parser.command<CircleExpel>(circle, "expel",
                              t("write the edition by which the others expel a party, and sign it",
                                "拟定由其他各方开除一方的协议版次，并签署"),
                              circle_expel, [&t](CLI::App& app, CircleExpel& o) {
                                app.add_option("DIR", o.dir)->required();
                                app.add_option("PARTY", o.parties)->required();
                                app.add_option("--reason", o.reason,
                                               t("why, for the edition", "原因，载入协议版次"))
                                    ->required();
                                out_option(app, o.out, t);
                              });
  parser.command<CircleLeave>(circle, "leave",
                              t("write the edition by which this node leaves, and sign it",
                                "拟定本节点退出的协议版次，并签署"),
                              circle_leave, [&t](CLI::App& app, CircleLeave& o) {
                                app.add_option("DIR", o.dir)->required();
                                out_option(app, o.out, t);
                              });
  parser.command<Remote>(circle, "left",
                         t("who is of the circle no more, and what stands still with it",
                           "已不在经济圈中的各方，以及与其停止办理的事项"),
                         circle_left,
                         [&t](CLI::App& app, Remote& o) { remote_options(app, o, t); });
}

// What a node does about its keys, and which node it is.
void own_commands(Parser& parser, CLI::App* circle, const Text& t) {
  parser.command<std::string>(
      circle, "second",
      t("make the keys of the second signature (SM2), announce and show them",
        "生成第二签名（SM2）的密钥，向各方公布并显示"),
      circle_second,
      [](CLI::App& app, std::string& dir) { app.add_option("DIR", dir)->required(); });
  parser.command<CircleNode>(
      circle, "node",
      t("say for which divisions this node decides, of a party that runs several",
        "指明本节点办理哪些行政区划：适用于一方运行多个节点的情形"),
      circle_node, [&t](CLI::App& app, CircleNode& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--of", o.of,
                       t("the party whose node it is; without: the party's first one",
                         "本节点所属的一方；不指明则为该方的首个节点"));
        app.add_option("--division", o.divisions,
                       t("prefix of codes (GB/T 2260), may be repeated",
                         "行政区划代码前缀（GB/T 2260），可重复"))
            ->required();
        app.add_option("--site", o.site,
                       t("where its people work, https://...", "办理人员使用的地址，https://…"));
      });
  parser.command<CircleRoot>(
      circle, "root",
      t("another root of this node: a key of a token before it joins a circle, or the one that "
        "follows in a circle",
        "更换本节点的根密钥：加入经济圈之前改用令牌中的密钥，或在经济圈中由新的根密钥接替"),
      circle_root, [&t](CLI::App& app, CircleRoot& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option(
            "--in", o.uri,
            t("Ed25519 key of the token: pkcs11:token=LABEL;object=NAME?module-path=LIBRARY",
              "令牌中的 Ed25519 密钥：pkcs11:token=标签;object=名称?module-path=库文件"));
        CLI::Option* next = app.add_flag(
            "--next", o.next,
            t("write the edition by which it follows the root there is, signed by both",
              "拟定由其接替现有根密钥的协议版次，并以两者签署"));
        app.add_flag("--lost", o.lost,
                     t("the root there is is lost: take another at once, which the others have to "
                       "agree to",
                       "现有根密钥已遗失：立即改用新的根密钥，须经其他各方同意"))
            ->excludes(next);
        out_option(app, o.out, t);
      });
  parser.command<std::string>(
      circle, "rotate",
      t("announce new keys of this node, signed by its root; used from the next start on",
        "公布本节点的新密钥（由根密钥签署），下次启动时启用"),
      circle_rotate,
      [](CLI::App& app, std::string& dir) { app.add_option("DIR", dir)->required(); });
  parser.command<CircleRevoke>(
      circle, "revoke",
      t("announce that keys of this node were lost, stolen or given up, and others in their places",
        "公布本节点的密钥已遗失、被盗或停用，并以新密钥替换"),
      circle_revoke, [&t](CLI::App& app, CircleRevoke& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--key", o.kids,
                       t("id of a key as the circle lists it, may be repeated",
                         "密钥标识，以经济圈所列为准，可重复"));
        app.add_flag("--all", o.all,
                     t("every key in use: of a machine that is no longer ours alone",
                       "所有在用密钥：适用于整机失控的情形"));
        app.add_option("--since", o.since,
                       t("when others may have had them (default: now): 2027-01-31T08:30",
                         "他人可能取得密钥的时间（默认：此刻），如 2027-01-31T08:30"));
        app.add_option(
            "--reason", o.reason,
            t("for the alarm kept here; peers are not told", "记入本节点告警，不告知各方"));
      });
}

void circle_commands(Parser& parser, const Text& t) {
  CLI::App* circle = parser.group(
      "circle", t("agree with the nodes of other parties", "与其他各方的节点订立协议"));
  parser.command<CircleCard>(
      circle, "card",
      t("what others need to know of this node", "本节点的名片：其他各方须知的信息"), circle_card,
      [&t](CLI::App& app, CircleCard& o) {
        app.add_option("DIR", o.dir)->required();
        out_option(app, o.out, t);
      });
  own_commands(parser, circle, t);
  parser.command<CircleInvite>(circle, "invite",
                               t("write an agreement with the holders of the cards, and sign it",
                                 "与名片所属各方拟定协议，并签署"),
                               circle_invite,
                               [&t](CLI::App& app, CircleInvite& o) { invite_options(app, o, t); });
  leaving_commands(parser, circle, t);
  parser.command<CircleAccept>(
      circle, "accept", t("show what an agreement says, and sign it", "显示协议内容，并签署"),
      circle_accept, [&t](CLI::App& app, CircleAccept& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("FILE", o.file)->required();
        out_option(app, o.out, t);
        app.add_flag("--yes", o.yes, t("sign without asking", "不经询问直接签署"));
      });
  parser.command<CircleWithdraw>(
      circle, "withdraw",
      t("give up an edition that was signed here, so that another one of its number can be signed",
        "放弃本节点已签署的协议版次，以便签署同一版次的另一文本"),
      circle_withdraw, [&t](CLI::App& app, CircleWithdraw& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("DIGEST", o.digest, t("digest of that edition", "该版的摘要"))->required();
        app.add_option("--reason", o.reason, t("why, kept here", "原因，存于本节点"))->required();
      });
  parser.command<CircleAdopt>(
      circle, "adopt",
      t("put a fully signed agreement into force here", "使各方均已签署的协议在本节点生效"),
      circle_adopt, [&t](CLI::App& app, CircleAdopt& o) {
        dir_first_option(app, o.files, t)->expected(1, 2);
        app.add_option("--pin", o.pinned,
                       t("the agreement id printed in the treaty", "书面协议上载明的协议标识"));
        remote_options(app, o.remote, t);
      });
  parser.command<CircleSuccessor>(
      circle, "successor",
      t("write the agreement by which a restored journal whose end is lost goes on, and sign it",
        "起草并签署协议，使尾部已遗失的恢复日志得以接续"),
      circle_successor, [&t](CLI::App& app, CircleSuccessor& o) {
        app.add_option("DIR", o.dir)->required();
        out_option(app, o.out, t);
      });
  parser.command<CircleLost>(
      circle, "lost",
      t("messages that one side of a restored journal holds and the other forgot",
        "列出因日志尾部遗失而仅一方持有的消息"),
      circle_lost, [&t](CLI::App& app, CircleLost& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_flag("--json", o.json, t("as JSON", "以 JSON 输出"));
      });
  parser.command<CircleRecall>(
      circle, "recall",
      t("take back own steps that a restored journal forgot, as the other side holds them",
        "从对方所持副本取回恢复日志遗失的本方办理步骤"),
      circle_recall, [&t](CLI::App& app, CircleRecall& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_flag("--yes", o.yes,
                     t("carry it out; without it they are only listed", "执行；不加则仅列出"));
        app.add_option("--ours", o.ours,
                       t("a step under a revoked key that is known to be ours, by its message id",
                         "已撤销密钥所签、经核实确为本方办理的步骤（消息标识）"));
      });
}

void case_commands(Parser& parser, const Text& t) {
  CLI::App* cases =
      parser.group("case", t("work on cases of a running node", "处理运行中节点的办件"));
  parser.command<CaseStart>(
      cases, "start", t("start a case", "发起办件"), case_start, [&t](CLI::App& app, CaseStart& o) {
        app.add_option("PACK", o.pack,
                       t("PACK/SERVICE, or PACK SERVICE", "业务包/业务，或 业务包 业务"))
            ->required();
        app.add_option("SERVICE", o.service);
        role_option(app, o.role, t);
        app.add_option(
            "--party", o.parties,
            t("party=jurisdiction, e.g. origin=sichuan", "参与方=辖区，如 origin=sichuan"));
        app.add_option("--parent", o.parent, t("case of which this is a sub-case", "上级办件"));
        form_options(app, o.form, t);
        remote_options(app, o.remote, t);
      });
  parser.command<CaseDo>(
      cases, "do", t("take a step of a case", "办理一个步骤"), case_do,
      [&t](CLI::App& app, CaseDo& o) {
        app.add_option("CASE", o.id)->required();
        app.add_option("EVENT", o.event)->required();
        role_option(app, o.role, t);
        app.add_option("--version", o.version,
                       t("refuse if the case is not at this version", "办件不是此版本时拒绝"));
        form_options(app, o.form, t);
        remote_options(app, o.remote, t);
      });
  parser.command<CaseShow>(
      cases, "show", t("show a case", "查看办件"), case_show, [&t](CLI::App& app, CaseShow& o) {
        app.add_option("CASE", o.id)->required();
        app.add_option("--at", o.at, t("as it was at this position", "在此日志位置时的内容"));
        app.add_flag("--history", o.history, t("its steps", "历次步骤"));
        app.add_flag("--choices", o.choices, t("what you could do next", "接下来可办理的步骤"));
        app.add_flag("--evidence", o.evidence,
                     t("entries and messages that prove it", "用以证明的条目和消息"));
        remote_options(app, o.remote, t);
      });
  parser.command<CaseClaims>(
      cases, "claims",
      t("what only the decider of a step could look up: who asked, what was shown, how it compares",
        "仅由作出步骤的一方查得的内容：何人询问、出示了什么、比对结果"),
      case_claims, [&t](CLI::App& app, CaseClaims& o) {
        app.add_option("CASE", o.id)->required();
        auto* ask = app.add_option("--ask", o.ask,
                                   t("ask what this step (its version) of another party looked up",
                                     "询问他方此步骤（版本号）查阅了什么"));
        auto* show = app.add_option("--show", o.show,
                                    t("show what this step of ours looked up, to --to",
                                      "向 --to 所指的一方出示本方此步骤所查阅的内容"))
                         ->excludes(ask);
        app.add_option("--to", o.to, t("the party that asked", "询问的一方"))->needs(show);
        show->needs("--to");
        remote_options(app, o.remote, t);
      });
  parser.command<CaseList>(
      cases, "list", t("list cases", "列出办件"), case_list, [&t](CLI::App& app, CaseList& o) {
        app.add_option("--pack", o.pack);
        app.add_option("--service", o.service);
        app.add_option("--state", o.state);
        app.add_option("--limit", o.limit)->default_val(50)->check(CLI::Range(1, 1'000));
        remote_options(app, o.remote, t);
      });
}

void calendar_commands(Parser& parser, const Text& t) {
  CLI::App* calendar = parser.group("calendar", t("working days of the parties: check, load, show",
                                                  "各方工作日历：检查、载入、查看"));
  parser.command<CalendarCheck>(calendar, "check",
                                t("report every fault of a calendar file as FILE:LINE:COLUMN: text",
                                  "逐处报告日历文件的错误，格式为 FILE:行:列: 说明"),
                                calendar_check, [&t](CLI::App& app, CalendarCheck& o) {
                                  app.add_option("FILE", o.file)->required();
                                  app.add_flag("--json", o.json,
                                               t("print its days as JSON", "以 JSON 输出各日"));
                                });
  parser.command<CalendarLoad>(
      calendar, "load",
      t("load years of a file; other years stay: DIR FILE, or --api URL FILE",
        "载入文件中的年份，其他年份不变：DIR FILE，或 --api URL FILE"),
      calendar_load, [&t](CLI::App& app, CalendarLoad& o) {
        dir_first_option(app, o.files, t)->expected(1, 2);
        app.add_option(
            "--party", o.parties,
            t("whose calendar (default: that of every party)", "所属参与方（默认：各方）"));
        app.add_option("--year", o.years,
                       t("only this year's notice (default: all of the file)",
                         "仅此年度的通知（默认：文件中全部年度）"));
        app.add_option("--version", o.version,
                       t("instead of the file's; 0: the next one (to correct a mistake)",
                         "代替文件中的版本；0 表示下一版本（用于更正）"));
        app.add_flag("--dry-run", o.dry_run,
                     t("tell the deadlines it would move, change nothing",
                       "试运行：告知将变动的期限，不作更改"));
        remote_options(app, o.remote, t);
      });
  parser.command<CalendarShow>(
      calendar, "show", t("the calendars in force", "现行日历"), calendar_show,
      [&t](CLI::App& app, CalendarShow& o) {
        app.add_option("--party", o.party, t("of this party only", "仅此参与方"));
        app.add_option("--year", o.year, t("its days one by one", "逐日列出该年度"));
        remote_options(app, o.remote, t);
      });
}

void doubles_command(Parser& parser, const Text& t) {
  parser.command<Doubles>(&parser.app, "doubles",
                          t("records of a register that are likely one, for somebody to look at",
                            "登记册中疑似重复的记录，供人工核对"),
                          doubles, [&t](CLI::App& app, Doubles& o) {
                            app.add_option("PACK/REGISTER", o.reg)->required();
                            remote_options(app, o.remote, t);
                          });
}

void contested_command(Parser& parser, const Text& t) {
  parser.command<Contested>(
      &parser.app, "contested",
      t("records with two keepers, and which of the two is to stand",
        "有两个维护方的记录，以及签署以哪一方为准"),
      contested, [&t](CLI::App& app, Contested& o) {
        app.add_option("PACK/REGISTER", o.reg)->required();
        CLI::Option* key = app.add_option("KEY", o.key);
        CLI::Option* stands =
            app.add_option("--stands", o.stands,
                           t("sign that the row of this party stands; it does when an officer of "
                             "the other side has signed the same",
                             "签署以该方的记录为准；对方经办人作相同签署后生效"))
                ->needs(key);
        app.add_option("--yields", o.yields,
                       t("whose row gives way, if more than two claim the record",
                         "超过两方时，让出的一方"))
            ->needs(stands);
        CLI::Option* note = app.add_option("--note", o.note, t("why", "理由"));
        note->needs(stands);
        stands->needs(note);
        remote_options(app, o.remote, t);
      });
}

void import_commands(Parser& parser, const Text& t) {
  parser.command<Import>(
      &parser.app, "import",
      t("fill registers and feeds of a running node from files",
        "将文件导入运行中节点的登记册和数据流"),
      import, [&t](CLI::App& app, Import& o) {
        app.add_option("FILE", o.files,
                       t("NDJSON, or CSV or XLSX with a heading", "NDJSON，或带表头的 CSV、XLSX"))
            ->required();
        app.add_option("--feed", o.feed,
                       t("pack/feed all rows are posted to", "所有行记入的 业务包/数据流"));
        app.add_option("--register", o.reg,
                       t("pack/register all rows fill (default: the field `to` of each row)",
                         "所有行写入的 业务包/登记册（默认：各行的 to 字段）"));
        app.add_option("--role", o.role,
                       t("in which you post (default: one the feed takes)",
                         "以何角色提交（默认：数据流接受的一个角色）"));
        app.add_option("--format", o.format,
                       t("default: by the name of the file", "格式（默认：按文件名判断）"))
            ->check(CLI::IsMember({"csv", "ndjson", "xlsx"}));
        app.add_option("--sheet", o.sheet,
                       t("of a workbook (default: the only one that holds something)",
                         "工作表（默认：唯一有内容的一张）"));
        dry_run_flag(app, o.dry_run, t);
        app.add_option(
               "--preview", o.preview,
               t("show how the first rows are understood, send none", "显示对前几行的解读，不发送"))
            ->check(CLI::Range(1, 1'000));
        app.add_option("--batch", o.batch, t("rows of a request", "每个请求的行数"))
            ->default_val(1'000)
            ->check(CLI::Range(1, 10'000));
        app.add_option("--at-once", o.at_once, t("requests under way", "同时进行的请求数"))
            ->default_val(4)
            ->check(CLI::Range(1, 16));
        remote_options(app, o.remote, t);
        examples(
            app, t,
            t("  bashu import --preview 5 --feed transport/trips timetable.csv   send nothing\n"
              "  bashu import --dry-run   --feed transport/trips timetable.csv   change nothing\n"
              "  bashu import rows.ndjson      each row names its feed or register as `to`\n"
              "Refused rows are written to FILE.refused.ndjson with their reasons. An import that\n"
              "was broken off goes on when the same command is given again.\n",
              "  bashu import --preview 5 --feed transport/trips timetable.csv   不发送\n"
              "  bashu import --dry-run   --feed transport/trips timetable.csv   不作更改\n"
              "  bashu import rows.ndjson      各行以 to 字段写明数据流或登记册\n"
              "被拒的行连同原因写入 FILE.refused.ndjson。\n"
              "导入中断后，再次执行同一命令即可继续。\n"));
      });
}

void trial_command(Parser& parser, CLI::App* journal, const Text& t) {
  parser.command<JournalTest>(
      journal, "test",
      t("try whether a place keeps what every journal promises",
        "检验某存储位置是否满足日志的全部要求"),
      journal_test, [&t](CLI::App& app, JournalTest& o) {
        app.add_option("PLACE", o.where,
                       t("postgres://... or a folder to make; both are empty again afterwards",
                         "postgres://… 或将要新建的目录；结束后均予清除"))
            ->required();
      });
}

void move_command(Parser& parser, CLI::App* journal, const Text& t) {
  parser.command<JournalMove>(
      journal, "move",
      t("move the journal to a server or back: first beside the node, then once more at rest",
        "将日志迁移到服务器或迁回：先与运行中的节点并行，停机后再执行一次"),
      journal_move, [&t](CLI::App& app, JournalMove& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--to", o.to,
                       t("postgres://HOST/DATABASE, or directory",
                         "postgres://主机/数据库，或 directory（节点目录）"))
            ->required();
      });
}

void reopen_command(Parser& parser, CLI::App* journal, const Text& t) {
  parser.command<JournalReopen>(
      journal, "reopen",
      t("let writers again into a journal on a server that was moved elsewhere, as it is there",
        "重新启用服务器上已迁走的日志，内容以该处现有为准"),
      journal_reopen, [&t](CLI::App& app, JournalReopen& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_flag("--yes", o.yes,
                     t("nothing was appended where it went to", "确认迁往之处未再追加任何条目"));
      });
}

void feed_command(Parser& parser, CLI::App* journal, const Text& t) {
  parser.command<JournalFeed>(
      journal, "feed",
      t("copy the entries to files or Kafka, for other systems; goes on where it was",
        "把条目复制到文件或 Kafka，供其他系统使用；可接续执行"),
      journal_feed, [&t](CLI::App& app, JournalFeed& o) {
        app.add_option("DIR", o.dir)->required();
        CLI::Option* files = app.add_option("--files", o.files, t("folder", "目录"));
        app.add_option("--format", o.format,
                       t("ndjson: an entry a line; csv: an event a row",
                         "ndjson：每行一个条目；csv：每行一个事件"))
            ->check(CLI::IsMember({"ndjson", "csv"}))
            ->default_val("ndjson")
            ->needs(files);
        CLI::Option* kafka = app.add_option("--kafka", o.kafka,
                                            t("brokers, HOST:PORT,...", "代理节点，HOST:PORT,..."));
        CLI::Option* topic = app.add_option("--topic", o.topic, t("topic", "主题"))->needs(kafka);
        kafka->needs(topic);
        app.add_option("--set", o.settings,
                       t("setting of the client, e.g. security.protocol=ssl",
                         "客户端参数，如 security.protocol=ssl"))
            ->needs(kafka);
        app.add_flag("--follow", o.follow, t("go on as the journal grows", "随日志增长持续输出"));
        examples(app, t,
                 t("  bashu journal feed node --files copy --follow\n"
                   "  bashu journal feed node --kafka 127.0.0.1:9092 --topic sichuan\n"
                   "Sealed values stay masked. Whoever feeds a topic later takes it over.\n",
                   "  bashu journal feed node --files copy --follow\n"
                   "  bashu journal feed node --kafka 127.0.0.1:9092 --topic sichuan\n"
                   "密封的值仍以掩码显示。后启动者接管该主题。\n"));
      });
}

void journal_commands(Parser& parser, const Text& t) {
  CLI::App* journal =
      parser.group("journal", t("read and verify the journal of a node", "读取并核验节点的日志"));
  parser.command<JournalShow>(
      journal, "show", t("entries as JSON, one a line", "以 JSON 显示条目，每行一条"), journal_show,
      [&t](CLI::App& app, JournalShow& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--from", o.from, t("position of the first", "首条的位置"));
        app.add_option("--count", o.count)->default_val(100);
      });
  parser.command<JournalVerify>(
      journal, "verify",
      t("recompute a whole journal from its genesis; two: also against each other",
        "从首条起重算整个日志；给出两个时还互相核对"),
      journal_verify, [&t](CLI::App& app, JournalVerify& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("OTHER", o.other, t("directory of a second node", "另一节点的目录"));
      });
  parser.command<JournalProof>(
      journal, "proof",
      t("the proof (tlog-proof) that an entry is in the log", "条目在日志中的证明（tlog-proof）"),
      journal_proof, [&t](CLI::App& app, JournalProof& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("SEQUENCE", o.sequence, t("position of the entry", "条目的位置"))
            ->required();
        out_option(app, o.out, t);
        app.add_flag("--leaf", o.leaf, t("print the leaf instead", "改为输出叶数据"));
        CLI::Option* vkey =
            app.add_flag("--vkey", o.vkey,
                         t("print the verifier key of the log instead", "改为输出日志的验证公钥"));
        app.add_flag("--second", o.second,
                     t("with --vkey: that of its second signature (SM2)",
                       "与 --vkey 同用：其第二签名（SM2）的验证公钥"))
            ->needs(vkey);
      });
  parser.command<JournalStamps>(
      journal, "stamps", t("the time stamps of the journal, judged anew", "重新核验日志的时间戳"),
      journal_stamps, [&t](CLI::App& app, JournalStamps& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--ca", o.ca,
                       t("file of PEM certificates of who may certify the authority",
                         "可为时间戳机构签发证书者的 PEM 证书文件"))
            ->required();
      });
  parser.command<JournalCosigned>(
      journal, "cosigned",
      t("what witnesses outside the circle have cosigned of the journal, judged anew",
        "重新核验圈外见证方已会签的日志内容"),
      journal_cosigned, [&t](CLI::App& app, JournalCosigned& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--witnesses", o.witnesses,
                       t("file of witnesses, as `bashu serve` takes it",
                         "见证方文件，与 `bashu serve` 相同"))
            ->required();
        app.add_option("--by", o.by,
                       t("print the checkpoint that this witness has cosigned instead",
                         "改为输出该见证方会签的检查点"));
        out_option(app, o.out, t);
      });
  trial_command(parser, journal, t);
  move_command(parser, journal, t);
  reopen_command(parser, journal, t);
  feed_command(parser, journal, t);
}

void witness_commands(Parser& parser, const Text& t) {
  CLI::App* witness =
      parser.group("witness", t("be a witness of journals without being a party: holds no records",
                                "作为圈外见证方会签日志：不保存任何记录"));
  parser.command<WitnessInit>(
      witness, "init", t("make its key and print what others verify by", "生成密钥并显示验证公钥"),
      witness_init, [&t](CLI::App& app, WitnessInit& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--name", o.name,
                       t("its name, a URL without scheme, e.g. witness.example/w1",
                         "名称，不带协议的 URL，如 witness.example/w1"))
            ->required();
      });
  parser.command<WitnessServe>(
      witness, "serve",
      t("cosign checkpoints that continue what was cosigned (C2SP tlog-witness)",
        "会签延续此前内容的检查点（C2SP tlog-witness）"),
      witness_serve, [&t](CLI::App& app, WitnessServe& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--origins", o.origins,
                       t("file of the journals to witness: lines `log VKEY`; read again on SIGHUP",
                         "所见证的日志文件，每行 `log 公钥`；收到 SIGHUP 时重新读取"))
            ->required();
        app.add_option("--listen", o.listen, t("address:port", "监听的 地址:端口"))
            ->default_val("127.0.0.1:7480");
        app.add_flag("--in-clear", o.in_clear,
                     t("without TLS on an address others reach (behind a proxy that ends TLS)",
                       "在他人可达的地址上不使用 TLS（位于终结 TLS 的代理之后）"));
        app.add_option("--log", o.log,
                       t("file of the log, opened again on SIGHUP (default: standard error)",
                         "运行日志文件，收到 SIGHUP 时重新打开（默认：标准错误）"));
        examples(app, t,
                 "  bashu witness init witness --name witness.example/w1\n"
                 "  bashu journal proof node 0 --vkey | sed 's/^/log /' > origins\n"
                 "  bashu witness serve witness --origins origins\n");
      });
  parser.command<WitnessShow>(
      witness, "show",
      t("its key, what it has cosigned, and which journals contradicted themselves",
        "显示其公钥、已会签的内容及自相矛盾的日志"),
      witness_show,
      [](CLI::App& app, WitnessShow& o) { app.add_option("DIR", o.dir)->required(); });
}

void doctor_commands(Parser& parser, const Text& t) {
  parser.command<Doctor>(
      &parser.app, "doctor",
      t("look over a node's directory: what is well, what is not, what to do; changes nothing",
        "检查节点目录：哪些正常、哪些异常、如何处理；不作任何更改"),
      doctor, [&t](CLI::App& app, Doctor& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_flag("--json", o.json, t("print the findings as JSON", "以 JSON 输出检查结果"));
        disk_floor_option(app, o.disk_floor_mb, t);
        app.footer(t("Exit codes: 0 nothing fails, 1 something fails, 2 not a node's directory.",
                     "退出码：0 无故障，1 有故障，2 不是节点目录。"));
      });
  parser.command<HealthAsk>(
      &parser.app, "health",
      t("ask a running node how it is; needs no key", "询问运行中节点的状态；无需密钥"), health,
      [&t](CLI::App& app, HealthAsk& o) {
        remote_options(app, o.remote, t);
        app.footer(t("Exit codes: 0 ready, 1 degraded, 2 down or not reached.",
                     "退出码：0 就绪，1 降级，2 停止或无法连接。"));
      });
}

void vault_from_option(CLI::App& app, std::string& vault_from, const Text& t) {
  app.add_option("--vault-from", vault_from,
                 t("folder with the keys of sealed values", "密封值密钥所在的目录"));
}

void backup_commands(Parser& parser, const Text& t) {
  CLI::App* make = parser.command<Backup>(
      &parser.app, "backup",
      t("back up a node beside its work: only what is new, encrypted, signed",
        "在节点运行的同时备份：仅复制新增内容，加密并签名"),
      backup_make, [&t](CLI::App& app, Backup& o) {
        app.add_option("DIR", o.dir);
        app.add_option("--to", o.to, t("folder of the backups", "备份目录"));
        app.add_option("--vault-to", o.vault_to,
                       t("folder for the keys of sealed values, apart from all else",
                         "密封值密钥的目录，须与其余备份分开"));
        examples(app, t,
                 t("  export BASHU_BACKUP_KEY_FILE=backup.key   64 hex digits, kept elsewhere\n"
                   "  bashu backup node --to /backup/node --vault-to /vault/node\n"
                   "  bashu backup rehearse /backup/node --vault-from /vault/node\n",
                   "  export BASHU_BACKUP_KEY_FILE=backup.key   64 位十六进制，另行保管\n"
                   "  bashu backup node --to /backup/node --vault-to /vault/node\n"
                   "  bashu backup rehearse /backup/node --vault-from /vault/node\n"));
      });
  parser.command<BackupRehearse>(
      make, "rehearse",
      t("restore into a temporary place and verify journal, keys and documents",
        "恢复到临时目录，并核验日志、密钥和文件"),
      backup_rehearse, [&t](CLI::App& app, BackupRehearse& o) {
        app.add_option("FOLDER", o.from, t("folder of the backups", "备份目录"))->required();
        vault_from_option(app, o.vault_from, t);
        app.add_option("--work", o.work,
                       t("where the temporary directory is made", "在何处建立临时目录"));
      });
  CLI::App* restore = parser.command<Restore>(
      &parser.app, "restore",
      t("bring a node back from its backups; it begins guarded",
        "从备份恢复节点；恢复后先处于受保护状态"),
      backup_restore, [&t](CLI::App& app, Restore& o) {
        app.add_option("--from", o.from, t("folder of the backups", "备份目录"));
        vault_from_option(app, o.vault_from, t);
        app.add_option("--to", o.to, t("new directory of the node", "节点的新目录"));
        CLI::Option* at =
            app.add_option("--at", o.at, t("no entry after this position", "不含此位置之后的条目"));
        app.add_option("--as-of", o.as_of,
                       t("no entry after this date or time", "不含此日期或时间之后的条目"))
            ->excludes(at);
      });
  parser.command<RestoreRelease>(
      restore, "release",
      t("take writes again where no peer can confirm: two officers, one after the other",
        "无对端可确认时重新接受写入：须两名经办人先后提出"),
      restore_release, [&t](CLI::App& app, RestoreRelease& o) {
        app.add_option("--note", o.note, t("why", "理由"))->required();
        remote_options(app, o.remote, t);
      });
}

void bundle_commands(Parser& parser, const Text& t) {
  parser.command<Bundle>(
      &parser.app, "bundle",
      t("what proves the messages of a case, in one file for a third party",
        "证据包：证明办件各消息的单个文件，供第三方核验"),
      bundle, [&t](CLI::App& app, Bundle& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("CASE", o.id)->required();
        app.add_option("--out", o.out, t("file", "输出文件"))->required();
        app.add_option("--claim", o.claim,
                       t("file that says in words what is asserted", "以文字写明所主张内容的文件"));
      });
  parser.command<VerifyBundle>(
      &parser.app, "verify-bundle",
      t("judge a bundle, given only the agreement id", "仅凭协议标识判定证据包"), verify_bundle,
      [&t](CLI::App& app, VerifyBundle& o) {
        app.add_option("FILE", o.file)->required();
        app.add_option("AGREEMENT", o.agreement,
                       t("the agreement id printed in the treaty", "书面协议上载明的协议标识"))
            ->required();
      });
}

void verify_command(Parser& parser, const Text& t) {
  parser.command<Verify>(
      &parser.app, "verify",
      t("judge a paper (PDF) or a proof without its node", "离线核验文书（PDF）或证明"), verify,
      [&t](CLI::App& app, Verify& o) {
        app.add_option("FILE", o.file)->required();
        app.add_option("--key", o.key,
                       t("verifier key of the journal, or a file with it",
                         "日志的验证公钥，或存有公钥的文件"))
            ->required();
        app.add_option("--second-key", o.second_key,
                       t("the same of its second signature (SM2), which must be there",
                         "第二签名（SM2）的验证公钥，须已签署"));
      });
}

void overview_options(CLI::App& app, Overview& o, const Text& t, const std::string& what_as_of) {
  app.add_option("DIR", o.words,
                 t("the node's directory, unless --api is given", "节点目录，给出 --api 时除外"))
      ->expected(0, 1);
  app.add_option("--as-of", o.as_of, what_as_of);
  known_at_option(app, o.known_at, t);
  published_option(app, o.circle, t);
  remote_options(app, o.remote, t);
}

void figure_commands(Parser& parser, const Text& t) {
  parser.command<Figures>(
      &parser.app, "figures",
      t("figures of the packs in force, on any date", "生效业务包在任意日期的指标"), figures,
      [&t](CLI::App& app, Figures& o) {
        app.add_option("DIR_ID", o.words,
                       t("the node's directory (unless --api is given), then one pack/figure",
                         "节点目录（给出 --api 时除外），再写一个 业务包/指标"))
            ->expected(0, 2);
        app.add_option(
            "--as-of", o.as_of,
            t("the date the answer is about (default: today)", "截至日期（默认：今天）"));
        known_at_option(app, o.known_at, t);
        app.add_option("--party", o.party, t("the value of this party", "该参与方的数值"));
        app.add_option("--period", o.period,
                       t("2021-01-01..2021-09-25", "起止日期，如 2021-01-01..2021-09-25"));
        published_option(app, o.circle, t);
        app.add_flag("--records", o.records,
                     t("the records behind the figure", "指标所依据的记录"));
        app.add_flag("--tell", o.tell,
                     t("tell the other parties what is counted here", "向其他各方通报本方的指标"));
        app.add_flag("--csv", o.csv, t("print as CSV", "以 CSV 输出"));
        remote_options(app, o.remote, t);
        examples(app, t,
                 t("  bashu figures DIR                                        all of them\n"
                   "  bashu figures DIR exchange/agreements --as-of 2020-12-31\n"
                   "  bashu figures DIR exchange/agreements --as-of 2020-12-31 --records\n"
                   "  bashu figures DIR --tell --as-of 2021-09-25              so that others can "
                   "compare\n",
                   "  bashu figures DIR                                        全部指标\n"
                   "  bashu figures DIR exchange/agreements --as-of 2020-12-31\n"
                   "  bashu figures DIR exchange/agreements --as-of 2020-12-31 --records\n"
                   "  bashu figures DIR --tell --as-of 2021-09-25              供其他各方核对\n"));
      });
  parser.command<Publish>(
      &parser.app, "publish",
      t("the public site of a day as plain files", "将某日的公众网站生成为静态文件"), publish,
      [&t](CLI::App& app, Publish& o) {
        app.add_option("DIR", o.dir, t("the node's directory", "节点目录"))->required();
        app.add_option("--as-of", o.as_of, t("the day (default: today)", "日期（默认：今天）"));
        app.add_option("--out", o.out, t("folder, new or empty", "新建或空的目录"))->required();
        published_option(app, o.circle, t);
      });
  parser.command<Overview>(
      &parser.app, "overview",
      t("the published overview, computed on any date", "公布的总览，按任意日期计算"), overview,
      [&t](CLI::App& app, Overview& o) {
        overview_options(app, o, t,
                         t("the date of the whole (default: as published); a year later, each "
                           "number is of a year later",
                           "总览的截至日期（默认：与公布相同）；晚一年，则各数字均晚一年"));
        app.add_flag("--notes", o.notes,
                     t("also what is ambiguous in numbers that do not differ",
                       "一致的数字若有歧义，也予说明"));
      });
  parser.command<Overview>(
      &parser.app, "discrepancies",
      t("figures on which the parties differ, and the records that explain it",
        "各方不一致的指标，以及可作解释的记录"),
      discrepancies, [&t](CLI::App& app, Overview& o) {
        overview_options(app, o, t, t("only what was told of this date", "仅限就此日期通报的指标"));
        examples(app, t,
                 t("  bashu figures DIR --tell --as-of 2021-09-25   on each node, first\n"
                   "  bashu discrepancies DIR --as-of 2021-09-25\n",
                   "  bashu figures DIR --tell --as-of 2021-09-25   先在每个节点上执行\n"
                   "  bashu discrepancies DIR --as-of 2021-09-25\n"));
      });
}

void network_options(CLI::App& app, NetworkAsk& o, const Text& t, bool ends) {
  app.add_option("PATH", o.path,
                 t("a GTFS feed (.zip), or a folder with stations.csv and calls.csv",
                   "GTFS 数据（.zip），或含 stations.csv 与 calls.csv 的目录"))
      ->required();
  app.add_option("--on", o.on, t("the day, e.g. 2021-01-30", "日期，如 2021-01-30"))->required();
  if (ends) {
    app.add_option("--from", o.from,
                   t("station, by id or name; of a circle also a county's code",
                     "出发站，标识或站名；经济圈路网也可用区县代码"))
        ->required();
  }
  app.add_option("--at", o.at,
                 t("setting out at HH:MM, or from then on (default: 06:00)",
                   "出发时刻或最早出发时刻（默认：06:00）"));
}

void circle_network_options(CLI::App& app, NetworkCompare& o, const Text& t) {
  app.add_option("PATH", o.path,
                 t("a circle's network: a folder with places.csv, lines.csv, roads.csv",
                   "经济圈路网：含 places.csv、lines.csv、roads.csv 的目录"))
      ->required();
  app.add_option("--on", o.on, t("the day, e.g. 2021-01-30", "日期，如 2021-01-30"))->required();
  app.add_option("--scenario", o.scenario, t("one of scenarios.csv", "scenarios.csv 中的情景"));
  app.add_option("--from", o.from,
                 t("a county's code (default: every core)", "区县代码（默认：各核心区）"));
  app.add_option("--within", o.within, t("minutes (default: 60)", "分钟数（默认：60）"))
      ->check(CLI::Range(1, 1'440));
}

void circle_network_commands(Parser& parser, CLI::App* network, const Text& t) {
  parser.command<NetworkCompare>(
      network, "compare",
      t("before and after a day or a scenario, county by county",
        "比较两个日期或情景前后各区县的出行时间"),
      network_compare, [&](CLI::App& app, NetworkCompare& o) {
        circle_network_options(app, o, t);
        app.add_option("--to", o.to,
                       t("the day after (default: the same)", "其后的日期（默认同日）"));
        app.add_option("--format", o.format,
                       t("table, csv, json or geojson", "table、csv、json 或 geojson"))
            ->check(CLI::IsMember({"table", "csv", "json", "geojson"}));
        out_option(app, o.out, t);
        examples(app, t,
                 t("  bashu network compare circles/chengdu-chongqing/network --on 2021-01-30 "
                   "--to 2028-01-01\n"
                   "  bashu network compare circles/chengdu-chongqing/network --on 2028-01-01 "
                   "--scenario two-years-late\n",
                   "  bashu network compare circles/chengdu-chongqing/network --on 2021-01-30 "
                   "--to 2028-01-01\n"
                   "  bashu network compare circles/chengdu-chongqing/network --on 2028-01-01 "
                   "--scenario two-years-late\n"));
      });
  parser.command<NetworkYears>(
      network, "years",
      t("what the network is to the whole region, year by year", "逐年计算全区域的出行时间指标"),
      network_years, [&](CLI::App& app, NetworkYears& o) {
        app.add_option("PATH", o.path,
                       t("a circle's network: a folder with places.csv, lines.csv, roads.csv",
                         "经济圈路网：含 places.csv、lines.csv、roads.csv 的目录"))
            ->required();
        constexpr int kFirst = 1'900, kLast = 2'200;
        app.add_option("--first", o.first, t("year (default: 2015)", "起始年份（默认：2015）"))
            ->check(CLI::Range(kFirst, kLast));
        app.add_option("--last", o.last, t("year (default: 2035)", "终止年份（默认：2035）"))
            ->check(CLI::Range(kFirst, kLast));
        app.add_option("--scenario", o.scenario,
                       t("one of scenarios.csv", "scenarios.csv 中的情景"));
        app.add_option("--within", o.within, t("minutes (default: 60)", "分钟数（默认：60）"))
            ->check(CLI::Range(1, 1'440));
      });
  parser.command<NetworkCompare>(network, "explain",
                                 t("what each unfinished line brings, alone and after the others",
                                   "各在建线路单独开通与最后开通各带来多少"),
                                 network_explain, [&](CLI::App& app, NetworkCompare& o) {
                                   circle_network_options(app, o, t);
                                   app.add_option(
                                          "--lines", o.lines,
                                          t("codes, at most ten (default: all that are unfinished)",
                                            "线路代码，至多十个（默认：全部未开通线路）"))
                                       ->delimiter(',');
                                 });
}

void cheapest_command(Parser& parser, CLI::App* network, const Text& t) {
  parser.command<NetworkCheapest>(
      network, "cheapest",
      t("the cheapest journey between two places, with the fare of each ride",
        "两地之间最便宜的行程及各程票价"),
      network_cheapest, [&](CLI::App& app, NetworkCheapest& o) {
        app.add_option("PATH", o.path,
                       t("a circle's network, a GTFS feed (.zip), or a folder with stations.csv "
                         "and calls.csv",
                         "经济圈路网、GTFS 数据（.zip），或含 stations.csv 与 calls.csv 的目录"))
            ->required();
        app.add_option("--on", o.on, t("the day, e.g. 2021-01-30", "日期，如 2021-01-30"))
            ->required();
        app.add_option("--from", o.from,
                       t("station, by id or name; of a circle also a county's code",
                         "出发站，标识或站名；经济圈路网也可用区县代码"))
            ->required();
        app.add_option("--to", o.to,
                       t("station or county, as --from", "到达站或区县，写法同 --from"))
            ->required();
        app.add_option(
            "--at", o.at,
            t("setting out at HH:MM or later (default: 06:00)", "最早出发时刻（默认：06:00）"));
        app.add_option(
            "--arrive", o.arrive,
            t("arriving by HH:MM (default: the end of the day)", "最晚到达时刻（默认：当日结束）"));
        app.add_option("--tariff", o.tariff,
                       t("by this tariff (default: those of the circle)",
                         "按此票价规则（默认：经济圈的票价规则）"));
        app.add_option("--group", o.groups,
                       t("LINE=GROUP: the group of the tariff that a line is of",
                         "线路=票价组：线路所属的票价组"))
            ->delimiter(',');
        app.add_option("--medium", o.medium,
                       t("prices for this medium, as the tariff names it (default: none named)",
                         "按此票卡介质的票价，写法同票价规则（默认：不指明）"));
        app.add_option("--issuer", o.issuer,
                       t("prices for media of this issuer (default: none named)",
                         "按此发卡方的票价（默认：不指明）"));
        app.add_option("--class", o.rider_class,
                       t("prices for this class of rider (default: none named)",
                         "按此类乘客的票价（默认：不指明）"));
      });
}

void missed_command(Parser& parser, CLI::App* network, const Text& t) {
  parser.command<NetworkMissed>(
      network, "missed",
      t("trains that arrive after the last bus has left, and by how much",
        "末班公交开出后才到达的列车，以及差多少分钟"),
      network_missed, [&](CLI::App& app, NetworkMissed& o) {
        app.add_option("PATH", o.path,
                       t("a GTFS feed (.zip), or a circle's network with buses.csv",
                         "GTFS 数据（.zip），或含 buses.csv 的经济圈路网目录"))
            ->required();
        app.add_option("--on", o.on, t("the day, e.g. 2021-01-30", "日期，如 2021-01-30"))
            ->required();
        app.add_option("--feeder", o.feeders,
                       t("lines of the buses (default: every bus)", "公交线路（默认：全部公交）"))
            ->delimiter(',');
        app.add_option("--format", o.format, t("table or csv", "table 或 csv"))
            ->check(CLI::IsMember({"table", "csv"}));
        out_option(app, o.out, t);
      });
}

void rows_command(Parser& parser, CLI::App* network, const Text& t) {
  parser.command<NetworkRows>(
      network, "rows",
      t("a side's stations and timetable as rows for bashu import",
        "把一方的车站与时刻表写成可供 bashu import 导入的行"),
      network_rows, [&](CLI::App& app, NetworkRows& o) {
        app.add_option("PATH", o.path,
                       t("a GTFS feed (.zip), or a folder with stations.csv and calls.csv",
                         "GTFS 数据（.zip），或含 stations.csv 与 calls.csv 的目录"))
            ->required();
        app.add_option(
               "--on", o.on,
               t("the day whose trains are told, e.g. 2021-01-30", "取哪一天的车次，如 2021-01-30"))
            ->required();
        app.add_option(
            "--valid-from", o.valid_from,
            t("first day of the edition (default: that day)", "版本施行日期（默认：该日）"));
        app.add_option("--party", o.party, t("the side that tells it", "登记的一方"))->required();
        app.add_option("--divisions", o.divisions,
                       t("how codes of its counties begin, e.g. 51", "该方区县代码的开头，如 51"))
            ->delimiter(',')
            ->required();
        app.add_option("--source", o.source,
                       t("what the rows give as their source", "各行的来源文件"))
            ->required();
        app.add_option("--counties", o.counties,
                       t("a folder with places.csv: a station without a county lies in the nearest",
                         "含 places.csv 的目录：未注明区县的车站归入最近的区县"));
        app.add_option("--out", o.out, t("the folder to write", "要写的目录"))->required();
        examples(app, t,
                 t("  bashu network rows circles/chengdu-chongqing/network --on 2021-01-30 "
                   "--party sichuan --divisions 51 --source list-2021 --out build/rows\n",
                   "  bashu network rows circles/chengdu-chongqing/network --on 2021-01-30 "
                   "--party sichuan --divisions 51 --source 2021年时刻表 --out build/rows\n"));
      });
}

void network_commands(Parser& parser, const Text& t) {
  CLI::App* network =
      parser.group("network", t("journey times from timetables", "按时刻表计算出行时间"));
  const auto until = [&t](CLI::App& app, NetworkAsk& o) {
    app.add_option("--until", o.until,
                   t("setting out no later than (default: 22:00)", "最晚出发时刻（默认：22:00）"));
  };
  const auto to = [&t](CLI::App& app, NetworkAsk& o) {
    app.add_option("--to", o.to, t("station or county, as --from", "到达站或区县，写法同 --from"))
        ->required();
  };
  const auto within = [&t](CLI::App& app, NetworkAsk& o) {
    app.add_option("--within", o.within, t("minutes (default: 180)", "分钟数（默认：180）"))
        ->check(CLI::Range(1, 1'440));
  };
  parser.command<NetworkCheck>(
      network, "check",
      t("what is wrong in a timetable: file, line, field", "检查时刻表：文件、行、字段"),
      network_check, [&t](CLI::App& app, NetworkCheck& o) {
        app.add_option("PATH", o.path,
                       t("a GTFS feed (.zip), or a folder with stations.csv and calls.csv",
                         "GTFS 数据（.zip），或含 stations.csv 与 calls.csv 的目录"))
            ->required();
      });
  parser.command<NetworkAsk>(network, "journey",
                             t("the earliest journeys, and those with fewer changes",
                               "最早到达的行程，以及换乘更少的行程"),
                             network_journey, [&](CLI::App& app, NetworkAsk& o) {
                               network_options(app, o, t, true);
                               to(app, o);
                               app.add_option("--arrive", o.arrive,
                                              t("leave as late as possible and arrive by HH:MM",
                                                "尽量晚出发，于此时刻前到达"));
                             });
  parser.command<NetworkAsk>(
      network, "day",
      t("every journey of a day between two places: best, typical, worst",
        "两地一日内的全部行程：最快、一般、最慢"),
      network_day, [&](CLI::App& app, NetworkAsk& o) {
        network_options(app, o, t, true);
        to(app, o);
        until(app, o);
        examples(
            app, t,
            t("  bashu network day circles/chengdu-chongqing/network --from 'Chengdu East' --to "
              "Shapingba --on 2021-01-30\n",
              "  bashu network day circles/chengdu-chongqing/network --from 成都东 --to 沙坪坝 "
              "--on 2021-01-30\n"));
      });
  parser.command<NetworkAsk>(network, "reach",
                             t("where one gets to in some time", "一定时间内可到达的车站"),
                             network_reach, [&](CLI::App& app, NetworkAsk& o) {
                               network_options(app, o, t, true);
                               until(app, o);
                               within(app, o);
                             });
  parser.command<NetworkAsk>(
      network, "matrix",
      t("seconds between all pairs of stations, as CSV", "所有车站两两之间的秒数，CSV 格式"),
      network_matrix, [&](CLI::App& app, NetworkAsk& o) {
        network_options(app, o, t, false);
        until(app, o);
        within(app, o);
        out_option(app, o.out, t);
      });
  parser.command<NetworkAsk>(
      network, "export", t("the timetable as a GTFS feed", "把时刻表写成 GTFS 数据"),
      network_export, [&](CLI::App& app, NetworkAsk& o) {
        network_options(app, o, t, false);
        app.add_option("--out", o.out, t("the feed to write (.zip)", "要写的数据（.zip）"))
            ->required();
      });
  cheapest_command(parser, network, t);
  missed_command(parser, network, t);
  rows_command(parser, network, t);
  circle_network_commands(parser, network, t);
}

// Where registers are read that are compared, and by which keys.
void reconcile_sides(CLI::App& app, Reconcile& o, const Text& t) {
  app.add_option(
      "--as-of", o.as_of,
      t("registers as they were on a day, 2026-03-31", "登记簿按某日状况，如 2026-03-31"));
  app.add_option(
         "--api", o.api,
         t("of a register without URL: the node's API", "未写地址的登记簿：节点 API 的地址"))
      ->envname("BASHU_API");
  app.add_option("--api-key", o.api_key,
                 t("secret of an API key, of both sides (better: environment)",
                   "两侧的 API 密钥（最好由环境变量给出）"))
      ->envname("BASHU_KEY");
  const auto side = [&](const std::string& name, const char* env, ReconcileSide& of) {
    app.add_option("--" + name + "-key", of.key,
                   t("its own API key, if the other side has another", "该侧自己的 API 密钥"))
        ->envname(env);
    app.add_option(
           "--" + name + "-ca", of.ca,
           t("certificate of the API's authority, for https", "API 证书签发机构的证书，用于 https"))
        ->envname("BASHU_CA");
    app.add_option(
        "--" + name + "-at", of.at,
        t("position of its journal (default: the newest)", "该侧的日志位置（默认：最新）"));
  };
  side("left", "BASHU_LEFT_KEY", o.of_left);
  side("right", "BASHU_RIGHT_KEY", o.of_right);
}

void reconcile_command(Parser& parser, const Text& t) {
  parser.command<Reconcile>(
      &parser.app, "reconcile",
      t("where two files or registers of the same lines differ",
        "核对两个文件或登记簿，逐行列出差异"),
      reconcile, [&t](CLI::App& app, Reconcile& o) {
        app.add_option("LEFT", o.left,
                       t("a file, .csv or NDJSON, or a register: URL#PACK/REGISTER",
                         "文件（.csv 或 NDJSON），或登记簿：地址#业务包/登记簿"))
            ->required();
        app.add_option("RIGHT", o.right, t("the other one", "另一个"))->required();
        app.add_option("--key", o.key,
                       t("columns that name a line, a,b; of a record also @key",
                         "标识一行的列，如 a,b；记录另有 @key"))
            ->required()
            ->delimiter(',');
        app.add_option(
               "--compare", o.compare,
               t("columns that must be equal, a,b; of a record also @keeper, @on, @version, "
                 "@edition",
                 "须一致的列，如 a,b；记录另有 @keeper、@on、@version、@edition"))
            ->delimiter(',');
        app.add_option("--sum", o.sum,
                       t("columns of whole numbers to add up on both sides", "分别求和的整数列"))
            ->delimiter(',');
        reconcile_sides(app, o, t);
        examples(app, t,
                 t("  bashu reconcile ours.csv theirs.csv --key trip --compare fare,operator "
                   "--sum fare\n"
                   "  bashu reconcile https://here:8443#permits/permit permits.csv --key number "
                   "--compare holder,until\n"
                   "  bashu reconcile http://here#permits/permit http://there#permits/permit "
                   "--key @key --compare holder,@keeper\n",
                   "  bashu reconcile ours.csv theirs.csv --key trip --compare fare,operator "
                   "--sum fare\n"
                   "  bashu reconcile https://here:8443#permits/permit permits.csv --key number "
                   "--compare holder,until\n"
                   "  bashu reconcile http://here#permits/permit http://there#permits/permit "
                   "--key @key --compare holder,@keeper\n"));
      });
}

void fares_file_commands(Parser& parser, CLI::App* group, const Text& t) {
  parser.command<FaresToGtfs>(
      group, "to-gtfs",
      t("a tariff as GTFS Fares v2, and what that cannot say",
        "把票制写成 GTFS Fares v2，并列出无法表达的内容"),
      fares_to_gtfs, [&t](CLI::App& app, FaresToGtfs& o) {
        app.add_option("TARIFF", o.tariff, t("YAML or JSON", "YAML 或 JSON"))->required();
        app.add_option("--dir", o.dir, t("where the files are written", "文件写入的目录"))
            ->required();
      });
  parser.command<FaresFromGtfs>(
      group, "from-gtfs",
      t("a tariff of GTFS Fares v2, and what of it is left out",
        "由 GTFS Fares v2 得出票制，并列出未纳入的内容"),
      fares_from_gtfs, [&t](CLI::App& app, FaresFromGtfs& o) {
        app.add_option(
               "DIR", o.dir,
               t("with fare_products.txt and the like", "含 fare_products.txt 等文件的目录"))
            ->required();
        app.add_option("--name", o.name, t("of the tariff", "票制名称"))->required();
        app.add_option("--version", o.version, t("of the tariff", "票制版本"));
        app.add_option("--from", o.from, t("its first day", "生效日"))->required();
        app.add_option("--party", o.party, t("on whose side the networks run", "线网所在一方"))
            ->required();
        out_option(app, o.out, t);
      });
  parser.command<FaresTides>(
      group, "tides",
      t("taps of TIDES fare_transactions, as rate and clear take them",
        "把 TIDES fare_transactions 转为 rate 与 clear 所用的刷卡记录"),
      fares_tides, [&t](CLI::App& app, FaresTides& o) {
        app.add_option("FILE", o.file,
                       t("the table fare_transactions.csv", "fare_transactions.csv 表文件"))
            ->required();
        app.add_option("--issuer", o.issuer, t("who issued the tokens", "发行方"))->required();
        app.add_option("--group", o.group,
                       t("the tariff's group of these devices", "设备所属的票制分组"))
            ->required();
        out_option(app, o.out, t);
      });
}

void fares_commands(Parser& parser, const Text& t) {
  CLI::App* group =
      parser.group("fares", t("what taps cost, and who owes whom", "按刷卡记录计价与分账"));
  parser.command<FaresRate>(
      group, "rate",
      t("price a file of taps by a tariff; with --against, by another one too",
        "按票制为刷卡记录计价；给出 --against 时再按另一票制计价"),
      fares_rate, [&t](CLI::App& app, FaresRate& o) {
        app.add_option(
               "TAPS", o.taps,
               t("columns id, token, at, device, sequence, kind (in, out, single), group, "
                 "place, vehicle, line, medium, issuer, class",
                 "列：id、token、at、device、sequence、kind（in、out、single）、group、place、"
                 "vehicle、line、medium、issuer、class"))
            ->required();
        app.add_option("--tariff", o.tariff, t("the tariff, YAML or JSON", "票制，YAML 或 JSON"))
            ->required();
        app.add_option("--against", o.against, t("another tariff: what if", "另一票制：试算"));
        app.add_option("--by", o.by,
                       t("sums by issuer, side, operator, class, day: a,b",
                         "汇总依据：issuer、side、operator、class、day，如 a,b"))
            ->delimiter(',')
            ->check(CLI::IsMember({"issuer", "side", "operator", "class", "day"}));
        app.add_option("--out", o.out,
                       t("each ride as CSV, amounts in fen", "逐次乘车的 CSV，金额以分计"));
        app.add_option(
            "--denied", o.denied,
            t("the deny list in force: columns token, from (when it begins) and, if it "
              "was lifted, until (excluded)",
              "有效黑名单：列 token、from（生效时刻），已解除的另有 until（不含该时刻）"));
        app.add_option("--denied-against", o.denied_against,
                       t("another deny list: what if", "另一黑名单：试算"));
        app.add_option(
            "--why", o.why,
            t("a token: why each of its rides costs what it costs", "某一令牌：逐次说明票价由来"));
      });
  fares_file_commands(parser, group, t);
}

void clear_pay_commands(Parser& parser, CLI::App* group, const Text& t) {
  const auto payments = [&t](CLI::App& app, std::string& file, std::string& accounts) {
    app.add_option("PAYMENTS", file, t("what net wrote", "net 写出的文件"))->required();
    app.add_option("--accounts", accounts,
                   t("YAML: party to {name, account, bank: BIC or CNAPS}",
                     "YAML：各方的 {name, account, bank：BIC 或联行号}"))
        ->required();
  };
  const auto schema = [&t](CLI::App& app, std::string& file) {
    app.add_option("--schema", file,
                   t("check against this, e.g. formats/iso20022/*.xsd",
                     "按此模式校验，如 formats/iso20022/*.xsd"));
  };
  parser.command<ClearNet>(
      group, "net", t("who pays whom for these statements", "按结算单轧差：谁付谁"), clear_net,
      [&t](CLI::App& app, ClearNet& o) {
        app.add_option("STATEMENT", o.statements, t("statement-0001.json, ...", "结算单文件"))
            ->required();
        app.add_option("--way", o.way, t("gross, bilateral or multilateral", "逐笔、双边或多边"))
            ->check(CLI::IsMember({"gross", "bilateral", "multilateral"}));
        app.add_option("--house", o.house,
                       t("clearing house of multilateral netting", "多边轧差的清算机构"));
        app.add_option("--least", o.least,
                       t("fen below which nothing is paid now", "低于此数（分）暂不支付"));
        app.add_option("--out", o.out, t("the payments as NDJSON", "付款写成 NDJSON"));
        app.add_option(
            "--statement", o.statement,
            t("the netting as a file that each party verifies", "轧差结算单，供各方各自核验"));
      });
  parser.command<ClearVerify>(
      group, "verify",
      t("one's own part of a netting, and its root", "核验轧差结算单中本方部分及其根"),
      clear_verify, [&t](CLI::App& app, ClearVerify& o) {
        app.add_option("NETTING", o.file,
                       t("what net --statement wrote", "net --statement 所写文件"))
            ->required();
        app.add_option("STATEMENT", o.statements,
                       t("the party's own closed statements", "本方已关闭的结算单"))
            ->required();
        app.add_option("--party", o.party, t("whose part", "本方"))->required();
      });
  parser.command<ClearPay>(
      group, "pay", t("orders to a bank: ISO 20022 pain.001", "付款指令：ISO 20022 pain.001"),
      clear_pay, [&t, payments, schema](CLI::App& app, ClearPay& o) {
        payments(app, o.payments, o.accounts);
        app.add_option("--from", o.from, t("the payer", "付款方"))->required();
        app.add_option("--on", o.on, t("the day of payment", "付款日"))->required();
        schema(app, o.schema);
        out_option(app, o.out, t);
      });
  parser.command<ClearPaid>(
      group, "paid",
      t("what a bank has booked: ISO 20022 camt.053", "银行已入账的付款：ISO 20022 camt.053"),
      clear_paid, [&t, payments, schema](CLI::App& app, ClearPaid& o) {
        payments(app, o.payments, o.accounts);
        app.add_option("--statement", o.statements, t("camt.053 files", "camt.053 文件"))
            ->required();
        app.add_option("--tolerance", o.tolerance, t("fen that may differ", "容差（分）"));
        schema(app, o.schema);
      });
}

void clear_book(CLI::App& app, std::string& book, const Text& t) {
  app.add_option("BOOK", book, t("folder of a side's book with another", "与对方对账的账簿文件夹"))
      ->required();
}

void clear_commands(Parser& parser, const Text& t) {
  CLI::App* group = parser.group(
      "clear", t("statements that two sides compute each by itself", "双方各自独立算出的结算单"));
  parser.command<ClearOpen>(
      group, "open", t("make a book", "新建账簿"), clear_open, [&t](CLI::App& app, ClearOpen& o) {
        clear_book(app, o.book, t);
        app.add_option("--side", o.side, t("whose book it is", "本方"))->required();
        app.add_option("--with", o.other, t("the other side", "对方"))->required();
        app.add_option("--tariff", o.tariff, t("of taps: what a ride costs", "刷卡：票制"));
        app.add_flag("--bills", o.bills, t("medical bills instead of taps", "医疗账单而非刷卡"));
      });
  parser.command<ClearTake>(
      group, "take", t("take what arrived: all of it or nothing", "收入数据：全部或全不"),
      clear_take, [&t](CLI::App& app, ClearTake& o) {
        clear_book(app, o.book, t);
        app.add_option("FILE", o.files,
                       t("taps (see fares rate) or bills, .csv or NDJSON",
                         "刷卡记录（见 fares rate）或账单，.csv 或 NDJSON"));
        app.add_option("--denied", o.denied,
                       t("a deny list: columns token, from and, if it was lifted, until (excluded)",
                         "黑名单：列 token、from，已解除的另有 until（不含该时刻）"));
      });
  parser.command<ClearDraw>(
      group, "draw", t("compute the next statement", "算出下一期结算单"), clear_draw,
      [&t](CLI::App& app, ClearDraw& o) {
        clear_book(app, o.book, t);
        app.add_option("--until", o.until,
                       t("the first day that it does not cover", "结算单不再包含的第一天"))
            ->required();
      });
  const auto ask = [&t](CLI::App& app, std::string& command) {
    return app.add_option(
        "--ask", command,
        t("a program that answers for their lines: ssh there bashu clear answer "
          "BOOK; only what differs is sent",
          "代对方作答的程序：ssh there bashu clear answer BOOK；只传送有差异的部分"));
  };
  parser.command<ClearAnswer>(
      group, "answer",
      t("answer for the draft's lines, question by question", "逐问作答：本方草稿的明细"),
      clear_answer, [&t](CLI::App& app, ClearAnswer& o) { clear_book(app, o.book, t); });
  parser.command<ClearCompare>(
      group, "compare", t("where ours and theirs differ, line by line", "逐行列出双方差异"),
      clear_compare, [&t, &ask](CLI::App& app, ClearCompare& o) {
        clear_book(app, o.book, t);
        auto* theirs = app.add_option(
            "THEIRS", o.theirs, t("their lines: a file, or their book", "对方的明细：文件或账簿"));
        ask(app, o.ask)->excludes(theirs);
        app.add_option(
            "--out", o.out,
            t("the differences as NDJSON, with both sides' lines", "差异写成 NDJSON，含双方明细"));
      });
  parser.command<ClearRefuse>(
      group, "refuse", t("leave a claim out of what comes next", "拒绝一笔债权，不列入后续结算"),
      clear_refuse, [&t](CLI::App& app, ClearRefuse& o) {
        clear_book(app, o.book, t);
        app.add_option("ID", o.id, t("of the claim, as compare shows it", "compare 显示的编号"))
            ->required();
        app.add_option("--why", o.why, t("the reason", "理由"))->required();
        app.add_flag("--accept", o.accept, t("take a refusal back", "撤回拒绝"));
      });
  parser.command<ClearClose>(
      group, "close", t("close it: what both say alike", "关账：双方一致的部分"), clear_close,
      [&t, &ask](CLI::App& app, ClearClose& o) {
        clear_book(app, o.book, t);
        auto* theirs = app.add_option("--against", o.theirs,
                                      t("their lines; what differs waits for the next one",
                                        "对方的明细；有差异的留待下一期"));
        auto* asked = ask(app, o.ask)->excludes(theirs);
        app.add_option("--root", o.root, t("their root, if it is ours", "对方的根，须与本方相同"))
            ->excludes(theirs)
            ->excludes(asked);
      });
  parser.command<ClearShow>(group, "show", t("all closed statements", "全部已关账的结算单"),
                            clear_show,
                            [&t](CLI::App& app, ClearShow& o) { clear_book(app, o.book, t); });
  clear_pay_commands(parser, group, t);
}

void window_option(CLI::App& app, std::string& window, const Text& t) {
  app.add_option("WINDOW", window, t("id of the window", "结算期编号"))->required();
}

void window_book_terms(CLI::App& app, WindowBook& o, const Text& t) {
  app.add_option("--way", o.way,
                 t("what is paid: the difference (bilateral), both sums (gross), or by a "
                   "clearing house (multilateral)",
                   "轧差方式：bilateral 双边差额、gross 双向全额、multilateral 清算机构"))
      ->check(CLI::IsMember({"bilateral", "gross", "multilateral"}));
  app.add_option("--house", o.house, t("the clearing house", "清算机构"));
  app.add_option("--least", o.least,
                 t("least that is paid, fen; less is carried over", "起付额（分），不足结转"));
  app.add_option("--cap", o.cap, t("cap of what is unsettled, fen", "未结清上限（分）"));
  app.add_option("--period", o.period,
                 t("a window ends with a day, a month or a year", "结算期按日、按月或按年截止"))
      ->check(CLI::IsMember({"daily", "monthly", "yearly"}));
}

void window_book_commands(Parser& parser, CLI::App* group, const Text& t) {
  const auto role = [&t](CLI::App& app, std::string& given) {
    app.add_option("--role", given, t("in which you act", "以何角色办理"))->capture_default_str();
  };
  const auto book = [&t](CLI::App& app, std::string& id) {
    app.add_option("BOOK", id, t("id of the book", "清算簿编号"))->required();
  };
  const auto until = [&t](CLI::App& app, std::string& day) {
    app.add_option("--until", day,
                   t("the first day that it does not cover", "结算单不再包含的第一天"))
        ->required();
  };
  parser.command<WindowList>(
      group, "list", t("books and their windows", "清算簿与各期"), window_list,
      [&t](CLI::App& app, WindowList& o) { remote_options(app, o.remote, t); });
  parser.command<WindowBook>(
      group, "book", t("propose a book to another side", "向另一方提议一个清算簿"), window_book,
      [&t, role](CLI::App& app, WindowBook& o) {
        remote_options(app, o.remote, t);
        app.add_option(
               "SERVICE", o.service,
               t("pack/service, e.g. clearing/book; or the id of a book that gets a further "
                 "edition of its tariff",
                 "业务包/业务，如 clearing/book；或要增加票价新版的清算簿编号"))
            ->required();
        app.add_option("--with", o.with, t("the other side; of a new book", "对方；新清算簿须有"));
        app.add_option("--name", o.name, t("what a new book is called", "新清算簿名称"));
        app.add_option("--tariff", o.tariff, t("of taps: what a ride costs", "刷卡：票制"));
        app.add_flag("--bills", o.bills, t("medical bills instead of taps", "医疗账单而非刷卡"));
        app.add_flag("--transfers", o.transfers,
                     t("money of pension transfers instead of taps", "养老转移资金而非刷卡"));
        app.add_option("--account", o.account,
                       t("where money goes: name,number,bank", "收款账户：户名,账号,行号"));
        window_book_terms(app, o, t);
        role(app, o.role);
      });
  parser.command<WindowTake>(
      group, "take",
      t("take what arrived: each batch wholly or not at all", "收入数据：每批全部或全不"),
      window_take, [&t, role, book](CLI::App& app, WindowTake& o) {
        remote_options(app, o.remote, t);
        book(app, o.book);
        app.add_option("FILE", o.files,
                       t("taps or bills, .csv, .xlsx or NDJSON; of transfers the bank's camt.053, "
                         "and none for the "
                         "sheets of this node's cases",
                         "刷卡记录或账单，.csv、.xlsx 或 NDJSON；转移资金为银行 "
                         "camt.053，不给文件则收入本节点办件的信息表"));
        app.add_option("--denied", o.denied,
                       t("a deny list: columns token, from and, if it was lifted, until (excluded)",
                         "黑名单：列 token、from，已解除的另有 until（不含该时刻）"));
        app.add_option("--refused", o.refused,
                       t("claims that this side no longer stands by: columns claim, note and, to "
                         "stand by one again, version and cancelled",
                         "本方不再主张的明细：列 claim、note，恢复主张的另有 version、cancelled"));
        role(app, o.role);
      });
  parser.command<WindowDraft>(group, "draft",
                              t("what our next statement would be", "本方下一期结算单会是什么"),
                              window_draft, [&t, book, until](CLI::App& app, WindowDraft& o) {
                                remote_options(app, o.remote, t);
                                book(app, o.book);
                                until(app, o.until);
                              });
  parser.command<WindowOpen>(group, "open",
                             t("open a window with our statement", "以本方结算单开启一期"),
                             window_open, [&t, role, book, until](CLI::App& app, WindowOpen& o) {
                               remote_options(app, o.remote, t);
                               book(app, o.book);
                               until(app, o.until);
                               role(app, o.role);
                             });
}

void window_transfer_commands(Parser& parser, CLI::App* group, const Text& t) {
  parser.command<WindowPay>(
      group, "pay",
      t("propose a payment order of what signed sheets of transfers say; a second person signs it",
        "按已签署的信息表拟制付款指令，由另一人签署"),
      window_pay, [&t](CLI::App& app, WindowPay& o) {
        remote_options(app, o.remote, t);
        app.add_option("BOOK", o.book, t("id of the book", "清算簿编号"))->required();
        app.add_option("--on", o.on, t("day of the payment", "付款日"))->required();
        app.add_option("--role", o.role, t("in which you act", "以何角色办理"))
            ->capture_default_str();
      });
  parser.command<WindowFlows>(
      group, "flows",
      t("information and money side by side, and what the bank booked that nobody knows",
        "信息与资金逐笔对照，及银行未匹配入账"),
      window_flows, [&t](CLI::App& app, WindowFlows& o) {
        remote_options(app, o.remote, t);
        app.add_option("BOOK", o.book, t("id of the book", "清算簿编号"))->required();
        app.add_option("--kind", o.kind,
                       t("only met, no_money, no_sheet or amount",
                         "仅 met（相符）、no_money（有信息无资金）、no_sheet（有资金无信息）或 "
                         "amount（金额不同）"));
        app.add_flag("--csv", o.csv, t("as a file for a spreadsheet", "输出为表格文件"));
        out_option(app, o.out, t);
      });
}

void window_house_commands(Parser& parser, CLI::App* group, const Text& t) {
  parser.command<WindowNet>(
      group, "net",
      t("a clearing house: compute the netting of what was handed in; a second person signs it",
        "清算机构：对已交存的结算单轧差，由另一人签署"),
      window_net, [&t](CLI::App& app, WindowNet& o) {
        remote_options(app, o.remote, t);
        app.add_option("SERVICE", o.service,
                       t("pack/service, e.g. clearing/netting", "业务包/业务，如 clearing/netting"))
            ->required();
        app.add_option("--until", o.until, t("the day of the shares", "份额的截止日"))->required();
        app.add_option("--role", o.role, t("in which you act", "以何角色办理"))
            ->capture_default_str();
      });
  const auto shares = [&](const char* name, const std::string& about, auto run) {
    parser.command<WindowShares>(group, name, about, run, [&t](CLI::App& app, WindowShares& o) {
      remote_options(app, o.remote, t);
      app.add_option("NETTING", o.netting, t("id of the netting", "轧差编号"))->required();
      app.add_option("--role", o.role, t("in which you act", "以何角色办理"))
          ->capture_default_str();
    });
  };
  shares("publish", t("give each member a signed netting", "向各成员公布已签署的轧差"),
         window_publish);
  shares("release",
         t("once all members have confirmed: what each pays or is paid",
           "全体成员确认后放行：每方只付或只收一笔"),
         window_release);
}

void window_commands(Parser& parser, const Text& t) {
  CLI::App* group = parser.group(
      "window", t("clearing with another side in a running node", "在运行中的节点上与另一方清算"));
  window_book_commands(parser, group, t);
  window_transfer_commands(parser, group, t);
  window_house_commands(parser, group, t);
  parser.command<WindowSign>(
      group, "sign",
      t("compute and sign what the window waits for", "计算并签署本期等待本方的一步"), window_sign,
      [&t](CLI::App& app, WindowSign& o) {
        remote_options(app, o.remote, t);
        window_option(app, o.window, t);
        app.add_option("--accept", o.accept,
                       t("take the other side's line of this difference", "此差异接受对方"));
        app.add_option("--accept-kind", o.accept_kinds,
                       t("the same for all of a kind: missing_here, amount, ...",
                         "某一类全部接受：missing_here、amount 等"));
        app.add_option(
            "--refuse", o.refuse,
            t("refuse it; what is not named is carried over", "拒绝；未写明的留待下一期"));
        app.add_option("--note", o.note, t("why it is refused", "拒绝理由"));
      });
  parser.command<WindowDifferences>(
      group, "differences", t("where the sides differ, line by line", "逐行列出双方差异"),
      window_differences, [&t](CLI::App& app, WindowDifferences& o) {
        remote_options(app, o.remote, t);
        window_option(app, o.window, t);
        app.add_flag("--csv", o.csv, t("as a file for a spreadsheet", "输出为表格文件"));
        out_option(app, o.out, t);
      });
  parser.command<WindowSplit>(
      group, "split",
      t("what both agreed on by who earned it, lines refused and lines taken back",
        "双方一致的各单位分账、不予认可与冲回的明细"),
      window_split, [&t](CLI::App& app, WindowSplit& o) {
        remote_options(app, o.remote, t);
        window_option(app, o.window, t);
      });
  parser.command<WindowStatement>(group, "statement",
                                  t("what both agreed on, as `bashu clear net` takes it",
                                    "双方一致的结算单，供 bashu clear net 使用"),
                                  window_statement, [&t](CLI::App& app, WindowStatement& o) {
                                    remote_options(app, o.remote, t);
                                    window_option(app, o.window, t);
                                    out_option(app, o.out, t);
                                  });
  parser.command<WindowOrder>(
      group, "order", t("the payment as a bank takes it: pain.001", "付款指令文件 pain.001"),
      window_order, [&t](CLI::App& app, WindowOrder& o) {
        remote_options(app, o.remote, t);
        app.add_option("WINDOW", o.window,
                       t("id of the window, or of a signed payment order of transfers or share of "
                         "a netting",
                         "结算期编号，或已签署的转移资金付款指令或轧差份额编号"))
            ->required();
        app.add_option("--on", o.on,
                       t("day of the payment; what two people sign has its own",
                         "付款日；经两人签署的自带付款日"));
        app.add_option("--schema", o.schema, t("check it against this schema", "按此模式校验"));
        out_option(app, o.out, t);
      });
  parser.command<WindowPaid>(
      group, "paid", t("hand in what the bank has booked: camt.053", "提交银行对账单 camt.053"),
      window_paid, [&t](CLI::App& app, WindowPaid& o) {
        remote_options(app, o.remote, t);
        app.add_option("WINDOW", o.window,
                       t("id of the window, of a payment order of transfers, or of a share of a "
                         "netting",
                         "结算期、转移资金付款指令或轧差份额编号"))
            ->required();
        app.add_option("STATEMENT", o.statement, t("file of the bank", "银行文件"))->required();
      });
}

struct BenchNames {
  std::vector<std::string> names;
};
Exit run_bench(const Console& console, const BenchNames& what) {
  return bench(console, what.names);
}

// The help is written before the arguments are read, so their language is looked up first.
std::string language_of(int argc, char** argv) {
  for (int i = 1; i < argc && std::string_view{argv[i]} != "--"; ++i) {
    std::string_view word = argv[i];
    if (word == "--lang" && i + 1 < argc) {
      word = argv[i + 1];
    } else if (word.starts_with("--lang=")) {
      word.remove_prefix(std::string_view{"--lang="}.size());
    } else {
      continue;
    }
    if (word == "zh" || word == "en") return std::string{word};
  }
  for (const char* name : {"BASHU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = ::secure_getenv(name);
    if (value && *value) return std::string_view{value}.starts_with("zh") ? "zh" : "en";
  }
  return "en";
}

// What the parser calls a missing command is most often a misspelt one: names it, and those there
// are.
std::string unknown_command(CLI::App& app, int argc, char** argv, const std::string& language) {
  CLI::App* at = &app;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--lang") ++i;
    if (word.starts_with('-')) continue;
    CLI::App* next = nullptr;
    std::string names;
    for (CLI::App* one : at->get_subcommands([](CLI::App*) { return true; })) {
      names += (names.empty() ? "" : ", ") + one->get_name();
      if (one->get_name() == word) next = one;
    }
    if (next) {
      at = next;
      continue;
    }
    if (names.empty()) return {};  // an argument: what is missing is another one
    return texts::text(language, "command.unknown", {{"word", word}, {"names", names}});
  }
  return {};
}

}  // namespace

int run(int argc, char** argv) {
  std::string language = language_of(argc, argv);
  const Text t{.chinese = language == "zh"};
  Parser parser;
  CLI::App& app = parser.app;
  app.description(t("Bashu: services, projects and settlements that governments run as one.",
                    "Bashu：让彼此独立的政府像一家一样办理服务、项目和清算。"));
  app.set_version_flag("--version", BASHU_VERSION);
  if (t.chinese) speak_chinese(app);
  app.add_option("--lang", language,
                 t("zh or en (default: from the environment)", "zh 或 en（默认：取自环境变量）"))
      ->check(CLI::IsMember({"zh", "en"}));
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(t("Exit codes: 0 done, 1 refused or not valid, 2 usage or input and output.",
               "退出码：0 完成，1 被拒绝或无效，2 用法或读写错误。"));
  pack_commands(parser, t);
  node_commands(parser, t);
  circle_commands(parser, t);
  case_commands(parser, t);
  calendar_commands(parser, t);
  import_commands(parser, t);
  doubles_command(parser, t);
  contested_command(parser, t);
  journal_commands(parser, t);
  witness_commands(parser, t);
  backup_commands(parser, t);
  doctor_commands(parser, t);
  bundle_commands(parser, t);
  verify_command(parser, t);
  figure_commands(parser, t);
  network_commands(parser, t);
  fares_commands(parser, t);
  clear_commands(parser, t);
  window_commands(parser, t);
  reconcile_command(parser, t);
  parser.command<BenchNames>(
      &app, "bench",
      t("run benchmarks; without a name, list them", "运行基准测试；不给名称则列出全部"), run_bench,
      [](CLI::App& sub, BenchNames& o) { sub.add_option("NAME", o.names); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == 0;  // --help, --version
    const std::string unknown =
        error.get_name() == "RequiredError" ? unknown_command(app, argc, argv, language) : "";
    if (!unknown.empty()) {
      std::cerr << unknown << '\n';
      return static_cast<int>(Exit::usage);
    }
    app.exit(error);
    return asked ? 0 : static_cast<int>(Exit::usage);
  }
  const Console console{.out = std::cout,
                        .err = std::cerr,
                        .language = language,
                        .err_is_terminal = ::isatty(STDERR_FILENO) != 0};
  const Exit code = parser.action ? parser.action(console) : Exit::usage;
  std::cout.flush();
  return static_cast<int>(std::cout ? code : Exit::usage);
}

}  // namespace bashu::cli

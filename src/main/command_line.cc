// The arguments of every command. The only file that knows the option parser.

#include "main/command_line.h"

#include <CLI/CLI.hpp>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <iostream>

#include "main/commands.h"

namespace bashu::cli {

namespace {

using Action = std::function<Exit(const Console&)>;

// A command's options live as long as its callback; `action` is what the arguments asked for.
struct Parser {
  CLI::App app{
      "Bashu: services, projects and settlements that governments run as one.\n"
      "Bashu：让彼此独立的政府像一家一样办理服务、项目和清算。",
      "bashu"};
  Action action;

  template <typename Options>
  CLI::App* command(CLI::App* under, const char* name, const char* what,
                    Exit (*run)(const Console&, const Options&),
                    std::function<void(CLI::App&, Options&)> declare) {
    CLI::App* sub = under->add_subcommand(name, what);
    auto options = std::make_shared<Options>();
    declare(*sub, *options);
    sub->callback([this, options, run] {
      action = [options, run](const Console& console) { return run(console, *options); };
    });
    return sub;
  }
  CLI::App* group(const char* name, const char* what) {
    CLI::App* sub = app.add_subcommand(name, what);
    sub->require_subcommand(1);
    return sub;
  }
};

void remote_options(CLI::App& app, Remote& remote) {
  app.add_option("--api", remote.api, "address of the node's API, e.g. http://127.0.0.1:8080")
      ->envname("BASHU_API");
  app.add_option("--key", remote.key, "secret of an API key (better: environment)")
      ->envname("BASHU_KEY");
  app.add_option("--ca", remote.ca, "certificate of the API's authority, for https")
      ->envname("BASHU_CA");
  app.add_flag("--json", remote.json, "print the answer as JSON");
}

void form_options(CLI::App& app, CaseForm& form) {
  app.add_option("--with", form.with,
                 "field=value of the form; a value that is JSON is taken as JSON");
  app.add_option("--with-json", form.with_json, "the whole form as JSON, or @FILE");
  app.add_option("--idempotency-key", form.idempotency_key,
                 "repeat the command with the same key and it is done once");
  app.add_flag("--dry-run", form.dry_run, "decide and tell, change nothing");
}

void pack_commands(Parser& parser) {
  CLI::App* pack = parser.group("pack", "check, test, show and adopt packs");
  parser.command<PackFiles>(
      pack, "check", "report every fault as FILE:LINE:COLUMN: text", pack_check,
      [](CLI::App& app, PackFiles& o) { app.add_option("FILE", o.files)->required(); });
  parser.command<PackFiles>(
      pack, "test", "run the scenarios of packs on simulated nodes", pack_test,
      [](CLI::App& app, PackFiles& o) { app.add_option("FILE", o.files)->required(); });
  parser.command<PackShow>(pack, "show", "the life cycles of a pack, for people", pack_show,
                           [](CLI::App& app, PackShow& o) {
                             app.add_option("FILE", o.file)->required();
                             app.add_flag("--dot", o.dot, "as a Graphviz graph");
                           });
  parser.command<PackAdopt>(
      pack, "adopt", "test packs and adopt them: DIR FILE..., or --api URL FILE...", pack_adopt,
      [](CLI::App& app, PackAdopt& o) {
        app.add_option("FILE", o.files, "the node's directory first, unless --api is given")
            ->required();
        app.add_option("--from", o.from, "first day in force, e.g. 2026-07-01 (default: today)");
        remote_options(app, o.remote);
      });
}

void node_commands(Parser& parser) {
  parser.command<Init>(
      &parser.app, "init", "make the directory of a new node, with fresh keys", init,
      [](CLI::App& app, Init& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--party", o.party, "id of the party, e.g. sichuan")->required();
        app.add_option("--name", o.name, "name of the party, for people")->required();
        app.add_option("--listen", o.listen, "address:port for the other parties' nodes")
            ->default_val("127.0.0.1:7443");
        app.add_option("--host", o.host, "name other parties reach it by (default: of --listen)");
        app.add_option("--api", o.api, "address:port of the HTTP API")
            ->default_val("127.0.0.1:8080");
        app.add_option("--rehearsal", o.rehearsal,
                       "a node to rehearse with: its days are set by hand, from this date on");
        app.add_option("--offset", o.offset_minutes, "minutes ahead of UTC")->default_val(480);
      });
  CLI::App* key = parser.group("key", "API keys");
  parser.command<KeyAdd>(
      key, "add", "add an API key and print its secret once", key_add,
      [](CLI::App& app, KeyAdd& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--id", o.id, "id of the key (default: from --name)");
        app.add_option("--name", o.name, "whose key it is")->required();
        app.add_option("--roles", o.roles, "pack:role, or *:role for every pack")->delimiter(',');
        app.add_option("--divisions", o.divisions,
                       "prefixes of division codes acted for (default: all)")
            ->delimiter(',');
        app.add_option("--may", o.may, "admin, registrar, audit")->delimiter(',');
        app.add_option("--subject", o.subject, "the person, if they have more keys");
      });
  parser.command<Serve>(&parser.app, "serve", "run the node", serve, [](CLI::App& app, Serve& o) {
    app.add_option("DIR", o.dir)->required();
    app.add_option("--rehearsal", o.rehearsal,
                   "business days are set by hand (POST /clock), from this date on");
    app.add_option("--api", o.api, "address:port of the API instead of the configured one");
    app.add_option("--listen", o.listen, "address:port for other nodes, likewise");
    app.add_option("--circle", o.circle,
                   "the circle's folder with published.tsv (default: the node's directory)");
    app.add_option("--workers", o.workers, "threads that answer the API")
        ->default_val(8)
        ->check(CLI::Range(1, 256));
  });
  parser.command<std::string>(
      &parser.app, "snapshot", "write a snapshot, so that the next start is quick", snapshot,
      [](CLI::App& app, std::string& dir) { app.add_option("DIR", dir)->required(); });
}

void circle_commands(Parser& parser) {
  CLI::App* circle = parser.group("circle", "agree with the nodes of other parties");
  parser.command<CircleCard>(circle, "card", "what others need to know of this node", circle_card,
                             [](CLI::App& app, CircleCard& o) {
                               app.add_option("DIR", o.dir)->required();
                               app.add_option("--out", o.out, "file (default: standard output)");
                             });
  parser.command<CircleInvite>(
      circle, "invite", "write an agreement with the holders of the cards, and sign it",
      circle_invite, [](CLI::App& app, CircleInvite& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("--name", o.name, "name of the circle")->required();
        app.add_option("--card", o.cards, "cards of the other nodes")->required();
        app.add_option("--out", o.out, "file (default: standard output)");
      });
  parser.command<CircleAccept>(circle, "accept", "show what an agreement says, and sign it",
                               circle_accept, [](CLI::App& app, CircleAccept& o) {
                                 app.add_option("DIR", o.dir)->required();
                                 app.add_option("FILE", o.file)->required();
                                 app.add_option("--out", o.out, "file (default: standard output)");
                                 app.add_flag("--yes", o.yes, "sign without asking");
                               });
  parser.command<CircleAdopt>(
      circle, "adopt", "put a fully signed agreement into force here", circle_adopt,
      [](CLI::App& app, CircleAdopt& o) {
        app.add_option("FILE", o.files, "the node's directory first, unless --api is given")
            ->required()
            ->expected(1, 2);
        app.add_option("--pin", o.pinned, "the agreement id printed in the treaty");
        remote_options(app, o.remote);
      });
}

void case_commands(Parser& parser) {
  CLI::App* cases = parser.group("case", "work on cases of a running node");
  parser.command<CaseStart>(
      cases, "start", "start a case", case_start, [](CLI::App& app, CaseStart& o) {
        app.add_option("PACK", o.pack)->required();
        app.add_option("SERVICE", o.service)->required();
        app.add_option("--role", o.role, "in which you act")->required();
        app.add_option("--party", o.parties, "party=jurisdiction, e.g. origin=sichuan");
        app.add_option("--parent", o.parent, "case of which this is a sub-case");
        form_options(app, o.form);
        remote_options(app, o.remote);
      });
  parser.command<CaseDo>(
      cases, "do", "take a step of a case", case_do, [](CLI::App& app, CaseDo& o) {
        app.add_option("CASE", o.id)->required();
        app.add_option("EVENT", o.event)->required();
        app.add_option("--role", o.role, "in which you act")->required();
        app.add_option("--version", o.version, "refuse if the case is not at this version");
        form_options(app, o.form);
        remote_options(app, o.remote);
      });
  parser.command<CaseShow>(cases, "show", "show a case", case_show, [](CLI::App& app, CaseShow& o) {
    app.add_option("CASE", o.id)->required();
    app.add_option("--at", o.at, "as it was at this position");
    app.add_flag("--history", o.history, "its steps");
    app.add_flag("--choices", o.choices, "what you could do next");
    app.add_flag("--evidence", o.evidence, "entries and messages that prove it");
    remote_options(app, o.remote);
  });
  parser.command<CaseList>(cases, "list", "list cases", case_list, [](CLI::App& app, CaseList& o) {
    app.add_option("--pack", o.pack);
    app.add_option("--service", o.service);
    app.add_option("--state", o.state);
    app.add_option("--limit", o.limit)->default_val(50)->check(CLI::Range(1, 1'000));
    remote_options(app, o.remote);
  });
}

void examples(CLI::App& app, const std::string& lines) {
  app.footer("Examples:\n" + lines + "\n" + app.get_footer());
}

void import_commands(Parser& parser) {
  parser.command<Import>(
      &parser.app, "import", "fill registers and feeds of a running node from files", import,
      [](CLI::App& app, Import& o) {
        app.add_option("FILE", o.files, "NDJSON, or CSV with a heading")->required();
        app.add_option("--feed", o.feed, "pack/feed all rows are posted to");
        app.add_option("--register", o.reg,
                       "pack/register all rows fill (default: the field `to` of each row)");
        app.add_option("--role", o.role, "in which you post (default: one the feed takes)");
        app.add_option("--format", o.format, "default: by the name of the file")
            ->check(CLI::IsMember({"csv", "ndjson"}));
        app.add_flag("--dry-run", o.dry_run, "decide and tell, change nothing");
        app.add_option("--preview", o.preview, "show how the first rows are understood, send none")
            ->check(CLI::Range(1, 1'000));
        app.add_option("--batch", o.batch, "rows of a request")
            ->default_val(1'000)
            ->check(CLI::Range(1, 10'000));
        app.add_option("--at-once", o.at_once, "requests under way")
            ->default_val(4)
            ->check(CLI::Range(1, 16));
        remote_options(app, o.remote);
        examples(
            app,
            "  bashu import --preview 5 --feed transport/trips timetable.csv   send nothing\n"
            "  bashu import --dry-run   --feed transport/trips timetable.csv   change nothing\n"
            "  bashu import rows.ndjson      each row names its feed or register as `to`\n"
            "Refused rows are written to FILE.refused.ndjson with their reasons. An import that\n"
            "was broken off goes on when the same command is given again.\n");
      });
}

void journal_commands(Parser& parser) {
  CLI::App* journal = parser.group("journal", "read and verify the journal of a node");
  parser.command<JournalShow>(journal, "show", "entries as JSON, one a line", journal_show,
                              [](CLI::App& app, JournalShow& o) {
                                app.add_option("DIR", o.dir)->required();
                                app.add_option("--from", o.from, "position of the first");
                                app.add_option("--count", o.count)->default_val(100);
                              });
  parser.command<JournalVerify>(
      journal, "verify", "recompute a whole journal from its genesis; two: also against each other",
      journal_verify, [](CLI::App& app, JournalVerify& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("OTHER", o.other, "directory of a second node");
      });
  parser.command<JournalProof>(
      journal, "proof", "the proof (tlog-proof) that an entry is in the log", journal_proof,
      [](CLI::App& app, JournalProof& o) {
        app.add_option("DIR", o.dir)->required();
        app.add_option("SEQUENCE", o.sequence, "position of the entry")->required();
        app.add_option("--out", o.out, "file (default: standard output)");
        app.add_flag("--leaf", o.leaf, "print the leaf instead");
        app.add_flag("--vkey", o.vkey, "print the verifier key of the log instead");
      });
}

void bundle_commands(Parser& parser) {
  parser.command<Bundle>(&parser.app, "bundle",
                         "what proves the messages of a case, in one file for a third party",
                         bundle, [](CLI::App& app, Bundle& o) {
                           app.add_option("DIR", o.dir)->required();
                           app.add_option("CASE", o.id)->required();
                           app.add_option("--out", o.out, "file")->required();
                           app.add_option("--claim", o.claim, "what is asserted, in words");
                         });
  parser.command<VerifyBundle>(
      &parser.app, "verify-bundle", "judge a bundle, given only the agreement id", verify_bundle,
      [](CLI::App& app, VerifyBundle& o) {
        app.add_option("FILE", o.file)->required();
        app.add_option("AGREEMENT", o.agreement, "the agreement id printed in the treaty")
            ->required();
      });
}

void overview_options(CLI::App& app, Overview& o, const char* what_as_of) {
  app.add_option("DIR", o.words, "the node's directory, unless --api is given")->expected(0, 1);
  app.add_option("--as-of", o.as_of, what_as_of);
  app.add_option("--known-at", o.known_at, "what was on record: a position, a date or a time");
  app.add_option("--circle", o.circle, "published.tsv, or its folder (default: DIR/published.tsv)");
  remote_options(app, o.remote);
}

void figure_commands(Parser& parser) {
  parser.command<Figures>(
      &parser.app, "figures", "figures of the packs in force, on any date", figures,
      [](CLI::App& app, Figures& o) {
        app.add_option("DIR_ID", o.words,
                       "the node's directory (unless --api is given), then one pack/figure")
            ->expected(0, 2);
        app.add_option("--as-of", o.as_of, "the date the answer is about (default: today)");
        app.add_option("--known-at", o.known_at,
                       "what was on record: a position, a date or a time");
        app.add_option("--party", o.party, "the value of this party");
        app.add_option("--period", o.period, "2021-01-01..2021-09-25");
        app.add_option("--circle", o.circle,
                       "published.tsv, or its folder (default: DIR/published.tsv)");
        app.add_flag("--records", o.records, "the records behind the figure");
        app.add_flag("--tell", o.tell, "tell the other parties what is counted here");
        app.add_flag("--csv", o.csv, "print as CSV");
        remote_options(app, o.remote);
        examples(app,
                 "  bashu figures DIR                                        all of them\n"
                 "  bashu figures DIR exchange/agreements --as-of 2020-12-31\n"
                 "  bashu figures DIR exchange/agreements --as-of 2020-12-31 --records\n"
                 "  bashu figures DIR --tell --as-of 2021-09-25              so that others can "
                 "compare\n");
      });
  parser.command<Overview>(&parser.app, "overview", "the published overview, computed on any date",
                           overview, [](CLI::App& app, Overview& o) {
                             overview_options(app, o,
                                              "the date of the whole (default: as published); "
                                              "a year later, each number is of a year later");
                             app.add_flag("--notes", o.notes,
                                          "also what is ambiguous in numbers that do not differ");
                           });
  parser.command<Overview>(
      &parser.app, "discrepancies",
      "figures on which the parties differ, and the records that explain it", discrepancies,
      [](CLI::App& app, Overview& o) {
        overview_options(app, o, "only what was told of this date");
        examples(app,
                 "  bashu figures DIR --tell --as-of 2021-09-25   on each node, first\n"
                 "  bashu discrepancies DIR --as-of 2021-09-25\n");
      });
}

struct BenchNames {
  std::vector<std::string> names;
};
Exit run_bench(const Console& console, const BenchNames& what) {
  return bench(console, what.names);
}

std::string language_of_environment() {
  for (const char* name : {"BASHU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = ::secure_getenv(name);
    if (value && *value) return std::string_view{value}.starts_with("zh") ? "zh" : "en";
  }
  return "en";
}

}  // namespace

int run(int argc, char** argv) {
  Parser parser;
  CLI::App& app = parser.app;
  std::string language = language_of_environment();
  app.set_version_flag("--version", BASHU_VERSION);
  app.add_option("--lang", language, "zh or en (default: from the environment)")
      ->check(CLI::IsMember({"zh", "en"}));
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "Exit codes: 0 done, 1 refused or not valid, 2 usage or input and output.\n"
      "退出码：0 完成，1 被拒绝或无效，2 用法或读写错误。");
  pack_commands(parser);
  node_commands(parser);
  circle_commands(parser);
  case_commands(parser);
  import_commands(parser);
  journal_commands(parser);
  bundle_commands(parser);
  figure_commands(parser);
  parser.command<BenchNames>(&app, "bench", "run benchmarks; without a name, list them", run_bench,
                             [](CLI::App& sub, BenchNames& o) { sub.add_option("NAME", o.names); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == 0;  // --help, --version
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

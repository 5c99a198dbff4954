// The program `countersign`: picks the command and turns its outcome into the exit code.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <string>

#include "cli/config_check.h"
#include "cli/exit_code.h"
#include "cli/serve.h"
#include "cli/version.h"

namespace {

void add_config_option(CLI::App& command, std::string& file) {
    command.add_option("-c,--config", file, "the configuration, TOML (config.toml.example has every setting)")->required();
}

int run(int argc, char** argv) {
    CLI::App program("An OCI registry proxy that verifies Sigstore signatures on every pull.", "countersign");
    program.footer(
        "Exit codes: 0 done or verified, 1 refused or not verified, 2 wrong usage or configuration, 3 could not "
        "decide.");
    program.require_subcommand(1);
    // With the help of the command that was meant: what is missing stands there.
    program.failure_message(CLI::FailureMessage::help);
    std::string file;
    auto* serve = program.add_subcommand("serve", "run the gate until SIGINT or SIGTERM");
    add_config_option(*serve, file);
    auto* config = program.add_subcommand("config", "look at a configuration");
    config->require_subcommand(1);
    auto* check = config->add_subcommand("check", "print every problem of a configuration, or what it means");
    add_config_option(*check, file);
    auto* version = program.add_subcommand("version", "print the version, and those of the libraries");

    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // CLI11 has exit codes of its own; ours say one thing each. Help asked for is no error.
        return program.exit(error) == 0 ? cli::kDone : cli::kWrongUsage;
    }
    if (serve->parsed()) return cli::serve(file);
    if (check->parsed()) return cli::config_check(file);
    if (version->parsed()) return cli::print_version();
    return cli::kWrongUsage;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "countersign: stopped by an error of its own: %s\n", error.what());
        return cli::kUndecided;
    }
}

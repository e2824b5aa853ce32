//! What was measured, as a table in Markdown.

use super::cases::Case;
use super::load::Found;
use super::{live, start};

/// Whom a case was measured with.
pub struct Results {
    /// The engine.
    pub ours: Vec<Found>,
    /// PostGraphile without row-level security.
    pub theirs: Vec<Found>,
    /// PostGraphile with it.
    pub theirs_with_rules: Vec<Found>,
    /// PostgreSQL, of the engine's own statement.
    pub sql: Vec<Found>,
}

/// The table of all cases.
pub fn table(results: &[(&Case, Results)]) -> String {
    let mut lines = vec![
        "| case | who | answers/s | p50 ms | p99 ms | server ms | PostgreSQL ms | memory MB |"
            .to_owned(),
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |".to_owned(),
    ];
    for (case, results) in results {
        for (who, found) in [
            ("engine", &results.ours),
            ("PostGraphile 5", &results.theirs),
            (
                "PostGraphile 5, row-level security",
                &results.theirs_with_rules,
            ),
            ("pgbench, its SQL", &results.sql),
        ] {
            lines.push(line(case.name, who, &median(found)));
        }
    }
    lines.push(String::new());
    lines.push(
        "| case | engine against pgbench | target | engine against PostGraphile 5 | target |"
            .to_owned(),
    );
    lines.push("| --- | ---: | ---: | ---: | ---: |".to_owned());
    for (case, results) in results {
        let rate = |found: &[Found]| median(found).rate;
        let (ours, sql, theirs) = (
            rate(&results.ours),
            rate(&results.sql),
            rate(&results.theirs),
        );
        lines.push(format!(
            "| {} | {:.2} | {:.1} | {:.1} | {:.1} |",
            case.name,
            ours / sql,
            case.targets.0,
            ours / theirs,
            case.targets.1,
        ));
    }
    lines.join("\n")
}

fn line(case: &str, who: &str, found: &Found) -> String {
    let shown = |number: f64| {
        if number > 0.0 {
            format!("{number:.3}")
        } else {
            "–".to_owned()
        }
    };
    let memory = match found.resident {
        0 => "–".to_owned(),
        bytes => (bytes >> 20).to_string(),
    };
    format!(
        "| {case} | {who} | {:.0} | {} | {} | {} | {} | {memory} |",
        found.rate,
        shown(found.p50),
        shown(found.p99),
        shown(found.server),
        shown(found.database),
    )
}

/// The table of live queries.
pub fn live_table(results: &[(&live::Case, live::Found)]) -> String {
    let mut lines = vec![
        "| live queries of 50 shapes | first answers ms | half of the pushes ms | last push ms | server ms a change | \
         PostgreSQL ms a change | server % at rest | PostgreSQL % at rest | server MB | PostgreSQL MB |"
            .to_owned(),
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |".to_owned(),
    ];
    for (case, found) in results {
        lines.push(format!(
            "| {} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.1} | {:.1} | {} | {} |",
            case.name,
            found.first,
            found.half,
            found.last,
            found.change.0,
            found.change.1,
            found.rest.0,
            found.rest.1,
            found.resident.0 >> 20,
            found.resident.1 >> 20,
        ));
    }
    lines.join("\n")
}

/// The table of the start.
pub fn start_table(found: &start::Found) -> String {
    format!(
        "| start | until /healthz answers, ms | memory MB |\n| --- | ---: | ---: |\n| {} | {:.0} | {} |",
        start::NAME,
        found.time,
        found.resident >> 20
    )
}

/// The middle figure.
pub fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// The middle of several runs, each figure for itself.
fn median(all: &[Found]) -> Found {
    let middle = |figure: fn(&Found) -> f64| self::middle(all.iter().map(figure).collect());
    Found {
        rate: middle(|found| found.rate),
        p50: middle(|found| found.p50),
        p99: middle(|found| found.p99),
        server: middle(|found| found.server),
        database: middle(|found| found.database),
        resident: all
            .iter()
            .map(|found| found.resident)
            .max()
            .unwrap_or_default(),
    }
}

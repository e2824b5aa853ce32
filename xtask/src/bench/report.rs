//! What was measured, as a table in Markdown.

use super::cases::Case;
use super::load::Found;

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

/// The middle of several runs, each figure for itself.
fn median(all: &[Found]) -> Found {
    let middle = |figure: fn(&Found) -> f64| {
        let mut figures: Vec<f64> = all.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or_default()
    };
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

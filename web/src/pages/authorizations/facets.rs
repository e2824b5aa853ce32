//! The facets of the lists of authorizations and jobs, with how many rows each value has.

use leptos::prelude::*;

use crate::api;
use crate::queries::{FacetCounts, facet_counts};
use crate::remote::{Remote, remote};
use crate::search::normalized;
use crate::ui::list::{Choice, Facet};
use crate::words::authorizations::said;

/// How many rows of one list there are for each value of its facets.
#[derive(Clone, Copy)]
pub struct Counts(Remote<Vec<Count>>);

#[derive(Debug, Clone)]
struct Count {
    facet: String,
    value: String,
    rows: i64,
}

impl Counts {
    /// Those of a list, by its name in `facet_counts`; counted again whenever `news` moves.
    pub fn of(list: &'static str, news: Signal<u32>) -> Self {
        Self(remote(move || {
            news.track();
            let list = list.to_owned();
            async move {
                let data = api::run::<FacetCounts>(facet_counts::Variables { list }).await?;
                let count = |row: facet_counts::FacetCountsFacetCounts| {
                    Some(Count {
                        facet: row.facet?,
                        value: row.value?,
                        rows: row.count?,
                    })
                };
                Ok(data.facet_counts.into_iter().filter_map(count).collect())
            }
        }))
    }

    /// A facet of values that are known beforehand, in their order.
    pub fn known(
        self,
        key: &'static str,
        label: &'static str,
        values: &'static [&'static str],
        name: fn(&str) -> String,
    ) -> Facet {
        let choices = move || {
            let counts = self.0.ok();
            let choice = |&value: &&str| Choice {
                value: value.to_owned(),
                label: name(value),
                count: counts.as_ref().map(|counts| rows(counts, key, value)),
            };
            values.iter().map(choice).collect()
        };
        Facet {
            key,
            label,
            choices: Signal::derive(choices),
        }
    }

    /// A facet of the values that the rows themselves have, in the order of their names.
    pub fn found(self, key: &'static str, label: &'static str, name: fn(&str) -> String) -> Facet {
        let choices = move || {
            let counts = self.0.ok().unwrap_or_default();
            let of_facet = counts.into_iter().filter(|count| count.facet == key);
            let mut choices: Vec<Choice> = of_facet
                .map(|count| Choice {
                    label: name(&count.value),
                    value: count.value,
                    count: Some(count.rows),
                })
                .collect();
            // Both generations of DataPass call some events by names of their own.
            let labels: Vec<String> = choices.iter().map(|choice| choice.label.clone()).collect();
            for choice in &mut choices {
                if labels
                    .iter()
                    .filter(|label| **label == choice.label)
                    .count()
                    > 1
                {
                    choice.label = format!("{} ({})", choice.label, choice.value);
                }
            }
            choices.sort_by_cached_key(|choice| (normalized(&choice.label), choice.value.clone()));
            choices
        };
        Facet {
            key,
            label,
            choices: Signal::derive(choices),
        }
    }

    /// The facet of APIs, which all lists of authorizations have.
    pub fn of_apis(self) -> Facet {
        self.found("api", said().api, str::to_owned)
    }
}

fn rows(counts: &[Count], facet: &str, value: &str) -> i64 {
    let count = counts
        .iter()
        .find(|count| count.facet == facet && count.value == value);
    count.map_or(0, |count| count.rows)
}

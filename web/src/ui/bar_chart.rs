//! A small chart of stacked bars, one row each, with the same numbers as a table below for who prefers reading.

use leptos::prelude::*;

use super::icon::ServiceIcon;
use crate::format::number;
use crate::words::words;

/// One bar: its name, and the length of each part in the order of the chart's legend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    pub kind: String,
    pub label: String,
    pub parts: Vec<i64>,
}

/// The chart. `legend` gives each part's code, which the style sheet colours, and its name.
#[component]
pub fn BarChart(
    #[prop(into)] title: String,
    legend: Vec<(&'static str, &'static str)>,
    bars: Vec<Bar>,
) -> impl IntoView {
    let longest = bars
        .iter()
        .map(|bar| bar.parts.iter().sum::<i64>())
        .max()
        .unwrap_or(0)
        .max(1);
    let rows = bars
        .iter()
        .map(|bar| {
            let total: i64 = bar.parts.iter().sum();
            view! {
                <div class="bar-row">
                    <span class="bar-name"><ServiceIcon kind=bar.kind.clone()/>{bar.label.clone()}</span>
                    <svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none">{segments(bar, longest, &legend)}</svg>
                    <span class="bar-total">{number(total)}</span>
                </div>
            }
        })
        .collect_view();
    let keys = legend
        .iter()
        .map(|(code, name)| view! { <span class="key"><span class="key-swatch" data-part=*code></span>{*name}</span> })
        .collect_view();
    view! {
        <figure class="chart">
            <div aria-hidden="true">
                <div class="bars">{rows}</div>
                <div class="keys">{keys}</div>
            </div>
            <details>
                <summary>{words().show_table}</summary>
                <NumberTable title=title legend=legend.clone() bars=bars/>
            </details>
        </figure>
    }
}

fn segments(
    bar: &Bar,
    longest: i64,
    legend: &[(&'static str, &'static str)],
) -> impl IntoView + use<> {
    let mut left = 0;
    let mut segments = Vec::new();
    for (part, (code, _)) in bar.parts.iter().zip(legend) {
        let width = part * 1000 / longest;
        segments.push(view! {
            <rect x=left.to_string() y="0" width=width.to_string() height="10" data-part=*code></rect>
        });
        left += width;
    }
    segments
}

#[component]
fn NumberTable(
    title: String,
    legend: Vec<(&'static str, &'static str)>,
    bars: Vec<Bar>,
) -> impl IntoView {
    let heads = legend
        .iter()
        .map(|(_, name)| view! { <th scope="col" class="numeric">{*name}</th> })
        .collect_view();
    let rows = bars
        .into_iter()
        .map(|bar| {
            let total = bar.parts.iter().sum();
            view! {
                <tr>
                    <th scope="row">{bar.label}</th>
                    {bar.parts.into_iter().map(|part| view! { <td class="numeric">{number(part)}</td> }).collect_view()}
                    <td class="numeric">{number(total)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="small-table">
            <caption class="unseen">{title}</caption>
            <thead><tr><th scope="col">{words().service}</th>{heads}<th scope="col" class="numeric">{words().total}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

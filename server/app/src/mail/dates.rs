//! Dates as people write them in their languages.

use chrono::{DateTime, Datelike};

const FRENCH: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `3 décembre 2026`, of a time as RFC 3339 writes it; what is no time stays as it is.
pub(super) fn french(time: &str) -> String {
    let first = |day: u32| {
        if day == 1 {
            "1er".to_owned()
        } else {
            day.to_string()
        }
    };
    written(time, &FRENCH, first)
}

/// `3 December 2026`, of a time as RFC 3339 writes it; what is no time stays as it is.
pub(super) fn english(time: &str) -> String {
    written(time, &ENGLISH, |day| day.to_string())
}

fn written(time: &str, months: &[&str; 12], day: impl Fn(u32) -> String) -> String {
    let Ok(date) = DateTime::parse_from_rfc3339(time) else {
        return time.to_owned();
    };
    let month = usize::try_from(date.month0())
        .ok()
        .and_then(|month| months.get(month));
    format!(
        "{} {} {}",
        day(date.day()),
        month.copied().unwrap_or_default(),
        date.year()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_out() {
        let time = "2026-12-01T08:00:00+00:00";
        assert_eq!(french(time), "1er décembre 2026");
        assert_eq!(english(time), "1 December 2026");
        assert_eq!(english("soon"), "soon");
    }
}

//! Numbers and dates in the reader's language, by the browser's own `Intl`.

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::words::words;

/// A count with the language's separators.
pub fn number(value: i64) -> String {
    let format = Intl::NumberFormat::new(&locales(), &Object::new());
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of rows stay far below 2^53"
    )]
    let value = JsValue::from_f64(value as f64);
    call(&format.format(), &value)
}

/// A share between 0 and 1 as a whole percentage.
pub fn percent(share: f64) -> String {
    let format = Intl::NumberFormat::new(&locales(), &options(&[("style", "percent")]));
    call(&format.format(), &JsValue::from_f64(share))
}

/// A day such as "3 Dec 2026". `day` is `YYYY-MM-DD` and means the same day everywhere.
pub fn day(day: &str) -> String {
    date_format(
        &[
            ("day", "numeric"),
            ("month", "short"),
            ("year", "numeric"),
            ("timeZone", "UTC"),
        ],
        day,
    )
}

/// A day without its year when that is this year, for narrow columns.
pub fn short_day(text: &str) -> String {
    if text.get(..4) == today().get(..4) {
        date_format(
            &[("day", "numeric"), ("month", "short"), ("timeZone", "UTC")],
            text,
        )
    } else {
        day(text)
    }
}

/// The exact moment, for titles.
pub fn moment(at: &str) -> String {
    date_format(&[("dateStyle", "full"), ("timeStyle", "medium")], at)
}

/// A moment for reading: the hour today, day and hour this year, else the day alone.
pub fn time(at: &str) -> String {
    let then = Date::new(&JsValue::from_str(at));
    let now = Date::new_0();
    if then.get_full_year() != now.get_full_year() {
        return day_of(at);
    }
    if same_day(&then, &now) {
        date_format(&[("hour", "2-digit"), ("minute", "2-digit")], at)
    } else {
        date_format(
            &[
                ("day", "numeric"),
                ("month", "short"),
                ("hour", "2-digit"),
                ("minute", "2-digit"),
            ],
            at,
        )
    }
}

/// How long ago a moment was, in words.
pub fn ago(at: &str) -> String {
    let seconds = (Date::new(&JsValue::from_str(at)).get_time() - Date::now()) / 1000.0;
    let (value, unit) = match seconds.abs() {
        s if s < 60.0 => (seconds, "second"),
        s if s < 3_600.0 => (seconds / 60.0, "minute"),
        s if s < 86_400.0 => (seconds / 3_600.0, "hour"),
        s if s < 2_592_000.0 => (seconds / 86_400.0, "day"),
        s if s < 31_536_000.0 => (seconds / 2_592_000.0, "month"),
        _ => (seconds / 31_536_000.0, "year"),
    };
    let format = Intl::RelativeTimeFormat::new(&locales(), &options(&[("numeric", "auto")]));
    format.format(value.trunc(), unit).into()
}

/// How long something took, in seconds or minutes.
pub fn duration(from: &str, until: &str) -> String {
    let milliseconds = Date::new(&JsValue::from_str(until)).get_time()
        - Date::new(&JsValue::from_str(from)).get_time();
    let (value, unit) = if milliseconds < 90_000.0 {
        (milliseconds / 1000.0, "second")
    } else {
        (milliseconds / 60_000.0, "minute")
    };
    let wanted = options(&[("style", "unit"), ("unit", unit), ("unitDisplay", "short")]);
    set(
        &wanted,
        "maximumFractionDigits",
        &JsValue::from_f64(if value < 10.0 { 1.0 } else { 0.0 }),
    );
    call(
        &Intl::NumberFormat::new(&locales(), &wanted).format(),
        &JsValue::from_f64(value),
    )
}

/// This moment, as the server reads it.
pub fn now() -> String {
    Date::new_0().to_iso_string().into()
}

/// The beginning of a day where the reader is, as the server reads it; none for an empty text.
pub fn start_of(day: &str) -> Option<String> {
    if day.is_empty() {
        return None;
    }
    let date = Date::new(&JsValue::from_str(&format!("{day}T00:00")));
    (!date.get_time().is_nan()).then(|| date.to_iso_string().into())
}

/// Whole days from now until a moment; below zero when it is over.
pub fn days_until(at: &str) -> i64 {
    let milliseconds = Date::new(&JsValue::from_str(at)).get_time() - Date::now();
    #[expect(clippy::cast_possible_truncation, reason = "days are few")]
    let days = (milliseconds / 86_400_000.0).floor() as i64;
    days
}

/// The moment so many days before another.
pub fn days_before(at: &str, days: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "days are few")]
    let milliseconds = Date::new(&JsValue::from_str(at)).get_time() - days as f64 * 86_400_000.0;
    iso(&Date::new(&JsValue::from_f64(milliseconds)))
}

/// The moment so many months from now.
pub fn months_ahead(months: u32) -> String {
    let date = Date::new_0();
    date.set_month(date.get_month() + months);
    iso(&date)
}

/// The day of a moment where the reader is, such as "3 Dec 2026".
pub fn day_of(at: &str) -> String {
    date_format(
        &[("day", "numeric"), ("month", "short"), ("year", "numeric")],
        at,
    )
}

/// Today where the reader is, `YYYY-MM-DD`.
pub fn today() -> String {
    day_after(0)
}

/// The day so many days from today, `YYYY-MM-DD`.
pub fn day_after(days: u32) -> String {
    let date = Date::new_0();
    date.set_date(date.get_date() + days);
    format!(
        "{:04}-{:02}-{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date()
    )
}

fn iso(date: &Date) -> String {
    date.to_iso_string().into()
}

fn same_day(one: &Date, other: &Date) -> bool {
    one.get_full_year() == other.get_full_year()
        && one.get_month() == other.get_month()
        && one.get_date() == other.get_date()
}

fn date_format(wanted: &[(&str, &str)], at: &str) -> String {
    let date = Date::new(&JsValue::from_str(at));
    if date.get_time().is_nan() {
        return at.to_owned();
    }
    call(
        &Intl::DateTimeFormat::new(&locales(), &options(wanted)).format(),
        &date,
    )
}

fn locales() -> Array {
    Array::of1(&JsValue::from_str(words().locale))
}

fn options(wanted: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (key, value) in wanted {
        set(&options, key, &JsValue::from_str(value));
    }
    options
}

fn set(object: &Object, key: &str, value: &JsValue) {
    // Setting a property of a fresh plain object cannot fail.
    drop(Reflect::set(object, &JsValue::from_str(key), value));
}

fn call(format: &Function, value: &JsValue) -> String {
    format
        .call1(&JsValue::UNDEFINED, value)
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

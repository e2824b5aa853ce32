//! PostgreSQL's binary values as the JSON that PostgreSQL itself writes of them (`to_json`), byte for byte.

use uuid::Uuid;

use crate::{
    error::{Code, GraphqlError},
    sql::rows::{Form, KeyForm},
};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// Days from 1970-01-01, where chrono's and everybody's calendar begins, to 2000-01-01, where PostgreSQL's does.
const EPOCH: i64 = 10_957;

/// Writes a value as JSON.
pub(super) fn write(json: &mut Vec<u8>, form: Form, value: &[u8]) -> Result<(), GraphqlError> {
    match form {
        Form::Bool => json.extend(if value == [0] { &b"false"[..] } else { b"true" }),
        Form::Int2 => integer(json, i64::from(i16::from_be_bytes(sized(value)?))),
        Form::Int4 => integer(json, i64::from(i32::from_be_bytes(sized(value)?))),
        Form::Int8 => integer(json, i64::from_be_bytes(sized(value)?)),
        Form::Uuid => {
            json.push(b'"');
            uuid(json, sized(value)?);
            json.push(b'"');
        }
        Form::Date => date(json, i32::from_be_bytes(sized(value)?)),
        Form::Timestamp => timestamp(json, i64::from_be_bytes(sized(value)?), b""),
        Form::Timestamptz => timestamp(json, i64::from_be_bytes(sized(value)?), b"+00:00"),
        Form::Number if matches!(value.last(), Some(b'0'..=b'9')) => json.extend(value),
        // A number that is none is text: `NaN`, `Infinity`.
        Form::Text | Form::Number => text(json, value),
        Form::Json => json.extend(value),
        Form::Jsonb => json.extend(value.get(1..).unwrap_or_default()),
    }
    Ok(())
}

/// A key as text that PostgreSQL reads.
pub(super) fn key_text(form: KeyForm, value: &[u8]) -> Result<String, GraphqlError> {
    let mut bytes = Vec::new();
    match form {
        KeyForm::Int2 => integer(&mut bytes, i64::from(i16::from_be_bytes(sized(value)?))),
        KeyForm::Int4 => integer(&mut bytes, i64::from(i32::from_be_bytes(sized(value)?))),
        KeyForm::Int8 => integer(&mut bytes, i64::from_be_bytes(sized(value)?)),
        KeyForm::Text => bytes.extend(value),
        KeyForm::Uuid => uuid(&mut bytes, sized(value)?),
    }
    String::from_utf8(bytes).map_err(|error| GraphqlError::fault(&error))
}

fn sized<const N: usize>(value: &[u8]) -> Result<[u8; N], GraphqlError> {
    value.try_into().map_err(|_| {
        tracing::error!(
            expected = N,
            found = value.len(),
            "a value of another size than its type"
        );
        GraphqlError::new(Code::Unexpected, "internal error")
    })
}

fn integer(json: &mut Vec<u8>, number: i64) {
    json.extend(itoa::Buffer::new().format(number).as_bytes());
}

/// A number of at least two digits.
fn two_digits(json: &mut Vec<u8>, number: i64) {
    if number < 10 {
        json.push(b'0');
    }
    integer(json, number);
}

fn text(json: &mut Vec<u8>, value: &[u8]) {
    json.push(b'"');
    let mut rest = value;
    while let Some(position) = rest
        .iter()
        .position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\'))
    {
        let (plain, special) = rest.split_at(position);
        json.extend(plain);
        let Some((byte, after)) = special.split_first() else {
            break;
        };
        match byte {
            b'"' => json.extend(b"\\\""),
            b'\\' => json.extend(b"\\\\"),
            0x08 => json.extend(b"\\b"),
            0x0c => json.extend(b"\\f"),
            b'\n' => json.extend(b"\\n"),
            b'\r' => json.extend(b"\\r"),
            b'\t' => json.extend(b"\\t"),
            other => json.extend([
                b'\\',
                b'u',
                b'0',
                b'0',
                digit(other >> 4),
                digit(other & 15),
            ]),
        }
        rest = after;
    }
    json.extend(rest);
    json.push(b'"');
}

fn uuid(json: &mut Vec<u8>, value: [u8; 16]) {
    let mut text = Uuid::encode_buffer();
    let text = Uuid::from_bytes(value)
        .as_hyphenated()
        .encode_lower(&mut text);
    json.extend(text.as_bytes());
}

/// The hexadecimal digit of a number below 16.
fn digit(number: u8) -> u8 {
    if number < 10 {
        b'0' + number
    } else {
        b'a' + number - 10
    }
}

fn date(json: &mut Vec<u8>, days: i32) {
    match days {
        i32::MAX => json.extend(b"\"infinity\""),
        i32::MIN => json.extend(b"\"-infinity\""),
        days => {
            json.push(b'"');
            let is_before_christ = calendar_day(json, i64::from(days));
            json.extend(if is_before_christ {
                &b" BC\""[..]
            } else {
                b"\""
            });
        }
    }
}

fn timestamp(json: &mut Vec<u8>, microseconds: i64, zone: &[u8]) {
    match microseconds {
        i64::MAX => json.extend(b"\"infinity\""),
        i64::MIN => json.extend(b"\"-infinity\""),
        microseconds => {
            json.push(b'"');
            let is_before_christ = calendar_day(json, microseconds.div_euclid(DAY));
            time(json, microseconds.rem_euclid(DAY));
            json.extend(zone);
            json.extend(if is_before_christ {
                &b" BC\""[..]
            } else {
                b"\""
            });
        }
    }
}

/// `T10:23:54.25`: fractions without their last zeros.
fn time(json: &mut Vec<u8>, microseconds: i64) {
    let (seconds, fraction) = (microseconds / 1_000_000, microseconds % 1_000_000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    for (mark, number) in [(b'T', hours), (b':', minutes), (b':', seconds % 60)] {
        json.push(mark);
        two_digits(json, number);
    }
    if fraction > 0 {
        let digits = format!("{fraction:06}");
        json.push(b'.');
        json.extend(digits.trim_end_matches('0').as_bytes());
    }
}

/// A day counted from 2000-01-01 in the Gregorian calendar; true when it is before Christ, whose years count down.
///
/// The algorithm counts in eras of 400 years that begin in March, so that the leap day comes last.
fn calendar_day(json: &mut Vec<u8>, days: i64) -> bool {
    let days = days + EPOCH + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let is_before_christ = year <= 0;
    let shown = if is_before_christ { 1 - year } else { year };
    for limit in [1000, 100, 10] {
        if shown < limit {
            json.push(b'0');
        }
    }
    integer(json, shown);
    for number in [month, day] {
        json.push(b'-');
        two_digits(json, number);
    }
    is_before_christ
}
